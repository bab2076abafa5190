/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guard under test: a namespace of the test's own, with three links whose devices are never
 * registered. Its workqueue and its clock are real. What the hosts ask of those above them is noted
 * and counted, and so is a job for a host's route, which the kernel never hears of.
 */
#ifndef GUARD_KUNIT_H
#define GUARD_KUNIT_H

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../ndproxy/ndproxy.h"

enum {
	LINK_A,		/* the host's own, where nothing else is said */
	LINK_B,
	LINK_C,
	LINKS,
	NOWHERE
};

#define UNCLAIMED	NDP_CLAIM_STATES
#define NOBODY		(-1)			/* no link-layer address */

/* The guard's times, as its table gives them: the same again, and not taken from there. */
#define STEP		(HZ / 8)
#define THRICE		(3 * STEP)
#define QUIET		(HZ / 2)
#define WAIT		(NDP_DAD_TIME - THRICE)
#define LATE		(HZ / 8)		/* the timer's wheel is that coarse */

#define PROBES_NOTED	16

/**
 * struct guardt - a namespace under test
 * @nn: the namespace
 * @group: of the links
 * @prefix: of the hosts
 * @link: its links
 * @dev: their devices
 * @home: of all hosts, as hosts want one
 * @mac: what speaks on each link
 * @s: what the next evidence is told with; filled in but for prefix, answer, na_flags and neigh
 * @addr: of @s
 * @deaf: a probe cannot be sent
 * @during: what happens while a probe is under way; once
 * @n_probes: probes asked for, sent or not
 * @probed: jiffies of the first of them
 * @asked: link on which the last was
 * @entered: jiffies when a host entered a link last
 * @answers: hosts whose solicitors were to be answered with the route
 * @left: ifindex of the link that is to be told that a host left it
 */
struct guardt {
	struct ndp_net nn;
	struct ndp_group group;
	struct ndp_prefix prefix[2];
	struct ndp_link link[LINKS];
	struct net_device *dev[LINKS];
	struct ndp_snm_home home;
	u8 mac[LINKS][ETH_ALEN];
	struct ndp_sighting s;
	struct in6_addr addr;
	bool deaf;
	void (*during)(struct guardt *t);
	unsigned int n_probes;
	unsigned long probed[PROBES_NOTED];
	unsigned int asked;
	unsigned long entered;
	unsigned int answers;
	int left;
};

/* --- those above the hosts -------------------------------------------------------------------- */

static inline struct guardt *guardt_of(struct ndp_net *nn)
{
	return container_of(nn, struct guardt, nn);
}

static inline enum ndp_asked guardt_probe(struct ndp_net *nn, const struct ndp_host *host)
{
	struct guardt *t = guardt_of(nn);
	void (*during)(struct guardt *t) = t->during;

	if (t->n_probes < PROBES_NOTED)
		t->probed[t->n_probes] = jiffies;
	t->n_probes++;
	t->asked = READ_ONCE(host->link) - t->link;
	t->during = NULL;
	if (during)
		during(t);
	return t->deaf ? NDP_ASKED_NOT : NDP_ASKED;
}

static inline void guardt_enter(struct ndp_host *host)
{
	struct guardt *t = guardt_of(host->link->nn);

	host->home = &t->home;
	t->entered = jiffies;
}

static inline void guardt_leave(struct ndp_host *host)
{
	host->home = NULL;
}

static const struct ndp_host_ops guardt_ops = {
	.probe = guardt_probe,
	.enter = guardt_enter,
	.leave = guardt_leave,
};

static inline struct ndp_job *guardt_next_job(struct guardt *t)
{
	struct ndp_job *job;

	spin_lock_bh(&t->nn.jobs.lock);
	job = list_first_entry_or_null(&t->nn.jobs.queue, struct ndp_job, list);
	if (job)
		list_del_init(&job->list);
	spin_unlock_bh(&t->nn.jobs.lock);
	return job;
}

/* Every route is in place as soon as it is asked for. Nothing but hosts has jobs here. */
static inline void guardt_routes(struct work_struct *work)
{
	struct guardt *t = container_of(work, struct guardt, nn.jobs.work);
	struct ndp_host_due due;
	struct ndp_job *job;

	while ((job = guardt_next_job(t))) {
		struct ndp_host *host = container_of(job, struct ndp_host, job);

		ndp_host_route_done(&t->nn, host, NDP_ROUTE_INSTALLED, &due);
		t->answers += due.answer;
		if (due.left)
			t->left = due.left;
		ndp_host_put(host);
	}
}

/* --- what is heard ---------------------------------------------------------------------------- */

/* From now on it is about another host. */
static inline void guardt_target(struct guardt *t, unsigned int prefix, u32 n)
{
	t->s.prefix = &t->prefix[prefix];
	ipv6_addr_set(&t->addr, htonl(0x20010db8), htonl(prefix), 0, htonl(n));
}

static inline void guardt_sight(struct guardt *t, unsigned int where, u8 evidence)
{
	t->s.link = &t->link[where];
	t->s.addr = &t->addr;
	t->s.lladdr = t->mac[where];
	t->s.lladdr_len = ETH_ALEN;
	t->s.evidence = evidence;
	t->s.held = false;
	t->s.defend = NULL;
}

/* The host, or one that says so, is heard on a link. */
static inline enum ndp_learnt guardt_hear(struct guardt *t, unsigned int where, u8 evidence)
{
	enum ndp_learnt learnt;

	guardt_sight(t, where, evidence);
	rcu_read_lock();
	learnt = ndp_host_learn(&t->nn, &t->s);
	rcu_read_unlock();
	return learnt;
}

/* It probes for the address there. Return: that is an echo. */
static inline bool guardt_dad(struct guardt *t, unsigned int where, u32 nonce)
{
	bool echo;

	guardt_sight(t, where, NDP_BY_DAD);
	rcu_read_lock();
	echo = ndp_host_claim(&t->nn, &t->s, nonce);
	rcu_read_unlock();
	return echo;
}

/* A DAD probe or other evidence. */
static inline void guardt_claim(struct guardt *t, unsigned int where, u8 evidence)
{
	if (evidence == NDP_BY_DAD)
		guardt_dad(t, where, 0);
	else
		guardt_hear(t, where, evidence);
}

/* --- time ------------------------------------------------------------------------------------- */

/* What is due is done. */
static inline void guardt_run(struct guardt *t)
{
	flush_workqueue(t->nn.gate.wq);
}

static inline void guardt_pass(struct guardt *t, unsigned long span)
{
	schedule_timeout_uninterruptible(span);
	guardt_run(t);
}

/* The host is known on A, and its route is in place. */
static inline void guardt_know(struct guardt *t)
{
	guardt_hear(t, LINK_A, NDP_BY_NA);
	guardt_run(t);
}

/* @when was @span after @since, in the grain of the timers. */
static inline void guardt_expect_after(struct kunit *test, unsigned long since, unsigned long when,
				       unsigned long span)
{
	KUNIT_EXPECT_GE(test, when - since, span);
	KUNIT_EXPECT_LT(test, when - since, span + LATE);
}

/* --- what is known ---------------------------------------------------------------------------- */

/**
 * struct guardt_view - what is known of the host now
 * @where: link on which it lives, or NOWHERE
 * @claim: enum ndp_claim_state of the first claim of all, if the host is claimed; or UNCLAIMED
 * @state: enum ndp_host_state
 * @evidence: enum ndp_evidence
 * @na_flags: of its advertisement
 * @mac: link whose station it names, or NOBODY
 */
struct guardt_view {
	unsigned int where;
	unsigned int claim;
	u8 state;
	u8 evidence;
	u8 na_flags;
	int mac;
};

static inline struct ndp_host *guardt_find(struct guardt *t)
{
	struct ndp_host *host;
	unsigned int i;

	lockdep_assert_held(&t->nn.hosts.lock);
	for (i = 0; i < LINKS; i++)
		list_for_each_entry(host, &t->link[i].hosts, link_list)
			if (ipv6_addr_equal(&host->key.addr, &t->addr))
				return host;
	return NULL;
}

static inline struct guardt_view guardt_look(struct guardt *t)
{
	struct guardt_view view = { .where = NOWHERE, .claim = UNCLAIMED, .mac = NOBODY };
	struct ndp_host *host;

	spin_lock_bh(&t->nn.hosts.lock);
	host = guardt_find(t);
	if (!host)
		goto out;
	view.where = host->link - t->link;
	view.state = host->state;
	view.evidence = host->evidence;
	view.na_flags = host->na_flags;
	if (host->station)
		view.mac = host->station->key.addr[ETH_ALEN - 1];
	if (host->claim)
		for (view.claim = 0; view.claim < UNCLAIMED; view.claim++)
			if (!list_empty(&t->nn.hosts.claims[view.claim]))
				break;
out:
	spin_unlock_bh(&t->nn.hosts.lock);
	return view;
}

static inline unsigned int guardt_where(struct guardt *t)
{
	return guardt_look(t).where;
}

static inline unsigned int guardt_state(struct guardt *t)
{
	return guardt_look(t).claim;
}

/* How often was this counted on a link? */
static inline u64 guardt_drops(struct guardt *t, unsigned int where, enum ndp_drop why)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += u64_stats_read(&per_cpu_ptr(t->link[where].stats.pcpu, cpu)
						->count[NDP_COUNTERS + why]);
	return sum;
}

static inline u64 guardt_refused(struct guardt *t, unsigned int where)
{
	return guardt_drops(t, where, NDP_DROP_HOST_REFUSED);
}

/* Link-layer addresses that are named by hosts and claims. */
static inline int guardt_stations(struct guardt *t)
{
	return atomic_read(&t->nn.hosts.stations.nelems);
}

/* --- setting up and taking down --------------------------------------------------------------- */

static inline int guardt_init_link(struct guardt *t, unsigned int i)
{
	struct ndp_link *link = &t->link[i];

	t->dev[i] = alloc_etherdev(0);
	link->stats.pcpu = netdev_alloc_pcpu_stats(struct ndp_pcpu_stats);
	if (!t->dev[i] || !link->stats.pcpu)
		return -ENOMEM;
	t->mac[i][0] = 2;
	t->mac[i][ETH_ALEN - 1] = i;
	INIT_LIST_HEAD(&link->hosts);
	INIT_LIST_HEAD(&link->late);
	INIT_LIST_HEAD(&link->late_list);
	rcu_assign_pointer(link->dev, t->dev[i]);
	snprintf(link->name, sizeof(link->name), "guard%u", i);
	link->nn = &t->nn;
	link->group = &t->group;
	link->ifindex = 1000 + i;
	link->state = NDP_LINK_ACTIVE;
	/* Upstream the kernel would be asked for its routes. */
	link->role = NDP_ROLE_DOWNSTREAM;
	link->guard = true;
	return 0;
}

static inline void guardt_free_links(struct guardt *t)
{
	unsigned int i;

	for (i = 0; i < LINKS; i++) {
		free_percpu(t->link[i].stats.pcpu);
		if (t->dev[i])
			free_netdev(t->dev[i]);
	}
}

static inline void guardt_init_net(struct ndp_net *nn)
{
	nn->net = &init_net;
	nn->host_ops = &guardt_ops;
	nn->limit[NDP_HOSTS_PER_PREFIX] = 64;
	nn->limit[NDP_HOSTS_PER_LINK] = 64;
	nn->limit[NDP_HOSTS_PER_LLADDR] = 64;
	nn->limit[NDP_HOST_LIFETIME] = 600;
	nn->limit[NDP_OBJECTS_PER_NET] = 1000;
	spin_lock_init(&nn->jobs.lock);
	INIT_LIST_HEAD(&nn->jobs.queue);
	INIT_WORK(&nn->jobs.work, guardt_routes);
	ndp_age_init(nn);
}

static inline int guardt_init(struct kunit *test)
{
	struct guardt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	int err = -ENOMEM, i;

	if (!t)
		return err;
	for (i = 0; i < LINKS; i++)
		if (guardt_init_link(t, i))
			goto free_links;
	for (i = 0; i < ARRAY_SIZE(t->prefix); i++) {
		t->prefix[i].group = &t->group;
		INIT_LIST_HEAD(&t->prefix[i].onlinks);
	}
	guardt_init_net(&t->nn);
	err = ndp_gate_open(&t->nn.gate, "ndp_guard_kunit");
	if (err)
		goto free_links;
	err = ndp_host_init(&t->nn);
	if (err)
		goto end_gate;
	guardt_target(t, 0, 1);
	test->priv = t;
	return 0;

end_gate:
	ndp_gate_close(&t->nn.gate);
	ndp_gate_end(&t->nn.gate, NULL);
free_links:
	guardt_free_links(t);
	return err;
}

static inline void guardt_forget_all(struct guardt *t, struct ndp_link *link)
{
	struct ndp_host *host;
	struct in6_addr addr;

	for (;;) {
		spin_lock_bh(&t->nn.hosts.lock);
		host = list_first_entry_or_null(&link->hosts, struct ndp_host, link_list);
		if (host)
			addr = host->key.addr;
		spin_unlock_bh(&t->nn.hosts.lock);
		if (!host || !ndp_host_remove(&t->nn, t->group.id, &addr))
			break;
	}
}

/* When the hosts have gone, nothing of a claim may be left: no entry and no station. */
static inline void guardt_exit(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned int i;

	if (!t)
		return;
	for (i = 0; i < LINKS; i++)
		guardt_forget_all(t, &t->link[i]);
	ndp_gate_close(&t->nn.gate);
	cancel_delayed_work_sync(&t->nn.hosts.work);
	ndp_gate_end(&t->nn.gate, &t->nn.jobs.work);

	for (i = 0; i < NDP_CLAIM_STATES; i++)
		KUNIT_EXPECT_TRUE(test, list_empty(&t->nn.hosts.claims[i]));
	for (i = 0; i < LINKS; i++)
		KUNIT_EXPECT_EQ(test, t->link[i].n_hosts, 0);
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 0);
	KUNIT_EXPECT_EQ(test, t->nn.hosts.count, 0);
	ndp_host_exit(&t->nn);
	guardt_free_links(t);
}

#endif
