// SPDX-License-Identifier: GPL-2.0
/* Links of the multicast listener engine, and listeners. */
#include <assert.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg set_args[] = {
	{ NULL, "DEV", ARG_DEV, .attr = NDPROXY_A_MLD_LINK_IFNAME,
	  .attr2 = NDPROXY_A_MLD_LINK_IFINDEX },
	{ NULL, "on | off", ARG_BOOL, .optional = true, .attr = NDPROXY_A_MLD_LINK_ENABLED },
	{ "version", "VERSION", ARG_ENUM, .optional = true, .names = &mld_version_mode_names,
	  .attr = NDPROXY_A_MLD_LINK_VERSION_MODE },
	{ "robustness", "N", ARG_U32, .optional = true, .attr = NDPROXY_A_MLD_LINK_ROBUSTNESS },
	{ "unsolicited-interval", "MS", ARG_U32, .optional = true,
	  .attr = NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL },
	{ "gsr-delay", "S", ARG_S32, .optional = true, .attr = NDPROXY_A_MLD_LINK_GSR_DELAY },
	{ "max-groups", "N", ARG_U32, .optional = true, .attr = NDPROXY_A_MLD_LINK_MAX_GROUPS },
	{ "max-group-sources", "N", ARG_U32, .optional = true,
	  .attr = NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES },
	{ "max-listener-sources", "N", ARG_U32, .optional = true,
	  .attr = NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES },
	{ "snoop-joins", "on | off", ARG_BOOL, .optional = true,
	  .attr = NDPROXY_A_MLD_LINK_SNOOP_JOINS },
	{ "mrd", "on | off", ARG_BOOL, .optional = true, .attr = NDPROXY_A_MLD_LINK_MRD },
	{ .type = ARG_NONE }
};

static const struct arg show_args[] = {
	{ NULL, "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_MLD_LINK_IFNAME,
	  .attr2 = NDPROXY_A_MLD_LINK_IFINDEX },
	{ .type = ARG_NONE }
};

static const struct arg listen_args[] = {
	{ NULL, "DEV", ARG_DEV, .attr = NDPROXY_A_MLD_LISTENER_IFNAME,
	  .attr2 = NDPROXY_A_MLD_LISTENER_IFINDEX },
	{ NULL, "GROUP", ARG_ADDR, .attr = NDPROXY_A_MLD_LISTENER_GROUP },
	{ "id", "NAME", ARG_NAME, .attr = NDPROXY_A_MLD_LISTENER_ID },
	{ "delay", "MS", ARG_U32, .optional = true, .attr = NDPROXY_A_MLD_LISTENER_DELAY },
	{ NULL, "MODE", ARG_ENUM, .names = &mld_mode_names, .attr = NDPROXY_A_MLD_LISTENER_MODE },
	{ NULL, "SRC", ARG_ADDRS, .optional = true, .attr = NDPROXY_A_MLD_LISTENER_SOURCE },
	{ .type = ARG_NONE }
};

static const struct arg ignore_args[] = {
	{ NULL, "DEV", ARG_DEV, .attr = NDPROXY_A_MLD_LISTENER_IFNAME,
	  .attr2 = NDPROXY_A_MLD_LISTENER_IFINDEX },
	{ NULL, "GROUP", ARG_ADDR, .attr = NDPROXY_A_MLD_LISTENER_GROUP },
	{ "id", "NAME", ARG_NAME, .attr = NDPROXY_A_MLD_LISTENER_ID },
	{ .type = ARG_NONE }
};

/* In the order of the attributes; those from "length" to "memory" are why queries were dropped. */
static const char *const counters[] = {
	"queries_v1", "queries_v2", "reports_v1_in", "reports_v2_in", "dones_in", "reports_v1_out",
	"reports_v2_out", "dones_out", "tx_failed", "length", "source", "hop-limit", "router-alert",
	"checksum", "own", "destination", "group", "sources-missing",
	"general-sources", "version", "queue", "rate", "memory", "not_joined", "ssm_exclude",
	"limit", "version_changes", "mrd_in", "mrd_out",
};

static_assert(NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + ARRAY_SIZE(counters) - 1 ==
	      NDPROXY_A_MLD_COUNTERS_MAX, "each counter needs a name");

#define FIRST_DROP	(NDPROXY_A_MLD_COUNTERS_LENGTH - NDPROXY_A_MLD_COUNTERS_QUERIES_V1)
#define LAST_DROP	(NDPROXY_A_MLD_COUNTERS_MEMORY - NDPROXY_A_MLD_COUNTERS_QUERIES_V1)

/**
 * mld_counter_name() - the name of a counter of the engine
 * @attr: number of its attribute
 *
 * Return: the name; NULL if the attribute is no counter.
 */
const char *mld_counter_name(uint16_t attr)
{
	if (attr < NDPROXY_A_MLD_COUNTERS_QUERIES_V1 || attr > NDPROXY_A_MLD_COUNTERS_MAX)
		return NULL;
	return counters[attr - NDPROXY_A_MLD_COUNTERS_QUERIES_V1];
}

bool mld_counter_is_drop(uint16_t attr)
{
	return attr >= NDPROXY_A_MLD_COUNTERS_LENGTH && attr <= NDPROXY_A_MLD_COUNTERS_MEMORY;
}

static void print_counter(struct nlattr **tb, size_t i)
{
	uint64_t v = attr_u64(tb[NDPROXY_A_MLD_COUNTERS_QUERIES_V1 + i]);

	if (!out.json && !v && !out.details)
		return;
	out_text(" %s", counters[i]);
	out_num(counters[i], " ", v);
}

static void print_counters(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_MLD_COUNTERS_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_MLD_COUNTERS_MAX);
	out_line(4);
	out_text("counters:");
	out_object("counters");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (i < FIRST_DROP || i > LAST_DROP)
			print_counter(tb, i);
	out_object_end();
	out_line(4);
	out_text("drops:");
	out_object("drops");
	for (size_t i = FIRST_DROP; i <= LAST_DROP; i++)
		print_counter(tb, i);
	out_object_end();
}

static void print_parameters(struct nlattr **tb)
{
	out_num("robustness", " robustness ", attr_u32(tb[NDPROXY_A_MLD_LINK_ROBUSTNESS]));
	out_num("query_interval", out.details ? " query-interval " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_QUERY_INTERVAL]));
	out_num("query_response_interval_ms", out.details ? " query-response-interval " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_QUERY_RESPONSE_INTERVAL]));
	out_num("unsolicited_interval_ms", out.details ? " unsolicited-interval " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL]));
	out_int("gsr_delay", out.details ? " gsr-delay " : NULL,
		(int32_t)attr_u32(tb[NDPROXY_A_MLD_LINK_GSR_DELAY]));
	out_num("max_groups", out.details ? " max-groups " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_MAX_GROUPS]));
	out_num("max_group_sources", out.details ? " max-group-sources " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES]));
	out_num("max_listener_sources", out.details ? " max-listener-sources " : NULL,
		attr_u32(tb[NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES]));
}

/* What deviates from the default is told always. */
static void print_proxied(struct nlattr **tb)
{
	bool mrd = attr_u32(tb[NDPROXY_A_MLD_LINK_MRD]);
	bool joins;

	if (tb[NDPROXY_A_MLD_LINK_SNOOP_JOINS]) {
		joins = attr_u32(tb[NDPROXY_A_MLD_LINK_SNOOP_JOINS]);
		out_onoff("snoop_joins", out.details || !joins ? " snoop-joins " : NULL, joins);
		out_num("snooped", joins ? " snooped " : NULL,
			attr_u32(tb[NDPROXY_A_MLD_LINK_SNOOPED]));
	}
	out_onoff("mrd", out.details || mrd ? " mrd " : NULL, mrd);
}

/**
 * mld_link_print() - print a link of the engine
 * @tb: its attributes
 */
void mld_link_print(struct nlattr **tb)
{
	uint32_t mode = attr_u32(tb[NDPROXY_A_MLD_LINK_VERSION_MODE]);

	if (!out.json)
		out_text("%u: ", attr_u32(tb[NDPROXY_A_MLD_LINK_IFINDEX]));
	out_str("ifname", "", C_DEV, attr_str(tb[NDPROXY_A_MLD_LINK_IFNAME]));
	out_num("ifindex", NULL, attr_u32(tb[NDPROXY_A_MLD_LINK_IFINDEX]));
	out_num("version", ": version ", attr_u32(tb[NDPROXY_A_MLD_LINK_VERSION]));
	out_str("version_mode", out.details || mode ? " held-at " : NULL, C_NONE,
		name_of(&mld_version_mode_names, mode));
	out_num("groups", " groups ", attr_u32(tb[NDPROXY_A_MLD_LINK_GROUPS]));
	print_parameters(tb);
	out_bool("silent", " silent", attr_u32(tb[NDPROXY_A_MLD_LINK_SILENT]));
	out_bool("asleep", " asleep", attr_u32(tb[NDPROXY_A_MLD_LINK_ASLEEP]));
	if (tb[NDPROXY_A_MLD_LINK_V1_LEFT])
		out_age("v1_left_ms", " v1-left ", attr_u64(tb[NDPROXY_A_MLD_LINK_V1_LEFT]));
	if (tb[NDPROXY_A_MLD_LINK_ANSWER_LEFT])
		out_age("answer_left_ms", " answer-left ",
			attr_u64(tb[NDPROXY_A_MLD_LINK_ANSWER_LEFT]));
	print_proxied(tb);
	if (out.json || out.stats)
		print_counters(tb[NDPROXY_A_MLD_LINK_COUNTERS]);
}

/**
 * mld_link_message() - print the engine's link of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int mld_link_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_MLD_LINK_MAX);
	out_object(NULL);
	mld_link_print(tb);
	out_object_end();
	out_line_end();
	return 0;
}

static int mld_link_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, args->v[0].set, mld_link_message, NULL);
}

static const struct cmd link_cmds[] = {
	{ "set", NULL, cmd_request, set_args, NDPROXY_CMD_MLD_LINK_SET, CMD_CHANGE },
	{ "show", "list", mld_link_show, show_args, NDPROXY_CMD_MLD_LINK_GET, CMD_DEFAULT },
};

const struct object mld_link_object = {
	.name = "mld link",
	.help = "links that the engine speaks on",
	.cmds = link_cmds,
	.ncmds = ARRAY_SIZE(link_cmds),
};

static const struct cmd cmds[] = {
	{ "listen", NULL, cmd_request, listen_args, NDPROXY_CMD_MLD_LISTENER_NEW, 0 },
	{ "ignore", NULL, cmd_request, ignore_args, NDPROXY_CMD_MLD_LISTENER_DEL, 0 },
};

static const struct object *const parts[] = {
	&mld_link_object,
	&mld_group_object,
	NULL
};

const struct object mld_object = {
	.name = "mld",
	.help = "multicast listener discovery: groups that this node listens to",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
	.parts = parts,
};
