// SPDX-License-Identifier: GPL-2.0
/*
 * The budget of a namespace: one number for its links, prefixes, rules, hosts, solicitation records
 * and listeners together (spec I, objects_per_net). It only refuses; what is there stays.
 *
 * What the administrator configures may use all of it. What hosts on the links make leaves a part:
 * learnt hosts a quarter, and records, which anybody makes by asking, a half. So a flood never
 * keeps the administrator out, and a scan never keeps a host out.
 */

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

/**
 * ndp_objects_take() - count one more object
 * @nn: namespace
 * @share: who makes it, and so how much of the budget is open to it
 *
 * Context: any.
 * Return: false if that is used up.
 */
bool ndp_objects_take(struct ndp_net *nn, enum ndp_share share)
{
	u32 limit = (u64)READ_ONCE(nn->limit[NDP_OBJECTS_PER_NET]) * share / NDP_SHARE_ALL;
	int used = atomic_read(&nn->objects);

	do {
		if (used >= 0 && (u32)used >= limit)
			return false;
	} while (!atomic_try_cmpxchg(&nn->objects, &used, used + 1));
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_objects_take);

/**
 * ndp_objects_give() - count objects that are gone
 * @nn: namespace
 * @n: how many
 *
 * Context: any.
 */
void ndp_objects_give(struct ndp_net *nn, unsigned int n)
{
	WARN_ON_ONCE(atomic_sub_return(n, &nn->objects) < 0);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_objects_give);

/**
 * ndp_objects_config() - count one more object that is configured
 * @nn: namespace
 * @extack: names the limit where it is reached
 *
 * Context: process.
 * Return: 0 or -ENOBUFS.
 */
int ndp_objects_config(struct ndp_net *nn, struct netlink_ext_ack *extack)
{
	if (ndp_objects_take(nn, NDP_SHARE_ALL))
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "the namespace is full: objects_per_net is %u",
			   READ_ONCE(nn->limit[NDP_OBJECTS_PER_NET]));
	return -ENOBUFS;
}
