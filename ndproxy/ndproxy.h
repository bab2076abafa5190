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
 *   ndp_ra.lock      suspicions and suspensions of links, loop tests, routers that were heard; no
 *                    other is taken under it
 *   ndp_events.queue its own lock, under any of the others
 * A spinlock is taken with bottom halves disabled, and none of them is held while a packet is
 * built or sent. rtnetlink requests take RTNL themselves, so that they are made from the
 * namespace's workqueue only, with no lock held.
 *
 * Readers in softirq (hook.c, proxy.c) hold the RCU read lock, and nothing else across files.
 */
#ifndef NDPROXY_NDPROXY_H
#define NDPROXY_NDPROXY_H

#include <linux/if_ether.h>
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
#include <net/addrconf.h>
#include <net/net_namespace.h>

#include "../mld/mld.h"
#include <charge.h>
#include "nd.h"
#include "stats.h"

#define NDP_RTPROT		110		/* rt_protos.d/ndproxy.conf */
#define NDP_METRIC		1024		/* what "ip route add" gives */
#define NDP_UPSTREAM_METRIC	1025		/* of "prefix add"; 1024 may be another's */
#define NDP_ONLINK_METRIC	0x7ffffffeU	/* never wins an unscoped lookup (ND-B5) */
/* The proxy mark (ND-B6): the one bit between RTF_PREF_MASK and RTF_PCPU that no kernel uses. */
#define NDP_RTF_MARK		0x20000000U

struct ndp_host;
struct ndp_net;
struct ndp_prefix;
struct netlink_ext_ack;
struct nlmsghdr;

#include "limits.h"
#include "gate.h"
#include "job.h"
#include "solicit.h"
#include "ra.h"
#include "link.h"
#include "prefix.h"
#include "route.h"
#include "host.h"
#include "snoop.h"

/* --- fill.c: objects as netlink attributes ---------------------------------------------------- */

int ndp_fill_link(struct sk_buff *skb, const struct ndp_link *link);
int ndp_fill_prefix(struct sk_buff *skb, const struct ndp_onlink *onlink);
int ndp_fill_host(struct sk_buff *skb, const struct ndp_host *host);
int ndp_fill_static_prefix(struct sk_buff *skb, const struct ndp_link *link,
			   const struct ndp_static_prefix *entry);
int ndp_fill_host_config(struct sk_buff *skb, const struct ndp_host_config *config);
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
		  const struct nd_ra *ra, enum ndp_ra_verdict verdict);
void ndp_event_host_refused(struct ndp_net *nn, const struct ndp_host *host,
			    const struct ndp_link *link, const struct ndp_station *station);
void ndp_event_limit(struct ndp_net *nn, const struct ndp_link *link, enum ndp_drop which,
		     const struct in6_addr *addr);

bool ndp_event_limit_due(u32 *said, u32 now);

/**
 * struct ndp_events - events on their way to those who listen
 * @queue: whole messages, in order; its lock is taken under any other
 * @work: sends them
 * @lost: some found no room since @work last told so
 * @dead: take no more; the queue's lock
 */
struct ndp_events {
	struct sk_buff_head queue;
	struct work_struct work;
	bool lost;
	bool dead;
};

void ndp_events_init(struct ndp_net *nn);
void ndp_events_end(void);
void ndp_events_stop(struct ndp_net *nn);

extern const struct mld_ops ndp_mld_ops;

/* --- send.c: what the proxy sends (ND-C5, C6, D3 to D5, E2) ----------------------------------- */

enum ndp_asked ndp_send_ns(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
			   bool unicast, bool known);
bool ndp_send_dad(struct ndp_net *nn, struct ndp_link *link, const struct nd_info *ns);
bool ndp_send_na(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
		 const struct in6_addr *target, u8 flags);
bool ndp_send_multicast_na(struct ndp_net *nn, struct ndp_link *link,
			   const struct in6_addr *target, u8 flags, bool objection);
bool ndp_send_whereabouts(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *daddr,
			  const struct in6_addr *target);
bool ndp_send_probe(struct ndp_net *nn, struct ndp_link *link, const u8 *nonce, u8 len);
void ndp_deliver_nd(struct net_device *dev, const struct nd_info *info);

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
bool ndp_proxy_awaits(const struct ndp_rx *rx, const struct nd_info *na);
void ndp_proxy_not_forwarding(const struct ndp_rx *rx, const struct nd_info *info);
extern const struct ndp_host_ops ndp_proxy_host_ops;

/* --- own.c: what is this router's own, and the kernel's to answer (ND-C3, C11, C12) ----------- */

/* Who answers for a target. */
enum ndp_owner {
	NDP_OWNER_NONE,		/* not this router */
	NDP_OWNER_KERNEL,	/* the kernel, by itself, on the link where it was asked */
	NDP_OWNER_ROUTER,	/* this router, which has it on another interface */
	NDP_OWNER_ANYCAST,	/* the same, but others may have it as well */
};

bool ndp_own_here(const struct ndp_net *nn, const struct net_device *dev,
		  const struct in6_addr *addr);
bool ndp_own_mac(const struct ndp_rx *rx);
enum ndp_owner ndp_own_target(const struct ndp_rx *rx, const struct in6_addr *addr);
bool ndp_own_has_anycast(const struct ndp_rx *rx, const struct in6_addr *addr);
bool ndp_own_has_proxy_ndp(const struct ndp_rx *rx);
bool ndp_own_forwards(const struct ndp_net *nn, const struct net_device *dev);
bool ndp_own_group_forwards(const struct ndp_net *nn, const struct ndp_group *group);
bool ndp_own_drops_na(const struct ndp_rx *rx, const struct nd_info *na);

/* --- neigh.c: the kernel's neighbour entries (ND-C4, D2) -------------------------------------- */

void ndp_neigh_from_ns(const struct ndp_rx *rx, const struct nd_info *ns);
bool ndp_neigh_from_na(const struct ndp_rx *rx, const struct nd_info *na, bool create);
void ndp_neigh_from_host(const struct ndp_host *host);

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
 * @until: jiffies64 until when the same from another link may be a copy; 0: free
 * @due: jiffies64 when @again is done, if it is pending
 * @target: of the message
 * @group: group number
 * @from: ifindex of the link where it was heard first
 * @who: hash of the link-layer address that it came from; 0: not known
 * @again: enum ndp_again
 */
struct ndp_echo {
	u64 key;
	u64 until;
	u64 due;
	struct in6_addr target;
	u32 group;
	int from;
	u32 who;
	u8 again;
};

/**
 * struct ndp_loop - what another proxy may send back
 * @lock: protects @echo, @armed and @next; softirq
 * @nn: namespace
 * @secret: of the keys
 * @work: asks the first probers again that are due
 * @armed: @work will run at @next, or is about to
 * @next: jiffies64
 * @echo: by key
 */
struct ndp_loop {
	spinlock_t lock;	/* protects the echoes */
	struct ndp_net *nn;
	siphash_key_t secret;
	struct delayed_work work;
	bool armed;
	u64 next;
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
 * @objects: what counts towards objects_per_net, see objects.c
 * @records: solicitation records, which are counted apart
 * @charge: who pays for it all, from the first link on
 * @hosts: see struct ndp_hosts
 * @snm: see struct ndp_snm
 * @jobs: see struct ndp_jobs
 * @hold: see struct ndp_hold
 * @ra: see struct ndp_ra
 * @loop: see struct ndp_loop; from the first link on
 * @bump: makes cached routes invalid, once for all marks that changed before
 * @sk: marks the packets that the proxy sends; never receives
 * @request: rtnetlink socket for requests; workqueue
 * @portid: its number
 * @listen: rtnetlink socket for events; workqueue
 * @heard: what was read from it; workqueue
 * @seq: of the last request
 * @gate: to the workqueue that does all that sleeps, from the first link on
 * @link_work: devices came, went or changed
 * @learn_work: the kernel's routes changed
 * @lost: events of the kernel's were lost; workqueue
 * @hops: nexthop objects changed, and their routes are to be learnt when @expire_work runs
 * @ruled: policy rules changed, and hosts' routes are to be looked at then
 * @expire_work: a prefix's lifetime ends, or nexthop objects or rules changed
 * @expire_at: jiffies when @expire_work is due, valid while it is pending
 * @host_ops: see struct ndp_host_ops
 * @hooked: the hooks are registered
 * @events: see struct ndp_events
 * @limit_said: second of the last limit event of each kind, see ndp_event_limit_due()
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
	atomic_t objects;
	atomic_t records;
	struct charge charge;
	struct ndp_hosts hosts;
	struct ndp_snm snm;
	struct ndp_jobs jobs;
	struct ndp_hold hold;
	struct ndp_ra ra;
	struct ndp_loop *loop;
	struct ndp_job bump;
	struct sock *sk;
	struct socket *request;
	u32 portid;
	struct socket *listen;
	void *heard;
	u32 seq;
	struct ndp_gate gate;
	struct work_struct link_work;
	struct delayed_work learn_work;
	bool lost;
	bool hops;
	bool ruled;
	struct delayed_work expire_work;
	unsigned long expire_at;
	const struct ndp_host_ops *host_ops;
	bool hooked;
	struct ndp_events events;
	u32 limit_said[NDP_DROPS];
	u32 mld_limit_said;
	bool mld;
};

struct ndp_net *ndp_net(const struct net *net);
int ndp_net_start(struct ndp_net *nn);

/*
 * Is an address this router's own, on whichever device, and past its own detection of duplicates?
 * @dev says in which VRF to look. Context: any.
 */
static inline bool ndp_own_anywhere(const struct ndp_net *nn, const struct net_device *dev,
				    const struct in6_addr *addr)
{
	return ipv6_chk_addr_and_flags(nn->net, addr, dev, true, 0, IFA_F_TENTATIVE);
}

/*
 * Is an address known to live on a link, by more than a DAD probe that may still be contested?
 * Context: RCU.
 */
static inline bool ndp_host_lives_on(const struct ndp_net *nn, const struct ndp_link *link,
				     const struct in6_addr *addr)
{
	const struct ndp_host *host = ndp_host_find(nn, link->group->id, addr);

	return host && READ_ONCE(host->link) == link &&
	       READ_ONCE(host->state) != NDP_HOST_TENTATIVE;
}

/* Have snm.c look at its links now. Context: RTNL or hosts' lock; there is a link. */
static inline void ndp_snm_wake(struct ndp_net *nn)
{
	ndp_gate_move(&nn->gate, &nn->snm.work, 0);
}

/*
 * What a link should listen to may have changed, and whether there is room for it and for the
 * link's own addresses. Context: RTNL.
 */
static inline void ndp_snm_check(struct ndp_link *link)
{
	link->snm.stale = true;
	link->snm.own_stale = true;
	ndp_snm_wake(link->nn);
}

#endif
