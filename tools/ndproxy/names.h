/* SPDX-License-Identifier: GPL-2.0 */
/* The words for the values of the netlink interface, in text, JSON and on the command line. */
#ifndef NDPROXY_NAMES_H
#define NDPROXY_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct names {
	const char *const *word;
	size_t n;
};

extern const struct names role_names, link_state_names, override_names, na_source_names;
extern const struct names ra_guard_names, ra_verdict_names;
extern const struct names prefix_mode_names, prefix_source_names, rule_action_names;
extern const struct names host_state_names;
extern const struct names evidence_names, drop_names, event_names;
extern const struct names mld_version_mode_names, mld_mode_names, mld_state_names;

const char *name_of(const struct names *names, uint32_t value);
int name_find(const struct names *names, const char *word);

#endif
