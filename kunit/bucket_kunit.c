// SPDX-License-Identifier: GPL-2.0
/* ndp_bucket_take() of ndproxy/link.c: the rates of section I */

#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/spinlock.h>

#include "../ndproxy/ndproxy.h"

static int bucket_init(struct kunit *test)
{
	struct ndp_bucket *bucket = kunit_kzalloc(test, sizeof(*bucket), GFP_KERNEL);

	if (!bucket)
		return -ENOMEM;
	spin_lock_init(&bucket->lock);
	test->priv = bucket;
	return 0;
}

static void bucket_reset(struct ndp_bucket *bucket)
{
	bucket->tokens = 0;
	bucket->last = 0;
}

/* How many it gives at one time; at most @max, for nothing may give without end. */
static unsigned int bucket_drain(struct ndp_bucket *bucket, u32 rate, u32 burst, unsigned long now,
				 unsigned int max)
{
	unsigned int n = 0;

	while (n < max && ndp_bucket_take(bucket, rate, burst, now))
		n++;
	return n;
}

struct rate_case {
	const char *desc;
	u32 rate;
	u32 burst;
};

static const struct rate_case rate_cases[] = {
	{ "ND-I solicitations, the default", 1000, 1000 },
	{ "ND-I multicast advertisements, the default", 100, 100 },
	{ "ND-I the least", 1, 1 },
	{ "ND-I a burst of one", 1000, 1 },
	{ "ND-I a burst much higher than the rate", 1, 1000 },
	{ "ND-I a rate much higher than the burst", 1000000, 20 },
	{ "ND-I no whole number a jiffy", 333, 7 },
	{ "ND-I a high rate", 20000, 400 },
};

static void rate_desc(const struct rate_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(rate, rate_cases, rate_desc);

/* Times around which a clock of jiffies wraps, or is signed otherwise. */
#define TIMES	6

static unsigned long bucket_time(unsigned int i)
{
	const unsigned long times[TIMES] = {
		jiffies, 0, 1, -1UL, -HZ / 2, (unsigned long)LONG_MAX - HZ / 2,
	};

	return times[i];
}

/* At once: the burst; a second later: what the rate gives, and no more than the burst. */
static void burst_then_rate(struct kunit *test)
{
	const struct rate_case *c = test->param_value;
	struct ndp_bucket *bucket = test->priv;
	u32 second = min(c->rate, c->burst);
	unsigned int i;

	for (i = 0; i < TIMES; i++) {
		unsigned long now = bucket_time(i);

		bucket_reset(bucket);
		KUNIT_EXPECT_EQ(test, bucket_drain(bucket, c->rate, c->burst, now, c->burst + 9),
				c->burst);
		KUNIT_EXPECT_FALSE(test, ndp_bucket_take(bucket, c->rate, c->burst, now));
		now += HZ;
		/* A bucket that was asked at jiffy 0 remembers jiffy 1. */
		if (now == HZ)
			now++;
		KUNIT_EXPECT_EQ(test, bucket_drain(bucket, c->rate, c->burst, now, c->burst + 9),
				second);
		KUNIT_EXPECT_FALSE(test, ndp_bucket_take(bucket, c->rate, c->burst, now));
	}
}

/* Ten seconds of trying in every jiffy, refusals included: the burst and ten times the rate. */
static void rate_holds_for_long(struct kunit *test)
{
	const struct rate_case *c = test->param_value;
	u64 most = c->burst + min_t(u64, (u64)c->rate * 10, (u64)c->burst * HZ * 10);
	/* Each jiffy may round off less than a thousandth; jiffy 0, on the way, counts as 1. */
	u64 lost = min_t(u64, c->burst, DIV_ROUND_UP(c->rate, HZ)) +
		   (c->rate * 1000 % HZ ? DIV_ROUND_UP(HZ * 10, 1000) : 0);
	struct ndp_bucket *bucket = test->priv;
	unsigned long now = -3 * HZ;
	u64 given = 0;
	unsigned int i;

	for (i = 0; i <= 10 * HZ; i++)
		given += bucket_drain(bucket, c->rate, c->burst, now + i, c->burst + 9);
	KUNIT_EXPECT_LE(test, given, most);
	KUNIT_EXPECT_GE(test, given + lost, most);
}

struct pause_case {
	const char *desc;
	unsigned long pause;
};

static const struct pause_case pause_cases[] = {
	{ "ND-I 59 s", 59 * HZ },
	{ "ND-I 60 s less a jiffy", 60 * HZ - 1 },
	{ "ND-I 60 s", 60 * HZ },
	{ "ND-I an hour", 3600UL * HZ },
	{ "ND-I half of the clock less a jiffy", LONG_MAX - 1UL },
	{ "ND-I half of the clock", LONG_MAX },
	{ "ND-I half of the clock and a jiffy", LONG_MAX + 1UL },
	{ "ND-I all of the clock less a minute", -60UL * HZ },
};

static void pause_desc(const struct pause_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(pause, pause_cases, pause_desc);

/* However long nothing was sent, one burst is what may be sent. */
static void a_pause_gives_one_burst(struct kunit *test)
{
	const struct pause_case *c = test->param_value;
	struct ndp_bucket *bucket = test->priv;
	unsigned int i;

	for (i = 0; i < TIMES; i++) {
		unsigned long now = bucket_time(i);

		bucket_reset(bucket);
		bucket_drain(bucket, 100, 50, now, 99);
		now += c->pause;
		KUNIT_EXPECT_EQ(test, bucket_drain(bucket, 100, 50, now, 99), 50);
		KUNIT_EXPECT_FALSE(test, ndp_bucket_take(bucket, 100, 50, now));
		KUNIT_EXPECT_EQ(test, bucket_drain(bucket, 100, 50, now + HZ / 10, 99), 10);
	}
}

/* Processors read the clock before they wait for the lock: one may come with an earlier jiffy. */
static void an_earlier_jiffy_gives_nothing(struct kunit *test)
{
	struct ndp_bucket *bucket = test->priv;
	unsigned int i, behind;

	for (i = 0; i < TIMES; i++) {
		for (behind = 1; behind < 4; behind++) {
			unsigned long now = bucket_time(i) + 1;

			bucket_reset(bucket);
			bucket_drain(bucket, 1000, 10, now, 99);
			KUNIT_EXPECT_FALSE(test, ndp_bucket_take(bucket, 1000, 10, now - behind));
			KUNIT_EXPECT_FALSE(test, ndp_bucket_take(bucket, 1000, 10, now));
		}
	}
}

/* One message a second: not a jiffy earlier, and asking in vain does not put it off. */
static void refusals_cost_nothing(struct kunit *test)
{
	struct ndp_bucket *bucket = test->priv;
	unsigned long now = jiffies;
	unsigned int i, last = 0;

	if (1000 % HZ)
		kunit_skip(test, "a jiffy is no whole number of thousandths");
	KUNIT_EXPECT_TRUE(test, ndp_bucket_take(bucket, 1, 1, now));
	for (i = 1; i <= 3 * HZ; i++) {
		if (!ndp_bucket_take(bucket, 1, 1, now + i))
			continue;
		KUNIT_EXPECT_EQ(test, i - last, HZ);
		last = i;
	}
	KUNIT_EXPECT_EQ(test, last, 3 * HZ);
}

/* Limits may change between two messages. */
static void a_lower_burst_counts_at_once(struct kunit *test)
{
	struct ndp_bucket *bucket = test->priv;
	unsigned long now = jiffies;

	KUNIT_EXPECT_TRUE(test, ndp_bucket_take(bucket, 1000, 1000, now));
	KUNIT_EXPECT_EQ(test, bucket_drain(bucket, 1000, 5, now, 99), 5);
	KUNIT_EXPECT_EQ(test, bucket_drain(bucket, 1000, 20, now + 60 * HZ - 1, 99), 20);
}

static struct kunit_case bucket_cases[] = {
	KUNIT_CASE_PARAM(burst_then_rate, rate_gen_params),
	KUNIT_CASE_PARAM(rate_holds_for_long, rate_gen_params),
	KUNIT_CASE_PARAM(a_pause_gives_one_burst, pause_gen_params),
	KUNIT_CASE(an_earlier_jiffy_gives_nothing),
	KUNIT_CASE(refusals_cost_nothing),
	KUNIT_CASE(a_lower_burst_counts_at_once),
	{ }
};

static struct kunit_suite bucket_suite = {
	.name = "ndproxy_bucket",
	.init = bucket_init,
	.test_cases = bucket_cases,
};

kunit_test_suite(bucket_suite);
