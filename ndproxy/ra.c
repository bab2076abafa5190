// SPDX-License-Identifier: GPL-2.0
/*
 * Router Advertisements of others (ND-H2). One that may show a loop is only suspicion: loop_test.c
 * finds out, and only what it shows suspends the link. With ra-guard strict another router on a
 * downstream link suspends it by itself. ndproxy changes and forwards no Router Advertisement.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>

#include "ndproxy.h"
#include "trace.h"

/* Without a word of the router for so long, strict forgets it (RFC 4389 4.1.3.3: 60 minutes). */
#define NDP_STRICT_MAX	3600U

/* Events of routers on a downstream link: per second, and at once. */
#define NDP_ROGUE_RATE	1
#define NDP_ROGUE_BURST	8

/* --- telling ---------------------------------------------------------------------------------- */

static const char *ndp_ra_cause(const struct ndp_suspicion *s)
{
	if (s->strict)
		return "another router's RA";
	return s->ra.proxy ? "RA with the Proxy bit" : "upstream router's RA";
}

static const char *ndp_ra_partner(struct ndp_net *nn, int ifindex)
{
	const struct ndp_link *link = ndp_link_by_index(nn, ifindex);

	return link ? link->name : "another link";
}

/**
 * ndp_ra_tell() - send the event of a suspicion, and log what changes
 * @nn: namespace
 * @link: where
 * @suspicion: a copy of it
 * @verdict: what was concluded
 *
 * Context: RCU or RTNL; any.
 */
void ndp_ra_tell(struct ndp_net *nn, const struct ndp_link *link,
		 const struct ndp_suspicion *suspicion, enum ndp_ra_verdict verdict)
{
	const struct ndp_suspicion *s = suspicion;

	ndp_event_ra(nn, link, &s->from, &s->ra, verdict);
	if (verdict == NDP_RA_FREED)
		net_notice_ratelimited("%s: proxied again: %s\n", link->name,
				       s->strict ? "the other router is gone" : "no loop any more");
	else if (verdict == NDP_RA_SUSPENDED && s->strict)
		net_notice_ratelimited("%s: suspended: %s from %pI6c (ra-guard strict)\n",
				       link->name, ndp_ra_cause(s), &s->from);
	else if (verdict == NDP_RA_SUSPENDED)
		net_notice_ratelimited("%s: suspended: loop with %s: %s from %pI6c\n", link->name,
				       ndp_ra_partner(nn, s->with), ndp_ra_cause(s), &s->from);
}

/* --- hearing ---------------------------------------------------------------------------------- */

/*
 * Whoever is not told, as too many are, is not remembered either: his next advertisement may find
 * room.
 */
static bool ndp_ra_rogue_is_news(const struct ndp_rx *rx, const struct ndp_router *router)
{
	struct ndp_routers *routers = &rx->link->group->routers[NDP_ROLE_DOWNSTREAM - 1];
	bool known, news;

	spin_lock_bh(&rx->nn->ra.lock);
	known = ndp_router_is_known(routers, router);
	news = !known && ndp_bucket_take(&rx->link->rogues, NDP_ROGUE_RATE, NDP_ROGUE_BURST,
					 jiffies);
	if (known || news)
		ndp_router_note(routers, router);
	spin_unlock_bh(&rx->nn->ra.lock);
	return news;
}

static void ndp_ra_suspect(const struct ndp_rx *rx, const struct in6_addr *from,
			   const struct nd_ra *ra)
{
	struct ndp_suspicion *s = &rx->link->suspicion;
	struct ndp_net *nn = rx->nn;
	bool news;

	spin_lock_bh(&nn->ra.lock);
	news = list_empty(&s->list);
	if (news) {
		*s = (struct ndp_suspicion){ .from = *from, .ra = *ra, .due = get_jiffies_64() };
		list_add_tail(&s->list, &nn->ra.suspects);
	}
	spin_unlock_bh(&nn->ra.lock);
	if (!news)
		return;
	ndp_event_ra(nn, rx->link, from, ra, NDP_RA_SUSPECTED);
	ndp_gate_move(&nn->gate, &nn->ra.work, 0);
}

/* The router says that it is a default router no more, and need not be the only one. */
static void ndp_ra_strict_ends(const struct ndp_rx *rx, const struct in6_addr *from)
{
	struct ndp_suspicion *s = &rx->link->suspicion;
	struct ndp_net *nn = rx->nn;
	bool ends;

	spin_lock_bh(&nn->ra.lock);
	ends = !list_empty(&s->list) && s->strict && ipv6_addr_equal(&s->from, from);
	if (ends)
		s->due = get_jiffies_64();
	spin_unlock_bh(&nn->ra.lock);
	if (ends)
		ndp_gate_move(&nn->gate, &nn->ra.work, 0);
}

/*
 * A loop that a test has shown goes before: the link is to be looked at again when it is gone. A
 * suspicion that is still to be tested does not, or anybody could raise one to be spared.
 */
static void ndp_ra_strict(const struct ndp_rx *rx, const struct in6_addr *from,
			  const struct nd_ra *ra)
{
	u64 until = get_jiffies_64() + min_t(u32, ra->lifetime, NDP_STRICT_MAX) * HZ;
	struct ndp_suspicion *s = &rx->link->suspicion;
	struct ndp_net *nn = rx->nn;
	struct ndp_suspicion copy;
	bool news = false;

	spin_lock_bh(&nn->ra.lock);
	if (list_empty(&s->list) || (!s->strict && !s->suspended)) {
		news = true;
		ndp_loop_test_leave(nn, rx->link);
		list_del_init(&s->list);
		*s = (struct ndp_suspicion){
			.from = *from, .ra = *ra, .strict = true, .suspended = true, .due = until,
			.since = ktime_get_boottime_seconds(),
		};
		list_add_tail(&s->list, &nn->ra.suspects);
	} else if (s->strict && (ipv6_addr_equal(&s->from, from) || until > s->due)) {
		s->from = *from;
		s->due = until;
	}
	copy = *s;
	spin_unlock_bh(&nn->ra.lock);
	if (!news)
		return;
	ndp_ra_tell(nn, rx->link, &copy, NDP_RA_SUSPENDED);
	ndp_gate_move(&nn->gate, &nn->ra.work, 0);
	ndp_gate_queue(&nn->gate, &nn->link_work);
}

static void ndp_ra_heard_downstream(const struct ndp_rx *rx, const struct ndp_router *router,
				    const struct nd_ra *ra)
{
	u8 guard = READ_ONCE(rx->link->ra_guard);

	if (guard == NDP_RA_GUARD_OFF)
		return;
	if (guard == NDP_RA_GUARD_STRICT && ra->lifetime) {
		ndp_ra_strict(rx, &router->addr, ra);
		return;
	}
	if (guard == NDP_RA_GUARD_STRICT)
		ndp_ra_strict_ends(rx, &router->addr);
	if (ra->proxy || ndp_router_is_upstream(rx->link, router))
		ndp_ra_suspect(rx, &router->addr, ra);
	else if (ndp_ra_rogue_is_news(rx, router))
		ndp_event_ra(rx->nn, rx->link, &router->addr, ra, NDP_RA_ROGUE);
}

/* Routers are at home there, and of the Proxy bit only the word of a default router counts. */
static void ndp_ra_heard_upstream(const struct ndp_rx *rx, const struct ndp_router *router,
				  const struct nd_ra *ra)
{
	spin_lock_bh(&rx->nn->ra.lock);
	ndp_router_note(&rx->link->group->routers[NDP_ROLE_UPSTREAM - 1], router);
	spin_unlock_bh(&rx->nn->ra.lock);
	if (ra->proxy && READ_ONCE(rx->link->ra_guard) != NDP_RA_GUARD_OFF &&
	    ndp_router_is_default(rx->link, &router->addr))
		ndp_ra_suspect(rx, &router->addr, ra);
}

/**
 * ndp_ra_heard() - a valid Router Advertisement of another router was heard
 * @rx: where
 * @from: its source
 * @ra: the advertisement
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_ra_heard(const struct ndp_rx *rx, const struct in6_addr *from, const struct nd_ra *ra)
{
	struct ndp_router router = { .addr = *from, .ifindex = rx->dev->ifindex };
	u8 state = READ_ONCE(rx->link->state);

	if (state != NDP_LINK_ACTIVE && state != NDP_LINK_SUSPENDED)
		return;
	if (rx->mac)
		ether_addr_copy(router.mac, rx->mac);
	if (READ_ONCE(rx->link->role) == NDP_ROLE_UPSTREAM)
		ndp_ra_heard_upstream(rx, &router, ra);
	else
		ndp_ra_heard_downstream(rx, &router, ra);
}

/* --- suspensions ------------------------------------------------------------------------------ */

/**
 * ndp_ra_suspends() - is a link suspended?
 * @nn: namespace
 * @link: link whose device is up
 *
 * Context: RTNL.
 * Return: true if it is; the link's reason is set then.
 */
bool ndp_ra_suspends(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_suspicion s;

	ASSERT_RTNL();

	spin_lock_bh(&nn->ra.lock);
	s = link->suspicion;
	spin_unlock_bh(&nn->ra.lock);
	if (!s.suspended)
		return false;
	if (s.strict)
		snprintf(link->reason, sizeof(link->reason), "%s from %pI6c (ra-guard strict)",
			 ndp_ra_cause(&s), &s.from);
	else
		snprintf(link->reason, sizeof(link->reason), "loop with %s: %s from %pI6c",
			 ndp_ra_partner(nn, s.with), ndp_ra_cause(&s), &s.from);
	return true;
}

/**
 * ndp_ra_pardon() - end a link's suspicion or suspension, if there is one
 * @nn: namespace
 * @link: link, which the caller brings in line; if it ends, no packet is under way on it any more
 *
 * Context: RTNL.
 */
void ndp_ra_pardon(struct ndp_net *nn, struct ndp_link *link)
{
	spin_lock_bh(&nn->ra.lock);
	ndp_loop_test_leave(nn, link);
	list_del_init(&link->suspicion.list);
	link->suspicion.suspended = false;
	spin_unlock_bh(&nn->ra.lock);
}

/**
 * ndp_ra_times() - since when is a link suspended, and when is it looked at again?
 * @link: link
 * @since: filled with the age of the suspension in seconds
 * @left: filled with the seconds until the next test, or until the end if ra-guard is strict
 *
 * Context: any.
 * Return: true if it is suspended.
 */
bool ndp_ra_times(const struct ndp_link *link, u32 *since, u32 *left)
{
	struct ndp_ra *ra = &link->nn->ra;
	u64 now = get_jiffies_64(), due;
	bool suspended;

	spin_lock_bh(&ra->lock);
	suspended = link->suspicion.suspended;
	*since = (u32)ktime_get_boottime_seconds() - link->suspicion.since;
	due = link->suspicion.due;
	spin_unlock_bh(&ra->lock);
	*left = due > now ? DIV_ROUND_UP((unsigned long)(due - now), HZ) : 0;
	return suspended;
}

/**
 * ndp_ra_init() - set up a namespace's memory of Router Advertisements
 * @nn: new namespace
 */
void ndp_ra_init(struct ndp_net *nn)
{
	spin_lock_init(&nn->ra.lock);
	INIT_LIST_HEAD(&nn->ra.suspects);
	INIT_DELAYED_WORK(&nn->ra.work, ndp_loop_test_work);
	ndp_ra_forget(nn);
}
