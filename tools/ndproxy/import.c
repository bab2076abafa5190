// SPDX-License-Identifier: GPL-2.0
/*
 * The configuration of another ND proxy, translated. ndppd answers for the prefixes of its rules
 * and for nothing else, so that on-link prefixes are denied and those of the rules are added:
 *
 *	proxy A { rule P { iface B } }	A is upstream, B downstream, P is proxied
 *	proxy A { rule P { auto } }	P in mode route: answered where the kernel routes elsewhere
 *	proxy A { rule P { static } }	P in mode static: answered at once
 */
#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "cmd.h"
#include "ndppd_conf.h"
#include "print.h"

enum { ARG_FILE, ARG_RUN };

static const struct arg ndppd_args[] = {
	[ARG_FILE] = { .meta = "FILE", .type = ARG_NAME },
	[ARG_RUN] = { "-x", NULL, ARG_FLAG, .optional = true },
	{ .type = ARG_NONE }
};

/**
 * struct iface - an interface of the configuration
 * @name: of it
 * @upstream: solicitations are heard there
 * @group: what is connected by rules is one group
 */
struct iface {
	char name[IF_NAMESIZE];
	bool upstream;
	unsigned int group;
};

/**
 * struct import - a translation
 * @ifaces: in the order in which they are named
 * @n: how many
 * @run: the commands are run, and not only printed
 * @ret: the highest exit code so far
 */
struct import {
	struct iface *ifaces;
	size_t n;
	bool run;
	int ret;
};

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* One command: it is printed, and run if that was asked for. */
static void command(struct import *im, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void command(struct import *im, const char *format, ...)
{
	char line[256], *words[16], *rest = line;
	va_list args;
	int n = 0, ret;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	puts(line);
	if (!im->run)
		return;
	fflush(stdout);
	while (n < 15 && (words[n] = strsep(&rest, " ")))
		n++;
	words[n] = NULL;
	ret = line_run(n, words);
	im->ret = ret > im->ret ? ret : im->ret;
}

/* --- interfaces --- */

static struct iface *find_iface(struct import *im, const char *name)
{
	for (size_t i = 0; i < im->n; i++)
		if (!strcmp(im->ifaces[i].name, name))
			return &im->ifaces[i];
	return NULL;
}

static struct iface *add_iface(struct import *im, const char *name, bool upstream)
{
	struct iface *iface = find_iface(im, name), *more;

	if (iface)
		return iface;
	more = realloc(im->ifaces, (im->n + 1) * sizeof(*more));
	if (!more)
		return NULL;
	im->ifaces = more;
	iface = &more[im->n];
	memset(iface, 0, sizeof(*iface));
	snprintf(iface->name, sizeof(iface->name), "%s", name);
	iface->upstream = upstream;
	iface->group = im->n++;
	return iface;
}

static void join(struct import *im, const char *a, const char *b)
{
	unsigned int from = find_iface(im, b)->group, to = find_iface(im, a)->group;

	for (size_t i = 0; i < im->n; i++)
		if (im->ifaces[i].group == from)
			im->ifaces[i].group = to;
}

/* Groups are numbered from 0 on, in the order of their first interface. */
static void number_groups(struct import *im)
{
	unsigned int number[im->n + 1], next = 0;

	for (size_t i = 0; i < im->n; i++) {
		size_t first = 0;

		while (im->ifaces[first].group != im->ifaces[i].group)
			first++;
		number[i] = first == i ? next++ : number[first];
	}
	for (size_t i = 0; i < im->n; i++)
		im->ifaces[i].group = number[i];
}

/*
 * Who is named first by a proxy section is upstream. A second section for the way back, which ndppd
 * needs and the module does not, changes nothing.
 */
static int read_ifaces(struct import *im, const struct ndppd_conf *conf)
{
	for (size_t p = 0; p < conf->n_proxies; p++) {
		const struct ndppd_proxy *proxy = &conf->proxies[p];

		if (!add_iface(im, proxy->iface, true))
			return -1;
		for (size_t i = 0; i < proxy->n_rules; i++) {
			const char *iface = proxy->rules[i].iface;

			if (!*iface || !strcmp(iface, proxy->iface))
				continue;
			if (!add_iface(im, iface, false))
				return -1;
			join(im, proxy->iface, iface);
		}
	}
	number_groups(im);
	return 0;
}

static void put_links(struct import *im)
{
	for (size_t i = 0; i < im->n; i++) {
		const struct iface *iface = &im->ifaces[i];
		char group[24] = "";

		if (iface->group)
			snprintf(group, sizeof(group), " group %u", iface->group);
		command(im, "link set %s role %s%s", iface->name,
			iface->upstream ? "upstream" : "downstream", group);
	}
}

/* --- rules --- */

static void base_of(const struct ndppd_rule *rule, char *text)
{
	struct in6_addr base = rule->addr;

	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = rule->len > 8 * i ? rule->len - 8 * i : 0;

		if (bits < 8)
			base.s6_addr[i] &= 0xff00 >> bits;
	}
	inet_ntop(AF_INET6, &base, text, INET6_ADDRSTRLEN);
}

static void put_rule(struct import *im, const struct ndppd_proxy *proxy,
		     const struct ndppd_rule *rule)
{
	static const char *const modes[] = {
		[NDPPD_NONE] = " mode static", [NDPPD_STATIC] = " mode static",
		[NDPPD_AUTO] = " mode route", [NDPPD_IFACE] = "",
	};
	char base[INET6_ADDRSTRLEN];

	base_of(rule, base);
	if (!find_iface(im, proxy->iface)->upstream) {
		note("line %u: %s/%u on %s: the way back, which is proxied without being told",
		     rule->line, base, rule->len, proxy->iface);
		return;
	}
	if (!strcmp(rule->iface, proxy->iface)) {
		note("line %u: %s/%u is on the link that asks: it needs no proxy",
		     rule->line, base, rule->len);
		return;
	}
	if (rule->method == NDPPD_NONE)
		note("line %u: without a method, which ndppd takes for static", rule->line);
	command(im, "prefix add %s/%u dev %s%s", base, rule->len, proxy->iface,
		modes[rule->method]);
}

/* One prefix may stand in several rules, for several interfaces: it is added once. */
static bool is_repeated(const struct ndppd_proxy *proxy, size_t at)
{
	const struct ndppd_rule *rule = &proxy->rules[at];

	for (size_t i = 0; i < at; i++)
		if (proxy->rules[i].len == rule->len &&
		    IN6_ARE_ADDR_EQUAL(&proxy->rules[i].addr, &rule->addr))
			return true;
	return false;
}

static void put_proxy(struct import *im, const struct ndppd_proxy *proxy)
{
	for (size_t i = 0; i < proxy->n_rules; i++)
		if (!is_repeated(proxy, i))
			put_rule(im, proxy, &proxy->rules[i]);
}

/* --- options --- */

static const struct {
	const char *name;
	const char *why;
} options[] = {
	{ "route-ttl", "routes are followed as they change" },
	{ "address-ttl", "addresses are followed as they change" },
	{ "router", "the Router flag is passed on as the host sent it" },
	{ "timeout", "a solicitation is remembered for record_lifetime (see ndproxy param)" },
	{ "ttl", "a host is kept as long as it answers (see host_lifetime of ndproxy param)" },
	{ "deadtime", "nothing is remembered of hosts that do not answer" },
	{ "keepalive", "hosts are asked at the end of their lifetime" },
	{ "retries", "hosts are asked three times, as RFC 4861 says" },
	{ "autowire", "each downstream host has its route" },
	{ "promiscuous", "all multicast is received, which is enough" },
};

static void note_options(const struct ndppd_option *option, size_t n, const char *where)
{
	for (; n; n--, option++) {
		const char *why = "not known here";

		for (size_t i = 0; i < ARRAY_SIZE(options); i++)
			if (!strcmp(options[i].name, option->name))
				why = options[i].why;
		note("%s%s%s%s: %s", where, option->name, *option->value ? " " : "", option->value,
		     why);
	}
}

static void translate(struct import *im, const struct ndppd_conf *conf)
{
	note_options(conf->options, conf->n_options, "");
	command(im, "prefix deny ::/0");
	put_links(im);
	for (size_t p = 0; p < conf->n_proxies; p++) {
		char where[40];

		snprintf(where, sizeof(where), "%s: ", conf->proxies[p].iface);
		note_options(conf->proxies[p].options, conf->proxies[p].n_options, where);
		put_proxy(im, &conf->proxies[p]);
	}
}

static int ndppd_run(const struct cmd *cmd, const struct args *args)
{
	struct import im = { .run = args->v[ARG_RUN].set };
	struct ndppd_conf conf;

	(void)cmd;
	out.json = false;
	im.ret = ndppd_read(args->v[ARG_FILE].str, &conf) ? EXIT_USAGE : EXIT_OK;
	if (!im.ret && read_ifaces(&im, &conf))
		im.ret = EXIT_KERNEL;
	if (!im.ret)
		translate(&im, &conf);
	free(im.ifaces);
	ndppd_free(&conf);
	return im.ret;
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
