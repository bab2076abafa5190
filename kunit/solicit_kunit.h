/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Solicitation records under test. The clock is a number of the test's own; the timer, which knows
 * the real one, stays away unless a test wants it.
 */
#ifndef SOLICIT_KUNIT_H
#define SOLICIT_KUNIT_H

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../ndproxy/ndproxy.h"

#define LINK_A		3
#define LINK_B		4
#define LINK_C		5
#define LIFETIME	(5 * HZ)

/**
 * struct solt - a set of records under test
 * @recs: the records
 * @ask: what the next solicitation is noted with
 * @target: of @ask
 * @from: of @ask
 * @now: the test's clock, jiffies
 */
struct solt {
	struct ndp_records recs;
	struct ndp_ask ask;
	struct in6_addr target;
	struct in6_addr from;
	unsigned long now;
};

/* Times at which a clock of jiffies may behave unlike others. */
#define SOLT_TIMES	7

static inline unsigned long solt_times(unsigned int i)
{
	const unsigned long times[SOLT_TIMES] = {
		jiffies, 0, 1, -1UL, -HZ / 2, LONG_MAX, (unsigned long)LONG_MAX - HZ / 2,
	};

	return times[i];
}

/* A pending timer is not armed again. */
static inline void solt_no_timer(struct solt *t)
{
	mod_timer(&t->recs.timer, jiffies + 3600 * HZ);
}

static inline void solt_real_timer(struct solt *t)
{
	timer_delete(&t->recs.timer);
}

static inline int solt_init(struct kunit *test)
{
	struct solt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	ndp_records_init(&t->recs, NULL);
	solt_no_timer(t);
	t->now = jiffies;
	t->ask.lifetime = LIFETIME;
	t->ask.retrans = HZ;
	t->ask.max_targets = 4096;
	t->ask.max_solicitors = 8;
	test->priv = t;
	return 0;
}

static inline void solt_exit(struct kunit *test)
{
	struct solt *t = test->priv;

	if (t)
		ndp_records_stop(&t->recs);
}

/* 2001:db8:1::@n */
static inline void solt_addr(struct in6_addr *addr, u32 n)
{
	ipv6_addr_set(addr, htonl(0x20010db8), htonl(0x10000), 0, htonl(n));
}

static inline u32 solt_number(const struct in6_addr *addr)
{
	return ntohl(addr->s6_addr32[3]);
}

#define ROUTER		0x80000000U	/* of a number: fe80::n */

/* @from asks for @target on a link; 0: this router's own kernel does. */
static inline int solt_note(struct solt *t, u32 target, u32 from, int ifindex)
{
	solt_addr(&t->target, target);
	solt_addr(&t->from, from);
	if (from & ROUTER)
		t->from.s6_addr32[0] = htonl(0xfe800000);
	t->ask.target = &t->target;
	t->ask.from = from ? &t->from : NULL;
	t->ask.ifindex = ifindex;
	t->ask.now = t->now;
	return ndp_solicit_note(&t->recs, &t->ask);
}

static inline struct ndp_record *solt_take(struct solt *t, u32 target)
{
	solt_addr(&t->target, target);
	return ndp_solicit_take(&t->recs, &t->target);
}

static inline bool solt_has(struct solt *t, u32 target)
{
	struct ndp_record copy;
	struct in6_addr before;

	solt_addr(&before, target - 1);
	return ndp_solicit_next(&t->recs, &before, &copy, 0) &&
	       solt_number(&copy.target) == target;
}

#endif
