// SPDX-License-Identifier: GPL-2.0
/* Router Advertisements that this host sends (ND-A3): it must not have such a link upstream. */

#include <linux/ktime.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ndisc.h>

#include "ndproxy.h"

/*
 * A device has the place of its index modulo the number of places, so that nothing is allocated
 * where packets leave. Of two with one place the later is remembered, and the kernel's own count
 * stands in for the other.
 */
static atomic64_t *ndp_ra_place(struct ndp_net *nn, int ifindex)
{
	return &nn->ra.sent[ifindex % NDP_RA_PLACES];
}

static u32 ndp_ra_now(void)
{
	return ktime_get_boottime_seconds();
}

/* Return: true if one was seen on the device; @until: when its lifetime ends, in seconds. */
static bool ndp_ra_recall(struct ndp_net *nn, int ifindex, u32 *until)
{
	u64 seen = atomic64_read(ndp_ra_place(nn, ifindex));

	*until = lower_32_bits(seen);
	return upper_32_bits(seen) == ifindex;
}

/* Router Advertisements that the kernel counted on the device since it has IPv6. Context: RTNL. */
static bool ndp_ra_counted(const struct net_device *dev)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);
	int sent = 0x100 | NDISC_ROUTER_ADVERTISEMENT;

	return idev && atomic_long_read(&idev->stats.icmpv6msgdev->mibs[sent]);
}

/**
 * ndp_ra_sends() - does this host advertise itself as a router on a device?
 * @nn: namespace
 * @dev: device, a link or not
 * @why: filled if it does
 * @len: octets at @why
 *
 * By what the local-out hook saw. Where it saw none, because it has not been there since, the
 * kernel's count tells that there were some, and whoever knows that they have ended may say so.
 *
 * Context: RTNL.
 * Return: true if it does, or did and may do so still.
 */
bool ndp_ra_sends(struct ndp_net *nn, const struct net_device *dev, char *why, size_t len)
{
	bool seen;
	u32 until;

	ASSERT_RTNL();

	seen = ndp_ra_recall(nn, dev->ifindex, &until);
	if (seen ? until <= ndp_ra_now() : !ndp_ra_counted(dev))
		return false;
	snprintf(why, len, seen ? "this host sends Router Advertisements on %s: force overrides" :
				  "this host has sent Router Advertisements on %s: force overrides",
		 dev->name);
	return true;
}

/**
 * ndp_ra_sent() - a valid Router Advertisement of this host leaves
 * @nn: namespace
 * @ifindex: of the device
 * @link: the link that the device is; NULL: none
 * @from: its source
 * @ra: the advertisement
 *
 * On an upstream link the first is told, and the next one when the lifetime of the last has passed.
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_ra_sent(struct ndp_net *nn, int ifindex, const struct ndp_link *link,
		 const struct in6_addr *from, const struct nd_ra *ra)
{
	u32 now = ndp_ra_now(), until;
	bool news;

	news = !ndp_ra_recall(nn, ifindex, &until) || until <= now;
	until = ra->lifetime ? now + ra->lifetime : 0;
	atomic64_set(ndp_ra_place(nn, ifindex), (u64)ifindex << 32 | until);
	if (news && until && link && READ_ONCE(link->role) == NDP_ROLE_UPSTREAM)
		ndp_event_ra(nn, link, from, ra, NDP_RA_OWN);
}

/**
 * ndp_ra_forget() - what was seen is worth nothing: from now on the local-out hook sees all
 * @nn: namespace
 *
 * Context: RTNL.
 */
void ndp_ra_forget(struct ndp_net *nn)
{
	int i;

	for (i = 0; i < NDP_RA_PLACES; i++)
		atomic64_set(&nn->ra.sent[i], 0);
}
