/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A link for tests of the MLD engine's pure files: its clock stands until it is told to go on, its
 * randomness is one number, and what it sends is kept as text.
 *
 * A message reads "GROUP:TYPE(SOURCES)", a packet ends with ";": "1:ALLOW(1,3) 1:BLOCK(2);" is one
 * packet with two records of ff1e::1:1. Groups and sources are named by the last octet of their
 * address. v1: "1:REPORT;", "1:DONE;".
 */
#ifndef MLD_KUNIT_H
#define MLD_KUNIT_H

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/ipv6.h>

#include "../mld/mld_priv.h"

#define MLDT_START	1000000		/* ms */
#define MLDT_LOG	8192
#define MLDT_MTU	1500
#define MLDT_PAYLOAD	(MLDT_MTU - 40 - 8)	/* IPv6 header, hop-by-hop header */
#define MLDT_LATEST	0xffffffffu	/* randomness that draws the largest number */

struct mldt {
	struct kunit *test;
	struct mld_proto p;
	s64 now;
	u32 rnd;
	u32 packets;
	u32 records;
	u32 largest;
	u32 used;
	s64 last;	/* when the last packet left */
	struct in6_addr daddr;	/* where it went */
	char log[MLDT_LOG];
	u8 buf[MLDT_PAYLOAD];
};

static inline void mldt_describe(char *desc, const char *text)
{
	strscpy(desc, text, KUNIT_PARAM_DESC_SIZE);
}

static inline struct in6_addr mldt_group(u8 n)
{
	struct in6_addr addr = { .s6_addr = { 0xff, 0x1e, [13] = 1, [15] = n } };

	return addr;
}

static inline struct in6_addr mldt_source(u8 n)
{
	struct in6_addr addr = { .s6_addr = { 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, [15] = n } };

	return addr;
}

/* "1,3" to addresses; returns how many. */
static inline unsigned int mldt_sources(const char *text, struct in6_addr *sources,
					unsigned int room)
{
	unsigned int n = 0, value = 0;

	if (!*text)
		return 0;
	for (; n < room; text++) {
		if (*text >= '0' && *text <= '9') {
			value = value * 10 + *text - '0';
			continue;
		}
		sources[n++] = mldt_source(value);
		value = 0;
		if (!*text)
			break;
	}
	return n;
}

static inline void mldt_print(struct mldt *t, const char *sep, unsigned int value, const char *text)
{
	if (t->used + 32 < sizeof(t->log))
		t->used += *sep ? scnprintf(t->log + t->used, sizeof(t->log) - t->used, "%s%u%s",
					    sep, value, text) :
				  scnprintf(t->log + t->used, sizeof(t->log) - t->used, "%u%s",
					    value, text);
}

static inline void mldt_text(struct mldt *t, const char *text)
{
	if (t->used + 32 < sizeof(t->log))
		t->used += scnprintf(t->log + t->used, sizeof(t->log) - t->used, "%s", text);
}

static inline void mldt_print_report(struct mldt *t, const u8 *data, u32 len)
{
	static const char *const names[] = { ":?(", ":IS_IN(", ":IS_EX(", ":TO_IN(", ":TO_EX(",
					     ":ALLOW(", ":BLOCK(" };
	unsigned int count = data[6] << 8 | data[7], i, j, n;
	u32 at = sizeof(struct mld_v2_report);

	t->records += count;
	for (i = 0; i < count; i++) {
		n = data[at + 2] << 8 | data[at + 3];
		mldt_print(t, i ? " " : "", data[at + 19],
			   data[at] < ARRAY_SIZE(names) ? names[data[at]] : names[0]);
		at += sizeof(struct mld_record);
		for (j = 0; j < n; j++, at += 16)
			mldt_print(t, j ? "," : "", data[at + 15], "");
		mldt_text(t, ")");
	}
	KUNIT_EXPECT_EQ(t->test, at, len);
}

static inline void mldt_send(struct mld_out *out, const struct in6_addr *daddr, const void *data,
			     u32 len)
{
	struct mldt *t = container_of(out, struct mldt, p.out);
	const u8 *octets = data;

	t->packets++;
	t->last = t->now;
	t->daddr = *daddr;
	t->largest = max(t->largest, len);
	if (octets[0] == MLD_TYPE_V2_REPORT)
		mldt_print_report(t, octets, len);
	else
		mldt_print(t, "", octets[23], octets[0] == MLD_TYPE_DONE ? ":DONE" : ":REPORT");
	mldt_text(t, ";");
}

static inline u32 mldt_random(struct mld_proto *p)
{
	return container_of(p, struct mldt, p)->rnd;
}

static inline struct mldt *mldt_new(struct kunit *test)
{
	struct mldt *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t)
		return NULL;
	t->test = test;
	t->now = MLDT_START;
	t->rnd = 0x80000000;
	mld_proto_init(&t->p);
	t->p.random = mldt_random;
	t->p.out.buf = t->buf;
	t->p.out.size = sizeof(t->buf);
	t->p.out.send = mldt_send;
	return t;
}

static inline void mldt_forget(struct mldt *t)
{
	t->used = 0;
	t->log[0] = 0;
	t->packets = 0;
	t->records = 0;
	t->largest = 0;
}

/* Let time go on by @ms, and everything that comes due happen when it is due. */
static inline void mldt_pass(struct mldt *t, s64 ms)
{
	s64 until = t->now + ms, next;
	unsigned int steps = 0;

	while ((next = mld_proto_next(&t->p)) <= until && steps++ < 100000) {
		t->now = max(t->now, next);
		mld_proto_run(&t->p, t->now);
	}
	KUNIT_EXPECT_LT(t->test, steps, 100000);
	t->now = until;
}

static inline int mldt_listen(struct mldt *t, u8 group, const void *id, enum mld_mode mode,
			      const char *text, u32 delay)
{
	struct in6_addr sources[32], addr = mldt_group(group);
	struct mld_request req = {
		.id = id,
		.mode = mode,
		.nsources = mldt_sources(text, sources, ARRAY_SIZE(sources)),
		.sources = sources,
		.delay = delay,
	};

	return mld_proto_listen(&t->p, &addr, &req, t->now);
}

static inline void mldt_in(struct mldt *t, u8 group, const char *id, const char *sources)
{
	KUNIT_EXPECT_EQ(t->test, mldt_listen(t, group, id, MLD_INCLUDE, sources, 0), 0);
}

static inline void mldt_ex(struct mldt *t, u8 group, const char *id, const char *sources)
{
	KUNIT_EXPECT_EQ(t->test, mldt_listen(t, group, id, MLD_EXCLUDE, sources, 0), 0);
}

#define MLDT_PER_PACKET	72	/* records without sources in a packet of 1500 octets */

/* Listen to @n groups above ff1e::2:0:0, in no order, and let the reports of that go by. */
static inline void mldt_join_many(struct mldt *t, unsigned int n)
{
	struct mld_request req = { .id = "many", .mode = MLD_EXCLUDE };
	struct in6_addr addr = { .s6_addr = { 0xff, 0x1e, [11] = 2 } };
	unsigned int i;

	for (i = 0; i < n; i++) {
		addr.s6_addr32[3] = htonl(i * 2654435761u);
		KUNIT_EXPECT_EQ(t->test, mld_proto_listen(&t->p, &addr, &req, t->now), 0);
	}
	mldt_pass(t, 30000);
}

/* A test's own link; it ends with the test. */
static inline struct mldt *mldt_link_new(struct kunit *test)
{
	test->priv = mldt_new(test);
	return test->priv;
}

static inline void mldt_link_end(struct kunit *test)
{
	struct mldt *t = test->priv;

	if (!t)
		return;
	mld_proto_release(&t->p);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 0);
}

/* Group 0 stands for a general query. */
static inline void mldt_query(struct mldt *t, u8 version, u8 group, const char *text, u32 mrd)
{
	struct in6_addr sources[32];
	struct mld_query query = {
		.version = version,
		.mrd = mrd,
		.mrd_v1 = mrd,
		.qrv = version == 2 ? MLD_RV_DEFAULT : 0,
		.qqi = version == 2 ? MLD_QI_DEFAULT : 0,
		.nsources = mldt_sources(text, sources, ARRAY_SIZE(sources)),
		.sources = (const u8 *)sources,
	};

	query.kind = !group ? MLD_GQ : query.nsources ? MLD_MASSQ : MLD_MASQ;
	if (group)
		query.group = mldt_group(group);
	mld_proto_query(&t->p, &query, t->now);
}

static inline enum mld_state mldt_state(struct mldt *t, u8 group)
{
	struct in6_addr addr = mldt_group(group);
	struct mld_group *g = mld_proto_group(&t->p, &addr);

	return g ? mld_proto_group_state(&t->p, g) : MLD_NOT_MEMBER;
}

/* What was sent since the last look. */
#define MLDT_SENT(t, text) do {						\
	KUNIT_EXPECT_STREQ((t)->test, (const char *)(t)->log, text);	\
	mldt_forget(t);							\
} while (0)

static inline unsigned int mldt_number(const char *text)
{
	unsigned int value = 0;

	while (*text >= '0' && *text <= '9')
		value = value * 10 + *text++ - '0';
	return value;
}

/* One step of a script, see struct mldt_case; @arg is what stands behind its "=". */
static inline void mldt_step(struct mldt *t, char op, const char *arg, u32 *delay)
{
	const char *id = op == 'I' || op == 'E' ? "b" : "a";
	struct in6_addr group = mldt_group(1);

	switch (op) {
	case 'i':
	case 'I':
		KUNIT_EXPECT_EQ(t->test, mldt_listen(t, 1, id, MLD_INCLUDE, arg, *delay), 0);
		break;
	case 'e':
	case 'E':
		KUNIT_EXPECT_EQ(t->test, mldt_listen(t, 1, id, MLD_EXCLUDE, arg, *delay), 0);
		break;
	case 'd':
		*delay = mldt_number(arg);
		return;
	case 'g':
		mldt_query(t, 2, 0, "", mldt_number(arg));
		break;
	case 'q':
		mldt_query(t, 2, 1, "", mldt_number(arg));
		break;
	case 's':
		mldt_query(t, 2, 1, arg, 1000);
		break;
	case 'G':
		mldt_query(t, 1, 0, "", mldt_number(arg));
		break;
	case 'Q':
		mldt_query(t, 1, 1, "", mldt_number(arg));
		break;
	case 'h':
		mld_proto_heard(&t->p, &group, t->now);
		break;
	case 'w':
		mldt_pass(t, mldt_number(arg));
		break;
	case 'z':
		mld_proto_sleep(&t->p);
		break;
	case 'Z':
		mld_proto_wake(&t->p, t->now);
		break;
	case 'R':
		mld_proto_refresh(&t->p, t->now);
		break;
	case 'm':
		mld_proto_set_silent(&t->p, *arg == '1', t->now);
		break;
	case 'v':
		mld_proto_set_version(&t->p, mldt_number(arg), t->now);
		break;
	case 'r':
		t->rnd = *arg == '0' ? 0 : *arg == '1' ? MLDT_LATEST : 0x80000000;
		break;
	case 'x':
		mldt_forget(t);
		break;
	default:
		KUNIT_EXPECT_EQ(t->test, op, 0);
	}
	*delay = 0;
}

/**
 * struct mldt_case - a story of group 1, what is sent in it, and where it ends
 * @desc: row and title
 * @script: steps, separated by spaces: i=SOURCES, e=SOURCES: listener a asks for INCLUDE, EXCLUDE;
 *	I=, E=: listener b; d=MS before it: with a delay g=MRD, q=MRD, s=SOURCES: v2 query, general,
 *	address-specific, source-specific (of 1 s); G=MRD, Q=MRD: v1 queries h: another listener's
 *	v1 report is heard w=MS: time passes; r=0, r=1, r=5: randomness draws the smallest, the
 *	largest, the middle from here on z, Z: sleep, wake; R: report afresh; m=1, m=0: link
 *	without, with multicast; v=N: enum mld_version_mode x: what was sent so far is of no
 *	interest
 * @sent: as in struct mldt
 * @state: of the group at the end
 */
struct mldt_case {
	const char *desc;
	const char *script;
	const char *sent;
	enum mld_state state;
};

static inline void mldt_case_desc(const struct mldt_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

static inline void mldt_run_case(struct kunit *test)
{
	const struct mldt_case *c = test->param_value;
	struct mldt *t = mldt_new(test);
	const char *at;
	char arg[64];
	size_t len;
	u32 delay = 0;

	KUNIT_ASSERT_NOT_NULL(test, t);
	for (at = c->script; *at; at += strspn(at, " ")) {
		char op = *at++;

		at += *at == '=';
		len = min(strcspn(at, " "), sizeof(arg) - 1);
		memcpy(arg, at, len);
		arg[len] = 0;
		at += len;
		mldt_step(t, op, arg, &delay);
	}
	KUNIT_EXPECT_STREQ(test, mld_state_name(mldt_state(t, 1)), mld_state_name(c->state));
	MLDT_SENT(t, c->sent);
	mld_proto_release(&t->p);
	KUNIT_EXPECT_EQ(test, t->p.ngroups, 0);
	KUNIT_EXPECT_EQ(test, t->p.nlisted, 0);
	KUNIT_EXPECT_EQ(test, t->p.nqueried, 0);
}

#endif /* MLD_KUNIT_H */
