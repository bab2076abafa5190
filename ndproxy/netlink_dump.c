// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps. Each call fills one message buffer and keeps its place in netlink_callback.ctx. What
 * changes between two calls may be missing or be told twice; the generation, which is the dump's
 * sequence number, lets the reader know (NLM_F_DUMP_INTR). What changes behind the last object,
 * before the call that ends the dump, is none of the reader's business.
 */

#include <linux/mutex.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "netlink.h"

/**
 * struct ndp_nl_place - where a dump goes on
 * @at: objects that are done; hosts: the hash bucket
 * @table: hosts: the hash table, of those that one is being resized to
 * @skip: hosts: entries of the bucket that are done
 * @done: all has been put
 * @ready: hosts: the filter below has been read
 * @ifindex: hosts: only those of this link, 0 for all
 * @plen: hosts: only those in this prefix
 * @addr: hosts: its address; records: the last target
 * @resume: records: @addr is valid
 */
struct ndp_nl_place {
	unsigned int at;
	unsigned int table;
	unsigned int skip;
	bool done;
	bool ready;
	bool resume;
	u8 plen;
	int ifindex;
	struct in6_addr addr;
};

static struct ndp_nl_place *ndp_nl_place(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct ndp_nl_place) > sizeof(cb->ctx));
	return (struct ndp_nl_place *)cb->ctx;
}

/**
 * ndp_nl_set_seq() - say what the dump is consistent with
 * @cb: dump
 * @generation: changes with what is dumped
 */
void ndp_nl_set_seq(struct netlink_callback *cb, unsigned int generation)
{
	/* Zero would mean that the dump does not care. */
	cb->seq = generation << 1 | 1;
}

/**
 * ndp_nl_begin() - begin a message of a dump
 * @skb: buffer
 * @cb: dump
 * @cmd: of the message
 *
 * Return: for ndp_nl_end(); NULL if the buffer is full.
 */
void *ndp_nl_begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				&ndp_nl_family, NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/**
 * ndp_nl_end() - end a message of a dump
 * @skb: buffer
 * @hdr: as ndp_nl_begin() returned it
 * @err: not 0: it is taken back
 *
 * Return: @err
 */
int ndp_nl_end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
}

/* A buffer that is full is what ends a call; one object that does not fit at all is an error. */
static int ndp_nl_dump_result(const struct sk_buff *skb, struct netlink_callback *cb, int err)
{
	ndp_nl_place(cb)->done = !err;
	return skb->len ? skb->len : err;
}

/**
 * ndp_nl_dump_links() - dump the links
 * @skb: buffer
 * @cb: dump
 * @cmd: of the messages
 * @fill: puts what is wanted of a link
 *
 * Context: RTNL.
 * Return: 0, or -EMSGSIZE when the buffer is full.
 */
static int ndp_nl_dump_links(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			     int (*fill)(struct sk_buff *skb, const struct ndp_link *link))
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	struct ndp_nl_place *place = ndp_nl_place(cb);
	const struct ndp_link *link;
	unsigned int at = 0;
	void *hdr;

	ndp_nl_set_seq(cb, nn->generation);
	list_for_each_entry(link, &nn->links, list) {
		if (at++ < place->at)
			continue;
		hdr = ndp_nl_begin(skb, cb, cmd);
		if (!hdr || ndp_nl_end(skb, hdr, fill(skb, link)))
			return -EMSGSIZE;
		place->at = at;
	}
	return 0;
}

int ndproxy_nl_link_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (ndp_nl_place(cb)->done)
		return 0;
	rtnl_lock();
	err = ndp_nl_dump_links(skb, cb, NDPROXY_CMD_LINK_GET, ndp_fill_link);
	rtnl_unlock();
	return ndp_nl_dump_result(skb, cb, err);
}

static int ndp_nl_dump_onlinks(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	struct ndp_nl_place *place = ndp_nl_place(cb);
	const struct ndp_onlink *onlink;
	const struct ndp_prefix *prefix;
	unsigned int at = 0;
	void *hdr;

	ndp_nl_set_seq(cb, nn->generation);
	list_for_each_entry(prefix, &nn->prefix_list, list) {
		list_for_each_entry(onlink, &prefix->onlinks, prefix_list) {
			if (at++ < place->at)
				continue;
			hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_PREFIX_GET);
			if (!hdr || ndp_nl_end(skb, hdr, ndp_fill_prefix(skb, onlink)))
				return -EMSGSIZE;
			place->at = at;
		}
	}
	return 0;
}

/* A prefix that is on-link on several upstream links is told once for each. */
int ndproxy_nl_prefix_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (ndp_nl_wants_config(cb, NDPROXY_A_PREFIX_CONFIGURED))
		return ndp_nl_dump_config_prefixes(skb, cb);
	if (ndp_nl_place(cb)->done)
		return 0;
	rtnl_lock();
	err = ndp_nl_dump_onlinks(skb, cb);
	rtnl_unlock();
	return ndp_nl_dump_result(skb, cb, err);
}

static int ndp_nl_dump_rules(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	struct ndp_nl_place *place = ndp_nl_place(cb);
	const struct ndp_rule *rule;
	unsigned int at = 0;
	void *hdr;

	ndp_nl_set_seq(cb, nn->generation);
	list_for_each_entry(rule, &nn->rules.list, list) {
		if (at++ < place->at)
			continue;
		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_RULE_GET);
		if (!hdr || ndp_nl_end(skb, hdr, ndp_fill_rule(skb, rule)))
			return -EMSGSIZE;
		place->at = at;
	}
	return 0;
}

int ndproxy_nl_rule_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (ndp_nl_place(cb)->done)
		return 0;
	rtnl_lock();
	err = ndp_nl_dump_rules(skb, cb);
	rtnl_unlock();
	return ndp_nl_dump_result(skb, cb, err);
}

/* The filter is resolved once: a link that goes away meanwhile has no hosts, which is no error. */
static int ndp_nl_read_host_filter(struct ndp_net *nn, struct netlink_callback *cb)
{
	struct nlattr *attrs[ARRAY_SIZE(ndproxy_host_get_nl_policy)];
	struct ndp_nl_place *place = ndp_nl_place(cb);
	struct ndp_link *link;
	int err;

	/* The place is needed no more when the dump is refused. */
	NL_ERR_ROOM(cb->extack, cb->ctx);
	err = genlmsg_parse(cb->nlh, &ndp_nl_family, attrs, ARRAY_SIZE(attrs) - 1,
			    ndproxy_host_get_nl_policy, cb->extack);
	if (err)
		return err;
	if (attrs[NDPROXY_A_HOST_ADDR]) {
		NL_SET_ERR_MSG(cb->extack, "a dump is not about one address");
		return -EINVAL;
	}
	if (!attrs[NDPROXY_A_HOST_PREFIX] != !attrs[NDPROXY_A_HOST_PREFIX_LEN]) {
		NL_SET_ERR_MSG(cb->extack, "a prefix is an address and a length");
		return -EINVAL;
	}
	rtnl_lock();
	err = ndp_nl_link(nn, attrs[NDPROXY_A_HOST_IFINDEX], attrs[NDPROXY_A_HOST_IFNAME], &link,
			  cb->extack);
	if (!err && link)
		place->ifindex = link->ifindex ?: -1;
	rtnl_unlock();
	if (err)
		return err;
	if (attrs[NDPROXY_A_HOST_PREFIX]) {
		place->addr = nla_get_in6_addr(attrs[NDPROXY_A_HOST_PREFIX]);
		place->plen = nla_get_u8(attrs[NDPROXY_A_HOST_PREFIX_LEN]);
	}
	place->ready = true;
	return 0;
}

/* Without the lock this is a hint: the host may move. Its link stays for as long as RCU does. */
static bool ndp_nl_host_wanted(const struct ndp_nl_place *place, const struct ndp_host *host)
{
	if (READ_ONCE(host->dead))
		return false;
	if (place->ifindex && place->ifindex != READ_ONCE(READ_ONCE(host->link)->ifindex))
		return false;
	return ipv6_prefix_equal(&host->key.addr, &place->addr, place->plen);
}

static int ndp_nl_dump_host(struct sk_buff *skb, struct netlink_callback *cb, struct ndp_net *nn,
			    const struct ndp_host *host)
{
	void *hdr;
	int err = 0;

	/* A filter that leaves most of them out must not take the lock for each. */
	if (!ndp_nl_host_wanted(ndp_nl_place(cb), host))
		return 0;
	spin_lock_bh(&nn->hosts.lock);
	if (ndp_nl_host_wanted(ndp_nl_place(cb), host)) {
		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_HOST_GET);
		err = hdr ? ndp_nl_end(skb, hdr, ndp_fill_host(skb, host)) : -EMSGSIZE;
	}
	spin_unlock_bh(&nn->hosts.lock);
	return err;
}

static int ndp_nl_dump_bucket(struct sk_buff *skb, struct netlink_callback *cb,
			      struct ndp_net *nn, const struct bucket_table *tbl)
{
	struct ndp_nl_place *place = ndp_nl_place(cb);
	const struct ndp_host *host;
	struct rhash_head *pos;
	unsigned int n = 0;

	rht_for_each_entry_rcu(host, pos, tbl, place->at, node) {
		if (n++ < place->skip)
			continue;
		if (ndp_nl_dump_host(skb, cb, nn, host))
			return -EMSGSIZE;
		place->skip = n;
	}
	return 0;
}

static int ndp_nl_dump_table(struct sk_buff *skb, struct netlink_callback *cb, struct ndp_net *nn,
			     const struct bucket_table *tbl)
{
	struct ndp_nl_place *place = ndp_nl_place(cb);

	for (; place->at < tbl->size; place->at++, place->skip = 0)
		if (ndp_nl_dump_bucket(skb, cb, nn, tbl))
			return -EMSGSIZE;
	place->at = 0;
	place->table++;
	return 0;
}

/*
 * Bucket by bucket: a place in the table costs nothing to find again, and nothing to give up.
 * While the table is about to be resized, new hosts are in the next one, and the mutex keeps the
 * others from being moved there. A table of another size has another seed, which shows in the
 * sequence number.
 */
static int ndp_nl_dump_hosts(struct sk_buff *skb, struct netlink_callback *cb, struct ndp_net *nn)
{
	struct ndp_nl_place *place = ndp_nl_place(cb);
	struct rhashtable *ht = &nn->hosts.table;
	const struct bucket_table *tbl;
	unsigned int n = 0;
	int err = 0;

	mutex_lock(&ht->mutex);
	rcu_read_lock();
	tbl = rht_dereference_rcu(ht->tbl, ht);
	ndp_nl_set_seq(cb, READ_ONCE(nn->hosts.generation) + tbl->hash_rnd);
	for (; tbl && !err; tbl = rht_dereference_rcu(tbl->future_tbl, ht))
		if (n++ == place->table)
			err = ndp_nl_dump_table(skb, cb, nn, tbl);
	rcu_read_unlock();
	mutex_unlock(&ht->mutex);
	return err;
}

int ndproxy_nl_host_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	int err;

	if (ndp_nl_wants_config(cb, NDPROXY_A_HOST_CONFIGURED))
		return ndp_nl_dump_config_hosts(skb, cb);
	if (ndp_nl_place(cb)->done)
		return 0;
	if (!ndp_nl_place(cb)->ready) {
		err = ndp_nl_read_host_filter(nn, cb);
		if (err)
			return err;
	}
	return ndp_nl_dump_result(skb, cb, ndp_nl_dump_hosts(skb, cb, nn));
}

/* The records of one prefix, from the place on. Records come and go all the time by nature. */
static int ndp_nl_dump_records(struct sk_buff *skb, struct netlink_callback *cb,
			       struct ndp_net *nn, struct ndp_prefix *prefix,
			       struct ndp_record *copy)
{
	struct ndp_nl_place *place = ndp_nl_place(cb);
	void *hdr;
	int err;

	while (ndp_solicit_next(&prefix->records, place->resume ? &place->addr : NULL, copy,
				ndp_param_desc[NDP_SOLICITORS_PER_TARGET].max)) {
		bool whole = skb->len;

		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_SOLICIT_GET);
		if (!hdr)
			return -EMSGSIZE;
		err = ndp_nl_fill_record(skb, nn, prefix, copy, whole);
		if (ndp_nl_end(skb, hdr, err))
			return -EMSGSIZE;
		place->addr = copy->target;
		place->resume = true;
	}
	return 0;
}

static int ndp_nl_dump_prefixes_records(struct sk_buff *skb, struct netlink_callback *cb,
					struct ndp_record *copy)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	struct ndp_nl_place *place = ndp_nl_place(cb);
	struct ndp_prefix *prefix;
	unsigned int at = 0;
	int err;

	ndp_nl_set_seq(cb, nn->generation);
	list_for_each_entry(prefix, &nn->prefix_list, list) {
		if (at++ < place->at)
			continue;
		err = ndp_nl_dump_records(skb, cb, nn, prefix, copy);
		if (err)
			return err;
		place->at = at;
		place->resume = false;
	}
	return 0;
}

int ndproxy_nl_solicit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_record *copy;
	int err;

	if (ndp_nl_place(cb)->done)
		return 0;
	copy = kmalloc(struct_size(copy, solicitor, ndp_param_desc[NDP_SOLICITORS_PER_TARGET].max),
		       CHARGE_KERNEL);
	if (!copy)
		return -ENOMEM;
	rtnl_lock();
	err = ndp_nl_dump_prefixes_records(skb, cb, copy);
	rtnl_unlock();
	kfree(copy);
	return ndp_nl_dump_result(skb, cb, err);
}

int ndproxy_nl_param_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	struct ndp_nl_place *place = ndp_nl_place(cb);
	void *hdr;

	for (; place->at < NDP_PARAMS; place->at++) {
		hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_PARAM_GET);
		if (!hdr || ndp_nl_end(skb, hdr, ndp_nl_fill_param(skb, nn, place->at)))
			return ndp_nl_dump_result(skb, cb, -EMSGSIZE);
	}
	return skb->len;
}

static int ndp_nl_dump_gauges(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct ndp_net *nn = ndp_net(sock_net(skb->sk));
	void *hdr = ndp_nl_begin(skb, cb, NDPROXY_CMD_STATS_GET);

	return hdr ? ndp_nl_end(skb, hdr, ndp_nl_fill_gauges(skb, nn)) : -EMSGSIZE;
}

/* The links' counters, and the gauges at the end. */
int ndproxy_nl_stats_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	int err;

	if (ndp_nl_place(cb)->done)
		return 0;
	rtnl_lock();
	err = ndp_nl_dump_links(skb, cb, NDPROXY_CMD_STATS_GET, ndp_nl_fill_stats);
	err = err ?: ndp_nl_dump_gauges(skb, cb);
	rtnl_unlock();
	return ndp_nl_dump_result(skb, cb, err);
}
