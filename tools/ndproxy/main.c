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
	check_set_netns(name);
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

int main(int argc, char **argv)
{
	char **arg = argv + 1;
	int ret;

	(void)argc;
	out_default_color();
	ret = read_options(&arg);
	if (ret)
		return ret;
	if (out.json)
		out.color = false;
	if (batch_file && *arg) {
		fputs("Error: a batch and a command at once\n", stderr);
		return EXIT_USAGE;
	}
	ret = batch_file ? batch_run(batch_file, false) : line_run(argv + argc - arg, arg);
	nl_close();
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "Error: Cannot write: %s.\n", strerror(errno));
		return ret ? ret : EXIT_KERNEL;
	}
	return ret;
}
