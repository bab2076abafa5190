// SPDX-License-Identifier: GPL-2.0
/* Draws what "show" knows, as a tree that fits the terminal. */
#include <arpa/inet.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"
#include "objects.h"
#include "print.h"
#include "show.h"

#define MAX_DEPTH	8
#define HOST_INDENT	12	/* below group, link, prefix and place */

/* What leads to a node: to one that has others behind it, to the last, and what stands below. */
struct glyphs {
	const char *branch;
	const char *last;
	const char *through;
	const char *below;
};

static const struct glyphs ascii = { "|- ", "`- ", "|  ", "   " };
static const struct glyphs utf8 = { "├─ ", "└─ ", "│  ", "   " };

/**
 * struct columns - how wide what is told of hosts may be
 * @addr: of the longest address
 * @lladdr: there is room for link-layer addresses
 * @evidence: and for what told of each
 */
struct columns {
	int addr;
	bool lladdr;
	bool evidence;
};

/**
 * struct canvas - where the tree is drawn
 * @glyphs: its lines
 * @width: columns of the terminal; 0: it is none
 * @depth: of the node
 * @more: at each depth: others come behind
 * @col: columns of hosts
 */
struct canvas {
	const struct glyphs *glyphs;
	int width;
	int depth;
	bool more[MAX_DEPTH];
	struct columns col;
};

static int terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}

static void begin(const struct canvas *c, bool more)
{
	for (int i = 0; i < c->depth; i++)
		fputs(c->more[i] ? c->glyphs->through : c->glyphs->below, stdout);
	fputs(more ? c->glyphs->branch : c->glyphs->last, stdout);
}

static void enter(struct canvas *c, bool more)
{
	c->more[c->depth++] = more;
}

static void leave(struct canvas *c)
{
	c->depth--;
}

static void count(const char *lead, size_t n, const char *one, const char *many)
{
	printf("%s%zu %s", lead, n, n == 1 ? one : many);
}

/* --- hosts, in columns --- */

static void age_text(uint64_t ms, char *text, size_t size)
{
	uint64_t s = ms / 1000;

	if (s < 60)
		snprintf(text, size, "%u.%us", (unsigned int)s, (unsigned int)(ms % 1000 / 100));
	else if (s < 3600)
		snprintf(text, size, "%um%02us", (unsigned int)(s / 60), (unsigned int)(s % 60));
	else if (s < 360000)
		snprintf(text, size, "%uh%02um", (unsigned int)(s / 3600),
			 (unsigned int)(s % 3600 / 60));
	else
		snprintf(text, size, "%ud", (unsigned int)(s / 86400));
}

static void put_padded(enum color color, const char *text, int width)
{
	int pad = width - (int)strlen(text);

	out_str(NULL, "", color, text);
	printf("%*s", pad > 0 ? pad : 0, "");
}

static void draw_host(const struct columns *col, const struct host *host)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];
	char text[INET6_ADDRSTRLEN];
	struct octets lladdr;
	uint32_t state;

	nl_attrs(host->nlh, tb, NDPROXY_A_HOST_MAX);
	state = attr_u32(tb[NDPROXY_A_HOST_STATE]);
	lladdr = attr_octets(tb[NDPROXY_A_HOST_LLADDR]);
	inet_ntop(AF_INET6, &host->addr, text, sizeof(text));
	put_padded(C_ADDR, text, col->addr + 2);
	put_padded(host_state_color(state), name_of(&host_state_names, state), 11);
	if (col->evidence)
		put_padded(C_NONE, name_of(&evidence_names, attr_u32(tb[NDPROXY_A_HOST_EVIDENCE])),
			   8);
	age_text(attr_u64(tb[NDPROXY_A_HOST_AGE]), text, sizeof(text));
	printf("%6s", text);
	if (attr_u32(tb[NDPROXY_A_HOST_ROUTE]))
		fputs("  route", stdout);
	else if (tb[NDPROXY_A_HOST_SHADOWED])
		fputs("  shadowed", stdout);
	else if (col->lladdr && lladdr.len)
		fputs("       ", stdout);
	if (col->lladdr && lladdr.len)
		out_lladdr(NULL, "  ", lladdr.data, lladdr.len);
	out_line_end();
}

/* Narrow terminals do without the link-layer address first, then without the evidence. */
static void measure(struct canvas *c, const struct tree *tree)
{
	struct columns *col = &c->col;
	char text[INET6_ADDRSTRLEN];
	int need;

	for (size_t i = 0; i < tree->n[HOSTS]; i++) {
		inet_ntop(AF_INET6, &tree->hosts[i].addr, text, sizeof(text));
		if ((int)strlen(text) > col->addr)
			col->addr = strlen(text);
	}
	need = HOST_INDENT + col->addr + 2 + 11 + 8 + 6 + 7;
	col->evidence = !c->width || need <= c->width;
	col->lladdr = !c->width || need + 19 <= c->width;
}

static void draw_hosts(struct canvas *c, const struct host *hosts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		begin(c, i + 1 < n);
		draw_host(&c->col, &hosts[i]);
	}
}

/* --- links and prefixes --- */

/* Links on which a prefix has something to show: all downstream ones, and others with hosts. */
static bool has_place(const struct tree *tree, const struct prefix *prefix,
		      const struct link *link)
{
	size_t n;

	if (!tree_covers(prefix, link))
		return false;
	tree_hosts(tree, prefix, link, &n);
	return n || link->role == NDPROXY_ROLE_DOWNSTREAM;
}

static void draw_places(struct canvas *c, const struct tree *tree, const struct prefix *prefix)
{
	size_t left = 0, n;

	for (size_t i = 0; i < tree->n[LINKS]; i++)
		left += has_place(tree, prefix, &tree->links[i]);
	for (size_t i = 0; i < tree->n[LINKS]; i++) {
		const struct link *link = &tree->links[i];
		const struct host *hosts;

		if (!has_place(tree, prefix, link))
			continue;
		left--;
		hosts = tree_hosts(tree, prefix, link, &n);
		begin(c, left);
		out_str(NULL, "on ", C_DEV, link->name);
		count(": ", n, "host", "hosts");
		out_line_end();
		enter(c, left);
		draw_hosts(c, hosts, n);
		leave(c);
	}
}

static void draw_prefix(const struct prefix *prefix)
{
	struct nlattr **tb = (struct nlattr **)prefix->tb;
	uint32_t sources = attr_u32(tb[NDPROXY_A_PREFIX_SOURCES]);
	uint32_t mode = attr_u32(tb[NDPROXY_A_PREFIX_MODE]);
	uint32_t records = attr_u32(tb[NDPROXY_A_PREFIX_RECORDS]);
	const char *lead = "  from ";

	out_prefix(NULL, "", prefix->addr, prefix->len);
	if (mode != NDPROXY_PREFIX_MODE_PROXY)
		printf("  mode %s", name_of(&prefix_mode_names, mode));
	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!(sources & (UINT32_C(1) << bit)))
			continue;
		printf("%s%s", lead, name_of(&prefix_source_names, bit));
		lead = " and ";
	}
	count("  ", attr_u32(tb[NDPROXY_A_PREFIX_HOSTS]), "host", "hosts");
	if (records)
		count("  ", records, "target asked for", "targets asked for");
	out_line_end();
}

static void draw_prefixes(struct canvas *c, const struct tree *tree, const struct link *link)
{
	size_t left = tree_prefixes(tree, link);

	if (!left && link->role == NDPROXY_ROLE_UPSTREAM &&
	    attr_u32(link->tb[NDPROXY_A_LINK_STATE]) == NDPROXY_LINK_STATE_ACTIVE) {
		begin(c, false);
		out_str(NULL, "", C_DOUBT, "no prefix yet");
		printf(" (ndproxy check tells why)\n");
	}
	for (size_t i = 0; i < tree->n[PREFIXES]; i++) {
		if (strcmp(tree->prefixes[i].dev, link->name))
			continue;
		left--;
		begin(c, left);
		draw_prefix(&tree->prefixes[i]);
		enter(c, left);
		draw_places(c, tree, &tree->prefixes[i]);
		leave(c);
	}
}

static void draw_link(struct canvas *c, const struct tree *tree, const struct link *link,
		      bool more)
{
	struct nlattr **tb = (struct nlattr **)link->tb;
	uint32_t state = attr_u32(tb[NDPROXY_A_LINK_STATE]);

	begin(c, more);
	out_str(NULL, "", C_DEV, link->name);
	printf("  %s  ", name_of(&role_names, link->role));
	out_str(NULL, "", link_state_color(state), name_of(&link_state_names, state));
	if (tb[NDPROXY_A_LINK_REASON])
		out_str(NULL, ": ", C_BAD, attr_str(tb[NDPROXY_A_LINK_REASON]));
	if (tb[NDPROXY_A_LINK_SUSPENDED_FOR])
		printf(" (for %u s, next test in %u s)",
		       attr_u32(tb[NDPROXY_A_LINK_SUSPENDED_FOR]),
		       attr_u32(tb[NDPROXY_A_LINK_NEXT_TEST]));
	link_settings_print(tb);
	out_line_end();
	enter(c, more);
	draw_prefixes(c, tree, link);
	leave(c);
}

static void draw_rules(const struct nl_list *rules)
{
	struct nlattr *tb[NDPROXY_A_RULE_MAX + 1];

	for (size_t i = 0; i < rules->n; i++) {
		nl_attrs(rules->msg[i], tb, NDPROXY_A_RULE_MAX);
		fputs("prefix ", stdout);
		rule_print(tb);
		out_line_end();
	}
}

/**
 * tree_draw() - draw everything
 * @tree: what there is
 * @rules: and the rules, which stand first
 */
void tree_draw(const struct tree *tree, const struct nl_list *rules)
{
	struct canvas c = { .width = terminal_width() };
	const struct link *links = tree->links;

	setlocale(LC_CTYPE, "");
	c.glyphs = strcmp(nl_langinfo(CODESET), "UTF-8") ? &ascii : &utf8;
	measure(&c, tree);
	draw_rules(rules);
	for (size_t i = 0; i < tree->n[LINKS]; i++) {
		bool more = i + 1 < tree->n[LINKS] && links[i].group == links[i + 1].group;

		if (!i || links[i].group != links[i - 1].group)
			printf("group %u\n", links[i].group);
		draw_link(&c, tree, &links[i], more);
	}
	if (!tree->n[LINKS])
		printf("No links. Begin with: ndproxy link set DEV role upstream\n");
}
