/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Proxied prefixes, their modes, and the rules that choose them.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_PREFIX_H
#define NDPROXY_PREFIX_H

/* --- prefix.c: proxied prefixes (ND-B) -------------------------------------------------------- */

/**
 * struct ndp_static_prefix - what "prefix add" configured
 * @list: in ndp_link.static_prefixes; RTNL
 * @addr: of the prefix
 * @plen: its length
 * @mode: enum ndp_prefix_mode
 */
struct ndp_static_prefix {
	struct list_head list;
	struct in6_addr addr;
	unsigned int plen;
	u8 mode;
};

struct ndp_prefix_key {
	u32 group;
	u32 plen;
	struct in6_addr addr;
};

/* Who answers for the targets of a prefix (ND-F7). */
enum ndp_prefix_mode {
	NDP_MODE_PROXY,		/* the target itself, and nobody else */
	NDP_MODE_ROUTE,		/* this router, where it has a route to the target elsewhere */
	NDP_MODE_STATIC,	/* this router, where the target was not seen on the link */
};

#define NDP_ONLINK_ROUTE	BIT(0)	/* the kernel has an on-link route */
#define NDP_ONLINK_STATIC	BIT(1)	/* "prefix add" */

/**
 * struct ndp_onlink - a prefix is on-link on an upstream link; an inner one on a downstream link
 * @prefix_list: in ndp_prefix.onlinks, RCU
 * @link_list: in ndp_link.onlinks
 * @rcu: frees it
 * @prefix: which
 * @link: where
 * @sources: NDP_ONLINK_ bits: how that is known
 * @mode: enum ndp_prefix_mode that "prefix add" told
 * @expires: jiffies when the kernel's route ends; 0: never
 */
struct ndp_onlink {
	struct list_head prefix_list;
	struct list_head link_list;
	struct rcu_head rcu;
	struct ndp_prefix *prefix;
	struct ndp_link *link;
	u8 sources;
	u8 mode;
	unsigned long expires;
};

/**
 * struct ndp_prefix - a proxied prefix
 * @node: in ndp_net.prefixes, RCU
 * @list: in ndp_net.prefix_list, RCU
 * @rcu: frees it
 * @key: group, length and address
 * @group: it is shared in
 * @onlinks: the upstream links on which it is on-link, RCU; at least one; of an inner one the
 *           downstream links
 * @inner: see inner.c
 * @dead: no new hosts; ndp_hosts.lock
 * @n_hosts: how many; ndp_hosts.lock
 * @marked: the kernel's routes carry the proxy mark
 * @mode: enum ndp_prefix_mode, of the first of @onlinks that tells another than proxy; softirq too
 * @records: solicitation records
 */
struct ndp_prefix {
	struct rhash_head node;
	struct list_head list;
	struct rcu_head rcu;
	struct ndp_prefix_key key;
	struct ndp_group *group;
	struct list_head onlinks;
	bool inner;
	bool dead;
	unsigned int n_hosts;
	bool marked;
	u8 mode;
	struct ndp_records records;
};

int ndp_prefix_init(struct ndp_net *nn);
void ndp_prefix_exit(struct ndp_net *nn);
struct ndp_prefix *ndp_prefix_find(const struct ndp_net *nn, u32 group,
				   const struct in6_addr *addr, unsigned int plen);
struct ndp_prefix *ndp_prefix_lookup(const struct ndp_net *nn, u32 group,
				     const struct in6_addr *addr);
struct ndp_onlink *ndp_onlink_find(const struct ndp_prefix *prefix, const struct ndp_link *link);
bool ndp_prefix_is_onlink(const struct ndp_prefix *prefix, const struct ndp_link *link);
int ndp_prefix_learn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		     unsigned int plen, u8 source, unsigned long expires);
void ndp_prefix_unlearn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			unsigned int plen, u8 source);
void ndp_prefix_unlearn_link(struct ndp_net *nn, struct ndp_link *link);
void ndp_prefix_link_changed(struct ndp_net *nn, struct ndp_link *link, bool active);
void ndp_prefix_restore_static(struct ndp_net *nn, struct ndp_link *link);
void ndp_prefix_drop_static(struct ndp_link *link);
int ndp_prefix_add_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, int mode, struct netlink_ext_ack *extack);
int ndp_prefix_del_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, struct netlink_ext_ack *extack);

/* --- prefix_route.c: the routes to a prefix (ND-B5, B6) --------------------------------------- */

void ndp_prefix_mark(struct ndp_net *nn, struct ndp_prefix *prefix, bool on);
void ndp_prefix_remark(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		       unsigned int plen, bool routed);
void ndp_prefix_queue_routes(struct ndp_net *nn, struct ndp_prefix *prefix, bool add);
void ndp_prefix_route_lost(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			   unsigned int plen);
void ndp_prefix_routes_again(struct ndp_net *nn);

/* --- inner.c: more specific prefixes on downstream links (ND-B7) ------------------------------ */

bool ndp_prefix_is_shared_on(const struct ndp_prefix *prefix, const struct ndp_link *link);
void ndp_inner_sync(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		    unsigned int plen);
void ndp_inner_end(struct ndp_net *nn, struct ndp_prefix *prefix);
void ndp_inner_uncovered(struct ndp_net *nn, struct ndp_group *group);
void ndp_inner_learn(struct ndp_net *nn, struct ndp_group *group);

/* --- mode.c: who answers for the targets of a prefix (ND-F7) ---------------------------------- */

void ndp_mode_set(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *addr,
		  unsigned int plen, u8 mode);
void ndp_mode_sync(struct ndp_prefix *prefix);
bool ndp_mode_answers(struct ndp_net *nn, const struct ndp_link *link,
		      const struct ndp_prefix *prefix, const struct in6_addr *target);

/* --- rule.c: which of the kernel's on-link prefixes are proxied (ND-B1) ----------------------- */

enum ndp_rule_action {
	NDP_RULE_ALLOW,
	NDP_RULE_DENY,
};

#define NDP_RULES_MAX	256

/**
 * struct ndp_rule - what "prefix allow" or "prefix deny" said
 * @list: in ndp_rules.list
 * @addr: of the prefix
 * @plen: its length
 * @action: enum ndp_rule_action
 */
struct ndp_rule {
	struct list_head list;
	struct in6_addr addr;
	u8 plen;
	u8 action;
};

/**
 * struct ndp_rules - the rules of a namespace; RTNL
 * @list: struct ndp_rule, longest prefix first
 * @n: how many, at most NDP_RULES_MAX
 * @n_allow: how many of them allow
 */
struct ndp_rules {
	struct list_head list;
	unsigned int n;
	unsigned int n_allow;
};

void ndp_rule_init(struct ndp_net *nn);
void ndp_rule_exit(struct ndp_net *nn);
const struct ndp_rule *ndp_rule_lookup(const struct ndp_net *nn, const struct in6_addr *addr,
				       unsigned int plen);
bool ndp_rule_allows(const struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen);
int ndp_rule_set(struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen, u8 action,
		 struct netlink_ext_ack *extack);
int ndp_rule_del(struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen);

#endif
