// SPDX-License-Identifier: GPL-2.0
/*
 * mldjoin: listen to many multicast groups on a device, by sockets of the kernel or as a configured
 * listener of the module's engine, and time it.
 *
 * Joins, prints a line of JSON, waits for a line or the end on standard input, leaves, and prints
 * another line. The groups come in no order.
 */
#include "args.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/ndproxy.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PER_SOCKET	64	/* the kernel walks a socket's own list at each join */
#define ID		"bench"

struct request {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[256];
};

static unsigned int ifindex;
static int netlink = -1;
static uint16_t family;
static int *socks;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* The n-th group of ff1e::2:0:0 and above: a different one for each n. */
static struct in6_addr group_of(unsigned long n)
{
	struct in6_addr group = { .s6_addr = { 0xff, 0x1e, [11] = 2 } };
	uint32_t mixed = htonl((uint32_t)(n + 1) * 2654435761u);

	memcpy(&group.s6_addr[12], &mixed, sizeof(mixed));
	return group;
}

static void put(struct request *req, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)((char *)req + NLMSG_ALIGN(req->nlh.nlmsg_len));

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
	req->nlh.nlmsg_len = NLMSG_ALIGN(req->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

static void begin(struct request *req, uint16_t type, uint8_t cmd, uint8_t version)
{
	memset(req, 0, sizeof(*req));
	req->nlh.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	req->nlh.nlmsg_type = type;
	req->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	req->genl.cmd = cmd;
	req->genl.version = version;
}

/* Send a request; what comes back first goes to @answer. */
static void ask(const struct request *req, char *answer, size_t room)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer;
	ssize_t len;

	if (send(netlink, req, req->nlh.nlmsg_len, 0) < 0)
		err(1, "netlink");
	len = recv(netlink, answer, room, 0);
	if (len < (ssize_t)sizeof(*nlh))
		err(1, "netlink");
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		errno = -((const struct nlmsgerr *)NLMSG_DATA(nlh))->error;
		if (errno)
			err(1, "the engine refuses");
	}
}

static void find_family(void)
{
	char answer[8192];
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)answer;
	struct request req;
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	netlink = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (netlink < 0)
		err(1, "netlink");
	begin(&req, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	put(&req, CTRL_ATTR_FAMILY_NAME, NDPROXY_FAMILY_NAME, sizeof(NDPROXY_FAMILY_NAME));
	ask(&req, answer, sizeof(answer));
	while (at + NLA_HDRLEN <= nlh->nlmsg_len) {
		const struct nlattr *attr = (const struct nlattr *)(answer + at);

		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, answer + at + NLA_HDRLEN, sizeof(family));
		at += NLA_ALIGN(attr->nla_len);
	}
	if (!family)
		errx(1, "the module is not loaded");
	/* The acknowledgment behind the answer */
	recv(netlink, answer, sizeof(answer), MSG_DONTWAIT);
}

static void engine(unsigned long n, uint8_t cmd)
{
	struct in6_addr group = group_of(n);
	uint32_t index = ifindex, mode = NDPROXY_MLD_MODE_EXCLUDE;
	struct request req;
	char answer[1024];

	begin(&req, family, cmd, NDPROXY_FAMILY_VERSION);
	put(&req, NDPROXY_A_MLD_LISTENER_IFINDEX, &index, sizeof(index));
	put(&req, NDPROXY_A_MLD_LISTENER_GROUP, &group, sizeof(group));
	put(&req, NDPROXY_A_MLD_LISTENER_ID, ID, sizeof(ID));
	if (cmd == NDPROXY_CMD_MLD_LISTENER_NEW)
		put(&req, NDPROXY_A_MLD_LISTENER_MODE, &mode, sizeof(mode));
	ask(&req, answer, sizeof(answer));
}

static void kernel(unsigned long n, int option)
{
	struct ipv6_mreq mreq = { .ipv6mr_multiaddr = group_of(n), .ipv6mr_interface = ifindex };
	int *sk = &socks[n / PER_SOCKET];

	if (*sk < 0)
		*sk = socket(AF_INET6, SOCK_DGRAM, 0);
	if (*sk < 0 || setsockopt(*sk, IPPROTO_IPV6, option, &mreq, sizeof(mreq)))
		err(1, "group %lu", n);
}

/* All @count groups; the time of each tenth tells whether the last cost more than the first. */
static void run(unsigned long count, bool by_engine, bool join)
{
	uint8_t cmd = join ? NDPROXY_CMD_MLD_LISTENER_NEW : NDPROXY_CMD_MLD_LISTENER_DEL;
	uint64_t start = now_ns(), last = start;
	unsigned long i, tenth = count / 10;

	printf("{\"tenths_ns\": [");
	for (i = 0; i < count; i++) {
		if (by_engine)
			engine(i, cmd);
		else
			kernel(i, join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP);
		if ((i + 1) % tenth == 0) {
			printf("%s%llu", i + 1 > tenth ? ", " : "",
			       (unsigned long long)(now_ns() - last) / tenth);
			last = now_ns();
		}
	}
	printf("], \"ns\": %llu}\n", (unsigned long long)(now_ns() - start) / count);
	fflush(stdout);
}

static const char usage[] =
	"Usage: mldjoin DEV GROUPS [--engine]\n"
	"Listen to GROUPS groups on DEV, by sockets, or with --engine as a listener of the module's\n"
	"engine; print ns per group; leave when a line comes in, and print that too.\n";

int main(int argc, char **argv)
{
	bool by_engine = false;
	const struct arg args[] = {
		{ .name = "engine", .flag = &by_engine },
		{ 0 }
	};
	char **arg = args_parse(argc, argv, args, usage), line[16];
	unsigned long i, count = args_number("groups", arg[1], 10, 1000000);
	struct rlimit limit = { count / PER_SOCKET + 64, count / PER_SOCKET + 64 };

	ifindex = if_nametoindex(arg[0]);
	if (!ifindex)
		err(1, "%s", arg[0]);
	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "open files");
	socks = malloc((count / PER_SOCKET + 1) * sizeof(*socks));
	if (!socks)
		err(1, "memory");
	for (i = 0; i <= count / PER_SOCKET; i++)
		socks[i] = -1;
	if (by_engine)
		find_family();
	run(count, by_engine, true);
	if (!fgets(line, sizeof(line), stdin))
		line[0] = 0;
	run(count, by_engine, false);
	return 0;
}
