// SPDX-License-Identifier: GPL-2.0
/* Who else answers solicitations: other programs, and the kernel's own proxy. */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <arpa/inet.h>
#include <net/if.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "array.h"
#include "check.h"
#include "cmd.h"

/* --- other programs --- */

#define ODHCPD_CONF	"/etc/config/dhcp"

static const struct {
	const char *name;
	const char *advice;
} proxies[] = {
	{ "ndppd", "take the prefixes of these links out of /etc/ndppd.conf" },
	{ "odhcpd", "in " ODHCPD_CONF " set option ndp to disabled for these links" },
	{ "npd6", NULL }, { "ndprbrd", NULL }, { "pndpd", NULL }, { "ndp-proxy-go", NULL },
};

static int proxy_of(const char *comm)
{
	for (size_t i = 0; i < ARRAY_SIZE(proxies); i++)
		if (!strcmp(proxies[i].name, comm))
			return i;
	return -1;
}

/* The name of a process. */
static bool read_comm(const char *pid, char *comm, size_t size)
{
	char path[300];
	FILE *f;

	*comm = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (fgets(comm, size, f))
		comm[strcspn(comm, "\n")] = '\0';
	fclose(f);
	return *comm;
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

/* odhcpd does much else. It proxies only if its configuration says "option ndp relay" or hybrid. */
static bool odhcpd_is_idle(void)
{
	FILE *f = fopen(ODHCPD_CONF, "re");
	char key[32], value[32], line[256];
	bool idle = f;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " option %31[a-z'\"] %31[a-z'\"]", key, value) == 2 &&
		    strstr(key, "ndp") && (strstr(value, "relay") || strstr(value, "hybrid")))
			idle = false;
	if (f)
		fclose(f);
	return idle;
}

static void found_proxy(struct check *c, const char *pid, const char *comm, int proxy)
{
	check_problem(c, NULL, "%s is running (process %s): both would answer", comm, pid);
	if (proxies[proxy].advice)
		check_advise(c, "%s, or take the role of the links away here",
			     proxies[proxy].advice);
	else
		check_advise(c, "configure %s for other links only, or use it instead of ndproxy",
			     comm);
}

static void check_process(struct check *c, const char *pid)
{
	char comm[32];
	int proxy;

	if (!read_comm(pid, comm, sizeof(comm)))
		return;
	proxy = proxy_of(comm);
	if (proxy < 0 || !is_in_our_netns(pid) || (!strcmp(comm, "odhcpd") && odhcpd_is_idle()))
		return;
	found_proxy(c, pid, comm, proxy);
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

	if (!dir || !read_comm("1", comm, sizeof(comm)))
		check_skip(c, "the processes of others cannot be seen");
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			check_process(c, entry->d_name);
	if (dir)
		closedir(dir);
}

/* --- the kernel's own proxy --- */

/**
 * struct entry - an address for which the kernel answers ("ip -6 neigh add proxy")
 * @addr: it
 * @ifindex: device on which it answers
 */
struct entry {
	struct in6_addr addr;
	int ifindex;
};

/**
 * struct entries - all of them
 * @entry: array, sorted
 * @n: how many
 * @hosts: of these are hosts of ours, on that very device
 * @first: of such
 */
struct entries {
	struct entry *entry;
	size_t n;
	size_t hosts;
	struct entry first;
};

/* There is no padding in it. */
static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct entry));
}

static void keep_entry(struct entries *entries, const struct nlattr *dst, int ifindex)
{
	struct entry *more = array_grow(entries->entry, entries->n, sizeof(*more));

	if (!more)
		return;
	entries->entry = more;
	more[entries->n].addr = attr_addr(dst);
	more[entries->n++].ifindex = ifindex;
}

static int read_entry(const struct nlmsghdr *nlh, void *data)
{
	const struct ndmsg *ndm = mnl_nlmsg_get_payload(nlh);
	struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ndm) || !(ndm->ndm_flags & NTF_PROXY))
		return MNL_CB_OK;
	mnl_attr_for_each(attr, nlh, sizeof(*ndm))
		if (mnl_attr_get_type(attr) == NDA_DST)
			keep_entry(data, attr, ndm->ndm_ifindex);
	return MNL_CB_OK;
}

/* Return: true if the kernel told all. */
static bool read_entries(struct entries *entries)
{
	struct ndmsg head = { .ndm_family = AF_INET6, .ndm_flags = NTF_PROXY };

	return !nl_dump_of(NETLINK_ROUTE, RTM_GETNEIGH, &head, sizeof(head), read_entry, entries);
}

static int look_up_host(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];
	struct entries *entries = data;
	struct entry host;

	nl_attrs(nlh, tb, NDPROXY_A_HOST_MAX);
	host.addr = attr_addr(tb[NDPROXY_A_HOST_ADDR]);
	host.ifindex = attr_u32(tb[NDPROXY_A_HOST_IFINDEX]);
	if (bsearch(&host, entries->entry, entries->n, sizeof(host), compare) && !entries->hosts++)
		entries->first = host;
	return 0;
}

/* Does the kernel answer for what it has entries for, on any link? */
static bool is_on(struct check *c)
{
	const struct check_link *link = NULL;
	long value;

	if (sysctl_get(c, "proxy_ndp", "all", &value) && value)
		return true;
	while ((link = next_of(c, link)))
		if (is_there(link) && sysctl_get(c, "proxy_ndp", link->name, &value) && value)
			return true;
	return false;
}

static void found_hosts(struct check *c, const struct entries *entries)
{
	char addr[INET6_ADDRSTRLEN], dev[IF_NAMESIZE] = "?";

	inet_ntop(AF_INET6, &entries->first.addr, addr, sizeof(addr));
	if_indextoname(entries->first.ifindex, dev);
	check_problem(c, NULL, "the kernel answers for %zu host%s on its own link (%s dev %s)",
		      entries->hosts, entries->hosts == 1 ? "" : "s", addr, dev);
	check_advise(c, "see ip -6 neigh show proxy: have who made the entry take it away");
}

/**
 * check_proxy_ndp() - does the kernel's own proxy answer where the host itself does?
 * @c: the check
 *
 * Other programs (LXD, clatd) need it for addresses of their own, which are left to it. Such an
 * address on another link than the entry's is what it is for.
 */
void check_proxy_ndp(struct check *c)
{
	struct entries entries = { 0 };
	struct nlmsghdr *nlh;
	bool interrupted;

	if (!is_on(c))
		return;
	if (!read_entries(&entries))
		check_skip(c, "the kernel does not tell its proxy entries");
	if (entries.n) {
		qsort(entries.entry, entries.n, sizeof(*entries.entry), compare);
		nlh = nl_request(NDPROXY_CMD_HOST_GET, NLM_F_DUMP);
		if (!nlh || nl_dump(nlh, look_up_host, &entries, &interrupted))
			check_skip(c, "the module does not tell its hosts");
	}
	if (entries.hosts)
		found_hosts(c, &entries);
	else if (entries.n)
		check_note(c, "it answers for %zu address%s (ip -6 neigh show proxy)",
			   entries.n, entries.n == 1 ? "" : "es");
	free(entries.entry);
}
