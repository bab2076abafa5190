/* SPDX-License-Identifier: GPL-2.0 */
/* Messages as octets. Pure: see mld_priv.h. */
#ifndef MLD_WIRE_H
#define MLD_WIRE_H

#include <linux/in6.h>
#include <linux/types.h>

#include "mld.h"

#define MLD_TYPE_QUERY		130
#define MLD_TYPE_V1_REPORT	131
#define MLD_TYPE_DONE		132
#define MLD_TYPE_V2_REPORT	143

#define MLD_TYPE_MRD_ADVERTISEMENT	151	/* RFC 4286 3.2 */
#define MLD_TYPE_MRD_SOLICITATION	152
#define MLD_TYPE_MRD_TERMINATION	153

#define MLD_QUERY_SOURCES_MAX	256	/* that are kept: MLD-B3 */
#define MLD_V1_MRD_MAX		32000	/* ms, MLD-B6 */

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
 * @own: sent by this node
 * @daddr_is_ours: @daddr is a unicast address of the link
 * @to_group: the frame was a multicast one
 */
struct mld_rx {
	const struct in6_addr *saddr;
	const struct in6_addr *daddr;
	u8 hop_limit;
	bool router_alert;
	bool checksum_ok;
	bool own;
	bool daddr_is_ours;
	bool to_group;
};

/**
 * struct mld_query - a valid query
 * @kind: what it asks for
 * @version: 1 or 2
 * @qrv: querier's robustness variable, at least 2; 0: it named none
 * @nsources: entries at @sources
 * @qqi: querier's query interval, s, the default if it sent none
 * @mrd: Maximum Response Delay, ms
 * @mrd_v1: the same as a v1 listener reads it: a plain number of ms
 * @group: what it asks about; :: in a general query
 * @via: another multicast group that it was sent to, which the link must listen to; else ::
 * @sources: sources asked for; inside the caller's data, so of any alignment
 */
struct mld_query {
	enum mld_query_kind kind;
	u8 version;
	u8 qrv;
	u16 nsources;
	u32 qqi;
	u32 mrd;
	u32 mrd_v1;
	struct in6_addr group;
	struct in6_addr via;
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

#endif /* MLD_WIRE_H */
