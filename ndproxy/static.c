// SPDX-License-Identifier: GPL-2.0
/*
 * Static hosts: what "host add" configured. The configuration outlives the host itself, which comes
 * and goes with its link and its prefix.
 */

#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ipv6.h>

#include "ndproxy.h"

/**
 * struct ndp_static - a configured host
 * @list: in ndp_hosts.statics; RTNL
 * @link: where it lives
 * @addr: its address
 */
struct ndp_static {
	struct list_head list;
	struct ndp_link *link;
	struct in6_addr addr;
};

static struct ndp_static *ndp_static_find(struct ndp_net *nn, u32 group,
					  const struct in6_addr *addr)
{
	struct ndp_static *entry;

	list_for_each_entry(entry, &nn->hosts.statics, list)
		if (entry->link->group->id == group && ipv6_addr_equal(&entry->addr, addr))
			return entry;
	return NULL;
}

static enum ndp_learnt ndp_static_learn(struct ndp_net *nn, struct ndp_prefix *prefix,
					struct ndp_link *link, const struct in6_addr *addr)
{
	struct ndp_sighting sighting = {
		.prefix = prefix,
		.link = link,
		.addr = addr,
		.evidence = NDP_BY_STATIC,
	};

	return ndp_host_learn(nn, &sighting);
}

/* The proxied prefix of a link that covers an address; RTNL keeps it. */
static struct ndp_prefix *ndp_static_prefix(struct ndp_net *nn, const struct ndp_link *link,
					    const struct in6_addr *addr)
{
	struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, addr);

	return prefix && ndp_prefix_is_onlink(prefix, link) ? prefix : NULL;
}

/**
 * ndp_host_add_static() - say that a host lives on a link
 * @nn: namespace
 * @link: where
 * @addr: its address
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0; -EINVAL: not an address of a host; -ENOENT: not covered by a proxied prefix; -EEXIST;
 * -EBUSY: the link is not active; -ENOBUFS.
 */
int ndp_host_add_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			struct netlink_ext_ack *extack)
{
	struct ndp_prefix *prefix;
	struct ndp_static *entry;

	if (ipv6_addr_is_multicast(addr) || ipv6_addr_any(addr) || ipv6_addr_loopback(addr) ||
	    ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is not the address of a host", addr);
		return -EINVAL;
	}
	if (ipv6_chk_addr_and_flags(nn->net, addr, rtnl_dereference(link->dev), true, 0,
				    IFA_F_TENTATIVE)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is this router's own address", addr);
		return -EINVAL;
	}
	prefix = ndp_static_prefix(nn, link, addr);
	if (!prefix) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is in no prefix of %s", addr, link->name);
		return -ENOENT;
	}
	if (link->state != NDP_LINK_ACTIVE) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not active", link->name);
		return -EBUSY;
	}
	if (ndp_static_find(nn, link->group->id, addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c is a static host already", addr);
		return -EEXIST;
	}

	entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	if (!entry || ndp_static_learn(nn, prefix, link, addr) == NDP_LEARNT_REFUSED) {
		NL_SET_ERR_MSG_FMT(extack, "no memory for %pI6c", addr);
		kfree(entry);
		return -ENOBUFS;
	}
	entry->link = link;
	entry->addr = *addr;
	list_add_tail(&entry->list, &nn->hosts.statics);
	return 0;
}

static bool ndp_static_del(struct ndp_net *nn, u32 group, const struct in6_addr *addr)
{
	struct ndp_static *entry = ndp_static_find(nn, group, addr);

	if (!entry)
		return false;
	list_del(&entry->list);
	kfree(entry);
	return true;
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
 * ndp_host_restore_static() - bring back the static hosts whose link and prefix are there again
 * @nn: namespace
 * @group: in which a link or a prefix came up
 *
 * Context: RTNL.
 */
void ndp_host_restore_static(struct ndp_net *nn, const struct ndp_group *group)
{
	struct ndp_static *entry;

	list_for_each_entry(entry, &nn->hosts.statics, list) {
		struct ndp_prefix *prefix;

		if (entry->link->group != group)
			continue;
		prefix = ndp_static_prefix(nn, entry->link, &entry->addr);
		if (prefix)
			ndp_static_learn(nn, prefix, entry->link, &entry->addr);
	}
}

/**
 * ndp_host_drop_static() - forget the static hosts configured on a link that is given up
 * @nn: namespace
 * @link: the link
 *
 * Context: RTNL.
 */
void ndp_host_drop_static(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_static *entry, *tmp;

	list_for_each_entry_safe(entry, tmp, &nn->hosts.statics, list) {
		if (entry->link != link)
			continue;
		list_del(&entry->list);
		kfree(entry);
	}
}
