// SPDX-License-Identifier: GPL-2.0
/*
 * Links: their lock, their one timer, their work, beginning and end.
 *
 * A link ends in steps: tell the routers, make dead (nothing starts the timer or speaks any more),
 * unlink, wait for the hooks that still see it, stop the timer, then the work, then give back what
 * it holds.
 */

#include <linux/netfilter_ipv6.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>

#include "mld_live.h"
#include "trace.h"

static struct workqueue_struct *mld_wq;

/*
 * Queries are only looked at, after the rules of the raw table; the kernel's own reports are
 * stopped before any rule.
 */
static const struct nf_hook_ops mld_hooks[] = {
	{
		.hook = mld_input_hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = NF_IP6_PRI_LAST,
	},
	{
		.hook = mld_kernel_hook,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = NF_IP6_PRI_FIRST,
	},
};

/**
 * mld_wq_create() - the workqueue of all links
 *
 * Return: 0 or -ENOMEM.
 */
int mld_wq_create(void)
{
	mld_wq = alloc_workqueue("mld", WQ_UNBOUND, 0);
	return mld_wq ? 0 : -ENOMEM;
}

/**
 * mld_wq_destroy() - the opposite
 */
void mld_wq_destroy(void)
{
	destroy_workqueue(mld_wq);
}

/**
 * mld_link_rcu() - look a link up
 * @mn: namespace
 * @ifindex: of its device
 *
 * Context: RCU or RTNL.
 * Return: the link, or NULL.
 */
struct mld_link *mld_link_rcu(const struct mld_net *mn, int ifindex)
{
	return xa_load((struct xarray *)&mn->links, ifindex);
}

/**
 * mld_link_get() - look a link up and keep it
 * @net: namespace
 * @ifindex: of its device
 *
 * Return: the link, for mld_link_put(); or NULL. It may be dead by the time its lock is held.
 */
struct mld_link *mld_link_get(struct net *net, int ifindex)
{
	struct mld_link *link;

	rcu_read_lock();
	link = mld_link_rcu(mld_net(net), ifindex);
	if (link && !kref_get_unless_zero(&link->ref))
		link = NULL;
	rcu_read_unlock();
	return link;
}

static void mld_link_free(struct kref *ref)
{
	struct mld_link *link = container_of(ref, struct mld_link, ref);

	mutex_destroy(&link->lock);
	kfree_rcu(link, rcu);
}

/**
 * mld_link_put() - end what mld_link_get() began
 * @link: link
 */
void mld_link_put(struct mld_link *link)
{
	kref_put(&link->ref, mld_link_free);
}

/**
 * mld_link_wake() - let a link's work run; the only place that queues it, and it refuses the dead
 * @link: link
 *
 * mld_link_remove() waits for a grace period after it has said that the link is dead: who found it
 * alive before has queued the work by then, which is cancelled.
 *
 * Context: any.
 */
void mld_link_wake(struct mld_link *link)
{
	rcu_read_lock();
	if (!READ_ONCE(link->dead))
		queue_work(mld_wq, &link->work);
	rcu_read_unlock();
}

/* The one gate to the timer, which refuses the dead. With nothing due, no timer runs (MLD-T2). */
static void mld_link_arm(struct mld_link *link)
{
	s64 next = mld_proto_next(&link->proto), now;

	lockdep_assert_held(&link->lock);
	if (link->dead)
		return;
	next = min(next, link->retry);
	if (next == MLD_NEVER) {
		hrtimer_try_to_cancel(&link->timer);
		return;
	}
	now = mld_now();
	if (next <= now)
		mld_link_wake(link);
	else
		hrtimer_start(&link->timer, ms_to_ktime(next - now), HRTIMER_MODE_REL);
}

static enum hrtimer_restart mld_link_timeout(struct hrtimer *timer)
{
	mld_link_wake(container_of(timer, struct mld_link, timer));
	return HRTIMER_NORESTART;
}

/*
 * The device's MTU may have changed. Without memory for a larger buffer, packets stay smaller than
 * they might be.
 */
static void mld_link_fit(struct mld_link *link)
{
	u32 room = mld_payload_room(link->dev);
	u8 *buf;

	if (room > link->room) {
		buf = kvmalloc(room, CHARGE_KERNEL);
		if (buf) {
			kvfree(link->proto.out.buf);
			link->proto.out.buf = buf;
			link->room = room;
		}
	}
	link->proto.out.size = min(room, link->room);
}

/**
 * mld_link_finish() - what follows everything that is done to a link
 * @link: link
 * @version: that it had before
 *
 * Context: Process context; the link's lock is held.
 */
void mld_link_finish(struct mld_link *link, u8 version)
{
	lockdep_assert_held(&link->lock);
	if (link->proto.version != version) {
		trace_mld_version(link, link->proto.version);
		mld_notice(link, MLD_NOTICE_VERSION, NULL);
	}
	/* RFC 3590 4, RFC 3810 5.2.13: what was said from :: is said again from the address. */
	if (link->unspecified && mld_has_source(link->dev)) {
		link->unspecified = false;
		mld_proto_refresh(&link->proto, mld_now());
	}
	mld_link_arm(link);
}

static void mld_link_work(struct work_struct *work)
{
	struct mld_link *link = container_of(work, struct mld_link, work);
	struct mem_cgroup *old = charge_begin(&link->mn->charge);
	u8 version;

	mld_kernel_sync(link);
	mutex_lock(&link->lock);
	if (!link->dead) {
		version = link->proto.version;
		mld_link_fit(link);
		mld_input_drain(link);
		mld_proto_run(&link->proto, mld_now());
		mld_link_finish(link, version);
	}
	mutex_unlock(&link->lock);
	charge_end(old);
}

static u32 mld_link_random(struct mld_proto *p)
{
	return get_random_u32();
}

static void mld_link_turned(struct mld_proto *p, const struct mld_group *g, enum mld_state before)
{
	const struct mld_link *link = container_of(p, struct mld_link, proto);

	trace_mld_state(link, &g->addr, before, mld_proto_group_state(p, g));
}

static bool mld_dev_silent(const struct net_device *dev)
{
	return !(dev->flags & IFF_MULTICAST) || dev->flags & IFF_LOOPBACK;
}

static bool mld_dev_asleep(const struct net_device *dev)
{
	return !(dev->flags & IFF_UP) || !netif_carrier_ok(dev);
}

static struct mld_link *mld_link_alloc(struct mld_net *mn, struct net_device *dev)
{
	struct mld_link *link = kzalloc(sizeof(*link), CHARGE_KERNEL);
	struct mld_proto *p;

	if (!link)
		return NULL;
	p = &link->proto;
	mld_proto_init(p);
	link->room = mld_payload_room(dev);
	p->out.buf = kvmalloc(link->room, CHARGE_KERNEL);
	if (!p->out.buf) {
		kfree(link);
		return NULL;
	}
	p->out.size = link->room;
	p->out.send = mld_xmit;
	p->random = mld_link_random;
	p->turned = mld_link_turned;
	p->silent = mld_dev_silent(dev);
	p->asleep = mld_dev_asleep(dev);
	kref_init(&link->ref);
	mutex_init(&link->lock);
	spin_lock_init(&link->input_lock);
	INIT_LIST_HEAD(&link->input);
	link->retry = MLD_NEVER;
	INIT_WORK(&link->work, mld_link_work);
	hrtimer_setup(&link->timer, mld_link_timeout, CLOCK_BOOTTIME, HRTIMER_MODE_REL);
	link->mn = mn;
	link->dev = dev;
	link->ifindex = dev->ifindex;
	netdev_hold(dev, &link->dev_tracker, GFP_KERNEL);
	return link;
}

/* Give back what mld_link_alloc() got; the link is dead, or never lived. */
static void mld_link_release(struct mld_link *link)
{
	mld_input_flush(link);
	mutex_lock(&link->lock);
	mld_names_put(link);
	mld_proto_release(&link->proto);
	kvfree(link->proto.out.buf);
	mutex_unlock(&link->lock);
	netdev_put(link->dev, &link->dev_tracker);
	mld_link_put(link);
}

static int mld_link_refused(const struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (mld_link_rcu(mld_net(dev_net(dev)), dev->ifindex)) {
		NL_SET_ERR_MSG(extack, "The MLD engine runs on this device already");
		return -EEXIST;
	}
	if (netif_is_bridge_port(dev)) {
		NL_SET_ERR_MSG(extack, "The device is a port of a bridge: name the bridge");
		return -EINVAL;
	}
	if (!__in6_dev_get(dev)) {
		NL_SET_ERR_MSG(extack, "IPv6 is off on this device");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* Put a link where the hooks see it. */
static int mld_link_insert(struct mld_net *mn, struct mld_link *link)
{
	int err;

	err = xa_err(xa_store(&mn->links, link->ifindex, link, CHARGE_KERNEL));
	if (err)
		return err;
	if (!mn->nlinks)
		err = nf_register_net_hooks(mn->net, mld_hooks, ARRAY_SIZE(mld_hooks));
	if (err) {
		xa_erase(&mn->links, link->ifindex);
		synchronize_net();
		return err;
	}
	mn->nlinks++;
	return 0;
}

static void mld_link_unlink(struct mld_net *mn, struct mld_link *link)
{
	xa_erase(&mn->links, link->ifindex);
	if (!--mn->nlinks)
		nf_unregister_net_hooks(mn->net, mld_hooks, ARRAY_SIZE(mld_hooks));
	synchronize_net();
}

/**
 * mld_link_start() - the engine becomes the link's one speaker of MLD
 * @dev: device of the link
 * @extack: why not
 *
 * The kernel's memberships are taken over and its own reports are held back from here on (MLD-F2).
 *
 * Context: RTNL. Not from a netdevice notifier: all-multicast is taken here.
 * Return: 0; -EEXIST, -EINVAL, -EOPNOTSUPP with a text; -ENOMEM.
 */
int mld_link_start(struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct mld_net *mn = mld_net(dev_net(dev));
	struct mld_link *link;
	int err;

	ASSERT_RTNL();
	err = mld_link_refused(dev, extack);
	if (err)
		return err;
	charge_open(&mn->charge);
	err = mld_sockets_open(mn);
	if (err)
		return err;
	link = mld_link_alloc(mn, dev);
	if (!link)
		return -ENOMEM;
	/* Queries go to groups that the device's filter does not know. */
	err = dev_set_allmulti(dev, 1);
	if (err)
		goto release;
	err = mld_link_insert(mn, link);
	if (err)
		goto allmulti;
	mld_kernel_hold(link);
	return 0;

allmulti:
	dev_set_allmulti(dev, -1);
release:
	mld_link_release(link);
	return err;
}

/**
 * mld_link_remove() - end a link
 * @link: link
 * @vanished: its device is going, so there is nobody to tell
 *
 * Context: RTNL.
 */
void mld_link_remove(struct mld_link *link, bool vanished)
{
	ASSERT_RTNL();
	mutex_lock(&link->lock);
	if (!vanished) {
		mld_names_put(link);
		mld_proto_leave_all(&link->proto, mld_kernel_id, mld_now());
	}
	WRITE_ONCE(link->dead, true);
	mutex_unlock(&link->lock);

	mld_link_unlink(link->mn, link);
	hrtimer_cancel(&link->timer);
	cancel_work_sync(&link->work);
	mld_kernel_release(link);
	/*
	 * A device that is unregistered takes its count along; one that only moves to another
	 * namespace does not.
	 */
	if (link->dev->reg_state == NETREG_REGISTERED)
		dev_set_allmulti(link->dev, -1);
	mld_link_release(link);
}

/**
 * mld_link_stop() - hand the link back to the kernel
 * @dev: device of the link
 * @extack: why not
 *
 * Groups that only the engine held are left first (MLD-A9).
 *
 * Context: RTNL. Not from a netdevice notifier.
 * Return: 0, or -ENOENT with a text.
 */
int mld_link_stop(struct net_device *dev, struct netlink_ext_ack *extack)
{
	struct mld_link *link = mld_link_rcu(mld_net(dev_net(dev)), dev->ifindex);

	ASSERT_RTNL();
	if (!link) {
		NL_SET_ERR_MSG(extack, "The MLD engine does not run on this device");
		return -ENOENT;
	}
	mld_link_remove(link, false);
	return 0;
}

/**
 * mld_link_remove_all() - end all links of a namespace
 * @mn: namespace
 *
 * Context: RTNL.
 */
void mld_link_remove_all(struct mld_net *mn)
{
	struct mld_link *link;
	unsigned long i;

	xa_for_each(&mn->links, i, link)
		mld_link_remove(link, false);
}

/* The device's flags or carrier may have changed (MLD-A2, MLD-A10). */
static void mld_link_dev_changed(struct mld_link *link)
{
	u8 version;

	mutex_lock(&link->lock);
	version = link->proto.version;
	mld_proto_set_silent(&link->proto, mld_dev_silent(link->dev), mld_now());
	if (!mld_dev_asleep(link->dev))
		mld_proto_wake(&link->proto, mld_now());
	else if (!link->proto.asleep)
		mld_proto_sleep(&link->proto);
	mld_link_finish(link, version);
	mutex_unlock(&link->lock);
}

static void mld_link_refresh(struct mld_link *link)
{
	mutex_lock(&link->lock);
	mld_proto_refresh(&link->proto, mld_now());
	mld_link_arm(link);
	mutex_unlock(&link->lock);
}

/**
 * mld_link_event() - a netdevice notifier's event
 * @event: NETDEV_*
 * @dev: device
 *
 * Context: RTNL.
 */
void mld_link_event(unsigned long event, struct net_device *dev)
{
	struct mld_link *link = mld_link_rcu(mld_net(dev_net(dev)), dev->ifindex);

	if (!link || link->dev != dev)
		return;
	switch (event) {
	case NETDEV_UNREGISTER:
		mld_link_remove(link, true);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGEMTU:
		/* IPv6 may have begun anew on the device. */
		mld_kernel_all_changed(link);
		mld_link_dev_changed(link);
		break;
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		mld_link_dev_changed(link);
		break;
	case NETDEV_RESEND_IGMP:
	case NETDEV_NOTIFY_PEERS:
		mld_link_refresh(link);
		break;
	}
}

/**
 * mld_link_suspend() - the system goes to sleep, or is back
 * @mn: namespace
 * @asleep: which
 *
 * A query may still come on the way to sleep and wake the link's protocol; so it is put to sleep on
 * the way back, too, for what was told before the system slept is old (MLD-A10).
 */
void mld_link_suspend(struct mld_net *mn, bool asleep)
{
	struct mld_link *link;
	unsigned long i;

	rtnl_lock();
	xa_for_each(&mn->links, i, link) {
		mutex_lock(&link->lock);
		mld_proto_sleep(&link->proto);
		mld_link_arm(link);
		mutex_unlock(&link->lock);
		if (!asleep)
			mld_link_dev_changed(link);
	}
	rtnl_unlock();
}
