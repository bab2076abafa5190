// SPDX-License-Identifier: GPL-2.0
/*
 * Netfilter entry points. Start reading here: what is not a Neighbor Solicitation or Advertisement
 * leaves after one compare; the rest is parsed on the stack and goes to proxy.c. Router
 * Advertisements are looked at for ra.c, and go on. The firewall decides before, except for
 * advertisements that this router awaits.
 */

#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/ndisc.h>

#include "ndproxy.h"
#include "trace.h"

/*
 * In the kernel's flags of a received packet: it has been proxied. No kernel version uses this bit,
 * and each packet comes without it.
 */
#define NDP_SKB_TAKEN	BIT(15)

/*
 * Where the ICMPv6 header of a packet with extension headers begins. RFC 6980 5 forbids a Fragment
 * header before Neighbor Discovery, an atomic one included; the other headers are allowed.
 *
 * Return: the offset, or a negative number if there is no such header.
 */
static int ndp_hook_skip_headers(struct sk_buff *skb, bool *fragment)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;
	unsigned int where = 0;
	__be16 frag_off;
	int offset;

	offset = ipv6_skip_exthdr(skb, sizeof(struct ipv6hdr), &nexthdr, &frag_off);
	if (offset < 0 || nexthdr != IPPROTO_ICMPV6)
		return -1;
	*fragment = ipv6_find_hdr(skb, &where, NEXTHDR_FRAGMENT, NULL, NULL) == NEXTHDR_FRAGMENT;
	return offset;
}

/* Return: the ICMPv6 type; 0, which is none, if the packet ends before it. */
static u8 ndp_hook_type(const struct sk_buff *skb, int offset)
{
	u8 buf;
	const u8 *type = skb_header_pointer(skb, offset, sizeof(buf), &buf);

	return type ? *type : 0;
}

static const u8 *ndp_hook_mac(const struct sk_buff *skb, const struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER || !skb_mac_header_was_set(skb) ||
	    skb_mac_header_len(skb) < ETH_HLEN)
		return NULL;
	return eth_hdr(skb)->h_source;
}

/* Return: false if there is no memory. */
static bool ndp_hook_packet(struct sk_buff *skb, int offset, bool fragment,
			    const struct nf_hook_state *state, struct nd_packet *pkt)
{
	pkt->len = skb->len - offset;
	pkt->fragment = fragment;
	pkt->lladdr_len = (state->in ?: state->out)->addr_len;
	pkt->checksum_ok = !state->in || !nf_ip6_checksum(skb, state->hook, offset,
							  IPPROTO_ICMPV6);
	/*
	 * Options are read in one piece; the length was checked against the packet by the kernel.
	 */
	if (!pskb_may_pull(skb, skb->len))
		return false;
	pkt->saddr = &ipv6_hdr(skb)->saddr;
	pkt->daddr = &ipv6_hdr(skb)->daddr;
	pkt->hop_limit = ipv6_hdr(skb)->hop_limit;
	pkt->data = skb->data + offset;
	return true;
}

static enum ndp_drop ndp_hook_parse(struct sk_buff *skb, int offset, bool fragment,
				    const struct nf_hook_state *state, struct nd_info *info)
{
	struct nd_packet pkt;

	return ndp_hook_packet(skb, offset, fragment, state, &pkt) ? nd_parse(&pkt, info) :
								     NDP_DROP_NO_MEMORY;
}

/* Sent by this host: looped back by its own stack, or by the network, maybe from another device. */
static bool ndp_hook_is_own(const struct ndp_rx *rx, const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_LOOPBACK || ndp_own_mac(rx) ||
	       ndp_own_anywhere(rx->nn, rx->dev, &ipv6_hdr(skb)->saddr);
}

/* ND-H2. The kernel judges an advertisement for itself, the invalid ones too. */
static void ndp_hook_router_heard(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb,
				  int offset, bool fragment, const struct nf_hook_state *state)
{
	struct ndp_rx rx = { .nn = nn, .link = link, .dev = state->in };
	struct nd_packet pkt;
	struct nd_ra ra;

	if (!ndp_hook_packet(skb, offset, fragment, state, &pkt) || !nd_parse_ra(&pkt, &ra))
		return;
	rx.mac = ndp_hook_mac(skb, rx.dev);
	if (!ndp_hook_is_own(&rx, skb))
		ndp_ra_heard(&rx, pkt.saddr, &ra);
}

/* ND-H2: a probe of this router's own for a loop; on a suspended link, too. */
static bool ndp_hook_is_probe(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb,
			      int offset, bool fragment, const struct nf_hook_state *state)
{
	struct ndp_rx rx = { .nn = nn, .link = link, .dev = state->in };
	struct nd_info info;

	return !ndp_hook_parse(skb, offset, fragment, state, &info) &&
	       ndp_loop_test_heard(&rx, &info);
}

/* ND-A3. Bottom halves disabled. */
static void ndp_hook_router_sent(struct ndp_net *nn, struct sk_buff *skb, int offset,
				 const struct nf_hook_state *state)
{
	int ifindex = state->out->ifindex;
	struct nd_packet pkt;
	struct nd_ra ra;

	if (ndp_hook_packet(skb, offset, false, state, &pkt) && nd_parse_ra(&pkt, &ra))
		ndp_ra_sent(nn, ifindex, ndp_link_by_index(nn, ifindex), pkt.saddr, &ra);
}

static bool ndp_hook_to_group(const struct sk_buff *skb)
{
	return is_multicast_ether_addr(eth_hdr(skb)->h_dest);
}

/* A bridge calls the hook for a frame that all its other ports get, too. */
static bool ndp_hook_is_flooded(const struct sk_buff *skb)
{
	return nf_bridge_in_prerouting(skb) && ndp_hook_to_group(skb);
}

/*
 * With bridge-nf-call-ip6tables the hook is called for what enters a bridge by a port, as if it
 * came in on the bridge, and no second time for what the bridge then gives to this router, unless
 * the bridge is a VRF's port. What it passes on between its ports is not the router's (ND-A7).
 *
 * Return: true if the packet is not the router's, or has been here before.
 */
static bool ndp_hook_is_bridged(const struct sk_buff *skb, const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	if (likely(!nf_bridge_info_exists(skb)))
		return false;
#endif
	if (nf_bridge_in_prerouting(skb))
		return !ndp_hook_to_group(skb) &&
		       !ether_addr_equal(eth_hdr(skb)->h_dest, dev->dev_addr);
	return IS_ENABLED(CONFIG_BRIDGE_NETFILTER) && netif_is_bridge_master(dev);
}

/*
 * An invalid message goes on to the kernel, which drops it by the same rules. To an address that is
 * not its own the kernel would forward it instead: one for a proxied host ends here (ND-C9).
 */
static unsigned int ndp_hook_invalid(const struct ndp_rx *rx, struct sk_buff *skb)
{
	const struct in6_addr *daddr = &ipv6_hdr(skb)->daddr;

	if (ipv6_addr_is_multicast(daddr) ||
	    !ndp_prefix_lookup(rx->nn, rx->link->group->id, daddr) ||
	    ndp_own_target(rx, daddr) != NDP_OWNER_NONE)
		return NF_ACCEPT;
	consume_skb(skb);
	return NF_STOLEN;
}

/* Where a message of Neighbor Discovery was heard, and where it begins. */
struct ndp_heard {
	struct ndp_net *nn;
	struct ndp_link *link;
	int offset;
	bool fragment;
	u8 type;
};

/*
 * Conntrack may have put fragments together, and taken the header away (RFC 6980 5); its note is
 * left.
 */
static bool ndp_hook_was_fragmented(const struct sk_buff *skb)
{
	return IP6CB(skb)->flags & IP6SKB_FRAGMENTED || IP6CB(skb)->frag_max_size;
}

/* Return: true if it is a message that links have a part in, and on which link. */
static bool ndp_hook_find(struct sk_buff *skb, const struct nf_hook_state *state,
			  struct ndp_heard *heard)
{
	u8 nexthdr = ipv6_hdr(skb)->nexthdr;

	heard->offset = sizeof(struct ipv6hdr);
	heard->fragment = false;
	if (nexthdr != IPPROTO_ICMPV6) {
		if (likely(!ipv6_ext_hdr(nexthdr)))
			return false;
		heard->offset = ndp_hook_skip_headers(skb, &heard->fragment);
		if (heard->offset < 0)
			return false;
	}
	heard->type = ndp_hook_type(skb, heard->offset);
	if (heard->type < ND_TYPE_RA || heard->type > ND_TYPE_NA ||
	    ndp_hook_is_bridged(skb, state->in))
		return false;
	heard->fragment |= ndp_hook_was_fragmented(skb);
	heard->nn = ndp_net(state->net);
	heard->link = ndp_link_by_index(heard->nn, state->in->ifindex);
	return heard->link;
}

static unsigned int ndp_hook_done(struct sk_buff *skb, enum ndp_verdict verdict)
{
	if (verdict == NDP_PASS || ndp_hook_is_flooded(skb))
		return NF_ACCEPT;
	consume_skb(skb);
	return NF_STOLEN;
}

/* A message on a managed link, heard, and let pass by the firewall. */
static unsigned int ndp_hook_receive(const struct ndp_heard *heard, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct ndp_rx rx = { .nn = heard->nn, .link = heard->link, .dev = state->in };
	struct nd_info info;
	enum ndp_drop why;

	why = ndp_hook_parse(skb, heard->offset, heard->fragment, state, &info);
	if (why) {
		ndp_count_drop(&rx.link->stats, why);
		trace_nd_drop(rx.link, why);
		return ndp_hook_invalid(&rx, skb);
	}
	if (unlikely(!ndp_own_forwards(rx.nn, rx.dev))) {
		ndp_proxy_not_forwarding(&rx, &info);
		return NF_ACCEPT;
	}
	rx.mac = ndp_hook_mac(skb, rx.dev);
	return ndp_hook_done(skb, info.type == ND_TYPE_NS ? ndp_proxy_ns(&rx, &info) :
							    ndp_proxy_na(&rx, &info));
}

/* Bottom halves disabled. */
static unsigned int ndp_hook_judge(const struct ndp_heard *heard, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	if (heard->type == ND_TYPE_RA) {
		ndp_hook_router_heard(heard->nn, heard->link, skb, heard->offset, heard->fragment,
				      state);
		return NF_ACCEPT;
	}
	if (heard->type == ND_TYPE_NS && READ_ONCE(heard->nn->ra.tests) &&
	    ndp_hook_is_probe(heard->nn, heard->link, skb, heard->offset, heard->fragment, state))
		return ndp_hook_is_flooded(skb) ? NF_ACCEPT : NF_DROP;
	if (READ_ONCE(heard->link->state) != NDP_LINK_ACTIVE)
		return NF_ACCEPT;
	return ndp_hook_receive(heard, skb, state);
}

/*
 * ND-C12: the firewall decides first, in all of its chains, so that what it drops teaches nothing.
 * What it gave to a program comes back in process context.
 */
static unsigned int ndp_hook_pre_routing(void *priv, struct sk_buff *skb,
					 const struct nf_hook_state *state)
{
	struct ndp_heard heard;
	unsigned int verdict;

	if (!ndp_hook_find(skb, state, &heard) || IP6CB(skb)->flags & NDP_SKB_TAKEN)
		return NF_ACCEPT;
	local_bh_disable();
	verdict = ndp_hook_judge(&heard, skb, state);
	local_bh_enable();
	return verdict;
}

/* Bottom halves disabled. */
static unsigned int ndp_hook_take(const struct ndp_heard *heard, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct ndp_rx rx = { .nn = heard->nn, .link = heard->link, .dev = state->in };
	struct nd_info info;

	if (!ndp_own_forwards(rx.nn, rx.dev) ||
	    ndp_hook_parse(skb, heard->offset, heard->fragment, state, &info) ||
	    !ndp_proxy_awaits(&rx, &info))
		return NF_ACCEPT;
	rx.mac = ndp_hook_mac(skb, rx.dev);
	IP6CB(skb)->flags |= NDP_SKB_TAKEN;
	return ndp_hook_done(skb, ndp_proxy_na(&rx, &info));
}

/*
 * ND-C12: an advertisement that answers a solicitation of this router is taken before the firewall
 * decides: a reverse-path rule misses the very route that it brings. It goes on, marked, so that it
 * does not count twice. A chain of any priority may have given it to a program.
 */
static unsigned int ndp_hook_answer(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct ndp_heard heard;
	unsigned int verdict;

	if (likely(ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6) ||
	    ndp_hook_type(skb, sizeof(struct ipv6hdr)) != ND_TYPE_NA ||
	    !ndp_hook_find(skb, state, &heard) ||
	    READ_ONCE(heard.link->state) != NDP_LINK_ACTIVE)
		return NF_ACCEPT;
	local_bh_disable();
	verdict = ndp_hook_take(&heard, skb, state);
	local_bh_enable();
	return verdict;
}

/*
 * The kernel sends a Redirect before the FORWARD hook sees the packet that it is about. It is kept
 * back here, where nobody else's packets pay for it (ND-G2).
 */
static unsigned int ndp_hook_redirect(struct ndp_net *nn, struct ndp_link *link,
				      const struct sk_buff *skb, int offset)
{
	struct rd_msg buf;
	const struct rd_msg *msg = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	bool drop;

	if (!msg)
		return NF_ACCEPT;
	local_bh_disable();
	drop = ndp_hold_redirect(nn, link, &msg->target, &msg->dest);
	local_bh_enable();
	return drop ? NF_DROP : NF_ACCEPT;
}

/* What the kernel solicits, and where this host is a router. Process context too: of its DAD. */
static unsigned int ndp_hook_local_out(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	int offset = sizeof(struct ipv6hdr);
	struct ndp_link *link;
	struct nd_info info;
	struct ndp_net *nn;
	u8 type;

	if (likely(ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6))
		return NF_ACCEPT;
	type = ndp_hook_type(skb, offset);
	if (type != ND_TYPE_NS && type != ND_TYPE_RA && type != NDISC_REDIRECT)
		return NF_ACCEPT;
	nn = ndp_net(state->net);
	if (skb->sk && skb->sk == nn->sk)
		return NF_ACCEPT;
	if (type == ND_TYPE_RA) {
		local_bh_disable();
		ndp_hook_router_sent(nn, skb, offset, state);
		local_bh_enable();
		return NF_ACCEPT;
	}
	link = ndp_link_by_index(nn, state->out->ifindex);
	if (!link || READ_ONCE(link->state) != NDP_LINK_ACTIVE)
		return NF_ACCEPT;
	if (type == NDISC_REDIRECT)
		return ndp_hook_redirect(nn, link, skb, offset);

	local_bh_disable();
	if (!ndp_hook_parse(skb, offset, false, state, &info))
		ndp_proxy_own_ns(nn, link, &info);
	local_bh_enable();
	return NF_ACCEPT;
}

/*
 * What would leave by the link that it came in on, by a route of a proxied prefix: ND-G2. For all
 * else that is forwarded the work ends with one comparison (ND-G1). The kernel's own note of the
 * link is compared, as the device is the VRF's for a VRF's port.
 */
static unsigned int ndp_hook_forward(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct ndp_link *link;
	struct ndp_net *nn;
	bool held;

	if (likely(IP6CB(skb)->iif != state->out->ifindex))
		return NF_ACCEPT;
	if (!ndp_route_is_proxied(skb_dst(skb)))
		return NF_ACCEPT;
	nn = ndp_net(state->net);
	link = ndp_link_by_index(nn, state->out->ifindex);
	if (!link || READ_ONCE(link->state) != NDP_LINK_ACTIVE)
		return NF_ACCEPT;
	/* What a program had in its queue comes in process context. */
	local_bh_disable();
	held = ndp_hold_packet(nn, link, skb);
	local_bh_enable();
	return held ? NF_STOLEN : NF_ACCEPT;
}

static const struct nf_hook_ops ndp_hooks[] = {
	{
		.hook = ndp_hook_answer,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		/* Before all chains of a firewall. */
		.priority = NF_IP6_PRI_CONNTRACK_DEFRAG - 1,
	},
	{
		.hook = ndp_hook_pre_routing,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		/* What a filter drops is not proxied, and teaches nothing. */
		.priority = NF_IP6_PRI_LAST,
	},
	{
		.hook = ndp_hook_local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		/* What a filter keeps from leaving is not proxied either. */
		.priority = NF_IP6_PRI_LAST,
	},
	{
		.hook = ndp_hook_forward,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_FORWARD,
		/* What a filter stops makes nobody search. */
		.priority = NF_IP6_PRI_LAST,
	},
};

/**
 * ndp_hook_register() - the first link has come: see the namespace's packets
 * @nn: namespace
 *
 * Context: RTNL.
 * Return: 0 or an error.
 */
int ndp_hook_register(struct ndp_net *nn)
{
	int err;

	ndp_ra_forget(nn);
	err = nf_register_net_hooks(nn->net, ndp_hooks, ARRAY_SIZE(ndp_hooks));
	nn->hooked = !err;
	return err;
}

/**
 * ndp_hook_unregister() - the last link has gone
 * @nn: namespace
 *
 * Context: RTNL.
 */
void ndp_hook_unregister(struct ndp_net *nn)
{
	if (!nn->hooked)
		return;
	nf_unregister_net_hooks(nn->net, ndp_hooks, ARRAY_SIZE(ndp_hooks));
	nn->hooked = false;
}
