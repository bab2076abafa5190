// SPDX-License-Identifier: GPL-2.0
/*
 * Control over generic netlink: requests for one object, and changes. The operations and the
 * policies are made from Documentation/netlink/specs/ndproxy.yaml; here is what they do. Every
 * refusal says in words what it is about.
 */

#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/ipv6.h>

#include "netlink.h"

/*
 * Every request passes here, and a change, which its flags tell, needs the privilege that the
 * module's parameter says. The kernel has asked already for that of the namespace's owner.
 */
static int ndp_nl_pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
			   struct genl_info *info)
{
	if (ops->flags & GENL_UNS_ADMIN_PERM && !ndp_param_userns &&
	    !netlink_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(info->extack,
			       "only the initial user namespace configures: load ndproxy with userns=1");
		return -EPERM;
	}
	return ndp_genl_doit(ops, skb, info);
}

struct genl_family ndp_nl_family __ro_after_init = {
	.name		= NDPROXY_FAMILY_NAME,
	.version	= NDPROXY_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.pre_doit	= ndp_nl_pre_doit,
	.module		= THIS_MODULE,
	.ops		= ndproxy_nl_ops,
	.n_ops		= ARRAY_SIZE(ndproxy_nl_ops),
	.resv_start_op	= NDPROXY_CMD_LINK_GET,
	.mcgrps		= ndproxy_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(ndproxy_nl_mcgrps),
};

MODULE_ALIAS_GENL_FAMILY(NDPROXY_FAMILY_NAME);

/* --- what a request is about --------------------------------------------------------------- */

/**
 * ndp_nl_lacks() - refuse a request that does not have what it needs
 * @info: request
 * @attr: attribute that it needs
 * @what: what that tells, for the text of the refusal
 *
 * Return: true if it is missing, which has been said then.
 */
bool ndp_nl_lacks(struct genl_info *info, int attr, const char *what)
{
	if (info->attrs[attr])
		return false;
	NL_SET_ERR_MSG_FMT(info->extack, "%s is missing", what);
	return true;
}

/**
 * ndp_nl_dump_only() - refuse a request for one object that has what limits a dump
 * @info: request
 * @attr: attribute that says that a dump is about what was configured
 *
 * Return: true if it is there, which has been said then.
 */
bool ndp_nl_dump_only(struct genl_info *info, int attr)
{
	if (!info->attrs[attr])
		return false;
	NL_SET_ERR_MSG(info->extack, "only a dump is about all that was configured");
	return true;
}

/**
 * ndp_nl_dev_name() - the name of the device that a request names
 * @net: namespace
 * @ifindex: attribute or NULL
 * @ifname: attribute or NULL
 * @name: out: the name, IFNAMSIZ octets
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 1; 0 if it names none; -EINVAL: no such name can be, or name and index differ; -ENODEV:
 * no such index.
 */
int ndp_nl_dev_name(struct net *net, const struct nlattr *ifindex, const struct nlattr *ifname,
		    char *name, struct netlink_ext_ack *extack)
{
	const struct net_device *dev;

	if (ifname)
		nla_strscpy(name, ifname, IFNAMSIZ);
	if (ifname && !dev_valid_name(name)) {
		NL_SET_ERR_MSG_FMT(extack, "no device can have the name \"%s\"", name);
		return -EINVAL;
	}
	if (!ifindex)
		return !!ifname;

	dev = __dev_get_by_index(net, nla_get_u32(ifindex));
	if (!dev) {
		NL_SET_ERR_MSG_FMT(extack, "no device has the index %u", nla_get_u32(ifindex));
		return -ENODEV;
	}
	if (ifname && strcmp(name, dev->name)) {
		NL_SET_ERR_MSG_FMT(extack, "the device with the index %u is %s, not %s",
				   nla_get_u32(ifindex), dev->name, name);
		return -EINVAL;
	}
	strscpy(name, dev->name, IFNAMSIZ);
	return 1;
}

/**
 * ndp_nl_link() - the link that a request names
 * @nn: namespace
 * @ifindex: attribute or NULL
 * @ifname: attribute or NULL
 * @link: out: the link; NULL if the request names none
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: 0; -EINVAL: no such name can be, or name and index differ; -ENODEV: no such index;
 * -ENOENT: the device is not managed.
 */
int ndp_nl_link(struct ndp_net *nn, const struct nlattr *ifindex, const struct nlattr *ifname,
		struct ndp_link **link, struct netlink_ext_ack *extack)
{
	char name[IFNAMSIZ];
	int named;

	*link = NULL;
	named = ndp_nl_dev_name(nn->net, ifindex, ifname, name, extack);
	if (named <= 0)
		return named;
	*link = ndp_link_by_name(nn, name);
	if (*link)
		return 0;
	NL_SET_ERR_MSG_FMT(extack, "%s is not a link of the proxy", name);
	return -ENOENT;
}

/**
 * ndp_nl_need_link() - the link that a request must name
 * @info: request
 * @nn: namespace
 * @ifindex: attribute's number
 * @ifname: attribute's number
 * @link: out: the link
 *
 * Context: RTNL.
 * Return: 0, or an error as ndp_nl_link(); -EINVAL if none is named.
 */
int ndp_nl_need_link(struct genl_info *info, struct ndp_net *nn, int ifindex, int ifname,
		     struct ndp_link **link)
{
	int err = ndp_nl_link(nn, info->attrs[ifindex], info->attrs[ifname], link, info->extack);

	if (err || *link)
		return err;
	NL_SET_ERR_MSG(info->extack, "the device is missing");
	return -EINVAL;
}

/* --- answers ------------------------------------------------------------------------------- */

/**
 * ndp_nl_reply_begin() - begin the answer to a request
 * @reply: filled
 * @info: request
 * @size: room for the attributes, in octets
 *
 * Context: process.
 * Return: 0, -ENOMEM or -EMSGSIZE; ndp_nl_reply_end() is due if 0.
 */
int ndp_nl_reply_begin(struct ndp_nl_reply *reply, struct genl_info *info, size_t size)
{
	reply->skb = genlmsg_new(size, GFP_KERNEL);
	if (!reply->skb)
		return -ENOMEM;
	reply->hdr = genlmsg_put_reply(reply->skb, info, &ndp_nl_family, 0, info->genlhdr->cmd);
	if (reply->hdr)
		return 0;
	nlmsg_free(reply->skb);
	reply->skb = NULL;
	return -EMSGSIZE;
}

/**
 * ndp_nl_reply_end() - send the answer
 * @reply: the answer
 * @info: request
 * @err: not 0: it is not to be sent
 *
 * Context: process.
 * Return: @err, or what came of the sending.
 */
int ndp_nl_reply_end(struct ndp_nl_reply *reply, struct genl_info *info, int err)
{
	if (err) {
		nlmsg_free(reply->skb);
		return err;
	}
	genlmsg_end(reply->skb, reply->hdr);
	return genlmsg_reply(reply->skb, info);
}

/**
 * ndp_nl_reply() - answer a request with one object
 * @info: request
 * @get: puts the object; RTNL. Returns 0 or the request's error
 *
 * Context: process, takes RTNL.
 * Return: the request's error, or what came of the sending.
 */
int ndp_nl_reply(struct genl_info *info,
		 int (*get)(struct ndp_nl_reply *reply, struct genl_info *info))
{
	struct ndp_nl_reply reply;
	int err;

	err = ndp_nl_reply_begin(&reply, info, NLMSG_DEFAULT_SIZE);
	if (err)
		return err;
	rtnl_lock();
	err = get(&reply, info);
	rtnl_unlock();
	return ndp_nl_reply_end(&reply, info, err);
}

/* --- link ---------------------------------------------------------------------------------- */

static int ndp_nl_get_link(struct ndp_nl_reply *reply, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link;
	int err;

	err = ndp_nl_need_link(info, nn, NDPROXY_A_LINK_IFINDEX, NDPROXY_A_LINK_IFNAME, &link);
	return err ?: ndp_fill_link(reply->skb, link);
}

int ndproxy_nl_link_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ndp_nl_reply(info, ndp_nl_get_link);
}

static void ndp_nl_read_link_config(struct genl_info *info, struct ndp_link_config *config)
{
	struct nlattr **attrs = info->attrs;

	config->has_role = attrs[NDPROXY_A_LINK_ROLE];
	if (config->has_role)
		config->role = nla_get_u32(attrs[NDPROXY_A_LINK_ROLE]);
	config->has_group = attrs[NDPROXY_A_LINK_GROUP];
	if (config->has_group)
		config->group = nla_get_u32(attrs[NDPROXY_A_LINK_GROUP]);
	config->has_nd = attrs[NDPROXY_A_LINK_ND];
	if (config->has_nd)
		config->nd = nla_get_u8(attrs[NDPROXY_A_LINK_ND]);
	config->has_override = attrs[NDPROXY_A_LINK_OVERRIDE];
	if (config->has_override)
		config->override = nla_get_u32(attrs[NDPROXY_A_LINK_OVERRIDE]);
	config->has_na_source = attrs[NDPROXY_A_LINK_NA_SOURCE];
	if (config->has_na_source)
		config->na_source = nla_get_u32(attrs[NDPROXY_A_LINK_NA_SOURCE]);
	config->has_ra_guard = attrs[NDPROXY_A_LINK_RA_GUARD];
	if (config->has_ra_guard)
		config->ra_guard = nla_get_u32(attrs[NDPROXY_A_LINK_RA_GUARD]);
	config->force = nla_get_flag(attrs[NDPROXY_A_LINK_FORCE]);
	config->has_guard = attrs[NDPROXY_A_LINK_GUARD];
	if (config->has_guard)
		config->guard = nla_get_u8(attrs[NDPROXY_A_LINK_GUARD]);
}

static int ndp_nl_set_link(struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link_config config = {};
	int named;

	named = ndp_nl_dev_name(nn->net, info->attrs[NDPROXY_A_LINK_IFINDEX],
				info->attrs[NDPROXY_A_LINK_IFNAME], config.name, info->extack);
	if (named < 0)
		return named;
	if (!named) {
		NL_SET_ERR_MSG(info->extack, "the device is missing");
		return -EINVAL;
	}
	ndp_nl_read_link_config(info, &config);
	return ndp_link_set(nn, &config, info->extack);
}

int ndproxy_nl_link_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = ndp_nl_set_link(info);
	rtnl_unlock();
	return err;
}

/* --- prefix -------------------------------------------------------------------------------- */

/* The longest proxied prefix over an address, of the link's group or of any. Context: RTNL. */
static struct ndp_prefix *ndp_nl_cover(struct ndp_net *nn, const struct ndp_link *link,
				       const struct in6_addr *addr)
{
	struct ndp_prefix *prefix, *best = NULL;
	const struct ndp_group *group;

	list_for_each_entry(group, &nn->groups, list) {
		if (link && link->group != group)
			continue;
		prefix = ndp_prefix_lookup(nn, group->id, addr);
		if (prefix && (!best || prefix->key.plen > best->key.plen))
			best = prefix;
	}
	return best;
}

static int ndp_nl_nest_host(struct sk_buff *skb, struct ndp_net *nn, u32 group,
			    const struct in6_addr *addr)
{
	struct nlattr *nest = nla_nest_start(skb, NDPROXY_A_PREFIX_HOST);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = ndp_nl_put_host(skb, nn, group, addr);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err == -ENOENT ? 0 : err;
}

static int ndp_nl_get_prefix(struct ndp_nl_reply *reply, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	const struct ndp_prefix *prefix;
	struct ndp_onlink *onlink;
	struct ndp_link *link;
	struct in6_addr addr;
	int err;

	if (ndp_nl_lacks(info, NDPROXY_A_PREFIX_ADDR, "the address") ||
	    ndp_nl_dump_only(info, NDPROXY_A_PREFIX_CONFIGURED))
		return -EINVAL;
	addr = nla_get_in6_addr(info->attrs[NDPROXY_A_PREFIX_ADDR]);
	err = ndp_nl_link(nn, info->attrs[NDPROXY_A_PREFIX_IFINDEX],
			  info->attrs[NDPROXY_A_PREFIX_IFNAME], &link, info->extack);
	if (err)
		return err;
	prefix = ndp_nl_cover(nn, link, &addr);
	if (!prefix) {
		NL_SET_ERR_MSG_FMT(info->extack, "%pI6c is in no proxied prefix", &addr);
		return -ENOENT;
	}
	onlink = list_first_entry(&prefix->onlinks, struct ndp_onlink, prefix_list);
	err = ndp_fill_prefix(reply->skb, onlink);
	return err ?: ndp_nl_nest_host(reply->skb, nn, prefix->key.group, &addr);
}

int ndproxy_nl_prefix_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ndp_nl_reply(info, ndp_nl_get_prefix);
}

/* Of prefixes and of rules. */
static int ndp_nl_read_prefix(struct genl_info *info, struct in6_addr *addr, u8 *plen)
{
	BUILD_BUG_ON((int)NDPROXY_A_RULE_ADDR != (int)NDPROXY_A_PREFIX_ADDR);
	BUILD_BUG_ON((int)NDPROXY_A_RULE_PREFIX_LEN != (int)NDPROXY_A_PREFIX_PREFIX_LEN);

	if (ndp_nl_lacks(info, NDPROXY_A_PREFIX_ADDR, "the prefix") ||
	    ndp_nl_lacks(info, NDPROXY_A_PREFIX_PREFIX_LEN, "the prefix's length"))
		return -EINVAL;
	*addr = nla_get_in6_addr(info->attrs[NDPROXY_A_PREFIX_ADDR]);
	*plen = nla_get_u8(info->attrs[NDPROXY_A_PREFIX_PREFIX_LEN]);
	return 0;
}

int ndproxy_nl_prefix_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link;
	struct in6_addr addr;
	int err, mode = -1;
	u8 plen;

	err = ndp_nl_read_prefix(info, &addr, &plen);
	if (err)
		return err;
	if (info->attrs[NDPROXY_A_PREFIX_MODE])
		mode = nla_get_u32(info->attrs[NDPROXY_A_PREFIX_MODE]);
	rtnl_lock();
	err = ndp_nl_need_link(info, nn, NDPROXY_A_PREFIX_IFINDEX, NDPROXY_A_PREFIX_IFNAME, &link);
	if (!err)
		err = ndp_prefix_add_static(nn, link, &addr, plen, mode, info->extack);
	rtnl_unlock();
	return err;
}

/* Wherever it is configured; if it is nowhere, the rule about it. */
static int ndp_nl_del_prefix_anywhere(struct ndp_net *nn, const struct in6_addr *addr, u8 plen,
				      struct netlink_ext_ack *extack)
{
	struct ndp_link *link;
	bool found = false;

	list_for_each_entry(link, &nn->links, list)
		if (!ndp_prefix_del_static(nn, link, addr, plen, NULL))
			found = true;
	if (found)
		return 0;
	if (ndp_rule_del(nn, addr, plen)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c/%u is not configured", addr, plen);
		return -ENOENT;
	}
	ndp_learn_again(nn);
	return 0;
}

int ndproxy_nl_prefix_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_link *link;
	struct in6_addr addr;
	u8 plen;
	int err;

	err = ndp_nl_read_prefix(info, &addr, &plen);
	if (err)
		return err;
	rtnl_lock();
	err = ndp_nl_link(nn, info->attrs[NDPROXY_A_PREFIX_IFINDEX],
			  info->attrs[NDPROXY_A_PREFIX_IFNAME], &link, info->extack);
	if (!err && link)
		err = ndp_prefix_del_static(nn, link, &addr, plen, info->extack);
	else if (!err)
		err = ndp_nl_del_prefix_anywhere(nn, &addr, plen, info->extack);
	rtnl_unlock();
	return err;
}

/* --- rule ---------------------------------------------------------------------------------- */

static int ndp_nl_get_rule(struct ndp_nl_reply *reply, struct genl_info *info)
{
	const struct ndp_rule *rule;
	struct in6_addr addr;
	u8 plen;
	int err;

	err = ndp_nl_read_prefix(info, &addr, &plen);
	if (err)
		return err;
	rule = ndp_rule_lookup(ndp_net(genl_info_net(info)), &addr, plen);
	if (rule)
		return ndp_fill_rule(reply->skb, rule);
	NL_SET_ERR_MSG_FMT(info->extack, "no rule covers %pI6c/%u", &addr, plen);
	return -ENOENT;
}

int ndproxy_nl_rule_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ndp_nl_reply(info, ndp_nl_get_rule);
}

int ndproxy_nl_rule_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct in6_addr addr;
	u32 action;
	u8 plen;
	int err;

	err = ndp_nl_read_prefix(info, &addr, &plen);
	if (err)
		return err;
	if (ndp_nl_lacks(info, NDPROXY_A_RULE_ACTION, "allow or deny"))
		return -EINVAL;
	action = nla_get_u32(info->attrs[NDPROXY_A_RULE_ACTION]);
	rtnl_lock();
	err = ndp_rule_set(nn, &addr, plen, action, info->extack);
	if (!err)
		ndp_learn_again(nn);
	rtnl_unlock();
	return err;
}

/* --- the family ---------------------------------------------------------------------------- */

/**
 * ndp_netlink_register() - offer the family, in every namespace
 *
 * Context: module load.
 * Return: 0 or a negative errno.
 */
int ndp_netlink_register(void)
{
	return genl_register_family(&ndp_nl_family);
}

/**
 * ndp_netlink_unregister() - take the family back; requests under way have ended on return
 *
 * Context: module load that failed, or unload.
 */
void ndp_netlink_unregister(void)
{
	ndp_events_end();
	genl_unregister_family(&ndp_nl_family);
}
