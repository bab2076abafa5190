// SPDX-License-Identifier: GPL-2.0
/* Answers to those who are recorded to have asked for a target (ND-D3). */

#include <linux/slab.h>
#include <net/ndisc.h>

#include "ndproxy.h"

#define NDP_MAX_ANSWERS		4096	/* that wait for a route */

/* ND-D3: each on its own link. One on the target's own link has heard the target itself. */
static void ndp_answer_all(struct ndp_net *nn, const struct ndp_record *rec)
{
	int i;

	for (i = 0; i < rec->n; i++) {
		const struct ndp_solicitor *who = &rec->solicitor[i];
		struct ndp_link *link = ndp_link_by_index(nn, who->ifindex);

		if (!link || who->ifindex == rec->lives_on || link->group->id != rec->group)
			continue;
		if (ndp_send_na(nn, link, &who->addr, &rec->target,
				rec->na_flags | ND_NA_SOLICITED))
			ndp_count(&link->stats, NDP_ANSWERS);
	}
}

static void ndp_answer_job(struct ndp_net *nn, struct ndp_job *job)
{
	struct ndp_record *rec = container_of(job, struct ndp_record, job);

	atomic_dec(&nn->jobs.n_answers);
	rcu_read_lock();
	local_bh_disable();
	ndp_answer_all(nn, rec);
	local_bh_enable();
	rcu_read_unlock();
	kfree(rec);
}

static bool ndp_waits_for_route(const struct ndp_net *nn, const struct ndp_record *rec)
{
	int i;

	for (i = 0; i < rec->n; i++) {
		const struct in6_addr *who = &rec->solicitor[i].addr;
		const struct ndp_host *host = ndp_host_find(nn, rec->group, who);

		if (host && READ_ONCE(host->route) == NDP_ROUTE_WANTED)
			return true;
	}
	return false;
}

/**
 * ndp_answer() - answer all who are recorded to have asked for a target
 * @nn: namespace
 * @rec: the record, out of its prefix's table; it is given away
 * @group: number of its group
 * @lives_on: ifindex of the link where the target lives; 0: on this router, or not known
 * @na_flags: R and O
 *
 * What a solicitor sends next will be answered, and the way back to it needs its own route, just as
 * the way to the target does: where that route is on its way still, the answer follows it.
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_answer(struct ndp_net *nn, struct ndp_record *rec, u32 group, int lives_on, u8 na_flags)
{
	rec->group = group;
	rec->lives_on = lives_on;
	rec->na_flags = na_flags & (ND_NA_ROUTER | ND_NA_OVERRIDE);
	/* Rather an answer too soon than a queue without end. */
	if (ndp_waits_for_route(nn, rec) && atomic_read(&nn->jobs.n_answers) < NDP_MAX_ANSWERS) {
		rec->job.run = ndp_answer_job;
		atomic_inc(&nn->jobs.n_answers);
		ndp_job_queue(nn, &rec->job);
		return;
	}
	ndp_answer_all(nn, rec);
	kfree(rec);
}

/**
 * ndp_answer_target() - a target is there, and its route, too: answer who asked for it
 * @nn: namespace
 * @prefix: that covers it
 * @target: its address
 * @lives_on: link where it lives
 * @na_flags: R and O of its advertisement
 *
 * Context: bottom halves disabled, RCU.
 */
void ndp_answer_target(struct ndp_net *nn, struct ndp_prefix *prefix, const struct in6_addr *target,
		       const struct ndp_link *lives_on, u8 na_flags)
{
	struct ndp_record *rec = ndp_solicit_take(&prefix->records, target);

	if (rec)
		ndp_answer(nn, rec, prefix->key.group, lives_on->ifindex, na_flags);
}
