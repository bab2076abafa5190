// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg set_args[] = {
	{ NULL, "NAME", ARG_NAME, .attr = NDPROXY_A_PARAM_NAME },
	{ NULL, "VALUE", ARG_U32, .attr = NDPROXY_A_PARAM_VALUE },
	{ .type = ARG_NONE }
};

static const struct arg show_args[] = {
	{ NULL, "NAME", ARG_NAME, .optional = true, .attr = NDPROXY_A_PARAM_NAME },
	{ .type = ARG_NONE }
};

/**
 * param_message() - print the parameter of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int param_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_PARAM_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_PARAM_MAX);
	out_object(NULL);
	out_str("name", "", C_NONE, attr_str(tb[NDPROXY_A_PARAM_NAME]));
	out_num("value", " ", attr_u32(tb[NDPROXY_A_PARAM_VALUE]));
	out_num("default", " default ", attr_u32(tb[NDPROXY_A_PARAM_DEFAULT]));
	out_num("min", " min ", attr_u32(tb[NDPROXY_A_PARAM_MINIMUM]));
	out_num("max", " max ", attr_u32(tb[NDPROXY_A_PARAM_MAXIMUM]));
	out_object_end();
	out_line_end();
	return 0;
}

static int param_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, args->v[0].set, param_message, NULL);
}

static const struct cmd cmds[] = {
	{ "set", NULL, cmd_request, set_args, NDPROXY_CMD_PARAM_SET, 0 },
	{ "show", "list", param_show, show_args, NDPROXY_CMD_PARAM_GET, CMD_DEFAULT },
};

const struct object param_object = {
	.name = "param",
	.help = "limits and lifetimes of this network namespace",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
