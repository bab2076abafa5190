// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg set_args[] = {
	{ NULL, "DEV", ARG_DEV, .attr = NDPROXY_A_LINK_IFNAME, .attr2 = NDPROXY_A_LINK_IFINDEX },
	{ "role", "ROLE", ARG_ENUM, .optional = true, .names = &role_names,
	  .attr = NDPROXY_A_LINK_ROLE },
	{ "group", "N", ARG_U32, .optional = true, .attr = NDPROXY_A_LINK_GROUP },
	{ "nd", "on | off", ARG_BOOL, .optional = true, .attr = NDPROXY_A_LINK_ND },
	{ "override", "OVERRIDE", ARG_ENUM, .optional = true, .names = &override_names,
	  .attr = NDPROXY_A_LINK_OVERRIDE },
	{ "na-source", "SOURCE", ARG_ENUM, .optional = true, .names = &na_source_names,
	  .attr = NDPROXY_A_LINK_NA_SOURCE },
	{ "ra-guard", "GUARD", ARG_ENUM, .optional = true, .names = &ra_guard_names,
	  .attr = NDPROXY_A_LINK_RA_GUARD },
	{ "force", NULL, ARG_FLAG, .optional = true, .attr = NDPROXY_A_LINK_FORCE },
	{ "guard", "on | off", ARG_BOOL, .optional = true, .attr = NDPROXY_A_LINK_GUARD },
	{ .type = ARG_NONE }
};

static const struct arg show_args[] = {
	{ NULL, "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_LINK_IFNAME,
	  .attr2 = NDPROXY_A_LINK_IFINDEX },
	{ .type = ARG_NONE }
};

enum color link_state_color(uint32_t state)
{
	switch (state) {
	case NDPROXY_LINK_STATE_ACTIVE:
		return C_GOOD;
	case NDPROXY_LINK_STATE_WAITING:
		return C_DOUBT;
	}
	return C_BAD;
}

/* In text, those that are as they are by themselves are left out. */
static void print_setting(const char *key, const char *lead, bool on, bool by_itself)
{
	out_onoff(key, out.details || on != by_itself ? lead : NULL, on);
}

static void print_settings(struct nlattr **tb)
{
	uint32_t override = attr_u32(tb[NDPROXY_A_LINK_OVERRIDE]);
	uint32_t na_source = attr_u32(tb[NDPROXY_A_LINK_NA_SOURCE]);
	uint32_t ra_guard = attr_u32(tb[NDPROXY_A_LINK_RA_GUARD]);

	print_setting("nd", " nd ", attr_u32(tb[NDPROXY_A_LINK_ND]), true);
	out_str("override", out.details || override ? " override " : NULL, C_NONE,
		name_of(&override_names, override));
	out_str("na_source", out.details || na_source ? " na-source " : NULL, C_NONE,
		name_of(&na_source_names, na_source));
	out_str("ra_guard", out.details || ra_guard != NDPROXY_RA_GUARD_ON ? " ra-guard " : NULL,
		C_NONE, name_of(&ra_guard_names, ra_guard));
	print_setting("guard", " guard ", attr_u32(tb[NDPROXY_A_LINK_GUARD]), true);
}

/**
 * link_settings_print() - print the settings of a link that are not as they are by themselves
 * @tb: its attributes
 */
void link_settings_print(struct nlattr **tb)
{
	print_settings(tb);
}

/**
 * link_print() - print a link
 * @tb: its attributes
 */
void link_print(struct nlattr **tb)
{
	uint32_t state = attr_u32(tb[NDPROXY_A_LINK_STATE]);
	uint32_t role = attr_u32(tb[NDPROXY_A_LINK_ROLE]);

	if (tb[NDPROXY_A_LINK_IFINDEX] && !out.json)
		out_text("%u: ", attr_u32(tb[NDPROXY_A_LINK_IFINDEX]));
	out_str("ifname", "", C_DEV, attr_str(tb[NDPROXY_A_LINK_IFNAME]));
	if (tb[NDPROXY_A_LINK_IFINDEX])
		out_num("ifindex", NULL, attr_u32(tb[NDPROXY_A_LINK_IFINDEX]));
	out_str("role", ": role ", C_NONE, name_of(&role_names, role));
	out_num("group", " group ", attr_u32(tb[NDPROXY_A_LINK_GROUP]));
	out_str("state", " state ", link_state_color(state), name_of(&link_state_names, state));
	print_settings(tb);
	out_bool("allmulti", out.details ? " allmulti" : NULL,
		 attr_u32(tb[NDPROXY_A_LINK_ALLMULTI]));
	out_num("prefixes", " prefixes ", attr_u32(tb[NDPROXY_A_LINK_PREFIXES]));
	out_num("hosts", " hosts ", attr_u32(tb[NDPROXY_A_LINK_HOSTS]));
	if (tb[NDPROXY_A_LINK_REASON])
		out_str("reason", " reason ", C_BAD, attr_str(tb[NDPROXY_A_LINK_REASON]));
	if (tb[NDPROXY_A_LINK_SUSPENDED_FOR])
		out_num("suspended_for", " suspended-for ",
			attr_u32(tb[NDPROXY_A_LINK_SUSPENDED_FOR]));
	if (tb[NDPROXY_A_LINK_NEXT_TEST])
		out_num("next_test", " next-test ", attr_u32(tb[NDPROXY_A_LINK_NEXT_TEST]));
}

/* The counters of a link among all of them. */
static const struct nlmsghdr *find_stats(const struct nl_list *stats, const char *ifname)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1];

	for (size_t i = 0; i < stats->n; i++) {
		nl_attrs(stats->msg[i], tb, NDPROXY_A_STATS_MAX);
		if (!strcmp(attr_str(tb[NDPROXY_A_STATS_IFNAME]), ifname))
			return stats->msg[i];
	}
	return NULL;
}

static void print_stats(const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1];

	if (!nlh)
		return;
	nl_attrs(nlh, tb, NDPROXY_A_STATS_MAX);
	out_object("stats");
	stats_print(tb);
	out_object_end();
}

/**
 * link_message() - print the link of a message
 * @nlh: the message
 * @data: struct nl_list with the counters of the links, or NULL
 *
 * Return: 0
 */
int link_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];

	nl_attrs(nlh, tb, NDPROXY_A_LINK_MAX);
	out_object(NULL);
	link_print(tb);
	if (data)
		print_stats(find_stats(data, attr_str(tb[NDPROXY_A_LINK_IFNAME])));
	out_object_end();
	out_line_end();
	return 0;
}

static int link_show(const struct cmd *cmd, const struct args *args)
{
	bool one = args->v[0].set;
	struct nl_list stats = { 0 };
	struct nlmsghdr *nlh;
	int ret;

	if (!out.stats)
		return cmd_show(cmd, args, one, link_message, NULL);
	nlh = nl_request(NDPROXY_CMD_STATS_GET, NLM_F_DUMP);
	if (!nlh)
		return EXIT_KERNEL;
	ret = nl_collect(nlh, &stats);
	if (!ret)
		ret = cmd_show(cmd, args, one, link_message, &stats);
	nl_list_free(&stats);
	return ret;
}

static const struct cmd cmds[] = {
	{ "set", NULL, cmd_request, set_args, NDPROXY_CMD_LINK_SET, CMD_CHANGE },
	{ "show", "list", link_show, show_args, NDPROXY_CMD_LINK_GET, CMD_DEFAULT },
};

const struct object link_object = {
	.name = "link",
	.help = "network interfaces and their roles",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
