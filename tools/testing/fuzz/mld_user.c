// SPDX-License-Identifier: GPL-2.0
#include "mld_user.h"

unsigned int user_alloc_fail;

static u32 sim_random(struct mld_proto *p)
{
	struct sim *sim = container_of(p, struct sim, proto);

	/* An LCG is random enough here, and the same everywhere. */
	sim->seed = sim->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return sim->seed >> 32;
}

static void sim_send(struct mld_out *out, const struct in6_addr *daddr, const void *data, u32 len)
{
	struct sim *sim = container_of(out, struct sim, proto.out);

	if (len > SIM_PAYLOAD)
		abort();
	if (sim->sent)
		sim->sent(sim, daddr, data, len);
}

void sim_init(struct sim *sim, u64 seed)
{
	memset(sim, 0, sizeof(*sim));
	mld_proto_init(&sim->proto);
	sim->proto.random = sim_random;
	sim->proto.out.buf = sim->buf;
	sim->proto.out.size = sizeof(sim->buf);
	sim->proto.out.send = sim_send;
	sim->seed = seed;
	sim->now = 1000000;
}

bool sim_step(struct sim *sim, s64 until)
{
	s64 next = mld_proto_next(&sim->proto);

	if (next > until) {
		sim->now = max(sim->now, until);
		return false;
	}
	sim->now = max(sim->now, next);
	mld_proto_run(&sim->proto, sim->now);
	return true;
}

void sim_run_until(struct sim *sim, s64 until)
{
	while (sim_step(sim, until))
		;
}

/* The code whose delay is @ms, or the nearest below. */
u16 sim_mrc(u32 ms)
{
	unsigned int exp = 0;

	if (ms < 0x8000)
		return ms;
	while (exp < 7 && ms >> (exp + 3) > 0x1fff)
		exp++;
	return 0x8000 | exp << 12 | ((ms >> (exp + 3)) & 0xfff);
}

enum mld_count sim_query(struct sim *sim, u8 version, const struct in6_addr *group,
			 const struct in6_addr *sources,
			 unsigned int n, u16 mrc, u8 qrv, u8 qqic)
{
	static const struct in6_addr querier = { .s6_addr = { 0xfe, 0x80, [15] = 1 } };
	static const struct in6_addr all = { .s6_addr = { 0xff, 0x02, [15] = 1 } };
	struct mld_rx rx = {
		.saddr = &querier,
		.daddr = ipv6_addr_any(group) ? &all : group,
		.hop_limit = 1,
		.router_alert = true,
		.checksum_ok = true,
	};
	u8 data[sizeof(struct mld_v2_query) + 16 * MLD_QUERY_SOURCES_MAX];
	struct mld_v2_query head = {
		.msg = { .type = MLD_TYPE_QUERY, .mrc = htons(mrc), .group = *group },
		.flags = qrv,
		.qqic = qqic,
		.nsources = htons(n),
	};
	struct mld_query query;
	enum mld_count ret;

	memcpy(data, &head, sizeof(head));
	if (n)
		memcpy(data + sizeof(head), sources, n * sizeof(*sources));
	ret = mld_query_parse(data, version == 1 ? 24 : sizeof(head) + n * 16, &rx, &query);
	if (ret <= MLD_C_QUERIES_V2)
		mld_proto_query(&sim->proto, &query, sim->now);
	return ret;
}
