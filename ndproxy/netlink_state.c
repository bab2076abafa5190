// SPDX-License-Identifier: GPL-2.0
/*
 * Solicitation records, parameters and counters: their attributes, and requests about one of them.
 */

#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "netlink.h"

/* The module's values are those of the ABI, so that they need no translation. */
static_assert((int)NDP_ROLE_DOWNSTREAM == (int)NDPROXY_ROLE_MAX);
static_assert((int)NDP_LINK_WAITING == (int)NDPROXY_LINK_STATE_WAITING);
static_assert((int)NDP_LINK_REFUSED == (int)NDPROXY_LINK_STATE_REFUSED);
static_assert((int)NDP_LINK_DOWN == (int)NDPROXY_LINK_STATE_DOWN);
static_assert((int)NDP_LINK_ACTIVE == (int)NDPROXY_LINK_STATE_ACTIVE);
static_assert((int)NDP_LINK_SUSPENDED == (int)NDPROXY_LINK_STATE_MAX);
static_assert((int)NDP_RA_GUARD_ON == (int)NDPROXY_RA_GUARD_ON);
static_assert((int)NDP_RA_GUARD_STRICT == (int)NDPROXY_RA_GUARD_MAX);
static_assert((int)NDP_RA_SUSPECTED == (int)NDPROXY_RA_VERDICT_SUSPECTED);
static_assert((int)NDP_RA_SUSPENDED == (int)NDPROXY_RA_VERDICT_SUSPENDED);
static_assert((int)NDP_RA_FREED == (int)NDPROXY_RA_VERDICT_MAX);
static_assert((int)NDP_OVERRIDE_CLEAR == (int)NDPROXY_OVERRIDE_CLEAR);
static_assert((int)NDP_OVERRIDE_SET == (int)NDPROXY_OVERRIDE_MAX);
static_assert((int)NDP_NA_SOURCE_LINK_LOCAL == (int)NDPROXY_NA_SOURCE_LINK_LOCAL);
static_assert((int)NDP_NA_SOURCE_TARGET == (int)NDPROXY_NA_SOURCE_MAX);
static_assert((int)NDP_ONLINK_ROUTE == (int)NDPROXY_PREFIX_SOURCE_ROUTE);
static_assert((int)NDP_ONLINK_STATIC == (int)NDPROXY_PREFIX_SOURCE_STATIC);
static_assert((int)NDP_MODE_ROUTE == (int)NDPROXY_PREFIX_MODE_ROUTE);
static_assert((int)NDP_MODE_STATIC == (int)NDPROXY_PREFIX_MODE_MAX);
static_assert((int)NDP_RULE_ALLOW == (int)NDPROXY_RULE_ACTION_ALLOW);
static_assert((int)NDP_RULE_DENY == (int)NDPROXY_RULE_ACTION_MAX);
static_assert((int)NDP_HOST_TENTATIVE == (int)NDPROXY_HOST_STATE_TENTATIVE);
static_assert((int)NDP_HOST_REACHABLE == (int)NDPROXY_HOST_STATE_REACHABLE);
static_assert((int)NDP_HOST_PROBING == (int)NDPROXY_HOST_STATE_PROBING);
static_assert((int)NDP_HOST_STATIC == (int)NDPROXY_HOST_STATE_MAX);
static_assert((int)NDP_BY_DAD == (int)NDPROXY_EVIDENCE_DAD);
static_assert((int)NDP_BY_NS == (int)NDPROXY_EVIDENCE_NS);
static_assert((int)NDP_BY_UNA == (int)NDPROXY_EVIDENCE_UNA);
static_assert((int)NDP_BY_STATIC == (int)NDPROXY_EVIDENCE_MAX);
static_assert((int)NDP_DROP_FRAGMENT == (int)NDPROXY_DROP_REASON_FRAGMENT);
static_assert((int)NDP_DROP_OWN_ECHO == (int)NDPROXY_DROP_REASON_OWN_ECHO);
static_assert((int)NDP_DROP_NO_SOURCE == (int)NDPROXY_DROP_REASON_NO_SOURCE);
static_assert((int)NDP_DROPS - 1 == (int)NDPROXY_DROP_REASON_MAX);
static_assert((int)NDP_EVENT_LINK_REFUSED == (int)NDPROXY_EVENT_TYPE_LINK_REFUSED);
static_assert((int)NDP_EVENT_PREFIX_DEL == (int)NDPROXY_EVENT_TYPE_PREFIX_DEL);
static_assert((int)NDP_EVENT_HOST_LOST == (int)NDPROXY_EVENT_TYPE_HOST_LOST);
static_assert((int)NDP_EVENT_LIMIT == (int)NDPROXY_EVENT_TYPE_LIMIT);
static_assert((int)NDP_EVENT_MLD_LIMIT == (int)NDPROXY_EVENT_TYPE_MLD_LIMIT);
static_assert((int)NDP_EVENT_HOST_REFUSED == (int)NDPROXY_EVENT_TYPE_MAX);
/* Each counter stands at a fixed distance from its attribute. */
static_assert(NDPROXY_A_STATS_NS_IN + NDP_ANSWERS == NDPROXY_A_STATS_ANSWERS);
static_assert(NDPROXY_A_STATS_NS_IN + NDP_DAD_IN == NDPROXY_A_STATS_DAD_IN);
static_assert(NDPROXY_A_STATS_NS_IN + NDP_DELIVERED == NDPROXY_A_STATS_DELIVERED);
static_assert(NDPROXY_A_DROPS_PAD + NDP_DROP_HOP_LIMIT == NDPROXY_A_DROPS_HOP_LIMIT);
static_assert(NDPROXY_A_DROPS_PAD + NDP_DROPS - 1 == NDPROXY_A_DROPS_MAX);

static u64 ndp_nl_age(unsigned long when)
{
	return jiffies_to_msecs(jiffies - when);
}

/* --- solicit ------------------------------------------------------------------------------- */

static int ndp_nl_put_solicitor(struct sk_buff *skb, struct ndp_net *nn,
				const struct ndp_solicitor *solicitor)
{
	struct nlattr *nest = nla_nest_start(skb, NDPROXY_A_SOLICIT_SOLICITOR);
	const struct ndp_link *link = ndp_link_by_index(nn, solicitor->ifindex);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_in6_addr(skb, NDPROXY_A_SOLICITOR_ADDR, &solicitor->addr) ||
	    nla_put_u32(skb, NDPROXY_A_SOLICITOR_IFINDEX, solicitor->ifindex) ||
	    (link && nla_put_string(skb, NDPROXY_A_SOLICITOR_IFNAME, link->name)) ||
	    nla_put_u64_64bit(skb, NDPROXY_A_SOLICITOR_AGE, ndp_nl_age(solicitor->when),
			      NDPROXY_A_SOLICITOR_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ndp_nl_fill_record() - put the attributes of a solicitation record
 * @skb: message
 * @nn: namespace
 * @prefix: of the record
 * @rec: a copy of the record
 * @whole: fail if not all solicitors fit, else leave out those that do not
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_nl_fill_record(struct sk_buff *skb, struct ndp_net *nn, const struct ndp_prefix *prefix,
		       const struct ndp_record *rec, bool whole)
{
	int i;

	if (nla_put_in6_addr(skb, NDPROXY_A_SOLICIT_TARGET, &rec->target) ||
	    nla_put_in6_addr(skb, NDPROXY_A_SOLICIT_PREFIX, &prefix->key.addr) ||
	    nla_put_u8(skb, NDPROXY_A_SOLICIT_PREFIX_LEN, prefix->key.plen) ||
	    nla_put_u64_64bit(skb, NDPROXY_A_SOLICIT_AGE, ndp_nl_age(rec->seen),
			      NDPROXY_A_SOLICIT_PAD))
		return -EMSGSIZE;
	for (i = 0; i < rec->n; i++)
		if (ndp_nl_put_solicitor(skb, nn, &rec->solicitor[i]))
			return whole ? -EMSGSIZE : 0;
	return 0;
}

/* A copy of the record of exactly this target. */
static struct ndp_record *ndp_nl_copy_record(struct ndp_prefix *prefix,
					     const struct in6_addr *target,
					     struct ndp_record *copy)
{
	struct in6_addr before = *target;
	int i;

	/* The search is for the next one, so it starts from the address below. */
	for (i = 15; i >= 0; i--)
		if (before.s6_addr[i]--)
			break;
	if (!ndp_solicit_next(&prefix->records, i < 0 ? NULL : &before, copy,
			      ndp_param_desc[NDP_SOLICITORS_PER_TARGET].max))
		return NULL;
	return ipv6_addr_equal(&copy->target, target) ? copy : NULL;
}

static int ndp_nl_get_record(struct ndp_nl_reply *reply, struct genl_info *info,
			     struct ndp_record *copy)
{
	struct in6_addr target = nla_get_in6_addr(info->attrs[NDPROXY_A_SOLICIT_TARGET]);
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_prefix *prefix;

	list_for_each_entry(prefix, &nn->prefix_list, list)
		if (ndp_nl_copy_record(prefix, &target, copy))
			return ndp_nl_fill_record(reply->skb, nn, prefix, copy, true);
	NL_SET_ERR_MSG_FMT(info->extack, "nobody solicits %pI6c", &target);
	return -ENOENT;
}

int ndproxy_nl_solicit_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_nl_reply reply;
	struct ndp_record *copy;
	int err = -ENOMEM;

	if (ndp_nl_lacks(info, NDPROXY_A_SOLICIT_TARGET, "the target"))
		return -EINVAL;
	copy = kmalloc(struct_size(copy, solicitor, ndp_param_desc[NDP_SOLICITORS_PER_TARGET].max),
		       CHARGE_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = ndp_nl_reply_begin(&reply, info, NDP_NL_RECORD_SIZE);
	if (err)
		goto free;
	rtnl_lock();
	err = ndp_nl_get_record(&reply, info, copy);
	rtnl_unlock();
	err = ndp_nl_reply_end(&reply, info, err);
free:
	kfree(copy);
	return err;
}

/* --- param --------------------------------------------------------------------------------- */

/**
 * ndp_nl_fill_param() - put the attributes of a parameter
 * @skb: message
 * @nn: namespace
 * @which: parameter
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_nl_fill_param(struct sk_buff *skb, const struct ndp_net *nn, enum ndp_param which)
{
	const struct ndp_param_desc *desc = &ndp_param_desc[which];

	if (nla_put_string(skb, NDPROXY_A_PARAM_NAME, desc->name) ||
	    nla_put_u32(skb, NDPROXY_A_PARAM_VALUE, READ_ONCE(nn->limit[which])) ||
	    nla_put_u32(skb, NDPROXY_A_PARAM_DEFAULT, ndp_param_default(which)) ||
	    nla_put_u32(skb, NDPROXY_A_PARAM_MINIMUM, desc->min) ||
	    nla_put_u32(skb, NDPROXY_A_PARAM_MAXIMUM, desc->max))
		return -EMSGSIZE;
	return 0;
}

/* Return: enum ndp_param, or -EINVAL or -ENOENT. */
static int ndp_nl_read_param(struct genl_info *info)
{
	const char *name;
	int i;

	if (ndp_nl_lacks(info, NDPROXY_A_PARAM_NAME, "the parameter's name"))
		return -EINVAL;
	name = nla_data(info->attrs[NDPROXY_A_PARAM_NAME]);
	for (i = 0; i < NDP_PARAMS; i++)
		if (!strcmp(ndp_param_desc[i].name, name))
			return i;
	NL_SET_ERR_MSG_FMT(info->extack, "there is no parameter \"%s\"", name);
	return -ENOENT;
}

int ndproxy_nl_param_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_nl_reply reply;
	int err, which;

	which = ndp_nl_read_param(info);
	if (which < 0)
		return which;
	err = ndp_nl_reply_begin(&reply, info, NLMSG_DEFAULT_SIZE);
	if (err)
		return err;
	return ndp_nl_reply_end(&reply, info, ndp_nl_fill_param(reply.skb, nn, which));
}

int ndproxy_nl_param_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	int err, which;

	which = ndp_nl_read_param(info);
	if (which < 0)
		return which;
	if (ndp_nl_lacks(info, NDPROXY_A_PARAM_VALUE, "the parameter's value"))
		return -EINVAL;
	rtnl_lock();
	err = ndp_param_set(nn, which, nla_get_u32(info->attrs[NDPROXY_A_PARAM_VALUE]),
			    netlink_capable(skb, CAP_NET_ADMIN), info->extack);
	rtnl_unlock();
	return err;
}

/* --- stats --------------------------------------------------------------------------------- */

static int ndp_nl_put_drops(struct sk_buff *skb, const u64 *drops)
{
	struct nlattr *nest = nla_nest_start(skb, NDPROXY_A_STATS_DROPS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = NDP_DROP_NONE + 1; i < NDP_DROPS; i++)
		if (nla_put_u64_64bit(skb, NDPROXY_A_DROPS_PAD + i, drops[i],
				      NDPROXY_A_DROPS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * ndp_nl_fill_stats() - put a link's counters
 * @skb: message
 * @link: the link
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE; the message is not to be sent then.
 */
int ndp_nl_fill_stats(struct sk_buff *skb, const struct ndp_link *link)
{
	u64 sum[NDP_STATS];
	int i;

	ndp_stats_read(&link->stats, sum);
	if ((link->ifindex && nla_put_u32(skb, NDPROXY_A_STATS_IFINDEX, link->ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_STATS_IFNAME, link->name))
		return -EMSGSIZE;
	for (i = 0; i < NDP_COUNTERS; i++)
		if (nla_put_u64_64bit(skb, NDPROXY_A_STATS_NS_IN + i, sum[i],
				      NDPROXY_A_STATS_PAD))
			return -EMSGSIZE;
	return ndp_nl_put_drops(skb, sum + NDP_COUNTERS);
}

/**
 * ndp_nl_fill_gauges() - put how much there is of everything
 * @skb: message
 * @nn: namespace
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE; the message is not to be sent then.
 */
int ndp_nl_fill_gauges(struct sk_buff *skb, const struct ndp_net *nn)
{
	struct nlattr *nest = nla_nest_start(skb, NDPROXY_A_STATS_GAUGES);
	unsigned int prefixes = 0, records = 0;
	const struct ndp_prefix *prefix;

	if (!nest)
		return -EMSGSIZE;
	list_for_each_entry(prefix, &nn->prefix_list, list) {
		prefixes++;
		records += READ_ONCE(prefix->records.count);
	}
	if (nla_put_u32(skb, NDPROXY_A_GAUGES_LINKS, nn->n_links) ||
	    nla_put_u32(skb, NDPROXY_A_GAUGES_PREFIXES, prefixes) ||
	    nla_put_u32(skb, NDPROXY_A_GAUGES_HOSTS, READ_ONCE(nn->hosts.count)) ||
	    nla_put_u32(skb, NDPROXY_A_GAUGES_RECORDS, records))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int ndp_nl_get_stats(struct ndp_nl_reply *reply, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link;
	int err;

	err = ndp_nl_link(nn, info->attrs[NDPROXY_A_STATS_IFINDEX],
			  info->attrs[NDPROXY_A_STATS_IFNAME], &link, info->extack);
	if (err)
		return err;
	return link ? ndp_nl_fill_stats(reply->skb, link) : ndp_nl_fill_gauges(reply->skb, nn);
}

int ndproxy_nl_stats_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ndp_nl_reply(info, ndp_nl_get_stats);
}

int ndproxy_nl_stats_reset_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link, *each;
	int err, ifindex = 0;

	rtnl_lock();
	err = ndp_nl_link(nn, info->attrs[NDPROXY_A_STATS_IFINDEX],
			  info->attrs[NDPROXY_A_STATS_IFNAME], &link, info->extack);
	if (!err)
		list_for_each_entry(each, &nn->links, list)
			if (!link || each == link)
				ndp_stats_reset(&each->stats);
	while (!err && (ifindex = mld_link_next(nn->net, ifindex)))
		if (!link || link->ifindex == ifindex)
			mld_link_reset_counts(nn->net, ifindex);
	rtnl_unlock();
	return err;
}
