/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ndproxy.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: tools/ynl-regen */

#ifndef _LINUX_NDPROXY_GEN_H
#define _LINUX_NDPROXY_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/ndproxy.h>

extern const struct nla_policy ndproxy_link_get_nl_policy[NDPROXY_A_LINK_IFNAME + 1];

extern const struct nla_policy ndproxy_link_set_nl_policy[NDPROXY_A_LINK_GUARD + 1];

extern const struct nla_policy ndproxy_prefix_get_nl_policy[NDPROXY_A_PREFIX_CONFIGURED + 1];

extern const struct nla_policy ndproxy_prefix_new_nl_policy[NDPROXY_A_PREFIX_MODE + 1];

extern const struct nla_policy ndproxy_prefix_del_nl_policy[NDPROXY_A_PREFIX_IFNAME + 1];

extern const struct nla_policy ndproxy_host_get_nl_policy[NDPROXY_A_HOST_CONFIGURED + 1];

extern const struct nla_policy ndproxy_host_new_nl_policy[NDPROXY_A_HOST_WAIT + 1];

extern const struct nla_policy ndproxy_host_del_nl_policy[NDPROXY_A_HOST_ADDR + 1];

extern const struct nla_policy ndproxy_host_flush_nl_policy[NDPROXY_A_HOST_IFNAME + 1];

extern const struct nla_policy ndproxy_solicit_get_nl_policy[NDPROXY_A_SOLICIT_TARGET + 1];

extern const struct nla_policy ndproxy_param_get_nl_policy[NDPROXY_A_PARAM_NAME + 1];

extern const struct nla_policy ndproxy_param_set_nl_policy[NDPROXY_A_PARAM_VALUE + 1];

extern const struct nla_policy ndproxy_stats_get_nl_policy[NDPROXY_A_STATS_IFNAME + 1];

extern const struct nla_policy ndproxy_stats_reset_nl_policy[NDPROXY_A_STATS_IFNAME + 1];

extern const struct nla_policy ndproxy_rule_get_nl_policy[NDPROXY_A_RULE_PREFIX_LEN + 1];

extern const struct nla_policy ndproxy_rule_new_nl_policy[NDPROXY_A_RULE_ACTION + 1];

extern const struct nla_policy ndproxy_mld_link_get_nl_policy[NDPROXY_A_MLD_LINK_CONFIGURED + 1];

extern const struct nla_policy ndproxy_mld_link_set_nl_policy[NDPROXY_A_MLD_LINK_MRD + 1];

extern const struct nla_policy ndproxy_mld_group_get_nl_policy[NDPROXY_A_MLD_GROUP_GROUP + 1];

extern const struct nla_policy ndproxy_mld_listener_new_nl_policy[NDPROXY_A_MLD_LISTENER_DELAY + 1];

extern const struct nla_policy ndproxy_mld_listener_del_nl_policy[NDPROXY_A_MLD_LISTENER_ID + 1];

/* Ops table for ndproxy */
extern const struct genl_ops ndproxy_nl_ops[21];

int ndproxy_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_link_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ndproxy_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_prefix_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_prefix_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int ndproxy_nl_prefix_new_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_prefix_del_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_host_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_host_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ndproxy_nl_host_new_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_host_del_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_host_flush_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_solicit_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_solicit_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int ndproxy_nl_param_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_param_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int ndproxy_nl_param_set_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_stats_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int ndproxy_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_rule_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ndproxy_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_mld_link_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_mld_link_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int ndproxy_nl_mld_link_set_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_mld_group_get_doit(struct sk_buff *skb, struct genl_info *info);
int ndproxy_nl_mld_group_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int ndproxy_nl_mld_listener_new_doit(struct sk_buff *skb,
				     struct genl_info *info);
int ndproxy_nl_mld_listener_del_doit(struct sk_buff *skb,
				     struct genl_info *info);

enum {
	NDPROXY_NLGRP_EVENTS,
};

extern const struct genl_multicast_group ndproxy_nl_mcgrps[1];

#endif /* _LINUX_NDPROXY_GEN_H */
