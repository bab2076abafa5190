// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ndproxy.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: tools/ynl-regen */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/ndproxy.h>

/* NDPROXY_CMD_LINK_GET - do */
const struct nla_policy ndproxy_link_get_nl_policy[NDPROXY_A_LINK_IFNAME + 1] = {
	[NDPROXY_A_LINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_LINK_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
};

/* NDPROXY_CMD_LINK_SET - do */
const struct nla_policy ndproxy_link_set_nl_policy[NDPROXY_A_LINK_GUARD + 1] = {
	[NDPROXY_A_LINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_LINK_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_LINK_ROLE] = NLA_POLICY_MAX(NLA_U32, 2),
	[NDPROXY_A_LINK_GROUP] = { .type = NLA_U32, },
	[NDPROXY_A_LINK_ND] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDPROXY_A_LINK_OVERRIDE] = NLA_POLICY_MAX(NLA_U32, 2),
	[NDPROXY_A_LINK_NA_SOURCE] = NLA_POLICY_MAX(NLA_U32, 2),
	[NDPROXY_A_LINK_RA_GUARD] = NLA_POLICY_MAX(NLA_U32, 2),
	[NDPROXY_A_LINK_FORCE] = { .type = NLA_FLAG, },
	[NDPROXY_A_LINK_GUARD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* NDPROXY_CMD_PREFIX_GET - do */
const struct nla_policy ndproxy_prefix_get_nl_policy[NDPROXY_A_PREFIX_CONFIGURED + 1] = {
	[NDPROXY_A_PREFIX_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_PREFIX_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_PREFIX_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_PREFIX_CONFIGURED] = { .type = NLA_FLAG, },
};

/* NDPROXY_CMD_PREFIX_NEW - do */
const struct nla_policy ndproxy_prefix_new_nl_policy[NDPROXY_A_PREFIX_MODE + 1] = {
	[NDPROXY_A_PREFIX_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_PREFIX_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NDPROXY_A_PREFIX_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_PREFIX_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_PREFIX_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* NDPROXY_CMD_PREFIX_DEL - do */
const struct nla_policy ndproxy_prefix_del_nl_policy[NDPROXY_A_PREFIX_IFNAME + 1] = {
	[NDPROXY_A_PREFIX_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_PREFIX_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NDPROXY_A_PREFIX_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_PREFIX_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
};

/* NDPROXY_CMD_HOST_GET - do */
const struct nla_policy ndproxy_host_get_nl_policy[NDPROXY_A_HOST_CONFIGURED + 1] = {
	[NDPROXY_A_HOST_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_HOST_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_HOST_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_HOST_PREFIX] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_HOST_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NDPROXY_A_HOST_CONFIGURED] = { .type = NLA_FLAG, },
};

/* NDPROXY_CMD_HOST_NEW - do */
const struct nla_policy ndproxy_host_new_nl_policy[NDPROXY_A_HOST_WAIT + 1] = {
	[NDPROXY_A_HOST_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_HOST_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_HOST_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_HOST_LLADDR] = { .type = NLA_BINARY, },
	[NDPROXY_A_HOST_EVIDENCE] = NLA_POLICY_MAX(NLA_U32, 4),
	[NDPROXY_A_HOST_WAIT] = { .type = NLA_FLAG, },
};

/* NDPROXY_CMD_HOST_DEL - do */
const struct nla_policy ndproxy_host_del_nl_policy[NDPROXY_A_HOST_ADDR + 1] = {
	[NDPROXY_A_HOST_ADDR] = NLA_POLICY_EXACT_LEN(16),
};

/* NDPROXY_CMD_HOST_FLUSH - do */
const struct nla_policy ndproxy_host_flush_nl_policy[NDPROXY_A_HOST_IFNAME + 1] = {
	[NDPROXY_A_HOST_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_HOST_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
};

/* NDPROXY_CMD_SOLICIT_GET - do */
const struct nla_policy ndproxy_solicit_get_nl_policy[NDPROXY_A_SOLICIT_TARGET + 1] = {
	[NDPROXY_A_SOLICIT_TARGET] = NLA_POLICY_EXACT_LEN(16),
};

/* NDPROXY_CMD_PARAM_GET - do */
const struct nla_policy ndproxy_param_get_nl_policy[NDPROXY_A_PARAM_NAME + 1] = {
	[NDPROXY_A_PARAM_NAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_PARAM_NAME_LEN, },
};

/* NDPROXY_CMD_PARAM_SET - do */
const struct nla_policy ndproxy_param_set_nl_policy[NDPROXY_A_PARAM_VALUE + 1] = {
	[NDPROXY_A_PARAM_NAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_PARAM_NAME_LEN, },
	[NDPROXY_A_PARAM_VALUE] = { .type = NLA_U32, },
};

/* NDPROXY_CMD_STATS_GET - do */
const struct nla_policy ndproxy_stats_get_nl_policy[NDPROXY_A_STATS_IFNAME + 1] = {
	[NDPROXY_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_STATS_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
};

/* NDPROXY_CMD_STATS_RESET - do */
const struct nla_policy ndproxy_stats_reset_nl_policy[NDPROXY_A_STATS_IFNAME + 1] = {
	[NDPROXY_A_STATS_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_STATS_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
};

/* NDPROXY_CMD_RULE_GET - do */
const struct nla_policy ndproxy_rule_get_nl_policy[NDPROXY_A_RULE_PREFIX_LEN + 1] = {
	[NDPROXY_A_RULE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_RULE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

/* NDPROXY_CMD_RULE_NEW - do */
const struct nla_policy ndproxy_rule_new_nl_policy[NDPROXY_A_RULE_ACTION + 1] = {
	[NDPROXY_A_RULE_ADDR] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_RULE_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NDPROXY_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* NDPROXY_CMD_MLD_LINK_GET - do */
const struct nla_policy ndproxy_mld_link_get_nl_policy[NDPROXY_A_MLD_LINK_CONFIGURED + 1] = {
	[NDPROXY_A_MLD_LINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_MLD_LINK_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_MLD_LINK_CONFIGURED] = { .type = NLA_FLAG, },
};

/* NDPROXY_CMD_MLD_LINK_SET - do */
const struct nla_policy ndproxy_mld_link_set_nl_policy[NDPROXY_A_MLD_LINK_MRD + 1] = {
	[NDPROXY_A_MLD_LINK_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_MLD_LINK_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_MLD_LINK_ENABLED] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDPROXY_A_MLD_LINK_VERSION_MODE] = NLA_POLICY_MAX(NLA_U32, 2),
	[NDPROXY_A_MLD_LINK_ROBUSTNESS] = { .type = NLA_U32, },
	[NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL] = { .type = NLA_U32, },
	[NDPROXY_A_MLD_LINK_GSR_DELAY] = { .type = NLA_S32, },
	[NDPROXY_A_MLD_LINK_MAX_GROUPS] = { .type = NLA_U32, },
	[NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES] = { .type = NLA_U32, },
	[NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES] = { .type = NLA_U32, },
	[NDPROXY_A_MLD_LINK_SNOOP_JOINS] = NLA_POLICY_MAX(NLA_U8, 1),
	[NDPROXY_A_MLD_LINK_MRD] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* NDPROXY_CMD_MLD_GROUP_GET - do */
const struct nla_policy ndproxy_mld_group_get_nl_policy[NDPROXY_A_MLD_GROUP_GROUP + 1] = {
	[NDPROXY_A_MLD_GROUP_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_MLD_GROUP_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_MLD_GROUP_GROUP] = NLA_POLICY_EXACT_LEN(16),
};

/* NDPROXY_CMD_MLD_LISTENER_NEW - do */
const struct nla_policy ndproxy_mld_listener_new_nl_policy[NDPROXY_A_MLD_LISTENER_DELAY + 1] = {
	[NDPROXY_A_MLD_LISTENER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_MLD_LISTENER_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_MLD_LISTENER_GROUP] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_MLD_LISTENER_ID] = { .type = NLA_NUL_STRING, .len = NDPROXY_MLD_ID_LEN, },
	[NDPROXY_A_MLD_LISTENER_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[NDPROXY_A_MLD_LISTENER_SOURCE] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_MLD_LISTENER_DELAY] = { .type = NLA_U32, },
};

/* NDPROXY_CMD_MLD_LISTENER_DEL - do */
const struct nla_policy ndproxy_mld_listener_del_nl_policy[NDPROXY_A_MLD_LISTENER_ID + 1] = {
	[NDPROXY_A_MLD_LISTENER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NDPROXY_A_MLD_LISTENER_IFNAME] = { .type = NLA_NUL_STRING, .len = NDPROXY_IFNAME_LEN, },
	[NDPROXY_A_MLD_LISTENER_GROUP] = NLA_POLICY_EXACT_LEN(16),
	[NDPROXY_A_MLD_LISTENER_ID] = { .type = NLA_NUL_STRING, .len = NDPROXY_MLD_ID_LEN, },
};

/* Ops table for ndproxy */
const struct genl_ops ndproxy_nl_ops[21] = {
	{
		.cmd		= NDPROXY_CMD_LINK_GET,
		.doit		= ndproxy_nl_link_get_doit,
		.dumpit		= ndproxy_nl_link_get_dumpit,
		.policy		= ndproxy_link_get_nl_policy,
		.maxattr	= NDPROXY_A_LINK_IFNAME,
	},
	{
		.cmd		= NDPROXY_CMD_LINK_SET,
		.doit		= ndproxy_nl_link_set_doit,
		.policy		= ndproxy_link_set_nl_policy,
		.maxattr	= NDPROXY_A_LINK_GUARD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_PREFIX_GET,
		.doit		= ndproxy_nl_prefix_get_doit,
		.dumpit		= ndproxy_nl_prefix_get_dumpit,
		.policy		= ndproxy_prefix_get_nl_policy,
		.maxattr	= NDPROXY_A_PREFIX_CONFIGURED,
	},
	{
		.cmd		= NDPROXY_CMD_PREFIX_NEW,
		.doit		= ndproxy_nl_prefix_new_doit,
		.policy		= ndproxy_prefix_new_nl_policy,
		.maxattr	= NDPROXY_A_PREFIX_MODE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_PREFIX_DEL,
		.doit		= ndproxy_nl_prefix_del_doit,
		.policy		= ndproxy_prefix_del_nl_policy,
		.maxattr	= NDPROXY_A_PREFIX_IFNAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_HOST_GET,
		.doit		= ndproxy_nl_host_get_doit,
		.dumpit		= ndproxy_nl_host_get_dumpit,
		.policy		= ndproxy_host_get_nl_policy,
		.maxattr	= NDPROXY_A_HOST_CONFIGURED,
	},
	{
		.cmd		= NDPROXY_CMD_HOST_NEW,
		.doit		= ndproxy_nl_host_new_doit,
		.policy		= ndproxy_host_new_nl_policy,
		.maxattr	= NDPROXY_A_HOST_WAIT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_HOST_DEL,
		.doit		= ndproxy_nl_host_del_doit,
		.policy		= ndproxy_host_del_nl_policy,
		.maxattr	= NDPROXY_A_HOST_ADDR,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_HOST_FLUSH,
		.doit		= ndproxy_nl_host_flush_doit,
		.policy		= ndproxy_host_flush_nl_policy,
		.maxattr	= NDPROXY_A_HOST_IFNAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_SOLICIT_GET,
		.doit		= ndproxy_nl_solicit_get_doit,
		.dumpit		= ndproxy_nl_solicit_get_dumpit,
		.policy		= ndproxy_solicit_get_nl_policy,
		.maxattr	= NDPROXY_A_SOLICIT_TARGET,
	},
	{
		.cmd		= NDPROXY_CMD_PARAM_GET,
		.doit		= ndproxy_nl_param_get_doit,
		.dumpit		= ndproxy_nl_param_get_dumpit,
		.policy		= ndproxy_param_get_nl_policy,
		.maxattr	= NDPROXY_A_PARAM_NAME,
	},
	{
		.cmd		= NDPROXY_CMD_PARAM_SET,
		.doit		= ndproxy_nl_param_set_doit,
		.policy		= ndproxy_param_set_nl_policy,
		.maxattr	= NDPROXY_A_PARAM_VALUE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_STATS_GET,
		.doit		= ndproxy_nl_stats_get_doit,
		.dumpit		= ndproxy_nl_stats_get_dumpit,
		.policy		= ndproxy_stats_get_nl_policy,
		.maxattr	= NDPROXY_A_STATS_IFNAME,
	},
	{
		.cmd		= NDPROXY_CMD_STATS_RESET,
		.doit		= ndproxy_nl_stats_reset_doit,
		.policy		= ndproxy_stats_reset_nl_policy,
		.maxattr	= NDPROXY_A_STATS_IFNAME,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_RULE_GET,
		.doit		= ndproxy_nl_rule_get_doit,
		.dumpit		= ndproxy_nl_rule_get_dumpit,
		.policy		= ndproxy_rule_get_nl_policy,
		.maxattr	= NDPROXY_A_RULE_PREFIX_LEN,
	},
	{
		.cmd		= NDPROXY_CMD_RULE_NEW,
		.doit		= ndproxy_nl_rule_new_doit,
		.policy		= ndproxy_rule_new_nl_policy,
		.maxattr	= NDPROXY_A_RULE_ACTION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_MLD_LINK_GET,
		.doit		= ndproxy_nl_mld_link_get_doit,
		.dumpit		= ndproxy_nl_mld_link_get_dumpit,
		.policy		= ndproxy_mld_link_get_nl_policy,
		.maxattr	= NDPROXY_A_MLD_LINK_CONFIGURED,
	},
	{
		.cmd		= NDPROXY_CMD_MLD_LINK_SET,
		.doit		= ndproxy_nl_mld_link_set_doit,
		.policy		= ndproxy_mld_link_set_nl_policy,
		.maxattr	= NDPROXY_A_MLD_LINK_MRD,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_MLD_GROUP_GET,
		.doit		= ndproxy_nl_mld_group_get_doit,
		.dumpit		= ndproxy_nl_mld_group_get_dumpit,
		.policy		= ndproxy_mld_group_get_nl_policy,
		.maxattr	= NDPROXY_A_MLD_GROUP_GROUP,
	},
	{
		.cmd		= NDPROXY_CMD_MLD_LISTENER_NEW,
		.doit		= ndproxy_nl_mld_listener_new_doit,
		.policy		= ndproxy_mld_listener_new_nl_policy,
		.maxattr	= NDPROXY_A_MLD_LISTENER_DELAY,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NDPROXY_CMD_MLD_LISTENER_DEL,
		.doit		= ndproxy_nl_mld_listener_del_doit,
		.policy		= ndproxy_mld_listener_del_nl_policy,
		.maxattr	= NDPROXY_A_MLD_LISTENER_ID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

const struct genl_multicast_group ndproxy_nl_mcgrps[] = {
	[NDPROXY_NLGRP_EVENTS] = { "events", },
};
