// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg show_args[] = {
	{ NULL, "TARGET", ARG_ADDR, .optional = true, .attr = NDPROXY_A_SOLICIT_TARGET },
	{ .type = ARG_NONE }
};

static void print_solicitor(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_SOLICITOR_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_SOLICITOR_MAX);
	out_line(4);
	out_object(NULL);
	out_addr("addr", "from ", attr_addr(tb[NDPROXY_A_SOLICITOR_ADDR]));
	/* Without a name if the link is gone meanwhile. */
	if (tb[NDPROXY_A_SOLICITOR_IFNAME])
		out_str("dev", " dev ", C_DEV, attr_str(tb[NDPROXY_A_SOLICITOR_IFNAME]));
	out_age("age_ms", " age ", attr_u64(tb[NDPROXY_A_SOLICITOR_AGE]));
	out_object_end();
}

/**
 * solicit_message() - print the solicitation record of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int solicit_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_SOLICIT_MAX + 1];
	const struct nlattr *attr;

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_SOLICIT_MAX);
	out_object(NULL);
	out_addr("target", "", attr_addr(tb[NDPROXY_A_SOLICIT_TARGET]));
	out_prefix("prefix", " prefix ", attr_addr(tb[NDPROXY_A_SOLICIT_PREFIX]),
		   attr_u32(tb[NDPROXY_A_SOLICIT_PREFIX_LEN]));
	out_age("age_ms", " age ", attr_u64(tb[NDPROXY_A_SOLICIT_AGE]));
	out_array("solicitors");
	mnl_attr_for_each(attr, nlh, 4)
		if (mnl_attr_get_type(attr) == NDPROXY_A_SOLICIT_SOLICITOR)
			print_solicitor(attr);
	out_array_end();
	out_object_end();
	out_line_end();
	return 0;
}

static int solicit_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, args->v[0].set, solicit_message, NULL);
}

static const struct cmd cmds[] = {
	{ "show", "list", solicit_show, show_args, NDPROXY_CMD_SOLICIT_GET, CMD_DEFAULT },
};

const struct object solicit_object = {
	.name = "solicit",
	.help = "who asked for which target, and is owed an answer",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
