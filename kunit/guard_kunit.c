// SPDX-License-Identifier: GPL-2.0
/*
 * ndproxy/guard.c: the state table of its head, row by row (ND-F4). guard_claim_kunit.c has when a
 * host is asked at all, and what a claim carries along.
 */

#include "guard_kunit.h"

struct evidence_case {
	const char *desc;
	u8 evidence;
};

static const struct evidence_case evidence_cases[] = {
	{ "ND-F4 solicited advertisement", NDP_BY_NA },
	{ "ND-F4 solicitation", NDP_BY_NS },
	{ "ND-F4 unsolicited advertisement", NDP_BY_UNA },
};

static void evidence_desc(const struct evidence_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(evidence, evidence_cases, evidence_desc);

/* --- none -> ASKING, WAITING ------------------------------------------------------------------ */

/* It is asked at once, on its own link, and stays there meanwhile. */
static void nd_f4_other_evidence_has_the_host_asked(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, c->evidence), NDP_LEARNT_HELD);
	KUNIT_EXPECT_TRUE(test, t->s.held);
	KUNIT_EXPECT_NULL(test, t->s.defend);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	guardt_run(t);
	KUNIT_ASSERT_EQ(test, t->n_probes, 1);
	KUNIT_EXPECT_EQ(test, t->asked, LINK_A);
	guardt_expect_after(test, start, t->probed[0], 0);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 0);
}

/* The probe itself asks the host: the guard does not, yet. */
static void nd_f4_dad_probe_waits(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);
	guardt_pass(t, WAIT - STEP / 2);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
}

/* The host lives where the second probe came from, a second after the first. */
static void guard_second_dad_keeps_the_time(struct kunit *test, unsigned int second)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	start = jiffies;
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, WAIT / 2);
	guardt_dad(t, second, 18);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), second);
	guardt_expect_after(test, start, t->entered, NDP_DAD_TIME);
}

/* Another probe of the same prober is nothing new, and begins no second anew. */
static void nd_f4_dad_probe_again_keeps_the_time(struct kunit *test)
{
	guard_second_dad_keeps_the_time(test, LINK_B);
}

/* Nobody relies yet on where a host is that is not done with its own DAD. */
static void nd_f4_tentative_host_is_not_guarded(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_dad(t, LINK_A, 17);
	KUNIT_EXPECT_NE(test, guardt_hear(t, LINK_B, NDP_BY_NS), NDP_LEARNT_HELD);
	guardt_run(t);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
}

/* --- WAITING -> ASKING ------------------------------------------------------------------------ */

static void nd_f4_waiting_ends_in_time(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	start = jiffies;
	guardt_dad(t, LINK_B, 17);
	while (guardt_state(t) == NDP_CLAIM_WAITING && time_before(jiffies, start + HZ))
		guardt_pass(t, 1);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	KUNIT_ASSERT_EQ(test, t->n_probes, 1);
	guardt_expect_after(test, start, t->probed[0], WAIT);
}

/* Who speaks as one does after DAD is done with it. */
static void nd_f4_waiting_ends_by_evidence(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, STEP);
	start = jiffies;
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, c->evidence), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).evidence, c->evidence);
	guardt_expect_after(test, start, t->entered, THRICE);
}

/* --- ASKING: thrice, and then the host moves -------------------------------------------------- */

static void nd_f4_silent_host_is_followed(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct guardt *t = test->priv;
	struct guardt_view view;
	unsigned int i;

	guardt_know(t);
	guardt_hear(t, LINK_B, c->evidence);
	guardt_pass(t, HZ);
	KUNIT_ASSERT_EQ(test, t->n_probes, 3);
	for (i = 0; i < 2; i++)
		guardt_expect_after(test, t->probed[i], t->probed[i + 1], STEP);
	guardt_expect_after(test, t->probed[2], t->entered, STEP);

	view = guardt_look(t);
	KUNIT_EXPECT_EQ(test, view.where, LINK_B);
	KUNIT_EXPECT_EQ(test, view.mac, LINK_B);
	KUNIT_EXPECT_EQ(test, view.evidence, c->evidence);
	KUNIT_EXPECT_EQ(test, view.state, NDP_HOST_REACHABLE);
	KUNIT_EXPECT_EQ(test, view.claim, UNCLAIMED);
	KUNIT_EXPECT_EQ(test, t->left, t->link[LINK_A].ifindex);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 0);
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 1);
	KUNIT_EXPECT_EQ(test, t->link[LINK_A].n_hosts, 0);
}

/* A second in all, the last 3/8 of which the host is asked. */
static void nd_f4_uncontested_dad_moves_the_host(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	start = jiffies;
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).evidence, NDP_BY_DAD);
	KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_B);
	guardt_expect_after(test, start, t->entered, NDP_DAD_TIME);
}

/* Its life begins anew where it moved to: what was heard there is the news. */
static void nd_f3_host_that_moved_lives_anew(struct kunit *test)
{
	struct guardt *t = test->priv;

	t->nn.limit[NDP_HOST_LIFETIME] = 2;
	guardt_know(t);
	guardt_pass(t, HZ + STEP);
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, HZ + STEP);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).state, NDP_HOST_REACHABLE);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
}

/* Each host's claim has a time of its own. */
static void nd_f4_claims_do_not_wait_for_each_other(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		guardt_target(t, 0, i);
		guardt_know(t);
	}
	for (i = 0; i < 3; i++) {
		guardt_target(t, 0, i);
		guardt_hear(t, LINK_B, NDP_BY_NS);
		start[i] = jiffies;
		guardt_pass(t, STEP / 2);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	}
	for (i = 0; i < 3; i++) {
		guardt_target(t, 0, i);
		while (guardt_where(t) == LINK_A && time_before(jiffies, start[i] + HZ))
			guardt_pass(t, 1);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
		guardt_expect_after(test, start[i], t->entered, THRICE);
	}
	KUNIT_EXPECT_EQ(test, t->n_probes, 9);
}

/* The kernel's own verdict is as good: nothing is waited for. */
static void nd_f4_failed_neighbour_moves_the_host(struct kunit *test)
{
	static const u8 by[] = { NDP_BY_DAD, NDP_BY_NS };
	struct guardt *t = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		guardt_target(t, 0, i);
		guardt_know(t);
		guardt_claim(t, LINK_B, by[i]);
		ndp_host_failed(&t->nn, &t->link[LINK_B], &t->addr);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
		ndp_host_failed(&t->nn, &t->link[LINK_A], &t->addr);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
		KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_B);
		KUNIT_EXPECT_EQ(test, guardt_look(t).evidence, by[i]);
		KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
		guardt_pass(t, HZ);
		KUNIT_EXPECT_LE(test, t->n_probes, i);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	}
}

/* --- evidence on the own link -> REFUSED ------------------------------------------------------ */

/* Whatever it is that the host is heard with, and however late. */
static void nd_f4_live_host_stays(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct guardt *t = test->priv;
	struct guardt_view view;
	unsigned int asked;

	for (asked = 0; asked <= 3; asked++) {
		guardt_target(t, 0, asked);
		guardt_know(t);
		guardt_hear(t, LINK_B, NDP_BY_NS);
		t->n_probes = 0;
		if (asked)
			guardt_pass(t, asked * STEP - STEP / 2);
		KUNIT_EXPECT_EQ(test, t->n_probes, asked);
		guardt_hear(t, LINK_A, c->evidence);
		KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_REFUSED);
		KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), asked + 1);
		guardt_pass(t, HZ);

		view = guardt_look(t);
		KUNIT_EXPECT_EQ(test, view.where, LINK_A);
		KUNIT_EXPECT_EQ(test, view.mac, LINK_A);
		KUNIT_EXPECT_EQ(test, view.claim, UNCLAIMED);
		KUNIT_EXPECT_EQ(test, t->n_probes, asked);
	}
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_A), 0);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 4);
}

static void nd_f4_host_objects_to_dad(struct kunit *test)
{
	const struct evidence_case *c = test->param_value;
	struct guardt *t = test->priv;

	guardt_know(t);
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, STEP);
	guardt_hear(t, LINK_A, c->evidence);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_REFUSED);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 1);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
}

static void nd_f4_static_host_is_refused_at_once(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_hear(t, LINK_A, NDP_BY_STATIC);
	guardt_run(t);
	/* What the administrator said stands, whatever else he switched off. */
	t->link[LINK_C].guard = false;
	netif_carrier_off(t->dev[LINK_A]);
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, NDP_BY_NA), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_REFUSED);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 1);
	guardt_pass(t, QUIET + LATE);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_C, NDP_BY_NS), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_C), 1);
	guardt_pass(t, HZ);
	guardt_dad(t, LINK_B, 17);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, guardt_look(t).state, NDP_HOST_STATIC);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
}

/* --- REFUSED ---------------------------------------------------------------------------------- */

static void guardt_refuse(struct guardt *t)
{
	guardt_know(t);
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_run(t);
	guardt_hear(t, LINK_A, NDP_BY_NA);
	t->n_probes = 0;
}

/* For half a second, which further claims do not make longer; each is counted where it is made. */
static void nd_f4_refusal_stands_for_a_while(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_refuse(t);
	start = jiffies;
	while (guardt_state(t) == NDP_CLAIM_REFUSED && time_before(jiffies, start + HZ)) {
		if (time_before(jiffies, start + QUIET - STEP)) {
			KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, NDP_BY_UNA), NDP_LEARNT_HELD);
			KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_REFUSED);
		}
		guardt_pass(t, 1);
	}
	guardt_expect_after(test, start, jiffies, QUIET);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
	KUNIT_EXPECT_GT(test, guardt_refused(t, LINK_B), 2);
}

static void nd_f4_claims_are_counted_meanwhile(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_refuse(t);
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, NDP_BY_NS), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_C, NDP_BY_NA), NDP_LEARNT_HELD);
	guardt_dad(t, LINK_B, 17);
	guardt_dad(t, LINK_C, 18);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_REFUSED);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 3);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_C), 2);
	/* What the host itself says adds nothing. */
	guardt_hear(t, LINK_A, NDP_BY_NS);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 3);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);

	/* It is over, and the next claim is looked into. */
	guardt_hear(t, LINK_C, NDP_BY_NS);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);
}

/* Who was refused is not followed when the host goes after all. */
static void nd_f4_failed_neighbour_after_a_refusal(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_refuse(t);
	ndp_host_failed(&t->nn, &t->link[LINK_A], &t->addr);
	KUNIT_EXPECT_EQ(test, guardt_where(t), NOWHERE);
}

/* --- a claim on a third link ------------------------------------------------------------------ */

static void nd_f4_third_link_inherits_the_time(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	start = jiffies;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, STEP + STEP / 2);
	KUNIT_EXPECT_EQ(test, t->n_probes, 2);
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_C, NDP_BY_NA), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 2);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);
	KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_C);
	KUNIT_EXPECT_EQ(test, guardt_look(t).evidence, NDP_BY_NA);
	guardt_expect_after(test, start, t->entered, THRICE);
}

static void nd_f4_third_link_inherits_the_waiting(struct kunit *test)
{
	guard_second_dad_keeps_the_time(test, LINK_C);
}

/* Two links in turn, all the time: the verdict comes as soon as for one. */
static void nd_f4_claims_in_turn_do_not_put_it_off(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;
	unsigned int i;

	guardt_know(t);
	start = jiffies;
	for (i = 0; guardt_where(t) == LINK_A && time_before(jiffies, start + HZ); i++) {
		guardt_hear(t, LINK_B + i % 2, NDP_BY_UNA);
		guardt_pass(t, 1);
	}
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_NE(test, guardt_where(t), LINK_A);
	guardt_expect_after(test, start, t->entered, THRICE);
}

/* The one that claims it now is refused, and the one before not. */
static void nd_f4_last_claim_is_refused(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_hear(t, LINK_C, NDP_BY_NS);
	guardt_hear(t, LINK_A, NDP_BY_NA);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 0);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_C), 1);
}

/* --- the host or the claim's link goes -------------------------------------------------------- */

static void nd_f4_claim_goes_with_its_host(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned int state;

	for (state = 0; state < NDP_CLAIM_STATES; state++) {
		guardt_know(t);
		guardt_claim(t, LINK_B, state == NDP_CLAIM_WAITING ? NDP_BY_DAD : NDP_BY_NS);
		if (state == NDP_CLAIM_REFUSED)
			guardt_hear(t, LINK_A, NDP_BY_NA);
		KUNIT_EXPECT_EQ(test, guardt_state(t), state);
		KUNIT_EXPECT_EQ(test, guardt_stations(t), 2);
		KUNIT_EXPECT_TRUE(test, ndp_host_remove(&t->nn, t->group.id, &t->addr));
		KUNIT_EXPECT_EQ(test, guardt_stations(t), 0);
		guardt_pass(t, 2 * HZ);
		KUNIT_EXPECT_EQ(test, guardt_where(t), NOWHERE);
	}
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
}

/* What the administrator says of the host ends the claim, either way. */
static void nd_f4_administrator_ends_a_claim(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned int where;

	for (where = LINK_A; where <= LINK_B; where++) {
		guardt_target(t, 0, where);
		guardt_know(t);
		guardt_hear(t, LINK_B, NDP_BY_NS);
		guardt_hear(t, where, NDP_BY_STATIC);
		KUNIT_EXPECT_EQ(test, guardt_where(t), where);
		KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
		KUNIT_EXPECT_EQ(test, guardt_look(t).state, NDP_HOST_STATIC);
		guardt_pass(t, HZ);
		KUNIT_EXPECT_EQ(test, guardt_where(t), where);
	}
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
}

/* Of hosts of two prefixes that live on A: in all states on B, and one on C. */
static const struct { unsigned int prefix, where, state; } claims[] = {
	{ 0, LINK_B, NDP_CLAIM_WAITING },
	{ 0, LINK_B, NDP_CLAIM_ASKING },
	{ 0, LINK_B, NDP_CLAIM_REFUSED },
	{ 1, LINK_B, NDP_CLAIM_WAITING },
	{ 1, LINK_B, NDP_CLAIM_ASKING },
	{ 1, LINK_B, NDP_CLAIM_REFUSED },
	{ 0, LINK_C, NDP_CLAIM_ASKING },
};

static void claim_all(struct guardt *t)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(claims); i++) {
		guardt_target(t, claims[i].prefix, i);
		guardt_know(t);
		if (claims[i].state == NDP_CLAIM_WAITING)
			guardt_dad(t, claims[i].where, 17);
		else
			guardt_hear(t, claims[i].where, NDP_BY_NS);
		if (claims[i].state == NDP_CLAIM_REFUSED)
			guardt_hear(t, LINK_A, NDP_BY_NA);
	}
}

/* Only those of a prefix, and then the others; what goes on is a claim on another link. */
static void nd_f4_claims_go_with_their_link(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned int round, i;

	claim_all(t);
	for (round = 0; round < 3; round++) {
		if (round)
			ndp_guard_drop_link(&t->nn, &t->link[LINK_B],
					    round == 1 ? &t->prefix[1] : NULL);
		for (i = 0; i < ARRAY_SIZE(claims); i++) {
			bool gone = claims[i].where == LINK_B &&
				    (round == 2 || (round == 1 && claims[i].prefix == 1));

			guardt_target(t, claims[i].prefix, i);
			KUNIT_EXPECT_EQ_MSG(test, guardt_state(t) == UNCLAIMED, gone,
					    "round %u, claim %u", round, i);
		}
	}
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 2);
	guardt_pass(t, 2 * HZ);
	for (i = 0; i < ARRAY_SIZE(claims); i++) {
		guardt_target(t, claims[i].prefix, i);
		KUNIT_EXPECT_EQ(test, guardt_where(t),
				claims[i].where == LINK_B ? LINK_A : LINK_C);
	}
}

static struct kunit_case guard_cases[] = {
	KUNIT_CASE_PARAM(nd_f4_other_evidence_has_the_host_asked, evidence_gen_params),
	KUNIT_CASE(nd_f4_dad_probe_waits),
	KUNIT_CASE(nd_f4_dad_probe_again_keeps_the_time),
	KUNIT_CASE(nd_f4_tentative_host_is_not_guarded),
	KUNIT_CASE(nd_f4_waiting_ends_in_time),
	KUNIT_CASE_PARAM(nd_f4_waiting_ends_by_evidence, evidence_gen_params),
	KUNIT_CASE_PARAM(nd_f4_silent_host_is_followed, evidence_gen_params),
	KUNIT_CASE(nd_f4_uncontested_dad_moves_the_host),
	KUNIT_CASE(nd_f3_host_that_moved_lives_anew),
	KUNIT_CASE(nd_f4_claims_do_not_wait_for_each_other),
	KUNIT_CASE(nd_f4_failed_neighbour_moves_the_host),
	KUNIT_CASE_PARAM(nd_f4_live_host_stays, evidence_gen_params),
	KUNIT_CASE_PARAM(nd_f4_host_objects_to_dad, evidence_gen_params),
	KUNIT_CASE(nd_f4_static_host_is_refused_at_once),
	KUNIT_CASE(nd_f4_refusal_stands_for_a_while),
	KUNIT_CASE(nd_f4_claims_are_counted_meanwhile),
	KUNIT_CASE(nd_f4_failed_neighbour_after_a_refusal),
	KUNIT_CASE(nd_f4_third_link_inherits_the_time),
	KUNIT_CASE(nd_f4_third_link_inherits_the_waiting),
	KUNIT_CASE(nd_f4_claims_in_turn_do_not_put_it_off),
	KUNIT_CASE(nd_f4_last_claim_is_refused),
	KUNIT_CASE(nd_f4_claim_goes_with_its_host),
	KUNIT_CASE(nd_f4_administrator_ends_a_claim),
	KUNIT_CASE(nd_f4_claims_go_with_their_link),
	{ }
};

static struct kunit_suite guard_suite = {
	.name = "ndproxy_guard",
	.init = guardt_init,
	.exit = guardt_exit,
	.test_cases = guard_cases,
};

kunit_test_suite(guard_suite);
