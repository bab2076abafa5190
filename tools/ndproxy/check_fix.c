// SPDX-License-Identifier: GPL-2.0
/* What ends a problem: commands that can be pasted, and advice where there is none. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cmd.h"

static const char *netns;

/**
 * check_set_netns() - fixes are to be run in a network namespace
 * @name: of it, or a path
 */
void check_set_netns(const char *name)
{
	netns = name;
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

static char *text_of(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? NULL : text;
}

static struct problem *last(struct check *c)
{
	return c->n ? &c->problems[c->n - 1] : NULL;
}

/**
 * check_fix() - tell what ends the problem that was found last
 * @c: the check
 * @format: as of printf; a shell's command, whose words are of check_word() if they can be anything
 */
void check_fix(struct check *c, const char *format, ...)
{
	struct problem *p = last(c);
	va_list args;
	char *text;

	if (!p)
		return;
	va_start(args, format);
	text = text_of(format, args);
	va_end(args);
	p->fix = text ? in_netns(text) : NULL;
	free(text);
}

/**
 * check_fix_first() - tell what ends it if it is run in the first network namespace
 * @c: the check
 * @format: as of printf; a shell's command
 *
 * Some limits are set there only, whichever namespace is short of room; and some commands are of no
 * namespace.
 */
void check_fix_first(struct check *c, const char *format, ...)
{
	struct problem *p = last(c);
	va_list args;

	if (!p)
		return;
	va_start(args, format);
	p->fix = text_of(format, args);
	va_end(args);
}

/**
 * check_advise() - tell in words what to do about the problem that was found last
 * @c: the check
 * @format: as of printf
 *
 * For what no command can decide: which of two programs is to go, or whose the router is.
 */
void check_advise(struct check *c, const char *format, ...)
{
	struct problem *p = last(c);
	va_list args;

	if (!p)
		return;
	va_start(args, format);
	p->advice = text_of(format, args);
	va_end(args);
}
