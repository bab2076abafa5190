// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

enum { ARG_MODE = 2 };

static const struct arg add_args[] = {
	{ NULL, "PREFIX", ARG_PREFIX, .attr = NDPROXY_A_PREFIX_ADDR,
	  .attr2 = NDPROXY_A_PREFIX_PREFIX_LEN },
	{ "dev", "DEV", ARG_DEV, .attr = NDPROXY_A_PREFIX_IFNAME,
	  .attr2 = NDPROXY_A_PREFIX_IFINDEX },
	[ARG_MODE] = { "mode", "MODE", ARG_ENUM, .optional = true, .names = &prefix_mode_names,
		       .attr = NDPROXY_A_PREFIX_MODE },
	{ .type = ARG_NONE }
};

static const struct arg del_args[] = {
	{ NULL, "PREFIX", ARG_PREFIX, .attr = NDPROXY_A_PREFIX_ADDR,
	  .attr2 = NDPROXY_A_PREFIX_PREFIX_LEN },
	{ "dev", "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_PREFIX_IFNAME,
	  .attr2 = NDPROXY_A_PREFIX_IFINDEX },
	{ .type = ARG_NONE }
};

static const struct arg rule_args[] = {
	{ NULL, "PREFIX", ARG_PREFIX, .attr = NDPROXY_A_RULE_ADDR,
	  .attr2 = NDPROXY_A_RULE_PREFIX_LEN },
	{ .type = ARG_NONE }
};

static const struct arg get_args[] = {
	{ NULL, "ADDRESS", ARG_ADDR, .attr = NDPROXY_A_PREFIX_ADDR },
	{ "dev", "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_PREFIX_IFNAME,
	  .attr2 = NDPROXY_A_PREFIX_IFINDEX },
	{ .type = ARG_NONE }
};

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

static void print_sources(uint32_t sources)
{
	const char *lead = " source ";

	out_array("sources");
	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(sources & (UINT32_C(1) << bit)))
			continue;
		out_str("", lead, C_NONE, name_of(&prefix_source_names, bit));
		lead = ",";
	}
	out_array_end();
}

/**
 * prefix_print() - print a prefix
 * @tb: its attributes
 */
void prefix_print(struct nlattr **tb)
{
	uint32_t mode = attr_u32(tb[NDPROXY_A_PREFIX_MODE]);

	out_prefix("prefix", "", attr_addr(tb[NDPROXY_A_PREFIX_ADDR]),
		   attr_u32(tb[NDPROXY_A_PREFIX_PREFIX_LEN]));
	out_str("dev", " dev ", C_DEV, attr_str(tb[NDPROXY_A_PREFIX_IFNAME]));
	out_num("group", " group ", attr_u32(tb[NDPROXY_A_PREFIX_GROUP]));
	out_str("mode", " mode ", C_NONE, name_of(&prefix_mode_names, mode));
	print_sources(attr_u32(tb[NDPROXY_A_PREFIX_SOURCES]));
	out_bool("marked", " marked", attr_u32(tb[NDPROXY_A_PREFIX_MARKED]));
	out_num("records", " records ", attr_u32(tb[NDPROXY_A_PREFIX_RECORDS]));
	out_num("hosts", " hosts ", attr_u32(tb[NDPROXY_A_PREFIX_HOSTS]));
}

static void print_host(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];

	if (!nest)
		return;
	nl_nested(nest, tb, NDPROXY_A_HOST_MAX);
	out_line(4);
	out_object("host");
	host_print(tb);
	out_object_end();
}

/**
 * prefix_message() - print the prefix of a message, and the host in it if there is one
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int prefix_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_PREFIX_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_PREFIX_MAX);
	out_object(NULL);
	prefix_print(tb);
	print_host(tb[NDPROXY_A_PREFIX_HOST]);
	out_object_end();
	out_line_end();
	return 0;
}

/**
 * rule_print() - print a rule
 * @tb: its attributes
 */
void rule_print(struct nlattr **tb)
{
	uint32_t action = attr_u32(tb[NDPROXY_A_RULE_ACTION]);

	out_str("action", "", C_NONE, name_of(&rule_action_names, action));
	out_prefix("prefix", " ", attr_addr(tb[NDPROXY_A_RULE_ADDR]),
		   attr_u32(tb[NDPROXY_A_RULE_PREFIX_LEN]));
}

/**
 * rule_message() - print the rule of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int rule_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_RULE_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_RULE_MAX);
	out_object(NULL);
	rule_print(tb);
	out_object_end();
	out_line_end();
	return 0;
}

/* The verb says which of the two it is. */
static int prefix_rule(const struct cmd *cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd->nlcmd, 0);

	if (!nlh)
		return EXIT_KERNEL;
	if (nl_put_args(nlh, cmd->args, args))
		return EXIT_USAGE;
	mnl_attr_put_u32(nlh, NDPROXY_A_RULE_ACTION, name_find(&rule_action_names, cmd->verb));
	return nl_do(nlh, NULL, NULL);
}

static int prefix_get(const struct cmd *cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd->nlcmd, 0);

	if (!nlh)
		return EXIT_KERNEL;
	return nl_put_args(nlh, cmd->args, args) ?: nl_do(nlh, prefix_message, NULL);
}

/* Where adding again is no failure, a line without a mode still says which: proxy. */
static int prefix_add(const struct cmd *cmd, const struct args *args)
{
	struct args again = *args;
	int ret = cmd_request(cmd, args);

	if (ret || !nl_existed() || args->v[ARG_MODE].set)
		return ret;
	again.v[ARG_MODE].set = true;
	again.v[ARG_MODE].num = NDPROXY_PREFIX_MODE_PROXY;
	return cmd_request(cmd, &again);
}

static int prefix_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, false, prefix_message, NULL);
}

static int prefix_rules(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, false, rule_message, NULL);
}

static const struct cmd cmds[] = {
	{ "add", NULL, prefix_add, add_args, NDPROXY_CMD_PREFIX_NEW, 0 },
	{ "del", "delete", cmd_request, del_args, NDPROXY_CMD_PREFIX_DEL, 0 },
	{ "allow", NULL, prefix_rule, rule_args, NDPROXY_CMD_RULE_NEW, 0 },
	{ "deny", NULL, prefix_rule, rule_args, NDPROXY_CMD_RULE_NEW, 0 },
	{ "rules", NULL, prefix_rules, no_args, NDPROXY_CMD_RULE_GET, 0 },
	{ "get", NULL, prefix_get, get_args, NDPROXY_CMD_PREFIX_GET, 0 },
	{ "show", "list", prefix_show, no_args, NDPROXY_CMD_PREFIX_GET, CMD_DEFAULT },
};

const struct object prefix_object = {
	.name = "prefix",
	.help = "on-link prefixes that span the links of a group",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
