// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's neighbour entries, kept as if every message that the proxy takes part in were for
 * this router (ND-C4, D2): the packets that follow an answer need them.
 */

#include <net/ndisc.h>
#include <net/neighbour.h>

#include "ndproxy.h"

/* Return: true if there is an entry now. */
static bool ndp_neigh_update(struct net_device *dev, const struct in6_addr *addr, const u8 *lladdr,
			     u8 state, u32 flags, bool create)
{
	struct neighbour *neigh = neigh_lookup(&nd_tbl, addr, dev);

	if (!neigh && create) {
		neigh = neigh_create(&nd_tbl, addr, dev);
		if (IS_ERR(neigh))
			return false;
	}
	if (!neigh)
		return false;
	neigh_update(neigh, lladdr, state, flags, 0);
	neigh_release(neigh);
	return true;
}

/**
 * ndp_neigh_from_ns() - the solicitor's address is known now, so that it can be answered
 * @rx: where
 * @ns: the solicitation (ND-C4, RFC 4861 7.2.3)
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_neigh_from_ns(const struct ndp_rx *rx, const struct nd_info *ns)
{
	if (ns->lladdr)
		ndp_neigh_update(rx->dev, &ns->saddr, ns->lladdr, NUD_STALE,
				 NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE, true);
}

static u32 ndp_neigh_flags(u8 na_flags)
{
	u32 flags = NEIGH_UPDATE_F_WEAK_OVERRIDE | NEIGH_UPDATE_F_OVERRIDE_ISROUTER;

	if (na_flags & ND_NA_OVERRIDE)
		flags |= NEIGH_UPDATE_F_OVERRIDE;
	if (na_flags & ND_NA_ROUTER)
		flags |= NEIGH_UPDATE_F_ISROUTER;
	return flags;
}

/**
 * ndp_neigh_from_na() - the target's link-layer address is told
 * @rx: where
 * @na: the advertisement (ND-D2, RFC 4861 7.2.5)
 * @create: make an entry if there is none
 *
 * Context: bottom halves disabled, RCU.
 * Return: false if there is none.
 */
bool ndp_neigh_from_na(const struct ndp_rx *rx, const struct nd_info *na, bool create)
{
	return ndp_neigh_update(rx->dev, &na->target, na->lladdr,
				na->flags & ND_NA_SOLICITED ? NUD_REACHABLE : NUD_STALE,
				ndp_neigh_flags(na->flags), create);
}

/**
 * ndp_neigh_from_host() - make the entry of a host that has just said that it is there
 * @host: the host
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_neigh_from_host(const struct ndp_host *host)
{
	const struct ndp_station *station = READ_ONCE(host->station);
	const struct ndp_link *link = READ_ONCE(host->link);
	struct net_device *dev = rcu_dereference(link->dev);

	/* It may have moved meanwhile. */
	if (dev && station && station->key.ifindex == dev->ifindex &&
	    station->key.len == dev->addr_len)
		ndp_neigh_update(dev, &host->key.addr, station->key.addr, NUD_REACHABLE,
				 ndp_neigh_flags(READ_ONCE(host->na_flags)), true);
}
