// SPDX-License-Identifier: GPL-2.0
/* Records into v2 reports of the link's size, and v1 messages. Pure. */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

#define MLD_SOURCE_LEN		sizeof(struct in6_addr)

/* ff02::16, all MLDv2-capable routers (RFC 3810 5.2.14); ff02::2, all routers (RFC 2710 4). */
static const struct in6_addr mld_v2_routers = { .s6_addr = { 0xff, 0x02, [15] = 0x16 } };
static const struct in6_addr mld_routers = { .s6_addr = { 0xff, 0x02, [15] = 0x02 } };

static u32 mld_out_room(const struct mld_out *out)
{
	return out->size - out->len;
}

static u32 mld_out_capacity(const struct mld_out *out)
{
	return out->size - sizeof(struct mld_v2_report);
}

static u32 mld_record_len(unsigned int nsources)
{
	return sizeof(struct mld_record) + nsources * MLD_SOURCE_LEN;
}

/**
 * mld_report_fits() - would a record go into the report that is being filled?
 * @out: where to
 * @nsources: sources of the record
 *
 * Return: true if it would, or if no report is being filled.
 */
bool mld_report_fits(const struct mld_out *out, unsigned int nsources)
{
	return !out->len || mld_record_len(nsources) <= mld_out_room(out);
}
EXPORT_SYMBOL_IF_KUNIT(mld_report_fits);

/**
 * mld_report_flush() - send the v2 report that is being filled, if there is one
 * @out: where to
 */
void mld_report_flush(struct mld_out *out)
{
	struct mld_v2_report head = { .type = MLD_TYPE_V2_REPORT };
	u32 len = out->len;

	if (!len)
		return;
	head.nrecords = htons(out->nrecords);
	memcpy(out->buf, &head, sizeof(head));
	out->len = 0;
	out->nrecords = 0;
	out->packets++;
	out->send(out, &mld_v2_routers, out->buf, len);
}
EXPORT_SYMBOL_IF_KUNIT(mld_report_flush);

/* Make room for @len octets: in the report that is being filled, else in a new one. */
static void mld_report_reserve(struct mld_out *out, u32 len)
{
	if (out->len && (mld_out_room(out) < len || out->nrecords == U16_MAX))
		mld_report_flush(out);
	if (!out->len)
		out->len = sizeof(struct mld_v2_report);
}

/* One record with up to @max sources from @s on. Returns the first source that it does not hold. */
static struct mld_source *mld_report_put(struct mld_out *out, const struct in6_addr *group,
					 enum mld_record_type type,
					 const struct mld_filter *f, enum mld_select sel,
					 struct mld_source *s,
					 unsigned int max)
{
	struct mld_record rec = { .type = type, .group = *group };
	u8 *at = out->buf + out->len;
	unsigned int n;

	for (n = 0; s && n < max; n++, s = mld_filter_next(f, s, sel))
		memcpy(at + mld_record_len(n), &s->addr, MLD_SOURCE_LEN);
	rec.nsources = htons(n);
	memcpy(at, &rec, sizeof(rec));
	out->len += mld_record_len(n);
	out->nrecords++;
	return s;
}

/**
 * mld_report_record() - add a record to the report
 * @out: where to
 * @group: what the record is about
 * @type: its type
 * @f: the group's filter
 * @sel: which of its sources to list
 *
 * A record that no packet can hold is cut at the packet's end if it is IS_EX or TO_EX: the sources
 * left out are forwarded in error, which does no harm. Records of the other types go on in further
 * packets (RFC 3810 5.2.15); none of the pieces is empty, since an empty TO_IN would say that
 * nothing is listened to.
 */
void mld_report_record(struct mld_out *out, const struct in6_addr *group, enum mld_record_type type,
		       const struct mld_filter *f, enum mld_select sel)
{
	unsigned int n = mld_filter_count(f, sel), most;
	struct mld_source *s = mld_filter_first(f, sel);

	most = (mld_out_capacity(out) - sizeof(struct mld_record)) / MLD_SOURCE_LEN;
	mld_report_reserve(out, mld_record_len(min(n, most)));
	s = mld_report_put(out, group, type, f, sel, s, most);
	if (type == MLD_IS_EX || type == MLD_TO_EX)
		return;
	for (; s; n -= most) {
		mld_report_reserve(out, mld_record_len(min(n - most, most)));
		s = mld_report_put(out, group, type, f, sel, s, most);
	}
}
EXPORT_SYMBOL_IF_KUNIT(mld_report_record);

/**
 * mld_report_delta() - add the ALLOW and BLOCK records of what is under retransmission (RFC 3810
 *	6.1)
 * @out: where to
 * @group: what the records are about
 * @f: the group's filter
 *
 * An empty record is left out. The two share a packet wherever one can hold both.
 */
void mld_report_delta(struct mld_out *out, const struct in6_addr *group, const struct mld_filter *f)
{
	unsigned int allow = mld_filter_count(f, MLD_SEL_ALLOW);
	unsigned int block = mld_filter_count(f, MLD_SEL_BLOCK);
	u32 both = mld_record_len(allow) + mld_record_len(block);

	if (allow && block && both <= mld_out_capacity(out))
		mld_report_reserve(out, both);
	if (allow)
		mld_report_record(out, group, MLD_ALLOW, f, MLD_SEL_ALLOW);
	if (block)
		mld_report_record(out, group, MLD_BLOCK, f, MLD_SEL_BLOCK);
}
EXPORT_SYMBOL_IF_KUNIT(mld_report_delta);

/**
 * mld_report_afresh() - add the records of a listening to sources that is told from the beginning
 * @out: where to
 * @group: what the records are about
 * @f: the group's filter, in INCLUDE mode
 *
 * Routers that have forgotten the group learn its sources; those that have not hear of the ones
 * that have gone.
 */
void mld_report_afresh(struct mld_out *out, const struct in6_addr *group,
		       const struct mld_filter *f)
{
	mld_report_record(out, group, MLD_ALLOW, f, MLD_SEL_LIST);
	if (mld_filter_first(f, MLD_SEL_BLOCK))
		mld_report_record(out, group, MLD_BLOCK, f, MLD_SEL_BLOCK);
}

/**
 * mld_report_v1() - send a v1 message
 * @out: where to
 * @type: MLD_TYPE_V1_REPORT, which goes to the group itself, or MLD_TYPE_DONE, which goes to
 *	ff02::2 (RFC 2710 4)
 * @group: what it is about
 */
void mld_report_v1(struct mld_out *out, u8 type, const struct in6_addr *group)
{
	struct mld_msg msg = { .type = type, .group = *group };

	out->packets++;
	out->send(out, type == MLD_TYPE_DONE ? &mld_routers : group, &msg, sizeof(msg));
}
EXPORT_SYMBOL_IF_KUNIT(mld_report_v1);
