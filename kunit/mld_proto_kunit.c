// SPDX-License-Identifier: GPL-2.0
/* mld/proto.c: a link as a whole; rows MLD-A1, A3, A9, A10, B7, D2, D7, E1, E7, F3, F4, T2 */

#include "mld_kunit.h"

static void mld_a1_defaults(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
	KUNIT_EXPECT_EQ(test, t->p.rv, 2);
	KUNIT_EXPECT_EQ(test, t->p.qi, 125);
	KUNIT_EXPECT_EQ(test, t->p.qri, 10000);
	KUNIT_EXPECT_EQ(test, t->p.uri, 1000);
	KUNIT_EXPECT_EQ(test, t->p.gsr_delay, 10);
}

/* The scale rows ask for at most 256 octets per group without sources, its listener included. */
static void a_group_is_small(struct kunit *test)
{
	KUNIT_EXPECT_LE(test, sizeof(struct mld_group), 192);
	KUNIT_EXPECT_LE(test, sizeof(struct mld_listener), 32);
	KUNIT_EXPECT_LE(test, sizeof(struct mld_source), 64);
}

static void mld_a3_some_groups_are_silent(struct kunit *test)
{
	struct in6_addr all = { .s6_addr = { 0xff, 0x02, [15] = 1 } }, unicast = mldt_source(1);
	struct mld_request req = { .id = "a", .mode = MLD_EXCLUDE };
	struct mldt *t = mldt_link_new(test);
	struct mld_group *g;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &all, &req, t->now), 0);
	g = mld_proto_group(&t->p, &all);
	KUNIT_ASSERT_NOT_NULL(test, g);
	KUNIT_EXPECT_EQ(test, mld_proto_group_state(&t->p, g), MLD_SILENT);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mldt_query(t, 2, 0, "", 0);
	mldt_pass(t, 1000);
	/* A link that turns to multicast and back does not make it speak. */
	mld_proto_set_silent(&t->p, true, t->now);
	mld_proto_set_silent(&t->p, false, t->now);
	mld_proto_refresh(&t->p, t->now);
	mldt_pass(t, 3000);
	MLDT_SENT(t, "");
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &unicast, &req, t->now), -EINVAL);
	req.mode = MLD_INCLUDE;
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &all, &req, t->now), 0);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 0);
}

static void mld_a9_leave_all(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_in(t, 2, "a", "1,2");
	mldt_ex(t, 3, "kernel", "");
	mldt_ex(t, 4, "kernel", "1");
	mldt_ex(t, 4, "a", "");
	mldt_pass(t, 3000);
	mldt_in(t, 2, "a", "1");
	mldt_forget(t);
	/*
	 * What the kernel does not hold is left, at once; what it holds is told as the kernel wants
	 * it.
	 */
	mld_proto_leave_all(&t->p, "kernel", t->now);
	MLDT_SENT(t, "1:TO_IN() 2:BLOCK(1,2) 4:BLOCK(1);");
	mld_proto_leave_all(&t->p, NULL, t->now);
	MLDT_SENT(t, "3:TO_IN() 4:TO_IN();");
}

static void mld_a9_leave_all_v1(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_set_version(&t->p, MLD_VERSION_1, t->now);
	mldt_ex(t, 1, "a", "");
	mldt_ex(t, 2, "a", "");
	mldt_pass(t, 20000);
	mldt_forget(t);
	mld_proto_leave_all(&t->p, NULL, t->now);
	MLDT_SENT(t, "1:DONE;2:DONE;");
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 0);
}

struct timeout_case {
	const char *desc;
	u8 qrv;
	u32 qqi;
	s64 timeout;
};

static const struct timeout_case timeout_cases[] = {
	{ "MLD-B7 260 s by default", 2, 125, 260000 },
	{ "MLD-B7 RV 3", 3, 125, 385000 },
	{ "MLD-B7 RV 7, QI 31744 s: bounded", 7, 31744, 600000 },
	{ "MLD-B7 RV 2, QI 1 s", 2, 1, 12000 },
};

static void timeout_desc(const struct timeout_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(timeout, timeout_cases, timeout_desc);

/* The response interval is the last query's; a v1 querier with a slow pace is waited for. */
static void mld_b7_the_pace_of_a_v1_querier(struct kunit *test)
{
	struct mld_query query = { .version = 2, .qrv = 7, .qqi = 31744, .kind = MLD_GQ };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_query(t, 1, 0, "", 3000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), t->now + 253000);
	mldt_pass(t, 1000);
	mld_proto_query(&t->p, &query, t->now);
	mldt_query(t, 1, 0, "", 3000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), t->now + 600000);
	mldt_pass(t, 500000);
	mldt_query(t, 1, 0, "", 3000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), t->now + 1000000);
	mldt_pass(t, 1000000);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
}

static void older_querier_times_out(struct kunit *test)
{
	const struct timeout_case *c = test->param_value;
	struct mld_query query = { .version = 2, .qrv = c->qrv, .qqi = c->qqi, .kind = MLD_GQ };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_query(&t->p, &query, t->now);
	mldt_query(t, 1, 0, "", 10000);
	KUNIT_EXPECT_EQ(test, t->p.version, 1);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), t->now + c->timeout);
	mldt_pass(t, c->timeout - 1);
	KUNIT_EXPECT_EQ(test, t->p.version, 1);
	mldt_pass(t, 1);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_VERSION_CHANGES], 2);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

static void mld_e1_each_v1_query_restarts_the_timeout(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_query(t, 1, 0, "", 10000);
	mldt_pass(t, 200000);
	/*
	 * A specific one, and for a group that nobody listens to, does as well; a v2 query does
	 * not.
	 */
	mldt_query(t, 1, 9, "", 1000);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_NOT_JOINED], 1);
	mldt_pass(t, 200000);
	mldt_query(t, 2, 0, "", 10000);
	mldt_pass(t, 59999);
	KUNIT_EXPECT_EQ(test, t->p.version, 1);
	mldt_pass(t, 1);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V1], 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V2], 1);
}

static void mld_e7_a_held_version_ignores_queries(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_set_version(&t->p, MLD_VERSION_2, t->now);
	mldt_query(t, 1, 0, "", 1000);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_DROP_VERSION], 1);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V1], 0);
	mld_proto_set_version(&t->p, MLD_VERSION_1, t->now);
	mldt_pass(t, 1000000);
	KUNIT_EXPECT_EQ(test, t->p.version, 1);
	mld_proto_set_version(&t->p, MLD_VERSION_AUTO, t->now);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
}

static void mld_d2_joins_of_one_window_share_packets(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 19);
	mldt_in(t, 2, "a", "1");
	mldt_pass(t, 1);
	MLDT_SENT(t, "1:TO_EX() 2:ALLOW(1);");
	mldt_ex(t, 3, "a", "");
	mldt_pass(t, 19);
	MLDT_SENT(t, "");
	mldt_pass(t, 1);
	MLDT_SENT(t, "3:TO_EX();");
	/* What was sent together is repeated together. */
	mldt_pass(t, 3000);
	MLDT_SENT(t, "1:TO_EX() 2:ALLOW(1);3:TO_EX();");
}

/*
 * Traps of earlier implementations: a change that takes several packets, of which the repetition
 * sent the first only.
 */
static void mld_d7_every_packet_is_repeated(struct kunit *test)
{
	struct in6_addr group = mldt_group(1), *sources;
	struct mld_request req = { .id = "a", .mode = MLD_INCLUDE, .nsources = 128 };
	struct mldt *t = mldt_link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	sources = kunit_kzalloc(test, 128 * sizeof(*sources), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, sources);
	for (i = 0; i < 128; i++)
		sources[i] = mldt_source(i);
	req.sources = sources;
	t->p.rv = 3;
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &group, &req, t->now), 0);
	mldt_pass(t, 20);
	KUNIT_EXPECT_EQ(test, t->packets, 2);
	mldt_pass(t, 3000);
	KUNIT_EXPECT_EQ(test, t->packets, 6);
}

static void mld_f3_groups_are_limited(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->p.limits.groups = 2;
	t->p.limits.listener_sources = 2;
	mldt_ex(t, 1, "a", "");
	mldt_ex(t, 2, "a", "");
	KUNIT_EXPECT_EQ(test, mldt_listen(t, 3, "a", MLD_EXCLUDE, "", 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 2);
	KUNIT_EXPECT_EQ(test, mldt_listen(t, 2, "b", MLD_INCLUDE, "1,2,3", 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_LIMIT], 2);
	mldt_in(t, 1, "a", "");
	mldt_pass(t, 3000);
	KUNIT_EXPECT_EQ(test, mldt_listen(t, 3, "b", MLD_INCLUDE, "1,2,3", 0), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 1);
	mldt_ex(t, 3, "a", "");
}

static void mld_f4_exclude_of_a_source_specific_group(struct kunit *test)
{
	struct in6_addr ssm = { .s6_addr = { 0xff, 0x3e, [12] = 0x80, [15] = 1 } },
	source = mldt_source(1);
	struct mld_request req = { .id = "a", .mode = MLD_EXCLUDE };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &ssm, &req, t->now), 0);
	mldt_query(t, 2, 0, "", 0);
	mldt_pass(t, 3000);
	MLDT_SENT(t, "");
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_SSM_EXCLUDE], 1);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 1);
	req = (struct mld_request) { .id = "b", .mode = MLD_INCLUDE, .nsources = 1,
				     .sources = &source };
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &ssm, &req, t->now), 0);
	mldt_pass(t, 20);
	MLDT_SENT(t, "1:ALLOW(1);");
}

static void mld_t2_nothing_due_no_timer(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mldt_query(t, 2, 0, "", 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mldt_join_many(t, 100);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mldt_query(t, 2, 0, "", 10000);
	KUNIT_EXPECT_NE(test, mld_proto_next(&t->p), MLD_NEVER);
	mld_proto_sleep(&t->p);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mld_proto_run(&t->p, t->now + 100000);
	mld_proto_wake(&t->p, t->now);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

/* Reports afresh are paced, and a link that flaps does not start over each time. */
static void mld_a10_many_groups_are_told_afresh(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, 2000);
	mldt_forget(t);
	mld_proto_sleep(&t->p);
	mldt_pass(t, 1000);
	mld_proto_wake(&t->p, t->now);
	mldt_pass(t, 500);
	KUNIT_EXPECT_GE(test, t->records, 800);
	KUNIT_EXPECT_LE(test, t->records, 1200);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->records, 4000);
	KUNIT_EXPECT_LE(test, t->packets, 2 * (DIV_ROUND_UP(2000, MLDT_PER_PACKET) + 1));
	mldt_forget(t);
	for (i = 0; i < 20; i++) {
		mld_proto_refresh(&t->p, t->now);
		mldt_pass(t, 300);
	}
	KUNIT_EXPECT_GE(test, t->records, 4000);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

static struct kunit_case mld_proto_cases[] = {
	KUNIT_CASE(mld_a1_defaults),
	KUNIT_CASE(a_group_is_small),
	KUNIT_CASE(mld_a3_some_groups_are_silent),
	KUNIT_CASE(mld_a9_leave_all),
	KUNIT_CASE(mld_a9_leave_all_v1),
	KUNIT_CASE_PARAM(older_querier_times_out, timeout_gen_params),
	KUNIT_CASE(mld_b7_the_pace_of_a_v1_querier),
	KUNIT_CASE(mld_e1_each_v1_query_restarts_the_timeout),
	KUNIT_CASE(mld_e7_a_held_version_ignores_queries),
	KUNIT_CASE(mld_d2_joins_of_one_window_share_packets),
	KUNIT_CASE(mld_d7_every_packet_is_repeated),
	KUNIT_CASE(mld_f3_groups_are_limited),
	KUNIT_CASE(mld_f4_exclude_of_a_source_specific_group),
	KUNIT_CASE(mld_t2_nothing_due_no_timer),
	KUNIT_CASE(mld_a10_many_groups_are_told_afresh),
	{ }
};

static struct kunit_suite mld_proto_suite = {
	.name = "mld_proto",
	.exit = mldt_link_end,
	.test_cases = mld_proto_cases,
};

kunit_test_suite(mld_proto_suite);
