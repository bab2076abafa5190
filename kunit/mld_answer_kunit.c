// SPDX-License-Identifier: GPL-2.0
/* mld/answer.c, pass.c: what queries make a link do; rows MLD-B6, B8, C1, C2, C3, C6, E3 */

#include "mld_kunit.h"

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
	struct mldt *t = mldt_link_new(test);
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
	struct mldt *t = mldt_link_new(test);

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
	unsigned int packets = DIV_ROUND_UP(c->groups, MLDT_PER_PACKET);
	struct mldt *t = mldt_link_new(test);
	s64 asked;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, c->groups);
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

/*
 * A query that comes while an answer is under way: each group is told once more from there, and the
 * pass does not start over.
 */
static void mld_c3_a_second_query_during_the_answer(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);
	unsigned int i, told;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, 2000);
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

/* A querier that leaves hours to answer does not put off what another one waits for. */
static void mld_c3_a_long_response_time_postpones_nothing(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, 2000);
	mldt_forget(t);
	t->rnd = 0;
	mldt_query(t, 2, 0, "", 10000);
	mldt_pass(t, 1000);
	mldt_query(t, 2, 0, "", 8387584);
	mldt_pass(t, 9000);
	KUNIT_EXPECT_GE(test, t->records, 2000 - MLDT_PER_PACKET);
	mldt_pass(t, 8387584);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

struct flood_case {
	const char *desc;
	unsigned int groups;
	u32 mrd;
	u32 packets;	/* in a second, at most */
};

static const struct flood_case flood_cases[] = {
	{ "MLD-C3 a flood that leaves no time, one packet", 10, 0, 51 },
	{ "MLD-C3 a flood that leaves no time, 28 packets", 2000, 0, 1030 },
	{ "MLD-C3 a flood that leaves 1 ms, 28 packets", 2000, 1, 1030 },
	{ "MLD-C3 a flood that leaves 1 s, 28 packets", 2000, 1000, 60 },
};

static void flood_desc(const struct flood_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(flood, flood_cases, flood_desc);

/* General queries each ms for a second: nobody starves, and no packets without bound. */
static void floods_are_answered_in_bounds(struct kunit *test)
{
	const struct flood_case *c = test->param_value;
	struct mldt *t = mldt_link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, c->groups);
	mldt_forget(t);
	for (i = 0; i < 1000; i++) {
		mldt_query(t, 2, 0, "", c->mrd);
		mldt_pass(t, 1);
	}
	KUNIT_EXPECT_GE(test, t->records, c->groups * 9 / 10);
	KUNIT_EXPECT_LE(test, t->packets, c->packets);
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

/* Groups that come or go behind or before the pass neither repeat nor hide others. */
static void mld_c2_groups_come_and_go_during_the_answer(struct kunit *test)
{
	struct mld_request req = { .id = "many", .mode = MLD_INCLUDE };
	struct mldt *t = mldt_link_new(test);
	struct in6_addr first, next;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, 2000);
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
	/*
	 * 2000 answers; two leaves and a join, told twice each: group 1 stands before the pass's
	 * place.
	 */
	KUNIT_EXPECT_EQ(test, t->records, 2006);
}

static void mld_c6_gsr_delay_off_and_zero(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);
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
	KUNIT_EXPECT_EQ(test, t->packets, 48);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_DROP_RATE], 13);
}

/* Forged queries never mute a group: beyond the limit the whole filter is told, once a second. */
static void mld_c6_beyond_the_limit_the_whole_filter(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_in(t, 1, "a", "1,2");
	mldt_pass(t, 3000);
	for (i = 0; i < 8; i++) {
		mldt_query(t, 2, 1, "9", 0);
		mldt_pass(t, 1);
	}
	mldt_forget(t);
	/* None of it is asked for, or all; the answer is the same, and there within the delay. */
	mldt_query(t, 2, 1, "1", 100);
	mldt_pass(t, 100);
	KUNIT_EXPECT_STREQ(test, t->log, "1:IS_IN(1,2);");
	mldt_forget(t);
	for (i = 0; i < 5000; i++) {
		mldt_query(t, 2, 1, "1", 100);
		mldt_pass(t, 1);
	}
	KUNIT_EXPECT_GE(test, t->packets, 4);
	KUNIT_EXPECT_LE(test, t->packets, 6);
	mldt_pass(t, 2000);
	mldt_forget(t);
	/* A real querier's is answered in time all the same. */
	mldt_query(t, 2, 1, "2", 1000);
	mldt_pass(t, 1000);
	KUNIT_EXPECT_STREQ(test, t->log, "1:IS_IN(1,2);");
}

/* In v1 mode the delay of a v2 query is a plain number, and at most 32 s. */
static void mld_b6_plain_delay_in_v1_mode(struct kunit *test)
{
	struct mld_query query = { .version = 2, .kind = MLD_GQ, .qqi = 125, .mrd = 65536,
				   .mrd_v1 = 32000 };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_query(t, 1, 0, "", 10000);
	mldt_pass(t, 30000);
	mldt_forget(t);
	t->rnd = MLDT_LATEST;
	KUNIT_EXPECT_EQ(test, mld_proto_query(&t->p, &query, t->now), MLD_C_QUERIES_V2);
	KUNIT_EXPECT_EQ(test, t->p.qri, 32000);
	mldt_pass(t, 31999);
	KUNIT_EXPECT_EQ(test, t->packets, 0);
	mldt_pass(t, 1);
	KUNIT_EXPECT_STREQ(test, t->log, "1:REPORT;");
}

/* What the querier names and what was set are two values. */
static void mld_b6_set_and_learnt_robustness(struct kunit *test)
{
	struct mld_query query = { .version = 2, .kind = MLD_GQ, .qqi = 125, .qrv = 5 };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->p.rv_set = 3;
	mld_proto_query(&t->p, &query, t->now);
	KUNIT_EXPECT_EQ(test, t->p.rv, 5);
	KUNIT_EXPECT_EQ(test, t->p.rv_set, 3);
	query.qrv = 0;
	mld_proto_query(&t->p, &query, t->now);
	KUNIT_EXPECT_EQ(test, t->p.rv, 3);
}

/* A query to another group is for those who listen to that group. */
static void mld_b4_sent_to_a_joined_group(struct kunit *test)
{
	struct mld_query query = { .version = 2, .kind = MLD_GQ, .qqi = 125, .qrv = 7,
				   .via = mldt_group(2) };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 3000);
	mldt_forget(t);
	KUNIT_EXPECT_EQ(test, mld_proto_query(&t->p, &query, t->now), MLD_C_DROP_DESTINATION);
	KUNIT_EXPECT_EQ(test, t->p.rv, 2);
	query.via = mldt_group(1);
	KUNIT_EXPECT_EQ(test, mld_proto_query(&t->p, &query, t->now), MLD_C_QUERIES_V2);
	mldt_pass(t, 1000);
	KUNIT_EXPECT_STREQ(test, t->log, "1:IS_EX();");
}

/* Past the link's bound on recorded sources, an answer is a whole one. */
static void mld_c6_recorded_sources_of_a_link_are_bounded(struct kunit *test)
{
	struct in6_addr *sources = kunit_kzalloc(test, MLD_QUERY_SOURCES_MAX * sizeof(*sources),
						 GFP_KERNEL);
	struct mld_query query = { .version = 2, .kind = MLD_MASSQ, .qrv = 2, .qqi = 125,
				   .mrd = 1000 };
	struct mldt *t = mldt_link_new(test);
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

static void mld_e3_each_group_draws_its_own(struct kunit *test)
{
	struct mldt *t = mldt_link_new(test);
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
	struct mldt *t = mldt_link_new(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mldt_join_many(t, 300);
	for (i = 0; i < 1000; i++) {
		mldt_query(t, 1, 0, "", 10);
		mldt_pass(t, 1);
	}
	/* A burst for 1000 answers, and as many in the second */
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V1], 1000);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_DROP_RATE], 1000 - 7);
}

static void mld_b6_a_query_sets_the_link(struct kunit *test)
{
	struct mld_query query = { .version = 2, .qrv = 5, .qqi = 60, .kind = MLD_GQ };
	struct mldt *t = mldt_link_new(test);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_proto_query(&t->p, &query, t->now);
	KUNIT_EXPECT_EQ(test, t->p.rv, 5);
	KUNIT_EXPECT_EQ(test, t->p.qi, 60);
	mldt_ex(t, 1, "a", "");
	mldt_pass(t, 10000);
	KUNIT_EXPECT_EQ(test, t->packets, 5);
	KUNIT_EXPECT_EQ(test, t->p.count[MLD_C_QUERIES_V2], 1);
}

static struct kunit_case mld_answer_cases[] = {
	KUNIT_CASE_PARAM(general_answers_wait, gq_gen_params),
	KUNIT_CASE(mld_c2_every_group_once),
	KUNIT_CASE_PARAM(long_answers_are_paced, pace_gen_params),
	KUNIT_CASE(mld_c3_a_second_query_during_the_answer),
	KUNIT_CASE(mld_c3_a_long_response_time_postpones_nothing),
	KUNIT_CASE_PARAM(floods_are_answered_in_bounds, flood_gen_params),
	KUNIT_CASE(mld_c2_groups_come_and_go_during_the_answer),
	KUNIT_CASE(mld_c6_gsr_delay_off_and_zero),
	KUNIT_CASE(mld_c6_beyond_the_limit_the_whole_filter),
	KUNIT_CASE(mld_b6_plain_delay_in_v1_mode),
	KUNIT_CASE(mld_b6_set_and_learnt_robustness),
	KUNIT_CASE(mld_b4_sent_to_a_joined_group),
	KUNIT_CASE(mld_c6_recorded_sources_of_a_link_are_bounded),
	KUNIT_CASE(mld_e3_each_group_draws_its_own),
	KUNIT_CASE(mld_b8_v1_general_queries_are_rationed),
	KUNIT_CASE(mld_b6_a_query_sets_the_link),
	{ }
};

static struct kunit_suite mld_answer_suite = {
	.name = "mld_answer",
	.exit = mldt_link_end,
	.test_cases = mld_answer_cases,
};

kunit_test_suite(mld_answer_suite);
