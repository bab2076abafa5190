// SPDX-License-Identifier: GPL-2.0
/*
 * The loop test (ND-H2): does a link hear what leaves by another link of its group? The probe is a
 * Neighbor Solicitation for this router's own link-local address, which no proxy forwards (ND-C2),
 * to all nodes, which no snooping switch stops, with a nonce that nobody can guess. So only a loop
 * at the link layer, or somebody on both links, brings it back. One test at a time serves all
 * suspected links of a group, at most one in ten seconds, however many advertisements ask for it.
 */

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/string.h>
#include <net/addrconf.h>
#include <kunit/visibility.h>

#include "ndproxy.h"
#include "trace.h"

#define NDP_PROBES		3		/* on each link */
#define NDP_PROBE_INTERVAL	(HZ / 4)
#define NDP_PROBE_WAIT		(HZ / 2)	/* after the last */
#define NDP_TEST_INTERVAL	(10 * HZ)	/* from the beginning of one to that of the next */
#define NDP_RETEST		(60 * HZ)	/* of a suspended link */

/* --- nonces ----------------------------------------------------------------------------------- */

/**
 * ndp_probe_nonce() - make the nonce of a probe
 * @secret: of the test
 * @ifindex: of the link that the probe leaves by
 * @nonce: room for NDP_PROBE_NONCE octets
 */
void ndp_probe_nonce(const siphash_key_t *secret, u32 ifindex, u8 *nonce)
{
	__be64 proof = cpu_to_be64(siphash_1u64(ifindex, secret));
	__be32 index = htonl(ifindex);

	memset(nonce, 0, NDP_PROBE_NONCE);
	memcpy(nonce, &index, sizeof(index));
	memcpy(nonce + sizeof(index), &proof, sizeof(proof));
}
EXPORT_SYMBOL_IF_KUNIT(ndp_probe_nonce);

/**
 * ndp_probe_sender() - which link did a probe leave by?
 * @secret: of the test
 * @nonce: of a solicitation; may be NULL
 * @len: octets at @nonce
 *
 * Return: the index of the link's device; 0: it is no probe of this test.
 */
int ndp_probe_sender(const siphash_key_t *secret, const u8 *nonce, unsigned int len)
{
	u8 want[NDP_PROBE_NONCE];
	__be32 index;

	if (!nonce || len != NDP_PROBE_NONCE)
		return 0;
	memcpy(&index, nonce, sizeof(index));
	ndp_probe_nonce(secret, ntohl(index), want);
	return memcmp(want, nonce, len) ? 0 : ntohl(index);
}
EXPORT_SYMBOL_IF_KUNIT(ndp_probe_sender);

/* --- the state, under the lock ---------------------------------------------------------------- */

static struct ndp_link *ndp_suspect(struct ndp_suspicion *s)
{
	return container_of(s, struct ndp_link, suspicion);
}

static struct ndp_loop_test *ndp_suspect_test(struct ndp_suspicion *s)
{
	return &ndp_suspect(s)->group->test;
}

static bool ndp_suspect_waits(const struct ndp_suspicion *s, u64 now)
{
	return !s->strict && !s->tested && s->due <= now;
}

/* How many links take part in a test; @one: one of them. */
static unsigned int ndp_loop_test_count(struct ndp_net *nn, const struct ndp_loop_test *test,
					int *one)
{
	struct ndp_suspicion *s;
	unsigned int n = 0;

	lockdep_assert_held(&nn->ra.lock);

	list_for_each_entry(s, &nn->ra.suspects, list) {
		if (!s->tested || ndp_suspect_test(s) != test)
			continue;
		*one = READ_ONCE(ndp_suspect(s)->ifindex);
		n++;
	}
	return n;
}

static void ndp_loop_test_start(struct ndp_net *nn, struct ndp_loop_test *test, u64 now)
{
	test->runs = true;
	test->left = NDP_PROBES;
	test->began = now;
	test->at = now;
	get_random_bytes(&test->secret, sizeof(test->secret));
	WRITE_ONCE(nn->ra.tests, nn->ra.tests + 1);
}

/* Tests begin with the first link that waits; the others join until the first probe is sent. */
static void ndp_loop_test_begin(struct ndp_net *nn)
{
	u64 now = get_jiffies_64();
	struct ndp_suspicion *s;

	spin_lock_bh(&nn->ra.lock);
	list_for_each_entry(s, &nn->ra.suspects, list) {
		struct ndp_loop_test *test = ndp_suspect_test(s);

		if (!ndp_suspect_waits(s, now))
			continue;
		if (!test->runs && test->at <= now)
			ndp_loop_test_start(nn, test, now);
		if (!test->runs || test->left < NDP_PROBES)
			continue;
		s->tested = true;
		s->heard = 0;
	}
	spin_unlock_bh(&nn->ra.lock);
}

/**
 * ndp_loop_test_leave() - a link takes part in a test no more
 * @nn: namespace
 * @link: it
 *
 * The test ends with the last one.
 *
 * Context: ndp_ra.lock.
 */
void ndp_loop_test_leave(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_loop_test *test = &link->group->test;
	int one;

	lockdep_assert_held(&nn->ra.lock);

	if (!link->suspicion.tested)
		return;
	link->suspicion.tested = false;
	if (ndp_loop_test_count(nn, test, &one))
		return;
	test->runs = false;
	test->at = test->began + NDP_TEST_INTERVAL;
	WRITE_ONCE(nn->ra.tests, nn->ra.tests - 1);
}

/* --- probes ----------------------------------------------------------------------------------- */

/* A probe that is to be sent on each link of a group, but for the one that alone is tested. */
struct ndp_probe {
	struct ndp_group *group;
	siphash_key_t secret;
	int except;
};

/* Return: true if a probe is due, which is the caller's now. */
static bool ndp_probe_take(struct ndp_net *nn, struct ndp_probe *probe)
{
	u64 now = get_jiffies_64();
	struct ndp_suspicion *s;
	bool found = false;

	spin_lock_bh(&nn->ra.lock);
	list_for_each_entry(s, &nn->ra.suspects, list) {
		struct ndp_loop_test *test = ndp_suspect_test(s);

		if (!s->tested || !test->left || test->at > now)
			continue;
		test->left--;
		test->at = now + (test->left ? NDP_PROBE_INTERVAL : NDP_PROBE_WAIT);
		probe->group = ndp_suspect(s)->group;
		probe->secret = test->secret;
		if (ndp_loop_test_count(nn, test, &probe->except) > 1)
			probe->except = 0;
		found = true;
		break;
	}
	spin_unlock_bh(&nn->ra.lock);
	return found;
}

static void ndp_probe_send(struct ndp_net *nn, const struct ndp_probe *probe)
{
	u8 nonce[NDP_PROBE_NONCE];
	struct ndp_link *link;
	int ifindex;

	local_bh_disable();
	list_for_each_entry_rcu(link, &probe->group->links, group_list) {
		ifindex = READ_ONCE(link->ifindex);
		if (!ifindex || ifindex == probe->except)
			continue;
		ndp_probe_nonce(&probe->secret, ifindex, nonce);
		ndp_send_probe(nn, link, nonce, sizeof(nonce));
	}
	local_bh_enable();
}

/* Only what no proxy carries can show a loop at the link layer: the whole of what was sent. */
static bool ndp_probe_is_whole(const struct nd_info *ns)
{
	return ns->nonce_len == NDP_PROBE_NONCE && ipv6_addr_equal(&ns->saddr, &ns->target) &&
	       ipv6_addr_type(&ns->target) & IPV6_ADDR_LINKLOCAL &&
	       ipv6_addr_is_ll_all_nodes(&ns->daddr);
}

/**
 * ndp_loop_test_heard() - is a solicitation a probe of the test that is under way?
 * @rx: where it was heard
 * @ns: the solicitation
 *
 * What the stack loops back on the link that the probe left by, or a repeater sends back there, is
 * no loop between links.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it is, and is of no use to anybody else.
 */
bool ndp_loop_test_heard(const struct ndp_rx *rx, const struct nd_info *ns)
{
	struct ndp_loop_test *test = &rx->link->group->test;
	int from = 0, here = rx->dev->ifindex;

	if (!READ_ONCE(rx->nn->ra.tests) || !ndp_probe_is_whole(ns))
		return false;
	spin_lock_bh(&rx->nn->ra.lock);
	if (test->runs)
		from = ndp_probe_sender(&test->secret, ns->nonce, ns->nonce_len);
	if (from && from != here && rx->link->suspicion.tested)
		rx->link->suspicion.heard = from;
	spin_unlock_bh(&rx->nn->ra.lock);
	if (from && from != here) {
		ndp_count_drop(&rx->link->stats, NDP_DROP_OWN_ECHO);
		trace_nd_drop(rx->link, NDP_DROP_OWN_ECHO);
	}
	return from;
}

/* --- verdicts --------------------------------------------------------------------------------- */

/* What became of a link. */
struct ndp_verdict_of {
	struct ndp_link *link;
	struct ndp_suspicion suspicion;
	enum ndp_ra_verdict verdict;
	bool news;
};

/* The probe came in, by the link that @s->heard says. */
static bool ndp_suspect_loops(struct ndp_suspicion *s, enum ndp_ra_verdict *verdict)
{
	bool news = !s->suspended;

	if (news)
		s->since = ktime_get_boottime_seconds();
	s->suspended = true;
	s->with = s->heard;
	s->due = get_jiffies_64() + NDP_RETEST;
	*verdict = NDP_RA_SUSPENDED;
	return news;
}

static bool ndp_suspect_ends(struct ndp_suspicion *s, enum ndp_ra_verdict *verdict)
{
	*verdict = s->suspended ? NDP_RA_FREED : NDP_RA_CLEARED;
	s->suspended = false;
	list_del_init(&s->list);
	return true;
}

/* A link whose device is down heard nothing, and that proves nothing. */
static bool ndp_suspect_is_deaf(const struct ndp_suspicion *s, const struct ndp_link *link)
{
	return s->suspended && READ_ONCE(link->state) != NDP_LINK_SUSPENDED;
}

static bool ndp_suspect_is_over(struct ndp_suspicion *s, u64 now)
{
	const struct ndp_loop_test *test = ndp_suspect_test(s);

	return s->strict ? s->due <= now : s->tested && !test->left && test->at <= now;
}

static void ndp_suspect_judge(struct ndp_net *nn, struct ndp_suspicion *s,
			      struct ndp_verdict_of *of)
{
	of->link = ndp_suspect(s);
	of->news = false;
	ndp_loop_test_leave(nn, of->link);
	if (!s->strict && s->heard)
		of->news = ndp_suspect_loops(s, &of->verdict);
	else if (!s->strict && ndp_suspect_is_deaf(s, of->link))
		s->due = get_jiffies_64() + NDP_RETEST;
	else
		of->news = ndp_suspect_ends(s, &of->verdict);
	of->suspicion = *s;
}

/* Return: true if a link's test, or its time, is over. */
static bool ndp_loop_test_conclude(struct ndp_net *nn, struct ndp_verdict_of *of)
{
	u64 now = get_jiffies_64();
	struct ndp_suspicion *s;
	bool found = false;

	spin_lock_bh(&nn->ra.lock);
	list_for_each_entry(s, &nn->ra.suspects, list) {
		found = ndp_suspect_is_over(s, now);
		if (!found)
			continue;
		ndp_suspect_judge(nn, s, of);
		break;
	}
	spin_unlock_bh(&nn->ra.lock);
	return found;
}

/* Return: true if a link is to be suspended or freed. */
static bool ndp_loop_test_tell(struct ndp_net *nn, const struct ndp_verdict_of *of)
{
	if (!of->news)
		return false;
	ndp_ra_tell(nn, of->link, &of->suspicion, of->verdict);
	return of->verdict != NDP_RA_CLEARED;
}

/* When something is to be done for a suspect. */
static u64 ndp_suspect_next(struct ndp_suspicion *s)
{
	const struct ndp_loop_test *test = ndp_suspect_test(s);

	if (s->strict)
		return s->due;
	return s->tested ? test->at : max(s->due, test->at);
}

static void ndp_loop_test_arm(struct ndp_net *nn)
{
	u64 now = get_jiffies_64(), next = U64_MAX;
	struct ndp_suspicion *s;
	unsigned long delay;

	spin_lock_bh(&nn->ra.lock);
	list_for_each_entry(s, &nn->ra.suspects, list)
		next = min(next, ndp_suspect_next(s));
	delay = next > now ? min_t(u64, next - now, NDP_RETEST) : 0;
	/* A long timer may be late by an eighth: it comes early, and again for the rest. */
	if (delay > 16 * HZ)
		delay -= delay / 8;
	/* Under the lock: a new suspect must find the work armed late before it hurries it. */
	if (next != U64_MAX)
		ndp_gate_move(&nn->gate, &nn->ra.work, delay);
	spin_unlock_bh(&nn->ra.lock);
}

/**
 * ndp_loop_test_work() - do what is due: begin tests, send probes, suspend and free links
 * @work: ndp_ra.work
 *
 * Context: the namespace's workqueue; takes RTNL when a link is suspended or freed.
 */
void ndp_loop_test_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(to_delayed_work(work), struct ndp_net, ra.work);
	struct ndp_verdict_of of;
	struct ndp_probe probe;
	bool changed = false;

	rcu_read_lock();
	ndp_loop_test_begin(nn);
	while (ndp_probe_take(nn, &probe))
		ndp_probe_send(nn, &probe);
	while (ndp_loop_test_conclude(nn, &of))
		changed |= ndp_loop_test_tell(nn, &of);
	rcu_read_unlock();
	if (changed)
		ndp_link_work(&nn->link_work);
	ndp_loop_test_arm(nn);
}
