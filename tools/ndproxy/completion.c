// SPDX-License-Identifier: GPL-2.0
/* The completion for bash, written from the command table. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const char *const shell_words[] = { "bash" };
static const struct names shell_names = { shell_words, 1 };

static const struct arg completion_args[] = {
	{ NULL, "SHELL", ARG_ENUM, .names = &shell_names },
	{ .type = ARG_NONE }
};

static const char head[] =
	"# bash completion for ndproxy(8); made by \"ndproxy completion bash\"\n"
	"\n"
	"_ndproxy_devs()\n"
	"{\n"
	"\tlocal dev\n"
	"\tfor dev in /sys/class/net/*; do\n"
	"\t\t[ -d \"$dev\" ] && echo \"${dev##*/}\"\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_ndproxy_netns()\n"
	"{\n"
	"\tlocal ns\n"
	"\tfor ns in /run/netns/*; do\n"
	"\t\t[ -e \"$ns\" ] && echo \"${ns##*/}\"\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_ndproxy_params()\n"
	"{\n"
	"\tndproxy -c=never param show 2>/dev/null | while read -r name _; do\n"
	"\t\techo \"$name\"\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# _ndproxy_places OBJECT VERB: what stands behind the verb without a keyword, ? if it may\n"
	"# _ndproxy_keys OBJECT VERB: keywords\n"
	"# _ndproxy_values OBJECT VERB KEYWORD: what stands behind a keyword\n";

static const char tail[] =
	"_ndproxy()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal i word obj='' verb='' rest=() words='' key places\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [ -z \"$obj\" ]; then\n"
	"\t\t\tcase $word in\n"
	"\t\t\t-n* | -b*) ((i++)) ;;\n"
	"\t\t\t-*) ;;\n"
	"\t\t\t*) obj=$word ;;\n"
	"\t\t\tesac\n"
	"\t\telif [ -z \"$verb\" ] && [ -n \"$(_ndproxy_verbs \"$obj\")\" ]; then\n"
	"\t\t\tverb=$word\n"
	"\t\t\tif [ -n \"$(_ndproxy_verbs \"$obj $verb\")\" ]; then\n"
	"\t\t\t\tobj=\"$obj $verb\" verb=''\n"
	"\t\t\tfi\n"
	"\t\telse\n"
	"\t\t\trest+=(\"$word\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\n"
	"\tif [ -z \"$obj\" ]; then\n"
	"\t\tcase $prev in\n"
	"\t\t-n*) words=$(_ndproxy_netns) ;;\n"
	"\t\t-b*) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
	"\t\t*) words=$(_ndproxy_objects) ;;\n"
	"\t\tesac\n"
	"\t\t[[ $cur != -* ]] ||\n"
	"\t\t\twords='-V -h -s -d -j -p -o -t -n -b -c'\n"
	"\telif [ -z \"$verb\" ] && [ -n \"$(_ndproxy_verbs \"$obj\")\" ]; then\n"
	"\t\twords=\"$(_ndproxy_verbs \"$obj\") help\"\n"
	"\telse\n"
	"\t\tread -r -a places <<<\"$(_ndproxy_places \"$obj\" \"$verb\")\"\n"
	"\t\tif ((${#rest[@]} < ${#places[@]})); then\n"
	"\t\t\tkey=${places[${#rest[@]}]}\n"
	"\t\t\tcase $key in\n"
	"\t\t\tDEV*) words=$(_ndproxy_devs) ;;\n"
	"\t\t\tNAME*) words=$(_ndproxy_params) ;;\n"
	"\t\t\tFILE*) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
	"\t\t\tesac\n"
	"\t\t\t[[ $key != *\\? ]] || words+=\" $(_ndproxy_keys \"$obj\" \"$verb\")\"\n"
	"\t\telse\n"
	"\t\t\twords=$(_ndproxy_values \"$obj\" \"$verb\" \"$prev\")\n"
	"\t\t\tcase $words in\n"
	"\t\t\tDEV) words=$(_ndproxy_devs) ;;\n"
	"\t\t\t'')\n"
	"\t\t\t\tfor key in $(_ndproxy_keys \"$obj\" \"$verb\"); do\n"
	"\t\t\t\t\t[[ \" ${rest[*]} \" == *\" $key \"* ]] || words+=\" $key\"\n"
	"\t\t\t\tdone\n"
	"\t\t\t\t;;\n"
	"\t\t\t-) words='' ;;\n"
	"\t\t\tesac\n"
	"\t\tfi\n"
	"\tfi\n"
	"\t# not compgen -W, which expands what the name of a device says\n"
	"\tread -r -d '' -a words <<<\"$words\"\n"
	"\tfor word in \"${words[@]}\"; do\n"
	"\t\tprintf -v key %q \"$word\"\n"
	"\t\t[[ $word != \"$cur\"* && $key != \"$cur\"* ]] || COMPREPLY+=(\"$key\")\n"
	"\tdone\n"
	"}\n"
	"\n"
	"complete -F _ndproxy ndproxy\n";

static void begin_function(const char *name)
{
	printf("\n_ndproxy_%s()\n", name);
	puts("{");
}

static void verbs_line(const struct object *obj)
{
	if (!obj->cmds[0].verb)
		return;
	printf("\t'%s') echo", obj->name);
	for (const struct object *const *part = obj->parts; part && *part; part++)
		printf(" %s", object_word(*part));
	for (size_t n = 0; n < obj->ncmds; n++)
		printf(" %s", obj->cmds[n].verb);
	puts(" ;;");
}

static void print_objects(void)
{
	begin_function("objects");
	fputs("\techo", stdout);
	for (size_t i = 0; i < nobjects; i++)
		if (!objects[i]->hidden)
			printf(" %s", objects[i]->name);
	puts("\n}");
	begin_function("verbs");
	puts("\tcase $1 in");
	each_object(verbs_line);
	puts("\tesac\n}");
}

/* Prints the line of a command, if there is something to say about it. */
typedef void (*cmd_line_t)(const struct object *obj, const struct cmd *cmd);

static cmd_line_t each_line;

static void cmd_lines(const struct object *obj)
{
	for (size_t n = 0; n < obj->ncmds; n++)
		each_line(obj, &obj->cmds[n]);
}

/* A function that has a line for each command. */
static void cmd_function(const char *name, const char *match, cmd_line_t line)
{
	begin_function(name);
	printf("\tcase %s in\n", match);
	each_line = line;
	each_object(cmd_lines);
	puts("\tesac\n}");
}

static void begin_line(const struct object *obj, const struct cmd *cmd, const char *key)
{
	printf("\t'%s %s%s%s') echo", obj->name, cmd->verb ? cmd->verb : "", key ? " " : "",
	       key ? key : "");
}

/* Words without a keyword are offered with the keywords. */
static bool is_choice(const struct arg *arg)
{
	return arg->type == ARG_ENUM || arg->type == ARG_BOOL;
}

static void print_words(const struct arg *arg)
{
	if (arg->type == ARG_BOOL)
		fputs(" on off", stdout);
	for (size_t i = 0; arg->type == ARG_ENUM && i < arg->names->n; i++)
		printf(" %s", arg->names->word[i]);
}

static void places_line(const struct object *obj, const struct cmd *cmd)
{
	bool any = false;

	for (const struct arg *arg = cmd->args; arg->type != ARG_NONE; arg++) {
		if (arg->key || is_choice(arg) || arg->type == ARG_ADDRS)
			continue;
		if (!any)
			begin_line(obj, cmd, NULL);
		any = true;
		printf(" %s%s", arg->meta, arg->optional ? "?" : "");
	}
	if (any)
		puts(" ;;");
}

static void keys_line(const struct object *obj, const struct cmd *cmd)
{
	bool any = false;

	for (const struct arg *arg = cmd->args; arg->type != ARG_NONE; arg++) {
		if (!arg->key && !is_choice(arg))
			continue;
		if (!any)
			begin_line(obj, cmd, NULL);
		any = true;
		if (arg->key)
			printf(" %s", arg->key);
		else
			print_words(arg);
	}
	if (any)
		puts(" ;;");
}

/* A dash stands for a value that cannot be guessed. */
static void values_line(const struct object *obj, const struct cmd *cmd)
{
	for (const struct arg *arg = cmd->args; arg->type != ARG_NONE; arg++) {
		if (!arg->key || arg->type == ARG_FLAG)
			continue;
		begin_line(obj, cmd, arg->key);
		if (arg->type == ARG_ENUM || arg->type == ARG_BOOL)
			print_words(arg);
		else
			fputs(arg->type == ARG_DEV ? " DEV" : " -", stdout);
		puts(" ;;");
	}
}

static int completion_run(const struct cmd *cmd, const struct args *args)
{
	(void)cmd;
	(void)args;
	fputs(head, stdout);
	print_objects();
	cmd_function("places", "\"$1 $2\"", places_line);
	cmd_function("keys", "\"$1 $2\"", keys_line);
	cmd_function("values", "\"$1 $2 $3\"", values_line);
	putchar('\n');
	fputs(tail, stdout);
	return EXIT_OK;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, completion_run, completion_args, 0, 0 },
};

const struct object completion_object = {
	.name = "completion",
	.help = "the completion for a shell",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
	.hidden = true,
};
