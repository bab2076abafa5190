// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "cmd.h"
#include "print.h"

/**
 * struct cause - a reason for ND proxying not to work
 * @name: as it is printed
 * @what: what is well if no problem is found
 * @look: looks for it
 * @of_module: it is about what the module knows
 */
struct cause {
	const char *name;
	const char *what;
	void (*look)(struct check *c);
	bool of_module;
};

/*
 * In the order in which one would fix them. That accept_ra comes before forwarding keeps the router
 * connected: the kernel deletes its default route by RA otherwise.
 */
static const struct cause causes[] = {
	{ "module", "the module is loaded", check_module, false },
	{ "ipv6", "IPv6 is enabled on each link", check_ipv6, false },
	{ "link", "each link has a device that can be proxied, and is up", check_links, true },
	{ "role", "each group has the links that its prefixes need", check_roles, true },
	{ "accept-ra", "Router Advertisements are taken where they are needed", check_accept_ra,
	  false },
	{ "forwarding", "the router forwards, and says so to its hosts", check_forwarding, false },
	{ "retrans", "the kernel asks its neighbours again in time", check_retrans, true },
	{ "prefix", "each upstream link has a prefix to share", check_prefixes, true },
	{ "firewall", "no firewall drops ND or MLD", check_firewall, false },
	{ "forward", "no firewall drops what is forwarded between the links", check_forward, true },
	{ "proxy", "no other ND proxy is at work", check_proxies, false },
	{ "proxy-ndp", "the kernel's own proxy_ndp answers for no host beside it", check_proxy_ndp,
	  true },
	{ "mld", "switches that snoop hear of the proxied hosts", check_mld, true },
	{ "conntrack", "the table of connections has room", check_conntrack, false },
	{ "neighbours", "the table of neighbours has room for the hosts", check_neighbours, true },
};

/* One more problem, of which nothing is said yet; NULL without memory. */
static struct problem *new_problem(struct check *c)
{
	struct problem *more = array_grow(c->problems, c->n, sizeof(*more));

	if (!more)
		return NULL;
	c->problems = more;
	return memset(&more[c->n++], 0, sizeof(*more));
}

/**
 * check_problem() - tell what is not well
 * @c: the check
 * @dev: link that it is about, or NULL
 * @format: as of printf
 *
 * check_fix() or check_advise() is due next.
 */
void check_problem(struct check *c, const char *dev, const char *format, ...)
{
	struct problem *p = new_problem(c);
	va_list args;

	if (!p) {
		check_skip(c, "no memory to tell all");
		return;
	}
	p->cause = c->cause;
	snprintf(p->dev, sizeof(p->dev), "%s", dev ? dev : "");
	va_start(args, format);
	vsnprintf(p->text, sizeof(p->text), format, args);
	va_end(args);
}

/**
 * check_skip() - tell what of a cause cannot be looked at, and why
 * @c: the check
 * @format: as of printf
 */
void check_skip(struct check *c, const char *format, ...)
{
	size_t len = strlen(c->skipped);
	va_list args;

	if (len)
		len += snprintf(c->skipped + len, sizeof(c->skipped) - len, "; ");
	if (len >= sizeof(c->skipped))
		return;
	va_start(args, format);
	vsnprintf(c->skipped + len, sizeof(c->skipped) - len, format, args);
	va_end(args);
}

/**
 * check_note() - tell what else there is to say if no problem is found
 * @c: the check
 * @format: as of printf
 */
void check_note(struct check *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->note, sizeof(c->note), format, args);
	va_end(args);
}

/* --- the links --- */

static int read_links(struct check *c)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_LINK_GET, NLM_F_DUMP);
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];
	int ret = nlh ? nl_collect(nlh, &c->msg) : EXIT_KERNEL;

	if (ret)
		return ret;
	c->links = calloc(c->msg.n + 1, sizeof(*c->links));
	if (!c->links)
		return EXIT_KERNEL;
	c->n_links = c->msg.n;
	for (size_t i = 0; i < c->n_links; i++) {
		struct check_link *link = &c->links[i];

		nl_attrs(c->msg.msg[i], tb, NDPROXY_A_LINK_MAX);
		link->name = attr_str(tb[NDPROXY_A_LINK_IFNAME]);
		link->reason = attr_str(tb[NDPROXY_A_LINK_REASON]);
		link->state = attr_u32(tb[NDPROXY_A_LINK_STATE]);
		link->role = attr_u32(tb[NDPROXY_A_LINK_ROLE]);
		link->group = attr_u32(tb[NDPROXY_A_LINK_GROUP]);
		link->prefixes = attr_u32(tb[NDPROXY_A_LINK_PREFIXES]);
		link->asked = !c->dev || !strcmp(c->dev, link->name);
	}
	return EXIT_OK;
}

/**
 * is_there() - has a link a device?
 * @link: the link
 *
 * Return: true if it has.
 */
bool is_there(const struct check_link *link)
{
	return link->state != NDPROXY_LINK_STATE_WAITING;
}

/**
 * next_of() - go through the links that the check is about
 * @c: the check
 * @link: the one before, NULL for the first
 *
 * Return: the link, NULL behind the last.
 */
const struct check_link *next_of(const struct check *c, const struct check_link *link)
{
	link = link ? link + 1 : c->links;
	while (link < c->links + c->n_links && !link->asked)
		link++;
	return link < c->links + c->n_links ? link : NULL;
}

/* --- what is printed --- */

/* How far the lines behind the first stand in. */
#define INDENT	13

static void print_cause(enum color color, const char *cause, const char *word)
{
	out_object(NULL);
	out_str("cause", NULL, C_NONE, cause);
	out_str(NULL, "", color, cause);
	out_text("%*s %s: ", INDENT - 1 - (int)strlen(cause), "", word);
}

static void print_problem(const struct problem *p)
{
	print_cause(C_BAD, p->cause, "problem");
	if (*p->dev)
		out_str("dev", "", C_DEV, p->dev);
	out_str("problem", *p->dev ? ": " : "", C_NONE, p->text);
	if (p->fix) {
		out_line(INDENT);
		out_str("fix", "fix: ", C_GOOD, p->fix);
	}
	if (p->advice) {
		out_line(INDENT);
		out_str("advice", "advice: ", C_NONE, p->advice);
	}
	out_object_end();
	out_line_end();
}

static void print_ok(const struct cause *cause, const char *note)
{
	if (out.json)
		return;
	print_cause(C_GOOD, cause->name, "ok");
	out_str(NULL, "", C_NONE, cause->what);
	if (*note) {
		out_line(INDENT);
		out_str(NULL, "but: ", C_NONE, note);
	}
	out_line_end();
}

static void print_skipped(const struct cause *cause, const char *skipped)
{
	print_cause(C_DOUBT, cause->name, "skipped");
	out_str("skipped", "", C_NONE, skipped);
	out_object_end();
	out_line_end();
}

static void look(struct check *c, const struct cause *cause)
{
	size_t before = c->n;

	c->cause = cause->name;
	*c->skipped = '\0';
	*c->note = '\0';
	if (cause->of_module && !c->module)
		check_skip(c, "the module is not loaded");
	else
		cause->look(c);
	for (size_t i = before; i < c->n; i++)
		print_problem(&c->problems[i]);
	if (*c->skipped) {
		c->n_skipped++;
		print_skipped(cause, c->skipped);
	} else if (before == c->n) {
		print_ok(cause, c->note);
	}
}

static void look_for_all(struct check *c)
{
	out_array(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		look(c, &causes[i]);
	out_array_end();
	if (c->n)
		out_text("\n%zu problem%s found", c->n, c->n == 1 ? "" : "s");
	else
		out_text("\nNo problems found");
	if (c->n_skipped)
		out_text(", %zu check%s skipped", c->n_skipped, c->n_skipped == 1 ? "" : "s");
	out_text(".\n");
}

static const struct arg check_args[] = {
	{ NULL, "DEV", ARG_DEV, .optional = true },
	{ .type = ARG_NONE }
};

static void free_check(struct check *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->problems[i].fix);
		free(c->problems[i].advice);
	}
	free(c->problems);
	free(c->links);
	nl_list_free(&c->msg);
	for (int i = 0; i < FIREWALLS; i++)
		fw_free(&c->firewalls.fw[i]);
}

/* Without the module there are no links, and most can be looked at all the same. */
static int find_links(struct check *c)
{
	int ret = nl_find_module(&c->module);

	if (ret || !c->module)
		return ret;
	ret = read_links(c);
	if (!ret && c->dev && !next_of(c, NULL)) {
		fprintf(stderr, "Error: %s is not a link of the proxy.\n", c->dev);
		ret = EXIT_KERNEL;
	}
	return ret;
}

static int check_main(const struct cmd *cmd, const struct args *args)
{
	struct check c = { .dev = args->v[0].set ? args->v[0].str : NULL };
	int ret = find_links(&c);

	(void)cmd;
	if (!ret) {
		look_for_all(&c);
		ret = c.n || c.n_skipped ? EXIT_FOUND : EXIT_OK;
	}
	free_check(&c);
	return ret;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, check_main, check_args, 0, 0 },
};

const struct object check_object = {
	.name = "check",
	.help = "why it does not work, and what fixes that",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
