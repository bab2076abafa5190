// SPDX-License-Identifier: GPL-2.0
/*
 * Proxied prefixes: which are shared in a group, and on which upstream links they are on-link. The
 * lookup tries one hash per prefix length in use, longest first, so that its cost does not grow
 * with the number of prefixes (ND-B8).
 */

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

static const struct rhashtable_params ndp_prefix_params = {
	.head_offset = offsetof(struct ndp_prefix, node),
	.key_offset = offsetof(struct ndp_prefix, key),
	.key_len = sizeof(struct ndp_prefix_key),
	.automatic_shrinking = true,
};

/**
 * ndp_prefix_init() - set up a namespace's prefixes
 * @nn: new namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ndp_prefix_init(struct ndp_net *nn)
{
	INIT_LIST_HEAD(&nn->prefix_list);
	return rhashtable_init(&nn->prefixes, &ndp_prefix_params);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_prefix_init);

/**
 * ndp_prefix_exit() - free the table, which is empty by now
 * @nn: namespace that has no links any more
 */
void ndp_prefix_exit(struct ndp_net *nn)
{
	WARN_ON_ONCE(!list_empty(&nn->prefix_list));
	rhashtable_destroy(&nn->prefixes);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_prefix_exit);

/**
 * ndp_prefix_find() - look up a proxied prefix
 * @nn: namespace
 * @group: group number
 * @addr: an address of it
 * @plen: its length
 *
 * Context: RCU or RTNL.
 * Return: the prefix or NULL.
 */
struct ndp_prefix *ndp_prefix_find(const struct ndp_net *nn, u32 group,
				   const struct in6_addr *addr, unsigned int plen)
{
	struct ndp_prefix_key key = { .group = group, .plen = plen };

	ipv6_addr_prefix(&key.addr, addr, plen);
	return rhashtable_lookup_fast((struct rhashtable *)&nn->prefixes, &key, ndp_prefix_params);
}

/**
 * ndp_prefix_lookup() - the longest proxied prefix that covers an address
 * @nn: namespace
 * @group: group number
 * @addr: the address
 *
 * Context: RCU or RTNL.
 * Return: the prefix or NULL.
 */
struct ndp_prefix *ndp_prefix_lookup(const struct ndp_net *nn, u32 group,
				     const struct in6_addr *addr)
{
	unsigned long size = ARRAY_SIZE(nn->plens), plen;
	struct ndp_prefix *prefix = NULL;

	/* find_last_bit() says "none" with the size that it was given. */
	for (; !prefix && (plen = find_last_bit(nn->plen_map, size)) < size; size = plen)
		prefix = ndp_prefix_find(nn, group, addr, plen);
	return prefix;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_prefix_lookup);

/**
 * ndp_onlink_find() - a link's share in a prefix
 * @prefix: the prefix
 * @link: the link
 *
 * Context: RCU or RTNL.
 * Return: the share, or NULL.
 */
struct ndp_onlink *ndp_onlink_find(const struct ndp_prefix *prefix, const struct ndp_link *link)
{
	struct ndp_onlink *onlink;

	list_for_each_entry_rcu(onlink, &prefix->onlinks, prefix_list, lockdep_rtnl_is_held())
		if (onlink->link == link)
			return onlink;
	return NULL;
}

/**
 * ndp_prefix_is_onlink() - is a proxied prefix on-link on a link of its group?
 * @prefix: the prefix
 * @link: a link
 *
 * Context: RCU or RTNL.
 * Return: true on every downstream link of the group, and on the upstream links that have it; for
 * an inner prefix, on its own links only.
 */
bool ndp_prefix_is_onlink(const struct ndp_prefix *prefix, const struct ndp_link *link)
{
	if (link->group != prefix->group)
		return false;
	return (!prefix->inner && READ_ONCE(link->role) == NDP_ROLE_DOWNSTREAM) ||
	       ndp_onlink_find(prefix, link);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_prefix_is_onlink);

/* --- start and stop (ND-B4) ------------------------------------------------------------------- */

static void ndp_prefix_count(struct ndp_net *nn, struct ndp_prefix *prefix, int by)
{
	unsigned int plen = prefix->key.plen;

	prefix->group->n_prefixes += by;
	prefix->group->n_inner += prefix->inner ? by : 0;
	nn->plens[plen] += by;
	nn->generation++;
	if (nn->plens[plen])
		set_bit(plen, nn->plen_map);
	else
		clear_bit(plen, nn->plen_map);
}

static struct ndp_prefix *ndp_prefix_start(struct ndp_net *nn, struct ndp_group *group,
					   const struct in6_addr *addr, unsigned int plen,
					   bool inner)
{
	struct ndp_prefix *prefix;

	prefix = charge_zalloc(&nn->charge, sizeof(*prefix), CHARGE_KERNEL);
	if (!prefix)
		return NULL;
	prefix->group = group;
	prefix->key.group = group->id;
	prefix->key.plen = plen;
	prefix->inner = inner;
	ipv6_addr_prefix(&prefix->key.addr, addr, plen);
	INIT_LIST_HEAD(&prefix->onlinks);
	ndp_records_init(&prefix->records, nn);

	if (rhashtable_insert_fast(&nn->prefixes, &prefix->node, ndp_prefix_params)) {
		kfree(prefix);
		return NULL;
	}
	list_add_tail_rcu(&prefix->list, &nn->prefix_list);
	ndp_prefix_count(nn, prefix, 1);
	ndp_prefix_queue_routes(nn, prefix, true);
	if (!inner)
		ndp_inner_learn(nn, group);
	return prefix;
}

static void ndp_prefix_stop(struct ndp_net *nn, struct ndp_prefix *prefix)
{
	struct ndp_group *group = prefix->group;
	struct ndp_link *link;

	rhashtable_remove_fast(&nn->prefixes, &prefix->node, ndp_prefix_params);
	list_del_rcu(&prefix->list);
	ndp_prefix_count(nn, prefix, -1);

	spin_lock_bh(&nn->hosts.lock);
	prefix->dead = true;
	spin_unlock_bh(&nn->hosts.lock);

	list_for_each_entry(link, &group->links, group_list)
		ndp_host_flush_link(nn, link, prefix);
	ndp_prefix_queue_routes(nn, prefix, false);
	ndp_prefix_mark(nn, prefix, false);
	ndp_records_stop(&prefix->records);
	ndp_link_sync_allmulti(nn, group);
	if (!prefix->inner) {
		ndp_inner_uncovered(nn, group);
		ndp_inner_learn(nn, group);
	}
	/* Another prefix may cover them, of another length. */
	ndp_host_restore_static(nn, group);
	kfree_rcu(prefix, rcu);
}

static struct ndp_onlink *ndp_onlink_add(struct ndp_net *nn, struct ndp_prefix *prefix,
					 struct ndp_link *link, u8 source)
{
	struct ndp_onlink *onlink;

	/* Whoever sends RAs on an upstream link makes the others. */
	if (!ndp_objects_take(nn, source == NDP_ONLINK_STATIC ? NDP_SHARE_ALL : NDP_SHARE_LEARNT))
		return NULL;
	onlink = charge_zalloc(&nn->charge, sizeof(*onlink), CHARGE_KERNEL);
	if (!onlink) {
		ndp_objects_give(nn, 1);
		return NULL;
	}
	onlink->prefix = prefix;
	onlink->link = link;
	list_add_tail(&onlink->link_list, &link->onlinks);
	list_add_tail_rcu(&onlink->prefix_list, &prefix->onlinks);
	link->n_onlinks++;
	nn->generation++;
	return onlink;
}

static void ndp_onlink_del(struct ndp_net *nn, struct ndp_onlink *onlink)
{
	struct ndp_prefix *prefix = onlink->prefix;
	struct ndp_link *link = onlink->link;

	ndp_event_prefix(nn, NDP_EVENT_PREFIX_DEL, onlink);
	list_del(&onlink->link_list);
	list_del_rcu(&onlink->prefix_list);
	link->n_onlinks--;
	nn->generation++;
	ndp_objects_give(nn, 1);
	kfree_rcu(onlink, rcu);

	if (list_empty(&prefix->onlinks)) {
		ndp_prefix_stop(nn, prefix);
		return;
	}
	/* Still on-link elsewhere: only this link's share ends. */
	ndp_host_flush_link(nn, link, prefix);
	ndp_solicit_purge(&prefix->records);
	ndp_prefix_mark(nn, prefix, true);
	ndp_link_sync_allmulti(nn, link->group);
}

static struct ndp_static_prefix *ndp_static_prefix_find(struct ndp_link *link,
							const struct in6_addr *addr,
							unsigned int plen)
{
	struct ndp_static_prefix *entry;

	list_for_each_entry(entry, &link->static_prefixes, list)
		if (entry->plen == plen && ipv6_addr_equal(&entry->addr, addr))
			return entry;
	return NULL;
}

/* ::/0 stands for each prefix of the link that is not configured itself. */
static u8 ndp_static_mode(struct ndp_link *link, const struct in6_addr *addr, unsigned int plen)
{
	struct ndp_static_prefix *entry = ndp_static_prefix_find(link, addr, plen) ?:
					  ndp_static_prefix_find(link, &in6addr_any, 0);

	return entry ? entry->mode : NDP_MODE_PROXY;
}

static void ndp_static_sync_modes(struct ndp_link *link)
{
	struct ndp_onlink *onlink;

	list_for_each_entry(onlink, &link->onlinks, link_list) {
		const struct ndp_prefix_key *key = &onlink->prefix->key;

		onlink->mode = ndp_static_mode(link, &key->addr, key->plen);
		ndp_mode_sync(onlink->prefix);
	}
}

static bool ndp_prefix_may_proxy(const struct in6_addr *addr, unsigned int plen)
{
	return plen > 0 && plen <= 128 && !ipv6_addr_any(addr) && !ipv6_addr_is_multicast(addr) &&
	       !(ipv6_addr_type(addr) & (IPV6_ADDR_LINKLOCAL | IPV6_ADDR_LOOPBACK));
}

/**
 * ndp_prefix_learn() - a prefix is on-link on an upstream link
 * @nn: namespace
 * @link: active upstream link; a downstream one makes it an inner prefix
 * @addr: of the prefix
 * @plen: its length
 * @source: NDP_ONLINK_ROUTE or NDP_ONLINK_STATIC
 * @expires: jiffies when the kernel's route ends; 0: never
 *
 * Context: RTNL.
 * Return: 0; -EINVAL: such a prefix is never proxied (ND-B1); -ENOBUFS.
 */
int ndp_prefix_learn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		     unsigned int plen, u8 source, unsigned long expires)
{
	bool inner = link->role == NDP_ROLE_DOWNSTREAM;
	struct ndp_onlink *onlink;
	struct ndp_prefix *prefix;

	ASSERT_RTNL();

	/* The kernel has a route to a single address for many reasons. */
	if (!ndp_prefix_may_proxy(addr, plen) || (plen == 128 && source == NDP_ONLINK_ROUTE))
		return -EINVAL;

	prefix = ndp_prefix_find(nn, link->group->id, addr, plen);
	if (prefix && prefix->inner && !inner) {
		ndp_inner_end(nn, prefix);
		prefix = NULL;
	}
	if (!prefix)
		prefix = ndp_prefix_start(nn, link->group, addr, plen, inner);
	if (!prefix)
		return -ENOBUFS;

	onlink = ndp_onlink_find(prefix, link);
	if (onlink) {
		onlink->sources |= source;
	} else {
		onlink = ndp_onlink_add(nn, prefix, link, source);
		if (!onlink) {
			if (list_empty(&prefix->onlinks))
				ndp_prefix_stop(nn, prefix);
			return -ENOBUFS;
		}
		onlink->sources = source;
		if (source == NDP_ONLINK_ROUTE) {
			onlink->mode = ndp_static_mode(link, &prefix->key.addr, plen);
			ndp_mode_sync(prefix);
		}
		ndp_link_sync_allmulti(nn, link->group);
		ndp_event_prefix(nn, NDP_EVENT_PREFIX_ADD, onlink);
		ndp_host_restore_static(nn, link->group);
	}
	if (source == NDP_ONLINK_ROUTE) {
		onlink->expires = expires;
		ndp_learn_expiry(nn, expires);
	} else {
		/*
		 * The kernel may have no route to it; without one the downstream links' would win.
		 */
		ndp_route_queue_onlink(nn, prefix, link, true);
	}
	ndp_prefix_mark(nn, prefix, true);
	return 0;
}

static void ndp_onlink_unlearn(struct ndp_net *nn, struct ndp_onlink *onlink, u8 source)
{
	if (source & onlink->sources & NDP_ONLINK_STATIC)
		ndp_route_queue_onlink(nn, onlink->prefix, onlink->link, false);
	onlink->sources &= ~source;
	if (source & NDP_ONLINK_STATIC)
		onlink->mode = ndp_static_mode(onlink->link, &in6addr_any, 0);
	ndp_mode_sync(onlink->prefix);
	if (source & NDP_ONLINK_ROUTE)
		onlink->expires = 0;
	if (!onlink->sources)
		ndp_onlink_del(nn, onlink);
}

/**
 * ndp_prefix_unlearn() - a reason to hold a prefix to be on-link has ended
 * @nn: namespace
 * @link: upstream link
 * @addr: of the prefix
 * @plen: its length
 * @source: NDP_ONLINK_ROUTE or NDP_ONLINK_STATIC
 *
 * Context: RTNL.
 */
void ndp_prefix_unlearn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			unsigned int plen, u8 source)
{
	struct ndp_onlink *onlink = NULL;
	struct ndp_prefix *prefix;

	ASSERT_RTNL();

	prefix = ndp_prefix_find(nn, link->group->id, addr, plen);
	if (prefix)
		onlink = ndp_onlink_find(prefix, link);
	if (onlink && onlink->sources & source)
		ndp_onlink_unlearn(nn, onlink, source);
}

/**
 * ndp_prefix_unlearn_link() - all prefixes of a link go off-link (ND-A6)
 * @nn: namespace
 * @link: that is not active any more
 *
 * Context: RTNL.
 */
void ndp_prefix_unlearn_link(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_onlink *onlink, *tmp;

	ASSERT_RTNL();

	list_for_each_entry_safe(onlink, tmp, &link->onlinks, link_list)
		ndp_onlink_unlearn(nn, onlink, NDP_ONLINK_ROUTE | NDP_ONLINK_STATIC);
}

/**
 * ndp_prefix_link_changed() - a downstream link has come to, or goes from, its group's
 * prefixes
 * @nn: namespace
 * @link: downstream link
 * @active: it has come
 *
 * Context: RTNL; the link is still, or already, in its group.
 */
void ndp_prefix_link_changed(struct ndp_net *nn, struct ndp_link *link, bool active)
{
	struct ndp_prefix *prefix;

	ASSERT_RTNL();

	list_for_each_entry(prefix, &nn->prefix_list, list) {
		if (prefix->group != link->group || prefix->inner)
			continue;
		ndp_route_queue_onlink(nn, prefix, link, active);
		ndp_prefix_mark(nn, prefix, true);
	}
}

/* --- configured prefixes ---------------------------------------------------------------------- */

static int ndp_prefix_check(const struct ndp_link *link, const struct in6_addr *addr,
			    unsigned int plen, struct netlink_ext_ack *extack)
{
	struct in6_addr base;

	if (link->role != NDP_ROLE_UPSTREAM) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not an upstream link", link->name);
		return -EINVAL;
	}
	if (!plen && ipv6_addr_any(addr))
		return 0;
	if (!ndp_prefix_may_proxy(addr, plen)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c/%u is never proxied", addr, plen);
		return -EINVAL;
	}
	ipv6_addr_prefix(&base, addr, plen);
	if (!ipv6_addr_equal(&base, addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c has bits behind its length %u", addr, plen);
		return -EINVAL;
	}
	return 0;
}

static void ndp_static_apply(struct ndp_net *nn, struct ndp_link *link,
			     const struct ndp_static_prefix *entry)
{
	if (entry->plen)
		ndp_mode_set(nn, link, &entry->addr, entry->plen, entry->mode);
	else
		ndp_static_sync_modes(link);
}

/**
 * ndp_prefix_add_static() - proxy a prefix whatever the kernel's routes say
 * @nn: namespace
 * @link: upstream link, active or not
 * @addr: of the prefix
 * @plen: its length; 0: the mode of the prefixes that are learnt on the link
 * @mode: enum ndp_prefix_mode, which a prefix that is configured already takes over if it is
 * another; negative: not given, proxy
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0, -EINVAL, -EEXIST or -ENOBUFS.
 */
int ndp_prefix_add_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, int mode, struct netlink_ext_ack *extack)
{
	struct ndp_static_prefix *entry;
	int err;

	err = ndp_prefix_check(link, addr, plen, extack);
	if (err)
		return err;
	entry = ndp_static_prefix_find(link, addr, plen);
	if (entry && mode >= 0 && mode != entry->mode) {
		entry->mode = mode;
		ndp_static_apply(nn, link, entry);
		return 0;
	}
	if (entry) {
		NL_SET_ERR_MSG_FMT(extack, "%s has %pI6c/%u already", link->name, addr, plen);
		return -EEXIST;
	}
	err = ndp_objects_config(nn, extack);
	if (err)
		return err;
	entry = charge_zalloc(&nn->charge, sizeof(*entry), CHARGE_KERNEL);
	if (!entry)
		goto no_memory;
	entry->addr = *addr;
	entry->plen = plen;
	entry->mode = max(mode, 0);

	if (link->state == NDP_LINK_ACTIVE && plen)
		err = ndp_prefix_learn(nn, link, addr, plen, NDP_ONLINK_STATIC, 0);
	if (err)
		goto no_memory;
	list_add_tail(&entry->list, &link->static_prefixes);
	ndp_static_apply(nn, link, entry);
	return 0;

no_memory:
	NL_SET_ERR_MSG_FMT(extack, "no room for %pI6c/%u: no memory, or objects_per_net", addr,
			   plen);
	ndp_objects_give(nn, 1);
	kfree(entry);
	return -ENOBUFS;
}

/**
 * ndp_prefix_del_static() - take back what ndp_prefix_add_static() did
 * @nn: namespace
 * @link: upstream link
 * @addr: of the prefix
 * @plen: its length
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0 or -ENOENT.
 */
int ndp_prefix_del_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, struct netlink_ext_ack *extack)
{
	struct ndp_static_prefix *entry = ndp_static_prefix_find(link, addr, plen);

	if (!entry) {
		NL_SET_ERR_MSG_FMT(extack, "%s has no configured %pI6c/%u", link->name, addr, plen);
		return -ENOENT;
	}
	list_del(&entry->list);
	ndp_objects_give(nn, 1);
	kfree(entry);
	if (plen)
		ndp_prefix_unlearn(nn, link, addr, plen, NDP_ONLINK_STATIC);
	else
		ndp_static_sync_modes(link);
	return 0;
}

/**
 * ndp_prefix_restore_static() - a link is active: its configured prefixes are proxied again
 * @nn: namespace
 * @link: active upstream link
 *
 * Context: RTNL.
 */
void ndp_prefix_restore_static(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_static_prefix *entry;

	list_for_each_entry(entry, &link->static_prefixes, list) {
		if (entry->plen &&
		    ndp_prefix_learn(nn, link, &entry->addr, entry->plen, NDP_ONLINK_STATIC, 0))
			net_warn_ratelimited("%s: no room for the configured prefix %pI6c/%u\n",
					     link->name, &entry->addr, entry->plen);
		ndp_static_apply(nn, link, entry);
	}
}

/**
 * ndp_prefix_drop_static() - forget what was configured on a link that is given up
 * @link: the link, not active
 *
 * Context: RTNL.
 */
void ndp_prefix_drop_static(struct ndp_link *link)
{
	struct ndp_static_prefix *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &link->static_prefixes, list) {
		list_del(&entry->list);
		ndp_objects_give(link->nn, 1);
		kfree(entry);
	}
}
