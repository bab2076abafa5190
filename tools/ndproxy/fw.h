/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What firewalls do to neighbour discovery, to multicast listener discovery, and to what the router
 * forwards. Their rules, however they are written, become these; fw.c follows them.
 */
#ifndef NDPROXY_FW_H
#define NDPROXY_FW_H

#include <stdbool.h>
#include <stdint.h>

/* The types of ICMPv6 that the proxy, or the hosts behind it, cannot do without. */
#define FW_TYPES	8

extern const uint8_t fw_type[FW_TYPES];

/*
 * Kinds of packets: a message of each type, the first packet of a TCP connection, and a later one
 * of a connection that is known. The last two are followed through the router, all others to it and
 * from it.
 */
enum { FW_NEW = FW_TYPES, FW_REPLY, FW_KINDS };

#define FW_BIT(kind)	(UINT32_C(1) << (kind))
#define FW_ALL		(FW_BIT(FW_KINDS) - 1)
#define FW_MESSAGES	(FW_BIT(FW_TYPES) - 1)

enum fw_verdict { FW_NONE, FW_ACCEPT, FW_DROP, FW_RETURN, FW_JUMP, FW_GOTO };

enum fw_hook { FW_NO_HOOK, FW_PREROUTING, FW_INPUT, FW_OUTPUT, FW_FORWARD };

/**
 * struct fw_match - the kinds that meet a condition
 * @yes: bits of those that do for sure
 * @may: bits of those that do, or may: the condition is about what is not known here
 */
struct fw_match {
	uint32_t yes;
	uint32_t may;
};

#define FW_MAYBE	((struct fw_match){ .may = FW_ALL })
#define FW_NEVER	((struct fw_match){ 0 })

/* A name of a device, with a * at its end for any that begins so. */
struct fw_dev {
	struct fw_dev *next;
	char name[];
};

/**
 * struct fw_devs - the devices that a rule asks for
 * @next: any other condition of the ruleset
 * @first: one of these
 * @negated: none of these
 */
struct fw_devs {
	struct fw_devs *next;
	struct fw_dev *first;
	bool negated;
};

/**
 * struct fw_rule - a rule
 * @next: behind it
 * @match: kinds that it matches, whatever the devices are
 * @in: devices that the packet came by, NULL: any
 * @out: devices that it leaves by, NULL: any
 * @verdict: of it
 * @target: chain of FW_JUMP and FW_GOTO
 * @rpfilter: it asks whether the source is reached by where it came from
 */
struct fw_rule {
	struct fw_rule *next;
	struct fw_match match;
	const struct fw_devs *in;
	const struct fw_devs *out;
	enum fw_verdict verdict;
	char *target;
	bool rpfilter;
};

/**
 * struct fw_fate - what becomes of packets
 * @accept: bits of the kinds that are accepted, for sure or perhaps
 * @drop: bits of those that are dropped for sure
 * @rpfilter: bits of those that a reverse path filter may drop
 */
struct fw_fate {
	uint32_t accept;
	uint32_t drop;
	uint32_t rpfilter;
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
 * @judged: the packet for which @fate holds
 * @busy: it is being judged, further up
 * @fate: what the chain does to that packet
 * @lost: for who asks: what it drops, of several links, say
 * @closed: the same: it drops new connections that nobody asked for
 */
struct fw_chain {
	struct fw_chain *next;
	char *table;
	char *name;
	enum fw_hook hook;
	enum fw_verdict policy;
	bool xtables;
	struct fw_rule *rules;
	struct fw_rule **tail;
	unsigned long judged;
	bool busy;
	struct fw_fate fate;
	struct fw_fate lost;
	bool closed;
};

/**
 * struct fw - a ruleset
 * @first: of its chains, in the order in which they were read
 * @tail: where the next one goes, NULL for @first
 * @by_name: the same, as a tree (tsearch(3))
 * @devs: conditions that rules share
 * @in: device by which the packet comes that is judged; NULL: it is sent here; "": not known
 * @out: device by which it leaves; NULL: it stays here; "": not known
 * @packet: its number
 * @cut: chains are nested too deep, and not all was followed
 */
struct fw {
	struct fw_chain *first;
	struct fw_chain **tail;
	void *by_name;
	struct fw_devs *devs;
	const char *in;
	const char *out;
	unsigned long packet;
	bool cut;
};

struct fw_chain *fw_chain_add(struct fw *fw, const char *table, const char *name);
struct fw_chain *fw_chain_find(const struct fw *fw, const char *table, const char *name);
struct fw_rule *fw_rule_add(struct fw_chain *chain);
int fw_rule_target(struct fw_rule *rule, const char *target);
void fw_rule_need(struct fw_rule *rule, struct fw_match match);
struct fw_match fw_not(struct fw_match match);
struct fw_devs *fw_devs_add(struct fw *fw, bool negated);
int fw_dev_add(struct fw_devs *devs, const char *name);
void fw_need_devs(struct fw_rule *rule, const struct fw_devs **of, const struct fw_devs *devs);
void fw_free(struct fw *fw);

void fw_packet(struct fw *fw, const char *in, const char *out);
struct fw_fate fw_judge(struct fw *fw, struct fw_chain *chain);

/* The readers: of the text that the program prints. */
int fw_read_nft(const char *text, struct fw *fw);
int fw_read_ip6tables(const char *text, struct fw *fw);

#endif
