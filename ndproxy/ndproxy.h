/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map of the ND proxy: its objects, its locks, and what each file offers.
 *
 * Locks, outermost first:
 *   RTNL             writers of links, groups, prefixes and their on-link entries, of the static
 *                    hosts and of what is configured; all-multicast; hooks; the solicited-node
 *                    groups that a link listens to, for which the engine's locks are taken
 *   ndp_hosts.lock   hosts, stations, their lists, and the verdict "dead" or "down" that keeps new
 *                    hosts off a prefix or a link; where hosts of a solicited-node group live
 *   ndp_records.lock one per prefix: its solicitation records
 *   ndp_hold.lock    held packets; none of the others is taken with it
 *   ndp_jobs.lock    the queue of jobs
 *   ndp_loop.lock    what another proxy may send back; no other is taken under it
 *   ndp_ra.lock      the suspensions of links; no other is taken under it
 * A spinlock is taken with bottom halves disabled, and none of them is held while a packet is
 * built or sent. rtnetlink requests take RTNL themselves, so that they are made from the
 * namespace's workqueue only, with no lock held.
 *
 * Readers in softirq (hook.c, proxy.c) hold the RCU read lock, and nothing else across files.
 */
#ifndef NDPROXY_NDPROXY_H
#define NDPROXY_NDPROXY_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rbtree.h>
#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "../mld/mld.h"
#include "nd.h"
#include "stats.h"

#define NDP_RTPROT		110		/* rt_protos.d/ndproxy.conf */
#define NDP_METRIC		1024		/* what "ip route add" gives */
#define NDP_ONLINK_METRIC	0x7ffffffeU	/* never wins an unscoped lookup (ND-B5) */
/* The proxy mark (ND-B6): the one bit between RTF_PREF_MASK and RTF_PCPU that no kernel uses. */
#define NDP_RTF_MARK		0x20000000U

struct ndp_host;
struct ndp_net;
struct ndp_prefix;
struct netlink_ext_ack;
struct nlmsghdr;

/* --- param.c: limits (spec I), a default per module, a value per namespace -------------------- */

enum ndp_param {
	NDP_TARGETS_PER_PREFIX,		/* 0: no limit */
	NDP_SOLICITORS_PER_TARGET,
	NDP_RECORD_LIFETIME,		/* seconds */
	NDP_HOSTS_PER_PREFIX,
	NDP_HOSTS_PER_LLADDR,
	NDP_HOST_LIFETIME,		/* seconds */
	NDP_NS_RATE,			/* per link and second */
	NDP_NS_BURST,
	NDP_MCAST_NA_RATE,		/* per link and second */
	NDP_HOLD_PER_TARGET,		/* packets */
	NDP_HOLD_PACKETS,		/* in all */
	NDP_SNOOP_GROUPS,		/* per link */
	NDP_PARAMS
};

/**
 * struct ndp_param_desc - one limit
 * @name: of the module parameter, and in the API
 * @min: lowest value that is taken
 * @max: highest value that is taken
 * @def: built-in default
 */
struct ndp_param_desc {
	const char *name;
	u32 min;
	u32 max;
	u32 def;
};

extern const struct ndp_param_desc ndp_param_desc[NDP_PARAMS];

int ndp_param_check(void);
void ndp_param_init(struct ndp_net *nn);
int ndp_param_set(struct ndp_net *nn, enum ndp_param which, u32 value,
		  struct netlink_ext_ack *extack);
u32 ndp_param_default(enum ndp_param which);

/* --- job.c: what the workqueue does in the order in which it was asked ------------------------ */

/**
 * struct ndp_job - a change to the kernel's routes, or an answer that must not overtake one
 * @list: in ndp_jobs.queue; empty: not queued
 * @run: does it, and ends the job. The namespace's workqueue, no lock held
 */
struct ndp_job {
	struct list_head list;
	void (*run)(struct ndp_net *nn, struct ndp_job *job);
};

/**
 * struct ndp_jobs - the jobs of a namespace, first in, first out
 * @lock: protects @queue; softirq
 * @queue: struct ndp_job
 * @n_answers: answers among them
 * @work: empties it
 */
struct ndp_jobs {
	spinlock_t lock;	/* protects the queue */
	struct list_head queue;
	atomic_t n_answers;
	struct work_struct work;
};

void ndp_job_init(struct ndp_net *nn);
bool ndp_job_queue(struct ndp_net *nn, struct ndp_job *job);
bool ndp_job_is_queued(struct ndp_net *nn, const struct ndp_job *job);

#define NDP_RETRANS_TIMER	HZ	/* RFC 4861 10 */

/* --- solicit.c: who asked for what (ND-C4, C8, D3, F5) ---------------------------------------- */

/**
 * struct ndp_solicitor - who waits for an advertisement
 * @addr: where the answer goes
 * @ifindex: of the link that it asked on
 * @when: jiffies of its last solicitation
 */
struct ndp_solicitor {
	struct in6_addr addr;
	int ifindex;
	unsigned long when;
};

/**
 * struct ndp_record - a target that is being solicited
 * @node: in ndp_records.tree, by @target
 * @lru: in ndp_records.known or .unknown, oldest @seen first
 * @job: sends the answers, when a solicitor's own route must be in place before
 * @group: number of the group, for @job
 * @lives_on: ifindex of the link where the target lives, for @job; 0: on this router
 * @na_flags: of the answers, for @job
 * @target: what was asked for
 * @seen: jiffies of the last solicitation that was noted; the record expires a lifetime later
 * @asked: jiffies when the target was last solicited by the proxy
 * @unasked: ifindex of the one link that @asked left out, because the question came from there
 * @known: the target's host was known when the record was made
 * @n: solicitors
 * @max: room for solicitors
 * @solicitor: in the order in which they asked first
 */
struct ndp_record {
	struct rb_node node;
	struct list_head lru;
	struct ndp_job job;
	u32 group;
	int lives_on;
	u8 na_flags;
	struct in6_addr target;
	unsigned long seen;
	unsigned long asked;
	int unasked;
	bool known;
	u8 n;
	u8 max;
	struct ndp_solicitor solicitor[];
};

/**
 * struct ndp_records - the solicitation records of a prefix
 * @lock: protects all that follows; softirq
 * @tree: records by target
 * @unknown: records of targets whose host is not known, oldest first; the first to go
 * @known: the others
 * @count: records
 * @lifetime: of a record, in jiffies, when the timer was last armed
 * @timer: armed while there are records; expires the oldest
 * @dead: refuse new records
 */
struct ndp_records {
	spinlock_t lock;	/* protects the records */
	struct rb_root tree;
	struct list_head unknown;
	struct list_head known;
	unsigned int count;
	unsigned long lifetime;
	struct timer_list timer;
	bool dead;
};

/**
 * struct ndp_ask - a solicitation to note, and what came of it
 * @target: what is asked for
 * @from: the solicitor; NULL: this router's own kernel
 * @ifindex: the link that the question was heard on, or goes out of
 * @known: the target's host is known
 * @now: jiffies
 * @lifetime: of a record, in jiffies
 * @retrans: RetransTimer (RFC 4861 10), in jiffies
 * @max_targets: limit of records; 0: none
 * @max_solicitors: limit of solicitors per target, 1..255
 * @held: for a held packet: there is no solicitor, and @ifindex is not asked
 * @evicted: out: a record of another target had to go
 * @full: out: the solicitor found no room
 * @only: out: of NDP_ASK_ONE, the link to ask
 */
struct ndp_ask {
	const struct in6_addr *target;
	const struct in6_addr *from;
	int ifindex;
	bool known;
	unsigned long now;
	unsigned long lifetime;
	unsigned long retrans;
	unsigned int max_targets;
	unsigned int max_solicitors;
	bool held;
	bool evicted;
	bool full;
	int only;
};

/* What the asker of ndp_solicit_note() has to do. */
enum ndp_ask_verdict {
	NDP_ASK_NONE,		/* a solicitation is outstanding on every link that matters */
	NDP_ASK_OTHERS,		/* solicit on every link but ndp_ask.ifindex */
	NDP_ASK_ONE,		/* solicit on ndp_ask.only, the rest has been asked */
};

struct ndp_record *ndp_record_alloc(const struct in6_addr *target, u8 solicitors);
void ndp_records_init(struct ndp_records *recs);
void ndp_records_stop(struct ndp_records *recs);
int ndp_solicit_note(struct ndp_records *recs, struct ndp_ask *ask);
struct ndp_record *ndp_solicit_take(struct ndp_records *recs, const struct in6_addr *target);
unsigned long ndp_solicit_expire(struct ndp_records *recs, unsigned long now);
void ndp_solicit_purge(struct ndp_records *recs);
struct ndp_record *ndp_solicit_next(struct ndp_records *recs, const struct in6_addr *after,
				    struct ndp_record *copy, unsigned int room);

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
	NDP_LINK_SUSPENDED,	/* by a Router Advertisement; ndp_link.suspension says which */
};

/**
 * struct ndp_suspension - a Router Advertisement that forbids to proxy on a link (ND-H2)
 * @until: jiffies when it is over; 0: there is none
 * @by: who sent it
 * @proxy: it had the Proxy bit
 */
struct ndp_suspension {
	unsigned long until;
	struct in6_addr by;
	bool proxy;
};

/**
 * struct ndp_bucket - a token bucket
 * @lock: protects the rest; softirq
 * @tokens: what may be sent now, in thousandths of a message
 * @last: jiffies of the last refill; 0: never, the bucket is full
 */
struct ndp_bucket {
	spinlock_t lock;	/* protects the tokens */
	u64 tokens;
	unsigned long last;
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
 */
struct ndp_group {
	struct list_head list;
	struct rcu_head rcu;
	u32 id;
	struct list_head links;
	unsigned int n_links;
	unsigned int n_prefixes;
	unsigned int n_inner;
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
 * @own_stale: look whether these are all of them
 * @stale: look whether it listens to all that it should
 * @lacks: it does not, since there was no room
 */
struct ndp_snm_link {
	struct rb_root joins;
	unsigned int n_joins;
	unsigned int n_homes;
	struct list_head own;
	bool own_stale;
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
 * @ra_guard: a Router Advertisement of another router suspends the link while it is downstream
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
 * @ns_unknown: rate of solicitations for targets whose host is not known
 * @ns_known: rate of solicitations for the others, which a scan must not starve (ND-F5)
 * @ns_dad: rate of DAD probes, whose loss would make a duplicate
 * @mcast_na: rate of multicast advertisements
 * @stats: counters
 * @mld: the multicast listener engine
 * @snm: see struct ndp_snm_link
 * @suspension: what suspends the link; ndp_ra.lock
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
	char reason[80];
	u8 state;
	u8 role;
	bool nd;
	u8 override;
	u8 na_source;
	bool ra_guard;
	bool guard;
	bool allmulti;
	bool dump;
	unsigned long bounced;
	struct list_head onlinks;
	unsigned int n_onlinks;
	struct list_head static_prefixes;
	struct list_head hosts;
	unsigned int n_hosts;
	struct ndp_bucket ns_unknown;
	struct ndp_bucket ns_known;
	struct ndp_bucket ns_dad;
	struct ndp_bucket mcast_na;
	struct ndp_stats stats;
	struct ndp_mld mld;
	struct ndp_snm_link snm;
	struct ndp_suspension suspension;
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
	bool ra_guard;
	bool force;
	bool guard;
};

int ndp_link_set(struct ndp_net *nn, const struct ndp_link_config *config,
		 struct netlink_ext_ack *extack);
struct ndp_link *ndp_link_by_name(struct ndp_net *nn, const char *name);
struct ndp_link *ndp_link_by_index(struct ndp_net *nn, int ifindex);
void ndp_link_sync_allmulti(struct ndp_net *nn, struct ndp_group *group);
void ndp_link_work(struct work_struct *work);
void ndp_link_remove_all(struct ndp_net *nn);
bool ndp_bucket_take(struct ndp_bucket *bucket, u32 rate, u32 burst, unsigned long now);

/* --- ra.c: Router Advertisements (ND-A3, H2) -------------------------------------------------- */

#define NDP_RA_PLACES	64

/**
 * struct ndp_ra - what is known of Router Advertisements in a namespace
 * @sent: by the device's index: the index, and when the lifetime of the last that this host sent
 * ends, in seconds since the boot; 0: that one was no default router's
 * @lock: protects the suspensions of the links; softirq
 * @work: looks at the links when the first suspension is over
 * @wake: jiffies when the first suspension is over; 0: @work is not armed; RTNL
 */
struct ndp_ra {
	atomic64_t sent[NDP_RA_PLACES];
	spinlock_t lock;	/* protects the links' suspensions */
	struct delayed_work work;
	unsigned long wake;
};

void ndp_ra_init(struct ndp_net *nn);
void ndp_ra_forget(struct ndp_net *nn);
bool ndp_ra_sends(struct ndp_net *nn, const struct net_device *dev, char *why, size_t len);
void ndp_ra_sent(struct ndp_net *nn, int ifindex, const struct ndp_link *link,
		 const struct in6_addr *from, const struct nd_ra *ra);
void ndp_ra_heard(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *from,
		  const struct nd_ra *ra);
bool ndp_ra_suspends(struct ndp_net *nn, struct ndp_link *link);
void ndp_ra_pardon(struct ndp_net *nn, struct ndp_link *link);
u32 ndp_ra_remaining(const struct ndp_link *link);

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
bool ndp_prefix_is_onlink(const struct ndp_prefix *prefix, const struct ndp_link *link);
int ndp_prefix_learn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		     unsigned int plen, u8 source, unsigned long expires);
void ndp_prefix_unlearn(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			unsigned int plen, u8 source);
void ndp_prefix_unlearn_link(struct ndp_net *nn, struct ndp_link *link);
void ndp_prefix_link_changed(struct ndp_net *nn, struct ndp_link *link, bool active);
void ndp_prefix_remark(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
		       unsigned int plen);
void ndp_prefix_restore_static(struct ndp_net *nn, struct ndp_link *link);
void ndp_prefix_drop_static(struct ndp_link *link);
int ndp_prefix_add_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, int mode, struct netlink_ext_ack *extack);
int ndp_prefix_del_static(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *addr,
			  unsigned int plen, struct netlink_ext_ack *extack);

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

void ndp_route_queue_host(struct ndp_net *nn, struct ndp_host *host);
void ndp_route_queue_onlink(struct ndp_net *nn, const struct ndp_prefix *prefix,
			    const struct ndp_link *link, bool add);
bool ndp_route_is_onlink(struct ndp_net *nn, const struct ndp_link *link,
			 const struct in6_addr *addr, unsigned int plen, unsigned long *expires);
bool ndp_route_mark(struct ndp_net *nn, const struct ndp_prefix *prefix, u32 table, bool on);
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
int ndp_rtnl_dump_routes(struct ndp_net *nn, int ifindex, u32 table);
int ndp_rtnl_receive(struct ndp_net *nn,
		     void (*handle)(struct ndp_net *nn, const struct nlmsghdr *nlh));

/* --- learn.c: what the kernel tells -> work --------------------------------------------------- */

int ndp_learn_start(struct ndp_net *nn);
void ndp_learn_stop(struct ndp_net *nn);
void ndp_learn_init(struct ndp_net *nn);
void ndp_learn_link(struct ndp_net *nn, struct ndp_link *link);
void ndp_learn_expiry(struct ndp_net *nn, unsigned long expires);
void ndp_learn_again(struct ndp_net *nn);
int ndp_learn_register(void);
void ndp_learn_unregister(void);

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
 * @timed: in ndp_hosts.lru, .probing, .restored or .tentative, next to end first
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
 * @heard: jiffies of the last evidence
 * @route_ifindex: device of the route that was installed, 0: none; workqueue
 * @route_table: its table; workqueue
 * @state: enum ndp_host_state
 * @evidence: enum ndp_evidence
 * @route: enum ndp_host_route
 * @na_flags: R and O of its last advertisement
 * @probes: sent since its lifetime ended
 * @stalls: probes that could not be sent since then
 * @dead: it is out of the table
 * @answer: the solicitors wait for its route
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
	unsigned long heard;
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
 * @held: out: the address is known elsewhere, and this is a claim (ND-F4)
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
	bool held;
	struct ndp_link *defend;
};

/**
 * struct ndp_host_due - what waited for a host's route
 * @left: ifindex of the link that the host left, to be told; 0: none
 * @answer: its solicitors
 */
struct ndp_host_due {
	int left;
	bool answer;
};

/**
 * struct ndp_host_ops - what host.c, route.c and link.c ask of those above them
 * @ready: a host's route is in place: do what waited for it. Bottom halves disabled, RCU
 * @probe: ask a host whether it is still there; false: it could not be asked now. Bottom halves
 *         disabled, RCU
 * @placed: a host's route is in place, whoever asked: deliver what waits. Bottom halves disabled,
 *          RCU
 * @seek: find the target of a packet that came in on a link and is held; except: ifindex of the
 *        link that is not asked, 0: none. Bottom halves disabled, RCU
 * @enter: a host lives on its link from now on, or found no room before. Hosts' lock
 * @leave: a host lives on its link no more. Hosts' lock
 * @detached: a link gives its device up. RTNL
 * @removed: a link without device and hosts is given up. RTNL
 */
struct ndp_host_ops {
	void (*ready)(struct ndp_net *nn, const struct ndp_host *host,
		      const struct ndp_host_due *due);
	bool (*probe)(struct ndp_net *nn, const struct ndp_host *host);
	void (*placed)(struct ndp_net *nn, const struct ndp_host *host);
	void (*seek)(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
		     int except);
	void (*enter)(struct ndp_host *host);
	void (*leave)(struct ndp_host *host);
	void (*detached)(struct ndp_link *link);
	void (*removed)(struct ndp_link *link);
};

#define NDP_DAD_TIME		HZ	/* RetransTimer, in which a DAD probe may be contested */

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
bool ndp_host_ask(struct ndp_net *nn, struct ndp_host *host);
struct ndp_station *ndp_host_get_station(struct ndp_net *nn, const struct ndp_sighting *s);

int ndp_station_init(struct ndp_net *nn);
void ndp_age_init(struct ndp_net *nn);
int ndp_host_init(struct ndp_net *nn);
void ndp_host_exit(struct ndp_net *nn);
struct ndp_host *ndp_host_find(const struct ndp_net *nn, u32 group, const struct in6_addr *addr);
enum ndp_learnt ndp_host_learn(struct ndp_net *nn, struct ndp_sighting *sighting);
bool ndp_host_claim(struct ndp_net *nn, const struct ndp_sighting *sighting, u32 nonce);
void ndp_host_failed(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *addr);
void ndp_host_reroute(struct ndp_net *nn, const struct ndp_prefix *prefix);
void ndp_host_route_lost(struct ndp_net *nn, const struct ndp_link *link,
			 const struct in6_addr *addr);
bool ndp_host_route_done(struct ndp_net *nn, struct ndp_host *host, enum ndp_host_route route,
			 struct ndp_host_due *due);
void ndp_host_put(struct ndp_host *host);
bool ndp_host_remove(struct ndp_net *nn, u32 group, const struct in6_addr *addr);

/* --- guard.c: a host is followed once it is silent on its own link (ND-F4) -------------------- */

/* Context of these: hosts' lock, but for ndp_guard_drop_link(), which takes it. */
const struct ndp_link *ndp_guard_link(const struct ndp_host *host);
bool ndp_guard_holds(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s);
void ndp_guard_dad(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s);
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
 * struct ndp_static - a configured host, or a learnt one that waits for its link or prefix
 * @node: in ndp_hosts.static_table
 * @key: address and group
 * @list: in ndp_hosts.statics
 * @rcu: frees it
 * @link: where it lives
 * @evidence: enum ndp_evidence
 * @lladdr_len: octets at @lladdr; 0: not told
 * @lladdr: its link-layer address
 *
 * RTNL.
 */
struct ndp_static {
	struct rhash_head node;
	struct ndp_host_key key;
	struct list_head list;
	struct rcu_head rcu;
	struct ndp_link *link;
	u8 evidence;
	u8 lladdr_len;
	u8 lladdr[ND_LLADDR_MAX];
};

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

int ndp_static_init(struct ndp_net *nn);
void ndp_static_exit(struct ndp_net *nn);
void ndp_host_drop_waiting(struct ndp_net *nn, const struct ndp_link *link);
int ndp_host_add(struct ndp_net *nn, const struct ndp_host_config *config,
		 struct netlink_ext_ack *extack);
int ndp_host_del(struct ndp_net *nn, const struct in6_addr *addr, struct netlink_ext_ack *extack);
void ndp_host_restore_static(struct ndp_net *nn, const struct ndp_group *group);
void ndp_host_drop_static(struct ndp_net *nn, struct ndp_link *link);

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

/* --- fill.c: objects as netlink attributes ---------------------------------------------------- */

int ndp_fill_link(struct sk_buff *skb, const struct ndp_link *link);
int ndp_fill_prefix(struct sk_buff *skb, const struct ndp_onlink *onlink);
int ndp_fill_host(struct sk_buff *skb, const struct ndp_host *host);
int ndp_fill_static_prefix(struct sk_buff *skb, const struct ndp_link *link,
			   const struct ndp_static_prefix *entry);
int ndp_fill_static_host(struct sk_buff *skb, const struct ndp_static *entry);
int ndp_fill_rule(struct sk_buff *skb, const struct ndp_rule *rule);

/* --- event.c: what listeners of the netlink group are told ------------------------------------ */

/* In the order of enum ndproxy_event_type. */
enum ndp_event {
	NDP_EVENT_LINK_UP,
	NDP_EVENT_LINK_DOWN,
	NDP_EVENT_LINK_REFUSED,
	NDP_EVENT_PREFIX_ADD,
	NDP_EVENT_PREFIX_DEL,
	NDP_EVENT_HOST_LEARNT,
	NDP_EVENT_HOST_MOVED,
	NDP_EVENT_HOST_LOST,
	NDP_EVENT_LIMIT,
	NDP_EVENT_MLD_VERSION,
	NDP_EVENT_MLD_LIMIT,
	NDP_EVENT_RA,
	NDP_EVENT_HOST_REFUSED,
};

void ndp_event_link(struct ndp_net *nn, enum ndp_event event, const struct ndp_link *link);
void ndp_event_prefix(struct ndp_net *nn, enum ndp_event event, const struct ndp_onlink *onlink);
void ndp_event_host(struct ndp_net *nn, enum ndp_event event, const struct ndp_host *host,
		    const struct ndp_link *old);
void ndp_event_ra(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *from,
		  const struct nd_ra *ra, bool own);
void ndp_event_host_refused(struct ndp_net *nn, const struct ndp_host *host,
			    const struct ndp_link *link, const struct ndp_station *station);
void ndp_event_limit(struct ndp_net *nn, const struct ndp_link *link, enum ndp_drop which,
		     const struct in6_addr *addr);

extern const struct mld_ops ndp_mld_ops;

/* --- send.c: what the proxy sends (ND-C5, C6, D3 to D5, E2) ----------------------------------- */

bool ndp_send_ns(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
		 bool unicast, bool known);
bool ndp_send_dad(struct ndp_net *nn, struct ndp_link *link, const struct nd_info *ns);
bool ndp_send_na(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
		 const struct in6_addr *target, u8 flags);
bool ndp_send_multicast_na(struct ndp_net *nn, struct ndp_link *link,
			   const struct in6_addr *target, u8 flags);
bool ndp_send_whereabouts(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
			  const struct in6_addr *target);
void ndp_deliver_na(struct net_device *dev, const struct nd_info *na);

/* --- hold.c: packets that wait for their target (ND-G2) --------------------------------------- */

#define NDP_HOLD_BUCKETS	64

/**
 * struct ndp_hold - the held packets of a namespace
 * @lock: protects all that follows; softirq
 * @targets: by group and address
 * @queue: targets, next to be asked, or to be given up, first: they all wait equally long
 * @count: packets
 * @timer: armed while there are any
 * @dead: hold no more
 */
struct ndp_hold {
	spinlock_t lock;	/* protects the held packets */
	struct hlist_head targets[NDP_HOLD_BUCKETS];
	struct list_head queue;
	unsigned int count;
	struct timer_list timer;
	bool dead;
};

void ndp_hold_init(struct ndp_net *nn);
void ndp_hold_stop(struct ndp_net *nn);
bool ndp_hold_packet(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb);
bool ndp_hold_redirect(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
		       const struct in6_addr *dest);
void ndp_hold_release(struct ndp_net *nn, u32 group, const struct in6_addr *target);
void ndp_hold_flush(struct ndp_net *nn, int ifindex);

/* --- deliver.c: packets that waited go on ----------------------------------------------------- */

void ndp_deliver_forwarded(struct ndp_net *nn, struct sk_buff *skb);
void ndp_deliver_waiting(struct ndp_net *nn, const struct ndp_host *host);

/* --- answer.c: answers to those who asked for a target (ND-D3) -------------------------------- */

void ndp_answer(struct ndp_net *nn, struct ndp_record *rec, u32 group, int lives_on, u8 na_flags);
void ndp_answer_target(struct ndp_net *nn, struct ndp_prefix *prefix, const struct in6_addr *target,
		       const struct ndp_link *lives_on, u8 na_flags);

/* --- proxy.c: what an NS or an NA does (ND-C, D, E) ------------------------------------------- */

/* What hook.c does with the packet afterwards. */
enum ndp_verdict {
	NDP_PASS,		/* the kernel goes on with it */
	NDP_CONSUME,		/* it ends here */
};

/**
 * struct ndp_rx - where a message was heard
 * @nn: namespace
 * @link: managed link
 * @dev: its device
 * @mac: Ethernet source address; NULL: the link has none
 */
struct ndp_rx {
	struct ndp_net *nn;
	struct ndp_link *link;
	struct net_device *dev;
	const u8 *mac;
};

enum ndp_verdict ndp_proxy_ns(const struct ndp_rx *rx, const struct nd_info *ns);
enum ndp_verdict ndp_proxy_na(const struct ndp_rx *rx, const struct nd_info *na);
void ndp_proxy_own_ns(struct ndp_net *nn, struct ndp_link *link, const struct nd_info *ns);
bool ndp_own_mac(const struct ndp_rx *rx);
extern const struct ndp_host_ops ndp_proxy_host_ops;

/* --- loop.c: other proxies between the same links (ND-H1) ------------------------------------- */

#define NDP_ECHOES	128	/* told apart at a time; each is remembered for a second */

/* Whether the first prober of an address is asked again (DAD without a nonce). */
enum ndp_again {
	NDP_AGAIN_NO,
	NDP_AGAIN_PENDING,
	NDP_AGAIN_DONE,
};

/**
 * struct ndp_echo - a DAD probe or a multicast advertisement that was heard
 * @key: what it says
 * @until: jiffies until when the same from another link may be a copy; 0: free
 * @due: jiffies when @again is done, if it is pending
 * @target: of the message
 * @group: group number
 * @from: ifindex of the link where it was heard first
 * @who: hash of the link-layer address that it came from; 0: not known
 * @again: enum ndp_again
 */
struct ndp_echo {
	u64 key;
	unsigned long until;
	unsigned long due;
	struct in6_addr target;
	u32 group;
	int from;
	u32 who;
	u8 again;
};

/**
 * struct ndp_loop - what another proxy may send back
 * @lock: protects @echo; softirq
 * @nn: namespace
 * @secret: of the keys
 * @work: asks the first probers again that are due
 * @echo: by key
 */
struct ndp_loop {
	spinlock_t lock;	/* protects the echoes */
	struct ndp_net *nn;
	siphash_key_t secret;
	struct delayed_work work;
	struct ndp_echo echo[NDP_ECHOES];
};

int ndp_loop_init(struct ndp_net *nn);
void ndp_loop_exit(struct ndp_net *nn);
bool ndp_loop_dad(struct ndp_net *nn, const struct ndp_link *link, const u8 *mac,
		  const struct nd_info *ns);
bool ndp_loop_na(const struct ndp_rx *rx, const struct nd_info *na);
bool ndp_loop_is_hearsay(const struct ndp_rx *rx, const struct nd_info *na);

/* --- hook.c: netfilter entry points ----------------------------------------------------------- */

int ndp_hook_register(struct ndp_net *nn);
void ndp_hook_unregister(struct ndp_net *nn);

/* --- netlink.c -------------------------------------------------------------------------------- */

extern struct genl_family ndp_nl_family;

int ndp_netlink_register(void);
void ndp_netlink_unregister(void);

/* --- main.c: namespaces ----------------------------------------------------------------------- */

/**
 * struct ndp_net - the proxy in one network namespace
 * @net: the namespace
 * @links: struct ndp_link, RCU
 * @by_ifindex: links that have a device, RCU
 * @groups: struct ndp_group
 * @n_links: links; hooks and listening last from the first to the last
 * @prefixes: by key, RCU
 * @plens: how many prefixes there are of each length
 * @plen_map: lengths of which there is one; the lookup tries these
 * @prefix_list: prefixes, RCU
 * @rules: see struct ndp_rules
 * @generation: changes with every link, prefix and rule that comes or goes, for dumps
 * @limit: enum ndp_param; read without a lock
 * @hosts: see struct ndp_hosts
 * @snm: see struct ndp_snm
 * @jobs: see struct ndp_jobs
 * @hold: see struct ndp_hold
 * @ra: see struct ndp_ra
 * @loop: see struct ndp_loop; from the first link on
 * @bump: makes cached routes invalid, once for all marks that changed before
 * @sk: marks the packets that the proxy sends; never receives
 * @request: rtnetlink socket for requests; workqueue
 * @listen: rtnetlink socket for events; workqueue
 * @seq: of the last request
 * @wq: ordered; all that sleeps, from the first link on
 * @link_work: devices came, went or changed
 * @learn_work: the kernel's routes changed
 * @lost: events of the kernel's were lost; workqueue
 * @expire_work: a prefix's lifetime ends
 * @expire_at: jiffies when @expire_work is due, valid while it is pending
 * @host_ops: see struct ndp_host_ops
 * @hooked: the hooks are registered
 * @limit_said: jiffies of the last limit event of each kind, at most one a second each
 * @mld_limit_said: the same of the multicast listener engine's
 * @mld: new links have the multicast listener engine on
 *
 * RTNL where nothing else is said.
 */
struct ndp_net {
	struct net *net;
	struct list_head links;
	struct xarray by_ifindex;
	struct list_head groups;
	unsigned int n_links;
	struct rhashtable prefixes;
	unsigned int plens[129];
	DECLARE_BITMAP(plen_map, 129);
	struct list_head prefix_list;
	struct ndp_rules rules;
	unsigned int generation;
	u32 limit[NDP_PARAMS];
	struct ndp_hosts hosts;
	struct ndp_snm snm;
	struct ndp_jobs jobs;
	struct ndp_hold hold;
	struct ndp_ra ra;
	struct ndp_loop *loop;
	struct ndp_job bump;
	struct sock *sk;
	struct socket *request;
	struct socket *listen;
	u32 seq;
	struct workqueue_struct *wq;
	struct work_struct link_work;
	struct delayed_work learn_work;
	bool lost;
	struct delayed_work expire_work;
	unsigned long expire_at;
	const struct ndp_host_ops *host_ops;
	bool hooked;
	unsigned long limit_said[NDP_DROPS];
	unsigned long mld_limit_said;
	bool mld;
};

struct ndp_net *ndp_net(const struct net *net);
int ndp_net_start(struct ndp_net *nn);

/* Have snm.c look at its links now. Context: RTNL or hosts' lock; there is a link. */
static inline void ndp_snm_wake(struct ndp_net *nn)
{
	mod_delayed_work(nn->wq, &nn->snm.work, 0);
}

/* What a link should listen to may have changed. Context: RTNL. */
static inline void ndp_snm_check(struct ndp_link *link)
{
	link->snm.stale = true;
	ndp_snm_wake(link->nn);
}

#endif
