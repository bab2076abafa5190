// SPDX-License-Identifier: GPL-2.0
#include <assert.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

static const struct arg dev_args[] = {
	{ NULL, "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_STATS_IFNAME,
	  .attr2 = NDPROXY_A_STATS_IFINDEX },
	{ .type = ARG_NONE }
};

const struct stats_counter stats_counters[] = {
	{ NDPROXY_A_STATS_NS_IN, "ns_in", "ns-in " },
	{ NDPROXY_A_STATS_NS_OUT, "ns_out", " ns-out " },
	{ NDPROXY_A_STATS_NA_IN, "na_in", " na-in " },
	{ NDPROXY_A_STATS_NA_OUT, "na_out", " na-out " },
	{ NDPROXY_A_STATS_DAD_IN, "dad_in", " dad-in " },
	{ NDPROXY_A_STATS_DAD_OUT, "dad_out", " dad-out " },
	{ NDPROXY_A_STATS_ANSWERS, "answers", " answers " },
	{ NDPROXY_A_STATS_HELD, "held", " held " },
	{ NDPROXY_A_STATS_DELIVERED, "delivered", " delivered " },
	{ 0 }
};

/* The attributes of the drops stand in the order of the reasons, the padding for none. */
static_assert((int)NDPROXY_A_DROPS_MAX == (int)NDPROXY_DROP_REASON_MAX + NDPROXY_A_DROPS_PAD,
	      "each reason has its counter");

static void print_drops(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_DROPS_MAX + 1];
	bool any = false;
	uint64_t v;

	nl_nested(nest, tb, NDPROXY_A_DROPS_MAX);
	out_object("drops");
	for (uint32_t r = NDPROXY_DROP_REASON_HOP_LIMIT; r <= NDPROXY_DROP_REASON_MAX; r++) {
		v = attr_u64(tb[NDPROXY_A_DROPS_PAD + r]);
		if (!out.json && !v && !out.details)
			continue;
		if (!any)
			out_line(4);
		out_text(any ? " " : "drops: ");
		any = true;
		out_text("%s", name_of(&drop_names, r));
		out_num(name_of(&drop_names, r), " ", v);
	}
	out_object_end();
}

/**
 * stats_print() - print the counters of a link
 * @tb: their attributes
 */
void stats_print(struct nlattr **tb)
{
	out_line(4);
	for (const struct stats_counter *c = stats_counters; c->key; c++)
		out_num(c->key, c->lead, attr_u64(tb[c->attr]));
	print_drops(tb[NDPROXY_A_STATS_DROPS]);
}

static void print_gauges(const struct nlattr *nest)
{
	struct nlattr *tb[NDPROXY_A_GAUGES_MAX + 1];

	nl_nested(nest, tb, NDPROXY_A_GAUGES_MAX);
	out_object("gauges");
	out_num("links", "links ", attr_u32(tb[NDPROXY_A_GAUGES_LINKS]));
	out_num("prefixes", " prefixes ", attr_u32(tb[NDPROXY_A_GAUGES_PREFIXES]));
	out_num("hosts", " hosts ", attr_u32(tb[NDPROXY_A_GAUGES_HOSTS]));
	out_num("records", " records ", attr_u32(tb[NDPROXY_A_GAUGES_RECORDS]));
	out_object_end();
	out_line_end();
}

static void print_link(struct nlattr **tb)
{
	out_object(NULL);
	out_str("ifname", "", C_DEV, attr_str(tb[NDPROXY_A_STATS_IFNAME]));
	out_text(":");
	stats_print(tb);
	out_object_end();
	out_line_end();
}

/* The gauges come in a message of their own, at the end of a dump. */
static int stats_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1];
	bool *links_open = data;

	nl_attrs(nlh, tb, NDPROXY_A_STATS_MAX);
	if (!tb[NDPROXY_A_STATS_GAUGES]) {
		print_link(tb);
		return 0;
	}
	if (*links_open)
		out_array_end();
	*links_open = false;
	print_gauges(tb[NDPROXY_A_STATS_GAUGES]);
	return 0;
}

static int stats_show(const struct cmd *cmd, const struct args *args)
{
	bool one = args->v[0].set;
	bool links_open = true;
	struct nlmsghdr *nlh;
	int ret;

	nlh = nl_request(cmd->nlcmd, one ? 0 : NLM_F_DUMP);
	if (!nlh)
		return EXIT_KERNEL;
	ret = nl_put_args(nlh, cmd->args, args);
	if (ret)
		return ret;
	out_object(NULL);
	out_array("links");
	ret = one ? nl_do(nlh, stats_message, &links_open) :
		nl_show(nlh, stats_message, &links_open);
	if (ret)
		return ret;
	if (links_open)
		out_array_end();
	out_object_end();
	return EXIT_OK;
}

static const struct cmd cmds[] = {
	{ "show", "list", stats_show, dev_args, NDPROXY_CMD_STATS_GET, CMD_DEFAULT },
	{ "reset", NULL, cmd_request, dev_args, NDPROXY_CMD_STATS_RESET, 0 },
};

const struct object stats_object = {
	.name = "stats",
	.help = "counters of each link, and why messages were dropped",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
