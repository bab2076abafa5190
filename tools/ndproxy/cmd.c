// SPDX-License-Identifier: GPL-2.0
/* Finds the command of the words given, and reads its arguments by its table. */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "print.h"
#include "print.h"

const struct object *const objects[] = {
	&link_object,
	&prefix_object,
	&host_object,
	&solicit_object,
	&mld_object,
	&param_object,
	&stats_object,
	&monitor_object,
	&check_object,
	&show_object,
	&save_object,
	&restore_object,
	&import_object,
	&metrics_object,
	&help_object,
	&completion_object,
	&load_object,
	&unload_object,
};

const size_t nobjects = ARRAY_SIZE(objects);

/**
 * object_word() - the word that stands for an object, or for a part behind its object's word
 * @obj: the object
 *
 * Return: the last word of its name.
 */
const char *object_word(const struct object *obj)
{
	const char *blank = strrchr(obj->name, ' ');

	return blank ? blank + 1 : obj->name;
}

/**
 * each_object() - go through the objects, each followed by its parts
 * @fn: called for each
 */
void each_object(void (*fn)(const struct object *obj))
{
	for (size_t i = 0; i < nobjects; i++) {
		fn(objects[i]);
		for (const struct object *const *part = objects[i]->parts; part && *part; part++)
			fn(*part);
	}
}

/**
 * parse_u32() - read a decimal number
 * @word: nothing but digits
 * @max: largest value accepted
 * @num: where it goes
 *
 * Return: 0, or -1 if @word is anything else.
 */
int parse_u32(const char *word, uint32_t max, uint32_t *num)
{
	unsigned long long v;

	if (!*word || strspn(word, "0123456789") != strlen(word))
		return -1;
	errno = 0;
	v = strtoull(word, NULL, 10);
	if (errno || v > max)
		return -1;
	*num = v;
	return 0;
}

static int parse_s32(const char *word, uint32_t *num)
{
	bool negative = *word == '-';

	if (parse_u32(word + negative, INT32_MAX, num))
		return -1;
	*num = negative ? -*num : *num;
	return 0;
}

int parse_addr(const char *word, struct in6_addr *addr)
{
	return inet_pton(AF_INET6, word, addr) == 1 ? 0 : -1;
}

int parse_prefix(const char *word, struct in6_addr *addr, uint8_t *len)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN];
	uint32_t num;

	if (!slash || (size_t)(slash - word) >= sizeof(text))
		return -1;
	memcpy(text, word, slash - word);
	text[slash - word] = '\0';
	if (parse_addr(text, addr) || parse_u32(slash + 1, 128, &num))
		return -1;
	*len = num;
	return 0;
}

/* One or two hex digits an octet, between colons or dashes. */
int parse_lladdr(const char *word, uint8_t *lladdr, uint8_t *len)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	for (*len = 0; *len < LLADDR_MAX; word++) {
		size_t digits = strspn(word, hex);

		if (!digits || digits > 2)
			return -1;
		lladdr[(*len)++] = strtoul(word, NULL, 16);
		word += digits;
		if (!*word)
			return 0;
		if (*word != ':')
			return -1;
	}
	return -1;
}

/**
 * parse_dev() - read the name of a device that need not exist
 * @word: the name; ifN stands for index N if no device has that name
 * @ifindex: the index, or 0 if the name is to be used
 *
 * Return: 0, or -1 if no device can have that name.
 */
int parse_dev(const char *word, uint32_t *ifindex)
{
	char name[IF_NAMESIZE];

	*ifindex = 0;
	if (!*word || strlen(word) >= IF_NAMESIZE || strpbrk(word, "/: \t\n\v\f\r") ||
	    !strcmp(word, ".") || !strcmp(word, ".."))
		return -1;
	if (strncmp(word, "if", 2) || if_nametoindex(word))
		return 0;
	if (parse_u32(word + 2, INT32_MAX, ifindex) || !*ifindex ||
	    !if_indextoname(*ifindex, name))
		*ifindex = 0;
	return 0;
}

static int wrong(const char *word, const char *what)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: %s expected\n", word, what);
	return -1;
}

static int wrong_enum(const char *word, const struct names *names)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: one of", word);
	for (size_t i = 0; i < names->n; i++)
		fprintf(stderr, " %s", names->word[i]);
	fputs(" expected\n", stderr);
	return -1;
}

static int wrong_u32(const char *word, uint32_t max)
{
	fprintf(stderr, "Error: argument \"%s\" is wrong: a number from 0 to %u expected\n",
		word, max);
	return -1;
}

static int read_bool(const char *word, uint32_t *num)
{
	if (strcmp(word, "on") && strcmp(word, "off"))
		return wrong(word, "on or off");
	*num = !strcmp(word, "on");
	return 0;
}

static int read_enum(const char *word, const struct names *names, uint32_t *num)
{
	int v = name_find(names, word);

	if (v < 0)
		return wrong_enum(word, names);
	*num = v;
	return 0;
}

/* One more address of a list. */
static int read_addrs(const char *word, struct value *v)
{
	struct in6_addr *addrs, addr;

	if (parse_addr(word, &addr))
		return wrong(word, "an IPv6 address");
	addrs = realloc(v->addrs, (v->num + 1) * sizeof(addr));
	if (!addrs)
		return wrong(word, "fewer of them");
	addrs[v->num++] = addr;
	v->addrs = addrs;
	return 0;
}

static int read_value(const struct arg *arg, const char *word, struct value *v)
{
	uint32_t max = arg->max ? arg->max : UINT32_MAX;

	v->str = word;
	switch (arg->type) {
	case ARG_NONE:
	case ARG_FLAG:
	case ARG_NAME:
		return 0;
	case ARG_DEV:
		return parse_dev(word, &v->num) ? wrong(word, "a device name") : 0;
	case ARG_U32:
		return parse_u32(word, max, &v->num) ? wrong_u32(word, max) : 0;
	case ARG_S32:
		return parse_s32(word, &v->num) ? wrong(word, "a number") : 0;
	case ARG_BOOL:
		return read_bool(word, &v->num);
	case ARG_ENUM:
		return read_enum(word, arg->names, &v->num);
	case ARG_ADDR:
		return parse_addr(word, &v->addr) ? wrong(word, "an IPv6 address") : 0;
	case ARG_ADDRS:
		return read_addrs(word, v);
	case ARG_LLADDR:
		return parse_lladdr(word, v->lladdr, &v->len) ?
			wrong(word, "a link-layer address") : 0;
	case ARG_PREFIX:
		return parse_prefix(word, &v->addr, &v->len) ?
			wrong(word, "an IPv6 prefix (ADDRESS/LENGTH)") : 0;
	}
	return -1;
}

static int find_key(const struct arg *args, const char *word)
{
	for (int i = 0; args[i].type != ARG_NONE; i++)
		if (args[i].key && !strcmp(args[i].key, word))
			return i;
	return -1;
}

/* A choice among words gives way to a keyword, so that it can stand anywhere. */
static bool is_choice(const struct arg *arg)
{
	return arg->optional || arg->type == ARG_BOOL || arg->type == ARG_ENUM;
}

/* The next argument without a keyword that has no value yet, or takes more. */
static int find_place(const struct arg *args, const struct args *values)
{
	for (int i = 0; args[i].type != ARG_NONE; i++)
		if (!args[i].key && (!values->v[i].set || args[i].type == ARG_ADDRS))
			return i;
	return -1;
}

/*
 * Which argument the word at argv[*i] begins; *i is moved to the argument's value. "dev" may
 * stand before a device that has its place, as in ip(8).
 */
static int which_arg(const struct arg *args, const struct args *values, int argc, char **argv,
		     int *i)
{
	int place = find_place(args, values);
	int key = find_key(args, argv[*i]);

	if (place >= 0 && (!is_choice(&args[place]) || key < 0)) {
		if (args[place].type == ARG_DEV && !strcmp(argv[*i], "dev") && *i + 1 < argc)
			(*i)++;
		return place;
	}
	if (key < 0) {
		fprintf(stderr, "Error: what is \"%s\"?\n", argv[*i]);
		return -1;
	}
	if (values->v[key].set) {
		fprintf(stderr, "Error: duplicate \"%s\"\n", argv[*i]);
		return -1;
	}
	if (args[key].type == ARG_FLAG)
		return key;
	if (++*i >= argc) {
		fprintf(stderr, "Error: \"%s\" needs a value\n", argv[argc - 1]);
		return -1;
	}
	return key;
}

static int missing(const struct cmd *cmd, const struct args *values)
{
	const struct arg *args = cmd->args;
	bool any = false;

	for (int i = 0; args[i].type != ARG_NONE; i++) {
		if ((args[i].key || args[i].type == ARG_BOOL) && values->v[i].set)
			any = true;
		if (args[i].optional || values->v[i].set)
			continue;
		fprintf(stderr, "Error: %s%s%s is missing\n", args[i].key ? args[i].key : "",
			args[i].key ? " " : "", args[i].meta);
		return -1;
	}
	if ((cmd->flags & CMD_CHANGE) && !any) {
		fputs("Error: nothing to change\n", stderr);
		return -1;
	}
	return 0;
}

/**
 * cmd_parse() - read the arguments of a command
 * @obj: the object, for the usage
 * @cmd: the command
 * @argc: number of words behind the verb
 * @argv: the words
 * @values: what was read
 *
 * Return: EXIT_OK, or EXIT_USAGE with the error and the usage written to stderr; args_free() is due
 * in any case.
 */
int cmd_parse(const struct object *obj, const struct cmd *cmd, int argc, char **argv,
	      struct args *values)
{
	int i, n;

	memset(values, 0, sizeof(*values));
	for (i = 0; i < argc; i++) {
		n = which_arg(cmd->args, values, argc, argv, &i);
		if (n < 0 || read_value(&cmd->args[n], argv[i], &values->v[n]))
			goto usage;
		values->v[n].set = true;
	}
	if (!missing(cmd, values))
		return EXIT_OK;
usage:
	cmd_usage(stderr, obj, cmd);
	return EXIT_USAGE;
}

/**
 * args_free() - give back what cmd_parse() took
 * @args: what was read
 */
void args_free(struct args *args)
{
	for (int i = 0; i < MAX_ARGS; i++)
		free(args->v[i].addrs);
}

/* 2: it is the word; 1: it is the beginning of the word; 0: it is neither. */
static int match(const char *full, const char *word)
{
	if (!full || !*word || strncmp(full, word, strlen(word)))
		return 0;
	return strcmp(full, word) ? 1 : 2;
}

/**
 * cmd_find() - the command of a verb
 * @obj: the object
 * @verb: the whole word
 *
 * Return: the command, NULL if the object has none of that word.
 */
const struct cmd *cmd_find(const struct object *obj, const char *verb)
{
	for (size_t i = 0; i < obj->ncmds; i++)
		if (match(obj->cmds[i].verb, verb) == 2)
			return &obj->cmds[i];
	return NULL;
}

static const struct object *find_object(const char *word)
{
	const struct object *found = NULL;
	bool ambiguous = false;

	for (size_t i = 0; i < nobjects; i++) {
		switch (match(objects[i]->name, word)) {
		case 2:
			return objects[i];
		case 1:
			if (objects[i]->hidden)
				break;
			ambiguous = found;
			found = objects[i];
			break;
		}
		if (ambiguous)
			break;
	}
	if (found && !ambiguous)
		return found;
	fprintf(stderr, "Error: object \"%s\" is %s\n", word, found ? "ambiguous" : "unknown");
	return NULL;
}

static const struct cmd *default_cmd(const struct object *obj)
{
	for (size_t i = 0; i < obj->ncmds; i++)
		if (!obj->cmds[i].verb || (obj->cmds[i].flags & CMD_DEFAULT))
			return &obj->cmds[i];
	return NULL;
}

static const struct cmd *find_cmd(const struct object *obj, const char *word)
{
	const struct cmd *found = NULL;
	int n = 0;

	for (size_t i = 0; i < obj->ncmds; i++) {
		const struct cmd *cmd = &obj->cmds[i];
		int how = match(cmd->verb, word);

		if (how == 2 || match(cmd->alias, word) == 2)
			return cmd;
		if (how) {
			found = cmd;
			n++;
		}
	}
	for (const struct object *const *part = obj->parts; part && *part; part++)
		n += !!match(object_word(*part), word);
	if (n == 1)
		return found;
	fprintf(stderr, "Error: command \"%s\" of \"%s\" is %s\n", word, obj->name,
		n ? "ambiguous" : "unknown");
	return NULL;
}

/* A beginning that is also one of a verb is the verb's to judge. */
static const struct object *find_part(const struct object *obj, const char *word)
{
	int how = 1;

	for (size_t i = 0; i < obj->ncmds; i++)
		if (match(obj->cmds[i].verb, word))
			how = 2;
	for (const struct object *const *part = obj->parts; part && *part; part++)
		if (match(object_word(*part), word) >= how)
			return *part;
	return NULL;
}

/* Commands are read, and not run. */
bool cmd_only_check;

/* Commands that print text, whatever the options say, change the options for themselves. */
static int run_cmd(const struct object *obj, const struct cmd *cmd, int argc, char **argv)
{
	struct out_options options = out;
	struct args values;
	int ret;

	ret = cmd_parse(obj, cmd, argc, argv, &values);
	if (!ret && !cmd_only_check)
		ret = cmd->run(cmd, &values);
	out = options;
	args_free(&values);
	return ret;
}

static int run_object(const struct object *obj, int argc, char **argv)
{
	const struct object *part = argc ? find_part(obj, argv[0]) : NULL;
	const struct cmd *cmd = default_cmd(obj);

	if (part)
		return run_object(part, argc - 1, argv + 1);

	if (argc == 1 && !strcmp(argv[0], "help")) {
		object_usage(stdout, obj);
		return EXIT_OK;
	}
	if (argc && (!cmd || cmd->verb)) {
		cmd = find_cmd(obj, argv[0]);
		argc--;
		argv++;
	}
	if (!cmd) {
		object_usage(stderr, obj);
		return EXIT_USAGE;
	}
	if (argc == 1 && !strcmp(argv[0], "help")) {
		cmd_usage(stdout, obj, cmd);
		return EXIT_OK;
	}
	return run_cmd(obj, cmd, argc, argv);
}

/* "help link set" is another way to say "link set help". */
static void help_last(int argc, char **argv)
{
	char *help = argv[0];

	memmove(argv, argv + 1, (argc - 1) * sizeof(*argv));
	argv[argc - 1] = help;
}

/**
 * cmd_run() - run one command
 * @argc: number of words, without the program's name and options
 * @argv: the words
 *
 * Return: the exit code; errors have been written to stderr.
 */
int cmd_run(int argc, char **argv)
{
	const struct object *obj;

	if (!argc) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (argc > 1 && !strcmp(argv[0], "help"))
		help_last(argc, argv);
	obj = find_object(argv[0]);
	if (!obj) {
		usage(stderr);
		return EXIT_USAGE;
	}
	return run_object(obj, argc - 1, argv + 1);
}

/**
 * cmd_request() - a command that is one request, acknowledged
 * @cmd: the command
 * @args: its arguments, each of which becomes the attribute that the table names
 *
 * Return: EXIT_OK, EXIT_USAGE or EXIT_KERNEL.
 */
int cmd_request(const struct cmd *cmd, const struct args *args)
{
	struct nlmsghdr *nlh = nl_request(cmd->nlcmd, 0);

	if (!nlh)
		return EXIT_KERNEL;
	return nl_put_args(nlh, cmd->args, args) ?: nl_do(nlh, NULL, NULL);
}

/**
 * cmd_show() - a command that prints objects of one kind
 * @cmd: the command
 * @args: its arguments, each of which becomes the attribute that the table names
 * @one: they name one object; false: all that they let through
 * @cb: prints one
 * @data: for @cb
 *
 * Return: EXIT_OK, EXIT_USAGE or EXIT_KERNEL.
 */
int cmd_show(const struct cmd *cmd, const struct args *args, bool one, nl_cb_t cb, void *data)
{
	struct nlmsghdr *nlh = nl_request(cmd->nlcmd, one ? 0 : NLM_F_DUMP);
	int ret;

	if (!nlh)
		return EXIT_KERNEL;
	ret = nl_put_args(nlh, cmd->args, args);
	if (ret)
		return ret;
	out_array(NULL);
	ret = one ? nl_do(nlh, cb, data) : nl_show(nlh, cb, data);
	if (!ret)
		out_array_end();
	return ret;
}
