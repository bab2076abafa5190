/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the unit program share. */
#ifndef NDPROXY_UNIT_H
#define NDPROXY_UNIT_H

#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;

extern char message_buf[];	/* the message that was begun last */
struct nlmsghdr *message(uint8_t cmd);

void result(bool ok, const char *what);

/* parse.c */
void unit_parse(void);

/* fw.c */
void unit_fw(void);

/* print.c */
extern int count;	/* of how many objects a list is made */
bool unit_print(const char *name);

/* import.c */
int unit_import(const char *name, const char *routes);

/* reply.c */
bool unit_reply(const char *what);

#endif
