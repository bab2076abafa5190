/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes ND proxying fail in practice. check.c holds the table of causes; each looks by itself,
 * in the file that is named after what it looks at.
 *
 * A fix is a command that can be pasted. It stops no program and switches no protection off; where
 * only that would help, there is advice instead. What cannot be looked at is skipped, and never ok.
 */
#ifndef NDPROXY_CHECK_H
#define NDPROXY_CHECK_H

#include "fw.h"
#include "nl.h"
#include "program.h"

#define TEXT_LEN	320
#define WORD_LEN	160

/**
 * struct problem - something that is not well
 * @cause: name of the cause
 * @dev: link that it is about, or empty
 * @text: what was found
 * @fix: a command that ends it, or NULL
 * @advice: what to do about it in words, or NULL
 */
struct problem {
	const char *cause;
	char dev[16];
	char text[TEXT_LEN];
	char *fix;
	char *advice;
};

/**
 * struct word - a word of a shell's command
 * @s: it, between quotes if need be
 */
struct word {
	char s[4 * WORD_LEN];
};

/**
 * struct check_link - a link of the proxy
 * @name: of its device
 * @reason: why it is refused
 * @state: NDPROXY_LINK_STATE_*
 * @role: NDPROXY_ROLE_*
 * @group: number
 * @prefixes: proxied ones
 * @asked: the check is about it
 */
struct check_link {
	const char *name;
	const char *reason;
	uint32_t state;
	uint32_t role;
	uint32_t group;
	uint32_t prefixes;
	bool asked;
};

enum { NFT, IP6TABLES, LEGACY, FIREWALLS };

/**
 * struct firewalls - rules of all programs that filter packets
 * @known: they were read
 * @fw: rules of each program
 * @skipped: why some could not be read; empty: all were
 */
struct firewalls {
	bool known;
	struct fw fw[FIREWALLS];
	char skipped[TEXT_LEN];
};

/**
 * struct check - a check
 * @dev: the one link that it is about, or NULL
 * @module: the kernel's module answers
 * @msg: messages that the links point into
 * @links: all links
 * @n_links: how many
 * @cause: that is being looked at
 * @problems: so far
 * @n: how many
 * @skipped: what of the cause could not be looked at, and why; empty: all could
 * @n_skipped: causes of which not all could
 * @note: what else there is to say of a cause that is well
 * @firewalls: rules of firewalls
 */
struct check {
	const char *dev;
	bool module;
	struct nl_list msg;
	struct check_link *links;
	size_t n_links;
	const char *cause;
	struct problem *problems;
	size_t n;
	char skipped[TEXT_LEN];
	size_t n_skipped;
	char note[TEXT_LEN];
	struct firewalls firewalls;
};

const struct check_link *next_of(const struct check *c, const struct check_link *link);
bool is_there(const struct check_link *link);
void check_problem(struct check *c, const char *dev, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void check_skip(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_note(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* check_fix.c */
const char *check_word(struct word *word, const char *text);
void check_fix(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_fix_first(struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void check_advise(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* check_module.c */
void check_module(struct check *c);

/* check_link.c */
void check_links(struct check *c);
void check_roles(struct check *c);
void check_prefixes(struct check *c);

/* check_sysctl.c */
bool read_number(const char *path, long *value);
bool sysctl_get(struct check *c, const char *name, const char *dev, long *value);
void sysctl_setting(struct word *word, const char *of, const char *dev, const char *name,
		    int value);
void check_ipv6(struct check *c);
void check_retrans(struct check *c);
void check_conntrack(struct check *c);
void check_neighbours(struct check *c);

/* check_ra.c */
void check_accept_ra(struct check *c);
void check_forwarding(struct check *c);

/* check_proxy.c */
void check_proxies(struct check *c);
void check_proxy_ndp(struct check *c);

/* check_firewall.c */
struct firewalls *firewalls_of(struct check *c);
bool is_told_before(const struct firewalls *all, int of, const struct fw_chain *chain,
		    uint32_t kinds);
void nft_words(const struct fw_chain *chain, struct word *words);
const char *firewall_program(int of);
void check_firewall(struct check *c);

/* check_forward.c */
void check_forward(struct check *c);

/* check_mld.c */
void check_mld(struct check *c);

#endif
