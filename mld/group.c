// SPDX-License-Identifier: GPL-2.0
/*
 * The state machine of a group on a link. Pure.
 *
 * Each version of the protocol has a table (state, event) -> handler; an empty cell means that the
 * event says nothing in that state. A handler changes the group's times and counters and may write
 * records; the next state follows from these (mld_group_settle()), so a state and what it stands
 * for cannot disagree.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

static const char *const mld_state_names[MLD_NR_STATES] = {
	[MLD_NOT_MEMBER] = "not-member",
	[MLD_SILENT] = "silent",
	[MLD_REPORTING] = "reporting",
	[MLD_IDLE] = "idle",
	[MLD_LAZY] = "lazy",
	[MLD_SLEEPING] = "sleeping",
	[MLD_AWAKENING] = "awakening",
	[MLD_G_QUERY_PENDING] = "group-query-pending",
	[MLD_SG_QUERY_PENDING] = "source-query-pending",
	[MLD_LEAVING] = "leaving",
};

/**
 * mld_state_name() - what a state is called in output
 * @state: the state
 *
 * Return: its name.
 */
const char *mld_state_name(enum mld_state state)
{
	return state < MLD_NR_STATES ? mld_state_names[state] : "unknown";
}
EXPORT_SYMBOL_IF_KUNIT(mld_state_name);

/**
 * mld_group_change_soon() - have a change told
 * @g: the group
 * @step: its window, or the delay that the listener allows
 *
 * RFC 3810 6.1: "A change of per-interface state causes the node to immediately transmit a State
 * Change Report." At once means at the end of the link's window of changes, so that changes made
 * together share a packet; a listener may allow its own change to wait, but a time that is sooner
 * stays.
 */
void mld_group_change_soon(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = min(g->change_due, step->delay ? step->now + step->delay : step->window);
}

/**
 * mld_group_answer_soon() - have a query answered, not later than one before it
 * @g: the group
 * @step: the delay drawn for it
 */
void mld_group_answer_soon(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = min(g->answer_due, step->now + step->delay);
}

/*
 * RFC 3810 6.1 and 6.3 (4), contents of a state-change report:
 *   Filter Mode Retransmission Counter > 0:
 *     INCLUDE   TO_IN, all in the current state that must be forwarded
 *     EXCLUDE   TO_EX, all in the current state that must be blocked
 *   else        ALLOW and BLOCK of the sources with retransmission state
 * and "[Robustness Variable] - 1 retransmissions at intervals chosen at random from (0,
 * [Unsolicited Report Interval])".
 */
static void mld_tell(struct mld_group *g, const struct mld_step *step)
{
	struct mld_filter *f = &g->filter;

	if (!f->mode_retrans)
		mld_report_delta(step->out, &g->addr, f);
	else if (mld_filter_mode(f) == MLD_EXCLUDE)
		mld_report_record(step->out, &g->addr, MLD_TO_EX, f, MLD_SEL_LIST);
	else
		mld_report_record(step->out, &g->addr, MLD_TO_IN, f, MLD_SEL_LIST);
	mld_filter_sent(f);
	g->lazy = false;
	g->retrans_due = mld_filter_retrans(f) ? step->retrans : MLD_NEVER;
}

/* Version 2 */

/* RFC 3810 6.1, the per-interface state changed and still is one: see mld_group_change_soon(). */
static void mld_v2_change(struct mld_group *g, const struct mld_step *step)
{
	mld_group_change_soon(g, step);
}

/*
 * RFC 3810 6.1, INCLUDE (A) -> none: BLOCK (A); EXCLUDE (A) -> none: TO_IN (). 6.3 (2), (3): a
 * query is answered "if, and only if, the interface has listening state", so what was pending falls
 * away.
 */
static void mld_v2_leave(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	mld_filter_unquery(&g->filter);
	mld_group_change_soon(g, step);
}

/*
 * A change was taken back before it was told, or was none for the link: no difference, nothing to
 * say (6.1).
 */
static void mld_v2_same(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	if (mld_filter_wanted(&g->filter))
		return;
	g->answer_due = MLD_NEVER;
	mld_filter_unquery(&g->filter);
}

/*
 * RFC 3810 6.1: the difference between the state told last and the current one is merged with what
 * is pending, and "the transmission of the merged State Change Report ... becomes the first of
 * [Robustness Variable] transmissions".
 */
static void mld_v2_change_due(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	if (mld_filter_commit(&g->filter, step->rv))
		mld_tell(g, step);
}

/*
 * RFC 3810 6.3 (4): a retransmission timer expired. The records speak of the current state, so a
 * change that waits is told by them, and counts as told.
 */
static void mld_v2_retrans_due(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	mld_filter_commit(&g->filter, step->rv);
	mld_tell(g, step);
}

/*
 * RFC 3810 6.2, rules 3 and 4, Multicast Address Specific Query: schedule a report; of a pending
 * one, "the multicast address source list is cleared and a single response is scheduled ... at the
 * earliest of the remaining time for the pending report and the selected delay".
 */
static void mld_v2_query(struct mld_group *g, const struct mld_step *step)
{
	mld_filter_unquery(&g->filter);
	mld_group_answer_soon(g, step);
}

/*
 * RFC 3810 6.2, rules 3 and 5, Multicast Address and Source Specific Query: record or augment the
 * source list, earliest of the two times. A list that cannot be kept is answered with the whole
 * filter, which says all that was asked and more.
 */
static void mld_v2_source_query(struct mld_group *g, const struct mld_step *step)
{
	mld_filter_query(&g->filter, step->sources, step->nsources);
	mld_group_answer_soon(g, step);
}

/* RFC 3810 6.2, rule 4: the recorded list is empty since all is to be reported, and stays so. */
static void mld_v2_source_query_whole(struct mld_group *g, const struct mld_step *step)
{
	mld_group_answer_soon(g, step);
}

/*
 * An answer must not run ahead of a change that waits: if the change were taken back then, routers
 * would go on believing the answer, and nothing would be pending to tell them. So the change is
 * told first, and in a packet before: routers may take the records of one packet in any order.
 */
static void mld_tell_waiting(struct mld_group *g, const struct mld_step *step)
{
	if (g->change_due == MLD_NEVER)
		return;
	mld_v2_change_due(g, step);
	mld_report_flush(step->out);
}

/*
 * RFC 3810 6.3 (1): one current-state record with the filter mode and the source list, whatever
 * they are by now.
 */
static void mld_v2_general(struct mld_group *g, const struct mld_step *step)
{
	bool exclude = mld_filter_mode(&g->filter) == MLD_EXCLUDE;

	mld_tell_waiting(g, step);
	mld_report_record(step->out, &g->addr, exclude ? MLD_IS_EX : MLD_IS_IN, &g->filter,
			  MLD_SEL_LIST);
	g->lazy = false;
}

/* RFC 3810 6.3 (2): the same for one group. */
static void mld_v2_answer(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	mld_filter_unquery(&g->filter);
	mld_v2_general(g, step);
}

/*
 * RFC 3810 6.3 (3):  INCLUDE (A), asked for B: IS_IN (A*B)
 *                    EXCLUDE (A), asked for B: IS_IN (B-A)
 * "If the resulting Current State Record has an empty set of source addresses, then no response is
 * sent."
 */
static void mld_v2_source_answer(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	mld_tell_waiting(g, step);
	if (mld_filter_first(&g->filter, MLD_SEL_QUERIED))
		mld_report_record(step->out, &g->addr, MLD_IS_IN, &g->filter, MLD_SEL_QUERIED);
	mld_filter_unquery(&g->filter);
}

/*
 * RFC 3810 8.2.1, the timeout of the older querier is over: the v1 delay is void. A Done that waits
 * goes out first, since a v2 router takes it as a leave too and nothing else would tell it. Joins
 * that wait are told as v2.
 */
static void mld_v2_version(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	if (g->change_due == MLD_NEVER || mld_filter_wanted(&g->filter))
		return;
	g->change_due = MLD_NEVER;
	mld_report_v1(step->out, MLD_TYPE_DONE, &g->addr);
	mld_filter_commit(&g->filter, 0);
}

/*
 * The same while the link sleeps, when no Done can leave: the leave stays a change, which is told
 * when the link is back.
 */
static void mld_v2_version_asleep(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
}

/*
 * RFC 3810 5.2.13: the same records as for a listening that has just begun. A change that waits for
 * its first report speaks for itself. What is under retransmission is told along, and counts as
 * told; what is left of it waits for the next round, so that nothing is told more often than RV
 * times.
 */
static void mld_v2_refresh(struct mld_group *g, const struct mld_step *step)
{
	struct mld_filter *f = &g->filter;

	if (g->change_due != MLD_NEVER)
		return;
	if (mld_filter_mode(f) == MLD_EXCLUDE)
		mld_report_record(step->out, &g->addr, MLD_TO_EX, f, MLD_SEL_LIST);
	else if (f->mode_retrans)
		mld_report_record(step->out, &g->addr, MLD_TO_IN, f, MLD_SEL_LIST);
	else
		mld_report_afresh(step->out, &g->addr, f);
	mld_filter_sent(f);
	if (step->rounds > 1 || !mld_filter_retrans(f))
		g->retrans_due = MLD_NEVER;
	else
		g->retrans_due = min(g->retrans_due, step->retrans);
}

/* A link that came back (MLD-A10): what changed while it slept is told by the same records. */
static void mld_v2_awaken(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	mld_filter_commit(&g->filter, step->rv);
	mld_v2_refresh(g, step);
}

/**
 * mld_group_await_refresh() - what fell due while the link slept is told with all the rest
 * @g: the group
 * @step: the round of reports that will come to it
 */
void mld_group_await_refresh(struct mld_group *g, const struct mld_step *step)
{
	s64 later = max(step->refreshed, step->now + MLD_WINDOW);

	if (g->change_due <= step->now)
		g->change_due = later;
	if (g->retrans_due <= step->now)
		g->retrans_due = later;
}

static const struct mld_row mld_v2_not_member = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_SAME] = mld_v2_same,
} };

static const struct mld_row mld_v2_listening = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_QUERY] = mld_v2_query,
	[MLD_EV_SOURCE_QUERY] = mld_v2_source_query,
	[MLD_EV_CHANGE_DUE] = mld_v2_change_due,
	[MLD_EV_RETRANS_DUE] = mld_v2_retrans_due,
	[MLD_EV_GENERAL] = mld_v2_general,
	[MLD_EV_VERSION] = mld_v2_version,
	[MLD_EV_REFRESH] = mld_v2_refresh,
} };

static const struct mld_row mld_v2_sleeping = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_VERSION] = mld_v2_version_asleep,
} };

/* Until the group has been reported afresh, every answer is a whole one. */
static const struct mld_row mld_v2_awakening = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_QUERY] = mld_v2_query,
	[MLD_EV_SOURCE_QUERY] = mld_v2_query,
	[MLD_EV_CHANGE_DUE] = mld_group_await_refresh,
	[MLD_EV_RETRANS_DUE] = mld_group_await_refresh,
	[MLD_EV_ANSWER_DUE] = mld_v2_answer,
	[MLD_EV_GENERAL] = mld_v2_general,
	[MLD_EV_VERSION] = mld_v2_version,
	[MLD_EV_REFRESH] = mld_v2_awaken,
} };

static const struct mld_row mld_v2_g_query_pending = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_QUERY] = mld_v2_query,
	[MLD_EV_SOURCE_QUERY] = mld_v2_source_query_whole,
	[MLD_EV_CHANGE_DUE] = mld_v2_change_due,
	[MLD_EV_RETRANS_DUE] = mld_v2_retrans_due,
	[MLD_EV_ANSWER_DUE] = mld_v2_answer,
	[MLD_EV_GENERAL] = mld_v2_general,
	[MLD_EV_VERSION] = mld_v2_version,
	[MLD_EV_REFRESH] = mld_v2_refresh,
} };

static const struct mld_row mld_v2_sg_query_pending = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_QUERY] = mld_v2_query,
	[MLD_EV_SOURCE_QUERY] = mld_v2_source_query,
	[MLD_EV_CHANGE_DUE] = mld_v2_change_due,
	[MLD_EV_RETRANS_DUE] = mld_v2_retrans_due,
	[MLD_EV_ANSWER_DUE] = mld_v2_source_answer,
	[MLD_EV_GENERAL] = mld_v2_general,
	[MLD_EV_VERSION] = mld_v2_version,
	[MLD_EV_REFRESH] = mld_v2_refresh,
} };

static const struct mld_row mld_v2_leaving = { {
	[MLD_EV_CHANGE] = mld_v2_change,
	[MLD_EV_LEAVE] = mld_v2_leave,
	[MLD_EV_SAME] = mld_v2_same,
	[MLD_EV_CHANGE_DUE] = mld_v2_change_due,
	[MLD_EV_RETRANS_DUE] = mld_v2_retrans_due,
	[MLD_EV_VERSION] = mld_v2_version,
} };

/* Silent hears of nothing; there is no lazy in v2, see mld_group_state(). */
static const struct mld_row *const mld_v2_table[MLD_NR_STATES] = {
	[MLD_NOT_MEMBER] = &mld_v2_not_member,
	[MLD_REPORTING] = &mld_v2_listening,
	[MLD_IDLE] = &mld_v2_listening,
	[MLD_SLEEPING] = &mld_v2_sleeping,
	[MLD_AWAKENING] = &mld_v2_awakening,
	[MLD_G_QUERY_PENDING] = &mld_v2_g_query_pending,
	[MLD_SG_QUERY_PENDING] = &mld_v2_sg_query_pending,
	[MLD_LEAVING] = &mld_v2_leaving,
};

static mld_handler *mld_handler_of(enum mld_state state, enum mld_event event, u8 version)
{
	const struct mld_row *row = version == 1 ? mld_v1_table[state] : mld_v2_table[state];

	return row ? row->on[event] : NULL;
}

/* The state that the group's times and filter stand for. */
static enum mld_state mld_group_settle(const struct mld_group *g, u8 version)
{
	bool change = g->change_due != MLD_NEVER || g->retrans_due != MLD_NEVER;
	bool answer = g->answer_due != MLD_NEVER;

	if (!mld_filter_wanted(&g->filter))
		return change ? MLD_LEAVING : MLD_NOT_MEMBER;
	if (version == 1 && (change || answer))
		return MLD_REPORTING;
	if (version == 1)
		return g->lazy ? MLD_LAZY : MLD_IDLE;
	if (answer)
		return g->filter.nqueried ? MLD_SG_QUERY_PENDING : MLD_G_QUERY_PENDING;
	return change ? MLD_REPORTING : MLD_IDLE;
}

/**
 * mld_group_init() - a group that nobody listens to yet
 * @g: the group
 * @addr: its address
 * @silent: it is never to be reported
 */
void mld_group_init(struct mld_group *g, const struct in6_addr *addr, bool silent)
{
	memset(g, 0, sizeof(*g));
	timerqueue_init(&g->timer);
	g->timer.expires = MLD_NEVER;
	g->addr = *addr;
	mld_filter_init(&g->filter);
	g->change_due = MLD_NEVER;
	g->retrans_due = MLD_NEVER;
	g->answer_due = MLD_NEVER;
	g->state = silent ? MLD_SILENT : MLD_NOT_MEMBER;
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_init);

/**
 * mld_group_silence() - a group's link stops or begins to do multicast (MLD-A2)
 * @g: the group
 * @silent: nothing is told of it from now on
 *
 * Whatever was told before is void: with @silent false, the caller goes on as with a change.
 */
void mld_group_silence(struct mld_group *g, bool silent)
{
	mld_filter_forget(&g->filter);
	mld_filter_untell(&g->filter);
	g->change_due = MLD_NEVER;
	g->retrans_due = MLD_NEVER;
	g->answer_due = MLD_NEVER;
	g->lazy = false;
	g->state = silent ? MLD_SILENT : MLD_NOT_MEMBER;
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_silence);

/**
 * mld_group_state() - the state of a group as its link sees it
 * @g: the group
 * @step: the link's present; @version, @asleep and @waking are read
 *
 * Return: SLEEPING or AWAKENING if the link is, and the group has something to report; else its own
 *	state.
 */
enum mld_state mld_group_state(const struct mld_group *g, const struct mld_step *step)
{
	if (g->state == MLD_SILENT)
		return MLD_SILENT;
	if (step->asleep)
		return MLD_SLEEPING;
	if (step->waking && mld_filter_wanted(&g->filter))
		return MLD_AWAKENING;
	/*
	 * Nobody visits a group because the link has changed its version; what v1 called lazy is
	 * idle then.
	 */
	if (g->state == MLD_LAZY && step->version == 2)
		return MLD_IDLE;
	return g->state;
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_state);

/**
 * mld_group_handles() - does an event say anything in a state?
 * @state: the state
 * @event: the event
 * @version: 1 or 2
 *
 * Return: true if the table has a handler for it.
 */
bool mld_group_handles(enum mld_state state, enum mld_event event, u8 version)
{
	return mld_handler_of(state, event, version);
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_handles);

/**
 * mld_group_changed() - what a change of the listeners means
 * @g: the group, its filter changed already
 *
 * Return: MLD_EV_CHANGE, MLD_EV_LEAVE or MLD_EV_SAME.
 */
enum mld_event mld_group_changed(const struct mld_group *g)
{
	if (!mld_filter_changed(&g->filter))
		return MLD_EV_SAME;
	return mld_filter_wanted(&g->filter) ? MLD_EV_CHANGE : MLD_EV_LEAVE;
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_changed);

/**
 * mld_group_event() - let something happen to a group
 * @g: the group
 * @event: what happens
 * @step: time, randomness, the link's values, output
 *
 * Context: Process context, may sleep; the link's lock is held.
 */
void mld_group_event(struct mld_group *g, enum mld_event event, const struct mld_step *step)
{
	mld_handler *handler = mld_handler_of(mld_group_state(g, step), event, step->version);

	if (!handler)
		return;
	handler(g, step);
	g->state = mld_group_settle(g, step->version);
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_event);

/**
 * mld_group_next() - when a group wants to be called next
 * @g: the group
 *
 * Return: ms, or MLD_NEVER.
 */
s64 mld_group_next(const struct mld_group *g)
{
	return min3(g->change_due, g->retrans_due, g->answer_due);
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_next);

/**
 * mld_group_unused() - may a group be freed?
 * @g: the group
 *
 * Return: true if nobody listens and nothing is left to tell.
 */
bool mld_group_unused(const struct mld_group *g)
{
	return hlist_empty(&g->filter.listeners) && mld_group_next(g) == MLD_NEVER;
}
EXPORT_SYMBOL_IF_KUNIT(mld_group_unused);
