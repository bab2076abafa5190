// SPDX-License-Identifier: GPL-2.0
/*
 * The protocol of one link: its groups, its version, general queries, what is due when. Pure: the
 * caller brings the time, calls mld_proto_run() when mld_proto_next() says so, and gets whole
 * messages through mld_out.
 *
 * Nothing here visits all groups, but the answer to a general query, reporting afresh, and the end.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <charge.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

#define MLD_GSR_DELAY		10	/* s, MLD-C6 */

/**
 * mld_proto_random() - a random number
 * @p: the link's protocol
 * @max: the largest that may come
 *
 * Return: between 0 and @max, both included.
 */
u32 mld_proto_random(struct mld_proto *p, u32 max)
{
	return ((u64)p->random(p) * ((u64)max + 1)) >> 32;
}

/**
 * mld_proto_step() - prepare what handlers work with
 * @p: the link's protocol
 * @step: set up for the link as it is
 * @now: ms
 */
void mld_proto_step(struct mld_proto *p, struct mld_step *step, s64 now)
{
	*step = (struct mld_step) {
		.now = now,
		.window = p->window > now ? p->window : now + MLD_WINDOW,
		.refreshed = p->refresh.deadline,
		.rounds = p->refresh.rounds,
		.version = p->version,
		.rv = p->rv,
		.asleep = p->asleep,
		.out = &p->out,
	};
	/*
	 * One draw for all that is told in this step: what was sent in one packet is repeated in
	 * one packet.
	 */
	step->retrans = now + 1 + mld_proto_random(p, p->uri - 1);
}

/**
 * mld_proto_arm() - give a group the place in the queue of times that its times ask for
 * @p: the link's protocol
 * @g: the group
 */
void mld_proto_arm(struct mld_proto *p, struct mld_group *g)
{
	s64 next = mld_group_next(g);

	if (g->timer.expires == next)
		return;
	if (g->timer.expires != MLD_NEVER)
		timerqueue_del(&p->timers, &g->timer);
	g->timer.expires = next;
	if (next != MLD_NEVER)
		timerqueue_add(&p->timers, &g->timer);
}

static void mld_group_free(struct mld_proto *p, struct mld_group *g)
{
	if (g->timer.expires != MLD_NEVER)
		timerqueue_del(&p->timers, &g->timer);
	rb_erase(&g->node, &p->groups);
	p->ngroups--;
	p->nlisted -= g->filter.nlisted;
	p->nqueried -= g->filter.nqueried;
	mld_filter_release(&g->filter);
	kfree(g);
}

/* Returns false if the group is gone. */
static bool mld_settle(struct mld_proto *p, struct mld_group *g)
{
	if (mld_group_unused(g)) {
		mld_group_free(p, g);
		return false;
	}
	mld_proto_arm(p, g);
	return true;
}

/**
 * mld_proto_event() - let something happen to a group of a link
 * @p: the link's protocol
 * @g: the group; the caller arms it, or frees it if it is unused, afterwards
 * @event: what happens
 * @step: from mld_proto_step()
 */
void mld_proto_event(struct mld_proto *p, struct mld_group *g, enum mld_event event,
		     struct mld_step *step)
{
	enum mld_state before, after;

	p->nqueried -= g->filter.nqueried;
	step->v1_delay = 1 + mld_proto_random(p, MLD_V1_URI - 1);
	step->waking = p->waking && !mld_pass_reached(&p->refresh, &g->addr);
	before = mld_group_state(g, step);
	mld_group_event(g, event, step);
	p->nqueried += g->filter.nqueried;
	if (g->change_due == step->window)
		p->window = step->window;
	after = mld_group_state(g, step);
	if (before != after && p->turned)
		p->turned(p, g, before);
}

/**
 * mld_proto_init() - a link without groups, in v2 mode, with the defaults of the RFC
 * @p: the link's protocol; the caller sets @out and @random
 */
void mld_proto_init(struct mld_proto *p)
{
	const struct mld_limits limits = MLD_LIMITS_DEFAULT;

	memset(p, 0, sizeof(*p));
	p->groups = RB_ROOT;
	timerqueue_init_head(&p->timers);
	p->answer.due = MLD_NEVER;
	p->refresh.due = MLD_NEVER;
	mld_mrd_init(p);
	p->v1_until = MLD_NEVER;
	p->v1_heard = MLD_NEVER;
	p->qi = MLD_QI_DEFAULT;
	p->qri = MLD_QRI_DEFAULT;
	p->uri = MLD_URI_DEFAULT;
	p->gsr_delay = MLD_GSR_DELAY;
	p->rv = MLD_RV_DEFAULT;
	p->rv_set = MLD_RV_DEFAULT;
	p->version = 2;
	p->limits = limits;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_init);

/**
 * mld_proto_release() - free all groups, and tell nobody
 * @p: the link's protocol
 */
void mld_proto_release(struct mld_proto *p)
{
	struct rb_node *node;

	while ((node = rb_first(&p->groups)))
		mld_group_free(p, rb_entry(node, struct mld_group, node));
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_release);

/**
 * mld_proto_group() - look a group up
 * @p: the link's protocol
 * @addr: the group
 *
 * Return: the group, or NULL.
 */
struct mld_group *mld_proto_group(const struct mld_proto *p, const struct in6_addr *addr)
{
	struct rb_node *node = p->groups.rb_node;
	struct mld_group *g;
	int cmp;

	while (node) {
		g = rb_entry(node, struct mld_group, node);
		cmp = ipv6_addr_cmp(addr, &g->addr);
		if (!cmp)
			return g;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_group);

/**
 * mld_proto_group_after() - the group that follows an address
 * @p: the link's protocol
 * @addr: an address, of a group or not; :: for the first group
 *
 * Return: the group, or NULL if there is none.
 */
struct mld_group *mld_proto_group_after(const struct mld_proto *p, const struct in6_addr *addr)
{
	struct rb_node *node = p->groups.rb_node;
	struct mld_group *g, *best = NULL;

	while (node) {
		g = rb_entry(node, struct mld_group, node);
		if (ipv6_addr_cmp(addr, &g->addr) < 0) {
			best = g;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	return best;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_group_after);

/**
 * mld_proto_group_state() - the state of a group as its link sees it
 * @p: the link's protocol
 * @g: the group
 *
 * Return: the state, SLEEPING and AWAKENING included.
 */
enum mld_state mld_proto_group_state(const struct mld_proto *p, const struct mld_group *g)
{
	struct mld_step step = {
		.version = p->version,
		.asleep = p->asleep,
		.waking = p->waking && !mld_pass_reached(&p->refresh, &g->addr),
	};

	return mld_group_state(g, &step);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_group_state);

static struct mld_group *mld_group_new(struct mld_proto *p, const struct in6_addr *addr)
{
	struct rb_node **link = &p->groups.rb_node, *parent = NULL;
	struct mld_group *g;

	g = kmalloc(sizeof(*g), CHARGE_KERNEL);
	if (!g)
		return NULL;
	mld_group_init(g, addr, p->silent || !mld_addr_is_reported(addr));
	while (*link) {
		parent = *link;
		if (ipv6_addr_cmp(addr, &rb_entry(parent, struct mld_group, node)->addr) < 0)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	rb_link_node(&g->node, parent, link);
	rb_insert_color(&g->node, &p->groups);
	p->ngroups++;
	return g;
}

static int mld_group_listen(struct mld_proto *p, struct mld_group *g, const struct mld_request *req,
			    s64 now)
{
	bool muted = req->mode == MLD_EXCLUDE && mld_addr_is_ssm(&g->addr);
	struct mld_step step;
	int err;

	p->nlisted -= g->filter.nlisted;
	err = mld_filter_listen(&g->filter, req, muted, &p->limits);
	p->nlisted += g->filter.nlisted;
	if (err)
		return err;
	p->count[MLD_C_SSM_EXCLUDE] += muted;
	mld_proto_step(p, &step, now);
	step.delay = req->delay;
	mld_proto_event(p, g, mld_group_changed(g), &step);
	return 0;
}

/**
 * mld_proto_listen() - the service interface (RFC 3810 3)
 * @p: the link's protocol
 * @group: multicast address to listen to, or not to any more
 * @req: who, and how
 * @now: ms
 *
 * Context: Process context, may sleep; the link's lock is held.
 * Return: 0; -EINVAL if @group is not multicast; -ENOMEM; -ENOBUFS over a limit. On error nothing
 *	has changed.
 */
int mld_proto_listen(struct mld_proto *p, const struct in6_addr *group,
		     const struct mld_request *req, s64 now)
{
	bool leave = req->mode == MLD_INCLUDE && !req->nsources;
	struct mld_group *g;
	int err = -ENOBUFS;

	if (!ipv6_addr_is_multicast(group))
		return -EINVAL;
	g = mld_proto_group(p, group);
	if (!g && leave)
		return 0;
	if (!g && p->ngroups < p->limits.groups) {
		g = mld_group_new(p, group);
		if (!g)
			return -ENOMEM;
	}
	if (g) {
		err = mld_group_listen(p, g, req, now);
		mld_settle(p, g);
	}
	p->count[MLD_C_LIMIT] += err == -ENOBUFS;
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_listen);

/* Passes over all groups */

/*
 * However fast queries follow on each other, and however little time they leave, an answer does not
 * begin sooner after the one before than a packet per ms would take.
 */
static void mld_answer_run(struct mld_proto *p, struct mld_step *step)
{
	struct mld_pass *pass = &p->answer;

	if (pass->due > step->now)
		return;
	if (pass->lap == MLD_LAP_WAIT)
		p->answer_next = step->now + max_t(u32, mld_pass_packets(p, p->ngroups),
						   MLD_WINDOW);
	if (mld_pass_run(p, pass, step, MLD_EV_GENERAL))
		mld_pass_start(p, pass, MLD_NEVER, MLD_NEVER);
}

static void mld_refresh_run(struct mld_proto *p, struct mld_step *step)
{
	struct mld_pass *pass = &p->refresh;

	if (pass->due > step->now || !mld_pass_run(p, pass, step, MLD_EV_REFRESH))
		return;
	p->waking = false;
	if (--pass->rounds)
		mld_pass_start(p, pass, step->retrans, step->retrans + p->uri);
	else
		mld_pass_start(p, pass, MLD_NEVER, MLD_NEVER);
}

/**
 * mld_proto_refresh() - report afresh all that is listened to, RV times (RFC 3810 5.2.13, MLD-A4,
 *	MLD-A10)
 * @p: the link's protocol
 * @now: ms
 */
void mld_proto_refresh(struct mld_proto *p, s64 now)
{
	struct mld_pass *pass = &p->refresh;

	if (pass->due != MLD_NEVER && pass->lap != MLD_LAP_WAIT)
		mld_pass_extend(p, pass, now, now + p->uri);
	else
		mld_pass_start(p, pass, now + MLD_WINDOW, now + MLD_WINDOW + p->uri);
	pass->rounds = p->rv;
	mld_mrd_renew(p, now);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_refresh);

/* Time */

static bool mld_may_turn(const struct mld_proto *p)
{
	return p->version == 1 && p->version_mode == MLD_VERSION_AUTO;
}

/**
 * mld_proto_next() - when mld_proto_run() wants to be called
 * @p: the link's protocol
 *
 * Return: ms, in the past if it is late already; MLD_NEVER if nothing is due or the link sleeps.
 */
s64 mld_proto_next(const struct mld_proto *p)
{
	struct timerqueue_node *first;
	s64 next;

	if (p->asleep)
		return MLD_NEVER;
	next = min(p->answer.due, p->refresh.due);
	next = min(next, p->mrd.due);
	if (mld_may_turn(p))
		next = min(next, p->v1_until);
	first = timerqueue_getnext((struct timerqueue_head *)&p->timers);
	return first ? min_t(s64, next, first->expires) : next;
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_next);

/**
 * mld_proto_turn() - change the version of a link (RFC 3810 8.2.1)
 * @p: the link's protocol
 * @version: 1 or 2
 * @now: ms
 *
 * Only groups with something pending are visited: the others have nothing to cancel.
 */
void mld_proto_turn(struct mld_proto *p, u8 version, s64 now)
{
	struct timerqueue_node *node, *next;
	struct mld_step step;
	struct mld_group *g;

	if (p->version == version)
		return;
	p->version = version;
	p->count[MLD_C_VERSION_CHANGES]++;
	mld_pass_start(p, &p->answer, MLD_NEVER, MLD_NEVER);
	mld_proto_step(p, &step, now);
	for (node = timerqueue_getnext(&p->timers); node; node = next) {
		next = timerqueue_iterate_next(node);
		g = container_of(node, struct mld_group, timer);
		mld_proto_event(p, g, MLD_EV_VERSION, &step);
		mld_settle(p, g);
	}
	mld_report_flush(&p->out);
}

static void mld_group_run(struct mld_proto *p, struct mld_group *g, struct mld_step *step)
{
	if (g->change_due <= step->now)
		mld_proto_event(p, g, MLD_EV_CHANGE_DUE, step);
	if (g->retrans_due <= step->now)
		mld_proto_event(p, g, MLD_EV_RETRANS_DUE, step);
	if (g->answer_due <= step->now)
		mld_proto_event(p, g, MLD_EV_ANSWER_DUE, step);
	/* A time that its state has no use for is void; it must not come up for ever. */
	if (g->change_due <= step->now)
		g->change_due = MLD_NEVER;
	if (g->retrans_due <= step->now)
		g->retrans_due = MLD_NEVER;
	if (g->answer_due <= step->now)
		g->answer_due = MLD_NEVER;
	mld_settle(p, g);
}

/**
 * mld_proto_run() - do what is due
 * @p: the link's protocol
 * @now: ms
 *
 * Sends MLD_RUN_PACKETS packets or little more; what is left over is due at once.
 *
 * Context: Process context, may sleep; the link's lock is held.
 */
void mld_proto_run(struct mld_proto *p, s64 now)
{
	u32 start = p->out.packets;
	struct timerqueue_node *node;
	struct mld_step step;

	if (p->asleep)
		return;
	if (mld_may_turn(p) && p->v1_until <= now)
		mld_proto_turn(p, 2, now);
	mld_proto_step(p, &step, now);
	mld_mrd_run(p, now);
	mld_refresh_run(p, &step);
	mld_answer_run(p, &step);
	while (p->out.packets - start < MLD_RUN_PACKETS) {
		node = timerqueue_getnext(&p->timers);
		if (!node || node->expires > now)
			break;
		mld_group_run(p, container_of(node, struct mld_group, timer), &step);
	}
	mld_report_flush(&p->out);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_run);

/* What the administrator and the device do to the link */

/**
 * mld_proto_set_version() - hold the link at a version, or let the queriers decide
 * @p: the link's protocol
 * @mode: which
 * @now: ms
 */
void mld_proto_set_version(struct mld_proto *p, enum mld_version_mode mode, s64 now)
{
	p->version_mode = mode;
	p->v1_until = MLD_NEVER;
	mld_proto_turn(p, mode == MLD_VERSION_1 ? 1 : 2, now);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_set_version);

/**
 * mld_proto_set_silent() - the link stops or begins to do multicast (MLD-A2)
 * @p: the link's protocol
 * @silent: it does not
 * @now: ms
 */
void mld_proto_set_silent(struct mld_proto *p, bool silent, s64 now)
{
	struct rb_node *node, *next;
	struct mld_step step;
	struct mld_group *g;

	if (p->silent == silent)
		return;
	p->silent = silent;
	mld_mrd_renew(p, now);
	mld_proto_step(p, &step, now);
	for (node = rb_first(&p->groups); node; node = next) {
		next = rb_next(node);
		g = rb_entry(node, struct mld_group, node);
		if (!mld_addr_is_reported(&g->addr))
			continue;
		p->nqueried -= g->filter.nqueried;
		mld_group_silence(g, silent);
		mld_proto_event(p, g, mld_group_changed(g), &step);
		mld_settle(p, g);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_set_silent);

/**
 * mld_proto_sleep() - the link lost its carrier, or the system goes to sleep: no timer, no packet
 *	(MLD-A10)
 * @p: the link's protocol
 */
void mld_proto_sleep(struct mld_proto *p)
{
	p->asleep = true;
	p->waking = false;
	p->mrd.due = MLD_NEVER;
	mld_pass_start(p, &p->answer, MLD_NEVER, MLD_NEVER);
	mld_pass_start(p, &p->refresh, MLD_NEVER, MLD_NEVER);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_sleep);

/**
 * mld_proto_wake() - the link is back: report afresh
 * @p: the link's protocol
 * @now: ms
 */
void mld_proto_wake(struct mld_proto *p, s64 now)
{
	if (!p->asleep)
		return;
	p->asleep = false;
	p->waking = true;
	mld_proto_refresh(p, now);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_wake);

static void mld_group_leave(struct mld_proto *p, struct mld_group *g, const void *keep,
			    struct mld_step *step)
{
	struct mld_listener *l;
	struct hlist_node *tmp;
	struct mld_request req = { .mode = MLD_INCLUDE };

	p->nlisted -= g->filter.nlisted;
	hlist_for_each_entry_safe(l, tmp, &g->filter.listeners, node) {
		req.id = l->id;
		if (l->id != keep)
			mld_filter_listen(&g->filter, &req, false, &p->limits);
	}
	p->nlisted += g->filter.nlisted;
	mld_proto_event(p, g, mld_group_changed(g), step);
	if (g->change_due != MLD_NEVER)
		mld_proto_event(p, g, MLD_EV_CHANGE_DUE, step);
	mld_settle(p, g);
}

/**
 * mld_proto_leave_all() - end all listening but one listener's, and say so once, now (MLD-A9)
 * @p: the link's protocol
 * @keep: the listener that stays: the kernel, which speaks for itself from now on; NULL for none
 * @now: ms
 */
void mld_proto_leave_all(struct mld_proto *p, const void *keep, s64 now)
{
	struct rb_node *node, *next;
	struct mld_step step;

	mld_proto_step(p, &step, now);
	for (node = rb_first(&p->groups); node; node = next) {
		next = rb_next(node);
		mld_group_leave(p, rb_entry(node, struct mld_group, node), keep, &step);
	}
	mld_report_flush(&p->out);
	mld_mrd_stop(p);
}
EXPORT_SYMBOL_IF_KUNIT(mld_proto_leave_all);
