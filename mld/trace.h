/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: queries heard and reports sent, states of groups, versions of links. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mld

#if !defined(MLD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MLD_TRACE_H

#include <linux/tracepoint.h>

#include "mld_live.h"

#define mld_show_state(state) __print_symbolic(state,					\
	{ MLD_NOT_MEMBER, "not-member" }, { MLD_SILENT, "silent" },			\
	{ MLD_REPORTING, "reporting" }, { MLD_IDLE, "idle" }, { MLD_LAZY, "lazy" },	\
	{ MLD_SLEEPING, "sleeping" }, { MLD_AWAKENING, "awakening" },			\
	{ MLD_G_QUERY_PENDING, "group-query-pending" },					\
	{ MLD_SG_QUERY_PENDING, "source-query-pending" }, { MLD_LEAVING, "leaving" })

/* What became of a query, by enum mld_count; the words are those of the counters. */
#define mld_show_verdict(count) __print_symbolic(count,					\
	{ MLD_C_QUERIES_V1, "accepted" }, { MLD_C_QUERIES_V2, "accepted" },		\
	{ MLD_C_DROP_LENGTH, "length" }, { MLD_C_DROP_SOURCE, "source" },		\
	{ MLD_C_DROP_HOP_LIMIT, "hop-limit" },						\
	{ MLD_C_DROP_ROUTER_ALERT, "router-alert" },					\
	{ MLD_C_DROP_CHECKSUM, "checksum" }, { MLD_C_DROP_OWN, "own" },			\
	{ MLD_C_DROP_DESTINATION, "destination" }, { MLD_C_DROP_GROUP, "group" },	\
	{ MLD_C_DROP_SOURCES_MISSING, "sources-missing" },				\
	{ MLD_C_DROP_GENERAL_SOURCES, "general-sources" },				\
	{ MLD_C_DROP_VERSION, "version" }, { MLD_C_DROP_QUEUE, "queue" },		\
	{ MLD_C_DROP_RATE, "rate" }, { MLD_C_DROP_MEMORY, "memory" },			\
	{ MLD_C_NOT_JOINED, "not-joined" })

#define mld_show_type(type) __print_symbolic(type, { MLD_TYPE_V1_REPORT, "v1-report" },	\
	{ MLD_TYPE_DONE, "done" }, { MLD_TYPE_V2_REPORT, "v2-report" },			\
	{ MLD_TYPE_MRD_ADVERTISEMENT, "mrd-advertisement" },				\
	{ MLD_TYPE_MRD_TERMINATION, "mrd-termination" })

/* A valid query: acted on, or why not. */
TRACE_EVENT(mld_query,
	TP_PROTO(const struct mld_link *link, const struct mld_input *in, enum mld_count verdict),
	TP_ARGS(link, in, verdict),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, saddr, 16)
		__array(u8, group, 16)
		__field(u32, mrd)
		__field(u16, nsources)
		__field(u8, version)
		__field(u8, verdict)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->dev->name, IFNAMSIZ);
		memcpy(__entry->saddr, &in->saddr, 16);
		memcpy(__entry->group, &in->query.group, 16);
		__entry->mrd = in->query.mrd;
		__entry->nsources = in->query.nsources;
		__entry->version = in->query.version;
		__entry->verdict = verdict;
	),
	TP_printk("dev=%s v%u src=%pI6c group=%pI6c sources=%u mrd=%u %s", __entry->ifname,
		  __entry->version, __entry->saddr, __entry->group, __entry->nsources,
		  __entry->mrd, mld_show_verdict(__entry->verdict))
);

/* A query that is not valid, or found no room. */
TRACE_EVENT(mld_query_drop,
	TP_PROTO(const struct mld_link *link, const struct in6_addr *saddr, enum mld_count reason),
	TP_ARGS(link, saddr, reason),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, saddr, 16)
		__field(u8, reason)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->dev->name, IFNAMSIZ);
		memcpy(__entry->saddr, saddr, 16);
		__entry->reason = reason;
	),
	TP_printk("dev=%s src=%pI6c reason=%s", __entry->ifname, __entry->saddr,
		  mld_show_verdict(__entry->reason))
);

TRACE_EVENT(mld_report,
	TP_PROTO(const struct mld_link *link, const struct in6_addr *daddr, u8 type, u16 records,
		 u32 len, int err),
	TP_ARGS(link, daddr, type, records, len, err),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, daddr, 16)
		__field(u32, len)
		__field(int, err)
		__field(u16, records)
		__field(u8, type)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->dev->name, IFNAMSIZ);
		memcpy(__entry->daddr, daddr, 16);
		__entry->len = len;
		__entry->err = err;
		__entry->records = records;
		__entry->type = type;
	),
	TP_printk("dev=%s %s dst=%pI6c records=%u len=%u err=%d", __entry->ifname,
		  mld_show_type(__entry->type), __entry->daddr, __entry->records, __entry->len,
		  __entry->err)
);

TRACE_EVENT(mld_state,
	TP_PROTO(const struct mld_link *link, const struct in6_addr *group, enum mld_state before,
		 enum mld_state after),
	TP_ARGS(link, group, before, after),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__array(u8, group, 16)
		__field(u8, before)
		__field(u8, after)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->dev->name, IFNAMSIZ);
		memcpy(__entry->group, group, 16);
		__entry->before = before;
		__entry->after = after;
	),
	TP_printk("dev=%s group=%pI6c %s -> %s", __entry->ifname, __entry->group,
		  mld_show_state(__entry->before), mld_show_state(__entry->after))
);

TRACE_EVENT(mld_version,
	TP_PROTO(const struct mld_link *link, u8 version),
	TP_ARGS(link, version),
	TP_STRUCT__entry(
		__array(char, ifname, IFNAMSIZ)
		__field(u8, version)
	),
	TP_fast_assign(
		memcpy(__entry->ifname, link->dev->name, IFNAMSIZ);
		__entry->version = version;
	),
	TP_printk("dev=%s v%u", __entry->ifname, __entry->version)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
