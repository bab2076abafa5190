// SPDX-License-Identifier: GPL-2.0
/* mld/mrd.c: when advertisements of a multicast router leave; row MLD-S3, RFC 4286 */

#include "mld_kunit.h"

/* An advertisement reads "A;", a termination "T;". */
static void mrd_send(struct mld_out *out, const struct in6_addr *daddr, const void *data, u32 len)
{
	struct mldt *t = container_of(out, struct mldt, p.out);
	const u8 *octets = data;
	bool adv = octets[0] == MLD_TYPE_MRD_ADVERTISEMENT;

	KUNIT_EXPECT_EQ(t->test, len, adv ? 8 : 4);
	KUNIT_EXPECT_EQ(t->test, daddr->s6_addr[15], 0x6a);
	t->packets++;
	t->last = t->now;
	mldt_text(t, adv ? "A;" : octets[0] == MLD_TYPE_MRD_TERMINATION ? "T;" : "?;");
}

static struct mldt *mrd_new(struct kunit *test, u32 rnd)
{
	struct mldt *t = mldt_link_new(test);

	if (!t)
		return NULL;
	t->p.out.send = mrd_send;
	t->rnd = rnd;
	return t;
}

/**
 * struct mrd_case - randomness, and the gaps that follow from it
 * @desc: name
 * @rnd: what is drawn
 * @initial: ms between the first few
 * @interval: ms between the others
 */
struct mrd_case {
	const char *desc;
	u32 rnd;
	u32 initial;
	u32 interval;
};

static const struct mrd_case mrd_cases[] = {
	{ "MLD-S3 shortest gaps", 0, 100, 19500 },
	{ "MLD-S3 middle gaps", 0x80000000, 1050, 20000 },
	{ "MLD-S3 longest gaps", MLDT_LATEST, 2000, 20500 },
};

static void mrd_case_desc(const struct mrd_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(mrd, mrd_cases, mrd_case_desc);

static void mld_s3_gaps(struct kunit *test)
{
	const struct mrd_case *c = test->param_value;
	struct mldt *t = mrd_new(test, c->rnd);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 0);
	MLDT_SENT(t, "A;");
	for (i = 0; i < 5; i++) {
		u32 gap = i < 2 ? c->initial : c->interval;

		mldt_pass(t, gap - 1);
		MLDT_SENT(t, "");
		mldt_pass(t, 1);
		MLDT_SENT(t, "A;");
	}
}

static void mld_s3_off_is_silent(struct kunit *test)
{
	struct mldt *t = mrd_new(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_answer(&t->p, t->now);
	mld_proto_refresh(&t->p, t->now);
	mld_proto_leave_all(&t->p, NULL, t->now);
	mldt_pass(t, 100000);
	MLDT_SENT(t, "");
	KUNIT_EXPECT_EQ(test, mld_proto_next(&t->p), MLD_NEVER);
}

static void mld_s3_termination(struct kunit *test)
{
	struct mldt *t = mrd_new(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 1000);
	mldt_forget(t);
	mld_mrd_set(&t->p, false, t->now);
	mld_mrd_set(&t->p, false, t->now);
	mldt_pass(t, 100000);
	MLDT_SENT(t, "T;");
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 50);
	mld_proto_leave_all(&t->p, NULL, t->now);
	mldt_pass(t, 100000);
	MLDT_SENT(t, "A;T;");
}

/* A link that cannot speak says nothing, and begins anew when it can. */
static void mld_s3_sleep_and_silence(struct kunit *test)
{
	struct mldt *t = mrd_new(test, 0);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 1000);
	MLDT_SENT(t, "A;A;A;");
	mld_proto_sleep(&t->p);
	mld_mrd_answer(&t->p, t->now);
	mldt_pass(t, 100000);
	MLDT_SENT(t, "");
	mld_proto_wake(&t->p, t->now);
	mldt_pass(t, 1000);
	MLDT_SENT(t, "A;A;A;");
	mld_proto_set_silent(&t->p, true, t->now);
	mld_mrd_answer(&t->p, t->now);
	mld_mrd_set(&t->p, false, t->now);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 100000);
	MLDT_SENT(t, "");
	mld_proto_set_silent(&t->p, false, t->now);
	mldt_pass(t, 1000);
	MLDT_SENT(t, "A;A;A;");
}

static void mld_s3_answer(struct kunit *test)
{
	struct mldt *t = mrd_new(test, MLDT_LATEST);

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 10000);
	mldt_forget(t);
	mld_mrd_answer(&t->p, t->now);
	t->rnd = 0x80000000;
	/* A second question takes the sooner of the two times. */
	mld_mrd_answer(&t->p, t->now);
	mldt_pass(t, 949);
	MLDT_SENT(t, "");
	mldt_pass(t, 1);
	MLDT_SENT(t, "A;");
	/* The interval counts from the answer. */
	mldt_pass(t, 19999);
	MLDT_SENT(t, "");
	mldt_pass(t, 1);
	MLDT_SENT(t, "A;");
}

static void mld_s3_flood(struct kunit *test)
{
	struct mldt *t = mrd_new(test, 0);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	mld_mrd_set(&t->p, true, t->now);
	mldt_pass(t, 10000);
	mldt_forget(t);
	for (i = 0; i < 1000; i++) {
		mld_mrd_answer(&t->p, t->now);
		mldt_pass(t, 10);
	}
	KUNIT_EXPECT_GE(test, t->packets, 99);
	KUNIT_EXPECT_LE(test, t->packets, 101);
}

static struct kunit_case mld_mrd_tests[] = {
	KUNIT_CASE_PARAM(mld_s3_gaps, mrd_gen_params),
	KUNIT_CASE(mld_s3_off_is_silent),
	KUNIT_CASE(mld_s3_termination),
	KUNIT_CASE(mld_s3_sleep_and_silence),
	KUNIT_CASE(mld_s3_answer),
	KUNIT_CASE(mld_s3_flood),
	{}
};

static struct kunit_suite mld_mrd_suite = {
	.name = "mld_mrd",
	.exit = mldt_link_end,
	.test_cases = mld_mrd_tests,
};

kunit_test_suite(mld_mrd_suite);
