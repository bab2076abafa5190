/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: what each one counts is its documentation, and the tool shows it under the name in
 * ndp_counter_names[] or ndp_drop_names[].
 */
#ifndef NDPROXY_STATS_H
#define NDPROXY_STATS_H

#include <linux/types.h>
#include <linux/u64_stats_sync.h>

/**
 * enum ndp_counter - what a link counts
 * @NDP_NS_IN: valid solicitations for a proxied target received
 * @NDP_NS_OUT: solicitations sent by the proxy
 * @NDP_NA_IN: valid advertisements for a proxied target received
 * @NDP_NA_OUT: advertisements sent by the proxy
 * @NDP_DAD_IN: the share of @NDP_NS_IN with the unspecified source
 * @NDP_DAD_OUT: the share of @NDP_NS_OUT with the unspecified source
 * @NDP_ANSWERS: the share of @NDP_NA_OUT that answers a recorded solicitor
 * @NDP_HELD: packets held because they would have left by the link they came in on
 * @NDP_DELIVERED: packets that waited for their target and went on when it was found: held ones,
 * and those that the kernel had queued for a neighbour on a link where it was not
 * @NDP_COUNTERS: how many there are
 */
enum ndp_counter {
	NDP_NS_IN,
	NDP_NS_OUT,
	NDP_NA_IN,
	NDP_NA_OUT,
	NDP_DAD_IN,
	NDP_DAD_OUT,
	NDP_ANSWERS,
	NDP_HELD,
	NDP_DELIVERED,
	NDP_COUNTERS
};

/**
 * enum ndp_drop - why a message was not proxied, or not whole
 * @NDP_DROP_NONE: it was
 * @NDP_DROP_HOP_LIMIT: hop limit is not 255 (RFC 4861 7.1)
 * @NDP_DROP_CHECKSUM: ICMPv6 checksum is wrong (RFC 4861 7.1)
 * @NDP_DROP_CODE: ICMPv6 code is not 0 (RFC 4861 7.1)
 * @NDP_DROP_LENGTH: shorter than 24 octets, or than its headers say (RFC 4861 7.1)
 * @NDP_DROP_TARGET_MULTICAST: the target is a multicast address (RFC 4861 7.1)
 * @NDP_DROP_OPTION_LENGTH: an option of length 0, or one that ends behind the packet (RFC 4861 7.1)
 * @NDP_DROP_FRAGMENT: it came with a Fragment header (RFC 6980 5)
 * @NDP_DROP_DAD_DESTINATION: source :: and a destination that is not solicited-node (RFC 4861
 * 7.1.1)
 * @NDP_DROP_DAD_SLLA: source :: and a source link-layer address option (RFC 4861 7.1.1)
 * @NDP_DROP_NA_MULTICAST_SOLICITED: multicast destination with the Solicited flag (RFC 4861 7.1.2)
 * @NDP_DROP_OWN_ECHO: this router's own message, or one that it proxied, heard again
 * @NDP_DROP_NS_RATE: over the link's rate of solicitations
 * @NDP_DROP_NA_RATE: over the link's rate of multicast advertisements
 * @NDP_DROP_TARGET_LIMIT: a record was pushed out by a newer one: too many targets
 * @NDP_DROP_SOLICITOR_LIMIT: too many solicitors for one target
 * @NDP_DROP_HOST_LIMIT: too many hosts in the prefix or on the link
 * @NDP_DROP_LLADDR_LIMIT: too many hosts with one link-layer address
 * @NDP_DROP_NO_SOURCE: the link has no address to send from
 * @NDP_DROP_NO_MEMORY: allocation failed
 * @NDP_DROP_NOT_READY: the link is down or going away
 * @NDP_DROP_HOLD_LIMIT: a held packet was pushed out by a newer one: too many wait
 * @NDP_DROP_NOT_FOUND: the target of a held packet did not answer; the sender was told so
 * @NDP_DROP_SAME_LINK: a packet would go back to the link that it came in on, where its target is
 * not
 * @NDP_DROP_REDIRECT: a Redirect of the kernel's for a held packet
 * @NDP_DROP_SNOOP_LIMIT: too many solicited-node groups of hosts elsewhere (MLD-S2)
 * @NDP_DROP_HOST_REFUSED: a known host was claimed on the link, and stays on its own (RFC 6620)
 * @NDP_DROP_NOT_FORWARDING: the kernel does not forward what comes in on the link
 * @NDP_DROP_UNSOLICITED_NA: nobody asked for the advertisement, and drop_unsolicited_na is set
 * @NDP_DROPS: how many there are
 */
enum ndp_drop {
	NDP_DROP_NONE,
	NDP_DROP_HOP_LIMIT,
	NDP_DROP_CHECKSUM,
	NDP_DROP_CODE,
	NDP_DROP_LENGTH,
	NDP_DROP_TARGET_MULTICAST,
	NDP_DROP_OPTION_LENGTH,
	NDP_DROP_FRAGMENT,
	NDP_DROP_DAD_DESTINATION,
	NDP_DROP_DAD_SLLA,
	NDP_DROP_NA_MULTICAST_SOLICITED,
	NDP_DROP_OWN_ECHO,
	NDP_DROP_NS_RATE,
	NDP_DROP_NA_RATE,
	NDP_DROP_TARGET_LIMIT,
	NDP_DROP_SOLICITOR_LIMIT,
	NDP_DROP_HOST_LIMIT,
	NDP_DROP_LLADDR_LIMIT,
	NDP_DROP_NO_SOURCE,
	NDP_DROP_NO_MEMORY,
	NDP_DROP_NOT_READY,
	NDP_DROP_HOLD_LIMIT,
	NDP_DROP_NOT_FOUND,
	NDP_DROP_SAME_LINK,
	NDP_DROP_REDIRECT,
	NDP_DROP_SNOOP_LIMIT,
	NDP_DROP_HOST_REFUSED,
	NDP_DROP_NOT_FORWARDING,
	NDP_DROP_UNSOLICITED_NA,
	NDP_DROPS
};

#define NDP_STATS	(NDP_COUNTERS + NDP_DROPS)

/**
 * struct ndp_pcpu_stats - one processor's share of a link's counters
 * @syncp: makes 64-bit reads whole on 32-bit machines
 * @count: enum ndp_counter, then enum ndp_drop
 */
struct ndp_pcpu_stats {
	struct u64_stats_sync syncp;
	u64_stats_t count[NDP_STATS];
};

/**
 * struct ndp_stats - a link's counters
 * @pcpu: the live counts; written with bottom halves disabled
 * @base: what was read at the last reset; RTNL. Resetting moves the origin, so that it never races
 * with a writer.
 */
struct ndp_stats {
	struct ndp_pcpu_stats __percpu *pcpu;
	u64 base[NDP_STATS];
};

extern const char * const ndp_counter_names[NDP_COUNTERS];
extern const char * const ndp_drop_names[NDP_DROPS];

int ndp_stats_init(struct ndp_stats *stats);
void ndp_stats_free(struct ndp_stats *stats);
void ndp_stats_read(const struct ndp_stats *stats, u64 sum[NDP_STATS]);
void ndp_stats_reset(struct ndp_stats *stats);

/* Context: bottom halves disabled. */
static inline void __ndp_stats_inc(const struct ndp_stats *stats, unsigned int which)
{
	struct ndp_pcpu_stats *pcpu = this_cpu_ptr(stats->pcpu);

	lockdep_assert_in_softirq();
	u64_stats_update_begin(&pcpu->syncp);
	u64_stats_inc(&pcpu->count[which]);
	u64_stats_update_end(&pcpu->syncp);
}

static inline void ndp_count(const struct ndp_stats *stats, enum ndp_counter which)
{
	__ndp_stats_inc(stats, which);
}

static inline void ndp_count_drop(const struct ndp_stats *stats, enum ndp_drop why)
{
	__ndp_stats_inc(stats, NDP_COUNTERS + why);
}

#endif
