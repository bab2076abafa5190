/* SPDX-License-Identifier: GPL-2.0 */
/* A solicitation or advertisement under test, and what nd_parse() and nd_build() make of it. */
#ifndef ND_KUNIT_H
#define ND_KUNIT_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../ndproxy/nd.h"

#define NDT_DATA	512
#define NDT_ETH		6
#define NDT_SPARE	8	/* octets behind what nd_build() may write */

#define ANY		{ }
#define HOST		{ 0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1 }
#define TARGET		{ 0x20, 1, 0xd, 0xb8, 0, 1, [13] = 0x12, 0x34, 0x56 }
#define SNM		{ 0xff, 2, [11] = 1, 0xff, 0x12, 0x34, 0x56 }
#define ALL_NODES	{ 0xff, 2, [15] = 1 }

/**
 * struct ndt - a message under test
 * @saddr: its source
 * @daddr: its destination
 * @pkt: what nd_parse() is told
 * @info: what nd_parse() tells
 * @len: octets in @data
 * @data: the message as it is put together
 * @copy: what nd_parse() reads: a block of just @len octets, so that KASAN sees one too many
 */
struct ndt {
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct nd_packet pkt;
	struct nd_info info;
	unsigned int len;
	u8 data[NDT_DATA];
	u8 *copy;
};

static inline int ndt_init(struct kunit *test)
{
	struct ndt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	t->pkt.saddr = &t->saddr;
	t->pkt.daddr = &t->daddr;
	t->pkt.hop_limit = ND_HOP_LIMIT;
	t->pkt.lladdr_len = NDT_ETH;
	t->pkt.checksum_ok = true;
	test->priv = t;
	return 0;
}

static inline void ndt_exit(struct kunit *test)
{
	struct ndt *t = test->priv;

	if (t)
		kfree(t->copy);
}

/* A valid message without options: a solicitation to the group, or an answer to a solicitor. */
static inline void ndt_start(struct ndt *t, u8 type)
{
	static const struct in6_addr host = { .s6_addr = HOST };
	static const struct in6_addr target = { .s6_addr = TARGET };
	static const struct in6_addr snm = { .s6_addr = SNM };

	t->saddr = type == ND_TYPE_NS ? host : target;
	t->daddr = type == ND_TYPE_NS ? snm : host;
	memset(t->data, 0, sizeof(t->data));
	t->data[0] = type;
	t->data[2] = 0xab;	/* the checksum: judged by the caller */
	t->data[4] = type == ND_TYPE_NA ? ND_NA_SOLICITED : 0;
	memcpy(t->data + 8, &target, sizeof(target));
	t->len = ND_HEADER_LEN;
}

/* An option of @units times 8 octets; its value counts up from @first. */
static inline void ndt_option(struct ndt *t, u8 type, u8 units, u8 first)
{
	u8 *opt = t->data + t->len;
	unsigned int i;

	opt[0] = type;
	opt[1] = units;
	for (i = 2; i < units * 8; i++)
		opt[i] = first + i - 2;
	t->len += units * 8;
}

/* What makes a valid message another, or an invalid one. */
enum change {
	NOTHING,
	HOP_LIMIT,
	CODE,
	LENGTH,
	TARGET_OCTET,	/* the first */
	FLAGS,
	LLADDR_LEN,
	CHECKSUM,
	FRAGMENT,
	SOURCE,		/* its first two octets; 0: all of it */
};

static inline void ndt_change(struct ndt *t, enum change what, u16 value)
{
	switch (what) {
	case NOTHING:
		break;
	case HOP_LIMIT:
		t->pkt.hop_limit = value;
		break;
	case CODE:
		t->data[1] = value;
		break;
	case LENGTH:
		t->len = value;
		break;
	case TARGET_OCTET:
		t->data[8] = value;
		break;
	case FLAGS:
		t->data[4] = value;
		break;
	case LLADDR_LEN:
		t->pkt.lladdr_len = value;
		break;
	case CHECKSUM:
		t->pkt.checksum_ok = false;
		break;
	case FRAGMENT:
		t->pkt.fragment = true;
		break;
	case SOURCE:
		t->saddr.s6_addr[0] = value >> 8;
		t->saddr.s6_addr[1] = value & 0xff;
		if (!value)
			t->saddr.s6_addr[15] = 0;
		break;
	}
}

static inline enum ndp_drop ndt_parse(struct kunit *test)
{
	struct ndt *t = test->priv;

	kfree(t->copy);
	t->copy = kmemdup(t->data, t->len, GFP_KERNEL);
	if (!t->copy)
		return NDP_DROP_NO_MEMORY;
	t->pkt.data = t->copy;
	t->pkt.len = t->len;
	memset(&t->info, 0xa5, sizeof(t->info));
	return nd_parse(&t->pkt, &t->info);
}

static inline bool ndt_counts_up(const u8 *value, unsigned int len, u8 first)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (value[i] != (u8)(first + i))
			return false;
	return true;
}

/**
 * struct lladdr_case - link-layer addresses of a link
 * @desc: what kind
 * @len: their octets
 * @units: length of the option that carries one, in units of 8 octets; 0: none does
 * @pad: octets between the option's header and the address
 */
struct lladdr_case {
	const char *desc;
	u8 len;
	u8 units;
	u8 pad;
};

static const struct lladdr_case lladdr_cases[] __maybe_unused = {
	{ "RFC 4861 4.6.1 link without addresses", 0, 0, 0 },
	{ "RFC 4861 4.6.1 one octet", 1, 1, 0 },
	{ "RFC 2464 6 Ethernet", 6, 1, 0 },
	{ "RFC 4861 4.6.1 one octet more than Ethernet", 7, 2, 0 },
	{ "RFC 4944 8 IEEE 802.15.4", 8, 2, 0 },
	{ "RFC 4861 4.6.1 two units, full", 14, 2, 0 },
	{ "RFC 4391 9.3 InfiniBand", 20, 3, 2 },
	{ "RFC 4861 4.6.1 longest of the kernel's", ND_LLADDR_MAX, 5, 0 },
};

static inline void lladdr_desc(const struct lladdr_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

#endif
