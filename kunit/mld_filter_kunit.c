// SPDX-License-Identifier: GPL-2.0
/* mld/filter.c: rows MLD-C5, MLD-D3, MLD-D4, MLD-D6, MLD-F3 */

#include "mld_kunit.h"

static const struct mld_limits limits = MLD_LIMITS_DEFAULT;

struct request {
	const char *id;
	enum mld_mode mode;
	const char *sources;
};

#define IN(id, sources)	{ id, MLD_INCLUDE, sources }
#define EX(id, sources)	{ id, MLD_EXCLUDE, sources }

static int ask_within(struct mld_filter *f, const struct request *r, bool muted,
		      const struct mld_limits *most)
{
	struct in6_addr sources[32];
	struct mld_request req = {
		.id = r->id,
		.mode = r->mode,
		.nsources = mldt_sources(r->sources, sources, ARRAY_SIZE(sources)),
		.sources = sources,
	};

	return mld_filter_listen(f, &req, muted, most);
}

static int ask(struct mld_filter *f, struct request r)
{
	return ask_within(f, &r, false, &limits);
}

static const char *list_of(struct kunit *test, const struct mld_filter *f, enum mld_select sel)
{
	char *text = kunit_kzalloc(test, 256, GFP_KERNEL);
	struct mld_source *s;
	size_t used = 0;

	if (!text)
		return "";
	for (s = mld_filter_first(f, sel); s; s = mld_filter_next(f, s, sel))
		used += scnprintf(text + used, 256 - used, "%s%u", used ? "," : "",
				  s->addr.s6_addr[15]);
	return text;
}

struct merge_case {
	const char *desc;
	struct request asked[5];
	enum mld_mode mode;
	const char *sources;
};

static const struct merge_case merge_cases[] = {
	{ "MLD-D6 none", {}, MLD_INCLUDE, "" },
	{ "MLD-D6 one IN", { IN("a", "3,1,2") }, MLD_INCLUDE, "1,2,3" },
	{ "MLD-D6 a source named twice counts once", { IN("a", "1,2,1"), IN("a", "1") },
	  MLD_INCLUDE, "1" },
	{ "MLD-D6 union of INs (RFC 3810 4.2)", { IN("a", "1,2,3"), IN("b", "2,3,4"), IN("c",
											 "5,6") },
	  MLD_INCLUDE, "1,2,3,4,5,6" },
	{ "MLD-D6 intersection of EXs minus INs (RFC 3810 4.2)",
	  { EX("a", "1,2,3,4"), EX("b", "2,3,4,5"), IN("c", "4,5,6") }, MLD_EXCLUDE, "2,3" },
	{ "MLD-D6 EX {} ends all exclusion (RFC 3810 4.2)",
	  { EX("a", "1,2,3,4"), EX("b", "2,3,4,5"), IN("c", "4,5,6"), EX("d", "") }, MLD_EXCLUDE,
	  "" },
	{ "MLD-D6 a listener's second request replaces its first", { IN("a", "1,2"), IN("a", "3") },
	  MLD_INCLUDE, "3" },
	{ "MLD-D6 from EX to IN by the same listener", { EX("a", "1"), IN("a", "2") }, MLD_INCLUDE,
	  "2" },
	{ "MLD-D6 the last EX gone leaves the INs", { EX("a", "1"), IN("b", "2"), IN("a", "") },
	  MLD_INCLUDE, "2" },
	{ "MLD-D6 an IN gone brings its exclusion back", { EX("a", "1,2"), IN("b", "2"), IN("b",
											    "") },
	  MLD_EXCLUDE, "1,2" },
	{ "MLD-D6 IN {} by a stranger", { IN("a", "1"), IN("b", "") }, MLD_INCLUDE, "1" },
	{ "MLD-D6 all gone", { IN("a", "1"), EX("b", "2"), IN("a", ""), IN("b", "") }, MLD_INCLUDE,
	  "" },
};

static void merge_desc(const struct merge_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(merge, merge_cases, merge_desc);

static void listeners_are_merged(struct kunit *test)
{
	const struct merge_case *c = test->param_value;
	struct mld_filter f;
	unsigned int i;

	mld_filter_init(&f);
	for (i = 0; i < ARRAY_SIZE(c->asked) && c->asked[i].id; i++)
		KUNIT_EXPECT_EQ(test, ask(&f, c->asked[i]), 0);
	KUNIT_EXPECT_EQ(test, mld_filter_mode(&f), c->mode);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), c->sources);
	KUNIT_EXPECT_EQ(test, mld_filter_wanted(&f), c->mode == MLD_EXCLUDE || *c->sources);
	mld_filter_release(&f);
	KUNIT_EXPECT_EQ(test, f.nsources, 0);
}

/* A source that nobody names any more, and that was never told, leaves no trace. */
static void mld_d6_nothing_is_left_behind(struct kunit *test)
{
	struct mld_filter f;

	mld_filter_init(&f);
	ask(&f, (struct request)IN("a", "1,2,3"));
	ask(&f, (struct request)EX("b", "3,4"));
	KUNIT_EXPECT_EQ(test, f.nsources, 4);
	KUNIT_EXPECT_EQ(test, f.nlisted, 4);
	ask(&f, (struct request)IN("a", ""));
	ask(&f, (struct request)IN("b", ""));
	KUNIT_EXPECT_EQ(test, f.nsources, 0);
	KUNIT_EXPECT_EQ(test, f.nlisted, 0);
	KUNIT_EXPECT_TRUE(test, hlist_empty(&f.listeners));
	KUNIT_EXPECT_TRUE(test, !mld_filter_find(&f, "a"));
}

static void mld_d4_t0_becomes_t1(struct kunit *test)
{
	struct mld_filter f;

	mld_filter_init(&f);
	KUNIT_EXPECT_FALSE(test, mld_filter_changed(&f));
	KUNIT_EXPECT_FALSE(test, mld_filter_told(&f));
	ask(&f, (struct request)IN("a", "1,2"));
	KUNIT_EXPECT_TRUE(test, mld_filter_changed(&f));
	KUNIT_EXPECT_FALSE(test, mld_filter_told(&f));
	KUNIT_EXPECT_TRUE(test, mld_filter_commit(&f, 2));
	KUNIT_EXPECT_FALSE(test, mld_filter_changed(&f));
	KUNIT_EXPECT_TRUE(test, mld_filter_told(&f));
	KUNIT_EXPECT_FALSE(test, mld_filter_commit(&f, 2));
	ask(&f, (struct request)EX("b", ""));
	KUNIT_EXPECT_TRUE(test, mld_filter_changed(&f));
	KUNIT_EXPECT_TRUE(test, mld_filter_commit(&f, 2));
	KUNIT_EXPECT_EQ(test, f.told_mode, MLD_EXCLUDE);
	KUNIT_EXPECT_TRUE(test, mld_filter_told(&f));
	mld_filter_untell(&f);
	KUNIT_EXPECT_FALSE(test, mld_filter_told(&f));
	mld_filter_release(&f);
}

static void mld_d3_source_counters_run_apart(struct kunit *test)
{
	struct mld_filter f;

	mld_filter_init(&f);
	ask(&f, (struct request)IN("a", "1,2"));
	mld_filter_commit(&f, 3);
	mld_filter_sent(&f);
	ask(&f, (struct request)IN("a", "2,3"));
	mld_filter_commit(&f, 3);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_ALLOW), "2,3");
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_BLOCK), "1");
	mld_filter_sent(&f);
	mld_filter_sent(&f);
	/* 2 has been told three times by now; 1 and 3 have been told twice. */
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_ALLOW), "3");
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_BLOCK), "1");
	KUNIT_EXPECT_TRUE(test, mld_filter_retrans(&f));
	mld_filter_sent(&f);
	KUNIT_EXPECT_FALSE(test, mld_filter_retrans(&f));
	KUNIT_EXPECT_EQ(test, f.nsources, 2);
	mld_filter_release(&f);
}

static void mld_d3_a_mode_change_ends_source_changes(struct kunit *test)
{
	struct mld_filter f;

	mld_filter_init(&f);
	ask(&f, (struct request)IN("a", "1"));
	mld_filter_commit(&f, 2);
	ask(&f, (struct request)EX("a", "2"));
	mld_filter_commit(&f, 2);
	KUNIT_EXPECT_EQ(test, f.mode_retrans, 2);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_ALLOW), "");
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_BLOCK), "");
	mld_filter_sent(&f);
	/* A source change behind it counts down with the mode's own counter. */
	ask(&f, (struct request)EX("a", "3"));
	mld_filter_commit(&f, 2);
	KUNIT_EXPECT_EQ(test, f.mode_retrans, 1);
	mld_filter_sent(&f);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_ALLOW), "2");
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_BLOCK), "3");
	mld_filter_forget(&f);
	KUNIT_EXPECT_FALSE(test, mld_filter_retrans(&f));
	mld_filter_release(&f);
}

struct answer_case {
	const char *desc;
	struct request has;
	const char *asked;
	const char *answer;
};

static const struct answer_case answer_cases[] = {
	{ "MLD-C5 IN(A) answers A*B", IN("a", "1,2"), "2,3", "2" },
	{ "MLD-C5 IN(A), nothing in common", IN("a", "1,2"), "3,4", "" },
	{ "MLD-C5 EX(A) answers B-A", EX("a", "1,2"), "2,3", "3" },
	{ "MLD-C5 EX {} answers B", EX("a", ""), "1,2", "1,2" },
	{ "MLD-C5 EX(A), all excluded", EX("a", "1,2"), "1,2", "" },
};

static void answer_desc(const struct answer_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(answer, answer_cases, answer_desc);

static void queried_sources_are_answered(struct kunit *test)
{
	const struct answer_case *c = test->param_value;
	struct in6_addr asked[8];
	unsigned int n = mldt_sources(c->asked, asked, ARRAY_SIZE(asked));
	u8 odd[sizeof(asked) + 1];	/* a packet's sources stand at any address */
	struct mld_filter f;

	mld_filter_init(&f);
	ask(&f, c->has);
	memcpy(odd + 1, asked, sizeof(asked));
	KUNIT_EXPECT_EQ(test, mld_filter_query(&f, odd + 1, n), 0);
	KUNIT_EXPECT_EQ(test, f.nqueried, n);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_QUERIED), c->answer);
	mld_filter_unquery(&f);
	KUNIT_EXPECT_EQ(test, f.nqueried, 0);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_QUERIED), "");
	/* A trap of earlier implementations: memory per queried source never freed. */
	KUNIT_EXPECT_EQ(test, f.nsources, f.nlisted);
	mld_filter_release(&f);
}

static void mld_c6_queried_sources_are_bounded(struct kunit *test)
{
	struct in6_addr source = mldt_source(0);
	struct mld_filter f;
	unsigned int i;
	int err = 0;

	mld_filter_init(&f);
	ask(&f, (struct request)EX("a", "1"));
	for (i = 0; i < MLD_QUERY_SOURCES_MAX && !err; i++) {
		source.s6_addr[13] = 1 + i / 256;
		source.s6_addr[15] = i;
		err = mld_filter_query(&f, source.s6_addr, 1);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, f.nqueried, MLD_QUERY_SOURCES_MAX);
	source.s6_addr[13] = 77;
	KUNIT_EXPECT_EQ(test, mld_filter_query(&f, source.s6_addr, 1), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, f.nqueried, 0);
	KUNIT_EXPECT_EQ(test, f.nsources, 1);
	mld_filter_release(&f);
}

static void mld_f3_over_a_limit_nothing_changes(struct kunit *test)
{
	const struct mld_limits few = { .group_sources = 4, .listener_sources = 3 };
	struct request four = IN("a", "1,2,3,4"), a = IN("a", "1,2,3"), b = IN("b", "4,5"),
	c = IN("b", "4");
	struct mld_filter f;

	mld_filter_init(&f);
	KUNIT_EXPECT_EQ(test, ask_within(&f, &four, false, &few), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, f.nsources, 0);
	KUNIT_EXPECT_EQ(test, ask_within(&f, &a, false, &few), 0);
	KUNIT_EXPECT_EQ(test, ask_within(&f, &c, false, &few), 0);
	KUNIT_EXPECT_EQ(test, ask_within(&f, &b, false, &few), -ENOBUFS);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), "1,2,3,4");
	KUNIT_EXPECT_EQ(test, f.nsources, 4);
	KUNIT_EXPECT_EQ(test, mld_filter_find(&f, b.id)->nsources, 1);
	mld_filter_release(&f);
}

/* Sources on their way out are bounded as well. */
static void mld_f3_churn_is_bounded(struct kunit *test)
{
	const struct mld_limits few = { .group_sources = 2, .listener_sources = 2 };
	struct request reqs[] = { IN("a", "1,2"), IN("a", "3,4"), IN("a", "5,6"), IN("a", "7,8"),
				  IN("a", "9,10") };
	struct mld_filter f;
	unsigned int i;
	int err = 0;

	mld_filter_init(&f);
	for (i = 0; i < ARRAY_SIZE(reqs) && !err; i++) {
		err = ask_within(&f, &reqs[i], false, &few);
		if (!err)
			mld_filter_commit(&f, 7);
	}
	KUNIT_EXPECT_EQ(test, err, -ENOBUFS);
	KUNIT_EXPECT_EQ(test, f.nsources, 8);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), "7,8");
	mld_filter_release(&f);
}

/* What a query asks for is not what anybody listens to, however few sources a group may have. */
static void mld_f3_queried_sources_are_not_limited(struct kunit *test)
{
	struct mld_limits few = { .group_sources = 2, .listener_sources = 2 };
	struct request in = IN("a", "201,202"), other = IN("b", "203");
	struct in6_addr source;
	struct mld_filter f;
	unsigned int i;

	mld_filter_init(&f);
	for (i = 1; i <= 200; i++) {
		source = mldt_source(i);
		KUNIT_EXPECT_EQ(test, mld_filter_query(&f, (const u8 *)&source, 1), 0);
	}
	KUNIT_EXPECT_EQ(test, ask_within(&f, &in, false, &few), 0);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), "201,202");
	KUNIT_EXPECT_EQ(test, ask_within(&f, &other, false, &few), -ENOBUFS);
	mld_filter_release(&f);
}

static void mld_f4_a_muted_listener_is_not_merged(struct kunit *test)
{
	struct request ex = EX("a", "1"), in = IN("b", "2");
	struct mld_filter f;

	mld_filter_init(&f);
	KUNIT_EXPECT_EQ(test, ask_within(&f, &ex, true, &limits), 0);
	KUNIT_EXPECT_FALSE(test, mld_filter_wanted(&f));
	KUNIT_EXPECT_TRUE(test, mld_filter_find(&f, ex.id)->muted);
	ask(&f, in);
	KUNIT_EXPECT_EQ(test, mld_filter_mode(&f), MLD_INCLUDE);
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), "2");
	/* It may turn to INCLUDE and is merged then. */
	ask(&f, (struct request)IN("a", "3"));
	KUNIT_EXPECT_STREQ(test, list_of(test, &f, MLD_SEL_LIST), "2,3");
	mld_filter_release(&f);
}

static struct kunit_case mld_filter_cases[] = {
	KUNIT_CASE_PARAM(listeners_are_merged, merge_gen_params),
	KUNIT_CASE(mld_d6_nothing_is_left_behind),
	KUNIT_CASE(mld_d4_t0_becomes_t1),
	KUNIT_CASE(mld_d3_source_counters_run_apart),
	KUNIT_CASE(mld_d3_a_mode_change_ends_source_changes),
	KUNIT_CASE_PARAM(queried_sources_are_answered, answer_gen_params),
	KUNIT_CASE(mld_c6_queried_sources_are_bounded),
	KUNIT_CASE(mld_f3_over_a_limit_nothing_changes),
	KUNIT_CASE(mld_f3_churn_is_bounded),
	KUNIT_CASE(mld_f3_queried_sources_are_not_limited),
	KUNIT_CASE(mld_f4_a_muted_listener_is_not_merged),
	{ }
};

static struct kunit_suite mld_filter_suite = {
	.name = "mld_filter",
	.test_cases = mld_filter_cases,
};

kunit_test_suite(mld_filter_suite);
