// SPDX-License-Identifier: GPL-2.0
/*
 * Changes that are made whole or not at all. Before them the configuration is kept as text, each
 * setting as a command (save.c). If one of them fails, what is set then is compared with that text:
 * what is new is taken back, and what is missing or differs is set again. Learnt hosts are no
 * configuration: those that went with their link are given back, new ones stay.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "print.h"
#include "state.h"

/**
 * struct line - a command that makes a setting
 * @text: the whole of it
 * @copy: @word points into it
 * @word: its words, ended by NULL
 * @n: how many
 * @kind: what it sets
 * @key: which of that kind; no two of a state are the same
 */
struct line {
	char *text;
	char *copy;
	char **word;
	int n;
	const struct kind *kind;
	char *key;
};

/**
 * struct state - what is configured
 * @line: the commands that make it, in their order
 * @sorted: the same, by kind and key
 * @n: how many
 */
struct state {
	struct line *line;
	struct line **sorted;
	size_t n;
};

/**
 * struct kind - settings of one kind
 * @begin: the words that their commands begin with, ended by NULL
 * @key: places of the words that tell them apart, ended by 0; a device is at the first
 * @undo: the words that take one back, ended by NULL; a number stands for the word at that place
 * @replaces: must it go before the one that stood there can be set again? NULL: no
 */
struct kind {
	const char *begin[4];
	int key[4];
	const char *undo[9];
	bool (*replaces)(const struct line *now, const struct line *before);
};

static const char *value_of(const struct line *line, int from, const char *key)
{
	for (int i = from; i + 1 < line->n; i++)
		if (!strcmp(line->word[i], key))
			return line->word[i + 1];
	return "";
}

static bool other_group(const struct line *now, const struct line *before)
{
	return strcmp(value_of(now, 3, "group"), value_of(before, 3, "group"));
}

static bool is_learnt(const struct line *line)
{
	const char *evidence = value_of(line, 5, "evidence");

	return !strcmp(line->word[0], "host") && *evidence && strcmp(evidence, "static");
}

static bool other_host(const struct line *now, const struct line *before)
{
	return strcmp(now->text, before->text) && !is_learnt(now);
}

static const struct kind param_kind = { { "param", "set" }, { 2 }, { NULL }, NULL };
static const struct kind rule_kind = { { "prefix" }, { 2 }, { "prefix", "del", "2" }, NULL };
static const struct kind link_kind = {
	{ "link", "set" }, { 2 }, { "link", "set", "dev", "2", "role", "none" }, other_group
};

static const struct kind mld_link_kind = {
	{ "mld", "link", "set" }, { 3 }, { "mld", "link", "set", "dev", "3", "off" }, NULL
};

static const struct kind *const kinds[] = {
	&param_kind,
	&link_kind,
	&mld_link_kind,
	&(const struct kind){ { "prefix", "add" }, { 2, 4 },
			      { "prefix", "del", "2", "dev", "4" }, NULL },
	/* What remains of "prefix": allow and deny. */
	&rule_kind,
	&(const struct kind){ { "host", "add" }, { 2, 4 }, { "host", "del", "2" }, other_host },
	&(const struct kind){ { "mld", "listen" }, { 2, 3, 5 },
			      { "mld", "ignore", "dev", "2", "3", "id", "5" }, NULL },
};

/* --- a state ---------------------------------------------------------------------------------- */

static const struct kind *kind_of(const struct line *line)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int n = 0;

		while (kinds[i]->begin[n] && n < line->n &&
		       !strcmp(kinds[i]->begin[n], line->word[n]))
			n++;
		if (!kinds[i]->begin[n])
			return kinds[i];
	}
	return NULL;
}

/* The device of that name is written "dev dev". */
static void drop_dev(struct line *line, int at)
{
	if (at + 1 >= line->n || strcmp(line->word[at], "dev") || strcmp(line->word[at + 1], "dev"))
		return;
	memmove(line->word + at, line->word + at + 1, (line->n - at) * sizeof(*line->word));
	line->n--;
}

static char *make_key(const struct line *line)
{
	char *key = NULL;
	size_t size;
	FILE *f = open_memstream(&key, &size);

	if (!f)
		return NULL;
	for (const int *at = line->kind->key; *at; at++)
		word_put(f, *at < line->n ? line->word[*at] : "");
	fclose(f);
	return key;
}

static int read_line(struct line *line, const char *text, size_t len)
{
	line->text = strndup(text, len);
	line->copy = strndup(text, len);
	if (!line->text || !line->copy)
		return -1;
	line->n = text_split(line->copy, &line->word);
	if (line->n < 0)
		return -1;
	line->kind = kind_of(line);
	if (!line->kind)
		return -1;
	drop_dev(line, line->kind->key[0]);
	line->key = make_key(line);
	return line->key ? 0 : -1;
}

static int line_cmp(const void *pa, const void *pb)
{
	const struct line *a = *(const struct line *const *)pa;
	const struct line *b = *(const struct line *const *)pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->key, b->key);
}

static void state_free(struct state *state)
{
	for (size_t i = 0; i < state->n; i++) {
		free(state->line[i].text);
		free(state->line[i].copy);
		free(state->line[i].word);
		free(state->line[i].key);
	}
	free(state->line);
	free(state->sorted);
	memset(state, 0, sizeof(*state));
}

static int state_parse(struct state *state, const char *text)
{
	size_t n = 0, len;

	for (const char *p = text; *p; p++)
		n += *p == '\n';
	state->line = calloc(n + 1, sizeof(*state->line));
	state->sorted = calloc(n + 1, sizeof(*state->sorted));
	if (!state->line || !state->sorted)
		return -1;
	for (; *text; text += len + 1) {
		len = strcspn(text, "\n");
		state->sorted[state->n] = &state->line[state->n];
		if (read_line(&state->line[state->n++], text, len))
			return -1;
	}
	qsort(state->sorted, state->n, sizeof(*state->sorted), line_cmp);
	return 0;
}

/* Return: an exit code; state_free() is due in any case. */
static int state_read(struct state *state, enum save_how how)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	int ret = EXIT_KERNEL;

	memset(state, 0, sizeof(*state));
	if (f) {
		ret = save_print(f, how);
		if (fclose(f) || !text || (!ret && state_parse(state, text))) {
			fprintf(stderr, "Error: Cannot keep what is configured: %s.\n",
				strerror(errno ? errno : ENOMEM));
			ret = EXIT_KERNEL;
		}
	}
	free(text);
	return ret;
}

static const struct line *find(const struct state *state, const struct line *line)
{
	struct line **found = bsearch(&line, state->sorted, state->n, sizeof(*state->sorted),
				      line_cmp);

	return found ? *found : NULL;
}

/* --- the way back ----------------------------------------------------------------------------- */

/* A digit stands for a word of the line. */
static int run_undo(const struct line *line)
{
	char *words[ARRAY_SIZE(line->kind->undo) + 1] = { NULL };
	int n = 0;

	for (; line->kind->undo[n]; n++) {
		const char *word = line->kind->undo[n];
		int at = *word >= '0' && *word <= '9' ? *word - '0' : line->n;

		words[n] = at < line->n ? line->word[at] : (char *)word;
	}
	return n ? line_run(n, words) : EXIT_OK;
}

/* What goes with its link need not go before it. */
static bool goes_with_link(const struct state *now, const struct state *before,
			   const struct line *line)
{
	struct line link = { .kind = &link_kind, .key = line->key };

	return line->kind == &mld_link_kind && find(now, &link) && !find(before, &link);
}

/* "prefix del" without a device takes the prefixes first that were added, and then the rule. */
static int undo_rule(const struct state *now, const struct line *line)
{
	for (size_t i = 0; i < now->n; i++)
		if (!strcmp(now->line[i].word[1], "add") &&
		    !strcmp(now->line[i].word[0], "prefix") &&
		    !strcmp(now->line[i].word[2], line->word[2]))
			return run_undo(line) ?: run_undo(line);
	return run_undo(line);
}

static int undo(const struct state *now, const struct state *before, const struct line *line)
{
	const struct line *was = find(before, line);

	if (was && (!line->kind->replaces || !line->kind->replaces(line, was)))
		return EXIT_OK;
	if (!was && (is_learnt(line) || goes_with_link(now, before, line)))
		return EXIT_OK;
	return line->kind == &rule_kind ? undo_rule(now, line) : run_undo(line);
}

static int set_again(const struct state *now, const struct line *line)
{
	const struct line *is = find(now, line);
	char *text;
	int ret;

	if (is && (!strcmp(is->text, line->text) || is_learnt(line)))
		return EXIT_OK;
	text = strdup(line->text);
	ret = text ? text_run(text) : EXIT_KERNEL;
	free(text);
	return ret;
}

/* Return: an exit code, the highest. All is tried, whatever fails. */
static int state_back(const struct state *before)
{
	struct state now;
	int ret, one;

	ret = state_read(&now, SAVE_WHOLE);
	for (size_t i = now.n; i-- && !ret;) {
		one = undo(&now, before, &now.line[i]);
		ret = one > ret ? one : ret;
	}
	state_free(&now);
	one = state_read(&now, SAVE_WHOLE);
	for (size_t i = 0; i < before->n && !one; i++) {
		int again = set_again(&now, &before->line[i]);

		ret = again > ret ? again : ret;
	}
	state_free(&now);
	return one > ret ? one : ret;
}

/**
 * state_change() - make changes, all or none
 * @change: makes them; what it finds in place already is no failure
 * @data: for @change
 * @name: where they come from, for the message
 *
 * Return: what @change returned; if that is a failure, what was configured before is so again, and
 * that is said.
 */
int state_change(change_t change, void *data, const char *name)
{
	struct state before;
	bool allowed;
	int ret;

	ret = state_read(&before, SAVE_WHOLE);
	if (!ret) {
		allowed = nl_allow_existing(true);
		ret = change(data);
		if (ret && state_back(&before))
			fprintf(stderr, "%s: failed, and what was set before is not all back\n",
				name);
		else if (ret)
			fprintf(stderr, "%s: failed, and nothing of it is in force\n", name);
		nl_allow_existing(allowed);
	}
	state_free(&before);
	return ret;
}

/* --- what the service runs -------------------------------------------------------------------- */

static int load_change(void *data)
{
	return batch_run(data, false);
}

static const struct arg load_args[] = {
	{ .meta = "FILE", .type = ARG_NAME },
	{ .type = ARG_NONE }
};

/* Each line is read before the first is run. */
static int load_run(const struct cmd *cmd, const struct args *args)
{
	const char *name = args->v[0].str;
	int ret;

	(void)cmd;
	cmd_only_check = true;
	ret = batch_run(name, true);
	cmd_only_check = false;
	if (!ret)
		return state_change(load_change, (void *)name, name);
	fprintf(stderr, "%s: nothing of it was run\n", name);
	return ret;
}

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

/* The parameters have their defaults then, and nothing else is configured. */
static int unload_run(const struct cmd *cmd, const struct args *args)
{
	struct state defaults;
	bool allowed;
	int ret;

	(void)cmd;
	(void)args;
	ret = state_read(&defaults, SAVE_DEFAULTS);
	if (!ret) {
		allowed = nl_allow_existing(true);
		ret = state_back(&defaults);
		nl_allow_existing(allowed);
	}
	state_free(&defaults);
	return ret;
}

static const struct cmd load_cmds[] = {
	{ NULL, NULL, load_run, load_args, 0, 0 },
};

const struct object load_object = {
	.name = "load",
	.help = "run a batch, all of it or nothing",
	.cmds = load_cmds,
	.ncmds = ARRAY_SIZE(load_cmds),
	.hidden = true,
};

static const struct cmd unload_cmds[] = {
	{ NULL, NULL, unload_run, no_args, 0, 0 },
};

const struct object unload_object = {
	.name = "unload",
	.help = "take back all that is configured",
	.cmds = unload_cmds,
	.ncmds = ARRAY_SIZE(unload_cmds),
	.hidden = true,
};
