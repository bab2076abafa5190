/* SPDX-License-Identifier: GPL-2.0 */
/* Managed links and their groups. Part of the map: include ndproxy.h. */
#ifndef NDPROXY_LINK_H
#define NDPROXY_LINK_H

/* --- link.c: links, roles, groups, all-multicast (ND-A) --------------------------------------- */

enum ndp_role {
	NDP_ROLE_NONE,
	NDP_ROLE_UPSTREAM,
	NDP_ROLE_DOWNSTREAM,
};

enum ndp_override {
	NDP_OVERRIDE_KEEP,
	NDP_OVERRIDE_CLEAR,
	NDP_OVERRIDE_SET,
};

enum ndp_na_source {
	NDP_NA_SOURCE_AUTO,
	NDP_NA_SOURCE_LINK_LOCAL,
	NDP_NA_SOURCE_TARGET,
};

enum ndp_link_state {
	NDP_LINK_WAITING,	/* no device of that name */
	NDP_LINK_REFUSED,	/* the device cannot be a link; ndp_link.reason says why */
	NDP_LINK_DOWN,		/* the device is down */
	NDP_LINK_ACTIVE,
	NDP_LINK_SUSPENDED,	/* ndp_link.suspicion says why */
};

/**
 * struct ndp_bucket - a token bucket
 * @lock: protects the rest; softirq
 * @tokens: what may be sent now, in thousandths of a message
 * @last: jiffies64 of the last refill, perhaps long ago; 0: never, the bucket is full
 */
struct ndp_bucket {
	spinlock_t lock;	/* protects the tokens */
	u64 tokens;
	u64 last;
};

/**
 * struct ndp_group - links that share prefixes
 * @list: in ndp_net.groups
 * @rcu: frees it
 * @id: number
 * @links: its links, RCU
 * @n_links: how many
 * @n_prefixes: proxied prefixes of the group
 * @n_inner: how many of them are inner ones
 * @test: the loop test; ndp_ra.lock
 * @routers: who was heard on the upstream links, and on the downstream links; ndp_ra.lock
 */
struct ndp_group {
	struct list_head list;
	struct rcu_head rcu;
	u32 id;
	struct list_head links;
	unsigned int n_links;
	unsigned int n_prefixes;
	unsigned int n_inner;
	struct ndp_loop_test test;
	struct ndp_routers routers[NDP_ROLE_DOWNSTREAM];
};

/**
 * struct ndp_mld - the multicast listener engine on a link
 * @on: it is to run from when the link becomes active until it is given up
 * @running: it was started for the link
 * @snoop_joins: it listens to the solicited-node groups of hosts on the group's other links
 * @config: what has been set
 */
struct ndp_mld {
	bool on;
	bool running;
	bool snoop_joins;
	struct mld_link_config config;
};

/**
 * struct ndp_snm_link - solicited-node groups and a link
 * @joins: what it listens to for hosts elsewhere: struct ndp_snm_join, by the 24 bits
 * @n_joins: how many; read without a lock
 * @n_homes: groups of hosts that live here; ndp_hosts.lock
 * @own: this router's own addresses here: struct ndp_snm_own
 * @own_stale: look whether these are all of them, and each has a home
 * @own_lacks: one has none, since there was no room
 * @stale: look whether it listens to all that it should
 * @lacks: it does not, since there was no room
 */
struct ndp_snm_link {
	struct rb_root joins;
	unsigned int n_joins;
	unsigned int n_homes;
	struct list_head own;
	bool own_stale;
	bool own_lacks;
	bool stale;
	bool lacks;
};

/**
 * struct ndp_link - a managed network interface
 * @list: in ndp_net.links, RCU
 * @group_list: in ndp_group.links, RCU
 * @rcu: frees it
 * @nn: its namespace
 * @group: it belongs to
 * @dev: the device, held; NULL while there is none. RCU
 * @tracker: of the reference
 * @ifindex: of @dev, or 0
 * @table: routing table of @dev: its VRF's, or the main one
 * @name: what the configuration calls it
 * @reason: why @state is NDP_LINK_REFUSED or NDP_LINK_SUSPENDED
 * @state: enum ndp_link_state
 * @role: enum ndp_role
 * @nd: send proxied solicitations here (ND-A4)
 * @override: enum ndp_override
 * @na_source: enum ndp_na_source
 * @ra_guard: enum ndp_ra_guard: what Router Advertisements of others do (ND-H2)
 * @guard: a known host that is claimed here is asked on its own link first (ND-F4)
 * @allmulti: all-multicast was taken on @dev
 * @dump: its routes are to be dumped
 * @bounced: the device went down since the link was last looked at; set by the notifier
 * @onlinks: the proxied prefixes of an upstream link, the inner ones of a downstream link
 *           (ndp_onlink.link_list)
 * @n_onlinks: how many
 * @static_prefixes: what "prefix add" configured here (struct ndp_static_prefix)
 * @hosts: the hosts that live here (ndp_host.link_list); ndp_hosts.lock
 * @n_hosts: how many; ndp_hosts.lock
 * @late: hosts that are to be asked and wait for the link's rate, in the order of their turns
 *        (ndp_host.timed); ndp_hosts.lock
 * @late_list: in ndp_hosts.late; ndp_hosts.lock
 * @late_at: jiffies when the first of them is tried next, valid in that list; ndp_hosts.lock
 * @ns_unknown: rate of solicitations for targets whose host is not known
 * @ns_known: rate of solicitations for the others, which a scan must not starve (ND-F5)
 * @ns_dad: rate of DAD probes, whose loss would make a duplicate
 * @mcast_na: rate of multicast advertisements
 * @objections: of those by which a prober hears that its address is taken: the loss of one would
 *              make a duplicate, too, and news must not crowd it out
 * @rogues: rate of events of other routers
 * @stats: counters
 * @mld: the multicast listener engine
 * @snm: see struct ndp_snm_link
 * @suspicion: of a loop, or what suspends the link; ndp_ra.lock
 *
 * RTNL where nothing else is said. @ifindex, @state, @role and the options are read in softirq too.
 */
struct ndp_link {
	struct list_head list;
	struct list_head group_list;
	struct rcu_head rcu;
	struct ndp_net *nn;
	struct ndp_group *group;
	struct net_device __rcu *dev;
	netdevice_tracker tracker;
	int ifindex;
	u32 table;
	char name[IFNAMSIZ];
	char reason[128];
	u8 state;
	u8 role;
	bool nd;
	u8 override;
	u8 na_source;
	u8 ra_guard;
	bool guard;
	bool allmulti;
	bool dump;
	unsigned long bounced;
	struct list_head onlinks;
	unsigned int n_onlinks;
	struct list_head static_prefixes;
	struct list_head hosts;
	unsigned int n_hosts;
	struct list_head late;
	struct list_head late_list;
	unsigned long late_at;
	struct ndp_bucket ns_unknown;
	struct ndp_bucket ns_known;
	struct ndp_bucket ns_dad;
	struct ndp_bucket mcast_na;
	struct ndp_bucket objections;
	struct ndp_bucket rogues;
	struct ndp_stats stats;
	struct ndp_mld mld;
	struct ndp_snm_link snm;
	struct ndp_suspicion suspicion;
};

/**
 * struct ndp_link_config - a change to a link
 * @name: of the device, which need not exist
 * @has_role: @role is given
 * @has_group: @group is given
 * @has_nd: @nd is given
 * @has_override: @override is given
 * @has_na_source: @na_source is given
 * @has_ra_guard: @ra_guard is given
 * @has_guard: @guard is given
 * @role: NDP_ROLE_NONE forgets the link
 * @group: number
 * @nd: as in struct ndp_link
 * @override: as in struct ndp_link
 * @na_source: as in struct ndp_link
 * @ra_guard: as in struct ndp_link
 * @force: upstream even where this host sends Router Advertisements (ND-A3)
 * @guard: as in struct ndp_link
 */
struct ndp_link_config {
	char name[IFNAMSIZ];
	bool has_role;
	bool has_group;
	bool has_nd;
	bool has_override;
	bool has_na_source;
	bool has_ra_guard;
	bool has_guard;
	u8 role;
	u32 group;
	bool nd;
	u8 override;
	u8 na_source;
	u8 ra_guard;
	bool force;
	bool guard;
};

int ndp_link_set(struct ndp_net *nn, const struct ndp_link_config *config,
		 struct netlink_ext_ack *extack);
struct ndp_link *ndp_link_by_name(struct ndp_net *nn, const char *name);
struct ndp_link *ndp_link_by_index(struct ndp_net *nn, int ifindex);

/* Is it active, and may its device have routes? Context: RCU or RTNL. */
static inline bool ndp_link_runs(const struct ndp_link *link)
{
	const struct net_device *dev = rcu_dereference_rtnl(link->dev);

	return link->state == NDP_LINK_ACTIVE && dev && netif_running(dev);
}

void ndp_link_sync_allmulti(struct ndp_net *nn, struct ndp_group *group);
void ndp_link_work(struct work_struct *work);
void ndp_link_remove_all(struct ndp_net *nn);
bool ndp_bucket_take(struct ndp_bucket *bucket, u32 rate, u32 burst, u64 now);

#endif
