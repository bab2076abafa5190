// SPDX-License-Identifier: GPL-2.0
/* How messages become text and JSON; run.py says what is right. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"
#include "unit.h"

int count = 1;

static void put_link(struct nlmsghdr *nlh, const char *name)
{
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_IFINDEX, 3);
	mnl_attr_put_strz(nlh, NDPROXY_A_LINK_IFNAME, name);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_ROLE, NDPROXY_ROLE_UPSTREAM);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_GROUP, 0);
	mnl_attr_put_u8(nlh, NDPROXY_A_LINK_ND, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_OVERRIDE, NDPROXY_OVERRIDE_CLEAR);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_NA_SOURCE, NDPROXY_NA_SOURCE_LINK_LOCAL);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_STATE, NDPROXY_LINK_STATE_ACTIVE);
	mnl_attr_put_u8(nlh, NDPROXY_A_LINK_ALLMULTI, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_PREFIXES, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_HOSTS, 2);
	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_RA_GUARD, NDPROXY_RA_GUARD_ON);
	mnl_attr_put_u8(nlh, NDPROXY_A_LINK_GUARD, 1);
}

static void put_host(struct nlmsghdr *nlh, uint32_t n)
{
	struct in6_addr addr;

	parse_addr("2001:db8:1::10", &addr);
	n += 0x10;
	for (int i = 0; i < 4; i++)
		addr.s6_addr[15 - i] = n >> (8 * i);
	mnl_attr_put(nlh, NDPROXY_A_HOST_ADDR, 16, &addr);
	mnl_attr_put_strz(nlh, NDPROXY_A_HOST_IFNAME, "down0");
	mnl_attr_put(nlh, NDPROXY_A_HOST_LLADDR, 6, "\2\0\0\0\xdd\x10");
	mnl_attr_put_u32(nlh, NDPROXY_A_HOST_STATE, NDPROXY_HOST_STATE_REACHABLE);
	mnl_attr_put_u32(nlh, NDPROXY_A_HOST_EVIDENCE, NDPROXY_EVIDENCE_NA);
	mnl_attr_put_u64(nlh, NDPROXY_A_HOST_AGE, 61234);
	mnl_attr_put_u8(nlh, NDPROXY_A_HOST_ROUTE, 1);
}

static void put_prefix(struct nlmsghdr *nlh)
{
	struct in6_addr addr;

	parse_addr("2001:db8:1::", &addr);
	mnl_attr_put(nlh, NDPROXY_A_PREFIX_ADDR, 16, &addr);
	mnl_attr_put_u8(nlh, NDPROXY_A_PREFIX_PREFIX_LEN, 64);
	mnl_attr_put_strz(nlh, NDPROXY_A_PREFIX_IFNAME, "up0");
	mnl_attr_put_u32(nlh, NDPROXY_A_PREFIX_GROUP, 0);
	mnl_attr_put_u32(nlh, NDPROXY_A_PREFIX_MODE, NDPROXY_PREFIX_MODE_PROXY);
	mnl_attr_put_u32(nlh, NDPROXY_A_PREFIX_SOURCES, 3);
	mnl_attr_put_u8(nlh, NDPROXY_A_PREFIX_MARKED, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_PREFIX_RECORDS, 5);
	mnl_attr_put_u32(nlh, NDPROXY_A_PREFIX_HOSTS, 6);
}

static void print_links(void)
{
	static const char *const names[] = {
		"up0", "q\"b\\c", "\x1b[31mred", "gr\xc3\xbcn", "bad\xff\xc3",
	};

	out_array(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct nlmsghdr *nlh = message(NDPROXY_CMD_LINK_GET);

		put_link(nlh, names[i]);
		link_message(nlh, NULL);
	}
	out_array_end();
}

static void print_hosts(void)
{
	out_array(NULL);
	for (int i = 0; i < count; i++) {
		struct nlmsghdr *nlh = message(NDPROXY_CMD_HOST_GET);

		put_host(nlh, i);
		host_message(nlh, NULL);
	}
	out_array_end();
}

static void print_prefix(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_PREFIX_GET);
	struct nlattr *nest;

	put_prefix(nlh);
	nest = mnl_attr_nest_start(nlh, NDPROXY_A_PREFIX_HOST);
	put_host(nlh, 0);
	mnl_attr_nest_end(nlh, nest);
	prefix_message(nlh, NULL);
}

static void print_rules(void)
{
	static const uint32_t actions[] = { NDPROXY_RULE_ACTION_ALLOW, NDPROXY_RULE_ACTION_DENY };
	struct in6_addr addr;

	parse_addr("2001:db8::", &addr);
	out_array(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(actions); i++) {
		struct nlmsghdr *nlh = message(NDPROXY_CMD_RULE_GET);

		mnl_attr_put(nlh, NDPROXY_A_RULE_ADDR, 16, &addr);
		mnl_attr_put_u8(nlh, NDPROXY_A_RULE_PREFIX_LEN, 48 - 16 * i);
		mnl_attr_put_u32(nlh, NDPROXY_A_RULE_ACTION, actions[i]);
		rule_message(nlh, NULL);
	}
	out_array_end();
}

static void print_solicit(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_SOLICIT_GET);
	struct in6_addr addr;
	struct nlattr *nest;

	parse_addr("2001:db8:1::", &addr);
	mnl_attr_put(nlh, NDPROXY_A_SOLICIT_PREFIX, 16, &addr);
	mnl_attr_put_u8(nlh, NDPROXY_A_SOLICIT_PREFIX_LEN, 64);
	addr.s6_addr[15] = 0x20;
	mnl_attr_put(nlh, NDPROXY_A_SOLICIT_TARGET, 16, &addr);
	mnl_attr_put_u64(nlh, NDPROXY_A_SOLICIT_AGE, 7);
	for (int i = 1; i <= 2; i++) {
		addr.s6_addr[15] = i;
		nest = mnl_attr_nest_start(nlh, NDPROXY_A_SOLICIT_SOLICITOR);
		mnl_attr_put(nlh, NDPROXY_A_SOLICITOR_ADDR, 16, &addr);
		mnl_attr_put_strz(nlh, NDPROXY_A_SOLICITOR_IFNAME, "up0");
		mnl_attr_put_u64(nlh, NDPROXY_A_SOLICITOR_AGE, i);
		mnl_attr_nest_end(nlh, nest);
	}
	out_array(NULL);
	solicit_message(nlh, NULL);
	out_array_end();
}

static void print_param(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_PARAM_GET);

	mnl_attr_put_strz(nlh, NDPROXY_A_PARAM_NAME, "record_lifetime");
	mnl_attr_put_u32(nlh, NDPROXY_A_PARAM_VALUE, 7);
	mnl_attr_put_u32(nlh, NDPROXY_A_PARAM_DEFAULT, 5);
	mnl_attr_put_u32(nlh, NDPROXY_A_PARAM_MINIMUM, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_PARAM_MAXIMUM, 3600);
	out_array(NULL);
	param_message(nlh, NULL);
	out_array_end();
}

static void print_stats(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_STATS_GET);
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1];
	struct nlattr *nest;

	for (int i = NDPROXY_A_STATS_NS_IN; i <= NDPROXY_A_STATS_ANSWERS; i++)
		mnl_attr_put_u64(nlh, i, UINT64_C(1) << 40 | i);
	nest = mnl_attr_nest_start(nlh, NDPROXY_A_STATS_DROPS);
	for (int i = NDPROXY_A_DROPS_HOP_LIMIT; i <= NDPROXY_A_DROPS_MAX; i++)
		mnl_attr_put_u64(nlh, i, i == NDPROXY_A_DROPS_OWN_ECHO ||
				 i == NDPROXY_A_DROPS_NOT_READY ? i : 0);
	mnl_attr_nest_end(nlh, nest);
	nl_attrs(nlh, tb, NDPROXY_A_STATS_MAX);
	out_object(NULL);
	stats_print(tb);
	out_object_end();
	out_line_end();
}

static struct nlattr *begin_event(struct nlmsghdr **nlh, uint32_t type, uint16_t object)
{
	*nlh = message(NDPROXY_CMD_EVENT);
	mnl_attr_put_u32(*nlh, NDPROXY_A_EVENT_TYPE, type);
	return mnl_attr_nest_start(*nlh, object);
}

static void print_events(void)
{
	static const unsigned char lladdr[] = { 2, 0, 0, 0, 0xee, 1 };
	struct in6_addr group;
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_HOST_MOVED, NDPROXY_A_EVENT_HOST);
	put_host(nlh, 0);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_strz(nlh, NDPROXY_A_EVENT_OLD_IFNAME, "down1");
	event_message(nlh, NULL);

	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_PREFIX_ADD, NDPROXY_A_EVENT_PREFIX);
	put_prefix(nlh);
	mnl_attr_nest_end(nlh, nest);
	event_message(nlh, NULL);

	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_LINK_REFUSED, NDPROXY_A_EVENT_LINK);
	put_link(nlh, "up0");
	mnl_attr_put_strz(nlh, NDPROXY_A_LINK_REASON, "up0 is a port of br0: add br0");
	mnl_attr_nest_end(nlh, nest);
	event_message(nlh, NULL);

	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_LIMIT, NDPROXY_A_EVENT_LIMIT);
	mnl_attr_put_u32(nlh, NDPROXY_A_LIMIT_REASON, NDPROXY_DROP_REASON_HOST_LIMIT);
	mnl_attr_put_strz(nlh, NDPROXY_A_LIMIT_IFNAME, "down0");
	mnl_attr_nest_end(nlh, nest);
	event_message(nlh, NULL);

	parse_addr("ff1e::1", &group);
	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_MLD_LIMIT, NDPROXY_A_EVENT_MLD);
	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_EVENT_IFNAME, "up0");
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_EVENT_VERSION, 2);
	mnl_attr_put(nlh, NDPROXY_A_MLD_EVENT_GROUP, sizeof(group), &group);
	mnl_attr_nest_end(nlh, nest);
	event_message(nlh, NULL);

	parse_addr("fe80::1", &group);
	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_RA, NDPROXY_A_EVENT_RA);
	mnl_attr_put_strz(nlh, NDPROXY_A_RA_IFNAME, "down0");
	mnl_attr_put(nlh, NDPROXY_A_RA_ADDR, sizeof(group), &group);
	mnl_attr_put_u32(nlh, NDPROXY_A_RA_VERDICT, NDPROXY_RA_VERDICT_ROGUE);
	mnl_attr_put_u32(nlh, NDPROXY_A_RA_LIFETIME, 1800);
	mnl_attr_nest_end(nlh, nest);
	event_message(nlh, NULL);

	nest = begin_event(&nlh, NDPROXY_EVENT_TYPE_HOST_REFUSED, NDPROXY_A_EVENT_HOST);
	put_host(nlh, 0);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_strz(nlh, NDPROXY_A_EVENT_CLAIM_IFNAME, "down1");
	mnl_attr_put(nlh, NDPROXY_A_EVENT_CLAIM_LLADDR, sizeof(lladdr), lladdr);
	event_message(nlh, NULL);
}

static void print_mld_link(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_MLD_LINK_GET);
	struct nlattr *nest;

	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_IFINDEX, 3);
	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_LINK_IFNAME, "up0");
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_VERSION_MODE, NDPROXY_MLD_VERSION_MODE_V1);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LINK_VERSION, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_ROBUSTNESS, 2);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_UNSOLICITED_INTERVAL, 1000);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_GSR_DELAY, (uint32_t)-1);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_MAX_GROUPS, 65536);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_MAX_GROUP_SOURCES, 1024);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_MAX_LISTENER_SOURCES, 128);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_QUERY_INTERVAL, 125);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_QUERY_RESPONSE_INTERVAL, 10000);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LINK_SILENT, 0);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LINK_ASLEEP, 0);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_GROUPS, 7);
	mnl_attr_put_u64(nlh, NDPROXY_A_MLD_LINK_V1_LEFT, 260000);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LINK_SNOOP_JOINS, 1);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LINK_SNOOPED, 4);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LINK_MRD, 1);
	nest = mnl_attr_nest_start(nlh, NDPROXY_A_MLD_LINK_COUNTERS);
	for (int i = NDPROXY_A_MLD_COUNTERS_QUERIES_V1; i <= NDPROXY_A_MLD_COUNTERS_MAX; i++)
		mnl_attr_put_u64(nlh, i, (UINT64_C(1) << 40) + i -
				 NDPROXY_A_MLD_COUNTERS_QUERIES_V1);
	mnl_attr_nest_end(nlh, nest);
	mld_link_message(nlh, NULL);
}

static void put_two(struct nlmsghdr *nlh, uint16_t attr)
{
	struct in6_addr addr;

	parse_addr("2001:db8::", &addr);
	for (int i = 1; i <= 2; i++) {
		addr.s6_addr[15] = i;
		mnl_attr_put(nlh, attr, sizeof(addr), &addr);
	}
}

static void put_listener(struct nlmsghdr *nlh, const char *id, uint32_t mode, bool muted)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, NDPROXY_A_MLD_GROUP_LISTENER);

	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_LISTENER_ID, id);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_LISTENER_MODE, mode);
	mnl_attr_put_u8(nlh, NDPROXY_A_MLD_LISTENER_MUTED, muted);
	if (mode == NDPROXY_MLD_MODE_INCLUDE)
		put_two(nlh, NDPROXY_A_MLD_LISTENER_SOURCE);
	mnl_attr_nest_end(nlh, nest);
}

static void print_mld_group(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_MLD_GROUP_GET);
	struct in6_addr addr;

	parse_addr("ff1e::1", &addr);
	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_GROUP_IFNAME, "up0");
	mnl_attr_put(nlh, NDPROXY_A_MLD_GROUP_GROUP, sizeof(addr), &addr);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_GROUP_STATE, NDPROXY_MLD_STATE_REPORTING);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_GROUP_MODE, NDPROXY_MLD_MODE_INCLUDE);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_GROUP_NSOURCES, 2);
	put_two(nlh, NDPROXY_A_MLD_GROUP_SOURCE);
	mnl_attr_put_u64(nlh, NDPROXY_A_MLD_GROUP_CHANGE_LEFT, 20);
	put_listener(nlh, "kernel", NDPROXY_MLD_MODE_INCLUDE, false);
	put_listener(nlh, "x", NDPROXY_MLD_MODE_EXCLUDE, true);
	mld_group_message(nlh, NULL);
}

static void print_refused(void)
{
	out_array(NULL);
}

static void print_empty(void)
{
	out_array(NULL);
	out_array_end();
}

static const struct {
	const char *name;
	void (*print)(void);
} printers[] = {
	{ "links", print_links },
	{ "hosts", print_hosts },
	{ "prefix", print_prefix },
	{ "rules", print_rules },
	{ "solicit", print_solicit },
	{ "param", print_param },
	{ "stats", print_stats },
	{ "events", print_events },
	{ "mld-link", print_mld_link },
	{ "mld-group", print_mld_group },
	{ "refused", print_refused },
	{ "empty", print_empty },
};

/* Return: false if there is no such printer. */
bool unit_print(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(printers); i++) {
		if (strcmp(printers[i].name, name))
			continue;
		printers[i].print();
		out_document_end();
		return true;
	}
	return false;
}
