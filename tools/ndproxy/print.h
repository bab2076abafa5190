/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One writer for text and JSON: each function prints a value in whichever form was asked for.
 * A NULL key means that the value is for text only, a NULL lead that it is for JSON only.
 */
#ifndef NDPROXY_PRINT_H
#define NDPROXY_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <netinet/in.h>

enum color {
	C_NONE,
	C_DEV,
	C_LLADDR,
	C_ADDR,
	C_GOOD,
	C_BAD,
	C_DOUBT,
};

struct out_options {
	bool json;
	bool pretty;
	bool oneline;
	bool stats;
	bool details;
	bool color;
	bool timestamp;
};

extern struct out_options out;

void out_default_color(void);
int out_parse_color(const char *arg);

void out_object(const char *key);
void out_object_end(void);
void out_array(const char *key);
void out_array_end(void);
void out_document_end(void);

void out_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
void out_line(int indent);
void out_line_end(void);

void out_str(const char *key, const char *lead, enum color color, const char *s);
void out_int(const char *key, const char *lead, int32_t v);
void out_num(const char *key, const char *lead, uint64_t v);
void out_bool(const char *key, const char *lead, bool v);
void out_onoff(const char *key, const char *lead, bool v);
void out_addr(const char *key, const char *lead, struct in6_addr addr);
void out_prefix(const char *key, const char *lead, struct in6_addr addr, unsigned int len);
void out_lladdr(const char *key, const char *lead, const void *lladdr, unsigned int len);
void out_age(const char *key, const char *lead, uint64_t ms);

#endif
