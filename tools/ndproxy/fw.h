/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What firewalls do to neighbour discovery and multicast listener discovery. Their rules, however
 * they are written, become these; fw.c follows them.
 */
#ifndef NDPROXY_FW_H
#define NDPROXY_FW_H

#include <stdbool.h>
#include <stdint.h>

/* The types of ICMPv6 that the proxy, or the hosts behind it, cannot do without. */
#define FW_TYPES	8

extern const uint8_t fw_type[FW_TYPES];

/* Does a rule match? One that looks at what is not known here may. */
enum fw_match { FW_NO, FW_MAYBE, FW_YES };

enum fw_verdict { FW_NONE, FW_ACCEPT, FW_DROP, FW_RETURN, FW_JUMP, FW_GOTO };

enum fw_hook { FW_NO_HOOK, FW_PREROUTING, FW_INPUT, FW_OUTPUT };

#define FW_NAME		64

/**
 * struct fw_dev - a device that a rule asks for
 * @name: of it, with a * at its end for any that begins so; empty: it asks for none
 * @negated: any but that
 */
struct fw_dev {
	char name[FW_NAME];
	bool negated;
};

/**
 * struct fw_rule - a rule
 * @next: behind it
 * @match: of each type, whatever the device is
 * @in: the device that the packet came by
 * @out: the device that it leaves by
 * @verdict: of it
 * @target: chain of FW_JUMP and FW_GOTO
 * @rpfilter: it asks whether the source is reached by where it came from
 */
struct fw_rule {
	struct fw_rule *next;
	enum fw_match match[FW_TYPES];
	struct fw_dev in;
	struct fw_dev out;
	enum fw_verdict verdict;
	char target[FW_NAME];
	bool rpfilter;
};

/**
 * struct fw_chain - a chain
 * @next: any other
 * @table: what its table is called on the command line: "inet filter", "filter"
 * @name: its name in the table
 * @hook: where packets come from; FW_NO_HOOK: from other chains only
 * @policy: at its end
 * @xtables: of ip6tables, not of nft
 * @rules: in order
 * @tail: where the next one goes
 */
struct fw_chain {
	struct fw_chain *next;
	char table[2 * FW_NAME];
	char name[FW_NAME];
	enum fw_hook hook;
	enum fw_verdict policy;
	bool xtables;
	struct fw_rule *rules;
	struct fw_rule **tail;
};

/**
 * struct fw_loss - what a chain drops
 * @chain: it
 * @types: bits of fw_type
 * @rpfilter: by a reverse path filter
 */
struct fw_loss {
	const struct fw_chain *chain;
	uint32_t types;
	bool rpfilter;
};

struct fw_chain *fw_chain_add(struct fw_chain **list, const char *table, const char *name);
struct fw_chain *fw_chain_find(struct fw_chain *list, const char *table, const char *name);
struct fw_rule *fw_rule_add(struct fw_chain *chain);
void fw_rule_need(struct fw_rule *rule, int type, enum fw_match match);
void fw_rule_need_all(struct fw_rule *rule, enum fw_match match);
void fw_copy(char *to, const char *from);
void fw_free(struct fw_chain *list);
struct fw_loss fw_follow(struct fw_chain *list, const struct fw_chain *chain, const char *dev);

/* The readers: of the text that the program prints. */
int fw_read_nft(const char *text, struct fw_chain **list);
int fw_read_ip6tables(const char *text, struct fw_chain **list);

#endif
