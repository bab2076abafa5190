// SPDX-License-Identifier: GPL-2.0
/*
 * mld/group.c: which event means something in which state, and what a group's story sends; rows
 * MLD-C*, D*, E*
 */

#include "mld_kunit.h"

/*
 * Change, Leave, Same, Query, source query, change due, retransmission due, answer due, General
 * answer, Heard, Version, Refresh
 */
static const char events[] = "CLSQqcraGHVR";

struct row_case {
	const char *desc;
	enum mld_state state;
	const char *v2;
	const char *v1;
};

static const struct row_case row_cases[] = {
	{ "not-member", MLD_NOT_MEMBER, "C.S.........", "C.S........." },
	{ "silent", MLD_SILENT, "............", "............" },
	{ "reporting", MLD_REPORTING, "CLSQqcr.G.VR", "CLSQqc.a.HVR" },
	{ "idle", MLD_IDLE, "CLSQqcr.G.VR", "CLSQq....HVR" },
	{ "lazy", MLD_LAZY, "............", "CLSQq....HVR" },
	{ "MLD-A10 sleeping", MLD_SLEEPING, "CLS.......V.", "CLS.......V." },
	{ "MLD-A10 awakening", MLD_AWAKENING, "CLSQqcraG.VR", "CLSQqc.a.HVR" },
	{ "group query pending", MLD_G_QUERY_PENDING, "CLSQqcraG.VR", "CLS.......V." },
	{ "source query pending", MLD_SG_QUERY_PENDING, "CLSQqcraG.VR", "CLS.......V." },
	{ "leaving", MLD_LEAVING, "CLS..cr...V.", "CLS..c....V." },
};

static void row_desc(const struct row_case *c, char *desc)
{
	mldt_describe(desc, c->desc);
}

KUNIT_ARRAY_PARAM(row, row_cases, row_desc);

static void states_know_their_events(struct kunit *test)
{
	const struct row_case *c = test->param_value;
	char v1[MLD_NR_EVENTS + 1] = "", v2[MLD_NR_EVENTS + 1] = "";
	unsigned int i;

	for (i = 0; i < MLD_NR_EVENTS; i++) {
		v1[i] = mld_group_handles(c->state, i, 1) ? events[i] : '.';
		v2[i] = mld_group_handles(c->state, i, 2) ? events[i] : '.';
	}
	KUNIT_EXPECT_STREQ(test, (const char *)v1, c->v1);
	KUNIT_EXPECT_STREQ(test, (const char *)v2, c->v2);
}

static void states_have_names(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < MLD_NR_STATES; i++)
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, strcmp(mld_state_name(i), mld_state_name(j)), 0);
	KUNIT_EXPECT_STREQ(test, mld_state_name(MLD_NR_STATES), "unknown");
}

static const struct mldt_case v2_changes[] = {
	{ "MLD-D1 none to EX{}", "e= w=20", "1:TO_EX();", MLD_REPORTING },
	{ "MLD-D1 none to IN(A)", "i=1,2 w=20", "1:ALLOW(1,2);", MLD_REPORTING },
	{ "MLD-D1 none to IN{}", "i= w=3000", "", MLD_NOT_MEMBER },
	{ "MLD-D1 IN(A) to IN(B)", "i=1,2 w=3000 x i=2,3 w=20", "1:ALLOW(3) 1:BLOCK(1);",
	  MLD_REPORTING },
	{ "MLD-D1 EX(A) to EX(B)", "e=1,2 w=3000 x e=2,3 w=20", "1:ALLOW(1) 1:BLOCK(3);",
	  MLD_REPORTING },
	{ "MLD-D1 IN(A) to EX(B)", "i=1,2 w=3000 x e=2,3 w=20", "1:TO_EX(2,3);", MLD_REPORTING },
	{ "MLD-D1 EX(A) to IN(B)", "e=1,2 w=3000 x i=2,3 w=20", "1:TO_IN(2,3);", MLD_REPORTING },
	{ "MLD-D1 IN(A) to none", "i=1,2 w=3000 x i= w=20", "1:BLOCK(1,2);", MLD_LEAVING },
	{ "MLD-D1 EX to none", "e=1 w=3000 x i= w=20", "1:TO_IN();", MLD_LEAVING },
	{ "MLD-D1 no net change", "e=1 w=3000 x e=1 w=3000", "", MLD_IDLE },
	{ "MLD-D1 a second listener that changes nothing", "e= w=3000 x I=1 w=3000", "", MLD_IDLE },
	{ "MLD-D2 a join is told twice", "e= w=3000", "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-D2 a leave is told twice", "e= w=3000 x i= w=3000", "1:TO_IN();1:TO_IN();",
	  MLD_NOT_MEMBER },
	{ "MLD-D2 the first at the end of the window", "e= w=19", "", MLD_REPORTING },
	{ "MLD-D2 the second within the interval, at the latest", "r=1 e= w=20 x w=999", "",
	  MLD_REPORTING },
	{ "MLD-D2 the second within the interval, now", "r=1 e= w=20 x w=1000", "1:TO_EX();",
	  MLD_IDLE },
	{ "MLD-D2 the second at the soonest", "r=0 e= w=21", "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-D3 source counters merge (TAHI 3.5.a)", "i=1,3 w=3000 x i=2,3 w=20 i= w=3000",
	  "1:ALLOW(2) 1:BLOCK(1);1:BLOCK(1,2,3);1:BLOCK(2,3);", MLD_NOT_MEMBER },
	{ "MLD-D3 a mode change stops source records (TAHI 3.5.c)",
	  "i=1,3 w=3000 x i=2,3 w=20 e= w=3000",
	  "1:ALLOW(2) 1:BLOCK(1);1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-D3 sources under a mode record (TAHI 3.5.g)", "e=1 w=20 e= w=3000",
	  "1:TO_EX(1);1:TO_EX();1:ALLOW(1);", MLD_IDLE },
	{ "MLD-D3 another listener's change merges (TAHI 3.6.a)", "i=1,3 w=20 I=2,3 w=3000",
	  "1:ALLOW(1,3);1:ALLOW(1,2,3);1:ALLOW(2);", MLD_IDLE },
	{ "MLD-D3 back again before the second copy", "i=1 w=3000 x e= w=20 i=1 w=3000",
	  "1:TO_EX();1:TO_IN(1);1:TO_IN(1);", MLD_IDLE },
	{ "MLD-D4 a change taken back before it was told", "i=1 w=3000 x i=2 w=10 i=1 w=3000", "",
	  MLD_IDLE },
	{ "MLD-D4 a change taken back leaves the retransmission its time",
	  "r=1 e= w=20 x e=1 w=10 e= w=989 x w=1",
	  "1:TO_EX();", MLD_IDLE },
	{ "MLD-D5 join and leave inside one window", "e= w=10 i= w=3000", "", MLD_NOT_MEMBER },
	{ "MLD-D5 leave and rejoin inside one window", "e= w=3000 x i= w=10 e= w=3000 g=0 w=0",
	  "1:IS_EX();", MLD_IDLE },
	{ "MLD-D5 rejoin while leaving", "e= w=3000 x i= w=20 e= w=3000",
	  "1:TO_IN();1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-D5 rejoin a source while leaving", "i=1 w=3000 x i= w=20 i=1 w=3000",
	  "1:BLOCK(1);1:ALLOW(1);1:ALLOW(1);",
	  MLD_IDLE },
	{ "MLD-D6 two listeners, one leaves", "e= w=3000 E=1 w=3000 x i= w=20", "1:BLOCK(1);",
	  MLD_REPORTING },
	{ "MLD-D3 a retransmission tells a change that waits",
	  "r=1 i=1,2 w=20 x d=5000 i=1 w=1000 i=1,2 w=9000",
	  "1:ALLOW(1) 1:BLOCK(2);1:ALLOW(2);1:ALLOW(2);", MLD_IDLE },
	{ "MLD-D8 a join may wait", "d=500 e= w=499", "", MLD_REPORTING },
	{ "MLD-D8 a join that waited is told", "d=500 e= w=500", "1:TO_EX();", MLD_REPORTING },
	{ "MLD-D8 a sooner time stays", "e= d=500 E=1 w=20", "1:TO_EX();", MLD_REPORTING },
};

KUNIT_ARRAY_PARAM(v2_change, v2_changes, mldt_case_desc);

/* As many source-specific queries as are answered at once. */
#define BURST "r=0 s=1 w=0 s=1 w=0 s=1 w=0 s=1 w=0 s=1 w=0 s=1 w=0 s=1 w=0 s=1 "

static const struct mldt_case v2_queries[] = {
	{ "MLD-C4 address-specific query waits", "i=1,2 w=3000 x q=1000 w=499", "",
	  MLD_G_QUERY_PENDING },
	{ "MLD-C4 and is answered with the whole filter", "i=1,2 w=3000 x q=1000 w=500",
	  "1:IS_IN(1,2);", MLD_IDLE },
	{ "MLD-C4 of EX", "e=1 w=3000 x q=1000 w=500", "1:IS_EX(1);", MLD_IDLE },
	{ "MLD-C4 the sooner of two stays", "e= w=3000 x q=1000 r=1 q=2000 w=500", "1:IS_EX();",
	  MLD_IDLE },
	{ "MLD-C4 the sooner of two comes", "e= w=3000 x r=1 q=2000 r=5 q=1000 w=500", "1:IS_EX();",
	  MLD_IDLE },
	{ "MLD-C4 it clears recorded sources", "e= w=3000 x s=1 q=1000 w=500", "1:IS_EX();",
	  MLD_IDLE },
	{ "MLD-C4 MRD 0 is answered at once", "e= w=3000 x q=0 w=0", "1:IS_EX();", MLD_IDLE },
	{ "MLD-C4 nobody listens", "q=1000 w=3000", "", MLD_NOT_MEMBER },
	{ "MLD-C5 source query waits", "i=1,2 w=3000 x s=2,3 w=499", "", MLD_SG_QUERY_PENDING },
	{ "MLD-C5 IN(A): A*B", "i=1,2 w=3000 x s=2,3 w=500", "1:IS_IN(2);", MLD_IDLE },
	{ "MLD-C5 EX(A): B-A", "e=1,2 w=3000 x s=2,3 w=500", "1:IS_IN(3);", MLD_IDLE },
	{ "MLD-C5 EX{} does not ignore it, nor says IS_EX", "e= w=3000 x s=2,3 w=500",
	  "1:IS_IN(2,3);", MLD_IDLE },
	{ "MLD-C5 nothing in common, no answer", "i=1 w=3000 x s=2,3 w=3000", "", MLD_IDLE },
	{ "MLD-C5 a pending whole answer stays one", "i=1,2 w=3000 x q=1000 s=1 w=500",
	  "1:IS_IN(1,2);", MLD_IDLE },
	{ "MLD-C5 a second adds its sources", "i=1,2,3 w=3000 x s=1 s=3 w=500", "1:IS_IN(1,3);",
	  MLD_IDLE },
	{ "MLD-C5 a second cannot postpone", "i=1,2 w=3000 x s=1 r=1 s=2 w=500", "1:IS_IN(1,2);",
	  MLD_IDLE },
	{ "MLD-C5 a general answer that is sooner makes it unneeded",
	  "e= w=3000 x r=0 g=1000 r=5 s=1 w=3000",
	  "1:IS_EX();", MLD_IDLE },
	{ "MLD-C5 a general answer that is later does not", "e= w=3000 x r=1 g=9000 r=5 s=1 w=3000",
	  "1:IS_IN(1);", MLD_IDLE },
	{ "MLD-C6 the ninth in one burst is told all, the tenth a second later",
	  "e= w=3000 " BURST "w=0 x s=1 w=9 s=1 w=9",
	  "1:IS_EX();", MLD_G_QUERY_PENDING },
	{ "MLD-C6 but one is, 10 s later",
	  "e= w=3000 " BURST "w=10000 x s=1 w=9",
	  "1:IS_IN(1);", MLD_IDLE },
	{ "MLD-C7 the answer tells the new sources", "i=1 w=3000 r=1 q=3000 r=0 i=2 w=100 x w=3000",
	  "1:IS_IN(2);", MLD_IDLE },
	{ "MLD-C7 the answer tells the new mode", "i=1 w=3000 r=1 s=1,2 r=0 e=1 w=100 x w=3000",
	  "1:IS_IN(2);", MLD_IDLE },
	{ "MLD-C7 a state change does not wait for it", "i=1 w=3000 x r=1 q=3000 i=2 w=20",
	  "1:ALLOW(2) 1:BLOCK(1);",
	  MLD_G_QUERY_PENDING },
	{ "MLD-C7 whoever left does not answer", "i=1 w=3000 x r=1 q=3000 r=0 i= w=9000",
	  "1:BLOCK(1);1:BLOCK(1);",
	  MLD_NOT_MEMBER },
	{ "MLD-C7 left and back in one window, no answer is owed",
	  "e= w=3000 x q=1000 i= w=5 e= w=3000", "", MLD_IDLE },
	{ "MLD-C7 an answer does not run ahead of a change", "d=9000 e= w=100 q=0 w=0",
	  "1:TO_EX();1:IS_EX();", MLD_REPORTING },
	{ "MLD-C7 nor does one to a source query", "e= w=3000 x d=9000 e=1 w=5 r=0 s=1,2 w=0",
	  "1:BLOCK(1);1:IS_IN(2);",
	  MLD_REPORTING },
	{ "MLD-C7 a join taken back takes its answer along", "e= q=9000 w=5 i= w=9000", "",
	  MLD_NOT_MEMBER },
};

KUNIT_ARRAY_PARAM(v2_query, v2_queries, mldt_case_desc);

/* Each begins with a v1 query for a group that nobody listens to, to get into v1 mode. */
#define V1 "G=10000 "

static const struct mldt_case v1_stories[] = {
	{ "MLD-E5 a join is reported at once", V1 "e= w=20", "1:REPORT;", MLD_REPORTING },
	{ "MLD-E5 and a second time", V1 "r=1 e= w=20 x w=10000", "1:REPORT;", MLD_IDLE },
	{ "MLD-E5 within 10 s", V1 "r=1 e= w=20 x w=9999", "", MLD_REPORTING },
	{ "MLD-E5 a source-specific join reports the group", V1 "i=1 w=20", "1:REPORT;",
	  MLD_REPORTING },
	{ "MLD-E5 changes of the filter say nothing",
	  V1 "i=1 w=20000 x i=2 w=20 e= w=20 e=3 w=20000", "", MLD_IDLE },
	{ "MLD-E5 a leave says Done", V1 "e= w=20000 x i= w=20", "1:DONE;", MLD_NOT_MEMBER },
	{ "MLD-E5 once", V1 "e= w=20000 x i= w=20000", "1:DONE;", MLD_NOT_MEMBER },
	{ "MLD-E5 but not if another reported last", V1 "e= w=20000 h x i= w=20000", "",
	  MLD_NOT_MEMBER },
	{ "MLD-E5 a leave before the second report", V1 "r=1 e= w=20 x i= w=20000", "1:DONE;",
	  MLD_NOT_MEMBER },
	{ "MLD-E5 join and leave inside one window", V1 "e= w=10 i= w=20000", "", MLD_NOT_MEMBER },
	{ "MLD-D5 v1 leave and rejoin inside one window", V1 "e= w=20000 x i= w=10 e= w=20000", "",
	  MLD_IDLE },
	{ "MLD-D5 v1 rejoin with another filter", V1 "e= w=20000 x i= w=10 i=1 w=20000", "",
	  MLD_IDLE },
	{ "MLD-E3 a general query", V1 "e= w=20000 x G=1000 w=500", "1:REPORT;", MLD_IDLE },
	{ "MLD-E3 its delay", V1 "e= w=20000 x G=1000 w=499", "", MLD_REPORTING },
	{ "MLD-E3 a specific query", V1 "e= w=20000 x Q=1000 w=500", "1:REPORT;", MLD_IDLE },
	{ "MLD-E3 a timer that is sooner is kept", V1 "e= w=20000 x G=1000 r=1 G=1000 w=500",
	  "1:REPORT;", MLD_IDLE },
	{ "MLD-E3 a timer that is later is not", V1 "e= w=20000 x r=1 G=9000 r=5 G=1000 w=500",
	  "1:REPORT;", MLD_IDLE },
	{ "MLD-E2 a v2 general query is answered as v1", V1 "e= w=20000 x g=1000 w=500",
	  "1:REPORT;", MLD_IDLE },
	{ "MLD-E2 a v2 specific query too", V1 "e= w=20000 x q=1000 w=500", "1:REPORT;", MLD_IDLE },
	{ "MLD-E2 a v2 source query too", V1 "e= w=20000 x s=1 w=500", "1:REPORT;", MLD_IDLE },
	{ "MLD-E4 another's report stops the timer", V1 "e= w=20000 x G=1000 h w=3000", "",
	  MLD_LAZY },
	{ "MLD-E4 and clears the last reporter when idle", V1 "e= w=20000 h", "1:REPORT;1:REPORT;",
	  MLD_LAZY },
	{ "MLD-E4 the next answer sets it again", V1 "e= w=20000 h x G=1000 w=500 i= w=20",
	  "1:REPORT;1:DONE;",
	  MLD_NOT_MEMBER },
	{ "MLD-E4 in v2 mode it suppresses nothing", "e= w=3000 x q=1000 h w=500", "1:IS_EX();",
	  MLD_IDLE },
	{ "MLD-D8 v1 a report that may wait waits for both", V1 "r=1 d=500 e= w=9999", "",
	  MLD_REPORTING },
	{ "MLD-D8 v1 and then comes", V1 "r=1 d=500 e= w=10000", "1:REPORT;", MLD_REPORTING },
	{ "MLD-D8 v1 the listener's delay may be the later one", V1 "r=0 d=500 e= w=499", "",
	  MLD_REPORTING },
	{ "MLD-D8 v1 a query calls a waiting join", V1 "r=1 d=9000 e= r=0 G=1000 w=0", "1:REPORT;",
	  MLD_REPORTING },
	{ "MLD-E1 v2 timers are cancelled", "r=1 e= w=3000 x q=5000 Q=9000 w=8999", "",
	  MLD_REPORTING },
	{ "MLD-E1 a v2 retransmission is cancelled", "r=1 e= w=20 x G=9000 w=8999", "",
	  MLD_REPORTING },
	{ "MLD-E1 a v2 leave that was told is not told again",
	  "r=1 e= w=3000 i= w=20 x G=0 w=20000", "", MLD_NOT_MEMBER },
	{ "MLD-E1 a leave that was not told yet says Done", "e= w=3000 x i= w=5 G=0 w=20000",
	  "1:DONE;", MLD_NOT_MEMBER },
	{ "MLD-E1 a join that was not told yet is reported", "r=1 e= w=5 Q=9000 w=20", "1:REPORT;",
	  MLD_REPORTING },
	{ "MLD-E1 a change of sources is not", "i=1 w=3000 x i=2 w=5 Q=9000 w=100", "",
	  MLD_REPORTING },
	{ "MLD-E1 back to v2 nothing is sent", V1 "e= w=20000 x w=250000", "", MLD_IDLE },
	{ "MLD-E6 back in v2, queries are answered", V1 "e= w=20000 w=250000 x s=1 w=500",
	  "1:IS_IN(1);", MLD_IDLE },
	{ "MLD-E6 back in v2, general queries are answered",
	  V1 "i=1 w=20000 h w=250000 x g=1000 w=500", "1:IS_IN(1);",
	  MLD_IDLE },
	{ "MLD-E6 back in v2, a leave is told", V1 "i=1 w=20000 w=250000 x i= w=3000",
	  "1:BLOCK(1);1:BLOCK(1);",
	  MLD_NOT_MEMBER },
	{ "MLD-E6 back in v2, lazy means nothing", V1 "e= w=20000 h w=250000 x i= w=20",
	  "1:TO_IN();", MLD_LEAVING },
	{ "MLD-E6 back in v2, a join is told", V1 "w=270000 x e= w=20", "1:TO_EX();",
	  MLD_REPORTING },
	{ "MLD-E6 a pending Done leaves before the switch", V1 "e= w=259990 x i= w=10", "1:DONE;",
	  MLD_NOT_MEMBER },
	{ "MLD-E6 a pending join is told as v2", V1 "w=259990 e= x w=100", "1:TO_EX();",
	  MLD_REPORTING },
	{ "MLD-E6 a pending v1 answer is void", V1 "e= w=20000 x w=239990 r=1 g=9000 w=9000", "",
	  MLD_IDLE },
	{ "MLD-E7 version 1", "v=1 e= w=20 x w=300000 g=0 w=0", "1:REPORT;1:REPORT;", MLD_IDLE },
	{ "MLD-E7 version 2 ignores v1 queries", "v=2 e= w=3000 x G=0 Q=0 w=300000", "", MLD_IDLE },
};

KUNIT_ARRAY_PARAM(v1, v1_stories, mldt_case_desc);

static const struct mldt_case link_stories[] = {
	{ "MLD-A10 asleep, a join is noted", "z e= w=3000", "", MLD_SLEEPING },
	{ "MLD-A10 awake, it is told as often as RV says", "z e= w=3000 Z w=3000",
	  "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A10 whatever comes first then", "r=1 z e= w=3000 Z w=3000", "1:TO_EX();1:TO_EX();",
	  MLD_IDLE },
	{ "MLD-A10 a change of the mode is told by its records",
	  "e=1 w=3000 x z i=2 w=3000 Z w=3000", "1:TO_IN(2);1:TO_IN(2);", MLD_IDLE },
	{ "MLD-A10 of the sources, by those too, and what has gone",
	  "i=1,2 w=3000 x z i=2,3 w=3000 Z w=3000",
	  "1:ALLOW(2,3) 1:BLOCK(1);1:ALLOW(2,3) 1:BLOCK(1);", MLD_IDLE },
	{ "MLD-A10 what was told once goes on", "r=1 e= w=20 x z w=5000 Z w=3000",
	  "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A10 an answer that comes before has the change told before it",
	  "z e= w=3000 Z q=0 w=3000", "1:TO_EX();1:IS_EX();1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A10 asleep, a leave is noted", "e= w=3000 x z i= w=3000", "", MLD_SLEEPING },
	{ "MLD-A10 awake, it is told too", "e= w=3000 x z i= w=3000 Z w=3000",
	  "1:TO_IN();1:TO_IN();", MLD_NOT_MEMBER },
	{ "MLD-A10 what is wanted is told afresh", "e=1 w=3000 x z w=3000 Z w=3000",
	  "1:TO_EX(1);1:TO_EX(1);", MLD_IDLE },
	{ "MLD-A10 sources too", "i=1 w=3000 x z w=3000 Z w=3000", "1:ALLOW(1);1:ALLOW(1);",
	  MLD_IDLE },
	{ "MLD-A10 until then it awakens", "e= w=3000 x z w=3000 Z w=19", "", MLD_AWAKENING },
	{ "MLD-A10 a query wakes the link", "e= w=3000 x z w=3000 q=0 w=3000",
	  "1:IS_EX();1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A10 a query on the way to sleep, then sleep",
	  "e= w=3000 z q=0 w=3000 x z w=3000 Z w=3000", "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A10 asleep, a leave is no Done before the switch",
	  "v=1 e= w=20000 x z i= v=2 w=3000", "", MLD_SLEEPING },
	{ "MLD-A10 awake, it is told as v2", "v=1 e= w=20000 x z i= v=2 w=3000 Z w=3000",
	  "1:TO_IN();1:TO_IN();", MLD_NOT_MEMBER },
	{ "MLD-A10 asleep, retransmissions wait", "r=1 e= w=20 x z w=5000", "", MLD_SLEEPING },
	{ "MLD-A10 v1 reports afresh", V1 "e= w=20000 x z w=3000 Z w=3000", "1:REPORT;1:REPORT;",
	  MLD_IDLE },
	{ "MLD-A10 v1 a join is told as often", V1 "z e= w=3000 Z w=3000", "1:REPORT;1:REPORT;",
	  MLD_IDLE },
	{ "MLD-A10 waking when awake is nothing", "e= w=3000 x Z w=3000", "", MLD_IDLE },
	{ "MLD-A4 reported afresh", "e=1 w=3000 x R w=3000", "1:TO_EX(1);1:TO_EX(1);", MLD_IDLE },
	{ "MLD-A4 a change that waits speaks for itself", "e=1 w=3000 x r=0 d=2000 e=2 R w=2500",
	  "1:ALLOW(1) 1:BLOCK(2);1:ALLOW(1) 1:BLOCK(2);", MLD_IDLE },
	{ "MLD-A4 v1 a change that waits speaks for itself", V1 "r=1 d=500 e= R w=9000", "",
	  MLD_REPORTING },
	{ "MLD-A2 no multicast, no packet", "m=1 e= w=3000 q=0 g=0 w=3000", "", MLD_SILENT },
	{ "MLD-A2 multicast comes", "m=1 e= w=3000 m=0 w=3000", "1:TO_EX();1:TO_EX();", MLD_IDLE },
	{ "MLD-A2 multicast goes", "e= w=20 x m=1 w=3000", "", MLD_SILENT },
	{ "MLD-A2 silent and gone", "m=1 e= i= m=1", "", MLD_NOT_MEMBER },
};

KUNIT_ARRAY_PARAM(link, link_stories, mldt_case_desc);

static struct kunit_case mld_group_cases[] = {
	KUNIT_CASE_PARAM(states_know_their_events, row_gen_params),
	KUNIT_CASE(states_have_names),
	KUNIT_CASE_PARAM(mldt_run_case, v2_change_gen_params),
	KUNIT_CASE_PARAM(mldt_run_case, v2_query_gen_params),
	KUNIT_CASE_PARAM(mldt_run_case, v1_gen_params),
	KUNIT_CASE_PARAM(mldt_run_case, link_gen_params),
	{ }
};

static struct kunit_suite mld_group_suite = {
	.name = "mld_group",
	.test_cases = mld_group_cases,
};

kunit_test_suite(mld_group_suite);
