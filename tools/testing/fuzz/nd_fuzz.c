// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: ndproxy/nd.c on any octets. The first three octets say how the message came; the rest
 * is the message. What is held valid is judged again by other means, built, and parsed back.
 */
#include "include/user.h"
#include "../../../ndproxy/nd.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static const u8 lladdr_lens[] = { 6, 0, 8, 20, 1, 14, 7, 32 };
static const struct in6_addr host = { .s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = 1 } };
static const struct in6_addr router = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
static const struct in6_addr unspecified;
static const struct in6_addr destinations[] = {
	{ .s6_addr = { 0xff, 2, [11] = 1, 0xff, 0x12, 0x34, 0x56 } },
	{ .s6_addr = { 0xff, 2, [15] = 1 } },
	{ .s6_addr = { 0x20, 1, 0xd, 0xb8, [15] = 2 } },
	{ .s6_addr = { 0xff, 2, [11] = 1, 0xfe, 0x12, 0x34, 0x56 } },
};

#define CHECK(cond) do { if (!(cond)) abort(); } while (0)

/* Do the options from an offset on fill the message? Counts those of one type. */
static bool options_fill(const u8 *msg, size_t at, size_t len, u8 type, unsigned int *n)
{
	*n = 0;
	while (at + 2 <= len && msg[at + 1]) {
		*n += msg[at] == type;
		at += msg[at + 1] * 8;
	}
	return at == len;
}

/* RFC 4861 7.1.1, 7.1.2 and RFC 6980 5, in one expression. */
static bool is_valid(const struct nd_packet *pkt)
{
	bool from_nobody = !memcmp(pkt->saddr, &unspecified, sizeof(unspecified));
	bool to_group = pkt->daddr->s6_addr[0] == 0xff;
	unsigned int slla;

	if (pkt->len < ND_HEADER_LEN ||
	    !options_fill(pkt->data, ND_HEADER_LEN, pkt->len, ND_OPT_SLLA, &slla))
		return false;
	if (pkt->fragment || pkt->hop_limit != 255 || !pkt->checksum_ok)
		return false;
	if (pkt->data[1] || pkt->data[8] == 0xff)
		return false;
	if (pkt->data[0] == ND_TYPE_NA)
		return !to_group || !(pkt->data[4] & 0x40);
	return !from_nobody || (!memcmp(pkt->daddr, &destinations[0], 13) && !slla);
}

static void inside(const struct nd_packet *pkt, const u8 *value, unsigned int len)
{
	CHECK(value >= pkt->data + ND_HEADER_LEN + 2);
	CHECK(value + len <= pkt->data + pkt->len);
}

static bool same(const u8 *a, unsigned int alen, const u8 *b, unsigned int blen)
{
	return !a == !b && alen == blen && (!a || !memcmp(a, b, alen));
}

static void there_and_back(const struct nd_packet *pkt, const struct nd_info *info)
{
	unsigned int len = nd_build_len(info);
	struct nd_packet again = *pkt;
	struct nd_info back;
	u8 *built, *twice;

	CHECK(len <= ND_BUILD_MAX && len % 8 == 0);
	built = malloc(len);
	twice = malloc(len);
	nd_build(info, built);
	again.data = built;
	again.len = len;
	CHECK(nd_parse(&again, &back) == NDP_DROP_NONE);
	CHECK(back.type == info->type && back.flags == info->flags);
	CHECK(ipv6_addr_equal(&back.target, &info->target));
	CHECK(same(back.lladdr, back.lladdr_len, info->lladdr, info->lladdr_len));
	CHECK(same(back.nonce, back.nonce_len, info->nonce, info->nonce_len));
	nd_build(&back, twice);
	CHECK(!memcmp(built, twice, len));
	free(twice);
	free(built);
}

static void parse(const struct nd_packet *pkt)
{
	enum ndp_drop why;
	struct nd_info info;

	memset(&info, 0xa5, sizeof(info));
	why = nd_parse(pkt, &info);
	CHECK(why < NDP_DROP_OWN_ECHO);
	CHECK((why == NDP_DROP_NONE) == is_valid(pkt));
	if (why)
		return;
	CHECK(!memcmp(&info.target, pkt->data + 8, sizeof(info.target)));
	CHECK(nd_is_dad(&info) == (info.type == ND_TYPE_NS && pkt->saddr == &unspecified));
	if (info.lladdr) {
		CHECK(info.lladdr_len == pkt->lladdr_len && info.lladdr_len);
		inside(pkt, info.lladdr, info.lladdr_len);
	}
	if (info.nonce) {
		CHECK(info.nonce_len >= 6 && info.nonce_len <= ND_NONCE_MAX);
		inside(pkt, info.nonce, info.nonce_len);
	}
	there_and_back(pkt, &info);
}

/* RFC 4861 6.1.2. */
static void parse_ra(const struct nd_packet *pkt)
{
	struct nd_ra ra = { 0 };
	unsigned int n;
	bool valid;

	valid = pkt->len >= 16 && options_fill(pkt->data, 16, pkt->len, 0, &n) && !pkt->fragment &&
		pkt->hop_limit == 255 && pkt->checksum_ok && !pkt->data[1] &&
		pkt->saddr->s6_addr[0] == 0xfe && (pkt->saddr->s6_addr[1] & 0xc0) == 0x80;
	CHECK(nd_parse_ra(pkt, &ra) == valid);
	if (!valid)
		return;
	CHECK(ra.proxy == !!(pkt->data[5] & 4));
	CHECK(ra.lifetime == pkt->data[6] * 256 + pkt->data[7]);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct nd_packet pkt = { 0 };
	u8 how, odd, *block, *msg;

	if (size < 3)
		return 0;
	how = data[0];
	pkt.saddr = how & 1 ? &unspecified : &host;
	pkt.daddr = &destinations[how >> 1 & 3];
	pkt.fragment = (how & 0x18) == 0x18;
	pkt.checksum_ok = (how & 0x60) != 0x60;
	pkt.lladdr_len = lladdr_lens[data[1] & 7];
	pkt.hop_limit = 255 - data[2];
	pkt.len = size - 3;
	/* A block of its own, so that one octet too far is seen; often at an odd address. */
	odd = how >> 7;
	block = malloc(odd + pkt.len);
	msg = block + odd;
	pkt.data = msg;
	memcpy(msg, data + 3, pkt.len);
	/* The caller looks at the type before it asks. */
	if (pkt.len)
		msg[0] = data[1] & 8 ? ND_TYPE_NA : ND_TYPE_NS;
	parse(&pkt);
	/* The same octets as a Router Advertisement */
	pkt.saddr = &router;
	parse_ra(&pkt);
	pkt.saddr = &host;
	parse_ra(&pkt);
	free(block);
	return 0;
}
