// SPDX-License-Identifier: GPL-2.0
/*
 * ndproxy/guard.c: when a host is asked at all, what happens meanwhile, what a claim carries along,
 * and who is told of its end (ND-F4)
 */

#include "guard_kunit.h"

/* --- whether the host is asked ---------------------------------------------------------------- */

struct trust_case {
	const char *desc;
	void (*arrange)(struct guardt *t);
	bool asked;
};

static void as_it_is(struct guardt *t)
{
}

static void guard_off_on_the_claiming_link(struct guardt *t)
{
	t->link[LINK_B].guard = false;
}

static void guard_off_on_other_links(struct guardt *t)
{
	t->link[LINK_A].guard = false;
	t->link[LINK_C].guard = false;
}

static void no_carrier_on_the_own_link(struct guardt *t)
{
	netif_carrier_off(t->dev[LINK_A]);
}

static void no_carrier_on_other_links(struct guardt *t)
{
	netif_carrier_off(t->dev[LINK_B]);
	netif_carrier_off(t->dev[LINK_C]);
}

static void no_device_on_the_own_link(struct guardt *t)
{
	RCU_INIT_POINTER(t->link[LINK_A].dev, NULL);
}

static const struct trust_case trust_cases[] = {
	{ "ND-F4 as it is", as_it_is, true },
	{ "ND-F4 guard off on the claiming link", guard_off_on_the_claiming_link, false },
	{ "ND-F4 guard off on other links", guard_off_on_other_links, true },
	{ "ND-F4 no carrier on the own link", no_carrier_on_the_own_link, false },
	{ "ND-F4 no carrier on other links", no_carrier_on_other_links, true },
	{ "ND-F4 no device on the own link", no_device_on_the_own_link, false },
};

static void trust_desc(const struct trust_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(trust, trust_cases, trust_desc);

static void nd_f4_who_is_believed_at_once(struct kunit *test)
{
	const struct trust_case *c = test->param_value;
	struct guardt *t = test->priv;

	guardt_know(t);
	c->arrange(t);
	guardt_hear(t, LINK_B, NDP_BY_NS);
	KUNIT_EXPECT_EQ(test, t->s.held, c->asked);
	KUNIT_EXPECT_EQ(test, guardt_where(t), c->asked ? LINK_A : LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_state(t), c->asked ? NDP_CLAIM_ASKING : UNCLAIMED);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, c->asked ? 3 : 0);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 1);
}

/* A claim of before, open or refused, ends with the move. */
static void nd_f4_trusted_link_ends_a_claim(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned int refused;

	t->link[LINK_C].guard = false;
	for (refused = 0; refused < 2; refused++) {
		guardt_target(t, 0, refused);
		guardt_know(t);
		guardt_hear(t, LINK_B, NDP_BY_NA);
		if (refused)
			guardt_hear(t, LINK_A, NDP_BY_NA);
		guardt_hear(t, LINK_C, NDP_BY_NA);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);
		KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_C);
		KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
		KUNIT_EXPECT_EQ(test, guardt_stations(t), 1);
		guardt_pass(t, HZ);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);
	}
}

/* The second is the prober's, and not the guard's. */
static void nd_f4_dad_with_guard_off_takes_its_second(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	t->link[LINK_B].guard = false;
	start = jiffies;
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 0);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	guardt_expect_after(test, start, t->entered, NDP_DAD_TIME);
}

/* --- probes that could not be sent ------------------------------------------------------------ */

static void nd_f4_stalls_end_a_claim_without_a_verdict(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	t->deaf = true;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, 3 * HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 8);
	guardt_expect_after(test, t->probed[0], t->probed[7], 7 * STEP);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 0);
	KUNIT_EXPECT_EQ(test, guardt_stations(t), 1);

	t->deaf = false;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 8 + 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
}

static void nd_f4_stalled_probe_does_not_count(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	t->deaf = true;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, STEP + STEP / 2);
	KUNIT_EXPECT_EQ(test, t->n_probes, 2);
	t->deaf = false;
	guardt_pass(t, HZ);
	KUNIT_ASSERT_EQ(test, t->n_probes, 2 + 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	guardt_expect_after(test, t->probed[4], t->entered, STEP);
}

/* The probe itself has asked the host already. */
static void nd_f4_stalls_do_not_put_dad_off(struct kunit *test)
{
	struct guardt *t = test->priv;
	unsigned long start;

	guardt_know(t);
	t->deaf = true;
	start = jiffies;
	guardt_dad(t, LINK_B, 17);
	guardt_pass(t, 2 * HZ);
	KUNIT_EXPECT_EQ(test, t->n_probes, 3);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	guardt_expect_after(test, start, t->entered, NDP_DAD_TIME);
}

/* --- while the host is being asked, with no lock held ----------------------------------------- */

struct during_case {
	const char *desc;
	void (*during)(struct guardt *t);
	unsigned int where;		/* it lives afterwards */
	unsigned int deaf_where;	/* the same if the probes cannot be sent */
	unsigned int refused;
};

static void the_host_goes(struct guardt *t)
{
	ndp_host_remove(&t->nn, t->group.id, &t->addr);
}

static void the_host_answers(struct guardt *t)
{
	guardt_hear(t, LINK_A, NDP_BY_NA);
}

static void the_claims_link_goes(struct guardt *t)
{
	ndp_guard_drop_link(&t->nn, &t->link[LINK_B], NULL);
}

static void a_third_link_claims_it(struct guardt *t)
{
	guardt_hear(t, LINK_C, NDP_BY_NS);
}

static void it_moves_and_is_claimed_back(struct guardt *t)
{
	ndp_host_failed(&t->nn, &t->link[LINK_A], &t->addr);
	guardt_hear(t, LINK_A, NDP_BY_NS);
}

static const struct during_case during_cases[] = {
	{ "ND-F4 the host goes", the_host_goes, NOWHERE, NOWHERE, 0 },
	{ "ND-F4 the host answers", the_host_answers, LINK_A, LINK_A, 1 },
	{ "ND-F4 the claim's link goes", the_claims_link_goes, LINK_A, LINK_A, 0 },
	{ "ND-F4 a third link claims it", a_third_link_claims_it, LINK_C, LINK_A, 0 },
	{ "ND-F4 it moves and is claimed back", it_moves_and_is_claimed_back, LINK_A, LINK_B, 0 },
};

static void during_desc(const struct during_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(during, during_cases, during_desc);

static void nd_f4_meanwhile(struct kunit *test)
{
	const struct during_case *c = test->param_value;
	struct guardt *t = test->priv;
	unsigned int deaf;

	for (deaf = 0; deaf < 2; deaf++) {
		guardt_target(t, 0, deaf);
		guardt_know(t);
		t->deaf = deaf;
		t->during = c->during;
		guardt_hear(t, LINK_B, NDP_BY_NS);
		guardt_pass(t, 3 * HZ);
		KUNIT_EXPECT_NULL(test, t->during);
		KUNIT_EXPECT_EQ(test, guardt_where(t), deaf ? c->deaf_where : c->where);
		KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	}
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 2 * c->refused);
}

/* --- who is told of a refusal ----------------------------------------------------------------- */

struct defend_case {
	const char *desc;
	u8 claim;
	u8 defence;
	bool told;
};

static const struct defend_case defend_cases[] = {
	{ "ND-F4 an answer to the guard, against a prober", NDP_BY_DAD, NDP_BY_NA, true },
	{ "ND-F4 an objection, against a prober", NDP_BY_DAD, NDP_BY_UNA, false },
	{ "ND-F4 a solicitation, against a prober", NDP_BY_DAD, NDP_BY_NS, false },
	{ "ND-F4 an answer, against a solicitor", NDP_BY_NS, NDP_BY_NA, false },
	{ "ND-F4 an answer, against an advertiser", NDP_BY_NA, NDP_BY_NA, false },
	{ "ND-F4 an answer, against an advertiser unasked", NDP_BY_UNA, NDP_BY_NA, false },
};

static void defend_desc(const struct defend_case *c, char *desc)
{
	strscpy(desc, c->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(defend, defend_cases, defend_desc);

static void nd_f4_who_is_told(struct kunit *test)
{
	const struct defend_case *c = test->param_value;
	struct guardt *t = test->priv;
	struct ndp_link *told = c->told ? &t->link[LINK_B] : NULL;
	unsigned int asked;

	for (asked = 0; asked < 2; asked++) {
		guardt_target(t, 0, asked);
		guardt_know(t);
		KUNIT_EXPECT_NULL(test, t->s.defend);
		guardt_claim(t, LINK_B, c->claim);
		if (asked)
			guardt_pass(t, c->claim == NDP_BY_DAD ? WAIT + 2 * STEP : STEP);
		guardt_hear(t, LINK_A, c->defence);
		KUNIT_EXPECT_PTR_EQ(test, t->s.defend, told);
		/* Once. */
		guardt_hear(t, LINK_A, c->defence);
		KUNIT_EXPECT_NULL(test, t->s.defend);
		KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), asked + 1);
		guardt_pass(t, HZ);
	}
}

/* The prober of the last claim, where it probed. */
static void nd_f4_last_prober_is_told(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	guardt_dad(t, LINK_B, 17);
	guardt_dad(t, LINK_C, 18);
	guardt_hear(t, LINK_A, NDP_BY_NA);
	KUNIT_EXPECT_PTR_EQ(test, t->s.defend, &t->link[LINK_C]);
}

/* --- what a claim carries along --------------------------------------------------------------- */

/* The flags are the advertiser's; of what has none the host's own stay. */
static void nd_f4_flags_move_with_the_host(struct kunit *test)
{
	static const u8 by[] = { NDP_BY_NA, NDP_BY_UNA, NDP_BY_NS };
	struct guardt *t = test->priv;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		guardt_target(t, 0, i);
		t->s.na_flags = ND_NA_OVERRIDE;
		guardt_know(t);
		t->s.na_flags = by[i] == NDP_BY_NS ? 0 : ND_NA_ROUTER;
		guardt_hear(t, LINK_B, by[i]);
		KUNIT_EXPECT_EQ(test, guardt_look(t).na_flags, ND_NA_OVERRIDE);
		guardt_pass(t, HZ);
		KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
		KUNIT_EXPECT_EQ(test, guardt_look(t).na_flags,
				by[i] == NDP_BY_NS ? ND_NA_OVERRIDE : ND_NA_ROUTER);
	}
}

/* Solicitors wait for the verdict, and are answered behind the route. */
static void nd_f4_solicitors_are_answered_after_the_move(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	t->s.answer = true;
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, NDP_BY_NA), NDP_LEARNT_HELD);
	/* More of the same claimant, for which nobody waits. */
	t->s.answer = false;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	guardt_pass(t, STEP);
	KUNIT_EXPECT_EQ(test, t->answers, 0);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, t->answers, 1);
}

static void nd_f4_nobody_is_answered_without_need(struct kunit *test)
{
	struct guardt *t = test->priv;

	/* Nobody waits. */
	guardt_know(t);
	guardt_hear(t, LINK_B, NDP_BY_NA);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);

	/* It was another link's claimant that they waited for. */
	guardt_target(t, 0, 2);
	guardt_know(t);
	t->s.answer = true;
	guardt_hear(t, LINK_B, NDP_BY_NA);
	t->s.answer = false;
	guardt_hear(t, LINK_C, NDP_BY_NA);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);

	/* They are answered in the name of the live host, who says so himself. */
	guardt_target(t, 0, 3);
	guardt_know(t);
	t->s.answer = true;
	guardt_hear(t, LINK_B, NDP_BY_NA);
	t->s.answer = false;
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_A, NDP_BY_NA), NDP_LEARNT_READY);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_A);
	KUNIT_EXPECT_EQ(test, t->answers, 0);
}

/* A probe that comes back by another proxy is known by its nonce, on all links but its own. */
static void nd_c7_probe_that_comes_back(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_TRUE(test, guardt_dad(t, LINK_A, 17));
	KUNIT_EXPECT_TRUE(test, guardt_dad(t, LINK_C, 17));
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_C, 18));
	KUNIT_EXPECT_TRUE(test, guardt_dad(t, LINK_B, 18));
	guardt_hear(t, LINK_A, NDP_BY_NA);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_A, 18));
}

/* The same probe once more, when what it claimed has ended: it is the prober's, and no copy. */
static void nd_c7_nonce_goes_with_the_claim(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	guardt_dad(t, LINK_B, 17);
	ndp_guard_drop_link(&t->nn, &t->link[LINK_B], NULL);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);

	/* Probed while a refusal stood. */
	guardt_hear(t, LINK_A, NDP_BY_NA);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_C, 18));
	guardt_pass(t, HZ);
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_C, 18));
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);
}

static void nd_c7_nonce_of_a_probe_over_the_limit(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_hear(t, LINK_B, NDP_BY_NA);
	guardt_target(t, 0, 2);
	guardt_know(t);
	t->nn.limit[NDP_HOSTS_PER_LLADDR] = 1;
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	t->nn.limit[NDP_HOSTS_PER_LLADDR] = 2;
	KUNIT_EXPECT_FALSE(test, guardt_dad(t, LINK_B, 17));
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_WAITING);
}

/* --- limits ----------------------------------------------------------------------------------- */

/* A claimant has no more claims and hosts than hosts; and what is claimed already stays so. */
static void nd_f5_claims_count_against_the_limit(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_hear(t, LINK_B, NDP_BY_NA);
	guardt_target(t, 0, 2);
	guardt_know(t);
	t->nn.limit[NDP_HOSTS_PER_LLADDR] = 1;
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_B, NDP_BY_NS), NDP_LEARNT_HELD);
	KUNIT_EXPECT_EQ(test, guardt_drops(t, LINK_B, NDP_DROP_LLADDR_LIMIT), 1);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);
	guardt_dad(t, LINK_B, 17);
	KUNIT_EXPECT_EQ(test, guardt_drops(t, LINK_B, NDP_DROP_LLADDR_LIMIT), 2);
	KUNIT_EXPECT_EQ(test, guardt_state(t), UNCLAIMED);

	guardt_hear(t, LINK_C, NDP_BY_NS);
	guardt_hear(t, LINK_B, NDP_BY_NS);
	KUNIT_EXPECT_EQ(test, guardt_drops(t, LINK_B, NDP_DROP_LLADDR_LIMIT), 3);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_C);
	KUNIT_EXPECT_EQ(test, guardt_refused(t, LINK_B), 0);
}

/* A claimant at the limit who says more of the same makes no further claim. */
static void nd_f5_claimant_at_the_limit_goes_on(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	t->nn.limit[NDP_HOSTS_PER_LLADDR] = 1;
	guardt_dad(t, LINK_B, 17);
	t->s.answer = true;
	guardt_hear(t, LINK_B, NDP_BY_NA);
	KUNIT_EXPECT_EQ(test, guardt_state(t), NDP_CLAIM_ASKING);
	guardt_pass(t, HZ);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).evidence, NDP_BY_NA);
	KUNIT_EXPECT_EQ(test, t->answers, 1);
	KUNIT_EXPECT_EQ(test, guardt_drops(t, LINK_B, NDP_DROP_LLADDR_LIMIT), 0);
}

/* Nor is it one too many when it is followed at once. */
static void nd_f5_claimant_at_the_limit_is_followed(struct kunit *test)
{
	struct guardt *t = test->priv;

	guardt_know(t);
	t->nn.limit[NDP_HOSTS_PER_LLADDR] = 1;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	t->link[LINK_B].guard = false;
	guardt_hear(t, LINK_B, NDP_BY_NS);
	KUNIT_EXPECT_EQ(test, guardt_where(t), LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_look(t).mac, LINK_B);
	KUNIT_EXPECT_EQ(test, guardt_drops(t, LINK_B, NDP_DROP_LLADDR_LIMIT), 0);
}

/* The link's share in the prefix has ended since the message was looked at. */
static void nd_b3_no_host_behind_the_flush(struct kunit *test)
{
	struct guardt *t = test->priv;

	t->prefix[0].inner = true;	/* on-link nowhere, as its list of links is empty */
	KUNIT_EXPECT_EQ(test, guardt_hear(t, LINK_A, NDP_BY_NA), NDP_LEARNT_REFUSED);
	KUNIT_EXPECT_EQ(test, t->nn.hosts.count, 0);
	t->prefix[0].inner = false;
	KUNIT_EXPECT_NE(test, guardt_hear(t, LINK_A, NDP_BY_NA), NDP_LEARNT_REFUSED);
	KUNIT_EXPECT_EQ(test, t->nn.hosts.count, 1);
}

static struct kunit_case guard_claim_cases[] = {
	KUNIT_CASE_PARAM(nd_f4_who_is_believed_at_once, trust_gen_params),
	KUNIT_CASE(nd_f4_trusted_link_ends_a_claim),
	KUNIT_CASE(nd_f4_dad_with_guard_off_takes_its_second),
	KUNIT_CASE(nd_f4_stalls_end_a_claim_without_a_verdict),
	KUNIT_CASE(nd_f4_stalled_probe_does_not_count),
	KUNIT_CASE(nd_f4_stalls_do_not_put_dad_off),
	KUNIT_CASE_PARAM(nd_f4_meanwhile, during_gen_params),
	KUNIT_CASE_PARAM(nd_f4_who_is_told, defend_gen_params),
	KUNIT_CASE(nd_f4_last_prober_is_told),
	KUNIT_CASE(nd_f4_flags_move_with_the_host),
	KUNIT_CASE(nd_f4_solicitors_are_answered_after_the_move),
	KUNIT_CASE(nd_f4_nobody_is_answered_without_need),
	KUNIT_CASE(nd_c7_probe_that_comes_back),
	KUNIT_CASE(nd_c7_nonce_goes_with_the_claim),
	KUNIT_CASE(nd_c7_nonce_of_a_probe_over_the_limit),
	KUNIT_CASE(nd_f5_claims_count_against_the_limit),
	KUNIT_CASE(nd_f5_claimant_at_the_limit_goes_on),
	KUNIT_CASE(nd_f5_claimant_at_the_limit_is_followed),
	KUNIT_CASE(nd_b3_no_host_behind_the_flush),
	{ }
};

static struct kunit_suite guard_claim_suite = {
	.name = "ndproxy_guard_claim",
	.init = guardt_init,
	.exit = guardt_exit,
	.test_cases = guard_claim_cases,
};

kunit_test_suite(guard_claim_suite);
