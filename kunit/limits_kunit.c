// SPDX-License-Identifier: GPL-2.0
/* The budget of ndproxy/objects.c, and ndp_event_limit_due() of ndproxy/event.c */

#include <kunit/test.h>
#include <linux/build_bug.h>
#include <linux/limits.h>
#include <linux/minmax.h>

#include "../ndproxy/ndproxy.h"

/*
 * A clock of jiffies comes round where it is 32 bits wide, and what stands still for longer than
 * half of that looks as if it were to come. These may stand still for ever.
 */
static_assert(__same_type(((struct ndp_host *)NULL)->heard, u64));
static_assert(__same_type(((struct ndp_bucket *)NULL)->last, u64));
static_assert(__same_type(((struct ndp_echo *)NULL)->until, u64));
static_assert(__same_type(((struct ndp_echo *)NULL)->due, u64));

struct due_case {
	const char *desc;
	u32 pause;
};

static const struct due_case due_cases[] = {
	{ "ND-I a second", 1 },
	{ "ND-I less than half a round of the clock", S32_MAX },
	{ "ND-I half a round", 1U << 31 },
	{ "ND-I more than half a round", (1U << 31) + 1 },
	{ "ND-I nearly a round", U32_MAX },
};

static void due_desc(const struct due_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(due, due_cases, due_desc);

/* One event a second, however long ago the last was. */
static void a_limit_is_told_after_any_pause(struct kunit *test)
{
	const struct due_case *c = test->param_value;
	static const u32 starts[] = { 1, 1000, S32_MAX, 1U << 31, U32_MAX };
	unsigned int i;
	u32 said;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		said = 0;
		KUNIT_EXPECT_TRUE(test, ndp_event_limit_due(&said, starts[i]));
		KUNIT_EXPECT_FALSE(test, ndp_event_limit_due(&said, starts[i]));
		KUNIT_EXPECT_TRUE(test, ndp_event_limit_due(&said, starts[i] + c->pause));
		KUNIT_EXPECT_FALSE(test, ndp_event_limit_due(&said, starts[i] + c->pause));
	}
}

struct share_case {
	const char *desc;
	u32 limit;
	enum ndp_share share;
	unsigned int room;
};

static const struct share_case share_cases[] = {
	{ "ND-I configured: all", 100, NDP_SHARE_ALL, 100 },
	{ "ND-I learnt: three quarters", 100, NDP_SHARE_LEARNT, 75 },
	{ "ND-I the least, configured", 1, NDP_SHARE_ALL, 1 },
	{ "ND-I the least, learnt", 1, NDP_SHARE_LEARNT, 0 },
};

static void share_desc(const struct share_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(share, share_cases, share_desc);

static unsigned int limits_fill(struct ndp_net *nn, enum ndp_share share)
{
	unsigned int n = 0;

	while (n < 1000 && ndp_objects_take(nn, share))
		n++;
	return n;
}

static void each_has_its_share(struct kunit *test)
{
	struct ndp_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);
	const struct share_case *c = test->param_value;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	nn->limit[NDP_OBJECTS_PER_NET] = c->limit;
	KUNIT_EXPECT_EQ(test, limits_fill(nn, c->share), c->room);
	/* What others leave is open to the administrator. */
	KUNIT_EXPECT_EQ(test, limits_fill(nn, NDP_SHARE_ALL), c->limit - c->room);
	KUNIT_EXPECT_FALSE(test, ndp_objects_take(nn, c->share));
	/* A lower limit refuses; it takes nothing away. */
	nn->limit[NDP_OBJECTS_PER_NET] = c->limit / 2;
	ndp_objects_give(nn, min(c->limit, 1U));
	KUNIT_EXPECT_EQ(test, ndp_objects_take(nn, NDP_SHARE_ALL), false);
	ndp_objects_give(nn, c->limit - 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&nn->objects), 0);
}

/* Hosts and configuration keep no record out, nor the other way round. */
static void records_are_counted_apart(struct kunit *test)
{
	struct ndp_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);
	unsigned int n = 0;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	nn->limit[NDP_OBJECTS_PER_NET] = 100;
	KUNIT_EXPECT_EQ(test, limits_fill(nn, NDP_SHARE_ALL), 100);
	while (n < 1000 && ndp_objects_take_record(nn))
		n++;
	KUNIT_EXPECT_EQ(test, n, 50);
	ndp_objects_give(nn, 100);
	KUNIT_EXPECT_FALSE(test, ndp_objects_take_record(nn));
	KUNIT_EXPECT_EQ(test, limits_fill(nn, NDP_SHARE_LEARNT), 75);
	ndp_objects_give_records(nn, 50);
	KUNIT_EXPECT_TRUE(test, ndp_objects_take_record(nn));
}

/* The greatest limit, of which a product must not overflow. */
static void the_greatest_limit(struct kunit *test)
{
	struct ndp_net *nn = kunit_kzalloc(test, sizeof(*nn), GFP_KERNEL);
	const u32 limit = 1 << 24;

	KUNIT_ASSERT_NOT_NULL(test, nn);
	nn->limit[NDP_OBJECTS_PER_NET] = limit;
	atomic_set(&nn->objects, limit - 1);
	KUNIT_EXPECT_FALSE(test, ndp_objects_take(nn, NDP_SHARE_LEARNT));
	KUNIT_EXPECT_TRUE(test, ndp_objects_take(nn, NDP_SHARE_ALL));
	KUNIT_EXPECT_FALSE(test, ndp_objects_take(nn, NDP_SHARE_ALL));
}

static struct kunit_case limits_cases[] = {
	KUNIT_CASE_PARAM(a_limit_is_told_after_any_pause, due_gen_params),
	KUNIT_CASE_PARAM(each_has_its_share, share_gen_params),
	KUNIT_CASE(records_are_counted_apart),
	KUNIT_CASE(the_greatest_limit),
	{ }
};

static struct kunit_suite limits_suite = {
	.name = "ndproxy_limits",
	.test_cases = limits_cases,
};

kunit_test_suite(limits_suite);
