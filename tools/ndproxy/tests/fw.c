// SPDX-License-Identifier: GPL-2.0
/* What is read of firewalls' rules, and how long that takes, however they are made. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "fw.h"
#include "unit.h"

#define RULES	20000

/* What a ruleset does to a packet that is forwarded from one device to another. */
static struct fw_fate forwarded(struct fw *fw, const char *table, const char *chain,
				const char *in, const char *out)
{
	static const struct fw_fate nothing;
	struct fw_chain *found = fw_chain_find(fw, table, chain);

	fw_packet(fw, in, out);
	return found ? fw_judge(fw, found) : nothing;
}

static bool drops(struct fw_fate fate, int kind)
{
	return fate.drop & FW_BIT(kind);
}

static double seconds_since(clock_t begin)
{
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* --- chains that lead to others --- */

static char *fan_of_ip6tables(int chains)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	fputs("*filter\n:FORWARD DROP [0:0]\n", f);
	for (int i = 0; i <= chains; i++)
		fprintf(f, ":c%d - [0:0]\n", i);
	fputs("-A FORWARD -j c0\n", f);
	for (int i = 0; i < chains; i++)
		fprintf(f, "-A c%d -j c%d\n-A c%d -j c%d\n", i, i + 1, i, i + 1);
	fprintf(f, "-A c%d -i down0 -j ACCEPT\nCOMMIT\n", chains);
	fclose(f);
	return text;
}

#define IN_T	"\"family\": \"ip6\", \"table\": \"t\""

static void jump_of_nft(FILE *f, int from, int to)
{
	fprintf(f, ", {\"rule\": {" IN_T ", \"chain\": \"c%d\", ", from);
	fprintf(f, "\"expr\": [{\"jump\": {\"target\": \"c%d\"}}]}}", to);
}

static char *fan_of_nft(int chains)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	fputs("{\"nftables\": [{\"table\": {\"family\": \"ip6\", \"name\": \"t\"}}", f);
	for (int i = 0; i <= chains; i++)
		fprintf(f, ", {\"chain\": {" IN_T ", \"name\": \"c%d\"%s}}",
			i, i ? "" : ", \"hook\": \"forward\", \"policy\": \"drop\"");
	for (int i = 0; i < chains; i++) {
		jump_of_nft(f, i, i + 1);
		jump_of_nft(f, i, i + 1);
	}
	fprintf(f, ", {\"rule\": {" IN_T ", \"chain\": \"c%d\", ", chains);
	fputs("\"expr\": [{\"match\": {\"op\": \"==\", ", f);
	fputs("\"left\": {\"meta\": {\"key\": \"iifname\"}}, ", f);
	fputs("\"right\": \"down0\"}}, {\"accept\": null}]}}]}", f);
	fclose(f);
	return text;
}

/* To follow each jump would take years. */
static void test_fan(void)
{
	char *text = fan_of_ip6tables(40);
	clock_t begin = clock();
	struct fw fw = { 0 };

	result(!fw_read_ip6tables(text, &fw) &&
	       !drops(forwarded(&fw, "filter", "FORWARD", "down0", "up0"), FW_NEW) &&
	       drops(forwarded(&fw, "filter", "FORWARD", "up0", "down0"), FW_NEW) &&
	       seconds_since(begin) < 0.1, "fw: 40 chains that jump twice, of ip6tables");
	free(text);
	fw_free(&fw);
	text = fan_of_nft(40);
	begin = clock();
	result(!fw_read_nft(text, &fw) &&
	       !drops(forwarded(&fw, "ip6 t", "c0", "down0", "up0"), FW_NEW) &&
	       drops(forwarded(&fw, "ip6 t", "c0", "up0", "down0"), FW_NEW) &&
	       seconds_since(begin) < 0.1, "fw: 40 chains that jump twice, of nft");
	free(text);
	fw_free(&fw);
}

static void test_depth(void)
{
	char *text = fan_of_ip6tables(5000);
	struct fw fw = { 0 };

	result(!fw_read_ip6tables(text, &fw) &&
	       drops(forwarded(&fw, "filter", "FORWARD", "down0", "up0"), FW_NEW) && fw.cut,
	       "fw: chains that are nested too deep");
	free(text);
	fw_free(&fw);
}

static void test_circle(void)
{
	static const char text[] =
		"*filter\n:FORWARD ACCEPT [0:0]\n:a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n"
		"-A a -j b\n-A b -j a\n-A b -j DROP\nCOMMIT\n";
	struct fw fw = { 0 };

	result(!fw_read_ip6tables(text, &fw) &&
	       drops(forwarded(&fw, "filter", "FORWARD", "down0", "up0"), FW_NEW),
	       "fw: chains in a circle");
	fw_free(&fw);
}

/* --- large rulesets --- */

/* As of a Kubernetes node: a chain for each service. */
static void test_many_chains(void)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);
	struct fw fw = { 0 };
	clock_t begin;

	fputs("*filter\n:FORWARD DROP [0:0]\n", f);
	for (int i = 0; i < RULES; i++)
		fprintf(f, ":KUBE-SVC-%d - [0:0]\n", i);
	for (int i = 0; i < RULES; i++)
		fprintf(f, "-A FORWARD -j KUBE-SVC-%d\n-A KUBE-SVC-%d -p udp -j ACCEPT\n", i, i);
	fputs("COMMIT\n", f);
	fclose(f);
	begin = clock();
	result(!fw_read_ip6tables(text, &fw) &&
	       drops(forwarded(&fw, "filter", "FORWARD", "down0", "up0"), FW_NEW) &&
	       seconds_since(begin) < 1, "fw: 20,000 chains in a second");
	free(text);
	fw_free(&fw);
}

static void rule_with_set(FILE *f, const char *key, const char *verdict)
{
	fputs(", {\"rule\": {" IN_T ", \"chain\": \"c\", \"expr\": [", f);
	fprintf(f, "{\"match\": {\"op\": \"==\", \"left\": %s, \"right\": \"@s\"}}, ", key);
	fprintf(f, "{\"%s\": null}]}}", verdict);
}

static char *rules_with_set(const char *elem, const char *key, const char *verdict, int rules,
			    int elems)
{
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);

	fputs("{\"nftables\": [{\"chain\": {" IN_T ", \"name\": \"c\"", f);
	fputs(", \"hook\": \"forward\", \"policy\": \"drop\"}}", f);
	for (int i = 0; i < rules; i++)
		rule_with_set(f, key, verdict);
	fputs(", {\"set\": {" IN_T ", \"name\": \"s\", \"elem\": [", f);
	for (int i = 0; i < elems; i++)
		fprintf(f, "%s\"%s%d\"", i ? ", " : "", elem, i);
	fputs("]}}]}", f);
	fclose(f);
	return text;
}

static void test_sets(void)
{
	char *text = rules_with_set("dev", "{\"meta\": {\"key\": \"l4proto\"}}", "accept", RULES,
				    RULES);
	clock_t begin = clock();
	struct fw fw = { 0 };

	result(!fw_read_nft(text, &fw) &&
	       drops(forwarded(&fw, "ip6 t", "c", "down0", "up0"), FW_NEW) &&
	       seconds_since(begin) < 2, "fw: 20,000 rules with a set of as many");
	free(text);
	fw_free(&fw);
	/* A device may be called as a set is named. */
	text = rules_with_set("@s", "{\"meta\": {\"key\": \"iifname\"}}", "accept", 1, 3);
	result(!fw_read_nft(text, &fw) &&
	       !drops(forwarded(&fw, "ip6 t", "c", "@s2", "up0"), FW_NEW) &&
	       drops(forwarded(&fw, "ip6 t", "c", "@s3", "up0"), FW_NEW),
	       "fw: a set of devices, of odd names");
	free(text);
	fw_free(&fw);
}

/* --- nonsense --- */

#define RULE	"{" IN_T ", \"chain\": \"c\", \"expr\": "
#define IN_C(rule) "{\"nftables\": [{\"chain\": {" IN_T ", " \
	"\"name\": \"c\"}}, {\"rule\": " RULE rule "}}]}"

static const struct {
	const char *text;
	int ret;
} nonsense[] = {
	{ "", -1 }, { "{", -1 }, { "[]", -1 }, { "{\"nftables\": 1}", -1 },
	{ "{\"nftables\": [{\"rule\": 1}]", -1 }, { "{\"nftables\": []} and more", -1 },
	{ "{\"nftables\": [{\"rule\": 1}, 2, {}, [], null, [{}], {\"chain\": []}]}", 0 },
	{ IN_C("1"), 0 }, { IN_C("[1, null, {}, {\"match\": 1}, {\"jump\": 1}]"), 0 },
	{ IN_C("[{\"match\": {\"left\": {\"meta\": 1}, \"right\": {\"range\": [1]}}}]"), 0 },
	{ IN_C("[{\"match\": {\"left\": {\"ct\": {}}, \"right\": \"@\", \"op\": 1}}]"), 0 },
	{ IN_C("[{\"vmap\": {\"key\": 1, \"data\": {\"set\": [[], [1], [1, 2], 3]}}}]"), 0 },
};

static char *repeated(const char *text, size_t times)
{
	size_t len = strlen(text);
	char *all = malloc(len * times + 1);

	for (size_t i = 0; i < times; i++)
		memcpy(all + i * len, text, len);
	all[len * times] = '\0';
	return all;
}

/* As much as is read of a program, and deeper than any stack. */
static void test_huge_nonsense(const char *text)
{
	char *all = repeated(text, (32 << 20) / strlen(text));
	struct fw fw = { 0 };

	result(fw_read_nft(all, &fw) && !fw.first, "fw: 32 MiB of nonsense");
	free(all);
	fw_free(&fw);
}

/* Each text, and what is read cut off anywhere. */
static void test_nonsense(void)
{
	struct fw fw = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(nonsense); i++) {
		char *text = strdup(nonsense[i].text);

		result(fw_read_nft(text, &fw) == nonsense[i].ret, "fw: nonsense of nft");
		fw_free(&fw);
		for (size_t len = nonsense[i].ret ? 0 : strlen(text); len--; fw_free(&fw)) {
			text[len] = '\0';
			if (!fw_read_nft(text, &fw))
				result(false, "fw: half of what nft prints");
		}
		free(text);
	}
	test_huge_nonsense("[");
	test_huge_nonsense("{\"nftables\":");
	test_huge_nonsense("\"\\u");
	result(fw_read_ip6tables("*\n:\n", &fw), "fw: nonsense of ip6tables");
	fw_free(&fw);
	result(fw_read_ip6tables("-A nosuch -j DROP\n", &fw), "fw: a rule of no chain");
	fw_free(&fw);
}

static void test_quoted(void)
{
	static const char text[] =
		"*filter\n:FORWARD ACCEPT [0:0]\n"
		"-A FORWARD -m comment --comment \"a \\\"b\\\" -i eth7 \\\\\" -j DROP\nCOMMIT\n";
	struct fw fw = { 0 };

	result(!fw_read_ip6tables(text, &fw) &&
	       drops(forwarded(&fw, "filter", "FORWARD", "down0", "up0"), FW_NEW),
	       "fw: a comment with quotes");
	fw_free(&fw);
}

void unit_fw(void)
{
	test_fan();
	test_depth();
	test_circle();
	test_many_chains();
	test_sets();
	test_nonsense();
	test_quoted();
}
