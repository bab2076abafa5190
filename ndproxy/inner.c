// SPDX-License-Identifier: GPL-2.0
/*
 * Inner prefixes (ND-B7): a more specific prefix that is on-link on a downstream link, inside a
 * proxied one: a container bridge's /80 in the uplink's /64. Its hosts live there and nowhere else,
 * so that whoever asks, on any link of the proxied prefix, is proxied towards that link only. The
 * kernel's own route leads there; it is not marked, and no other link gets a route.
 */

#include <linux/rtnetlink.h>
#include <net/ipv6.h>

#include "ndproxy.h"

/* The longest proxied prefix around an inner one. Context: RCU or RTNL. */
static struct ndp_prefix *ndp_inner_cover(const struct ndp_net *nn, u32 group,
					  const struct in6_addr *addr, unsigned int plen)
{
	struct ndp_prefix *prefix;
	unsigned long shorter;

	for (; plen; plen = shorter) {
		shorter = find_last_bit(nn->plen_map, plen);
		if (shorter >= plen)
			break;
		prefix = ndp_prefix_find(nn, group, addr, shorter);
		if (prefix && !prefix->inner)
			return prefix;
	}
	return NULL;
}

/**
 * ndp_prefix_is_shared_on() - is a prefix proxied for those who ask on a link?
 * @prefix: the prefix
 * @link: a link
 *
 * Context: RCU or RTNL.
 * Return: true where the prefix, or the one that an inner prefix is in, is on-link.
 */
bool ndp_prefix_is_shared_on(const struct ndp_prefix *prefix, const struct ndp_link *link)
{
	const struct ndp_prefix *cover;

	if (!prefix->inner || link->group != prefix->group)
		return ndp_prefix_is_onlink(prefix, link);
	cover = ndp_inner_cover(link->nn, prefix->key.group, &prefix->key.addr, prefix->key.plen);
	return cover && ndp_prefix_is_onlink(cover, link);
}

/**
 * ndp_inner_sync() - what holds now for a more specific prefix on a downstream link?
 * @nn: namespace
 * @link: active downstream link
 * @addr: of the prefix
 * @plen: its length
 *
 * A prefix that is on-link upstream, too, is proxied like any other.
 *
 * Context: RTNL.
 */
void ndp_inner_sync(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		    unsigned int plen)
{
	struct ndp_prefix *prefix = ndp_prefix_find(nn, link->group->id, addr, plen);
	unsigned long expires;

	ASSERT_RTNL();

	if (prefix && !prefix->inner)
		return;
	if (ndp_inner_cover(nn, link->group->id, addr, plen) &&
	    ndp_route_is_onlink(nn, link, addr, plen, &expires))
		ndp_prefix_learn(nn, link, addr, plen, NDP_ONLINK_ROUTE, expires);
	else
		ndp_prefix_unlearn(nn, link, addr, plen, NDP_ONLINK_ROUTE);
}

/**
 * ndp_inner_end() - a prefix is no inner one any more
 * @nn: namespace
 * @prefix: inner prefix; gone after a grace period
 *
 * Context: RTNL.
 */
void ndp_inner_end(struct ndp_net *nn, struct ndp_prefix *prefix)
{
	struct in6_addr addr = prefix->key.addr;
	unsigned int plen = prefix->key.plen;
	struct ndp_onlink *onlink;
	bool last;

	ASSERT_RTNL();

	/* The prefix goes with its last link. */
	do {
		onlink = list_first_entry(&prefix->onlinks, struct ndp_onlink, prefix_list);
		last = list_is_singular(&prefix->onlinks);
		ndp_prefix_unlearn(nn, onlink->link, &addr, plen, NDP_ONLINK_ROUTE);
	} while (!last);
}

/**
 * ndp_inner_uncovered() - a proxied prefix stopped: so do those that were inside it
 * @nn: namespace
 * @group: of the prefix
 *
 * Context: RTNL.
 */
void ndp_inner_uncovered(struct ndp_net *nn, struct ndp_group *group)
{
	struct ndp_prefix *prefix, *tmp;

	ASSERT_RTNL();

	if (!group->n_inner)
		return;
	list_for_each_entry_safe(prefix, tmp, &nn->prefix_list, list)
		if (prefix->inner && prefix->group == group &&
		    !ndp_inner_cover(nn, group->id, &prefix->key.addr, prefix->key.plen))
			ndp_inner_end(nn, prefix);
}

/**
 * ndp_inner_learn() - a proxied prefix started or stopped: look at the downstream links' routes
 * @nn: namespace
 * @group: of the prefix
 *
 * Context: RTNL.
 */
void ndp_inner_learn(struct ndp_net *nn, struct ndp_group *group)
{
	struct ndp_link *link;

	list_for_each_entry(link, &group->links, group_list)
		if (link->role == NDP_ROLE_DOWNSTREAM && link->state == NDP_LINK_ACTIVE)
			ndp_learn_link(nn, link);
}
