// SPDX-License-Identifier: GPL-2.0
/* Other programs: those that do the same, and those that filter packets. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "cmd.h"
#include "fw.h"

/* --- other proxies --- */

static const char *const proxies[] = {
	"ndppd", "npd6", "odhcpd", "ndprbrd", "pndpd", "ndp-proxy-go",
};

static bool is_proxy(const char *comm)
{
	for (size_t i = 0; i < ARRAY_SIZE(proxies); i++)
		if (!strcmp(proxies[i], comm))
			return true;
	return false;
}

/* One word of a file of a process. */
static bool read_word(const char *pid, const char *file, char *word, size_t size)
{
	char path[300];
	FILE *f;

	*word = '\0';
	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(word, size, f))
		word[strcspn(word, "\n")] = '\0';
	fclose(f);
	return *word;
}

/* Whoever must not be asked may be. */
static bool is_in_our_netns(const char *pid)
{
	struct stat ours, theirs;
	char path[300];

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return stat("/proc/self/ns/net", &ours) || stat(path, &theirs) ||
	       (ours.st_ino == theirs.st_ino && ours.st_dev == theirs.st_dev);
}

static void found_proxy(struct check *c, const char *pid, const char *comm)
{
	char cgroup[256], service[48];

	check_found(c, NULL, "%s is running (process %s): both would answer", comm, pid);
	snprintf(service, sizeof(service), "%s.service", comm);
	if (read_word(pid, "cgroup", cgroup, sizeof(cgroup)) && strstr(cgroup, service))
		check_mend(c, "systemctl disable --now %s", service);
	else
		check_mend(c, "kill %s", pid);
}

/**
 * check_proxies() - is another ND proxy running in this network namespace?
 * @c: the check
 */
void check_proxies(struct check *c)
{
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	char comm[32];

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name) &&
		    read_word(entry->d_name, "comm", comm, sizeof(comm)) && is_proxy(comm) &&
		    is_in_our_netns(entry->d_name))
			found_proxy(c, entry->d_name, comm);
	if (dir)
		closedir(dir);
}

/* --- firewalls --- */

#define SBIN	"PATH=$PATH:/usr/sbin:/sbin "

enum { NFT, IP6TABLES, LEGACY, FIREWALLS };

/* Each has chains of its own: what one accepts, another may drop. */
static const struct {
	const char *program;
	const char *command;
	int (*read)(const char *text, struct fw_chain **list);
} firewalls[FIREWALLS] = {
	[NFT] = { "nft", SBIN "nft -j list ruleset 2>/dev/null", fw_read_nft },
	[IP6TABLES] = { "ip6tables", SBIN "ip6tables-save 2>/dev/null", fw_read_ip6tables },
	[LEGACY] = { "ip6tables-legacy", SBIN "ip6tables-legacy-save 2>/dev/null",
		     fw_read_ip6tables },
};

/* "133,135": which, for people. */
static void type_list(uint32_t types, char *text, size_t size)
{
	size_t n = 0;

	*text = '\0';
	for (int i = 0; i < FW_TYPES; i++)
		if (types & (UINT32_C(1) << i))
			n += snprintf(text + n, size - n, "%s%u", n ? ", " : "", fw_type[i]);
}

static void mend_firewall(struct check *c, const char *program, const struct fw_chain *chain)
{
	const char *table = chain->table;
	struct word table_word, name;

	check_word(&name, chain->name);
	if (chain->xtables) {
		check_mend(c, "for t in %s; do %s -t %s -I %s %s $t -j ACCEPT; done",
			   "130 131 132 133 134 135 136 143", program,
			   check_word(&table_word, table), name.s, "-p icmpv6 --icmpv6-type");
		return;
	}
	/* Before the table's name is that of its family. */
	table += strcspn(table, " ");
	table += *table == ' ';
	check_mend(c, "nft insert rule %.*s%s %s icmpv6 type { 130-136, 143 } accept",
		   (int)(table - chain->table), chain->table, check_word(&table_word, table),
		   name.s);
}

static void found_firewall(struct check *c, const char *program, const struct fw_loss *loss)
{
	const struct fw_chain *chain = loss->chain;
	char types[64];

	type_list(loss->types, types, sizeof(types));
	if (loss->types)
		check_found(c, NULL, "%s, chain %s, drops ICMPv6 of type %s: %s", chain->table,
			    chain->name, types, "ND and MLD need these");
	else
		check_found(c, NULL, "%s, chain %s, filters by reverse path: %s", chain->table,
			    chain->name, "what new hosts solicit may be dropped");
	mend_firewall(c, program, chain);
}

/* What ip6tables made in nft's tables is read from itself, as nft cannot tell all of it. */
static bool is_told_twice(struct fw_chain *ip6tables, const struct fw_chain *chain)
{
	return !strncmp(chain->table, "ip6 ", 4) &&
	       fw_chain_find(ip6tables, chain->table + 4, chain->name);
}

static struct fw_loss loss_of(const struct check *c, struct fw_chain *list,
			      const struct fw_chain *chain)
{
	struct fw_loss all = { .chain = chain };

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		struct fw_loss loss = fw_follow(list, chain, link->name);

		all.types |= loss.types;
		all.rpfilter |= loss.rpfilter;
	}
	return all;
}

/* ip6tables may be ip6tables-legacy by another name: its rules are the same then. */
static bool is_lost_before(const struct check *c, struct fw_chain *ip6tables,
			   const struct fw_loss *loss)
{
	const struct fw_chain *same = fw_chain_find(ip6tables, loss->chain->table,
						    loss->chain->name);
	struct fw_loss before = { 0 };

	if (same)
		before = loss_of(c, ip6tables, same);
	return same && before.types == loss->types && before.rpfilter == loss->rpfilter;
}

static void check_rules(struct check *c, struct fw_chain *const *lists, int of)
{
	for (const struct fw_chain *chain = lists[of]; chain; chain = chain->next) {
		struct fw_loss loss;

		if (chain->hook == FW_NO_HOOK ||
		    (of == NFT && is_told_twice(lists[IP6TABLES], chain)))
			continue;
		loss = loss_of(c, lists[of], chain);
		if ((!loss.types && !loss.rpfilter) ||
		    (of == LEGACY && is_lost_before(c, lists[IP6TABLES], &loss)))
			continue;
		found_firewall(c, firewalls[of].program, &loss);
	}
}

/**
 * check_firewall() - is anything dropped that ND or MLD need?
 * @c: the check
 */
void check_firewall(struct check *c)
{
	struct fw_chain *lists[FIREWALLS] = { 0 };
	char *text;

	if (geteuid()) {
		check_skip(c, "only root may read the rules of a firewall");
		return;
	}
	for (int i = 0; i < FIREWALLS; i++) {
		text = check_run(firewalls[i].command);
		if (text && *text && firewalls[i].read(text, &lists[i]))
			check_skip(c, "what %s prints makes no sense", firewalls[i].program);
		free(text);
	}
	for (int i = 0; i < FIREWALLS; i++)
		check_rules(c, lists, i);
	for (int i = 0; i < FIREWALLS; i++)
		fw_free(lists[i]);
}
