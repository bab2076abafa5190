/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts: where targets live.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_HOST_H
#define NDPROXY_HOST_H

/* --- station.c, host.c, host_route.c, age.c: where targets live (ND-F) ------------------------ */

enum ndp_host_state {
	NDP_HOST_TENTATIVE,	/* a DAD probe that may still be contested (ND-F1) */
	NDP_HOST_REACHABLE,
	NDP_HOST_PROBING,	/* its lifetime is over, it is being asked (ND-F3) */
	NDP_HOST_STATIC,	/* "host add" */
};

enum ndp_evidence {
	NDP_BY_NA,		/* solicited advertisement */
	NDP_BY_DAD,		/* uncontested probe */
	NDP_BY_NS,		/* solicitation from it */
	NDP_BY_UNA,		/* unsolicited advertisement */
	NDP_BY_STATIC,
};

enum ndp_host_route {
	NDP_ROUTE_NONE,		/* none needed, or not there yet */
	NDP_ROUTE_WANTED,	/* queued */
	NDP_ROUTE_INSTALLED,
	NDP_ROUTE_SHADOWED,	/* made, but a policy rule leads packets elsewhere */
	NDP_ROUTE_FOREIGN,	/* somebody else's route to the host stands there */
	NDP_ROUTE_FAILED,	/* the kernel refused it; tried again with the next evidence */
};

/* Outcome of ndp_host_learn(). */
enum ndp_learnt {
	NDP_LEARNT_READY,	/* packets reach the host */
	NDP_LEARNT_PENDING,	/* its route is on the way; ndp_host_ops.ready will be called */
	NDP_LEARNT_REFUSED,	/* a limit, or its link or prefix is going away */
	NDP_LEARNT_HELD,	/* it is, or was, known elsewhere: nobody is told before .ready */
};

/* What came of a question to a host. */
enum ndp_asked {
	NDP_ASKED_NOT,		/* it could not be sent */
	NDP_ASKED_LATER,	/* its link is over its rate: it may be sent soon */
	NDP_ASKED,
};

/* What becomes of the claim that a known host lives on another link; see guard.c. */
enum ndp_claim_state {
	NDP_CLAIM_WAITING,	/* for an objection to a DAD probe */
	NDP_CLAIM_ASKING,	/* the host is being asked on its own link */
	NDP_CLAIM_REFUSED,	/* it answered there */
	NDP_CLAIM_STATES
};

struct ndp_station_key {
	int ifindex;
	u32 len;
	u8 addr[ND_LLADDR_MAX];
};

/**
 * struct ndp_station - a link-layer address on a link, and how many hosts it has
 * @node: in ndp_hosts.stations
 * @rcu: frees it
 * @key: ifindex, length and address
 * @n_hosts: hosts that name it; freed with the last
 */
struct ndp_station {
	struct rhash_head node;
	struct rcu_head rcu;
	struct ndp_station_key key;
	unsigned int n_hosts;
};

struct ndp_host_key {
	struct in6_addr addr;
	u32 group;
};

/**
 * struct ndp_host - a target known to live on a link
 * @node: in ndp_hosts.table, RCU
 * @key: address and group
 * @nonce: hash of the nonce of its DAD probe; 0: none
 * @timed: in ndp_hosts.lru, .probing, .restored or .tentative, next to end first; or in
 *         ndp_link.late
 * @link_list: in ndp_link.hosts
 * @rcu: frees it
 * @job: brings its route in line; holds a reference while it is queued
 * @ref: the table's, and the queue's
 * @prefix: it belongs to
 * @link: it lives on
 * @claim: that it lives on another link; NULL: none
 * @left: ifindex of the link that it left, which is told when its route is in place; 0: none
 * @station: its link-layer address; NULL: not known
 * @home: counts it for its solicited-node group; NULL: there was no room
 * @seen: jiffies from which its place in @timed counts: of the last evidence, probe or claim
 * @heard: jiffies64 of the last evidence, of a static host perhaps long ago
 * @route_ifindex: device of the route that was installed, 0: none; workqueue
 * @route_table: its table; workqueue
 * @state: enum ndp_host_state
 * @evidence: enum ndp_evidence
 * @route: enum ndp_host_route
 * @na_flags: R and O of its last advertisement
 * @probes: sent since its lifetime ended
 * @stalls: probes that could not be sent since then, but for the link's rate
 * @dead: it is out of the table
 * @answer: the solicitors wait for its route
 * @neigh: so does its neighbour entry, which does not exist yet
 *
 * ndp_hosts.lock where nothing else is said.
 */
struct ndp_host {
	struct rhash_head node;
	struct ndp_host_key key;
	u32 nonce;
	struct list_head timed;
	struct list_head link_list;
	struct rcu_head rcu;
	struct ndp_job job;
	refcount_t ref;
	struct ndp_prefix *prefix;
	struct ndp_link *link;
	struct ndp_claim *claim;
	struct ndp_station *station;
	struct ndp_snm_home *home;
	unsigned long seen;
	u64 heard;
	int left;
	int route_ifindex;
	u32 route_table;
	u8 state;
	u8 evidence;
	u8 route;
	u8 na_flags;
	u8 probes;
	u8 stalls;
	bool dead;
	bool answer;
	bool neigh;
};

/**
 * struct ndp_hosts - the hosts of a namespace
 * @lock: see the map above; softirq
 * @table: hosts by address and group
 * @stations: link-layer addresses
 * @lru: reachable hosts, last evidence longest ago first
 * @probing: hosts that are being asked, last probe longest ago first
 * @tentative: DAD probes, oldest first
 * @claims: of known hosts on other links, by enum ndp_claim_state; see guard.c
 * @restored: hosts that were taken back and wait for their first probe, in the order of their turns
 * @late: links with hosts in ndp_link.late, or that had some when tried last, next to be tried
 *        first
 * @statics: struct ndp_static; RTNL
 * @static_table: the same, by address and group; RTNL
 * @n_waiting: learnt hosts among them; RTNL
 * @count: hosts
 * @generation: changes when a host comes or goes, for dumps
 * @wake: jiffies when @work is due; valid if @armed
 * @armed: @work is armed
 * @work: ages them
 */
struct ndp_hosts {
	spinlock_t lock;	/* protects hosts and stations */
	struct rhashtable table;
	struct rhashtable stations;
	struct list_head lru;
	struct list_head probing;
	struct list_head tentative;
	struct list_head claims[NDP_CLAIM_STATES];
	struct list_head restored;
	struct list_head late;
	struct list_head statics;
	struct rhashtable static_table;
	unsigned int n_waiting;
	unsigned int count;
	unsigned int generation;
	unsigned long wake;
	bool armed;
	struct delayed_work work;
};

/**
 * struct ndp_sighting - evidence that an address lives on a link
 * @prefix: that covers it
 * @link: where it was seen
 * @addr: the address
 * @lladdr: its link-layer address; NULL: not told
 * @lladdr_len: octets at @lladdr
 * @framed: @lladdr is from the frame, and does not replace one that an option told
 * @evidence: enum ndp_evidence
 * @na_flags: of an advertisement
 * @answer: solicitors wait for it
 * @neigh: it has no neighbour entry, and the evidence is one to make it from
 * @held: out: the address is known elsewhere, and this is a claim (ND-F4)
 * @objects: out: the address is being probed elsewhere, and this says that it is taken
 * @defend: out: a link where a prober is to hear that the address is taken; NULL: none
 */
struct ndp_sighting {
	struct ndp_prefix *prefix;
	struct ndp_link *link;
	const struct in6_addr *addr;
	const u8 *lladdr;
	u8 lladdr_len;
	bool framed;
	u8 evidence;
	u8 na_flags;
	bool answer;
	bool neigh;
	bool held;
	bool objects;
	struct ndp_link *defend;
};

/**
 * struct ndp_host_due - what waited for a host's route
 * @left: ifindex of the link that the host left, to be told; 0: none
 * @answer: its solicitors
 * @neigh: its neighbour entry
 */
struct ndp_host_due {
	int left;
	bool answer;
	bool neigh;
};

/**
 * struct ndp_host_ops - what host.c, route.c and link.c ask of those above them
 * @ready: a host's route is in place: do what waited for it. Bottom halves disabled, RCU
 * @probe: ask a host whether it is still there. Bottom halves disabled, RCU
 * @placed: a host's route is in place, whoever asked: deliver what waits. Bottom halves disabled,
 *          RCU
 * @seek: solicit the target of a packet that came in on a link and is held. Bottom halves disabled,
 *        RCU
 * @enter: a host lives on its link from now on, or found no room before. Hosts' lock
 * @leave: a host lives on its link no more. Hosts' lock
 * @detached: a link gives its device up. RTNL
 * @removed: a link without device and hosts is given up. RTNL
 */
struct ndp_host_ops {
	void (*ready)(struct ndp_net *nn, const struct ndp_host *host,
		      const struct ndp_host_due *due);
	enum ndp_asked (*probe)(struct ndp_net *nn, const struct ndp_host *host);
	void (*placed)(struct ndp_net *nn, const struct ndp_host *host);
	void (*seek)(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target);
	void (*enter)(struct ndp_host *host);
	void (*leave)(struct ndp_host *host);
	void (*detached)(struct ndp_link *link);
	void (*removed)(struct ndp_link *link);
};

/*
 * RetransTimer, in which a DAD probe may be contested (RFC 4862 5.4), and a little: the prober,
 * whose second may end later, is asked at once then, and would keep silent for another.
 */
#define NDP_DAD_TIME		(HZ + HZ / 8)

/* Context of these: hosts' lock. */
void ndp_station_put(struct ndp_net *nn, struct ndp_station *station);
struct ndp_station *ndp_station_get(struct ndp_net *nn, const struct ndp_sighting *s);
bool ndp_station_is(const struct ndp_station *station, const struct ndp_sighting *s);
unsigned long ndp_host_lifetime(const struct ndp_net *nn);
void ndp_host_arm(struct ndp_net *nn, unsigned long deadline);
void ndp_host_refresh(struct ndp_net *nn, struct ndp_host *host);
void ndp_host_forget(struct ndp_net *nn, struct ndp_host *host);
void ndp_host_settle(struct ndp_net *nn, struct ndp_host *host, u8 evidence);
void ndp_host_move(struct ndp_net *nn, struct ndp_host *host, struct ndp_link *link,
		   struct ndp_station *station, u8 evidence);
void ndp_host_want_route(struct ndp_net *nn, struct ndp_host *host);
void ndp_host_queue_route(struct ndp_net *nn, struct ndp_host *host);
enum ndp_asked ndp_host_ask(struct ndp_net *nn, struct ndp_host *host);
struct ndp_station *ndp_host_get_station(struct ndp_net *nn, const struct ndp_sighting *s);

int ndp_station_init(struct ndp_net *nn);
void ndp_age_lifetime_set(struct ndp_net *nn);
void ndp_age_init(struct ndp_net *nn);
int ndp_host_init(struct ndp_net *nn);
void ndp_host_exit(struct ndp_net *nn);
struct ndp_host *ndp_host_find(const struct ndp_net *nn, u32 group, const struct in6_addr *addr);
enum ndp_learnt ndp_host_learn(struct ndp_net *nn, struct ndp_sighting *sighting);
bool ndp_host_claim(struct ndp_net *nn, const struct ndp_sighting *sighting, u32 nonce);
void ndp_host_failed(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *addr);
void ndp_host_reroute(struct ndp_net *nn, const struct ndp_prefix *prefix);
void ndp_host_route_lost(struct ndp_net *nn, u32 group, const struct in6_addr *addr);
void ndp_host_routes_again(struct ndp_net *nn);
bool ndp_host_route_done(struct ndp_net *nn, struct ndp_host *host, enum ndp_host_route route,
			 struct ndp_host_due *due);
void ndp_host_put(struct ndp_host *host);
bool ndp_host_remove(struct ndp_net *nn, u32 group, const struct in6_addr *addr);

/* --- guard.c: a host is followed once it is silent on its own link (ND-F4) -------------------- */

/* Context of these: hosts' lock, but for ndp_guard_drop_link(), which takes it. */
const struct ndp_link *ndp_guard_link(const struct ndp_host *host);
bool ndp_guard_holds(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s);
void ndp_guard_dad(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s);
bool ndp_guard_is_probed(const struct ndp_host *host);
struct ndp_link *ndp_guard_defend(struct ndp_net *nn, struct ndp_host *host, u8 evidence);
void ndp_guard_drop(struct ndp_net *nn, struct ndp_host *host);
void ndp_guard_drop_link(struct ndp_net *nn, const struct ndp_link *link,
			 const struct ndp_prefix *prefix);
bool ndp_guard_follow(struct ndp_net *nn, struct ndp_host *host);
bool ndp_guard_age_one(struct ndp_net *nn);
void ndp_guard_rearm(struct ndp_net *nn);
void ndp_guard_init(struct ndp_net *nn);

/* --- flush.c: hosts that go together ---------------------------------------------------------- */

void ndp_host_flush_link(struct ndp_net *nn, struct ndp_link *link,
			 const struct ndp_prefix *prefix);
void ndp_host_flush(struct ndp_net *nn, struct ndp_link *link);

/* --- restore.c: hosts that were known before the module was loaded (ND-F6) -------------------- */

int ndp_host_take_back(struct ndp_net *nn, struct ndp_sighting *sighting);

/* --- static.c: hosts that the administrator tells of ------------------------------------------ */

/**
 * struct ndp_host_config - what is told of a host
 * @link: where it lives
 * @addr: its address
 * @evidence: NDP_BY_STATIC, or what it was learnt by
 * @wait: it may wait for its link and prefix
 * @lladdr_len: octets at @lladdr; 0: not told
 * @lladdr: its link-layer address
 */
struct ndp_host_config {
	struct ndp_link *link;
	struct in6_addr addr;
	u8 evidence;
	bool wait;
	u8 lladdr_len;
	u8 lladdr[ND_LLADDR_MAX];
};

/**
 * struct ndp_static - a configured host, or a learnt one that waits for its link or prefix
 * @node: in ndp_hosts.static_table
 * @key: address and group
 * @list: in ndp_hosts.statics
 * @rcu: frees it
 * @config: what was told of it
 *
 * RTNL.
 */
struct ndp_static {
	struct rhash_head node;
	struct ndp_host_key key;
	struct list_head list;
	struct rcu_head rcu;
	struct ndp_host_config config;
};

int ndp_static_init(struct ndp_net *nn);
void ndp_static_exit(struct ndp_net *nn);
void ndp_host_drop_waiting(struct ndp_net *nn, const struct ndp_link *link);
int ndp_host_add(struct ndp_net *nn, const struct ndp_host_config *config,
		 struct netlink_ext_ack *extack);
int ndp_host_del(struct ndp_net *nn, const struct in6_addr *addr, struct netlink_ext_ack *extack);
void ndp_host_restore_static(struct ndp_net *nn, const struct ndp_group *group);
void ndp_host_drop_static(struct ndp_net *nn, struct ndp_link *link);

#endif
