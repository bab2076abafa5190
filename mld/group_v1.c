// SPDX-License-Identifier: GPL-2.0
/* A group on a link in version 1 (RFC 2710 5): see group.c. Pure. */

#include <linux/kernel.h>
#include <linux/minmax.h>

#include "mld_priv.h"

/*
 * RFC 2710 5, Non-Listener, "start listening": send report, set flag, start timer; later changes of
 * the filter are none, since v1 knows no sources. A listener that allows its report to wait lets it
 * wait for the random delay as well.
 */
static void mld_v1_change(struct mld_group *g, const struct mld_step *step)
{
	if (mld_filter_told(&g->filter)) {
		g->change_due = MLD_NEVER;
		mld_filter_commit(&g->filter, 0);
	} else if (step->delay) {
		g->change_due = min(g->change_due, step->now + max(step->delay, step->v1_delay));
	} else {
		mld_group_change_soon(g, step);
	}
}

/*
 * RFC 2710 5, "stop listening": stop timer, send done if flag set. The Done shares the window of
 * changes.
 */
static void mld_v1_leave(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	if (g->lazy) {
		g->change_due = MLD_NEVER;
		mld_filter_commit(&g->filter, 0);
	} else {
		g->change_due = step->window;
	}
}

static void mld_v1_same(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	if (!mld_filter_wanted(&g->filter))
		g->answer_due = MLD_NEVER;
}

/* RFC 2710 5, the report of a join, then its timer; or the Done. */
static void mld_v1_change_due(struct mld_group *g, const struct mld_step *step)
{
	bool wanted = mld_filter_wanted(&g->filter);

	g->change_due = MLD_NEVER;
	mld_filter_commit(&g->filter, 0);
	mld_report_v1(step->out, wanted ? MLD_TYPE_V1_REPORT : MLD_TYPE_DONE, &g->addr);
	g->lazy = false;
	if (wanted)
		g->answer_due = min(g->answer_due, step->now + step->v1_delay);
}

/*
 * RFC 2710 5, Idle: start timer; Delaying: "reset timer if Max Resp Delay < current timer", for
 * which sooner stands here.
 */
static void mld_v1_query(struct mld_group *g, const struct mld_step *step)
{
	mld_group_answer_soon(g, step);
}

/* RFC 2710 5, Delaying, "timer expired": send report, set flag. */
static void mld_v1_answer(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	if (g->change_due != MLD_NEVER) {
		mld_v1_change_due(g, step);
		return;
	}
	mld_report_v1(step->out, MLD_TYPE_V1_REPORT, &g->addr);
	g->lazy = false;
}

/*
 * RFC 2710 5, Delaying, "report received": stop timer, clear flag. The flag is cleared in Idle as
 * well: whoever reported last answers for the Done, and that is the other listener now. A join that
 * has not been reported is not suppressed.
 */
static void mld_v1_heard(struct mld_group *g, const struct mld_step *step)
{
	g->answer_due = MLD_NEVER;
	g->lazy = true;
}

/*
 * RFC 3810 8.2.1: on a change of mode "all pending response and retransmission timers" are
 * cancelled (RFC 9777 8.2.1 too). What no report has told yet is told as v1 then: a join by its
 * report, a leave by its Done, a change of the filter by nothing.
 */
static void mld_v1_version(struct mld_group *g, const struct mld_step *step)
{
	g->retrans_due = MLD_NEVER;
	g->answer_due = MLD_NEVER;
	mld_filter_forget(&g->filter);
	if (g->change_due != MLD_NEVER && mld_filter_wanted(&g->filter) &&
	    mld_filter_told(&g->filter)) {
		g->change_due = MLD_NEVER;
		mld_filter_commit(&g->filter, 0);
	}
}

static void mld_v1_refresh(struct mld_group *g, const struct mld_step *step)
{
	if (g->change_due != MLD_NEVER)
		return;
	mld_report_v1(step->out, MLD_TYPE_V1_REPORT, &g->addr);
	g->lazy = false;
}

/* A link that came back (MLD-A10): a join that fell due while it slept is told with the others. */
static void mld_v1_awaken(struct mld_group *g, const struct mld_step *step)
{
	g->change_due = MLD_NEVER;
	mld_filter_commit(&g->filter, 0);
	mld_v1_refresh(g, step);
}

static const struct mld_row mld_v1_not_member = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_SAME] = mld_v1_same,
} };

static const struct mld_row mld_v1_reporting = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_LEAVE] = mld_v1_leave,
	[MLD_EV_SAME] = mld_v1_same,
	[MLD_EV_QUERY] = mld_v1_query,
	[MLD_EV_SOURCE_QUERY] = mld_v1_query,
	[MLD_EV_CHANGE_DUE] = mld_v1_change_due,
	[MLD_EV_ANSWER_DUE] = mld_v1_answer,
	[MLD_EV_HEARD] = mld_v1_heard,
	[MLD_EV_VERSION] = mld_v1_version,
	[MLD_EV_REFRESH] = mld_v1_refresh,
} };

static const struct mld_row mld_v1_idle = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_LEAVE] = mld_v1_leave,
	[MLD_EV_SAME] = mld_v1_same,
	[MLD_EV_QUERY] = mld_v1_query,
	[MLD_EV_SOURCE_QUERY] = mld_v1_query,
	[MLD_EV_HEARD] = mld_v1_heard,
	[MLD_EV_VERSION] = mld_v1_version,
	[MLD_EV_REFRESH] = mld_v1_refresh,
} };

static const struct mld_row mld_v1_sleeping = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_LEAVE] = mld_v1_leave,
	[MLD_EV_SAME] = mld_v1_same,
	[MLD_EV_VERSION] = mld_v1_version,
} };

static const struct mld_row mld_v1_awakening = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_LEAVE] = mld_v1_leave,
	[MLD_EV_SAME] = mld_v1_same,
	[MLD_EV_QUERY] = mld_v1_query,
	[MLD_EV_SOURCE_QUERY] = mld_v1_query,
	[MLD_EV_CHANGE_DUE] = mld_group_await_refresh,
	[MLD_EV_ANSWER_DUE] = mld_v1_answer,
	[MLD_EV_HEARD] = mld_v1_heard,
	[MLD_EV_VERSION] = mld_v1_version,
	[MLD_EV_REFRESH] = mld_v1_awaken,
} };

static const struct mld_row mld_v1_leaving = { {
	[MLD_EV_CHANGE] = mld_v1_change,
	[MLD_EV_LEAVE] = mld_v1_leave,
	[MLD_EV_SAME] = mld_v1_same,
	[MLD_EV_CHANGE_DUE] = mld_v1_change_due,
	[MLD_EV_VERSION] = mld_v1_version,
} };

/* The pending queries are here only while the version changes: v1 answers all queries alike. */
const struct mld_row *const mld_v1_table[MLD_NR_STATES] = {
	[MLD_NOT_MEMBER] = &mld_v1_not_member,
	[MLD_REPORTING] = &mld_v1_reporting,
	[MLD_IDLE] = &mld_v1_idle,
	[MLD_LAZY] = &mld_v1_idle,
	[MLD_SLEEPING] = &mld_v1_sleeping,
	[MLD_AWAKENING] = &mld_v1_awakening,
	[MLD_G_QUERY_PENDING] = &mld_v1_sleeping,
	[MLD_SG_QUERY_PENDING] = &mld_v1_sleeping,
	[MLD_LEAVING] = &mld_v1_leaving,
};
