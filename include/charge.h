/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who pays for memory. What is allocated for a network namespace is charged to the memory cgroup of
 * the task that configured its first link, whatever context allocates it: packets and work run in
 * the name of nobody. Without CONFIG_MEMCG nothing of this is left.
 *
 * Both halves of the module include this, and neither needs the other for it.
 */
#ifndef NDPROXY_CHARGE_H
#define NDPROXY_CHARGE_H

#include <linux/gfp.h>
#include <linux/memcontrol.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/*
 * In softirq: without the reserve that GFP_ATOMIC may use, since a charge with that flag succeeds
 * above the cgroup's limit. The failure is a drop, which the caller counts.
 */
#define CHARGE_SOFTIRQ	(GFP_NOWAIT | __GFP_NOWARN | __GFP_ACCOUNT)
/* In process context: a cgroup at its limit refuses the request, and kills no process for it. */
#define CHARGE_KERNEL	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)
/* In process context, for a moment, what must not fail: nobody pays. */
#define CHARGE_NOT	GFP_KERNEL

/**
 * struct charge - who pays for a namespace
 * @memcg: memory cgroup with a reference; NULL: nobody yet, or memory cgroups are off
 */
struct charge {
	struct mem_cgroup *memcg;
};

/**
 * charge_open() - let the current task's memory cgroup pay, unless one pays already
 * @charge: of a namespace, zeroed when it is new
 *
 * In a work that runs between charge_begin() and charge_end(), the cgroup named there pays.
 *
 * Context: process; the caller excludes other callers. Readers may run.
 */
static inline void charge_open(struct charge *charge)
{
#ifdef CONFIG_MEMCG
	if (!charge->memcg)
		WRITE_ONCE(charge->memcg, get_mem_cgroup_from_mm(NULL));
#endif
}

/**
 * charge_close() - let nobody pay any more
 * @charge: of a namespace for which nothing is allocated any more
 *
 * Context: any.
 */
static inline void charge_close(struct charge *charge)
{
#ifdef CONFIG_MEMCG
	if (charge->memcg)
		mem_cgroup_put(charge->memcg);
	charge->memcg = NULL;
#endif
}

/**
 * charge_begin() - charge what is allocated with __GFP_ACCOUNT from here on
 * @charge: of a namespace
 *
 * Context: any but hard interrupt; the same context calls charge_end().
 * Return: for charge_end().
 */
static inline struct mem_cgroup *charge_begin(const struct charge *charge)
{
#ifdef CONFIG_MEMCG
	return set_active_memcg(READ_ONCE(charge->memcg));
#else
	return NULL;
#endif
}

/**
 * charge_end() - the opposite
 * @old: what charge_begin() returned
 */
static inline void charge_end(struct mem_cgroup *old)
{
#ifdef CONFIG_MEMCG
	set_active_memcg(old);
#endif
}

/**
 * charge_zalloc() - allocate zeroed memory for a namespace
 * @charge: of the namespace
 * @size: octets
 * @gfp: CHARGE_SOFTIRQ or CHARGE_KERNEL
 *
 * Context: as @gfp says.
 * Return: memory for kfree(), or NULL.
 */
static inline void *charge_zalloc(const struct charge *charge, size_t size, gfp_t gfp)
{
	struct mem_cgroup *old = charge_begin(charge);
	void *p = kzalloc(size, gfp);

	charge_end(old);
	return p;
}

#endif
