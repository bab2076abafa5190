// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "json.h"

#define MAX_DEPTH	64

struct reader {
	const char *p;
	unsigned int depth;
};

static struct json *read_value(struct reader *r);

static void skip_blanks(struct reader *r)
{
	r->p += strspn(r->p, " \t\r\n");
}

static bool take(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	skip_blanks(r);
	if (strncmp(r->p, word, len))
		return false;
	r->p += len;
	return true;
}

/* What stands behind a backslash. Letters beyond ASCII are not told apart. */
static char read_escape(struct reader *r)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	static const char hex[] = "0123456789abcdefABCDEF";
	size_t digits;
	const char *at;
	char c = *r->p;

	if (c)
		r->p++;
	if (c == 'u') {
		digits = strspn(r->p, hex);
		r->p += digits < 4 ? digits : 4;
		return '?';
	}
	at = c ? strchr(from, c) : NULL;
	return at ? to[at - from] : c;
}

/* The octets up to the quote that ends a string, or to the end of the text. */
static size_t string_len(const char *text)
{
	const char *p = text;

	while (*p && *p != '"')
		p += *p == '\\' && p[1] ? 2 : 1;
	return p - text;
}

static char *read_string(struct reader *r)
{
	char *str, *s;

	if (!take(r, "\""))
		return NULL;
	str = malloc(string_len(r->p) + 1);
	if (!str)
		return NULL;
	for (s = str; *r->p && *r->p != '"'; s++) {
		*s = *r->p++;
		if (*s == '\\')
			*s = read_escape(r);
	}
	*s = '\0';
	if (*r->p == '"') {
		r->p++;
		return realloc(str, s - str + 1) ?: str;
	}
	free(str);
	return NULL;
}

/* The values of an array or of an object, behind its bracket. */
static bool read_children(struct reader *r, struct json *json, const char *end)
{
	struct json **tail = &json->child;
	char *key = NULL;

	if (take(r, end))
		return true;
	do {
		if (json->type == JSON_OBJECT) {
			key = read_string(r);
			if (!key || !take(r, ":"))
				break;
		}
		*tail = read_value(r);
		if (!*tail)
			break;
		(*tail)->key = key;
		key = NULL;
		tail = &(*tail)->next;
		if (take(r, end))
			return true;
	} while (take(r, ","));
	free(key);
	return false;
}

static bool read_number(struct reader *r, struct json *json)
{
	char *end;

	skip_blanks(r);
	json->type = JSON_NUMBER;
	json->num = strtol(r->p, &end, 10);
	if (end == r->p)
		return false;
	r->p = end + strspn(end, "0123456789.eE+-");
	return true;
}

static bool read_nested(struct reader *r, struct json *json, enum json_type type, const char *end)
{
	bool ok;

	json->type = type;
	if (r->depth == MAX_DEPTH)
		return false;
	r->depth++;
	ok = read_children(r, json, end);
	r->depth--;
	return ok;
}

static bool read_into(struct reader *r, struct json *json)
{
	if (take(r, "{"))
		return read_nested(r, json, JSON_OBJECT, "}");
	if (take(r, "["))
		return read_nested(r, json, JSON_ARRAY, "]");
	if (*r->p == '"') {
		json->type = JSON_STRING;
		json->str = read_string(r);
		return json->str;
	}
	if (take(r, "null"))
		return true;
	json->num = take(r, "true");
	if (json->num || take(r, "false")) {
		json->type = JSON_BOOL;
		return true;
	}
	return read_number(r, json);
}

static struct json *read_value(struct reader *r)
{
	struct json *json = calloc(1, sizeof(*json));

	if (json && !read_into(r, json)) {
		json_free(json);
		json = NULL;
	}
	return json;
}

/**
 * json_parse() - read a text
 * @text: the whole of it, with nothing behind the value
 *
 * Return: its value, for json_free(); NULL if it is none, or there is no memory.
 */
struct json *json_parse(const char *text)
{
	struct reader r = { .p = text };
	struct json *json = read_value(&r);

	skip_blanks(&r);
	if (!*r.p)
		return json;
	json_free(json);
	return NULL;
}

/**
 * json_free() - give back a value, with what is within and beside it
 * @json: the value or NULL
 */
void json_free(struct json *json)
{
	struct json *next;

	for (; json; json = next) {
		next = json->next;
		json_free(json->child);
		free(json->key);
		free(json->str);
		free(json);
	}
}

/**
 * json_get() - a value within an object
 * @json: the object; anything else, or NULL, has none
 * @key: its name
 *
 * Return: the value or NULL.
 */
const struct json *json_get(const struct json *json, const char *key)
{
	const struct json *child = json && json->type == JSON_OBJECT ? json->child : NULL;

	while (child && strcmp(child->key, key))
		child = child->next;
	return child;
}

/**
 * json_str() - the string of a value
 * @json: the value or NULL
 *
 * Return: the string, "" if it is none.
 */
const char *json_str(const struct json *json)
{
	return json && json->str ? json->str : "";
}

bool json_is(const struct json *json, const char *str)
{
	return json && json->str && !strcmp(json->str, str);
}
