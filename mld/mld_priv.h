/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the engine's files share. The files wire, filter, report, group, group_v1, pass, answer and
 * proto are pure: no lock, timer, skb, device or clock; time, randomness and output are handed to
 * them. Whoever calls them for a link holds that link's lock, and that lock protects everything in
 * struct mld_proto and below.
 */
#ifndef MLD_MLD_PRIV_H
#define MLD_MLD_PRIV_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/timerqueue.h>
#include <linux/types.h>

#include "filter.h"
#include "mld.h"
#include "wire.h"

/* report.c: messages out */

/**
 * struct mld_out - where messages go
 * @buf: room for one message, @size octets
 * @size: octets of ICMPv6 that a packet of the link can carry
 * @len: octets of the v2 report that is being filled; 0 if there is none
 * @nrecords: its records
 * @packets: messages handed to @send so far; the caller may set it back
 * @send: takes one whole message but for its checksum; called with the link's lock held
 */
struct mld_out {
	u8 *buf;
	u32 size;
	u32 len;
	u16 nrecords;
	u32 packets;
	void (*send)(struct mld_out *out, const struct in6_addr *daddr, const void *data, u32 len);
};

void mld_report_record(struct mld_out *out, const struct in6_addr *group, enum mld_record_type type,
		       const struct mld_filter *f, enum mld_select sel);
void mld_report_afresh(struct mld_out *out, const struct in6_addr *group,
		       const struct mld_filter *f);
void mld_report_delta(struct mld_out *out, const struct in6_addr *group,
		      const struct mld_filter *f);
bool mld_report_fits(const struct mld_out *out, unsigned int nsources);
void mld_report_flush(struct mld_out *out);
void mld_report_v1(struct mld_out *out, u8 type, const struct in6_addr *group);

/* group.c: the state machine of a group */

/**
 * enum mld_event - what can happen to a group
 * @MLD_EV_CHANGE: somebody listens, and T1 differs from T0
 * @MLD_EV_LEAVE: nobody listens any more, and T0 says otherwise
 * @MLD_EV_SAME: listeners changed, and T1 is what T0 is
 * @MLD_EV_QUERY: the group is asked for: general query in v1 mode, specific query
 * @MLD_EV_SOURCE_QUERY: sources of the group are asked for: those of the step
 * @MLD_EV_CHANGE_DUE: the window of a change is over
 * @MLD_EV_RETRANS_DUE: the time of a retransmission has come
 * @MLD_EV_ANSWER_DUE: the time of an answer has come
 * @MLD_EV_GENERAL: it is this group's turn in the answer to a general query (v2)
 * @MLD_EV_HEARD: another listener reported the group (v1)
 * @MLD_EV_VERSION: the link has just changed its version to that of the step
 * @MLD_EV_REFRESH: tell afresh what is listened to
 * @MLD_NR_EVENTS: how many there are
 */
enum mld_event {
	MLD_EV_CHANGE,
	MLD_EV_LEAVE,
	MLD_EV_SAME,
	MLD_EV_QUERY,
	MLD_EV_SOURCE_QUERY,
	MLD_EV_CHANGE_DUE,
	MLD_EV_RETRANS_DUE,
	MLD_EV_ANSWER_DUE,
	MLD_EV_GENERAL,
	MLD_EV_HEARD,
	MLD_EV_VERSION,
	MLD_EV_REFRESH,
	MLD_NR_EVENTS,
};

/**
 * struct mld_group - a group on a link
 * @node: in mld_proto.groups, by @addr
 * @timer: in mld_proto.timers; expires is the soonest of the three times below, in ms, not in ns
 * @addr: the group
 * @filter: who listens, and what has been told
 * @change_due: when a change is told first, ms, or MLD_NEVER
 * @retrans_due: when it is told again
 * @answer_due: when a specific query (v2), or any query or the second report of a join (v1), is
 *	answered
 * @state: enum mld_state; SLEEPING and AWAKENING are the link's, see mld_group_state()
 * @lazy: another listener reported last (v1)
 * @gsr_tokens: source-specific queries that are answered before the limit bites
 * @gsr_stamp: when @gsr_tokens was last filled up, s
 * @whole_next: when the whole filter may be told again instead, ms, of which the low 32 bits
 */
struct mld_group {
	struct rb_node node;
	struct timerqueue_node timer;
	struct in6_addr addr;
	struct mld_filter filter;
	s64 change_due;
	s64 retrans_due;
	s64 answer_due;
	u8 state;
	bool lazy;
	u8 gsr_tokens;
	u32 gsr_stamp;
	u32 whole_next;
};

/**
 * struct mld_step - what a group's handlers work with
 * @now: ms
 * @delay: ms from now: of a query's answer, or of a change that may wait
 * @window: when the link's open window of changes ends, ms
 * @retrans: when what is told now is told again, ms
 * @refreshed: when a round of reporting afresh should have reached all groups, ms
 * @v1_delay: ms from now: of the second report in v1 mode
 * @rounds: rounds of reporting afresh that are to be made, this one included
 * @version: 1 or 2
 * @rv: robustness variable
 * @asleep: the link sleeps
 * @waking: the link woke up, and this group has not been reported afresh yet
 * @nsources: entries at @sources
 * @sources: of a source-specific query, of any alignment
 * @out: where messages go
 */
struct mld_step {
	s64 now;
	s64 window;
	s64 retrans;
	s64 refreshed;
	u32 delay;
	u32 v1_delay;
	u8 rounds;
	u8 version;
	u8 rv;
	bool asleep;
	bool waking;
	u16 nsources;
	const u8 *sources;
	struct mld_out *out;
};

typedef void mld_handler(struct mld_group *g, const struct mld_step *step);

/**
 * struct mld_row - what a state makes of each event
 * @on: by enum mld_event; NULL: nothing
 */
struct mld_row {
	mld_handler *on[MLD_NR_EVENTS];
};

extern const struct mld_row *const mld_v1_table[MLD_NR_STATES];	/* group_v1.c */

void mld_group_change_soon(struct mld_group *g, const struct mld_step *step);
void mld_group_answer_soon(struct mld_group *g, const struct mld_step *step);
void mld_group_await_refresh(struct mld_group *g, const struct mld_step *step);
void mld_group_init(struct mld_group *g, const struct in6_addr *addr, bool silent);
enum mld_state mld_group_state(const struct mld_group *g, const struct mld_step *step);
void mld_group_silence(struct mld_group *g, bool silent);
enum mld_event mld_group_changed(const struct mld_group *g);
void mld_group_event(struct mld_group *g, enum mld_event event, const struct mld_step *step);
s64 mld_group_next(const struct mld_group *g);
bool mld_group_handles(enum mld_state state, enum mld_event event, u8 version);
bool mld_group_unused(const struct mld_group *g);

/* proto.c: the protocol of a link */

/**
 * struct mld_pass - telling something of every group, spread over a time
 * @due: when the next packets of it leave, ms, or MLD_NEVER if no pass is wanted
 * @deadline: when the last ones should have left, ms
 * @cursor: the group told last
 * @stop: where it ends, if it is to go round
 * @lap: how far it is
 * @left: groups that are still to be told, at most
 * @rounds: passes that are still to be made, this one included
 */
struct mld_pass {
	s64 due;
	s64 deadline;
	struct in6_addr cursor;
	struct in6_addr stop;
	enum {
		MLD_LAP_WAIT,	/* has not begun */
		MLD_LAP_LAST,	/* on to the last group, and no further */
		MLD_LAP_FIRST,	/* on to the last group, then from the first to @stop */
		MLD_LAP_ROUND,	/* on to @stop */
	} lap;
	u32 left;
	u8 rounds;
};

/**
 * struct mld_mrd - Multicast Router Discovery (RFC 4286)
 * @on: advertise
 * @initial: advertisements that are still to be sent at short intervals
 * @due: when the next one leaves, ms, or MLD_NEVER
 * @sent: when the last one left, ms
 */
struct mld_mrd {
	bool on;
	u8 initial;
	s64 due;
	s64 sent;
};

/**
 * struct mld_proto - the protocol of a link: its groups and what is due when
 * @groups: by address
 * @timers: groups that have something due, by time
 * @answer: of a general query in v2 mode
 * @refresh: reports afresh (MLD-A4, MLD-A10)
 * @mrd: advertisements of a multicast router
 * @answer_next: when another answer to a general query may begin, ms (v2)
 * @window: when the open window of changes ends, ms
 * @v1_until: when the last v1 querier is forgotten, ms
 * @v1_heard: when the last v1 query was heard, ms; MLD_NEVER: none was
 * @v1_next: when the answers to v1 general queries have left at one per ms, ms
 * @ngroups: groups
 * @nlisted: sources that listeners name, of all groups
 * @nqueried: sources recorded from queries, of all groups
 * @qi: querier's query interval, s
 * @qri: query response interval, ms
 * @uri: unsolicited report interval, ms
 * @gsr_delay: s between source-specific queries that are answered for one group, beyond the first
 *	burst; -1: no limit
 * @rv: robustness variable, as the querier has it
 * @rv_set: the same as it was set, or by default; for a querier that names none
 * @version: in use, 1 or 2
 * @version_mode: enum mld_version_mode
 * @silent: the link does no multicast
 * @asleep: no carrier, or the system sleeps
 * @waking: the first round of @refresh follows a sleep
 * @limits: of this link
 * @count: by enum mld_count
 * @out: where messages go
 * @random: 32 random bits
 * @turned: the group's state was another one before; NULL: nobody wants to know
 */
struct mld_proto {
	struct rb_root groups;
	struct timerqueue_head timers;
	struct mld_pass answer;
	struct mld_pass refresh;
	struct mld_mrd mrd;
	s64 answer_next;
	s64 window;
	s64 v1_until;
	s64 v1_next;
	s64 v1_heard;
	u32 ngroups;
	u32 nlisted;
	u32 nqueried;
	u32 qi;
	u32 qri;
	u32 uri;
	s8 gsr_delay;
	u8 rv;
	u8 rv_set;
	u8 version;
	u8 version_mode;
	bool silent;
	bool asleep;
	bool waking;
	struct mld_limits limits;
	u64 count[MLD_NR_COUNTS];
	struct mld_out out;
	u32 (*random)(struct mld_proto *p);
	void (*turned)(struct mld_proto *p, const struct mld_group *g, enum mld_state before);
};

#define MLD_RUN_PACKETS		256	/* what one call of mld_proto_run() sends at most, about */

/* pass.c: telling all groups; answer.c: mld_proto_query() and mld_proto_heard() */

bool mld_pass_reached(const struct mld_pass *pass, const struct in6_addr *addr);
u32 mld_pass_packets(const struct mld_proto *p, u32 groups);
void mld_pass_start(struct mld_proto *p, struct mld_pass *pass, s64 due, s64 deadline);
void mld_pass_extend(struct mld_proto *p, struct mld_pass *pass, s64 now, s64 deadline);
bool mld_pass_run(struct mld_proto *p, struct mld_pass *pass, struct mld_step *step,
		  enum mld_event tell);

/* mrd.c: being taken for a multicast router (MLD-S3) */

void mld_mrd_init(struct mld_proto *p);
void mld_mrd_set(struct mld_proto *p, bool on, s64 now);
void mld_mrd_renew(struct mld_proto *p, s64 now);
void mld_mrd_stop(struct mld_proto *p);
void mld_mrd_answer(struct mld_proto *p, s64 now);
void mld_mrd_run(struct mld_proto *p, s64 now);

void mld_proto_init(struct mld_proto *p);
void mld_proto_release(struct mld_proto *p);
s64 mld_proto_next(const struct mld_proto *p);
void mld_proto_run(struct mld_proto *p, s64 now);
int mld_proto_listen(struct mld_proto *p, const struct in6_addr *group,
		     const struct mld_request *req, s64 now);
enum mld_count mld_proto_query(struct mld_proto *p, const struct mld_query *query, s64 now);
void mld_proto_heard(struct mld_proto *p, const struct in6_addr *group, s64 now);
void mld_proto_set_version(struct mld_proto *p, enum mld_version_mode mode, s64 now);
void mld_proto_set_silent(struct mld_proto *p, bool silent, s64 now);
void mld_proto_sleep(struct mld_proto *p);
void mld_proto_wake(struct mld_proto *p, s64 now);
void mld_proto_refresh(struct mld_proto *p, s64 now);
void mld_proto_leave_all(struct mld_proto *p, const void *keep, s64 now);
struct mld_group *mld_proto_group(const struct mld_proto *p, const struct in6_addr *addr);
struct mld_group *mld_proto_group_after(const struct mld_proto *p, const struct in6_addr *addr);
enum mld_state mld_proto_group_state(const struct mld_proto *p, const struct mld_group *g);

/* for answer.c and pass.c */
u32 mld_proto_random(struct mld_proto *p, u32 max);
void mld_proto_step(struct mld_proto *p, struct mld_step *step, s64 now);
void mld_proto_event(struct mld_proto *p, struct mld_group *g, enum mld_event event,
		     struct mld_step *step);
void mld_proto_arm(struct mld_proto *p, struct mld_group *g);
void mld_proto_turn(struct mld_proto *p, u8 version, s64 now);

#endif /* MLD_MLD_PRIV_H */
