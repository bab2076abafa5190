// SPDX-License-Identifier: GPL-2.0
/*
 * This router's own addresses as hosts of snm.c: hosts ask for them on all links of the group, and
 * the kernel reports their solicited-node groups only on the link that has them.
 */

#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>

#include "ndproxy.h"

#define NDP_SNM_OWN	64	/* addresses of a link that are looked after */

static struct ndp_snm_own *ndp_snm_find_own(const struct ndp_link *link,
					    const struct in6_addr *addr)
{
	struct ndp_snm_own *own;

	list_for_each_entry(own, &link->snm.own, list)
		if (ipv6_addr_equal(&own->addr, addr))
			return own;
	return NULL;
}

static struct ndp_snm_own *ndp_snm_add_own(struct ndp_link *link, const struct in6_addr *addr)
{
	struct ndp_snm_own *own = charge_zalloc(&link->nn->charge, sizeof(*own), CHARGE_KERNEL);

	if (!own)
		return NULL;
	own->addr = *addr;
	list_add_tail(&own->list, &link->snm.own);
	return own;
}

/* Where there was no room for it, there may be by now. */
static void ndp_snm_see_own(struct ndp_link *link, struct ndp_snm_own *own)
{
	own->seen = true;
	if (own->home)
		return;
	spin_lock_bh(&link->nn->hosts.lock);
	own->home = ndp_snm_get_home(link->nn, link, &own->addr);
	link->snm.own_lacks |= !own->home;
	spin_unlock_bh(&link->nn->hosts.lock);
}

/* Those that were not seen again. */
static void ndp_snm_drop_own(struct ndp_link *link)
{
	struct ndp_snm_own *own, *tmp;

	list_for_each_entry_safe(own, tmp, &link->snm.own, list) {
		if (own->seen)
			continue;
		spin_lock_bh(&link->nn->hosts.lock);
		ndp_snm_put_home(link->nn, own->home);
		spin_unlock_bh(&link->nn->hosts.lock);
		list_del(&own->list);
		kfree(own);
	}
}

static unsigned int ndp_snm_read_own(const struct net_device *dev, struct in6_addr *addrs)
{
	struct inet6_dev *idev = __in6_dev_get(dev);
	const struct inet6_ifaddr *ifa;
	unsigned int n = 0;

	if (!idev)
		return 0;
	read_lock_bh(&idev->lock);
	list_for_each_entry(ifa, &idev->addr_list, if_list)
		if (!(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL) && n < NDP_SNM_OWN)
			addrs[n++] = ifa->addr;
	read_unlock_bh(&idev->lock);
	return n;
}

/**
 * ndp_snm_sync_own() - look whether a link's own addresses are all counted, and no others
 * @link: link
 *
 * Context: RTNL.
 */
void ndp_snm_sync_own(struct ndp_link *link)
{
	const struct net_device *dev = rtnl_dereference(link->dev);
	struct in6_addr *addrs;
	struct ndp_snm_own *own;
	unsigned int i, n = 0;

	/* Without memory it is tried again. */
	addrs = kmalloc_array(NDP_SNM_OWN, sizeof(*addrs), CHARGE_KERNEL);
	if (!addrs)
		return;
	link->snm.own_stale = false;
	link->snm.own_lacks = false;
	if (dev)
		n = ndp_snm_read_own(dev, addrs);
	list_for_each_entry(own, &link->snm.own, list)
		own->seen = false;
	for (i = 0; i < n; i++) {
		own = ndp_snm_find_own(link, &addrs[i]) ?: ndp_snm_add_own(link, &addrs[i]);
		if (own)
			ndp_snm_see_own(link, own);
		else
			link->snm.own_stale = true;
	}
	ndp_snm_drop_own(link);
	kfree(addrs);
}

/**
 * ndp_snm_forget_own() - a link has no addresses any more
 * @link: link
 *
 * Context: RTNL.
 */
void ndp_snm_forget_own(struct ndp_link *link)
{
	struct ndp_snm_own *own;

	list_for_each_entry(own, &link->snm.own, list)
		own->seen = false;
	ndp_snm_drop_own(link);
}
