// SPDX-License-Identifier: GPL-2.0
/*
 * The guard: a host that is heard on another link is followed there only once it is silent on its
 * own (ND-F4), first come, first served as in RFC 6620. What is heard elsewhere is a claim, and a
 * host has at most one:
 *
 *  Claim     Event                                 New       Action
 *  none      DAD probe on another link             WAITING   (the probe is carried to the host)
 *  none      other evidence on another link        ASKING    ask the host on its own link
 *  WAITING   other evidence on another link        ASKING    ask
 *  WAITING   3/4 s passed                          ASKING    ask
 *  ASKING    1/8 s passed, asked less than thrice  ASKING    ask again
 *  ASKING    1/8 s passed, asked thrice            none      the host moves
 *  WAITING,  the kernel gives the neighbour up     none      the host moves
 *  ASKING
 *  WAITING,  evidence on the host's own link       REFUSED   count, tell
 *  ASKING
 *  REFUSED   evidence on another link              REFUSED   count
 *  REFUSED   1/2 s passed                          none      -
 *  any       the host or the claim's link goes     none      -
 *
 * A claim on a third link takes the place of the one before and inherits its time, so that claims
 * in turn put the verdict off no more than one (RFC 6620 3.2.3, TESTING_VP).
 */

#include <linux/jiffies.h>
#include <linux/slab.h>
#include <kunit/visibility.h>

#include "ndproxy.h"
#include "trace.h"

#define NDP_GUARD_PROBES	3
#define NDP_GUARD_TIME		(HZ / 8)	/* after each probe */
#define NDP_GUARD_QUIET		(HZ / 2)	/* a refusal stands for so long */
#define NDP_GUARD_STALLS	8		/* probes that could not leave */

/* A DAD probe goes uncontested for its time in all (ND-F1). */
#define NDP_GUARD_WAIT		(NDP_DAD_TIME - NDP_GUARD_PROBES * NDP_GUARD_TIME)

/**
 * struct ndp_claim - a known host is claimed on another link; hosts' lock
 * @list: in ndp_hosts.claims, by @state, oldest first
 * @host: which
 * @link: where it is claimed
 * @station: who claims it; NULL: not known
 * @since: jiffies of the state's begin, or of the last probe
 * @state: enum ndp_claim_state
 * @evidence: enum ndp_evidence
 * @na_flags: of an advertisement
 * @probes: sent to the host on its own link
 * @stalls: probes that could not be sent
 * @answer: solicitors wait for the verdict
 */
struct ndp_claim {
	struct list_head list;
	struct ndp_host *host;
	struct ndp_link *link;
	struct ndp_station *station;
	unsigned long since;
	u8 state;
	u8 evidence;
	u8 na_flags;
	u8 probes;
	u8 stalls;
	bool answer;
};

static const unsigned long ndp_guard_span[NDP_CLAIM_STATES] = {
	[NDP_CLAIM_WAITING]	= NDP_GUARD_WAIT,
	[NDP_CLAIM_ASKING]	= NDP_GUARD_TIME,
	[NDP_CLAIM_REFUSED]	= NDP_GUARD_QUIET,
};

/* --- claims ----------------------------------------------------------------------------------- */

static void ndp_claim_enter(struct ndp_net *nn, struct ndp_claim *claim, u8 state)
{
	claim->state = state;
	claim->since = jiffies;
	list_move_tail(&claim->list, &nn->hosts.claims[state]);
	ndp_host_arm(nn, claim->since + ndp_guard_span[state]);
}

/* The first probe is due at once, which keeps the list in order at its head. */
static void ndp_claim_ask(struct ndp_net *nn, struct ndp_claim *claim)
{
	claim->state = NDP_CLAIM_ASKING;
	claim->since = jiffies - NDP_GUARD_TIME;
	list_move(&claim->list, &nn->hosts.claims[NDP_CLAIM_ASKING]);
	ndp_host_arm(nn, jiffies);
}

static struct ndp_claim *ndp_claim_new(struct ndp_net *nn, struct ndp_host *host)
{
	struct ndp_claim *claim = charge_zalloc(&nn->charge, sizeof(*claim), CHARGE_SOFTIRQ);

	if (!claim)
		return NULL;
	INIT_LIST_HEAD(&claim->list);
	claim->host = host;
	WRITE_ONCE(host->claim, claim);
	return claim;
}

/* The nonce of its probe is forgotten with it: the same probe once more is one of its own. */
static void ndp_claim_free(struct ndp_net *nn, struct ndp_claim *claim)
{
	claim->host->nonce = 0;
	WRITE_ONCE(claim->host->claim, NULL);
	list_del(&claim->list);
	ndp_station_put(nn, claim->station);
	kfree(claim);
}

/*
 * The claim of a host by what was just heard: a new one, or the present one with a new claimant.
 *
 * Return: the claim; NULL, counted, over a limit and without memory, when all stays as it is.
 */
static struct ndp_claim *ndp_claim_get(struct ndp_net *nn, struct ndp_host *host,
				       const struct ndp_sighting *s)
{
	struct ndp_claim *claim = host->claim;
	/* A claimant at the limit of hosts per address who says it again makes no more of them. */
	bool same = claim && s->lladdr && ndp_station_is(claim->station, s);
	struct ndp_station *station = same ? claim->station : ndp_host_get_station(nn, s);

	if (IS_ERR(station))
		return NULL;
	if (!claim)
		claim = ndp_claim_new(nn, host);
	if (!claim) {
		ndp_station_put(nn, station);
		ndp_count_drop(&s->link->stats, NDP_DROP_NO_MEMORY);
		return NULL;
	}
	claim->answer = s->answer || (claim->link == s->link && claim->answer);
	if (!same)
		ndp_station_put(nn, claim->station);
	claim->station = station;
	claim->link = s->link;
	claim->evidence = s->evidence;
	claim->na_flags = s->na_flags;
	return claim;
}

static void ndp_claim_refuse(struct ndp_net *nn, struct ndp_claim *claim)
{
	ndp_count_drop(&claim->link->stats, NDP_DROP_HOST_REFUSED);
	trace_host_refused(claim->host, claim->link);
	ndp_event_host_refused(nn, claim->host, claim->link, claim->station);
	ndp_claim_enter(nn, claim, NDP_CLAIM_REFUSED);
}

/* --- what is heard ---------------------------------------------------------------------------- */

/**
 * ndp_guard_link() - where a host was last heard of
 * @host: in the table
 *
 * Context: hosts' lock.
 * Return: the link on which it is claimed, or else its own.
 */
const struct ndp_link *ndp_guard_link(const struct ndp_host *host)
{
	return host->claim ? host->claim->link : host->link;
}

/* A host whose link has no carrier cannot answer there: it need not be asked. */
static bool ndp_guard_may_ask(const struct ndp_host *host)
{
	const struct net_device *dev = rcu_dereference_check(host->link->dev, 1);

	return dev && netif_carrier_ok(dev);
}

/**
 * ndp_guard_holds() - a host was heard on another link: is it to be asked on its own first?
 * @nn: namespace
 * @host: known, and no tentative one
 * @s: what was heard; no DAD probe
 *
 * A static host is not asked: what the administrator said stands.
 *
 * Context: hosts' lock.
 * Return: false if it is to be followed at once; true if it stays, for now or at all.
 */
bool ndp_guard_holds(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s)
{
	bool fixed = host->state == NDP_HOST_STATIC;
	struct ndp_claim *claim = host->claim;

	if (!fixed && (!READ_ONCE(s->link->guard) || !ndp_guard_may_ask(host)))
		return false;
	if (claim && claim->state == NDP_CLAIM_REFUSED) {
		ndp_count_drop(&s->link->stats, NDP_DROP_HOST_REFUSED);
		return true;
	}
	claim = ndp_claim_get(nn, host, s);
	if (claim && fixed)
		ndp_claim_refuse(nn, claim);
	else if (claim && claim->state != NDP_CLAIM_ASKING)
		ndp_claim_ask(nn, claim);
	return true;
}

/**
 * ndp_guard_dad() - a DAD probe for a known host's address was heard on another link
 * @nn: namespace
 * @host: known, neither static nor tentative
 * @s: the probe
 *
 * Context: hosts' lock.
 */
void ndp_guard_dad(struct ndp_net *nn, struct ndp_host *host, const struct ndp_sighting *s)
{
	struct ndp_claim *claim = host->claim;

	if (claim && claim->state == NDP_CLAIM_REFUSED) {
		ndp_count_drop(&s->link->stats, NDP_DROP_HOST_REFUSED);
		return;
	}
	claim = ndp_claim_get(nn, host, s);
	if (claim && list_empty(&claim->list))
		ndp_claim_enter(nn, claim, NDP_CLAIM_WAITING);
}

/**
 * ndp_guard_is_probed() - does somebody on another link probe for a host's address?
 * @host: in the table
 *
 * Context: hosts' lock.
 * Return: true if a DAD probe awaits its verdict.
 */
bool ndp_guard_is_probed(const struct ndp_host *host)
{
	const struct ndp_claim *claim = host->claim;

	return claim && claim->evidence == NDP_BY_DAD;
}

/**
 * ndp_guard_defend() - a host was heard on its own link: what claims it elsewhere is refused
 * @nn: namespace
 * @host: in the table
 * @evidence: enum ndp_evidence
 *
 * The objection to a DAD probe is the host's, and carried on as any. Where the host answered only
 * the guard's own question, the prober has not heard it.
 *
 * Context: hosts' lock.
 * Return: the link of a prober that is still to be told; NULL.
 */
struct ndp_link *ndp_guard_defend(struct ndp_net *nn, struct ndp_host *host, u8 evidence)
{
	struct ndp_claim *claim = host->claim;

	if (!claim || claim->state == NDP_CLAIM_REFUSED)
		return NULL;
	host->nonce = 0;
	ndp_claim_refuse(nn, claim);
	return claim->evidence == NDP_BY_DAD && evidence == NDP_BY_NA ? claim->link : NULL;
}

/**
 * ndp_guard_drop() - a host is claimed no more, without a verdict
 * @nn: namespace
 * @host: that goes, or has a link by other means
 *
 * Context: hosts' lock.
 */
void ndp_guard_drop(struct ndp_net *nn, struct ndp_host *host)
{
	if (host->claim)
		ndp_claim_free(nn, host->claim);
}

/**
 * ndp_guard_drop_link() - a link goes, or its part in a prefix: it claims no host any more
 * @nn: namespace
 * @link: the link
 * @prefix: only claims of this prefix's hosts; NULL: all
 *
 * Context: process; takes the hosts' lock.
 */
void ndp_guard_drop_link(struct ndp_net *nn, const struct ndp_link *link,
			 const struct ndp_prefix *prefix)
{
	struct ndp_claim *claim, *tmp;
	int state;

	spin_lock_bh(&nn->hosts.lock);
	for (state = 0; state < NDP_CLAIM_STATES; state++)
		list_for_each_entry_safe(claim, tmp, &nn->hosts.claims[state], list)
			if (claim->link == link && (!prefix || claim->host->prefix == prefix))
				ndp_claim_free(nn, claim);
	spin_unlock_bh(&nn->hosts.lock);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_guard_drop_link);

/**
 * ndp_guard_follow() - a host is silent on its own link: it lives where it is claimed
 * @nn: namespace
 * @host: in the table
 *
 * Context: hosts' lock.
 * Return: false if nothing claims it.
 */
bool ndp_guard_follow(struct ndp_net *nn, struct ndp_host *host)
{
	struct ndp_claim *claim = host->claim;
	struct ndp_station *station;

	if (!claim || claim->state == NDP_CLAIM_REFUSED)
		return false;
	station = claim->station;
	claim->station = NULL;
	if (claim->evidence == NDP_BY_NA || claim->evidence == NDP_BY_UNA)
		host->na_flags = claim->na_flags;
	if (claim->answer)
		host->answer = true;
	ndp_host_move(nn, host, claim->link, station, claim->evidence);
	ndp_host_refresh(nn, host);
	return true;
}

/* --- time ------------------------------------------------------------------------------------- */

static struct ndp_claim *ndp_guard_due(struct ndp_net *nn, u8 state)
{
	struct ndp_claim *claim;

	claim = list_first_entry_or_null(&nn->hosts.claims[state], struct ndp_claim, list);
	return claim && time_after_eq(jiffies, claim->since + ndp_guard_span[state]) ? claim : NULL;
}

/*
 * Ask the host on its own link; the lock is dropped meanwhile. By a DAD probe, which is passed on
 * to all, it has been asked already: there one that cannot leave does not put the verdict off.
 */
static void ndp_guard_probe(struct ndp_net *nn, struct ndp_claim *claim)
{
	bool dad = claim->evidence == NDP_BY_DAD;
	struct ndp_host *host = claim->host;
	bool asked;

	ndp_claim_enter(nn, claim, NDP_CLAIM_ASKING);
	if (!READ_ONCE(claim->link->guard)) {
		claim->probes++;
		return;
	}
	refcount_inc(&host->ref);
	asked = ndp_host_ask(nn, host) == NDP_ASKED || dad;
	/* It may have ended, and another have its place; of that one nothing is taken back. */
	if (host->claim == claim) {
		claim->probes += asked;
		claim->stalls += !asked;
	}
	ndp_host_put(host);
}

static void ndp_guard_ask(struct ndp_net *nn, struct ndp_claim *claim)
{
	if (claim->probes >= NDP_GUARD_PROBES)
		ndp_guard_follow(nn, claim->host);
	else if (claim->stalls >= NDP_GUARD_STALLS)
		ndp_claim_free(nn, claim);
	else
		ndp_guard_probe(nn, claim);
}

/**
 * ndp_guard_age_one() - do the next thing that is due to a claim
 * @nn: namespace
 *
 * Context: the namespace's workqueue, hosts' lock, which may be dropped and taken again.
 * Return: false if nothing was due.
 */
bool ndp_guard_age_one(struct ndp_net *nn)
{
	struct ndp_claim *claim;

	claim = ndp_guard_due(nn, NDP_CLAIM_REFUSED);
	if (claim) {
		ndp_claim_free(nn, claim);
		return true;
	}
	claim = ndp_guard_due(nn, NDP_CLAIM_WAITING);
	if (claim) {
		ndp_claim_ask(nn, claim);
		return true;
	}
	claim = ndp_guard_due(nn, NDP_CLAIM_ASKING);
	if (claim)
		ndp_guard_ask(nn, claim);
	return claim;
}

/**
 * ndp_guard_rearm() - have the claims looked at in time
 * @nn: namespace
 *
 * Context: hosts' lock.
 */
void ndp_guard_rearm(struct ndp_net *nn)
{
	struct ndp_claim *claim;
	int state;

	for (state = 0; state < NDP_CLAIM_STATES; state++) {
		claim = list_first_entry_or_null(&nn->hosts.claims[state], struct ndp_claim, list);
		if (claim)
			ndp_host_arm(nn, claim->since + ndp_guard_span[state]);
	}
}

/**
 * ndp_guard_init() - set up a namespace's guard
 * @nn: new namespace
 */
void ndp_guard_init(struct ndp_net *nn)
{
	int state;

	for (state = 0; state < NDP_CLAIM_STATES; state++)
		INIT_LIST_HEAD(&nn->hosts.claims[state]);
}
