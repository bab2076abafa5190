// SPDX-License-Identifier: GPL-2.0
/*
 * The engine seen from outside: begin and end, namespaces, parameters of a link, what is shown of
 * it.
 */

#include <linux/ktime.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/suspend.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "mld_live.h"

static unsigned int mld_net_id __read_mostly;
static const struct mld_ops *mld_user;

/**
 * mld_net() - the engine in a namespace
 * @net: namespace
 *
 * Return: never NULL between mld_init() and mld_exit().
 */
struct mld_net *mld_net(const struct net *net)
{
	return net_generic(net, mld_net_id);
}

/**
 * mld_now() - the engine's clock
 *
 * Return: ms, sleep of the system included.
 */
s64 mld_now(void)
{
	return mld_user->now ? mld_user->now() : ktime_to_ms(ktime_get_boottime());
}

/**
 * mld_notice() - tell the engine's user that something happened
 * @link: on which link
 * @notice: what
 * @group: about which group, or NULL
 *
 * Context: Process context; the link's lock is held.
 */
void mld_notice(const struct mld_link *link, enum mld_notice notice, const struct in6_addr *group)
{
	if (mld_user->event)
		mld_user->event(link->mn->net, link->ifindex, notice, link->proto.version, group);
}

/**
 * mld_output() - give a finished packet to the kernel's output, or to the user that stands before
 *	it
 * @net: namespace
 * @sk: socket that the packet belongs to
 * @skb: packet with its route; consumed
 *
 * Return: 0, or why it has not left.
 */
int mld_output(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return mld_user->xmit ? mld_user->xmit(net, sk, skb) : ip6_local_out(net, sk, skb);
}

/**
 * mld_admit() - ask whether there may be one more configured listener
 * @mn: namespace
 * @name: of the listener
 *
 * Context: Process context; a link's lock is held.
 * Return: true if it may; mld_release() is due when it ends.
 */
bool mld_admit(const struct mld_net *mn, const struct mld_name *name)
{
	return !mld_user->admit || mld_user->admit(mn->net, name->text);
}

/**
 * mld_release() - a configured listener has ended
 * @mn: namespace
 * @name: of the listener
 *
 * Context: Process context; a link's lock is held.
 */
void mld_release(const struct mld_net *mn, const struct mld_name *name)
{
	if (mld_user->release)
		mld_user->release(mn->net, name->text);
}

static int mld_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	mld_link_event(event, netdev_notifier_info_to_dev(ptr));
	return NOTIFY_DONE;
}

static int mld_pm_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct mld_net *mn = container_of(nb, struct mld_net, pm);

	if (event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE)
		mld_link_suspend(mn, true);
	else if (event == PM_POST_SUSPEND || event == PM_POST_HIBERNATION)
		mld_link_suspend(mn, false);
	return NOTIFY_DONE;
}

static int __net_init mld_net_init(struct net *net)
{
	struct mld_net *mn = mld_net(net);
	int err;

	mn->net = net;
	xa_init_flags(&mn->links, XA_FLAGS_ACCOUNT);
	mutex_init(&mn->names_lock);
	INIT_LIST_HEAD(&mn->names);
	mn->netdev.notifier_call = mld_netdev_event;
	mn->pm.notifier_call = mld_pm_event;
	err = register_netdevice_notifier_net(net, &mn->netdev);
	if (err)
		return err;
	err = register_pm_notifier(&mn->pm);
	if (err)
		unregister_netdevice_notifier_net(net, &mn->netdev);
	return err;
}

/**
 * mld_net_stop() - end all links of a namespace while its devices still speak
 * @net: namespace
 *
 * Context: Process context, without RTNL.
 */
void mld_net_stop(struct net *net)
{
	rtnl_lock();
	mld_link_remove_all(mld_net(net));
	rtnl_unlock();
}

static void __net_exit mld_net_pre_exit(struct net *net)
{
	struct mld_net *mn = mld_net(net);

	unregister_pm_notifier(&mn->pm);
	mld_net_stop(net);
	unregister_netdevice_notifier_net(net, &mn->netdev);
}

static void __net_exit mld_net_exit(struct net *net)
{
	struct mld_net *mn = mld_net(net);

	mld_sockets_close(mn);
	WARN_ON_ONCE(!list_empty(&mn->names));
	xa_destroy(&mn->links);
	charge_close(&mn->charge);
}

static struct pernet_operations mld_net_ops = {
	.init = mld_net_init,
	.pre_exit = mld_net_pre_exit,
	.exit = mld_net_exit,
	.id = &mld_net_id,
	.size = sizeof(struct mld_net),
};

/**
 * mld_init() - make the engine ready, in all namespaces; it runs on no link yet
 * @ops: what the engine asks of its user; stays as it is until mld_exit()
 *
 * Return: 0 or an error.
 */
int mld_init(const struct mld_ops *ops)
{
	int err;

	mld_user = ops;
	err = mld_wq_create();
	if (err)
		return err;
	err = register_pernet_subsys(&mld_net_ops);
	if (err)
		mld_wq_destroy();
	return err;
}

/**
 * mld_exit() - end the engine: hand all links back to the kernel
 */
void mld_exit(void)
{
	unregister_pernet_subsys(&mld_net_ops);
	mld_wq_destroy();
}

static int mld_refuse(struct netlink_ext_ack *extack, int err, const char *text)
{
	if (extack)
		extack->_msg = text;
	return err;
}

/**
 * mld_link_check() - can a link be set so?
 * @config: what is to be set
 * @extack: why not
 *
 * Return: 0; -EINVAL or -ERANGE with a text.
 */
int mld_link_check(const struct mld_link_config *config, struct netlink_ext_ack *extack)
{
	if (config->has_version && config->version > MLD_VERSION_2)
		return mld_refuse(extack, -EINVAL, "The version is auto, 1 or 2");
	if (config->has_robustness && (config->robustness < 1 || config->robustness > MLD_RV_MAX))
		return mld_refuse(extack, -ERANGE, "The robustness variable is from 1 to 7");
	if (config->has_uri && (config->uri < 1 || config->uri > MLD_V1_URI))
		return mld_refuse(extack, -ERANGE,
				  "The unsolicited report interval is from 1 to 10000 ms");
	if (config->has_gsr_delay && (config->gsr_delay < -1 || config->gsr_delay > 59))
		return mld_refuse(extack, -ERANGE,
				  "The delay of source-specific answers is from -1 to 59 s");
	if (config->has_limits && config->limits.group_sources > MLD_GROUP_SOURCES_MAX)
		return mld_refuse(extack, -ERANGE, "A group may have 8192 sources at most");
	return 0;
}

/* Context: the link's lock is held. */
static void mld_config_apply(struct mld_proto *p, const struct mld_link_config *config)
{
	if (config->has_robustness) {
		p->rv_set = config->robustness;
		p->rv = p->rv_set;
	}
	if (config->has_uri)
		p->uri = config->uri;
	if (config->has_gsr_delay)
		p->gsr_delay = config->gsr_delay;
	if (config->has_limits)
		p->limits = config->limits;
	if (config->has_mrd)
		mld_mrd_set(p, config->mrd, mld_now());
	if (config->has_version && config->version != p->version_mode)
		mld_proto_set_version(p, config->version, mld_now());
}

/**
 * mld_link_set() - set parameters of a link
 * @net: namespace
 * @ifindex: of its device
 * @config: which, and to what
 * @extack: why not
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL, -ERANGE, -ENODEV with a text. On error nothing has changed.
 */
int mld_link_set(struct net *net, int ifindex, const struct mld_link_config *config,
		 struct netlink_ext_ack *extack)
{
	struct mld_link *link;
	u8 version;
	int err;

	err = mld_link_check(config, extack);
	if (err)
		return err;
	link = mld_link_get(net, ifindex);
	if (!link)
		return mld_refuse(extack, -ENODEV, "The MLD engine does not run on this device");
	mutex_lock(&link->lock);
	version = link->proto.version;
	if (!link->dead) {
		mld_config_apply(&link->proto, config);
		mld_link_finish(link, version);
		/* The kernel does not ask again for what was refused. */
		if (config->has_limits)
			mld_kernel_all_changed(link);
	}
	mutex_unlock(&link->lock);
	mld_link_put(link);
	return 0;
}

static s64 mld_left(s64 due, s64 now)
{
	return due == MLD_NEVER ? -1 : max_t(s64, due - now, 0);
}

/* Context: the link's lock is held. */
static void mld_info_fill(struct mld_link *link, struct mld_link_info *info)
{
	const struct mld_proto *p = &link->proto;
	s64 now = mld_now();
	unsigned int i;

	*info = (struct mld_link_info) {
		.ifindex = link->ifindex,
		.version = p->version,
		.version_mode = p->version_mode,
		.rv = p->rv,
		.rv_set = p->rv_set,
		.gsr_delay = p->gsr_delay,
		.silent = p->silent,
		.asleep = p->asleep,
		.qi = p->qi,
		.qri = p->qri,
		.uri = p->uri,
		.groups = p->ngroups,
		.v1_left = p->version == 1 ? mld_left(p->v1_until, now) : -1,
		.answer_left = mld_left(p->answer.due, now),
		.limits = p->limits,
		.mrd = p->mrd.on,
		.generation = link->generation,
	};
	for (i = 0; i < MLD_NR_COUNTS; i++)
		info->count[i] = p->count[i] + atomic64_read(&link->count[i]);
}

/**
 * mld_link_get_info() - look at a link
 * @net: namespace
 * @ifindex: of its device
 * @info: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENODEV if the engine is not on there.
 */
int mld_link_get_info(struct net *net, int ifindex, struct mld_link_info *info)
{
	struct mld_link *link = mld_link_get(net, ifindex);

	if (!link)
		return -ENODEV;
	mutex_lock(&link->lock);
	mld_info_fill(link, info);
	mutex_unlock(&link->lock);
	mld_link_put(link);
	return 0;
}

/**
 * mld_link_next() - go through the links
 * @net: namespace
 * @ifindex: the one before, or 0
 *
 * Return: ifindex of the next link that the engine runs on, or 0.
 */
int mld_link_next(struct net *net, int ifindex)
{
	unsigned long at = ifindex;
	struct mld_link *link;

	link = xa_find_after(&mld_net(net)->links, &at, INT_MAX, XA_PRESENT);
	return link ? at : 0;
}

/**
 * mld_link_reset_counts() - set a link's counters to 0
 * @net: namespace
 * @ifindex: of its device
 */
void mld_link_reset_counts(struct net *net, int ifindex)
{
	struct mld_link *link = mld_link_get(net, ifindex);
	unsigned int i;

	if (!link)
		return;
	mutex_lock(&link->lock);
	for (i = 0; i < MLD_NR_COUNTS; i++) {
		link->proto.count[i] = 0;
		atomic64_set(&link->count[i], 0);
	}
	mutex_unlock(&link->lock);
	mld_link_put(link);
}

/**
 * mld_groups_walk() - show the groups of a link, by address
 * @net: namespace
 * @ifindex: of its device
 * @cursor: the group shown last; :: to begin. It is moved on, so that a later call goes on from
 *	there
 * @show: called for each group with the link's lock held; anything but 0 ends the walk, and that
 *	group counts as not shown
 * @priv: for @show
 *
 * Context: Process context, may sleep.
 * Return: 0 at the end; what @show returned; -ENODEV if the engine is not on there.
 */
int mld_groups_walk(struct net *net, int ifindex, struct in6_addr *cursor,
		    int (*show)(const struct mld_group_view *view, void *priv), void *priv)
{
	struct mld_link *link = mld_link_get(net, ifindex);
	struct mld_group *g;
	int ret = 0;
	s64 now;

	if (!link)
		return -ENODEV;
	mutex_lock(&link->lock);
	now = mld_now();
	while (!ret && (g = mld_proto_group_after(&link->proto, cursor))) {
		struct mld_group_view view = {
			.addr = &g->addr,
			.state = mld_proto_group_state(&link->proto, g),
			.mode = mld_filter_mode(&g->filter),
			.nsources = mld_filter_count(&g->filter, MLD_SEL_LIST),
			.change_left = mld_left(g->change_due, now),
			.retrans_left = mld_left(g->retrans_due, now),
			.answer_left = mld_left(g->answer_due, now),
			.group = g,
		};

		ret = show(&view, priv);
		if (!ret)
			*cursor = g->addr;
	}
	mutex_unlock(&link->lock);
	mld_link_put(link);
	return ret;
}

/**
 * mld_view_sources() - show the merged sources of a group
 * @view: as a walk shows it
 * @show: called for each source; anything but 0 ends it
 * @priv: for @show
 *
 * Return: 0, or what @show returned.
 */
int mld_view_sources(const struct mld_group_view *view, int (*show)(const struct in6_addr *source,
								    void *priv), void *priv)
{
	const struct mld_filter *f = &view->group->filter;
	struct mld_source *s;
	int ret = 0;

	for (s = mld_filter_first(f, MLD_SEL_LIST); s && !ret; s = mld_filter_next(f, s,
										   MLD_SEL_LIST))
		ret = show(&s->addr, priv);
	return ret;
}

/**
 * mld_view_listeners() - show who listens to a group
 * @view: as a walk shows it
 * @show: called for each listener; anything but 0 ends it
 * @priv: for @show
 *
 * Return: 0, or what @show returned.
 */
int mld_view_listeners(const struct mld_group_view *view,
		       int (*show)(const char *id, enum mld_mode mode, bool muted, u16 nsources,
				   const struct in6_addr *sources, void *priv), void *priv)
{
	struct mld_listener *l;
	int ret = 0;

	hlist_for_each_entry(l, &view->group->filter.listeners, node) {
		ret = show(mld_id_text(l->id), l->mode, l->muted, l->nsources, l->sources, priv);
		if (ret)
			break;
	}
	return ret;
}
