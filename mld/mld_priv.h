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

#include "mld.h"

/* wire.c: messages as octets */

#define MLD_TYPE_QUERY		130
#define MLD_TYPE_V1_REPORT	131
#define MLD_TYPE_DONE		132
#define MLD_TYPE_V2_REPORT	143

#define MLD_TYPE_MRD_ADVERTISEMENT	151	/* RFC 4286 3.2 */
#define MLD_TYPE_MRD_SOLICITATION	152
#define MLD_TYPE_MRD_TERMINATION	153

#define MLD_QUERY_SOURCES_MAX	256	/* MLD-B3 */

/**
 * struct mld_msg - a v1 message, and the beginning of a v2 query (RFC 2710 3, RFC 3810 5.1)
 * @type: MLD_TYPE_QUERY, MLD_TYPE_V1_REPORT or MLD_TYPE_DONE
 * @code: 0
 * @checksum: of ICMPv6
 * @mrc: Maximum Response Delay in ms (v1) or Code (v2)
 * @reserved: 0
 * @group: Multicast Address
 */
struct mld_msg {
	u8 type;
	u8 code;
	__sum16 checksum;
	__be16 mrc;
	__be16 reserved;
	struct in6_addr group;
};

/**
 * struct mld_v2_query - a v2 query (RFC 3810 5.1)
 * @msg: as in v1
 * @flags: the S flag (0x08) and the querier's robustness variable (0x07)
 * @qqic: the querier's query interval, coded
 * @nsources: entries at @sources
 * @sources: the sources asked for
 */
struct mld_v2_query {
	struct mld_msg msg;
	u8 flags;
	u8 qqic;
	__be16 nsources;
	struct in6_addr sources[];
};

/**
 * struct mld_v2_report - the beginning of a v2 report (RFC 3810 5.2)
 * @type: MLD_TYPE_V2_REPORT
 * @code: 0
 * @checksum: of ICMPv6
 * @reserved: 0
 * @nrecords: records that follow
 */
struct mld_v2_report {
	u8 type;
	u8 code;
	__sum16 checksum;
	__be16 reserved;
	__be16 nrecords;
};

/**
 * struct mld_mrd_msg - a Multicast Router Advertisement (RFC 4286 3.2); the other messages of that
 *	protocol are its first four octets (4.2, 5.2)
 * @type: MLD_TYPE_MRD_ADVERTISEMENT
 * @interval: Advertisement Interval, s
 * @checksum: of ICMPv6
 * @qi: Query Interval, s
 * @rv: Robustness Variable
 */
struct mld_mrd_msg {
	u8 type;
	u8 interval;
	__sum16 checksum;
	__be16 qi;
	__be16 rv;
};

/**
 * struct mld_record - a multicast address record (RFC 3810 5.2.4)
 * @type: enum mld_record_type
 * @aux_len: 0
 * @nsources: entries at @sources
 * @group: Multicast Address
 * @sources: sources that the type speaks of
 */
struct mld_record {
	u8 type;
	u8 aux_len;
	__be16 nsources;
	struct in6_addr group;
	struct in6_addr sources[];
};

/**
 * enum mld_record_type - RFC 3810 5.2.12
 * @MLD_IS_IN: MODE_IS_INCLUDE
 * @MLD_IS_EX: MODE_IS_EXCLUDE
 * @MLD_TO_IN: CHANGE_TO_INCLUDE_MODE
 * @MLD_TO_EX: CHANGE_TO_EXCLUDE_MODE
 * @MLD_ALLOW: ALLOW_NEW_SOURCES
 * @MLD_BLOCK: BLOCK_OLD_SOURCES
 */
enum mld_record_type {
	MLD_IS_IN = 1,
	MLD_IS_EX = 2,
	MLD_TO_IN = 3,
	MLD_TO_EX = 4,
	MLD_ALLOW = 5,
	MLD_BLOCK = 6,
};

/**
 * enum mld_query_kind - RFC 3810 5.1.13
 * @MLD_GQ: General Query
 * @MLD_MASQ: Multicast Address Specific Query
 * @MLD_MASSQ: Multicast Address and Source Specific Query
 */
enum mld_query_kind {
	MLD_GQ,
	MLD_MASQ,
	MLD_MASSQ,
};

/**
 * struct mld_rx - what the caller knows about a received message, all of it untrusted
 * @saddr: source of the IPv6 header
 * @daddr: destination of the IPv6 header
 * @hop_limit: of the IPv6 header
 * @router_alert: a Router Alert option of value 0 stood in a hop-by-hop header
 * @checksum_ok: the ICMPv6 checksum is right
 * @own: sent by this link itself
 * @daddr_is_ours: @daddr is a unicast address of the link
 */
struct mld_rx {
	const struct in6_addr *saddr;
	const struct in6_addr *daddr;
	u8 hop_limit;
	bool router_alert;
	bool checksum_ok;
	bool own;
	bool daddr_is_ours;
};

/**
 * struct mld_query - a valid query
 * @kind: what it asks for
 * @version: 1 or 2
 * @qrv: querier's robustness variable, the default if it sent none
 * @nsources: entries at @sources
 * @qqi: querier's query interval, s, the default if it sent none
 * @mrd: Maximum Response Delay, ms
 * @group: what it asks about; :: in a general query
 * @sources: sources asked for; inside the caller's data, so of any alignment
 */
struct mld_query {
	enum mld_query_kind kind;
	u8 version;
	u8 qrv;
	u16 nsources;
	u32 qqi;
	u32 mrd;
	struct in6_addr group;
	const u8 *sources;
};

u32 mld_mrc_decode(u16 mrc);
u32 mld_qqic_decode(u8 qqic);
bool mld_has_router_alert(const u8 *hbh, size_t len);
bool mld_addr_is_reported(const struct in6_addr *group);
bool mld_addr_is_ssm(const struct in6_addr *group);
enum mld_count mld_query_parse(const void *data, size_t len, const struct mld_rx *rx,
			       struct mld_query *query);
bool mld_v1_report_parse(const void *data, size_t len, const struct mld_rx *rx,
			 struct in6_addr *group);
bool mld_mrd_solicited(size_t len, const struct mld_rx *rx);

/* filter.c: source lists */

/**
 * struct mld_source - a source address of a group
 * @node: in mld_filter.sources, by @addr
 * @addr: the source
 * @in: listeners that include it
 * @ex: listeners that exclude it
 * @retrans: state-change reports that still have to name it (RFC 3810 6.1, "Source Retransmission
 *	Counter")
 * @told: it stands in the list that the routers were told last (T0)
 * @queried: an answer that is pending has to speak of it
 */
struct mld_source {
	struct rb_node node;
	struct in6_addr addr;
	u32 in;
	u32 ex;
	u8 retrans;
	bool told;
	bool queried;
};

/**
 * struct mld_listener - what one listener asked for (RFC 3810 4.1)
 * @node: in mld_filter.listeners
 * @id: who it is; compared, never followed
 * @mode: its filter mode
 * @muted: it is not merged: EXCLUDE on a source-specific group (RFC 4604 2.2)
 * @nsources: entries at @sources
 * @stamp: for the listener's own use; 0 in a new entry
 * @sources: sorted, each once
 */
struct mld_listener {
	struct hlist_node node;
	const void *id;
	u8 mode;
	bool muted;
	u16 nsources;
	u32 stamp;
	struct in6_addr sources[];
};

/**
 * struct mld_filter - a group's listeners merged (T1), beside what the routers were told last (T0)
 * @sources: every source that some listener names, that T0 lists, or that is still to be told or
 *	answered
 * @listeners: whom the merge is made of
 * @ex: listeners of mode EXCLUDE
 * @included: sources that some listener includes
 * @nlisted: sources that some listener names
 * @nsources: nodes of @sources
 * @nqueried: nodes of @sources that are queried
 * @told_mode: T0's enum mld_mode
 * @mode_retrans: state-change reports that still have to tell the mode (RFC 3810 6.1, "Filter Mode
 *	Retransmission Counter")
 */
struct mld_filter {
	struct rb_root sources;
	struct hlist_head listeners;
	u32 ex;
	u16 included;
	u16 nlisted;
	u16 nsources;
	u16 nqueried;
	u8 told_mode;
	u8 mode_retrans;
};

/**
 * struct mld_request - one call of the service interface (RFC 3810 3)
 * @id: the listener
 * @mode: its filter mode
 * @nsources: entries at @sources
 * @sources: in any order; INCLUDE with none ends the listening
 * @delay: ms that the first report may wait (MLD-D8)
 */
struct mld_request {
	const void *id;
	enum mld_mode mode;
	u16 nsources;
	const struct in6_addr *sources;
	u32 delay;
};

/**
 * enum mld_select - the sources that a record is made of
 * @MLD_SEL_LIST: the merged list
 * @MLD_SEL_ALLOW: to be retransmitted, and forwarded
 * @MLD_SEL_BLOCK: to be retransmitted, and blocked
 * @MLD_SEL_QUERIED: asked for, and forwarded: A*B in INCLUDE, B-A in EXCLUDE (RFC 3810 6.3)
 */
enum mld_select {
	MLD_SEL_LIST,
	MLD_SEL_ALLOW,
	MLD_SEL_BLOCK,
	MLD_SEL_QUERIED,
};

static inline enum mld_mode mld_filter_mode(const struct mld_filter *f)
{
	return f->ex ? MLD_EXCLUDE : MLD_INCLUDE;
}

/* Is there listening state at all? INCLUDE with no source is none (RFC 3810 4.2). */
static inline bool mld_filter_wanted(const struct mld_filter *f)
{
	return f->ex || f->included;
}

void mld_filter_init(struct mld_filter *f);
void mld_filter_release(struct mld_filter *f);
int mld_filter_listen(struct mld_filter *f, const struct mld_request *req, bool muted,
		      const struct mld_limits *limits);
struct mld_listener *mld_filter_find(const struct mld_filter *f, const void *id);
bool mld_filter_told(const struct mld_filter *f);
bool mld_filter_changed(const struct mld_filter *f);
bool mld_filter_commit(struct mld_filter *f, u8 rv);
bool mld_filter_retrans(const struct mld_filter *f);
void mld_filter_sent(struct mld_filter *f);
void mld_filter_forget(struct mld_filter *f);
void mld_filter_untell(struct mld_filter *f);
int mld_filter_query(struct mld_filter *f, const u8 *sources, u16 n);
void mld_filter_unquery(struct mld_filter *f);
struct mld_source *mld_filter_first(const struct mld_filter *f, enum mld_select sel);
struct mld_source *mld_filter_next(const struct mld_filter *f, struct mld_source *s,
				   enum mld_select sel);
unsigned int mld_filter_count(const struct mld_filter *f, enum mld_select sel);

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
	u32 ngroups;
	u32 nlisted;
	u32 nqueried;
	u32 qi;
	u32 qri;
	u32 uri;
	s8 gsr_delay;
	u8 rv;
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
