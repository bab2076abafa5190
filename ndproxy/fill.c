// SPDX-License-Identifier: GPL-2.0
/* Objects as netlink attributes, the same in dumps, replies and events. */

#include <linux/jiffies.h>
#include <net/netlink.h>

#include "ndproxy.h"
#include "netlink_gen.h"

static unsigned int ndp_link_prefixes(const struct ndp_link *link)
{
	if (link->state != NDP_LINK_ACTIVE)
		return 0;
	return link->role == NDP_ROLE_UPSTREAM ? link->n_onlinks : link->group->n_prefixes;
}

/**
 * ndp_fill_link() - put a link's attributes
 * @skb: message
 * @link: link
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_link(struct sk_buff *skb, const struct ndp_link *link)
{
	u32 since, left;

	if ((link->ifindex && nla_put_u32(skb, NDPROXY_A_LINK_IFINDEX, link->ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_LINK_IFNAME, link->name) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_ROLE, link->role) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_GROUP, link->group->id) ||
	    nla_put_u8(skb, NDPROXY_A_LINK_ND, link->nd) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_OVERRIDE, link->override) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_NA_SOURCE, link->na_source) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_STATE, link->state) ||
	    (link->reason[0] && nla_put_string(skb, NDPROXY_A_LINK_REASON, link->reason)) ||
	    nla_put_u8(skb, NDPROXY_A_LINK_ALLMULTI, link->allmulti) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_PREFIXES, ndp_link_prefixes(link)) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_HOSTS, READ_ONCE(link->n_hosts)) ||
	    nla_put_u32(skb, NDPROXY_A_LINK_RA_GUARD, link->ra_guard) ||
	    nla_put_u8(skb, NDPROXY_A_LINK_GUARD, link->guard))
		return -EMSGSIZE;
	if (link->state == NDP_LINK_SUSPENDED && ndp_ra_times(link, &since, &left) &&
	    (nla_put_u32(skb, NDPROXY_A_LINK_SUSPENDED_FOR, since) ||
	     nla_put_u32(skb, NDPROXY_A_LINK_NEXT_TEST, left)))
		return -EMSGSIZE;
	return 0;
}

/**
 * ndp_fill_prefix() - put the attributes of a prefix on an upstream link
 * @skb: message
 * @onlink: where which prefix is on-link
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_prefix(struct sk_buff *skb, const struct ndp_onlink *onlink)
{
	const struct ndp_prefix *prefix = onlink->prefix;

	if (nla_put_in6_addr(skb, NDPROXY_A_PREFIX_ADDR, &prefix->key.addr) ||
	    nla_put_u8(skb, NDPROXY_A_PREFIX_PREFIX_LEN, prefix->key.plen) ||
	    (onlink->link->ifindex &&
	     nla_put_u32(skb, NDPROXY_A_PREFIX_IFINDEX, onlink->link->ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_PREFIX_IFNAME, onlink->link->name) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_GROUP, prefix->key.group) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_MODE, prefix->mode) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_SOURCES, onlink->sources) ||
	    nla_put_u8(skb, NDPROXY_A_PREFIX_MARKED, prefix->marked) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_RECORDS, READ_ONCE(prefix->records.count)) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_HOSTS, READ_ONCE(prefix->n_hosts)))
		return -EMSGSIZE;
	return 0;
}

/**
 * ndp_fill_host() - put a host's attributes
 * @skb: message
 * @host: in the table
 *
 * Context: hosts' lock.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_host(struct sk_buff *skb, const struct ndp_host *host)
{
	const struct ndp_station *station = host->station;
	const struct ndp_prefix_key *prefix = &host->prefix->key;

	if (nla_put_in6_addr(skb, NDPROXY_A_HOST_ADDR, &host->key.addr) ||
	    nla_put_u32(skb, NDPROXY_A_HOST_IFINDEX, host->link->ifindex) ||
	    nla_put_string(skb, NDPROXY_A_HOST_IFNAME, host->link->name) ||
	    nla_put_in6_addr(skb, NDPROXY_A_HOST_PREFIX, &prefix->addr) ||
	    nla_put_u8(skb, NDPROXY_A_HOST_PREFIX_LEN, prefix->plen) ||
	    (station && nla_put(skb, NDPROXY_A_HOST_LLADDR, station->key.len, station->key.addr)) ||
	    nla_put_u32(skb, NDPROXY_A_HOST_STATE, host->state) ||
	    nla_put_u32(skb, NDPROXY_A_HOST_EVIDENCE, host->evidence) ||
	    nla_put_u64_64bit(skb, NDPROXY_A_HOST_AGE,
			      jiffies64_to_msecs(get_jiffies_64() - host->heard),
			      NDPROXY_A_HOST_PAD) ||
	    nla_put_u8(skb, NDPROXY_A_HOST_ROUTE, host->route == NDP_ROUTE_INSTALLED) ||
	    (host->route == NDP_ROUTE_SHADOWED && nla_put_flag(skb, NDPROXY_A_HOST_SHADOWED)))
		return -EMSGSIZE;
	return 0;
}

/**
 * ndp_fill_static_prefix() - put what was configured of a prefix
 * @skb: message
 * @link: upstream link, active or not
 * @entry: what was configured on it
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_static_prefix(struct sk_buff *skb, const struct ndp_link *link,
			   const struct ndp_static_prefix *entry)
{
	if (nla_put_in6_addr(skb, NDPROXY_A_PREFIX_ADDR, &entry->addr) ||
	    nla_put_u8(skb, NDPROXY_A_PREFIX_PREFIX_LEN, entry->plen) ||
	    (link->ifindex && nla_put_u32(skb, NDPROXY_A_PREFIX_IFINDEX, link->ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_PREFIX_IFNAME, link->name) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_GROUP, link->group->id) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_MODE, entry->mode) ||
	    nla_put_u32(skb, NDPROXY_A_PREFIX_SOURCES, NDP_ONLINK_STATIC))
		return -EMSGSIZE;
	return 0;
}

/**
 * ndp_fill_host_config() - put what the administrator told of a host
 * @skb: message
 * @config: that
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_host_config(struct sk_buff *skb, const struct ndp_host_config *config)
{
	const struct ndp_link *link = config->link;

	if (nla_put_in6_addr(skb, NDPROXY_A_HOST_ADDR, &config->addr) ||
	    (link->ifindex && nla_put_u32(skb, NDPROXY_A_HOST_IFINDEX, link->ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_HOST_IFNAME, link->name) ||
	    (config->lladdr_len &&
	     nla_put(skb, NDPROXY_A_HOST_LLADDR, config->lladdr_len, config->lladdr)) ||
	    nla_put_u32(skb, NDPROXY_A_HOST_EVIDENCE, config->evidence))
		return -EMSGSIZE;
	return 0;
}

/**
 * ndp_fill_rule() - put a rule's attributes
 * @skb: message
 * @rule: rule
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int ndp_fill_rule(struct sk_buff *skb, const struct ndp_rule *rule)
{
	if (nla_put_in6_addr(skb, NDPROXY_A_RULE_ADDR, &rule->addr) ||
	    nla_put_u8(skb, NDPROXY_A_RULE_PREFIX_LEN, rule->plen) ||
	    nla_put_u32(skb, NDPROXY_A_RULE_ACTION, rule->action))
		return -EMSGSIZE;
	return 0;
}
