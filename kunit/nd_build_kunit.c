// SPDX-License-Identifier: GPL-2.0
/* nd_build() of ndproxy/nd.c: rows ND-C5, ND-C6, ND-D3, and RFC 4861 4.3, 4.4, 4.6 */

#include "nd_kunit.h"

/* --- building --------------------------------------------------------------------------------- */

/* Build into the message under test, and see that just nd_build_len() octets were written. */
static unsigned int ndt_build(struct kunit *test, const struct nd_info *info)
{
	struct ndt *t = test->priv;
	unsigned int len = nd_build_len(info), i;

	KUNIT_EXPECT_LE(test, len, ND_BUILD_MAX);
	KUNIT_EXPECT_EQ(test, len % 8, 0);
	memset(t->data, 0xa5, sizeof(t->data));
	nd_build(info, t->data);
	for (i = 0; i < NDT_SPARE; i++)
		KUNIT_EXPECT_EQ(test, t->data[len + i], 0xa5);
	t->len = len;
	return len;
}

/* RFC 4861 4.3: the whole of it, byte for byte. */
static void nd_c5_a_solicitation(struct kunit *test)
{
	static const u8 mac[] = { 2, 0, 0, 0, 0xbe, 0xef }, nonce[] = { 1, 2, 3, 4, 5, 6 };
	static const u8 want[] = {
		135, 0, 0, 0, 0, 0, 0, 0,
		0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56,
		1, 1, 2, 0, 0, 0, 0xbe, 0xef,
		14, 1, 1, 2, 3, 4, 5, 6,
	};
	struct nd_info info = {
		.type = ND_TYPE_NS,
		.flags = 0xe0,		/* a solicitation has none */
		.target.s6_addr = TARGET,
		.lladdr = mac, .lladdr_len = sizeof(mac),
		.nonce = nonce, .nonce_len = sizeof(nonce),
	};
	struct ndt *t = test->priv;

	KUNIT_EXPECT_EQ(test, ndt_build(test, &info), sizeof(want));
	KUNIT_EXPECT_MEMEQ(test, t->data, want, sizeof(want));
}

/* RFC 4861 4.4 */
static void nd_d3_an_advertisement(struct kunit *test)
{
	static const u8 mac[] = { 2, 0, 0, 0, 0xbe, 0xef };
	static const u8 want[] = {
		136, 0, 0, 0, 0xa0, 0, 0, 0,
		0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56,
		2, 1, 2, 0, 0, 0, 0xbe, 0xef,
	};
	struct nd_info info = {
		.type = ND_TYPE_NA,
		.flags = ND_NA_ROUTER | ND_NA_OVERRIDE,
		.target.s6_addr = TARGET,
		.lladdr = mac, .lladdr_len = sizeof(mac),
	};
	struct ndt *t = test->priv;

	KUNIT_EXPECT_EQ(test, ndt_build(test, &info), sizeof(want));
	KUNIT_EXPECT_MEMEQ(test, t->data, want, sizeof(want));
}

static void nd_build_without_options(struct kunit *test)
{
	static const u8 octets[ND_NONCE_MAX];
	struct nd_info info = { .type = ND_TYPE_NS, .lladdr = octets, .nonce = octets };

	/* No length, or no value: no option. */
	KUNIT_EXPECT_EQ(test, ndt_build(test, &info), ND_HEADER_LEN);
	info.lladdr = NULL;
	info.lladdr_len = 6;
	info.nonce = NULL;
	info.nonce_len = 6;
	KUNIT_EXPECT_EQ(test, ndt_build(test, &info), ND_HEADER_LEN);

	info.lladdr = octets;
	info.lladdr_len = ND_LLADDR_MAX;
	info.nonce = octets;
	info.nonce_len = ND_NONCE_MAX;
	KUNIT_EXPECT_EQ(test, ndt_build(test, &info), ND_BUILD_MAX);
}

KUNIT_ARRAY_PARAM(lladdr, lladdr_cases, lladdr_desc);

/* Padding is zero (RFC 4861 4.6), the address stands where the link's document says. */
static void lladdr_is_built(struct kunit *test)
{
	static const u8 types[] = { ND_TYPE_NS, ND_TYPE_NA };
	const struct lladdr_case *c = test->param_value;
	struct nd_info info = { .lladdr_len = c->len };
	u8 value[ND_LLADDR_MAX], want[NDT_DATA];
	struct ndt *t = test->priv;
	unsigned int i;

	for (i = 0; i < sizeof(value); i++)
		value[i] = 0x80 + i;
	info.lladdr = value;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		info.type = types[i];
		memset(want, 0, sizeof(want));
		want[0] = types[i] == ND_TYPE_NS ? ND_OPT_SLLA : ND_OPT_TLLA;
		want[1] = c->units;
		memcpy(want + 2 + c->pad, value, c->len);
		KUNIT_ASSERT_EQ(test, ndt_build(test, &info), ND_HEADER_LEN + 8 * c->units);
		KUNIT_EXPECT_MEMEQ(test, t->data + ND_HEADER_LEN, want, 8 * c->units);
	}
}

/* --- there and back --------------------------------------------------------------------------- */

struct nonce_case {
	const char *desc;
	u8 units;
	bool carried;
};

static const struct nonce_case nonce_cases[] = {
	{ "ND-C6 RFC 7527 4.1: 6 octets", 1, true },
	{ "ND-C6 RFC 3971 5.3.2: 14 octets", 2, true },
	{ "ND-C6 22 octets", 3, true },
	{ "ND-C6 30 octets", 4, true },
	{ "ND-C6 126 octets", 16, true },
	{ "ND-C6 254 octets, the longest", 32, true },
	{ "ND-C6 262 octets are not carried on", 33, false },
};

static void nonce_desc(const struct nonce_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(nonce, nonce_cases, nonce_desc);

/* A probe leaves as it came, byte for byte, but for its checksum and what it must not carry. */
static void probe_there_and_back(struct kunit *test)
{
	const struct nonce_case *c = test->param_value;
	struct ndt *t = test->priv;
	u8 want[NDT_DATA];
	unsigned int len;

	ndt_start(t, ND_TYPE_NS);
	memset(&t->saddr, 0, sizeof(t->saddr));
	t->data[2] = 0;
	if (c->carried)
		ndt_option(t, ND_OPT_NONCE, c->units, 0xf1);
	len = t->len;
	memcpy(want, t->data, len);
	if (!c->carried)
		ndt_option(t, ND_OPT_NONCE, c->units, 0xf1);
	ndt_option(t, 253, 1, 0x10);

	KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
	KUNIT_EXPECT_EQ(test, t->info.nonce_len, c->carried ? 8 * c->units - 2 : 0);
	KUNIT_ASSERT_EQ(test, ndt_build(test, &t->info), len);
	KUNIT_EXPECT_MEMEQ(test, t->data, want, len);
}

/* What was built is what is parsed, for every length of address and every flag. */
static void nd_built_is_parsed(struct kunit *test)
{
	u8 lladdr[ND_LLADDR_MAX], nonce[30];
	struct ndt *t = test->priv;
	unsigned int len, i;

	for (i = 0; i < sizeof(lladdr); i++)
		lladdr[i] = 0x31 + i;
	for (i = 0; i < sizeof(nonce); i++)
		nonce[i] = 0x91 + i;
	for (len = 0; len <= ND_LLADDR_MAX; len++) {
		struct nd_info info = {
			.type = len % 2 ? ND_TYPE_NS : ND_TYPE_NA,
			.target.s6_addr = TARGET,
			.lladdr = lladdr, .lladdr_len = len,
			.nonce = nonce, .nonce_len = len % 5 ? len % 5 * 8 - 2 : 0,
		};

		info.flags = len % 2 ? 0 : len * 32 & 0xe0;
		ndt_start(t, info.type);
		ndt_build(test, &info);
		t->pkt.lladdr_len = len;
		KUNIT_ASSERT_EQ(test, ndt_parse(test), NDP_DROP_NONE);
		KUNIT_EXPECT_EQ(test, t->info.type, info.type);
		KUNIT_EXPECT_EQ(test, t->info.flags, info.flags);
		KUNIT_EXPECT_MEMEQ(test, &t->info.target, &info.target, sizeof(info.target));
		KUNIT_EXPECT_EQ(test, t->info.lladdr_len, info.lladdr_len);
		KUNIT_EXPECT_EQ(test, t->info.nonce_len, info.nonce_len);
		KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.lladdr, t->info.lladdr_len, 0x31));
		KUNIT_EXPECT_TRUE(test, ndt_counts_up(t->info.nonce, t->info.nonce_len, 0x91));
	}
}

static struct kunit_case nd_build_cases[] = {
	KUNIT_CASE(nd_c5_a_solicitation),
	KUNIT_CASE(nd_d3_an_advertisement),
	KUNIT_CASE(nd_build_without_options),
	KUNIT_CASE_PARAM(lladdr_is_built, lladdr_gen_params),
	KUNIT_CASE_PARAM(probe_there_and_back, nonce_gen_params),
	KUNIT_CASE(nd_built_is_parsed),
	{ }
};

static struct kunit_suite nd_build_suite = {
	.name = "ndproxy_nd_build",
	.init = ndt_init,
	.exit = ndt_exit,
	.test_cases = nd_build_cases,
};

kunit_test_suite(nd_build_suite);
