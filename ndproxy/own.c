// SPDX-License-Identifier: GPL-2.0
/*
 * What is this router's own, and the kernel's to answer: addresses, anycast ones included, frames,
 * other programs' proxy entries; and whether this router forwards at all.
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ipv6.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "ndproxy.h"

/**
 * ndp_own_here() - does the kernel have an address on a device?
 * @nn: namespace
 * @dev: the device
 * @addr: the address
 *
 * Tentative ones too: the kernel decides on its own detection. One that it lost is lost.
 *
 * Context: any.
 * Return: true if it does.
 */
bool ndp_own_here(const struct ndp_net *nn, const struct net_device *dev,
		  const struct in6_addr *addr)
{
	return ipv6_chk_addr_and_flags(nn->net, addr, dev, false, 1, IFA_F_DADFAILED);
}

/**
 * ndp_own_mac() - was a frame sent by this router itself?
 * @rx: where it was heard
 *
 * Any of the group's links may have sent it: they may be joined behind the router's back.
 *
 * Context: RCU.
 * Return: true if its source is the address of a link of the group.
 */
bool ndp_own_mac(const struct ndp_rx *rx)
{
	const struct ndp_link *link;

	if (!rx->mac)
		return false;
	list_for_each_entry_rcu(link, &rx->link->group->links, group_list) {
		const struct net_device *dev = rcu_dereference(link->dev);

		if (dev && dev->type == ARPHRD_ETHER &&
		    ether_addr_equal(rx->mac, dev->dev_addr))
			return true;
	}
	return false;
}

/*
 * ND-C11. The kernel has a route for each of its anycast addresses. Of several, it takes the one of
 * the device that the packet comes from.
 */
static enum ndp_owner ndp_own_anycast(const struct ndp_net *nn, struct net_device *dev,
				      const struct in6_addr *addr)
{
	struct flowi6 fl6 = { .daddr = *addr, .flowi6_iif = dev->ifindex };
	struct dst_entry *dst = ip6_route_input_lookup(nn->net, dev, &fl6, NULL, 0);
	const struct rt6_info *rt = container_of(dst, struct rt6_info, dst);
	enum ndp_owner owner = NDP_OWNER_NONE;

	if (!dst->error && rt->rt6i_flags & RTF_ANYCAST)
		owner = rt->rt6i_idev && rt->rt6i_idev->dev == dev ? NDP_OWNER_KERNEL :
								     NDP_OWNER_ANYCAST;
	dst_release(dst);
	return owner;
}

#ifdef HAVE_PNEIGH_RCU
/*
 * pneigh_lookup() is not for modules any more. Without its hash function all chains are walked,
 * which only a router with proxy_ndp pays for. The header does not tell how many there are.
 */
static bool ndp_own_has_pneigh(struct net *net, const struct net_device *dev,
			       const struct in6_addr *addr)
{
	size_t n = ksize(nd_tbl.phash_buckets) / sizeof(*nd_tbl.phash_buckets);
	const struct pneigh_entry *entry;

	while (n--)
		for (entry = rcu_dereference(nd_tbl.phash_buckets[n]); entry;
		     entry = rcu_dereference(entry->next))
			if (!memcmp(entry->key, addr, sizeof(*addr)) &&
			    net_eq(pneigh_net(entry), net) && (!entry->dev || entry->dev == dev))
				return true;
	return false;
}
#else
static bool ndp_own_has_pneigh(struct net *net, struct net_device *dev,
			       const struct in6_addr *addr)
{
	return pneigh_lookup(&nd_tbl, net, addr, dev, 0);
}
#endif

/*
 * Some program gave the kernel a proxy entry on this device ("ip neigh add proxy"), and the kernel
 * is allowed to answer for it.
 */
static bool ndp_own_is_proxied(const struct ndp_rx *rx, const struct in6_addr *addr)
{
	const struct inet6_dev *idev = __in6_dev_get(rx->dev);
	struct net *net = rx->nn->net;

	return idev && READ_ONCE(idev->cnf.forwarding) &&
	       (READ_ONCE(net->ipv6.devconf_all->proxy_ndp) || READ_ONCE(idev->cnf.proxy_ndp)) &&
	       ndp_own_has_pneigh(net, rx->dev, addr);
}

/**
 * ndp_own_target() - who is to answer for a target: this router, and which part of it?
 * @rx: where the question was heard
 * @addr: of a proxied prefix
 *
 * Context: bottom halves disabled, RCU.
 * Return: enum ndp_owner.
 */
enum ndp_owner ndp_own_target(const struct ndp_rx *rx, const struct in6_addr *addr)
{
	if (ndp_own_here(rx->nn, rx->dev, addr) || ndp_own_is_proxied(rx, addr))
		return NDP_OWNER_KERNEL;
	if (ndp_own_anywhere(rx->nn, rx->dev, addr))
		return NDP_OWNER_ROUTER;
	return ndp_own_anycast(rx->nn, rx->dev, addr);
}

/**
 * ndp_own_has_anycast() - is it an anycast address of this router? (ND-C11)
 * @rx: where it was heard
 * @addr: the address
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it is, on whichever device.
 */
bool ndp_own_has_anycast(const struct ndp_rx *rx, const struct in6_addr *addr)
{
	return ndp_own_anycast(rx->nn, rx->dev, addr) != NDP_OWNER_NONE;
}

/**
 * ndp_own_proxy_hears() - does the kernel take a unicast solicitation for a proxy entry by itself?
 * @rx: where it was heard
 * @addr: the target, NDP_OWNER_KERNEL
 *
 * It does for its own addresses; for a proxy entry only if all.proxy_ndp is set. Where the device's
 * alone is, the kernel would forward what it answers if it came by multicast.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it does.
 */
bool ndp_own_proxy_hears(const struct ndp_rx *rx, const struct in6_addr *addr)
{
	return READ_ONCE(rx->nn->net->ipv6.devconf_all->proxy_ndp) ||
	       !ndp_own_is_proxied(rx, addr) || ndp_own_here(rx->nn, rx->dev, addr);
}

/**
 * ndp_own_forwards() - would the kernel forward what comes in on a device? (ND-C12)
 * @nn: namespace
 * @dev: the device, which may have a switch of its own (force_forwarding); NULL: has none
 *
 * The device's own "forwarding" does not matter: it tells whether the kernel is a router there.
 *
 * Context: RCU.
 * Return: true if it would.
 */
bool ndp_own_forwards(const struct ndp_net *nn, const struct net_device *dev)
{
	const struct inet6_dev *idev;

	if (likely(READ_ONCE(nn->net->ipv6.devconf_all->forwarding)))
		return true;
	idev = dev ? __in6_dev_get(dev) : NULL;
	return idev && ipv6_devconf_force_forwarding(&idev->cnf);
}

/**
 * ndp_own_group_forwards() - would the kernel forward what comes in on a link of a group? (ND-C12)
 * @nn: namespace
 * @group: the group
 *
 * Context: RCU.
 * Return: true if it would on one of them.
 */
bool ndp_own_group_forwards(const struct ndp_net *nn, const struct ndp_group *group)
{
	const struct ndp_link *link;

	list_for_each_entry_rcu(link, &group->links, group_list)
		if (ndp_own_forwards(nn, rcu_dereference(link->dev)))
			return true;
	return false;
}

/**
 * ndp_own_drops_na() - does the kernel refuse an advertisement that nobody asked for? (ND-C12)
 * @rx: where it was heard
 * @na: the advertisement
 *
 * Context: RCU.
 * Return: true if it does, by drop_unsolicited_na.
 */
bool ndp_own_drops_na(const struct ndp_rx *rx, const struct nd_info *na)
{
	const struct inet6_dev *idev = __in6_dev_get(rx->dev);

	return !(na->flags & ND_NA_SOLICITED) && idev && READ_ONCE(idev->cnf.drop_unsolicited_na);
}
