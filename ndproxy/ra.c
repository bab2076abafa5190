// SPDX-License-Identifier: GPL-2.0
/*
 * Router Advertisements: those that this host sends (ND-A3), and those that forbid to proxy on a
 * link for a while, because another proxy may close a loop there or another router has taken the
 * link (ND-H2, RFC 4389 4.1.3.3). None is changed, and none is carried on.
 */

#include <linux/jiffies.h>
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>
#include <net/addrconf.h>
#include <net/ndisc.h>

#include "ndproxy.h"

#define NDP_SUSPENSION	(60 * 60 * HZ)	/* RFC 4389 4.1.3.3: 60 minutes */

/* --- what this host sends (ND-A3) ------------------------------------------------------------- */

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
		ndp_event_ra(nn, link, from, ra, true);
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

/* --- what others send (ND-H2) ----------------------------------------------------------------- */

/* On an upstream link routers are at home, and only another proxy is a reason to stop. */
static bool ndp_ra_forbids(const struct ndp_link *link, const struct nd_ra *ra)
{
	return ra->proxy || (READ_ONCE(link->role) == NDP_ROLE_DOWNSTREAM &&
			     READ_ONCE(link->ra_guard));
}

/**
 * ndp_ra_heard() - a valid Router Advertisement of another router was heard
 * @nn: namespace
 * @link: where
 * @from: its source
 * @ra: the advertisement
 *
 * While the link is suspended each one starts the time anew, and tells nothing.
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_ra_heard(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *from,
		  const struct nd_ra *ra)
{
	struct ndp_suspension *s = &link->suspension;
	u8 state = READ_ONCE(link->state);
	bool news;

	if ((state != NDP_LINK_ACTIVE && state != NDP_LINK_SUSPENDED) || !ndp_ra_forbids(link, ra))
		return;

	spin_lock_bh(&nn->ra.lock);
	news = !s->until;
	if (news || (ra->proxy && !s->proxy)) {
		s->by = *from;
		s->proxy = ra->proxy;
	}
	s->until = (jiffies + NDP_SUSPENSION) ?: 1;
	spin_unlock_bh(&nn->ra.lock);

	if (!news)
		return;
	ndp_event_ra(nn, link, from, ra, false);
	queue_work(nn->wq, &nn->link_work);
}

/* The work must come back when the first suspension is over; it may do so before. */
static void ndp_ra_arm(struct ndp_net *nn, unsigned long until)
{
	long delay = until - jiffies;

	ASSERT_RTNL();

	if (nn->ra.wake && !time_before(until, nn->ra.wake))
		return;
	nn->ra.wake = until;
	/* A long timer may be late by an eighth: it comes early, and again for the rest. */
	if (delay > 16 * HZ)
		delay -= delay / 8;
	mod_delayed_work(nn->wq, &nn->ra.work, max(delay, 0L) + 1);
}

/**
 * ndp_ra_suspends() - is a link suspended?
 * @nn: namespace
 * @link: link whose device is up
 *
 * A suspension whose time is over ends here; before, the work is armed for its end.
 *
 * Context: RTNL.
 * Return: true if it is; the link's reason is set then.
 */
bool ndp_ra_suspends(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_suspension s;

	ASSERT_RTNL();

	spin_lock_bh(&nn->ra.lock);
	if (link->suspension.until && !time_before(jiffies, link->suspension.until))
		link->suspension.until = 0;
	s = link->suspension;
	spin_unlock_bh(&nn->ra.lock);
	if (!s.until)
		return false;
	snprintf(link->reason, sizeof(link->reason), s.proxy ? "proxy's RA from %pI6c" :
							       "foreign RA from %pI6c", &s.by);
	ndp_ra_arm(nn, s.until);
	return true;
}

/**
 * ndp_ra_pardon() - end a link's suspension, if there is one
 * @nn: namespace
 * @link: link, which the caller brings in line
 *
 * Context: RTNL.
 */
void ndp_ra_pardon(struct ndp_net *nn, struct ndp_link *link)
{
	spin_lock_bh(&nn->ra.lock);
	link->suspension.until = 0;
	spin_unlock_bh(&nn->ra.lock);
}

/**
 * ndp_ra_remaining() - how long a link stays suspended
 * @link: link
 *
 * Context: any.
 * Return: seconds, rounded up; 0: it is not.
 */
u32 ndp_ra_remaining(const struct ndp_link *link)
{
	struct ndp_ra *ra = &link->nn->ra;
	unsigned long until, now;

	spin_lock_bh(&ra->lock);
	until = link->suspension.until;
	now = jiffies;
	spin_unlock_bh(&ra->lock);
	return until && time_before(now, until) ? DIV_ROUND_UP(until - now, HZ) : 0;
}

/* A suspension is over, or was prolonged: the links tell. */
static void ndp_ra_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, ra.work);

	rtnl_lock();
	nn->ra.wake = 0;
	rtnl_unlock();
	ndp_link_work(&nn->link_work);
}

/**
 * ndp_ra_init() - set up a namespace's memory of Router Advertisements
 * @nn: new namespace
 */
void ndp_ra_init(struct ndp_net *nn)
{
	spin_lock_init(&nn->ra.lock);
	INIT_DELAYED_WORK(&nn->ra.work, ndp_ra_work);
	ndp_ra_forget(nn);
}
