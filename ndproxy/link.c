// SPDX-License-Identifier: GPL-2.0
/*
 * Links: what is configured by name, and the devices that bear these names. The configuration stays
 * when a device goes; ndp_link_work() brings both in line after every change that a notifier noted.
 */

#include <linux/math64.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/l3mdev.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

#define NDP_MAX_LINKS	4096U	/* in a namespace; each costs counters on every processor */

/* --- rate ------------------------------------------------------------------------------------- */

/**
 * ndp_bucket_take() - may one more message be sent?
 * @bucket: token bucket, zeroed but for its lock when it is new
 * @rate: messages per second
 * @burst: messages that may be sent at once after a pause
 * @now: jiffies64
 *
 * Context: any; takes the bucket's lock.
 * Return: true if it may; it is then counted.
 */
bool ndp_bucket_take(struct ndp_bucket *bucket, u32 rate, u32 burst, u64 now)
{
	u64 full = (u64)burst * 1000;
	bool ok = false;

	spin_lock_bh(&bucket->lock);
	/* Another processor may have been here with a later jiffy than this one read. */
	if (bucket->last && bucket->last - now < HZ)
		now = bucket->last;
	if (!bucket->last || now - bucket->last >= 60 * HZ)
		bucket->tokens = full;
	else
		bucket->tokens = min(full, bucket->tokens +
				     div_u64((now - bucket->last) * rate * 1000, HZ));
	bucket->last = now ?: 1;
	if (bucket->tokens >= 1000) {
		bucket->tokens -= 1000;
		ok = true;
	}
	spin_unlock_bh(&bucket->lock);
	return ok;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_bucket_take);

/* --- finding ---------------------------------------------------------------------------------- */

/**
 * ndp_link_by_name() - look up a configured link
 * @nn: namespace
 * @name: of its device, which need not exist
 *
 * Context: RTNL.
 * Return: the link or NULL.
 */
struct ndp_link *ndp_link_by_name(struct ndp_net *nn, const char *name)
{
	struct ndp_link *link;

	ASSERT_RTNL();

	list_for_each_entry(link, &nn->links, list)
		if (!strcmp(link->name, name))
			return link;
	return NULL;
}

/**
 * ndp_link_by_index() - look up the link that has a device
 * @nn: namespace
 * @ifindex: of the device
 *
 * Context: RCU or RTNL.
 * Return: the link or NULL.
 */
struct ndp_link *ndp_link_by_index(struct ndp_net *nn, int ifindex)
{
	return xa_load(&nn->by_ifindex, ifindex);
}

static struct net_device *ndp_link_dev(const struct ndp_link *link)
{
	return rtnl_dereference(link->dev);
}

/* --- groups ----------------------------------------------------------------------------------- */

static struct ndp_group *ndp_group_get(struct ndp_net *nn, u32 id)
{
	struct ndp_group *group;

	list_for_each_entry(group, &nn->groups, list)
		if (group->id == id)
			return group;

	group = charge_zalloc(&nn->charge, sizeof(*group), CHARGE_KERNEL);
	if (!group)
		return NULL;
	group->id = id;
	INIT_LIST_HEAD(&group->links);
	list_add_tail(&group->list, &nn->groups);
	return group;
}

static void ndp_group_put(struct ndp_group *group)
{
	if (group->n_links)
		return;
	list_del(&group->list);
	kfree_rcu(group, rcu);
}

/* --- all-multicast (ND-A5) -------------------------------------------------------------------- */

static bool ndp_link_wants_allmulti(const struct ndp_link *link)
{
	if (link->state != NDP_LINK_ACTIVE)
		return false;
	return link->role == NDP_ROLE_UPSTREAM ? link->n_onlinks : link->group->n_prefixes;
}

static void ndp_link_sync_one_allmulti(struct ndp_link *link)
{
	bool want = ndp_link_wants_allmulti(link);
	struct net_device *dev = ndp_link_dev(link);

	if (!dev || want == link->allmulti)
		return;
	/* A device that is going away takes its count with it. */
	if (dev->reg_state != NETREG_REGISTERED)
		link->allmulti = false;
	else if (!dev_set_allmulti(dev, want ? 1 : -1))
		link->allmulti = want;
}

/**
 * ndp_link_sync_allmulti() - take or give back all-multicast where the prefixes ask for it
 * @nn: namespace
 * @group: whose prefixes changed
 *
 * Context: RTNL, not in a notifier.
 */
void ndp_link_sync_allmulti(struct ndp_net *nn, struct ndp_group *group)
{
	struct ndp_link *link;

	ASSERT_RTNL();

	list_for_each_entry(link, &group->links, group_list)
		ndp_link_sync_one_allmulti(link);
}

/* --- up and down (ND-A6) ---------------------------------------------------------------------- */

static void ndp_link_activate(struct ndp_net *nn, struct ndp_link *link)
{
	if (link->state == NDP_LINK_ACTIVE)
		return;
	link->reason[0] = '\0';
	WRITE_ONCE(link->state, NDP_LINK_ACTIVE);
	ndp_event_link(nn, NDP_EVENT_LINK_UP, link);
	ndp_mld_start(link);

	if (link->role == NDP_ROLE_UPSTREAM) {
		ndp_prefix_restore_static(nn, link);
	} else {
		ndp_prefix_link_changed(nn, link, true);
		ndp_link_sync_one_allmulti(link);
		ndp_host_restore_static(nn, link->group);
	}
	ndp_learn_link(nn, link);
}

static void ndp_link_deactivate(struct ndp_net *nn, struct ndp_link *link, u8 state)
{
	bool was_active = link->state == NDP_LINK_ACTIVE;

	/* Under the lock, so that no host comes in behind the flush. */
	spin_lock_bh(&nn->hosts.lock);
	WRITE_ONCE(link->state, state);
	spin_unlock_bh(&nn->hosts.lock);
	if (!was_active)
		return;

	ndp_prefix_unlearn_link(nn, link);
	if (link->role == NDP_ROLE_DOWNSTREAM)
		ndp_prefix_link_changed(nn, link, false);
	ndp_host_flush_link(nn, link, NULL);
	ndp_hold_flush(nn, link->ifindex);
	ndp_link_sync_one_allmulti(link);
	ndp_event_link(nn, NDP_EVENT_LINK_DOWN, link);
}

/* --- devices ---------------------------------------------------------------------------------- */

/* Return: true if a device can be a link (ND-A2); else @why says why not. */
static bool ndp_link_accepts(struct net_device *dev, char *why, size_t len)
{
	struct net_device *master = netdev_master_upper_dev_get(dev);
	const struct inet6_dev *idev = __in6_dev_get(dev);

	if (dev->flags & IFF_LOOPBACK)
		snprintf(why, len, "%s is a loopback device", dev->name);
	else if (dev->flags & IFF_NOARP || !dev->header_ops)
		snprintf(why, len, "%s does no neighbour discovery", dev->name);
	else if (master && !netif_is_l3_master(master))
		snprintf(why, len, "%s is a port of %s: add %s", dev->name, master->name,
			 master->name);
	else if (!idev ? dev->flags & IFF_UP : READ_ONCE(idev->cnf.disable_ipv6))
		snprintf(why, len, "IPv6 is disabled on %s", dev->name);
	else
		return true;
	return false;
}

static int ndp_link_attach(struct ndp_net *nn, struct ndp_link *link, struct net_device *dev)
{
	int err = xa_insert(&nn->by_ifindex, dev->ifindex, link, CHARGE_KERNEL);

	if (err)
		return err;
	netdev_hold(dev, &link->tracker, GFP_KERNEL);
	WRITE_ONCE(link->ifindex, dev->ifindex);
	link->table = l3mdev_fib_table(dev) ?: RT_TABLE_MAIN;
	link->bounced = 0;
	link->state = NDP_LINK_DOWN;
	rcu_assign_pointer(link->dev, dev);
	return 0;
}

static void ndp_link_detach(struct ndp_net *nn, struct ndp_link *link, u8 state)
{
	struct net_device *dev = ndp_link_dev(link);
	int ifindex = link->ifindex;

	ndp_link_deactivate(nn, link, state);
	if (!dev)
		return;
	nn->host_ops->detached(link);
	ndp_mld_stop(link);
	xa_cmpxchg(&nn->by_ifindex, link->ifindex, link, NULL, GFP_KERNEL);
	RCU_INIT_POINTER(link->dev, NULL);
	WRITE_ONCE(link->ifindex, 0);
	link->table = 0;
	/* Packets that were under way still use the device. */
	synchronize_net();
	ndp_ra_pardon(nn, link);
	ndp_hold_flush(nn, ifindex);
	netdev_put(dev, &link->tracker);
}

static void ndp_link_refuse(struct ndp_net *nn, struct ndp_link *link, const char *why)
{
	bool news = link->state != NDP_LINK_REFUSED || strcmp(link->reason, why);

	ndp_link_detach(nn, link, NDP_LINK_REFUSED);
	if (!news)
		return;
	strscpy(link->reason, why, sizeof(link->reason));
	ndp_event_link(nn, NDP_EVENT_LINK_REFUSED, link);
}

static bool ndp_link_is_stale(const struct ndp_link *link, const struct net_device *dev)
{
	const struct net_device *cur = ndp_link_dev(link);

	return cur && (cur != dev || link->ifindex != dev->ifindex ||
		       link->table != (l3mdev_fib_table(dev) ?: RT_TABLE_MAIN));
}

/* The device that bears a link's name; one that has it as an alternative name does not. */
static struct net_device *ndp_link_find_dev(struct ndp_net *nn, const struct ndp_link *link)
{
	struct net_device *dev = __dev_get_by_name(nn->net, link->name);

	if (!dev || dev->reg_state != NETREG_REGISTERED || strcmp(dev->name, link->name))
		return NULL;
	return dev;
}

static void ndp_link_detach_stale(struct ndp_net *nn, struct ndp_link *link)
{
	struct net_device *dev = ndp_link_find_dev(nn, link);

	if (!dev || ndp_link_is_stale(link, dev))
		ndp_link_detach(nn, link, NDP_LINK_WAITING);
}

/* Bring one link in line with the device of its name. */
static void ndp_link_refresh(struct ndp_net *nn, struct ndp_link *link)
{
	struct net_device *dev = ndp_link_find_dev(nn, link);
	char why[sizeof(link->reason)];

	ndp_link_detach_stale(nn, link);
	if (!dev) {
		link->reason[0] = '\0';
		return;
	}
	if (!ndp_link_accepts(dev, why, sizeof(why))) {
		ndp_link_refuse(nn, link, why);
		return;
	}
	if (!ndp_link_dev(link) && ndp_link_attach(nn, link, dev)) {
		/* No memory, or a link of its old name has it still; the work comes back to it. */
		link->state = NDP_LINK_WAITING;
		return;
	}
	/* What changed may be the device's addresses. */
	link->snm.own_stale = true;
	ndp_snm_wake(nn);
	if (xchg(&link->bounced, 0))
		ndp_link_deactivate(nn, link, NDP_LINK_DOWN);
	if (!netif_running(dev)) {
		link->reason[0] = '\0';
		ndp_link_deactivate(nn, link, NDP_LINK_DOWN);
	} else if (ndp_ra_suspends(nn, link)) {
		ndp_link_deactivate(nn, link, NDP_LINK_SUSPENDED);
	} else {
		ndp_link_activate(nn, link);
	}
}

/**
 * ndp_link_work() - devices came, went or changed
 * @work: ndp_net.link_work
 *
 * Context: the namespace's workqueue; takes RTNL.
 */
void ndp_link_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(work, struct ndp_net, link_work);
	struct mem_cgroup *old = charge_begin(&nn->charge);
	struct ndp_link *link;

	rtnl_lock();
	/* First all that lost their device: it may bear the name of another link now. */
	list_for_each_entry(link, &nn->links, list)
		ndp_link_detach_stale(nn, link);
	list_for_each_entry(link, &nn->links, list)
		ndp_link_refresh(nn, link);
	rtnl_unlock();
	charge_end(old);
}

/* --- configuration (ND-A1) -------------------------------------------------------------------- */

static void ndp_link_free_rcu(struct rcu_head *rcu)
{
	struct ndp_link *link = container_of(rcu, struct ndp_link, rcu);

	ndp_stats_free(&link->stats);
	kfree(link);
}

static void ndp_link_remove(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_group *group = link->group;

	ndp_link_detach(nn, link, NDP_LINK_WAITING);
	ndp_host_drop_static(nn, link);
	ndp_prefix_drop_static(link);
	nn->host_ops->removed(link);
	list_del_rcu(&link->group_list);
	list_del_rcu(&link->list);
	group->n_links--;
	nn->n_links--;
	nn->generation++;
	ndp_objects_give(nn, 1);
	ndp_group_put(group);
	call_rcu(&link->rcu, ndp_link_free_rcu);

	if (!nn->n_links) {
		ndp_hook_unregister(nn);
		ndp_learn_stop(nn);
	}
}

static void ndp_bucket_init(struct ndp_bucket *bucket)
{
	spin_lock_init(&bucket->lock);
}

static struct ndp_link *ndp_link_new(struct ndp_net *nn, const struct ndp_link_config *config)
{
	struct ndp_link *link = charge_zalloc(&nn->charge, sizeof(*link), CHARGE_KERNEL);
	struct mem_cgroup *old;
	int err;

	if (!link)
		return NULL;
	old = charge_begin(&nn->charge);
	err = ndp_stats_init(&link->stats);
	charge_end(old);
	if (err)
		goto free;
	link->group = ndp_group_get(nn, config->has_group ? config->group : 0);
	if (!link->group)
		goto free_stats;

	link->nn = nn;
	link->nd = true;
	link->ra_guard = NDP_RA_GUARD_ON;
	link->guard = true;
	link->mld.on = nn->mld;
	link->mld.snoop_joins = true;
	link->role = config->role;
	strscpy(link->name, config->name, sizeof(link->name));
	INIT_LIST_HEAD(&link->onlinks);
	INIT_LIST_HEAD(&link->static_prefixes);
	INIT_LIST_HEAD(&link->hosts);
	INIT_LIST_HEAD(&link->late);
	INIT_LIST_HEAD(&link->late_list);
	INIT_LIST_HEAD(&link->snm.own);
	INIT_LIST_HEAD(&link->suspicion.list);
	ndp_bucket_init(&link->ns_unknown);
	ndp_bucket_init(&link->ns_known);
	ndp_bucket_init(&link->ns_dad);
	ndp_bucket_init(&link->mcast_na);
	ndp_bucket_init(&link->objections);
	ndp_bucket_init(&link->rogues);
	list_add_tail_rcu(&link->group_list, &link->group->links);
	list_add_tail_rcu(&link->list, &nn->links);
	link->group->n_links++;
	nn->n_links++;
	nn->generation++;
	return link;

free_stats:
	ndp_stats_free(&link->stats);
free:
	kfree(link);
	return NULL;
}

/* ND-A3: whoever advertises himself as the router of a link has it downstream. */
static int ndp_link_check_upstream(struct ndp_net *nn, const struct ndp_link *link,
				   const struct ndp_link_config *config,
				   const struct net_device *dev, struct netlink_ext_ack *extack)
{
	char why[80];

	if (!dev || config->force || !config->has_role || config->role != NDP_ROLE_UPSTREAM ||
	    (link && link->role == NDP_ROLE_UPSTREAM) || !ndp_ra_sends(nn, dev, why, sizeof(why)))
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "%s", why);
	return -EBUSY;
}

static int ndp_link_check(struct ndp_net *nn, const struct ndp_link *link,
			  const struct ndp_link_config *config, struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	char why[80];

	if (!dev_valid_name(config->name)) {
		NL_SET_ERR_MSG(extack, "not a valid device name");
		return -EINVAL;
	}
	if (!link && (!config->has_role || config->role == NDP_ROLE_NONE)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not a link: give it a role", config->name);
		return -ENOENT;
	}
	if (!link && nn->n_links >= NDP_MAX_LINKS) {
		NL_SET_ERR_MSG_FMT(extack, "more than %u links", NDP_MAX_LINKS);
		return -ENOBUFS;
	}
	if (link && config->has_group && config->group != link->group->id) {
		NL_SET_ERR_MSG_FMT(extack, "%s is in group %u: set its role to none first",
				   config->name, link->group->id);
		return -EBUSY;
	}
	if (config->has_role && config->role == NDP_ROLE_NONE)
		return 0;

	dev = __dev_get_by_name(nn->net, config->name);
	if (dev && strcmp(dev->name, config->name)) {
		NL_SET_ERR_MSG_FMT(extack, "%s is another name of %s: use that", config->name,
				   dev->name);
		return -EINVAL;
	}
	if (dev && !ndp_link_accepts(dev, why, sizeof(why))) {
		NL_SET_ERR_MSG_FMT(extack, "%s", why);
		return -EOPNOTSUPP;
	}
	return ndp_link_check_upstream(nn, link, config, dev, extack);
}

static void ndp_link_set_role(struct ndp_net *nn, struct ndp_link *link, u8 role)
{
	if (link->role == role)
		return;
	ndp_link_deactivate(nn, link, NDP_LINK_DOWN);
	if (role != NDP_ROLE_UPSTREAM)
		ndp_prefix_drop_static(link);
	WRITE_ONCE(link->role, role);
}

static void ndp_link_set_options(struct ndp_link *link, const struct ndp_link_config *config)
{
	if (config->has_nd)
		WRITE_ONCE(link->nd, config->nd);
	if (config->has_override)
		WRITE_ONCE(link->override, config->override);
	if (config->has_na_source)
		WRITE_ONCE(link->na_source, config->na_source);
	if (config->has_ra_guard)
		WRITE_ONCE(link->ra_guard, config->ra_guard);
	if (config->has_guard)
		WRITE_ONCE(link->guard, config->guard);
}

static int ndp_link_first(struct ndp_net *nn)
{
	int err;

	charge_open(&nn->charge);
	err = ndp_net_start(nn);
	if (!err)
		err = ndp_hook_register(nn);
	if (err)
		return err;
	err = ndp_learn_start(nn);
	if (err)
		ndp_hook_unregister(nn);
	return err;
}

/* Return: a new link, or an error pointer. */
static struct ndp_link *ndp_link_add(struct ndp_net *nn, const struct ndp_link_config *config,
				     struct netlink_ext_ack *extack)
{
	struct ndp_link *link;
	int err;

	err = ndp_objects_config(nn, extack);
	if (err)
		return ERR_PTR(err);
	if (!nn->n_links) {
		err = ndp_link_first(nn);
		if (err) {
			NL_SET_ERR_MSG(extack, "the proxy could not be started");
			goto give;
		}
	}
	link = ndp_link_new(nn, config);
	if (link)
		return link;
	if (!nn->n_links) {
		ndp_hook_unregister(nn);
		ndp_learn_stop(nn);
	}
	NL_SET_ERR_MSG_FMT(extack, "no memory for %s", config->name);
	err = -ENOBUFS;
give:
	ndp_objects_give(nn, 1);
	return ERR_PTR(err);
}

/**
 * ndp_link_set() - add, change or remove a link
 * @nn: namespace
 * @config: what to change
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0; -EINVAL, -ENOENT, -EBUSY, -EOPNOTSUPP: refused, nothing changed; -ENOBUFS.
 */
int ndp_link_set(struct ndp_net *nn, const struct ndp_link_config *config,
		 struct netlink_ext_ack *extack)
{
	struct ndp_link *link = ndp_link_by_name(nn, config->name);
	int err;

	err = ndp_link_check(nn, link, config, extack);
	if (err)
		return err;
	if (config->has_role && config->role == NDP_ROLE_NONE) {
		ndp_link_remove(nn, link);
		return 0;
	}
	if (!link) {
		link = ndp_link_add(nn, config, extack);
		if (IS_ERR(link))
			return PTR_ERR(link);
	} else if (config->has_role) {
		ndp_link_set_role(nn, link, config->role);
	}
	ndp_link_set_options(link, config);
	/* The administrator has looked at the link; if nothing changed there, it is told again. */
	ndp_ra_pardon(nn, link);
	ndp_link_refresh(nn, link);
	return 0;
}

/**
 * ndp_link_remove_all() - give up all links of a namespace
 * @nn: namespace that ends, or whose module does
 *
 * Context: RTNL.
 */
void ndp_link_remove_all(struct ndp_net *nn)
{
	struct ndp_link *link, *tmp;

	list_for_each_entry_safe(link, tmp, &nn->links, list)
		ndp_link_remove(nn, link);
}
