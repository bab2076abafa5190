// SPDX-License-Identifier: GPL-2.0
/*
 * What the proxy sends. Every packet belongs to the namespace's own socket, by which the local-out
 * hook knows it again (ND-E2), and leaves by ndisc_send_skb(): through the netfilter hooks and the
 * kernel's ICMPv6 counters.
 */

#include <linux/etherdevice.h>
#include <linux/icmpv6.h>
#include <linux/jiffies.h>
#include <net/addrconf.h>
#include <net/ndisc.h>
#include <net/neighbour.h>

#include "ndproxy.h"
#include "trace.h"

static bool ndp_send_drop(struct ndp_link *link, enum ndp_drop why)
{
	ndp_count_drop(&link->stats, why);
	trace_nd_drop(link, why);
	return false;
}

/* RFC 4861 7.2.2 asks for an address of the outgoing link; to a group it is the link-local one. */
static bool ndp_send_source(struct ndp_net *nn, const struct net_device *dev,
			    const struct in6_addr *daddr, struct in6_addr *saddr)
{
	return !ipv6_dev_get_saddr(nn->net, dev, daddr, 0, saddr);
}

static struct sk_buff *ndp_send_alloc(struct net_device *dev, const struct nd_info *info)
{
	unsigned int len = nd_build_len(info), head = LL_RESERVED_SPACE(dev);
	struct sk_buff *skb;

	skb = alloc_skb(head + sizeof(struct ipv6hdr) + len + dev->needed_tailroom,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb->protocol = htons(ETH_P_IPV6);
	skb->dev = dev;
	skb_reserve(skb, head + sizeof(struct ipv6hdr));
	skb_reset_transport_header(skb);
	nd_build(info, skb_put(skb, len));
	return skb;
}

/* Context: bottom halves disabled, RCU. */
static bool ndp_send(struct ndp_net *nn, struct ndp_link *link, struct net_device *dev,
		     const struct nd_info *info)
{
	struct sk_buff *skb = ndp_send_alloc(dev, info);

	if (!skb)
		return ndp_send_drop(link, NDP_DROP_NO_MEMORY);
	skb_set_owner_w(skb, nn->sk);
	ndp_count(&link->stats, info->type == ND_TYPE_NS ? NDP_NS_OUT : NDP_NA_OUT);
	trace_nd_out(link, info);
	ndisc_send_skb(skb, &info->daddr, &info->saddr);
	return true;
}

/* Return: the device of a link that may send; NULL, and a count, if it may not. */
static struct net_device *ndp_send_dev(struct ndp_link *link)
{
	struct net_device *dev = rcu_dereference(link->dev);

	/* A device that moves away is in its new namespace before the work hears of it. */
	if (dev && READ_ONCE(link->state) == NDP_LINK_ACTIVE && net_eq(dev_net(dev), link->nn->net))
		return dev;
	ndp_send_drop(link, NDP_DROP_NOT_READY);
	return NULL;
}

static void ndp_send_own_lladdr(const struct net_device *dev, struct nd_info *info)
{
	info->lladdr = dev->addr_len ? dev->dev_addr : NULL;
	info->lladdr_len = dev->addr_len;
}

static bool ndp_send_may_solicit(struct ndp_net *nn, struct ndp_link *link,
				 struct ndp_bucket *bucket)
{
	return ndp_bucket_take(bucket, READ_ONCE(nn->limit[NDP_NS_RATE]),
			       READ_ONCE(nn->limit[NDP_NS_BURST]), get_jiffies_64()) ||
	       ndp_send_drop(link, NDP_DROP_NS_RATE);
}

/**
 * ndp_send_ns() - solicit a target on a link (ND-C5)
 * @nn: namespace
 * @link: where
 * @target: what is asked for
 * @unicast: to the target itself, or to its solicited-node group
 * @known: its host is known: the solicitation is not among those that a scan can use up
 *
 * Context: bottom halves disabled, RCU.
 * Return: enum ndp_asked; where it was not sent it was counted why not.
 */
enum ndp_asked ndp_send_ns(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
			   bool unicast, bool known)
{
	struct net_device *dev = ndp_send_dev(link);
	struct nd_info info = { .type = ND_TYPE_NS, .target = *target };
	struct in6_addr group;

	if (!dev)
		return NDP_ASKED_NOT;
	addrconf_addr_solict_mult(target, &group);
	if (!ndp_send_source(nn, dev, &group, &info.saddr)) {
		ndp_send_drop(link, NDP_DROP_NO_SOURCE);
		return NDP_ASKED_NOT;
	}
	if (!ndp_send_may_solicit(nn, link, known ? &link->ns_known : &link->ns_unknown))
		return NDP_ASKED_LATER;
	info.daddr = unicast ? *target : group;
	ndp_send_own_lladdr(dev, &info);
	return ndp_send(nn, link, dev, &info) ? NDP_ASKED : NDP_ASKED_NOT;
}

/**
 * ndp_send_dad() - pass a DAD probe on, as it came but for its frame (ND-C6)
 * @nn: namespace
 * @link: where
 * @ns: the probe
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it was sent; else it was counted why not.
 */
bool ndp_send_dad(struct ndp_net *nn, struct ndp_link *link, const struct nd_info *ns)
{
	struct net_device *dev = ndp_send_dev(link);
	struct nd_info info = *ns;

	if (!dev || !ndp_send_may_solicit(nn, link, &link->ns_dad))
		return false;
	addrconf_addr_solict_mult(&ns->target, &info.daddr);
	info.lladdr = NULL;
	if (!ndp_send(nn, link, dev, &info))
		return false;
	ndp_count(&link->stats, NDP_DAD_OUT);
	return true;
}

/**
 * ndp_send_probe() - probe for a loop: solicit this router's own link-local address (ND-H2)
 * @nn: namespace
 * @link: where; it may be suspended
 * @nonce: of the probe
 * @len: octets at @nonce
 *
 * To all nodes, which snooping switches and filters of devices pass, whoever has joined what.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it was sent; false if the link is not up, or it was counted why not.
 */
bool ndp_send_probe(struct ndp_net *nn, struct ndp_link *link, const u8 *nonce, u8 len)
{
	struct nd_info info = {
		.type = ND_TYPE_NS,
		.daddr = in6addr_linklocal_allnodes,
		.nonce = nonce,
		.nonce_len = len,
	};
	struct net_device *dev = rcu_dereference(link->dev);
	u8 state = READ_ONCE(link->state);

	if (!dev || (state != NDP_LINK_ACTIVE && state != NDP_LINK_SUSPENDED) ||
	    !net_eq(dev_net(dev), nn->net))
		return false;
	if (!ndp_send_source(nn, dev, &info.daddr, &info.saddr))
		return ndp_send_drop(link, NDP_DROP_NO_SOURCE);
	info.target = info.saddr;
	ndp_send_own_lladdr(dev, &info);
	return ndp_send(nn, link, dev, &info);
}

/* ND-D5: what a link's peers, or a provider's filter, want to see. */
static bool ndp_send_na_source(struct ndp_net *nn, const struct ndp_link *link,
			       const struct net_device *dev, struct nd_info *info)
{
	switch (READ_ONCE(link->na_source)) {
	case NDP_NA_SOURCE_TARGET:
		info->saddr = info->target;
		return true;
	case NDP_NA_SOURCE_LINK_LOCAL:
		return ndp_send_source(nn, dev, &in6addr_linklocal_allnodes, &info->saddr);
	default:
		return ndp_send_source(nn, dev, &info->daddr, &info->saddr);
	}
}

static u8 ndp_send_na_flags(const struct ndp_link *link, u8 flags)
{
	switch (READ_ONCE(link->override)) {
	case NDP_OVERRIDE_SET:
		return flags | ND_NA_OVERRIDE;
	case NDP_OVERRIDE_CLEAR:
		return flags & ~ND_NA_OVERRIDE;
	default:
		return flags;
	}
}

/**
 * ndp_send_na() - advertise a target on a link (ND-D3, D4)
 * @nn: namespace
 * @link: where
 * @daddr: a solicitor, or ff02::1
 * @target: what is advertised
 * @flags: R, S and O; O as the link's configuration leaves it
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it was sent; else it was counted why not.
 */
bool ndp_send_na(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
		 const struct in6_addr *target, u8 flags)
{
	struct nd_info info = { .type = ND_TYPE_NA, .daddr = *daddr, .target = *target };
	struct net_device *dev = ndp_send_dev(link);

	if (!dev)
		return false;
	if (!ndp_send_na_source(nn, link, dev, &info))
		return ndp_send_drop(link, NDP_DROP_NO_SOURCE);
	info.flags = ndp_send_na_flags(link, flags);
	ndp_send_own_lladdr(dev, &info);
	return ndp_send(nn, link, dev, &info);
}

/**
 * ndp_send_multicast_na() - carry a multicast advertisement on (ND-D4)
 * @nn: namespace
 * @link: where, within its rate
 * @target: what is advertised
 * @flags: R and O; O as the link's configuration leaves it
 * @objection: somebody probes the address, and hears by this that it is taken
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it was sent; else it was counted why not.
 */
bool ndp_send_multicast_na(struct ndp_net *nn, struct ndp_link *link,
			   const struct in6_addr *target, u8 flags, bool objection)
{
	struct ndp_bucket *bucket = objection ? &link->objections : &link->mcast_na;
	u32 rate = READ_ONCE(nn->limit[NDP_MCAST_NA_RATE]);

	if (!ndp_bucket_take(bucket, rate, rate, get_jiffies_64()))
		return ndp_send_drop(link, NDP_DROP_NA_RATE);
	return ndp_send_na(nn, link, &in6addr_linklocal_allnodes, target, flags);
}

/* The link-layer address that the kernel knows a neighbour by. Return: its length, or 0. */
static unsigned int ndp_send_lladdr_of(struct net_device *dev, const struct in6_addr *addr,
				       u8 *lladdr)
{
	struct neighbour *neigh = neigh_lookup(&nd_tbl, addr, dev);
	unsigned int len = 0;

	if (!neigh)
		return 0;
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(lladdr, neigh, dev);
		len = dev->addr_len;
	}
	neigh_release(neigh);
	return len;
}

/**
 * ndp_send_whereabouts() - tell a link that a target lives on it (ND-G2)
 * @nn: namespace
 * @link: where, within its rate of multicast advertisements
 * @daddr: who is told: a neighbour there, or ff02::1
 * @target: that was found there
 *
 * Who still sends to this router what is for a host that is, or came to be, on his own link has an
 * entry that nobody else puts right before it runs out: the host need not know that it moved. It is
 * the host's own news (RFC 4861 7.2.6), with its own link-layer address.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it was sent; false if the address is not known, or it was counted why not.
 */
bool ndp_send_whereabouts(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
			  const struct in6_addr *target)
{
	struct nd_info info = {
		.type = ND_TYPE_NA,
		.flags = ND_NA_OVERRIDE,
		.daddr = *daddr,
		.target = *target,
	};
	struct net_device *dev = ndp_send_dev(link);
	u32 rate = READ_ONCE(nn->limit[NDP_MCAST_NA_RATE]);
	u8 lladdr[MAX_ADDR_LEN];

	if (!dev)
		return false;
	info.lladdr = lladdr;
	info.lladdr_len = ndp_send_lladdr_of(dev, target, lladdr);
	if (!info.lladdr_len)
		return false;
	if (!ndp_bucket_take(&link->mcast_na, rate, rate, get_jiffies_64()))
		return ndp_send_drop(link, NDP_DROP_NA_RATE);
	if (!ndp_send_na_source(nn, link, dev, &info))
		return ndp_send_drop(link, NDP_DROP_NO_SOURCE);
	return ndp_send(nn, link, dev, &info);
}

/**
 * ndp_deliver_nd() - let this router's own kernel hear a message on another link
 * @dev: on which the kernel is probing the target
 * @info: heard elsewhere in the group: an advertisement, which is an objection, or another probe
 *
 * Context: bottom halves disabled.
 */
void ndp_deliver_nd(struct net_device *dev, const struct nd_info *info)
{
	struct sk_buff *skb = ndp_send_alloc(dev, info);
	struct ipv6hdr *ip6;

	if (!skb)
		return;
	ip6 = skb_push(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(skb->len - sizeof(*ip6));
	ip6->nexthdr = IPPROTO_ICMPV6;
	ip6->hop_limit = ND_HOP_LIMIT;
	ip6->saddr = info->saddr;
	ip6->daddr = info->daddr;
	/* An empty frame, by which the hook knows it; the kernel prints the address in it. */
	memset(skb_push(skb, ETH_HLEN), 0, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	skb->pkt_type = PACKET_MULTICAST;
	netif_rx(skb);
}
