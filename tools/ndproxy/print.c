// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print.h"

#define MAX_DEPTH	16

struct out_options out;

static unsigned int depth;
static bool filled[MAX_DEPTH];	/* something stands at this depth: a comma comes next */
static struct {
	const char *key;
	char bracket;
} pending[MAX_DEPTH];		/* brackets opened and not yet printed: all, or none */
static unsigned int npending;
static bool printed;		/* anything of this document */

/* As ip(8): the second set is for a dark background, which COLORFGBG tells. */
static const char *const colors[][2] = {
	[C_NONE] = { "", "" },
	[C_DEV] = { "\033[36m", "\033[1;36m" },
	[C_LLADDR] = { "\033[33m", "\033[1;33m" },
	[C_ADDR] = { "\033[34m", "\033[1;34m" },
	[C_GOOD] = { "\033[32m", "\033[1;32m" },
	[C_BAD] = { "\033[31m", "\033[1;31m" },
	[C_DOUBT] = { "\033[35m", "\033[1;35m" },
};

static bool dark_background(void)
{
	const char *p = getenv("COLORFGBG");

	p = p ? strrchr(p, ';') : NULL;
	return p && ((p[1] >= '0' && p[1] <= '6') || p[1] == '8') && !p[2];
}

/**
 * out_parse_color() - read what stands behind -color
 * @arg: "", "=always", "=auto" or "=never"
 *
 * Return: 0, or -1 if it is anything else.
 */
int out_parse_color(const char *arg)
{
	if (!*arg || !strcmp(arg, "=always"))
		out.color = true;
	else if (!strcmp(arg, "=auto"))
		out.color = isatty(STDOUT_FILENO);
	else if (!strcmp(arg, "=never"))
		out.color = false;
	else
		return -1;
	return 0;
}

/**
 * out_default_color() - colours for who looks at a terminal, and has not said otherwise
 */
void out_default_color(void)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	out.color = isatty(STDOUT_FILENO) && !(none && *none) && term && strcmp(term, "dumb");
}

static void newline(unsigned int indent)
{
	putchar_unlocked('\n');
	for (unsigned int i = 0; i < indent; i++)
		fputs_unlocked("    ", stdout);
}

/* The length of the UTF-8 sequence at s, 0 if it is none. */
static size_t utf8_len(const unsigned char *s)
{
	size_t len;

	if (s[0] < 0x80)
		return 1;
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* What stands in a string as it is: printable ASCII but for quotes and backslashes. */
static size_t plain_len(const unsigned char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

/* Device names are any bytes; what is not UTF-8 is written by its number. */
static size_t json_odd(const unsigned char *s)
{
	size_t len = utf8_len(s);

	if (*s == '"' || *s == '\\')
		printf("\\%c", *s);
	else if (!len || *s < 0x20 || *s == 0x7f)
		printf("\\u%04x", *s);
	else
		fwrite_unlocked(s, 1, len, stdout);
	return len ? len : 1;
}

static void json_string(const char *str)
{
	const unsigned char *s = (const unsigned char *)str;

	putchar_unlocked('"');
	while (*s) {
		size_t len = plain_len(s);

		if (len)
			fwrite_unlocked(s, 1, len, stdout);
		else
			len = json_odd(s);
		s += len;
	}
	putchar_unlocked('"');
}

/* What stands before a value at a depth. */
static void json_key(unsigned int at, const char *key)
{
	if (filled[at])
		putchar_unlocked(',');
	filled[at] = true;
	if (out.pretty && at)
		newline(at);
	if (key) {
		json_string(key);
		fputs_unlocked(out.pretty ? ": " : ":", stdout);
	}
}

static void flush_pending(void)
{
	for (unsigned int i = 0; i < npending; i++) {
		if (i)
			json_key(i, pending[i].key);
		putchar_unlocked(pending[i].bracket);
	}
	npending = 0;
	printed = true;
}

static void json_begin(const char *key)
{
	flush_pending();
	json_key(depth, key);
}

static void json_open(const char *key, char bracket)
{
	/* The outermost wait for something to hold: a request that is refused prints nothing. */
	if (npending == depth) {
		pending[npending].key = key;
		pending[npending++].bracket = bracket;
	} else {
		json_begin(key);
		putchar_unlocked(bracket);
	}
	if (depth + 1 < MAX_DEPTH)
		depth++;
	filled[depth] = false;
}

static void json_close(char bracket)
{
	bool any = filled[depth];

	flush_pending();
	if (depth)
		depth--;
	if (out.pretty && any)
		newline(depth);
	putchar_unlocked(bracket);
}

void out_object(const char *key)
{
	if (out.json)
		json_open(key, '{');
}

void out_object_end(void)
{
	if (out.json)
		json_close('}');
}

void out_array(const char *key)
{
	if (out.json)
		json_open(key, '[');
}

void out_array_end(void)
{
	if (out.json)
		json_close(']');
}

/**
 * out_document_end() - end what one command prints
 *
 * Also right after an error in the middle: what was opened is left as it is, since half a JSON
 * text must not look whole.
 */
void out_document_end(void)
{
	if (out.json && printed)
		putchar_unlocked('\n');
	printed = false;
	npending = 0;
	depth = 0;
	filled[0] = false;
	fflush(stdout);
}

void out_text(const char *format, ...)
{
	va_list args;

	if (out.json)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

/**
 * out_line() - go on with the same object on a new line
 * @indent: how far its text stands in; with -oneline it is the same line
 */
void out_line(int indent)
{
	if (!out.json)
		printf("%s%*s", out.oneline ? "\\" : "\n", indent, "");
}

/**
 * out_line_end() - end the text of an object
 */
void out_line_end(void)
{
	if (!out.json)
		putchar_unlocked('\n');
}

static void text_str(enum color color, const char *s)
{
	bool colored = out.color && color != C_NONE;

	if (colored)
		fputs_unlocked(colors[color][dark_background()], stdout);
	for (; *s; s++)
		putchar_unlocked((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s);
	if (colored)
		fputs_unlocked("\033[0m", stdout);
}

/**
 * out_str() - print a string
 * @key: name in JSON, or NULL
 * @lead: what stands before it in text, or NULL
 * @color: of the text
 * @s: the string
 */
void out_str(const char *key, const char *lead, enum color color, const char *s)
{
	if (out.json && key) {
		json_begin(*key ? key : NULL);
		json_string(s);
	} else if (!out.json && lead) {
		fputs_unlocked(lead, stdout);
		text_str(color, s);
	}
}

void out_num(const char *key, const char *lead, uint64_t v)
{
	if (out.json && key) {
		json_begin(key);
		printf("%" PRIu64, v);
	} else if (!out.json && lead) {
		printf("%s%" PRIu64, lead, v);
	}
}

void out_int(const char *key, const char *lead, int32_t v)
{
	if (out.json && key) {
		json_begin(key);
		printf("%" PRId32, v);
	} else if (!out.json && lead) {
		printf("%s%" PRId32, lead, v);
	}
}

/**
 * out_bool() - print a truth
 * @key: name in JSON, or NULL
 * @lead: what stands in text if it is true, or NULL
 * @v: the truth
 */
void out_bool(const char *key, const char *lead, bool v)
{
	if (out.json && key) {
		json_begin(key);
		fputs_unlocked(v ? "true" : "false", stdout);
	} else if (!out.json && lead && v) {
		fputs_unlocked(lead, stdout);
	}
}

/**
 * out_onoff() - print a switch, in text by the word that sets it
 * @key: name in JSON, or NULL
 * @lead: what stands before it in text, or NULL
 * @v: whether it is on
 */
void out_onoff(const char *key, const char *lead, bool v)
{
	if (out.json)
		out_bool(key, NULL, v);
	else
		out_str(NULL, lead, C_NONE, v ? "on" : "off");
}

void out_addr(const char *key, const char *lead, struct in6_addr addr)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, &addr, text, sizeof(text));
	out_str(key, lead, C_ADDR, text);
}

void out_prefix(const char *key, const char *lead, struct in6_addr addr, unsigned int len)
{
	char text[INET6_ADDRSTRLEN + 4];

	inet_ntop(AF_INET6, &addr, text, INET6_ADDRSTRLEN);
	snprintf(text + strlen(text), 5, "/%u", len & 0xff);
	out_str(key, lead, C_ADDR, text);
}

void out_lladdr(const char *key, const char *lead, const void *lladdr, unsigned int len)
{
	const uint8_t *byte = lladdr;
	char text[3 * 32 + 1] = "";

	for (unsigned int i = 0; i < len && i < 32; i++)
		snprintf(text + 3 * i, 4, "%02x:", byte[i]);
	if (*text)
		text[strlen(text) - 1] = '\0';
	out_str(key, lead, C_LLADDR, text);
}

/**
 * out_age() - print a time span
 * @key: name in JSON, where it is in milliseconds
 * @lead: what stands before it in text
 * @ms: the span in milliseconds
 */
void out_age(const char *key, const char *lead, uint64_t ms)
{
	uint64_t s = ms / 1000;

	if (out.json)
		out_num(key, NULL, ms);
	else if (ms < 1000)
		printf("%s%" PRIu64 "ms", lead, ms);
	else if (s < 60)
		printf("%s%" PRIu64 ".%" PRIu64 "s", lead, s, ms % 1000 / 100);
	else if (s < 3600)
		printf("%s%" PRIu64 "m%02us", lead, s / 60, (unsigned int)(s % 60));
	else
		printf("%s%" PRIu64 "h%02um", lead, s / 3600, (unsigned int)(s % 3600 / 60));
}
