// SPDX-License-Identifier: GPL-2.0
/* nd_parse() of ndproxy/nd.c: rows ND-C1, ND-C6, ND-D1, and RFC 4861 4.3, 4.4, 4.6, 7.1 */

#include "nd_kunit.h"

/* --- every reason to drop --------------------------------------------------------------------- */

struct drop_case {
	const char *desc;
	enum ndp_drop want;
	u8 type;
	const u8 *saddr;
	enum change change;
	u8 value;
	const u8 *daddr;
	u8 n_octets;
	u8 octets[24];	/* behind the header */
};

static const u8 any[16] = ANY;
static const u8 all_nodes[16] = ALL_NODES;
static const u8 unicast[16] = TARGET;
static const u8 near_snm[][16] = {
	{ 0xff, 2, [11] = 1, 0xfe, 0x12, 0x34, 0x56 },
	{ 0xff, 2, [11] = 2, 0xff, 0x12, 0x34, 0x56 },
	{ 0xff, 5, [11] = 1, 0xff, 0x12, 0x34, 0x56 },
	{ 0xff, 2, [5] = 1, [11] = 1, 0xff, 0x12, 0x34, 0x56 },
	{ 0xff, 2, [8] = 1, [11] = 1, 0xff, 0x12, 0x34, 0x56 },
	{ 0xfe, 2, [11] = 1, 0xff, 0x12, 0x34, 0x56 },
};

/* The designators stand in the order of the fields, so that a change and its value may follow. */
#define NS	.type = ND_TYPE_NS, .saddr = NULL
#define NA	.type = ND_TYPE_NA, .saddr = NULL
#define DAD	.type = ND_TYPE_NS, .saddr = any
#define DROP(why) .want = NDP_DROP_##why
#define OCTETS(n, ...) .n_octets = (n), .octets = { __VA_ARGS__ }

static const struct drop_case drop_cases[] = {
	{ "ND-C1 plain NS", NS },
	{ "ND-C1 plain DAD", DAD },
	{ "ND-C1 unicast NS", NS, .daddr = unicast },
	{ "ND-C1 NS to all nodes", NS, .daddr = all_nodes },
	{ "ND-D1 plain NA", NA },
	{ "ND-D1 unsolicited multicast NA", NA, FLAGS, ND_NA_ROUTER | ND_NA_OVERRIDE,
	  .daddr = all_nodes },
	{ "ND-D1 NA from ::", .type = ND_TYPE_NA, .saddr = any },

	{ "ND-C1 NS, hop limit 254", DROP(HOP_LIMIT), NS, HOP_LIMIT, 254 },
	{ "ND-C1 NS, hop limit 64", DROP(HOP_LIMIT), NS, HOP_LIMIT, 64 },
	{ "ND-C1 NS, hop limit 1", DROP(HOP_LIMIT), NS, HOP_LIMIT, 1 },
	{ "ND-C1 NS, hop limit 0", DROP(HOP_LIMIT), NS, HOP_LIMIT, 0 },
	{ "ND-C1 DAD, hop limit 254", DROP(HOP_LIMIT), DAD, HOP_LIMIT, 254 },
	{ "ND-D1 NA, hop limit 254", DROP(HOP_LIMIT), NA, HOP_LIMIT, 254 },
	{ "ND-C1 NS, wrong checksum", DROP(CHECKSUM), NS, CHECKSUM },
	{ "ND-C1 DAD, wrong checksum", DROP(CHECKSUM), DAD, CHECKSUM },
	{ "ND-D1 NA, wrong checksum", DROP(CHECKSUM), NA, CHECKSUM },
	{ "ND-C1 NS, code 1", DROP(CODE), NS, CODE, 1 },
	{ "ND-C1 NS, code 255", DROP(CODE), NS, CODE, 255 },
	{ "ND-D1 NA, code 1", DROP(CODE), NA, CODE, 1 },
	{ "ND-C1 NS of 23 octets", DROP(LENGTH), NS, LENGTH, 23 },
	{ "ND-C1 NS of 8 octets", DROP(LENGTH), NS, LENGTH, 8 },
	{ "ND-C1 NS of 1 octet", DROP(LENGTH), NS, LENGTH, 1 },
	{ "ND-D1 NA of 23 octets", DROP(LENGTH), NA, LENGTH, 23 },
	{ "ND-C1 NS for ff..", DROP(TARGET_MULTICAST), NS, TARGET_OCTET, 0xff },
	{ "ND-C1 DAD for ff..", DROP(TARGET_MULTICAST), DAD, TARGET_OCTET, 0xff },
	{ "ND-D1 NA for ff..", DROP(TARGET_MULTICAST), NA, TARGET_OCTET, 0xff },
	{ "ND-C1 NS for fe.. is unicast", NS, TARGET_OCTET, 0xfe },
	{ "ND-C1 NS as a fragment", DROP(FRAGMENT), NS, FRAGMENT },
	{ "ND-C1 DAD as a fragment", DROP(FRAGMENT), DAD, FRAGMENT },
	{ "ND-D1 NA as a fragment", DROP(FRAGMENT), NA, FRAGMENT },

	{ "ND-C1 NS, option of length 0", DROP(OPTION_LENGTH), NS, OCTETS(8, 1, 0) },
	{ "ND-C1 NS, unknown option of length 0", DROP(OPTION_LENGTH), NS, OCTETS(8, 253, 0) },
	{ "ND-C1 NS, length 0 behind SLLA", DROP(OPTION_LENGTH), NS,
	  OCTETS(16, 1, 1, 2, 0, 0, 0, 0, 1, 14, 0) },
	{ "ND-C1 NS, length 0 in two octets", DROP(OPTION_LENGTH), NS, OCTETS(2, 1, 0) },
	{ "ND-C1 NS, one octet left", DROP(OPTION_LENGTH), NS, OCTETS(1, 1) },
	{ "ND-C1 NS, option ends an octet behind", DROP(OPTION_LENGTH), NS, OCTETS(7, 1, 1) },
	{ "ND-C1 NS, option of 255 units", DROP(OPTION_LENGTH), NS, OCTETS(8, 1, 255) },
	{ "ND-C1 NS, second option ends behind", DROP(OPTION_LENGTH), NS,
	  OCTETS(16, 1, 1, 2, 0, 0, 0, 0, 1, 14, 2) },
	{ "ND-D1 NA, option of length 0", DROP(OPTION_LENGTH), NA, OCTETS(8, 2, 0) },
	{ "ND-D1 NA, length 0 behind TLLA", DROP(OPTION_LENGTH), NA,
	  OCTETS(16, 2, 1, 2, 0, 0, 0, 0, 1, 14, 0) },
	{ "ND-D1 NA, option ends behind", DROP(OPTION_LENGTH), NA, OCTETS(8, 2, 2) },

	{ "ND-C1 DAD to all nodes", DROP(DAD_DESTINATION), DAD, .daddr = all_nodes },
	{ "ND-C1 DAD to the target", DROP(DAD_DESTINATION), DAD, .daddr = unicast },
	{ "ND-C1 DAD to ::", DROP(DAD_DESTINATION), DAD, .daddr = any },
	{ "ND-C1 DAD to ff02::1:fe..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[0] },
	{ "ND-C1 DAD to ff02::2:ff..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[1] },
	{ "ND-C1 DAD to ff05::1:ff..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[2] },
	{ "ND-C1 DAD to ff02:0:1::1:ff..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[3] },
	{ "ND-C1 DAD to ff02::100:0:1:ff..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[4] },
	{ "ND-C1 DAD to fe02::1:ff..", DROP(DAD_DESTINATION), DAD, .daddr = near_snm[5] },
	{ "ND-C1 DAD with SLLA", DROP(DAD_SLLA), DAD, OCTETS(8, 1, 1, 2, 0, 0, 0, 0, 1) },
	{ "ND-C1 DAD with SLLA behind a nonce", DROP(DAD_SLLA), DAD,
	  OCTETS(16, 14, 1, 1, 2, 3, 4, 5, 6, 1, 1) },
	{ "ND-C1 DAD with SLLA of another size", DROP(DAD_SLLA), DAD, LLADDR_LEN, 20,
	  OCTETS(8, 1, 1) },
	{ "ND-C1 DAD with SLLA, link without", DROP(DAD_SLLA), DAD, LLADDR_LEN, 0,
	  OCTETS(8, 1, 1) },
	{ "ND-C1 DAD with TLLA is no matter", DAD, OCTETS(8, 2, 1) },
	{ "ND-D1 NA from :: with SLLA", .type = ND_TYPE_NA, .saddr = any, OCTETS(8, 1, 1) },

	{ "ND-D1 solicited NA to all nodes", DROP(NA_MULTICAST_SOLICITED), NA, FLAGS,
	  ND_NA_SOLICITED, .daddr = all_nodes },
	{ "ND-D1 RSO NA to all nodes", DROP(NA_MULTICAST_SOLICITED), NA, FLAGS, 0xe0,
	  .daddr = all_nodes },
	{ "ND-D1 solicited NA to site-local group", DROP(NA_MULTICAST_SOLICITED), NA, FLAGS,
	  ND_NA_SOLICITED, .daddr = near_snm[2] },
	{ "ND-C1 NS to a group with that bit", NS, FLAGS, ND_NA_SOLICITED },
};

static void drop_desc(const struct drop_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(drop, drop_cases, drop_desc);

static void nd_c1_d1_invalid_is_named(struct kunit *test)
{
	const struct drop_case *c = test->param_value;
	struct ndt *t = test->priv;

	ndt_start(t, c->type);
	if (c->saddr)
		memcpy(&t->saddr, c->saddr, sizeof(t->saddr));
	if (c->daddr)
		memcpy(&t->daddr, c->daddr, sizeof(t->daddr));
	memcpy(t->data + t->len, c->octets, c->n_octets);
	t->len += c->n_octets;
	ndt_change(t, c->change, c->value);

	KUNIT_EXPECT_EQ(test, ndt_parse(test), c->want);
}

/* RFC 4861 7.1: 24 octets or more, and options that fill what follows. */
static void nd_c1_every_length(struct kunit *test)
{
	static const u8 types[] = { ND_TYPE_NS, ND_TYPE_NA };
	struct ndt *t = test->priv;
	enum ndp_drop want;
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		for (len = 0; len <= ND_HEADER_LEN + 24; len++) {
			ndt_start(t, types[i]);
			ndt_option(t, types[i] == ND_TYPE_NS ? ND_OPT_SLLA : ND_OPT_TLLA, 1, 1);
			ndt_option(t, ND_OPT_NONCE, 2, 7);
			t->len = len;
			if (len < ND_HEADER_LEN)
				want = NDP_DROP_LENGTH;
			else if (len == 24 || len == 32 || len == 48)
				want = NDP_DROP_NONE;
			else
				want = NDP_DROP_OPTION_LENGTH;
			KUNIT_EXPECT_EQ(test, ndt_parse(test), want);
		}
	}
}

/* --- what a valid message says ---------------------------------------------------------------- */

static void nd_parse_fills_all(struct kunit *test)
{
	struct ndt *t = test->priv;
	struct nd_info *info = &t->info;

	ndt_start(t, ND_TYPE_NS);
	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, info->type, ND_TYPE_NS);
	KUNIT_EXPECT_EQ(test, info->flags, 0);
	KUNIT_EXPECT_MEMEQ(test, &info->saddr, &t->saddr, sizeof(t->saddr));
	KUNIT_EXPECT_MEMEQ(test, &info->daddr, &t->daddr, sizeof(t->daddr));
	KUNIT_EXPECT_MEMEQ(test, &info->target, t->data + 8, sizeof(info->target));
	KUNIT_EXPECT_TRUE(test, !info->lladdr && !info->lladdr_len);
	KUNIT_EXPECT_TRUE(test, !info->nonce && !info->nonce_len);
	KUNIT_EXPECT_FALSE(test, nd_is_dad(info));

	ndt_start(t, ND_TYPE_NA);
	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, info->type, ND_TYPE_NA);
	KUNIT_EXPECT_EQ(test, info->flags, ND_NA_SOLICITED);
	KUNIT_EXPECT_MEMEQ(test, &info->target, t->data + 8, sizeof(info->target));
	KUNIT_EXPECT_TRUE(test, !info->lladdr && !info->nonce);
}

/* RFC 4861 4.4: three flags, and reserved bits that the receiver ignores; 4.3: only such bits. */
static void nd_d1_flags(struct kunit *test)
{
	struct ndt *t = test->priv;
	unsigned int i;

	for (i = 0; i < 256; i++) {
		ndt_start(t, ND_TYPE_NA);
		t->data[4] = i;
		memset(t->data + 5, i, 3);
		KUNIT_EXPECT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
		KUNIT_EXPECT_EQ(test, t->info.flags, i & 0xe0);

		t->data[0] = ND_TYPE_NS;
		KUNIT_EXPECT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
		KUNIT_EXPECT_EQ(test, t->info.flags, 0);
	}
}

/* RFC 4862 5.4.2: a solicitation, and from :: to the last bit. */
static void nd_c6_a_probe_is_known(struct kunit *test)
{
	struct ndt *t = test->priv;
	unsigned int i;

	ndt_start(t, ND_TYPE_NS);
	memset(&t->saddr, 0, sizeof(t->saddr));
	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_EXPECT_TRUE(test, nd_is_dad(&t->info));
	for (i = 0; i < 16; i++) {
		t->info.saddr.s6_addr[i] = 1;
		KUNIT_EXPECT_FALSE(test, nd_is_dad(&t->info));
		t->info.saddr.s6_addr[i] = 0;
	}
	t->info.type = ND_TYPE_NA;
	KUNIT_EXPECT_FALSE(test, nd_is_dad(&t->info));
}

/* RFC 4291 2.7.1: 104 bits count, 24 do not. */
static void nd_c1_solicited_node(struct kunit *test)
{
	static const struct in6_addr snm = { .s6_addr = SNM };
	struct in6_addr addr = snm;
	unsigned int bit;

	KUNIT_EXPECT_TRUE(test, nd_addr_is_solicited_node(&addr));
	for (bit = 0; bit < 128; bit++) {
		addr.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		KUNIT_EXPECT_EQ(test, nd_addr_is_solicited_node(&addr), bit >= 104);
		addr.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
	}
}

/* --- options ---------------------------------------------------------------------------------- */

struct order_case {
	const char *desc;
	u8 type;
	u8 own;		/* the option with the sender's address, or the target's */
	u8 other;	/* that of the other message, which means nothing here */
};

static const struct order_case order_cases[] = {
	{ "ND-C1 NS: options in any order", ND_TYPE_NS, ND_OPT_SLLA, ND_OPT_TLLA },
	{ "ND-D1 NA: options in any order", ND_TYPE_NA, ND_OPT_TLLA, ND_OPT_SLLA },
};

static void order_desc(const struct order_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(order, order_cases, order_desc);

/* Unknown options are skipped (RFC 4861 4.6), whatever their length, wherever they stand. */
static void options_in_any_order(struct kunit *test)
{
	const struct order_case *c = test->param_value;
	const struct { u8 type, units, first; } opts[] = {
		{ c->own, 1, 0x10 }, { ND_OPT_NONCE, 1, 0x20 }, { c->other, 1, 0x30 },
		{ 253, 2, 0x40 }, { 0, 1, 0x50 },
	};
	struct ndt *t = test->priv;
	unsigned int order, left, i, pick, used;

	for (order = 0; order < 120; order++) {
		ndt_start(t, c->type);
		for (used = 0, left = ARRAY_SIZE(opts), pick = order; left; pick /= left--) {
			unsigned int nth = pick % left;

			for (i = 0; used & BIT(i) || nth--; i++)
				;
			used |= BIT(i);
			ndt_option(t, opts[i].type, opts[i].units, opts[i].first);
		}
		KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
		KUNIT_ASSERT_NOT_NULL(test, t->info.lladdr);
		KUNIT_ASSERT_NOT_NULL(test, t->info.nonce);
		KUNIT_EXPECT_EQ(test, t->info.lladdr_len, NDT_ETH);
		KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.lladdr, NDT_ETH, 0x10));
		KUNIT_EXPECT_EQ(test, t->info.nonce_len, 6);
		KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.nonce, 6, 0x20));
	}
}

static void nd_c1_first_of_equal_options(struct kunit *test)
{
	struct ndt *t = test->priv;

	ndt_start(t, ND_TYPE_NS);
	ndt_option(t, ND_OPT_SLLA, 1, 0x10);
	ndt_option(t, ND_OPT_NONCE, 1, 0x20);
	ndt_option(t, ND_OPT_SLLA, 1, 0x30);
	ndt_option(t, ND_OPT_NONCE, 2, 0x40);
	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_ASSERT_NOT_NULL(test, t->info.lladdr);
	KUNIT_ASSERT_NOT_NULL(test, t->info.nonce);
	KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.lladdr, 6, 0x10));
	KUNIT_EXPECT_EQ(test, t->info.nonce_len, 6);
	KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.nonce, 6, 0x20));
}

static void nd_c1_many_options(struct kunit *test)
{
	struct ndt *t = test->priv;

	ndt_start(t, ND_TYPE_NS);
	while (t->len < NDT_DATA - 8)
		ndt_option(t, 200, 1, 0);
	ndt_option(t, ND_OPT_SLLA, 1, 0x10);
	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_ASSERT_NOT_NULL(test, t->info.lladdr);
	KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.lladdr, 6, 0x10));
}

KUNIT_ARRAY_PARAM(lladdr, lladdr_cases, lladdr_desc);

static void lladdr_is_read(struct kunit *test, u8 type, u8 opt)
{
	const struct lladdr_case *c = test->param_value;
	struct ndt *t = test->priv;
	unsigned int units;

	t->pkt.lladdr_len = c->len;
	for (units = 1; units <= 6; units++) {
		ndt_start(t, type);
		ndt_option(t, opt, units, 0x10);
		KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
		/* Too short an option says nothing; of a longer one the first octets count. */
		if (!c->units || units < c->units) {
			KUNIT_EXPECT_TRUE(test, !t->info.lladdr && !t->info.lladdr_len);
			continue;
		}
		KUNIT_ASSERT_NOT_NULL(test, t->info.lladdr);
		KUNIT_EXPECT_EQ(test, t->info.lladdr_len, c->len);
		KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.lladdr, c->len, 0x10 + c->pad));
	}
}

static void slla_is_read(struct kunit *test)
{
	lladdr_is_read(test, ND_TYPE_NS, ND_OPT_SLLA);
}

static void tlla_is_read(struct kunit *test)
{
	lladdr_is_read(test, ND_TYPE_NA, ND_OPT_TLLA);
}

static struct kunit_case nd_parse_cases[] = {
	KUNIT_CASE_PARAM(nd_c1_d1_invalid_is_named, drop_gen_params),
	KUNIT_CASE(nd_c1_every_length),
	KUNIT_CASE(nd_parse_fills_all),
	KUNIT_CASE(nd_d1_flags),
	KUNIT_CASE(nd_c6_a_probe_is_known),
	KUNIT_CASE(nd_c1_solicited_node),
	KUNIT_CASE_PARAM(options_in_any_order, order_gen_params),
	KUNIT_CASE(nd_c1_first_of_equal_options),
	KUNIT_CASE(nd_c1_many_options),
	KUNIT_CASE_PARAM(slla_is_read, lladdr_gen_params),
	KUNIT_CASE_PARAM(tlla_is_read, lladdr_gen_params),
	{ }
};

static struct kunit_suite nd_parse_suite = {
	.name = "ndproxy_nd_parse",
	.init = ndt_init,
	.exit = ndt_exit,
	.test_cases = nd_parse_cases,
};

kunit_test_suite(nd_parse_suite);
