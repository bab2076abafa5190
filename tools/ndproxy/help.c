// SPDX-License-Identifier: GPL-2.0
/* Usage in the manner of ip(8), made from the command table. */
#include <string.h>

#include "cmd.h"

#define WIDTH	78

struct wrap {
	FILE *f;
	size_t column;
	size_t indent;
};

/* A token is never broken; the line is, before it. */
static void token(struct wrap *w, const char *text)
{
	if (w->column + 1 + strlen(text) > WIDTH) {
		fprintf(w->f, "\n%*s", (int)w->indent, "");
		w->column = w->indent;
	}
	w->column += fprintf(w->f, " %s", text);
}

static void arg_usage(struct wrap *w, const struct arg *arg)
{
	char value[160] = "";
	char text[200];
	size_t n = 0;

	if (arg->type == ARG_ENUM) {
		for (size_t i = 0; i < arg->names->n; i++)
			n += snprintf(value + n, sizeof(value) - n, "%s%s", i ? " | " : "{ ",
				      arg->names->word[i]);
		snprintf(value + n, sizeof(value) - n, " }");
	} else if (arg->type == ARG_ADDRS) {
		snprintf(value, sizeof(value), "%s ...", arg->meta);
	} else if (arg->type == ARG_BOOL) {
		snprintf(value, sizeof(value), "{ %s }", arg->meta);
	} else if (arg->meta) {
		snprintf(value, sizeof(value), "%s", arg->meta);
	}
	snprintf(text, sizeof(text), "%s%s%s%s%s", arg->optional ? "[ " : "",
		 arg->key ? arg->key : "", arg->key && *value ? " " : "", value,
		 arg->optional ? " ]" : "");
	token(w, text);
}

static void cmd_line(FILE *f, const char *lead, const struct object *obj, const struct cmd *cmd)
{
	struct wrap w = { .f = f };

	w.column = fprintf(f, "%s ndproxy %s", lead, obj->name);
	w.indent = w.column;
	if (cmd->verb)
		token(&w, cmd->verb);
	for (const struct arg *arg = cmd->args; arg->type != ARG_NONE; arg++)
		arg_usage(&w, arg);
	fputc('\n', f);
}

static void cmd_lines(FILE *f, const struct object *obj)
{
	for (size_t i = 0; i < obj->ncmds; i++)
		cmd_line(f, "      ", obj, &obj->cmds[i]);
}

/**
 * cmd_usage() - how one command is written
 * @f: where it is printed
 * @obj: the object
 * @cmd: the command
 */
void cmd_usage(FILE *f, const struct object *obj, const struct cmd *cmd)
{
	cmd_line(f, "Usage:", obj, cmd);
}

/**
 * object_usage() - how the commands of an object are written
 * @f: where it is printed
 * @obj: the object
 */
void object_usage(FILE *f, const struct object *obj)
{
	for (size_t i = 0; i < obj->ncmds; i++)
		cmd_line(f, i ? "      " : "Usage:", obj, &obj->cmds[i]);
	for (const struct object *const *part = obj->parts; part && *part; part++)
		cmd_lines(f, *part);
}

/**
 * usage() - options and objects
 * @f: where it is printed
 */
void usage(FILE *f)
{
	struct wrap w = { .f = f, .indent = strlen("where  OBJECT := {") };
	bool first = true;

	fputs("Usage: ndproxy [ OPTIONS ] OBJECT { COMMAND | help }\n"
	      "       ndproxy [ OPTIONS ] -batch FILE\n", f);
	w.column = fprintf(f, "where  OBJECT := {");
	for (size_t i = 0; i < nobjects; i++) {
		if (objects[i]->hidden)
			continue;
		if (!first)
			token(&w, "|");
		first = false;
		token(&w, objects[i]->name);
	}
	fputs(" }\n"
	      "       OPTIONS := { -V[ersion] | -h[elp] | -s[tatistics] | -d[etails] |\n"
	      "                    -j[son] | -p[retty] | -o[neline] | -t[imestamp] |\n"
	      "                    -n[etns] NAME | -b[atch] FILE |\n"
	      "                    -c[olor][={always|auto|never}] }\n", f);
}

/**
 * usage_all() - all there is to write
 * @f: where it is printed
 */
void usage_all(FILE *f)
{
	usage(f);
	for (size_t i = 0; i < nobjects; i++) {
		if (objects[i]->hidden)
			continue;
		fprintf(f, "\n%s: %s\n", objects[i]->name, objects[i]->help);
		cmd_lines(f, objects[i]);
		for (const struct object *const *part = objects[i]->parts; part && *part; part++)
			cmd_lines(f, *part);
	}
}

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

static int help_run(const struct cmd *cmd, const struct args *args)
{
	(void)cmd;
	(void)args;
	usage_all(stdout);
	return EXIT_OK;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, help_run, no_args, 0, 0 },
};

const struct object help_object = {
	.name = "help",
	.help = "this text",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
