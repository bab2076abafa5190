// SPDX-License-Identifier: GPL-2.0
/*
 * Every counter and gauge as OpenMetrics text, for the textfile collector of a node exporter. The
 * samples of a metric stand together, so that the links are gone through once for each.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

enum { STATS, LINKS, PREFIXES, MLD_LINKS, PARAMS, NDUMPS };

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

/* What stands behind a name, in the help of its metric. */
static const struct {
	const char *key;
	const char *help;
} help[] = {
	{ "ns_in", "Valid Neighbor Solicitations received for a proxied target" },
	{ "ns_out", "Neighbor Solicitations sent" },
	{ "na_in", "Valid Neighbor Advertisements received for a proxied target" },
	{ "na_out", "Neighbor Advertisements sent" },
	{ "dad_in", "Solicitations of duplicate address detection received" },
	{ "dad_out", "Solicitations of duplicate address detection sent" },
	{ "answers", "Advertisements sent that answer a recorded solicitor" },
	{ "held", "Packets held until their target is found" },
	{ "delivered", "Held packets that were delivered" },
	{ "queries_v1", "Valid MLDv1 queries received" },
	{ "queries_v2", "Valid MLDv2 queries received" },
	{ "reports_v1_in", "MLDv1 reports received" },
	{ "reports_v2_in", "MLDv2 reports received" },
	{ "dones_in", "MLDv1 Dones received" },
	{ "reports_v1_out", "MLDv1 reports sent" },
	{ "reports_v2_out", "MLDv2 reports sent" },
	{ "dones_out", "MLDv1 Dones sent" },
	{ "tx_failed", "Reports and Dones that could not be sent" },
	{ "not_joined", "Queries for a group that nobody listens to" },
	{ "ssm_exclude", "Requests with mode exclude for source-specific groups" },
	{ "limit", "Requests refused because a limit was reached" },
	{ "version_changes", "Changes of the version of MLD" },
	{ "mrd_in", "Multicast Router Solicitations received" },
	{ "mrd_out", "Multicast Router Advertisements and Terminations sent" },
};

static const char *help_of(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(help); i++)
		if (!strcmp(help[i].key, key))
			return help[i].help;
	return "See COUNTERS in ndproxy(8)";
}

/* --- the text --- */

static void put_family(const char *prefix, const char *key, const char *type, const char *text)
{
	printf("# HELP ndproxy_%s%s %s.\n", prefix, key, text);
	printf("# TYPE ndproxy_%s%s %s\n", prefix, key, type);
}

static void put_label(const char *lead, const char *name, const char *value)
{
	printf("%s%s=\"", lead, name);
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", stdout);
		else if (*value == '"' || *value == '\\')
			printf("\\%c", *value);
		else
			putchar(*value);
	}
	putchar('"');
}

static void put_sample(const char *prefix, const char *key, bool counter, const char *link,
		       const char *reason, uint64_t value)
{
	printf("ndproxy_%s%s%s", prefix, key, counter ? "_total" : "");
	put_label("{", "link", link);
	if (reason)
		put_label(",", "reason", reason);
	printf("} %" PRIu64 "\n", value);
}

/* --- links --- */

static const char *stats_of(const struct nlmsghdr *nlh, struct nlattr **tb)
{
	nl_attrs(nlh, tb, NDPROXY_A_STATS_MAX);
	return tb[NDPROXY_A_STATS_IFNAME] ? attr_str(tb[NDPROXY_A_STATS_IFNAME]) : NULL;
}

static void put_counters(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1];
	const struct stats_counter *counter;
	const char *link;

	for (counter = stats_counters; counter->key; counter++) {
		put_family("", counter->key, "counter", help_of(counter->key));
		for (size_t i = 0; i < list->n; i++) {
			link = stats_of(list->msg[i], tb);
			if (link)
				put_sample("", counter->key, true, link, NULL,
					   attr_u64(tb[counter->attr]));
		}
	}
}

static void put_drops(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1], *drops[NDPROXY_A_DROPS_MAX + 1];
	const char *link;

	put_family("", "drops", "counter", "Messages dropped or not proxied whole, by reason");
	for (size_t i = 0; i < list->n; i++) {
		link = stats_of(list->msg[i], tb);
		nl_nested(tb[NDPROXY_A_STATS_DROPS], drops, NDPROXY_A_DROPS_MAX);
		for (uint32_t r = 1; link && r <= NDPROXY_DROP_REASON_MAX; r++)
			put_sample("", "drops", true, link, name_of(&drop_names, r),
				   attr_u64(drops[NDPROXY_A_DROPS_PAD + r]));
	}
}

static void put_gauges(const struct nl_list *list)
{
	static const struct {
		uint16_t attr;
		const char *key;
		const char *help;
	} gauges[] = {
		{ NDPROXY_A_GAUGES_LINKS, "links", "Links of the proxy" },
		{ NDPROXY_A_GAUGES_PREFIXES, "prefixes", "Proxied prefixes" },
		{ NDPROXY_A_GAUGES_HOSTS, "hosts", "Hosts known" },
		{ NDPROXY_A_GAUGES_RECORDS, "records", "Solicitation records" },
	};
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1], *nest[NDPROXY_A_GAUGES_MAX + 1];

	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_STATS_MAX);
		if (!tb[NDPROXY_A_STATS_GAUGES])
			continue;
		nl_nested(tb[NDPROXY_A_STATS_GAUGES], nest, NDPROXY_A_GAUGES_MAX);
		for (size_t g = 0; g < ARRAY_SIZE(gauges); g++) {
			put_family("", gauges[g].key, "gauge", gauges[g].help);
			printf("ndproxy_%s %u\n", gauges[g].key, attr_u32(nest[gauges[g].attr]));
		}
	}
}

static void put_links(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];

	put_family("link_", "active", "gauge", "1 if the link is up and proxied");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_LINK_MAX);
		printf("ndproxy_link_active");
		put_label("{", "link", attr_str(tb[NDPROXY_A_LINK_IFNAME]));
		put_label(",", "role", name_of(&role_names, attr_u32(tb[NDPROXY_A_LINK_ROLE])));
		printf(",group=\"%u\"} %d\n", attr_u32(tb[NDPROXY_A_LINK_GROUP]),
		       attr_u32(tb[NDPROXY_A_LINK_STATE]) == NDPROXY_LINK_STATE_ACTIVE);
	}
	put_family("link_", "prefixes", "gauge", "Proxied prefixes of the link");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_LINK_MAX);
		put_sample("link_", "prefixes", false, attr_str(tb[NDPROXY_A_LINK_IFNAME]), NULL,
			   attr_u32(tb[NDPROXY_A_LINK_PREFIXES]));
	}
	put_family("link_", "hosts", "gauge", "Hosts that live on the link");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_LINK_MAX);
		put_sample("link_", "hosts", false, attr_str(tb[NDPROXY_A_LINK_IFNAME]), NULL,
			   attr_u32(tb[NDPROXY_A_LINK_HOSTS]));
	}
}

/* --- prefixes and limits --- */

static void put_prefix_gauge(const struct nl_list *list, const char *key, const char *text,
			     uint16_t attr)
{
	struct nlattr *tb[NDPROXY_A_PREFIX_MAX + 1];
	char addr[INET6_ADDRSTRLEN];
	struct in6_addr base;

	put_family("prefix_", key, "gauge", text);
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_PREFIX_MAX);
		base = attr_addr(tb[NDPROXY_A_PREFIX_ADDR]);
		inet_ntop(AF_INET6, &base, addr, sizeof(addr));
		printf("ndproxy_prefix_%s{prefix=\"%s/%u\"", key, addr,
		       attr_u32(tb[NDPROXY_A_PREFIX_PREFIX_LEN]));
		put_label(",", "link", attr_str(tb[NDPROXY_A_PREFIX_IFNAME]));
		printf("} %u\n", attr_u32(tb[attr]));
	}
}

static void put_limits(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_PARAM_MAX + 1];

	put_family("", "limit", "gauge", "What a parameter is set to");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_PARAM_MAX);
		printf("ndproxy_limit");
		put_label("{", "name", attr_str(tb[NDPROXY_A_PARAM_NAME]));
		printf("} %u\n", attr_u32(tb[NDPROXY_A_PARAM_VALUE]));
	}
}

/* --- the multicast listener engine --- */

static const char *mld_of(const struct nlmsghdr *nlh, struct nlattr **tb, struct nlattr **counters)
{
	nl_attrs(nlh, tb, NDPROXY_A_MLD_LINK_MAX);
	nl_nested(tb[NDPROXY_A_MLD_LINK_COUNTERS], counters, NDPROXY_A_MLD_COUNTERS_MAX);
	return attr_str(tb[NDPROXY_A_MLD_LINK_IFNAME]);
}

static void put_mld_counter(const struct nl_list *list, uint16_t attr, const char *key)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1], *counters[NDPROXY_A_MLD_COUNTERS_MAX + 1];
	const char *link;

	put_family("mld_", key, "counter", help_of(key));
	for (size_t i = 0; i < list->n; i++) {
		link = mld_of(list->msg[i], tb, counters);
		put_sample("mld_", key, true, link, NULL, attr_u64(counters[attr]));
	}
}

static void put_mld_drops(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1], *counters[NDPROXY_A_MLD_COUNTERS_MAX + 1];
	const char *link;

	put_family("mld_", "query_drops", "counter", "Queries dropped, by reason");
	for (size_t i = 0; i < list->n; i++) {
		link = mld_of(list->msg[i], tb, counters);
		for (uint16_t attr = 1; attr <= NDPROXY_A_MLD_COUNTERS_MAX; attr++)
			if (mld_counter_is_drop(attr))
				put_sample("mld_", "query_drops", true, link,
					   mld_counter_name(attr), attr_u64(counters[attr]));
	}
}

static void put_mld(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1];

	put_family("mld_", "groups", "gauge", "Groups that somebody on this node listens to");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_MLD_LINK_MAX);
		put_sample("mld_", "groups", false, attr_str(tb[NDPROXY_A_MLD_LINK_IFNAME]), NULL,
			   attr_u32(tb[NDPROXY_A_MLD_LINK_GROUPS]));
	}
	for (uint16_t attr = 1; attr <= NDPROXY_A_MLD_COUNTERS_MAX; attr++)
		if (mld_counter_name(attr) && !mld_counter_is_drop(attr))
			put_mld_counter(list, attr, mld_counter_name(attr));
	put_mld_drops(list);
}

static int collect(struct nl_list *list)
{
	static const uint8_t get[NDUMPS] = {
		[STATS] = NDPROXY_CMD_STATS_GET, [LINKS] = NDPROXY_CMD_LINK_GET,
		[PREFIXES] = NDPROXY_CMD_PREFIX_GET, [MLD_LINKS] = NDPROXY_CMD_MLD_LINK_GET,
		[PARAMS] = NDPROXY_CMD_PARAM_GET,
	};
	int ret = EXIT_OK;

	for (int i = 0; i < NDUMPS && !ret; i++) {
		struct nlmsghdr *nlh = nl_request(get[i], NLM_F_DUMP);

		ret = nlh ? nl_collect(nlh, &list[i]) : EXIT_KERNEL;
	}
	return ret;
}

static int metrics_run(const struct cmd *cmd, const struct args *args)
{
	struct nl_list list[NDUMPS] = { 0 };
	int ret = collect(list);

	(void)cmd;
	(void)args;
	/* This is text by its nature, whatever the options say. */
	out.json = false;
	if (!ret) {
		put_gauges(&list[STATS]);
		put_links(&list[LINKS]);
		put_counters(&list[STATS]);
		put_drops(&list[STATS]);
		put_prefix_gauge(&list[PREFIXES], "hosts", "Hosts known in the prefix",
				 NDPROXY_A_PREFIX_HOSTS);
		put_prefix_gauge(&list[PREFIXES], "records", "Solicitation records of the prefix",
				 NDPROXY_A_PREFIX_RECORDS);
		put_limits(&list[PARAMS]);
		put_mld(&list[MLD_LINKS]);
		puts("# EOF");
	}
	for (int i = 0; i < NDUMPS; i++)
		nl_list_free(&list[i]);
	return ret;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, metrics_run, no_args, 0, 0 },
};

const struct object metrics_object = {
	.name = "metrics",
	.help = "every counter and gauge as OpenMetrics text",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
