/* SPDX-License-Identifier: GPL-2.0 */
/* What "show" knows when all has been read. */
#ifndef NDPROXY_SHOW_H
#define NDPROXY_SHOW_H

#include "nl.h"

enum { LINKS, PREFIXES, HOSTS, RULES, NDUMPS };

struct link {
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];
	const char *name;
	uint32_t group;
	uint32_t role;
};

struct prefix {
	struct nlattr *tb[NDPROXY_A_PREFIX_MAX + 1];
	const char *dev;
	uint32_t group;
	bool inner;
	struct in6_addr addr;
	uint8_t len;
};

struct host {
	const struct nlmsghdr *nlh;
	const char *dev;
	struct in6_addr prefix;
	struct in6_addr addr;
	uint8_t len;
};

struct tree {
	struct link *links;
	struct prefix *prefixes;
	struct host *hosts;
	size_t n[NDUMPS];
};

const struct host *tree_hosts(const struct tree *tree, const struct prefix *prefix,
			      const struct link *link, size_t *n);
bool tree_covers(const struct prefix *prefix, const struct link *link);
size_t tree_prefixes(const struct tree *tree, const struct link *link);
void tree_draw(const struct tree *tree, const struct nl_list *rules);

#endif
