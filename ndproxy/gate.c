// SPDX-License-Identifier: GPL-2.0
/*
 * The gate to work and timers. Whoever stops something closes its gate first and cancels then: what
 * is armed between the two would run when its memory is gone. So each work of a namespace is queued
 * here, and each timer armed here; "tools/testing/lint gate" finds who goes around.
 *
 * A namespace's workqueue: the gate is looked at and the work is queued in one RCU read section.
 * Closing says "closed" and waits for a grace period. Who looked before has queued by then, and is
 * cancelled with the rest; who looks later is refused, whatever context it is, the work that is
 * being cancelled included.
 *
 * Objects that have a lock and die under it, with a timer, or with work of the system's workqueue:
 * the same lock is held where these are armed. Their end waits with the object dead already.
 */

#include <linux/timer.h>
#include <linux/workqueue.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

/**
 * ndp_gate_open() - make the workqueue and let work in
 * @gate: of a namespace that gets its first link
 * @name: of the workqueue
 *
 * Context: RTNL.
 * Return: 0 or -ENOMEM.
 */
int ndp_gate_open(struct ndp_gate *gate, const char *name)
{
	/* Answers and held packets wait for the routes that it makes. */
	gate->wq = alloc_ordered_workqueue("%s", WQ_HIGHPRI, name);
	if (!gate->wq)
		return -ENOMEM;
	/* Pairs with smp_load_acquire() of who finds it open, and uses the workqueue. */
	smp_store_release(&gate->open, true);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_open);

/* Context: RCU, until what is queued is queued. */
static bool ndp_gate_is_open(const struct ndp_gate *gate)
{
	/* Pairs with smp_store_release() of ndp_gate_open(): the workqueue is there. */
	return smp_load_acquire(&gate->open);
}

/**
 * ndp_gate_queue() - have work done
 * @gate: of the work's namespace
 * @work: the work
 *
 * Context: any, interrupts disabled included.
 * Return: false if it is queued already, or the gate is closed.
 */
bool ndp_gate_queue(struct ndp_gate *gate, struct work_struct *work)
{
	bool queued;

	rcu_read_lock();
	queued = ndp_gate_is_open(gate) && queue_work(gate->wq, work);
	rcu_read_unlock();
	return queued;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_queue);

/**
 * ndp_gate_queue_in() - have work done in some time, unless it is queued already
 * @gate: of the work's namespace
 * @work: the work
 * @delay: jiffies
 *
 * Context: any, interrupts disabled included.
 * Return: false if it is queued already, or the gate is closed.
 */
bool ndp_gate_queue_in(struct ndp_gate *gate, struct delayed_work *work, unsigned long delay)
{
	bool queued;

	rcu_read_lock();
	queued = ndp_gate_is_open(gate) && queue_delayed_work(gate->wq, work, delay);
	rcu_read_unlock();
	return queued;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_queue_in);

/**
 * ndp_gate_move() - have work done in some time, whenever it was to be done before
 * @gate: of the work's namespace
 * @work: the work
 * @delay: jiffies
 *
 * Context: any, interrupts disabled included.
 * Return: false if the gate is closed.
 */
bool ndp_gate_move(struct ndp_gate *gate, struct delayed_work *work, unsigned long delay)
{
	bool open;

	rcu_read_lock();
	open = ndp_gate_is_open(gate);
	if (open)
		mod_delayed_work(gate->wq, work, delay);
	rcu_read_unlock();
	return open;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_move);

/**
 * ndp_gate_close() - let no more work in
 * @gate: open
 *
 * When this returns, nobody is about to queue any; what is queued can be cancelled.
 *
 * Context: process; sleeps for a grace period.
 */
void ndp_gate_close(struct ndp_gate *gate)
{
	WRITE_ONCE(gate->open, false);
	synchronize_net();
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_close);

/**
 * ndp_gate_end() - do the last of the work and free the workqueue
 * @gate: closed, its work cancelled
 * @last: work that is done once more, whoever it was refused to; or NULL
 *
 * Context: process; sleeps until all is done.
 */
void ndp_gate_end(struct ndp_gate *gate, struct work_struct *last)
{
	WARN_ON_ONCE(gate->open);
	if (last)
		queue_work(gate->wq, last);
	/* Waits for it. */
	destroy_workqueue(gate->wq);
	gate->wq = NULL;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_end);

/**
 * ndp_gate_arm_timer() - arm the timer of an object, unless it is dead
 * @timer: the timer
 * @dead: what ndp_gate_end_timer() has set, read under @lock
 * @lock: the object's
 * @expires: jiffies
 *
 * Context: @lock.
 */
void ndp_gate_arm_timer(struct timer_list *timer, bool dead, spinlock_t *lock,
			unsigned long expires)
{
	lockdep_assert_held(lock);

	if (!dead)
		mod_timer(timer, expires);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_arm_timer);

static void ndp_gate_die(bool *dead, spinlock_t *lock)
{
	spin_lock_bh(lock);
	*dead = true;
	spin_unlock_bh(lock);
}

/**
 * ndp_gate_end_timer() - an object is dead: end its timer
 * @timer: the timer
 * @dead: set to true; the object may ask it for more than the timer
 * @lock: the object's
 *
 * Context: process; sleeps until the timer's function has returned.
 */
void ndp_gate_end_timer(struct timer_list *timer, bool *dead, spinlock_t *lock)
{
	ndp_gate_die(dead, lock);
	timer_delete_sync(timer);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_end_timer);

/**
 * ndp_gate_arm_work() - have the system do the work of an object, unless it is dead
 * @work: the work
 * @dead: what ndp_gate_end_work() has set, read under @lock
 * @lock: the object's
 *
 * Context: @lock.
 */
void ndp_gate_arm_work(struct work_struct *work, bool dead, spinlock_t *lock)
{
	lockdep_assert_held(lock);

	if (!dead)
		schedule_work(work);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_arm_work);

/**
 * ndp_gate_end_work() - an object is dead: end its work
 * @work: the work
 * @dead: set to true; the object may ask it for more than the work
 * @lock: the object's
 *
 * Context: process; sleeps until the work is over.
 */
void ndp_gate_end_work(struct work_struct *work, bool *dead, spinlock_t *lock)
{
	ndp_gate_die(dead, lock);
	cancel_work_sync(work);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_gate_end_work);
