// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts into solicited-node groups (MLD-S1, S2). A switch that snoops MLD forwards a solicitation
 * for a host on another link only where the host's solicited-node group was reported; so the router
 * listens to it in the host's stead, by the multicast listener engine.
 *
 * Two tables: a home says that hosts of one group live on a link. Softirq counts them under the
 * hosts' lock, and no more. A join says that a link listens to a group since it has a home on
 * another link. Work makes joins of homes, under RTNL, which is what keeps a home from going away.
 */

#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "ndproxy.h"

#define NDP_SNM_LINGER	(60 * HZ)	/* a group is kept so long after its last host left */
#define NDP_SNM_BATCH	256		/* joins made or ended per hold of RTNL, about */
#define NDP_SNM_AT_ONCE	16		/* joins of one go that are reported without delay */
#define NDP_SNM_SPREAD	1000		/* ms over which the others are spread (MLD-D8) */

static const struct rhashtable_params ndp_snm_params = {
	.head_offset = offsetof(struct ndp_snm_home, node),
	.key_offset = offsetof(struct ndp_snm_home, key),
	.key_len = sizeof(struct ndp_snm_key),
	.automatic_shrinking = true,
};

static u32 ndp_snm_limit(const struct ndp_net *nn)
{
	return READ_ONCE(nn->limit[NDP_SNOOP_GROUPS]);
}

static void ndp_snm_key(struct ndp_snm_key *key, const struct ndp_link *link,
			const struct in6_addr *addr)
{
	key->group = link->group->id;
	/* RFC 4291 2.7.1: the low-order 24 bits of the address. */
	key->bits = addr->s6_addr32[3] & htonl(0xffffff);
}

static void ndp_snm_addr(struct in6_addr *addr, __be32 bits)
{
	ipv6_addr_set(addr, htonl(0xff020000), 0, htonl(1), htonl(0xff000000) | bits);
}

/* --- joins: what a link listens to; RTNL ------------------------------------------------------ */

static struct ndp_snm_join *ndp_snm_find_join(const struct ndp_link *link, __be32 bits)
{
	struct rb_node *node = link->snm.joins.rb_node;
	struct ndp_snm_join *join;

	while (node) {
		join = rb_entry(node, struct ndp_snm_join, node);
		if (join->bits == bits)
			return join;
		node = (__force u32)bits < (__force u32)join->bits ? node->rb_left : node->rb_right;
	}
	return NULL;
}

static void ndp_snm_insert_join(struct ndp_link *link, struct ndp_snm_join *join)
{
	struct rb_node **at = &link->snm.joins.rb_node, *parent = NULL;

	while (*at) {
		parent = *at;
		if ((__force u32)join->bits <
		    (__force u32)rb_entry(parent, struct ndp_snm_join, node)->bits)
			at = &parent->rb_left;
		else
			at = &parent->rb_right;
	}
	rb_link_node(&join->node, parent, at);
	rb_insert_color(&join->node, &link->snm.joins);
	WRITE_ONCE(link->snm.n_joins, link->snm.n_joins + 1);
}

static void ndp_snm_erase_join(struct ndp_link *link, struct ndp_snm_join *join)
{
	rb_erase(&join->node, &link->snm.joins);
	WRITE_ONCE(link->snm.n_joins, link->snm.n_joins - 1);
	kfree(join);
}

static int ndp_snm_listen(const struct ndp_link *link, __be32 bits, u32 delay)
{
	struct in6_addr group;
	struct mld_want want = {
		.id = NDP_SNM_ID,
		.group = &group,
		.mode = MLD_EXCLUDE,
		.delay = delay,
	};

	if (!link->ifindex)
		return -ENODEV;
	ndp_snm_addr(&group, bits);
	return mld_listen(link->nn->net, link->ifindex, &want, NULL);
}

/* Nobody is told of one that cannot be made because the engine is off: it is not wanted then. */
static int ndp_snm_refuse(struct ndp_link *link, __be32 bits, int err)
{
	enum ndp_drop why = err == -ENOMEM ? NDP_DROP_NO_MEMORY : NDP_DROP_SNOOP_LIMIT;
	struct in6_addr group;

	if (err == -ENODEV)
		return err;
	link->snm.lacks = true;
	local_bh_disable();
	ndp_count_drop(&link->stats, why);
	local_bh_enable();
	ndp_snm_addr(&group, bits);
	if (why == NDP_DROP_SNOOP_LIMIT)
		ndp_event_limit(link->nn, link, why, &group);
	return err;
}

static bool ndp_snm_is_full(const struct ndp_link *link)
{
	return link->snm.n_joins >= ndp_snm_limit(link->nn);
}

/* The first few of one go are reported at once, the others within a second. */
static u32 ndp_snm_delay(unsigned int *n)
{
	if (++*n <= NDP_SNM_AT_ONCE)
		return 0;
	return reciprocal_scale(get_random_u32(), NDP_SNM_SPREAD + 1);
}

/* Listen to a group; @n counts what is done under one hold of RTNL. Return: 0 or an error. */
static int ndp_snm_join(struct ndp_link *link, __be32 bits, unsigned int *n)
{
	struct ndp_snm_join *join;
	int err;

	if (!link->mld.snoop_joins || ndp_snm_find_join(link, bits))
		return 0;
	if (ndp_snm_is_full(link))
		return ndp_snm_refuse(link, bits, -ENOBUFS);
	join = charge_zalloc(&link->nn->charge, sizeof(*join), CHARGE_KERNEL);
	if (!join)
		return ndp_snm_refuse(link, bits, -ENOMEM);
	err = ndp_snm_listen(link, bits, ndp_snm_delay(n));
	if (err) {
		kfree(join);
		return ndp_snm_refuse(link, bits, err);
	}
	join->bits = bits;
	ndp_snm_insert_join(link, join);
	return 0;
}

static void ndp_snm_part(struct ndp_link *link, struct ndp_snm_join *join)
{
	struct in6_addr group;

	ndp_snm_addr(&group, join->bits);
	/* Where the engine was stopped meanwhile, the group was left with it. */
	if (link->ifindex)
		mld_ignore(link->nn->net, link->ifindex, NDP_SNM_ID, &group, NULL);
	ndp_snm_erase_join(link, join);
	/* There is room for another now; those who lacked it are looked for within a second. */
	if (link->snm.lacks) {
		link->snm.stale = true;
		ndp_gate_queue_in(&link->nn->gate, &link->nn->snm.work, HZ);
	}
}

static void ndp_snm_part_all(struct ndp_link *link)
{
	struct rb_node *node;

	while ((node = rb_first(&link->snm.joins)))
		ndp_snm_part(link, rb_entry(node, struct ndp_snm_join, node));
}

/* --- homes: where hosts of a group live; hosts' lock ------------------------------------------ */

static struct ndp_snm_home *ndp_snm_find_home(struct ndp_net *nn, const struct ndp_snm_key *key,
					      const struct ndp_link *link)
{
	struct rhlist_head *list, *pos;
	struct ndp_snm_home *home;

	list = rhltable_lookup(&nn->snm.homes, key, ndp_snm_params);
	rhl_for_each_entry_rcu(home, pos, list, node)
		if (home->link == link)
			return home;
	return NULL;
}

/* Twice what may be joined: a home is kept for a while after its hosts left. */
static struct ndp_snm_home *ndp_snm_new_home(struct ndp_net *nn, const struct ndp_snm_key *key,
					     struct ndp_link *link)
{
	struct ndp_snm_home *home;

	if (link->snm.n_homes >= 2 * ndp_snm_limit(nn))
		return NULL;
	home = charge_zalloc(&nn->charge, sizeof(*home), CHARGE_SOFTIRQ);
	if (!home)
		return NULL;
	home->key = *key;
	home->link = link;
	INIT_LIST_HEAD(&home->list);
	if (rhltable_insert(&nn->snm.homes, &home->node, ndp_snm_params)) {
		kfree(home);
		return NULL;
	}
	link->snm.n_homes++;
	return home;
}

/**
 * ndp_snm_get_home() - count one more address that lives on a link
 * @nn: namespace
 * @link: where
 * @addr: the address
 *
 * Context: hosts' lock.
 * Return: its home; NULL: no memory, or no room.
 */
struct ndp_snm_home *ndp_snm_get_home(struct ndp_net *nn, struct ndp_link *link,
				      const struct in6_addr *addr)
{
	struct ndp_snm_home *home;
	struct ndp_snm_key key;
	bool first;

	lockdep_assert_held(&nn->hosts.lock);

	ndp_snm_key(&key, link, addr);
	rcu_read_lock();
	home = ndp_snm_find_home(nn, &key, link) ?: ndp_snm_new_home(nn, &key, link);
	rcu_read_unlock();
	if (!home || home->n_hosts++)
		return home;
	if (home->held) {
		list_del_init(&home->list);
		return home;
	}
	first = list_empty(&nn->snm.fresh);
	list_move_tail(&home->list, &nn->snm.fresh);
	/*
	 * A report waits for the engine's window in any case. The host's route and the answers to
	 * who asked for it, which the same workqueue is about to bring, do not wait for this.
	 */
	if (first)
		ndp_gate_move(&nn->gate, &nn->snm.work, 1);
	return home;
}

static void ndp_snm_linger(struct ndp_net *nn, struct ndp_snm_home *home)
{
	long delay = home->left + NDP_SNM_LINGER - jiffies;

	list_move_tail(&home->list, &nn->snm.left);
	/* Work that is pending is due sooner, for one that left before. */
	ndp_gate_queue_in(&nn->gate, &nn->snm.work, max(delay, 0L));
}

/**
 * ndp_snm_put_home() - the opposite
 * @nn: namespace
 * @home: from ndp_snm_get_home(), or NULL
 *
 * Context: hosts' lock.
 */
void ndp_snm_put_home(struct ndp_net *nn, struct ndp_snm_home *home)
{
	lockdep_assert_held(&nn->hosts.lock);

	if (!home || --home->n_hosts)
		return;
	home->left = jiffies;
	if (home->held)
		ndp_snm_linger(nn, home);
}

/**
 * ndp_snm_enter() - a host lives on its link from now on; ndp_host_ops.enter
 * @host: host without a home
 *
 * Where there is no memory or no room for it, it goes without, until it is tried again.
 *
 * Context: softirq or process, hosts' lock.
 */
void ndp_snm_enter(struct ndp_host *host)
{
	host->home = ndp_snm_get_home(host->link->nn, host->link, &host->key.addr);
}

/**
 * ndp_snm_leave() - a host lives on its link no more; ndp_host_ops.leave
 * @host: host, its link still set
 *
 * Context: softirq or process, hosts' lock.
 */
void ndp_snm_leave(struct ndp_host *host)
{
	ndp_snm_put_home(host->link->nn, host->home);
	host->home = NULL;
}

/* --- homes into joins; RTNL ------------------------------------------------------------------- */

/* Is there a home of a group on another link than this? */
static bool ndp_snm_is_wanted(struct ndp_net *nn, const struct ndp_snm_key *key,
			      const struct ndp_link *link)
{
	struct rhlist_head *list, *pos;
	struct ndp_snm_home *home;
	bool wanted = false;

	rcu_read_lock();
	list = rhltable_lookup(&nn->snm.homes, key, ndp_snm_params);
	rhl_for_each_entry_rcu(home, pos, list, node)
		wanted |= home->held && home->link != link;
	rcu_read_unlock();
	return wanted;
}

static void ndp_snm_hold(struct ndp_snm_home *home, unsigned int *n)
{
	struct ndp_link *link;

	list_for_each_entry(link, &home->link->group->links, group_list)
		if (link != home->link)
			ndp_snm_join(link, home->key.bits, n);
}

/* A home that was taken out of the table ends. */
static void ndp_snm_release(struct ndp_net *nn, struct ndp_snm_home *home)
{
	struct ndp_snm_join *join;
	struct ndp_link *link;

	list_for_each_entry(link, &home->link->group->links, group_list) {
		if (link == home->link)
			continue;
		join = ndp_snm_find_join(link, home->key.bits);
		if (join && !ndp_snm_is_wanted(nn, &home->key, link))
			ndp_snm_part(link, join);
	}
	kfree_rcu(home, rcu);
}

/* Context: hosts' lock, RTNL. */
static void ndp_snm_remove_home(struct ndp_net *nn, struct ndp_snm_home *home)
{
	list_del(&home->list);
	rhltable_remove(&nn->snm.homes, &home->node, ndp_snm_params);
	home->held = false;
	home->link->snm.n_homes--;
	if (home->link->snm.own_lacks)
		home->link->snm.own_stale = true;
}

static struct ndp_snm_home *ndp_snm_next_fresh(struct ndp_net *nn)
{
	struct ndp_snm_home *home;

	spin_lock_bh(&nn->hosts.lock);
	home = list_first_entry_or_null(&nn->snm.fresh, struct ndp_snm_home, list);
	if (home) {
		list_del_init(&home->list);
		home->held = true;
		if (!home->n_hosts)
			ndp_snm_linger(nn, home);
	}
	spin_unlock_bh(&nn->hosts.lock);
	return home;
}

static struct ndp_snm_home *ndp_snm_next_left(struct ndp_net *nn)
{
	struct ndp_snm_home *home;

	spin_lock_bh(&nn->hosts.lock);
	home = list_first_entry_or_null(&nn->snm.left, struct ndp_snm_home, list);
	if (home && time_before(jiffies, home->left + NDP_SNM_LINGER))
		home = NULL;
	if (home)
		ndp_snm_remove_home(nn, home);
	spin_unlock_bh(&nn->hosts.lock);
	return home;
}

/*
 * The engine began anew on a link, its option was changed, or there is room: listen to all that is
 * wanted. Told again, what is listened to already changes nothing.
 */
static void ndp_snm_renew(struct ndp_link *link, unsigned int *n)
{
	struct rb_node *node, *next;
	struct ndp_snm_join *join;

	for (node = rb_first(&link->snm.joins); node; node = next) {
		next = rb_next(node);
		join = rb_entry(node, struct ndp_snm_join, node);
		if (ndp_snm_listen(link, join->bits, ndp_snm_delay(n)))
			ndp_snm_erase_join(link, join);
	}
}

/* Listen to what the homes on other links ask for, as far as there is room. */
static void ndp_snm_fill(struct ndp_net *nn, struct ndp_link *link, unsigned int *n)
{
	struct rhashtable_iter iter;
	struct ndp_snm_home *home;
	int err = 0;

	rhltable_walk_enter(&nn->snm.homes, &iter);
	rhashtable_walk_start(&iter);
	while (!err && (home = rhashtable_walk_next(&iter))) {
		/* An error: the table was resized, and the walk begins again. */
		if (IS_ERR(home) || !home->held || home->link == link ||
		    home->key.group != link->group->id || ndp_snm_find_join(link, home->key.bits))
			continue;
		/* RTNL keeps the home meanwhile. */
		rhashtable_walk_stop(&iter);
		err = ndp_snm_join(link, home->key.bits, n);
		cond_resched();
		rhashtable_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
}

static void ndp_snm_sync_links(struct ndp_net *nn, unsigned int *n)
{
	struct ndp_link *link;

	list_for_each_entry(link, &nn->links, list) {
		if (link->snm.own_stale)
			ndp_snm_sync_own(link);
		if (!link->snm.stale || *n >= NDP_SNM_BATCH)
			continue;
		link->snm.lacks = false;
		if (!link->mld.snoop_joins) {
			ndp_snm_part_all(link);
		} else {
			ndp_snm_renew(link, n);
			ndp_snm_fill(nn, link, n);
		}
		link->snm.stale = false;
	}
}

static bool ndp_snm_sync_homes(struct ndp_net *nn, unsigned int *n)
{
	struct ndp_snm_home *home;

	while (*n < NDP_SNM_BATCH) {
		home = ndp_snm_next_fresh(nn);
		if (home) {
			ndp_snm_hold(home, n);
			continue;
		}
		home = ndp_snm_next_left(nn);
		if (!home)
			return false;
		ndp_snm_release(nn, home);
		*n += 1;
	}
	return true;
}

/*
 * RTNL and the hosts' lock keep what was asked for meanwhile from being put off: whoever asks holds
 * one of them.
 */
static void ndp_snm_rearm(struct ndp_net *nn, bool more)
{
	const struct ndp_snm_home *home;
	const struct ndp_link *link;
	long delay = LONG_MAX;

	spin_lock_bh(&nn->hosts.lock);
	home = list_first_entry_or_null(&nn->snm.left, struct ndp_snm_home, list);
	if (home)
		delay = home->left + NDP_SNM_LINGER - jiffies;
	list_for_each_entry(link, &nn->links, list)
		if (link->snm.stale || link->snm.own_stale)
			delay = min_t(long, delay, HZ);
	if (more || !list_empty(&nn->snm.fresh))
		delay = 0;
	if (delay != LONG_MAX)
		ndp_gate_move(&nn->gate, &nn->snm.work, max(delay, 0L));
	spin_unlock_bh(&nn->hosts.lock);
}

static void ndp_snm_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, snm.work);
	struct mem_cgroup *old = charge_begin(&nn->charge);
	unsigned int n = 0;

	rtnl_lock();
	ndp_snm_sync_links(nn, &n);
	ndp_snm_rearm(nn, ndp_snm_sync_homes(nn, &n));
	rtnl_unlock();
	charge_end(old);
}

/**
 * ndp_snm_detached() - a link gives its device up; ndp_host_ops.detached
 * @link: link that still has it
 *
 * Context: RTNL.
 */
void ndp_snm_detached(struct ndp_link *link)
{
	ndp_snm_part_all(link);
	ndp_snm_forget_own(link);
}

/**
 * ndp_snm_removed() - a link is given up; ndp_host_ops.removed
 * @link: link without device and hosts
 *
 * Context: RTNL.
 */
void ndp_snm_removed(struct ndp_link *link)
{
	struct ndp_net *nn = link->nn;
	struct ndp_snm_home *home, *tmp;
	struct rhashtable_iter iter;
	LIST_HEAD(doomed);

	rhltable_walk_enter(&nn->snm.homes, &iter);
	rhashtable_walk_start(&iter);
	while ((home = rhashtable_walk_next(&iter))) {
		if (IS_ERR(home) || home->link != link)
			continue;
		spin_lock_bh(&nn->hosts.lock);
		list_move(&home->list, &doomed);
		spin_unlock_bh(&nn->hosts.lock);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);

	list_for_each_entry_safe(home, tmp, &doomed, list) {
		spin_lock_bh(&nn->hosts.lock);
		ndp_snm_remove_home(nn, home);
		spin_unlock_bh(&nn->hosts.lock);
		ndp_snm_release(nn, home);
		cond_resched();
	}
}

/**
 * ndp_snm_init() - set up a namespace's groups
 * @nn: new namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ndp_snm_init(struct ndp_net *nn)
{
	INIT_LIST_HEAD(&nn->snm.fresh);
	INIT_LIST_HEAD(&nn->snm.left);
	INIT_DELAYED_WORK(&nn->snm.work, ndp_snm_work);
	return rhltable_init(&nn->snm.homes, &ndp_snm_params);
}

/**
 * ndp_snm_exit() - free a namespace's table, which is empty by now
 * @nn: namespace that has no links any more
 */
void ndp_snm_exit(struct ndp_net *nn)
{
	rhltable_destroy(&nn->snm.homes);
}
