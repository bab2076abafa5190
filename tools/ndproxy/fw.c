// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fw.h"

#define MAX_JUMPS	16

/* In the order of RFC 4890, 4.4: queries, reports and dones; ND; reports of version 2. */
const uint8_t fw_type[FW_TYPES] = { 130, 131, 132, 133, 134, 135, 136, 143 };

void fw_copy(char *to, const char *from)
{
	snprintf(to, FW_NAME, "%s", from);
}

/**
 * fw_chain_find() - look up a chain
 * @list: chains
 * @table: of it
 * @name: in the table
 *
 * Return: the chain or NULL.
 */
struct fw_chain *fw_chain_find(struct fw_chain *list, const char *table, const char *name)
{
	while (list && (strcmp(list->table, table) || strcmp(list->name, name)))
		list = list->next;
	return list;
}

/**
 * fw_chain_add() - one more chain, without rules, that accepts
 * @list: chains; it is put at the end
 * @table: of it
 * @name: in the table
 *
 * Return: the chain, NULL without memory.
 */
struct fw_chain *fw_chain_add(struct fw_chain **list, const char *table, const char *name)
{
	struct fw_chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return NULL;
	snprintf(chain->table, sizeof(chain->table), "%s", table);
	fw_copy(chain->name, name);
	chain->policy = FW_ACCEPT;
	chain->tail = &chain->rules;
	while (*list)
		list = &(*list)->next;
	*list = chain;
	return chain;
}

/**
 * fw_rule_add() - one more rule, that matches everything and has no verdict
 * @chain: it is put at the end
 *
 * Return: the rule, NULL without memory.
 */
struct fw_rule *fw_rule_add(struct fw_chain *chain)
{
	struct fw_rule *rule = calloc(1, sizeof(*rule));

	if (!rule)
		return NULL;
	for (int i = 0; i < FW_TYPES; i++)
		rule->match[i] = FW_YES;
	*chain->tail = rule;
	chain->tail = &rule->next;
	return rule;
}

/**
 * fw_rule_need() - one more condition of a rule
 * @rule: the rule
 * @type: place in fw_type
 * @match: whether a message of this type meets it
 */
void fw_rule_need(struct fw_rule *rule, int type, enum fw_match match)
{
	if (match < rule->match[type])
		rule->match[type] = match;
}

void fw_rule_need_all(struct fw_rule *rule, enum fw_match match)
{
	for (int i = 0; i < FW_TYPES; i++)
		fw_rule_need(rule, i, match);
}

/**
 * fw_free() - give back all chains
 * @list: chains
 */
void fw_free(struct fw_chain *list)
{
	while (list) {
		struct fw_chain *chain = list;

		list = chain->next;
		while (chain->rules) {
			struct fw_rule *rule = chain->rules;

			chain->rules = rule->next;
			free(rule);
		}
		free(chain);
	}
}

static bool dev_is(const struct fw_dev *wanted, const char *dev)
{
	size_t len = strlen(wanted->name);
	bool any = len && wanted->name[len - 1] == '*';
	bool is = any ? !strncmp(wanted->name, dev, len - 1) : !strcmp(wanted->name, dev);

	return is != wanted->negated;
}

/**
 * struct walk - a message on its way
 * @list: all chains
 * @dev: the link that it comes from or goes to
 * @in: it comes
 * @type: place in fw_type
 * @depth: jumps
 * @rpfilter: a reverse path filter may have dropped it
 */
struct walk {
	struct fw_chain *list;
	const char *dev;
	bool in;
	int type;
	int depth;
	bool rpfilter;
};

static enum fw_match match(const struct walk *walk, const struct fw_rule *rule)
{
	const struct fw_dev *mine = walk->in ? &rule->in : &rule->out;
	const struct fw_dev *other = walk->in ? &rule->out : &rule->in;

	if (*mine->name && !dev_is(mine, walk->dev))
		return FW_NO;
	/* A message that is going in goes out by no device, and the other way round. */
	if (*other->name && !other->negated)
		return FW_NO;
	return rule->match[walk->type];
}

static enum fw_verdict follow(struct walk *walk, const struct fw_chain *chain);

static enum fw_verdict follow_jump(struct walk *walk, const struct fw_chain *chain,
				   const struct fw_rule *rule)
{
	enum fw_verdict verdict = FW_NONE;

	if (walk->depth < MAX_JUMPS) {
		walk->depth++;
		verdict = follow(walk, fw_chain_find(walk->list, chain->table, rule->target));
		walk->depth--;
	}
	return verdict == FW_NONE && rule->verdict == FW_GOTO ? FW_RETURN : verdict;
}

/* What drops only perhaps does not count, what accepts perhaps does: no false alarms. */
static enum fw_verdict apply(struct walk *walk, const struct fw_chain *chain,
			     const struct fw_rule *rule)
{
	enum fw_match how = match(walk, rule);
	enum fw_verdict verdict = rule->verdict;

	if (how == FW_NO)
		return FW_NONE;
	if (verdict == FW_JUMP || verdict == FW_GOTO)
		verdict = follow_jump(walk, chain, rule);
	if (how == FW_YES)
		return verdict;
	if (verdict == FW_DROP && rule->rpfilter)
		walk->rpfilter = true;
	return verdict == FW_ACCEPT ? FW_ACCEPT : FW_NONE;
}

static enum fw_verdict follow(struct walk *walk, const struct fw_chain *chain)
{
	for (const struct fw_rule *rule = chain ? chain->rules : NULL; rule; rule = rule->next) {
		enum fw_verdict verdict = apply(walk, chain, rule);

		if (verdict == FW_RETURN)
			return FW_NONE;
		if (verdict != FW_NONE)
			return verdict;
	}
	return FW_NONE;
}

/**
 * fw_follow() - what becomes of the messages of a link
 * @list: all chains
 * @chain: that has a hook
 * @dev: the link
 *
 * Return: what is dropped for sure, and what a reverse path filter may drop.
 */
struct fw_loss fw_follow(struct fw_chain *list, const struct fw_chain *chain, const char *dev)
{
	struct fw_loss loss = { .chain = chain };

	for (int i = 0; i < FW_TYPES; i++) {
		struct walk walk = {
			.list = list, .dev = dev, .in = chain->hook != FW_OUTPUT, .type = i
		};
		enum fw_verdict verdict = follow(&walk, chain);

		if (verdict == FW_NONE)
			verdict = chain->policy;
		if (verdict == FW_DROP)
			loss.types |= UINT32_C(1) << i;
		else
			loss.rpfilter |= walk.rpfilter;
	}
	return loss;
}
