/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes ND proxying fail in practice. check.c holds the table of causes; each looks by itself,
 * in the file that is named after what it looks at.
 */
#ifndef NDPROXY_CHECK_H
#define NDPROXY_CHECK_H

#include "nl.h"

#define TEXT_LEN	320
#define WORD_LEN	160

/**
 * struct finding - something that is not well
 * @cause: name of the cause
 * @dev: link that it is about, or empty
 * @text: what was found
 * @mend: one command that mends it, or NULL
 */
struct finding {
	const char *cause;
	char dev[16];
	char text[TEXT_LEN];
	char *mend;
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

/**
 * struct check - a check
 * @dev: the one link that it is about, or NULL
 * @msg: messages that the links point into
 * @links: all links
 * @n_links: how many
 * @cause: that is being looked at
 * @findings: so far
 * @n: how many
 * @skipped: why the cause could not be looked at; empty: it could
 * @n_skipped: causes that could not
 */
struct check {
	const char *dev;
	struct nl_list msg;
	struct check_link *links;
	size_t n_links;
	const char *cause;
	struct finding *findings;
	size_t n;
	char skipped[TEXT_LEN];
	size_t n_skipped;
};

const struct check_link *next_of(const struct check *c, const struct check_link *link);
void check_found(struct check *c, const char *dev, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void check_mend(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
void check_mend_first(struct check *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void check_skip(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *check_word(struct word *word, const char *text);
char *check_run(const char *command);

/* check_link.c */
void check_links(struct check *c);
void check_roles(struct check *c);
void check_prefixes(struct check *c);

/* check_sysctl.c */
bool sysctl_get(const char *name, const char *dev, long *value);
void check_forwarding(struct check *c);
void check_accept_ra(struct check *c);
void check_ipv6(struct check *c);
void check_retrans(struct check *c);
void check_proxy_ndp(struct check *c);
void check_conntrack(struct check *c);
void check_neighbours(struct check *c);

/* check_system.c */
void check_proxies(struct check *c);
void check_firewall(struct check *c);

/* check_mld.c */
void check_mld(struct check *c);

#endif
