/* SPDX-License-Identifier: GPL-2.0 */
/* Command lines of the benchmark's programs: two arguments and long options, by a table. */
#ifndef ARGS_H
#define ARGS_H

#include <stdbool.h>

/* One of number, flag and text is set: where the option's value goes. */
struct arg {
	const char *name;
	unsigned long *number, min, max;
	bool *flag;
	const char **text;
};

char **args_parse(int argc, char **argv, const struct arg *args, const char *usage);
unsigned long args_number(const char *name, const char *text, unsigned long min,
			  unsigned long max);

#endif
