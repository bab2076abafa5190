/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The multicast listener engine on links, and the groups of hosts.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_SNOOP_H
#define NDPROXY_SNOOP_H

/* --- listen.c: the multicast listener engine on links ----------------------------------------- */

/**
 * struct ndp_mld_change - a change to the engine on a device
 * @has_on: @on is given
 * @has_snoop_joins: @snoop_joins is given
 * @on: whether it runs
 * @snoop_joins: as in struct ndp_mld
 * @config: what else is given
 */
struct ndp_mld_change {
	bool has_on;
	bool has_snoop_joins;
	bool on;
	bool snoop_joins;
	struct mld_link_config config;
};

void ndp_mld_start(struct ndp_link *link);
void ndp_mld_stop(struct ndp_link *link);
int ndp_mld_set(struct ndp_net *nn, const char *name, const struct ndp_mld_change *change,
		struct netlink_ext_ack *extack);

/* --- snm.c: hosts -> solicited-node groups that other links listen to (MLD-S) ----------------- */

#define NDP_SNM_ID	"ndproxy"	/* the listener's name; taken */

struct ndp_snm_key {
	u32 group;
	__be32 bits;
};

/**
 * struct ndp_snm_home - hosts with one solicited-node group live on a link
 * @node: in ndp_snm.homes
 * @key: group of links, and the low 24 bits of the addresses
 * @link: where they live
 * @list: in ndp_snm.fresh or .left, or in none
 * @rcu: frees it
 * @left: jiffies when the last of them left
 * @n_hosts: how many there are, this router's own addresses included
 * @held: the other links listen for it; RTNL
 *
 * ndp_hosts.lock where nothing else is said. It is freed under RTNL only.
 */
struct ndp_snm_home {
	struct rhlist_head node;
	struct ndp_snm_key key;
	struct ndp_link *link;
	union {
		struct list_head list;
		struct rcu_head rcu;
	};
	unsigned long left;
	unsigned int n_hosts;
	bool held;
};

/**
 * struct ndp_snm_join - a link listens to a solicited-node group for hosts elsewhere; RTNL
 * @node: in ndp_snm_link.joins
 * @bits: the low 24 bits of the group
 */
struct ndp_snm_join {
	struct rb_node node;
	__be32 bits;
};

/**
 * struct ndp_snm_own - an address of this router on a link; RTNL
 * @list: in ndp_snm_link.own
 * @home: counts it; NULL: there was no room
 * @addr: the address
 * @seen: it was there at the last look
 */
struct ndp_snm_own {
	struct list_head list;
	struct ndp_snm_home *home;
	struct in6_addr addr;
	bool seen;
};

/**
 * struct ndp_snm - the solicited-node groups of a namespace's hosts
 * @homes: struct ndp_snm_home, one for each group and link where it has hosts
 * @fresh: homes that the other links do not listen for yet; ndp_hosts.lock
 * @left: homes without hosts, that which was left first in front; ndp_hosts.lock
 * @work: makes the links listen, and ends it
 */
struct ndp_snm {
	struct rhltable homes;
	struct list_head fresh;
	struct list_head left;
	struct delayed_work work;
};

int ndp_snm_init(struct ndp_net *nn);
void ndp_snm_exit(struct ndp_net *nn);
void ndp_snm_enter(struct ndp_host *host);
void ndp_snm_leave(struct ndp_host *host);
void ndp_snm_detached(struct ndp_link *link);
struct ndp_snm_home *ndp_snm_get_home(struct ndp_net *nn, struct ndp_link *link,
				      const struct in6_addr *addr);
void ndp_snm_put_home(struct ndp_net *nn, struct ndp_snm_home *home);
void ndp_snm_removed(struct ndp_link *link);

/* --- snm_own.c: this router's own addresses among them ---------------------------------------- */

void ndp_snm_sync_own(struct ndp_link *link);
void ndp_snm_forget_own(struct ndp_link *link);

#endif
