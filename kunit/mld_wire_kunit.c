// SPDX-License-Identifier: GPL-2.0
/* mld/wire.c: rows MLD-A3, MLD-B1 to MLD-B6, MLD-E4, MLD-F4 */

#include "mld_kunit.h"

struct code_case {
	const char *desc;
	u32 code;
	u32 value;
};

static void code_desc(const struct code_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

static const struct code_case mrc_cases[] = {
	{ "MLD-B6 MRC 0 is at once", 0, 0 },
	{ "MLD-B6 MRC 1000 is 1 s", 1000, 1000 },
	{ "MLD-B6 largest plain MRC", 0x7fff, 32767 },
	{ "MLD-B6 smallest coded MRC", 0x8000, 32768 },
	{ "MLD-B6 MRC with a mantissa", 0x8001, 32776 },
	{ "MLD-B6 MRC with an exponent", 0x9000, 65536 },
	{ "MLD-B6 largest MRC", 0xffff, 8387584 },
};

KUNIT_ARRAY_PARAM(mrc, mrc_cases, code_desc);

static void mrc_is_decoded(struct kunit *test)
{
	const struct code_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mld_mrc_decode(c->code), c->value);
}

static const struct code_case qqic_cases[] = {
	{ "MLD-B6 QQIC 0 names none", 0, 0 },
	{ "MLD-B6 QQIC 125", 125, 125 },
	{ "MLD-B6 largest plain QQIC", 127, 127 },
	{ "MLD-B6 QQIC 0x80 is 128 s", 0x80, 128 },
	{ "MLD-B6 QQIC 0x8f", 0x8f, 248 },
	{ "MLD-B6 QQIC 0x90", 0x90, 256 },
	{ "MLD-B6 QQIC 0xff is 31744 s", 0xff, 31744 },
};

KUNIT_ARRAY_PARAM(qqic, qqic_cases, code_desc);

static void qqic_is_decoded(struct kunit *test)
{
	const struct code_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mld_qqic_decode(c->code), c->value);
}

struct hbh_case {
	const char *desc;
	u8 octets[16];
	u8 len;
	bool found;
};

static const struct hbh_case hbh_cases[] = {
	{ "MLD-B1 alert, then PadN", { 58, 0, 5, 2, 0, 0, 1, 0 }, 8, true },
	{ "MLD-B1 PadN, then alert", { 58, 0, 1, 0, 5, 2, 0, 0 }, 8, true },
	{ "MLD-B1 Pad1s, then alert", { 58, 0, 0, 0, 5, 2, 0, 0 }, 8, true },
	{ "MLD-B1 alert in the second eight octets", { 58, 1, 1, 4, 0, 0, 0, 0, 5, 2, 0, 0, 1, 2, 0,
						       0 }, 16, true },
	{ "MLD-B1 alert of another value", { 58, 0, 5, 2, 0, 1, 1, 0 }, 8, false },
	{ "MLD-B1 alert of another length", { 58, 0, 5, 4, 0, 0, 0, 0 }, 8, false },
	{ "MLD-B1 only padding", { 58, 0, 1, 4, 0, 0, 0, 0 }, 8, false },
	{ "MLD-B1 only Pad1", { 58, 0, 0, 0, 0, 0, 0, 0 }, 8, false },
	{ "MLD-B1 option runs past the header", { 58, 0, 1, 9, 5, 2, 0, 0 }, 8, false },
	{ "MLD-B1 option without its length octet", { 58, 0, 1, 3, 0, 0, 0, 5 }, 8, false },
	{ "MLD-B1 header longer than what came", { 58, 1, 5, 2, 0, 0, 1, 0 }, 8, false },
	{ "MLD-B1 less than a header", { 58, 0, 5, 2, 0, 0 }, 6, false },
};

static void hbh_desc(const struct hbh_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(hbh, hbh_cases, hbh_desc);

static void router_alert_is_found(struct kunit *test)
{
	const struct hbh_case *c = test->param_value;
	u8 *exact = kunit_kzalloc(test, c->len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, exact);
	memcpy(exact, c->octets, c->len);
	KUNIT_EXPECT_EQ(test, mld_has_router_alert(exact, c->len), c->found);
}

struct range_case {
	const char *desc;
	struct in6_addr addr;
	bool reported;
	bool ssm;
};

static const struct range_case range_cases[] = {
	{ "MLD-A3 ff02::1 is not reported", { .s6_addr = { 0xff, 0x02, [15] = 1 } }, false, false },
	{ "MLD-A3 scope 0 is not reported", { .s6_addr = { 0xff, 0x10, [15] = 5 } }, false, false },
	{ "MLD-A3 scope 1 is not reported", { .s6_addr = { 0xff, 0x01, [15] = 1 } }, false, false },
	{ "MLD-A3 ff02::2 is reported", { .s6_addr = { 0xff, 0x02, [15] = 2 } }, true, false },
	{ "MLD-A3 ff05::1 is reported", { .s6_addr = { 0xff, 0x05, [15] = 1 } }, true, false },
	{ "MLD-A3 a solicited-node group is reported", { .s6_addr = { 0xff, 2, [11] = 1,
								      [12] = 0xff, [15] = 9 } },
	  true, false },
	{ "MLD-F4 ff3e::8000:1 is source-specific", { .s6_addr = { 0xff, 0x3e, [12] = 0x80,
								   [15] = 1 } }, true, true },
	{ "MLD-F4 ff32::1 is source-specific", { .s6_addr = { 0xff, 0x32, [15] = 1 } }, true,
	  true },
	{ "MLD-F4 ff3e:20::1 is not", { .s6_addr = { 0xff, 0x3e, [3] = 0x20, [15] = 1 } }, true,
	  false },
	{ "MLD-F4 ff1e::1 is not", { .s6_addr = { 0xff, 0x1e, [15] = 1 } }, true, false },
};

static void range_desc(const struct range_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(range, range_cases, range_desc);

static void ranges_are_told_apart(struct kunit *test)
{
	const struct range_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mld_addr_is_reported(&c->addr), c->reported);
	KUNIT_EXPECT_EQ(test, mld_addr_is_ssm(&c->addr), c->ssm);
}

/* A v2 query for group 1 that is right in all, but for what a case changes. */
struct query_case {
	const char *desc;
	enum mld_count result;
	enum mld_query_kind kind;
	u16 len;		/* 0: as long as the sources present make it */
	u16 announced;
	u16 present;
	bool general;
	bool group_unicast;
	bool hop_limit_2;
	bool no_alert;
	bool bad_checksum;
	bool own;
	u8 saddr;		/* 0: link-local; else the first octet of a source that is not */
	enum { TO_RIGHT, TO_ALL_NODES, TO_OURS, TO_OTHER_GROUP, TO_OTHER } to;
};

#define VALID_V1	.result = MLD_C_QUERIES_V1
#define VALID_V2	.result = MLD_C_QUERIES_V2

static const struct query_case query_cases[] = {
	{ "MLD-B2 v2 general query", VALID_V2, .kind = MLD_GQ, .general = true },
	{ "MLD-B2 v2 address-specific query", VALID_V2, .kind = MLD_MASQ },
	{ "MLD-B2 v2 source-specific query", VALID_V2, .kind = MLD_MASSQ, .announced = 2,
	  .present = 2 },
	{ "MLD-B2 v1 general query", VALID_V1, .kind = MLD_GQ, .general = true, .len = 24 },
	{ "MLD-B2 v1 address-specific query", VALID_V1, .kind = MLD_MASQ, .len = 24 },
	{ "MLD-B2 23 octets", MLD_C_DROP_LENGTH, .len = 23 },
	{ "MLD-B2 25 octets", MLD_C_DROP_LENGTH, .len = 25 },
	{ "MLD-B2 27 octets", MLD_C_DROP_LENGTH, .len = 27 },
	{ "MLD-B2 more octets than sources", VALID_V2, .kind = MLD_MASSQ, .announced = 1,
	  .present = 3 },
	{ "MLD-B2 extra octets behind no source", VALID_V2, .kind = MLD_MASQ, .len = 29 },
	{ "MLD-B3 fewer sources than announced", MLD_C_DROP_SOURCES_MISSING, .announced = 3,
	  .present = 2 },
	{ "MLD-B3 last source cut", MLD_C_DROP_SOURCES_MISSING, .announced = 2, .len = 28 + 31 },
	{ "MLD-B3 65535 sources announced, none present", MLD_C_DROP_SOURCES_MISSING,
	  .announced = 65535 },
	{ "MLD-B3 256 sources", VALID_V2, .kind = MLD_MASSQ, .announced = 256, .present = 256 },
	{ "MLD-B3 257 sources are all of them", VALID_V2, .kind = MLD_MASQ, .announced = 257,
	  .present = 257 },
	{ "MLD-B3 fewer sources than announced, many", MLD_C_DROP_SOURCES_MISSING,
	  .announced = 1000, .present = 999 },
	{ "MLD-B4 general query with a source", MLD_C_DROP_GENERAL_SOURCES, .general = true,
	  .announced = 1, .present = 1 },
	{ "MLD-B4 general query to our unicast address", VALID_V2, .kind = MLD_GQ, .general = true,
	  .to = TO_OURS },
	{ "MLD-B4 general query to another group", VALID_V2, .kind = MLD_GQ, .general = true,
	  .to = TO_OTHER_GROUP },
	{ "MLD-B4 general query to another's address", MLD_C_DROP_DESTINATION, .general = true,
	  .to = TO_OTHER },
	{ "MLD-B4 specific query to our unicast address", VALID_V2, .kind = MLD_MASQ,
	  .to = TO_OURS },
	{ "MLD-B4 specific query to ff02::1", VALID_V2, .kind = MLD_MASQ, .to = TO_ALL_NODES },
	{ "MLD-B4 specific query to another group", VALID_V2, .kind = MLD_MASQ,
	  .to = TO_OTHER_GROUP },
	{ "MLD-B4 specific query to another's address", MLD_C_DROP_DESTINATION, .to = TO_OTHER },
	{ "MLD-B5 asks for a unicast address", MLD_C_DROP_GROUP, .group_unicast = true },
	{ "MLD-B1 hop limit 2", MLD_C_DROP_HOP_LIMIT, .hop_limit_2 = true },
	{ "MLD-B1 no Router Alert", MLD_C_DROP_ROUTER_ALERT, .no_alert = true },
	{ "MLD-B1 wrong checksum", MLD_C_DROP_CHECKSUM, .bad_checksum = true },
	{ "MLD-B1 our own is answered", VALID_V2, .kind = MLD_MASQ, .own = true },
	{ "MLD-B1 from a global address", MLD_C_DROP_SOURCE, .saddr = 0x20 },
	{ "MLD-B1 from a link-local group", MLD_C_DROP_SOURCE, .saddr = 0xff },
	{ "MLD-B1 v1 with hop limit 2", MLD_C_DROP_HOP_LIMIT, .hop_limit_2 = true, .len = 24 },
};

static void query_desc(const struct query_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(query, query_cases, query_desc);

static struct in6_addr link_local(u8 n)
{
	struct in6_addr addr = { .s6_addr = { 0xfe, 0x80, [15] = n } };

	return addr;
}

static struct in6_addr all_nodes(void)
{
	struct in6_addr addr = { .s6_addr = { 0xff, 0x02, [15] = 1 } };

	return addr;
}

static struct in6_addr query_daddr(const struct query_case *c)
{
	switch (c->to) {
	case TO_ALL_NODES:
		return all_nodes();
	case TO_OTHER_GROUP:
		return mldt_group(9);
	case TO_OURS:
	case TO_OTHER:
		return link_local(7);
	default:
		return c->general ? all_nodes() : mldt_group(1);
	}
}

static struct in6_addr query_saddr(const struct query_case *c)
{
	struct in6_addr addr = link_local(1);

	if (c->saddr) {
		addr.s6_addr[0] = c->saddr;
		addr.s6_addr[1] = 0x02;
	}
	return addr;
}

static void query_write(const struct query_case *c, u8 *data, size_t len)
{
	struct mld_v2_query head = {
		.msg = { .type = MLD_TYPE_QUERY, .mrc = htons(0x9000) },
		.flags = 3,
		.qqic = 0x80,
		.nsources = htons(c->announced),
	};
	struct in6_addr source = mldt_source(1);
	size_t at;

	if (c->group_unicast)
		head.msg.group = mldt_source(1);
	else if (!c->general)
		head.msg.group = mldt_group(1);
	memcpy(data, &head, min(len, sizeof(head)));
	for (at = sizeof(head); at < len; at++)
		data[at] = source.s6_addr[(at - sizeof(head)) % 16];
}

/*
 * Nothing else changes in a query that is dropped: mld_query_parse() has only its result to say it
 * with.
 */
static void queries_are_judged(struct kunit *test)
{
	const struct query_case *c = test->param_value;
	size_t len = c->len ? c->len : sizeof(struct mld_v2_query) + c->present * 16;
	struct in6_addr saddr = query_saddr(c), daddr = query_daddr(c);
	struct mld_rx rx = {
		.saddr = &saddr,
		.daddr = &daddr,
		.hop_limit = c->hop_limit_2 ? 2 : 1,
		.router_alert = !c->no_alert,
		.checksum_ok = !c->bad_checksum,
		.own = c->own,
		.daddr_is_ours = c->to == TO_OURS,
	};
	/* exactly: reading past it is seen */
	u8 *data = kunit_kzalloc(test, len, GFP_KERNEL);
	const struct in6_addr *via = c->to == TO_OTHER_GROUP ? &daddr : &in6addr_any;
	struct mld_query query;

	KUNIT_ASSERT_NOT_NULL(test, data);
	query_write(c, data, len);
	KUNIT_ASSERT_EQ(test, mld_query_parse(data, len, &rx, &query), c->result);
	if (c->result > MLD_C_QUERIES_V2)
		return;
	KUNIT_EXPECT_EQ(test, query.kind, c->kind);
	KUNIT_EXPECT_EQ(test, query.nsources, c->kind == MLD_MASSQ ? c->announced : 0);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&query.via, via));
	if (c->result == MLD_C_QUERIES_V1) {
		/* A v1 delay is plain: 0x9000 ms. */
		KUNIT_EXPECT_EQ(test, query.mrd, 0x9000);
		KUNIT_EXPECT_EQ(test, query.version, 1);
		return;
	}
	KUNIT_EXPECT_EQ(test, query.version, 2);
	KUNIT_EXPECT_EQ(test, query.mrd, 65536);
	KUNIT_EXPECT_EQ(test, query.mrd_v1, MLD_V1_MRD_MAX);
	KUNIT_EXPECT_EQ(test, query.qrv, 3);
	KUNIT_EXPECT_EQ(test, query.qqi, 128);
	KUNIT_EXPECT_PTR_EQ(test, query.sources, (const u8 *)data + sizeof(struct mld_v2_query));
}

static void mld_b6_robustness_and_intervals(struct kunit *test)
{
	struct in6_addr saddr = link_local(1), daddr = all_nodes();
	struct mld_v2_query data = { .msg = { .type = MLD_TYPE_QUERY } };
	struct mld_rx rx = { &saddr, &daddr, 1, true, true };
	struct mld_query query;

	KUNIT_ASSERT_EQ(test, mld_query_parse(&data, sizeof(data), &rx, &query), MLD_C_QUERIES_V2);
	KUNIT_EXPECT_EQ(test, query.qrv, 0);
	KUNIT_EXPECT_EQ(test, query.qqi, MLD_QI_DEFAULT);
	KUNIT_EXPECT_EQ(test, query.mrd, 0);
	/* The S flag beside the robustness variable is none of it. */
	data.flags = 0x08 | 7;
	KUNIT_ASSERT_EQ(test, mld_query_parse(&data, sizeof(data), &rx, &query), MLD_C_QUERIES_V2);
	KUNIT_EXPECT_EQ(test, query.qrv, 7);
	data.flags = 1;
	KUNIT_ASSERT_EQ(test, mld_query_parse(&data, sizeof(data), &rx, &query), MLD_C_QUERIES_V2);
	KUNIT_EXPECT_EQ(test, query.qrv, 2);
}

static void mld_e4_v1_report_is_judged(struct kunit *test)
{
	struct in6_addr saddr = link_local(1), group = mldt_group(1), other = mldt_group(2), got;
	struct mld_msg msg = { .type = MLD_TYPE_V1_REPORT, .group = group };
	struct mld_rx rx = { &saddr, &group, 1, true, true, .to_group = true };

	KUNIT_EXPECT_TRUE(test, mld_v1_report_parse(&msg, sizeof(msg), &rx, &got));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&got, &group));
	KUNIT_EXPECT_FALSE(test, mld_v1_report_parse(&msg, sizeof(msg) - 1, &rx, &got));
	rx.daddr = &other;
	KUNIT_EXPECT_FALSE(test, mld_v1_report_parse(&msg, sizeof(msg), &rx, &got));
	rx.daddr = &group;
	rx.own = true;
	KUNIT_EXPECT_FALSE(test, mld_v1_report_parse(&msg, sizeof(msg), &rx, &got));
	rx.own = false;
	rx.to_group = false;
	KUNIT_EXPECT_FALSE(test, mld_v1_report_parse(&msg, sizeof(msg), &rx, &got));
	rx.to_group = true;
	msg.group = mldt_source(1);
	rx.daddr = &msg.group;
	KUNIT_EXPECT_FALSE(test, mld_v1_report_parse(&msg, sizeof(msg), &rx, &got));
}

static struct kunit_case mld_wire_cases[] = {
	KUNIT_CASE_PARAM(mrc_is_decoded, mrc_gen_params),
	KUNIT_CASE_PARAM(qqic_is_decoded, qqic_gen_params),
	KUNIT_CASE_PARAM(router_alert_is_found, hbh_gen_params),
	KUNIT_CASE_PARAM(ranges_are_told_apart, range_gen_params),
	KUNIT_CASE_PARAM(queries_are_judged, query_gen_params),
	KUNIT_CASE(mld_b6_robustness_and_intervals),
	KUNIT_CASE(mld_e4_v1_report_is_judged),
	{ }
};

static struct kunit_suite mld_wire_suite = {
	.name = "mld_wire",
	.test_cases = mld_wire_cases,
};

kunit_test_suite(mld_wire_suite);
