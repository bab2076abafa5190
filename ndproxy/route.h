/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's routes: asked for, listened to and learnt from.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_ROUTE_H
#define NDPROXY_ROUTE_H

/* --- route.c: host routes, on-link routes of downstream links, the mark (ND-B5, B6, F2) ------- */

/**
 * struct ndp_route_req - a route to add or remove
 * @dst: destination
 * @plen: its length
 * @ifindex: device
 * @table: routing table
 * @metric: metric
 * @add: add it, or remove it
 */
struct ndp_route_req {
	struct in6_addr dst;
	u8 plen;
	int ifindex;
	u32 table;
	u32 metric;
	bool add;
};

struct fib6_info;
struct fib6_nh;

typedef int (*ndp_route_hop_t)(struct fib6_nh *hop, void *arg);

/* A namespace's tables, which last as long as it does. Context: RCU. */
#define ndp_route_each_table(table, i, net)						\
	for ((i) = 0; (i) < FIB6_TABLE_HASHSZ; (i)++)					\
		hlist_for_each_entry_rcu(table, &(net)->ipv6.fib_table_hash[i], tb6_hlist)

bool ndp_route_has_hop(const struct fib6_info *rt, ndp_route_hop_t is, void *arg);
void ndp_route_queue_host(struct ndp_net *nn, struct ndp_host *host);
void ndp_route_queue_onlink(struct ndp_net *nn, const struct ndp_prefix *prefix,
			    const struct ndp_link *link, bool add);
bool ndp_route_is_onlink(struct ndp_net *nn, const struct ndp_link *link,
			 const struct in6_addr *addr, unsigned int plen, unsigned long *expires);
bool ndp_route_mark(struct ndp_net *nn, const struct ndp_prefix *prefix, bool on);
bool ndp_route_stands(struct ndp_net *nn, const struct ndp_host *host);
bool ndp_route_leads_away(struct ndp_net *nn, struct net_device *from,
			  const struct in6_addr *addr);
bool ndp_route_leads_to(struct ndp_net *nn, const struct ndp_group *group,
			const struct in6_addr *addr, const struct net_device *dev);
bool ndp_route_is_proxied(const struct dst_entry *dst);
void ndp_route_init(struct ndp_net *nn);

/* --- rtnl.c: the kernel's rtnetlink, asked and listened to over a kernel socket --------------- */

int ndp_rtnl_open(struct ndp_net *nn);
void ndp_rtnl_mute(struct ndp_net *nn);
void ndp_rtnl_close(struct ndp_net *nn);
int ndp_rtnl_listen(struct ndp_net *nn, bool on);
int ndp_rtnl_route(struct ndp_net *nn, const struct ndp_route_req *req, unsigned int flags);
int ndp_rtnl_dump_routes(struct ndp_net *nn, int ifindex);
int ndp_rtnl_receive(struct ndp_net *nn,
		     void (*handle)(struct ndp_net *nn, const struct nlmsghdr *nlh));

/* --- learn.c: what the kernel tells -> work --------------------------------------------------- */

int ndp_learn_start(struct ndp_net *nn);
void ndp_learn_stop(struct ndp_net *nn);
void ndp_learn_init(struct ndp_net *nn);
void ndp_learn_link(struct ndp_net *nn, struct ndp_link *link);
void ndp_learn_expiry(struct ndp_net *nn, unsigned long expires);
void ndp_learn_again(struct ndp_net *nn);
void ndp_learn_later(struct ndp_net *nn);
int ndp_learn_register(void);
void ndp_learn_unregister(void);

#endif
