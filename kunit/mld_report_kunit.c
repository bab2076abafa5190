// SPDX-License-Identifier: GPL-2.0
/* mld/report.c: rows MLD-A6, MLD-A8, MLD-D7 */

#include "mld_kunit.h"

#define FIT	89	/* sources of one record in 1500 octets, as in RFC 3810 5.1.10 */

struct split_case {
	const char *desc;
	enum mld_record_type type;
	unsigned int sources;
	unsigned int packets;
	unsigned int sent;	/* sources in all packets */
};

static const struct split_case split_cases[] = {
	{ "MLD-D7 ALLOW of 89 fits", MLD_ALLOW, FIT, 1, FIT },
	{ "MLD-D7 ALLOW of 90 goes on", MLD_ALLOW, FIT + 1, 2, FIT + 1 },
	{ "MLD-D7 BLOCK of 90 goes on", MLD_BLOCK, FIT + 1, 2, FIT + 1 },
	{ "MLD-D7 IS_IN of 200 takes three", MLD_IS_IN, 200, 3, 200 },
	{ "MLD-D7 TO_IN of 178 has no empty tail", MLD_TO_IN, 2 * FIT, 2, 2 * FIT },
	{ "MLD-D7 TO_IN of 179 takes three", MLD_TO_IN, 2 * FIT + 1, 3, 2 * FIT + 1 },
	{ "MLD-D7 IS_EX of 90 is cut at 89", MLD_IS_EX, FIT + 1, 1, FIT },
	{ "MLD-D7 TO_EX of 90 is cut at 89", MLD_TO_EX, FIT + 1, 1, FIT },
	{ "MLD-D7 TO_EX of 200 is cut at 89", MLD_TO_EX, 200, 1, FIT },
	{ "MLD-D7 empty TO_IN is one record", MLD_TO_IN, 0, 1, 0 },
	{ "MLD-D7 empty IS_EX is one record", MLD_IS_EX, 0, 1, 0 },
};

static void split_desc(const struct split_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(split, split_cases, split_desc);

static void fill(struct kunit *test, struct mld_filter *f, enum mld_mode mode, unsigned int n)
{
	const struct mld_limits limits = { .group_sources = 1024, .listener_sources = 1024 };
	struct in6_addr *sources = kunit_kzalloc(test, max(n, 1U) * sizeof(*sources), GFP_KERNEL);
	struct mld_request req = { .id = f, .mode = mode, .nsources = n, .sources = sources };
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, sources);
	for (i = 0; i < n; i++) {
		sources[i] = mldt_source(i);
		sources[i].s6_addr[14] = i >> 8;
	}
	KUNIT_EXPECT_EQ(test, mld_filter_listen(f, &req, false, &limits), 0);
}

static void long_lists_are_split_or_cut(struct kunit *test)
{
	const struct split_case *c = test->param_value;
	struct in6_addr group = mldt_group(1);
	struct mldt *t = mldt_new(test);
	struct mld_filter f;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_filter_init(&f);
	fill(test, &f, MLD_INCLUDE, c->sources);
	mld_report_record(&t->p.out, &group, c->type, &f, MLD_SEL_LIST);
	mld_report_flush(&t->p.out);
	KUNIT_EXPECT_EQ(test, t->packets, c->packets);
	KUNIT_EXPECT_EQ(test, t->records, c->packets);
	KUNIT_EXPECT_LE(test, t->largest, MLDT_PAYLOAD);
	if (c->sources >= FIT)
		KUNIT_EXPECT_EQ(test, t->largest, 8 + 20 + FIT * 16);
	mld_filter_release(&f);
}

static void mld_a8_72_empty_records_in_1500(struct kunit *test)
{
	struct mldt *t = mldt_new(test);
	struct in6_addr group;
	struct mld_filter f;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_filter_init(&f);
	for (i = 0; i < 73; i++) {
		group = mldt_group(i);
		mld_report_record(&t->p.out, &group, MLD_IS_EX, &f, MLD_SEL_LIST);
		KUNIT_EXPECT_EQ(test, t->packets, i == 72);
		KUNIT_EXPECT_EQ(test, t->records, i == 72 ? 72 : 0);
	}
	KUNIT_EXPECT_EQ(test, t->largest, 8 + 72 * 20);
	mld_report_flush(&t->p.out);
	KUNIT_EXPECT_EQ(test, t->packets, 2);
	KUNIT_EXPECT_EQ(test, t->records, 73);
	mld_report_flush(&t->p.out);
	KUNIT_EXPECT_EQ(test, t->packets, 2);
}

/* A record that one packet can hold is not split to fill up another. */
static void mld_a8_a_record_moves_to_the_next_packet_whole(struct kunit *test)
{
	struct in6_addr group = mldt_group(1);
	struct mldt *t = mldt_new(test);
	struct mld_filter f, empty;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_filter_init(&f);
	mld_filter_init(&empty);
	fill(test, &f, MLD_EXCLUDE, FIT);
	mld_report_record(&t->p.out, &group, MLD_IS_EX, &empty, MLD_SEL_LIST);
	KUNIT_EXPECT_FALSE(test, mld_report_fits(&t->p.out, FIT));
	KUNIT_EXPECT_TRUE(test, mld_report_fits(&t->p.out, FIT - 2));
	mld_report_record(&t->p.out, &group, MLD_TO_EX, &f, MLD_SEL_LIST);
	mld_report_flush(&t->p.out);
	KUNIT_EXPECT_TRUE(test, mld_report_fits(&t->p.out, FIT));
	KUNIT_EXPECT_EQ(test, t->packets, 2);
	KUNIT_EXPECT_EQ(test, t->records, 2);
	mld_filter_release(&f);
}

static void mld_d1_allow_and_block_share_a_packet(struct kunit *test)
{
	struct in6_addr group = mldt_group(1);
	struct mldt *t = mldt_new(test);
	struct mld_filter empty, f;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_filter_init(&empty);
	mld_filter_init(&f);
	fill(test, &f, MLD_INCLUDE, 3);
	mld_filter_commit(&f, 1);
	mld_filter_sent(&f);
	fill(test, &f, MLD_INCLUDE, 2);
	mld_filter_commit(&f, 2);
	/* BLOCK (2) alone; nothing to allow, so no ALLOW. */
	mld_report_delta(&t->p.out, &group, &f);
	mld_report_flush(&t->p.out);
	MLDT_SENT(t, "1:BLOCK(2);");
	fill(test, &f, MLD_INCLUDE, 4);
	mld_filter_commit(&f, 2);
	fill(test, &f, MLD_INCLUDE, 3);
	mld_filter_commit(&f, 2);
	/* With room for one more record only, both wait for the next packet. */
	for (i = 0; i < 70; i++)
		mld_report_record(&t->p.out, &group, MLD_IS_EX, &empty, MLD_SEL_LIST);
	mldt_forget(t);
	mld_report_delta(&t->p.out, &group, &f);
	KUNIT_EXPECT_EQ(test, t->packets, 1);
	mldt_forget(t);
	mld_report_flush(&t->p.out);
	MLDT_SENT(t, "1:ALLOW(2) 1:BLOCK(3);");
	mld_filter_release(&f);
}

static void mld_a6_v2_report_is_laid_out(struct kunit *test)
{
	static const u8 expect[] = {
		143, 0, 0, 0, 0, 0, 0, 1,
		MLD_TO_EX, 0, 0, 1, 0xff, 0x1e, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 5,
		0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	static const struct in6_addr routers = { .s6_addr = { 0xff, 0x02, [15] = 0x16 } };
	struct in6_addr group = mldt_group(5);
	struct mldt *t = mldt_new(test);
	struct mld_filter f;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_filter_init(&f);
	fill(test, &f, MLD_EXCLUDE, 1);
	mld_report_record(&t->p.out, &group, MLD_TO_EX, &f, MLD_SEL_LIST);
	mld_report_flush(&t->p.out);
	KUNIT_EXPECT_EQ(test, t->largest, sizeof(expect));
	KUNIT_EXPECT_MEMEQ(test, t->buf, expect, sizeof(expect));
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&t->daddr, &routers));
	mld_filter_release(&f);
}

/* A trap of earlier implementations: the Done sent to the group. */
static void mld_a6_v1_messages_go_where_they_belong(struct kunit *test)
{
	static const struct in6_addr routers = { .s6_addr = { 0xff, 0x02, [15] = 0x02 } };
	struct in6_addr group = mldt_group(5);
	struct mldt *t = mldt_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_report_v1(&t->p.out, MLD_TYPE_V1_REPORT, &group);
	KUNIT_EXPECT_EQ(test, t->largest, 24);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&t->daddr, &group));
	mld_report_v1(&t->p.out, MLD_TYPE_DONE, &group);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&t->daddr, &routers));
	MLDT_SENT(t, "5:REPORT;5:DONE;");
}

static struct kunit_case mld_report_cases[] = {
	KUNIT_CASE_PARAM(long_lists_are_split_or_cut, split_gen_params),
	KUNIT_CASE(mld_a8_72_empty_records_in_1500),
	KUNIT_CASE(mld_a8_a_record_moves_to_the_next_packet_whole),
	KUNIT_CASE(mld_d1_allow_and_block_share_a_packet),
	KUNIT_CASE(mld_a6_v2_report_is_laid_out),
	KUNIT_CASE(mld_a6_v1_messages_go_where_they_belong),
	{ }
};

static struct kunit_suite mld_report_suite = {
	.name = "mld_report",
	.test_cases = mld_report_cases,
};

kunit_test_suite(mld_report_suite);
