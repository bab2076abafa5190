// SPDX-License-Identifier: GPL-2.0
/*
 * ndresp: answer Neighbor Solicitations for any number of addresses that no kernel has.
 *
 * Every target inside a prefix (or a part of it, --first and --count over the low 32 bits) is a host
 * with a link-layer address of its own, made from the target's low 32 bits. The faults (--delay,
 * --lose-every, ...) are exact, so that a test knows what the generator must measure.
 */
#define _GNU_SOURCE
#include "ndpkt.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define QUEUE_LEN (1u << 16)	/* delayed answers of one kind */

struct queued {
	uint64_t due;
	struct nd_frame frame;
};

/* Answers delayed by one constant time are due in the order of their arrival. */
struct queue {
	struct queued *slots;
	unsigned int head, tail;
};

struct responder {
	struct nd_sock sk;
	struct in6_addr prefix;
	unsigned int plen;
	uint32_t first, count;
	uint32_t flags;
	bool one_mac;
	uint64_t delay, slow_delay;	/* ns */
	unsigned long slow_every, lose_every, double_every, corrupt_every;
	unsigned long solicits, answers, multicast, dad, ignored, bad, faults, overflow;
	struct queue fast, slow;
};

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static bool in_prefix(const struct in6_addr *a, const struct in6_addr *prefix, unsigned int plen)
{
	unsigned int bytes = plen / 8, bits = plen % 8;

	if (memcmp(a, prefix, bytes))
		return false;
	return !bits || !((a->s6_addr[bytes] ^ prefix->s6_addr[bytes]) >> (8 - bits));
}

/* Is this target one of ours? */
static bool is_ours(const struct responder *r, const struct in6_addr *target)
{
	return in_prefix(target, &r->prefix, r->plen) && nd_low32(target) - r->first < r->count;
}

static void host_mac(const struct responder *r, const struct in6_addr *target, uint8_t *mac)
{
	if (r->one_mac) {
		memcpy(mac, r->sk.mac, ETH_ALEN);
		return;
	}
	mac[0] = 0x02;
	mac[1] = 0x4e;
	memcpy(mac + 2, &target->s6_addr[12], 4);
}

static void enqueue(struct responder *r, struct queue *q, const struct nd_frame *f, uint64_t due)
{
	struct queued *slot = &q->slots[q->tail % QUEUE_LEN];

	if (q->tail - q->head == QUEUE_LEN) {
		r->overflow++;
		return;
	}
	slot->due = due;
	slot->frame = *f;
	q->tail++;
}

static bool nth(unsigned long n, unsigned long every)
{
	return every && n % every == 0;
}

/* One answer, with the faults that fall on this solicitation. */
static void answer(struct responder *r, const struct nd_seen *ns)
{
	const bool slow = nth(r->solicits, r->slow_every);
	struct queue *q = slow ? &r->slow : &r->fast;
	const uint64_t due = ns->rx_ns + (slow ? r->slow_delay : r->delay);
	uint8_t mac[ETH_ALEN];
	struct nd_frame f;

	if (nth(r->solicits, r->lose_every)) {
		r->faults++;
		return;
	}
	host_mac(r, &ns->target, mac);
	nd_build(&f, ND_NEIGHBOR_ADVERT, mac, &ns->target, &ns->src, &ns->target,
		 ND_NA_FLAG_SOLICITED | r->flags);
	nd_set_dst_mac(&f, ns->lladdr);
	if (nth(r->solicits, r->corrupt_every)) {
		r->faults++;
		f.nd.nd_na_cksum ^= htons(0x0100);
	}
	enqueue(r, q, &f, due);
	if (nth(r->solicits, r->double_every)) {
		r->faults++;
		enqueue(r, q, &f, due);
	}
}

static void take(struct responder *r, const struct nd_seen *seen)
{
	if (seen->bad) {
		r->bad++;
	} else if (seen->type != ND_NEIGHBOR_SOLICIT || !is_ours(r, &seen->target)) {
		r->ignored++;
	} else if (IN6_IS_ADDR_UNSPECIFIED(&seen->src)) {
		r->dad++;	/* a probe that nobody contests */
	} else {
		r->solicits++;
		r->multicast += IN6_IS_ADDR_MULTICAST(&seen->dst);
		answer(r, seen);
	}
}

/* Send what is due; returns when the next one is, UINT64_MAX if none waits. */
static uint64_t flush(struct responder *r, struct queue *q, uint64_t now)
{
	struct nd_frame out[ND_BATCH];
	unsigned int n;

	do {
		for (n = 0; n < ND_BATCH && q->head != q->tail; n++, q->head++) {
			const struct queued *slot = &q->slots[q->head % QUEUE_LEN];

			if (slot->due > now)
				break;
			out[n] = slot->frame;
		}
		if (n && nd_send(&r->sk, out, n))
			err(1, "send");
		r->answers += n;
	} while (n == ND_BATCH);
	return q->head == q->tail ? UINT64_MAX : q->slots[q->head % QUEUE_LEN].due;
}

static void wait_input(const struct responder *r, uint64_t due, const sigset_t *unblocked)
{
	struct pollfd pfd = { .fd = r->sk.fd, .events = POLLIN };
	uint64_t now = due == UINT64_MAX ? 0 : nd_now();
	uint64_t left = due > now ? due - now : 0;
	struct timespec ts = { .tv_sec = left / NSEC_PER_SEC, .tv_nsec = left % NSEC_PER_SEC };

	ppoll(&pfd, 1, due == UINT64_MAX ? NULL : &ts, unblocked);
}

static void serve(struct responder *r, const sigset_t *unblocked)
{
	struct nd_seen seen[ND_BATCH];

	while (!stop) {
		int i, n = nd_receive(&r->sk, seen, ND_BATCH);
		uint64_t now, fast, slow;

		if (n < 0)
			err(1, "receive");
		for (i = 0; i < n; i++)
			take(r, &seen[i]);
		now = nd_now();
		fast = flush(r, &r->fast, now);
		slow = flush(r, &r->slow, now);
		if (n < ND_BATCH)
			wait_input(r, fast < slow ? fast : slow, unblocked);
	}
}

static void usage(FILE *to)
{
	fputs("Usage: ndresp DEV PREFIX/LEN [ OPTIONS ]\n"
	      "answer the Neighbor Solicitations that arrive on DEV for targets in PREFIX/LEN\n"
	      "  --first N --count N    only targets whose low 32 bits are N .. N+count-1\n"
	      "  --router               R flag set\n"
	      "  --no-override          O flag clear\n"
	      "  --one-mac              DEV's own link-layer address for all targets\n"
	      "  --delay USEC           answer so long after the solicitation's arrival\n"
	      "  --slow-every N --slow USEC  each Nth answer is delayed by USEC instead\n"
	      "  --lose-every N         each Nth solicitation is not answered\n"
	      "  --double-every N       each Nth is answered twice\n"
	      "  --corrupt-every N      each Nth answer has a wrong checksum\n"
	      "Prints \"ready\", and at SIGTERM or SIGINT its counters as JSON.\n", to);
}

static void parse_prefix(struct responder *r, char *text)
{
	char *slash = strchr(text, '/');

	if (!slash)
		errx(1, "\"%s\" has no prefix length", text);
	*slash = '\0';
	nd_address(text, &r->prefix);
	r->plen = nd_number("prefix length", slash + 1, 0, 128);
}

enum { OPT_FIRST = 1, OPT_COUNT, OPT_ROUTER, OPT_NO_OVERRIDE, OPT_ONE_MAC, OPT_DELAY, OPT_SLOW_EVERY,
       OPT_SLOW, OPT_LOSE, OPT_DOUBLE, OPT_CORRUPT, OPT_HELP };

static const struct option options[] = {
	{ "first", required_argument, NULL, OPT_FIRST },
	{ "count", required_argument, NULL, OPT_COUNT },
	{ "router", no_argument, NULL, OPT_ROUTER },
	{ "no-override", no_argument, NULL, OPT_NO_OVERRIDE },
	{ "one-mac", no_argument, NULL, OPT_ONE_MAC },
	{ "delay", required_argument, NULL, OPT_DELAY },
	{ "slow-every", required_argument, NULL, OPT_SLOW_EVERY },
	{ "slow", required_argument, NULL, OPT_SLOW },
	{ "lose-every", required_argument, NULL, OPT_LOSE },
	{ "double-every", required_argument, NULL, OPT_DOUBLE },
	{ "corrupt-every", required_argument, NULL, OPT_CORRUPT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static void set_option(struct responder *r, int opt, const char *name)
{
	switch (opt) {
	case OPT_FIRST: r->first = nd_number(name, optarg, 0, UINT32_MAX); break;
	case OPT_COUNT: r->count = nd_number(name, optarg, 1, UINT32_MAX); break;
	case OPT_ROUTER: r->flags |= ND_NA_FLAG_ROUTER; break;
	case OPT_NO_OVERRIDE: r->flags &= ~ND_NA_FLAG_OVERRIDE; break;
	case OPT_ONE_MAC: r->one_mac = true; break;
	case OPT_DELAY: r->delay = nd_number(name, optarg, 0, 60000000) * NSEC_PER_USEC; break;
	case OPT_SLOW: r->slow_delay = nd_number(name, optarg, 0, 60000000) * NSEC_PER_USEC; break;
	case OPT_SLOW_EVERY: r->slow_every = nd_number(name, optarg, 1, LONG_MAX); break;
	case OPT_LOSE: r->lose_every = nd_number(name, optarg, 1, LONG_MAX); break;
	case OPT_DOUBLE: r->double_every = nd_number(name, optarg, 1, LONG_MAX); break;
	case OPT_CORRUPT: r->corrupt_every = nd_number(name, optarg, 1, LONG_MAX); break;
	case OPT_HELP: usage(stdout); exit(0);
	default: usage(stderr); exit(1);
	}
}

static void report(const struct responder *r)
{
	printf("{\"solicits\":%lu,\"multicast\":%lu,\"answers\":%lu,\"dad\":%lu,\"ignored\":%lu,"
	       "\"bad\":%lu,\"faults\":%lu,\"overflow\":%lu}\n", r->solicits, r->multicast,
	       r->answers, r->dad, r->ignored, r->bad, r->faults, r->overflow);
}

/* Signals are let in only while waiting, so that none is missed between the test and the wait. */
static void catch_signals(sigset_t *unblocked)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t both;

	sigemptyset(&both);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGINT);
	sigprocmask(SIG_BLOCK, &both, unblocked);
	sigdelset(unblocked, SIGTERM);
	sigdelset(unblocked, SIGINT);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

int main(int argc, char **argv)
{
	static struct responder r = { .count = UINT32_MAX, .flags = ND_NA_FLAG_OVERRIDE };
	sigset_t unblocked;
	int c, index = 0;

	while ((c = getopt_long(argc, argv, "", options, &index)) != -1)
		set_option(&r, c, c == '?' ? "" : options[index].name);
	if (argc - optind != 2) {
		usage(stderr);
		return 1;
	}
	parse_prefix(&r, argv[optind + 1]);
	r.fast.slots = calloc(QUEUE_LEN, sizeof(*r.fast.slots));
	r.slow.slots = calloc(QUEUE_LEN, sizeof(*r.slow.slots));
	if (!r.fast.slots || !r.slow.slots)
		err(1, "memory");
	prctl(PR_SET_TIMERSLACK, 1);
	catch_signals(&unblocked);
	if (nd_open(&r.sk, argv[optind]))
		err(1, "%s", argv[optind]);
	puts("ready");
	fflush(stdout);
	serve(&r, &unblocked);
	report(&r);
	return 0;
}
