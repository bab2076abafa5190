// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that the administrator tells of. Static ones, of "host add": the configuration outlives the
 * host itself, which comes and goes with its link and its prefix. And learnt ones that are taken
 * back, of "restore", and wait for their link or prefix: these are configured no more once they are
 * hosts again (ND-F6, restore.c).
 */

#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "ndproxy.h"

static const struct rhashtable_params ndp_static_params = {
	.head_offset = offsetof(struct ndp_static, node),
	.key_offset = offsetof(struct ndp_static, key),
	.key_len = offsetofend(struct ndp_host_key, group),
	.automatic_shrinking = true,
};

static struct ndp_static *ndp_static_find(struct ndp_net *nn, u32 group,
					  const struct in6_addr *addr)
{
	struct ndp_host_key key = { .addr = *addr, .group = group };

	return rhashtable_lookup_fast(&nn->hosts.static_table, &key, ndp_static_params);
}

static bool ndp_static_is_learnt(u8 evidence)
{
	return evidence != NDP_BY_STATIC;
}

/* @entry is in the table no more. */
static void ndp_static_forget(struct ndp_net *nn, struct ndp_static *entry)
{
	if (ndp_static_is_learnt(entry->config.evidence))
		nn->hosts.n_waiting--;
	list_del(&entry->list);
	nn->generation++;
	ndp_objects_give(nn, 1);
	kfree_rcu(entry, rcu);
}

static void ndp_static_free(struct ndp_net *nn, struct ndp_static *entry)
{
	rhashtable_remove_fast(&nn->hosts.static_table, &entry->node, ndp_static_params);
	ndp_static_forget(nn, entry);
}

/* The proxied prefix of a link that covers an address; RTNL keeps it. */
static struct ndp_prefix *ndp_static_prefix(struct ndp_net *nn, const struct ndp_link *link,
					    const struct in6_addr *addr)
{
	struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, addr);

	return prefix && ndp_prefix_is_onlink(prefix, link) ? prefix : NULL;
}

/* A host, static or learnt, from what is told of it. Return: 0 or -ENOBUFS. */
static int ndp_static_learn(struct ndp_net *nn, struct ndp_prefix *prefix,
			    const struct ndp_host_config *config)
{
	const struct net_device *dev = rtnl_dereference(config->link->dev);
	struct ndp_sighting sighting = {
		.prefix = prefix,
		.link = config->link,
		.addr = &config->addr,
		.evidence = config->evidence,
	};

	/* What waited may find a device of another kind. */
	if (config->lladdr_len && dev && dev->addr_len == config->lladdr_len) {
		sighting.lladdr = config->lladdr;
		sighting.lladdr_len = config->lladdr_len;
	}
	if (ndp_static_is_learnt(config->evidence))
		return ndp_host_take_back(nn, &sighting);
	return ndp_host_learn(nn, &sighting) == NDP_LEARNT_REFUSED ? -ENOBUFS : 0;
}

static int ndp_static_check_addr(struct ndp_net *nn, const struct ndp_host_config *config,
				 struct netlink_ext_ack *extack)
{
	const struct net_device *dev = rtnl_dereference(config->link->dev);
	const struct in6_addr *addr = &config->addr;

	if (ipv6_addr_is_multicast(addr) || ipv6_addr_any(addr) || ipv6_addr_loopback(addr) ||
	    ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is not the address of a host", addr);
		return -EINVAL;
	}
	if (ndp_own_anywhere(nn, dev, addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is this router's own address", addr);
		return -EINVAL;
	}
	if (config->lladdr_len && dev && dev->addr_len != config->lladdr_len) {
		NL_SET_ERR_MSG_FMT(extack, "a link-layer address of %s has %u octets",
				   config->link->name, dev->addr_len);
		return -EINVAL;
	}
	return 0;
}

/* Why there cannot be a host at once. */
static int ndp_static_check_place(const struct ndp_host_config *config,
				  const struct ndp_prefix *prefix, struct netlink_ext_ack *extack)
{
	const char *name = config->link->name;

	if (!prefix) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is in no prefix of %s", &config->addr, name);
		return -ENOENT;
	}
	if (config->link->state != NDP_LINK_ACTIVE) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not active", name);
		return -EBUSY;
	}
	return 0;
}

/* @old: what waits for the same address, and makes room for it if there is memory; or NULL. */
static int ndp_static_keep(struct ndp_net *nn, const struct ndp_host_config *config,
			   struct ndp_static *old)
{
	struct ndp_static *entry;
	int err;

	if (!ndp_objects_take(nn, NDP_SHARE_ALL))
		return -ENOBUFS;
	entry = charge_zalloc(&nn->charge, sizeof(*entry), CHARGE_KERNEL);
	if (!entry)
		goto give;
	entry->key.addr = config->addr;
	entry->key.group = config->link->group->id;
	entry->config = *config;
	if (old)
		err = rhashtable_replace_fast(&nn->hosts.static_table, &old->node, &entry->node,
					      ndp_static_params);
	else
		err = rhashtable_insert_fast(&nn->hosts.static_table, &entry->node,
					     ndp_static_params);
	if (err) {
		kfree(entry);
		goto give;
	}
	if (old)
		ndp_static_forget(nn, old);
	list_add_tail(&entry->list, &nn->hosts.statics);
	nn->generation++;
	if (ndp_static_is_learnt(entry->config.evidence))
		nn->hosts.n_waiting++;
	return 0;

give:
	ndp_objects_give(nn, 1);
	return -ENOBUFS;
}

static bool ndp_static_too_many(const struct ndp_net *nn, const struct ndp_host_config *config)
{
	return ndp_static_is_learnt(config->evidence) &&
	       nn->hosts.n_waiting >= READ_ONCE(nn->limit[NDP_HOSTS_PER_PREFIX]);
}

static bool ndp_static_del(struct ndp_net *nn, u32 group, const struct in6_addr *addr)
{
	struct ndp_static *entry = ndp_static_find(nn, group, addr);

	if (!entry)
		return false;
	ndp_static_free(nn, entry);
	return true;
}

/**
 * ndp_host_add() - say that a host lives on a link, or take one back that was learnt
 * @nn: namespace
 * @config: which, where, and whether it may wait for its link and prefix
 * @extack: says what is wrong
 *
 * A learnt host that is known already, configured or not, stays as it is: what is known by now is
 * newer.
 *
 * Context: RTNL.
 * Return: 0; -EINVAL: not an address of a host; -ENOENT: not covered by a proxied prefix; -EEXIST;
 * -EBUSY: the link is not active; -ENOBUFS.
 */
int ndp_host_add(struct ndp_net *nn, const struct ndp_host_config *config,
		 struct netlink_ext_ack *extack)
{
	bool learnt = ndp_static_is_learnt(config->evidence);
	struct ndp_prefix *prefix;
	struct ndp_static *entry;
	bool ready;
	int err;

	err = ndp_static_check_addr(nn, config, extack);
	if (err)
		return err;
	prefix = ndp_static_prefix(nn, config->link, &config->addr);
	ready = prefix && config->link->state == NDP_LINK_ACTIVE;
	if (!ready && !config->wait)
		return ndp_static_check_place(config, prefix, extack);

	entry = ndp_static_find(nn, config->link->group->id, &config->addr);
	if (entry && learnt)
		return 0;
	if (entry && !ndp_static_is_learnt(entry->config.evidence)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is a static host already", &config->addr);
		return -EEXIST;
	}
	if (!ready && ndp_static_too_many(nn, config)) {
		NL_SET_ERR_MSG(extack, "too many hosts wait for their links: see hosts_per_prefix");
		return -ENOBUFS;
	}
	err = learnt && ready ? 0 : ndp_static_keep(nn, config, entry);
	if (err)
		goto no_room;
	if (ready)
		err = ndp_static_learn(nn, prefix, config);
	if (!err)
		return 0;
	ndp_static_del(nn, config->link->group->id, &config->addr);
no_room:
	NL_SET_ERR_MSG_FMT(extack, "no room for %pI6c: no memory, or a limit, as objects_per_net",
			   &config->addr);
	return err;
}

/**
 * ndp_host_del() - forget a host, learnt or static
 * @nn: namespace
 * @addr: its address
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0 or -ENOENT.
 */
int ndp_host_del(struct ndp_net *nn, const struct in6_addr *addr, struct netlink_ext_ack *extack)
{
	struct ndp_group *group;
	bool found = false;

	list_for_each_entry(group, &nn->groups, list) {
		found |= ndp_static_del(nn, group->id, addr);
		found |= ndp_host_remove(nn, group->id, addr);
	}
	if (found)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "no host %pI6c", addr);
	return -ENOENT;
}

/**
 * ndp_host_restore_static() - bring back the hosts whose link and prefix are there again
 * @nn: namespace
 * @group: in which a link or a prefix came up
 *
 * Context: RTNL.
 */
void ndp_host_restore_static(struct ndp_net *nn, const struct ndp_group *group)
{
	struct ndp_static *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &nn->hosts.statics, list) {
		const struct ndp_link *link = entry->config.link;
		struct ndp_prefix *prefix;

		if (link->group != group || link->state != NDP_LINK_ACTIVE)
			continue;
		prefix = ndp_static_prefix(nn, link, &entry->key.addr);
		if (!prefix)
			continue;
		/* What finds no room waits on. */
		if (!ndp_static_learn(nn, prefix, &entry->config) &&
		    ndp_static_is_learnt(entry->config.evidence))
			ndp_static_free(nn, entry);
	}
}

/**
 * ndp_host_drop_static() - forget the hosts configured on a link that is given up
 * @nn: namespace
 * @link: the link
 *
 * Context: RTNL.
 */
void ndp_host_drop_static(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_static *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &nn->hosts.statics, list)
		if (entry->config.link == link)
			ndp_static_free(nn, entry);
}

/**
 * ndp_host_drop_waiting() - forget the learnt hosts that wait for their link, by the
 *	administrator's wish
 * @nn: namespace
 * @link: only of it; NULL: all
 *
 * Context: RTNL.
 */
void ndp_host_drop_waiting(struct ndp_net *nn, const struct ndp_link *link)
{
	struct ndp_static *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &nn->hosts.statics, list)
		if (ndp_static_is_learnt(entry->config.evidence) &&
		    (!link || entry->config.link == link))
			ndp_static_free(nn, entry);
}

/**
 * ndp_static_init() - set up a namespace's configured hosts
 * @nn: new namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ndp_static_init(struct ndp_net *nn)
{
	INIT_LIST_HEAD(&nn->hosts.statics);
	return rhashtable_init(&nn->hosts.static_table, &ndp_static_params);
}

/**
 * ndp_static_exit() - free a namespace's table, which is empty by now
 * @nn: namespace that has no links any more
 */
void ndp_static_exit(struct ndp_net *nn)
{
	rhashtable_destroy(&nn->hosts.static_table);
}
