// SPDX-License-Identifier: GPL-2.0
/* Settings of the kernel, below /proc/sys, and the sizes of its tables. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <net/if.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "check.h"
#include "cmd.h"

#define IPV6_MIN_MTU	1280		/* RFC 8200 section 5 */
#define FIRST_NETNS	"the limit is set in the first network namespace"
#define RETRANS_TIMER	1000		/* ms, RFC 4861 section 10 */

/**
 * read_number() - read a file that holds a number
 * @path: of it
 * @value: out: the number
 *
 * Return: true if there is one.
 */
bool read_number(const char *path, long *value)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fscanf(f, "%ld", value) == 1;

	if (f)
		fclose(f);
	return ok;
}

/* A device has settings if the kernel does IPv6 there. */
static bool has_ipv6(const char *dev)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s", dev);
	return !access(path, F_OK);
}

static bool setting_of(struct check *c, const char *of, const char *dev, const char *name,
		       long *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/%s/%s/%s", of, dev, name);
	if (read_number(path, value))
		return true;
	if (has_ipv6(dev))
		check_skip(c, "cannot read %s", path);
	return false;
}

/**
 * sysctl_get() - read a setting of net.ipv6.conf
 * @c: the check, which tells what it could not read
 * @name: of it
 * @dev: device, "all" or "default"
 * @value: out: it
 *
 * Return: true if there is one; a device without IPv6, of which check_ipv6() tells, has none.
 */
bool sysctl_get(struct check *c, const char *name, const char *dev, long *value)
{
	return setting_of(c, "conf", dev, name, value);
}

/**
 * sysctl_setting() - what sysctl -w takes
 * @word: gets it, as a word of a shell
 * @of: "conf" or "neigh"
 * @dev: device, "all" or "default"
 * @name: of the setting
 * @value: of it
 *
 * With slashes where a device's name has dots in it.
 */
void sysctl_setting(struct word *word, const char *of, const char *dev, const char *name,
		    int value)
{
	char sep = strchr(dev, '.') ? '/' : '.';
	char setting[WORD_LEN];

	snprintf(setting, sizeof(setting), "net%cipv6%c%s%c%s%c%s=%d", sep, sep, of, sep, dev, sep,
		 name, value);
	check_word(word, setting);
}

static void fix_sysctl(struct check *c, const char *of, const char *dev, const char *name,
		       int value)
{
	struct word word;

	sysctl_setting(&word, of, dev, name, value);
	check_fix(c, "sysctl -w %s", word.s);
}

static int mtu_of(const char *dev)
{
	struct ifreq req = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return 0;
	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	ret = ioctl(fd, SIOCGIFMTU, &req);
	close(fd);
	return ret ? 0 : req.ifr_mtu;
}

static void check_ipv6_of(struct check *c, const char *dev)
{
	int mtu = mtu_of(dev);
	struct word word;
	long value;

	if (mtu && mtu < IPV6_MIN_MTU) {
		check_problem(c, dev, "its MTU is %d, and IPv6 needs %d", mtu, IPV6_MIN_MTU);
		check_fix(c, "ip link set dev %s mtu %d", check_word(&word, dev), IPV6_MIN_MTU);
	} else if (!has_ipv6(dev)) {
		check_skip(c, "the kernel does no IPv6 on %s", dev);
	} else if (sysctl_get(c, "disable_ipv6", dev, &value) && value) {
		check_problem(c, dev, "IPv6 is disabled");
		fix_sysctl(c, "conf", dev, "disable_ipv6", 0);
	}
}

/**
 * check_ipv6() - is IPv6 enabled?
 * @c: the check
 */
void check_ipv6(struct check *c)
{
	if (access("/proc/sys/net/ipv6/conf/all", F_OK)) {
		check_problem(c, NULL, "the kernel does no IPv6 at all");
		check_advise(c, "take ipv6.disable=1 off the kernel's command line and boot again");
		return;
	}
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link))
		if (is_there(link))
			check_ipv6_of(c, link->name);
}

static void slow_retrans(struct check *c, const char *dev, long value)
{
	check_problem(c, dev, "the kernel waits %ld s to solicit a neighbour again", value / 1000);
	fix_sysctl(c, "neigh", dev, "retrans_time_ms", RETRANS_TIMER);
}

/**
 * check_retrans() - does the kernel solicit its neighbours in time?
 * @c: the check
 *
 * Any host of a link can send the RA that says otherwise (RFC 4861 6.3.4), and the kernel believes
 * hours.
 */
void check_retrans(struct check *c)
{
	long value;

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link))
		if (is_there(link) &&
		    setting_of(c, "neigh", link->name, "retrans_time_ms", &value) &&
		    value > 10 * RETRANS_TIMER)
			slow_retrans(c, link->name, value);
}

/**
 * check_conntrack() - is there room for connections?
 * @c: the check
 */
void check_conntrack(struct check *c)
{
	long count, max;

	if (!read_number("/proc/sys/net/netfilter/nf_conntrack_count", &count) ||
	    !read_number("/proc/sys/net/netfilter/nf_conntrack_max", &max) || !max ||
	    count < max - max / 10)
		return;
	check_problem(c, NULL, "%ld of %ld connections are tracked: new ones are dropped (%s)",
		      count, max, FIRST_NETNS);
	max = max > count ? max : count;
	check_fix_first(c, "sysctl -w net.netfilter.nf_conntrack_max=%ld", 2 * max);
}

/* --- the table of neighbours, whose limits other namespaces see by netlink only --- */

static int read_table(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *attr;
	uint32_t *thresh = data;
	bool ndisc = false;
	uint32_t got = 0;

	mnl_attr_for_each(attr, nlh, sizeof(struct ndtmsg)) {
		if (mnl_attr_get_type(attr) == NDTA_NAME)
			ndisc = !strcmp(attr_str(attr), "ndisc_cache");
		if (mnl_attr_get_type(attr) == NDTA_THRESH2)
			got = attr_u32(attr);
	}
	if (ndisc && got)
		*thresh = got;
	return MNL_CB_OK;
}

static uint32_t neighbours_limit(void)
{
	struct ndtmsg head = { .ndtm_family = AF_INET6 };
	uint32_t thresh = 0;

	nl_dump_of(NETLINK_ROUTE, RTM_GETNEIGHTBL, &head, sizeof(head), read_table, &thresh);
	return thresh;
}

static int read_hosts(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[NDPROXY_A_STATS_MAX + 1], *gauges[NDPROXY_A_GAUGES_MAX + 1];

	nl_attrs(nlh, tb, NDPROXY_A_STATS_MAX);
	nl_nested(tb[NDPROXY_A_STATS_GAUGES], gauges, NDPROXY_A_GAUGES_MAX);
	*(uint32_t *)data = attr_u32(gauges[NDPROXY_A_GAUGES_HOSTS]);
	return 0;
}

/**
 * check_neighbours() - has the kernel room for the neighbour entries of the hosts?
 * @c: the check
 *
 * A host is two: itself, and the solicited-node group by which it is asked for. Above the limit the
 * kernel looks through the table for what to throw away, with each new entry.
 */
void check_neighbours(struct check *c)
{
	struct nlmsghdr *nlh = nl_request(NDPROXY_CMD_STATS_GET, 0);
	static const char thresh[] = "net.ipv6.neigh.default.gc_thresh";
	unsigned long long enough = 1024;
	uint32_t hosts = 0, limit = neighbours_limit();

	if (!nlh || nl_do(nlh, read_hosts, &hosts) || !limit) {
		check_skip(c, "the kernel does not tell its limits");
		return;
	}
	if (2ULL * hosts < limit)
		return;
	while (enough < 4ULL * hosts)
		enough *= 2;
	check_problem(c, NULL,
		      "%u hosts are known, of two neighbours each, and the kernel keeps %u (%s)",
		    hosts, limit, FIRST_NETNS);
	check_fix_first(c, "sysctl -w %s2=%llu %s3=%llu", thresh, enough, thresh, 2 * enough);
}
