// SPDX-License-Identifier: GPL-2.0
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fw.h"

/* The kernel allows nft 16 jumps, and ip6tables any number. */
#define MAX_DEPTH	1000

/* In the order of RFC 4890, 4.4: queries, reports and dones; ND; reports of version 2. */
const uint8_t fw_type[FW_TYPES] = { 130, 131, 132, 133, 134, 135, 136, 143 };

static int compare(const void *one, const void *other)
{
	const struct fw_chain *a = one, *b = other;
	int ret = strcmp(a->name, b->name);

	return ret ? ret : strcmp(a->table, b->table);
}

/**
 * fw_chain_find() - look up a chain
 * @fw: ruleset
 * @table: of it
 * @name: in the table
 *
 * Return: the chain or NULL.
 */
struct fw_chain *fw_chain_find(const struct fw *fw, const char *table, const char *name)
{
	const struct fw_chain key = { .table = (char *)table, .name = (char *)name };
	struct fw_chain *const *node = tfind(&key, &fw->by_name, compare);

	return node ? *node : NULL;
}

static void free_chain(struct fw_chain *chain)
{
	while (chain->rules) {
		struct fw_rule *rule = chain->rules;

		chain->rules = rule->next;
		free(rule->target);
		free(rule);
	}
	free(chain->table);
	free(chain->name);
	free(chain);
}

static struct fw_chain *new_chain(const char *table, const char *name)
{
	struct fw_chain *chain = calloc(1, sizeof(*chain));

	if (!chain)
		return NULL;
	chain->table = strdup(table);
	chain->name = strdup(name);
	chain->policy = FW_ACCEPT;
	chain->tail = &chain->rules;
	if (chain->table && chain->name)
		return chain;
	free_chain(chain);
	return NULL;
}

/**
 * fw_chain_add() - one more chain, without rules, that accepts
 * @fw: ruleset; the chain is put at its end
 * @table: of it
 * @name: in the table
 *
 * Return: the chain, the same if it is there already; NULL without memory.
 */
struct fw_chain *fw_chain_add(struct fw *fw, const char *table, const char *name)
{
	struct fw_chain *chain = fw_chain_find(fw, table, name);

	if (chain)
		return chain;
	chain = new_chain(table, name);
	if (!chain)
		return NULL;
	if (!tsearch(chain, &fw->by_name, compare)) {
		free_chain(chain);
		return NULL;
	}
	if (!fw->tail)
		fw->tail = &fw->first;
	*fw->tail = chain;
	fw->tail = &chain->next;
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
	rule->match = (struct fw_match){ FW_ALL, FW_ALL };
	*chain->tail = rule;
	chain->tail = &rule->next;
	return rule;
}

/* Return: 0, -1 without memory. */
int fw_rule_target(struct fw_rule *rule, const char *target)
{
	free(rule->target);
	rule->target = strdup(target);
	return rule->target ? 0 : -1;
}

/**
 * fw_rule_need() - one more condition of a rule
 * @rule: the rule
 * @match: the kinds that meet it
 */
void fw_rule_need(struct fw_rule *rule, struct fw_match match)
{
	rule->match.yes &= match.yes;
	rule->match.may &= match.may;
}

/**
 * fw_not() - the opposite of a condition
 * @match: the kinds that meet it
 *
 * Return: the kinds that do not.
 */
struct fw_match fw_not(struct fw_match match)
{
	return (struct fw_match){ .yes = FW_ALL & ~match.may, .may = FW_ALL & ~match.yes };
}

/**
 * fw_devs_add() - a condition that a packet comes or goes by one of some devices
 * @fw: ruleset, which owns it: any number of rules may have it
 * @negated: by none of them
 *
 * Return: the condition, without devices yet; NULL without memory.
 */
struct fw_devs *fw_devs_add(struct fw *fw, bool negated)
{
	struct fw_devs *devs = calloc(1, sizeof(*devs));

	if (!devs)
		return NULL;
	devs->negated = negated;
	devs->next = fw->devs;
	fw->devs = devs;
	return devs;
}

/* Return: 0, -1 without memory. */
int fw_dev_add(struct fw_devs *devs, const char *name)
{
	struct fw_dev *dev = malloc(sizeof(*dev) + strlen(name) + 1);

	if (!dev)
		return -1;
	strcpy(dev->name, name);
	dev->next = devs->first;
	devs->first = dev;
	return 0;
}

/**
 * fw_need_devs() - one more condition of a rule, about devices
 * @rule: the rule
 * @of: its in or out
 * @devs: the condition, or NULL: it is about what is not known here
 */
void fw_need_devs(struct fw_rule *rule, const struct fw_devs **of, const struct fw_devs *devs)
{
	if (devs && !*of)
		*of = devs;
	else
		fw_rule_need(rule, FW_MAYBE);
}

static void leave(void *node)
{
	(void)node;
}

/**
 * fw_free() - give back what a ruleset holds
 * @fw: ruleset, empty then
 */
void fw_free(struct fw *fw)
{
	tdestroy(fw->by_name, leave);
	while (fw->first) {
		struct fw_chain *chain = fw->first;

		fw->first = chain->next;
		free_chain(chain);
	}
	while (fw->devs) {
		struct fw_devs *devs = fw->devs;

		fw->devs = devs->next;
		while (devs->first) {
			struct fw_dev *dev = devs->first;

			devs->first = dev->next;
			free(dev);
		}
		free(devs);
	}
	memset(fw, 0, sizeof(*fw));
}

/* --- what becomes of a packet --- */

static bool dev_is(const char *wanted, const char *dev)
{
	size_t len = strlen(wanted);

	if (len && wanted[len - 1] == '*')
		return !strncmp(wanted, dev, len - 1);
	return !strcmp(wanted, dev);
}

static struct fw_match match_devs(const struct fw_devs *devs, const char *dev)
{
	static const struct fw_match yes = { FW_ALL, FW_ALL };
	const struct fw_dev *one;

	if (!devs)
		return yes;
	if (dev && !*dev)
		return FW_MAYBE;
	for (one = devs->first; dev && one; one = one->next)
		if (dev_is(one->name, dev))
			break;
	return (dev && one) != devs->negated ? yes : FW_NEVER;
}

static struct fw_match match(const struct fw *fw, const struct fw_rule *rule, uint32_t left)
{
	struct fw_match in = match_devs(rule->in, fw->in);
	struct fw_match out = match_devs(rule->out, fw->out);

	return (struct fw_match){
		.yes = rule->match.yes & in.yes & out.yes & left,
		.may = rule->match.may & in.may & out.may & left,
	};
}

static struct fw_fate follow(struct fw *fw, struct fw_chain *chain, unsigned int depth);

/* What a rule does to what it matches. @back: gets what is handed back to the chain before */
static struct fw_fate apply(struct fw *fw, const struct fw_chain *chain,
			    const struct fw_rule *rule, uint32_t *back, unsigned int depth)
{
	struct fw_fate fate = { 0 };

	*back = 0;
	switch (rule->verdict) {
	case FW_ACCEPT:
		fate.accept = FW_ALL;
		break;
	case FW_DROP:
		fate.drop = FW_ALL;
		break;
	case FW_RETURN:
		*back = FW_ALL;
		break;
	case FW_JUMP:
	case FW_GOTO:
		fate = follow(fw, fw_chain_find(fw, chain->table, rule->target ?: ""), depth);
		if (rule->verdict == FW_GOTO)
			*back = FW_ALL & ~(fate.accept | fate.drop);
		break;
	case FW_NONE:
		break;
	}
	return fate;
}

/* What drops only perhaps does not count, what accepts perhaps does: no false alarms. */
static struct fw_fate walk(struct fw *fw, const struct fw_chain *chain, unsigned int depth)
{
	struct fw_fate sum = { 0 };
	uint32_t left = FW_ALL;

	for (const struct fw_rule *rule = chain->rules; rule && left; rule = rule->next) {
		struct fw_match how = match(fw, rule, left);
		struct fw_fate fate;
		uint32_t back;

		if (!how.may)
			continue;
		fate = apply(fw, chain, rule, &back, depth);
		sum.accept |= how.may & fate.accept;
		sum.drop |= how.yes & fate.drop;
		sum.rpfilter |= how.may & fate.rpfilter;
		if (rule->rpfilter)
			sum.rpfilter |= how.may & ~how.yes & fate.drop;
		left &= ~(sum.accept | sum.drop | (how.yes & back));
	}
	return sum;
}

/*
 * Each chain is judged once for a packet, however many rules lead there. One that leads to itself,
 * which the kernel refuses, does nothing there.
 */
static struct fw_fate follow(struct fw *fw, struct fw_chain *chain, unsigned int depth)
{
	static const struct fw_fate nothing;

	if (!chain || chain->busy)
		return nothing;
	if (chain->judged == fw->packet)
		return chain->fate;
	if (depth == MAX_DEPTH) {
		fw->cut = true;
		return nothing;
	}
	chain->busy = true;
	chain->fate = walk(fw, chain, depth + 1);
	chain->busy = false;
	chain->judged = fw->packet;
	return chain->fate;
}

/**
 * fw_packet() - say which packet is judged next
 * @fw: ruleset
 * @in: device that it comes by, NULL: it is sent here; "": that is not known
 * @out: device that it leaves by, NULL: it stays here; "": that is not known
 *
 * The names must live until the next call.
 */
void fw_packet(struct fw *fw, const char *in, const char *out)
{
	fw->in = in;
	fw->out = out;
	fw->packet++;
}

/**
 * fw_judge() - what becomes of the packet in a chain that has a hook
 * @fw: ruleset, with a packet
 * @chain: it
 *
 * Return: what is accepted and what is dropped, each kind one of both, as the policy decides about
 * what no rule did; and what a reverse path filter may drop of the former.
 */
struct fw_fate fw_judge(struct fw *fw, struct fw_chain *chain)
{
	struct fw_fate fate = follow(fw, chain, 0);

	if (chain->policy == FW_DROP)
		fate.drop = FW_ALL & ~fate.accept;
	fate.accept = FW_ALL & ~fate.drop;
	fate.rpfilter &= fate.accept;
	return fate;
}
