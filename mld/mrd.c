// SPDX-License-Identifier: GPL-2.0
/*
 * Multicast Router Discovery, the router's side (RFC 4286, MLD-S3). Switches that snoop forward all
 * multicast where they heard an advertisement of a multicast router, so that solicitations for any
 * host get here, reported or not. Pure, as all of the protocol.
 */

#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

#define MLD_MRD_INTERVAL	20	/* s, AdvertisementInterval (RFC 4286 3.1.1) */
#define MLD_MRD_JITTER		500	/* ms, AdvertisementJitter: 0.025 of that (3.1.2) */
#define MLD_MRD_INITIAL		3	/* MaxInitialAdvertisements (3.1.4) */
#define MLD_MRD_INITIAL_MAX	2000	/* ms, MaxInitialAdvertisementInterval (3.1.3) */
#define MLD_MRD_RESPONSE	2000	/* ms that an answer may wait */
#define MLD_MRD_PACE		100	/* ms: MaxMessageRate is 10 a second (3.1.6) */

/* ff02::6a, all snoopers */
static const struct in6_addr mld_snoopers = {
	.s6_addr = { 0xff, 0x02, [15] = 0x6a },
};

/* Return: is a link as it is to be advertised on? */
static bool mld_mrd_speaks(const struct mld_proto *p)
{
	return p->mrd.on && !p->asleep && !p->silent;
}

static void mld_mrd_send(struct mld_proto *p, const struct mld_mrd_msg *msg, size_t len)
{
	p->out.send(&p->out, &mld_snoopers, msg, len);
}

/* RFC 4286 3.2: what MLD uses here, as far as a listener knows it from the querier. */
static void mld_mrd_advertise(struct mld_proto *p)
{
	const struct mld_mrd_msg msg = {
		.type = MLD_TYPE_MRD_ADVERTISEMENT,
		.interval = MLD_MRD_INTERVAL,
		.qi = htons(min_t(u32, p->qi, U16_MAX)),
		.rv = htons(p->rv),
	};

	mld_mrd_send(p, &msg, sizeof(msg));
}

static void mld_mrd_terminate(struct mld_proto *p)
{
	const struct mld_mrd_msg msg = { .type = MLD_TYPE_MRD_TERMINATION };

	mld_mrd_send(p, &msg, offsetof(struct mld_mrd_msg, qi));
}

/**
 * mld_mrd_init() - the link is not advertised on
 * @p: the link's protocol
 */
void mld_mrd_init(struct mld_proto *p)
{
	p->mrd.due = MLD_NEVER;
	p->mrd.sent = -MLD_MRD_INTERVAL * 1000;
}

/**
 * mld_mrd_renew() - advertise from the beginning: the first few at short intervals
 * @p: the link's protocol
 * @now: ms
 */
void mld_mrd_renew(struct mld_proto *p, s64 now)
{
	if (!mld_mrd_speaks(p)) {
		p->mrd.due = MLD_NEVER;
		return;
	}
	p->mrd.initial = MLD_MRD_INITIAL;
	p->mrd.due = max(now, p->mrd.sent + MLD_MRD_PACE);
}

/**
 * mld_mrd_stop() - say that there is no multicast router any more (RFC 4286 5)
 * @p: the link's protocol
 */
void mld_mrd_stop(struct mld_proto *p)
{
	if (mld_mrd_speaks(p))
		mld_mrd_terminate(p);
	p->mrd.on = false;
	p->mrd.due = MLD_NEVER;
}

/**
 * mld_mrd_set() - advertise on a link, or do not
 * @p: the link's protocol
 * @on: which
 * @now: ms
 */
void mld_mrd_set(struct mld_proto *p, bool on, s64 now)
{
	if (p->mrd.on == on)
		return;
	if (!on) {
		mld_mrd_stop(p);
		return;
	}
	p->mrd.on = true;
	mld_mrd_renew(p, now);
}
EXPORT_SYMBOL_IF_KUNIT(mld_mrd_set);

/**
 * mld_mrd_answer() - a valid solicitation was heard (RFC 4286 4)
 * @p: the link's protocol
 * @now: ms
 *
 * All who ask until the answer leaves get one, and a flood of questions makes no more of them than
 * the rate that the RFC allows.
 */
void mld_mrd_answer(struct mld_proto *p, s64 now)
{
	s64 due = max(now, p->mrd.sent + MLD_MRD_PACE) + mld_proto_random(p, MLD_MRD_RESPONSE -
									  MLD_MRD_PACE);

	if (mld_mrd_speaks(p))
		p->mrd.due = min(p->mrd.due, due);
}
EXPORT_SYMBOL_IF_KUNIT(mld_mrd_answer);

/**
 * mld_mrd_run() - advertise, if that is due
 * @p: the link's protocol
 * @now: ms
 */
void mld_mrd_run(struct mld_proto *p, s64 now)
{
	u32 wait;

	if (p->mrd.due > now)
		return;
	if (!mld_mrd_speaks(p)) {
		p->mrd.due = MLD_NEVER;
		return;
	}
	mld_mrd_advertise(p);
	if (p->mrd.initial)
		p->mrd.initial--;
	if (p->mrd.initial)
		wait = MLD_MRD_PACE + mld_proto_random(p, MLD_MRD_INITIAL_MAX - MLD_MRD_PACE);
	else
		wait = MLD_MRD_INTERVAL * 1000 - MLD_MRD_JITTER +
		       mld_proto_random(p, 2 * MLD_MRD_JITTER);
	p->mrd.sent = now;
	p->mrd.due = now + wait;
}
