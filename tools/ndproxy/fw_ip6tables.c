// SPDX-License-Identifier: GPL-2.0
/* Reads what ip6tables-save prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fw.h"

/**
 * struct place - where a rule stands
 * @fw: ruleset
 * @rule: the rule
 */
struct place {
	struct fw *fw;
	struct fw_rule *rule;
};

/* What stands behind an option, of which many match what is not known here. */
struct option {
	const char *name;
	int (*read)(const struct place *place, const char *value, bool negated);
};

static const struct {
	const char *word;
	uint8_t type;
} type_words[] = {
	{ "router-solicitation", 133 }, { "router-advertisement", 134 },
	{ "neighbour-solicitation", 135 }, { "neighbor-solicitation", 135 },
	{ "neighbour-advertisement", 136 }, { "neighbor-advertisement", 136 },
};

static int type_number(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++)
		if (!strcmp(type_words[i].word, word))
			return type_words[i].type;
	return atoi(word);
}

/* A condition that these kinds meet, and no others. */
static int need_kinds(const struct place *place, uint32_t kinds, bool negated)
{
	struct fw_match match = { kinds, kinds };

	fw_rule_need(place->rule, negated ? fw_not(match) : match);
	return 0;
}

static int read_proto(const struct place *place, const char *value, bool negated)
{
	uint32_t kinds = 0;

	if (!strcmp(value, "all"))
		kinds = FW_ALL;
	else if (!strcmp(value, "ipv6-icmp") || !strcmp(value, "icmpv6") || !strcmp(value, "58"))
		kinds = FW_MESSAGES;
	else if (!strcmp(value, "tcp") || !strcmp(value, "6"))
		kinds = FW_BIT(FW_NEW) | FW_BIT(FW_REPLY);
	return need_kinds(place, kinds, negated);
}

/* It stands behind "-p ipv6-icmp", which no other packet meets. */
static int read_type(const struct place *place, const char *value, bool negated)
{
	uint32_t kinds = 0;

	for (int i = 0; i < FW_TYPES; i++)
		if (type_number(value) == fw_type[i])
			kinds |= FW_BIT(i);
	return need_kinds(place, kinds, negated);
}

/* Messages of ND and MLD are not tracked, so that their state is none of the others. */
static int read_state(const struct place *place, const char *value, bool negated)
{
	uint32_t kinds = 0;

	if (strstr(value, "UNTRACKED"))
		kinds |= FW_MESSAGES;
	if (strstr(value, "NEW"))
		kinds |= FW_BIT(FW_NEW);
	if (strstr(value, "ESTABLISHED"))
		kinds |= FW_BIT(FW_REPLY);
	return need_kinds(place, kinds, negated);
}

/* No address of these packets was translated. */
static int read_status(const struct place *place, const char *value, bool negated)
{
	if (!strcmp(value, "DNAT") || !strcmp(value, "SNAT"))
		return need_kinds(place, 0, negated);
	fw_rule_need(place->rule, FW_MAYBE);
	return 0;
}

static int read_dev(const struct place *place, const struct fw_devs **of, const char *value,
		    bool negated)
{
	struct fw_devs *devs = fw_devs_add(place->fw, negated);
	size_t len = strlen(value);

	if (!devs || fw_dev_add(devs, value))
		return -1;
	if (len && value[len - 1] == '+')
		devs->first->name[len - 1] = '*';
	fw_need_devs(place->rule, of, devs);
	return 0;
}

static int read_in(const struct place *place, const char *value, bool negated)
{
	return read_dev(place, &place->rule->in, value, negated);
}

static int read_out(const struct place *place, const char *value, bool negated)
{
	return read_dev(place, &place->rule->out, value, negated);
}

static int read_module(const struct place *place, const char *value, bool negated)
{
	(void)negated;
	if (strcmp(value, "rpfilter"))
		return 0;
	place->rule->rpfilter = true;
	fw_rule_need(place->rule, FW_MAYBE);
	return 0;
}

static int read_target(const struct place *place, const char *value, bool negated)
{
	struct fw_rule *rule = place->rule;

	(void)negated;
	if (!strcmp(value, "ACCEPT"))
		rule->verdict = FW_ACCEPT;
	else if (!strcmp(value, "DROP") || !strcmp(value, "REJECT"))
		rule->verdict = FW_DROP;
	else if (!strcmp(value, "RETURN"))
		rule->verdict = FW_RETURN;
	else
		rule->verdict = FW_JUMP;
	return fw_rule_target(rule, value);
}

static int read_goto(const struct place *place, const char *value, bool negated)
{
	int ret = read_target(place, value, negated);

	place->rule->verdict = FW_GOTO;
	return ret;
}

static int read_nothing(const struct place *place, const char *value, bool negated)
{
	(void)place;
	(void)value;
	(void)negated;
	return 0;
}

static const struct option options[] = {
	{ "-p", read_proto },
	{ "--icmpv6-type", read_type },
	{ "--state", read_state },
	{ "--ctstate", read_state },
	{ "--ctstatus", read_status },
	{ "-i", read_in },
	{ "-o", read_out },
	{ "-m", read_module },
	{ "-j", read_target },
	{ "-g", read_goto },
	{ "--comment", read_nothing },
	{ "--reject-with", read_nothing },
	{ "--log-prefix", read_nothing },
};

/* Any other option is a condition, unless it belongs to the target. */
static int read_option(const struct place *place, const char *name, const char *value,
		       bool negated)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].name, name))
			return options[i].read(place, value ? value : "", negated);
	if (place->rule->verdict == FW_NONE)
		fw_rule_need(place->rule, FW_MAYBE);
	return 0;
}

/* The octets up to the quote that ends a word, of which a backslash takes the next for itself. */
static size_t quoted_len(const char *text)
{
	const char *p = text;

	while (*p && *p != '"')
		p += *p == '\\' && p[1] ? 2 : 1;
	return p - text;
}

/* The next word; a quoted one may hold blanks. */
static char *next_word(char **line)
{
	char *word;

	*line += strspn(*line, " \t\r\n");
	if (!**line)
		return NULL;
	if (**line == '"') {
		word = ++*line;
		*line += quoted_len(*line);
	} else {
		word = *line;
		*line += strcspn(*line, " \t\r\n");
	}
	if (**line)
		*(*line)++ = '\0';
	return word;
}

static int read_rule(const struct place *place, char *line)
{
	char *word = next_word(&line), *value;
	bool negated = false;

	while (word) {
		if (!strcmp(word, "!")) {
			negated = true;
			word = next_word(&line);
			continue;
		}
		value = next_word(&line);
		if (read_option(place, word, value && *value != '-' ? value : NULL, negated))
			return -1;
		negated = false;
		word = value && *value != '-' ? next_word(&line) : value;
	}
	return 0;
}

static enum fw_hook hook_of(const char *name)
{
	static const struct {
		const char *name;
		enum fw_hook hook;
	} hooks[] = {
		{ "PREROUTING", FW_PREROUTING }, { "INPUT", FW_INPUT },
		{ "OUTPUT", FW_OUTPUT }, { "FORWARD", FW_FORWARD },
	};

	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(hooks[i].name, name))
			return hooks[i].hook;
	return FW_NO_HOOK;
}

/* ":INPUT DROP [0:0]"; a chain of the user has the policy "-". */
static int read_chain(struct fw *fw, const char *table, char *line)
{
	const char *name = next_word(&line), *policy = next_word(&line);
	struct fw_chain *chain = name && policy ? fw_chain_add(fw, table, name) : NULL;

	if (!chain)
		return -1;
	chain->xtables = true;
	chain->hook = strcmp(policy, "-") ? hook_of(name) : FW_NO_HOOK;
	chain->policy = strcmp(policy, "DROP") ? FW_ACCEPT : FW_DROP;
	return 0;
}

/* @table: name of the table, which lives as long as the text */
static int read_line(struct fw *fw, const char **table, char *line)
{
	struct place place = { .fw = fw };
	struct fw_chain *chain;
	const char *name;

	if (*line == '*')
		*table = next_word(&line) + 1;
	else if (*line == ':')
		return read_chain(fw, *table, line + 1);
	if (strncmp(line, "-A ", 3))
		return 0;
	line += 3;
	name = next_word(&line);
	chain = name ? fw_chain_find(fw, *table, name) : NULL;
	place.rule = chain ? fw_rule_add(chain) : NULL;
	return place.rule ? read_rule(&place, line) : -1;
}

/**
 * fw_read_ip6tables() - read what ip6tables-save printed
 * @text: that
 * @fw: gets the chains
 *
 * Return: 0, or -1 if it makes no sense.
 */
int fw_read_ip6tables(const char *text, struct fw *fw)
{
	char *copy = strdup(text), *rest = copy, *line;
	const char *table = "";
	int ret = copy ? 0 : -1;

	while (!ret && (line = strsep(&rest, "\n")))
		ret = read_line(fw, &table, line);
	free(copy);
	return ret;
}
