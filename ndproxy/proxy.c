// SPDX-License-Identifier: GPL-2.0
/*
 * What a Neighbor Solicitation or Advertisement does: the rules of the proxy, and nothing else.
 * Everything here runs with bottom halves disabled and under the RCU read lock.
 */

#include <linux/etherdevice.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ndisc.h>

#include "ndproxy.h"
#include "trace.h"

static void ndp_proxy_drop(struct ndp_link *link, enum ndp_drop why)
{
	ndp_count_drop(&link->stats, why);
	trace_nd_drop(link, why);
}

/* --- this router's own messages --------------------------------------------------------------- */

/* What ndp_deliver_nd() gave to this router's kernel has an empty frame. */
static bool ndp_is_delivered(const struct ndp_rx *rx, const struct nd_info *info)
{
	return rx->mac && is_zero_ether_addr(rx->mac) && ipv6_addr_is_multicast(&info->daddr);
}

/*
 * ND-C7: a solicitation of this router's, heard again by way of a loop or a repeater. An address
 * that is still tentative is not its own yet.
 */
static bool ndp_is_echo(const struct ndp_rx *rx, const struct nd_info *ns)
{
	return ndp_own_mac(rx) ||
	       (!ipv6_addr_any(&ns->saddr) && ipv6_chk_addr(rx->nn->net, &ns->saddr, rx->dev, 1));
}

/* --- evidence --------------------------------------------------------------------------------- */

/* Who leaves the option out is known by the frame, so that the limit per address binds him, too. */
static void ndp_sighting_lladdr(struct ndp_sighting *sighting, const struct ndp_rx *rx,
				const struct nd_info *info)
{
	sighting->lladdr = info ? info->lladdr : NULL;
	sighting->lladdr_len = sighting->lladdr ? info->lladdr_len : ETH_ALEN;
	sighting->framed = !sighting->lladdr;
	if (sighting->framed)
		sighting->lladdr = rx->mac;
}

/* What is held for a host that is reachable goes on now, or else when its route is in place. */
static enum ndp_learnt ndp_learn(struct ndp_net *nn, struct ndp_sighting *sighting)
{
	enum ndp_learnt learnt = ndp_host_learn(nn, sighting);

	if (learnt == NDP_LEARNT_READY)
		ndp_hold_release(nn, sighting->link->group->id, sighting->addr);
	return learnt;
}

/* ND-C10: whoever sends from an address of a proxied prefix lives where it was heard. */
static void ndp_note_sender(const struct ndp_rx *rx, const struct nd_info *ns)
{
	struct ndp_sighting sighting = {
		.link = rx->link,
		.addr = &ns->saddr,
		.evidence = NDP_BY_NS,
	};

	ndp_sighting_lladdr(&sighting, rx, ns);
	sighting.prefix = ndp_prefix_lookup(rx->nn, rx->link->group->id, &ns->saddr);
	if (!sighting.prefix || !ndp_prefix_is_onlink(sighting.prefix, rx->link) ||
	    ndp_own_anywhere(rx->nn, rx->dev, &ns->saddr))
		return;
	ndp_learn(rx->nn, &sighting);
}

/* @s: what is known of the evidence besides @na, and what came of it. */
static enum ndp_learnt ndp_note_target(const struct ndp_rx *rx, const struct nd_info *na,
				       struct ndp_prefix *prefix, struct ndp_sighting *s)
{
	enum ndp_learnt learnt;

	s->prefix = prefix;
	s->link = rx->link;
	s->addr = &na->target;
	s->na_flags = na->flags & (ND_NA_ROUTER | ND_NA_OVERRIDE);
	s->answer = s->evidence == NDP_BY_NA;
	ndp_sighting_lladdr(s, rx, na);
	learnt = ndp_learn(rx->nn, s);
	/* The target is alive, and a prober elsewhere may not have heard its objection (ND-F4). */
	if (s->defend)
		ndp_send_multicast_na(rx->nn, s->defend, &na->target,
				      s->na_flags | ND_NA_OVERRIDE, true);
	return learnt;
}

/* --- asking ----------------------------------------------------------------------------------- */

static bool ndp_may_ask_on(const struct ndp_prefix *prefix, const struct ndp_link *link,
			   int except)
{
	return READ_ONCE(link->ifindex) != except && READ_ONCE(link->nd) &&
	       READ_ONCE(link->state) == NDP_LINK_ACTIVE && ndp_prefix_is_onlink(prefix, link);
}

static const struct ndp_link *ndp_host_link(const struct ndp_host *host)
{
	return host && READ_ONCE(host->state) != NDP_HOST_TENTATIVE ? READ_ONCE(host->link) : NULL;
}

/* ND-C5: on the host's own link to the host itself, elsewhere to the group. */
static void ndp_ask(struct ndp_net *nn, const struct ndp_prefix *prefix, const struct ndp_ask *ask,
		    int verdict, const struct ndp_link *lives_on)
{
	struct ndp_link *link;

	list_for_each_entry_rcu(link, &prefix->group->links, group_list) {
		if (!ndp_may_ask_on(prefix, link, ask->ifindex))
			continue;
		if (verdict == NDP_ASK_ONE && link->ifindex != ask->only)
			continue;
		ndp_send_ns(nn, link, ask->target, link == lives_on, ask->known);
	}
}

static void ndp_count_refusals(struct ndp_net *nn, struct ndp_link *link,
			       const struct ndp_ask *ask, int verdict)
{
	if (ask->evicted) {
		ndp_proxy_drop(link, NDP_DROP_TARGET_LIMIT);
		ndp_event_limit(nn, link, NDP_DROP_TARGET_LIMIT, ask->target);
	}
	if (ask->full) {
		ndp_proxy_drop(link, NDP_DROP_SOLICITOR_LIMIT);
		ndp_event_limit(nn, link, NDP_DROP_SOLICITOR_LIMIT, ask->target);
	}
	if (verdict == -ENOMEM)
		ndp_proxy_drop(link, NDP_DROP_NO_MEMORY);
	else if (verdict == -ESHUTDOWN)
		ndp_proxy_drop(link, NDP_DROP_NOT_READY);
}

/* Note who asks, and ask in turn. */
static void ndp_note_and_ask(struct ndp_net *nn, struct ndp_link *link, struct ndp_prefix *prefix,
			     struct ndp_ask *ask, const struct ndp_link *lives_on)
{
	int verdict;

	ask->known = lives_on;
	ask->now = jiffies;
	ask->lifetime = READ_ONCE(nn->limit[NDP_RECORD_LIFETIME]) * HZ;
	ask->retrans = NDP_RETRANS_TIMER;
	ask->max_targets = READ_ONCE(nn->limit[NDP_TARGETS_PER_PREFIX]);
	ask->max_solicitors = READ_ONCE(nn->limit[NDP_SOLICITORS_PER_TARGET]);
	verdict = ndp_solicit_note(&prefix->records, ask);
	ndp_count_refusals(nn, link, ask, verdict);
	if (verdict == NDP_ASK_OTHERS || verdict == NDP_ASK_ONE)
		ndp_ask(nn, prefix, ask, verdict, lives_on);
}

/* @from is NULL for this router's own kernel. */
static void ndp_solicit(struct ndp_net *nn, struct ndp_link *link, struct ndp_prefix *prefix,
			const struct in6_addr *target, const struct in6_addr *from)
{
	const struct ndp_link *lives_on =
		ndp_host_link(ndp_host_find(nn, link->group->id, target));
	struct ndp_ask ask = { .target = target, .from = from, .ifindex = link->ifindex };

	if (lives_on != link)
		ndp_note_and_ask(nn, link, prefix, &ask, lives_on);
}

/*
 * ND-G2: nobody solicited, but a packet for the target came in on @link. That link is asked, too: a
 * sender that is off-link to the target there does not ask by itself (ND-G5).
 */
static void ndp_proxy_seek(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target)
{
	struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, target);
	const struct ndp_link *lives_on =
		ndp_host_link(ndp_host_find(nn, link->group->id, target));
	struct ndp_ask ask = { .target = target };

	if (prefix)
		ndp_note_and_ask(nn, link, prefix, &ask, lives_on);
}

/* --- solicitations ---------------------------------------------------------------------------- */

static u32 ndp_nonce_hash(const struct nd_info *ns)
{
	if (!ns->nonce || !ns->nonce_len)
		return 0;
	return jhash(ns->nonce, ns->nonce_len, 0) ?: 1;
}

static void ndp_forward_dad(struct ndp_net *nn, const struct ndp_link *from,
			    const struct ndp_prefix *prefix, const struct nd_info *ns)
{
	struct ndp_link *link;

	list_for_each_entry_rcu(link, &prefix->group->links, group_list)
		if (ndp_may_ask_on(prefix, link, from->ifindex))
			ndp_send_dad(nn, link, ns);
}

/*
 * ND-E1: where the kernel is probing the same address on another link of the group, it must hear
 * that it is not alone.
 */
static void ndp_tell_own_prober(const struct ndp_rx *rx, const struct nd_info *info)
{
	struct ndp_link *link;

	list_for_each_entry_rcu(link, &rx->link->group->links, group_list) {
		struct net_device *dev = rcu_dereference(link->dev);

		if (dev && link != rx->link && ndp_own_here(rx->nn, dev, &info->target))
			ndp_deliver_nd(dev, info);
	}
}

/* ND-C6: no record, for an objection is multicast. */
static enum ndp_verdict ndp_proxy_dad(const struct ndp_rx *rx, const struct nd_info *ns,
				      struct ndp_prefix *prefix)
{
	struct ndp_sighting sighting = {
		.prefix = prefix,
		.link = rx->link,
		.addr = &ns->target,
		.evidence = NDP_BY_DAD,
	};

	ndp_sighting_lladdr(&sighting, rx, NULL);
	if (ndp_loop_dad(rx->nn, rx->link, rx->mac, ns) ||
	    ndp_host_claim(rx->nn, &sighting, ndp_nonce_hash(ns))) {
		ndp_proxy_drop(rx->link, NDP_DROP_OWN_ECHO);
		return NDP_CONSUME;
	}
	ndp_tell_own_prober(rx, ns);
	ndp_forward_dad(rx->nn, rx->link, prefix, ns);
	return NDP_PASS;
}

/* In this router's own name, and nobody else is asked. */
static enum ndp_verdict ndp_answer_at_once(const struct ndp_rx *rx, const struct nd_info *ns,
					   u8 flags)
{
	struct ndp_record *rec;

	ndp_neigh_from_ns(rx, ns);
	rec = ndp_record_alloc(&rx->nn->charge, &ns->target, 1);
	if (!rec) {
		ndp_proxy_drop(rx->link, NDP_DROP_NO_MEMORY);
		return NDP_CONSUME;
	}
	rec->solicitor[0].addr = ns->saddr;
	rec->solicitor[0].ifindex = rx->link->ifindex;
	rec->n = 1;
	ndp_answer(rx->nn, rec, rx->link->group->id, 0, flags);
	return NDP_CONSUME;
}

/*
 * ND-C3: this router has the address itself, on another interface. Others may have an anycast
 * address as well (RFC 4861 7.2.7).
 */
static enum ndp_verdict ndp_answer_own(const struct ndp_rx *rx, const struct nd_info *ns,
				       enum ndp_owner owner)
{
	u8 flags = ND_NA_ROUTER | (owner == NDP_OWNER_ANYCAST ? 0 : ND_NA_OVERRIDE);

	if (!nd_is_dad(ns))
		return ndp_answer_at_once(rx, ns, flags);
	ndp_send_na(rx->nn, rx->link, &in6addr_linklocal_allnodes, &ns->target, flags);
	return NDP_CONSUME;
}

/*
 * ND-F7: the prefix's mode lets this router speak for the target. Without the Override flag, so
 * that the target itself has the last word should it be on the link (RFC 4861 7.2.8). In mode
 * static the target is looked for at the same time: what is sent to it needs a route.
 */
static enum ndp_verdict ndp_answer_by_mode(const struct ndp_rx *rx, const struct nd_info *ns,
					   struct ndp_prefix *prefix)
{
	if (READ_ONCE(prefix->mode) == NDP_MODE_STATIC)
		ndp_solicit(rx->nn, rx->link, prefix, &ns->target, NULL);
	return ndp_answer_at_once(rx, ns, 0);
}

/*
 * ND-C9: another program may have given the kernel a proxy entry for the target. The kernel looks
 * for one when it hears a multicast solicitation; it would forward a unicast one.
 */
static void ndp_tell_proxy_ndp(const struct ndp_rx *rx, const struct nd_info *ns)
{
	struct nd_info copy = *ns;

	if (ipv6_addr_is_multicast(&ns->daddr) || !ndp_own_has_proxy_ndp(rx))
		return;
	addrconf_addr_solict_mult(&ns->target, &copy.daddr);
	ndp_deliver_nd(rx->dev, &copy);
}

/**
 * ndp_proxy_ns() - a valid solicitation was received (ND-C)
 * @rx: where
 * @ns: the solicitation
 *
 * Context: bottom halves disabled, RCU.
 * Return: what becomes of the packet.
 */
enum ndp_verdict ndp_proxy_ns(const struct ndp_rx *rx, const struct nd_info *ns)
{
	bool echo = ndp_is_echo(rx, ns), dad = nd_is_dad(ns);
	struct ndp_link *link = rx->link;
	struct ndp_prefix *prefix;
	enum ndp_owner owner;

	if (ndp_is_delivered(rx, ns))
		return NDP_PASS;
	if (!echo && !dad)
		ndp_note_sender(rx, ns);

	prefix = ndp_prefix_lookup(rx->nn, link->group->id, &ns->target);
	if (!prefix || !ndp_prefix_is_shared_on(prefix, link))
		return NDP_PASS;

	ndp_count(&link->stats, NDP_NS_IN);
	if (dad)
		ndp_count(&link->stats, NDP_DAD_IN);
	trace_nd_in(link, ns);

	if (echo) {
		ndp_proxy_drop(link, NDP_DROP_OWN_ECHO);
		return NDP_CONSUME;
	}
	owner = ndp_own_target(rx, &ns->target);
	if (owner == NDP_OWNER_KERNEL)
		return NDP_PASS;
	if (owner != NDP_OWNER_NONE)
		return ndp_answer_own(rx, ns, owner);
	if (dad)
		return ndp_proxy_dad(rx, ns, prefix);
	ndp_tell_proxy_ndp(rx, ns);

	if (ndp_mode_answers(rx->nn, link, prefix, &ns->target))
		return ndp_answer_by_mode(rx, ns, prefix);

	ndp_neigh_from_ns(rx, ns);
	if (READ_ONCE(prefix->mode) != NDP_MODE_ROUTE)
		ndp_solicit(rx->nn, link, prefix, &ns->target, &ns->saddr);
	/* ND-C9: a unicast probe is for the target, not for this router's sockets or routes. */
	return ipv6_addr_is_multicast(&ns->daddr) ? NDP_PASS : NDP_CONSUME;
}

/**
 * ndp_proxy_not_forwarding() - a valid message was received while the kernel does not forward
 * @rx: where
 * @info: the message, which is the kernel's alone (ND-C12)
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_proxy_not_forwarding(const struct ndp_rx *rx, const struct nd_info *info)
{
	if (ndp_prefix_lookup(rx->nn, rx->link->group->id, &info->target))
		ndp_proxy_drop(rx->link, NDP_DROP_NOT_FORWARDING);
}

/**
 * ndp_proxy_own_ns() - this router's kernel solicits a target (ND-E1)
 * @nn: namespace
 * @link: that the solicitation leaves by
 * @ns: the solicitation
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_proxy_own_ns(struct ndp_net *nn, struct ndp_link *link, const struct nd_info *ns)
{
	struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, &ns->target);

	if (!prefix || !ndp_prefix_is_onlink(prefix, link) ||
	    !ndp_own_group_forwards(nn, link->group))
		return;
	if (nd_is_dad(ns)) {
		ndp_loop_dad(nn, link, NULL, ns);
		ndp_forward_dad(nn, link, prefix, ns);
	} else if (ipv6_addr_is_multicast(&ns->daddr) &&
		   READ_ONCE(prefix->mode) != NDP_MODE_ROUTE) {
		ndp_solicit(nn, link, prefix, &ns->target, NULL);
	}
}

/* --- advertisements --------------------------------------------------------------------------- */

/* ND-D4: a defence of the address, or news of it. */
static void ndp_forward_na(struct ndp_net *nn, const struct ndp_link *from,
			   const struct ndp_prefix *prefix, const struct nd_info *na,
			   bool objection)
{
	struct ndp_link *link;

	list_for_each_entry_rcu(link, &prefix->group->links, group_list)
		if (link != from && READ_ONCE(link->state) == NDP_LINK_ACTIVE &&
		    ndp_prefix_is_shared_on(prefix, link))
			ndp_send_multicast_na(nn, link, &na->target, na->flags, objection);
}

/*
 * ND-D6, E1: an objection to an address of this router is the kernel's to judge. Where the kernel
 * is probing it on another link of the group, it must hear it there.
 */
static enum ndp_verdict ndp_own_na(const struct ndp_rx *rx, const struct nd_info *na)
{
	if (!ipv6_addr_is_multicast(&na->daddr) || ndp_own_anywhere(rx->nn, rx->dev, &na->target))
		return NDP_PASS;
	if (!ndp_is_delivered(rx, na))
		ndp_tell_own_prober(rx, na);
	return NDP_PASS;
}

static bool ndp_is_own_target(const struct ndp_rx *rx, const struct in6_addr *addr)
{
	return ipv6_chk_addr_and_flags(rx->nn->net, addr, rx->dev, true, 0, IFA_F_DADFAILED) ||
	       ndp_own_has_anycast(rx, addr);
}

/*
 * The proxy did solicit, so that the advertisement makes an entry where there is none (@neigh).
 * That takes longer than an answer: where the route is waited for, it comes after the answer.
 */
static void ndp_proxy_solicited_na(const struct ndp_rx *rx, const struct nd_info *na,
				   struct ndp_prefix *prefix, bool neigh)
{
	struct ndp_sighting sighting = { .evidence = NDP_BY_NA, .neigh = neigh };
	enum ndp_learnt learnt = ndp_note_target(rx, na, prefix, &sighting);

	if (neigh && learnt != NDP_LEARNT_PENDING)
		ndp_neigh_from_na(rx, na, true);
	if (learnt == NDP_LEARNT_READY)
		ndp_answer_target(rx->nn, prefix, &na->target, rx->link, na->flags);
}

/* To this router it goes on; one for a host has been proxied, and is not forwarded. */
static enum ndp_verdict ndp_na_verdict(const struct ndp_rx *rx, const struct nd_info *na)
{
	return ipv6_addr_is_multicast(&na->daddr) ||
	       ndp_own_anywhere(rx->nn, rx->dev, &na->daddr) ? NDP_PASS : NDP_CONSUME;
}

/**
 * ndp_proxy_awaits() - does an advertisement answer what was asked on that link? (ND-C12)
 * @rx: where it was heard
 * @na: valid
 *
 * A firewall's reverse-path rule asks for the route that the advertisement brings. Where it answers
 * a question of this router's, it counts before such a rule.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it does.
 */
bool ndp_proxy_awaits(const struct ndp_rx *rx, const struct nd_info *na)
{
	struct ndp_prefix *prefix;

	if (!(na->flags & ND_NA_SOLICITED) || !READ_ONCE(rx->link->nd))
		return false;
	prefix = ndp_prefix_lookup(rx->nn, rx->link->group->id, &na->target);
	return prefix && ndp_prefix_is_onlink(prefix, rx->link) &&
	       ndp_solicit_awaits(&prefix->records, &na->target, rx->dev->ifindex, jiffies);
}

/**
 * ndp_proxy_na() - a valid advertisement was received (ND-D)
 * @rx: where
 * @na: the advertisement
 *
 * Context: bottom halves disabled, RCU.
 * Return: what becomes of the packet.
 */
enum ndp_verdict ndp_proxy_na(const struct ndp_rx *rx, const struct nd_info *na)
{
	struct ndp_link *link = rx->link;
	struct ndp_sighting sighting = { .evidence = NDP_BY_UNA };
	struct ndp_prefix *prefix;
	bool known;

	prefix = ndp_prefix_lookup(rx->nn, link->group->id, &na->target);
	if (!prefix || !ndp_prefix_is_onlink(prefix, link))
		return NDP_PASS;

	ndp_count(&link->stats, NDP_NA_IN);
	trace_nd_in(link, na);

	/* By the frame alone: one from an own address is an objection, and the kernel's (ND-D6). */
	if (ndp_own_mac(rx)) {
		ndp_proxy_drop(link, NDP_DROP_OWN_ECHO);
		return NDP_CONSUME;
	}
	if (ndp_own_drops_na(rx, na)) {
		ndp_proxy_drop(link, NDP_DROP_UNSOLICITED_NA);
		return ndp_na_verdict(rx, na);
	}
	if (ndp_is_own_target(rx, &na->target))
		return ndp_own_na(rx, na);

	if (ipv6_addr_is_multicast(&na->daddr) ? ndp_loop_na(rx, na) :
						 ndp_loop_is_hearsay(rx, na)) {
		ndp_proxy_drop(link, NDP_DROP_OWN_ECHO);
		return NDP_CONSUME;
	}
	known = ndp_neigh_from_na(rx, na, false);
	if (ipv6_addr_is_multicast(&na->daddr)) {
		if (ndp_note_target(rx, na, prefix, &sighting) != NDP_LEARNT_HELD)
			ndp_forward_na(rx->nn, link, prefix, na, sighting.objects);
		return NDP_PASS;
	}
	if (na->flags & ND_NA_SOLICITED)
		ndp_proxy_solicited_na(rx, na, prefix, !known && na->lladdr);
	else
		ndp_note_target(rx, na, prefix, &sighting);
	return ndp_na_verdict(rx, na);
}

/* --- what hosts ask for ----------------------------------------------------------------------- */

/*
 * A host moved: neighbours on the link that it left still send to its own link-layer address there,
 * and learn by this that the way leads through the proxy now. What the host itself told all is
 * carried to all (ND-D4).
 */
static void ndp_announce(struct ndp_net *nn, const struct ndp_prefix *prefix,
			 const struct ndp_host *host, int left)
{
	const struct ndp_link *lives_on = READ_ONCE(host->link);
	struct ndp_link *link = ndp_link_by_index(nn, left);
	struct nd_info na = {
		.target = host->key.addr,
		.flags = READ_ONCE(host->na_flags),
	};

	if (READ_ONCE(host->evidence) == NDP_BY_UNA)
		ndp_forward_na(nn, lives_on, prefix, &na, false);
	else if (link && link != lives_on && ndp_prefix_is_onlink(prefix, link))
		ndp_send_multicast_na(nn, link, &na.target, na.flags | ND_NA_OVERRIDE, false);
}

static void ndp_proxy_host_ready(struct ndp_net *nn, const struct ndp_host *host,
				 const struct ndp_host_due *due)
{
	struct ndp_prefix *prefix = ndp_prefix_lookup(nn, host->key.group, &host->key.addr);

	if (!prefix)
		return;
	if (due->left)
		ndp_announce(nn, prefix, host, due->left);
	if (due->answer)
		ndp_answer_target(nn, prefix, &host->key.addr, READ_ONCE(host->link),
				  READ_ONCE(host->na_flags));
	if (due->neigh)
		ndp_neigh_from_host(host);
}

/* What waited for the host goes on: in the order of its coming, the kernel's share first. */
static void ndp_proxy_host_placed(struct ndp_net *nn, const struct ndp_host *host)
{
	ndp_deliver_waiting(nn, host);
	ndp_hold_release(nn, host->key.group, &host->key.addr);
}

static enum ndp_asked ndp_proxy_host_probe(struct ndp_net *nn, const struct ndp_host *host)
{
	return ndp_send_ns(nn, READ_ONCE(host->link), &host->key.addr, true, true);
}

const struct ndp_host_ops ndp_proxy_host_ops = {
	.ready = ndp_proxy_host_ready,
	.probe = ndp_proxy_host_probe,
	.placed = ndp_proxy_host_placed,
	.seek = ndp_proxy_seek,
	.enter = ndp_snm_enter,
	.leave = ndp_snm_leave,
	.detached = ndp_snm_detached,
	.removed = ndp_snm_removed,
};
