/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Multicast Listener Discovery, the listener's side: MLDv1 (RFC 2710, 3590) and MLDv2 (RFC 3810,
 * revised by RFC 9777). The only header that the rest of the module includes.
 */
#ifndef MLD_MLD_H
#define MLD_MLD_H

#include <linux/types.h>

struct in6_addr;
struct mld_group;
struct net;
struct net_device;
struct netlink_ext_ack;
struct sk_buff;
struct sock;

#define MLD_NEVER		S64_MAX	/* a time that does not come */

#define MLD_RV_DEFAULT		2	/* RFC 3810 9.1 */
#define MLD_RV_MAX		7
#define MLD_QI_DEFAULT		125	/* s, 9.2 */
#define MLD_QRI_DEFAULT		10000	/* ms, 9.3 */
#define MLD_URI_DEFAULT		1000	/* ms, 9.11 */
#define MLD_V1_URI		10000	/* ms, RFC 2710 7.10 */
#define MLD_WINDOW		20	/* ms: changes of this long share their first report */

/**
 * enum mld_mode - filter mode of a listener or of a link's record (RFC 3810 3)
 * @MLD_INCLUDE: only the sources listed; with an empty list, nothing
 * @MLD_EXCLUDE: all sources but those listed
 */
enum mld_mode {
	MLD_INCLUDE,
	MLD_EXCLUDE,
};

/**
 * enum mld_state - of a group on a link
 * @MLD_NOT_MEMBER: nobody listens and nothing is left to tell
 * @MLD_SILENT: listened to and never reported: ff02::1, scopes 0 and 1, or a link that does not do
 *	multicast
 * @MLD_REPORTING: a change is being told (v2), or a report's delay runs (v1, "Delaying Listener" of
 *	RFC 2710)
 * @MLD_IDLE: listened to, told, nothing pending
 * @MLD_LAZY: v1: as idle, and another listener reported last
 * @MLD_SLEEPING: the link has no carrier or the system sleeps; changes are noted
 * @MLD_AWAKENING: the link is back, and the group has not been reported afresh yet
 * @MLD_G_QUERY_PENDING: v2: an answer with the whole filter is due
 * @MLD_SG_QUERY_PENDING: v2: an answer for the sources asked for is due
 * @MLD_LEAVING: nobody listens any more, and that is still being told
 * @MLD_NR_STATES: how many there are
 */
enum mld_state {
	MLD_NOT_MEMBER,
	MLD_SILENT,
	MLD_REPORTING,
	MLD_IDLE,
	MLD_LAZY,
	MLD_SLEEPING,
	MLD_AWAKENING,
	MLD_G_QUERY_PENDING,
	MLD_SG_QUERY_PENDING,
	MLD_LEAVING,
	MLD_NR_STATES,
};

/**
 * enum mld_version_mode - which version a link speaks (RFC 3810 8.2.1)
 * @MLD_VERSION_AUTO: 2, and 1 while a querier of version 1 is about
 * @MLD_VERSION_1: always 1
 * @MLD_VERSION_2: always 2; queries of version 1 are ignored and counted
 */
enum mld_version_mode {
	MLD_VERSION_AUTO,
	MLD_VERSION_1,
	MLD_VERSION_2,
};

/**
 * enum mld_count - what a link counts; a received query is counted as valid or under the reason for
 *	its drop
 * @MLD_C_QUERIES_V1: valid v1 queries
 * @MLD_C_QUERIES_V2: valid v2 queries
 * @MLD_C_REPORTS_V1_IN: v1 reports heard
 * @MLD_C_REPORTS_V2_IN: v2 reports heard
 * @MLD_C_DONES_IN: Dones heard
 * @MLD_C_REPORTS_V1_OUT: v1 reports sent
 * @MLD_C_REPORTS_V2_OUT: v2 reports sent
 * @MLD_C_DONES_OUT: Dones sent
 * @MLD_C_TX_FAILED: reports that could not be sent
 * @MLD_C_DROP_LENGTH: shorter than its version's header, or of 25 to 27 octets
 * @MLD_C_DROP_SOURCE: source not link-local
 * @MLD_C_DROP_HOP_LIMIT: hop limit not 1
 * @MLD_C_DROP_ROUTER_ALERT: no Router Alert option for MLD
 * @MLD_C_DROP_CHECKSUM: checksum wrong
 * @MLD_C_DROP_OWN: a v1 report of this node's own, heard again
 * @MLD_C_DROP_DESTINATION: sent to an address that such a query does not go to
 * @MLD_C_DROP_GROUP: asks for an address that is neither :: nor multicast
 * @MLD_C_DROP_SOURCES_MISSING: more sources announced than present
 * @MLD_C_DROP_GENERAL_SOURCES: a general query with sources
 * @MLD_C_DROP_VERSION: v1 query on a link that is held at version 2
 * @MLD_C_DROP_QUEUE: the queue of received queries was full
 * @MLD_C_DROP_RATE: valid, and not answered: too many source-specific or v1 general queries
 * @MLD_C_DROP_MEMORY: no memory to queue it
 * @MLD_C_NOT_JOINED: valid, for a group that nobody listens to
 * @MLD_C_SSM_EXCLUDE: EXCLUDE requests for source-specific groups, which are not reported (RFC 4604
 *	2.2)
 * @MLD_C_LIMIT: requests refused because a limit was reached
 * @MLD_C_VERSION_CHANGES: times that the link changed its version
 * @MLD_C_MRD_IN: valid Multicast Router Solicitations heard
 * @MLD_C_MRD_OUT: Multicast Router Advertisements and Terminations sent
 * @MLD_NR_COUNTS: how many there are
 */
enum mld_count {
	MLD_C_QUERIES_V1,
	MLD_C_QUERIES_V2,
	MLD_C_REPORTS_V1_IN,
	MLD_C_REPORTS_V2_IN,
	MLD_C_DONES_IN,
	MLD_C_REPORTS_V1_OUT,
	MLD_C_REPORTS_V2_OUT,
	MLD_C_DONES_OUT,
	MLD_C_TX_FAILED,
	MLD_C_DROP_LENGTH,
	MLD_C_DROP_SOURCE,
	MLD_C_DROP_HOP_LIMIT,
	MLD_C_DROP_ROUTER_ALERT,
	MLD_C_DROP_CHECKSUM,
	MLD_C_DROP_OWN,
	MLD_C_DROP_DESTINATION,
	MLD_C_DROP_GROUP,
	MLD_C_DROP_SOURCES_MISSING,
	MLD_C_DROP_GENERAL_SOURCES,
	MLD_C_DROP_VERSION,
	MLD_C_DROP_QUEUE,
	MLD_C_DROP_RATE,
	MLD_C_DROP_MEMORY,
	MLD_C_NOT_JOINED,
	MLD_C_SSM_EXCLUDE,
	MLD_C_LIMIT,
	MLD_C_VERSION_CHANGES,
	MLD_C_MRD_IN,
	MLD_C_MRD_OUT,
	MLD_NR_COUNTS,
};

/**
 * struct mld_limits - of one link
 * @groups: groups listened to
 * @group_sources: sources in the merged filter of one group
 * @listener_sources: sources in the request of one listener
 */
struct mld_limits {
	u32 groups;
	u16 group_sources;
	u16 listener_sources;
};

#define MLD_LIMITS_DEFAULT	{ .groups = 65536, .group_sources = 1024, .listener_sources = 128 }

#define MLD_ID_LEN	32	/* octets of a listener's name, the last a 0 */
#define MLD_ID_KERNEL	"kernel"	/* the kernel's own memberships; taken */

/**
 * enum mld_notice - what an engine tells of by itself
 * @MLD_NOTICE_VERSION: the link changed its version
 * @MLD_NOTICE_LIMIT: a request was refused because a limit was reached
 */
enum mld_notice {
	MLD_NOTICE_VERSION,
	MLD_NOTICE_LIMIT,
};

/**
 * struct mld_ops - what the engine asks of its user; each may be NULL
 * @xmit: takes a finished packet with its route instead of ip6_local_out(); 0 or a negative error
 * @event: something happened on a link, which speaks @version; @group is NULL if it is about no
 *	group. Process context, the link's lock is held: it must not call the engine
 * @admit: may @id listen to one more group? If it does, @release is due. Process context, the
 *	link's lock is held
 * @release: a listener that @admit let in has ended. The same context
 * @now: ms that pass while the system sleeps, too, instead of the boot clock
 */
struct mld_ops {
	int (*xmit)(struct net *net, struct sock *sk, struct sk_buff *skb);
	void (*event)(struct net *net, int ifindex, enum mld_notice notice, u8 version,
		      const struct in6_addr *group);
	bool (*admit)(struct net *net, const char *id);
	void (*release)(struct net *net, const char *id);
	s64 (*now)(void);
};

int mld_init(const struct mld_ops *ops);
void mld_exit(void);
void mld_net_stop(struct net *net);

/* Links. Context of the first two: RTNL is held. */
int mld_link_start(struct net_device *dev, struct netlink_ext_ack *extack);
int mld_link_stop(struct net_device *dev, struct netlink_ext_ack *extack);

/**
 * struct mld_link_config - what can be set of a link
 * @has_version: @version is to be set
 * @has_robustness: @robustness
 * @has_uri: @uri
 * @has_gsr_delay: @gsr_delay
 * @has_limits: @limits
 * @has_mrd: @mrd
 * @version: enum mld_version_mode
 * @robustness: variable as long as no querier names one, 1 to 7
 * @uri: unsolicited report interval, ms, 1 to 10000
 * @gsr_delay: s between source-specific queries that are answered for one group, beyond the first
 *	burst; -1 to 59, -1: no limit
 * @limits: groups and sources
 * @mrd: send Multicast Router Advertisements (RFC 4286)
 */
struct mld_link_config {
	bool has_version;
	bool has_robustness;
	bool has_uri;
	bool has_gsr_delay;
	bool has_limits;
	bool has_mrd;
	u8 version;
	u8 robustness;
	u32 uri;
	s32 gsr_delay;
	struct mld_limits limits;
	bool mrd;
};

/**
 * struct mld_link_info - a link as it is
 * @ifindex: its device
 * @version: in use
 * @version_mode: enum mld_version_mode
 * @rv: robustness variable in use
 * @rv_set: the one that was set, or the default; in use until a querier names another
 * @gsr_delay: as in struct mld_link_config
 * @silent: it does no multicast
 * @asleep: no carrier, or the system sleeps
 * @qi: querier's query interval, s
 * @qri: query response interval, ms
 * @uri: unsolicited report interval, ms
 * @groups: that somebody listens to, or that are being left
 * @v1_left: ms until the last v1 querier is forgotten, or -1
 * @answer_left: ms until the next packet of a general query's answer, or -1
 * @limits: groups and sources
 * @mrd: Multicast Router Advertisements are sent
 * @generation: differs from that of an earlier look if groups were added or removed since
 * @count: by enum mld_count
 */
struct mld_link_info {
	int ifindex;
	u8 version;
	u8 version_mode;
	u8 rv;
	u8 rv_set;
	s8 gsr_delay;
	bool silent;
	bool asleep;
	u32 qi;
	u32 qri;
	u32 uri;
	u32 groups;
	s64 v1_left;
	s64 answer_left;
	struct mld_limits limits;
	bool mrd;
	u32 generation;
	u64 count[MLD_NR_COUNTS];
};

int mld_link_check(const struct mld_link_config *config, struct netlink_ext_ack *extack);
int mld_link_set(struct net *net, int ifindex, const struct mld_link_config *config,
		 struct netlink_ext_ack *extack);
int mld_link_get_info(struct net *net, int ifindex, struct mld_link_info *info);
int mld_link_next(struct net *net, int ifindex);
void mld_link_reset_counts(struct net *net, int ifindex);

/**
 * struct mld_want - one call of the service interface, IPv6MulticastListen() of RFC 3810 3
 * @id: the listener; it stands for a socket of that name
 * @group: multicast address
 * @mode: filter mode
 * @nsources: entries at @sources
 * @sources: in any order; INCLUDE with none ends the listening
 * @delay: ms that the first report may wait
 */
struct mld_want {
	const char *id;
	const struct in6_addr *group;
	enum mld_mode mode;
	u16 nsources;
	const struct in6_addr *sources;
	u32 delay;
};

int mld_listen(struct net *net, int ifindex, const struct mld_want *want,
	       struct netlink_ext_ack *extack);
int mld_ignore(struct net *net, int ifindex, const char *id, const struct in6_addr *group,
	       struct netlink_ext_ack *extack);

/**
 * struct mld_group_view - a group, as long as a walk shows it
 * @addr: the group
 * @state: of it
 * @mode: merged filter mode
 * @nsources: of the merged list
 * @change_left: ms until a change is told first, or -1
 * @retrans_left: ms until it is told again, or -1
 * @answer_left: ms until an answer, or -1
 * @group: for mld_view_sources() and mld_view_listeners()
 */
struct mld_group_view {
	const struct in6_addr *addr;
	enum mld_state state;
	enum mld_mode mode;
	u32 nsources;
	s64 change_left;
	s64 retrans_left;
	s64 answer_left;
	const struct mld_group *group;
};

int mld_groups_walk(struct net *net, int ifindex, struct in6_addr *cursor,
		    int (*show)(const struct mld_group_view *view, void *priv), void *priv);
int mld_view_sources(const struct mld_group_view *view, int (*show)(const struct in6_addr *source,
								    void *priv), void *priv);
int mld_view_listeners(const struct mld_group_view *view,
		       int (*show)(const char *id, enum mld_mode mode, bool muted, u16 nsources,
				   const struct in6_addr *sources, void *priv), void *priv);
const char *mld_state_name(enum mld_state state);

#endif /* MLD_MLD_H */
