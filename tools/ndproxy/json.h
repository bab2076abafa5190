/* SPDX-License-Identifier: GPL-2.0 */
/* A reader of JSON texts, for what other programs print. */
#ifndef NDPROXY_JSON_H
#define NDPROXY_JSON_H

#include <stdbool.h>
#include <stddef.h>

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/**
 * struct json - a value
 * @type: of it
 * @key: its name, within an object
 * @str: of a string
 * @num: of a number, its integer part; of a truth, 0 or 1
 * @child: the first value within
 * @next: the next value beside it
 */
struct json {
	enum json_type type;
	char *key;
	char *str;
	long num;
	struct json *child;
	struct json *next;
};

struct json *json_parse(const char *text);
void json_free(struct json *json);
const struct json *json_get(const struct json *json, const char *key);
const char *json_str(const struct json *json);
bool json_is(const struct json *json, const char *str);

#endif
