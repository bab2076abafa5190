// SPDX-License-Identifier: GPL-2.0
/*
 * Firewalls that drop what the router forwards between its links: Docker and ufw do so without
 * being asked. A new connection of a downstream host must pass, and what comes back. A firewall may
 * be there to keep new connections from that host: that is no problem, but said.
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "cmd.h"

#define TO	FW_BIT(FW_NEW)
#define BACK	FW_BIT(FW_REPLY)

/**
 * struct pair - links between which packets are forwarded
 * @down: downstream link
 * @up: upstream link
 */
struct pair {
	const char *down;
	const char *up;
};

/* Set of each chain what is @lost, and whether it is @closed to new connections the other way. */
static void judge_pair(struct fw *fw, const struct pair *pair)
{
	struct fw_chain *chain;

	fw_packet(fw, pair->down, pair->up);
	for (chain = fw->first; chain; chain = chain->next)
		if (chain->hook == FW_FORWARD)
			chain->lost = (struct fw_fate){ .drop = fw_judge(fw, chain).drop & TO };
	fw_packet(fw, pair->up, pair->down);
	for (chain = fw->first; chain; chain = chain->next) {
		uint32_t drop = chain->hook == FW_FORWARD ? fw_judge(fw, chain).drop : 0;

		chain->closed = drop & TO;
		chain->lost.drop |= drop & BACK;
	}
}

/* --- how it is let through --- */

/* nft takes a name between quotes but for these; an index is a name as well. */
static void nft_dev(char *text, size_t size, const char *way, const char *dev)
{
	if (strpbrk(dev, "\"*\\"))
		snprintf(text, size, "%s %u", way, if_nametoindex(dev));
	else
		snprintf(text, size, "%sname \"%s\"", way, dev);
}

static void nft_rule(struct word *rule, const char *in, const char *out, const char *state)
{
	char from[40], to[40], text[WORD_LEN];

	nft_dev(from, sizeof(from), "iif", in);
	nft_dev(to, sizeof(to), "oif", out);
	snprintf(text, sizeof(text), "%s %s %saccept", from, to, state);
	check_word(rule, text);
}

static void fix_nft(struct check *c, const struct fw_chain *chain, const struct pair *pair)
{
	struct word words[2], to, back;

	nft_words(chain, words);
	nft_rule(&to, pair->down, pair->up, "");
	nft_rule(&back, pair->up, pair->down, "ct state established,related ");
	check_fix(c, "nft insert rule %s %s %s && nft insert rule %s %s %s", words[0].s,
		  words[1].s, to.s, words[0].s, words[1].s, back.s);
}

static void fix_ip6tables(struct check *c, const char *program, const struct fw_chain *chain,
			  const struct pair *pair)
{
	struct word name, table, down, up;

	check_word(&down, pair->down);
	check_word(&up, pair->up);
	check_word(&table, chain->table);
	check_word(&name, chain->name);
	check_fix(c, "%s -t %s -I %s -i %s -o %s -j ACCEPT && %s -t %s -I %s -i %s -o %s %s",
		  program, table.s, name.s, down.s, up.s, program, table.s, name.s, up.s, down.s,
		  "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT");
}

/* ufw lets replies through by itself. */
static void fix_ufw(struct check *c, const struct pair *pair)
{
	struct word down, up;

	check_fix(c, "ufw route allow in on %s out on %s", check_word(&down, pair->down),
		  check_word(&up, pair->up));
}

/* firewalld writes its tables anew, and what is in zones it knows by its own command only. */
static void advise_firewalld(struct check *c, const struct pair *pair)
{
	check_advise(c, "make a firewalld policy with target ACCEPT, from the zone of %s to %s's",
		     pair->down, pair->up);
}

/* Who made the chain has a place for such rules, or there is none better than its beginning. */
static void fix_forward(struct check *c, const struct fw *fw, int of,
			const struct fw_chain *chain, const struct pair *pair)
{
	const struct fw_chain *docker = fw_chain_find(fw, chain->table, "DOCKER-USER");

	if (fw_chain_find(fw, chain->table, "ufw6-before-forward")) {
		fix_ufw(c, pair);
		return;
	}
	if (!strcmp(chain->table, "inet firewalld")) {
		advise_firewalld(c, pair);
		return;
	}
	if (docker)
		chain = docker;
	if (chain->xtables)
		fix_ip6tables(c, firewall_program(of), chain, pair);
	else
		fix_nft(c, chain, pair);
}

/* --- what is lost --- */

static void found_chain(struct check *c, const struct fw *fw, int of,
			const struct fw_chain *chain, const struct pair *pair)
{
	uint32_t lost = chain->lost.drop;

	check_problem(c, pair->down, "%s, chain %s, drops %s%s%s %s", chain->table, chain->name,
		      lost & TO ? "packets to" : "", lost == (TO | BACK) ? " and " : "",
		      lost & BACK ? "replies from" : "", pair->up);
	fix_forward(c, fw, of, chain, pair);
}

static void check_pair(struct check *c, struct firewalls *all, const struct pair *pair)
{
	for (int of = 0; of < FIREWALLS; of++)
		judge_pair(&all->fw[of], pair);
	for (int of = 0; of < FIREWALLS; of++) {
		const struct fw *fw = &all->fw[of];

		for (const struct fw_chain *chain = fw->first; chain; chain = chain->next) {
			if (chain->hook != FW_FORWARD || is_told_before(all, of, chain, FW_ALL))
				continue;
			if (chain->lost.drop)
				found_chain(c, fw, of, chain, pair);
			else if (chain->closed)
				check_note(c, "%s, chain %s, drops new connections from %s to %s",
					   chain->table, chain->name, pair->up, pair->down);
		}
	}
}

static bool is_pair(const struct check_link *down, const struct check_link *up)
{
	return down->role == NDPROXY_ROLE_DOWNSTREAM && up->role == NDPROXY_ROLE_UPSTREAM &&
	       down->group == up->group && is_there(down) && is_there(up) &&
	       (down->asked || up->asked);
}

/**
 * check_forward() - is anything dropped that goes from link to link?
 * @c: the check
 */
void check_forward(struct check *c)
{
	struct firewalls *all = firewalls_of(c);
	const struct check_link *end = c->links + c->n_links;

	for (const struct check_link *down = c->links; down < end; down++)
		for (const struct check_link *up = c->links; up < end; up++)
			if (is_pair(down, up))
				check_pair(c, all, &(struct pair){ down->name, up->name });
	for (int i = 0; i < FIREWALLS; i++)
		if (all->fw[i].cut)
			check_skip(c, "%s: its chains are nested too deep", firewall_program(i));
}
