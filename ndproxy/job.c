// SPDX-License-Identifier: GPL-2.0
/*
 * Jobs: what softirq and RTNL leave to the namespace's workqueue, done in the order in which it was
 * asked for. So an answer that is queued behind a route leaves when that route is in place.
 */

#include <linux/sched.h>

#include "ndproxy.h"

static struct ndp_job *ndp_job_next(struct ndp_net *nn)
{
	struct ndp_job *job;

	spin_lock_bh(&nn->jobs.lock);
	job = list_first_entry_or_null(&nn->jobs.queue, struct ndp_job, list);
	if (job)
		list_del_init(&job->list);
	spin_unlock_bh(&nn->jobs.lock);
	return job;
}

static void ndp_job_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(work, struct ndp_net, jobs.work);
	struct ndp_job *job;

	while ((job = ndp_job_next(nn))) {
		job->run(nn, job);
		cond_resched();
	}
}

/**
 * ndp_job_queue() - have a job done
 * @nn: namespace
 * @job: with its function and an empty list head
 *
 * Context: any; takes the jobs' lock.
 * Return: false if it is queued already.
 */
bool ndp_job_queue(struct ndp_net *nn, struct ndp_job *job)
{
	bool queued = false;

	spin_lock_bh(&nn->jobs.lock);
	if (list_empty(&job->list)) {
		list_add_tail(&job->list, &nn->jobs.queue);
		/* Refused, it is done by the last run of the work, which empties the queue. */
		ndp_gate_queue(&nn->gate, &nn->jobs.work);
		queued = true;
	}
	spin_unlock_bh(&nn->jobs.lock);
	return queued;
}

/**
 * ndp_job_is_queued() - does a job wait?
 * @nn: namespace
 * @job: one that exists
 *
 * Context: any; takes the jobs' lock.
 * Return: true if it does; false while it runs.
 */
bool ndp_job_is_queued(struct ndp_net *nn, const struct ndp_job *job)
{
	bool queued;

	spin_lock_bh(&nn->jobs.lock);
	queued = !list_empty(&job->list);
	spin_unlock_bh(&nn->jobs.lock);
	return queued;
}

/**
 * ndp_job_init() - set up a namespace's jobs
 * @nn: new namespace
 */
void ndp_job_init(struct ndp_net *nn)
{
	spin_lock_init(&nn->jobs.lock);
	INIT_LIST_HEAD(&nn->jobs.queue);
	INIT_WORK(&nn->jobs.work, ndp_job_work);
}
