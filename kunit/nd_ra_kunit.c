// SPDX-License-Identifier: GPL-2.0
/* nd_parse_ra() of ndproxy/nd.c: rows ND-A3 and ND-H2, RFC 4861 4.2 and 6.1.2, RFC 4389 4.1.3.3 */

#include "nd_kunit.h"

struct ra_case {
	const char *desc;
	bool invalid;
	enum change change;
	u16 value;
	u8 n_octets;
	u8 octets[24];	/* behind the header */
};

#define BAD		.invalid = true
#define OCTETS(n, ...)	.n_octets = (n), .octets = { __VA_ARGS__ }

static const struct ra_case ra_cases[] = {
	{ "ND-H2 plain" },
	{ "ND-H2 with an option", OCTETS(8, 5, 1, 0, 0, 0, 0, 5, 220) },
	{ "ND-H2 with an unknown option", OCTETS(8, 253, 1) },
	{ "ND-H2 with two options", OCTETS(24, 1, 1, [8] = 253, 2) },
	{ "ND-H2 source fe80::", .change = SOURCE, .value = 0xfe80 },
	{ "ND-H2 source febf::", .change = SOURCE, .value = 0xfebf },

	{ "RFC 4861 6.1.2 source fec0::", BAD, .change = SOURCE, .value = 0xfec0 },
	{ "RFC 4861 6.1.2 source fe7f::", BAD, .change = SOURCE, .value = 0xfe7f },
	{ "RFC 4861 6.1.2 source 2001::", BAD, .change = SOURCE, .value = 0x2001 },
	{ "RFC 4861 6.1.2 source ::", BAD, .change = SOURCE, .value = 0 },
	{ "RFC 4861 6.1.2 source ff02::", BAD, .change = SOURCE, .value = 0xff02 },
	{ "RFC 4861 6.1.2 hop limit 254", BAD, .change = HOP_LIMIT, .value = 254 },
	{ "RFC 4861 6.1.2 hop limit 0", BAD, .change = HOP_LIMIT, .value = 0 },
	{ "RFC 4861 6.1.2 wrong checksum", BAD, .change = CHECKSUM },
	{ "RFC 4861 6.1.2 code 1", BAD, .change = CODE, .value = 1 },
	{ "RFC 4861 6.1.2 15 octets", BAD, .change = LENGTH, .value = 15 },
	{ "RFC 4861 6.1.2 4 octets", BAD, .change = LENGTH, .value = 4 },
	{ "RFC 4861 6.1.2 1 octet", BAD, .change = LENGTH, .value = 1 },
	{ "RFC 6980 5 fragment", BAD, .change = FRAGMENT },
	{ "RFC 4861 6.1.2 option of length 0", BAD, OCTETS(8, 253, 0) },
	{ "RFC 4861 6.1.2 length 0 behind another", BAD, OCTETS(16, 1, 1, [8] = 3, 0) },
	{ "RFC 4861 6.1.2 option ends behind", BAD, OCTETS(8, 3, 2) },
	{ "RFC 4861 6.1.2 option ends an octet behind", BAD, OCTETS(7, 3, 1) },
	{ "RFC 4861 6.1.2 one octet left", BAD, OCTETS(1, 3) },
};

static void ra_desc(const struct ra_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ra, ra_cases, ra_desc);

static void ra_start(struct ndt *t)
{
	static const struct in6_addr all_nodes = { .s6_addr = ALL_NODES };

	memset(t->data, 0, sizeof(t->data));
	t->data[0] = ND_TYPE_RA;
	t->len = ND_RA_HEADER_LEN;
	t->daddr = all_nodes;
	memset(&t->saddr, 0, sizeof(t->saddr));
	t->saddr.s6_addr[0] = 0xfe;
	t->saddr.s6_addr[1] = 0x80;
	t->saddr.s6_addr[15] = 1;
}

static bool ra_parse(struct kunit *test, struct nd_ra *ra)
{
	struct ndt *t = test->priv;

	kfree(t->copy);
	t->copy = kmemdup(t->data, t->len, GFP_KERNEL);
	if (!t->copy)
		return false;
	t->pkt.data = t->copy;
	t->pkt.len = t->len;
	memset(ra, 0xa5, sizeof(*ra));
	return nd_parse_ra(&t->pkt, ra);
}

static void nd_h2_only_valid_ones(struct kunit *test)
{
	const struct ra_case *c = test->param_value;
	struct ndt *t = test->priv;
	struct nd_ra ra;

	ra_start(t);
	memcpy(t->data + t->len, c->octets, c->n_octets);
	t->len += c->n_octets;
	ndt_change(t, c->change, c->value);
	KUNIT_EXPECT_EQ(test, ra_parse(test, &ra), !c->invalid);
}

static void nd_h2_flags_and_lifetime(struct kunit *test)
{
	static const u16 lifetimes[] = { 0, 1, 255, 256, 1800, 9000, 65535 };
	struct ndt *t = test->priv;
	unsigned int flags, i;
	struct nd_ra ra;

	for (flags = 0; flags < 256; flags++) {
		for (i = 0; i < ARRAY_SIZE(lifetimes); i++) {
			ra_start(t);
			t->data[5] = flags;
			t->data[6] = lifetimes[i] >> 8;
			t->data[7] = lifetimes[i] & 0xff;
			KUNIT_EXPECT_TRUE(test, ra_parse(test, &ra));
			KUNIT_EXPECT_EQ(test, ra.proxy, !!(flags & 0x04));
			KUNIT_EXPECT_EQ(test, ra.lifetime, lifetimes[i]);
		}
	}
}

static struct kunit_case nd_ra_cases[] = {
	KUNIT_CASE_PARAM(nd_h2_only_valid_ones, ra_gen_params),
	KUNIT_CASE(nd_h2_flags_and_lifetime),
	{ }
};

static struct kunit_suite nd_ra_suite = {
	.name = "ndproxy_nd_ra",
	.init = ndt_init,
	.exit = ndt_exit,
	.test_cases = nd_ra_cases,
};

kunit_test_suite(nd_ra_suite);
