// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of what was configured, whether it is in use now or not: what "save" prints. The other
 * dumps tell what there is, in which a prefix of a link that is down, say, is missing.
 */

#include <linux/rtnetlink.h>
#include <net/sock.h>

#include "netlink.h"

/**
 * struct ndp_nl_config_place - where such a dump goes on
 * @at: objects that are done
 * @ifindex: of devices that are no links of the proxy: the last one told
 */
struct ndp_nl_config_place {
	unsigned int at;
	int ifindex;
};

static struct ndp_nl_config_place *ndp_nl_config_place(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct ndp_nl_config_place) > sizeof(cb->ctx));
	return (struct ndp_nl_config_place *)cb->ctx;
}

/*
 * One part of a dump. Behind the last object nothing is put, which ends it.
 *
 * Return: as of a dump.
 */
static int ndp_nl_dump_config(struct sk_buff *skb, struct netlink_callback *cb,
			      int (*put)(struct sk_buff *skb, struct netlink_callback *cb,
					 struct ndp_net *nn))
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	int err;

	rtnl_lock();
	ndp_nl_set_seq(cb, nn->generation);
	err = put(skb, cb, nn);
	rtnl_unlock();
	return skb->len ? skb->len : err;
}

/**
 * ndp_nl_wants_config() - is a dump about what was configured?
 * @cb: dump
 * @attr: the flag that says so; the policy has been applied to it
 *
 * Return: true if it is.
 */
bool ndp_nl_wants_config(const struct netlink_callback *cb, int attr)
{
	return nlmsg_find_attr(cb->nlh, GENL_HDRLEN, attr);
}

/* --- prefixes ------------------------------------------------------------------------------ */

/* Context: RTNL. */
static int ndp_nl_put_config_prefixes(struct sk_buff *skb, struct netlink_callback *cb,
				      struct ndp_net *nn)
{
	struct ndp_nl_config_place *place = ndp_nl_config_place(cb);
	const struct ndp_static_prefix *entry;
	const struct ndp_link *link;
	unsigned int at = 0;
	void *hdr;

	list_for_each_entry(link, &nn->links, list) {
		list_for_each_entry(entry, &link->static_prefixes, list) {
			if (at++ < place->at)
				continue;
			hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_PREFIX_GET);
			if (!hdr || ndp_nl_end(skb, hdr, ndp_fill_static_prefix(skb, link, entry)))
				return -EMSGSIZE;
			place->at = at;
		}
	}
	return 0;
}

/**
 * ndp_nl_dump_config_prefixes() - dump what "prefix add" configured
 * @skb: buffer
 * @cb: dump
 *
 * Return: as of a dump.
 */
int ndp_nl_dump_config_prefixes(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ndp_nl_dump_config(skb, cb, ndp_nl_put_config_prefixes);
}

/* --- hosts --------------------------------------------------------------------------------- */

/* Context: RTNL. */
static int ndp_nl_put_config_hosts(struct sk_buff *skb, struct netlink_callback *cb,
				   struct ndp_net *nn)
{
	struct ndp_nl_config_place *place = ndp_nl_config_place(cb);
	const struct ndp_static *entry;
	unsigned int at = 0;
	void *hdr;

	list_for_each_entry(entry, &nn->hosts.statics, list) {
		if (at++ < place->at)
			continue;
		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_HOST_GET);
		if (!hdr || ndp_nl_end(skb, hdr, ndp_fill_host_config(skb, &entry->config)))
			return -EMSGSIZE;
		place->at = at;
	}
	return 0;
}

/**
 * ndp_nl_dump_config_hosts() - dump the static hosts, and the learnt ones that wait
 * @skb: buffer
 * @cb: dump
 *
 * Return: as of a dump.
 */
int ndp_nl_dump_config_hosts(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ndp_nl_dump_config(skb, cb, ndp_nl_put_config_hosts);
}

/* --- the multicast listener engine --------------------------------------------------------- */

static int ndp_nl_put_mld_limits(struct sk_buff *skb, const struct mld_limits *limits)
{
	if (nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_GROUPS, limits->groups) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES, limits->group_sources) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES, limits->listener_sources))
		return -EMSGSIZE;
	return 0;
}

static int ndp_nl_fill_mld_config(struct sk_buff *skb, int ifindex, const char *name, bool on,
				  const struct mld_link_config *config)
{
	if ((ifindex && nla_put_u32(skb, NDPROXY_A_MLD_LINK_IFINDEX, ifindex)) ||
	    nla_put_string(skb, NDPROXY_A_MLD_LINK_IFNAME, name) ||
	    nla_put_u8(skb, NDPROXY_A_MLD_LINK_ENABLED, on))
		return -EMSGSIZE;
	/* As an engine that is switched off takes none. */
	if (!on)
		return 0;
	if ((config->has_version &&
	     nla_put_u32(skb, NDPROXY_A_MLD_LINK_VERSION_MODE, config->version)) ||
	    (config->has_robustness &&
	     nla_put_u32(skb, NDPROXY_A_MLD_LINK_ROBUSTNESS, config->robustness)) ||
	    (config->has_uri &&
	     nla_put_u32(skb, NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL, config->uri)) ||
	    (config->has_gsr_delay &&
	     nla_put_s32(skb, NDPROXY_A_MLD_LINK_GSR_DELAY, config->gsr_delay)) ||
	    (config->has_mrd && nla_put_u8(skb, NDPROXY_A_MLD_LINK_MRD, config->mrd)))
		return -EMSGSIZE;
	return config->has_limits ? ndp_nl_put_mld_limits(skb, &config->limits) : 0;
}

/* Context: RTNL. */
static int ndp_nl_fill_mld_link_config(struct sk_buff *skb, const struct ndp_link *link)
{
	const struct ndp_mld *mld = &link->mld;

	if (mld->on && nla_put_u8(skb, NDPROXY_A_MLD_LINK_SNOOP_JOINS, mld->snoop_joins))
		return -EMSGSIZE;
	return ndp_nl_fill_mld_config(skb, link->ifindex, link->name, mld->on, &mld->config);
}

/* Context: RTNL. */
static int ndp_nl_put_mld_links(struct sk_buff *skb, struct netlink_callback *cb,
				struct ndp_net *nn)
{
	struct ndp_nl_config_place *place = ndp_nl_config_place(cb);
	const struct ndp_link *link;
	unsigned int at = 0;
	void *hdr;

	list_for_each_entry(link, &nn->links, list) {
		if (at++ < place->at)
			continue;
		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_MLD_LINK_GET);
		if (!hdr || ndp_nl_end(skb, hdr, ndp_nl_fill_mld_link_config(skb, link)))
			return -EMSGSIZE;
		place->at = at;
	}
	return 0;
}

/* Of a device that is no link of the proxy, what was set is in the engine only. Context: RTNL. */
static int ndp_nl_put_mld_device(struct sk_buff *skb, struct netlink_callback *cb,
				 struct ndp_net *nn, int ifindex)
{
	const struct net_device *dev = __dev_get_by_index(nn->net, ifindex);
	struct mld_link_config config = {
		.has_version = true,
		.has_robustness = true,
		.has_uri = true,
		.has_gsr_delay = true,
		.has_limits = true,
		.has_mrd = true,
	};
	struct mld_link_info info;
	void *hdr;

	if (!dev || ndp_link_by_index(nn, ifindex) || mld_link_get_info(nn->net, ifindex, &info))
		return 0;
	config.version = info.version_mode;
	config.robustness = info.rv_set;
	config.uri = info.uri;
	config.gsr_delay = info.gsr_delay;
	config.limits = info.limits;
	config.mrd = info.mrd;
	hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_MLD_LINK_GET);
	if (!hdr)
		return -EMSGSIZE;
	return ndp_nl_end(skb, hdr, ndp_nl_fill_mld_config(skb, ifindex, dev->name, true, &config));
}

/* Context: RTNL. */
static int ndp_nl_put_mld_config(struct sk_buff *skb, struct netlink_callback *cb,
				 struct ndp_net *nn)
{
	struct ndp_nl_config_place *place = ndp_nl_config_place(cb);
	int err, ifindex;

	err = ndp_nl_put_mld_links(skb, cb, nn);
	while (!err && (ifindex = mld_link_next(nn->net, place->ifindex))) {
		err = ndp_nl_put_mld_device(skb, cb, nn, ifindex);
		if (!err)
			place->ifindex = ifindex;
	}
	return err;
}

/**
 * ndp_nl_dump_config_mld() - dump what was set of the multicast listener engine
 * @skb: buffer
 * @cb: dump
 *
 * Return: as of a dump.
 */
int ndp_nl_dump_config_mld(struct sk_buff *skb, struct netlink_callback *cb)
{
	return ndp_nl_dump_config(skb, cb, ndp_nl_put_mld_config);
}
