// SPDX-License-Identifier: GPL-2.0
/* Files with a command a line: -batch, restore, and what the service runs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "nl.h"
#include "print.h"

/* Batches that run restore, within each other. */
#define NESTED_MAX	4

/**
 * struct words - the words of a line, ended by NULL
 * @word: the array
 * @n: how many
 * @room: of the array; a listener may name many sources
 */
struct words {
	char **word;
	int n;
	int room;
};

static int add_word(struct words *words, char *word)
{
	int room = words->room ? 2 * words->room : 64;
	char **array = words->word;

	if (words->n + 1 >= words->room) {
		array = realloc(array, room * sizeof(*array));
		if (!array)
			return -ENOMEM;
		words->word = array;
		words->room = room;
	}
	array[words->n++] = word;
	array[words->n] = NULL;
	return 0;
}

/*
 * Takes a quoted word out of its quotes. In double quotes a backslash keeps a double quote or a
 * backslash. Return: what stands behind the quotes; NULL: they have no end.
 */
static char *unquote(char *line, char **word)
{
	char quote = *line++;
	char *to = line;

	*word = line;
	for (; *line && *line != quote; line++) {
		if (quote == '"' && *line == '\\' && (line[1] == '"' || line[1] == '\\'))
			line++;
		*to++ = *line;
	}
	if (!*line)
		return NULL;
	*to = '\0';
	return line + 1;
}

/* Splits a line at blanks; quotes keep blanks, # begins a comment. -EINVAL: a quote has no end. */
static int split(char *line, struct words *words)
{
	static const char blank[] = " \t\r\n";
	char *word;

	for (;;) {
		line += strspn(line, blank);
		if (!*line || *line == '#')
			return 0;
		word = line;
		if (*line == '"' || *line == '\'') {
			line = unquote(line, &word);
			if (!line)
				return -EINVAL;
		} else {
			line += strcspn(line, blank);
			if (*line)
				*line++ = '\0';
		}
		if (add_word(words, word))
			return -ENOMEM;
	}
}

static bool is_plain(const char *word)
{
	return *word && !strpbrk(word, " \t\r\n") && !strchr("\"'#", *word);
}

/**
 * word_put() - write a word so that split() reads it as one
 * @f: where to
 * @word: any text without a NUL or a line break
 *
 * A blank stands before it.
 */
void word_put(FILE *f, const char *word)
{
	if (is_plain(word)) {
		fprintf(f, " %s", word);
		return;
	}
	if (strpbrk(word, "\"\\") && !strchr(word, '\'')) {
		fprintf(f, " '%s'", word);
		return;
	}
	fputs(" \"", f);
	for (; *word; word++)
		fprintf(f, "%s%c", strchr("\"\\", *word) ? "\\" : "", *word);
	putc('"', f);
}

/**
 * line_run() - run one command, and end what it prints
 * @argc: number of words
 * @argv: the words
 *
 * Return: the exit code.
 */
int line_run(int argc, char **argv)
{
	int ret = cmd_run(argc, argv);

	out_document_end();
	return ret;
}

/**
 * struct batch - a file with a command a line
 * @f: the file
 * @name: its name
 * @id: which file it is, under whatever name
 * @go_on: a command that fails does not end it
 * @line: number of the line
 * @outer: the batch that runs this one, or NULL
 */
struct batch {
	FILE *f;
	const char *name;
	struct stat id;
	bool go_on;
	unsigned long line;
	const struct batch *outer;
};

/* The innermost of those that are being run. */
static const struct batch *running;

static int run_line(char *text, size_t len)
{
	struct words words = { 0 };
	int ret;

	if (strlen(text) < len) {
		fputs("Error: a NUL octet in the line\n", stderr);
		return EXIT_USAGE;
	}
	ret = split(text, &words);
	if (ret) {
		fprintf(stderr, "Error: %s\n",
			ret == -EINVAL ? "a quote without its end" : strerror(-ret));
		ret = EXIT_USAGE;
	} else if (words.n) {
		ret = line_run(words.n, words.word);
	}
	free(words.word);
	return ret;
}

/* No more lines: is that the end of the file? */
static int tell_end(const struct batch *batch)
{
	if (feof(batch->f) && !ferror(batch->f))
		return EXIT_OK;
	fprintf(stderr, "Error: Cannot read \"%s\": %s.\n", batch->name, strerror(errno));
	return EXIT_USAGE;
}

/* Stops at the first command that fails, unless it is to go on, and says where each stands. */
static int run_lines(struct batch *batch)
{
	char *text = NULL;
	int ret = EXIT_OK;
	size_t size = 0;
	int one = 0;

	while (!one || batch->go_on) {
		ssize_t len = getline(&text, &size, batch->f);

		if (len < 0) {
			one = tell_end(batch);
			ret = one > ret ? one : ret;
			break;
		}
		batch->line++;
		one = run_line(text, len);
		if (one)
			fprintf(stderr, "Command failed %s:%lu\n", batch->name, batch->line);
		ret = one > ret ? one : ret;
	}
	free(text);
	return ret;
}

/* A batch that restores itself, or a ring of them, has no end. */
static int check_nested(struct batch *batch)
{
	unsigned int depth = 1;

	if (fstat(fileno(batch->f), &batch->id)) {
		fprintf(stderr, "Error: Cannot read \"%s\": %s.\n", batch->name, strerror(errno));
		return EXIT_USAGE;
	}
	for (const struct batch *outer = batch->outer; outer; outer = outer->outer, depth++) {
		if (outer->id.st_dev != batch->id.st_dev || outer->id.st_ino != batch->id.st_ino)
			continue;
		fprintf(stderr, "Error: \"%s\" is being run already: it restores itself.\n",
			batch->name);
		return EXIT_USAGE;
	}
	if (depth <= NESTED_MAX)
		return EXIT_OK;
	fprintf(stderr, "Error: \"%s\": batches are nested more than %d deep.\n", batch->name,
		NESTED_MAX);
	return EXIT_USAGE;
}

/**
 * batch_run() - run the commands of a file
 * @name: of the file, - for the standard input
 * @go_on: a command that fails does not end it
 *
 * Return: the exit code; of several, the highest.
 */
int batch_run(const char *name, bool go_on)
{
	struct batch batch = { .f = stdin, .name = name, .go_on = go_on, .outer = running };
	int ret;

	if (strcmp(name, "-"))
		batch.f = fopen(name, "re");
	if (!batch.f) {
		fprintf(stderr, "Error: Cannot open \"%s\": %s.\n", name, strerror(errno));
		return EXIT_USAGE;
	}
	ret = check_nested(&batch);
	if (!ret) {
		running = &batch;
		ret = run_lines(&batch);
		running = batch.outer;
	}
	if (batch.f != stdin)
		fclose(batch.f);
	return ret;
}

/**
 * text_run() - run a command that is a line of text, as save prints it
 * @line: changed
 *
 * Return: the exit code.
 */
int text_run(char *line)
{
	return run_line(line, strlen(line));
}

/**
 * text_split() - split a line into its words
 * @line: changed; the words point into it
 * @word: gets the words, ended by NULL; the caller frees the array
 *
 * Return: how many; -1: a quote has no end, or there is no memory.
 */
int text_split(char *line, char ***word)
{
	struct words words = { 0 };

	if (split(line, &words)) {
		free(words.word);
		*word = NULL;
		return -1;
	}
	*word = words.word;
	return words.n;
}

static const struct arg restore_args[] = {
	{ NULL, "FILE", ARG_NAME, .optional = true },
	{ .type = ARG_NONE }
};

/* What is there already, from an earlier restore or from the system's start, is no failure. */
static int restore_run(const struct cmd *cmd, const struct args *args)
{
	bool allowed = nl_allow_existing(true);
	int ret;

	(void)cmd;
	ret = batch_run(args->v[0].set ? args->v[0].str : "-", true);
	nl_allow_existing(allowed);
	return ret;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, restore_run, restore_args, 0, 0 },
};

const struct object restore_object = {
	.name = "restore",
	.help = "take back what save printed, from a file or the standard input",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
