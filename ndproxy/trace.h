/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: messages in, out and dropped; hosts learnt, moved, lost, and refused elsewhere; what is
 * concluded of Router Advertisements.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ndproxy

#if !defined(NDPROXY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NDPROXY_TRACE_H

#include <linux/tracepoint.h>

#include "ndproxy.h"

#define ndp_show_type(type) __print_symbolic(type, { ND_TYPE_NS, "NS" }, { ND_TYPE_NA, "NA" })

#define ndp_show_flags(flags) __print_flags(flags, "", { ND_NA_ROUTER, "R" }, \
					    { ND_NA_SOLICITED, "S" }, { ND_NA_OVERRIDE, "O" })

#define ndp_show_evidence(evidence) __print_symbolic(evidence, { NDP_BY_NA, "na" },	\
	{ NDP_BY_DAD, "dad" }, { NDP_BY_NS, "ns" }, { NDP_BY_UNA, "una" },		\
	{ NDP_BY_STATIC, "static" })

/* In the order of enum ndp_drop. */
#define ndp_show_drop(why) __print_symbolic(why,					\
	{ NDP_DROP_HOP_LIMIT, "hop-limit" }, { NDP_DROP_CHECKSUM, "checksum" },		\
	{ NDP_DROP_CODE, "code" }, { NDP_DROP_LENGTH, "length" },			\
	{ NDP_DROP_TARGET_MULTICAST, "target-multicast" },				\
	{ NDP_DROP_OPTION_LENGTH, "option-length" }, { NDP_DROP_FRAGMENT, "fragment" },	\
	{ NDP_DROP_DAD_DESTINATION, "dad-destination" },				\
	{ NDP_DROP_DAD_SLLA, "dad-slla" },						\
	{ NDP_DROP_NA_MULTICAST_SOLICITED, "na-multicast-solicited" },			\
	{ NDP_DROP_OWN_ECHO, "own-echo" }, { NDP_DROP_NS_RATE, "ns-rate" },		\
	{ NDP_DROP_NA_RATE, "na-rate" }, { NDP_DROP_TARGET_LIMIT, "target-limit" },	\
	{ NDP_DROP_SOLICITOR_LIMIT, "solicitor-limit" },				\
	{ NDP_DROP_HOST_LIMIT, "host-limit" }, { NDP_DROP_LLADDR_LIMIT, "lladdr-limit" },\
	{ NDP_DROP_NO_SOURCE, "no-source" }, { NDP_DROP_NO_MEMORY, "no-memory" },	\
	{ NDP_DROP_NOT_READY, "not-ready" }, { NDP_DROP_HOLD_LIMIT, "hold-limit" },	\
	{ NDP_DROP_NOT_FOUND, "not-found" }, { NDP_DROP_SAME_LINK, "same-link" },	\
	{ NDP_DROP_REDIRECT, "redirect" }, { NDP_DROP_SNOOP_LIMIT, "snoop-limit" },	\
	{ NDP_DROP_HOST_REFUSED, "host-refused" },					\
	{ NDP_DROP_NOT_FORWARDING, "not-forwarding" },					\
	{ NDP_DROP_UNSOLICITED_NA, "unsolicited-na" })

DECLARE_EVENT_CLASS(ndp_message,
	TP_PROTO(const struct ndp_link *link, const struct nd_info *info),
	TP_ARGS(link, info),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__field(u8, type)
		__field(u8, flags)
		__array(u8, saddr, 16)
		__array(u8, daddr, 16)
		__array(u8, target, 16)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->name, IFNAMSIZ);
		__entry->type = info->type;
		__entry->flags = info->flags;
		memcpy(__entry->saddr, &info->saddr, 16);
		memcpy(__entry->daddr, &info->daddr, 16);
		memcpy(__entry->target, &info->target, 16);
	),
	TP_printk("dev=%s %s target=%pI6c src=%pI6c dst=%pI6c flags=%s", __entry->ifname,
		  ndp_show_type(__entry->type), __entry->target, __entry->saddr, __entry->daddr,
		  ndp_show_flags(__entry->flags))
);

DEFINE_EVENT(ndp_message, nd_in,
	TP_PROTO(const struct ndp_link *link, const struct nd_info *info),
	TP_ARGS(link, info));

DEFINE_EVENT(ndp_message, nd_out,
	TP_PROTO(const struct ndp_link *link, const struct nd_info *info),
	TP_ARGS(link, info));

TRACE_EVENT(nd_drop,
	TP_PROTO(const struct ndp_link *link, enum ndp_drop why),
	TP_ARGS(link, why),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__field(u8, why)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->name, IFNAMSIZ);
		__entry->why = why;
	),
	TP_printk("dev=%s reason=%s", __entry->ifname, ndp_show_drop(__entry->why))
);

DECLARE_EVENT_CLASS(ndp_host,
	TP_PROTO(const struct ndp_host *host),
	TP_ARGS(host),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, addr, 16)
		__field(u8, evidence)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, host->link->name, IFNAMSIZ);
		memcpy(__entry->addr, &host->key.addr, 16);
		__entry->evidence = host->evidence;
	),
	TP_printk("dev=%s addr=%pI6c evidence=%s", __entry->ifname, __entry->addr,
		  ndp_show_evidence(__entry->evidence))
);

DEFINE_EVENT(ndp_host, host_learnt,
	TP_PROTO(const struct ndp_host *host),
	TP_ARGS(host));

DEFINE_EVENT(ndp_host, host_lost,
	TP_PROTO(const struct ndp_host *host),
	TP_ARGS(host));

TRACE_EVENT(host_moved,
	TP_PROTO(const struct ndp_host *host, const struct ndp_link *old),
	TP_ARGS(host, old),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(char, old, IFNAMSIZ)
		__array(u8, addr, 16)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, host->link->name, IFNAMSIZ);
		memcpy(__entry->old, old->name, IFNAMSIZ);
		memcpy(__entry->addr, &host->key.addr, 16);
	),
	TP_printk("dev=%s addr=%pI6c from=%s", __entry->ifname, __entry->addr, __entry->old)
);

TRACE_EVENT(host_refused,
	TP_PROTO(const struct ndp_host *host, const struct ndp_link *claim),
	TP_ARGS(host, claim),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(char, claim, IFNAMSIZ)
		__array(u8, addr, 16)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, host->link->name, IFNAMSIZ);
		memcpy(__entry->claim, claim->name, IFNAMSIZ);
		memcpy(__entry->addr, &host->key.addr, 16);
	),
	TP_printk("dev=%s addr=%pI6c on=%s", __entry->ifname, __entry->addr, __entry->claim)
);

#define ndp_show_verdict(verdict) __print_symbolic(verdict, { NDP_RA_OWN, "own" },	\
	{ NDP_RA_ROGUE, "rogue" }, { NDP_RA_SUSPECTED, "suspected" },			\
	{ NDP_RA_CLEARED, "cleared" }, { NDP_RA_SUSPENDED, "suspended" },		\
	{ NDP_RA_FREED, "freed" })

TRACE_EVENT(ra,
	TP_PROTO(const struct ndp_link *link, const struct in6_addr *from,
		 enum ndp_ra_verdict verdict),
	TP_ARGS(link, from, verdict),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, from, 16)
		__field(u8, verdict)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->name, IFNAMSIZ);
		memcpy(__entry->from, from, 16);
		__entry->verdict = verdict;
	),
	TP_printk("dev=%s from=%pI6c verdict=%s", __entry->ifname, __entry->from,
		  ndp_show_verdict(__entry->verdict))
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
