/* SPDX-License-Identifier: GPL-2.0 */
/* Counters are declared beside the reasons to drop a message; nothing here counts. */
#ifndef FUZZ_U64_STATS_SYNC_H
#define FUZZ_U64_STATS_SYNC_H

#include "../user.h"

#define __percpu

#define u64_stats_t	struct u64_stats

struct u64_stats {
	u64 v;
};

struct u64_stats_sync {
	int unused;
};

#define this_cpu_ptr(p)			(p)
#define u64_stats_update_begin(sync)	((void)(sync))
#define u64_stats_update_end(sync)	((void)(sync))
#define u64_stats_inc(count)		((count)->v++)

#endif /* FUZZ_U64_STATS_SYNC_H */
