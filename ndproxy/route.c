// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's routes: a /128 for each host that needs one (ND-F2), an on-link route of a metric
 * that never wins on each downstream link (ND-B5), and the proxy mark on the routes of proxied
 * prefixes (ND-B6). Routes are changed by jobs, one after the other.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/nexthop.h>

#include "ndproxy.h"

/* --- reading the FIB -------------------------------------------------------------------------- */

static bool ndp_route_bit(const struct in6_addr *addr, unsigned int bit)
{
	return addr->s6_addr[bit / 8] & (0x80 >> (bit % 8));
}

/*
 * The routes to exactly @addr/@plen in @table, chained by fib6_next. The FIB is a binary trie whose
 * nodes name the first bit behind their prefix.
 *
 * RCU would keep the nodes alive, but would not do: where a route is added, the kernel hangs the
 * new inner node into the trie before its children, so that for a moment the routes below are not
 * to be found; and kernels newer than 6.12 add routes without RTNL.
 *
 * Context: the table's lock.
 */
static struct fib6_info *ndp_route_first(struct fib6_table *table, const struct in6_addr *addr,
					 unsigned int plen)
{
	struct fib6_node *fn = &table->tb6_root;
	struct fib6_info *rt;

	while (fn && fn->fn_bit < plen)
		fn = ndp_route_bit(addr, fn->fn_bit) ?
			rcu_dereference_protected(fn->right, lockdep_is_held(&table->tb6_lock)) :
			rcu_dereference_protected(fn->left, lockdep_is_held(&table->tb6_lock));
	if (!fn || fn->fn_bit != plen || !(fn->fn_flags & RTN_RTINFO))
		return NULL;

	rt = rcu_dereference_protected(fn->leaf, lockdep_is_held(&table->tb6_lock));
	if (!rt || rt->fib6_dst.plen != plen || !ipv6_addr_equal(&rt->fib6_dst.addr, addr))
		return NULL;
	return rt;
}

static struct fib6_info *ndp_route_next(const struct fib6_table *table, const struct fib6_info *rt)
{
	return rcu_dereference_protected(rt->fib6_next, lockdep_is_held(&table->tb6_lock));
}

/* The device of a route that leads straight onto a link; NULL for all others. */
static struct net_device *ndp_route_dev(const struct fib6_info *rt)
{
	if (rt->fib6_type != RTN_UNICAST || rt->nh || rt->fib6_flags & RTF_REJECT ||
	    rt->fib6_nh->fib_nh_gw_family)
		return NULL;
	return rt->fib6_nh->fib_nh_dev;
}

/**
 * ndp_route_has_hop() - has a route a next hop of some kind?
 * @rt: a unicast route; others have none. It may have a nexthop object, or a group of them; the
 * routes of a multipath route stand beside each other
 * @is: asked of each next hop until it does not return 0
 * @arg: for @is
 *
 * Context: RTNL or RCU, which protect nexthop objects.
 * Return: true if it has.
 */
bool ndp_route_has_hop(const struct fib6_info *rt, ndp_route_hop_t is, void *arg)
{
	if (rt->fib6_type != RTN_UNICAST || rt->fib6_flags & RTF_REJECT)
		return false;
	if (rt->nh)
		return nexthop_for_each_fib6_nh(rt->nh, is, arg);
	return is((struct fib6_nh *)rt->fib6_nh, arg);
}

static int ndp_route_hop_is_dev(struct fib6_nh *hop, void *dev)
{
	return !hop->fib_nh_gw_family && hop->fib_nh_dev == dev;
}

static bool ndp_route_table_says(struct fib6_table *table, const struct ndp_link *link,
				 const struct in6_addr *addr, unsigned int plen,
				 unsigned long *expires)
{
	struct net_device *dev = rcu_access_pointer(link->dev);
	struct fib6_info *rt;
	bool found = false;

	spin_lock_bh(&table->tb6_lock);
	for (rt = ndp_route_first(table, addr, plen); rt; rt = ndp_route_next(table, rt)) {
		if (!ndp_route_has_hop(rt, ndp_route_hop_is_dev, dev) ||
		    rt->fib6_protocol == NDP_RTPROT || fib6_check_expired(rt))
			continue;
		found = true;
		*expires = rt->fib6_flags & RTF_EXPIRES ? rt->expires ?: 1 : 0;
		break;
	}
	spin_unlock_bh(&table->tb6_lock);
	return found;
}

/**
 * ndp_route_is_onlink() - does the kernel hold a prefix to be on-link on a link?
 * @nn: namespace
 * @link: with a device
 * @addr: of the prefix
 * @plen: its length
 * @expires: set to the jiffies when that ends; 0: never
 *
 * One route is enough, whatever its metric, in any table: policy routing has on-link routes in
 * others than the main one. Routes that the module made do not count.
 *
 * Context: RTNL.
 * Return: true if it does.
 */
bool ndp_route_is_onlink(struct ndp_net *nn, const struct ndp_link *link,
			 const struct in6_addr *addr, unsigned int plen, unsigned long *expires)
{
	struct fib6_table *table;
	bool found = false;
	unsigned int i;

	ASSERT_RTNL();

	rcu_read_lock();
	ndp_route_each_table(table, i, nn->net) {
		found = ndp_route_table_says(table, link, addr, plen, expires);
		if (found)
			goto out;
	}
out:
	rcu_read_unlock();
	return found;
}

/* The device of the module's own route to a host, if there is one; else 0. */
static int ndp_route_ours(struct ndp_net *nn, const struct ndp_route_req *req)
{
	struct fib6_table *table = fib6_get_table(nn->net, req->table);
	struct fib6_info *rt;
	int ours = 0;

	if (!table)
		return 0;
	spin_lock_bh(&table->tb6_lock);
	for (rt = ndp_route_first(table, &req->dst, req->plen); rt;
	     rt = ndp_route_next(table, rt)) {
		const struct net_device *dev = ndp_route_dev(rt);

		if (dev && rt->fib6_protocol == NDP_RTPROT && rt->fib6_metric == req->metric)
			ours = dev->ifindex;
	}
	spin_unlock_bh(&table->tb6_lock);
	return ours;
}

/**
 * ndp_route_stands() - is the route that was made for a host still there?
 * @nn: namespace
 * @host: with a route
 *
 * Context: the namespace's workqueue; takes the table's lock.
 * Return: true if it is.
 */
bool ndp_route_stands(struct ndp_net *nn, const struct ndp_host *host)
{
	const struct ndp_route_req req = {
		.dst = host->key.addr,
		.plen = 128,
		.table = host->route_table,
		.metric = NDP_METRIC,
	};

	return ndp_route_ours(nn, &req) == host->route_ifindex;
}

static bool ndp_route_dst_is(struct dst_entry *dst, const struct net_device *dev)
{
	const struct rt6_info *rt = container_of(dst, struct rt6_info, dst);
	bool yes = !dst->error && dst->dev == dev && !(rt->rt6i_flags & RTF_GATEWAY);

	dst_release(dst);
	return yes;
}

/* Of routes that are equal, the kernel takes the one back to where the packet came from. */
static bool ndp_route_leads_from(struct ndp_net *nn, struct net_device *from,
				 const struct in6_addr *addr, const struct net_device *dev)
{
	struct flowi6 fl6 = { .daddr = *addr, .flowi6_iif = from->ifindex };

	return ndp_route_dst_is(ip6_route_input_lookup(nn->net, from, &fl6, NULL, 0), dev);
}

/**
 * ndp_route_leads_away() - does the kernel route packets that come from a device out of another?
 * @nn: namespace
 * @from: the device
 * @addr: where they go
 *
 * Context: RCU.
 * Return: true if it does; false if there is no route, or one back, or the address is local.
 */
bool ndp_route_leads_away(struct ndp_net *nn, struct net_device *from, const struct in6_addr *addr)
{
	struct flowi6 fl6 = { .daddr = *addr, .flowi6_iif = from->ifindex };
	struct dst_entry *dst = ip6_route_input_lookup(nn->net, from, &fl6, NULL, 0);
	const struct rt6_info *rt = container_of(dst, struct rt6_info, dst);
	bool yes = !dst->error && dst->dev != from && !(rt->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST));

	dst_release(dst);
	return yes;
}

/**
 * ndp_route_leads_to() - does the kernel route an address straight onto a device?
 * @nn: namespace
 * @group: from whose links packets come
 * @addr: the address
 * @dev: the device
 *
 * Context: any; takes RCU.
 * Return: true if it does so for this router's own packets and for those from each other link.
 */
bool ndp_route_leads_to(struct ndp_net *nn, const struct ndp_group *group,
			const struct in6_addr *addr, const struct net_device *dev)
{
	struct flowi6 fl6 = { .daddr = *addr };
	const struct ndp_link *link;
	bool yes;

	rcu_read_lock();
	/* What the router itself sends there is looked up in the device's VRF (ND-A7). */
	fl6.flowi6_l3mdev = l3mdev_master_ifindex_rcu(dev);
	yes = ndp_route_dst_is(ip6_route_output(nn->net, NULL, &fl6), dev);
	list_for_each_entry_rcu(link, &group->links, group_list) {
		struct net_device *from = rcu_dereference(link->dev);

		if (yes && from && from != dev)
			yes = ndp_route_leads_from(nn, from, addr, dev);
	}
	rcu_read_unlock();
	return yes;
}

/* --- the proxy mark --------------------------------------------------------------------------- */

/**
 * ndp_route_is_proxied() - is a packet on its way by a route of a proxied prefix, or by a host
 * route of the module's?
 * @dst: the packet's route
 *
 * The cached route's own flags are those of its making; the mark is looked for behind it.
 *
 * Context: RCU.
 * Return: true if so; false where the packet goes by IPsec.
 */
bool ndp_route_is_proxied(const struct dst_entry *dst)
{
	const struct fib6_info *from;

	if (!dst || dst_xfrm(dst))
		return false;
	from = rcu_dereference(container_of(dst, const struct rt6_info, dst)->from);
	return from && (READ_ONCE(from->fib6_flags) & NDP_RTF_MARK ||
			from->fib6_protocol == NDP_RTPROT);
}

/* 6.1 changes other flags without the table's lock. Return: true if the mark changed. */
static bool ndp_route_mark_one(struct fib6_info *rt, bool on)
{
	u32 old = READ_ONCE(rt->fib6_flags), new;

	do {
		new = on ? old | NDP_RTF_MARK : old & ~NDP_RTF_MARK;
		if (new == old)
			return false;
	} while (!try_cmpxchg(&rt->fib6_flags, &old, new));
	return true;
}

/**
 * struct ndp_route_marking - whether a route is to carry the mark
 * @nn: namespace
 * @prefix: whose route it is
 * @want: it leads onto a link of the prefix
 * @other: it leads onto a link of another group, which has a prefix of its own
 */
struct ndp_route_marking {
	struct ndp_net *nn;
	const struct ndp_prefix *prefix;
	bool want;
	bool other;
};

/* A link that is not active takes no part: the mark goes before the link does. */
static int ndp_route_hop_marks(struct fib6_nh *hop, void *arg)
{
	struct ndp_route_marking *marking = arg;
	const struct ndp_link *link;

	if (hop->fib_nh_gw_family || !hop->fib_nh_dev)
		return 0;
	link = ndp_link_by_index(marking->nn, hop->fib_nh_dev->ifindex);
	if (!link)
		return 0;
	if (link->group != marking->prefix->group)
		marking->other = true;
	else if (link->state == NDP_LINK_ACTIVE && ndp_prefix_is_onlink(marking->prefix, link))
		marking->want = true;
	return 0;
}

/* Return: true if a mark changed. */
static bool ndp_route_mark_table(struct ndp_net *nn, struct fib6_table *table,
				 const struct ndp_prefix *prefix, bool on, bool *marked)
{
	bool changed = false;
	struct fib6_info *rt;

	spin_lock_bh(&table->tb6_lock);
	for (rt = ndp_route_first(table, &prefix->key.addr, prefix->key.plen); rt;
	     rt = ndp_route_next(table, rt)) {
		struct ndp_route_marking marking = { .nn = nn, .prefix = prefix };

		ndp_route_has_hop(rt, ndp_route_hop_marks, &marking);
		if (marking.other && !marking.want)
			continue;
		*marked |= on && marking.want;
		changed |= ndp_route_mark_one(rt, on && marking.want);
	}
	spin_unlock_bh(&table->tb6_lock);
	return changed;
}

/**
 * ndp_route_mark() - set or clear the proxy mark on the on-link routes of a prefix
 * @nn: namespace
 * @prefix: which
 * @on: set it on the routes onto links of the prefix, clear it on others; false: clear it
 * everywhere
 *
 * Routes cached before are made invalid, from work. A processor's own copy of a route stays, with
 * the flags of its making: who asks for the mark looks at the fib6_info behind it.
 *
 * Context: RTNL.
 * Return: true if a route carries the mark now.
 */
bool ndp_route_mark(struct ndp_net *nn, const struct ndp_prefix *prefix, bool on)
{
	bool changed = false, marked = false;
	struct fib6_table *table;
	unsigned int i;

	rcu_read_lock();
	ndp_route_each_table(table, i, nn->net)
		changed |= ndp_route_mark_table(nn, table, prefix, on, &marked);
	rcu_read_unlock();
	if (changed)
		ndp_job_queue(nn, &nn->bump);
	return marked;
}

/* It walks all routes, so that thousands of marks in a row must not ask for it one by one. */
static void ndp_route_run_bump(struct ndp_net *nn, struct ndp_job *job)
{
	rt_genid_bump_ipv6(nn->net);
}

/**
 * ndp_route_init() - set up what changes a namespace's routes
 * @nn: new namespace
 */
void ndp_route_init(struct ndp_net *nn)
{
	INIT_LIST_HEAD(&nn->bump.list);
	nn->bump.run = ndp_route_run_bump;
}

/* --- carrying out ----------------------------------------------------------------------------- */

/* A device that goes down or away takes its hosts and prefixes along: no news. */
static void ndp_route_complain(const struct ndp_route_req *req, int err)
{
	if (err != -ENETDOWN && err != -ENODEV)
		net_warn_ratelimited("no route to %pI6c/%u: error %d\n", &req->dst, req->plen, err);
}

static void ndp_route_del_host(struct ndp_net *nn, struct ndp_host *host)
{
	struct ndp_route_req req = {
		.dst = host->key.addr,
		.plen = 128,
		.ifindex = host->route_ifindex,
		.table = host->route_table,
		.metric = NDP_METRIC,
	};

	/* The kernel removed it already where the device went down. */
	ndp_rtnl_route(nn, &req, 0);
	host->route_ifindex = 0;
}

/* Somebody's route stands there: the module's from before, or one that is left alone. */
static enum ndp_host_route ndp_route_found(struct ndp_net *nn, struct ndp_host *host,
					   const struct ndp_route_req *req)
{
	int ours = ndp_route_ours(nn, req);

	if (!ours)
		return NDP_ROUTE_FOREIGN;
	if (ours != req->ifindex && ndp_rtnl_route(nn, req, NLM_F_CREATE | NLM_F_REPLACE))
		return NDP_ROUTE_FAILED;
	host->route_ifindex = req->ifindex;
	host->route_table = req->table;
	return NDP_ROUTE_INSTALLED;
}

static enum ndp_host_route ndp_route_add_host(struct ndp_net *nn, struct ndp_host *host,
					      struct ndp_route_req *req)
{
	unsigned int flags = NLM_F_CREATE | NLM_F_EXCL;
	int err;

	/* One step from the old link to the new one, so that no packet falls in between. */
	if (host->route_ifindex && host->route_table != req->table)
		ndp_route_del_host(nn, host);
	/* Somebody took it away, and what stands there now may be his. */
	if (host->route_ifindex && !ndp_route_stands(nn, host))
		host->route_ifindex = 0;
	if (host->route_ifindex == req->ifindex)
		return NDP_ROUTE_INSTALLED;
	if (host->route_ifindex)
		flags = NLM_F_CREATE | NLM_F_REPLACE;

	err = ndp_rtnl_route(nn, req, flags);
	if (err == -EEXIST)
		return ndp_route_found(nn, host, req);
	if (err) {
		ndp_route_complain(req, err);
		if (host->route_ifindex)
			ndp_route_del_host(nn, host);
		return NDP_ROUTE_FAILED;
	}
	host->route_ifindex = req->ifindex;
	host->route_table = req->table;
	return NDP_ROUTE_INSTALLED;
}

/* Does a link's device, with the rules as they are, not get what is routed to an address? */
static bool ndp_route_leads_past(struct ndp_net *nn, const struct ndp_route_req *req)
{
	const struct net_device *dev;
	const struct ndp_link *link;
	bool past;

	rcu_read_lock();
	link = ndp_link_by_index(nn, req->ifindex);
	dev = link ? rcu_dereference(link->dev) : NULL;
	past = dev && !ndp_route_leads_to(nn, link->group, &req->dst, dev);
	rcu_read_unlock();
	return past;
}

/* Upstream, the module's own old route must be gone before the kernel can be asked for its way. */
static bool ndp_route_upstream_needs(struct ndp_net *nn, struct ndp_host *host,
				     const struct ndp_route_req *req)
{
	if (host->route_ifindex)
		ndp_route_del_host(nn, host);
	return ndp_route_leads_past(nn, req);
}

static void ndp_route_host(struct ndp_net *nn, struct ndp_host *host)
{
	enum ndp_host_route route = NDP_ROUTE_NONE;
	struct ndp_route_req req = {
		.dst = host->key.addr,
		.plen = 128,
		.metric = NDP_METRIC,
		.add = true,
	};
	bool dead, waited, upstream = false;
	struct ndp_host_due due;

	spin_lock_bh(&nn->hosts.lock);
	dead = host->dead;
	if (!dead) {
		req.ifindex = host->link->ifindex;
		req.table = host->link->table;
		upstream = host->link->role == NDP_ROLE_UPSTREAM;
	}
	spin_unlock_bh(&nn->hosts.lock);

	if (dead) {
		if (host->route_ifindex)
			ndp_route_del_host(nn, host);
		return;
	}
	if (!upstream || ndp_route_upstream_needs(nn, host, &req))
		route = ndp_route_add_host(nn, host, &req);
	if (route == NDP_ROUTE_INSTALLED && ndp_fib6_has_rules(nn->net) &&
	    ndp_route_leads_past(nn, &req))
		route = NDP_ROUTE_SHADOWED;

	/* The host's link is read behind the lock: RCU keeps it. */
	rcu_read_lock();
	waited = ndp_host_route_done(nn, host, route, &due);
	local_bh_disable();
	if (waited)
		nn->host_ops->ready(nn, host, &due);
	/* Queued again it is placed by the next request. */
	if (route != NDP_ROUTE_FAILED && READ_ONCE(host->route) == route)
		nn->host_ops->placed(nn, host);
	local_bh_enable();
	rcu_read_unlock();
}

static void ndp_route_run_host(struct ndp_net *nn, struct ndp_job *job)
{
	struct ndp_host *host = container_of(job, struct ndp_host, job);

	ndp_route_host(nn, host);
	ndp_host_put(host);
}

/**
 * ndp_route_queue_host() - bring a host's route in line with the host
 * @nn: namespace
 * @host: which has come, moved or gone
 *
 * Context: hosts' lock.
 */
void ndp_route_queue_host(struct ndp_net *nn, struct ndp_host *host)
{
	lockdep_assert_held(&nn->hosts.lock);

	host->job.run = ndp_route_run_host;
	refcount_inc(&host->ref);
	if (!ndp_job_queue(nn, &host->job))
		ndp_host_put(host);
}

/* An on-link route to be added or removed. */
struct ndp_route_onlink {
	struct ndp_job job;
	struct ndp_route_req req;
};

static void ndp_route_run_onlink(struct ndp_net *nn, struct ndp_job *job)
{
	struct ndp_route_onlink *onlink = container_of(job, struct ndp_route_onlink, job);
	const struct ndp_route_req *req = &onlink->req;
	struct ndp_link *link;
	int err;

	/* Not NLM_F_EXCL: the routes of two links differ in the device only. */
	err = ndp_rtnl_route(nn, req, req->add ? NLM_F_CREATE : 0);
	if (req->add) {
		if (err && err != -EEXIST)
			ndp_route_complain(req, err);
		if (err == -ENOMEM || err == -ENOBUFS)
			ndp_learn_later(nn);
		rtnl_lock();
		link = ndp_link_by_index(nn, req->ifindex);
		if (link)
			ndp_prefix_remark(nn, link, &req->dst, req->plen, !err);
		rtnl_unlock();
	}
	kfree(onlink);
}

/**
 * ndp_route_queue_onlink() - add or remove the module's on-link route of a prefix
 * @nn: namespace
 * @prefix: which
 * @link: with a device: downstream, where it never wins, or upstream, where it does
 * @add: add it
 *
 * There is none to a single address: it would win over every other route to it.
 *
 * Context: RTNL.
 */
void ndp_route_queue_onlink(struct ndp_net *nn, const struct ndp_prefix *prefix,
			    const struct ndp_link *link, bool add)
{
	struct ndp_route_onlink *onlink;

	if (prefix->key.plen == 128)
		return;
	/*
	 * What cannot be allocated now must not be missing later. Charged, it would have a process
	 * killed where its cgroup is full; it is gone when the route is made.
	 */
	onlink = kzalloc(sizeof(*onlink), CHARGE_NOT | __GFP_NOFAIL);
	INIT_LIST_HEAD(&onlink->job.list);
	onlink->job.run = ndp_route_run_onlink;
	onlink->req.dst = prefix->key.addr;
	onlink->req.plen = prefix->key.plen;
	onlink->req.ifindex = link->ifindex;
	onlink->req.table = link->table;
	onlink->req.metric = link->role == NDP_ROLE_UPSTREAM ? NDP_UPSTREAM_METRIC :
							       NDP_ONLINK_METRIC;
	onlink->req.add = add;
	ndp_job_queue(nn, &onlink->job);
}
