// SPDX-License-Identifier: GPL-2.0
/*
 * Routers that were heard. A router that is heard on both sides of a group may show a loop, and
 * only the default routers of an upstream link speak for that link (ND-H2).
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/ip6_fib.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

/* --- memory ----------------------------------------------------------------------------------- */

static bool ndp_router_same(const struct ndp_router *a, const struct ndp_router *b)
{
	return ipv6_addr_equal(&a->addr, &b->addr) && ether_addr_equal(a->mac, b->mac);
}

/* Return: its place, or the number of routers. */
static unsigned int ndp_router_place(const struct ndp_routers *routers,
				     const struct ndp_router *router)
{
	unsigned int i;

	for (i = 0; i < routers->n; i++)
		if (routers->entry[i].ifindex == router->ifindex &&
		    ndp_router_same(&routers->entry[i], router))
			break;
	return i;
}

/**
 * ndp_router_is_known() - is a router remembered?
 * @routers: the memory
 * @router: who, and where
 *
 * Context: any; the caller serializes.
 * Return: true if it is.
 */
bool ndp_router_is_known(const struct ndp_routers *routers, const struct ndp_router *router)
{
	return ndp_router_place(routers, router) < routers->n;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_router_is_known);

/**
 * ndp_router_note() - remember a router that was heard
 * @routers: the memory; when it is full, the router that was heard longest ago is forgotten
 * @router: who, and where
 *
 * Context: any; the caller serializes.
 */
void ndp_router_note(struct ndp_routers *routers, const struct ndp_router *router)
{
	unsigned int i = ndp_router_place(routers, router);

	if (i == routers->n && routers->n < NDP_ROUTERS)
		routers->n++;
	/* Those before it, or before the one to be forgotten, move behind the first place. */
	i = min(i, routers->n - 1);
	memmove(&routers->entry[1], &routers->entry[0], i * sizeof(*router));
	routers->entry[0] = *router;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_router_note);

/* --- default routes --------------------------------------------------------------------------- */

/**
 * struct ndp_router_query - which next hop of a default route is looked for
 * @link: on this link; or, with @mac, on any upstream link of its group
 * @addr: link-local address of the next hop
 * @mac: its link-layer address, as the kernel knows it; NULL: does not matter
 */
struct ndp_router_query {
	struct ndp_link *link;
	const struct in6_addr *addr;
	const u8 *mac;
};

/* Does the kernel know a neighbour by a link-layer address? */
static bool ndp_router_has_mac(struct net_device *dev, const struct in6_addr *addr, const u8 *mac)
{
	u8 lladdr[MAX_ADDR_LEN] __aligned(2);
	struct neighbour *neigh;
	bool same = false;

	if (dev->type != ARPHRD_ETHER)
		return false;
	neigh = neigh_lookup(&nd_tbl, addr, dev);
	if (!neigh)
		return false;
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(lladdr, neigh, dev);
		same = ether_addr_equal(lladdr, mac);
	}
	neigh_release(neigh);
	return same;
}

static int ndp_router_is_hop(struct fib6_nh *nh, void *arg)
{
	const struct ndp_router_query *query = arg;
	const struct ndp_link *link = query->link;

	if (nh->fib_nh_gw_family != AF_INET6 || !nh->fib_nh_dev ||
	    !ipv6_addr_equal(&nh->fib_nh_gw6, query->addr))
		return 0;
	if (!query->mac)
		return nh->fib_nh_dev->ifindex == READ_ONCE(link->ifindex);
	link = ndp_link_by_index(link->nn, nh->fib_nh_dev->ifindex);
	return link && link->group == query->link->group &&
	       READ_ONCE(link->role) == NDP_ROLE_UPSTREAM &&
	       ndp_router_has_mac(nh->fib_nh_dev, query->addr, query->mac);
}

/* As the kernel does for each Router Advertisement: the routes at a table's root. */
static bool ndp_router_in_table(const struct fib6_table *table, struct ndp_router_query *query)
{
	struct fib6_info *rt;

	for_each_fib6_node_rt_rcu(&table->tb6_root)
		if (!rt->fib6_dst.plen && ndp_route_has_hop(rt, ndp_router_is_hop, query))
			return true;
	return false;
}

/* In every table: policy routing has default routes in others than the main one. */
static bool ndp_router_find(const struct net *net, struct ndp_router_query *query)
{
	struct fib6_table *table;
	unsigned int i;

	ndp_route_each_table(table, i, net)
		if (ndp_router_in_table(table, query))
			return true;
	return false;
}

/**
 * ndp_router_is_default() - is somebody a default router on a link?
 * @link: where
 * @addr: who
 *
 * The next hop of a default route is, whoever made the route. A default route for packets from one
 * source prefix only is not looked at.
 *
 * Context: RCU.
 * Return: true if it is.
 */
bool ndp_router_is_default(struct ndp_link *link, const struct in6_addr *addr)
{
	struct ndp_router_query query = { .link = link, .addr = addr };

	return ndp_router_find(link->nn->net, &query);
}

static bool ndp_router_was_upstream(struct ndp_link *link, const struct ndp_router *router)
{
	const struct ndp_routers *routers = &link->group->routers[NDP_ROLE_UPSTREAM - 1];
	unsigned int i;

	lockdep_assert_held(&link->nn->ra.lock);

	for (i = 0; i < routers->n; i++) {
		const struct ndp_router *heard = &routers->entry[i];
		const struct ndp_link *where = ndp_link_by_index(link->nn, heard->ifindex);

		if (ndp_router_same(heard, router) && where && where->group == link->group &&
		    READ_ONCE(where->role) == NDP_ROLE_UPSTREAM)
			return true;
	}
	return false;
}

/**
 * ndp_router_is_upstream() - is a router also heard on an upstream link?
 * @link: downstream link where it was heard; its group's upstream links count
 * @router: it
 *
 * A default router needs no place in the memory, so that a flood of forged advertisements upstream
 * does not hide it: the kernel has its route, and its link-layer address.
 *
 * Where routers have no link-layer address, a link-local one is nobody's mark: many are fe80::1.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if one of the same link-local and link-layer address is.
 */
bool ndp_router_is_upstream(struct ndp_link *link, const struct ndp_router *router)
{
	struct ndp_router_query query = {
		.link = link,
		.addr = &router->addr,
		.mac = router->mac,
	};
	bool was;

	if (is_zero_ether_addr(router->mac))
		return false;
	spin_lock_bh(&link->nn->ra.lock);
	was = ndp_router_was_upstream(link, router);
	spin_unlock_bh(&link->nn->ra.lock);
	return was || ndp_router_find(link->nn->net, &query);
}
