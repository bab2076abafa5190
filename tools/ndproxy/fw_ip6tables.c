// SPDX-License-Identifier: GPL-2.0
/* Reads what ip6tables-save prints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "fw.h"

/* What stands behind an option, of which many match what is not known here. */
struct option {
	const char *name;
	void (*read)(struct fw_rule *rule, const char *value, bool negated);
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

static void read_proto(struct fw_rule *rule, const char *value, bool negated)
{
	bool is = !strcmp(value, "ipv6-icmp") || !strcmp(value, "icmpv6") ||
		  !strcmp(value, "58") || !strcmp(value, "all");

	fw_rule_need_all(rule, is != negated ? FW_YES : FW_NO);
}

static void read_type(struct fw_rule *rule, const char *value, bool negated)
{
	for (int i = 0; i < FW_TYPES; i++)
		fw_rule_need(rule, i, (type_number(value) == fw_type[i]) != negated ?
			     FW_YES : FW_NO);
}

/* These messages are not tracked, so that their state is none of the others. */
static void read_state(struct fw_rule *rule, const char *value, bool negated)
{
	fw_rule_need_all(rule, !!strstr(value, "UNTRACKED") != negated ? FW_YES : FW_NO);
}

static void read_dev(struct fw_dev *dev, const char *value, bool negated)
{
	fw_copy(dev->name, value);
	dev->negated = negated;
	if (*value && value[strlen(value) - 1] == '+')
		dev->name[strlen(dev->name) - 1] = '*';
}

static void read_in(struct fw_rule *rule, const char *value, bool negated)
{
	read_dev(&rule->in, value, negated);
}

static void read_out(struct fw_rule *rule, const char *value, bool negated)
{
	read_dev(&rule->out, value, negated);
}

static void read_module(struct fw_rule *rule, const char *value, bool negated)
{
	(void)negated;
	if (strcmp(value, "rpfilter"))
		return;
	rule->rpfilter = true;
	fw_rule_need_all(rule, FW_MAYBE);
}

static void read_target(struct fw_rule *rule, const char *value, bool negated)
{
	(void)negated;
	if (!strcmp(value, "ACCEPT"))
		rule->verdict = FW_ACCEPT;
	else if (!strcmp(value, "DROP") || !strcmp(value, "REJECT"))
		rule->verdict = FW_DROP;
	else if (!strcmp(value, "RETURN"))
		rule->verdict = FW_RETURN;
	else
		rule->verdict = FW_JUMP;
	fw_copy(rule->target, value);
}

static void read_goto(struct fw_rule *rule, const char *value, bool negated)
{
	read_target(rule, value, negated);
	rule->verdict = FW_GOTO;
}

static void read_nothing(struct fw_rule *rule, const char *value, bool negated)
{
	(void)rule;
	(void)value;
	(void)negated;
}

static const struct option options[] = {
	{ "-p", read_proto },
	{ "--icmpv6-type", read_type },
	{ "--ctstate", read_state },
	{ "--state", read_state },
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
static void read_option(struct fw_rule *rule, const char *name, const char *value, bool negated)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (strcmp(options[i].name, name))
			continue;
		options[i].read(rule, value ? value : "", negated);
		return;
	}
	if (rule->verdict == FW_NONE)
		fw_rule_need_all(rule, FW_MAYBE);
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
		*line += strcspn(*line, "\"");
	} else {
		word = *line;
		*line += strcspn(*line, " \t\r\n");
	}
	if (**line)
		*(*line)++ = '\0';
	return word;
}

static void read_rule(struct fw_rule *rule, char *line)
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
		read_option(rule, word, value && *value != '-' ? value : NULL, negated);
		negated = false;
		word = value && *value != '-' ? next_word(&line) : value;
	}
}

static enum fw_hook hook_of(const char *name)
{
	if (!strcmp(name, "INPUT"))
		return FW_INPUT;
	if (!strcmp(name, "OUTPUT"))
		return FW_OUTPUT;
	return strcmp(name, "PREROUTING") ? FW_NO_HOOK : FW_PREROUTING;
}

/* ":INPUT DROP [0:0]"; a chain of the user has the policy "-". */
static int read_chain(struct fw_chain **list, const char *table, char *line)
{
	const char *name = next_word(&line), *policy = next_word(&line);
	struct fw_chain *chain = name && policy ? fw_chain_add(list, table, name) : NULL;

	if (!chain)
		return -1;
	chain->xtables = true;
	chain->hook = strcmp(policy, "-") ? hook_of(name) : FW_NO_HOOK;
	chain->policy = strcmp(policy, "DROP") ? FW_ACCEPT : FW_DROP;
	return 0;
}

static int read_line(struct fw_chain **list, char *table, char *line)
{
	struct fw_chain *chain;
	struct fw_rule *rule;
	const char *name;

	if (*line == '*')
		fw_copy(table, next_word(&line) + 1);
	if (*line == ':')
		return read_chain(list, table, line + 1);
	if (strncmp(line, "-A ", 3))
		return 0;
	line += 3;
	name = next_word(&line);
	chain = name ? fw_chain_find(*list, table, name) : NULL;
	rule = chain ? fw_rule_add(chain) : NULL;
	if (!rule)
		return -1;
	read_rule(rule, line);
	return 0;
}

/**
 * fw_read_ip6tables() - read what ip6tables-save printed
 * @text: that
 * @list: gets the chains
 *
 * Return: 0, or -1 if it makes no sense.
 */
int fw_read_ip6tables(const char *text, struct fw_chain **list)
{
	char table[FW_NAME] = "", *copy = strdup(text), *rest = copy, *line;
	int ret = copy ? 0 : -1;

	while (!ret && (line = strsep(&rest, "\n")))
		ret = read_line(list, table, line);
	free(copy);
	return ret;
}
