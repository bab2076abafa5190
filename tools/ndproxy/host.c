// SPDX-License-Identifier: GPL-2.0
#include <net/if.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"

enum { ARG_HOST, ARG_ON, ARG_AT };

static const struct arg add_args[] = {
	[ARG_HOST] = { NULL, "ADDRESS", ARG_ADDR, .attr = NDPROXY_A_HOST_ADDR },
	[ARG_ON] = { "dev", "DEV", ARG_DEV, .attr = NDPROXY_A_HOST_IFNAME,
		     .attr2 = NDPROXY_A_HOST_IFINDEX },
	[ARG_AT] = { "lladdr", "LLADDR", ARG_LLADDR, .optional = true,
		     .attr = NDPROXY_A_HOST_LLADDR },
	{ "evidence", "EVIDENCE", ARG_ENUM, .optional = true, .names = &evidence_names,
	  .attr = NDPROXY_A_HOST_EVIDENCE },
	{ "wait", NULL, ARG_FLAG, .optional = true, .attr = NDPROXY_A_HOST_WAIT },
	{ .type = ARG_NONE }
};

static const struct arg del_args[] = {
	{ NULL, "ADDRESS", ARG_ADDR, .attr = NDPROXY_A_HOST_ADDR },
	{ .type = ARG_NONE }
};

static const struct arg flush_args[] = {
	{ "dev", "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_HOST_IFNAME,
	  .attr2 = NDPROXY_A_HOST_IFINDEX },
	{ .type = ARG_NONE }
};

static const struct arg show_args[] = {
	{ "dev", "DEV", ARG_DEV, .optional = true, .attr = NDPROXY_A_HOST_IFNAME,
	  .attr2 = NDPROXY_A_HOST_IFINDEX },
	{ "to", "PREFIX", ARG_PREFIX, .optional = true, .attr = NDPROXY_A_HOST_PREFIX,
	  .attr2 = NDPROXY_A_HOST_PREFIX_LEN },
	{ .type = ARG_NONE }
};

enum color host_state_color(uint32_t state)
{
	switch (state) {
	case NDPROXY_HOST_STATE_REACHABLE:
	case NDPROXY_HOST_STATE_STATIC:
		return C_GOOD;
	}
	return C_DOUBT;
}

/**
 * host_state_print() - print what is known of a host besides its address and its link
 * @tb: its attributes
 */
void host_state_print(struct nlattr **tb)
{
	struct octets lladdr = attr_octets(tb[NDPROXY_A_HOST_LLADDR]);
	uint32_t evidence = attr_u32(tb[NDPROXY_A_HOST_EVIDENCE]);
	uint32_t state = attr_u32(tb[NDPROXY_A_HOST_STATE]);

	if (lladdr.len)
		out_lladdr("lladdr", " lladdr ", lladdr.data, lladdr.len);
	out_str("state", " state ", host_state_color(state), name_of(&host_state_names, state));
	out_str("evidence", " evidence ", C_NONE, name_of(&evidence_names, evidence));
	if (tb[NDPROXY_A_HOST_AGE])
		out_age("age_ms", " age ", attr_u64(tb[NDPROXY_A_HOST_AGE]));
	out_bool("route", " route", attr_u32(tb[NDPROXY_A_HOST_ROUTE]));
	if (tb[NDPROXY_A_HOST_SHADOWED])
		out_bool("shadowed", " shadowed", true);
}

/**
 * host_print() - print a host
 * @tb: its attributes
 */
void host_print(struct nlattr **tb)
{
	out_addr("addr", "", attr_addr(tb[NDPROXY_A_HOST_ADDR]));
	out_str("dev", " dev ", C_DEV, attr_str(tb[NDPROXY_A_HOST_IFNAME]));
	host_state_print(tb);
	if (out.details && tb[NDPROXY_A_HOST_PREFIX])
		out_prefix("prefix", " prefix ", attr_addr(tb[NDPROXY_A_HOST_PREFIX]),
			   attr_u32(tb[NDPROXY_A_HOST_PREFIX_LEN]));
}

/**
 * host_message() - print the host of a message
 * @nlh: the message
 * @data: unused
 *
 * Return: 0
 */
int host_message(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, NDPROXY_A_HOST_MAX);
	out_object(NULL);
	host_print(tb);
	out_object_end();
	out_line_end();
	return 0;
}

/**
 * struct same - is a host configured as somebody wants it?
 * @args: of host add
 * @found: it is
 */
struct same {
	const struct args *args;
	bool found;
};

static int look_same(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];
	const struct value *v;
	struct in6_addr addr;
	struct same *same = data;
	struct octets lladdr;
	char name[IF_NAMESIZE];

	v = same->args->v;
	nl_attrs(nlh, tb, NDPROXY_A_HOST_MAX);
	addr = attr_addr(tb[NDPROXY_A_HOST_ADDR]);
	lladdr = attr_octets(tb[NDPROXY_A_HOST_LLADDR]);
	if (!IN6_ARE_ADDR_EQUAL(&addr, &v[ARG_HOST].addr) || lladdr.len != v[ARG_AT].len ||
	    memcmp(lladdr.data, v[ARG_AT].lladdr, lladdr.len))
		return 0;
	if (!v[ARG_ON].num || !if_indextoname(v[ARG_ON].num, name))
		snprintf(name, sizeof(name), "%s", v[ARG_ON].str);
	same->found |= !strcmp(attr_str(tb[NDPROXY_A_HOST_IFNAME]), name);
	return 0;
}

static int host_del(const struct in6_addr *addr)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_HOST_DEL, 0);

	if (!nlh)
		return EXIT_KERNEL;
	mnl_attr_put(nlh, NDPROXY_A_HOST_ADDR, sizeof(*addr), addr);
	return nl_do(nlh, NULL, NULL);
}

/* Where adding again is no failure, a host that was elsewhere before moves. */
static int host_add(const struct cmd *cmd, const struct args *args)
{
	struct same same = { .args = args };
	struct nlmsghdr *nlh;
	bool interrupted;
	int ret;

	ret = cmd_request(cmd, args);
	if (ret || !nl_existed())
		return ret;
	nlh = nl_request(NDPROXY_CMD_HOST_GET, NLM_F_DUMP);
	if (!nlh)
		return EXIT_KERNEL;
	mnl_attr_put(nlh, NDPROXY_A_HOST_CONFIGURED, 0, NULL);
	ret = nl_dump(nlh, look_same, &same, &interrupted);
	if (ret || same.found)
		return ret;
	return host_del(&args->v[ARG_HOST].addr) ?: cmd_request(cmd, args);
}

static int host_show(const struct cmd *cmd, const struct args *args)
{
	return cmd_show(cmd, args, false, host_message, NULL);
}

static const struct cmd cmds[] = {
	{ "add", NULL, host_add, add_args, NDPROXY_CMD_HOST_NEW, 0 },
	{ "del", "delete", cmd_request, del_args, NDPROXY_CMD_HOST_DEL, 0 },
	{ "flush", NULL, cmd_request, flush_args, NDPROXY_CMD_HOST_FLUSH, 0 },
	{ "show", "list", host_show, show_args, NDPROXY_CMD_HOST_GET, CMD_DEFAULT },
};

const struct object host_object = {
	.name = "host",
	.help = "addresses known to live on one link",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
