// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <linux/ndproxy.h>

#include "cmd.h"
#include "names.h"

/* A value added to the ABI must be given its word here before the tool builds again. */
#define NAMES(name, max)						\
	static_assert(ARRAY_SIZE(name##_words) == (max) + 1, "each " #name " needs a word");	\
	const struct names name##_names = { name##_words, (max) + 1 }

static const char *const role_words[] = {
	"none", "upstream", "downstream",
};

NAMES(role, NDPROXY_ROLE_MAX);

static const char *const link_state_words[] = {
	"waiting", "refused", "down", "active", "suspended",
};

NAMES(link_state, NDPROXY_LINK_STATE_MAX);

static const char *const override_words[] = {
	"keep", "clear", "set",
};

NAMES(override, NDPROXY_OVERRIDE_MAX);

static const char *const na_source_words[] = {
	"auto", "link-local", "target",
};

NAMES(na_source, NDPROXY_NA_SOURCE_MAX);

static const char *const ra_guard_words[] = {
	"off", "on", "strict",
};

NAMES(ra_guard, NDPROXY_RA_GUARD_MAX);

static const char *const ra_verdict_words[] = {
	"own", "rogue", "suspected", "cleared", "suspended", "freed",
};

NAMES(ra_verdict, NDPROXY_RA_VERDICT_MAX);

static const char *const prefix_mode_words[] = {
	"proxy", "route", "static",
};

NAMES(prefix_mode, NDPROXY_PREFIX_MODE_MAX);

static const char *const rule_action_words[] = {
	"allow", "deny",
};

NAMES(rule_action, NDPROXY_RULE_ACTION_MAX);

static const char *const host_state_words[] = {
	"tentative", "reachable", "probing", "static",
};

NAMES(host_state, NDPROXY_HOST_STATE_MAX);

static const char *const evidence_words[] = {
	"na", "dad", "ns", "una", "static",
};

NAMES(evidence, NDPROXY_EVIDENCE_MAX);

static const char *const drop_words[] = {
	"none", "hop-limit", "checksum", "code", "length", "target-multicast",
	"option-length", "fragment", "dad-destination", "dad-slla",
	"na-multicast-solicited", "own-echo", "ns-rate", "na-rate", "target-limit",
	"solicitor-limit", "host-limit", "lladdr-limit", "no-source", "no-memory",
	"not-ready", "hold-limit", "not-found", "same-link", "redirect", "snoop-limit",
	"host-refused", "not-forwarding", "unsolicited-na",
};

NAMES(drop, NDPROXY_DROP_REASON_MAX);

static const char *const event_words[] = {
	"link-up", "link-down", "link-refused", "prefix-add", "prefix-del",
	"host-learnt", "host-moved", "host-lost", "limit", "mld-version", "mld-limit",
	"ra",
	"host-refused",
};

NAMES(event, NDPROXY_EVENT_TYPE_MAX);

static const char *const mld_version_mode_words[] = {
	"auto", "1", "2",
};

NAMES(mld_version_mode, NDPROXY_MLD_VERSION_MODE_MAX);

static const char *const mld_mode_words[] = {
	"include", "exclude",
};

NAMES(mld_mode, NDPROXY_MLD_MODE_MAX);

static const char *const mld_state_words[] = {
	"not-member", "silent", "reporting", "idle", "lazy", "sleeping", "awakening",
	"group-query-pending", "source-query-pending", "leaving",
};

NAMES(mld_state, NDPROXY_MLD_STATE_MAX);

/* By bit number: the sources of a prefix are flags. */
static const char *const prefix_source_words[] = {
	"route", "static",
};

static_assert(NDPROXY_PREFIX_SOURCE_MASK == 3, "each prefix source needs a word");
NAMES(prefix_source, 1);

/**
 * name_of() - the word for a value
 * @names: the kind of value
 * @value: as the kernel gave it
 *
 * Return: the word; the number as text if the kernel is newer than this tool. That text lives
 * until the next call.
 */
const char *name_of(const struct names *names, uint32_t value)
{
	static char number[16];

	if (value < names->n)
		return names->word[value];
	snprintf(number, sizeof(number), "%u", value);
	return number;
}

/**
 * name_find() - the value of a word
 * @names: the kind of value
 * @word: as the user wrote it
 *
 * Return: the value, -1 if there is no such word.
 */
int name_find(const struct names *names, const char *word)
{
	for (size_t i = 0; i < names->n; i++)
		if (!strcmp(names->word[i], word))
			return i;
	return -1;
}
