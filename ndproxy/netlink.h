/* SPDX-License-Identifier: GPL-2.0 */
/* What netlink.c, netlink_dump.c and netlink_state.c share. */
#ifndef NDPROXY_NETLINK_H
#define NDPROXY_NETLINK_H

#include <net/genetlink.h>

#include "ndproxy.h"
#include "netlink_gen.h"

/* A record with as many solicitors as the limit allows. */
#define NDP_NL_RECORD_SIZE	8192

/* --- netlink.c ------------------------------------------------------------------------------ */

/**
 * struct ndp_nl_reply - an answer that is being made
 * @skb: message
 * @hdr: its header
 */
struct ndp_nl_reply {
	struct sk_buff *skb;
	void *hdr;
};

int ndp_nl_reply_begin(struct ndp_nl_reply *reply, struct genl_info *info, size_t size);
int ndp_nl_reply_end(struct ndp_nl_reply *reply, struct genl_info *info, int err);
bool ndp_nl_lacks(struct genl_info *info, int attr, const char *what);
int ndp_nl_link(struct ndp_net *nn, const struct nlattr *ifindex, const struct nlattr *ifname,
		struct ndp_link **link, struct netlink_ext_ack *extack);

/* --- netlink_state.c: records, parameters and counters as attributes ------------------------ */

int ndp_nl_fill_record(struct sk_buff *skb, struct ndp_net *nn, const struct ndp_prefix *prefix,
		       const struct ndp_record *rec, bool whole);
int ndp_nl_fill_param(struct sk_buff *skb, const struct ndp_net *nn, enum ndp_param which);
int ndp_nl_fill_stats(struct sk_buff *skb, const struct ndp_link *link);
int ndp_nl_fill_gauges(struct sk_buff *skb, const struct ndp_net *nn);

#endif
