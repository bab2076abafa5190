// SPDX-License-Identifier: GPL-2.0
/* Links without a device that can be proxied, and upstream links without a prefix. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "router.h"

/* As the kernel puts it: "eth1 is a port of br0: add br0". */
static const char *master_of(const struct check_link *link)
{
	const char *add = strstr(link->reason, ": add ");

	return add ? add + strlen(": add ") : NULL;
}

static void check_refused(struct check *c, const struct check_link *link)
{
	const char *master = master_of(link);
	struct word dev, other;

	/* That IPv6 is disabled is told there. */
	if (!strncmp(link->reason, "IPv6 ", 5))
		return;
	check_problem(c, link->name, "refused: %s", link->reason);
	if (master)
		check_fix(c, "ndproxy link set %s role none && %s %s role %s group %u",
			  check_word(&dev, link->name), "ndproxy link set",
			   check_word(&other, master), name_of(&role_names, link->role),
			   link->group);
	else
		check_fix(c, "ndproxy link set %s role none", check_word(&dev, link->name));
}

/* It goes on by itself when the reason has gone. Whose router that is nobody knows here. */
static void check_suspended(struct check *c, const struct check_link *link)
{
	check_problem(c, link->name, "not proxied for the moment: %s", link->reason);
	if (strstr(link->reason, "loop"))
		check_advise(c, "a bridge, a cable or another proxy joins these links, too: %s",
			     "undo that, or take this link's role away");
	else
		check_advise(c, "if that router is yours, let it send no RAs there; %s",
			     "if not, find who runs it");
}

/**
 * check_links() - is each link there, up, and none that cannot be proxied?
 * @c: the check
 */
void check_links(struct check *c)
{
	struct word dev;

	if (!c->n_links) {
		check_problem(c, NULL, "the proxy has no links");
		check_fix(c, "ndproxy link set DEV role upstream");
	}
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		switch (link->state) {
		case NDPROXY_LINK_STATE_WAITING:
			check_problem(c, link->name, "there is no device of this name");
			check_fix(c, "ndproxy link set %s role none",
				  check_word(&dev, link->name));
			break;
		case NDPROXY_LINK_STATE_DOWN:
			check_problem(c, link->name, "the device is down");
			check_fix(c, "ip link set dev %s up", check_word(&dev, link->name));
			break;
		case NDPROXY_LINK_STATE_REFUSED:
			check_refused(c, link);
			break;
		case NDPROXY_LINK_STATE_SUSPENDED:
			check_suspended(c, link);
			break;
		}
	}
}

static bool group_has(const struct check *c, uint32_t group, uint32_t role)
{
	for (size_t i = 0; i < c->n_links; i++)
		if (c->links[i].group == group && c->links[i].role == role)
			return true;
	return false;
}

/* Targets of these prefixes may be anywhere: behind the router, or nowhere. */
static bool is_for_itself(const struct nlmsghdr *nlh, uint32_t group)
{
	struct nlattr *tb[NDPROXY_A_PREFIX_MAX + 1];

	nl_attrs(nlh, tb, NDPROXY_A_PREFIX_MAX);
	return attr_u32(tb[NDPROXY_A_PREFIX_GROUP]) == group &&
	       attr_u32(tb[NDPROXY_A_PREFIX_MODE]) != NDPROXY_PREFIX_MODE_PROXY;
}

/* Are there prefixes of mode route or static, which need no downstream link? */
static bool needs_no_downstream(uint32_t group)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_PREFIX_GET, NLM_F_DUMP);
	struct nl_list list = { 0 };
	bool found = false;

	if (!nlh || nl_collect(nlh, &list))
		return false;
	for (size_t i = 0; i < list.n && !found; i++)
		found = is_for_itself(list.msg[i], group);
	nl_list_free(&list);
	return found;
}

/**
 * check_roles() - has each group both sides?
 * @c: the check
 */
void check_roles(struct check *c)
{
	uint32_t role, other;

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		role = link->role;
		other = role == NDPROXY_ROLE_UPSTREAM ? NDPROXY_ROLE_DOWNSTREAM :
			NDPROXY_ROLE_UPSTREAM;
		if (group_has(c, link->group, other) ||
		    (other == NDPROXY_ROLE_DOWNSTREAM && needs_no_downstream(link->group)))
			continue;
		check_problem(c, link->name, "group %u has no %s link", link->group,
			      name_of(&role_names, other));
		check_fix(c, "ndproxy link set DEV role %s group %u", name_of(&role_names, other),
			  link->group);
		return;
	}
}

/* --- why there is no prefix --- */

/**
 * struct address - of a link, as /proc/net/if_inet6 tells it
 * @addr: the address
 * @len: length of its prefix
 * @found: there is one
 */
struct address {
	struct in6_addr addr;
	unsigned int len;
	bool found;
};

static bool read_hex(const char *hex, struct in6_addr *addr)
{
	for (int i = 0; i < 16; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &addr->s6_addr[i]) != 1)
			return false;
	return true;
}

static void mask(struct in6_addr *addr, unsigned int len)
{
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = len > 8 * i ? len - 8 * i : 0;

		if (bits < 8)
			addr->s6_addr[i] &= 0xff00 >> bits;
	}
}

/* A global address of the link; rather one that has more than itself in its prefix. */
static struct address global_address(const char *dev)
{
	struct address best = { .len = 128 }, a = { .found = true };
	FILE *f = fopen("/proc/net/if_inet6", "re");
	char hex[33], name[32];
	unsigned int scope;

	while (f && fscanf(f, "%32s %*s %x %x %*s %31s", hex, &a.len, &scope, name) == 4)
		if (!strcmp(name, dev) && !scope && read_hex(hex, &a.addr) &&
		    (!best.found || a.len < best.len))
			best = a;
	if (f)
		fclose(f);
	return best;
}

/* The rule that decides about a prefix. @only: there are such that allow, and none covers it */
static bool is_denied(const struct in6_addr *addr, unsigned int len)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_RULE_GET, NLM_F_DUMP);
	struct nlattr *tb[NDPROXY_A_RULE_MAX + 1];
	bool allowing = false, denied = false, covered = false;
	struct nl_list list = { 0 };

	if (!nlh || nl_collect(nlh, &list))
		return false;
	/* The longest prefix comes first. */
	for (size_t i = 0; i < list.n && !covered; i++) {
		unsigned int rule_len;
		struct in6_addr rule;

		nl_attrs(list.msg[i], tb, NDPROXY_A_RULE_MAX);
		rule = attr_addr(tb[NDPROXY_A_RULE_ADDR]);
		rule_len = attr_u32(tb[NDPROXY_A_RULE_PREFIX_LEN]);
		covered = rule_len <= len && prefix_covers(&rule, rule_len, addr);
		denied = attr_u32(tb[NDPROXY_A_RULE_ACTION]) == NDPROXY_RULE_ACTION_DENY;
		allowing |= !denied;
	}
	nl_list_free(&list);
	return covered ? denied : allowing;
}

static void no_prefix(struct check *c, const struct check_link *link)
{
	struct address a = global_address(link->name);
	char text[INET6_ADDRSTRLEN], addr[INET6_ADDRSTRLEN];
	unsigned int len = a.len < 128 ? a.len : 64;
	struct word dev;

	if (!a.found) {
		check_problem(c, link->name,
			      "no prefix: it has no global address, and no RA with a prefix came");
		check_fix(c, "ndproxy prefix add PREFIX dev %s", check_word(&dev, link->name));
		return;
	}
	inet_ntop(AF_INET6, &a.addr, addr, sizeof(addr));
	mask(&a.addr, len);
	inet_ntop(AF_INET6, &a.addr, text, sizeof(text));
	if (a.len < 128 && is_denied(&a.addr, len)) {
		check_problem(c, link->name, "no prefix: %s/%u is on-link, and no rule allows it",
			      text, len);
		check_fix(c, "ndproxy prefix allow %s/%u", text, len);
		return;
	}
	if (a.len < 128)
		check_problem(c, link->name, "no prefix: the kernel has no on-link route for %s/%u",
			      addr, len);
	else
		check_problem(c, link->name, "no prefix: %s came without one (by DHCPv6, say)",
			      addr);
	check_fix(c, "ndproxy prefix add %s/%u dev %s", text, len,
		  check_word(&dev, link->name));
}

/**
 * check_prefixes() - has each upstream link a prefix, and if not, why?
 * @c: the check
 */
void check_prefixes(struct check *c)
{
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link))
		if (link->role == NDPROXY_ROLE_UPSTREAM && !link->prefixes &&
		    link->state == NDPROXY_LINK_STATE_ACTIVE)
			no_prefix(c, link);
}
