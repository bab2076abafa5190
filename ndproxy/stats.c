// SPDX-License-Identifier: GPL-2.0
/* Per-link counters: percpu, 64 bits wide, reset by moving their origin. */

#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <charge.h>

#include "stats.h"

const char * const ndp_counter_names[NDP_COUNTERS] = {
	[NDP_NS_IN]	= "ns_in",
	[NDP_NS_OUT]	= "ns_out",
	[NDP_NA_IN]	= "na_in",
	[NDP_NA_OUT]	= "na_out",
	[NDP_DAD_IN]	= "dad_in",
	[NDP_DAD_OUT]	= "dad_out",
	[NDP_ANSWERS]	= "answers",
	[NDP_HELD]	= "held",
	[NDP_DELIVERED]	= "delivered",
};

const char * const ndp_drop_names[NDP_DROPS] = {
	[NDP_DROP_NONE]			= "none",
	[NDP_DROP_HOP_LIMIT]		= "hop-limit",
	[NDP_DROP_CHECKSUM]		= "checksum",
	[NDP_DROP_CODE]			= "code",
	[NDP_DROP_LENGTH]		= "length",
	[NDP_DROP_TARGET_MULTICAST]	= "target-multicast",
	[NDP_DROP_OPTION_LENGTH]	= "option-length",
	[NDP_DROP_FRAGMENT]		= "fragment",
	[NDP_DROP_DAD_DESTINATION]	= "dad-destination",
	[NDP_DROP_DAD_SLLA]		= "dad-slla",
	[NDP_DROP_NA_MULTICAST_SOLICITED] = "na-multicast-solicited",
	[NDP_DROP_OWN_ECHO]		= "own-echo",
	[NDP_DROP_NS_RATE]		= "ns-rate",
	[NDP_DROP_NA_RATE]		= "na-rate",
	[NDP_DROP_TARGET_LIMIT]		= "target-limit",
	[NDP_DROP_SOLICITOR_LIMIT]	= "solicitor-limit",
	[NDP_DROP_HOST_LIMIT]		= "host-limit",
	[NDP_DROP_LLADDR_LIMIT]		= "lladdr-limit",
	[NDP_DROP_NO_SOURCE]		= "no-source",
	[NDP_DROP_NO_MEMORY]		= "no-memory",
	[NDP_DROP_NOT_READY]		= "not-ready",
	[NDP_DROP_HOLD_LIMIT]		= "hold-limit",
	[NDP_DROP_NOT_FOUND]		= "not-found",
	[NDP_DROP_SAME_LINK]		= "same-link",
	[NDP_DROP_REDIRECT]		= "redirect",
	[NDP_DROP_SNOOP_LIMIT]		= "snoop-limit",
	[NDP_DROP_HOST_REFUSED]		= "host-refused",
	[NDP_DROP_NOT_FORWARDING]	= "not-forwarding",
	[NDP_DROP_UNSOLICITED_NA]	= "unsolicited-na",
};

/**
 * ndp_stats_init() - allocate a link's counters
 * @stats: zeroed
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int ndp_stats_init(struct ndp_stats *stats)
{
	stats->pcpu = __netdev_alloc_pcpu_stats(struct ndp_pcpu_stats, CHARGE_KERNEL);
	return stats->pcpu ? 0 : -ENOMEM;
}

/**
 * ndp_stats_free() - free a link's counters
 * @stats: whose writers have ended
 */
void ndp_stats_free(struct ndp_stats *stats)
{
	free_percpu(stats->pcpu);
	stats->pcpu = NULL;
}

static void ndp_stats_sum(const struct ndp_stats *stats, u64 sum[NDP_STATS])
{
	int cpu, i;

	memset(sum, 0, NDP_STATS * sizeof(*sum));
	for_each_possible_cpu(cpu) {
		const struct ndp_pcpu_stats *pcpu = per_cpu_ptr(stats->pcpu, cpu);
		u64 part[NDP_STATS];
		unsigned int start;

		do {
			start = u64_stats_fetch_begin(&pcpu->syncp);
			for (i = 0; i < NDP_STATS; i++)
				part[i] = u64_stats_read(&pcpu->count[i]);
		} while (u64_stats_fetch_retry(&pcpu->syncp, start));

		for (i = 0; i < NDP_STATS; i++)
			sum[i] += part[i];
	}
}

/**
 * ndp_stats_read() - a link's counts since its last reset
 * @stats: of the link
 * @sum: enum ndp_counter, then NDP_COUNTERS + enum ndp_drop
 *
 * Context: any; RTNL if it must not race with a reset.
 */
void ndp_stats_read(const struct ndp_stats *stats, u64 sum[NDP_STATS])
{
	int i;

	ndp_stats_sum(stats, sum);
	for (i = 0; i < NDP_STATS; i++)
		sum[i] -= stats->base[i];
}

/**
 * ndp_stats_reset() - count from here
 * @stats: of the link
 *
 * Context: RTNL.
 */
void ndp_stats_reset(struct ndp_stats *stats)
{
	ndp_stats_sum(stats, stats->base);
}
