// SPDX-License-Identifier: GPL-2.0
/*
 * mld/proto.c, answer.c, pass.c: a link with many groups; rows MLD-A1, A3, A9, B7, B8, C1 to C3, C6, D2, D7, E1, E3, E7, F1, F3, F4,
 * T2
 */

#include "mld_kunit.h"

#define PER_PACKET	72	/* records without sources in a packet of 1500 octets */

/* Listen to @n groups above ff1e::2:0:0, in no order, and let the reports of that go by. */
static void join_many(struct mldt *t, unsigned int n)
{
	struct mld_request req = { .id = "many", .mode = MLD_EXCLUDE };
	struct in6_addr addr = { .s6_addr = { 0xff, 0x1e, [11] = 2 } };
	unsigned int i;

	for (i = 0; i < n; i++) {
		addr.s6_addr32[3] = htonl(i * 2654435761u);
		KUNIT_EXPECT_EQ(t->test, mld_proto_listen(&t->p, &addr, &req, t->now), 0);
	}
	mldt_pass(t, 30000);
}

/* A test's own link; it ends with the test. */
static struct mldt *link_new(struct kunit *test)
{
	test->priv = mldt_new(test);
	return test->priv;
}

static void link_end(struct kunit *test)
{
	struct mldt *t = test->priv;

	if (!t)
		return;
	mld_proto_release(&t->p);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 0);
}

static void mld_a1_defaults(struct kunit *test)
{
	struct mldt *t = link_new(test);

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
	struct mldt *t = link_new(test);
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
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_in(t, 2, "a", "1,2");
	mldt_ex(t, 3, "kernel", "");
	mldt_ex(t, 4, "kernel", "1");
	mldt_ex(t, 4, "a", "");
	mldt_pass(t, 3000);
	mldt_in(t, 2, "a", "1");
	mldt_forget(t);
	/* What the kernel does not hold is left, at once; what it holds is told as the kernel wants it. */
	mld_proto_leave_all(&t->p, "kernel", t->now);
	MLDT_SENT(t, "1:TO_IN() 2:BLOCK(1,2) 4:BLOCK(1);");
	mld_proto_leave_all(&t->p, NULL, t->now);
	MLDT_SENT(t, "3:TO_IN() 4:TO_IN();");
}

static void mld_a9_leave_all_v1(struct kunit *test)
{
	struct mldt *t = link_new(test);

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
	{ "MLD-B7 RV 7, QI 31744 s", 7, 31744, 222218000 },
	{ "MLD-B7 RV 1, QI 1 s", 1, 1, 11000 },
};

static void timeout_desc(const struct timeout_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(timeout, timeout_cases, timeout_desc);

static void older_querier_times_out(struct kunit *test)
{
	const struct timeout_case *c = test->param_value;
	struct mld_query query = { .version = 2, .qrv = c->qrv, .qqi = c->qqi, .kind = MLD_GQ };
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_query(&t->p, &query, t->now);
	mldt_query(t, 1, 0, "", 1000);
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
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_query(t, 1, 0, "", 1000);
	mldt_pass(t, 200000);
	/* A specific one, and for a group that nobody listens to, does as well; a v2 query does not. */
	mldt_query(t, 1, 9, "", 1000);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_NOT_JOINED], 1);
	mldt_pass(t, 200000);
	mldt_query(t, 2, 0, "", 1000);
	mldt_pass(t, 59999);
	KUNIT_EXPECT_EQ(test, t->p.version, 1);
	mldt_pass(t, 1);
	KUNIT_EXPECT_EQ(test, t->p.version, 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V1], 2);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V2], 1);
}

static void mld_e7_a_held_version_ignores_queries(struct kunit *test)
{
	struct mldt *t = link_new(test);

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

struct gq_case {
	const char *desc;
	u32 rnd1, mrd1, rnd2, mrd2;
	s64 due;	/* ms after the first query */
};

static const struct gq_case gq_cases[] = {
	{ "MLD-C1 between 0 and MRD, the middle", 0x80000000, 1000, 0x80000000, 0, 500 },
	{ "MLD-C1 at the soonest", 0, 1000, 0, 0, 0 },
	{ "MLD-C1 at the latest", MLDT_LATEST, 1000, 0, 0, 1000 },
	{ "MLD-C1 a reply due sooner stays", 0x80000000, 1000, MLDT_LATEST, 2000, 500 },
	{ "MLD-C1 a reply due later is replaced", MLDT_LATEST, 9000, 0x80000000, 1000, 600 },
};

static void gq_desc(const struct gq_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(gq, gq_cases, gq_desc);

static void general_answers_wait(struct kunit *test)
{
	const struct gq_case *c = test->param_value;
	struct mldt *t = link_new(test);
	s64 asked;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 3000);
	mldt_forget(t);
	asked = t->now;
	t->rnd = c->rnd1;
	mldt_query(t, 2, 0, "", c->mrd1);
	if (c->mrd2) {
		mldt_pass(t, 100);
		t->rnd = c->rnd2;
		mldt_query(t, 2, 0, "", c->mrd2);
	}
	mldt_pass(t, 20000);
	KUNIT_EXPECT_EQ(test, t->last, asked + c->due);
	MLDT_SENT(t, "1:IS_EX();");
}

static void mld_c2_every_group_once(struct kunit *test)
{
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_in(t, 2, "a", "1");
	mldt_ex(t, 3, "a", "1");
	mldt_ex(t, 4, "a", "");
	mldt_pass(t, 3000);
	/* 3 owes a specific answer too, later; 4 is leaving. */
	mldt_in(t, 4, "a", "");
	mldt_pass(t, 20);
	t->rnd = MLDT_LATEST;
	mldt_query(t, 2, 3, "", 20000);
	mldt_forget(t);
	t->rnd = 0;
	mldt_query(t, 2, 0, "", 1000);
	mldt_pass(t, 0);
	MLDT_SENT(t, "1:IS_EX() 2:IS_IN(1) 3:IS_EX(1);");
}

struct pace_case {
	const char *desc;
	unsigned int groups;
	u32 mrd;
	u32 rnd;
};

static const struct pace_case pace_cases[] = {
	{ "MLD-C3 1000 groups in 10 s", 1000, 10000, 0x80000000 },
	{ "MLD-C3 1000 groups in 10 s, begun as late as may be", 1000, 10000, MLDT_LATEST },
	{ "MLD-C3 20000 groups in 10 s", 20000, 10000, 0x80000000 },
	{ "MLD-C3 20000 groups in 1 s", 20000, 1000, 0x80000000 },
	{ "MLD-C3 20000 groups at once", 20000, 0, 0x80000000 },
};

static void pace_desc(const struct pace_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(pace, pace_cases, pace_desc);

static void long_answers_are_paced(struct kunit *test)
{
	const struct pace_case *c = test->param_value;
	unsigned int packets = DIV_ROUND_UP(c->groups, PER_PACKET);
	struct mldt *t = link_new(test);
	s64 asked;

	KUNIT_ASSERT_NOT_NULL(test, t);
	join_many(t, c->groups);
	mldt_forget(t);
	asked = t->now;
	t->rnd = c->rnd;
	mldt_query(t, 2, 0, "", c->mrd);
	mldt_pass(t, c->mrd / 2);
	if (c->mrd) {
		KUNIT_EXPECT_GE(test, t->packets, packets * 4 / 10);
		KUNIT_EXPECT_LE(test, t->packets, packets * 6 / 10);
	}
	mldt_pass(t, c->mrd - c->mrd / 2);
	KUNIT_EXPECT_EQ(test, t->records, c->groups);
	KUNIT_EXPECT_GE(test, t->packets, packets);
	KUNIT_EXPECT_LE(test, t->packets, packets + 1);
	KUNIT_EXPECT_LE(test, t->last, asked + c->mrd);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->records, c->groups);
}

/* A query that comes while an answer is under way: each group is told once more from there, and the pass does not start over. */
static void mld_c3_a_second_query_during_the_answer(struct kunit *test)
{
	struct mldt *t = link_new(test);
	unsigned int i, told;

	KUNIT_ASSERT_NOT_NULL(test, t);
	join_many(t, 2000);
	mldt_forget(t);
	mldt_query(t, 2, 0, "", 10000);
	mldt_pass(t, 5000);
	told = t->records;
	KUNIT_EXPECT_GT(test, told, 0);
	mldt_query(t, 2, 0, "", 10000);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->records, told + 2000);
	mldt_pass(t, 10000);
	/* Queries without end do not keep any group from being told. */
	mldt_forget(t);
	for (i = 0; i < 400; i++) {
		mldt_query(t, 2, 0, "", 10000);
		mldt_pass(t, 100);
	}
	KUNIT_EXPECT_GE(test, t->records, 2 * 2000);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

/* Groups that come or go behind or before the pass neither repeat nor hide others. */
static void mld_c2_groups_come_and_go_during_the_answer(struct kunit *test)
{
	struct mld_request req = { .id = "many", .mode = MLD_INCLUDE };
	struct mldt *t = link_new(test);
	struct in6_addr first, next;

	KUNIT_ASSERT_NOT_NULL(test, t);
	join_many(t, 2000);
	mldt_forget(t);
	mldt_query(t, 2, 0, "", 10000);
	mldt_pass(t, 5000);
	/* One of those told first goes, and the one whose address is the pass's place. */
	first = mld_proto_group_after(&t->p, &in6addr_any)->addr;
	next = t->p.answer.cursor;
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &first, &req, t->now), 0);
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &next, &req, t->now), 0);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 10000);
	/* 2000 answers; two leaves and a join, told twice each: group 1 stands before the pass's place. */
	KUNIT_EXPECT_EQ(test, t->records, 2006);
}

static void mld_c6_gsr_delay_off_and_zero(struct kunit *test)
{
	struct mldt *t = link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 3000);
	mldt_forget(t);
	t->p.gsr_delay = -1;
	for (i = 0; i < 20; i++) {
		mldt_query(t, 2, 1, "1", 0);
		mldt_pass(t, 1);
	}
	KUNIT_EXPECT_EQ(test, t->packets, 20);
	t->p.gsr_delay = 0;
	for (i = 0; i < 20; i++) {
		mldt_query(t, 2, 1, "1", 0);
		mldt_pass(t, 1);
	}
	KUNIT_EXPECT_EQ(test, t->packets, 40);
	t->p.gsr_delay = 10;
	for (i = 0; i < 20; i++) {
		mldt_query(t, 2, 1, "1", 0);
		mldt_pass(t, 1);
	}
	/* One of the burst of eight was taken by the last query before. */
	KUNIT_EXPECT_EQ(test, t->packets, 47);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_DROP_RATE], 13);
}

/* Past the link's bound on recorded sources, an answer is a whole one. */
static void mld_c6_recorded_sources_of_a_link_are_bounded(struct kunit *test)
{
	struct in6_addr *sources = kunit_kzalloc(test, MLD_QUERY_SOURCES_MAX * sizeof(*sources), GFP_KERNEL);
	struct mld_query query = { .version = 2, .kind = MLD_MASSQ, .qrv = 2, .qqi = 125, .mrd = 1000 };
	struct mldt *t = link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_NOT_NULL(test, sources);
	for (i = 0; i < MLD_QUERY_SOURCES_MAX; i++)
		sources[i] = mldt_source(i);
	query.sources = (const u8 *)sources;
	query.nsources = MLD_QUERY_SOURCES_MAX;
	for (i = 1; i <= 66; i++)
		mldt_ex(t, i, "a", "");
	mldt_pass(t, 3000);
	for (i = 1; i <= 66; i++) {
		query.group = mldt_group(i);
		mld_proto_query(&t->p, &query, t->now);
		KUNIT_EXPECT_LE(test, t->p.nqueried, 16384);
	}
	KUNIT_EXPECT_EQ(test, mldt_state(t, 64), MLD_SG_QUERY_PENDING);
	KUNIT_EXPECT_EQ(test, mldt_state(t, 65), MLD_G_QUERY_PENDING);
	mldt_pass(t, 1000);
	KUNIT_EXPECT_EQ(test, t->p.nqueried, 0);
}

static void mld_d2_joins_of_one_window_share_packets(struct kunit *test)
{
	struct mldt *t = link_new(test);

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

/* Traps of earlier implementations: a change that takes several packets, of which the repetition sent the first only. */
static void mld_d7_every_packet_is_repeated(struct kunit *test)
{
	struct in6_addr group = mldt_group(1), *sources;
	struct mld_request req = { .id = "a", .mode = MLD_INCLUDE, .nsources = 128 };
	struct mldt *t = link_new(test);
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

static void mld_e3_each_group_draws_its_own(struct kunit *test)
{
	struct mldt *t = link_new(test);
	struct in6_addr one = mldt_group(1), two = mldt_group(2);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_ex(t, 2, "a", "");
	mld_proto_set_version(&t->p, MLD_VERSION_1, t->now);
	mldt_pass(t, 30000);
	mldt_forget(t);
	mldt_query(t, 1, 2, "", 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_group(&t->p, &one)->answer_due, MLD_NEVER);
	KUNIT_EXPECT_EQ(test, mld_proto_group(&t->p, &two)->answer_due, t->now + 5000);
	t->rnd = 0x40000000;
	mldt_query(t, 1, 0, "", 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_group(&t->p, &one)->answer_due, t->now + 2500);
	KUNIT_EXPECT_EQ(test, mld_proto_group(&t->p, &two)->answer_due, t->now + 2500);
	mldt_pass(t, 10000);
	MLDT_SENT(t, "1:REPORT;2:REPORT;");
}

static void mld_b8_v1_general_queries_are_rationed(struct kunit *test)
{
	struct mldt *t = link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	join_many(t, 5000);
	for (i = 0; i < 100; i++) {
		mldt_query(t, 1, 0, "", 1000);
		mldt_pass(t, 1);
	}
	/* 5 ms of rest after each that is acted on */
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V1], 100);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_DROP_RATE], 80);
}

static void mld_b6_a_query_sets_the_link(struct kunit *test)
{
	struct mld_query query = { .version = 2, .qrv = 5, .qqi = 60, .kind = MLD_GQ };
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_query(&t->p, &query, t->now);
	KUNIT_EXPECT_EQ(test, t->p.rv, 5);
	KUNIT_EXPECT_EQ(test, t->p.qi, 60);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->packets, 5);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V2], 1);
}

static void mld_f3_groups_are_limited(struct kunit *test)
{
	struct mldt *t = link_new(test);

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
	struct in6_addr ssm = { .s6_addr = { 0xff, 0x3e, [12] = 0x80, [15] = 1 } }, source = mldt_source(1);
	struct mld_request req = { .id = "a", .mode = MLD_EXCLUDE };
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &ssm, &req, t->now), 0);
	mldt_query(t, 2, 0, "", 0);
	mldt_pass(t, 3000);
	MLDT_SENT(t, "");
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_SSM_EXCLUDE], 1);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 1);
	req = (struct mld_request) { .id = "b", .mode = MLD_INCLUDE, .nsources = 1, .sources = &source };
	KUNIT_EXPECT_EQ(test, mld_proto_listen(&t->p, &ssm, &req, t->now), 0);
	mldt_pass(t, 20);
	MLDT_SENT(t, "1:ALLOW(1);");
}

static void mld_t2_nothing_due_no_timer(struct kunit *test)
{
	struct mldt *t = link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	mldt_query(t, 2, 0, "", 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
	join_many(t, 100);
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
	struct mldt *t = link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	join_many(t, 2000);
	mldt_forget(t);
	mld_proto_sleep(&t->p);
	mldt_pass(t, 1000);
	mld_proto_wake(&t->p, t->now);
	mldt_pass(t, 500);
	KUNIT_EXPECT_GE(test, t->records, 800);
	KUNIT_EXPECT_LE(test, t->records, 1200);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->records, 4000);
	KUNIT_EXPECT_LE(test, t->packets, 2 * (DIV_ROUND_UP(2000, PER_PACKET) + 1));
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
	KUNIT_CASE(mld_e1_each_v1_query_restarts_the_timeout),
	KUNIT_CASE(mld_e7_a_held_version_ignores_queries),
	KUNIT_CASE_PARAM(general_answers_wait, gq_gen_params),
	KUNIT_CASE(mld_c2_every_group_once),
	KUNIT_CASE_PARAM(long_answers_are_paced, pace_gen_params),
	KUNIT_CASE(mld_c3_a_second_query_during_the_answer),
	KUNIT_CASE(mld_c2_groups_come_and_go_during_the_answer),
	KUNIT_CASE(mld_c6_gsr_delay_off_and_zero),
	KUNIT_CASE(mld_c6_recorded_sources_of_a_link_are_bounded),
	KUNIT_CASE(mld_d2_joins_of_one_window_share_packets),
	KUNIT_CASE(mld_d7_every_packet_is_repeated),
	KUNIT_CASE(mld_e3_each_group_draws_its_own),
	KUNIT_CASE(mld_b8_v1_general_queries_are_rationed),
	KUNIT_CASE(mld_b6_a_query_sets_the_link),
	KUNIT_CASE(mld_f3_groups_are_limited),
	KUNIT_CASE(mld_f4_exclude_of_a_source_specific_group),
	KUNIT_CASE(mld_t2_nothing_due_no_timer),
	KUNIT_CASE(mld_a10_many_groups_are_told_afresh),
	{ }
};

static struct kunit_suite mld_proto_suite = {
	.name = "mld_proto",
	.exit = link_end,
	.test_cases = mld_proto_cases,
};

kunit_test_suite(mld_proto_suite);
