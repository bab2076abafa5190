// SPDX-License-Identifier: GPL-2.0
/* Configured listeners: the service interface of RFC 3810 3 for whoever drives the engine. */

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "mld_live.h"

/**
 * mld_id_text() - name of a listener
 * @id: as in a request
 *
 * Return: its name.
 */
const char *mld_id_text(const void *id)
{
	return id == mld_kernel_id ? mld_kernel_id : ((const struct mld_name *)id)->text;
}

static struct mld_name *mld_name_find(struct mld_net *mn, const char *text)
{
	struct mld_name *name;

	list_for_each_entry(name, &mn->names, list)
		if (!strcmp(name->text, text))
			return name;
	return NULL;
}

/* Context: names_lock is held. */
static struct mld_name *mld_name_new(struct mld_net *mn, const char *text)
{
	struct mld_name *name;

	if (mn->nnames >= MLD_NAMES_MAX)
		return ERR_PTR(-ENOBUFS);
	name = kzalloc(sizeof(*name), CHARGE_KERNEL);
	if (!name)
		return ERR_PTR(-ENOMEM);
	strscpy(name->text, text, sizeof(name->text));
	list_add(&name->list, &mn->names);
	mn->nnames++;
	return name;
}

/*
 * Listeners are compared by where their name stands, so a name stays where it is as long as anybody
 * of that name listens to anything. There are few of them, and a bound. For mld_name_put().
 */
static struct mld_name *mld_name_get(struct mld_net *mn, const char *text)
{
	struct mld_name *name;

	mutex_lock(&mn->names_lock);
	name = mld_name_find(mn, text);
	if (!name)
		name = mld_name_new(mn, text);
	if (!IS_ERR(name))
		name->users++;
	mutex_unlock(&mn->names_lock);
	return name;
}

static void mld_name_hold(struct mld_net *mn, struct mld_name *name)
{
	mutex_lock(&mn->names_lock);
	name->users++;
	mutex_unlock(&mn->names_lock);
}

static void mld_name_put(struct mld_net *mn, struct mld_name *name)
{
	bool last;

	mutex_lock(&mn->names_lock);
	last = !--name->users;
	if (last) {
		list_del(&name->list);
		mn->nnames--;
	}
	mutex_unlock(&mn->names_lock);
	if (last)
		kfree(name);
}

/* A listener of that name has ended, which held it. */
static void mld_listener_gone(struct mld_net *mn, struct mld_name *name)
{
	mld_release(mn, name);
	mld_name_put(mn, name);
}

/**
 * mld_names_put() - give back the names of all configured listeners of a link
 * @link: link whose listeners end now
 *
 * Context: Process context; the link's lock is held, and is not left before the listeners are gone.
 */
void mld_names_put(struct mld_link *link)
{
	struct mld_listener *l;
	struct rb_node *node;

	lockdep_assert_held(&link->lock);
	for (node = rb_first(&link->proto.groups); node; node = rb_next(node))
		hlist_for_each_entry(l, &rb_entry(node, struct mld_group, node)->filter.listeners,
				     node)
			if (l->id != mld_kernel_id)
				mld_listener_gone(link->mn, (struct mld_name *)l->id);
}

static int mld_refuse(struct netlink_ext_ack *extack, int err, const char *text)
{
	if (extack)
		extack->_msg = text;
	return err;
}

/* Names stand in lines of text: events, and batches of the command. */
static bool mld_has_control(const char *id)
{
	while (*id && !iscntrl(*id))
		id++;
	return *id;
}

static int mld_check_names(const char *id, const struct in6_addr *group,
			   struct netlink_ext_ack *extack)
{
	size_t len = strnlen(id, MLD_ID_LEN);

	if (!len || len >= MLD_ID_LEN)
		return mld_refuse(extack, -EINVAL, "A listener's name has 1 to 31 characters");
	if (mld_has_control(id))
		return mld_refuse(extack, -EINVAL, "A listener's name has no control characters");
	if (!strcmp(id, mld_kernel_id))
		return mld_refuse(extack, -EINVAL,
				  "The listener kernel stands for the kernel itself");
	if (!ipv6_addr_is_multicast(group))
		return mld_refuse(extack, -EINVAL, "The group is not a multicast address");
	if (!mld_addr_is_reported(group))
		return mld_refuse(extack, -EINVAL,
				  "The group is never reported: ff02::1, or of scope 0 or 1");
	return 0;
}

static int mld_check_want(const struct mld_want *want, struct netlink_ext_ack *extack)
{
	unsigned int i;

	if (want->mode != MLD_INCLUDE && want->mode != MLD_EXCLUDE)
		return mld_refuse(extack, -EINVAL,
				  "The filter mode is neither include nor exclude");
	for (i = 0; i < want->nsources; i++)
		if (ipv6_addr_is_multicast(&want->sources[i]) || ipv6_addr_any(&want->sources[i]))
			return mld_refuse(extack, -EINVAL, "A source is not a unicast address");
	return mld_check_names(want->id, want->group, extack);
}

static const char *mld_limit_text(const struct mld_link *link, const struct mld_want *want)
{
	if (want->nsources > link->proto.limits.listener_sources)
		return "More sources than one listener may name";
	if (!mld_proto_group(&link->proto, want->group))
		return "The link listens to as many groups as it may";
	return "The group has as many sources as it may";
}

static bool mld_link_listens(const struct mld_link *link, const struct in6_addr *group,
			     const struct mld_name *name)
{
	const struct mld_group *g = mld_proto_group(&link->proto, group);

	return g && mld_filter_find(&g->filter, name);
}

/* A listener holds its name. Context: the link's lock is held. */
static int mld_link_listen(struct mld_link *link, struct mld_name *name, struct mld_request *req,
			   const struct mld_want *want, struct netlink_ext_ack *extack)
{
	u32 before = link->proto.ngroups;
	bool did, does;
	int err;

	if (link->dead)
		return mld_refuse(extack, -ENODEV, "The MLD engine does not run on this device");
	did = mld_link_listens(link, want->group, name);
	if (!did && !mld_admit(link->mn, name))
		return mld_refuse(extack, -ENOBUFS,
				  "The namespace has as many objects as it may: objects_per_net");
	req->id = name;
	err = mld_proto_listen(&link->proto, want->group, req, mld_now());
	does = mld_link_listens(link, want->group, name);
	if (does && !did)
		mld_name_hold(link->mn, name);
	else if (did && !does)
		mld_listener_gone(link->mn, name);
	else if (!does)
		mld_release(link->mn, name);
	link->generation += before != link->proto.ngroups;
	if (err == -ENOBUFS) {
		mld_notice(link, MLD_NOTICE_LIMIT, want->group);
		return mld_refuse(extack, err, mld_limit_text(link, want));
	}
	if (!err)
		mld_link_finish(link, link->proto.version);
	return err;
}

/**
 * mld_listen() - IPv6MulticastListen() of RFC 3810 3
 * @net: namespace
 * @ifindex: of the link's device
 * @want: who listens to what
 * @extack: why not
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL, -ENODEV, -ENOBUFS with a text; -ENOMEM. On error nothing has changed.
 */
int mld_listen(struct net *net, int ifindex, const struct mld_want *want,
	       struct netlink_ext_ack *extack)
{
	struct mld_request req = {
		.mode = want->mode,
		.nsources = want->nsources,
		.sources = want->sources,
		.delay = want->delay,
	};
	struct mld_name *name;
	struct mld_link *link;
	int err;

	err = mld_check_want(want, extack);
	if (err)
		return err;
	link = mld_link_get(net, ifindex);
	if (!link)
		return mld_refuse(extack, -ENODEV, "The MLD engine does not run on this device");
	name = mld_name_get(link->mn, want->id);
	if (!IS_ERR(name)) {
		mutex_lock(&link->lock);
		err = mld_link_listen(link, name, &req, want, extack);
		mutex_unlock(&link->lock);
		mld_name_put(link->mn, name);
	} else if (PTR_ERR(name) == -ENOBUFS) {
		err = mld_refuse(extack, -ENOBUFS,
				 "There are as many names of listeners as there may be");
	} else {
		err = PTR_ERR(name);
	}
	mld_link_put(link);
	return err;
}

/* The name of a configured listener of a group, or NULL. Context: the link's lock is held. */
static struct mld_name *mld_link_listener(const struct mld_link *link, const struct in6_addr *group,
					  const char *text)
{
	const struct mld_group *g = mld_proto_group(&link->proto, group);
	struct mld_listener *l;

	if (!g)
		return NULL;
	hlist_for_each_entry(l, &g->filter.listeners, node)
		if (l->id != mld_kernel_id && !strcmp(mld_id_text(l->id), text))
			return (struct mld_name *)l->id;
	return NULL;
}

/**
 * mld_ignore() - end a configured listening
 * @net: namespace
 * @ifindex: of the link's device
 * @id: the listener
 * @group: multicast address
 * @extack: why not
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL, -ENODEV, -ENOENT with a text.
 */
int mld_ignore(struct net *net, int ifindex, const char *id, const struct in6_addr *group,
	       struct netlink_ext_ack *extack)
{
	struct mld_want want = { .id = id, .group = group, .mode = MLD_INCLUDE };
	struct mld_request req = { .mode = MLD_INCLUDE };
	struct mld_name *name;
	struct mld_link *link;
	int err;

	err = mld_check_names(id, group, extack);
	if (err)
		return err;
	link = mld_link_get(net, ifindex);
	if (!link)
		return mld_refuse(extack, -ENODEV, "The MLD engine does not run on this device");
	mutex_lock(&link->lock);
	name = mld_link_listener(link, group, id);
	if (name)
		err = mld_link_listen(link, name, &req, &want, extack);
	else
		err = mld_refuse(extack, -ENOENT, "No such listener of this group");
	mutex_unlock(&link->lock);
	mld_link_put(link);
	return err;
}
