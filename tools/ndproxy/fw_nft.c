// SPDX-License-Identifier: GPL-2.0
/* Reads what "nft -j list ruleset" prints (libnftables-json(5)). */
#include <stdio.h>
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

/* Named sets are elsewhere in the text. */
struct context {
	const struct json *ruleset;
	const char *family;
	const char *table;
};

static long type_number(const struct json *value)
{
	if (value->type == JSON_NUMBER)
		return value->num;
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++)
		if (json_is(value, type_words[i].word))
			return type_words[i].type;
	return -1;
}

static const struct json *find_set(const struct context *ctx, const char *name)
{
	for (const struct json *item = ctx->ruleset->child; item; item = item->next) {
		const struct json *set = json_get(item, "set");

		if (json_is(json_get(set, "family"), ctx->family) &&
		    json_is(json_get(set, "table"), ctx->table) &&
		    json_is(json_get(set, "name"), name))
			return json_get(set, "elem");
	}
	return NULL;
}

/* Is what a message has there equal to a value, between two, or among them? */
typedef bool (*equal_t)(const struct json *value, const struct json *end, const void *have);

static enum fw_match among(const struct context *ctx, const struct json *right, equal_t equal,
			   const void *have);

static enum fw_match among_each(const struct context *ctx, const struct json *value, equal_t equal,
				const void *have)
{
	enum fw_match best = FW_NO;

	for (; value; value = value->next) {
		enum fw_match how = among(ctx, value, equal, have);

		best = how > best ? how : best;
	}
	return best;
}

static enum fw_match among(const struct context *ctx, const struct json *right, equal_t equal,
			   const void *have)
{
	const struct json *inner;

	if (*json_str(right) == '@') {
		inner = find_set(ctx, json_str(right) + 1);
		return inner ? among_each(ctx, inner->child, equal, have) : FW_MAYBE;
	}
	if (right->type == JSON_ARRAY)
		return among_each(ctx, right->child, equal, have);
	inner = json_get(right, "set");
	if (inner)
		return among(ctx, inner, equal, have);
	inner = json_get(json_get(right, "elem"), "val");
	if (inner)
		return among(ctx, inner, equal, have);
	inner = json_get(right, "range");
	if (inner && inner->child && inner->child->next)
		return equal(inner->child, inner->child->next, have) ? FW_YES : FW_NO;
	if (right->type == JSON_OBJECT)
		return FW_MAYBE;
	return equal(right, NULL, have) ? FW_YES : FW_NO;
}

static bool equal_type(const struct json *value, const struct json *end, const void *have)
{
	uint8_t type = *(const uint8_t *)have;

	return end ? type >= type_number(value) && type <= type_number(end) :
	       type == type_number(value);
}

static bool equal_proto(const struct json *value, const struct json *end, const void *have)
{
	(void)have;
	return !end && (json_is(value, "ipv6-icmp") || json_is(value, "icmpv6") ||
			(value->type == JSON_NUMBER && value->num == 58));
}

static bool equal_word(const struct json *value, const struct json *end, const void *have)
{
	return !end && json_is(value, have);
}

static bool equal_255(const struct json *value, const struct json *end, const void *have)
{
	const long *limit = have;

	return end ? *limit >= value->num && *limit <= end->num : *limit == value->num;
}

/* A match with an operator; of those that compare, "!=" only is the other way round. */
static enum fw_match with_op(const struct json *match, enum fw_match how)
{
	const char *op = json_str(json_get(match, "op"));

	if (!strcmp(op, "!="))
		return FW_YES - how;
	return !strcmp(op, "==") || !strcmp(op, "in") ? how : FW_MAYBE;
}

static void need(const struct context *ctx, struct fw_rule *rule, const struct json *match,
		 equal_t equal, const void *have)
{
	enum fw_match how = among(ctx, json_get(match, "right"), equal, have);

	fw_rule_need_all(rule, with_op(match, how));
}

static void read_icmp_type(const struct context *ctx, struct fw_rule *rule,
			   const struct json *match)
{
	for (int i = 0; i < FW_TYPES; i++) {
		enum fw_match how = among(ctx, json_get(match, "right"), equal_type, &fw_type[i]);

		fw_rule_need(rule, i, with_op(match, how));
	}
}

static void read_hop_limit(const struct context *ctx, struct fw_rule *rule,
			   const struct json *match)
{
	for (int i = 0; i < FW_TYPES; i++) {
		long limit = fw_type[i] >= 133 && fw_type[i] <= 136 ? 255 : 1;

		fw_rule_need(rule, i, with_op(match, among(ctx, json_get(match, "right"), equal_255,
							   &limit)));
	}
}

static void read_payload(const struct context *ctx, struct fw_rule *rule,
			 const struct json *payload, const struct json *match)
{
	const struct json *proto = json_get(payload, "protocol");
	const struct json *field = json_get(payload, "field");

	if (json_is(proto, "icmpv6") && json_is(field, "type"))
		read_icmp_type(ctx, rule, match);
	else if (json_is(proto, "ip6") && json_is(field, "nexthdr"))
		need(ctx, rule, match, equal_proto, NULL);
	else if (json_is(proto, "ip6") && json_is(field, "hoplimit"))
		read_hop_limit(ctx, rule, match);
	else if (json_is(proto, "icmpv6") || json_is(proto, "ip6") || json_is(proto, "ether") ||
		 !proto)
		fw_rule_need_all(rule, FW_MAYBE);
	else
		fw_rule_need_all(rule, FW_NO);
}

static void read_dev(struct fw_rule *rule, struct fw_dev *dev, const struct json *match)
{
	const struct json *right = json_get(match, "right");

	if (right && right->type == JSON_STRING && *right->str != '@') {
		fw_copy(dev->name, right->str);
		dev->negated = json_is(json_get(match, "op"), "!=");
	} else {
		fw_rule_need_all(rule, FW_MAYBE);
	}
}

static void read_meta(const struct context *ctx, struct fw_rule *rule, const struct json *key,
		      const struct json *match)
{
	if (json_is(key, "iifname") || json_is(key, "iif"))
		read_dev(rule, &rule->in, match);
	else if (json_is(key, "oifname") || json_is(key, "oif"))
		read_dev(rule, &rule->out, match);
	else if (json_is(key, "l4proto"))
		need(ctx, rule, match, equal_proto, NULL);
	else if (json_is(key, "nfproto"))
		need(ctx, rule, match, equal_word, "ipv6");
	else if (json_is(key, "protocol"))
		need(ctx, rule, match, equal_word, "ip6");
	else
		fw_rule_need_all(rule, FW_MAYBE);
}

static void read_match(const struct context *ctx, struct fw_rule *rule, const struct json *match)
{
	const struct json *left = json_get(match, "left");
	const struct json *ct = json_get(left, "ct");

	if (!json_get(match, "right"))
		fw_rule_need_all(rule, FW_MAYBE);
	else if (json_get(left, "payload"))
		read_payload(ctx, rule, json_get(left, "payload"), match);
	else if (json_get(left, "meta"))
		read_meta(ctx, rule, json_get(json_get(left, "meta"), "key"), match);
	else if (json_is(json_get(ct, "key"), "state"))
		need(ctx, rule, match, equal_word, "untracked");
	else
		fw_rule_need_all(rule, FW_MAYBE);
	if (json_get(left, "fib"))
		rule->rpfilter = true;
}

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
		fw_copy(rule->target, json_str(json_get(value, "target")));
		return true;
	}
	return false;
}

/* One rule for each pair of a verdict map: its key's value is one more condition. */
static void read_vmap(const struct context *ctx, struct fw_chain *chain, struct fw_rule *rule,
		      const struct json *vmap)
{
	const struct json *set = json_get(json_get(vmap, "data"), "set");
	const struct fw_rule base = *rule;
	bool first = true;

	fw_rule_need_all(rule, set && set->type == JSON_ARRAY ? FW_YES : FW_MAYBE);
	for (const struct json *pair = set ? set->child : NULL; pair; pair = pair->next) {
		struct json op = { .type = JSON_STRING, .key = (char *)"op", .str = (char *)"==" };
		struct json right, left;
		struct json match = { .type = JSON_OBJECT, .child = &op };

		if (pair->type != JSON_ARRAY || !pair->child || !pair->child->next)
			continue;
		if (!first)
			rule = fw_rule_add(chain);
		if (!rule)
			return;
		if (!first) {
			memcpy(rule->match, base.match, sizeof(base.match));
			rule->in = base.in;
			rule->out = base.out;
		}
		first = false;
		right = *pair->child;
		right.key = (char *)"right";
		right.next = NULL;
		left = *json_get(vmap, "key");
		left.key = (char *)"left";
		left.next = &right;
		op.next = &left;
		read_match(ctx, rule, &match);
		read_verdict(rule, pair->child->next);
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
		fw_rule_need_all(rule, FW_MAYBE);
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

static int read_chain(struct fw_chain **list, const char *table, const struct json *json)
{
	struct fw_chain *chain = fw_chain_add(list, table, json_str(json_get(json, "name")));
	const struct json *hook = json_get(json, "hook");

	if (!chain)
		return -1;
	if (json_is(hook, "input"))
		chain->hook = FW_INPUT;
	else if (json_is(hook, "output"))
		chain->hook = FW_OUTPUT;
	else if (json_is(hook, "prerouting"))
		chain->hook = FW_PREROUTING;
	if (json_is(json_get(json, "policy"), "drop"))
		chain->policy = FW_DROP;
	return 0;
}

static int read_item(const struct json *ruleset, const struct json *item, struct fw_chain **list)
{
	const struct json *chain = json_get(item, "chain"), *rule = json_get(item, "rule");
	const struct json *json = chain ? chain : rule;
	struct context ctx = {
		.ruleset = ruleset,
		.family = json_str(json_get(json, "family")),
		.table = json_str(json_get(json, "table")),
	};
	struct fw_chain *found;
	char table[2 * FW_NAME];

	if (!json || (strcmp(ctx.family, "ip6") && strcmp(ctx.family, "inet")))
		return 0;
	snprintf(table, sizeof(table), "%s %s", ctx.family, ctx.table);
	if (chain)
		return read_chain(list, table, chain);
	found = fw_chain_find(*list, table, json_str(json_get(rule, "chain")));
	return found ? read_rule(&ctx, found, rule) : 0;
}

/**
 * fw_read_nft() - read what "nft -j list ruleset" printed
 * @text: that
 * @list: gets the chains of the families that see IPv6 packets
 *
 * Return: 0, or -1 if it makes no sense.
 */
int fw_read_nft(const char *text, struct fw_chain **list)
{
	struct json *json = json_parse(text);
	const struct json *ruleset = json_get(json, "nftables");
	int ret = ruleset ? 0 : -1;

	for (const struct json *item = ruleset ? ruleset->child : NULL; item && !ret;
	     item = item->next)
		ret = read_item(ruleset, item, list);
	json_free(json);
	return ret;
}
