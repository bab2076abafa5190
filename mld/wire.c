// SPDX-License-Identifier: GPL-2.0
/* MLD messages as octets: what a received query says, and whether it is one. Pure. */

#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

#define MLD_V1_LEN	24	/* RFC 2710 3 */
#define MLD_V2_LEN	28	/* RFC 3810 5.1 */

#define HBH_PAD1	0
#define HBH_RA		5	/* RFC 2711 2.1 */
#define HBH_RA_LEN	2

static void mld_layouts(void)
{
	BUILD_BUG_ON(sizeof(struct mld_msg) != MLD_V1_LEN);
	BUILD_BUG_ON(offsetof(struct mld_msg, mrc) != 4);
	BUILD_BUG_ON(offsetof(struct mld_msg, group) != 8);
	BUILD_BUG_ON(sizeof(struct mld_v2_query) != MLD_V2_LEN);
	BUILD_BUG_ON(offsetof(struct mld_v2_query, flags) != 24);
	BUILD_BUG_ON(offsetof(struct mld_v2_query, qqic) != 25);
	BUILD_BUG_ON(offsetof(struct mld_v2_query, nsources) != 26);
	BUILD_BUG_ON(sizeof(struct mld_v2_report) != 8);
	BUILD_BUG_ON(offsetof(struct mld_v2_report, nrecords) != 6);
	BUILD_BUG_ON(sizeof(struct mld_record) != 20);
	BUILD_BUG_ON(offsetof(struct mld_record, nsources) != 2);
	BUILD_BUG_ON(offsetof(struct mld_record, group) != 4);
}

/**
 * mld_mrc_decode() - Maximum Response Code to Maximum Response Delay
 * @mrc: the code, in host order
 *
 * Return: ms (RFC 3810 5.1.3).
 */
u32 mld_mrc_decode(u16 mrc)
{
	if (mrc < 0x8000)
		return mrc;
	return ((mrc & 0x0fff) | 0x1000) << (((mrc >> 12) & 7) + 3);
}
EXPORT_SYMBOL_IF_KUNIT(mld_mrc_decode);

/**
 * mld_qqic_decode() - Querier's Query Interval Code to interval
 * @qqic: the code
 *
 * Return: s (RFC 3810 5.1.9); 0 means that the querier named none.
 */
u32 mld_qqic_decode(u8 qqic)
{
	if (qqic < 0x80)
		return qqic;
	return ((qqic & 0x0f) | 0x10) << (((qqic >> 4) & 7) + 3);
}
EXPORT_SYMBOL_IF_KUNIT(mld_qqic_decode);

/**
 * mld_has_router_alert() - does a hop-by-hop header hold a Router Alert for MLD?
 * @hbh: the header, from its Next Header octet
 * @len: octets at @hbh that were received
 *
 * Return: true if it holds one of value 0 (RFC 2711 2.1) and is well-formed up to there.
 */
bool mld_has_router_alert(const u8 *hbh, size_t len)
{
	size_t end, at;

	if (len < 8)
		return false;
	end = ((size_t)hbh[1] + 1) * 8;
	if (end > len)
		return false;
	for (at = 2; at < end; at += 2 + hbh[at + 1]) {
		while (at < end && hbh[at] == HBH_PAD1)
			at++;
		if (end - at < 2 || end - at - 2 < hbh[at + 1])
			return false;
		if (hbh[at] == HBH_RA)
			return hbh[at + 1] == HBH_RA_LEN && !hbh[at + 2] && !hbh[at + 3];
	}
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mld_has_router_alert);

/**
 * mld_addr_is_reported() - is this group ever spoken of in MLD?
 * @group: a multicast address
 *
 * Return: false for ff02::1 and the scopes 0 and 1 (RFC 3810 6).
 */
bool mld_addr_is_reported(const struct in6_addr *group)
{
	return (group->s6_addr[1] & 0x0f) >= 2 && !ipv6_addr_is_ll_all_nodes(group);
}
EXPORT_SYMBOL_IF_KUNIT(mld_addr_is_reported);

/**
 * mld_addr_is_ssm() - is this group of the source-specific range?
 * @group: a multicast address
 *
 * Return: true for ff3x::/32 (RFC 4607 1).
 */
bool mld_addr_is_ssm(const struct in6_addr *group)
{
	return group->s6_addr[0] == 0xff && (group->s6_addr[1] & 0xf0) == 0x30 &&
	       !group->s6_addr[2] && !group->s6_addr[3];
}
EXPORT_SYMBOL_IF_KUNIT(mld_addr_is_ssm);

/* RFC 3810 6.2: what holds for every message that may change anything. */
static enum mld_count mld_rx_check(const struct mld_rx *rx)
{
	if (!(ipv6_addr_type(rx->saddr) & IPV6_ADDR_LINKLOCAL) || ipv6_addr_is_multicast(rx->saddr))
		return MLD_C_DROP_SOURCE;
	if (rx->hop_limit != 1)
		return MLD_C_DROP_HOP_LIMIT;
	if (!rx->router_alert)
		return MLD_C_DROP_ROUTER_ALERT;
	if (!rx->checksum_ok)
		return MLD_C_DROP_CHECKSUM;
	return MLD_NR_COUNTS;
}

/*
 * RFC 3810 5.1.15: a general query goes to ff02::1, a specific one to the group it asks about; but
 * any address of the link is as good, unicast or multicast. Whether the link listens to another
 * group is for the caller to find out.
 */
static bool mld_daddr_fits(const struct mld_rx *rx, const struct in6_addr *group,
			   struct in6_addr *via)
{
	*via = in6addr_any;
	if (rx->daddr_is_ours || ipv6_addr_is_ll_all_nodes(rx->daddr) ||
	    (!ipv6_addr_any(group) && ipv6_addr_equal(rx->daddr, group)))
		return true;
	*via = *rx->daddr;
	return ipv6_addr_is_multicast(rx->daddr);
}

static void mld_v1_decode(const struct mld_msg *msg, struct mld_query *query)
{
	/* A v1 querier says nothing of these two; its delay is plain (RFC 2710 3.4), not a code. */
	query->qrv = 0;
	query->qqi = 0;
	query->nsources = 0;
	query->sources = NULL;
	query->mrd = ntohs(msg->mrc);
	query->mrd_v1 = query->mrd;
}

static enum mld_count mld_v2_decode(const u8 *data, size_t len, struct mld_query *query)
{
	struct mld_v2_query head;

	memcpy(&head, data, sizeof(head));
	query->nsources = ntohs(head.nsources);
	query->sources = data + sizeof(head);
	/*
	 * Octets after the sources are none of ours (RFC 3810 5.1.12), so "more than announced" is
	 * no error.
	 */
	if ((size_t)query->nsources * sizeof(struct in6_addr) > len - sizeof(head))
		return MLD_C_DROP_SOURCES_MISSING;
	if (query->nsources && ipv6_addr_any(&head.msg.group))
		return MLD_C_DROP_GENERAL_SOURCES;
	/* The whole filter tells all that was asked, and more. */
	if (query->nsources > MLD_QUERY_SOURCES_MAX)
		query->nsources = 0;

	query->mrd = mld_mrc_decode(ntohs(head.msg.mrc));
	query->mrd_v1 = min_t(u32, ntohs(head.msg.mrc), MLD_V1_MRD_MAX);
	/* RFC 3810 9.1: "MUST NOT be zero, and SHOULD NOT be one"; 0 stands for more than 7. */
	query->qrv = head.flags & 7;
	if (query->qrv == 1)
		query->qrv = 2;
	query->qqi = mld_qqic_decode(head.qqic);
	if (!query->qqi)
		query->qqi = MLD_QI_DEFAULT;
	return MLD_NR_COUNTS;
}

/**
 * mld_query_parse() - read and judge a received query (RFC 3810 5.1, 6.2, 8.1)
 * @data: the ICMPv6 message, of any alignment
 * @len: octets at @data
 * @rx: how it came
 * @query: filled in if the query is valid; points into @data
 *
 * Nothing but @query is written, so that a query that is dropped cannot have changed anything. A
 * query of this node's own is valid: a router answers its own messages (RFC 3810 6).
 *
 * Return: MLD_C_QUERIES_V1 or MLD_C_QUERIES_V2 for a valid query, else the counter of the reason.
 */
enum mld_count mld_query_parse(const void *data, size_t len, const struct mld_rx *rx,
			       struct mld_query *query)
{
	enum mld_count reason;
	struct mld_msg msg;

	mld_layouts();
	if (len < MLD_V1_LEN || (len > MLD_V1_LEN && len < MLD_V2_LEN))
		return MLD_C_DROP_LENGTH;
	reason = mld_rx_check(rx);
	if (reason != MLD_NR_COUNTS)
		return reason;
	memcpy(&msg, data, sizeof(msg));
	if (!ipv6_addr_any(&msg.group) && !ipv6_addr_is_multicast(&msg.group))
		return MLD_C_DROP_GROUP;
	if (!mld_daddr_fits(rx, &msg.group, &query->via))
		return MLD_C_DROP_DESTINATION;

	query->version = len == MLD_V1_LEN ? 1 : 2;
	query->group = msg.group;
	if (query->version == 1) {
		mld_v1_decode(&msg, query);
	} else {
		reason = mld_v2_decode(data, len, query);
		if (reason != MLD_NR_COUNTS)
			return reason;
	}
	if (ipv6_addr_any(&query->group))
		query->kind = MLD_GQ;
	else
		query->kind = query->nsources ? MLD_MASSQ : MLD_MASQ;
	return query->version == 1 ? MLD_C_QUERIES_V1 : MLD_C_QUERIES_V2;
}
EXPORT_SYMBOL_IF_KUNIT(mld_query_parse);

/**
 * mld_v1_report_parse() - read and judge a v1 report of another listener (RFC 2710 4)
 * @data: the ICMPv6 message, of any alignment
 * @len: octets at @data
 * @rx: how it came
 * @group: set to the group that it reports
 *
 * Return: true if it is one that may suppress our own, which includes that it was sent to the group
 *	itself, in a multicast frame, and by another node (MLD-E4).
 */
bool mld_v1_report_parse(const void *data, size_t len, const struct mld_rx *rx,
			 struct in6_addr *group)
{
	struct mld_msg msg;

	if (len < MLD_V1_LEN || rx->own || !rx->to_group || mld_rx_check(rx) != MLD_NR_COUNTS)
		return false;
	memcpy(&msg, data, sizeof(msg));
	if (!ipv6_addr_is_multicast(&msg.group) || !ipv6_addr_equal(&msg.group, rx->daddr))
		return false;
	*group = msg.group;
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(mld_v1_report_parse);

/**
 * mld_mrd_solicited() - judge a Multicast Router Solicitation (RFC 4286 4.2)
 * @len: octets of the ICMPv6 message
 * @rx: how it came
 *
 * Return: true if it asks for an advertisement.
 */
bool mld_mrd_solicited(size_t len, const struct mld_rx *rx)
{
	static const struct in6_addr routers = { .s6_addr = { 0xff, 0x02, [15] = 2 } };

	return len >= offsetof(struct mld_mrd_msg, qi) && !rx->own &&
	       mld_rx_check(rx) == MLD_NR_COUNTS &&
	       ipv6_addr_equal(rx->daddr, &routers);
}
EXPORT_SYMBOL_IF_KUNIT(mld_mrd_solicited);
