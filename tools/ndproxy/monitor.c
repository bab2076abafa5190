// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg monitor_args[] = {
	{ "-t", NULL, ARG_FLAG, .optional = true },
	{ .type = ARG_NONE }
};

static void print_time(void)
{
	char text[64], full[80];
	struct timeval tv;
	struct tm tm;

	gettimeofday(&tv, NULL);
	localtime_r(&tv.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(full, sizeof(full), "%s.%06ld", text, (long)tv.tv_usec);
	out_text("[");
	out_str("timestamp", "", C_NONE, full);
	out_text("] ");
}

static enum color event_color(uint32_t type)
{
	switch (type) {
	case NDPROXY_EVENT_TYPE_PREFIX_ADD:
	case NDPROXY_EVENT_TYPE_LINK_UP:
	case NDPROXY_EVENT_TYPE_HOST_LEARNT:
		return C_GOOD;
	case NDPROXY_EVENT_TYPE_HOST_MOVED:
	case NDPROXY_EVENT_TYPE_HOST_REFUSED:
	case NDPROXY_EVENT_TYPE_MLD_VERSION:
		return C_DOUBT;
	}
	return C_BAD;
}

static void print_limit(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_LIMIT_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_LIMIT_MAX);
	out_str("limit", "", C_NONE, name_of(&drop_names, attr_u32(tb[NDPROXY_A_LIMIT_REASON])));
	if (tb[NDPROXY_A_LIMIT_IFNAME])
		out_str("dev", " dev ", C_DEV, attr_str(tb[NDPROXY_A_LIMIT_IFNAME]));
	if (tb[NDPROXY_A_LIMIT_ADDR])
		out_addr("addr", " addr ", attr_addr(tb[NDPROXY_A_LIMIT_ADDR]));
}

static void print_mld(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_MLD_EVENT_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_MLD_EVENT_MAX);
	out_str("dev", "dev ", C_DEV, attr_str(tb[NDPROXY_A_MLD_EVENT_IFNAME]));
	if (tb[NDPROXY_A_MLD_EVENT_GROUP])
		out_addr("group", " group ", attr_addr(tb[NDPROXY_A_MLD_EVENT_GROUP]));
	out_num("version", " version ", attr_u32(tb[NDPROXY_A_MLD_EVENT_VERSION]));
}

static void print_ra(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_RA_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_RA_MAX);
	out_str("dev", "dev ", C_DEV, attr_str(tb[NDPROXY_A_RA_IFNAME]));
	if (tb[NDPROXY_A_RA_ADDR])
		out_addr("from", " from ", attr_addr(tb[NDPROXY_A_RA_ADDR]));
	out_num("lifetime", " lifetime ", attr_u32(tb[NDPROXY_A_RA_LIFETIME]));
	out_bool("proxy", " proxy", attr_u32(tb[NDPROXY_A_RA_PROXY]));
	out_str("verdict", " verdict ", C_NONE,
		name_of(&ra_verdict_names, attr_u32(tb[NDPROXY_A_RA_VERDICT])));
}

static void print_link(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_LINK_MAX);
	link_print(tb);
}

static void print_prefix(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_PREFIX_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_PREFIX_MAX);
	prefix_print(tb);
}

static void print_host(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_HOST_MAX);
	host_print(tb);
}

/* Who said to have a host, and did not get it. */
static void print_claim(struct nlattr **tb)
{
	struct octets lladdr = attr_octets(tb[NDPROXY_A_EVENT_CLAIM_LLADDR]);

	out_str("claim_dev", " claimed-on ", C_DEV, attr_str(tb[NDPROXY_A_EVENT_CLAIM_IFNAME]));
	if (lladdr.len)
		out_lladdr("claim_lladdr", " by ", lladdr.data, lladdr.len);
}

/**
 * event_print() - print an event
 * @tb: its attributes
 */
void event_print(struct nlattr **tb)
{
	uint32_t type = attr_u32(tb[NDPROXY_A_EVENT_TYPE]);

	out_str("event", "", event_color(type), name_of(&event_names, type));
	out_text(" ");
	if (tb[NDPROXY_A_EVENT_LINK])
		print_link(tb[NDPROXY_A_EVENT_LINK]);
	if (tb[NDPROXY_A_EVENT_PREFIX])
		print_prefix(tb[NDPROXY_A_EVENT_PREFIX]);
	if (tb[NDPROXY_A_EVENT_HOST])
		print_host(tb[NDPROXY_A_EVENT_HOST]);
	if (tb[NDPROXY_A_EVENT_LIMIT])
		print_limit(tb[NDPROXY_A_EVENT_LIMIT]);
	if (tb[NDPROXY_A_EVENT_MLD])
		print_mld(tb[NDPROXY_A_EVENT_MLD]);
	if (tb[NDPROXY_A_EVENT_RA])
		print_ra(tb[NDPROXY_A_EVENT_RA]);
	if (tb[NDPROXY_A_EVENT_OLD_IFNAME])
		out_str("old_dev", " was-on ", C_DEV, attr_str(tb[NDPROXY_A_EVENT_OLD_IFNAME]));
	if (tb[NDPROXY_A_EVENT_CLAIM_IFNAME])
		print_claim(tb);
}

/**
 * event_message() - print the event of a message, as one line, at once
 * @nlh: the message
 * @data: unused
 *
 * Return: 0, or EXIT_KERNEL when nobody reads any more.
 */
int event_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_EVENT_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_EVENT_MAX);
	out_object(NULL);
	if (out.timestamp)
		print_time();
	event_print(tb);
	out_object_end();
	out_line_end();
	out_document_end();
	return ferror(stdout) ? EXIT_KERNEL : 0;
}

static int monitor_run(const struct cmd *cmd, const struct args *args)
{
	(void)cmd;
	out.pretty = false;
	if (args->v[0].set)
		out.timestamp = true;
	return nl_listen(event_message, NULL);
}

static const struct cmd cmds[] = {
	{ NULL, NULL, monitor_run, monitor_args, NDPROXY_CMD_EVENT, 0 },
};

const struct object monitor_object = {
	.name = "monitor",
	.help = "what happens, as it happens",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
