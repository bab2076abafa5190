// SPDX-License-Identifier: GPL-2.0
/* Groups of the multicast listener engine. */
#include <linux/genetlink.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

enum { ARG_AT_GROUP };

static const struct arg show_args[] = {
	[ARG_AT_GROUP] = { NULL, "GROUP", ARG_ADDR, .optional = true,
			   .attr = NDPROXY_A_MLD_GROUP_GROUP },
	{ "dev", "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_MLD_GROUP_IFNAME,
	  .attr2 = NDPROXY_A_MLD_GROUP_IFINDEX },
	{ .type = ARG_NONE }
};

static void print_source(const struct nlattr *attr, bool first)
{
	out_text(first ? " " : ",");
	out_addr("", "", attr_addr(attr));
}

static void print_listener(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_MLD_LISTENER_MAX + 1];
	const struct nlattr *attr;
	bool first = true;

	nl_nested(nest, tb, NDPROXY_A_MLD_LISTENER_MAX);
	out_line(4);
	out_object(NULL);
	out_str("id", "id ", C_NONE, attr_str(tb[NDPROXY_A_MLD_LISTENER_ID]));
	out_str("mode", " ", C_NONE,
		name_of(&mld_mode_names, attr_u32(tb[NDPROXY_A_MLD_LISTENER_MODE])));
	out_array("sources");
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != NDPROXY_A_MLD_LISTENER_SOURCE)
			continue;
		print_source(attr, first);
		first = false;
	}
	out_array_end();
	out_bool("muted", " muted", attr_u32(tb[NDPROXY_A_MLD_LISTENER_MUTED]));
	out_object_end();
}

static void print_left(const char *key, const char *lead, const struct nlattr *attr)
{
	if (attr)
		out_age(key, lead, attr_u64(attr));
}

static enum color state_color(uint32_t state)
{
	switch (state) {
	case NDPROXY_MLD_STATE_NOT_MEMBER:
	case NDPROXY_MLD_STATE_SILENT:
	case NDPROXY_MLD_STATE_SLEEPING:
		return C_BAD;
	case NDPROXY_MLD_STATE_IDLE:
	case NDPROXY_MLD_STATE_LAZY:
		return C_GOOD;
	}
	return C_DOUBT;
}

/**
 * mld_group_print() - print a group
 * @nlh: message with its attributes, of which some stand there many times
 */
void mld_group_print(const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NDPROXY_A_MLD_GROUP_MAX + 1];
	const struct nlattr *attr;
	bool first = true;
	uint32_t state;

	nl_attrs(nlh, tb, NDPROXY_A_MLD_GROUP_MAX);
	state = attr_u32(tb[NDPROXY_A_MLD_GROUP_STATE]);
	out_addr("group", "", attr_addr(tb[NDPROXY_A_MLD_GROUP_GROUP]));
	out_str("dev", " dev ", C_DEV, attr_str(tb[NDPROXY_A_MLD_GROUP_IFNAME]));
	out_str("state", " state ", state_color(state), name_of(&mld_state_names, state));
	out_str("mode", " ", C_NONE,
		name_of(&mld_mode_names, attr_u32(tb[NDPROXY_A_MLD_GROUP_MODE])));
	out_num("nsources", NULL, attr_u32(tb[NDPROXY_A_MLD_GROUP_NSOURCES]));
	out_array("sources");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != NDPROXY_A_MLD_GROUP_SOURCE)
			continue;
		print_source(attr, first);
		first = false;
	}
	out_array_end();
	print_left("change_left_ms", " change-left ", tb[NDPROXY_A_MLD_GROUP_CHANGE_LEFT]);
	print_left("retransmit_left_ms", " retransmit-left ",
		   tb[NDPROXY_A_MLD_GROUP_RETRANSMIT_LEFT]);
	print_left("answer_left_ms", " answer-left ", tb[NDPROXY_A_MLD_GROUP_ANSWER_LEFT]);
	out_bool("cut", " cut", tb[NDPROXY_A_MLD_GROUP_CUT]);
	out_array("listeners");
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == NDPROXY_A_MLD_GROUP_LISTENER)
			print_listener(attr);
	out_array_end();
}

/**
 * mld_group_message() - print the group of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int mld_group_message(const struct nlmsghdr *nlh, void *data)
{
	(void)data;
	out_object(NULL);
	mld_group_print(nlh);
	out_object_end();
	out_line_end();
	return 0;
}

static int mld_group_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, args->v[ARG_AT_GROUP].set, mld_group_message, NULL);
}

static const struct cmd cmds[] = {
	{ "show", "list", mld_group_show, show_args, NDPROXY_CMD_MLD_GROUP_GET, CMD_DEFAULT },
};

const struct object mld_group_object = {
	.name = "mld group",
	.help = "groups listened to, and who listens",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
