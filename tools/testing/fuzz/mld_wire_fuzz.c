// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: mld/wire.c on any octets. The first octet says how the message came; the rest is the
 * message.
 */
#include "mld_user.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check(const struct mld_query *q, const u8 *msg, size_t len)
{
	enum mld_query_kind kind = q->nsources ? MLD_MASSQ : MLD_MASQ;
	u8 sum = 0;
	size_t i;

	if (q->mrd > 8387584 || q->qqi > 31744 || q->qrv > 7 || q->nsources > MLD_QUERY_SOURCES_MAX)
		abort();
	if (ipv6_addr_any(&q->group))
		kind = MLD_GQ;
	if (q->kind != kind || (kind == MLD_GQ && q->nsources))
		abort();
	/* Every source that is announced can be read. */
	for (i = 0; i < q->nsources * sizeof(struct in6_addr); i++)
		sum ^= q->sources[i];
	if (q->nsources && (q->sources < msg || q->sources + i > msg + len))
		abort();
	__asm__ volatile("" : : "r"(sum));
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct in6_addr saddr = { .s6_addr = { 0xfe, 0x80, [15] = 1 } },
	daddr = { .s6_addr = { 0xff, 2, [15] = 1 } };
	struct mld_rx rx = { .saddr = &saddr, .daddr = &daddr, .hop_limit = 1 };
	struct in6_addr group;
	struct mld_query q;
	enum mld_count ret;
	u8 *msg, how;

	if (!size)
		return 0;
	how = *data++;
	size--;
	/*
	 * A block of its own, so that one octet too far is seen; at an odd address in half of the
	 * cases.
	 */
	msg = malloc(size + 1);
	memcpy(msg + (how & 1), data, size);
	rx.own = how & 2 && how & 4;
	rx.to_group = how & 2;
	rx.router_alert = !(how & 8);
	rx.checksum_ok = !(how & 16);
	rx.daddr_is_ours = how & 32;
	if (how & 64 && size >= 24)
		memcpy(&daddr, data + 8, 16);
	if (how & 128)
		saddr.s6_addr[0] = 0x20;
	memset(&q, 0xa5, sizeof(q));
	ret = mld_query_parse(msg + (how & 1), size, &rx, &q);
	if (ret >= MLD_NR_COUNTS)
		abort();
	if (ret <= MLD_C_QUERIES_V2)
		check(&q, msg + (how & 1), size);
	mld_v1_report_parse(msg + (how & 1), size, &rx, &group);
	mld_has_router_alert(msg + (how & 1), size);
	free(msg);
	return 0;
}
