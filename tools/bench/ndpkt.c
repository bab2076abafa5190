// SPDX-License-Identifier: GPL-2.0
/* Neighbor Discovery frames over AF_PACKET. Checks and builds by RFC 4861 4.3, 4.4 and 7.1. */
#define _GNU_SOURCE
#include "ndpkt.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ND_FRAME_MAX 256	/* an NS or NA with a few options; longer ones are cut and so bad */
#define ND_RCVBUF (16 << 20)	/* seconds of answers: what is lost is not lost here */

/**
 * nd_now() - Current time in nanoseconds of CLOCK_REALTIME, the clock of receive timestamps.
 *
 * Return: nanoseconds.
 */
uint64_t nd_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/**
 * nd_sleep_until() - Sleep until a time of CLOCK_REALTIME; a signal may end it early.
 * @when: nanoseconds
 */
void nd_sleep_until(uint64_t when)
{
	struct timespec ts = { .tv_sec = when / NSEC_PER_SEC, .tv_nsec = when % NSEC_PER_SEC };

	clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &ts, NULL);
}

/**
 * nd_address() - An IPv6 address of the command line; anything else ends the program.
 * @text: the argument
 * @addr: the result
 */
void nd_address(const char *text, struct in6_addr *addr)
{
	if (inet_pton(AF_INET6, text, addr) != 1)
		errx(1, "\"%s\" is not an IPv6 address", text);
}

/**
 * nd_solicited_node() - The solicited-node multicast address (RFC 4291 2.7.1).
 * @group: the result
 * @addr: of this unicast address
 */
void nd_solicited_node(struct in6_addr *group, const struct in6_addr *addr)
{
	inet_pton(AF_INET6, "ff02::1:ff00:0", group);
	memcpy(&group->s6_addr[13], &addr->s6_addr[13], 3);
}

static uint32_t sum16(const void *data, size_t len, uint32_t sum)
{
	const uint8_t *p = data;

	for (; len > 1; len -= 2, p += 2)
		sum += (uint32_t)p[0] << 8 | p[1];
	return len ? sum + ((uint32_t)p[0] << 8) : sum;
}

/*
 * The one's complement sum over the pseudo-header and the message of len octets after an IPv6
 * header: 0xffff when the message's checksum is right.
 */
static uint16_t message_sum(const uint8_t *ip6, size_t len)
{
	uint32_t sum = len + IPPROTO_ICMPV6;

	sum = sum16(ip6 + offsetof(struct ip6_hdr, ip6_src), 2 * sizeof(struct in6_addr), sum);
	sum = sum16(ip6 + sizeof(struct ip6_hdr), len, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/**
 * nd_set_dst_mac() - Send this frame to one link-layer address.
 * @f: the frame
 * @mac: the receiver
 */
void nd_set_dst_mac(struct nd_frame *f, const uint8_t *mac)
{
	memcpy(f->eth.ether_dhost, mac, ETH_ALEN);
}

/**
 * nd_build() - Make a whole NS or NA; to a multicast @dst also the frame's destination.
 * @f: the result
 * @type: ND_NEIGHBOR_SOLICIT or ND_NEIGHBOR_ADVERT
 * @src_mac: source of the frame and content of the SLLA or TLLA option
 * @src: IPv6 source
 * @dst: IPv6 destination
 * @target: target address
 * @flags: R, S and O in network order, 0 in an NS
 */
void nd_build(struct nd_frame *f, uint8_t type, const uint8_t *src_mac, const struct in6_addr *src,
	      const struct in6_addr *dst, const struct in6_addr *target, uint32_t flags)
{
	const size_t len = sizeof(*f) - offsetof(struct nd_frame, nd);

	memset(f, 0, sizeof(*f));
	memcpy(f->eth.ether_shost, src_mac, ETH_ALEN);
	f->eth.ether_type = htons(ETHERTYPE_IPV6);
	if (IN6_IS_ADDR_MULTICAST(dst)) {
		memset(f->eth.ether_dhost, 0x33, 2);
		memcpy(&f->eth.ether_dhost[2], &dst->s6_addr[12], 4);
	}
	f->ip6.ip6_flow = htonl(6 << 28);
	f->ip6.ip6_plen = htons(len);
	f->ip6.ip6_nxt = IPPROTO_ICMPV6;
	f->ip6.ip6_hlim = 255;
	f->ip6.ip6_src = *src;
	f->ip6.ip6_dst = *dst;
	f->nd.nd_na_type = type;
	f->nd.nd_na_flags_reserved = flags;
	f->nd.nd_na_target = *target;
	f->opt.nd_opt_type = type == ND_NEIGHBOR_SOLICIT ? ND_OPT_SOURCE_LINKADDR :
							   ND_OPT_TARGET_LINKADDR;
	f->opt.nd_opt_len = 1;
	memcpy(f->lladdr, src_mac, ETH_ALEN);
	f->nd.nd_na_cksum = htons(~message_sum((uint8_t *)f + sizeof(f->eth), len));
}

/* Walk the options for the link-layer address; false if one is malformed (RFC 4861 4.6). */
static bool parse_options(const uint8_t *p, const uint8_t *end, struct nd_seen *seen)
{
	const uint8_t want = seen->type == ND_NEIGHBOR_SOLICIT ? ND_OPT_SOURCE_LINKADDR :
								 ND_OPT_TARGET_LINKADDR;

	while (p < end) {
		size_t len = end - p < 2 ? 0 : p[1] * 8u;

		if (!len || len > (size_t)(end - p))
			return false;
		if (p[0] == want)
			memcpy(seen->lladdr, p + 2, ETH_ALEN);
		p += len;
	}
	return true;
}

/* The socket's filter lets only NS and NA of at least minimal length in. */
static void parse(const uint8_t *buf, size_t len, struct nd_seen *seen)
{
	const struct ether_header *eth = (const void *)buf;
	const struct ip6_hdr *ip6 = (const void *)(eth + 1);
	const struct nd_neighbor_advert *nd = (const void *)(ip6 + 1);
	size_t plen = ntohs(ip6->ip6_plen);

	seen->type = nd->nd_na_type;
	seen->flags = nd->nd_na_flags_reserved;
	seen->src = ip6->ip6_src;
	seen->dst = ip6->ip6_dst;
	seen->target = nd->nd_na_target;
	memcpy(seen->lladdr, eth->ether_shost, ETH_ALEN);
	seen->bad = true;
	if (plen < sizeof(*nd) || plen > len - sizeof(*eth) - sizeof(*ip6))
		return;
	if (ip6->ip6_hlim != 255 || nd->nd_na_code)
		return;
	if (message_sum((const uint8_t *)ip6, plen) != 0xffff)
		return;
	seen->bad = !parse_options((const uint8_t *)(nd + 1), (const uint8_t *)nd + plen, seen);
}

static int attach_filter(int fd)
{
	enum { NXT = sizeof(struct ether_header) + offsetof(struct ip6_hdr, ip6_nxt),
	       TYPE = sizeof(struct ether_header) + sizeof(struct ip6_hdr),
	       LAST = TYPE + sizeof(struct nd_neighbor_advert) - 1 };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, LAST),	/* a shorter frame ends here */
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NXT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, ND_FRAME_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog prog = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog));
}

static int set_options(int fd)
{
	const int on = 1, rcvbuf = ND_RCVBUF;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf)) ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)))
		return -1;
	return attach_filter(fd);
}

/*
 * A device that was just set up silently drops what is sent until the kernel has seen its carrier
 * and activated it, which can take a while on a busy machine.
 */
static int wait_running(int fd, struct ifreq *ifr)
{
	int tries;

	for (tries = 0; tries < 200; tries++) {
		if (ioctl(fd, SIOCGIFFLAGS, ifr))
			return -1;
		if (ifr->ifr_flags & IFF_RUNNING)
			return 0;
		nd_sleep_until(nd_now() + 10000 * NSEC_PER_USEC);
	}
	errno = ENETDOWN;
	return -1;
}

/**
 * nd_open() - A packet socket that receives every NS and NA arriving on a device.
 * @sk: the result
 * @ifname: name of an Ethernet device in the current network namespace
 *
 * Return: 0, or -1 with errno set.
 */
int nd_open(struct nd_sock *sk, const char *ifname)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IPV6) };
	struct packet_mreq all = { .mr_type = PACKET_MR_ALLMULTI };
	struct ifreq ifr = { 0 };

	sk->ifindex = if_nametoindex(ifname);
	if (!sk->ifindex)
		return -1;
	/* Protocol 0: nothing is queued before the filter is in place. */
	sk->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sk->fd < 0)
		return -1;
	strncpy(ifr.ifr_name, ifname, IFNAMSIZ - 1);
	ll.sll_ifindex = sk->ifindex;
	all.mr_ifindex = sk->ifindex;
	if (wait_running(sk->fd, &ifr) || ioctl(sk->fd, SIOCGIFHWADDR, &ifr) ||
	    set_options(sk->fd) ||
	    setsockopt(sk->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) ||
	    bind(sk->fd, (struct sockaddr *)&ll, sizeof(ll))) {
		close(sk->fd);
		return -1;
	}
	memcpy(sk->mac, ifr.ifr_hwaddr.sa_data, ETH_ALEN);
	return 0;
}

/**
 * nd_send() - Send frames in order.
 * @sk: the socket
 * @frames: whole frames
 * @n: how many, at most ND_BATCH
 *
 * Return: 0, or -1 with errno set when not all could be sent.
 */
int nd_send(const struct nd_sock *sk, const struct nd_frame *frames, unsigned int n)
{
	struct mmsghdr msgs[ND_BATCH] = { 0 };
	struct iovec iov[ND_BATCH];
	unsigned int i, done = 0;

	for (i = 0; i < n; i++) {
		iov[i].iov_base = (void *)&frames[i];
		iov[i].iov_len = sizeof(frames[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	while (done < n) {
		int r = sendmmsg(sk->fd, msgs + done, n - done, 0);

		if (r < 0 && errno != EINTR && errno != ENOBUFS)
			return -1;
		done += r > 0 ? r : 0;
	}
	return 0;
}

static uint64_t receive_time(struct msghdr *msg)
{
	struct cmsghdr *c;
	struct timespec ts;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	}
	return nd_now();
}

/**
 * nd_receive() - Take what has been received, without waiting.
 * @sk: the socket
 * @seen: the result
 * @max: its room; at most ND_BATCH are taken
 *
 * Return: how many, 0 when there are none, or -1 with errno set.
 */
int nd_receive(const struct nd_sock *sk, struct nd_seen *seen, unsigned int max)
{
	static uint8_t buf[ND_BATCH][ND_FRAME_MAX] __attribute__((aligned(8)));
	char control[ND_BATCH][CMSG_SPACE(sizeof(struct timespec))];
	struct mmsghdr msgs[ND_BATCH] = { 0 };
	struct iovec iov[ND_BATCH];
	int i, n;

	max = max < ND_BATCH ? max : ND_BATCH;
	for (i = 0; i < (int)max; i++) {
		iov[i].iov_base = buf[i];
		iov[i].iov_len = sizeof(buf[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_control = control[i];
		msgs[i].msg_hdr.msg_controllen = sizeof(control[i]);
	}
	n = recvmmsg(sk->fd, msgs, max, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	for (i = 0; i < n; i++) {
		parse(buf[i], msgs[i].msg_len, &seen[i]);
		seen[i].rx_ns = receive_time(&msgs[i].msg_hdr);
	}
	return n;
}
