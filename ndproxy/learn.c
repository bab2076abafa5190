// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel tells of itself: devices, routes, prefixes, addresses, dead neighbours. Notifiers
 * note and queue; all that follows is done by the namespace's workqueue (ND-B2: no polling, no
 * daemon). A route or prefix event names a prefix and a link; what holds is read from the FIB then.
 */

#include <linux/inetdevice.h>
#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/netlink.h>
#include <net/rtnh.h>

#include "ndproxy.h"

/* Programs change thousands of nexthop objects, or of rules and their routes, in a row. */
#define NDP_LEARN_PAUSE		HZ

/* --- routes and prefixes ---------------------------------------------------------------------- */

/* What holds now for a prefix on a link? @routed: a route is new, or its metric. Context: RTNL. */
static void ndp_learn_sync(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			   unsigned int plen, bool routed)
{
	unsigned long expires = 0;

	if (link->role == NDP_ROLE_UPSTREAM && link->state == NDP_LINK_ACTIVE) {
		if (ndp_rule_allows(nn, addr, plen) &&
		    ndp_route_is_onlink(nn, link, addr, plen, &expires))
			ndp_prefix_learn(nn, link, addr, plen, NDP_ONLINK_ROUTE, expires);
		else
			ndp_prefix_unlearn(nn, link, addr, plen, NDP_ONLINK_ROUTE);
	} else if (link->role == NDP_ROLE_DOWNSTREAM && link->state == NDP_LINK_ACTIVE) {
		ndp_inner_sync(nn, link, addr, plen);
	}
	ndp_prefix_remark(nn, link, addr, plen, routed);
}

/* A prefix that a message names. */
struct ndp_learn_prefix {
	struct in6_addr addr;
	u8 plen;
};

/* The one place that takes a prefix from a message. Return: false if it is none. */
static bool ndp_learn_get_prefix(const struct nlattr *addr, u8 plen,
				 struct ndp_learn_prefix *prefix)
{
	struct in6_addr whole;

	if (!addr || plen > 128)
		return false;
	whole = nla_get_in6_addr(addr);
	ipv6_addr_prefix(&prefix->addr, &whole, plen);
	prefix->plen = plen;
	return true;
}

static void ndp_learn_prefix(struct ndp_net *nn, int ifindex, const struct ndp_learn_prefix *prefix,
			     bool routed)
{
	struct ndp_link *link;

	if (!xa_load(&nn->by_ifindex, ifindex))
		return;
	rtnl_lock();
	link = ndp_link_by_index(nn, ifindex);
	if (link)
		ndp_learn_sync(nn, link, &prefix->addr, prefix->plen, routed);
	rtnl_unlock();
}

/* A route to a host was deleted or replaced, anywhere: ours may be missing, or have room now. */
static void ndp_learn_host_changed(struct ndp_net *nn, const struct in6_addr *addr)
{
	const struct ndp_group *group;

	rtnl_lock();
	rcu_read_lock();
	list_for_each_entry(group, &nn->groups, list)
		ndp_host_route_lost(nn, group->id, addr);
	rcu_read_unlock();
	rtnl_unlock();
}

static void ndp_learn_onlink_deleted(struct ndp_net *nn, int ifindex,
				     const struct ndp_learn_prefix *prefix)
{
	struct ndp_link *link;

	rtnl_lock();
	link = ndp_link_by_index(nn, ifindex);
	if (link && ndp_link_runs(link))
		ndp_prefix_route_lost(nn, link, &prefix->addr, prefix->plen);
	rtnl_unlock();
}

/* Context: RTNL. */
static void ndp_learn_soon(struct ndp_net *nn)
{
	ndp_learn_expiry(nn, (jiffies + NDP_LEARN_PAUSE) ?: 1);
}

/* A rule, or a route that rules lead to, may lead past the hosts' routes now, or no more. */
static void ndp_learn_ruled(struct ndp_net *nn)
{
	rtnl_lock();
	nn->ruled = true;
	ndp_learn_soon(nn);
	rtnl_unlock();
}

/* Is it a route that nobody comes to but by a rule? A VRF's come first in its links' way. */
static bool ndp_learn_is_by_rule(struct ndp_net *nn, const struct rtmsg *rtm, struct nlattr **tb)
{
	u32 table = tb[RTA_TABLE] ? nla_get_u32(tb[RTA_TABLE]) : rtm->rtm_table;
	const struct ndp_link *link;
	bool found = false;

	if (!ndp_fib6_has_rules(nn->net) || table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL)
		return false;
	rtnl_lock();
	list_for_each_entry(link, &nn->links, list)
		found |= link->table == table;
	rtnl_unlock();
	return !found;
}

static const struct nla_policy ndp_route_policy[RTA_MAX + 1] = {
	[RTA_DST] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[RTA_OIF] = NLA_POLICY_EXACT_LEN(sizeof(u32)),
	[RTA_TABLE] = NLA_POLICY_EXACT_LEN(sizeof(u32)),
};

/* A prefix's routes changed, and the message does not name each link. @known: none has come. */
static void ndp_learn_prefix_everywhere(struct ndp_net *nn, const struct ndp_learn_prefix *prefix,
					bool known, bool routed)
{
	struct ndp_link *link;

	rtnl_lock();
	list_for_each_entry(link, &nn->links, list)
		if (link->ifindex && (!known || ndp_prefix_find(nn, link->group->id, &prefix->addr,
								prefix->plen)))
			ndp_learn_sync(nn, link, &prefix->addr, prefix->plen, routed);
	rtnl_unlock();
}

/* Does one of several next hops lead straight onto a link? */
static bool ndp_learn_has_onlink_hop(const struct nlattr *multipath)
{
	const struct rtnexthop *hop = nla_data(multipath);
	int left = nla_len(multipath);

	for (; rtnh_ok(hop, left); hop = rtnh_next(hop, &left))
		if (!nla_find(rtnh_attrs(hop), rtnh_attrlen(hop), RTA_GATEWAY))
			return true;
	return false;
}

/* Of a nexthop object the message says no more than its number, if the kernel was told so. */
static bool ndp_learn_may_be_onlink(const struct rtmsg *rtm, struct nlattr **tb)
{
	if (rtm->rtm_type != RTN_UNICAST || tb[RTA_GATEWAY])
		return false;
	if (tb[RTA_MULTIPATH])
		return ndp_learn_has_onlink_hop(tb[RTA_MULTIPATH]);
	return tb[RTA_OIF] || tb[RTA_NH_ID];
}

static void ndp_learn_route(struct ndp_net *nn, const struct nlmsghdr *nlh, struct nlattr **tb,
			    const struct ndp_learn_prefix *prefix)
{
	bool onlink = ndp_learn_may_be_onlink(nlmsg_data(nlh), tb);
	bool replaced = nlh->nlmsg_flags & NLM_F_REPLACE;
	bool new = nlh->nlmsg_type == RTM_NEWROUTE;

	/* Whatever was there before it is told of by no message of its own. */
	if (onlink && !replaced && tb[RTA_OIF])
		ndp_learn_prefix(nn, nla_get_u32(tb[RTA_OIF]), prefix, new);
	else if (onlink)
		ndp_learn_prefix_everywhere(nn, prefix, false, new);
	else if (replaced && test_bit(prefix->plen, nn->plen_map))
		ndp_learn_prefix_everywhere(nn, prefix, true, new);
}

static void ndp_learn_route_msg(struct ndp_net *nn, const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = nlmsg_data(nlh);
	struct ndp_learn_prefix prefix;
	struct nlattr *tb[RTA_MAX + 1];

	if (nlmsg_parse_deprecated(nlh, sizeof(*rtm), tb, RTA_MAX, ndp_route_policy, NULL) ||
	    rtm->rtm_family != AF_INET6 || rtm->rtm_flags & RTM_F_CLONED)
		return;
	if (ndp_learn_is_by_rule(nn, rtm, tb))
		ndp_learn_ruled(nn);
	if (!ndp_learn_get_prefix(tb[RTA_DST], rtm->rtm_dst_len, &prefix))
		return;
	if (prefix.plen == 128 &&
	    (nlh->nlmsg_type == RTM_DELROUTE || nlh->nlmsg_flags & NLM_F_REPLACE))
		ndp_learn_host_changed(nn, &prefix.addr);
	else if (rtm->rtm_protocol != NDP_RTPROT)
		ndp_learn_route(nn, nlh, tb, &prefix);
	else if (nlh->nlmsg_type == RTM_DELROUTE && tb[RTA_OIF])
		ndp_learn_onlink_deleted(nn, nla_get_u32(tb[RTA_OIF]), &prefix);
}

/*
 * A nexthop object has come, changed or gone. The kernel tells of the routes that have it; but not
 * if it was told to say no more than its number (net.ipv4.nexthop_compat_mode=0), and never if the
 * object goes from a group.
 */
static void ndp_learn_hop_msg(struct ndp_net *nn, const struct nlmsghdr *nlh)
{
	const struct nhmsg *nhm = nlmsg_data(nlh);

	if (nlmsg_len(nlh) < (int)sizeof(*nhm) || nhm->nh_family == AF_INET)
		return;
	rtnl_lock();
	if (nlh->nlmsg_type == RTM_NEWNEXTHOP &&
	    !READ_ONCE(nn->net->ipv4.sysctl_nexthop_compat_mode))
		nn->hops = true;
	ndp_learn_soon(nn);
	rtnl_unlock();
}

static const struct nla_policy ndp_prefix_policy[PREFIX_MAX + 1] = {
	[PREFIX_ADDRESS] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
};

/* An RA told a prefix: its route's lifetime may have changed without a route event. */
static void ndp_learn_prefix_msg(struct ndp_net *nn, const struct nlmsghdr *nlh)
{
	const struct prefixmsg *msg = nlmsg_data(nlh);
	struct ndp_learn_prefix prefix;
	struct nlattr *tb[PREFIX_MAX + 1];

	if (!nlmsg_parse_deprecated(nlh, sizeof(*msg), tb, PREFIX_MAX, ndp_prefix_policy, NULL) &&
	    ndp_learn_get_prefix(tb[PREFIX_ADDRESS], msg->prefix_len, &prefix))
		ndp_learn_prefix(nn, msg->prefix_ifindex, &prefix, false);
}

static void ndp_learn_msg(struct ndp_net *nn, const struct nlmsghdr *nlh)
{
	switch (nlh->nlmsg_type) {
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		ndp_learn_route_msg(nn, nlh);
		break;
	case RTM_NEWPREFIX:
		ndp_learn_prefix_msg(nn, nlh);
		break;
	case RTM_NEWRULE:
	case RTM_DELRULE:
		ndp_learn_ruled(nn);
		break;
	case RTM_NEWNEXTHOP:
	case RTM_DELNEXTHOP:
		ndp_learn_hop_msg(nn, nlh);
		break;
	}
}

/* Does every prefix that came from a route still hold? The soonest end is waited for. RTNL. */
static void ndp_learn_recheck(struct ndp_net *nn)
{
	struct ndp_onlink *onlink, *tmp;
	struct ndp_link *link;

	nn->expire_at = 0;
	list_for_each_entry(link, &nn->links, list) {
		list_for_each_entry_safe(onlink, tmp, &link->onlinks, link_list) {
			struct in6_addr addr = onlink->prefix->key.addr;

			if (onlink->sources & NDP_ONLINK_ROUTE)
				ndp_learn_sync(nn, link, &addr, onlink->prefix->key.plen,
					       false);
		}
	}
}

static void ndp_learn_expire_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, expire_work);

	rtnl_lock();
	if (nn->hops)
		ndp_learn_again(nn);
	else
		ndp_learn_recheck(nn);
	if (nn->ruled)
		ndp_host_routes_again(nn);
	nn->hops = false;
	nn->ruled = false;
	rtnl_unlock();
}

/**
 * ndp_learn_expiry() - look at the prefixes again when a lifetime ends
 * @nn: namespace
 * @expires: jiffies; 0: never
 *
 * Context: RTNL.
 */
void ndp_learn_expiry(struct ndp_net *nn, unsigned long expires)
{
	long delay = expires - jiffies;

	if (!expires)
		return;
	if (nn->expire_at && !time_before(expires, nn->expire_at))
		return;
	nn->expire_at = expires;
	/* The FIB holds a route to be valid in the jiffy of its end still. */
	ndp_gate_move(&nn->gate, &nn->expire_work, max(delay, 0L) + 1);
}

/* Take one link that is to be dumped. Return: true if there is one. */
static bool ndp_learn_next_dump(struct ndp_net *nn, int *ifindex)
{
	struct ndp_link *link;
	bool found = false;

	rtnl_lock();
	list_for_each_entry(link, &nn->links, list) {
		found = link->dump && link->state == NDP_LINK_ACTIVE;
		link->dump = false;
		if (!found)
			continue;
		*ifindex = link->ifindex;
		break;
	}
	rtnl_unlock();
	return found;
}

static int ndp_learn_read(struct ndp_net *nn)
{
	int ret;

	while ((ret = ndp_rtnl_receive(nn, ndp_learn_msg)) > 0)
		cond_resched();
	return ret;
}

/* One dump at a time: reading it to its end is what makes the kernel write it. */
static int ndp_learn_dump(struct ndp_net *nn)
{
	int ifindex, err = ndp_learn_read(nn);

	while (!err && ndp_learn_next_dump(nn, &ifindex)) {
		err = ndp_rtnl_dump_routes(nn, ifindex);
		if (!err)
			err = ndp_learn_read(nn);
	}
	return err;
}

/* What was lost may have told of new routes, of old ones that are gone, and of ours. */
static void ndp_learn_all_again(struct ndp_net *nn)
{
	struct ndp_link *link;

	rtnl_lock();
	ndp_learn_recheck(nn);
	ndp_prefix_routes_again(nn);
	ndp_host_routes_again(nn);
	list_for_each_entry(link, &nn->links, list)
		link->dump = true;
	rtnl_unlock();
}

/**
 * ndp_learn_later() - something was lost: in a moment, look at all routes again
 * @nn: namespace
 *
 * Context: the namespace's workqueue.
 */
void ndp_learn_later(struct ndp_net *nn)
{
	nn->lost = true;
	ndp_gate_queue_in(&nn->gate, &nn->learn_work, HZ / 10);
}

static void ndp_learn_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, learn_work);

	int err = ndp_learn_dump(nn);

	if (!READ_ONCE(nn->n_links))
		return;
	if (err) {
		/* Not at once, as it floods. */
		ndp_learn_later(nn);
		return;
	}
	if (!nn->lost)
		return;
	/*
	 * The kernel loses all that it has to tell, and says so no second time, until the last of
	 * what waited has been read. That has been done now: check what is old, ask for what is
	 * new.
	 */
	nn->lost = false;
	ndp_learn_all_again(nn);
	ndp_gate_queue_in(&nn->gate, &nn->learn_work, 0);
}

/**
 * ndp_learn_link() - learn the prefixes of a link that became active
 * @nn: namespace
 * @link: upstream, or downstream, which may have inner prefixes
 *
 * Context: RTNL.
 */
void ndp_learn_link(struct ndp_net *nn, struct ndp_link *link)
{
	link->dump = true;
	ndp_gate_queue_in(&nn->gate, &nn->learn_work, 0);
}

/**
 * ndp_learn_again() - drop the prefixes that do not hold any more, and learn all that do
 * @nn: namespace
 *
 * Context: RTNL.
 */
void ndp_learn_again(struct ndp_net *nn)
{
	struct ndp_link *link;

	ndp_learn_recheck(nn);
	list_for_each_entry(link, &nn->links, list)
		if (link->state == NDP_LINK_ACTIVE)
			ndp_learn_link(nn, link);
}

/**
 * ndp_learn_init() - set up a namespace's learning
 * @nn: new namespace
 */
void ndp_learn_init(struct ndp_net *nn)
{
	INIT_DELAYED_WORK(&nn->learn_work, ndp_learn_work);
	INIT_DELAYED_WORK(&nn->expire_work, ndp_learn_expire_work);
}

/**
 * ndp_learn_start() - listen to the kernel's routes: the first link has come
 * @nn: namespace that was started
 *
 * Context: RTNL.
 * Return: 0 or an error.
 */
int ndp_learn_start(struct ndp_net *nn)
{
	return ndp_rtnl_listen(nn, true);
}

/**
 * ndp_learn_stop() - stop listening: the last link has gone
 * @nn: namespace
 *
 * Context: RTNL.
 */
void ndp_learn_stop(struct ndp_net *nn)
{
	ndp_rtnl_listen(nn, false);
	nn->expire_at = 0;
}

/* --- notifiers -------------------------------------------------------------------------------- */

static void ndp_learn_note_device(struct net_device *dev, bool down)
{
	struct ndp_net *nn = ndp_net(dev_net(dev));
	struct ndp_link *link;

	if (!READ_ONCE(nn->n_links))
		return;
	rcu_read_lock();
	link = ndp_link_by_index(nn, dev->ifindex);
	if (link && down)
		WRITE_ONCE(link->bounced, 1);
	rcu_read_unlock();
	ndp_gate_queue(&nn->gate, &nn->link_work);
}

static int ndp_learn_netdev(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	switch (event) {
	case NETDEV_DOWN:
	case NETDEV_UNREGISTER:
		ndp_learn_note_device(dev, true);
		break;
	case NETDEV_REGISTER:
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEUPPER:
	case NETDEV_CHANGEMTU:
		ndp_learn_note_device(dev, false);
		break;
	}
	return NOTIFY_DONE;
}

/* An address comes or goes when IPv6 is switched on or off, which nothing else tells. */
static int ndp_learn_inet6addr(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct inet6_ifaddr *ifa = ptr;

	ndp_learn_note_device(ifa->idev->dev, false);
	return NOTIFY_DONE;
}

/* An entry that is dead is merely tidied up, long after it failed. */
static int ndp_learn_netevent(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct neighbour *neigh = ptr;
	struct ndp_link *link;
	struct in6_addr addr;
	struct ndp_net *nn;

	if (event != NETEVENT_NEIGH_UPDATE || neigh->tbl != &nd_tbl ||
	    !(READ_ONCE(neigh->nud_state) & NUD_FAILED) || neigh->dead)
		return NOTIFY_DONE;

	nn = ndp_net(dev_net(neigh->dev));
	memcpy(&addr, neigh->primary_key, sizeof(addr));
	rcu_read_lock();
	link = ndp_link_by_index(nn, neigh->dev->ifindex);
	if (link)
		ndp_host_failed(nn, link, &addr);
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block ndp_netdev_nb = { .notifier_call = ndp_learn_netdev };
static struct notifier_block ndp_inet6addr_nb = { .notifier_call = ndp_learn_inet6addr };
static struct notifier_block ndp_netevent_nb = { .notifier_call = ndp_learn_netevent };

/**
 * ndp_learn_register() - register the notifiers
 *
 * Context: module load.
 * Return: 0 or an error.
 */
int ndp_learn_register(void)
{
	int err = register_netdevice_notifier(&ndp_netdev_nb);

	if (err)
		return err;
	err = register_inet6addr_notifier(&ndp_inet6addr_nb);
	if (err)
		goto netdev;
	err = register_netevent_notifier(&ndp_netevent_nb);
	if (err)
		goto inet6addr;
	return 0;

inet6addr:
	unregister_inet6addr_notifier(&ndp_inet6addr_nb);
netdev:
	unregister_netdevice_notifier(&ndp_netdev_nb);
	return err;
}

/**
 * ndp_learn_unregister() - unregister the notifiers
 *
 * Context: module unload.
 */
void ndp_learn_unregister(void)
{
	unregister_netevent_notifier(&ndp_netevent_nb);
	unregister_inet6addr_notifier(&ndp_inet6addr_nb);
	unregister_netdevice_notifier(&ndp_netdev_nb);
}
