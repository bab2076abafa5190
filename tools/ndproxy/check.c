// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cmd.h"
#include "print.h"

/**
 * struct cause - a reason for ND proxying not to work
 * @name: as it is printed
 * @what: what is well if it is not found
 * @look: looks for it
 */
struct cause {
	const char *name;
	const char *what;
	void (*look)(struct check *c);
};

/* In the order in which one would mend them. */
static const struct cause causes[] = {
	{ "ipv6", "IPv6 is enabled on each link", check_ipv6 },
	{ "link", "each link has a device that can be proxied, and is up", check_links },
	{ "role", "each group has an upstream and a downstream link", check_roles },
	{ "forwarding", "each link forwards", check_forwarding },
	{ "accept-ra", "upstream links take Router Advertisements", check_accept_ra },
	{ "retrans", "the kernel asks its neighbours again in time", check_retrans },
	{ "prefix", "each upstream link has a prefix to share", check_prefixes },
	{ "firewall", "no firewall drops ND or MLD", check_firewall },
	{ "proxy", "no other ND proxy is at work", check_proxies },
	{ "proxy-ndp", "the kernel's own proxy_ndp is off", check_proxy_ndp },
	{ "mld", "switches that snoop hear of the proxied hosts", check_mld },
	{ "conntrack", "the table of connections has room", check_conntrack },
	{ "neighbours", "the table of neighbours has room for the hosts", check_neighbours },
};

static const char *netns;

/**
 * check_set_netns() - commands that mend are to be run in a network namespace
 * @name: of it, or a path
 */
void check_set_netns(const char *name)
{
	netns = name;
}

/**
 * check_found() - tell what is not well
 * @c: the check
 * @dev: link that it is about, or NULL
 * @format: as of printf
 *
 * check_mend() is due next.
 */
void check_found(struct check *c, const char *dev, const char *format, ...)
{
	struct finding *more = realloc(c->findings, (c->n + 1) * sizeof(*more));
	struct finding *f;
	va_list args;

	if (!more)
		return;
	c->findings = more;
	f = &c->findings[c->n++];
	memset(f, 0, sizeof(*f));
	f->cause = c->cause;
	snprintf(f->dev, sizeof(f->dev), "%s", dev ? dev : "");
	va_start(args, format);
	vsnprintf(f->text, sizeof(f->text), format, args);
	va_end(args);
}

/* Whatever is not plain stands between quotes, and a quote outside of them. */
static void quote(FILE *f, const char *text)
{
	const char *end = text;

	while (isalnum((unsigned char)*end) || (*end && strchr("_.,=@%+/-", *end)))
		end++;
	if (*text && !*end) {
		fputs(text, f);
		return;
	}
	putc('\'', f);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", f);
		else
			putc(*text, f);
	putc('\'', f);
}

/**
 * check_word() - make one word of a shell of what may be anything
 * @word: gets it
 * @text: a name of a device or a chain, say: the kernel allows most of what a shell expands
 *
 * Return: the word; an empty one if the text is too long to be any of these.
 */
const char *check_word(struct word *word, const char *text)
{
	FILE *f = strlen(text) < WORD_LEN ? fmemopen(word->s, sizeof(word->s), "w") : NULL;

	if (f) {
		quote(f, text);
		fclose(f);
	} else {
		strcpy(word->s, "''");
	}
	return word->s;
}

/* Is it one program and its arguments, or does it take a shell? */
static bool needs_shell(const char *command)
{
	bool quoted = false;

	for (; *command; command++)
		if (*command == '\'')
			quoted = !quoted;
		else if (!quoted && *command == '\\' && command[1])
			command++;
		else if (!quoted && strchr(";&$", *command))
			return true;
	return false;
}

/* The command, as it is run in the network namespace. */
static char *in_netns(const char *command)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	if (netns) {
		fputs(strchr(netns, '/') ? "nsenter --net=" : "ip netns exec ", f);
		quote(f, netns);
		putc(' ', f);
	}
	if (netns && needs_shell(command)) {
		fputs("sh -c ", f);
		quote(f, command);
	} else {
		fputs(command, f);
	}
	fclose(f);
	return text;
}

/**
 * check_mend() - tell how what was found last is mended
 * @c: the check
 * @format: as of printf; a shell's command, whose words are of check_word() if they can be anything
 */
void check_mend(struct check *c, const char *format, ...)
{
	struct finding *f = c->n ? &c->findings[c->n - 1] : NULL;
	va_list args;
	char *mend;
	int len;

	if (!f)
		return;
	va_start(args, format);
	len = vasprintf(&mend, format, args);
	va_end(args);
	if (len < 0)
		return;
	f->mend = in_netns(mend);
	free(mend);
}

/**
 * check_mend_first() - tell how what was found last is mended in the first network namespace
 * @c: the check
 * @format: as of printf; a shell's command
 *
 * Some limits are set there only, whichever namespace is short of room.
 */
void check_mend_first(struct check *c, const char *format, ...)
{
	struct finding *f = c->n ? &c->findings[c->n - 1] : NULL;
	va_list args;

	if (!f)
		return;
	va_start(args, format);
	if (vasprintf(&f->mend, format, args) < 0)
		f->mend = NULL;
	va_end(args);
}

/**
 * check_skip() - tell why a cause cannot be looked at
 * @c: the check
 * @format: as of printf
 */
void check_skip(struct check *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->skipped, sizeof(c->skipped), format, args);
	va_end(args);
}

/**
 * check_run() - run a program and read what it prints
 * @command: of a shell
 *
 * Return: its output, for free(); NULL if it is not there, or fails.
 */
char *check_run(const char *command)
{
	size_t size = 0, room = 1 << 16, n;
	char *text = malloc(room), *more;
	FILE *f;

	f = text ? popen(command, "re") : NULL;
	if (!f)
		goto fail;
	while ((n = fread(text + size, 1, room - size - 1, f)) > 0) {
		size += n;
		if (size < room - 1)
			continue;
		more = realloc(text, room *= 2);
		if (!more)
			break;
		text = more;
	}
	text[size] = '\0';
	if (!pclose(f))
		return text;
fail:
	free(text);
	return NULL;
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

static void print_finding(const struct finding *f)
{
	out_object(NULL);
	out_str("cause", NULL, C_NONE, f->cause);
	out_str(NULL, "", C_BAD, f->cause);
	out_text("%*s", 12 - (int)strlen(f->cause), "");
	if (*f->dev)
		out_str("dev", " ", C_DEV, f->dev);
	if (*f->dev)
		out_text(":");
	out_str("finding", " ", C_NONE, f->text);
	out_line(13);
	out_str("mend", "mend with: ", C_GOOD, f->mend ? f->mend : "");
	out_object_end();
	out_line_end();
}

static void print_well(const struct cause *cause)
{
	if (out.json)
		return;
	out_str(NULL, "", C_GOOD, cause->name);
	out_text("%*s well: %s", 12 - (int)strlen(cause->name), "", cause->what);
	out_line_end();
}

static void print_skipped(const struct cause *cause, const char *skipped)
{
	out_object(NULL);
	out_str("cause", NULL, C_NONE, cause->name);
	out_str(NULL, "", C_DOUBT, cause->name);
	out_text("%*s", 12 - (int)strlen(cause->name), "");
	out_str("skipped", " not looked at: ", C_NONE, skipped);
	out_object_end();
	out_line_end();
}

static void look(struct check *c, const struct cause *cause)
{
	size_t before = c->n;

	c->cause = cause->name;
	*c->skipped = '\0';
	cause->look(c);
	for (size_t i = before; i < c->n; i++)
		print_finding(&c->findings[i]);
	if (*c->skipped) {
		c->n_skipped++;
		print_skipped(cause, c->skipped);
	} else if (before == c->n) {
		print_well(cause);
	}
}

static void look_for_all(struct check *c)
{
	out_array(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		look(c, &causes[i]);
	out_array_end();
	out_text("\n");
	if (c->n)
		out_text("%zu thing%s to mend.\n", c->n, c->n == 1 ? "" : "s");
	if (c->n_skipped)
		out_text("%zu thing%s could not be looked at.\n", c->n_skipped,
			 c->n_skipped == 1 ? "" : "s");
	if (!c->n && !c->n_skipped)
		out_text("All is well.\n");
}

static const struct arg check_args[] = {
	{ NULL, "DEV", ARG_DEV, .optional = true },
	{ .type = ARG_NONE }
};

static int check_main(const struct cmd *cmd, const struct args *args)
{
	struct check c = { .dev = args->v[0].set ? args->v[0].str : NULL };
	int ret = read_links(&c);

	(void)cmd;
	if (!ret && c.dev && !next_of(&c, NULL)) {
		fprintf(stderr, "Error: %s is not a link of the proxy.\n", c.dev);
		ret = EXIT_KERNEL;
	}
	if (!ret) {
		look_for_all(&c);
		ret = c.n || c.n_skipped ? EXIT_FOUND : EXIT_OK;
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.findings[i].mend);
	free(c.findings);
	free(c.links);
	nl_list_free(&c.msg);
	return ret;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, check_main, check_args, 0, 0 },
};

const struct object check_object = {
	.name = "check",
	.help = "why it does not work, and what mends that",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
