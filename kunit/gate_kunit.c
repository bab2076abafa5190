// SPDX-License-Identifier: GPL-2.0
/* The gate to work and timers: who comes after death is refused, whoever it is. */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "../ndproxy/ndproxy.h"

/**
 * struct gatet - a gate under test
 * @gate: the gate
 * @work: counts its runs in @runs, and asks for itself again while @again
 * @later: the same
 * @timer: counts its runs
 * @lock: of @dead
 * @dead: the owner of the timer, or of work that the system does
 * @runs: of any of them
 * @again: the work asks for more
 * @refused: it was refused
 * @started: the work runs
 */
struct gatet {
	struct ndp_gate gate;
	struct work_struct work;
	struct delayed_work later;
	struct timer_list timer;
	spinlock_t lock;	/* protects dead */
	bool dead;
	atomic_t runs;
	bool again;
	atomic_t refused;
	struct completion started;
};

static void gatet_work(struct work_struct *work)
{
	struct gatet *t = container_of(work, struct gatet, work);

	atomic_inc(&t->runs);
	complete(&t->started);
	if (!READ_ONCE(t->again))
		return;
	/* As long as it takes until somebody has closed the gate. */
	while (ndp_gate_queue_in(&t->gate, &t->later, HZ)) {
		cancel_delayed_work(&t->later);
		usleep_range(1000, 2000);
	}
	atomic_inc(&t->refused);
}

static void gatet_later(struct work_struct *work)
{
	atomic_inc(&container_of(to_delayed_work(work), struct gatet, later)->runs);
}

static void gatet_timer(struct timer_list *timer)
{
	struct gatet *t = timer_container_of(t, timer, timer);

	atomic_inc(&t->runs);
}

static int gatet_init(struct kunit *test)
{
	struct gatet *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return -ENOMEM;
	INIT_WORK(&t->work, gatet_work);
	INIT_DELAYED_WORK(&t->later, gatet_later);
	timer_setup(&t->timer, gatet_timer, 0);
	spin_lock_init(&t->lock);
	init_completion(&t->started);
	test->priv = t;
	return ndp_gate_open(&t->gate, "ndp_gate_kunit");
}

static void gatet_exit(struct kunit *test)
{
	struct gatet *t = test->priv;

	if (!t)
		return;
	if (t->gate.wq) {
		ndp_gate_close(&t->gate);
		cancel_work_sync(&t->work);
		cancel_delayed_work_sync(&t->later);
		ndp_gate_end(&t->gate, NULL);
	}
	if (!t->dead)
		ndp_gate_end_timer(&t->timer, &t->dead, &t->lock);
}

/* Before its first link a namespace has no workqueue. */
static void gate_that_was_never_opened(struct kunit *test)
{
	struct gatet *t = test->priv;
	struct ndp_gate none = {};

	KUNIT_EXPECT_FALSE(test, ndp_gate_queue(&none, &t->work));
	KUNIT_EXPECT_FALSE(test, ndp_gate_queue_in(&none, &t->later, 0));
	KUNIT_EXPECT_FALSE(test, ndp_gate_move(&none, &t->later, 0));
}

static void gate_open(struct kunit *test)
{
	struct gatet *t = test->priv;

	KUNIT_EXPECT_TRUE(test, ndp_gate_queue(&t->gate, &t->work));
	KUNIT_EXPECT_TRUE(test, ndp_gate_queue_in(&t->gate, &t->later, 100 * HZ));
	KUNIT_EXPECT_FALSE(test, ndp_gate_queue_in(&t->gate, &t->later, 0));
	KUNIT_EXPECT_TRUE(test, ndp_gate_move(&t->gate, &t->later, 0));
	flush_work(&t->work);
	flush_delayed_work(&t->later);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 2);
}

static void gate_closed(struct kunit *test)
{
	struct gatet *t = test->priv;

	KUNIT_EXPECT_TRUE(test, ndp_gate_queue_in(&t->gate, &t->later, 100 * HZ));
	ndp_gate_close(&t->gate);
	KUNIT_EXPECT_FALSE(test, ndp_gate_move(&t->gate, &t->later, 0));
	KUNIT_EXPECT_TRUE(test, cancel_delayed_work_sync(&t->later));
	KUNIT_EXPECT_FALSE(test, ndp_gate_queue(&t->gate, &t->work));
	KUNIT_EXPECT_FALSE(test, ndp_gate_queue_in(&t->gate, &t->later, 0));
	KUNIT_EXPECT_FALSE(test, ndp_gate_move(&t->gate, &t->later, 0));
	KUNIT_EXPECT_FALSE(test, work_pending(&t->work));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->later));
	ndp_gate_end(&t->gate, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 0);
}

/* Work that is running when the gate closes arms nothing that outlives it. */
static void gate_closed_on_work_that_runs(struct kunit *test)
{
	struct gatet *t = test->priv;

	t->again = true;
	ndp_gate_queue(&t->gate, &t->work);
	wait_for_completion(&t->started);
	ndp_gate_close(&t->gate);
	cancel_delayed_work_sync(&t->later);
	cancel_work_sync(&t->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->refused), 1);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->later));
}

/* What was refused is done by the last run. */
static void gate_last_run(struct kunit *test)
{
	struct gatet *t = test->priv;

	ndp_gate_close(&t->gate);
	KUNIT_EXPECT_FALSE(test, ndp_gate_queue(&t->gate, &t->work));
	t->again = true;
	ndp_gate_end(&t->gate, &t->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->refused), 1);
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&t->later));
	KUNIT_EXPECT_PTR_EQ(test, t->gate.wq, (struct workqueue_struct *)NULL);
}

static void gatet_arm(struct gatet *t)
{
	spin_lock_bh(&t->lock);
	ndp_gate_arm_timer(&t->timer, t->dead, &t->lock, jiffies + 1);
	spin_unlock_bh(&t->lock);
}

static void gate_timer(struct kunit *test)
{
	struct gatet *t = test->priv;

	gatet_arm(t);
	KUNIT_EXPECT_TRUE(test, timer_pending(&t->timer));
	msleep(50);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 1);
	gatet_arm(t);
	ndp_gate_end_timer(&t->timer, &t->dead, &t->lock);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t->timer));
	gatet_arm(t);
	KUNIT_EXPECT_FALSE(test, timer_pending(&t->timer));
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 1);
}

/* Return: was it armed? */
static bool gatet_arm_work(struct gatet *t)
{
	spin_lock_bh(&t->lock);
	ndp_gate_arm_work(&t->work, t->dead, &t->lock);
	spin_unlock_bh(&t->lock);
	return work_busy(&t->work);
}

static void gate_system_work(struct kunit *test)
{
	struct gatet *t = test->priv;

	KUNIT_EXPECT_TRUE(test, gatet_arm_work(t));
	flush_work(&t->work);
	KUNIT_EXPECT_EQ(test, atomic_read(&t->runs), 1);
	gatet_arm_work(t);
	ndp_gate_end_work(&t->work, &t->dead, &t->lock);
	KUNIT_EXPECT_FALSE(test, work_busy(&t->work));
	KUNIT_EXPECT_FALSE(test, gatet_arm_work(t));
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE(gate_that_was_never_opened),
	KUNIT_CASE(gate_open),
	KUNIT_CASE(gate_closed),
	KUNIT_CASE(gate_closed_on_work_that_runs),
	KUNIT_CASE(gate_last_run),
	KUNIT_CASE(gate_timer),
	KUNIT_CASE(gate_system_work),
	{}
};

static struct kunit_suite gate_suite = {
	.name = "ndp_gate",
	.init = gatet_init,
	.exit = gatet_exit,
	.test_cases = gate_cases,
};

kunit_test_suite(gate_suite);
