/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the workqueue does in the order in which it was asked.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_JOB_H
#define NDPROXY_JOB_H

/* --- job.c: what the workqueue does in the order in which it was asked ------------------------ */

/**
 * struct ndp_job - a change to the kernel's routes, or an answer that must not overtake one
 * @list: in ndp_jobs.queue; empty: not queued
 * @run: does it, and ends the job. The namespace's workqueue, no lock held
 */
struct ndp_job {
	struct list_head list;
	void (*run)(struct ndp_net *nn, struct ndp_job *job);
};

/**
 * struct ndp_jobs - the jobs of a namespace, first in, first out
 * @lock: protects @queue; softirq
 * @queue: struct ndp_job
 * @n_answers: answers among them
 * @work: empties it
 */
struct ndp_jobs {
	spinlock_t lock;	/* protects the queue */
	struct list_head queue;
	atomic_t n_answers;
	struct work_struct work;
};

void ndp_job_init(struct ndp_net *nn);
bool ndp_job_queue(struct ndp_net *nn, struct ndp_job *job);
bool ndp_job_is_queued(struct ndp_net *nn, const struct ndp_job *job);

#define NDP_RETRANS_TIMER	HZ	/* RFC 4861 10 */

#endif
