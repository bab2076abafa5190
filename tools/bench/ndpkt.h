/* SPDX-License-Identifier: GPL-2.0 */
/* Neighbor Discovery frames for the generator and the responder: build, check, send, receive. */
#ifndef NDPKT_H
#define NDPKT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>

#define ND_BATCH 64		/* frames per sendmmsg() or recvmmsg() */
#define NSEC_PER_SEC 1000000000ULL
#define NSEC_PER_USEC 1000ULL

/*
 * An NS or NA with exactly one link-layer address option: struct nd_neighbor_advert has the same
 * layout as a solicitation, whose flags word is reserved.
 */
struct nd_frame {
	struct ether_header eth;
	struct ip6_hdr ip6;
	struct nd_neighbor_advert nd;
	struct nd_opt_hdr opt;
	uint8_t lladdr[ETH_ALEN];
} __attribute__((packed));

/* What a received NS or NA says; bad is set when a host would have to drop it. */
struct nd_seen {
	uint8_t type;
	bool bad;
	uint32_t flags;
	struct in6_addr src, dst, target;
	uint8_t lladdr[ETH_ALEN];	/* of the option, else the frame's source */
	uint64_t rx_ns;			/* CLOCK_REALTIME, taken by the kernel on receipt */
};

struct nd_sock {
	int fd;
	int ifindex;
	uint8_t mac[ETH_ALEN];
};

int nd_open(struct nd_sock *sk, const char *ifname);
int nd_send(const struct nd_sock *sk, const struct nd_frame *frames, unsigned int n);
int nd_receive(const struct nd_sock *sk, struct nd_seen *seen, unsigned int max);
void nd_build(struct nd_frame *f, uint8_t type, const uint8_t *src_mac, const struct in6_addr *src,
	      const struct in6_addr *dst, const struct in6_addr *target, uint32_t flags);
void nd_set_dst_mac(struct nd_frame *f, const uint8_t *mac);
void nd_solicited_node(struct in6_addr *group, const struct in6_addr *addr);
uint64_t nd_now(void);
void nd_sleep_until(uint64_t when);
void nd_address(const char *text, struct in6_addr *addr);

static inline uint32_t nd_low32(const struct in6_addr *a)
{
	return ntohl(a->s6_addr32[3]);
}

static inline void nd_set_low32(struct in6_addr *a, uint32_t v)
{
	a->s6_addr32[3] = htonl(v);
}

#endif
