// SPDX-License-Identifier: GPL-2.0
/* What a link does about the queries and reports that it hears. Pure. */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

#define MLD_GSR_BURST		8	/* more than any querier repeats */
#define MLD_QUERIED_MAX		16384	/* recorded sources on a link; past it, answers are whole */
#define MLD_V1_BURST		1000	/* v1 answers to general queries beyond one per ms */
#define MLD_WHOLE_INTERVAL	1000	/* ms between whole answers to source-specific queries */
#define MLD_V1_STAY_MAX		600000	/* ms in v1 mode after one query, MLD-B7 */

/*
 * RFC 3810 6.2, rules 1 and 2. Of an answer that takes several packets, the first is drawn from so
 * much of the interval as one packet's share is, and the others spread behind it.
 */
static enum mld_count mld_v2_general(struct mld_proto *p, const struct mld_query *query, s64 now)
{
	s64 due = now + mld_proto_random(p, query->mrd) / mld_pass_packets(p, p->ngroups);
	struct mld_pass *pass = &p->answer;

	due = max(due, p->answer_next);
	if (pass->due != MLD_NEVER && pass->lap != MLD_LAP_WAIT)
		mld_pass_extend(p, pass, now, now + query->mrd);
	else if (p->ngroups && pass->due > due)
		mld_pass_start(p, pass, due, now + query->mrd);
	return MLD_C_QUERIES_V2;
}

/* In v1 mode the field of a v2 query is a plain number, too (RFC 2710 3.7). */
static u32 mld_query_mrd(const struct mld_proto *p, const struct mld_query *query)
{
	return p->version == 1 ? query->mrd_v1 : query->mrd;
}

static enum mld_count mld_query_count(const struct mld_query *query)
{
	return query->version == 1 ? MLD_C_QUERIES_V1 : MLD_C_QUERIES_V2;
}

/*
 * RFC 2710 4: a delay of its own, and a packet, for each group. So such queries are rationed: on
 * average they make no more than a packet per ms.
 */
static enum mld_count mld_v1_general(struct mld_proto *p, const struct mld_query *query, s64 now)
{
	struct mld_step step;
	struct rb_node *node;
	struct mld_group *g;

	if (now + MLD_V1_BURST < p->v1_next)
		return MLD_C_DROP_RATE;
	p->v1_next = max(now, p->v1_next) + p->ngroups;
	mld_proto_step(p, &step, now);
	for (node = rb_first(&p->groups); node; node = rb_next(node)) {
		g = rb_entry(node, struct mld_group, node);
		step.delay = mld_proto_random(p, mld_query_mrd(p, query));
		mld_proto_event(p, g, MLD_EV_QUERY, &step);
		mld_proto_arm(p, g);
	}
	return mld_query_count(query);
}

/* MLD-C6: may a source-specific query be answered? Tokens come back one per gsr_delay. */
static bool mld_gsr_allowed(const struct mld_proto *p, struct mld_group *g, s64 now)
{
	u32 seconds = div_u64(now, 1000), fresh;

	if (p->gsr_delay < 0)
		return true;
	fresh = p->gsr_delay ? (seconds - g->gsr_stamp) / p->gsr_delay : MLD_GSR_BURST;
	if (!g->gsr_stamp || g->gsr_tokens + fresh >= MLD_GSR_BURST) {
		g->gsr_tokens = MLD_GSR_BURST;
		g->gsr_stamp = max(seconds, 1U);
	} else {
		g->gsr_tokens += fresh;
		g->gsr_stamp += fresh * p->gsr_delay;
	}
	if (!g->gsr_tokens)
		return false;
	g->gsr_tokens--;
	return true;
}

/*
 * Beyond the limit of source-specific answers the whole filter is told instead, once a second, so
 * that queries never mute a group (MLD-C6).
 *
 * Return: ms from now until the answer is due, at most MLD_WHOLE_INTERVAL.
 */
static u32 mld_whole_delay(struct mld_proto *p, struct mld_group *g, u32 mrd, s64 now)
{
	s32 wait = g->whole_next - (u32)now;
	u32 delay;

	/* One is due already. */
	if (wait > MLD_WHOLE_INTERVAL && wait <= 2 * MLD_WHOLE_INTERVAL)
		return wait - MLD_WHOLE_INTERVAL;
	/* The last one was long ago, or there was none. */
	if (wait < 0 || wait > MLD_WHOLE_INTERVAL)
		wait = 0;
	delay = max_t(u32, mld_proto_random(p, min_t(u32, mrd, MLD_WHOLE_INTERVAL)), wait);
	g->whole_next = (u32)now + delay + MLD_WHOLE_INTERVAL;
	return delay;
}

/* RFC 3810 6.2, rule 1: will a general answer that waits tell this group soon enough? */
static bool mld_answer_covers(const struct mld_proto *p, s64 due, s64 latest)
{
	const struct mld_pass *pass = &p->answer;

	return pass->due <= due && pass->lap == MLD_LAP_WAIT &&
	       (pass->deadline <= latest || mld_pass_packets(p, p->ngroups) == 1);
}

static enum mld_count mld_specific(struct mld_proto *p, const struct mld_query *query, s64 now)
{
	struct mld_group *g = mld_proto_group(p, &query->group);
	u32 mrd = mld_query_mrd(p, query);
	enum mld_event event = MLD_EV_QUERY;
	struct mld_step step;
	bool whole;

	if (!g || !mld_filter_wanted(&g->filter))
		return MLD_C_NOT_JOINED;
	whole = query->kind == MLD_MASSQ && !mld_gsr_allowed(p, g, now);
	mld_proto_step(p, &step, now);
	step.delay = whole ? mld_whole_delay(p, g, mrd, now) : mld_proto_random(p, mrd);
	if (p->version == 2 && mld_answer_covers(p, now + step.delay, now + mrd))
		return mld_query_count(query);
	if (!whole && query->kind == MLD_MASSQ &&
	    p->nqueried + query->nsources <= MLD_QUERIED_MAX) {
		event = MLD_EV_SOURCE_QUERY;
		step.sources = query->sources;
		step.nsources = query->nsources;
	}
	mld_proto_event(p, g, event, &step);
	mld_proto_arm(p, g);
	return whole ? MLD_C_DROP_RATE : mld_query_count(query);
}

/*
 * RFC 3810 8.2.1, 9.12: any v1 query starts the timeout of the older querier anew; RFC 9777 8.2.1
 * speaks of general queries only, but deployed listeners turn on any. What a v2 querier announced
 * for days must not make one forged v1 query last as long: a v1 querier that is there shows its own
 * pace (a stated deviation).
 */
static void mld_v1_seen(struct mld_proto *p, s64 now)
{
	s64 stay = (s64)p->rv * p->qi * 1000 + p->qri, most = MLD_V1_STAY_MAX;

	if (p->version_mode != MLD_VERSION_AUTO)
		return;
	if (p->v1_heard != MLD_NEVER)
		most = max(most, 2 * (now - p->v1_heard));
	p->v1_heard = now;
	p->v1_until = now + min(stay, most);
	mld_proto_turn(p, 1, now);
}

/* What a query teaches of the querier (RFC 3810 9.1 to 9.3). */
static void mld_learn(struct mld_proto *p, const struct mld_query *query, s64 now)
{
	if (query->kind == MLD_GQ)
		p->qri = mld_query_mrd(p, query);
	if (query->version == 1) {
		mld_v1_seen(p, now);
		return;
	}
	p->rv = query->qrv ?: p->rv_set;
	p->qi = query->qqi;
}

/* RFC 3810 5.1.15: was it sent to an address that the link listens to? */
static bool mld_query_fits(const struct mld_proto *p, const struct mld_query *query)
{
	const struct mld_group *g;

	if (ipv6_addr_any(&query->via))
		return true;
	g = mld_proto_group(p, &query->via);
	return g && mld_filter_wanted(&g->filter);
}

/**
 * mld_proto_query() - act on a valid query (RFC 3810 6.2, 8.2; RFC 2710 4)
 * @p: the link's protocol
 * @query: from mld_query_parse()
 * @now: ms
 *
 * Context: Process context, may sleep; the link's lock is held.
 * Return: MLD_C_QUERIES_V1 or _V2 if it is acted on, else under what it was counted instead or as
 *	well.
 */
enum mld_count mld_proto_query(struct mld_proto *p, const struct mld_query *query, s64 now)
{
	enum mld_count verdict;

	if (query->version == 1 && p->version_mode == MLD_VERSION_2) {
		p->count[MLD_C_DROP_VERSION]++;
		return MLD_C_DROP_VERSION;
	}
	if (!mld_query_fits(p, query)) {
		p->count[MLD_C_DROP_DESTINATION]++;
		return MLD_C_DROP_DESTINATION;
	}
	p->count[mld_query_count(query)]++;
	/* Somebody speaks on the link, so it is there (MLD-A10). */
	mld_proto_wake(p, now);
	mld_learn(p, query, now);
	if (query->kind != MLD_GQ)
		verdict = mld_specific(p, query, now);
	else if (p->version == 1)
		verdict = mld_v1_general(p, query, now);
	else
		verdict = mld_v2_general(p, query, now);
	if (verdict != mld_query_count(query))
		p->count[verdict]++;
	return verdict;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_query);

/**
 * mld_proto_heard() - another listener sent a v1 report (RFC 2710 4)
 * @p: the link's protocol
 * @group: what it reported
 * @now: ms
 *
 * In v2 mode it suppresses nothing (RFC 3810 8.2.2).
 */
void mld_proto_heard(struct mld_proto *p, const struct in6_addr *group, s64 now)
{
	struct mld_group *g = mld_proto_group(p, group);
	struct mld_step step;

	p->count[MLD_C_REPORTS_V1_IN]++;
	if (!g)
		return;
	mld_proto_step(p, &step, now);
	mld_proto_event(p, g, MLD_EV_HEARD, &step);
	mld_proto_arm(p, g);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_heard);

