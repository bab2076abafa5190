// SPDX-License-Identifier: GPL-2.0
/* How words become numbers and attributes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/genetlink.h>

#include "cmd.h"
#include "json.h"
#include "nl.h"
#include "objects.h"
#include "print.h"
#include "unit.h"

/* --- words --- */

static const struct {
	const char *word;
	uint32_t max;
	int ret;
	uint32_t num;
} u32_cases[] = {
	{ "0", UINT32_MAX, 0, 0 },
	{ "4294967295", UINT32_MAX, 0, UINT32_MAX },
	{ "4294967296", UINT32_MAX, -1, 0 },
	{ "18446744073709551616", UINT32_MAX, -1, 0 },
	{ "010", UINT32_MAX, 0, 10 },
	{ "128", 128, 0, 128 },
	{ "129", 128, -1, 0 },
	{ "-1", UINT32_MAX, -1, 0 },
	{ "+1", UINT32_MAX, -1, 0 },
	{ " 1", UINT32_MAX, -1, 0 },
	{ "1 ", UINT32_MAX, -1, 0 },
	{ "1x", UINT32_MAX, -1, 0 },
	{ "0x10", UINT32_MAX, -1, 0 },
	{ "", UINT32_MAX, -1, 0 },
};

static const struct {
	const char *word;
	int ret;
	uint8_t len;
} prefix_cases[] = {
	{ "2001:db8::/64", 0, 64 },
	{ "::/0", 0, 0 },
	{ "2001:db8::1/128", 0, 128 },
	{ "2001:db8::/129", -1, 0 },
	{ "2001:db8::/", -1, 0 },
	{ "2001:db8::/-1", -1, 0 },
	{ "2001:db8::/64/64", -1, 0 },
	{ "2001:db8::", -1, 0 },
	{ "192.0.2.0/24", -1, 0 },
	{ "/64", -1, 0 },
	{ "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000/64", -1, 0 },
};

static const struct {
	const char *word;
	int ret;
} dev_cases[] = {
	{ "up0", 0 },
	{ "eth0.100", 0 },
	{ "if4000000", 0 },
	{ "fifteen-letters", 0 },
	{ "sixteen--letters", -1 },
	{ "", -1 },
	{ ".", -1 },
	{ "..", -1 },
	{ "a/b", -1 },
	{ "a b", -1 },
	{ "a:b", -1 },
};

static void test_words(void)
{
	struct in6_addr addr;
	uint32_t num;
	uint8_t len;

	for (size_t i = 0; i < ARRAY_SIZE(u32_cases); i++) {
		num = 0;
		result(parse_u32(u32_cases[i].word, u32_cases[i].max, &num) == u32_cases[i].ret &&
		       num == u32_cases[i].num, u32_cases[i].word);
	}
	for (size_t i = 0; i < ARRAY_SIZE(prefix_cases); i++) {
		len = 0;
		result(parse_prefix(prefix_cases[i].word, &addr, &len) == prefix_cases[i].ret &&
		       len == prefix_cases[i].len, prefix_cases[i].word);
	}
	for (size_t i = 0; i < ARRAY_SIZE(dev_cases); i++)
		result(parse_dev(dev_cases[i].word, &num) == dev_cases[i].ret, dev_cases[i].word);
	result(!parse_dev("if1", &num) && num == 1, "if1 is index 1");
	result(!parse_dev("if4000000", &num) && !num, "if4000000 is a name");
}

/* --- attributes --- */

static const struct cmd *command(const struct object *obj, const char *verb)
{
	for (size_t i = 0; i < obj->ncmds; i++)
		if (!strcmp(obj->cmds[i].verb, verb))
			return &obj->cmds[i];
	abort();
}

/* Reads the words, and sorts the attributes that they become. */
static int attributes(const struct object *obj, const char *verb, struct nlattr **tb, int max,
		      int argc, char **argv)
{
	const struct cmd *cmd = command(obj, verb);
	struct nlmsghdr *nlh;
	struct args args;
	int ret;

	ret = cmd_parse(obj, cmd, argc, argv, &args);
	if (!ret) {
		nlh = message(cmd->nlcmd);
		ret = nl_put_args(nlh, cmd->args, &args);
		nl_attrs(nlh, tb, max);
	}
	args_free(&args);
	return ret;
}

#define WORDS(...)	((char *[]){ __VA_ARGS__ })
#define ATTRIBUTES(obj, verb, tb, max, ...)					\
	attributes(obj, verb, tb, max, ARRAY_SIZE(WORDS(__VA_ARGS__)), WORDS(__VA_ARGS__))

static bool all_absent(struct nlattr **tb, int from, int to)
{
	for (int i = from; i <= to; i++)
		if (tb[i])
			return false;
	return true;
}

static void test_link_attributes(void)
{
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];

	result(!ATTRIBUTES(&link_object, "set", tb, NDPROXY_A_LINK_MAX, "no-such-dev", "nd", "off",
			   "na-source", "target", "group", "7", "role", "downstream",
			   "override", "set", "ra-guard", "strict", "force") &&
	       !strcmp(attr_str(tb[NDPROXY_A_LINK_IFNAME]), "no-such-dev") &&
	       !tb[NDPROXY_A_LINK_IFINDEX] &&
	       mnl_attr_get_payload_len(tb[NDPROXY_A_LINK_ND]) == 1 &&
	       !attr_u32(tb[NDPROXY_A_LINK_ND]) &&
	       attr_u32(tb[NDPROXY_A_LINK_NA_SOURCE]) == NDPROXY_NA_SOURCE_TARGET &&
	       attr_u32(tb[NDPROXY_A_LINK_OVERRIDE]) == NDPROXY_OVERRIDE_SET &&
	       mnl_attr_get_payload_len(tb[NDPROXY_A_LINK_ROLE]) == 4 &&
	       attr_u32(tb[NDPROXY_A_LINK_ROLE]) == NDPROXY_ROLE_DOWNSTREAM &&
	       mnl_attr_get_payload_len(tb[NDPROXY_A_LINK_RA_GUARD]) == 4 &&
	       attr_u32(tb[NDPROXY_A_LINK_RA_GUARD]) == NDPROXY_RA_GUARD_STRICT &&
	       tb[NDPROXY_A_LINK_FORCE] &&
	       !mnl_attr_get_payload_len(tb[NDPROXY_A_LINK_FORCE]) &&
	       attr_u32(tb[NDPROXY_A_LINK_GROUP]) == 7, "link set: every argument");
	result(!ATTRIBUTES(&link_object, "set", tb, NDPROXY_A_LINK_MAX, "dev", "role", "role",
			   "upstream") &&
	       !strcmp(attr_str(tb[NDPROXY_A_LINK_IFNAME]), "role") &&
	       attr_u32(tb[NDPROXY_A_LINK_ROLE]) == NDPROXY_ROLE_UPSTREAM &&
	       all_absent(tb, NDPROXY_A_LINK_GROUP, NDPROXY_A_LINK_MAX),
	       "link set: a device called role");
	result(!ATTRIBUTES(&link_object, "set", tb, NDPROXY_A_LINK_MAX, "if1", "nd", "on") &&
	       attr_u32(tb[NDPROXY_A_LINK_IFINDEX]) == 1 && !tb[NDPROXY_A_LINK_IFNAME] &&
	       attr_u32(tb[NDPROXY_A_LINK_ND]) == 1, "link set: by index");
	result(!ATTRIBUTES(&link_object, "show", tb, NDPROXY_A_LINK_MAX, "dev", "up0") &&
	       !strcmp(attr_str(tb[NDPROXY_A_LINK_IFNAME]), "up0"), "link show dev up0");
}

static void test_other_attributes(void)
{
	struct nlattr *p[NDPROXY_A_PREFIX_MAX + 1], *h[NDPROXY_A_HOST_MAX + 1];
	struct nlattr *n[NDPROXY_A_PARAM_MAX + 1], *r[NDPROXY_A_RULE_MAX + 1];
	struct in6_addr want, got;

	parse_addr("2001:db8:1::", &want);
	result(!ATTRIBUTES(&prefix_object, "add", p, NDPROXY_A_PREFIX_MAX, "2001:db8:1::/64", "dev",
			   "no-such-dev") &&
	       attr_u32(p[NDPROXY_A_PREFIX_PREFIX_LEN]) == 64 &&
	       mnl_attr_get_payload_len(p[NDPROXY_A_PREFIX_PREFIX_LEN]) == 1 &&
	       (got = attr_addr(p[NDPROXY_A_PREFIX_ADDR]), !memcmp(&got, &want, 16)) &&
	       !strcmp(attr_str(p[NDPROXY_A_PREFIX_IFNAME]), "no-such-dev"), "prefix add");
	result(!ATTRIBUTES(&prefix_object, "deny", r, NDPROXY_A_RULE_MAX, "2001:db8:1::/0") &&
	       r[NDPROXY_A_RULE_PREFIX_LEN] && !attr_u32(r[NDPROXY_A_RULE_PREFIX_LEN]) &&
	       (got = attr_addr(r[NDPROXY_A_RULE_ADDR]), !memcmp(&got, &want, 16)), "prefix deny");
	result(!ATTRIBUTES(&host_object, "show", h, NDPROXY_A_HOST_MAX, "to", "2001:db8:1::/64") &&
	       attr_u32(h[NDPROXY_A_HOST_PREFIX_LEN]) == 64 && !h[NDPROXY_A_HOST_ADDR] &&
	       (got = attr_addr(h[NDPROXY_A_HOST_PREFIX]), !memcmp(&got, &want, 16)),
	       "host show to PREFIX");
	result(!ATTRIBUTES(&param_object, "set", n, NDPROXY_A_PARAM_MAX, "ns_rate", "7") &&
	       !strcmp(attr_str(n[NDPROXY_A_PARAM_NAME]), "ns_rate") &&
	       attr_u32(n[NDPROXY_A_PARAM_VALUE]) == 7, "param set");
}

static void test_mld_attributes(void)
{
	struct nlattr *l[NDPROXY_A_MLD_LINK_MAX + 1], *m[NDPROXY_A_MLD_LISTENER_MAX + 1];
	const struct nlattr *attr;
	int n = 0;

	result(!ATTRIBUTES(&mld_link_object, "set", l, NDPROXY_A_MLD_LINK_MAX, "no-such-dev",
			   "gsr-delay", "-1", "off", "version", "auto") &&
	       mnl_attr_get_payload_len(l[NDPROXY_A_MLD_LINK_ENABLED]) == 1 &&
	       !attr_u32(l[NDPROXY_A_MLD_LINK_ENABLED]) &&
	       attr_u32(l[NDPROXY_A_MLD_LINK_GSR_DELAY]) == (uint32_t)-1 &&
	       attr_u32(l[NDPROXY_A_MLD_LINK_VERSION_MODE]) == NDPROXY_MLD_VERSION_MODE_AUTO &&
	       !l[NDPROXY_A_MLD_LINK_ROBUSTNESS], "mld link set: a choice between keywords");
	result(!ATTRIBUTES(&mld_object, "listen", m, NDPROXY_A_MLD_LISTENER_MAX, "no-such-dev",
			   "ff1e::1", "exclude", "2001:db8::1", "id", "include", "2001:db8::2",
			   "delay", "5") &&
	       !strcmp(attr_str(m[NDPROXY_A_MLD_LISTENER_ID]), "include") &&
	       attr_u32(m[NDPROXY_A_MLD_LISTENER_MODE]) == NDPROXY_MLD_MODE_EXCLUDE &&
	       attr_u32(m[NDPROXY_A_MLD_LISTENER_DELAY]) == 5, "mld listen: every argument");
	mnl_attr_for_each(attr, (struct nlmsghdr *)message_buf, sizeof(struct genlmsghdr))
		n += mnl_attr_get_type(attr) == NDPROXY_A_MLD_LISTENER_SOURCE;
	result(n == 2, "mld listen: each source");
}

#define MANY	3400

/* What a request has no room for is refused, and what stands behind the buffer is left alone. */
static void test_too_much(void)
{
	struct nlattr *tb[NDPROXY_A_MLD_LISTENER_MAX + 1];
	char *words[MANY] = { "no-such-dev", "ff1e::1", "id", "x", "include" };
	static char word[70001];

	memset(word, 'x', sizeof(word) - 1);
	for (int i = 5; i < MANY; i++)
		words[i] = "2001:db8::1";
	result(!attributes(&mld_object, "listen", tb, NDPROXY_A_MLD_LISTENER_MAX, 3200, words),
	       "mld listen: 3195 sources");
	result(attributes(&mld_object, "listen", tb, NDPROXY_A_MLD_LISTENER_MAX, MANY, words) ==
	       EXIT_USAGE, "mld listen: more sources than a request holds");
	words[3] = word;
	result(attributes(&mld_object, "listen", tb, NDPROXY_A_MLD_LISTENER_MAX, 5, words) ==
	       EXIT_USAGE, "mld listen: a longer name than a request holds");
	result(ATTRIBUTES(&param_object, "set", tb, NDPROXY_A_MLD_LISTENER_MAX, word, "1") ==
	       EXIT_USAGE, "param set: a longer name than a request holds");
	result(((struct nlmsghdr *)message_buf)->nlmsg_len <= NL_REQUEST_SIZE,
	       "a request stays within its buffer");
}

/* A message may come from a newer kernel, or be nonsense. */
static void test_odd_attributes(void)
{
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];
	struct nlmsghdr *nlh = message(0);

	mnl_attr_put_u32(nlh, NDPROXY_A_LINK_MAX + 7, 1);
	mnl_attr_put(nlh, NDPROXY_A_LINK_IFNAME, 3, "abc");
	mnl_attr_put(nlh, NDPROXY_A_LINK_GROUP, 3, "abc");
	nl_attrs(nlh, tb, NDPROXY_A_LINK_MAX);
	result(!*attr_str(tb[NDPROXY_A_LINK_IFNAME]), "a string without an end");
	result(!attr_u32(tb[NDPROXY_A_LINK_GROUP]), "a number of three octets");
	result(!attr_u32(NULL) && !*attr_str(NULL), "attributes that are not there");
	result(!strcmp(name_of(&role_names, 77), "77"), "a value without a name");
}

/* --- JSON --- */

static bool json_reads(const char *text, const char *str)
{
	struct json *json = json_parse(text);
	bool ok = str ? json_is(json, str) : !json;

	json_free(json);
	return ok;
}

/* Each string is as long as it is, not as the text behind it: that is little work. */
static void test_json(void)
{
	static const char item[] = "\"2001:db8::1\",";
	const size_t n = 300000, len = sizeof(item) - 1;
	char *text = malloc(n * len + 2);
	clock_t begin = clock();
	struct json *json;

	text[0] = '[';
	for (size_t i = 0; i < n; i++)
		memcpy(text + 1 + i * len, item, len);
	memcpy(text + n * len, "]", 2);
	json = json_parse(text);
	result(json && json_is(json->child, "2001:db8::1") &&
	       clock() - begin < 2 * CLOCKS_PER_SEC, "json: 300,000 strings in two seconds");
	json_free(json);
	free(text);
	result(json_reads("\"a\\\"b\\\\\"", "a\"b\\"), "json: escapes");
	result(json_reads("\"\\u00e4x\"", "?x"), "json: a number of a letter");
	result(json_reads("\"\\u0\" ", "?"), "json: an escape that is cut");
	result(json_reads("\"a\\", NULL) && json_reads("\"a\\\"", NULL) && json_reads("\"", NULL),
	       "json: a string without its end");
}

void unit_parse(void)
{
	test_json();
	test_words();
	test_link_attributes();
	test_other_attributes();
	test_mld_attributes();
	test_odd_attributes();
	test_too_much();
}
