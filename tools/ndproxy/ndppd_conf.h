/* SPDX-License-Identifier: GPL-2.0 */
/* What an ndppd.conf(5) says. */
#ifndef NDPROXY_NDPPD_CONF_H
#define NDPROXY_NDPPD_CONF_H

#include <stdint.h>

#include <net/if.h>
#include <netinet/in.h>

#define NDPPD_OPTIONS	16

enum ndppd_method {
	NDPPD_NONE,		/* the same as static */
	NDPPD_STATIC,
	NDPPD_AUTO,
	NDPPD_IFACE,
};

/**
 * struct ndppd_option - an option that is no rule
 * @name: of it
 * @value: of it
 * @line: where it stands
 */
struct ndppd_option {
	char name[32];
	char value[32];
	unsigned int line;
};

/**
 * struct ndppd_rule - who answers for the targets in a prefix
 * @addr: of the prefix
 * @len: its length
 * @method: by which
 * @iface: of NDPPD_IFACE: where the targets are
 * @line: where it stands
 */
struct ndppd_rule {
	struct in6_addr addr;
	uint8_t len;
	enum ndppd_method method;
	char iface[IF_NAMESIZE];
	unsigned int line;
};

/**
 * struct ndppd_proxy - the solicitations of an interface
 * @iface: where they are heard
 * @line: where it begins
 * @options: of the proxy
 * @n_options: how many
 * @rules: for them
 * @n_rules: how many
 */
struct ndppd_proxy {
	char iface[IF_NAMESIZE];
	unsigned int line;
	struct ndppd_option options[NDPPD_OPTIONS];
	size_t n_options;
	struct ndppd_rule *rules;
	size_t n_rules;
};

/**
 * struct ndppd_conf - a configuration
 * @options: of the daemon
 * @n_options: how many
 * @proxies: in order
 * @n_proxies: how many
 */
struct ndppd_conf {
	struct ndppd_option options[NDPPD_OPTIONS];
	size_t n_options;
	struct ndppd_proxy *proxies;
	size_t n_proxies;
};

int ndppd_read(const char *name, struct ndppd_conf *conf);
void ndppd_free(struct ndppd_conf *conf);

#endif
