/* SPDX-License-Identifier: GPL-2.0 */
/* What the files netlink*.c share. */
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
int ndp_nl_reply(struct genl_info *info,
		 int (*get)(struct ndp_nl_reply *reply, struct genl_info *info));
int ndp_nl_dev_name(struct net *net, const struct nlattr *ifindex, const struct nlattr *ifname,
		    char *name, struct netlink_ext_ack *extack);
bool ndp_nl_lacks(struct genl_info *info, int attr, const char *what);
bool ndp_nl_dump_only(struct genl_info *info, int attr);
int ndp_nl_link(struct ndp_net *nn, const struct nlattr *ifindex, const struct nlattr *ifname,
		struct ndp_link **link, struct netlink_ext_ack *extack);
int ndp_nl_need_link(struct genl_info *info, struct ndp_net *nn, int ifindex, int ifname,
		     struct ndp_link **link);

/* --- netlink_host.c ------------------------------------------------------------------------- */

int ndp_nl_put_host(struct sk_buff *skb, struct ndp_net *nn, u32 group,
		    const struct in6_addr *addr);

/* --- netlink_dump.c ------------------------------------------------------------------------- */

void ndp_nl_set_seq(struct netlink_callback *cb, unsigned int generation);
void *ndp_nl_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
int ndp_nl_end(struct sk_buff *skb, void *hdr, int err);

/* --- netlink_config.c: what was configured, in use or not ----------------------------------- */

bool ndp_nl_wants_config(const struct netlink_callback *cb, int attr);
int ndp_nl_dump_config_prefixes(struct sk_buff *skb, struct netlink_callback *cb);
int ndp_nl_dump_config_hosts(struct sk_buff *skb, struct netlink_callback *cb);
int ndp_nl_dump_config_mld(struct sk_buff *skb, struct netlink_callback *cb);

/* --- netlink_mld.c -------------------------------------------------------------------------- */

unsigned int ndp_nl_mld_generation(struct net *net);
int ndp_nl_mld_off(struct netlink_ext_ack *extack);
int ndp_nl_mld_dev(struct net *net, const struct nlattr *ifindex, const struct nlattr *ifname,
		   struct netlink_ext_ack *extack);
int ndp_nl_mld_need_dev(struct genl_info *info, int ifindex, int ifname);
int ndp_nl_mld_put_dev(struct sk_buff *skb, struct net *net, int ifindex, int attr_index,
		       int attr_name);
int ndp_nl_put_left(struct sk_buff *skb, int attr, s64 left, int pad);

/* --- netlink_state.c: records, parameters and counters as attributes ------------------------ */

int ndp_nl_fill_record(struct sk_buff *skb, struct ndp_net *nn, const struct ndp_prefix *prefix,
		       const struct ndp_record *rec, bool whole);
int ndp_nl_fill_param(struct sk_buff *skb, const struct ndp_net *nn, enum ndp_param which);
int ndp_nl_fill_stats(struct sk_buff *skb, const struct ndp_link *link);
int ndp_nl_fill_gauges(struct sk_buff *skb, const struct ndp_net *nn);

#endif
