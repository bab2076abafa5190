/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A link of the MLD engine in user space: virtual time, a seeded generator, and every message that
 * it sends.
 */
#ifndef FUZZ_MLD_USER_H
#define FUZZ_MLD_USER_H

#include "include/user.h"
#include "mld_priv.h"

#define SIM_MTU		1500
#define SIM_PAYLOAD	(SIM_MTU - 40 - 8)	/* IPv6 header, hop-by-hop header */

struct sim {
	struct mld_proto proto;
	s64 now;
	u64 seed;
	u8 buf[SIM_PAYLOAD];
	void (*sent)(struct sim *sim, const struct in6_addr *daddr, const u8 *data, u32 len);
};

void sim_init(struct sim *sim, u64 seed);
void sim_run_until(struct sim *sim, s64 until);
/* One step of time that has something due, but not past @until. Returns false if there was none. */
bool sim_step(struct sim *sim, s64 until);
/* A query as a packet would bring it, through mld_query_parse(). */
enum mld_count sim_query(struct sim *sim, u8 version, const struct in6_addr *group,
			 const struct in6_addr *sources,
			 unsigned int n, u16 mrc, u8 qrv, u8 qqic);
u16 sim_mrc(u32 ms);

#endif /* FUZZ_MLD_USER_H */
