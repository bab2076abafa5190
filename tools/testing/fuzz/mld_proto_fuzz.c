// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: a whole link of the MLD engine under any sequence of requests, queries, time and
 * failing allocations.
 *
 * Beside it stands a router that believes every v2 report. When all is quiet, it has to believe
 * what the link wants, as long as nothing was told in v1 and the link did not go through a silence
 * that no router hears of.
 */
#include "mld_user.h"

#define GROUPS		4
#define SOURCES		12
#define OPS		400

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct view {
	bool exclude;
	u32 sources;	/* one bit each */
};

static struct view views[GROUPS];
static bool v1_seen;

static struct in6_addr group_addr(unsigned int n)
{
	struct in6_addr addr = { .s6_addr = { 0xff, n == 3 ? 0x3e : 0x1e, [15] = n + 1 } };

	return addr;
}

static struct in6_addr source_addr(unsigned int n)
{
	struct in6_addr addr = { .s6_addr = { 0x20, 0x01, [15] = n + 1 } };

	return addr;
}

/* RFC 3810 7.4, without its timers. */
static void believe(struct view *v, unsigned int type, u32 set)
{
	switch (type) {
	case MLD_IS_EX:
	case MLD_TO_EX:
		v->exclude = true;
		v->sources = set;
		break;
	case MLD_TO_IN:
		v->exclude = false;
		v->sources = set;
		break;
	case MLD_IS_IN:
	case MLD_ALLOW:
		v->sources = v->exclude ? v->sources & ~set : v->sources | set;
		break;
	case MLD_BLOCK:
		v->sources = v->exclude ? v->sources | set : v->sources & ~set;
		break;
	default:
		abort();
	}
}

static void router(struct sim *sim, const struct in6_addr *daddr, const u8 *data, u32 len)
{
	u32 at = sizeof(struct mld_v2_report), set;
	unsigned int i, j, n, count, group;

	(void)sim;
	(void)daddr;
	if (data[0] != MLD_TYPE_V2_REPORT) {
		if (len != 24)
			abort();
		v1_seen = true;
		return;
	}
	count = data[6] << 8 | data[7];
	if (!count)
		abort();
	for (i = 0; i < count; i++) {
		n = data[at + 2] << 8 | data[at + 3];
		group = data[at + 19] - 1;
		for (set = 0, j = 0; j < n; j++)
			set |= 1u << (data[at + 20 + 16 * j + 15] - 1);
		/* An empty one of these says nothing and is never sent (RFC 3810 6.1, 6.3). */
		if (!n && (data[at] == MLD_ALLOW || data[at] == MLD_BLOCK || data[at] == MLD_IS_IN))
			abort();
		if (group >= GROUPS)
			abort();
		believe(&views[group], data[at], set);
		at += 20 + 16 * n;
	}
	if (at != len)
		abort();
}

static void compare(struct sim *sim)
{
	struct in6_addr addr;
	struct mld_source *s;
	struct mld_group *g;
	unsigned int i;
	u32 set;

	for (i = 0; i < GROUPS; i++) {
		addr = group_addr(i);
		g = mld_proto_group(&sim->proto, &addr);
		set = 0;
		if (g)
			for (s = mld_filter_first(&g->filter, MLD_SEL_LIST); s;
			     s = mld_filter_next(&g->filter, s, MLD_SEL_LIST))
				set |= 1u << (s->addr.s6_addr[15] - 1);
		if (views[i].exclude != (g && mld_filter_mode(&g->filter) == MLD_EXCLUDE) ||
		    views[i].sources != set)
			abort();
	}
}

static unsigned int take_sources(u16 bits, struct in6_addr *sources)
{
	unsigned int i, n = 0;

	for (i = 0; i < SOURCES; i++)
		if (bits & (1 << i))
			sources[n++] = source_addr(i);
	return n;
}

static void request(struct sim *sim, u8 a, u16 bits, u8 fail)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	struct in6_addr sources[SOURCES], addr = group_addr(a & 3);
	struct mld_request req = {
		.id = ids[a >> 2 & 3],
		.mode = a & 16 ? MLD_EXCLUDE : MLD_INCLUDE,
		.nsources = take_sources(bits, sources),
		.sources = sources,
		.delay = a & 32 ? bits : 0,
	};

	user_alloc_fail = fail;
	mld_proto_listen(&sim->proto, &addr, &req, sim->now);
	user_alloc_fail = 0;
}

static void ask(struct sim *sim, u8 a, u16 bits, u8 fail)
{
	struct in6_addr sources[SOURCES], addr = group_addr(a & 3);
	unsigned int n = a & 4 ? take_sources(bits, sources) : 0;

	user_alloc_fail = fail;
	if (a & 8)
		sim_query(sim, 2, &in6addr_any, NULL, 0, bits, a >> 4, bits);
	else
		sim_query(sim, 2, &addr, sources, n, bits, a >> 4, bits);
	user_alloc_fail = 0;
}

static void v1(struct sim *sim, u8 a, u16 bits)
{
	struct in6_addr addr = group_addr(a & 3);

	v1_seen = true;
	if (a & 4)
		mld_proto_heard(&sim->proto, &addr, sim->now);
	else if (a & 8)
		mld_proto_set_version(&sim->proto, (a >> 4) % 3, sim->now);
	else
		sim_query(sim, 1, a & 16 ? &in6addr_any : &addr, NULL, 0, bits, 0, 0);
}

static void link_event(struct sim *sim, u8 a)
{
	switch (a & 3) {
	case 0:
		mld_proto_sleep(&sim->proto);
		break;
	case 1:
		mld_proto_wake(&sim->proto, sim->now);
		break;
	case 2:
		mld_proto_refresh(&sim->proto, sim->now);
		break;
	default:
		/* A link that loses its multicast says no goodbye. */
		if (sim->proto.silent != !!(a & 4))
			memset(views, 0, sizeof(views));
		mld_proto_set_silent(&sim->proto, a & 4, sim->now);
	}
}

static void finish(struct sim *sim)
{
	mld_proto_set_silent(&sim->proto, false, sim->now);
	mld_proto_wake(&sim->proto, sim->now);
	/* Past the longest delay, and the longest time in v1 mode */
	sim_run_until(sim, sim->now + 300000000);
	if (mld_proto_next(&sim->proto) != MLD_NEVER)
		abort();
	if (!v1_seen)
		compare(sim);
	mld_proto_leave_all(&sim->proto, NULL, sim->now);
	sim_run_until(sim, sim->now + 300000000);
	if (sim->proto.ngroups || sim->proto.nlisted || sim->proto.nqueried)
		abort();
	mld_proto_release(&sim->proto);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int ops = 0;
	struct sim sim;

	memset(views, 0, sizeof(views));
	v1_seen = false;
	sim_init(&sim, size);
	sim.sent = router;
	for (; size >= 4 && ops < OPS; data += 4, size -= 4, ops++) {
		u16 bits = data[2] | data[3] << 8;
		u8 op = data[0] & 15, fail = data[0] & 128 ? 1 + (data[0] >> 4 & 7) : 0;

		if (op < 7)
			request(&sim, data[1], bits, fail);
		else if (op < 10)
			ask(&sim, data[1], bits, fail);
		else if (op == 10)
			v1(&sim, data[1], bits);
		else if (op == 11)
			link_event(&sim, data[1]);
		else
			sim_run_until(&sim, sim.now + (op < 15 ? bits & 0x7ff : bits));
	}
	finish(&sim);
	return 0;
}
