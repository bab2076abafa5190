// SPDX-License-Identifier: GPL-2.0
/*
 * Planted bugs: a test bed that stays silent about them would be silent about ours. One kind
 * a boot, as the first report of KASAN and lockdep quietens those that follow.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *bug;
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "uaf, oob, atomic, abba, timer or leak");

static DEFINE_SPINLOCK(first);
static DEFINE_SPINLOCK(second);
static DEFINE_MUTEX(sleeper);

struct canary {
	struct timer_list timer;
	int value[8];
};

static struct canary *canary_new(void)
{
	return kzalloc(sizeof(struct canary), GFP_KERNEL);
}

static void plant_uaf(struct canary *c)
{
	kfree(c);
	(void)READ_ONCE(c->value[1]);
}

static void plant_oob(struct canary *c)
{
	int *end = (int *)(c + 1);

	OPTIMIZER_HIDE_VAR(end);
	(void)READ_ONCE(*end);
	kfree(c);
}

static void plant_atomic(struct canary *c)
{
	spin_lock(&first);
	mutex_lock(&sleeper);
	mutex_unlock(&sleeper);
	spin_unlock(&first);
	kfree(c);
}

static void plant_abba(struct canary *c)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);

	spin_lock(&second);
	spin_lock(&first);
	spin_unlock(&first);
	spin_unlock(&second);
	kfree(c);
}

static void canary_expired(struct timer_list *t)
{
}

static void plant_timer(struct canary *c)
{
	timer_setup(&c->timer, canary_expired, 0);
	mod_timer(&c->timer, jiffies + 100 * HZ);
	kfree(c);
}

static void plant_leak(struct canary *c)
{
	c->value[0] = 1;
}

static const struct {
	const char *name;
	void (*plant)(struct canary *c);
} bugs[] = {
	{ "uaf", plant_uaf },
	{ "oob", plant_oob },
	{ "atomic", plant_atomic },
	{ "abba", plant_abba },
	{ "timer", plant_timer },
	{ "leak", plant_leak },
};

static int __init canary_init(void)
{
	struct canary *c;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!bug || strcmp(bug, bugs[i].name))
			continue;
		c = canary_new();
		if (!c)
			return -ENOMEM;
		bugs[i].plant(c);
		return 0;
	}
	return -EINVAL;
}

static void __exit canary_exit(void)
{
}

module_init(canary_init);
module_exit(canary_exit);
MODULE_DESCRIPTION("Planted bugs that the test bed must see");
MODULE_LICENSE("GPL");
