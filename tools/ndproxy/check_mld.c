// SPDX-License-Identifier: GPL-2.0
/*
 * Switches that snoop MLD pass a solicitation on only to where its group was joined. A querier on
 * the link is what sets them to work; that one was heard is all that can be seen of them from here.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cmd.h"

/* What the kernel counted on a device: a line of /proc/net/dev_snmp6. */
static uint64_t kernel_count(const char *dev, const char *name)
{
	unsigned long long value, found = 0;
	char path[64], word[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/net/dev_snmp6/%s", dev);
	f = fopen(path, "re");
	while (f && fscanf(f, "%63s %llu", word, &value) == 2)
		if (!strcmp(word, name))
			found = value;
	if (f)
		fclose(f);
	return found;
}

/**
 * struct engine - the multicast listener engine on a link
 * @on: it is on
 * @joins: it joins the groups of hosts elsewhere, or is a multicast router to switches
 * @silent: the device does no multicast
 * @queries: heard
 * @reports: sent
 * @failed: reports that could not be sent
 */
struct engine {
	bool on;
	bool joins;
	bool silent;
	uint64_t queries;
	uint64_t reports;
	uint64_t failed;
};

static void read_engine(struct engine *engine, const struct nlmsghdr *nlh)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1], *n[NDPROXY_A_MLD_COUNTERS_MAX + 1];

	nl_attrs(nlh, tb, NDPROXY_A_MLD_LINK_MAX);
	nl_nested(tb[NDPROXY_A_MLD_LINK_COUNTERS], n, NDPROXY_A_MLD_COUNTERS_MAX);
	engine->on = true;
	engine->joins = attr_u32(tb[NDPROXY_A_MLD_LINK_SNOOP_JOINS]) ||
			attr_u32(tb[NDPROXY_A_MLD_LINK_MRD]);
	engine->silent = attr_u32(tb[NDPROXY_A_MLD_LINK_SILENT]);
	engine->queries = attr_u64(n[NDPROXY_A_MLD_COUNTERS_QUERIES_V1]) +
			  attr_u64(n[NDPROXY_A_MLD_COUNTERS_QUERIES_V2]);
	engine->reports = attr_u64(n[NDPROXY_A_MLD_COUNTERS_REPORTS_V1_OUT]) +
			  attr_u64(n[NDPROXY_A_MLD_COUNTERS_REPORTS_V2_OUT]);
	engine->failed = attr_u64(n[NDPROXY_A_MLD_COUNTERS_TX_FAILED]);
}

static void find_engine(struct engine *engine, const struct nl_list *list, const char *dev)
{
	struct nlattr *tb[NDPROXY_A_MLD_LINK_MAX + 1];

	memset(engine, 0, sizeof(*engine));
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_MLD_LINK_MAX);
		if (!strcmp(attr_str(tb[NDPROXY_A_MLD_LINK_IFNAME]), dev))
			read_engine(engine, list->msg[i]);
	}
}

static void check_engine(struct check *c, const struct engine *engine, const char *dev)
{
	struct word word;

	if (!engine->on && kernel_count(dev, "Icmp6InGroupMembQueries")) {
		check_problem(c, dev,
			      "a querier was heard: switches may snoop, and no host's group is joined");
		check_fix(c, "ndproxy mld link set %s on", check_word(&word, dev));
	} else if (engine->on && !engine->joins && engine->queries) {
		check_problem(c, dev,
			      "a querier was heard: switches may snoop, and snoop-joins is off");
		check_fix(c, "ndproxy mld link set %s snoop-joins on", check_word(&word, dev));
	} else if (engine->silent) {
		check_problem(c, dev, "the device does no multicast: nothing is joined");
		check_fix(c, "ip link set dev %s multicast on", check_word(&word, dev));
	} else if (engine->queries && !engine->reports && engine->failed) {
		check_problem(c, dev, "a querier was heard, and no report could be sent");
		check_fix(c, "ip link set dev %s addrgenmode eui64", check_word(&word, dev));
	}
}

/**
 * check_mld() - do switches that snoop hear of the proxied hosts?
 * @c: the check
 */
void check_mld(struct check *c)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_MLD_LINK_GET, NLM_F_DUMP);
	struct nl_list list = { 0 };
	struct engine engine;

	if (!nlh || nl_collect(nlh, &list)) {
		check_skip(c, "the kernel does not tell");
		return;
	}
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		find_engine(&engine, &list, link->name);
		if (link->state == NDPROXY_LINK_STATE_ACTIVE)
			check_engine(c, &engine, link->name);
	}
	nl_list_free(&list);
}
