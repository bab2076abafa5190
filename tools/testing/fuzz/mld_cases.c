// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a file of listener cases against the pure core in virtual time:   mld_cases FILE [SEEDS]
 *
 * The format is described at the head of such a file. A report transmission is a packet; it carries
 * a step's records if, for each group named, the packet's records of that group are exactly those.
 * A count N is exact and lets no other change record of these groups pass; "1+" ends with the first
 * transmission that fits.
 */
#include <stdio.h>

#include "mld_user.h"

#define MAX_RECORDS	8
#define MAX_SOURCES	16
#define MAX_PACKETS	256
#define MAX_STEPS	64

static const char *const types[] = { "?", "IS_IN", "IS_EX", "TO_IN", "TO_EX", "ALLOW", "BLOCK" };

struct record {
	struct in6_addr group;
	unsigned int type, n;
	struct in6_addr sources[MAX_SOURCES];
};

struct packet {
	s64 at;
	unsigned int n;
	struct record records[MAX_RECORDS];
};

static struct packet packets[MAX_PACKETS];
static unsigned int npackets;

static struct in6_addr addr(const char *text)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, text, &a) != 1) {
		fprintf(stderr, "mld_cases: bad address %s\n", text);
		exit(2);
	}
	return a;
}

static struct in6_addr group_of(const char *name)
{
	if (!strcmp(name, "M1"))
		return addr("ff1e::1:1");
	if (!strcmp(name, "M2"))
		return addr("ff1e::1:2");
	if (!strcmp(name, "SSM1"))
		return addr("ff3e::8000:1");
	if (!strcmp(name, "SN"))
		return addr("ff02::1:ff00:1");
	return addr(name);
}

static unsigned int sources_of(char *text, struct in6_addr *sources)
{
	unsigned int n = 0;
	char *save, *s;

	if (!strcmp(text, "-"))
		return 0;
	for (s = strtok_r(text, ",", &save); s && n < MAX_SOURCES; s = strtok_r(NULL, ",", &save)) {
		if (s[0] == 'S') {
			sources[n] = addr("2001:db8:ffff::");
			sources[n++].s6_addr[15] = atoi(s + 1);
		} else {
			sources[n++] = addr(s);
		}
	}
	return n;
}

static void seen(struct sim *sim, const struct in6_addr *daddr, const u8 *data, u32 len)
{
	struct packet *p = &packets[npackets];
	struct mld_record rec;
	u32 at = sizeof(struct mld_v2_report);
	unsigned int i, count;

	(void)daddr;
	if (data[0] != MLD_TYPE_V2_REPORT || npackets == MAX_PACKETS)
		return;
	npackets++;
	p->at = sim->now;
	p->n = 0;
	count = data[6] << 8 | data[7];
	for (i = 0; i < count && p->n < MAX_RECORDS && at + sizeof(rec) <= len; i++) {
		struct record *r = &p->records[p->n++];

		memcpy(&rec, data + at, sizeof(rec));
		at += sizeof(rec);
		r->group = rec.group;
		r->type = rec.type;
		r->n = ntohs(rec.nsources);
		if (r->n <= MAX_SOURCES)
			memcpy(r->sources, data + at, r->n * 16);
		at += r->n * 16;
	}
	if (at != len)
		abort();
}

static int cmp_addr(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static bool same(struct record *a, struct record *b)
{
	if (a->type != b->type || a->n != b->n || !ipv6_addr_equal(&a->group, &b->group))
		return false;
	qsort(b->sources, b->n, 16, cmp_addr);
	qsort(a->sources, a->n, 16, cmp_addr);
	return !memcmp(a->sources, b->sources, a->n * 16);
}

static bool named(const struct packet *want, const struct record *r)
{
	unsigned int i;

	for (i = 0; i < want->n; i++)
		if (ipv6_addr_equal(&want->records[i].group, &r->group))
			return true;
	return false;
}

/* Does the packet carry exactly these records for these groups? */
static bool fits(struct packet *want, struct packet *got)
{
	unsigned int i, j, found = 0, mine = 0;

	for (j = 0; j < got->n; j++)
		mine += named(want, &got->records[j]);
	for (i = 0; i < want->n; i++)
		for (j = 0; j < got->n; j++)
			found += same(&want->records[i], &got->records[j]);
	return found == want->n && mine == want->n;
}

static bool changes(const struct packet *want, const struct packet *got)
{
	unsigned int j;

	for (j = 0; j < got->n; j++)
		if (got->records[j].type >= MLD_TO_IN && named(want, &got->records[j]))
			return true;
	return false;
}

struct expect {
	bool more, none;
	unsigned int n;
	struct packet want;
	long within;
	int after;
};

static void parse_expect(char *rest, struct expect *e)
{
	char *save, *tok = strtok_r(rest, " ", &save);

	memset(e, 0, sizeof(*e));
	tok = strtok_r(NULL, " ", &save);
	e->none = !strcmp(tok, "none");
	e->n = e->none ? 0 : atoi(tok);
	e->more = strchr(tok, '+');
	while ((tok = strtok_r(NULL, " ", &save))) {
		struct record *r = &e->want.records[e->want.n];
		char *colon = strchr(tok, ':'), *paren = strchr(tok, '(');
		unsigned int t;

		if (sscanf(tok, "within=%lds@step%d", &e->within, &e->after) == 2)
			continue;
		e->want.n++;
		if (e->none) {
			r->group = group_of(tok);
			continue;
		}
		*colon = 0;
		*paren = 0;
		paren[1 + strcspn(paren + 1, ")")] = 0;
		r->group = group_of(tok);
		for (t = 1; t < ARRAY_SIZE(types); t++)
			if (!strcmp(colon + 1, types[t]))
				r->type = t;
		r->n = sources_of(paren + 1, r->sources);
	}
}

struct runner {
	struct sim sim;
	s64 step_at[1000];
	unsigned int from;	/* packets before the stimulus */
	s64 since;		/* time of the stimulus */
	u32 response;		/* longest response time since then */
	bool fresh;		/* no stimulus since the last expectation */
};

static bool judge(struct runner *r, struct expect *e)
{
	unsigned int i, hits = 0, others = 0;
	s64 latest = e->within ? r->step_at[e->after] + e->within * 1000 : MLD_NEVER;

	for (i = r->from; i < npackets; i++) {
		if (e->none) {
			unsigned int j;

			for (j = 0; j < packets[i].n; j++)
				others += named(&e->want, &packets[i].records[j]);
		} else if (fits(&e->want, &packets[i])) {
			hits += packets[i].at <= latest;
		} else {
			others += changes(&e->want, &packets[i]);
		}
	}
	if (e->none)
		return !others;
	return e->more ? hits >= e->n : hits == e->n && !others;
}

static bool expect(struct runner *r, struct expect *e, unsigned int n)
{
	s64 until = max(r->since + 3000, r->since + r->response + 1000);
	bool more = true;
	unsigned int i;

	for (i = 0; i < n; i++)
		more &= e[i].more;
	/*
	 * An exact alternative cannot be told from "1+" before the time is over; the first that
	 * fits is enough.
	 */
	for (i = 0; i < n; i++)
		more |= e[i].more;
	do {
		for (i = 0; more && i < n; i++)
			if (e[i].more && judge(r, &e[i]))
				return true;
	} while (sim_step(&r->sim, until));
	for (i = 0; i < n; i++)
		if (judge(r, &e[i]))
			return true;
	return false;
}

static void stimulus(struct runner *r)
{
	if (r->fresh) {
		r->from = npackets;
		r->since = r->sim.now;
		r->response = 0;
		r->fresh = false;
	}
}

static void do_listen(struct runner *r, char *rest)
{
	static const char *const sockets[] = { "S1", "S2", "S3", "S4" };
	char group[64], sock[16], mode[8], list[256];
	struct in6_addr sources[MAX_SOURCES], g;
	struct mld_request req = { .sources = sources };
	unsigned int i;

	sscanf(rest, "%*s %63s %15s %7s %255s", group, sock, mode, list);
	for (i = 0; i < ARRAY_SIZE(sockets); i++)
		if (!strcmp(sock, sockets[i]))
			req.id = sockets[i];
	req.mode = !strcmp(mode, "EX") ? MLD_EXCLUDE : MLD_INCLUDE;
	req.nsources = sources_of(list, sources);
	g = group_of(group);
	if (mld_proto_listen(&r->sim.proto, &g, &req, r->sim.now))
		abort();
}

static void do_query(struct runner *r, char *rest)
{
	struct in6_addr group = in6addr_any, sources[MAX_SOURCES];
	unsigned int n = 0, mrc = 1000, version = 2, words = 0;
	char *save, *tok;

	for (tok = strtok_r(rest, " ", &save); tok; tok = strtok_r(NULL, " ", &save)) {
		if (!strncmp(tok, "mrc=", 4))
			mrc = atoi(tok + 4);
		else if (!strncmp(tok, "from=", 5))
			continue;
		else if (++words == 2)
			version = atoi(tok + 1);
		else if (words == 4)
			group = group_of(tok);
		else if (words == 5)
			n = sources_of(tok, sources);
	}
	r->response = max(r->response, mrc);
	if (sim_query(&r->sim, version, &group, sources, n, version == 1 ? mrc : sim_mrc(mrc), 2,
		      125) > MLD_C_QUERIES_V2)
		abort();
	/* Another stimulus follows the first, not at the same instant. */
	sim_run_until(&r->sim, r->sim.now + 10);
}

static void show(const struct runner *r)
{
	char text[INET6_ADDRSTRLEN];
	unsigned int i, j, k;

	for (i = r->from; i < npackets; i++) {
		printf("    %6lld ms:", (long long)(packets[i].at - r->since));
		for (j = 0; j < packets[i].n; j++) {
			const struct record *rec = &packets[i].records[j];

			printf(" %s:%s(", inet_ntop(AF_INET6, &rec->group, text, sizeof(text)),
			       types[rec->type]);
			for (k = 0; k < rec->n && k < MAX_SOURCES; k++)
				printf("%s%d", k ? "," : "", rec->sources[k].s6_addr[15]);
			printf(")");
		}
		printf("\n");
	}
}

static bool run_case(char steps[][256], unsigned int n, u64 seed)
{
	static const char kernel[] = "kernel";
	struct mld_request sn = { .id = kernel, .mode = MLD_EXCLUDE };
	struct runner r = { .fresh = true };
	struct in6_addr g = group_of("SN");
	struct expect e[4];
	unsigned int i, alt;
	char line[256];
	bool ok = true;

	sim_init(&r.sim, seed);
	r.sim.sent = seen;
	npackets = 0;
	mld_proto_listen(&r.sim.proto, &g, &sn, r.sim.now);
	sim_run_until(&r.sim, r.sim.now + 5000);
	npackets = 0;
	for (i = 0; i < n && ok; i++) {
		char verb[16];
		int num, used;

		strcpy(line, steps[i]);
		if (sscanf(line, "%d %15s %n", &num, verb, &used) != 2 || num < 0 || num >= 1000)
			continue;
		r.step_at[num] = r.sim.now;
		if (!strcmp(verb, "listen")) {
			stimulus(&r);
			do_listen(&r, line + used);
		} else if (!strcmp(verb, "query")) {
			stimulus(&r);
			r.step_at[num] = r.sim.now;
			do_query(&r, line + used);
		} else {
			parse_expect(line + used, &e[0]);
			for (alt = 1; i + 1 < n && alt < 4 && strstr(steps[i + 1],
								     "or: expect"); alt++) {
				strcpy(line, strstr(steps[++i], "expect") + 7);
				parse_expect(line, &e[alt]);
			}
			ok = expect(&r, e, alt);
			r.fresh = true;
			if (!ok) {
				printf("  seed %llu, step %d:%s\n", (unsigned long long)seed, num,
				       strchr(steps[i], 'e'));
				show(&r);
			}
		}
	}
	mld_proto_release(&r.sim.proto);
	return ok;
}

static unsigned int passed, failed;

static void finish(const char *name, char steps[][256], unsigned int n, unsigned int seeds)
{
	unsigned int seed;

	if (!n)
		return;
	for (seed = 1; seed <= seeds; seed++)
		if (!run_case(steps, n, seed))
			break;
	if (seed > seeds) {
		passed++;
	} else {
		failed++;
		printf("not ok - %s\n", name);
	}
}

int main(int argc, char **argv)
{
	static char steps[MAX_STEPS][256];
	unsigned int n = 0, seeds = argc > 2 ? atoi(argv[2]) : 20;
	char line[256], name[256] = "";
	FILE *f;

	f = argc > 1 ? fopen(argv[1], "r") : NULL;
	if (!f) {
		fprintf(stderr, "usage: mld_cases FILE [SEEDS]\n");
		return 2;
	}
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (!strncmp(line, "case ", 5)) {
			finish(name, steps, n, seeds);
			n = 0;
			strcpy(name, line + 5);
		} else if (line[0] && line[0] != '#' && n < MAX_STEPS) {
			strcpy(steps[n++], line);
		}
	}
	finish(name, steps, n, seeds);
	fclose(f);
	printf("%u cases passed, %u failed, with %u seeds each\n", passed, failed, seeds);
	return failed || !passed;
}
