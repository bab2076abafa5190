// SPDX-License-Identifier: GPL-2.0
/*
 * What is this router's own, and the kernel's to answer: addresses, anycast ones included, and
 * frames; and what the kernel's switches allow.
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>

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
	if (ndp_own_here(rx->nn, rx->dev, addr))
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
 * ndp_own_has_proxy_ndp() - may the kernel answer for proxy entries on a device?
 * @rx: where a solicitation was heard
 *
 * Whether there is an entry for its target ("ip neigh add proxy"), the kernel tells no module from
 * 6.17 on.
 *
 * Context: RCU.
 * Return: true if it may.
 */
bool ndp_own_has_proxy_ndp(const struct ndp_rx *rx)
{
	const struct inet6_dev *idev = __in6_dev_get(rx->dev);

	return idev && READ_ONCE(idev->cnf.forwarding) &&
	       (READ_ONCE(rx->nn->net->ipv6.devconf_all->proxy_ndp) ||
		READ_ONCE(idev->cnf.proxy_ndp));
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
