// SPDX-License-Identifier: GPL-2.0
/*
 * The routes to a proxied prefix: the kernel's, which carry the proxy mark (ND-B6), and the
 * module's own, which come back when somebody deletes them (ND-B5). route.c makes and marks them.
 */

#include <linux/rtnetlink.h>

#include "ndproxy.h"

/* --- the kernel's ----------------------------------------------------------------------------- */

/**
 * ndp_prefix_mark() - set the proxy mark on the kernel's routes to a prefix, or take it away
 * @nn: namespace
 * @prefix: the prefix
 * @on: set it
 *
 * Context: RTNL.
 */
void ndp_prefix_mark(struct ndp_net *nn, struct ndp_prefix *prefix, bool on)
{
	ASSERT_RTNL();

	/* The routes to a single address are those of its host. */
	if (!prefix->inner && prefix->key.plen != 128)
		prefix->marked = ndp_route_mark(nn, prefix, on);
}

/**
 * ndp_prefix_remark() - the kernel's routes to a prefix may have changed: mark the new ones
 * @nn: namespace
 * @link: of the prefix's group
 * @addr: of the prefix
 * @plen: its length
 * @routed: there is a new one, on whichever of the prefix's links: it may lead away from where the
 *          hosts are that have no route of their own
 *
 * Context: RTNL.
 */
void ndp_prefix_remark(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		       unsigned int plen, bool routed)
{
	struct ndp_prefix *prefix = ndp_prefix_find(nn, link->group->id, addr, plen);

	if (!prefix || prefix->inner)
		return;
	ndp_prefix_mark(nn, prefix, true);
	if (routed)
		ndp_host_reroute(nn, prefix);
}

/* --- the module's ----------------------------------------------------------------------------- */

/**
 * ndp_prefix_queue_routes() - have the routes of the downstream links to a prefix made or removed
 * @nn: namespace
 * @prefix: the prefix
 * @add: make them
 *
 * Context: RTNL.
 */
void ndp_prefix_queue_routes(struct ndp_net *nn, struct ndp_prefix *prefix, bool add)
{
	struct ndp_link *link;

	if (prefix->inner)
		return;
	list_for_each_entry(link, &prefix->group->links, group_list)
		if (link->role == NDP_ROLE_DOWNSTREAM && link->state == NDP_LINK_ACTIVE)
			ndp_route_queue_onlink(nn, prefix, link, add);
}

/* "prefix add" makes a route on the upstream link, for the kernel may have none there. */
static bool ndp_onlink_has_route(const struct ndp_onlink *onlink)
{
	return onlink->link->role == NDP_ROLE_UPSTREAM && onlink->sources & NDP_ONLINK_STATIC &&
	       onlink->link->state == NDP_LINK_ACTIVE;
}

/**
 * ndp_prefix_route_lost() - a route of the module's to a prefix was deleted
 * @nn: namespace
 * @link: active link that it led to
 * @addr: of the prefix
 * @plen: its length
 *
 * If it was not the module, it is put back.
 *
 * Context: RTNL.
 */
void ndp_prefix_route_lost(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			   unsigned int plen)
{
	struct ndp_prefix *prefix = ndp_prefix_find(nn, link->group->id, addr, plen);
	const struct ndp_onlink *onlink;

	if (!prefix || prefix->inner)
		return;
	onlink = ndp_onlink_find(prefix, link);
	if (link->role == NDP_ROLE_DOWNSTREAM || (onlink && ndp_onlink_has_route(onlink)))
		ndp_route_queue_onlink(nn, prefix, link, true);
}

/**
 * ndp_prefix_routes_again() - it is not known which routes were deleted: have all of them made
 * @nn: namespace
 *
 * Those that are there stay as they are.
 *
 * Context: RTNL.
 */
void ndp_prefix_routes_again(struct ndp_net *nn)
{
	struct ndp_onlink *onlink;
	struct ndp_prefix *prefix;

	list_for_each_entry(prefix, &nn->prefix_list, list) {
		ndp_prefix_queue_routes(nn, prefix, true);
		list_for_each_entry(onlink, &prefix->onlinks, prefix_list)
			if (ndp_onlink_has_route(onlink))
				ndp_route_queue_onlink(nn, prefix, onlink->link, true);
	}
}
