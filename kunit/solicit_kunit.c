// SPDX-License-Identifier: GPL-2.0
/* ndproxy/solicit.c: rows ND-B4, ND-C4, ND-C8, ND-D3, ND-F5, and the limits of section I */

#include "solicit_kunit.h"

/* --- records (ND-C4, D3) ---------------------------------------------------------------------- */

static void nd_c4_the_solicitor_is_recorded(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec;

	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 7, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_FALSE(test, t->ask.evicted);
	KUNIT_EXPECT_FALSE(test, t->ask.full);
	KUNIT_EXPECT_EQ(test, t->recs.count, 1);

	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, solt_number(&rec->target), 1);
	KUNIT_EXPECT_EQ(test, rec->n, 1);
	KUNIT_EXPECT_EQ(test, solt_number(&rec->solicitor[0].addr), 7);
	KUNIT_EXPECT_EQ(test, rec->solicitor[0].ifindex, LINK_A);
	KUNIT_EXPECT_EQ(test, rec->solicitor[0].when, t->now);
	kfree(rec);
}

/* Each is answered on its own link: all of them, in the order in which they asked first. */
static void nd_d3_every_solicitor_is_there(struct kunit *test)
{
	static const struct { u32 from; int ifindex; } asks[] = {
		{ 7, LINK_A }, { 8, LINK_A }, { 7, LINK_B }, { 9, LINK_C }, { 1, LINK_B },
	};
	struct solt *t = test->priv;
	struct ndp_record *rec;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(asks); i++)
		solt_note(t, 1, asks[i].from, asks[i].ifindex);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, ARRAY_SIZE(asks));
	for (i = 0; i < ARRAY_SIZE(asks); i++) {
		KUNIT_EXPECT_EQ(test, solt_number(&rec->solicitor[i].addr), asks[i].from);
		KUNIT_EXPECT_EQ(test, rec->solicitor[i].ifindex, asks[i].ifindex);
	}
	kfree(rec);
}

/* One answer is enough: the record is gone, and a second advertisement finds none. */
static void nd_d3_a_record_is_taken_once(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec;

	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 2, 7, LINK_A);
	KUNIT_EXPECT_FALSE(test, solt_take(t, 3));
	rec = solt_take(t, 1);
	KUNIT_EXPECT_TRUE(test, rec);
	kfree(rec);
	KUNIT_EXPECT_FALSE(test, solt_take(t, 1));
	KUNIT_EXPECT_EQ(test, t->recs.count, 1);
	KUNIT_EXPECT_TRUE(test, solt_has(t, 2));
}

static void nd_c4_who_asks_again_is_not_doubled(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned long first = t->now;
	struct ndp_record *rec;

	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 1, 8, LINK_A);
	t->now += 3;
	solt_note(t, 1, 7, LINK_A);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, 2);
	KUNIT_EXPECT_EQ(test, rec->solicitor[0].when, first + 3);
	KUNIT_EXPECT_EQ(test, rec->solicitor[1].when, first);
	kfree(rec);
}

/* ND-E1: the router's own kernel asks; nobody is to be answered. */
static void nd_e1_the_own_kernel_asks(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec;

	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 0, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 0, LINK_A), NDP_ASK_NONE);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, 0);
	kfree(rec);
}

/* ND-G2, G5: for a held packet nobody is to be answered, and all links have been asked. */
static void nd_g2_a_packet_is_held(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec;

	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 0, 0), NDP_ASK_OTHERS);
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 0, 0), NDP_ASK_NONE);
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 2, LINK_B), NDP_ASK_NONE);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, 1);
	kfree(rec);
}

/* ND-C12: an answer is awaited where the target was asked for, while the record lasts. */
static void nd_c12_where_an_answer_is_awaited(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_records *recs = &t->recs;

	solt_note(t, 1, 2, LINK_A);
	KUNIT_EXPECT_TRUE(test, ndp_solicit_awaits(recs, &t->target, LINK_B, t->now));
	KUNIT_EXPECT_FALSE(test, ndp_solicit_awaits(recs, &t->target, LINK_A, t->now));
	KUNIT_EXPECT_FALSE(test, ndp_solicit_awaits(recs, &t->target, LINK_B, t->now + LIFETIME));
	solt_note(t, 1, 3, LINK_B);
	KUNIT_EXPECT_TRUE(test, ndp_solicit_awaits(recs, &t->target, LINK_A, t->now));
	kfree(solt_take(t, 1));
	KUNIT_EXPECT_FALSE(test, ndp_solicit_awaits(recs, &t->target, LINK_B, t->now));
}

/* Many records, put in and taken out in no order, are found and walked in order. */
static void nd_c4_the_tree_holds(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec, copy;
	u32 i, n = 0, last = 0;

	t->ask.max_targets = 0;
	for (i = 0; i < 509; i++)
		solt_note(t, 1 + i * 101 % 509, 7, LINK_A);
	KUNIT_EXPECT_EQ(test, t->recs.count, 509);
	for (i = 0; i < 509; i++) {
		u32 target = 1 + i * 37 % 509;

		if (target % 3)
			continue;
		rec = solt_take(t, target);
		KUNIT_ASSERT_NOT_NULL(test, rec);
		KUNIT_EXPECT_EQ(test, solt_number(&rec->target), target);
		kfree(rec);
	}
	solt_addr(&t->target, 0);
	for (; ndp_solicit_next(&t->recs, &t->target, &copy, 0); n++) {
		t->target = copy.target;
		KUNIT_EXPECT_GT(test, solt_number(&copy.target), last);
		last = solt_number(&copy.target);
		KUNIT_EXPECT_NE(test, last % 3, 0);
	}
	KUNIT_EXPECT_EQ(test, n, 509 - 509 / 3);
	KUNIT_EXPECT_EQ(test, t->recs.count, n);
}

/* --- what to ask (ND-C8) ---------------------------------------------------------------------- */

#define STEPS	8

struct ask_step {
	unsigned int at;	/* jiffies since the first */
	int ifindex;
	enum ndp_ask_verdict want;
	int only;
	bool router;		/* the asker's address is link-local */
	unsigned int n;		/* solicitors afterwards; 0: no matter */
};

struct ask_case {
	const char *desc;
	struct ask_step step[STEPS];
};

#define EARLY	(HZ - HZ / 32)		/* the askers' clocks may run that much faster */

static const struct ask_case ask_cases[] = {
	{ "ND-C8 a second asker of the same link", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ 0, LINK_A, NDP_ASK_NONE },
		{ HZ / 2, LINK_A, NDP_ASK_NONE } } },
	{ "ND-C8 an asker of another link has the first one asked", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ 1, LINK_B, NDP_ASK_ONE, LINK_A },
		{ 2, LINK_B, NDP_ASK_NONE },
		{ 3, LINK_C, NDP_ASK_NONE },
		{ 4, LINK_A, NDP_ASK_NONE } } },
	{ "ND-H1 two proxies that hear each other", {
		{ 0, LINK_A, NDP_ASK_OTHERS, .n = 1 },
		{ 0, LINK_B, NDP_ASK_NONE, .router = true, .n = 1 },
		{ 0, LINK_A, NDP_ASK_NONE, .router = true, .n = 1 },
		{ EARLY - 1, LINK_B, NDP_ASK_NONE, .router = true, .n = 1 },
		{ EARLY - 1, LINK_A, NDP_ASK_NONE, .n = 1 } } },
	{ "ND-H1 two hosts that ask at once, and a proxy", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ 0, LINK_B, NDP_ASK_ONE, LINK_A, .n = 2 },
		{ 0, LINK_A, NDP_ASK_NONE, .router = true, .n = 2 },
		{ 0, LINK_B, NDP_ASK_NONE, .router = true, .n = 2 } } },
	{ "ND-H1 the other proxy's question comes first", {
		{ 0, LINK_B, NDP_ASK_OTHERS, .router = true, .n = 1 },
		{ 1, LINK_A, NDP_ASK_ONE, LINK_B, .n = 2 },
		{ 2, LINK_B, NDP_ASK_NONE, .router = true, .n = 2 } } },
	{ "ND-H1 a router asks again after RetransTimer", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ 1, LINK_B, NDP_ASK_NONE, .router = true, .n = 1 },
		{ 1 + HZ, LINK_B, NDP_ASK_OTHERS, .router = true, .n = 2 } } },
	{ "ND-C8 RetransTimer later", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ HZ, LINK_A, NDP_ASK_OTHERS },
		{ 2 * HZ, LINK_A, NDP_ASK_OTHERS },
		{ 2 * HZ + 1, LINK_A, NDP_ASK_NONE } } },
	{ "ND-C8 RetransTimer by a faster clock", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ EARLY - 1, LINK_A, NDP_ASK_NONE },
		{ EARLY, LINK_A, NDP_ASK_OTHERS },
		{ EARLY + EARLY - 1, LINK_A, NDP_ASK_NONE },
		{ EARLY + EARLY, LINK_A, NDP_ASK_OTHERS } } },
	{ "ND-C8 RetransTimer later, on another link", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ HZ, LINK_B, NDP_ASK_OTHERS },
		{ HZ + 1, LINK_C, NDP_ASK_ONE, LINK_B },
		{ HZ + 2, LINK_A, NDP_ASK_NONE } } },
	{ "ND-C8 asking one link starts no new RetransTimer", {
		{ 0, LINK_A, NDP_ASK_OTHERS },
		{ HZ / 2, LINK_B, NDP_ASK_ONE, LINK_A },
		{ HZ, LINK_A, NDP_ASK_OTHERS } } },
	{ "ND-C8 another processor reads an earlier jiffy", {
		{ 1, LINK_A, NDP_ASK_OTHERS },
		{ 0, LINK_A, NDP_ASK_NONE },
		{ EARLY, LINK_A, NDP_ASK_NONE },
		{ EARLY + 1, LINK_A, NDP_ASK_OTHERS } } },
};

static void ask_desc(const struct ask_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ask, ask_cases, ask_desc);

/* At any time of a clock that wraps around. */
static void who_is_asked(struct kunit *test)
{
	const struct ask_case *c = test->param_value;
	const struct ask_step *step;
	struct solt *t = test->priv;
	struct ndp_record *rec;
	unsigned int i, from;
	unsigned long base;

	for (i = 0; i < SOLT_TIMES; i++) {
		base = solt_times(i);
		for (step = c->step; step < c->step + STEPS && step->ifindex; step++) {
			t->now = base + step->at;
			t->ask.only = 0;
			from = 7 + step->ifindex;
			if (step->router)
				from |= ROUTER;
			KUNIT_EXPECT_EQ(test, solt_note(t, 1, from, step->ifindex), step->want);
			KUNIT_EXPECT_EQ(test, t->ask.only, step->only);
			rec = rb_entry(t->recs.tree.rb_node, struct ndp_record, node);
			if (step->n)
				KUNIT_EXPECT_EQ(test, rec->n, step->n);
		}
		ndp_solicit_purge(&t->recs);
	}
}

static void nd_c8_many_askers_cost_one(struct kunit *test)
{
	unsigned int others = 0, one = 0, i;
	struct solt *t = test->priv;

	for (i = 0; i < 300; i++) {
		switch (solt_note(t, 1, 100 + i, i % 3 + LINK_A)) {
		case NDP_ASK_OTHERS:
			others++;
			break;
		case NDP_ASK_ONE:
			one++;
			break;
		}
	}
	KUNIT_EXPECT_EQ(test, others, 1);
	KUNIT_EXPECT_EQ(test, one, 1);
	/* Targets do not share a RetransTimer. */
	KUNIT_EXPECT_EQ(test, solt_note(t, 2, 100, LINK_A), NDP_ASK_OTHERS);
}

/* --- the end of a record (ND-F5) -------------------------------------------------------------- */

static void nd_f5_records_expire(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned long base;
	unsigned int i;

	for (i = 0; i < SOLT_TIMES; i++) {
		base = solt_times(i);
		t->now = base;
		solt_note(t, 1, 7, LINK_A);
		t->ask.known = true;
		solt_note(t, 2, 7, LINK_A);
		t->ask.known = false;
		t->now = base + 1;
		solt_note(t, 3, 7, LINK_A);

		KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, base), 0);
		KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, base + LIFETIME - 1), 0);
		KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, base + LIFETIME), 2);
		KUNIT_EXPECT_EQ(test, t->recs.count, 1);
		KUNIT_EXPECT_TRUE(test, solt_has(t, 3));
		KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, base + LIFETIME + 1), 1);
		KUNIT_EXPECT_EQ(test, t->recs.count, 0);
	}
}

/* A record lives as long as somebody asks. */
static void nd_f5_asking_again_keeps_a_record(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned long first = t->now;
	struct ndp_record *rec;

	solt_note(t, 1, 7, LINK_A);
	solt_note(t, 2, 7, LINK_A);
	t->now = first + LIFETIME - 1;
	solt_note(t, 1, 8, LINK_A);
	KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, first + LIFETIME), 1);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, 2);
	kfree(rec);
}

/* The timer may be late: what has expired is not taken up again. */
static void nd_f5_expired_is_begun_anew(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *rec;

	solt_note(t, 1, 7, LINK_A);
	t->now += LIFETIME;
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 8, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_EQ(test, t->recs.count, 1);
	rec = solt_take(t, 1);
	KUNIT_ASSERT_NOT_NULL(test, rec);
	KUNIT_EXPECT_EQ(test, rec->n, 1);
	KUNIT_EXPECT_EQ(test, solt_number(&rec->solicitor[0].addr), 8);
	kfree(rec);
}

static void nd_f5_a_new_lifetime_counts_at_once(struct kunit *test)
{
	struct solt *t = test->priv;

	solt_note(t, 1, 7, LINK_A);
	t->ask.lifetime = HZ;
	solt_note(t, 2, 7, LINK_A);
	KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, t->now + HZ - 1), 0);
	KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, t->now + HZ), 2);
}

/* The timer alone: it is armed with the first record, goes on with the next, and then rests. */
static void nd_f5_the_timer_expires_records(struct kunit *test)
{
	struct solt *t = test->priv;
	struct timer_list *timer = &t->recs.timer;

	solt_real_timer(t);
	t->now = jiffies;
	t->ask.lifetime = HZ / 4;
	solt_note(t, 1, 7, LINK_A);
	KUNIT_EXPECT_TRUE(test, timer_pending(timer));
	msleep(150);
	t->now = jiffies;
	solt_note(t, 2, 7, LINK_A);
	msleep(200);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 1));
	KUNIT_EXPECT_TRUE(test, timer_pending(timer) || !solt_has(t, 2));
	msleep(400);
	KUNIT_EXPECT_FALSE(test, solt_has(t, 2));
	KUNIT_EXPECT_EQ(test, t->recs.count, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(timer));
}

/* The oldest record of both lists sets the time. */
static void nd_f5_the_timer_is_for_the_oldest(struct kunit *test)
{
	struct solt *t = test->priv;
	unsigned int i;

	for (i = 0; i < 4; i++) {
		solt_no_timer(t);
		t->ask.lifetime = 10 * HZ;
		t->now = jiffies;
		t->ask.known = i & 1;
		solt_note(t, 1, 7, LINK_A);
		t->now += i & 2 ? HZ : 0;
		t->ask.known = !t->ask.known;
		solt_note(t, 2, 7, LINK_A);
		/* Armed by expiring, as the timer itself does it. */
		solt_real_timer(t);
		ndp_solicit_expire(&t->recs, t->now);
		KUNIT_EXPECT_TRUE(test, timer_pending(&t->recs.timer));
		KUNIT_EXPECT_EQ(test, t->recs.timer.expires,
				t->now - (i & 2 ? HZ : 0) + 10 * HZ);
		ndp_solicit_purge(&t->recs);
	}
}

/* --- the end of a prefix (ND-B4) -------------------------------------------------------------- */

static void nd_b4_purge(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record copy;
	unsigned int i;

	for (i = 1; i <= 100; i++) {
		t->ask.known = i % 2;
		solt_note(t, i, 7, LINK_A);
	}
	ndp_solicit_purge(&t->recs);
	KUNIT_EXPECT_EQ(test, t->recs.count, 0);
	KUNIT_EXPECT_FALSE(test, ndp_solicit_next(&t->recs, NULL, &copy, 0));
	KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, t->now + LIFETIME), 0);

	/* Started again, it begins at the beginning. */
	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 7, LINK_A), NDP_ASK_OTHERS);
	KUNIT_EXPECT_EQ(test, t->recs.count, 1);
	KUNIT_EXPECT_EQ(test, ndp_solicit_expire(&t->recs, t->now + LIFETIME), 1);
}

static void nd_b4_stop_refuses_new_records(struct kunit *test)
{
	struct solt *t = test->priv;

	solt_real_timer(t);
	t->now = jiffies;
	solt_note(t, 1, 7, LINK_A);
	ndp_records_stop(&t->recs);
	KUNIT_EXPECT_EQ(test, t->recs.count, 0);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t->recs.timer));

	KUNIT_EXPECT_EQ(test, solt_note(t, 1, 7, LINK_A), -ESHUTDOWN);
	KUNIT_EXPECT_EQ(test, t->recs.count, 0);
	ndp_solicit_expire(&t->recs, t->now);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t->recs.timer));
	KUNIT_EXPECT_FALSE(test, solt_take(t, 1));
}

/* --- the dump --------------------------------------------------------------------------------- */

static void dump_goes_on_after_what_is_gone(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record copy;

	solt_note(t, 10, 7, LINK_A);
	solt_note(t, 30, 7, LINK_A);
	solt_note(t, 20, 7, LINK_A);
	KUNIT_ASSERT_NOT_NULL(test, ndp_solicit_next(&t->recs, NULL, &copy, 0));
	KUNIT_EXPECT_EQ(test, solt_number(&copy.target), 10);
	solt_addr(&t->target, 15);
	KUNIT_ASSERT_NOT_NULL(test, ndp_solicit_next(&t->recs, &t->target, &copy, 0));
	KUNIT_EXPECT_EQ(test, solt_number(&copy.target), 20);
	solt_addr(&t->target, 20);
	KUNIT_ASSERT_NOT_NULL(test, ndp_solicit_next(&t->recs, &t->target, &copy, 0));
	KUNIT_EXPECT_EQ(test, solt_number(&copy.target), 30);
	solt_addr(&t->target, 30);
	KUNIT_EXPECT_FALSE(test, ndp_solicit_next(&t->recs, &t->target, &copy, 0));
}

/* A copy holds what fits, to the octet. */
static void dump_has_room_for_some(struct kunit *test)
{
	struct solt *t = test->priv;
	struct ndp_record *copy;
	unsigned int room, i;

	for (i = 0; i < 5; i++)
		solt_note(t, 1, 7 + i, LINK_A);
	for (room = 0; room <= 8; room++) {
		copy = kmalloc(struct_size(copy, solicitor, room), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		KUNIT_EXPECT_TRUE(test, ndp_solicit_next(&t->recs, NULL, copy, room) == copy);
		KUNIT_EXPECT_EQ(test, copy->n, min(room, 5U));
		for (i = 0; i < copy->n; i++)
			KUNIT_EXPECT_EQ(test, solt_number(&copy->solicitor[i].addr), 7 + i);
		kfree(copy);
	}
}

static struct kunit_case solicit_cases[] = {
	KUNIT_CASE(nd_c4_the_solicitor_is_recorded),
	KUNIT_CASE(nd_d3_every_solicitor_is_there),
	KUNIT_CASE(nd_d3_a_record_is_taken_once),
	KUNIT_CASE(nd_c4_who_asks_again_is_not_doubled),
	KUNIT_CASE(nd_e1_the_own_kernel_asks),
	KUNIT_CASE(nd_g2_a_packet_is_held),
	KUNIT_CASE(nd_c12_where_an_answer_is_awaited),
	KUNIT_CASE(nd_c4_the_tree_holds),
	KUNIT_CASE_PARAM(who_is_asked, ask_gen_params),
	KUNIT_CASE(nd_c8_many_askers_cost_one),
	KUNIT_CASE(nd_f5_records_expire),
	KUNIT_CASE(nd_f5_asking_again_keeps_a_record),
	KUNIT_CASE(nd_f5_expired_is_begun_anew),
	KUNIT_CASE(nd_f5_a_new_lifetime_counts_at_once),
	KUNIT_CASE(nd_f5_the_timer_expires_records),
	KUNIT_CASE(nd_f5_the_timer_is_for_the_oldest),
	KUNIT_CASE(nd_b4_purge),
	KUNIT_CASE(nd_b4_stop_refuses_new_records),
	KUNIT_CASE(dump_goes_on_after_what_is_gone),
	KUNIT_CASE(dump_has_room_for_some),
	{ }
};

static struct kunit_suite solicit_suite = {
	.name = "ndproxy_solicit",
	.init = solt_init,
	.exit = solt_exit,
	.test_cases = solicit_cases,
};

kunit_test_suite(solicit_suite);
