// SPDX-License-Identifier: GPL-2.0
/*
 * The groups of the multicast listener engine over generic netlink. A group is told with all its
 * sources and listeners as long as they fit; a walk begins again behind the last group told.
 */

#include <linux/rtnetlink.h>
#include <net/ipv6.h>

#include "netlink.h"

/* The answer about one group: what a reader's usual buffer holds. */
#define NDP_NL_GROUP_SIZE 60000
/* A group without its lists, and the flag that these are not whole. */
#define NDP_NL_GROUP_HEAD 256

/**
 * struct ndp_nl_mld_place - where a dump goes on
 * @done: all has been put
 * @ready: the request has been read
 * @only: groups: only those of this link, 0 for all
 * @ifindex: the link that is being told, or was told last
 * @cursor: groups: the last one
 */
struct ndp_nl_mld_place {
	bool done;
	bool ready;
	int only;
	int ifindex;
	struct in6_addr cursor;
};

static struct ndp_nl_mld_place *ndp_nl_mld_place(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct ndp_nl_mld_place) > sizeof(cb->ctx));
	return (struct ndp_nl_mld_place *)cb->ctx;
}

/* A buffer that is full is what ends a call; one object that does not fit at all is an error. */
static int ndp_nl_mld_result(const struct sk_buff *skb, struct netlink_callback *cb, int err)
{
	ndp_nl_mld_place(cb)->done = !err;
	return skb->len ? skb->len : err;
}

/* Is there room for an attribute, and for the flag that it was the last? */
static bool ndp_nl_has_room(const struct sk_buff *skb, size_t size)
{
	return skb_tailroom(skb) >= nla_total_size(size) + nla_total_size(0);
}

static int ndp_nl_put_source(const struct in6_addr *source, void *priv)
{
	struct sk_buff *skb = priv;

	if (!ndp_nl_has_room(skb, sizeof(*source)))
		return -EMSGSIZE;
	return nla_put_in6_addr(skb, NDPROXY_A_MLD_GROUP_SOURCE, source);
}

static size_t ndp_nl_listener_size(const char *id, u16 nsources)
{
	return nla_total_size(strlen(id) + 1) + nla_total_size(sizeof(u32)) +
	       nla_total_size(sizeof(u8)) + nsources * nla_total_size(sizeof(struct in6_addr));
}

static int ndp_nl_put_listener(const char *id, enum mld_mode mode, bool muted, u16 nsources,
			       const struct in6_addr *sources, void *priv)
{
	struct sk_buff *skb = priv;
	struct nlattr *nest;
	int i, err;

	if (!ndp_nl_has_room(skb, ndp_nl_listener_size(id, nsources)))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, NDPROXY_A_MLD_GROUP_LISTENER);
	if (!nest)
		return -EMSGSIZE;
	err = nla_put_string(skb, NDPROXY_A_MLD_LISTENER_ID, id);
	err = err ?: nla_put_u32(skb, NDPROXY_A_MLD_LISTENER_MODE, mode);
	err = err ?: nla_put_u8(skb, NDPROXY_A_MLD_LISTENER_MUTED, muted);
	for (i = 0; i < nsources && !err; i++)
		err = nla_put_in6_addr(skb, NDPROXY_A_MLD_LISTENER_SOURCE, &sources[i]);
	if (err)
		nla_nest_cancel(skb, nest);
	else
		nla_nest_end(skb, nest);
	return err;
}

/* @whole: fail if not all sources and listeners fit, else flag that. Return: 0 or -EMSGSIZE. */
static int ndp_nl_fill_group(struct sk_buff *skb, struct net *net, int ifindex,
			     const struct mld_group_view *view, bool whole)
{
	int err;

	if (ndp_nl_mld_put_dev(skb, net, ifindex, NDPROXY_A_MLD_GROUP_IFINDEX,
			       NDPROXY_A_MLD_GROUP_IFNAME) ||
	    nla_put_in6_addr(skb, NDPROXY_A_MLD_GROUP_GROUP, view->addr) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_GROUP_STATE, view->state) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_GROUP_MODE, view->mode) ||
	    nla_put_u32(skb, NDPROXY_A_MLD_GROUP_NSOURCES, view->nsources) ||
	    ndp_nl_put_left(skb, NDPROXY_A_MLD_GROUP_CHANGE_LEFT, view->change_left,
			    NDPROXY_A_MLD_GROUP_PAD) ||
	    ndp_nl_put_left(skb, NDPROXY_A_MLD_GROUP_RETRANSMIT_LEFT, view->retrans_left,
			    NDPROXY_A_MLD_GROUP_PAD) ||
	    ndp_nl_put_left(skb, NDPROXY_A_MLD_GROUP_ANSWER_LEFT, view->answer_left,
			    NDPROXY_A_MLD_GROUP_PAD))
		return -EMSGSIZE;
	err = mld_view_sources(view, ndp_nl_put_source, skb);
	err = err ?: mld_view_listeners(view, ndp_nl_put_listener, skb);
	return err && !whole ? nla_put_flag(skb, NDPROXY_A_MLD_GROUP_CUT) : err;
}

/**
 * struct ndp_nl_group_dump - what a walk through groups fills
 * @skb: message buffer
 * @cb: dump
 */
struct ndp_nl_group_dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int ndp_nl_dump_group(const struct mld_group_view *view, void *priv)
{
	struct ndp_nl_group_dump *dump = priv;
	struct sk_buff *skb = dump->skb;
	bool whole = skb->len;
	void *hdr;

	hdr = ndp_nl_begin(skb, dump->cb, NDPROXY_CMD_MLD_GROUP_GET);
	if (!hdr)
		return -EMSGSIZE;
	return ndp_nl_end(skb, hdr,
			  ndp_nl_fill_group(skb, sock_net(skb->sk),
					    ndp_nl_mld_place(dump->cb)->ifindex, view, whole));
}

/* The filter is resolved once: a link that goes away meanwhile has no groups, which is no error. */
static int ndp_nl_read_group_filter(struct net *net, struct netlink_callback *cb)
{
	struct nlattr *attrs[ARRAY_SIZE(ndproxy_mld_group_get_nl_policy)];
	struct ndp_nl_mld_place *place = ndp_nl_mld_place(cb);
	struct mld_link_info info;
	int err;

	NL_ERR_ROOM(cb->extack, cb->ctx);
	err = genlmsg_parse(cb->nlh, &ndp_nl_family, attrs, ARRAY_SIZE(attrs) - 1,
			    ndproxy_mld_group_get_nl_policy, cb->extack);
	if (err)
		return err;
	if (attrs[NDPROXY_A_MLD_GROUP_GROUP]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is not about one group");
		return -EINVAL;
	}
	rtnl_lock();
	err = ndp_nl_mld_dev(net, attrs[NDPROXY_A_MLD_GROUP_IFINDEX],
			     attrs[NDPROXY_A_MLD_GROUP_IFNAME], cb->extack);
	rtnl_unlock();
	if (err < 0)
		return err;
	if (err && mld_link_get_info(net, err, &info))
		return ndp_nl_mld_off(cb->extack);
	place->only = err;
	place->ifindex = err ?: mld_link_next(net, 0);
	place->ready = true;
	return 0;
}

int ndproxy_nl_mld_group_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_nl_group_dump dump = { .skb = skb, .cb = cb };
	struct ndp_nl_mld_place *place = ndp_nl_mld_place(cb);
	struct net *net = sock_net(skb->sk);
	int err;

	if (place->done)
		return 0;
	if (!place->ready) {
		err = ndp_nl_read_group_filter(net, cb);
		if (err)
			return err;
	}
	ndp_nl_set_seq(cb, ndp_nl_mld_generation(net));
	while (place->ifindex) {
		err = mld_groups_walk(net, place->ifindex, &place->cursor, ndp_nl_dump_group,
				      &dump);
		if (err && err != -ENODEV)
			return ndp_nl_mld_result(skb, cb, err);
		place->ifindex = place->only ? 0 : mld_link_next(net, place->ifindex);
		place->cursor = in6addr_any;
	}
	return ndp_nl_mld_result(skb, cb, 0);
}

/**
 * struct ndp_nl_group_get - a request for one group
 * @info: request
 * @ifindex: link
 * @group: which
 * @reply: the answer, begun when the group has been found
 * @err: what came of filling it
 */
struct ndp_nl_group_get {
	struct genl_info *info;
	int ifindex;
	struct in6_addr group;
	struct ndp_nl_reply reply;
	int err;
};

static int ndp_nl_count_source(const struct in6_addr *source, void *priv)
{
	*(size_t *)priv += nla_total_size(sizeof(*source));
	return 0;
}

static int ndp_nl_count_listener(const char *id, enum mld_mode mode, bool muted, u16 nsources,
				 const struct in6_addr *sources, void *priv)
{
	*(size_t *)priv += nla_total_size(ndp_nl_listener_size(id, nsources));
	return 0;
}

/* Return: 1: this is the group; 2: it is not, and so there is none. */
static int ndp_nl_get_group(const struct mld_group_view *view, void *priv)
{
	struct ndp_nl_group_get *get = priv;
	size_t size = NDP_NL_GROUP_HEAD;

	if (!ipv6_addr_equal(view->addr, &get->group))
		return 2;
	mld_view_sources(view, ndp_nl_count_source, &size);
	mld_view_listeners(view, ndp_nl_count_listener, &size);
	get->err =
		ndp_nl_reply_begin(&get->reply, get->info, min_t(size_t, size, NDP_NL_GROUP_SIZE));
	if (get->err)
		return 1;
	get->err = ndp_nl_fill_group(get->reply.skb, genl_info_net(get->info), get->ifindex, view,
				     false);
	return 1;
}

/* The walk begins behind its cursor. */
static struct in6_addr ndp_nl_before(const struct in6_addr *addr)
{
	struct in6_addr before = *addr;
	int i;

	for (i = 15; i >= 0; i--)
		if (before.s6_addr[i]--)
			break;
	return before;
}

int ndproxy_nl_mld_group_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct ndp_nl_group_get get = { .info = info };
	struct in6_addr cursor;
	int ret;

	if (ndp_nl_lacks(info, NDPROXY_A_MLD_GROUP_GROUP, "the group"))
		return -EINVAL;
	get.group = nla_get_in6_addr(info->attrs[NDPROXY_A_MLD_GROUP_GROUP]);
	get.ifindex =
		ndp_nl_mld_need_dev(info, NDPROXY_A_MLD_GROUP_IFINDEX, NDPROXY_A_MLD_GROUP_IFNAME);
	if (get.ifindex < 0)
		return get.ifindex;
	cursor = ndp_nl_before(&get.group);
	ret = mld_groups_walk(genl_info_net(info), get.ifindex, &cursor, ndp_nl_get_group, &get);
	if (ret == 1)
		return get.reply.skb ? ndp_nl_reply_end(&get.reply, info, get.err) : get.err;
	if (ret == -ENODEV)
		return ndp_nl_mld_off(info->extack);
	NL_SET_ERR_MSG_FMT(info->extack, "nobody listens to %pI6c there", &get.group);
	return -ENOENT;
}
