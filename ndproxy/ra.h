/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Router Advertisements that bear on links (ND-A3, H2): those that this host sends, the routers
 * that are heard, the suspicion of a loop, and its test. Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_RA_H
#define NDPROXY_RA_H

struct ndp_group;
struct ndp_link;
struct ndp_rx;

/* What an event says about a Router Advertisement; in the order of enum ndproxy_ra_verdict. */
enum ndp_ra_verdict {
	NDP_RA_OWN,		/* this host sent it, on an upstream link */
	NDP_RA_ROGUE,		/* another router is on a downstream link */
	NDP_RA_SUSPECTED,	/* it may show a loop, which is tested */
	NDP_RA_CLEARED,		/* the test showed no loop */
	NDP_RA_SUSPENDED,	/* the test showed a loop, or ra-guard is strict */
	NDP_RA_FREED,		/* a suspension has ended */
};

/* In the order of enum ndproxy_ra_guard. */
enum ndp_ra_guard {
	NDP_RA_GUARD_OFF,
	NDP_RA_GUARD_ON,
	NDP_RA_GUARD_STRICT,
};

/* --- ra_sent.c: what this host sends (ND-A3) -------------------------------------------------- */

#define NDP_RA_PLACES	64

void ndp_ra_forget(struct ndp_net *nn);
bool ndp_ra_sends(struct ndp_net *nn, const struct net_device *dev, char *why, size_t len);
void ndp_ra_sent(struct ndp_net *nn, int ifindex, const struct ndp_link *link,
		 const struct in6_addr *from, const struct nd_ra *ra);

/* --- router.c: routers that were heard -------------------------------------------------------- */

#define NDP_ROUTERS	16	/* remembered for each side of a group */

/**
 * struct ndp_router - who sent a Router Advertisement
 * @addr: its link-local address
 * @ifindex: where it was heard
 * @mac: Ethernet source address; zero where the link has none
 */
struct ndp_router {
	struct in6_addr addr;
	int ifindex;
	u8 mac[ETH_ALEN];
};

/**
 * struct ndp_routers - routers that were heard, the last one first
 * @n: how many
 * @entry: they
 */
struct ndp_routers {
	unsigned int n;
	struct ndp_router entry[NDP_ROUTERS];
};

bool ndp_router_is_known(const struct ndp_routers *routers, const struct ndp_router *router);
void ndp_router_note(struct ndp_routers *routers, const struct ndp_router *router);
bool ndp_router_is_default(struct ndp_link *link, const struct in6_addr *addr);
bool ndp_router_is_upstream(struct ndp_link *link, const struct ndp_router *router);

/* --- loop_test.c: does a link hear what leaves by another? ------------------------------------ */

#define NDP_PROBE_NONCE	14	/* octets */

/**
 * struct ndp_loop_test - the loop test of a group
 * @runs: it is under way
 * @left: probes that are still to be sent on each link
 * @at: get_jiffies_64() of its next step; else when another test may begin
 * @began: get_jiffies_64() of its beginning
 * @secret: of its nonces
 */
struct ndp_loop_test {
	bool runs;
	u8 left;
	u64 at;
	u64 began;
	siphash_key_t secret;
};

/**
 * struct ndp_suspicion - the Router Advertisement that may show a loop, and what came of it
 * @list: in ndp_ra.suspects, while there is a suspicion or a suspension
 * @from: who sent it
 * @ra: what it said
 * @strict: it suspends the link by itself
 * @tested: the link takes part in the test of its group that is under way
 * @heard: index of the link whose probe that test heard; 0: none
 * @with: index of the link that the last test showed a loop with
 * @suspended: the link is suspended
 * @since: seconds since the boot when the suspension began
 * @due: get_jiffies_64() of the next test; if @strict, when the suspension ends
 */
struct ndp_suspicion {
	struct list_head list;
	struct in6_addr from;
	struct nd_ra ra;
	bool strict;
	bool tested;
	int heard;
	int with;
	bool suspended;
	u32 since;
	u64 due;
};

void ndp_probe_nonce(const siphash_key_t *secret, u32 ifindex, u8 *nonce);
int ndp_probe_sender(const siphash_key_t *secret, const u8 *nonce, unsigned int len);
void ndp_loop_test_leave(struct ndp_net *nn, struct ndp_link *link);
bool ndp_loop_test_heard(const struct ndp_rx *rx, const struct nd_info *ns);
void ndp_loop_test_work(struct work_struct *work);

/* --- ra.c: suspicion and suspension (ND-H2) --------------------------------------------------- */

/**
 * struct ndp_ra - what is known of Router Advertisements in a namespace
 * @sent: by the device's index: the index, and when the lifetime of the last that this host sent
 * ends, in seconds since the boot; 0: that one was no default router's
 * @lock: protects all that follows, the suspicions of the links, and of the groups the tests and
 * the routers that were heard; softirq
 * @suspects: links with a suspicion or a suspension (ndp_suspicion.list)
 * @tests: groups whose test is under way; read without the lock
 * @work: does the next step of the tests, and ends suspensions
 */
struct ndp_ra {
	atomic64_t sent[NDP_RA_PLACES];
	spinlock_t lock;	/* protects suspicions, tests and routers */
	struct list_head suspects;
	unsigned int tests;
	struct delayed_work work;
};

void ndp_ra_init(struct ndp_net *nn);
void ndp_ra_heard(const struct ndp_rx *rx, const struct in6_addr *from, const struct nd_ra *ra);
void ndp_ra_tell(struct ndp_net *nn, const struct ndp_link *link,
		 const struct ndp_suspicion *suspicion, enum ndp_ra_verdict verdict);
bool ndp_ra_suspends(struct ndp_net *nn, struct ndp_link *link);
void ndp_ra_pardon(struct ndp_net *nn, struct ndp_link *link);
bool ndp_ra_times(const struct ndp_link *link, u32 *since, u32 *left);

#endif
