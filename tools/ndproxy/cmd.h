/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command table: what the parser accepts, what help prints, what bash completes and which
 * netlink attributes a request carries are all read from the same struct arg arrays.
 */
#ifndef NDPROXY_CMD_H
#define NDPROXY_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <netinet/in.h>

#include "names.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

enum {
	EXIT_OK = 0,
	EXIT_USAGE = 1,
	EXIT_KERNEL = 2,
	EXIT_FOUND = 3,	/* check: something is not well, or could not be looked at */
};

enum arg_type {
	ARG_NONE,	/* ends an array */
	ARG_FLAG,	/* the keyword alone */
	ARG_DEV,	/* device name, or ifN for one that has no such name */
	ARG_NAME,
	ARG_U32,
	ARG_S32,
	ARG_BOOL,	/* on or off */
	ARG_ENUM,
	ARG_ADDR,
	ARG_ADDRS,	/* any number of addresses; the last place */
	ARG_PREFIX,	/* ADDR/LEN */
	ARG_LLADDR,	/* link-layer address, octets in hex with colons */
};

/**
 * struct arg - one argument of a command
 * @key: the keyword before it, NULL if it has its place behind the verb
 * @meta: what help calls the value
 * @type: how the value is read
 * @optional: the command can be without it
 * @names: the words of an ARG_ENUM; without a keyword it stands wherever none of the keywords does
 * @max: largest value of an ARG_U32, 0 for no limit but the type's
 * @attr: netlink attribute; of an ARG_DEV the name, of an ARG_PREFIX the address
 * @attr2: of an ARG_DEV the index, of an ARG_PREFIX the length
 */
struct arg {
	const char *key;
	const char *meta;
	enum arg_type type;
	bool optional;
	const struct names *names;
	uint32_t max;
	uint16_t attr;
	uint16_t attr2;
};

#define MAX_ARGS	12
#define LLADDR_MAX	32

struct value {
	bool set;
	uint8_t len;
	uint32_t num;
	struct in6_addr addr;
	uint8_t lladdr[LLADDR_MAX];	/* len octets of it */
	struct in6_addr *addrs;	/* num of them */
	const char *str;
};

struct args {
	struct value v[MAX_ARGS];
};

struct nlmsghdr;
struct object;

enum {
	CMD_DEFAULT = 1,	/* what the object's name alone does */
	CMD_CHANGE = 2,		/* at least one keyword is needed */
};

/**
 * struct cmd - what can be done with an object
 * @verb: its word, NULL if the object is itself the command
 * @alias: another word for it, or NULL
 * @run: does it; returns EXIT_OK, EXIT_USAGE or EXIT_KERNEL with the error told
 * @args: what it takes, ended by ARG_NONE
 * @nlcmd: the netlink operation
 * @flags: CMD_*
 */
struct cmd {
	const char *verb;
	const char *alias;
	int (*run)(const struct cmd *cmd, const struct args *args);
	const struct arg *args;
	uint8_t nlcmd;
	uint8_t flags;
};

/**
 * struct object - what commands are about
 * @name: its word; of a part of another object, that one's word before it
 * @help: what it is
 * @cmds: what can be done with it
 * @ncmds: how many
 * @hidden: it is not offered
 * @parts: objects that are parts of it, ended by NULL; or NULL
 */
struct object {
	const char *name;
	const char *help;
	const struct cmd *cmds;
	size_t ncmds;
	bool hidden;
	const struct object *const *parts;
};

extern const struct object *const objects[];
extern const size_t nobjects;

extern const struct object link_object, prefix_object, host_object, solicit_object;
extern const struct object mld_object, mld_link_object, mld_group_object;
extern const struct object param_object, stats_object, monitor_object, show_object;
extern const struct object save_object, restore_object, check_object;
extern const struct object metrics_object, import_object;
extern const struct object help_object, completion_object, load_object, unload_object;

extern bool cmd_only_check;
int cmd_run(int argc, char **argv);
int line_run(int argc, char **argv);
int text_run(char *line);
int text_split(char *line, char ***word);
void word_put(FILE *f, const char *word);
int batch_run(const char *name, bool go_on);
void check_set_netns(const char *name);
const struct cmd *cmd_find(const struct object *obj, const char *verb);
const char *object_word(const struct object *obj);
void each_object(void (*fn)(const struct object *obj));
int cmd_parse(const struct object *obj, const struct cmd *cmd, int argc, char **argv,
	      struct args *args);
void args_free(struct args *args);
int cmd_request(const struct cmd *cmd, const struct args *args);
int cmd_show(const struct cmd *cmd, const struct args *args, bool one,
	     int (*cb)(const struct nlmsghdr *nlh, void *data), void *data);

void cmd_usage(FILE *f, const struct object *obj, const struct cmd *cmd);
void object_usage(FILE *f, const struct object *obj);
void usage(FILE *f);
void usage_all(FILE *f);

int parse_u32(const char *word, uint32_t max, uint32_t *num);
int parse_addr(const char *word, struct in6_addr *addr);
int parse_lladdr(const char *word, uint8_t *lladdr, uint8_t *len);
int parse_prefix(const char *word, struct in6_addr *addr, uint8_t *len);
int parse_dev(const char *word, uint32_t *ifindex);

#endif
