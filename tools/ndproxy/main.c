// SPDX-License-Identifier: GPL-2.0
/* Options, network namespace and batch; the rest is in the command table. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "nl.h"
#include "print.h"

#define NETNS_DIR	"/run/netns/"
#define MAX_WORDS	1100	/* a listener may name many sources */

static const char *batch_file;

/* As ip(8): a name below /run/netns, or a path. */
static int switch_netns(const char *name)
{
	char path[4096];
	int fd, ret;

	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : NETNS_DIR, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "Error: Cannot open network namespace \"%s\": %s.\n", name,
			strerror(errno));
		return -1;
	}
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		fprintf(stderr, "Error: Cannot enter network namespace \"%s\": %s.\n", name,
			strerror(errno));
	close(fd);
	return ret;
}

enum opt {
	OPT_COLOR,
	OPT_BATCH,
	OPT_DETAILS,
	OPT_HELP,
	OPT_JSON,
	OPT_NETNS,
	OPT_ONELINE,
	OPT_PRETTY,
	OPT_STATISTICS,
	OPT_TIMESTAMP,
	OPT_VERSION,
	OPT_UNKNOWN,
};

static const char *const options[] = {
	[OPT_COLOR] = "color",
	[OPT_BATCH] = "batch",
	[OPT_DETAILS] = "details",
	[OPT_HELP] = "help",
	[OPT_JSON] = "json",
	[OPT_NETNS] = "netns",
	[OPT_ONELINE] = "oneline",
	[OPT_PRETTY] = "pretty",
	[OPT_STATISTICS] = "statistics",
	[OPT_TIMESTAMP] = "timestamp",
	[OPT_VERSION] = "Version",
};

/* Any beginning of an option's name; all names begin differently. "stats" is an old habit. */
static enum opt find_option(const char *word)
{
	size_t len = strcspn(word, "=");

	if (!strcmp(word, "stats"))
		return OPT_STATISTICS;
	for (size_t i = 0; len && i < ARRAY_SIZE(options); i++)
		if (!strncmp(options[i], word, len) && (!word[len] || i == OPT_COLOR))
			return i;
	return OPT_UNKNOWN;
}

static int bad_option(const char *word)
{
	fprintf(stderr, "Error: option \"%s\" is unknown or wrong, try \"ndproxy -help\".\n", word);
	return EXIT_USAGE;
}

/* Options with a value take it from the next word: *arg is moved on to it. */
static int option_value(enum opt opt, char ***arg)
{
	const char *value = (*arg)[1];

	if (!value) {
		fprintf(stderr, "Error: option \"-%s\" needs a value.\n", options[opt]);
		return EXIT_USAGE;
	}
	(*arg)++;
	if (opt == OPT_BATCH) {
		batch_file = value;
		return EXIT_OK;
	}
	return switch_netns(value) ? EXIT_KERNEL : EXIT_OK;
}

static int one_option(const char *word, char ***arg)
{
	enum opt opt = find_option(word);

	switch (opt) {
	case OPT_COLOR:
		return out_parse_color(word + strcspn(word, "=")) ? bad_option(**arg) : EXIT_OK;
	case OPT_BATCH:
	case OPT_NETNS:
		return option_value(opt, arg);
	case OPT_DETAILS:
		out.details = true;
		break;
	case OPT_HELP:
		usage_all(stdout);
		exit(EXIT_OK);
	case OPT_JSON:
		out.json = true;
		break;
	case OPT_ONELINE:
		out.oneline = true;
		break;
	case OPT_PRETTY:
		out.pretty = true;
		break;
	case OPT_STATISTICS:
		out.stats = true;
		break;
	case OPT_TIMESTAMP:
		out.timestamp = true;
		break;
	case OPT_VERSION:
		puts("ndproxy " NDPROXY_VERSION);
		exit(EXIT_OK);
	case OPT_UNKNOWN:
		return bad_option(**arg);
	}
	return EXIT_OK;
}

/* Reads options until the first word that is none; *arg is moved to that. */
static int read_options(char ***arg)
{
	const char *word;
	int ret;

	for (; **arg && ***arg == '-'; (*arg)++) {
		word = **arg + 1;
		if (!strcmp(word, "-")) {
			(*arg)++;
			break;
		}
		ret = one_option(word + (*word == '-'), arg);
		if (ret)
			return ret;
	}
	return EXIT_OK;
}

/* Splits a line at blanks; quotes keep blanks, # begins a comment. -1: too many, or no end. */
static int split(char *line, char **words)
{
	static const char blank[] = " \t\r\n";
	int n = 0;

	for (;;) {
		line += strspn(line, blank);
		if (!*line || *line == '#')
			break;
		if (n == MAX_WORDS - 1)
			return -1;
		if (*line == '"' || *line == '\'') {
			words[n++] = line + 1;
			line = strchr(line + 1, *line);
			if (!line)
				return -1;
		} else {
			words[n++] = line;
			line += strcspn(line, blank);
		}
		if (*line)
			*line++ = '\0';
	}
	words[n] = NULL;
	return n;
}

static int run(int argc, char **argv)
{
	int ret = cmd_run(argc, argv);

	out_document_end();
	return ret;
}

/* Stops at the first command that fails, and says where it stands. */
static int run_batch(FILE *f, const char *name)
{
	char *words[MAX_WORDS];
	unsigned long line = 0;
	char *text = NULL;
	int ret = EXIT_OK;
	size_t size = 0;
	int n;

	while (!ret && getline(&text, &size, f) >= 0) {
		line++;
		n = split(text, words);
		if (n < 0) {
			fputs("Error: too many words, or a quote without its end\n", stderr);
			ret = EXIT_USAGE;
		} else if (n) {
			ret = run(n, words);
		}
	}
	if (ret)
		fprintf(stderr, "Command failed %s:%lu\n", name, line);
	free(text);
	return ret;
}

static int batch(const char *name)
{
	FILE *f;
	int ret;

	if (!strcmp(name, "-"))
		return run_batch(stdin, name);
	f = fopen(name, "re");
	if (!f) {
		fprintf(stderr, "Error: Cannot open \"%s\": %s.\n", name, strerror(errno));
		return EXIT_USAGE;
	}
	ret = run_batch(f, name);
	fclose(f);
	return ret;
}

int main(int argc, char **argv)
{
	char **arg = argv + 1;
	int ret;

	(void)argc;
	ret = read_options(&arg);
	if (ret)
		return ret;
	if (out.json)
		out.color = false;
	if (batch_file && *arg) {
		fputs("Error: a batch and a command at once\n", stderr);
		return EXIT_USAGE;
	}
	ret = batch_file ? batch(batch_file) : run(argv + argc - arg, arg);
	nl_close();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "Error: Cannot write: %s.\n", strerror(errno));
		return ret ? ret : EXIT_KERNEL;
	}
	return ret;
}
