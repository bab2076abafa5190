// SPDX-License-Identifier: GPL-2.0
/*
 * Prints what is configured, and which hosts are known, as commands that "restore" takes back. Each
 * command is made from the very table that its parser reads: an option that can be set, and that
 * the kernel tells, is saved without a word about it here.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"
#include "state.h"

#define MAX_ATTRS	64

/* Where it is printed, and how much. */
static FILE *to;
static enum save_how how;

/* What an option has when it is left out, which it is then. */
struct preset {
	uint16_t attr;
	uint32_t value;
};

/**
 * struct section - the objects of one kind, and the command that makes one
 * @obj: whose command it is
 * @verb: its word
 * @get: the dump
 * @configured: attribute of the request: what was configured, in use or not; 0: none
 * @presets: ended by attribute 0
 * @wanted: the object is saved; NULL: all are
 * @untold: may a preset be said that the kernel did not tell? NULL: yes
 * @words: at the end of each line
 */
struct section {
	const struct object *obj;
	const char *verb;
	uint8_t get;
	uint16_t configured;
	const struct preset *presets;
	bool (*wanted)(const struct section *section, struct nlattr **tb);
	bool (*untold)(const struct arg *arg, struct nlattr **tb);
	const char *words;
};

static void put_addr(const struct nlattr *attr)
{
	struct in6_addr addr = attr_addr(attr);
	char text[INET6_ADDRSTRLEN];

	fprintf(to, " %s", inet_ntop(AF_INET6, &addr, text, sizeof(text)));
}

static void put_lladdr(const struct nlattr *attr)
{
	struct octets octets = attr_octets(attr);

	for (uint16_t i = 0; i < octets.len; i++)
		fprintf(to, "%c%02x", i ? ':' : ' ', octets.data[i]);
}

static void put_number(const struct arg *arg, uint32_t v)
{
	if (arg->type == ARG_ENUM)
		fprintf(to, " %s", name_of(arg->names, v));
	else if (arg->type == ARG_BOOL)
		fprintf(to, " %s", v ? "on" : "off");
	else if (arg->type == ARG_S32)
		fprintf(to, " %d", (int32_t)v);
	else
		fprintf(to, " %u", v);
}

static void put_dev(const struct arg *arg, const char *name)
{
	/* A device of that name stands behind the word. */
	if (!arg->key && !strcmp(name, "dev"))
		fputs(" dev", to);
	word_put(to, name);
}

static void put_value(const struct arg *arg, struct nlattr **tb)
{
	const struct nlattr *attr = tb[arg->attr];

	switch (arg->type) {
	case ARG_NONE:
	case ARG_FLAG:
	case ARG_ADDRS:
		break;
	case ARG_DEV:
		put_dev(arg, attr_str(attr));
		break;
	case ARG_NAME:
		word_put(to, attr_str(attr));
		break;
	case ARG_U32:
	case ARG_S32:
	case ARG_BOOL:
	case ARG_ENUM:
		put_number(arg, attr_u32(attr));
		break;
	case ARG_ADDR:
		put_addr(attr);
		break;
	case ARG_PREFIX:
		put_addr(attr);
		fprintf(to, "/%u", attr_u32(tb[arg->attr2]));
		break;
	case ARG_LLADDR:
		put_lladdr(attr);
		break;
	}
}

static const struct preset *find_preset(const struct section *section, const struct arg *arg)
{
	for (const struct preset *preset = section->presets; preset && preset->attr; preset++)
		if (preset->attr == arg->attr)
			return preset;
	return NULL;
}

static bool is_left_out(const struct section *section, const struct arg *arg,
			const struct nlattr *attr)
{
	const struct preset *preset = find_preset(section, arg);

	if (arg->type == ARG_FLAG)
		return attr_octets(attr).len && !attr_u32(attr);
	return how == SAVE_BRIEF && preset && arg->optional && attr_u32(attr) == preset->value;
}

/* The kernel tells it only if it was set: without it the preset holds. */
static bool put_untold(const struct section *section, const struct arg *arg, struct nlattr **tb)
{
	const struct preset *preset = find_preset(section, arg);

	if (tb[arg->attr] || !preset || how != SAVE_WHOLE ||
	    (section->untold && !section->untold(arg, tb)))
		return false;
	if (arg->key)
		fprintf(to, " %s", arg->key);
	put_number(arg, preset->value);
	return true;
}

static void put_arg(const struct section *section, const struct arg *arg, struct nlattr **tb)
{
	if (put_untold(section, arg, tb) || !tb[arg->attr] ||
	    is_left_out(section, arg, tb[arg->attr]))
		return;
	if (arg->key)
		fprintf(to, " %s", arg->key);
	put_value(arg, tb);
}

/* Without these a command would say something else, or nothing. */
static int need_args(const struct arg *arg, struct nlattr **tb)
{
	const char *name;

	for (; arg->type != ARG_NONE; arg++) {
		name = arg->meta ?: arg->key;
		if (!arg->optional && arg->attr && attr_need(tb[arg->attr], name))
			return EXIT_KERNEL;
		if (!arg->optional && arg->type == ARG_PREFIX && attr_need(tb[arg->attr2], name))
			return EXIT_KERNEL;
	}
	return EXIT_OK;
}

static int save_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[MAX_ATTRS + 1];
	const struct section *section = data;
	const struct cmd *cmd = cmd_find(section->obj, section->verb);

	nl_attrs(nlh, tb, MAX_ATTRS);
	if (section->wanted && !section->wanted(section, tb))
		return 0;
	if (need_args(cmd->args, tb))
		return EXIT_KERNEL;
	fprintf(to, "%s %s", section->obj->name, section->verb);
	for (const struct arg *arg = cmd->args; arg->type != ARG_NONE; arg++)
		if (arg->attr)
			put_arg(section, arg, tb);
	fprintf(to, "%s\n", section->words ? section->words : "");
	return ferror(to) ? EXIT_KERNEL : 0;
}

static int save_section(const struct section *section)
{
	struct nlmsghdr *nlh = nl_request(section->get, NLM_F_DUMP);

	if (!nlh)
		return EXIT_KERNEL;
	if (section->configured)
		mnl_attr_put(nlh, section->configured, 0, NULL);
	return nl_show(nlh, save_message, (void *)section);
}

/* --- what is saved, in the order in which it can be restored --- */

static bool param_is_changed(const struct section *section, struct nlattr **tb)
{
	(void)section;
	if (how == SAVE_DEFAULTS)
		tb[NDPROXY_A_PARAM_VALUE] = tb[NDPROXY_A_PARAM_DEFAULT];
	if (how != SAVE_BRIEF)
		return true;
	return attr_u32(tb[NDPROXY_A_PARAM_VALUE]) != attr_u32(tb[NDPROXY_A_PARAM_DEFAULT]);
}

static bool rule_has_verb(const struct section *section, struct nlattr **tb)
{
	return !strcmp(section->verb,
		       name_of(&rule_action_names, attr_u32(tb[NDPROXY_A_RULE_ACTION])));
}

static bool host_is_learnt(const struct section *section, struct nlattr **tb)
{
	uint32_t state = attr_u32(tb[NDPROXY_A_HOST_STATE]);

	(void)section;
	return state != NDPROXY_HOST_STATE_STATIC && state != NDPROXY_HOST_STATE_TENTATIVE;
}

static const struct preset link_presets[] = {
	{ NDPROXY_A_LINK_GROUP, 0 },
	{ NDPROXY_A_LINK_ND, 1 },
	{ NDPROXY_A_LINK_OVERRIDE, NDPROXY_OVERRIDE_KEEP },
	{ NDPROXY_A_LINK_NA_SOURCE, NDPROXY_NA_SOURCE_AUTO },
	{ NDPROXY_A_LINK_RA_GUARD, NDPROXY_RA_GUARD_ON },
	{ NDPROXY_A_LINK_GUARD, 1 },
	{ 0 }
};

static const struct preset prefix_presets[] = {
	{ NDPROXY_A_PREFIX_MODE, NDPROXY_PREFIX_MODE_PROXY },
	{ 0 }
};

static const struct preset mld_link_presets[] = {
	{ NDPROXY_A_MLD_LINK_VERSION_MODE, NDPROXY_MLD_VERSION_MODE_AUTO },
	{ NDPROXY_A_MLD_LINK_ROBUSTNESS, 2 },
	{ NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL, 1000 },
	{ NDPROXY_A_MLD_LINK_GSR_DELAY, 10 },
	{ NDPROXY_A_MLD_LINK_MAX_GROUPS, 65536 },
	{ NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES, 1024 },
	{ NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES, 128 },
	{ NDPROXY_A_MLD_LINK_SNOOP_JOINS, 1 },
	{ NDPROXY_A_MLD_LINK_MRD, 0 },
	{ 0 }
};

/* An engine that is off takes no settings, and one apart from the proxy joins for no hosts. */
static bool mld_link_untold(const struct arg *arg, struct nlattr **tb)
{
	return attr_u32(tb[NDPROXY_A_MLD_LINK_ENABLED]) &&
	       arg->attr != NDPROXY_A_MLD_LINK_SNOOP_JOINS;
}

static const struct preset host_presets[] = {
	{ NDPROXY_A_HOST_EVIDENCE, NDPROXY_EVIDENCE_STATIC },
	{ 0 }
};

static const struct section sections[] = {
	{ &param_object, "set", NDPROXY_CMD_PARAM_GET, .wanted = param_is_changed },
	{ &prefix_object, "allow", NDPROXY_CMD_RULE_GET, .wanted = rule_has_verb },
	{ &prefix_object, "deny", NDPROXY_CMD_RULE_GET, .wanted = rule_has_verb },
	{ &link_object, "set", NDPROXY_CMD_LINK_GET, .presets = link_presets },
	{ &prefix_object, "add", NDPROXY_CMD_PREFIX_GET, .presets = prefix_presets,
	  .configured = NDPROXY_A_PREFIX_CONFIGURED },
	{ &mld_link_object, "set", NDPROXY_CMD_MLD_LINK_GET, .presets = mld_link_presets,
	  .untold = mld_link_untold, .configured = NDPROXY_A_MLD_LINK_CONFIGURED },
};

static const struct section host_sections[] = {
	{ &host_object, "add", NDPROXY_CMD_HOST_GET, .presets = host_presets,
	  .configured = NDPROXY_A_HOST_CONFIGURED, .words = " wait" },
	{ &host_object, "add", NDPROXY_CMD_HOST_GET, .wanted = host_is_learnt, .words = " wait" },
};

/* --- listeners: many within the message of a group --- */

/* Those that the kernel's sockets and the proxy itself stand for come back by themselves. */
static bool listener_is_configured(struct nlattr **tb)
{
	const char *id = attr_str(tb[NDPROXY_A_MLD_LISTENER_ID]);

	return strcmp(id, "kernel") && strcmp(id, "ndproxy");
}

static int save_listener(const struct nlattr *nest, struct nlattr **group)
{
	struct nlattr *tb[NDPROXY_A_MLD_LISTENER_MAX + 1];
	static const struct arg mode = { .type = ARG_ENUM, .names = &mld_mode_names };
	static const struct arg dev = { .type = ARG_DEV };
	const struct nlattr *source;

	nl_nested(nest, tb, NDPROXY_A_MLD_LISTENER_MAX);
	if (!listener_is_configured(tb))
		return EXIT_OK;
	if (attr_need(group[NDPROXY_A_MLD_GROUP_IFNAME], "DEV") ||
	    attr_need(group[NDPROXY_A_MLD_GROUP_GROUP], "GROUP") ||
	    attr_need(tb[NDPROXY_A_MLD_LISTENER_ID], "NAME") ||
	    attr_need(tb[NDPROXY_A_MLD_LISTENER_MODE], "MODE"))
		return EXIT_KERNEL;
	fputs("mld listen", to);
	put_dev(&dev, attr_str(group[NDPROXY_A_MLD_GROUP_IFNAME]));
	put_addr(group[NDPROXY_A_MLD_GROUP_GROUP]);
	fputs(" id", to);
	word_put(to, attr_str(tb[NDPROXY_A_MLD_LISTENER_ID]));
	put_number(&mode, attr_u32(tb[NDPROXY_A_MLD_LISTENER_MODE]));
	mnl_attr_for_each_nested(source, nest)
		if (mnl_attr_get_type(source) == NDPROXY_A_MLD_LISTENER_SOURCE)
			put_addr(source);
	putc('\n', to);
	return EXIT_OK;
}

static void tell_cut(struct nlattr **group)
{
	struct in6_addr addr = attr_addr(group[NDPROXY_A_MLD_GROUP_GROUP]);
	char text[INET6_ADDRSTRLEN];

	fprintf(stderr, "Error: Not all listeners of %s on %s are saved: they are too many.\n",
		inet_ntop(AF_INET6, &addr, text, sizeof(text)),
		attr_str(group[NDPROXY_A_MLD_GROUP_IFNAME]));
}

/* @data: set if not all could be told */
static int save_listeners_of(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_MLD_GROUP_MAX + 1];
	const struct nlattr *attr;
	bool *cut = data;
	int ret = 0;

	nl_attrs(nlh, tb, NDPROXY_A_MLD_GROUP_MAX);
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (!ret && mnl_attr_get_type(attr) == NDPROXY_A_MLD_GROUP_LISTENER)
			ret = save_listener(attr, tb);
	/* Who compares states changes none of these listeners. */
	if (tb[NDPROXY_A_MLD_GROUP_CUT] && how == SAVE_BRIEF) {
		tell_cut(tb);
		*cut = true;
	}
	return ret;
}

/* What a message of a dump had no room for is asked for by itself, which has more. */
static int save_group(const struct nlmsghdr *nlh, bool *cut)
{
	struct nlattr *tb[NDPROXY_A_MLD_GROUP_MAX + 1];
	struct nlmsghdr *req;
	struct in6_addr addr;

	nl_attrs(nlh, tb, NDPROXY_A_MLD_GROUP_MAX);
	if (!tb[NDPROXY_A_MLD_GROUP_CUT])
		return save_listeners_of(nlh, cut);
	if (attr_need(tb[NDPROXY_A_MLD_GROUP_IFINDEX], "DEV") ||
	    attr_need(tb[NDPROXY_A_MLD_GROUP_GROUP], "GROUP"))
		return EXIT_KERNEL;
	addr = attr_addr(tb[NDPROXY_A_MLD_GROUP_GROUP]);
	req = nl_request(NDPROXY_CMD_MLD_GROUP_GET, 0);
	if (!req)
		return EXIT_KERNEL;
	mnl_attr_put_u32(req, NDPROXY_A_MLD_GROUP_IFINDEX,
			 attr_u32(tb[NDPROXY_A_MLD_GROUP_IFINDEX]));
	mnl_attr_put(req, NDPROXY_A_MLD_GROUP_GROUP, sizeof(addr), &addr);
	return nl_get(req, save_listeners_of, cut);
}

static int save_listeners(bool *cut)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_MLD_GROUP_GET, NLM_F_DUMP);
	struct nl_list list = { 0 };
	int ret;

	if (!nlh)
		return EXIT_KERNEL;
	ret = nl_collect(nlh, &list);
	for (size_t i = 0; i < list.n && !ret; i++)
		ret = save_group(list.msg[i], cut);
	nl_list_free(&list);
	return ret;
}

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

/**
 * save_print() - print the configuration and the hosts, as commands
 * @f: where to
 * @what: how much of it
 *
 * What cannot be told whole is a failure in the end; the rest is printed nevertheless.
 *
 * Return: the exit code.
 */
int save_print(FILE *f, enum save_how what)
{
	size_t n = what == SAVE_DEFAULTS ? 1 : ARRAY_SIZE(sections);
	bool cut = false;
	int ret = EXIT_OK;

	to = f;
	how = what;
	for (size_t i = 0; i < n && !ret; i++)
		ret = save_section(&sections[i]);
	if (what == SAVE_DEFAULTS)
		return ret;
	if (!ret)
		ret = save_listeners(&cut);
	for (size_t i = 0; i < ARRAY_SIZE(host_sections) && !ret; i++)
		ret = save_section(&host_sections[i]);
	return ret || !cut ? ret : EXIT_KERNEL;
}

static int save_run(const struct cmd *cmd, const struct args *args)
{
	(void)cmd;
	(void)args;
	/* Commands are text, whatever the options say. */
	out.json = false;
	return save_print(stdout, SAVE_BRIEF);
}

static const struct cmd cmds[] = {
	{ NULL, NULL, save_run, no_args, 0, 0 },
};

const struct object save_object = {
	.name = "save",
	.help = "the configuration and the learnt hosts, as commands",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
