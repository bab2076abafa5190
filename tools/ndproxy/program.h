/* SPDX-License-Identifier: GPL-2.0 */
/* Other programs, run so that neither their caller's environment nor they themselves do harm. */
#ifndef NDPROXY_PROGRAM_H
#define NDPROXY_PROGRAM_H

#include <stddef.h>

/* Where programs are looked for, and what they have as PATH. */
#define PROGRAM_PATH	"/usr/sbin:/usr/bin:/sbin:/bin"

enum program_end {
	PROGRAM_DONE,		/* it exited with 0 */
	PROGRAM_MISSING,	/* it is in none of the folders */
	PROGRAM_FAILED,
};

/**
 * struct program - a program that was run
 * @end: how that ended
 * @text: what it printed, for free(); NULL unless it is done
 * @why: why it failed
 */
struct program {
	enum program_end end;
	char *text;
	char why[160];
};

void program_run(struct program *program, const char *const *argv);

#endif
