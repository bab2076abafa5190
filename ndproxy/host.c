// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts: on which link a target lives, and by what evidence (ND-F1). age.c says how long.
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "ndproxy.h"
#include "trace.h"

#define NDP_NEWS		(HZ / 4)	/* evidence is repeated news for so long */

static const struct rhashtable_params ndp_host_params = {
	.head_offset = offsetof(struct ndp_host, node),
	.key_offset = offsetof(struct ndp_host, key),
	.key_len = offsetofend(struct ndp_host_key, group),
	.automatic_shrinking = true,
};

/**
 * ndp_host_find() - look up a host
 * @nn: namespace
 * @group: group number
 * @addr: its address
 *
 * Context: RCU, or the hosts' lock.
 * Return: the host or NULL. Without the lock its fields are a hint.
 */
struct ndp_host *ndp_host_find(const struct ndp_net *nn, u32 group, const struct in6_addr *addr)
{
	struct ndp_host_key key = { .addr = *addr, .group = group };

	return rhashtable_lookup_fast((struct rhashtable *)&nn->hosts.table, &key,
				      ndp_host_params);
}

/**
 * ndp_host_put() - give back a reference to a host
 * @host: freed after a grace period if it was the last
 */
void ndp_host_put(struct ndp_host *host)
{
	if (refcount_dec_and_test(&host->ref))
		kfree_rcu(host, rcu);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_put);

/* --- time ------------------------------------------------------------------------------------- */

/**
 * ndp_host_lifetime() - how long a host is kept without evidence
 * @nn: namespace
 *
 * Return: jiffies.
 */
unsigned long ndp_host_lifetime(const struct ndp_net *nn)
{
	return READ_ONCE(nn->limit[NDP_HOST_LIFETIME]) * HZ;
}

/**
 * ndp_host_arm() - have the hosts looked at in time; the only place that arms the work
 * @nn: namespace
 * @deadline: jiffies; one that is not sooner than what is waited for changes nothing
 *
 * Nothing is armed while there is no host.
 *
 * Context: hosts' lock.
 */
void ndp_host_arm(struct ndp_net *nn, unsigned long deadline)
{
	struct ndp_hosts *hosts = &nn->hosts;
	long delay = deadline - jiffies;

	lockdep_assert_held(&hosts->lock);

	if (hosts->armed && !time_before(deadline, hosts->wake))
		return;
	hosts->armed = true;
	hosts->wake = deadline;
	ndp_gate_move(&nn->gate, &hosts->work, max(delay, 0L));
}

static void ndp_host_time(struct ndp_net *nn, struct ndp_host *host, struct list_head *list,
			  unsigned long span)
{
	host->seen = jiffies;
	list_move_tail(&host->timed, list);
	ndp_host_arm(nn, host->seen + span);
}

/**
 * ndp_host_refresh() - a host's life starts anew on its link
 * @nn: namespace
 * @host: for which there is evidence
 *
 * Context: hosts' lock.
 */
void ndp_host_refresh(struct ndp_net *nn, struct ndp_host *host)
{
	WRITE_ONCE(host->heard, get_jiffies_64());
	/* There may be room for its group by now. */
	if (!host->home)
		nn->host_ops->enter(host);
	if (host->state == NDP_HOST_STATIC)
		return;
	host->state = NDP_HOST_REACHABLE;
	ndp_host_time(nn, host, &nn->hosts.lru, ndp_host_lifetime(nn));
}

/* --- coming, moving, going -------------------------------------------------------------------- */

static void ndp_host_enter_link(struct ndp_host *host, struct ndp_link *link)
{
	WRITE_ONCE(host->link, link);
	WRITE_ONCE(host->heard, get_jiffies_64());
	list_add_tail(&host->link_list, &link->hosts);
	link->n_hosts++;
	link->nn->host_ops->enter(host);
}

static void ndp_host_leave_link(struct ndp_host *host)
{
	host->link->nn->host_ops->leave(host);
	list_del(&host->link_list);
	host->link->n_hosts--;
}

/* ND-F5: a link where addresses are made up leaves room in the prefix for the others. */
static bool ndp_host_over_limit(struct ndp_net *nn, const struct ndp_sighting *s)
{
	if (s->evidence == NDP_BY_STATIC)
		return false;
	return s->prefix->n_hosts >= READ_ONCE(nn->limit[NDP_HOSTS_PER_PREFIX]) ||
	       s->link->n_hosts >= READ_ONCE(nn->limit[NDP_HOSTS_PER_LINK]);
}

static enum ndp_share ndp_host_share(const struct ndp_sighting *s)
{
	return s->evidence == NDP_BY_STATIC ? NDP_SHARE_ALL : NDP_SHARE_LEARNT;
}

static void ndp_host_refuse(struct ndp_net *nn, const struct ndp_sighting *s, enum ndp_drop why)
{
	ndp_count_drop(&s->link->stats, why);
	if (why != NDP_DROP_NO_MEMORY)
		ndp_event_limit(nn, s->link, why, s->addr);
}

/**
 * ndp_host_get_station() - take the link-layer address that the evidence tells
 * @nn: namespace
 * @s: evidence of a host
 *
 * Context: hosts' lock.
 * Return: as ndp_station_get(); an error has been counted.
 */
struct ndp_station *ndp_host_get_station(struct ndp_net *nn, const struct ndp_sighting *s)
{
	struct ndp_station *station = ndp_station_get(nn, s);

	if (IS_ERR(station))
		ndp_host_refuse(nn, s, PTR_ERR(station) == -ENOSPC ? NDP_DROP_LLADDR_LIMIT :
								     NDP_DROP_NO_MEMORY);
	return station;
}

static struct ndp_host *ndp_host_new(struct ndp_net *nn, const struct ndp_sighting *s)
{
	struct ndp_station *station;
	struct ndp_host *host;

	if (ndp_host_over_limit(nn, s) || !ndp_objects_take(nn, ndp_host_share(s))) {
		ndp_host_refuse(nn, s, NDP_DROP_HOST_LIMIT);
		return NULL;
	}
	station = ndp_host_get_station(nn, s);
	if (IS_ERR(station))
		goto give;
	host = charge_zalloc(&nn->charge, sizeof(*host), CHARGE_SOFTIRQ);
	if (!host)
		goto no_memory;

	host->key.addr = *s->addr;
	host->key.group = s->link->group->id;
	host->prefix = s->prefix;
	host->station = station;
	INIT_LIST_HEAD(&host->timed);
	INIT_LIST_HEAD(&host->job.list);
	refcount_set(&host->ref, 1);
	if (rhashtable_insert_fast(&nn->hosts.table, &host->node, ndp_host_params)) {
		kfree(host);
		goto no_memory;
	}
	ndp_host_enter_link(host, s->link);
	s->prefix->n_hosts++;
	nn->hosts.count++;
	nn->hosts.generation++;
	return host;

no_memory:
	ndp_station_put(nn, station);
	ndp_host_refuse(nn, s, NDP_DROP_NO_MEMORY);
give:
	ndp_objects_give(nn, 1);
	return NULL;
}

/**
 * ndp_host_forget() - take a host out of the table, and its route out of the kernel
 * @nn: namespace
 * @host: to forget; freed with the last reference
 *
 * Context: hosts' lock.
 */
void ndp_host_forget(struct ndp_net *nn, struct ndp_host *host)
{
	lockdep_assert_held(&nn->hosts.lock);

	if (host->state != NDP_HOST_TENTATIVE) {
		trace_host_lost(host);
		ndp_event_host(nn, NDP_EVENT_HOST_LOST, host, NULL);
	}
	rhashtable_remove_fast(&nn->hosts.table, &host->node, ndp_host_params);
	list_del_init(&host->timed);
	ndp_guard_drop(nn, host);
	ndp_host_leave_link(host);
	ndp_station_put(nn, host->station);
	host->station = NULL;
	host->prefix->n_hosts--;
	nn->hosts.count--;
	nn->hosts.generation++;
	WRITE_ONCE(host->dead, true);
	ndp_objects_give(nn, 1);
	if (host->route != NDP_ROUTE_NONE)
		ndp_route_queue_host(nn, host);
	ndp_host_put(host);
}

/**
 * ndp_host_settle() - a host is known from now on
 * @nn: namespace
 * @host: new, or tentative
 * @evidence: enum ndp_evidence
 *
 * Context: hosts' lock.
 */
void ndp_host_settle(struct ndp_net *nn, struct ndp_host *host, u8 evidence)
{
	host->evidence = evidence;
	host->state = evidence == NDP_BY_STATIC ? NDP_HOST_STATIC : NDP_HOST_REACHABLE;
	if (evidence == NDP_BY_STATIC) {
		list_del_init(&host->timed);
		ndp_guard_drop(nn, host);
	}
	ndp_host_refresh(nn, host);
	ndp_host_want_route(nn, host);
	trace_host_learnt(host);
	ndp_event_host(nn, NDP_EVENT_HOST_LEARNT, host, NULL);
}

/**
 * ndp_host_move() - a host lives on another link now
 * @nn: namespace
 * @host: in the table; if it is tentative, nobody is told
 * @link: where it lives
 * @station: its link-layer address there, which becomes the host's; NULL: not known
 * @evidence: enum ndp_evidence
 *
 * Its route is looked at in any case, and after that the old link is told.
 *
 * Context: hosts' lock.
 */
void ndp_host_move(struct ndp_net *nn, struct ndp_host *host, struct ndp_link *link,
		   struct ndp_station *station, u8 evidence)
{
	bool tentative = host->state == NDP_HOST_TENTATIVE;
	const struct ndp_link *old = host->link;

	ndp_guard_drop(nn, host);
	ndp_host_leave_link(host);
	ndp_station_put(nn, host->station);
	host->station = station;
	ndp_host_enter_link(host, link);
	nn->hosts.generation++;
	if (tentative)
		return;
	host->evidence = evidence;
	host->left = old->ifindex;
	ndp_host_queue_route(nn, host);
	trace_host_moved(host, old);
	ndp_event_host(nn, NDP_EVENT_HOST_MOVED, host, old);
}

/* Another link-layer address: within the limit it is taken over, above it the old one stays. */
static void ndp_host_set_station(struct ndp_net *nn, struct ndp_host *host,
				 const struct ndp_sighting *s)
{
	struct ndp_station *station;
	bool had_one;

	if (!s->lladdr || (s->framed && host->station) || ndp_station_is(host->station, s))
		return;
	station = ndp_host_get_station(nn, s);
	if (IS_ERR_OR_NULL(station))
		return;
	had_one = host->station;
	ndp_station_put(nn, host->station);
	host->station = station;
	if (!had_one || host->state == NDP_HOST_TENTATIVE)
		return;
	trace_host_moved(host, host->link);
	ndp_event_host(nn, NDP_EVENT_HOST_MOVED, host, host->link);
}

/* The link's share in the prefix ends before its hosts are flushed: whoever comes later sees it. */
static bool ndp_host_admits(const struct ndp_sighting *s)
{
	return !s->prefix->dead && READ_ONCE(s->link->state) == NDP_LINK_ACTIVE &&
	       ndp_prefix_is_onlink(s->prefix, s->link);
}

static void ndp_host_follow(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s)
{
	struct ndp_station *station;

	/* It may hold the same link-layer address, of which the host would be one too many. */
	ndp_guard_drop(nn, host);
	station = ndp_host_get_station(nn, s);
	ndp_host_move(nn, host, s->link, IS_ERR(station) ? NULL : station, s->evidence);
}

/* Evidence of a host on another link than its own. Return: false if it stays where it is. */
static bool ndp_host_heard_elsewhere(struct ndp_net *nn, struct ndp_host *host,
				     struct ndp_sighting *s)
{
	/* Of a tentative one nobody relies yet on where it is. */
	s->held = host->state != NDP_HOST_TENTATIVE && s->evidence != NDP_BY_STATIC &&
		  ndp_guard_holds(nn, host, s);
	if (!s->held)
		ndp_host_follow(nn, host, s);
	return !s->held;
}

static struct ndp_host *ndp_host_note(struct ndp_net *nn, struct ndp_sighting *s)
{
	struct ndp_host *host = ndp_host_find(nn, s->link->group->id, s->addr);

	if (!host) {
		host = ndp_host_new(nn, s);
		if (host)
			ndp_host_settle(nn, host, s->evidence);
		return host;
	}
	if (host->link != s->link) {
		s->objects = host->state == NDP_HOST_TENTATIVE;
		if (!ndp_host_heard_elsewhere(nn, host, s))
			return NULL;
	} else {
		s->objects = ndp_guard_is_probed(host);
		s->defend = ndp_guard_defend(nn, host, s->evidence);
		/* What the administrator said stands until he says otherwise. */
		if (host->state == NDP_HOST_STATIC) {
			if (host->route == NDP_ROUTE_FAILED)
				ndp_host_want_route(nn, host);
			return host;
		}
		ndp_host_set_station(nn, host, s);
	}
	if (host->state == NDP_HOST_TENTATIVE || s->evidence == NDP_BY_STATIC) {
		ndp_host_settle(nn, host, s->evidence);
	} else {
		host->evidence = s->evidence;
		ndp_host_refresh(nn, host);
		if (host->route == NDP_ROUTE_FAILED)
			ndp_host_want_route(nn, host);
	}
	return host;
}

/*
 * The same was seen just now, and nothing is left to do for the host: a flood of evidence need not
 * take the namespace's lock. The fields are read without it; a race costs one update of the age.
 */
static bool ndp_host_is_old_news(const struct ndp_net *nn, const struct ndp_sighting *s)
{
	const struct ndp_station *station;
	const struct ndp_host *host;
	bool old = false;

	rcu_read_lock();
	host = ndp_host_find(nn, s->link->group->id, s->addr);
	if (!host || READ_ONCE(host->state) != NDP_HOST_REACHABLE ||
	    READ_ONCE(host->link) != s->link || READ_ONCE(host->claim) ||
	    READ_ONCE(host->evidence) != s->evidence ||
	    !time_before64(get_jiffies_64(), READ_ONCE(host->heard) + NDP_NEWS))
		goto out;
	if (READ_ONCE(host->route) == NDP_ROUTE_WANTED ||
	    READ_ONCE(host->route) == NDP_ROUTE_FAILED)
		goto out;
	if (s->evidence != NDP_BY_NS && READ_ONCE(host->na_flags) != s->na_flags)
		goto out;
	station = READ_ONCE(host->station);
	old = !s->lladdr || (s->framed && station) || ndp_station_is(station, s);
out:
	rcu_read_unlock();
	return old;
}

/**
 * ndp_host_learn() - there is evidence that a host lives on a link
 * @nn: namespace
 * @sighting: the evidence
 *
 * Context: RCU or RTNL; takes the hosts' lock.
 * Return: enum ndp_learnt; with NDP_LEARNT_PENDING or _HELD and @sighting->answer,
 * ndp_host_ops.ready is called when the host's route is in place, if it ever is.
 */
enum ndp_learnt ndp_host_learn(struct ndp_net *nn, struct ndp_sighting *sighting)
{
	enum ndp_learnt ret = NDP_LEARNT_REFUSED;
	struct ndp_host *host = NULL;

	if (ndp_host_is_old_news(nn, sighting))
		return NDP_LEARNT_READY;

	spin_lock_bh(&nn->hosts.lock);
	if (ndp_host_admits(sighting))
		host = ndp_host_note(nn, sighting);
	if (host) {
		if (sighting->evidence == NDP_BY_NA || sighting->evidence == NDP_BY_UNA)
			host->na_flags = sighting->na_flags;
		ret = host->route == NDP_ROUTE_WANTED ? NDP_LEARNT_PENDING : NDP_LEARNT_READY;
		if (ret == NDP_LEARNT_PENDING) {
			host->answer |= sighting->answer;
			host->neigh |= sighting->neigh;
		}
		if (host->left)
			ret = NDP_LEARNT_HELD;
	} else if (sighting->held) {
		ret = NDP_LEARNT_HELD;
	}
	spin_unlock_bh(&nn->hosts.lock);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_learn);

static void ndp_host_claim_new(struct ndp_net *nn, const struct ndp_sighting *s, u32 nonce)
{
	struct ndp_host *host = ndp_host_new(nn, s);

	if (!host)
		return;
	host->state = NDP_HOST_TENTATIVE;
	host->evidence = NDP_BY_DAD;
	host->nonce = nonce;
	ndp_host_time(nn, host, &nn->hosts.tentative, NDP_DAD_TIME);
}

static void ndp_host_claim_known(struct ndp_net *nn, struct ndp_host *host,
				 const struct ndp_sighting *s, u32 nonce)
{
	if (host->state == NDP_HOST_STATIC)
		return;
	if (host->link == s->link) {
		/* One more probe of the same host, or of one that its neighbour will contest. */
		if (host->state == NDP_HOST_TENTATIVE)
			host->nonce = nonce;
		return;
	}
	if (host->state == NDP_HOST_TENTATIVE) {
		/* Two hosts at once: each hears the other's probe, and neither gets the address. */
		ndp_host_forget(nn, host);
		return;
	}
	ndp_guard_dad(nn, host, s);
	host->nonce = host->claim ? nonce : 0;
}

/**
 * ndp_host_claim() - a DAD probe for an address was heard on a link
 * @nn: namespace
 * @sighting: the probe
 * @nonce: hash of its nonce, 0 if it has none
 *
 * If nobody contests it for a second, the host lives there (ND-F1). A host that is known elsewhere
 * stays there until then.
 *
 * Context: RCU; takes the hosts' lock.
 * Return: true if this is an echo of a probe that came from another link (ND-C7, RFC 7527 4.2).
 */
bool ndp_host_claim(struct ndp_net *nn, const struct ndp_sighting *sighting, u32 nonce)
{
	struct ndp_host *host;
	bool echo = false;

	spin_lock_bh(&nn->hosts.lock);
	if (!ndp_host_admits(sighting))
		goto out;
	host = ndp_host_find(nn, sighting->link->group->id, sighting->addr);
	if (host && nonce && nonce == host->nonce && sighting->link != ndp_guard_link(host))
		echo = true;
	else if (host)
		ndp_host_claim_known(nn, host, sighting, nonce);
	else
		ndp_host_claim_new(nn, sighting, nonce);
out:
	spin_unlock_bh(&nn->hosts.lock);
	return echo;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_claim);

/**
 * ndp_host_remove() - forget a host
 * @nn: namespace
 * @group: group number
 * @addr: its address
 *
 * Context: any; takes the hosts' lock.
 * Return: true if it was known.
 */
bool ndp_host_remove(struct ndp_net *nn, u32 group, const struct in6_addr *addr)
{
	struct ndp_host *host;

	spin_lock_bh(&nn->hosts.lock);
	host = ndp_host_find(nn, group, addr);
	if (host)
		ndp_host_forget(nn, host);
	spin_unlock_bh(&nn->hosts.lock);
	return host;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_remove);

/**
 * ndp_host_failed() - the kernel's own reachability detection gave a neighbour up (ND-F3)
 * @nn: namespace
 * @link: where
 * @addr: the neighbour
 *
 * Context: any; takes the hosts' lock.
 */
void ndp_host_failed(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *addr)
{
	struct ndp_host *host;

	spin_lock_bh(&nn->hosts.lock);
	host = ndp_host_find(nn, link->group->id, addr);
	if (host && host->link == link &&
	    (host->state == NDP_HOST_REACHABLE || host->state == NDP_HOST_PROBING) &&
	    !ndp_guard_follow(nn, host))
		ndp_host_forget(nn, host);
	spin_unlock_bh(&nn->hosts.lock);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_failed);

/* --- the table -------------------------------------------------------------------------------- */

/**
 * ndp_host_init() - set up a namespace's hosts
 * @nn: new namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ndp_host_init(struct ndp_net *nn)
{
	struct ndp_hosts *hosts = &nn->hosts;
	int err;

	spin_lock_init(&hosts->lock);
	INIT_LIST_HEAD(&hosts->lru);
	INIT_LIST_HEAD(&hosts->probing);
	INIT_LIST_HEAD(&hosts->tentative);
	INIT_LIST_HEAD(&hosts->restored);
	INIT_LIST_HEAD(&hosts->late);
	ndp_guard_init(nn);
	err = rhashtable_init(&hosts->table, &ndp_host_params);
	if (err)
		return err;
	err = ndp_station_init(nn);
	if (err)
		goto free_table;
	err = ndp_static_init(nn);
	if (!err)
		return 0;
	rhashtable_destroy(&hosts->stations);
free_table:
	rhashtable_destroy(&hosts->table);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_init);

/**
 * ndp_host_exit() - free a namespace's tables, which are empty by now
 * @nn: namespace that has no links any more
 */
void ndp_host_exit(struct ndp_net *nn)
{
	WARN_ON_ONCE(nn->hosts.count);
	ndp_static_exit(nn);
	rhashtable_destroy(&nn->hosts.stations);
	rhashtable_destroy(&nn->hosts.table);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_exit);
