// SPDX-License-Identifier: GPL-2.0
/*
 * Limits: their names, ranges and defaults (spec I); a default per module, a value per namespace.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/netlink.h>

#include "ndproxy.h"

const struct ndp_param_desc ndp_param_desc[NDP_PARAMS] = {
	[NDP_TARGETS_PER_PREFIX]    = { "targets_per_prefix",	 0, 1 << 20, 4096 },
	[NDP_SOLICITORS_PER_TARGET] = { "solicitors_per_target", 1, 64, 8 },
	[NDP_RECORD_LIFETIME]	    = { "record_lifetime",	 1, 3600, 5 },
	[NDP_HOSTS_PER_PREFIX]	    = { "hosts_per_prefix",	 1, 1 << 20, 65536 },
	[NDP_HOSTS_PER_LINK]	    = { "hosts_per_link",	 1, 1 << 20, 32768 },
	[NDP_HOSTS_PER_LLADDR]	    = { "hosts_per_lladdr",	 1, 1 << 20, 256 },
	[NDP_HOST_LIFETIME]	    = { "host_lifetime",	 1, 86400, 600 },
	[NDP_NS_RATE]		    = { "ns_rate",		 1, 1000000, 1000 },
	[NDP_NS_BURST]		    = { "ns_burst",		 1, 1000000, 1000 },
	[NDP_MCAST_NA_RATE]	    = { "mcast_na_rate",	 1, 1000000, 100 },
	[NDP_HOLD_PER_TARGET]	    = { "hold_per_target",	 1, 256, 3 },
	[NDP_HOLD_PACKETS]	    = { "hold_packets",		 1, 4096, 256 },
	[NDP_SNOOP_GROUPS]	    = { "snoop_groups",		 0, 65536, 2048 },
	[NDP_OBJECTS_PER_NET]	    = { "objects_per_net",	 1, 1 << 24, 1 << 18 },
};

static uint ndp_default[NDP_PARAMS] = {
	4096, 8, 5, 65536, 32768, 256, 600, 1000, 1000, 100, 3, 256, 2048, 1 << 18,
};

module_param_named(targets_per_prefix, ndp_default[NDP_TARGETS_PER_PREFIX], uint, 0444);
MODULE_PARM_DESC(targets_per_prefix, "Solicited targets remembered per prefix, 0 for no limit");
module_param_named(solicitors_per_target, ndp_default[NDP_SOLICITORS_PER_TARGET], uint, 0444);
MODULE_PARM_DESC(solicitors_per_target, "Solicitors remembered per target");
module_param_named(record_lifetime, ndp_default[NDP_RECORD_LIFETIME], uint, 0444);
MODULE_PARM_DESC(record_lifetime, "Seconds that a solicitation is remembered");
module_param_named(hosts_per_prefix, ndp_default[NDP_HOSTS_PER_PREFIX], uint, 0444);
MODULE_PARM_DESC(hosts_per_prefix, "Hosts known per prefix");
module_param_named(hosts_per_link, ndp_default[NDP_HOSTS_PER_LINK], uint, 0444);
MODULE_PARM_DESC(hosts_per_link, "Hosts known per link");
module_param_named(hosts_per_lladdr, ndp_default[NDP_HOSTS_PER_LLADDR], uint, 0444);
MODULE_PARM_DESC(hosts_per_lladdr, "Hosts known per link-layer address on a link");
module_param_named(host_lifetime, ndp_default[NDP_HOST_LIFETIME], uint, 0444);
MODULE_PARM_DESC(host_lifetime, "Seconds without evidence until a host is asked again");
module_param_named(ns_rate, ndp_default[NDP_NS_RATE], uint, 0444);
MODULE_PARM_DESC(ns_rate, "Solicitations per link and second");
module_param_named(ns_burst, ndp_default[NDP_NS_BURST], uint, 0444);
MODULE_PARM_DESC(ns_burst, "Solicitations per link in one burst");
module_param_named(mcast_na_rate, ndp_default[NDP_MCAST_NA_RATE], uint, 0444);
MODULE_PARM_DESC(mcast_na_rate, "Multicast advertisements per link and second");
module_param_named(hold_per_target, ndp_default[NDP_HOLD_PER_TARGET], uint, 0444);
MODULE_PARM_DESC(hold_per_target, "Packets held per target while it is sought");
module_param_named(hold_packets, ndp_default[NDP_HOLD_PACKETS], uint, 0444);
MODULE_PARM_DESC(hold_packets, "Packets held in all");
module_param_named(snoop_groups, ndp_default[NDP_SNOOP_GROUPS], uint, 0444);
MODULE_PARM_DESC(snoop_groups, "Solicited-node groups listened to per link for hosts elsewhere");
module_param_named(objects_per_net, ndp_default[NDP_OBJECTS_PER_NET], uint, 0444);
MODULE_PARM_DESC(objects_per_net,
		 "Links, prefixes, rules, hosts, records and listeners per network namespace");

/* Whether the owner of a network namespace configures it; else the initial user namespace does. */
bool ndp_param_userns;
module_param_named(userns, ndp_param_userns, bool, 0444);
MODULE_PARM_DESC(userns, "User namespaces configure the network namespaces they own (default: no)");

static bool ndp_param_in_range(enum ndp_param which, u32 value)
{
	return value >= ndp_param_desc[which].min && value <= ndp_param_desc[which].max;
}

/**
 * ndp_param_check() - are the module's parameters in range?
 *
 * Context: module load.
 * Return: 0, or -EINVAL after saying which is not.
 */
int ndp_param_check(void)
{
	int i;

	for (i = 0; i < NDP_PARAMS; i++) {
		const struct ndp_param_desc *desc = &ndp_param_desc[i];

		if (ndp_param_in_range(i, ndp_default[i]))
			continue;
		pr_err("parameter %s=%u is not in the range %u..%u\n", desc->name, ndp_default[i],
		       desc->min, desc->max);
		return -EINVAL;
	}
	return 0;
}

/**
 * ndp_param_default() - the module's default of a limit
 * @which: limit
 *
 * Return: what the module parameter says.
 */
u32 ndp_param_default(enum ndp_param which)
{
	return ndp_default[which];
}

/**
 * ndp_param_init() - give a namespace the module's defaults
 * @nn: new namespace
 */
void ndp_param_init(struct ndp_net *nn)
{
	int i;

	for (i = 0; i < NDP_PARAMS; i++)
		nn->limit[i] = ndp_default[i];
}

/* What can be compared: 0 of the targets is no limit, of anything else it is the least. */
static u32 ndp_param_allows(enum ndp_param which, u32 value)
{
	return which == NDP_TARGETS_PER_PREFIX && !value ? U32_MAX : value;
}

/**
 * ndp_param_set() - change a limit in a namespace
 * @nn: namespace
 * @which: limit
 * @value: to set
 * @machine: whoever asks has CAP_NET_ADMIN in the initial user namespace
 * @extack: says the range where @value is not in it
 *
 * Context: RTNL. A lower limit refuses what is new; it forgets nothing.
 * Return: 0; -EINVAL; -EPERM: above the module's default, and not privileged on the machine.
 */
int ndp_param_set(struct ndp_net *nn, enum ndp_param which, u32 value, bool machine,
		  struct netlink_ext_ack *extack)
{
	struct ndp_link *link;

	if (!ndp_param_in_range(which, value)) {
		NL_SET_ERR_MSG_FMT(extack, "%s must be in the range %u..%u",
				   ndp_param_desc[which].name, ndp_param_desc[which].min,
				   ndp_param_desc[which].max);
		return -EINVAL;
	}
	/* Whoever may make a namespace must not take the machine's memory through it. */
	if (ndp_param_allows(which, value) > ndp_param_allows(which, ndp_default[which]) &&
	    !machine) {
		NL_SET_ERR_MSG_FMT(extack, "only the machine's administrator sets %s above %u",
				   ndp_param_desc[which].name, ndp_default[which]);
		return -EPERM;
	}
	WRITE_ONCE(nn->limit[which], value);
	if (which == NDP_SNOOP_GROUPS)
		list_for_each_entry(link, &nn->links, list)
			ndp_snm_check(link);
	if (which == NDP_HOST_LIFETIME)
		ndp_age_lifetime_set(nn);
	return 0;
}
