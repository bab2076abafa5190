// SPDX-License-Identifier: GPL-2.0
/* The limits of ndproxy/solicit.c: row ND-F5, RFC 6583 6.2, and section I */

#include "solicit_kunit.h"

/* --- targets per prefix ----------------------------------------------------------------------- */

struct limit_case {
	const char *desc;
	unsigned int limit;
	unsigned int asked;
	unsigned int left;
};

static const struct limit_case limit_cases[] = {
	{ "ND-F5 one target", 1, 3, 1 },
	{ "ND-F5 one less than the limit", 64, 63, 63 },
	{ "ND-F5 just the limit", 64, 64, 64 },
	{ "ND-F5 one more than the limit", 64, 65, 64 },
	{ "ND-F5 many more than the limit", 64, 1000, 64 },
	{ "ND-F5 the default", 4096, 5000, 4096 },
	{ "ND-F5 no limit", 0, 5000, 5000 },
};

static void limit_desc(const struct limit_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(limit, limit_cases, limit_desc);

/* The newest stay, and who pushes another out is told. */
static void targets_are_limited(struct kunit *test)
{
	const struct limit_case *c = test->param_value;
	struct solt *t = test->priv;
	unsigned int i;

	t->ask.max_targets = c->limit;
	for (i = 1; i <= c->asked; i++) {
		KUNIT_ASSERT_EQ(test, solt_note(t, i, 7, LINK_A), NDP_ASK_OTHERS);
		KUNIT_ASSERT_EQ(test, t->ask.evicted, c->limit && i > c->limit);
	}
	KUNIT_EXPECT_EQ(test, t->recs.count, c->left);
	for (i = 1; i <= c->asked; i++)
		KUNIT_ASSERT_EQ(test, solt_has(t, i), i > c->asked - c->left);
}

/* Who is asked for again is not the oldest any more; a target that is there needs no room. */
static void nd_f5_the_oldest_goes(struct kunit *test)
{
	struct solt *t = test->priv;

	t->ask.max_targets = 3;
	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 2, 7, LINK_A);
	solt_note(t, 3, 7, LINK_A);
	solt_note(t, 1, 8, LINK_A);
	KUNIT_EXPECT_FALSE(test, t->ask.evicted);
	solt_note(t, 4, 7, LINK_A);
	KUNIT_EXPECT_TRUE(test, t->ask.evicted);
	KUNIT_EXPECT_TRUE(test, solt_has(t, 1));
	KUNIT_EXPECT_FALSE(test, solt_has(t, 2));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 3));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 4));
}

/* Expired first, known or not; then nobody who waits is pushed out. */
static void nd_f5_expired_records_go_first(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned int known;

	for (known = 0; known < 2; known++) {
		t->ask.max_targets = 3;
		t->ask.known = known;
		solt_note(t, 1, 7, LINK_A);
		t->ask.known = false;
		t->now += 4 * HZ;
		solt_note(t, 2, 7, LINK_A);
		solt_note(t, 3, 7, LINK_A);
		t->now += HZ;
		KUNIT_EXPECT_EQ(test, solt_note(t, 4, 7, LINK_A), NDP_ASK_OTHERS);
		KUNIT_EXPECT_FALSE(test, t->ask.evicted);
		KUNIT_EXPECT_FALSE(test, solt_has(t, 1));
		KUNIT_EXPECT_TRUE(test, solt_has(t, 2));
		KUNIT_EXPECT_TRUE(test, solt_has(t, 3));
		KUNIT_EXPECT_TRUE(test, solt_has(t, 4));
		ndp_solicit_purge(&t->recs);
	}
}

/* Then the oldest unknown, though a known one is older. */
static void nd_f5_then_the_oldest_unknown(struct kunit *test)
{
	struct solt *t = test->priv;

	t->ask.max_targets = 4;
	t->ask.known = true;
	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 2, 7, LINK_A);
	t->ask.known = false;
	t->now += HZ;
	solt_note(t, 3, 7, LINK_A);
	solt_note(t, 4, 7, LINK_A);
	solt_note(t, 5, 7, LINK_A);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 3));
	t->ask.known = true;
	KUNIT_EXPECT_EQ(test, solt_note(t, 6, 7, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 4));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 1));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 2));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 5));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 6));
	KUNIT_EXPECT_EQ(test, t->recs.count, 4);
}

/* RFC 6583 6.2: no unknown target takes a known one's place; a known one may. */
static void nd_f5_known_is_not_pushed_out_by_unknown(struct kunit *test)
{
	struct solt *t = test->priv;

	t->ask.max_targets = 2;
	t->ask.known = true;
	solt_note(t, 1, 7, LINK_A);
	t->now++;
	solt_note(t, 2, 7, LINK_A);
	t->ask.known = false;
	KUNIT_EXPECT_EQ(test, solt_note(t, 3, 7, LINK_A), -ENOSPC);
	KUNIT_EXPECT_TRUE(test, t->ask.evicted);
	KUNIT_EXPECT_TRUE(test, solt_has(t, 1));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 2));
	KUNIT_EXPECT_EQ(test, t->recs.count, 2);
	/* For the known ones more solicitors are recorded all the same. */
	t->ask.known = true;
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 8, LINK_A), NDP_ASK_NONE);

	KUNIT_EXPECT_EQ(test, solt_note(t, 3, 7, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_TRUE(test, t->ask.evicted);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 2));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 1));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 3));
}

/* A host that is learnt, or forgotten, while it is asked for. */
static void nd_f5_a_target_changes_sides(struct kunit *test)
{
	struct solt *t = test->priv;

	t->ask.max_targets = 2;
	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 2, 7, LINK_A);
	t->ask.known = true;
	solt_note(t, 1, 7, LINK_A);
	t->ask.known = false;
	solt_note(t, 3, 7, LINK_A);
	KUNIT_EXPECT_TRUE(test, solt_has(t, 1));
	KUNIT_EXPECT_FALSE(test, solt_has(t, 2));

	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 3, 7, LINK_A);
	solt_note(t, 4, 7, LINK_A);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 1));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 3));
	KUNIT_EXPECT_TRUE(test, solt_has(t, 4));
}

/* A scan of 20,000 addresses at 4,000 a second: who is there, and is asked for, stays recorded. */
static void nd_f5_a_scan_disturbs_nobody(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned long first = t->now;
	unsigned int i;

	t->ask.max_targets = 256;
	t->ask.known = true;
	for (i = 1; i <= 32; i++)
		solt_note(t, i, 7, LINK_A);
	t->ask.known = false;
	for (i = 0; i < 20000; i++) {
		t->now = first + i * HZ / 4000;
		KUNIT_ASSERT_EQ(test, solt_note(t, 1000 + i, 9, LINK_A), NDP_ASK_OTHERS);
		KUNIT_ASSERT_LE(test, t->recs.count, 256);
	}
	for (i = 1; i <= 32; i++)
		KUNIT_EXPECT_TRUE(test, solt_has(t, i));
	ndp_solicit_expire(&t->recs, t->now + LIFETIME);
	KUNIT_EXPECT_EQ(test, t->recs.count, 0);
}

/* --- solicitors per target -------------------------------------------------------------------- */

static const unsigned int room_cases[] = { 1, 2, 8, 64, 255 };

static void room_desc(const unsigned int *room, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "ND-F5 %u solicitors", *room);
}

KUNIT_ARRAY_PARAM(room, room_cases, room_desc);

static void solicitors_are_limited(struct kunit *test)
{
	const unsigned int *room = test->param_value;
	struct solt *t = test->priv;
	struct ndp_record *rec;
	unsigned int i;

	t->ask.max_solicitors = *room;
	for (i = 0; i < *room + 3; i++) {
		KUNIT_EXPECT_EQ(test, solt_note(t, 1, 100 + i, LINK_A),
				i ? NDP_ASK_NONE : NDP_ASK_OTHERS);
		KUNIT_EXPECT_EQ(test, t->ask.full, i >= *room);
	}
	/* Who has a place keeps it. */
	t->now++;
	solt_note(t, 1, 100 + *room - 1, LINK_A);
	KUNIT_EXPECT_FALSE(test, t->ask.full);

	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, *room);
	for (i = 0; i < rec->n; i++)
		KUNIT_EXPECT_EQ(test, solt_number(&rec->solicitor[i].addr), 100 + i);
	KUNIT_EXPECT_EQ(test, rec->solicitor[*room - 1].when, t->now);
	kfree(rec);
}

/* A record has the room that it was made with; a higher limit counts for new ones. */
static void nd_f5_a_higher_limit_of_solicitors(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned int i;

	t->ask.max_solicitors = 2;
	solt_note(t, 1, 100, LINK_A);
	t->ask.max_solicitors = 64;
	solt_note(t, 1, 101, LINK_A);
	KUNIT_EXPECT_FALSE(test, t->ask.full);
	solt_note(t, 1, 102, LINK_A);
	KUNIT_EXPECT_TRUE(test, t->ask.full);
	for (i = 0; i < 64; i++) {
		solt_note(t, 2, 100 + i, LINK_A);
		KUNIT_EXPECT_FALSE(test, t->ask.full);
	}
}

/* One more asker than there is room for is still a reason to ask again. */
static void nd_c8_without_room_it_is_asked_all_the_same(struct kunit *test)
{
	struct solt *t = test->priv;

	t->ask.max_solicitors = 1;
	solt_note(t, 1, 7, LINK_A);
	t->now += HZ;
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 8, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_TRUE(test, t->ask.full);
}

static struct kunit_case solicit_limits_cases[] = {
	KUNIT_CASE_PARAM(targets_are_limited, limit_gen_params),
	KUNIT_CASE(nd_f5_the_oldest_goes),
	KUNIT_CASE(nd_f5_expired_records_go_first),
	KUNIT_CASE(nd_f5_then_the_oldest_unknown),
	KUNIT_CASE(nd_f5_known_is_not_pushed_out_by_unknown),
	KUNIT_CASE(nd_f5_a_target_changes_sides),
	KUNIT_CASE(nd_f5_a_scan_disturbs_nobody),
	KUNIT_CASE_PARAM(solicitors_are_limited, room_gen_params),
	KUNIT_CASE(nd_f5_a_higher_limit_of_solicitors),
	KUNIT_CASE(nd_c8_without_room_it_is_asked_all_the_same),
	{ }
};

static struct kunit_suite solicit_limits_suite = {
	.name = "ndproxy_solicit_limits",
	.init = solt_init,
	.exit = solt_exit,
	.test_cases = solicit_limits_cases,
};

kunit_test_suite(solicit_limits_suite);
