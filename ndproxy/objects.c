// SPDX-License-Identifier: GPL-2.0
/*
 * The budget of a namespace: one number for its links, prefixes, rules, hosts and listeners
 * together (spec I, objects_per_net). It only refuses; what is there stays.
 *
 * What the administrator configures may use all of it; what hosts on the links make leaves a
 * quarter, so that a flood never keeps the administrator out. Solicitation records, which anybody
 * makes by asking, are counted apart, half as many: no scan keeps a host out, and no number of
 * hosts keeps a question out.
 */

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

static bool ndp_budget_take(atomic_t *count, u32 limit)
{
	int used = atomic_read(count);

	do {
		if (used >= 0 && (u32)used >= limit)
			return false;
	} while (!atomic_try_cmpxchg(count, &used, used + 1));
	return true;
}

static void ndp_budget_give(atomic_t *count, unsigned int n)
{
	WARN_ON_ONCE(atomic_sub_return(n, count) < 0);
}

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

	return ndp_budget_take(&nn->objects, limit);
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
	ndp_budget_give(&nn->objects, n);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_objects_give);

/**
 * ndp_objects_take_record() - count one more solicitation record
 * @nn: namespace
 *
 * Context: any.
 * Return: false if there are half as many as there may be objects.
 */
bool ndp_objects_take_record(struct ndp_net *nn)
{
	return ndp_budget_take(&nn->records, READ_ONCE(nn->limit[NDP_OBJECTS_PER_NET]) / 2);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_objects_take_record);

/**
 * ndp_objects_give_records() - count solicitation records that are gone
 * @nn: namespace
 * @n: how many
 *
 * Context: any.
 */
void ndp_objects_give_records(struct ndp_net *nn, unsigned int n)
{
	ndp_budget_give(&nn->records, n);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_objects_give_records);

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
