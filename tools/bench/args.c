// SPDX-License-Identifier: GPL-2.0
/* Command lines of the benchmark's programs. What is wrong ends the program with status 1. */
#include "args.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define ARGS_MAX 16

/**
 * args_number() - A decimal number; anything else ends the program.
 * @name: what to call it in the message
 * @text: the argument
 * @min: smallest accepted value
 * @max: largest accepted value
 *
 * Return: the number.
 */
unsigned long args_number(const char *name, const char *text, unsigned long min, unsigned long max)
{
	unsigned long v;
	char *end;

	errno = 0;
	v = strtoul(text, &end, 10);
	if (errno || *text < '0' || *text > '9' || *end || v < min || v > max)
		errx(1, "%s: \"%s\" is not a number from %lu to %lu", name, text, min, max);
	return v;
}

static void store(const struct arg *arg, const char *text)
{
	if (arg->flag)
		*arg->flag = true;
	else if (arg->text)
		*arg->text = text;
	else
		*arg->number = args_number(arg->name, text, arg->min, arg->max);
}

/**
 * args_parse() - Read a command line of options and exactly two arguments.
 * @argc: of main()
 * @argv: of main()
 * @args: the options, at most ARGS_MAX - 2; ends with one without a name
 * @usage: for --help, and for a command line that is none
 *
 * Return: the two arguments.
 */
char **args_parse(int argc, char **argv, const struct arg *args, const char *usage)
{
	struct option options[ARGS_MAX] = { { 0 } };
	int c, n, index = 0;

	for (n = 0; args[n].name && n < ARGS_MAX - 2; n++) {
		options[n].name = args[n].name;
		options[n].has_arg = args[n].flag ? no_argument : required_argument;
		options[n].val = 1;
	}
	options[n].name = "help";
	options[n].val = 2;

	while ((c = getopt_long(argc, argv, "", options, &index)) == 1)
		store(&args[index], optarg);
	if (c == -1 && argc - optind == 2)
		return argv + optind;
	fputs(usage, c == 2 ? stdout : stderr);
	exit(c == 2 ? 0 : 1);
}
