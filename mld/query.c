// SPDX-License-Identifier: GPL-2.0
/*
 * What comes in: a hook that looks at MLD messages and lets them go on, and the bounded queue in
 * which the valid ones wait for the link's work (MLD-B8).
 */

#include <linux/icmpv6.h>
#include <linux/netfilter_ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "mld_live.h"
#include "trace.h"

#define MLD_QUERY_LEN_MAX	(sizeof(struct mld_v2_query) + 16 * MLD_QUERY_SOURCES_MAX)

static void mld_input_count(struct mld_link *link, enum mld_count count)
{
	atomic64_inc(&link->count[count]);
}

static bool mld_input_full(const struct mld_link *link, bool general)
{
	return READ_ONCE(link->ninput[general]) >=
	       (general ? MLD_INPUT_GENERAL : MLD_INPUT_SPECIFIC);
}

/*
 * Leave a message to the link's work. Whether there is room is looked at first without the lock, so
 * that a flood costs no memory; what counts is the look under it.
 *
 * Context: bottom halves disabled.
 * Return: MLD_NR_COUNTS, or why it is dropped.
 */
static enum mld_count mld_input_queue(struct mld_link *link, const struct in6_addr *saddr,
				      const struct mld_query *query)
{
	size_t len = query->nsources * sizeof(struct in6_addr);
	bool general = query->version && query->kind == MLD_GQ;
	struct mem_cgroup *old;
	struct mld_input *in;
	bool full;

	if (mld_input_full(link, general))
		return MLD_C_DROP_QUEUE;
	old = charge_begin(&link->mn->charge);
	in = kmalloc(struct_size(in, sources, len), CHARGE_SOFTIRQ);
	charge_end(old);
	if (!in)
		return MLD_C_DROP_MEMORY;
	in->saddr = *saddr;
	in->query = *query;
	memcpy(in->sources, query->sources, len);
	in->query.sources = in->sources;
	spin_lock_bh(&link->input_lock);
	full = mld_input_full(link, general);
	if (!full) {
		list_add_tail(&in->list, &link->input);
		WRITE_ONCE(link->ninput[general], link->ninput[general] + 1);
	}
	spin_unlock_bh(&link->input_lock);
	if (full) {
		kfree(in);
		return MLD_C_DROP_QUEUE;
	}
	mld_link_wake(link);
	return MLD_NR_COUNTS;
}

static void mld_input_query(struct mld_link *link, const void *data, size_t len,
			    const struct mld_rx *rx)
{
	struct mld_query query;
	enum mld_count why = mld_query_parse(data, len, rx, &query);

	if (why <= MLD_C_QUERIES_V2)
		why = mld_input_queue(link, rx->saddr, &query);
	if (why == MLD_NR_COUNTS)
		return;
	mld_input_count(link, why);
	trace_mld_query_drop(link, rx->saddr, why);
}

static void mld_input_v1_report(struct mld_link *link, const void *data, size_t len,
				const struct mld_rx *rx)
{
	struct mld_query query = {};
	enum mld_count why = MLD_C_REPORTS_V1_IN;

	/* In v2 mode it suppresses nothing, so it only counts. */
	if (rx->own)
		why = MLD_C_DROP_OWN;
	else if (READ_ONCE(link->proto.version) == 1 &&
		 mld_v1_report_parse(data, len, rx, &query.group))
		why = mld_input_queue(link, rx->saddr, &query);
	if (why != MLD_NR_COUNTS)
		mld_input_count(link, why);
}

static void mld_input_solicitation(struct mld_link *link, size_t len, const struct mld_rx *rx)
{
	if (!mld_mrd_solicited(len, rx))
		return;
	mld_input_count(link, MLD_C_MRD_IN);
	if (READ_ONCE(link->proto.mrd.on) && !xchg(&link->solicited, 1))
		mld_link_wake(link);
}

/*
 * Offset of the ICMPv6 header if an MLD message can be here at all: behind a hop-by-hop header, or
 * none; else 0.
 */
static unsigned int mld_input_offset(const struct sk_buff *skb, bool *router_alert)
{
	const struct ipv6hdr *ip6 = ipv6_hdr(skb);
	u8 buf[64];
	const u8 *hbh;
	unsigned int len;

	*router_alert = false;
	if (ip6->nexthdr == IPPROTO_ICMPV6)
		return sizeof(*ip6);
	if (ip6->nexthdr != NEXTHDR_HOP)
		return 0;
	hbh = skb_header_pointer(skb, sizeof(*ip6), 8, buf);
	if (!hbh || hbh[0] != IPPROTO_ICMPV6)
		return 0;
	len = (hbh[1] + 1) * 8;
	if (len > sizeof(buf))
		return 0;
	hbh = skb_header_pointer(skb, sizeof(*ip6), len, buf);
	if (!hbh)
		return 0;
	*router_alert = mld_has_router_alert(hbh, len);
	return sizeof(*ip6) + len;
}

static bool mld_type_is_ours(u8 type)
{
	return type == MLD_TYPE_QUERY || type == MLD_TYPE_V1_REPORT || type == MLD_TYPE_DONE ||
	       type == MLD_TYPE_V2_REPORT || type == MLD_TYPE_MRD_SOLICITATION;
}

/* A whole message of a type that is ours, whose first octets are in one piece at @offset. */
static void mld_input(struct mld_link *link, struct sk_buff *skb, unsigned int offset, u8 type,
		      bool router_alert,
		      unsigned int hook)
{
	struct net *net = link->mn->net;
	unsigned int len, end;
	struct mld_rx rx;

	if (type == MLD_TYPE_V2_REPORT || type == MLD_TYPE_DONE) {
		mld_input_count(link, type == MLD_TYPE_DONE ? MLD_C_DONES_IN : MLD_C_REPORTS_V2_IN);
		return;
	}
	end = min_t(unsigned int, skb->len,
		    sizeof(struct ipv6hdr) + ntohs(ipv6_hdr(skb)->payload_len));
	len = end > offset ? end - offset : 0;
	/* Octets behind the longest list of sources are of no interest, but for the checksum. */
	if (!pskb_may_pull(skb, offset + min_t(unsigned int, len, MLD_QUERY_LEN_MAX)))
		return;
	rx = (struct mld_rx) {
		.saddr = &ipv6_hdr(skb)->saddr,
		.daddr = &ipv6_hdr(skb)->daddr,
		.hop_limit = ipv6_hdr(skb)->hop_limit,
		.router_alert = router_alert,
		.checksum_ok = !nf_ip6_checksum(skb, hook, offset, IPPROTO_ICMPV6),
		.own = ipv6_chk_addr(net, &ipv6_hdr(skb)->saddr, link->dev, 0),
		.to_group = skb->pkt_type == PACKET_MULTICAST,
		.daddr_is_ours = !ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr) &&
				 ipv6_chk_addr(net, &ipv6_hdr(skb)->daddr, link->dev, 0),
	};
	if (type == MLD_TYPE_QUERY)
		mld_input_query(link, skb->data + offset, len, &rx);
	else if (type == MLD_TYPE_MRD_SOLICITATION)
		mld_input_solicitation(link, len, &rx);
	else
		mld_input_v1_report(link, skb->data + offset, len, &rx);
}

/**
 * mld_input_hook() - netfilter, PRE_ROUTING
 * @priv: unused
 * @skb: packet, its IPv6 header in one piece
 * @state: namespace and device
 *
 * Context: softirq, RCU.
 * Return: NF_ACCEPT: raw sockets and the kernel see every message as before.
 */
unsigned int mld_input_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct mld_link *link;
	unsigned int offset;
	bool router_alert;
	u8 buf;
	u8 *type;

	/* Most packets leave here: no MLD without one of these as the next header. */
	if (ipv6_hdr(skb)->nexthdr != NEXTHDR_HOP && ipv6_hdr(skb)->nexthdr != IPPROTO_ICMPV6)
		return NF_ACCEPT;
	offset = mld_input_offset(skb, &router_alert);
	type = offset ? skb_header_pointer(skb, offset, 1, &buf) : NULL;
	if (!type || !mld_type_is_ours(*type) || !state->in)
		return NF_ACCEPT;
	link = mld_link_rcu(mld_net(state->net), state->in->ifindex);
	if (link)
		mld_input(link, skb, offset, *type, router_alert, state->hook);
	return NF_ACCEPT;
}

static void mld_input_act(struct mld_link *link, const struct mld_input *in)
{
	enum mld_count verdict;

	if (!in->query.version) {
		mld_proto_heard(&link->proto, &in->query.group, mld_now());
		return;
	}
	verdict = mld_proto_query(&link->proto, &in->query, mld_now());
	trace_mld_query(link, in, verdict);
}

/**
 * mld_input_drain() - act on the messages that wait
 * @link: link
 *
 * Context: Process context; the link's lock is held.
 */
void mld_input_drain(struct mld_link *link)
{
	struct mld_input *in, *next;
	LIST_HEAD(list);

	if (xchg(&link->solicited, 0))
		mld_mrd_answer(&link->proto, mld_now());
	spin_lock_bh(&link->input_lock);
	list_splice_init(&link->input, &list);
	WRITE_ONCE(link->ninput[0], 0);
	WRITE_ONCE(link->ninput[1], 0);
	spin_unlock_bh(&link->input_lock);
	list_for_each_entry_safe(in, next, &list, list) {
		mld_input_act(link, in);
		kfree(in);
	}
}

/**
 * mld_input_flush() - drop the messages that wait
 * @link: link that no hook sees any more
 */
void mld_input_flush(struct mld_link *link)
{
	struct mld_input *in, *next;

	list_for_each_entry_safe(in, next, &link->input, list)
		kfree(in);
	INIT_LIST_HEAD(&link->input);
	memset(link->ninput, 0, sizeof(link->ninput));
}
