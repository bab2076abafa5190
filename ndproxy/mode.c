// SPDX-License-Identifier: GPL-2.0
/*
 * Modes: who answers for the targets of a prefix (ND-F7). In mode proxy it is the target itself. In
 * the others this router may answer at once, for what it has a route to elsewhere, or for all that
 * was not seen on the link; it then speaks for somebody of whom it may not have heard. That goes
 * for address resolution and reachability: a DAD probe is carried to the other links in every mode,
 * so that no host is kept from an address that nobody has.
 *
 * A prefix has the mode that "prefix add" gave it, also where it is learnt as well.
 */

#include <net/ipv6.h>

#include "ndproxy.h"

/**
 * ndp_mode_sync() - a prefix's modes on its upstream links changed
 * @prefix: which
 *
 * Context: RTNL.
 */
void ndp_mode_sync(struct ndp_prefix *prefix)
{
	const struct ndp_onlink *onlink;
	u8 mode = NDP_MODE_PROXY;

	list_for_each_entry(onlink, &prefix->onlinks, prefix_list) {
		mode = onlink->mode;
		if (mode != NDP_MODE_PROXY)
			break;
	}
	WRITE_ONCE(prefix->mode, mode);
}

/**
 * ndp_mode_set() - say who answers for the targets of a prefix
 * @nn: namespace
 * @link: upstream link on which it is configured
 * @addr: of the prefix
 * @plen: its length
 * @mode: enum ndp_prefix_mode
 *
 * Nothing happens while the prefix is not proxied.
 *
 * Context: RTNL.
 */
void ndp_mode_set(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *addr,
		  unsigned int plen, u8 mode)
{
	struct ndp_prefix *prefix = ndp_prefix_find(nn, link->group->id, addr, plen);
	struct ndp_onlink *onlink;

	if (!prefix)
		return;
	list_for_each_entry(onlink, &prefix->onlinks, prefix_list)
		if (onlink->link == link)
			onlink->mode = mode;
	ndp_mode_sync(prefix);
}

/* One that is just probing for its address there counts, too. */
static bool ndp_mode_seen_on(const struct ndp_net *nn, const struct ndp_link *link,
			     const struct in6_addr *target)
{
	const struct ndp_host *host = ndp_host_find(nn, link->group->id, target);

	return host && READ_ONCE(host->link) == link;
}

/**
 * ndp_mode_answers() - does this router itself answer a solicitation, and at once?
 * @nn: namespace
 * @link: where it was heard
 * @prefix: that covers the target
 * @target: of a solicitation that is no DAD probe; not this router's own
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it does.
 */
bool ndp_mode_answers(struct ndp_net *nn, const struct ndp_link *link,
		      const struct ndp_prefix *prefix, const struct in6_addr *target)
{
	struct net_device *dev = rcu_dereference(link->dev);

	switch (READ_ONCE(prefix->mode)) {
	case NDP_MODE_ROUTE:
		return dev && ndp_route_leads_away(nn, dev, target);
	case NDP_MODE_STATIC:
		return !ndp_mode_seen_on(nn, link, target);
	default:
		return false;
	}
}
