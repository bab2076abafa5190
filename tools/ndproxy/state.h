/* SPDX-License-Identifier: GPL-2.0 */
/* The configuration as text (save.c), and changes that are made whole or not at all (state.c). */
#ifndef NDPROXY_STATE_H
#define NDPROXY_STATE_H

#include <stdbool.h>
#include <stdio.h>

/**
 * enum save_how - what of the configuration is printed
 * @SAVE_BRIEF: what differs from the defaults
 * @SAVE_WHOLE: each setting of whatever is configured, and each parameter
 * @SAVE_DEFAULTS: the defaults of the parameters, and nothing else
 */
enum save_how {
	SAVE_BRIEF,
	SAVE_WHOLE,
	SAVE_DEFAULTS,
};

int save_print(FILE *f, enum save_how how);

/* A function that makes changes, and what it needs. Returns an exit code. */
typedef int (*change_t)(void *data);

int state_change(change_t change, void *data, const char *name);

#endif
