// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast listener engine over generic netlink: links and listeners. The engine looks after
 * its own locks; RTNL is held where a device is named, and where the engine is switched.
 */

#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "netlink.h"

/* The ABI's values are the engine's. */
static_assert((int)MLD_INCLUDE == (int)NDPROXY_MLD_MODE_INCLUDE);
static_assert((int)MLD_EXCLUDE == (int)NDPROXY_MLD_MODE_MAX);
static_assert((int)MLD_VERSION_AUTO == (int)NDPROXY_MLD_VERSION_MODE_AUTO);
static_assert((int)MLD_VERSION_2 == (int)NDPROXY_MLD_VERSION_MODE_MAX);
static_assert((int)MLD_SILENT == (int)NDPROXY_MLD_STATE_SILENT);
static_assert((int)MLD_LAZY == (int)NDPROXY_MLD_STATE_LAZY);
static_assert((int)MLD_SLEEPING == (int)NDPROXY_MLD_STATE_SLEEPING);
static_assert((int)MLD_NR_STATES - 1 == (int)NDPROXY_MLD_STATE_MAX);
static_assert(MLD_ID_LEN - 1 == NDPROXY_MLD_ID_LEN);
/* Each counter stands at a fixed distance from its attribute. */
static_assert(NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + MLD_C_TX_FAILED ==
	      NDPROXY_A_MLD_COUNTERS_TX_FAILED);
static_assert(NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + MLD_C_DROP_LENGTH ==
	      NDPROXY_A_MLD_COUNTERS_LENGTH);
static_assert(NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + MLD_C_DROP_MEMORY ==
	      NDPROXY_A_MLD_COUNTERS_MEMORY);
static_assert(NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + MLD_NR_COUNTS - 1 == NDPROXY_A_MLD_COUNTERS_MAX);

/**
 * ndp_nl_mld_generation() - what a dump is consistent with
 * @net: namespace
 *
 * Return: a number that changes with the groups of any link, and with the links.
 */
unsigned int ndp_nl_mld_generation(struct net *net)
{
	struct mld_link_info info;
	unsigned int sum = 0;
	int ifindex = 0;

	while ((ifindex = mld_link_next(net, ifindex)))
		if (!mld_link_get_info(net, ifindex, &info))
			sum += ifindex * 31 + info.generation + 1;
	return sum;
}

/* --- devices ------------------------------------------------------------------------------- */

/**
 * ndp_nl_mld_off() - refuse what the engine is needed for
 * @extack: gets the text
 *
 * Return: -ENODEV
 */
int ndp_nl_mld_off(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "the multicast listener engine is off on this device");
	return -ENODEV;
}

/**
 * ndp_nl_mld_dev() - the device that a request names
 * @net: namespace
 * @ifindex: attribute or NULL
 * @ifname: attribute or NULL
 * @extack: says what is wrong
 *
 * Context: RTNL.
 * Return: its ifindex; 0 if none is named; -EINVAL or -ENODEV.
 */
int ndp_nl_mld_dev(struct net *net, const struct nlattr *ifindex, const struct nlattr *ifname,
		   struct netlink_ext_ack *extack)
{
	const struct net_device *dev;
	char name[IFNAMSIZ];
	int named;

	named = ndp_nl_dev_name(net, ifindex, ifname, name, extack);
	if (named <= 0)
		return named;
	dev = __dev_get_by_name(net, name);
	if (dev)
		return dev->ifindex;
	NL_SET_ERR_MSG_FMT(extack, "there is no device %s", name);
	return -ENODEV;
}

/**
 * ndp_nl_mld_need_dev() - the device that a request must name
 * @info: request
 * @ifindex: number of the attribute with its index
 * @ifname: number of the attribute with its name
 *
 * Context: process; takes RTNL.
 * Return: its ifindex; -EINVAL or -ENODEV, which has been told.
 */
int ndp_nl_mld_need_dev(struct genl_info *info, int ifindex, int ifname)
{
	int ret;

	rtnl_lock();
	ret = ndp_nl_mld_dev(genl_info_net(info), info->attrs[ifindex], info->attrs[ifname],
			     info->extack);
	rtnl_unlock();
	if (ret)
		return ret;
	NL_SET_ERR_MSG(info->extack, "the device is missing");
	return -EINVAL;
}

/**
 * ndp_nl_mld_put_dev() - put index and name of a device
 * @skb: message
 * @net: namespace
 * @ifindex: its index
 * @attr_index: attribute of the index
 * @attr_name: attribute of the name, which is left out if the device is gone meanwhile
 *
 * Return: 0 or -EMSGSIZE.
 */
int ndp_nl_mld_put_dev(struct sk_buff *skb, struct net *net, int ifindex, int attr_index,
		       int attr_name)
{
	const struct net_device *dev;
	int err;

	err = nla_put_u32(skb, attr_index, ifindex);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (!err && dev)
		err = nla_put_string(skb, attr_name, dev->name);
	rcu_read_unlock();
	return err;
}

/**
 * ndp_nl_put_left() - put a time
 * @skb: message
 * @attr: attribute
 * @left: ms; negative: it does not come, and is left out
 * @pad: attribute for padding
 *
 * Return: 0 or -EMSGSIZE.
 */
int ndp_nl_put_left(struct sk_buff *skb, int attr, s64 left, int pad)
{
	return left < 0 ? 0 : nla_put_u64_64bit(skb, attr, left, pad);
}

/* --- mld-link ------------------------------------------------------------------------------ */

static int ndp_nl_put_mld_counters(struct sk_buff *skb, const struct mld_link_info *info)
{
	struct nlattr *nest = nla_nest_start(skb, NDPROXY_A_MLD_LINK_COUNTERS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < MLD_NR_COUNTS; i++)
		if (nla_put_u64_64bit(skb, NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + i, info->count[i],
				      NDPROXY_A_MLD_COUNTERS_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What the proxy makes of the engine on its links. */
static int ndp_nl_put_mld_proxy(struct sk_buff *skb, struct net *net, int ifindex)
{
	const struct ndp_link *link;
	int err = 0;

	rcu_read_lock();
	link = ndp_link_by_index(ndp_net(net), ifindex);
	if (link && (nla_put_u8(skb, NDPROXY_A_MLD_LINK_SNOOP_JOINS,
				READ_ONCE(link->mld.snoop_joins)) ||
		     nla_put_u32(skb, NDPROXY_A_MLD_LINK_SNOOPED, READ_ONCE(link->snm.n_joins))))
		err = -EMSGSIZE;
	rcu_read_unlock();
	return err;
}

static int ndp_nl_fill_mld_link(struct sk_buff *skb, struct net *net,
				const struct mld_link_info *info)
{
	if (ndp_nl_mld_put_dev(skb, net, info->ifindex, NDPROXY_A_MLD_LINK_IFINDEX,
			       NDPROXY_A_MLD_LINK_IFNAME) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_ENABLED, 1) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_VERSION_MODE, info->version_mode) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_VERSION, info->version) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_ROBUSTNESS, info->rv) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL, info->uri) ||
	    nla_put_s32(skb, NDPROXY_A_MLD_LINK_GSR_DELAY, info->gsr_delay) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_GROUPS, info->limits.groups) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES, info->limits.group_sources) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES,
			info->limits.listener_sources) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_QUERY_INTERVAL, info->qi) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_QUERY_RESPONSE_INTERVAL, info->qri) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_SILENT, info->silent) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_ASLEEP, info->asleep) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_GROUPS, info->groups) ||
	    ndp_nl_put_left(skb, NDPROXY_A_MLD_LINK_V1_LEFT, info->v1_left,
			    NDPROXY_A_MLD_LINK_PAD) ||
	    ndp_nl_put_left(skb, NDPROXY_A_MLD_LINK_ANSWER_LEFT, info->answer_left,
			    NDPROXY_A_MLD_LINK_PAD) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_MRD, info->mrd) ||
	    ndp_nl_put_mld_proxy(skb, net, info->ifindex))
		return -EMSGSIZE;
	return ndp_nl_put_mld_counters(skb, info);
}

int ndproxy_nl_mld_link_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net *net = genl_info_net(info);
	struct mld_link_info link;
	struct ndp_nl_reply reply;
	int err, ifindex;

	if (ndp_nl_dump_only(info, NDPROXY_A_MLD_LINK_CONFIGURED))
		return -EINVAL;
	ifindex = ndp_nl_mld_need_dev(info, NDPROXY_A_MLD_LINK_IFINDEX, NDPROXY_A_MLD_LINK_IFNAME);
	if (ifindex < 0)
		return ifindex;
	err = mld_link_get_info(net, ifindex, &link);
	if (err)
		return ndp_nl_mld_off(info->extack);
	err = ndp_nl_reply_begin(&reply, info, NLMSG_DEFAULT_SIZE);
	if (err)
		return err;
	return ndp_nl_reply_end(&reply, info, ndp_nl_fill_mld_link(reply.skb, net, &link));
}

int ndproxy_nl_mld_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(skb->sk);
	struct mld_link_info info;
	int ifindex;
	void *hdr;

	if (ndp_nl_wants_config(cb, NDPROXY_A_MLD_LINK_CONFIGURED))
		return ndp_nl_dump_config_mld(skb, cb);
	/* The place is the last link told; behind it nothing is put, which ends the dump. */
	ndp_nl_set_seq(cb, ndp_nl_mld_generation(net));
	while ((ifindex = mld_link_next(net, cb->args[0]))) {
		if (!mld_link_get_info(net, ifindex, &info)) {
			hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_MLD_LINK_GET);
			if (!hdr || ndp_nl_end(skb, hdr, ndp_nl_fill_mld_link(skb, net, &info)))
				return skb->len ?: -EMSGSIZE;
		}
		cb->args[0] = ifindex;
	}
	return skb->len;
}

static int ndp_nl_read_max_sources(struct genl_info *info, int attr, u16 *max)
{
	if (!info->attrs[attr])
		return 0;
	if (nla_get_u32(info->attrs[attr]) > U16_MAX) {
		NL_SET_ERR_MSG(info->extack, "a limit of sources is at most 65535");
		return -ERANGE;
	}
	*max = nla_get_u32(info->attrs[attr]);
	return 0;
}

static int ndp_nl_read_mld_limits(struct genl_info *info, struct mld_link_config *config)
{
	const struct nlattr *groups = info->attrs[NDPROXY_A_MLD_LINK_MAX_GROUPS];
	int err;

	config->has_limits = groups || info->attrs[NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES] ||
			     info->attrs[NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES];
	if (groups)
		config->limits.groups = nla_get_u32(groups);
	err = ndp_nl_read_max_sources(info, NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES,
				      &config->limits.group_sources);
	return err ?: ndp_nl_read_max_sources(info, NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES,
					      &config->limits.listener_sources);
}

/* The engine refuses what is out of range, a robustness beyond its type, too. */
static int ndp_nl_read_mld_config(struct genl_info *info, struct ndp_mld_change *change)
{
	struct mld_link_config *config = &change->config;
	struct nlattr **attrs = info->attrs;

	change->has_on = attrs[NDPROXY_A_MLD_LINK_ENABLED];
	if (change->has_on)
		change->on = nla_get_u8(attrs[NDPROXY_A_MLD_LINK_ENABLED]);
	config->has_version = attrs[NDPROXY_A_MLD_LINK_VERSION_MODE];
	if (config->has_version)
		config->version = nla_get_u32(attrs[NDPROXY_A_MLD_LINK_VERSION_MODE]);
	config->has_robustness = attrs[NDPROXY_A_MLD_LINK_ROBUSTNESS];
	if (config->has_robustness)
		config->robustness =
			min_t(u32, nla_get_u32(attrs[NDPROXY_A_MLD_LINK_ROBUSTNESS]), U8_MAX);
	config->has_uri = attrs[NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL];
	if (config->has_uri)
		config->uri = nla_get_u32(attrs[NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL]);
	config->has_gsr_delay = attrs[NDPROXY_A_MLD_LINK_GSR_DELAY];
	if (config->has_gsr_delay)
		config->gsr_delay = nla_get_s32(attrs[NDPROXY_A_MLD_LINK_GSR_DELAY]);
	config->has_mrd = attrs[NDPROXY_A_MLD_LINK_MRD];
	if (config->has_mrd)
		config->mrd = nla_get_u8(attrs[NDPROXY_A_MLD_LINK_MRD]);
	change->has_snoop_joins = attrs[NDPROXY_A_MLD_LINK_SNOOP_JOINS];
	if (change->has_snoop_joins)
		change->snoop_joins = nla_get_u8(attrs[NDPROXY_A_MLD_LINK_SNOOP_JOINS]);
	return ndp_nl_read_mld_limits(info, config);
}

/*
 * Limits are set all at once: what is not given is as it was, or as it was set for an engine that
 * does not run yet. Context: RTNL.
 */
static void ndp_nl_mld_limits_now(struct ndp_net *nn, const char *name, struct mld_limits *limits)
{
	const struct net_device *dev = __dev_get_by_name(nn->net, name);
	const struct ndp_link *link = ndp_link_by_name(nn, name);
	struct mld_link_info info;

	*limits = (struct mld_limits)MLD_LIMITS_DEFAULT;
	if (dev && !mld_link_get_info(nn->net, dev->ifindex, &info))
		*limits = info.limits;
	else if (link && link->mld.config.has_limits)
		*limits = link->mld.config.limits;
}

static int ndp_nl_set_mld_link(struct genl_info *info)
{
	struct ndp_net *nn = ndp_net(genl_info_net(info));
	struct ndp_mld_change change = {};
	char name[IFNAMSIZ];
	int err, named;

	named = ndp_nl_dev_name(nn->net, info->attrs[NDPROXY_A_MLD_LINK_IFINDEX],
				info->attrs[NDPROXY_A_MLD_LINK_IFNAME], name, info->extack);
	if (named < 0)
		return named;
	if (!named) {
		NL_SET_ERR_MSG(info->extack, "the device is missing");
		return -EINVAL;
	}
	ndp_nl_mld_limits_now(nn, name, &change.config.limits);
	err = ndp_nl_read_mld_config(info, &change);
	return err ?: ndp_mld_set(nn, name, &change, info->extack);
}

int ndproxy_nl_mld_link_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	rtnl_lock();
	err = ndp_nl_set_mld_link(info);
	rtnl_unlock();
	return err;
}

/* --- mld-listener -------------------------------------------------------------------------- */

static unsigned int ndp_nl_count_attrs(struct genl_info *info, int type)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == type;
	return n;
}

/* Return: NULL if there are none, an error pointer if they cannot be kept. */
static struct in6_addr *ndp_nl_read_sources(struct genl_info *info, u16 *n)
{
	unsigned int count = ndp_nl_count_attrs(info, NDPROXY_A_MLD_LISTENER_SOURCE);
	const struct nlattr *attr;
	struct in6_addr *sources;
	int rem;

	*n = 0;
	if (!count)
		return NULL;
	if (count > U16_MAX) {
		NL_SET_ERR_MSG(info->extack, "more sources than one listener may name");
		return ERR_PTR(-ENOBUFS);
	}
	sources = kvmalloc_array(count, sizeof(*sources), CHARGE_KERNEL);
	if (!sources)
		return ERR_PTR(-ENOMEM);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(attr) == NDPROXY_A_MLD_LISTENER_SOURCE)
			sources[(*n)++] = nla_get_in6_addr(attr);
	return sources;
}

/* Return: ifindex, or -EINVAL or -ENODEV. */
static int ndp_nl_listener_link(struct genl_info *info)
{
	if (ndp_nl_lacks(info, NDPROXY_A_MLD_LISTENER_GROUP, "the group") ||
	    ndp_nl_lacks(info, NDPROXY_A_MLD_LISTENER_ID, "the listener's name"))
		return -EINVAL;
	if (!nla_strcmp(info->attrs[NDPROXY_A_MLD_LISTENER_ID], NDP_SNM_ID)) {
		NL_SET_ERR_MSG(info->extack, "the listener ndproxy stands for the proxy itself");
		return -EINVAL;
	}
	return ndp_nl_mld_need_dev(info, NDPROXY_A_MLD_LISTENER_IFINDEX,
				   NDPROXY_A_MLD_LISTENER_IFNAME);
}

int ndproxy_nl_mld_listener_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mld_want want = {};
	struct in6_addr *sources;
	struct in6_addr group;
	int err, ifindex;

	ifindex = ndp_nl_listener_link(info);
	if (ifindex < 0)
		return ifindex;
	if (ndp_nl_lacks(info, NDPROXY_A_MLD_LISTENER_MODE, "the filter mode"))
		return -EINVAL;
	sources = ndp_nl_read_sources(info, &want.nsources);
	if (IS_ERR(sources))
		return PTR_ERR(sources);
	group = nla_get_in6_addr(info->attrs[NDPROXY_A_MLD_LISTENER_GROUP]);
	want.id = nla_data(info->attrs[NDPROXY_A_MLD_LISTENER_ID]);
	want.group = &group;
	want.mode = nla_get_u32(info->attrs[NDPROXY_A_MLD_LISTENER_MODE]);
	want.sources = sources;
	if (info->attrs[NDPROXY_A_MLD_LISTENER_DELAY])
		want.delay = nla_get_u32(info->attrs[NDPROXY_A_MLD_LISTENER_DELAY]);
	err = mld_listen(genl_info_net(info), ifindex, &want, info->extack);
	kvfree(sources);
	return err;
}

int ndproxy_nl_mld_listener_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct in6_addr group;
	int ifindex;

	ifindex = ndp_nl_listener_link(info);
	if (ifindex < 0)
		return ifindex;
	group = nla_get_in6_addr(info->attrs[NDPROXY_A_MLD_LISTENER_GROUP]);
	return mld_ignore(genl_info_net(info), ifindex,
			  nla_data(info->attrs[NDPROXY_A_MLD_LISTENER_ID]), &group, info->extack);
}
