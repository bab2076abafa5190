// SPDX-License-Identifier: GPL-2.0
/* Control over generic netlink: requests about one host, and changes of hosts. */

#include <linux/rtnetlink.h>

#include "netlink.h"

/**
 * ndp_nl_put_host() - a host as attributes
 * @skb: message
 * @nn: namespace
 * @group: group number
 * @addr: of the host
 *
 * Context: any; takes the hosts' lock.
 * Return: 0, or -EMSGSIZE; -ENOENT if there is no host.
 */
int ndp_nl_put_host(struct sk_buff *skb, struct ndp_net *nn, u32 group,
		    const struct in6_addr *addr)
{
	const struct ndp_host *host;
	int err = -ENOENT;

	rcu_read_lock();
	host = ndp_host_find(nn, group, addr);
	if (host) {
		spin_lock_bh(&nn->hosts.lock);
		if (!host->dead)
			err = ndp_fill_host(skb, host);
		spin_unlock_bh(&nn->hosts.lock);
	}
	rcu_read_unlock();
	return err;
}

static bool ndp_nl_host_filtered(struct genl_info *info)
{
	if (!info->attrs[NDPROXY_A_HOST_IFINDEX] && !info->attrs[NDPROXY_A_HOST_IFNAME] &&
	    !info->attrs[NDPROXY_A_HOST_PREFIX] && !info->attrs[NDPROXY_A_HOST_PREFIX_LEN] &&
	    !info->attrs[NDPROXY_A_HOST_CONFIGURED])
		return false;
	NL_SET_ERR_MSG(info->extack, "link and prefix limit a dump, not the search for one host");
	return true;
}

static int ndp_nl_get_host(struct ndp_nl_reply *reply, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	const struct ndp_group *group;
	struct in6_addr addr;
	int err;

	addr = nla_get_in6_addr(info->attrs[NDPROXY_A_HOST_ADDR]);
	list_for_each_entry(group, &nn->groups, list) {
		err = ndp_nl_put_host(reply->skb, nn, group->id, &addr);
		if (err != -ENOENT)
			return err;
	}
	NL_SET_ERR_MSG_FMT(info->extack, "no host %pI6c", &addr);
	return -ENOENT;
}

int ndproxy_nl_host_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	if (ndp_nl_lacks(info, NDPROXY_A_HOST_ADDR, "the address") || ndp_nl_host_filtered(info))
		return -EINVAL;
	return ndp_nl_reply(info, ndp_nl_get_host);
}

static int ndp_nl_read_host_config(struct genl_info *info, struct ndp_host_config *config)
{
	const struct nlattr *lladdr = info->attrs[NDPROXY_A_HOST_LLADDR];
	const struct nlattr *evidence = info->attrs[NDPROXY_A_HOST_EVIDENCE];

	BUILD_BUG_ON((int)NDP_BY_STATIC != (int)NDPROXY_EVIDENCE_STATIC);

	if (ndp_nl_lacks(info, NDPROXY_A_HOST_ADDR, "the address"))
		return -EINVAL;
	config->addr = nla_get_in6_addr(info->attrs[NDPROXY_A_HOST_ADDR]);
	config->evidence = evidence ? nla_get_u32(evidence) : NDP_BY_STATIC;
	config->wait = info->attrs[NDPROXY_A_HOST_WAIT];
	if (!lladdr)
		return 0;
	if (!nla_len(lladdr) || nla_len(lladdr) > ND_LLADDR_MAX) {
		NL_SET_ERR_MSG(info->extack, "a link-layer address has 1 to 32 octets");
		return -EINVAL;
	}
	config->lladdr_len = nla_len(lladdr);
	memcpy(config->lladdr, nla_data(lladdr), config->lladdr_len);
	return 0;
}

int ndproxy_nl_host_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_host_config config = {};
	int err;

	err = ndp_nl_read_host_config(info, &config);
	if (err)
		return err;
	rtnl_lock();
	err = ndp_nl_need_link(info, nn, NDPROXY_A_HOST_IFINDEX, NDPROXY_A_HOST_IFNAME,
			       &config.link);
	if (!err)
		err = ndp_host_add(nn, &config, info->extack);
	rtnl_unlock();
	return err;
}

int ndproxy_nl_host_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct in6_addr addr;
	int err;

	if (ndp_nl_lacks(info, NDPROXY_A_HOST_ADDR, "the address"))
		return -EINVAL;
	addr = nla_get_in6_addr(info->attrs[NDPROXY_A_HOST_ADDR]);
	rtnl_lock();
	err = ndp_host_del(nn, &addr, info->extack);
	rtnl_unlock();
	return err;
}

int ndproxy_nl_host_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link;
	int err;

	rtnl_lock();
	err = ndp_nl_link(nn, info->attrs[NDPROXY_A_HOST_IFINDEX],
			  info->attrs[NDPROXY_A_HOST_IFNAME], &link, info->extack);
	if (!err)
		ndp_host_flush(nn, link);
	rtnl_unlock();
	return err;
}
