/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Solicitation records: who asked for what.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_SOLICIT_H
#define NDPROXY_SOLICIT_H

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
 * @count: records, which the budget of @nn has as well
 * @lifetime: of a record, in jiffies, when the timer was last armed
 * @timer: armed while there are records; expires the oldest
 * @dead: refuse new records
 * @nn: namespace; NULL: none, in a test
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
	struct ndp_net *nn;
};

/**
 * struct ndp_ask - a solicitation to note, and what came of it
 * @target: what is asked for
 * @from: the solicitor; NULL: this router's own kernel, or a held packet
 * @ifindex: the link that the question was heard on, or goes out of; 0: none, for a held packet
 * @known: the target's host is known
 * @now: jiffies
 * @lifetime: of a record, in jiffies
 * @retrans: RetransTimer (RFC 4861 10), in jiffies
 * @max_targets: limit of records; 0: none
 * @max_solicitors: limit of solicitors per target, 1..255
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

struct ndp_record *ndp_record_alloc(const struct charge *charge, const struct in6_addr *target,
				    u8 solicitors);
void ndp_records_init(struct ndp_records *recs, struct ndp_net *nn);
void ndp_records_stop(struct ndp_records *recs);
int ndp_solicit_note(struct ndp_records *recs, struct ndp_ask *ask);
struct ndp_record *ndp_solicit_take(struct ndp_records *recs, const struct in6_addr *target);
bool ndp_solicit_awaits(struct ndp_records *recs, const struct in6_addr *target, int ifindex,
			unsigned long now);
unsigned long ndp_solicit_expire(struct ndp_records *recs, unsigned long now);
void ndp_solicit_purge(struct ndp_records *recs);
struct ndp_record *ndp_solicit_next(struct ndp_records *recs, const struct in6_addr *after,
				    struct ndp_record *copy, unsigned int room);

#endif
