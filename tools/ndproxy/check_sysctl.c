// SPDX-License-Identifier: GPL-2.0
/* Settings of the kernel, below /proc/sys, and the sizes of its tables. */
#include <stdio.h>
#include <string.h>

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "check.h"
#include "cmd.h"
#include "nl.h"

#define RTF_RA_PREFIX	0x000c0000	/* RTF_ADDRCONF | RTF_PREFIX_RT of the kernel */
#define FIRST_NETNS	"the limit is set in the first network namespace"
#define RETRANS_TIMER	1000		/* ms, RFC 4861 section 10 */

static bool read_number(const char *path, long *value)
{
	FILE *f = fopen(path, "re");
	bool ok = f && fscanf(f, "%ld", value) == 1;

	if (f)
		fclose(f);
	return ok;
}

/**
 * sysctl_get() - read a setting of net.ipv6.conf
 * @name: of it
 * @dev: device, "all" or "default"
 * @value: out: it
 *
 * Return: true if there is one.
 */
bool sysctl_get(const char *name, const char *dev, long *value)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/%s", dev, name);
	return read_number(path, value);
}

/* With slashes, as a device's name may have dots in it. */
static void mend_of(struct check *c, const char *of, const char *dev, const char *name, int value)
{
	char sep = strchr(dev, '.') ? '/' : '.';
	char setting[WORD_LEN];
	struct word word;

	snprintf(setting, sizeof(setting), "net%cipv6%c%s%c%s%c%s=%d", sep, sep, of, sep, dev, sep,
		 name, value);
	check_mend(c, "sysctl -w %s", check_word(&word, setting));
}

static void mend_sysctl(struct check *c, const char *dev, const char *name, int value)
{
	mend_of(c, "conf", dev, name, value);
}

static bool is_there(const struct check_link *link)
{
	return link->state != NDPROXY_LINK_STATE_WAITING;
}

/**
 * check_ipv6() - is IPv6 enabled?
 * @c: the check
 */
void check_ipv6(struct check *c)
{
	long value;

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		if (!is_there(link) || !sysctl_get("disable_ipv6", link->name, &value) || !value)
			continue;
		check_found(c, link->name, "IPv6 is disabled");
		mend_sysctl(c, link->name, "disable_ipv6", 0);
	}
}

/**
 * check_forwarding() - does the router forward?
 * @c: the check
 */
void check_forwarding(struct check *c)
{
	long value;

	if (sysctl_get("forwarding", "all", &value) && !value) {
		check_found(c, NULL, "the router does not forward IPv6 packets");
		check_mend(c, "sysctl -w net.ipv6.conf.all.forwarding=1");
		return;
	}
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		if (!is_there(link) || !sysctl_get("forwarding", link->name, &value) || value)
			continue;
		check_found(c, link->name, "packets that come in here are not forwarded");
		mend_sysctl(c, link->name, "forwarding", 1);
	}
}

/* Did a prefix of the link come by an RA that the kernel itself took? */
static bool has_ra_prefix(const char *dev)
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	bool found = false;
	unsigned int flags;
	char name[32];

	while (f && !found &&
	       fscanf(f, "%*s %*s %*s %*s %*s %*s %*s %*s %x %31s", &flags, name) == 2)
		found = (flags & RTF_RA_PREFIX) == RTF_RA_PREFIX && !strcmp(name, dev);
	if (f)
		fclose(f);
	return found;
}

/**
 * check_accept_ra() - are RAs taken where the prefixes come from them?
 * @c: the check
 *
 * A prefix that came another way, of an address given by hand, say, needs none.
 */
void check_accept_ra(struct check *c)
{
	long accept, forwarding;

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		if (link->role != NDPROXY_ROLE_UPSTREAM || !is_there(link) ||
		    !sysctl_get("accept_ra", link->name, &accept) ||
		    !sysctl_get("forwarding", link->name, &forwarding))
			continue;
		if (accept == 2 || (accept == 1 && !forwarding) ||
		    (link->prefixes && !has_ra_prefix(link->name)))
			continue;
		check_found(c, link->name, "Router Advertisements are ignored: accept_ra is %ld%s",
			    accept, forwarding ? ", and the router forwards" : "");
		mend_sysctl(c, link->name, "accept_ra", 2);
	}
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
	char path[128];
	long value;

	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv6/neigh/%s/retrans_time_ms",
			 link->name);
		if (!is_there(link) || !read_number(path, &value) || value <= 10 * RETRANS_TIMER)
			continue;
		check_found(c, link->name, "the kernel waits %ld s to solicit a neighbour again",
			    value / 1000);
		mend_of(c, "neigh", link->name, "retrans_time_ms", RETRANS_TIMER);
	}
}

/**
 * check_proxy_ndp() - does the kernel's own proxy answer, too?
 * @c: the check
 */
void check_proxy_ndp(struct check *c)
{
	long value;

	if (sysctl_get("proxy_ndp", "all", &value) && value) {
		check_found(c, NULL, "the kernel's own proxy_ndp is on");
		check_mend(c, "sysctl -w net.ipv6.conf.all.proxy_ndp=0");
	}
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link)) {
		if (!is_there(link) || !sysctl_get("proxy_ndp", link->name, &value) || !value)
			continue;
		check_found(c, link->name, "the kernel's own proxy_ndp is on");
		mend_sysctl(c, link->name, "proxy_ndp", 0);
	}
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
	check_found(c, NULL, "%ld of %ld connections are tracked: new ones are dropped (%s)",
		    count, max, FIRST_NETNS);
	max = max > count ? max : count;
	check_mend_first(c, "sysctl -w net.netfilter.nf_conntrack_max=%ld", 2 * max);
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
	char buf[16384] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct mnl_socket *sk = mnl_socket_open(NETLINK_ROUTE);
	struct ndtmsg *ndt;
	uint32_t thresh = 0;
	int ret = 1;

	nlh->nlmsg_type = RTM_GETNEIGHTBL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	ndt = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndt));
	ndt->ndtm_family = AF_INET6;
	if (!sk || mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) < 0)
		ret = 0;
	while (ret > 0) {
		ret = nl_recv(sk, buf, sizeof(buf));
		if (ret > 0)
			ret = mnl_cb_run(buf, ret, 1, 0, read_table, &thresh);
	}
	if (sk)
		mnl_socket_close(sk);
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
	check_found(c, NULL,
		    "%u hosts are known, of two neighbours each, and the kernel keeps %u (%s)",
		    hosts, limit, FIRST_NETNS);
	check_mend_first(c, "sysctl -w %s2=%llu %s3=%llu", thresh, enough, thresh, 2 * enough);
}
