// SPDX-License-Identifier: GPL-2.0
/* Reads what "nft -j list ruleset" prints (libnftables-json(5)). */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fw.h"
#include "json.h"

static const struct {
	const char *word;
	uint8_t type;
} type_words[] = {
	{ "destination-unreachable", 1 }, { "packet-too-big", 2 }, { "time-exceeded", 3 },
	{ "parameter-problem", 4 }, { "echo-request", 128 }, { "echo-reply", 129 },
	{ "mld-listener-query", 130 }, { "mld-listener-report", 131 },
	{ "mld-listener-done", 132 }, { "mld-listener-reduction", 132 },
	{ "nd-router-solicit", 133 }, { "nd-router-advert", 134 },
	{ "nd-neighbor-solicit", 135 }, { "nd-neighbor-advert", 136 }, { "nd-redirect", 137 },
	{ "router-renumbering", 138 }, { "ind-neighbor-solicit", 141 },
	{ "ind-neighbor-advert", 142 }, { "mld2-listener-report", 143 },
};

/*
 * What a message has there: is it equal to a value, or between two? One for each field of a packet
 * that is known here.
 */
enum field { TYPE, PROTO, HOP_LIMIT, STATE, STATUS, NFPROTO, ETHERTYPE, FIELDS };

static bool equal(enum field field, const struct json *value, const struct json *end, int kind);

/**
 * struct set - a named set, of which rules any number may ask for
 * @family: of its table
 * @table: of it
 * @name: in the table
 * @elem: its elements
 * @known: bits of the fields for which @match holds
 * @match: the kinds whose field is among the elements
 * @devs: the elements as devices, and those negated; or NULL
 */
struct set {
	const char *family;
	const char *table;
	const char *name;
	const struct json *elem;
	unsigned int known;
	struct fw_match match[FIELDS];
	struct fw_devs *devs[2];
};

/**
 * struct context - where a rule stands
 * @fw: ruleset that is made
 * @sets: named sets, as a tree (tsearch(3))
 * @family: of the table
 * @table: its name
 */
struct context {
	struct fw *fw;
	void *sets;
	const char *family;
	const char *table;
};

/* --- named sets --- */

static int compare_sets(const void *one, const void *other)
{
	const struct set *a = one, *b = other;
	int ret = strcmp(a->name, b->name);

	if (!ret)
		ret = strcmp(a->table, b->table);
	return ret ? ret : strcmp(a->family, b->family);
}

static int read_set(struct context *ctx, const struct json *json)
{
	struct set *set = calloc(1, sizeof(*set));
	struct set **node;

	if (!set)
		return -1;
	set->family = json_str(json_get(json, "family"));
	set->table = json_str(json_get(json, "table"));
	set->name = json_str(json_get(json, "name"));
	set->elem = json_get(json, "elem");
	node = tsearch(set, &ctx->sets, compare_sets);
	if (!node || *node != set)
		free(set);
	return node ? 0 : -1;
}

/* The set that "@name" means. An element of that form is what it looks like. */
static struct set *find_set(const struct context *ctx, const struct json *right)
{
	const struct set key = {
		.family = ctx->family, .table = ctx->table, .name = json_str(right) + 1
	};
	struct set **node = *json_str(right) == '@' ? tfind(&key, &ctx->sets, compare_sets) : NULL;

	return node ? *node : NULL;
}

/* --- conditions about a field --- */

static struct fw_match among(const struct json *right, enum field field);

static struct fw_match among_each(const struct json *value, enum field field)
{
	struct fw_match sum = { 0 };

	for (; value; value = value->next) {
		struct fw_match one = among(value, field);

		sum.yes |= one.yes;
		sum.may |= one.may;
	}
	return sum;
}

static struct fw_match equal_kinds(const struct json *value, const struct json *end,
				   enum field field)
{
	uint32_t kinds = 0;

	for (int kind = 0; kind < FW_KINDS; kind++)
		if (equal(field, value, end, kind))
			kinds |= FW_BIT(kind);
	return (struct fw_match){ kinds, kinds };
}

/* What is within brackets of one kind or another; a value by itself has none. */
static const struct json *inner_of(const struct json *right)
{
	const struct json *inner = json_get(right, "set");

	return inner ? inner : json_get(json_get(right, "elem"), "val");
}

static struct fw_match among(const struct json *right, enum field field)
{
	const struct json *inner = inner_of(right);

	if (right->type == JSON_ARRAY)
		return among_each(right->child, field);
	if (inner)
		return among(inner, field);
	inner = json_get(right, "range");
	if (inner && inner->child && inner->child->next)
		return equal_kinds(inner->child, inner->child->next, field);
	if (right->type == JSON_OBJECT)
		return FW_MAYBE;
	return equal_kinds(right, NULL, field);
}

static struct fw_match among_named(const struct context *ctx, const struct json *right,
				   enum field field)
{
	struct set *set = find_set(ctx, right);

	if (!set)
		return FW_MAYBE;
	if (!(set->known & (1U << field)))
		set->match[field] = among_each(set->elem ? set->elem->child : NULL, field);
	set->known |= 1U << field;
	return set->match[field];
}

static long type_number(const struct json *value)
{
	if (value->type == JSON_NUMBER)
		return value->num;
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++)
		if (json_is(value, type_words[i].word))
			return type_words[i].type;
	return -1;
}

static bool equal_number(const struct json *value, const struct json *end, long have)
{
	return end ? have >= type_number(value) && have <= type_number(end) :
	       have == type_number(value);
}

static bool equal_proto(const struct json *value, int kind)
{
	if (kind >= FW_TYPES)
		return json_is(value, "tcp") || (value->type == JSON_NUMBER && value->num == 6);
	return json_is(value, "ipv6-icmp") || json_is(value, "icmpv6") ||
	       (value->type == JSON_NUMBER && value->num == 58);
}

/* Messages of ND and MLD are not tracked. */
static bool equal_state(const struct json *value, int kind)
{
	if (kind < FW_TYPES)
		return json_is(value, "untracked");
	return json_is(value, kind == FW_NEW ? "new" : "established");
}

static long hop_limit(int kind)
{
	if (kind >= FW_TYPES)
		return 63;
	return fw_type[kind] >= 133 && fw_type[kind] <= 136 ? 255 : 1;
}

static bool equal(enum field field, const struct json *value, const struct json *end, int kind)
{
	switch (field) {
	case TYPE:
		return kind < FW_TYPES && equal_number(value, end, fw_type[kind]);
	case HOP_LIMIT:
		return equal_number(value, end, hop_limit(kind));
	case PROTO:
		return !end && equal_proto(value, kind);
	case STATE:
		return !end && equal_state(value, kind);
	case NFPROTO:
		return !end && json_is(value, "ipv6");
	case ETHERTYPE:
		return !end && json_is(value, "ip6");
	default:
		return false;
	}
}

/* A match with an operator; of those that compare, "!=" only is the other way round. */
static struct fw_match with_op(const struct json *match, struct fw_match how)
{
	const char *op = json_str(json_get(match, "op"));

	if (!strcmp(op, "!="))
		return fw_not(how);
	return !strcmp(op, "==") || !strcmp(op, "in") ? how : FW_MAYBE;
}

static struct fw_match match_of(const struct context *ctx, const struct json *match,
				enum field field)
{
	const struct json *right = json_get(match, "right");

	return with_op(match, *json_str(right) == '@' ? among_named(ctx, right, field) :
		       among(right, field));
}

static void need(const struct context *ctx, struct fw_rule *rule, const struct json *match,
		 enum field field)
{
	fw_rule_need(rule, match_of(ctx, match, field));
}

/* Only messages have a type, so that no other packet has another type, either. */
static void need_type(const struct context *ctx, struct fw_rule *rule, const struct json *match)
{
	static const struct fw_match messages = { FW_MESSAGES, FW_MESSAGES };

	need(ctx, rule, match, TYPE);
	fw_rule_need(rule, messages);
}

static void read_payload(const struct context *ctx, struct fw_rule *rule,
			 const struct json *payload, const struct json *match)
{
	static const struct fw_match tcp = { .may = FW_BIT(FW_NEW) | FW_BIT(FW_REPLY) };
	const struct json *proto = json_get(payload, "protocol");
	const struct json *field = json_get(payload, "field");

	if (json_is(proto, "icmpv6") && json_is(field, "type"))
		need_type(ctx, rule, match);
	else if (json_is(proto, "ip6") && json_is(field, "nexthdr"))
		need(ctx, rule, match, PROTO);
	else if (json_is(proto, "ip6") && json_is(field, "hoplimit"))
		need(ctx, rule, match, HOP_LIMIT);
	else if (json_is(proto, "tcp") || json_is(proto, "th"))
		fw_rule_need(rule, tcp);
	else if (json_is(proto, "icmpv6"))
		fw_rule_need(rule, (struct fw_match){ .may = FW_MESSAGES });
	else if (json_is(proto, "ip6") || json_is(proto, "ether") || !proto)
		fw_rule_need(rule, FW_MAYBE);
	else
		fw_rule_need(rule, FW_NEVER);
}

/* --- conditions about a device --- */

/* Return: 0; -1: it is not known what that means, or there is no memory. */
static int add_devs(struct fw_devs *devs, const struct json *right)
{
	const struct json *inner = inner_of(right);

	if (right->type == JSON_STRING)
		return fw_dev_add(devs, right->str);
	if (inner)
		return add_devs(devs, inner);
	if (right->type != JSON_ARRAY)
		return -1;
	for (inner = right->child; inner; inner = inner->next)
		if (add_devs(devs, inner))
			return -1;
	return 0;
}

static const struct fw_devs *named_devs(const struct context *ctx, const struct json *right,
					bool negated)
{
	struct set *set = find_set(ctx, right);

	if (set && set->elem && !set->devs[negated]) {
		set->devs[negated] = fw_devs_add(ctx->fw, negated);
		if (set->devs[negated] && add_devs(set->devs[negated], set->elem))
			set->elem = NULL;
	}
	return set && set->elem ? set->devs[negated] : NULL;
}

static void read_dev(const struct context *ctx, struct fw_rule *rule, const struct fw_devs **of,
		     const struct json *match)
{
	const struct json *right = json_get(match, "right");
	const char *op = json_str(json_get(match, "op"));
	bool negated = !strcmp(op, "!=");
	struct fw_devs *devs;

	if (!negated && strcmp(op, "==") && strcmp(op, "in")) {
		fw_rule_need(rule, FW_MAYBE);
	} else if (*json_str(right) == '@') {
		fw_need_devs(rule, of, named_devs(ctx, right, negated));
	} else {
		devs = fw_devs_add(ctx->fw, negated);
		fw_need_devs(rule, of, devs && !add_devs(devs, right) ? devs : NULL);
	}
}

static void read_meta(const struct context *ctx, struct fw_rule *rule, const struct json *key,
		      const struct json *match)
{
	if (json_is(key, "iifname") || json_is(key, "iif"))
		read_dev(ctx, rule, &rule->in, match);
	else if (json_is(key, "oifname") || json_is(key, "oif"))
		read_dev(ctx, rule, &rule->out, match);
	else if (json_is(key, "l4proto"))
		need(ctx, rule, match, PROTO);
	else if (json_is(key, "nfproto"))
		need(ctx, rule, match, NFPROTO);
	else if (json_is(key, "protocol"))
		need(ctx, rule, match, ETHERTYPE);
	else
		fw_rule_need(rule, FW_MAYBE);
}

/* No address of the packets was translated; of any other status nothing is known. */
static void read_ct(const struct context *ctx, struct fw_rule *rule, const struct json *key,
		    const struct json *match)
{
	const struct json *right = json_get(match, "right");

	if (json_is(key, "state"))
		need(ctx, rule, match, STATE);
	else if (json_is(key, "status") && (json_is(right, "dnat") || json_is(right, "snat")))
		need(ctx, rule, match, STATUS);
	else
		fw_rule_need(rule, FW_MAYBE);
}

static void read_match(const struct context *ctx, struct fw_rule *rule, const struct json *match)
{
	const struct json *left = json_get(match, "left");
	const struct json *ct = json_get(left, "ct");

	if (!json_get(match, "right"))
		fw_rule_need(rule, FW_MAYBE);
	else if (json_get(left, "payload"))
		read_payload(ctx, rule, json_get(left, "payload"), match);
	else if (json_get(left, "meta"))
		read_meta(ctx, rule, json_get(json_get(left, "meta"), "key"), match);
	else if (ct)
		read_ct(ctx, rule, json_get(ct, "key"), match);
	else
		fw_rule_need(rule, FW_MAYBE);
	if (json_get(left, "fib"))
		rule->rpfilter = true;
}

/* --- rules --- */

static bool read_verdict(struct fw_rule *rule, const struct json *expr)
{
	static const struct {
		const char *key;
		enum fw_verdict verdict;
	} verdicts[] = {
		{ "accept", FW_ACCEPT }, { "drop", FW_DROP }, { "reject", FW_DROP },
		{ "return", FW_RETURN }, { "jump", FW_JUMP }, { "goto", FW_GOTO },
	};

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
		const struct json *value = json_get(expr, verdicts[i].key);

		if (!value)
			continue;
		rule->verdict = verdicts[i].verdict;
		fw_rule_target(rule, json_str(json_get(value, "target")));
		return true;
	}
	return false;
}

/* A pair of a verdict map is a rule: the key's value is one more condition. */
static void read_pair(const struct context *ctx, struct fw_rule *rule, const struct json *key,
		      const struct json *pair)
{
	struct json op = { .type = JSON_STRING, .key = (char *)"op", .str = (char *)"==" };
	struct json right = *pair->child, left = *key;
	struct json match = { .type = JSON_OBJECT, .child = &op };

	right.key = (char *)"right";
	right.next = NULL;
	left.key = (char *)"left";
	left.next = &right;
	op.next = &left;
	if (!json_is(&right, "*"))
		read_match(ctx, rule, &match);
	read_verdict(rule, pair->child->next);
}

static void read_vmap(const struct context *ctx, struct fw_chain *chain, struct fw_rule *rule,
		      const struct json *vmap)
{
	const struct json *set = json_get(json_get(vmap, "data"), "set");
	const struct fw_rule base = *rule;

	/* Of a named map it is not known what it does. */
	if (!set || set->type != JSON_ARRAY) {
		fw_rule_need(rule, FW_MAYBE);
		rule->verdict = FW_ACCEPT;
		return;
	}
	for (const struct json *pair = set->child; pair; pair = pair->next) {
		if (pair->type != JSON_ARRAY || !pair->child || !pair->child->next)
			continue;
		rule = fw_rule_add(chain);
		if (!rule)
			return;
		rule->match = base.match;
		rule->in = base.in;
		rule->out = base.out;
		read_pair(ctx, rule, json_get(vmap, "key"), pair);
	}
}

static void read_expr(const struct context *ctx, struct fw_chain *chain, struct fw_rule *rule,
		      const struct json *expr)
{
	if (json_get(expr, "match"))
		read_match(ctx, rule, json_get(expr, "match"));
	else if (json_get(expr, "vmap") && json_get(json_get(expr, "vmap"), "key"))
		read_vmap(ctx, chain, rule, json_get(expr, "vmap"));
	else if (!read_verdict(rule, expr) && !json_get(expr, "counter") &&
		 !json_get(expr, "log") && !json_get(expr, "mangle"))
		fw_rule_need(rule, FW_MAYBE);
}

static int read_rule(const struct context *ctx, struct fw_chain *chain, const struct json *rule)
{
	const struct json *exprs = json_get(rule, "expr");
	struct fw_rule *new = fw_rule_add(chain);

	if (!new)
		return -1;
	for (const struct json *expr = exprs ? exprs->child : NULL; expr; expr = expr->next)
		read_expr(ctx, chain, new, expr);
	return 0;
}

static enum fw_hook hook_of(const struct json *hook)
{
	static const char *const hooks[] = {
		[FW_PREROUTING] = "prerouting", [FW_INPUT] = "input",
		[FW_OUTPUT] = "output", [FW_FORWARD] = "forward",
	};

	for (size_t i = FW_NO_HOOK + 1; i < ARRAY_SIZE(hooks); i++)
		if (json_is(hook, hooks[i]))
			return i;
	return FW_NO_HOOK;
}

static int read_chain(const struct context *ctx, const char *table, const struct json *json)
{
	struct fw_chain *chain = fw_chain_add(ctx->fw, table, json_str(json_get(json, "name")));

	if (!chain)
		return -1;
	chain->hook = hook_of(json_get(json, "hook"));
	if (json_is(json_get(json, "policy"), "drop"))
		chain->policy = FW_DROP;
	return 0;
}

/* --- the whole --- */

enum pass { NAMES, RULES };

static int read_named(struct context *ctx, const char *table, enum pass pass,
		      const struct json *item)
{
	const struct json *chain = json_get(item, "chain"), *rule = json_get(item, "rule");
	struct fw_chain *found;

	if (pass == NAMES && chain)
		return read_chain(ctx, table, chain);
	if (pass == NAMES && json_get(item, "set"))
		return read_set(ctx, json_get(item, "set"));
	if (pass == NAMES || !rule)
		return 0;
	found = fw_chain_find(ctx->fw, table, json_str(json_get(rule, "chain")));
	return found ? read_rule(ctx, found, rule) : 0;
}

/* What is of the families that see IPv6 packets. */
static int read_item(struct context *ctx, enum pass pass, const struct json *item)
{
	const struct json *json = item->child;
	char *table;
	int ret;

	ctx->family = json_str(json_get(json, "family"));
	ctx->table = json_str(json_get(json, "table"));
	if (strcmp(ctx->family, "ip6") && strcmp(ctx->family, "inet"))
		return 0;
	if (asprintf(&table, "%s %s", ctx->family, ctx->table) < 0)
		return -1;
	ret = read_named(ctx, table, pass, item);
	free(table);
	return ret;
}

/**
 * fw_read_nft() - read what "nft -j list ruleset" printed
 * @text: that
 * @fw: gets the chains of the families that see IPv6 packets
 *
 * Return: 0, or -1 if it makes no sense.
 */
int fw_read_nft(const char *text, struct fw *fw)
{
	struct json *json = json_parse(text);
	const struct json *ruleset = json_get(json, "nftables"), *item;
	struct context ctx = { .fw = fw };
	int ret = ruleset && ruleset->type == JSON_ARRAY ? 0 : -1;

	for (enum pass pass = NAMES; pass <= RULES && !ret; pass++)
		for (item = ruleset->child; item && !ret; item = item->next)
			ret = read_item(&ctx, pass, item);
	tdestroy(ctx.sets, free);
	json_free(json);
	return ret;
}
