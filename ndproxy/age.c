// SPDX-License-Identifier: GPL-2.0
/*
 * Ageing of hosts: a DAD probe that nobody contests makes a host, one whose lifetime is over is
 * asked, and forgotten if it is silent (ND-F1, F3). The lists are ordered by time, so that the next
 * host to end is always a first one and a single piece of work serves them all.
 *
 * A link that is over its rate of solicitations loses no host by that: those that it cannot ask now
 * wait in a queue of its own, and nobody on that link is asked before them.
 */

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

#define NDP_PROBE_TIME		HZ	/* RETRANS_TIMER (RFC 4861 10) */
#define NDP_PROBES		3	/* MAX_UNICAST_SOLICIT (RFC 4861 10) */
#define NDP_STALLS		30	/* seconds that a link may be unable to ask */
#define NDP_LATE_TIME		(HZ / 8)	/* until a link over its rate is tried again */
#define NDP_AGE_BATCH		64	/* hosts per hold of the lock */

static struct ndp_host *ndp_host_due(struct list_head *list, unsigned long span)
{
	struct ndp_host *host = list_first_entry_or_null(list, struct ndp_host, timed);

	return host && time_after_eq(jiffies, host->seen + span) ? host : NULL;
}

/* Nobody contested the probe: the host is where it probed. */
static void ndp_host_uncontested(struct ndp_net *nn, struct ndp_host *host)
{
	host->nonce = 0;
	ndp_host_settle(nn, host, NDP_BY_DAD);
}

/**
 * ndp_host_ask() - ask a host on its link whether it is there
 * @nn: namespace
 * @host: of which the caller holds a reference
 *
 * Context: the namespace's workqueue, hosts' lock, which is dropped and taken again.
 * Return: what came of it.
 */
enum ndp_asked ndp_host_ask(struct ndp_net *nn, struct ndp_host *host)
{
	enum ndp_asked asked;

	rcu_read_lock();
	spin_unlock_bh(&nn->hosts.lock);

	local_bh_disable();
	asked = nn->host_ops->probe(nn, host);
	local_bh_enable();

	spin_lock_bh(&nn->hosts.lock);
	rcu_read_unlock();
	return asked;
}

static void ndp_host_start_probing(struct ndp_net *nn, struct ndp_host *host)
{
	host->state = NDP_HOST_PROBING;
	host->probes = 0;
	host->stalls = 0;
	host->seen = jiffies - NDP_PROBE_TIME;
	list_move(&host->timed, &nn->hosts.probing);
}

/*
 * A host that is being asked has its turn. What came meanwhile, without the lock, may have taken it
 * away, or made its life start anew, or elsewhere; else one that was held back is the first to be
 * tried again, as nobody on its link went before it.
 */
static void ndp_host_probe_now(struct ndp_net *nn, struct ndp_host *host)
{
	struct ndp_link *link = host->link;
	enum ndp_asked asked;

	host->seen = jiffies;
	list_move_tail(&host->timed, &nn->hosts.probing);
	refcount_inc(&host->ref);
	asked = ndp_host_ask(nn, host);
	if (asked == NDP_ASKED) {
		host->probes++;
	} else if (asked == NDP_ASKED_NOT) {
		host->stalls++;
	} else if (!host->dead && host->state == NDP_HOST_PROBING && host->link == link) {
		list_move(&host->timed, &link->late);
		link->late_at = jiffies + NDP_LATE_TIME;
		list_move_tail(&link->late_list, &nn->hosts.late);
	}
	ndp_host_put(host);
}

/* Ask a host once more, behind those on its link that wait. */
static void ndp_host_probe(struct ndp_net *nn, struct ndp_host *host)
{
	if (host->probes >= NDP_PROBES || host->stalls >= NDP_STALLS)
		ndp_host_forget(nn, host);
	else if (!list_empty(&host->link->late))
		list_move_tail(&host->timed, &host->link->late);
	else
		ndp_host_probe_now(nn, host);
}

/* The first of those that wait on a link that may be tried again. */
static struct ndp_host *ndp_host_late(struct ndp_net *nn)
{
	struct ndp_link *link, *tmp;

	list_for_each_entry_safe(link, tmp, &nn->hosts.late, late_list) {
		if (time_before(jiffies, link->late_at))
			break;
		if (!list_empty(&link->late))
			return list_first_entry(&link->late, struct ndp_host, timed);
		list_del_init(&link->late_list);
	}
	return NULL;
}

static void ndp_host_rearm_late(struct ndp_net *nn)
{
	struct ndp_link *link = list_first_entry_or_null(&nn->hosts.late, struct ndp_link,
							 late_list);

	if (link)
		ndp_host_arm(nn, link->late_at);
}

static bool ndp_host_age_one(struct ndp_net *nn)
{
	struct ndp_hosts *hosts = &nn->hosts;
	struct ndp_host *host;

	if (ndp_guard_age_one(nn))
		return true;
	host = ndp_host_due(&hosts->tentative, NDP_DAD_TIME);
	if (host) {
		ndp_host_uncontested(nn, host);
		return true;
	}
	host = ndp_host_due(&hosts->lru, ndp_host_lifetime(nn)) ?:
	       ndp_host_due(&hosts->restored, 0);
	if (host) {
		ndp_host_start_probing(nn, host);
		return true;
	}
	host = ndp_host_due(&hosts->probing, NDP_PROBE_TIME);
	if (host) {
		ndp_host_probe(nn, host);
		return true;
	}
	host = ndp_host_late(nn);
	if (host)
		ndp_host_probe_now(nn, host);
	return host;
}

static void ndp_host_rearm_list(struct ndp_net *nn, struct list_head *list, unsigned long span)
{
	struct ndp_host *host = list_first_entry_or_null(list, struct ndp_host, timed);

	if (host)
		ndp_host_arm(nn, host->seen + span);
}

static void ndp_host_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, hosts.work);
	struct ndp_hosts *hosts = &nn->hosts;
	unsigned int n = 0;

	spin_lock_bh(&hosts->lock);
	hosts->armed = false;
	while (ndp_host_age_one(nn)) {
		if (++n % NDP_AGE_BATCH)
			continue;
		spin_unlock_bh(&hosts->lock);
		cond_resched();
		spin_lock_bh(&hosts->lock);
	}
	hosts->armed = false;
	ndp_guard_rearm(nn);
	ndp_host_rearm_list(nn, &hosts->tentative, NDP_DAD_TIME);
	ndp_host_rearm_list(nn, &hosts->lru, ndp_host_lifetime(nn));
	ndp_host_rearm_list(nn, &hosts->restored, 0);
	ndp_host_rearm_list(nn, &hosts->probing, NDP_PROBE_TIME);
	ndp_host_rearm_late(nn);
	spin_unlock_bh(&hosts->lock);
}

/**
 * ndp_age_lifetime_set() - hosts live for another time: who is over it is asked now
 * @nn: namespace
 *
 * Context: process.
 */
void ndp_age_lifetime_set(struct ndp_net *nn)
{
	spin_lock_bh(&nn->hosts.lock);
	ndp_host_rearm_list(nn, &nn->hosts.lru, ndp_host_lifetime(nn));
	spin_unlock_bh(&nn->hosts.lock);
}

/**
 * ndp_age_init() - set up the ageing of a namespace's hosts
 * @nn: new namespace
 */
void ndp_age_init(struct ndp_net *nn)
{
	INIT_DELAYED_WORK(&nn->hosts.work, ndp_host_work);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_age_init);
