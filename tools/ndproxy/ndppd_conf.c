// SPDX-License-Identifier: GPL-2.0
/* Reads an ndppd.conf(5). */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "cmd.h"
#include "ndppd_conf.h"

struct reader {
	const char *name;
	const char *p;
	unsigned int line;
	bool wrong;
};

static void wrong(struct reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The first error is told; what is read behind it is of no use. */
static void wrong(struct reader *r, const char *format, ...)
{
	va_list args;

	if (r->wrong)
		return;
	r->wrong = true;
	fprintf(stderr, "Error: %s:%u: ", r->name, r->line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs(".\n", stderr);
}

static void wrong_option(struct reader *r)
{
	if (*r->p)
		wrong(r, "\"%c\" stands where an option should", *r->p);
	else
		wrong(r, "the end of file stands where an option should");
}

static void skip(struct reader *r, size_t n)
{
	for (; n && *r->p; n--)
		r->line += *r->p++ == '\n';
}

/* Blanks and comments; a semicolon ends a statement, as a line does. */
static void skip_blanks(struct reader *r)
{
	for (;;) {
		const char *end;

		skip(r, strspn(r->p, " \t\r\n;"));
		if (*r->p == '#' || !strncmp(r->p, "//", 2)) {
			skip(r, strcspn(r->p, "\n"));
		} else if (!strncmp(r->p, "/*", 2)) {
			end = strstr(r->p + 2, "*/");
			skip(r, end ? (size_t)(end + 2 - r->p) : strlen(r->p));
		} else {
			return;
		}
	}
}

static bool take(struct reader *r, char c)
{
	skip_blanks(r);
	if (*r->p != c)
		return false;
	skip(r, 1);
	return true;
}

static void read_until(struct reader *r, const char *end, char *word, size_t size)
{
	char quote[] = { '\0', '\n', '\0' };
	size_t len;

	skip_blanks(r);
	if (*r->p == '"' || *r->p == '\'') {
		*quote = *r->p;
		skip(r, 1);
	}
	len = strcspn(r->p, *quote ? quote : end);
	if (len >= size)
		wrong(r, "a word is too long");
	snprintf(word, size, "%.*s", (int)(len < size ? len : size - 1), r->p);
	skip(r, len);
	if (*quote && *r->p == *quote)
		skip(r, 1);
	else if (*quote)
		wrong(r, "a quote has no end");
}

static void read_word(struct reader *r, char *word, size_t size)
{
	read_until(r, " \t\r\n;{}#", word, size);
}

/* The name of an option, behind which an equals sign may stand. "_" is the same as "-". */
static void read_name(struct reader *r, char *word, size_t size)
{
	read_until(r, " \t\r\n;{}#=", word, size);
	for (char *p = word; *p; p++)
		if (*p == '_')
			*p = '-';
	if (*word && r->p[strspn(r->p, " \t")] == '=')
		skip(r, strspn(r->p, " \t") + 1);
}

/* What stands on the command line must be the same device there. */
static void read_iface(struct reader *r, char *name)
{
	uint32_t ifindex;

	if (r->p[strspn(r->p, " \t")] == '=')
		skip(r, strspn(r->p, " \t") + 1);
	read_word(r, name, IF_NAMESIZE);
	if (!*name)
		wrong(r, "the name of an interface is missing");
	else if (parse_dev(name, &ifindex) || ifindex)
		wrong(r, "no interface can have the name \"%s\"", name);
}

/* A value stands on the line of its name: "auto" has none. */
static bool has_value(const struct reader *r)
{
	const char *p = r->p + strspn(r->p, " \t");

	return *p && !strchr("\r\n;{}#", *p) && strncmp(p, "//", 2) && strncmp(p, "/*", 2);
}

static void read_rule_target(struct reader *r, struct ndppd_rule *rule)
{
	char word[64];

	read_word(r, word, sizeof(word));
	if (parse_prefix(word, &rule->addr, &rule->len)) {
		rule->len = 128;
		if (parse_addr(word, &rule->addr))
			wrong(r, "\"%s\" is neither an address nor a prefix", word);
	}
}

static const char *const daemon_options[] = {
	"route-ttl", "address-ttl", NULL
};

static const char *const proxy_options[] = {
	"router", "timeout", "ttl", "deadtime", "keepalive", "retries", "autowire", "promiscuous",
	NULL
};

static const char *const rule_options[] = { "autovia", NULL };

/* All of them are a number, or a word for true or false. */
static bool is_value(const char *word)
{
	static const char *const words[] = { "yes", "no", "true", "false", "on", "off" };
	uint32_t num;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word))
			return true;
	return !parse_u32(word, UINT32_MAX, &num);
}

static void check_option(struct reader *r, const char *const *known, const char *name)
{
	if (!*name) {
		wrong_option(r);
		return;
	}
	for (; *known; known++)
		if (!strcmp(*known, name))
			return;
	wrong(r, "\"%s\" is not known here", name);
}

/* Options that need no command: what becomes of each is told by import.c. */
static void read_option(struct reader *r, const char *const *known, struct ndppd_option *options,
			size_t *n, const char *name)
{
	struct ndppd_option *option = &options[*n];

	check_option(r, known, name);
	if (*n == NDPPD_OPTIONS)
		wrong(r, "too many options");
	if (r->wrong)
		return;
	snprintf(option->name, sizeof(option->name), "%s", name);
	*option->value = '\0';
	option->line = r->line;
	if (has_value(r))
		read_word(r, option->value, sizeof(option->value));
	if (!is_value(option->value))
		wrong(r, "\"%s\" is no value of %s", option->value, name);
	(*n)++;
}

static void read_rule_word(struct reader *r, struct ndppd_rule *rule)
{
	struct ndppd_option option[NDPPD_OPTIONS];
	enum ndppd_method method = rule->method;
	char word[32];
	size_t n = 0;

	read_name(r, word, sizeof(word));
	if (!strcmp(word, "auto"))
		method = NDPPD_AUTO;
	else if (!strcmp(word, "static"))
		method = NDPPD_STATIC;
	else if (!strcmp(word, "iface"))
		method = NDPPD_IFACE;
	else
		read_option(r, rule_options, option, &n, word);
	if (method != rule->method && rule->method != NDPPD_NONE)
		wrong(r, "a rule has one method");
	rule->method = method;
	if (!strcmp(word, "iface"))
		read_iface(r, rule->iface);
}

static void read_rule(struct reader *r, struct ndppd_proxy *proxy)
{
	struct ndppd_rule *rules, *rule;

	rules = array_grow(proxy->rules, proxy->n_rules, sizeof(*rules));
	if (!rules) {
		wrong(r, "%s", strerror(ENOMEM));
		return;
	}
	proxy->rules = rules;
	rule = &rules[proxy->n_rules++];
	memset(rule, 0, sizeof(*rule));
	rule->line = r->line;
	read_rule_target(r, rule);
	if (!take(r, '{'))
		wrong(r, "a rule needs a block in braces");
	while (!r->wrong && !take(r, '}'))
		read_rule_word(r, rule);
}

static void read_proxy_word(struct reader *r, struct ndppd_proxy *proxy)
{
	char word[32];

	read_name(r, word, sizeof(word));
	if (!strcmp(word, "rule"))
		read_rule(r, proxy);
	else
		read_option(r, proxy_options, proxy->options, &proxy->n_options, word);
}

static void read_proxy(struct reader *r, struct ndppd_conf *conf)
{
	struct ndppd_proxy *proxies, *proxy;

	proxies = array_grow(conf->proxies, conf->n_proxies, sizeof(*proxies));
	if (!proxies) {
		wrong(r, "%s", strerror(ENOMEM));
		return;
	}
	conf->proxies = proxies;
	proxy = &proxies[conf->n_proxies++];
	memset(proxy, 0, sizeof(*proxy));
	proxy->line = r->line;
	read_iface(r, proxy->iface);
	if (!take(r, '{'))
		wrong(r, "a proxy needs a block in braces");
	while (!r->wrong && !take(r, '}'))
		read_proxy_word(r, proxy);
}

static void read_text(struct reader *r, struct ndppd_conf *conf)
{
	char word[32];

	for (skip_blanks(r); !r->wrong && *r->p; skip_blanks(r)) {
		read_name(r, word, sizeof(word));
		if (!strcmp(word, "proxy"))
			read_proxy(r, conf);
		else
			read_option(r, daemon_options, conf->options, &conf->n_options, word);
	}
}

static char *read_file(const char *name)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	char *text = NULL;
	size_t size = 0;

	/* The whole file, up to a byte that no text has. */
	if (f && getdelim(&text, &size, '\0', f) < 0 && !ferror(f)) {
		free(text);
		text = strdup("");
	}
	if (!f || !text || ferror(f)) {
		fprintf(stderr, "Error: Cannot read \"%s\": %s.\n", name, strerror(errno));
		free(text);
		text = NULL;
	}
	if (f && f != stdin)
		fclose(f);
	return text;
}

/**
 * ndppd_read() - read a configuration
 * @name: of the file, - for the standard input
 * @conf: filled; ndppd_free() is due in any case
 *
 * Return: 0, or -1 with the error told.
 */
int ndppd_read(const char *name, struct ndppd_conf *conf)
{
	char *text = read_file(name);
	struct reader r = { .name = name, .p = text, .line = 1 };

	memset(conf, 0, sizeof(*conf));
	if (!text)
		return -1;
	/* The byte order mark of an editor. */
	if (!strncmp(text, "\xef\xbb\xbf", 3))
		r.p += 3;
	read_text(&r, conf);
	if (!r.wrong && !conf->n_proxies)
		wrong(&r, "there is no proxy section");
	free(text);
	return r.wrong ? -1 : 0;
}

void ndppd_free(struct ndppd_conf *conf)
{
	for (size_t i = 0; i < conf->n_proxies; i++)
		free(conf->proxies[i].rules);
	free(conf->proxies);
}
