/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Neighbor Solicitations and Advertisements as octets (RFC 4861 4.3, 4.4): parse, validate, build.
 * Router Advertisements (4.2): parse what the proxy heeds. Pure.
 */
#ifndef NDPROXY_ND_H
#define NDPROXY_ND_H

#include <linux/in6.h>
#include <linux/types.h>

#include "stats.h"

#define ND_TYPE_RA		134
#define ND_TYPE_NS		135
#define ND_TYPE_NA		136
#define ND_HOP_LIMIT		255
#define ND_HEADER_LEN		24	/* both messages, without options */
#define ND_RA_HEADER_LEN	16
#define ND_LLADDR_MAX		32	/* MAX_ADDR_LEN of the kernel */
#define ND_NONCE_MAX		254	/* octets, of an option of 256; RFC 7527 4.1 asks for 6 */

#define ND_NA_ROUTER		0x80
#define ND_NA_SOLICITED		0x40
#define ND_NA_OVERRIDE		0x20

#define ND_RA_PROXY		0x04	/* RFC 4389 4.1.3.3 */

#define ND_OPT_SLLA		1	/* RFC 4861 4.6.1 */
#define ND_OPT_TLLA		2
#define ND_OPT_NONCE		14	/* RFC 3971 5.3.2, RFC 7527 4.1 */

/*
 * The longest message that nd_build() makes: header, one link-layer address and one nonce option.
 */
#define ND_BUILD_MAX		(ND_HEADER_LEN + 8 * DIV_ROUND_UP(2 + ND_LLADDR_MAX, 8) + \
				 8 * DIV_ROUND_UP(2 + ND_NONCE_MAX, 8))

/**
 * struct nd_packet - what the caller knows about a received message, all of it untrusted
 * @saddr: source of the IPv6 header
 * @daddr: destination of the IPv6 header
 * @data: ICMPv6 header and what follows it, in one piece
 * @len: octets at @data that were received
 * @hop_limit: of the IPv6 header
 * @lladdr_len: octets of a link-layer address on the arrival link
 * @fragment: a Fragment header stood in the header chain, an atomic one included
 * @checksum_ok: the ICMPv6 checksum is right
 */
struct nd_packet {
	const struct in6_addr *saddr;
	const struct in6_addr *daddr;
	const u8 *data;
	unsigned int len;
	u8 hop_limit;
	u8 lladdr_len;
	bool fragment;
	bool checksum_ok;
};

/**
 * struct nd_info - a valid message, or one to build
 * @type: ND_TYPE_NS or ND_TYPE_NA
 * @flags: of an advertisement: ND_NA_ROUTER, ND_NA_SOLICITED, ND_NA_OVERRIDE
 * @lladdr_len: octets at @lladdr
 * @nonce_len: octets at @nonce
 * @saddr: source
 * @daddr: destination
 * @target: what it is about
 * @lladdr: of the SLLA option of a solicitation, the TLLA option of an advertisement; NULL: none
 * @nonce: the nonce without its option header; NULL: none
 *
 * The pointers of a parsed message point into the packet.
 */
struct nd_info {
	u8 type;
	u8 flags;
	u8 lladdr_len;
	u8 nonce_len;
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct in6_addr target;
	const u8 *lladdr;
	const u8 *nonce;
};

/**
 * struct nd_ra - what the proxy heeds of a valid Router Advertisement
 * @lifetime: Router Lifetime in seconds; 0: not a default router
 * @proxy: the Proxy bit is set: a proxy sent it
 */
struct nd_ra {
	u16 lifetime;
	bool proxy;
};

enum ndp_drop nd_parse(const struct nd_packet *pkt, struct nd_info *info);
bool nd_parse_ra(const struct nd_packet *pkt, struct nd_ra *ra);
unsigned int nd_build_len(const struct nd_info *info);
void nd_build(const struct nd_info *info, u8 *data);
bool nd_addr_is_solicited_node(const struct in6_addr *addr);

/* A probe of duplicate address detection (RFC 4862 5.4.2). */
static inline bool nd_is_dad(const struct nd_info *info)
{
	return info->type == ND_TYPE_NS && !(info->saddr.s6_addr32[0] | info->saddr.s6_addr32[1] |
					     info->saddr.s6_addr32[2] | info->saddr.s6_addr32[3]);
}

#endif
