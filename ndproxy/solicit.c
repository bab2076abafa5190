// SPDX-License-Identifier: GPL-2.0
/*
 * Solicitation records: who asked for a target, so that each of them is answered when the target
 * advertises itself (ND-C4, D3), and when the target was last asked, so that many askers cost one
 * solicitation (ND-C8). Time is an argument, but for the timer that calls ndp_solicit_expire().
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

static struct ndp_record *ndp_record_find(const struct ndp_records *recs,
					  const struct in6_addr *target)
{
	struct rb_node *node = recs->tree.rb_node;

	while (node) {
		struct ndp_record *rec = rb_entry(node, struct ndp_record, node);
		int cmp = ipv6_addr_cmp(target, &rec->target);

		if (!cmp)
			return rec;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static bool ndp_record_less(struct rb_node *a, const struct rb_node *b)
{
	return ipv6_addr_cmp(&rb_entry(a, struct ndp_record, node)->target,
			     &rb_entry(b, struct ndp_record, node)->target) < 0;
}

/* A set that is in no namespace, as in a test, has no budget. */
static bool ndp_records_take(struct ndp_records *recs)
{
	return !recs->nn || ndp_objects_take_record(recs->nn);
}

static void ndp_records_give(struct ndp_records *recs, unsigned int n)
{
	if (recs->nn)
		ndp_objects_give_records(recs->nn, n);
}

static void ndp_record_unlink(struct ndp_records *recs, struct ndp_record *rec)
{
	lockdep_assert_held(&recs->lock);

	rb_erase(&rec->node, &recs->tree);
	list_del(&rec->lru);
	recs->count--;
}

static void ndp_record_drop(struct ndp_records *recs, struct ndp_record *rec)
{
	ndp_record_unlink(recs, rec);
	ndp_records_give(recs, 1);
	kfree(rec);
}

static struct ndp_record *ndp_record_oldest(struct list_head *lru)
{
	return list_first_entry_or_null(lru, struct ndp_record, lru);
}

static unsigned int ndp_records_expire_list(struct ndp_records *recs, struct list_head *lru,
					    unsigned long now)
{
	struct ndp_record *rec;
	unsigned int n = 0;

	while ((rec = ndp_record_oldest(lru)) && time_after_eq(now, rec->seen + recs->lifetime)) {
		ndp_record_drop(recs, rec);
		n++;
	}
	return n;
}

static void ndp_records_arm(struct ndp_records *recs)
{
	struct ndp_record *a = ndp_record_oldest(&recs->unknown);
	struct ndp_record *b = ndp_record_oldest(&recs->known);

	lockdep_assert_held(&recs->lock);

	if (timer_pending(&recs->timer) || (!a && !b))
		return;
	if (!a || (b && time_before(b->seen, a->seen)))
		a = b;
	ndp_gate_arm_timer(&recs->timer, recs->dead, &recs->lock, a->seen + recs->lifetime);
}

static void ndp_records_timer(struct timer_list *timer)
{
	struct ndp_records *recs = timer_container_of(recs, timer, timer);

	ndp_solicit_expire(recs, jiffies);
}

/**
 * ndp_record_alloc() - make a record that is in no prefix
 * @charge: who pays for it
 * @target: what is asked for
 * @solicitors: room for so many
 *
 * Context: any.
 * Return: the record, to be freed with kfree(), or NULL.
 */
struct ndp_record *ndp_record_alloc(const struct charge *charge, const struct in6_addr *target,
				    u8 solicitors)
{
	struct ndp_record *rec;

	rec = charge_zalloc(charge, struct_size(rec, solicitor, solicitors), CHARGE_SOFTIRQ);
	if (!rec)
		return NULL;
	rec->target = *target;
	rec->max = solicitors;
	INIT_LIST_HEAD(&rec->lru);
	INIT_LIST_HEAD(&rec->job.list);
	return rec;
}

/**
 * ndp_records_init() - make an empty set of records
 * @recs: of a prefix
 * @nn: namespace that has the budget for them, and pays; NULL: none
 */
void ndp_records_init(struct ndp_records *recs, struct ndp_net *nn)
{
	memset(recs, 0, sizeof(*recs));
	recs->nn = nn;
	spin_lock_init(&recs->lock);
	recs->tree = RB_ROOT;
	INIT_LIST_HEAD(&recs->unknown);
	INIT_LIST_HEAD(&recs->known);
	timer_setup(&recs->timer, ndp_records_timer, 0);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_records_init);

/**
 * ndp_records_stop() - refuse new records, end the timer and free what is there
 * @recs: of a prefix
 *
 * Context: process; may sleep until the timer has ended.
 */
void ndp_records_stop(struct ndp_records *recs)
{
	ndp_gate_end_timer(&recs->timer, &recs->dead, &recs->lock);
	ndp_solicit_purge(recs);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_records_stop);

/**
 * ndp_solicit_expire() - drop the records whose lifetime is over
 * @recs: of a prefix
 * @now: jiffies
 *
 * Context: any; takes the records' lock.
 * Return: how many were dropped.
 */
unsigned long ndp_solicit_expire(struct ndp_records *recs, unsigned long now)
{
	unsigned long n;

	spin_lock_bh(&recs->lock);
	n = ndp_records_expire_list(recs, &recs->unknown, now);
	n += ndp_records_expire_list(recs, &recs->known, now);
	ndp_records_arm(recs);
	spin_unlock_bh(&recs->lock);
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_expire);

/**
 * ndp_solicit_purge() - drop all records (ND-B4)
 * @recs: of a prefix
 *
 * Context: any; takes the records' lock.
 */
void ndp_solicit_purge(struct ndp_records *recs)
{
	struct ndp_record *rec, *tmp;

	spin_lock_bh(&recs->lock);
	rbtree_postorder_for_each_entry_safe(rec, tmp, &recs->tree, node)
		kfree(rec);
	recs->tree = RB_ROOT;
	INIT_LIST_HEAD(&recs->unknown);
	INIT_LIST_HEAD(&recs->known);
	ndp_records_give(recs, recs->count);
	recs->count = 0;
	spin_unlock_bh(&recs->lock);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_purge);

/* Is there room for one more? It is taken then. */
static bool ndp_records_have_room(struct ndp_records *recs, const struct ndp_ask *ask)
{
	return (!ask->max_targets || recs->count < ask->max_targets) && ndp_records_take(recs);
}

/*
 * Make room for one more, and take it: expired records go first, then the oldest for an unknown
 * target. A target whose host is known is pushed out by its like only, so that no scan takes a live
 * host's answer away (ND-F5, RFC 6583 6.2).
 */
static bool ndp_records_make_room(struct ndp_records *recs, struct ndp_ask *ask)
{
	struct ndp_record *rec;

	if (ndp_records_have_room(recs, ask))
		return true;
	ndp_records_expire_list(recs, &recs->unknown, ask->now);
	ndp_records_expire_list(recs, &recs->known, ask->now);
	if (ndp_records_have_room(recs, ask))
		return true;

	ask->evicted = true;
	rec = ndp_record_oldest(&recs->unknown);
	if (!rec && ask->known)
		rec = ndp_record_oldest(&recs->known);
	if (!rec)
		return false;
	/* Its place is the new one's: given back, another prefix would take it. */
	ndp_record_unlink(recs, rec);
	kfree(rec);
	return true;
}

static struct ndp_record *ndp_record_new(struct ndp_records *recs, struct ndp_ask *ask)
{
	struct charge nobody = {};
	struct ndp_record *rec;

	if (!ndp_records_make_room(recs, ask))
		return NULL;

	rec = ndp_record_alloc(recs->nn ? &recs->nn->charge : &nobody, ask->target,
			       ask->max_solicitors);
	if (!rec) {
		ndp_records_give(recs, 1);
		return NULL;
	}
	rec->asked = ask->now - ask->retrans;
	rb_add(&rec->node, &recs->tree, ndp_record_less);
	recs->count++;
	return rec;
}

static struct ndp_solicitor *ndp_record_solicitor(struct ndp_record *rec,
						  const struct ndp_ask *ask)
{
	struct ndp_solicitor *who;

	for (who = rec->solicitor; who < rec->solicitor + rec->n; who++)
		if (who->ifindex == ask->ifindex && ipv6_addr_equal(&who->addr, ask->from))
			return who;
	return NULL;
}

static void ndp_record_add_solicitor(struct ndp_record *rec, struct ndp_ask *ask)
{
	struct ndp_solicitor *who = ndp_record_solicitor(rec, ask);

	if (!who) {
		if (rec->n == rec->max) {
			ask->full = true;
			return;
		}
		who = &rec->solicitor[rec->n++];
		who->addr = *ask->from;
		who->ifindex = ask->ifindex;
	}
	who->when = ask->now;
}

/*
 * Askers send again after RetransTimer by their own clock, which may run a little faster. Another
 * processor may have asked with a later jiffy than this one read.
 */
static bool ndp_record_may_ask(const struct ndp_record *rec, const struct ndp_ask *ask)
{
	return time_after_eq(ask->now, rec->asked + ask->retrans - ask->retrans / 32);
}

static enum ndp_ask_verdict ndp_record_verdict(struct ndp_record *rec, struct ndp_ask *ask)
{
	if (ndp_record_may_ask(rec, ask)) {
		rec->asked = ask->now;
		/* What this router's kernel asks has been asked on its own link as well. */
		rec->unasked = ask->from ? ask->ifindex : 0;
		return NDP_ASK_OTHERS;
	}
	if (rec->unasked && rec->unasked != ask->ifindex) {
		ask->only = rec->unasked;
		rec->unasked = 0;
		return NDP_ASK_ONE;
	}
	return NDP_ASK_NONE;
}

/*
 * ND-H1: while a target is being solicited, a new solicitation of a router's, by its link-local
 * source, may be what another proxy makes of the same question. To ask in turn would multiply it;
 * to answer would tell that proxy that the target is here, while this one asks there. A router that
 * did ask for itself in that moment asks again after RetransTimer.
 */
static bool ndp_record_is_loop(struct ndp_record *rec, const struct ndp_ask *ask)
{
	return ask->from && ipv6_addr_type(ask->from) & IPV6_ADDR_LINKLOCAL &&
	       !ndp_record_may_ask(rec, ask) && !ndp_record_solicitor(rec, ask);
}

/**
 * ndp_solicit_note() - note a solicitation, and say whether to pass it on
 * @recs: of the target's prefix
 * @ask: who asks for what
 *
 * While a solicitation is outstanding, further solicitors are recorded but cost no further one: at
 * most one per link and RetransTimer (RFC 7048 3).
 *
 * Context: any; takes the records' lock.
 * Return: enum ndp_ask_verdict; -ENOSPC: no room for the target; -ENOMEM; -ESHUTDOWN: the prefix is
 * going away.
 */
int ndp_solicit_note(struct ndp_records *recs, struct ndp_ask *ask)
{
	struct ndp_record *rec;
	int ret = -ESHUTDOWN;

	ask->evicted = false;
	ask->full = false;

	spin_lock_bh(&recs->lock);
	if (recs->dead)
		goto out;

	recs->lifetime = ask->lifetime;
	rec = ndp_record_find(recs, ask->target);
	if (rec && time_after_eq(ask->now, rec->seen + ask->lifetime)) {
		ndp_record_drop(recs, rec);
		rec = NULL;
	}
	if (rec && ndp_record_is_loop(rec, ask)) {
		ret = NDP_ASK_NONE;
		goto out;
	}
	if (!rec)
		rec = ndp_record_new(recs, ask);
	if (!rec) {
		ret = ask->evicted ? -ENOSPC : -ENOMEM;
		goto out;
	}

	rec->seen = ask->now;
	rec->known = ask->known;
	list_move_tail(&rec->lru, ask->known ? &recs->known : &recs->unknown);
	if (ask->from)
		ndp_record_add_solicitor(rec, ask);
	ret = ndp_record_verdict(rec, ask);
	ndp_records_arm(recs);
out:
	spin_unlock_bh(&recs->lock);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_note);

/**
 * ndp_solicit_take() - take a target's record out, to answer those in it
 * @recs: of the target's prefix
 * @target: that has advertised itself
 *
 * Context: any; takes the records' lock.
 * Return: the record, which the caller frees with kfree(), or NULL.
 */
struct ndp_record *ndp_solicit_take(struct ndp_records *recs, const struct in6_addr *target)
{
	struct ndp_record *rec;

	spin_lock_bh(&recs->lock);
	rec = ndp_record_find(recs, target);
	if (rec) {
		ndp_record_unlink(recs, rec);
		ndp_records_give(recs, 1);
	}
	spin_unlock_bh(&recs->lock);
	return rec;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_take);

/**
 * ndp_solicit_awaits() - is an answer for a target awaited on a link?
 * @recs: of the target's prefix
 * @target: that has advertised itself
 * @ifindex: of the link
 * @now: jiffies
 *
 * Context: any; takes the records' lock.
 * Return: true if the target was asked for on that link, while the record lasts.
 */
bool ndp_solicit_awaits(struct ndp_records *recs, const struct in6_addr *target, int ifindex,
			unsigned long now)
{
	const struct ndp_record *rec;
	bool awaits;

	spin_lock_bh(&recs->lock);
	rec = ndp_record_find(recs, target);
	awaits = rec && rec->unasked != ifindex && time_before(now, rec->seen + recs->lifetime);
	spin_unlock_bh(&recs->lock);
	return awaits;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_awaits);

/**
 * ndp_solicit_next() - copy the next record, for a dump
 * @recs: of a prefix
 * @after: the target of the record before; NULL: start with the first
 * @copy: filled, with as many solicitors as fit
 * @room: solicitors that fit into @copy
 *
 * Context: any; takes the records' lock.
 * Return: @copy, or NULL at the end.
 */
struct ndp_record *ndp_solicit_next(struct ndp_records *recs, const struct in6_addr *after,
				    struct ndp_record *copy, unsigned int room)
{
	struct ndp_record *next = NULL;
	struct rb_node *node;

	spin_lock_bh(&recs->lock);
	node = recs->tree.rb_node;
	while (node) {
		struct ndp_record *rec = rb_entry(node, struct ndp_record, node);

		if (!after || ipv6_addr_cmp(&rec->target, after) > 0) {
			next = rec;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}
	if (next) {
		room = min_t(unsigned int, room, next->n);
		memcpy(copy, next, struct_size(copy, solicitor, room));
		copy->n = room;
	}
	spin_unlock_bh(&recs->lock);
	return next ? copy : NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_solicit_next);
