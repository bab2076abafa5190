// SPDX-License-Identifier: GPL-2.0
/* Programs that filter packets: their rules, and whether these drop ND or MLD. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "check.h"
#include "cmd.h"

/* Each has chains of its own: what one accepts, another may drop. */
static const struct {
	const char *program;
	const char *argv[5];
	int (*read)(const char *text, struct fw *fw);
} firewalls[FIREWALLS] = {
	[NFT] = { "nft", { "nft", "-j", "list", "ruleset" }, fw_read_nft },
	[IP6TABLES] = { "ip6tables", { "ip6tables-save" }, fw_read_ip6tables },
	[LEGACY] = { "ip6tables-legacy", { "ip6tables-legacy-save" }, fw_read_ip6tables },
};

const char *firewall_program(int of)
{
	return firewalls[of].program;
}

/* --- reading --- */

static int count_table(const struct nlmsghdr *nlh, void *data)
{
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*nfg) &&
	    (nfg->nfgen_family == NFPROTO_IPV6 || nfg->nfgen_family == NFPROTO_INET))
		++*(int *)data;
	return MNL_CB_OK;
}

/*
 * Has the kernel tables of nftables that see IPv6 packets? If it does not tell, it may have.
 * Without nfnetlink there is no such socket, and without nftables no such request.
 */
static bool has_nft_tables(void)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0 };
	int tables = 0;
	int ret = nl_dump_of(NETLINK_NETFILTER, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE,
			     &head, sizeof(head), count_table, &tables);

	return tables || (ret && ret != -EPROTONOSUPPORT && ret != -EINVAL && ret != -EOPNOTSUPP);
}

/* Has the kernel tables of the old ip6tables? */
static bool has_old_tables(void)
{
	FILE *f = fopen("/proc/net/ip6_tables_names", "re");
	bool some = f && getc(f) != EOF;

	if (f)
		fclose(f);
	return some;
}

static bool may_have_rules(int of)
{
	return (of != LEGACY && has_nft_tables()) || (of != NFT && has_old_tables());
}

static void skip(struct firewalls *all, const char *program, const char *why)
{
	size_t len = strlen(all->skipped);

	snprintf(all->skipped + len, sizeof(all->skipped) - len, "%s%s: %s", len ? "; " : "",
		 program, why);
}

/* What ip6tables-nft would tell is in nftables' own tables, too; the old tables are in no other. */
static void read_one(struct firewalls *all, int of)
{
	bool other = of == IP6TABLES || (of == LEGACY && all->fw[IP6TABLES].first);
	struct program run;

	program_run(&run, firewalls[of].argv);
	switch (run.end) {
	case PROGRAM_DONE:
		if ((*run.text || may_have_rules(of)) &&
		    firewalls[of].read(run.text, &all->fw[of]))
			skip(all, firewalls[of].argv[0], "what it prints makes no sense");
		break;
	case PROGRAM_MISSING:
		if (!other && may_have_rules(of))
			skip(all, firewalls[of].argv[0], "not installed, and there are rules");
		break;
	case PROGRAM_FAILED:
		if (may_have_rules(of))
			skip(all, firewalls[of].argv[0], run.why);
		break;
	}
	free(run.text);
}

/**
 * firewalls_of() - the rules of all firewalls
 * @c: the check, which tells what could not be read
 *
 * Return: the rules, read when they are first asked for.
 */
struct firewalls *firewalls_of(struct check *c)
{
	struct firewalls *all = &c->firewalls;

	if (!all->known && geteuid())
		snprintf(all->skipped, sizeof(all->skipped),
			 "only root may read a firewall's rules");
	else if (!all->known)
		for (int i = 0; i < FIREWALLS; i++)
			read_one(all, i);
	all->known = true;
	if (*all->skipped)
		check_skip(c, "%s", all->skipped);
	return all;
}

/* What ip6tables made in nft's tables is read from itself, as nft cannot tell all of it. */
static bool is_told_twice(const struct fw *ip6tables, const struct fw_chain *chain)
{
	return !strncmp(chain->table, "ip6 ", 4) &&
	       fw_chain_find(ip6tables, chain->table + 4, chain->name);
}

/**
 * is_told_before() - has another program told the same chain?
 * @all: rules of all
 * @of: the program that tells the chain
 * @chain: it, which has @lost
 * @kinds: what is looked at
 *
 * ip6tables may be ip6tables-legacy by another name: its rules are the same then.
 *
 * Return: true if it has.
 */
bool is_told_before(const struct firewalls *all, int of, const struct fw_chain *chain,
		    uint32_t kinds)
{
	const struct fw_chain *same;

	if (of == NFT)
		return is_told_twice(&all->fw[IP6TABLES], chain);
	same = of == LEGACY ? fw_chain_find(&all->fw[IP6TABLES], chain->table, chain->name) : NULL;
	return same && !((same->lost.drop ^ chain->lost.drop) & kinds) &&
	       same->lost.rpfilter == chain->lost.rpfilter;
}

/* --- what is printed --- */

/* "133,135": which, for people. */
static void type_list(uint32_t types, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (int i = 0; i < FW_TYPES; i++)
		if (types & (UINT32_C(1) << i))
			n += snprintf(text + n, size - n, "%s%u", n ? ", " : "", fw_type[i]);
}

/**
 * nft_words() - a chain, as nft takes it
 * @chain: it
 * @words: gets the family with the table, and the chain
 */
void nft_words(const struct fw_chain *chain, struct word *words)
{
	size_t family = strcspn(chain->table, " ");
	const char *table = chain->table + family + !!chain->table[family];
	struct word word;

	snprintf(words[0].s, sizeof(words[0].s), "%.*s %s", (int)family, chain->table,
		 check_word(&word, table));
	check_word(&words[1], chain->name);
}

static void fix_firewall(struct check *c, const char *program, const struct fw_chain *chain)
{
	struct word words[2], table;

	if (!chain->xtables) {
		nft_words(chain, words);
		check_fix(c, "nft insert rule %s %s icmpv6 type { 130-136, 143 } accept",
			  words[0].s, words[1].s);
		return;
	}
	check_fix(c, "for t in %s; do %s -t %s -I %s %s $t -j ACCEPT; done",
		  "130 131 132 133 134 135 136 143", program, check_word(&table, chain->table),
		  check_word(&words[1], chain->name), "-p icmpv6 --icmpv6-type");
}

static void found_firewall(struct check *c, const char *program, const struct fw_chain *chain)
{
	char types[64];

	type_list(chain->lost.drop, types, sizeof(types));
	if (*types)
		check_problem(c, NULL, "%s, chain %s, drops ICMPv6 of type %s: %s", chain->table,
			      chain->name, types, "ND and MLD need these");
	else
		check_problem(c, NULL, "%s, chain %s, filters by reverse path: %s", chain->table,
			      chain->name, "what new hosts solicit may be dropped");
	fix_firewall(c, program, chain);
}

/* --- what ND and MLD lose --- */

static bool is_asked(const struct fw_chain *chain, bool in)
{
	if (chain->hook == FW_OUTPUT)
		return !in;
	return in && (chain->hook == FW_INPUT || chain->hook == FW_PREROUTING);
}

/* Add up what the chains drop that see a message of a link. */
static void judge_link(struct fw *fw, const char *dev, bool in)
{
	fw_packet(fw, in ? dev : NULL, in ? NULL : dev);
	for (struct fw_chain *chain = fw->first; chain; chain = chain->next) {
		struct fw_fate fate;

		if (!is_asked(chain, in))
			continue;
		fate = fw_judge(fw, chain);
		chain->lost.drop |= fate.drop & FW_MESSAGES;
		chain->lost.rpfilter |= fate.rpfilter & FW_MESSAGES;
	}
}

/* Without links, as without the module, any device is meant. */
static void judge_links(const struct check *c, struct fw *fw)
{
	for (struct fw_chain *chain = fw->first; chain; chain = chain->next)
		memset(&chain->lost, 0, sizeof(chain->lost));
	for (int in = 0; in < 2; in++) {
		for (const struct check_link *link = next_of(c, NULL); link;
		     link = next_of(c, link))
			judge_link(fw, link->name, in);
		if (!c->n_links)
			judge_link(fw, "", in);
	}
}

static void check_rules(struct check *c, struct firewalls *all, int of)
{
	struct fw *fw = &all->fw[of];

	for (const struct fw_chain *chain = fw->first; chain; chain = chain->next)
		if ((chain->lost.drop || chain->lost.rpfilter) &&
		    !is_told_before(all, of, chain, FW_MESSAGES))
			found_firewall(c, firewalls[of].program, chain);
	if (fw->cut)
		check_skip(c, "%s: its chains are nested too deep", firewalls[of].program);
}

/**
 * check_firewall() - is anything dropped that ND or MLD need?
 * @c: the check
 */
void check_firewall(struct check *c)
{
	struct firewalls *all = firewalls_of(c);

	for (int i = 0; i < FIREWALLS; i++)
		judge_links(c, &all->fw[i]);
	for (int i = 0; i < FIREWALLS; i++)
		check_rules(c, all, i);
}
