// SPDX-License-Identifier: GPL-2.0
/*
 * ndgen: send Neighbor Solicitations for N targets at a rate, and measure what comes back.
 *
 * Open loop: the sending times do not depend on the answers, so a slow proxy cannot slow its own
 * examination down. Every target has one slot: asking opens it, its answer closes it. A slot still
 * open when its target is asked again, or after the timeout, is an unanswered solicitation; an
 * answer without an open slot is "extra". The first loss at a target leaves in doubt which
 * solicitation a later answer belongs to: such a target still counts, but gives no more latencies.
 *
 * Latency: from just before the send call to the kernel's receive timestamp of the answer.
 */
#define _GNU_SOURCE
#include "args.h"
#include "ndpkt.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define NSEC_PER_MSEC 1000000ULL
#define IDLE_NS (20 * NSEC_PER_MSEC)		/* look at the socket at least this often */
#define DEBT_LIMIT_NS (5 * NSEC_PER_MSEC)	/* a longer stall is not caught up in a burst */

struct slot {
	uint64_t sent_ns;		/* 0: closed */
	bool in_doubt;
};

struct generator {
	struct nd_sock sk;
	struct in6_addr src, first;
	unsigned long targets, count, rate, timeout;	/* 1/s, ms */
	const char *source_text, *unicast_text, *samples_file;
	const uint8_t *unicast;		/* NULL: solicited-node multicast */
	struct slot *slots;
	uint32_t *order;		/* in which targets are asked, the same each round */
	uint64_t *samples;		/* latencies in ns */
	unsigned long n_samples, sent, answered, late, extra, bad, stalls;
	uint64_t begin, end;
};

/* A fixed shuffle: a look-up linear in some order gains nothing, and each run is the same. */
static void shuffle(uint32_t *order, uint32_t n)
{
	uint64_t x = 0x9e3779b97f4a7c15ULL;
	uint32_t i;

	for (i = 0; i < n; i++)
		order[i] = i;
	for (i = n; i > 1; i--) {
		uint32_t j, tmp;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		j = x % i;
		tmp = order[i - 1];
		order[i - 1] = order[j];
		order[j] = tmp;
	}
}

/* The router asks who we are: answer, or its answers to us wait for ever. */
static void tell_own_address(struct generator *g, const struct nd_seen *ns)
{
	struct nd_frame f;

	if (IN6_IS_ADDR_UNSPECIFIED(&ns->src))
		return;
	nd_build(&f, ND_NEIGHBOR_ADVERT, g->sk.mac, &g->src, &ns->src, &g->src,
		 ND_NA_FLAG_SOLICITED | ND_NA_FLAG_OVERRIDE);
	nd_set_dst_mac(&f, ns->lladdr);
	if (nd_send(&g->sk, &f, 1))
		err(1, "send");
}

static void take_answer(struct generator *g, const struct nd_seen *na)
{
	uint32_t i = nd_low32(&na->target) - nd_low32(&g->first);
	struct slot *slot;

	if (memcmp(&na->target, &g->first, 12) || i >= g->targets)
		return;
	if (!IN6_ARE_ADDR_EQUAL(&na->dst, &g->src) || !(na->flags & ND_NA_FLAG_SOLICITED)) {
		g->bad++;
		return;
	}
	slot = &g->slots[i];
	if (!slot->sent_ns || na->rx_ns < slot->sent_ns) {
		g->extra++;
		return;
	}
	if (na->rx_ns - slot->sent_ns > g->timeout * NSEC_PER_MSEC) {
		g->late++;
		slot->in_doubt = true;
	} else {
		g->answered++;
		if (!slot->in_doubt)
			g->samples[g->n_samples++] = na->rx_ns - slot->sent_ns;
	}
	slot->sent_ns = 0;
}

static void drain(struct generator *g)
{
	struct nd_seen seen[ND_BATCH];
	int i, n;

	do {
		n = nd_receive(&g->sk, seen, ND_BATCH);
		if (n < 0)
			err(1, "receive");
		for (i = 0; i < n; i++) {
			if (seen[i].bad)
				g->bad++;
			else if (seen[i].type == ND_NEIGHBOR_ADVERT)
				take_answer(g, &seen[i]);
			else if (IN6_ARE_ADDR_EQUAL(&seen[i].target, &g->src))
				tell_own_address(g, &seen[i]);
		}
	} while (n == ND_BATCH);
}

static void build_solicit(const struct generator *g, struct nd_frame *f, uint32_t i)
{
	struct in6_addr target = g->first, dst;

	nd_set_low32(&target, nd_low32(&g->first) + i);
	if (g->unicast)
		dst = target;
	else
		nd_solicited_node(&dst, &target);
	nd_build(f, ND_NEIGHBOR_SOLICIT, g->sk.mac, &g->src, &dst, &target, 0);
	if (g->unicast)
		nd_set_dst_mac(f, g->unicast);
}

static void send_batch(struct generator *g, unsigned int n)
{
	struct nd_frame frames[ND_BATCH];
	uint32_t asked[ND_BATCH];
	unsigned int k;
	uint64_t now;

	for (k = 0; k < n; k++) {
		asked[k] = g->order[(g->sent + k) % g->targets];
		build_solicit(g, &frames[k], asked[k]);
	}
	now = nd_now();
	for (k = 0; k < n; k++) {
		struct slot *slot = &g->slots[asked[k]];

		if (slot->sent_ns)
			slot->in_doubt = true;
		slot->sent_ns = now;
	}
	if (nd_send(&g->sk, frames, n))
		err(1, "send");
	g->sent += n;
}

/* When solicitation number n is to leave; begin moves on when the generator was stalled. */
static uint64_t due(const struct generator *g, unsigned long n)
{
	return g->begin + (uint64_t)((double)n * NSEC_PER_SEC / g->rate);
}

static unsigned int how_many_due(struct generator *g, uint64_t now)
{
	const unsigned long left = g->count - g->sent;
	unsigned long max = left < ND_BATCH ? left : ND_BATCH, n;

	if (max > g->targets)
		max = g->targets;	/* a batch asks no target twice */
	if (now > due(g, g->sent) + DEBT_LIMIT_NS) {
		g->begin += now - due(g, g->sent);
		g->stalls++;
	}
	for (n = 0; n < max && due(g, g->sent + n) <= now; n++)
		;
	return n;
}

static void run(struct generator *g)
{
	uint64_t now = nd_now(), start = now, next;
	unsigned int n;

	g->begin = now;
	while (g->sent < g->count) {
		now = nd_now();
		n = how_many_due(g, now);
		if (n)
			send_batch(g, n);
		drain(g);
		next = g->sent < g->count ? due(g, g->sent) : 0;
		now = nd_now();
		if (next > now)
			nd_sleep_until(next - now > IDLE_NS ? now + IDLE_NS : next);
	}
	g->end = nd_now();
	while (g->answered + g->late < g->sent &&
	       nd_now() < g->end + g->timeout * NSEC_PER_MSEC) {
		nd_sleep_until(nd_now() + NSEC_PER_MSEC);
		drain(g);
	}
	g->begin = start;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Nearest rank: the smallest sample that at least p (1 to 100) percent do not exceed. */
static double percentile_us(const uint64_t *sorted, unsigned long n, unsigned int p)
{
	return n ? sorted[(n * p + 99) / 100 - 1] / 1000.0 : 0;
}

static void report(struct generator *g)
{
	const double seconds = (g->end - g->begin) / 1e9;
	unsigned long i, n = g->n_samples;
	double sum = 0;

	qsort(g->samples, n, sizeof(*g->samples), compare);
	for (i = 0; i < n; i++)
		sum += g->samples[i];
	printf("{\"targets\":%lu,\"sent\":%lu,", g->targets, g->sent);
	printf("\"answered\":%lu,\"lost\":%lu,", g->answered, g->sent - g->answered);
	printf("\"late\":%lu,\"extra\":%lu,\"bad\":%lu,", g->late, g->extra, g->bad);
	printf("\"stalls\":%lu,\"rate_asked\":%lu,", g->stalls, g->rate);
	printf("\"rate_sent\":%.1f,", seconds > 0 ? (double)g->sent / seconds : 0);
	printf("\"seconds\":%.6f,\"latency_us\":{\"n\":%lu,", seconds, n);
	printf("\"min\":%.3f,\"mean\":%.3f,", n ? g->samples[0] / 1e3 : 0, n ? sum / n / 1e3 : 0);
	printf("\"p50\":%.3f,", percentile_us(g->samples, n, 50));
	printf("\"p99\":%.3f,", percentile_us(g->samples, n, 99));
	printf("\"max\":%.3f}}\n", percentile_us(g->samples, n, 100));
}

static void write_samples(const struct generator *g)
{
	FILE *f = fopen(g->samples_file, "w");
	unsigned long i;

	if (!f)
		err(1, "%s", g->samples_file);
	for (i = 0; i < g->n_samples; i++)
		fprintf(f, "%llu\n", (unsigned long long)g->samples[i]);
	if (fclose(f))
		err(1, "%s", g->samples_file);
}

static const char usage[] =
	"Usage: ndgen DEV FIRST-TARGET [ OPTIONS ]\n"
	"send Neighbor Solicitations out of DEV and measure the answers; prints JSON\n"
	"  --targets N      ask for so many consecutive addresses (256)\n"
	"  --count N        send so many in all; default: each target once\n"
	"  --rate N         so many per second (100)\n"
	"  --source ADDR    IPv6 source, answered for by ndgen itself (fe80::4e44)\n"
	"  --unicast MAC    to the target's own address and this link-layer address\n"
	"                   instead of the solicited-node group\n"
	"  --timeout MS     an answer that takes longer is a loss (1000)\n"
	"  --samples FILE   every latency in nanoseconds, sorted\n";

static const uint8_t *parse_mac(const char *text)
{
	static uint8_t mac[ETH_ALEN];
	char end;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%c", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != ETH_ALEN)
		errx(1, "\"%s\" is not a link-layer address", text);
	return mac;
}

static void allocate(struct generator *g)
{
	g->slots = calloc(g->targets, sizeof(*g->slots));
	g->order = calloc(g->targets, sizeof(*g->order));
	g->samples = calloc(g->count, sizeof(*g->samples));
	if (!g->slots || !g->order || !g->samples)
		err(1, "memory");
	/* Touched now, so that page faults do not fall into the measurement. */
	memset(g->samples, 0xff, g->count * sizeof(*g->samples));
	shuffle(g->order, g->targets);
}

int main(int argc, char **argv)
{
	static struct generator g = { .targets = 256, .rate = 100, .timeout = 1000,
				      .source_text = "fe80::4e44" };
	static const struct arg args[] = {
		{ .name = "targets", .number = &g.targets, .min = 1, .max = 1 << 24 },
		{ .name = "count", .number = &g.count, .min = 1, .max = 1 << 28 },
		{ .name = "rate", .number = &g.rate, .min = 1, .max = 100000000 },
		{ .name = "timeout", .number = &g.timeout, .min = 1, .max = 60000 },
		{ .name = "source", .text = &g.source_text },
		{ .name = "unicast", .text = &g.unicast_text },
		{ .name = "samples", .text = &g.samples_file },
		{ 0 }
	};

	argv = args_parse(argc, argv, args, usage);
	nd_address(g.source_text, &g.src);
	if (g.unicast_text)
		g.unicast = parse_mac(g.unicast_text);
	nd_address(argv[1], &g.first);
	if (nd_low32(&g.first) > UINT32_MAX - g.targets)
		errx(1, "the targets leave the low 32 bits of %s", argv[1]);
	if (!g.count)
		g.count = g.targets;
	allocate(&g);
	prctl(PR_SET_TIMERSLACK, 1);
	if (nd_open(&g.sk, argv[0]))
		err(1, "%s", argv[0]);
	run(&g);
	report(&g);
	if (g.samples_file)
		write_samples(&g);
	return 0;
}
