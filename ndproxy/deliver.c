// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that had to wait and whose target has been found: they are routed anew, and go on from
 * the netfilter hook at which their outgoing link is known, so that a firewall judges them by the
 * link that they really leave by. Held packets come from hold.c (ND-G2); others the kernel itself
 * had put into the queue of a neighbour entry on a link where the target is not (ND-E1).
 */

#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/dst.h>
#include <net/flow_dissector.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/xfrm.h>

#include "ndproxy.h"

/* --- packets that are forwarded --------------------------------------------------------------- */

/*
 * As the kernel looks up what it received; skb->dev is the device or its VRF's. Policy rules may
 * select by ports, which have to be dissected first.
 */
static struct dst_entry *ndp_deliver_route(struct net *net, struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	struct flow_keys keys;
	struct flowi6 fl6 = {
		.flowi6_iif = skb->dev->ifindex,
		.daddr = ip6->daddr,
		.saddr = ip6->saddr,
		.flowlabel = ip6_flowinfo(ip6),
		.flowi6_mark = skb->mark,
		.flowi6_proto = ip6->nexthdr,
	};

	fib6_rules_early_flow_dissect(net, skb, &fl6, &keys);
	return ip6_route_input_lookup(net, skb->dev, &fl6, skb, RT6_LOOKUP_F_HAS_SADDR);
}

/*
 * Who is to hear where the target is: the sender, if it is a neighbour. All hear it only for a
 * router that is not known, as the target hears that, too, and may report a duplicate address.
 */
static const struct in6_addr *ndp_deliver_misled(const struct ndp_net *nn,
						 const struct ndp_link *link,
						 const struct in6_addr *sender)
{
	const struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, sender);

	return prefix && ndp_prefix_is_onlink(prefix, link) ? sender : &in6addr_linklocal_allnodes;
}

/*
 * ND-G5: the target lives on the link that the packet came from, and the packet goes back there, as
 * by any router. A neighbour that takes this router for the target gets the target's own link-layer
 * address; a sender that is off-link ignores it. Without such a host the route is a dead end.
 *
 * Return: false if the packet is gone.
 */
static bool ndp_deliver_back(struct ndp_net *nn, struct sk_buff *skb)
{
	struct ndp_link *link = ndp_link_by_index(nn, IP6CB(skb)->iif);
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);

	if (link && ndp_host_lives_on(nn, link, &ip6->daddr)) {
		ndp_send_whereabouts(nn, link, ndp_deliver_misled(nn, link, &ip6->saddr),
				     &ip6->daddr);
		return true;
	}
	if (link)
		ndp_count_drop(&link->stats, NDP_DROP_SAME_LINK);
	kfree_skb(skb);
	return false;
}

/*
 * The kernel forwards nothing to another link whose source is good on its own link only (RFC 4291
 * 2.5.6), but does not look where a packet would leave by the link that it came in on: as this one
 * would have, before it waited. Counted and told as the kernel does.
 *
 * Return: false if the packet is gone.
 */
static bool ndp_deliver_source(struct net *net, struct sk_buff *skb)
{
	int type = ipv6_addr_type(&ipv6_hdr(skb)->saddr);
	struct net_device *dev;

	if (type != IPV6_ADDR_ANY &&
	    !(type & (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL)))
		return true;
	if (type & IPV6_ADDR_LINKLOCAL && !(type & IPV6_ADDR_MULTICAST))
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_NOT_NEIGHBOUR, 0);
	dev = dev_get_by_index_rcu(net, IP6CB(skb)->iif);
	__IP6_INC_STATS(net, dev ? __in6_dev_get(dev) : NULL, IPSTATS_MIB_INADDRERRORS);
	kfree_skb_reason(skb, SKB_DROP_REASON_IP_INADDRERRORS);
	return false;
}

/**
 * ndp_deliver_forwarded() - forward a packet that waited, by the route that there is now
 * @nn: namespace
 * @skb: the packet as it was at the netfilter FORWARD hook; it is given away
 *
 * Context: bottom halves disabled, RCU; no lock held.
 */
void ndp_deliver_forwarded(struct ndp_net *nn, struct sk_buff *skb)
{
	struct ndp_link *link = ndp_link_by_index(nn, IP6CB(skb)->iif);
	struct dst_entry *dst = ndp_deliver_route(nn->net, skb);

	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	if (dst->error) {
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
		return;
	}
	if (dst->dev->ifindex == IP6CB(skb)->iif ? !ndp_deliver_back(nn, skb) :
						   !ndp_deliver_source(nn->net, skb))
		return;
	if (!xfrm6_route_forward(skb)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_XFRM_POLICY);
		return;
	}
	if (link)
		ndp_count(&link->stats, NDP_DELIVERED);
	/*
	 * What a hook queues for a program may come back when this module is gone: it goes on at a
	 * function of the kernel's.
	 */
	dst = skb_dst(skb);
	skb_clear_tstamp(skb);
	NF_HOOK(NFPROTO_IPV6, NF_INET_FORWARD, nn->net, NULL, skb, skb->dev, dst->dev,
		dst->output);
}

/* --- packets in the queue of the wrong neighbour entry ---------------------------------------- */

/* Neighbor discovery is about the link that it was sent on. */
static bool ndp_deliver_is_nd(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	const struct icmp6hdr *icmp6;
	struct icmp6hdr buf;

	if (ip6->nexthdr != IPPROTO_ICMPV6)
		return false;
	icmp6 = skb_header_pointer(skb, skb_network_offset(skb) + sizeof(*ip6), sizeof(buf), &buf);
	return !icmp6 || (icmp6->icmp6_type >= NDISC_ROUTER_SOLICITATION &&
			  icmp6->icmp6_type <= NDISC_REDIRECT);
}

/*
 * The kernel makes fragments of what it forwards, too, where it had put them together for
 * conntrack. They have no note of their link, and do not go past the FORWARD hook as if they were
 * this router's.
 */
static bool ndp_deliver_is_own(struct ndp_net *nn, const struct net_device *dev,
			       const struct sk_buff *skb)
{
	return skb->sk || ndp_own_anywhere(nn, dev, &ipv6_hdr(skb)->saddr);
}

static void ndp_deliver_local(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb)
{
	const struct net_device *dev = rcu_dereference(link->dev);
	struct sock *sk = skb_to_full_sk(skb);

	if (!dev || ndp_deliver_is_nd(skb) || !ndp_deliver_is_own(nn, dev, skb)) {
		IP6_INC_STATS(nn->net, dev ? __in6_dev_get(dev) : NULL, IPSTATS_MIB_OUTDISCARDS);
		kfree_skb(skb);
		return;
	}
	if (ip6_route_me_harder(nn->net, sk, skb)) {
		kfree_skb_reason(skb, SKB_DROP_REASON_IP_OUTNOROUTES);
		return;
	}
	ndp_count(&link->stats, NDP_DELIVERED);
	ip6_local_out(nn->net, sk, skb);
}

static void ndp_deliver_queued(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb)
{
	struct net_device *dev;

	if (!skb_dst(skb)) {
		kfree_skb(skb);
		return;
	}
	if (skb->sk || !IP6CB(skb)->iif) {
		ndp_deliver_local(nn, link, skb);
		return;
	}
	dev = dev_get_by_index_rcu(nn->net, IP6CB(skb)->iif);
	if (!dev) {
		kfree_skb(skb);
		return;
	}
	/* As at the hook: a VRF stands for its ports. */
	skb->dev = l3mdev_master_dev_rcu(dev) ?: dev;
	ndp_deliver_forwarded(nn, skb);
}

/*
 * The kernel's search on a link where the target is not ends, with nothing left to complain of. If
 * the target answers there, too, at this very moment, its packets are where they belong.
 */
static void ndp_deliver_take(struct neighbour *neigh, struct sk_buff_head *packets)
{
	bool searching;

	write_lock_bh(&neigh->lock);
	searching = neigh->nud_state & NUD_INCOMPLETE;
	if (searching) {
		skb_queue_splice_init(&neigh->arp_queue, packets);
		neigh->arp_queue_len_bytes = 0;
	}
	write_unlock_bh(&neigh->lock);
	/* Not what was found in between: to fail it would be to forget a host that is there. */
	if (searching && READ_ONCE(neigh->nud_state) & NUD_INCOMPLETE)
		neigh_update(neigh, NULL, NUD_FAILED, NEIGH_UPDATE_F_OVERRIDE, 0);
}

static void ndp_deliver_from(struct ndp_net *nn, struct ndp_link *link,
			     const struct in6_addr *target)
{
	struct net_device *dev = rcu_dereference(link->dev);
	struct sk_buff_head packets;
	struct neighbour *neigh;
	struct sk_buff *skb;

	neigh = dev ? neigh_lookup(&nd_tbl, target, dev) : NULL;
	if (!neigh)
		return;
	__skb_queue_head_init(&packets);
	ndp_deliver_take(neigh, &packets);
	neigh_release(neigh);
	while ((skb = __skb_dequeue(&packets)))
		ndp_deliver_queued(nn, link, skb);
}

/**
 * ndp_deliver_waiting() - a host's route is in place: deliver what the kernel queued elsewhere
 * @nn: namespace
 * @host: the host
 *
 * While a host is unknown, the kernel looks for it on the link that its prefix's route names, and
 * keeps the packets for it in the neighbour entry there: its own ones and those it forwards, with
 * no work of this module. They would be lost when the host turns up on another link.
 *
 * Context: bottom halves disabled, RCU; no lock held.
 */
void ndp_deliver_waiting(struct ndp_net *nn, const struct ndp_host *host)
{
	const struct ndp_link *lives_on = READ_ONCE(host->link);
	struct ndp_link *link;

	list_for_each_entry_rcu(link, &lives_on->group->links, group_list)
		if (link != lives_on && READ_ONCE(link->state) == NDP_LINK_ACTIVE)
			ndp_deliver_from(nn, link, &host->key.addr);
}
