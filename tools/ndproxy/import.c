// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of another ND proxy, translated. ndppd answers for the prefixes of its rules
 * and for nothing else, so that on-link prefixes are denied and those of the rules are added:
 *
 *	proxy A { rule P { iface B } }	A is upstream, B downstream, P is proxied
 *	proxy A { rule P { auto } }	the same, where B is who the kernel's routes to P lead to;
 *					what they lead to by a gateway is in mode route
 *	proxy A { rule P { static } }	P in mode static: answered at once
 *
 * With ::/0 for P all that is on-link on A is proxied. Nothing is printed before all is translated.
 */
#include <arpa/inet.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "cmd.h"
#include "import.h"
#include "print.h"
#include "state.h"

enum { ARG_FILE, ARG_RUN };

static const struct arg ndppd_args[] = {
	[ARG_FILE] = { .meta = "FILE", .type = ARG_NAME },
	[ARG_RUN] = { "-x", NULL, ARG_FLAG, .optional = true },
	{ .type = ARG_NONE }
};

/* --- what is printed -------------------------------------------------------------------------- */

/**
 * import_wrong() - tell an error, the first one of a translation
 * @im: translation
 * @line: of the configuration; 0: none
 * @format: what is wrong
 */
void import_wrong(struct import *im, unsigned int line, const char *format, ...)
{
	va_list args;

	if (im->failed)
		return;
	im->failed = true;
	fprintf(stderr, "Error: %s:", im->name);
	if (line)
		fprintf(stderr, "%u:", line);
	va_start(args, format);
	putc(' ', stderr);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(".\n", stderr);
}

/**
 * import_grow() - make room for one more in an array
 * @im: translation
 * @array: the array
 * @n: how many it has
 * @size: of one
 *
 * Return: as array_grow(), with the error told.
 */
void *import_grow(struct import *im, void *array, size_t n, size_t size)
{
	void *more = array_grow(array, n, size);

	if (!more)
		import_wrong(im, 0, "out of memory");
	return more;
}

static struct item *add_item(struct import *im)
{
	struct item *more = import_grow(im, im->item, im->n_items, sizeof(*more));

	if (!more)
		return NULL;
	im->item = more;
	return memset(&more[im->n_items++], 0, sizeof(*more));
}

/**
 * import_note() - add a comment
 * @im: translation
 * @format: what it says
 */
void import_note(struct import *im, const char *format, ...)
{
	struct item *item = add_item(im);
	va_list args;

	if (!item)
		return;
	va_start(args, format);
	if (vasprintf(&item->note, format, args) < 0)
		item->note = NULL;
	va_end(args);
}

/* A command, whose words are ended by NULL. */
static void command(struct import *im, const char *const *words)
{
	struct item *item = add_item(im);

	for (; item && *words; words++) {
		item->word[item->n] = strdup(*words);
		if (!item->word[item->n++])
			import_wrong(im, 0, "out of memory");
	}
}

#define COMMAND(im, ...)	command(im, (const char *const[]){ __VA_ARGS__, NULL })

static void print_items(const struct import *im)
{
	for (size_t i = 0; i < im->n_items; i++) {
		const struct item *item = &im->item[i];

		if (item->note)
			printf("# %s", item->note);
		for (int w = 0; w < item->n; w++) {
			/* The names of objects and verbs need no quotes. */
			if (w)
				word_put(stdout, item->word[w]);
			else
				fputs(item->word[w], stdout);
		}
		putchar('\n');
	}
	fflush(stdout);
}

static int run_items(void *data)
{
	const struct import *im = data;
	int ret = EXIT_OK;

	for (size_t i = 0; i < im->n_items && !ret; i++)
		if (im->item[i].n)
			ret = line_run(im->item[i].n, im->item[i].word);
	return ret;
}

static void free_items(struct import *im)
{
	for (size_t i = 0; i < im->n_items; i++) {
		free(im->item[i].note);
		for (int w = 0; w < im->item[i].n; w++)
			free(im->item[i].word[w]);
	}
	free(im->item);
}

/* --- interfaces ------------------------------------------------------------------------------- */

/* Is the route to something else that a rule with "auto" for a prefix of an interface speaks of? */
static bool is_inner(const struct import *im, const struct ndppd_proxy *proxy,
		     const struct ndppd_rule *rule, const struct route *route)
{
	if (!strcmp(route->dev, proxy->iface) || route->len <= rule->len ||
	    !prefix_covers(&rule->addr, rule->len, &route->dst))
		return false;
	/* Of all there is only what is asked for on the interface counts. */
	return rule->len || router_is_onlink(im->router, proxy->iface, &route->dst, route->len);
}

static const struct route *cover_of(const struct import *im, const struct ndppd_rule *rule)
{
	const struct route *route = router_cover(im->router, &rule->addr, rule->len);

	return route && route->len ? route : NULL;
}

static bool leads_to_hosts(const struct import *im, const struct route *route)
{
	return !route->via && !router_no_nd(im->router, route->dev);
}

static void auto_edge(struct import *im, const struct ndppd_proxy *proxy,
		      const struct ndppd_rule *rule, const struct route *route)
{
	if (strcmp(route->dev, proxy->iface) && leads_to_hosts(im, route))
		import_edge(im, rule, proxy->iface, route->dev);
}

/* A single address is answered for as long as it is routed elsewhere, whatever is there now. */
static void read_auto(struct import *im, const struct ndppd_proxy *proxy,
		      const struct ndppd_rule *rule)
{
	const struct route *cover = rule->len ? cover_of(im, rule) : NULL;
	bool found = cover && strcmp(cover->dev, proxy->iface);

	if (rule->len == 128)
		return;
	if (found)
		auto_edge(im, proxy, rule, cover);
	for (size_t i = 0; i < im->router->n_routes && !im->failed; i++) {
		if (!is_inner(im, proxy, rule, &im->router->route[i]))
			continue;
		auto_edge(im, proxy, rule, &im->router->route[i]);
		found = true;
	}
	if (found)
		return;
	if (cover || router_has_default(im->router, proxy->iface))
		import_wrong(im, rule->line, "\"auto\": the route to the prefix leads back to %s",
			     proxy->iface);
	else
		import_wrong(im, rule->line, "\"auto\": there is no route to the prefix");
}

static void read_ifaces(struct import *im, const struct ndppd_conf *conf)
{
	for (size_t p = 0; p < conf->n_proxies; p++) {
		const struct ndppd_proxy *proxy = &conf->proxies[p];

		import_iface(im, proxy->iface);
		for (size_t i = 0; i < proxy->n_rules && !im->failed; i++) {
			const struct ndppd_rule *rule = &proxy->rules[i];

			if (rule->method == NDPPD_AUTO)
				read_auto(im, proxy, rule);
			else if (*rule->iface && strcmp(rule->iface, proxy->iface))
				import_edge(im, rule, proxy->iface, rule->iface);
		}
	}
	if (!im->failed)
		import_roles(im);
}

static void put_link(struct import *im, const struct iface *iface)
{
	char group[24];

	if (iface->no_nd) {
		import_note(im, "%s does no neighbour discovery: this version takes no such link",
			    iface->name);
		return;
	}
	snprintf(group, sizeof(group), "%u", iface->group);
	/* Only a device that is called so needs the word. */
	if (!strcmp(iface->name, "dev"))
		COMMAND(im, "link", "set", "dev", iface->name, "role", iface->role,
			iface->group ? "group" : NULL, group);
	else
		COMMAND(im, "link", "set", iface->name, "role", iface->role,
			iface->group ? "group" : NULL, group);
}

/* --- rules ------------------------------------------------------------------------------------ */

static void prefix_text(const struct in6_addr *addr, uint8_t len, char *text)
{
	inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN);
	sprintf(text + strlen(text), "/%u", len);
}

#define PREFIX_TEXT	(INET6_ADDRSTRLEN + 4)

static int text_cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static bool is_added(const struct import *im, const char *prefix, const char *dev)
{
	char key[PREFIX_TEXT + IF_NAMESIZE + 1];

	snprintf(key, sizeof(key), "%s %s", prefix, dev);
	return tfind(key, &im->added, text_cmp);
}

/* One prefix may stand in several rules, for several interfaces: it is added once. */
static void add_prefix(struct import *im, const char *prefix, const char *dev, const char *mode)
{
	char *key;

	if (is_added(im, prefix, dev))
		return;
	if (asprintf(&key, "%s %s", prefix, dev) < 0 || !tsearch(key, &im->added, text_cmp)) {
		import_wrong(im, 0, "out of memory");
		return;
	}
	COMMAND(im, "prefix", "add", prefix, "dev", dev, mode ? "mode" : NULL, mode);
}

static void put_static(struct import *im, const struct ndppd_proxy *proxy,
		       const struct ndppd_rule *rule, const char *prefix)
{
	if (rule->method == NDPPD_NONE)
		import_note(im, "line %u: without a method, which ndppd takes for static",
			    rule->line);
	add_prefix(im, prefix, proxy->iface, "static");
}

/* What is routed within a prefix otherwise than the prefix itself. */
static void put_inner(struct import *im, const struct ndppd_proxy *proxy,
		      const struct ndppd_rule *rule, bool hosts)
{
	char prefix[PREFIX_TEXT];

	for (size_t i = 0; i < im->router->n_routes; i++) {
		const struct route *route = &im->router->route[i];

		if (!is_inner(im, proxy, rule, route) || leads_to_hosts(im, route) == hosts)
			continue;
		prefix_text(&route->dst, route->len, prefix);
		if (hosts)
			import_note(im, "line %u: %s is routed on by %s: answered for at once",
				    rule->line, prefix, route->dev);
		add_prefix(im, prefix, proxy->iface, hosts ? "route" : NULL);
	}
}

static bool has_inner_hosts(const struct import *im, const struct ndppd_proxy *proxy,
			    const struct ndppd_rule *rule)
{
	for (size_t i = 0; i < im->router->n_routes; i++)
		if (is_inner(im, proxy, rule, &im->router->route[i]) &&
		    leads_to_hosts(im, &im->router->route[i]))
			return true;
	return !rule->len;
}

static void put_auto(struct import *im, const struct ndppd_proxy *proxy,
		     const struct ndppd_rule *rule, const char *prefix)
{
	const struct route *cover = cover_of(im, rule);
	bool away = cover && strcmp(cover->dev, proxy->iface);
	bool hosts = away ? leads_to_hosts(im, cover) : has_inner_hosts(im, proxy, rule);

	if (rule->len == 128) {
		import_note(im, "line %u: %s is answered for while it is routed elsewhere than %s",
			    rule->line, prefix, proxy->iface);
		add_prefix(im, prefix, proxy->iface, "route");
		return;
	}
	if (!hosts)
		import_note(im, "line %u: what is routed on of %s is answered for at once",
			    rule->line, prefix);
	if (rule->len)
		add_prefix(im, prefix, proxy->iface, hosts ? NULL : "route");
	put_inner(im, proxy, rule, hosts);
}

static void put_iface(struct import *im, const struct ndppd_proxy *proxy,
		      const struct ndppd_rule *rule, const char *prefix)
{
	const struct iface *to = import_find(im, rule->iface);

	if (to && to->no_nd && rule->len) {
		import_note(im, "line %u: what is routed to %s is answered for at once", rule->line,
			    to->name);
		add_prefix(im, prefix, proxy->iface, "route");
	} else if (rule->len) {
		add_prefix(im, prefix, proxy->iface, NULL);
	}
}

/* On a downstream interface: targets are upstream, or on another link of the group. */
static void put_back(struct import *im, const struct ndppd_proxy *proxy,
		     const struct ndppd_rule *rule, const char *prefix)
{
	const struct iface *to = *rule->iface ? import_find(im, rule->iface) : NULL;

	if (rule->method != NDPPD_IFACE) {
		import_wrong(im, rule->line, "%s is downstream, and prefixes are added upstream",
			     proxy->iface);
		return;
	}
	if (!rule->len || to->no_nd || to->role == downstream || is_added(im, prefix, to->name)) {
		import_note(im, "line %u: %s on %s: the way back, which is proxied unasked",
			    rule->line, prefix, proxy->iface);
		return;
	}
	add_prefix(im, prefix, to->name, NULL);
}

static bool has_host_bits(const struct ndppd_rule *rule, struct in6_addr *base)
{
	*base = rule->addr;
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = rule->len > 8 * i ? rule->len - 8 * i : 0;

		if (bits < 8)
			base->s6_addr[i] &= 0xff00 >> bits;
	}
	return !IN6_ARE_ADDR_EQUAL(base, &rule->addr);
}

/* The prefix of a rule as text. A whole /32 is answered for by mistake only. */
static void rule_prefix(struct import *im, const struct ndppd_rule *rule, char *prefix)
{
	struct in6_addr base;
	bool bits = has_host_bits(rule, &base);

	prefix_text(&base, rule->len, prefix);
	if (!bits)
		return;
	if (rule->len < 64 && rule->method != NDPPD_IFACE)
		import_wrong(im, rule->line, "bits behind the length: all of %s is hardly meant",
			     prefix);
	else
		import_note(im, "line %u: bits behind the length, as ndppd has it: %s",
			    rule->line, prefix);
}

static void put_rule(struct import *im, const struct ndppd_proxy *proxy,
		     const struct ndppd_rule *rule)
{
	const struct iface *iface = import_find(im, proxy->iface);
	char prefix[PREFIX_TEXT];

	rule_prefix(im, rule, prefix);
	if (!strcmp(rule->iface, proxy->iface)) {
		import_note(im, "line %u: %s is on the link that asks: it needs no proxy",
			    rule->line, prefix);
		return;
	}
	if (iface->no_nd) {
		import_note(im, "line %u: nobody asks on %s: routes to %s are all that it needs",
			    rule->line, proxy->iface, prefix);
		return;
	}
	if (iface->role == downstream)
		put_back(im, proxy, rule, prefix);
	else if (rule->method == NDPPD_AUTO)
		put_auto(im, proxy, rule, prefix);
	else if (rule->method == NDPPD_IFACE)
		put_iface(im, proxy, rule, prefix);
	else
		put_static(im, proxy, rule, prefix);
}

/* Those of upstream interfaces first: then it is seen which others are the way back. */
static void put_rules(struct import *im, const struct ndppd_conf *conf, const char *role)
{
	for (size_t p = 0; p < conf->n_proxies; p++) {
		const struct ndppd_proxy *proxy = &conf->proxies[p];

		if (import_find(im, proxy->iface)->role != role)
			continue;
		for (size_t i = 0; i < proxy->n_rules && !im->failed; i++)
			put_rule(im, proxy, &proxy->rules[i]);
	}
}

/* Which on-link prefixes are proxied? Those of the rules, or, where one is ::/0, all. */
static void put_deny(struct import *im, const struct ndppd_conf *conf)
{
	const struct ndppd_rule *all = NULL, *one = NULL;

	for (size_t p = 0; p < conf->n_proxies; p++) {
		for (size_t i = 0; i < conf->proxies[p].n_rules; i++) {
			const struct ndppd_rule *rule = &conf->proxies[p].rules[i];

			if (!rule->len)
				all = rule;
			else
				one = rule;
		}
	}
	if (!all)
		COMMAND(im, "prefix", "deny", "::/0");
	else if (one)
		import_note(im, "line %u: ::/0: each upstream link learns, besides line %u",
			    all->line, one->line);
}

/* --- options ---------------------------------------------------------------------------------- */

enum { ALWAYS, OF_HOSTS, OF_ROUTES };

static const struct {
	const char *name;
	int about;
	const char *why;
} options[] = {
	{ "route-ttl", OF_ROUTES, "routes are followed as they change" },
	{ "address-ttl", OF_ROUTES, "addresses are followed as they change" },
	{ "router", OF_HOSTS, "the Router flag is passed on as the host sent it" },
	{ "timeout", OF_HOSTS,
	  "a solicitation is remembered for record_lifetime (see ndproxy param)" },
	{ "ttl", OF_HOSTS,
	  "a host is kept as long as it answers (see host_lifetime of ndproxy param)" },
	{ "deadtime", OF_HOSTS, "nothing is remembered of hosts that do not answer" },
	{ "keepalive", OF_HOSTS, "hosts are asked at the end of their lifetime" },
	{ "retries", OF_HOSTS, "hosts are asked three times, as RFC 4861 says" },
	{ "autowire", OF_HOSTS, "each downstream host has its route" },
	{ "promiscuous", OF_HOSTS, "all multicast is received, which is enough" },
};

/* Of a proxy whose rules are all static there are no hosts, and no routes to ask. */
static bool has_method(const struct ndppd_proxy *proxy, bool iface)
{
	for (size_t i = 0; i < proxy->n_rules; i++)
		if (proxy->rules[i].method == NDPPD_AUTO ||
		    (iface && proxy->rules[i].method == NDPPD_IFACE))
			return true;
	return false;
}

static void note_options(struct import *im, const struct ndppd_option *option, size_t n,
			 const char *where, bool hosts, bool routes)
{
	for (; n; n--, option++) {
		for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
			if (strcmp(options[i].name, option->name) ||
			    (options[i].about == OF_HOSTS && !hosts) ||
			    (options[i].about == OF_ROUTES && !routes))
				continue;
			import_note(im, "%s%s%s %s: %s", where, *where ? ": " : "", option->name,
				    option->value, options[i].why);
		}
	}
}

/* Who answers for others never says that they are routers. */
static void note_router(struct import *im, const struct ndppd_proxy *proxy)
{
	for (size_t i = 0; i < proxy->n_options; i++)
		if (!strcmp(proxy->options[i].name, "router") &&
		    (strchr("yt1", proxy->options[i].value[0]) ||
		     !strcmp(proxy->options[i].value, "on")))
			import_note(im, "%s: router %s: no Router flag in modes static and route",
				    proxy->iface, proxy->options[i].value);
}

static void put_notes(struct import *im, const struct ndppd_conf *conf)
{
	bool routes = false;

	for (size_t p = 0; p < conf->n_proxies; p++)
		routes |= has_method(&conf->proxies[p], false);
	note_options(im, conf->options, conf->n_options, "", routes, routes);
	for (size_t p = 0; p < conf->n_proxies; p++) {
		const struct ndppd_proxy *proxy = &conf->proxies[p];
		bool hosts = has_method(proxy, true);

		note_options(im, proxy->options, proxy->n_options, proxy->iface, hosts, hosts);
		if (!hosts)
			note_router(im, proxy);
	}
}

/* --- all of it -------------------------------------------------------------------------------- */

static void translate(struct import *im, const struct ndppd_conf *conf)
{
	put_notes(im, conf);
	read_ifaces(im, conf);
	if (im->failed)
		return;
	put_deny(im, conf);
	for (size_t i = 0; i < im->n_ifaces; i++)
		put_link(im, im->iface[i]);
	put_rules(im, conf, upstream);
	put_rules(im, conf, downstream);
}

static int run_all(struct import *im)
{
	int ret;

	cmd_only_check = true;
	ret = run_items(im);
	cmd_only_check = false;
	return ret ?: state_change(run_items, im, im->name);
}

static void import_free(struct import *im)
{
	while (im->added) {
		char *key = *(char **)im->added;

		tdelete(key, &im->added, text_cmp);
		free(key);
	}
	import_free_ifaces(im);
	free_items(im);
}

/**
 * import_ndppd() - translate an ndppd.conf
 * @name: of the file, - for the standard input
 * @router: what the kernel routes where
 * @run: also run the commands, all or none
 *
 * Return: the exit code.
 */
int import_ndppd(const char *name, const struct router *router, bool run)
{
	struct import im = { .name = name, .router = router };
	struct ndppd_conf conf;
	int ret = EXIT_OK;

	im.failed = ndppd_read(name, &conf);
	if (!im.failed)
		translate(&im, &conf);
	if (!im.failed) {
		print_items(&im);
		ret = run ? run_all(&im) : EXIT_OK;
	}
	ret = im.failed ? EXIT_USAGE : ret;
	import_free(&im);
	ndppd_free(&conf);
	return ret;
}

static int ndppd_run(const struct cmd *cmd, const struct args *args)
{
	struct router router;
	int ret;

	(void)cmd;
	out.json = false;
	ret = router_read(&router) ? EXIT_KERNEL :
				     import_ndppd(args->v[ARG_FILE].str, &router,
						  args->v[ARG_RUN].set);
	router_free(&router);
	return ret;
}

static const struct cmd cmds[] = {
	{ "ndppd", NULL, ndppd_run, ndppd_args, 0, 0 },
};

const struct object import_object = {
	.name = "import",
	.help = "the configuration of another proxy, as commands",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
