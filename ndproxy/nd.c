// SPDX-License-Identifier: GPL-2.0
/*
 * Neighbor Solicitations and Advertisements as octets: parse, validate, build. Pure: no skb, no
 * device, no clock; KUnit and the user-space fuzzer feed it directly.
 */

#include <linux/kernel.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "nd.h"

/* Offsets in both messages (RFC 4861 4.3 and 4.4). */
#define ND_OFF_CODE	1
#define ND_OFF_FLAGS	4
#define ND_OFF_TARGET	8

/* Offsets in a Router Advertisement (RFC 4861 4.2). */
#define ND_RA_OFF_FLAGS		5
#define ND_RA_OFF_LIFETIME	6

#define ND_IPOIB_ALEN	20	/* no other link has such addresses */

/**
 * nd_addr_is_solicited_node() - is it one of ff02::1:ff00:0/104?
 * @addr: any address
 *
 * Return: true if it is (RFC 4291 2.7.1).
 */
bool nd_addr_is_solicited_node(const struct in6_addr *addr)
{
	return addr->s6_addr32[0] == htonl(0xff020000) && !addr->s6_addr32[1] &&
	       addr->s6_addr32[2] == htonl(1) && addr->s6_addr[12] == 0xff;
}
EXPORT_SYMBOL_IF_KUNIT(nd_addr_is_solicited_node);

/* RFC 4861 6.1.2, 7.1.1 and 7.1.2: what the messages have in common, options aside. */
static enum ndp_drop nd_check_header(const struct nd_packet *pkt, unsigned int header_len)
{
	if (pkt->fragment)
		return NDP_DROP_FRAGMENT;
	if (pkt->hop_limit != ND_HOP_LIMIT)
		return NDP_DROP_HOP_LIMIT;
	if (pkt->len < header_len)
		return NDP_DROP_LENGTH;
	if (!pkt->checksum_ok)
		return NDP_DROP_CHECKSUM;
	if (pkt->data[ND_OFF_CODE])
		return NDP_DROP_CODE;
	return NDP_DROP_NONE;
}

/* Return: octets of the option that begins here; 0: it cannot be one (RFC 4861 4.6). */
static unsigned int nd_opt_span(const u8 *opt, unsigned int left)
{
	unsigned int len = left < 2 ? 0 : opt[1] * 8;

	return len <= left ? len : 0;
}

/* IP over InfiniBand pads its option before the address (RFC 4391 9.3), other links behind it. */
static unsigned int nd_lladdr_pad(unsigned int lladdr_len)
{
	return lladdr_len == ND_IPOIB_ALEN ? 2 : 0;
}

/* An option too short for the link's addresses says nothing. */
static void nd_take_lladdr(const u8 *opt, unsigned int len, u8 lladdr_len, struct nd_info *info)
{
	unsigned int start = 2 + nd_lladdr_pad(lladdr_len);

	if (info->lladdr || !lladdr_len || len < start + lladdr_len)
		return;
	info->lladdr = opt + start;
	info->lladdr_len = lladdr_len;
}

static void nd_take_nonce(const u8 *opt, unsigned int len, struct nd_info *info)
{
	if (info->nonce || len - 2 > ND_NONCE_MAX)
		return;
	info->nonce = opt + 2;
	info->nonce_len = len - 2;
}

/*
 * All options are walked before any is believed: one of length 0 makes the message invalid,
 * wherever it stands.
 */
static enum ndp_drop nd_parse_options(const struct nd_packet *pkt, struct nd_info *info)
{
	u8 lladdr_opt = info->type == ND_TYPE_NS ? ND_OPT_SLLA : ND_OPT_TLLA;
	unsigned int left = pkt->len - ND_HEADER_LEN, len;
	const u8 *opt = pkt->data + ND_HEADER_LEN;

	for (; left; opt += len, left -= len) {
		len = nd_opt_span(opt, left);
		if (!len)
			return NDP_DROP_OPTION_LENGTH;

		if (opt[0] == lladdr_opt)
			nd_take_lladdr(opt, len, pkt->lladdr_len, info);
		else if (opt[0] == ND_OPT_NONCE)
			nd_take_nonce(opt, len, info);

		/* RFC 4861 7.1.1; also where the option is not of the link's size. */
		if (nd_is_dad(info) && opt[0] == ND_OPT_SLLA)
			return NDP_DROP_DAD_SLLA;
	}
	return NDP_DROP_NONE;
}

/**
 * nd_parse() - validate a Neighbor Solicitation or Advertisement
 * @pkt: what was received; its type octet says NS or NA
 * @info: filled if the message is valid; points into @pkt's data
 *
 * RFC 4861 7.1.1 and 7.1.2, and RFC 6980 5. Unknown options are skipped.
 *
 * Return: NDP_DROP_NONE, or the first reason why the message is invalid.
 */
enum ndp_drop nd_parse(const struct nd_packet *pkt, struct nd_info *info)
{
	enum ndp_drop why = nd_check_header(pkt, ND_HEADER_LEN);

	if (why)
		return why;
	if (pkt->data[ND_OFF_TARGET] == 0xff)
		return NDP_DROP_TARGET_MULTICAST;

	memset(info, 0, sizeof(*info));
	info->type = pkt->data[0];
	info->saddr = *pkt->saddr;
	info->daddr = *pkt->daddr;
	memcpy(&info->target, pkt->data + ND_OFF_TARGET, sizeof(info->target));

	if (info->type == ND_TYPE_NA) {
		info->flags = pkt->data[ND_OFF_FLAGS] &
			      (ND_NA_ROUTER | ND_NA_SOLICITED | ND_NA_OVERRIDE);
		if (ipv6_addr_is_multicast(&info->daddr) && info->flags & ND_NA_SOLICITED)
			return NDP_DROP_NA_MULTICAST_SOLICITED;
	} else if (nd_is_dad(info) && !nd_addr_is_solicited_node(&info->daddr)) {
		return NDP_DROP_DAD_DESTINATION;
	}
	return nd_parse_options(pkt, info);
}
EXPORT_SYMBOL_IF_KUNIT(nd_parse);

/**
 * nd_parse_ra() - validate a Router Advertisement
 * @pkt: what was received; its type octet says that it is one
 * @ra: filled if the message is valid
 *
 * RFC 4861 6.1.2, and RFC 6980 5.
 *
 * Return: true if it is valid.
 */
bool nd_parse_ra(const struct nd_packet *pkt, struct nd_ra *ra)
{
	const u8 *opt = pkt->data + ND_RA_HEADER_LEN;
	unsigned int left, len;

	if (nd_check_header(pkt, ND_RA_HEADER_LEN) ||
	    (pkt->saddr->s6_addr32[0] & htonl(0xffc00000)) != htonl(0xfe800000))
		return false;
	for (left = pkt->len - ND_RA_HEADER_LEN; left; opt += len, left -= len) {
		len = nd_opt_span(opt, left);
		if (!len)
			return false;
	}
	ra->proxy = pkt->data[ND_RA_OFF_FLAGS] & ND_RA_PROXY;
	ra->lifetime = pkt->data[ND_RA_OFF_LIFETIME] << 8 | pkt->data[ND_RA_OFF_LIFETIME + 1];
	return true;
}
EXPORT_SYMBOL_IF_KUNIT(nd_parse_ra);

static unsigned int nd_opt_len(unsigned int len)
{
	return len ? round_up(2 + len, 8) : 0;
}

static unsigned int nd_lladdr_opt_len(unsigned int len)
{
	return nd_opt_len(len + nd_lladdr_pad(len));
}

/**
 * nd_build_len() - octets that nd_build() will write
 * @info: the message
 *
 * Return: at most ND_BUILD_MAX.
 */
unsigned int nd_build_len(const struct nd_info *info)
{
	return ND_HEADER_LEN + nd_lladdr_opt_len(info->lladdr ? info->lladdr_len : 0) +
	       nd_opt_len(info->nonce ? info->nonce_len : 0);
}
EXPORT_SYMBOL_IF_KUNIT(nd_build_len);

static u8 *nd_put_opt(u8 *opt, u8 type, unsigned int pad, const u8 *value, unsigned int len)
{
	unsigned int size = nd_opt_len(pad + len);

	memset(opt, 0, size);
	opt[0] = type;
	opt[1] = size / 8;
	memcpy(opt + 2 + pad, value, len);
	return opt + size;
}

/**
 * nd_build() - write an ICMPv6 NS or NA, with a checksum of 0
 * @info: the message; @info->lladdr_len and @info->nonce_len at most ND_LLADDR_MAX and ND_NONCE_MAX
 * @data: room for nd_build_len() octets
 */
void nd_build(const struct nd_info *info, u8 *data)
{
	u8 *opt = data + ND_HEADER_LEN;

	memset(data, 0, ND_HEADER_LEN);
	data[0] = info->type;
	data[ND_OFF_FLAGS] = info->type == ND_TYPE_NA ? info->flags : 0;
	memcpy(data + ND_OFF_TARGET, &info->target, sizeof(info->target));

	if (info->lladdr && info->lladdr_len)
		opt = nd_put_opt(opt, info->type == ND_TYPE_NS ? ND_OPT_SLLA : ND_OPT_TLLA,
				 nd_lladdr_pad(info->lladdr_len), info->lladdr, info->lladdr_len);
	if (info->nonce && info->nonce_len)
		nd_put_opt(opt, ND_OPT_NONCE, 0, info->nonce, info->nonce_len);
}
EXPORT_SYMBOL_IF_KUNIT(nd_build);
