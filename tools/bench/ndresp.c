// SPDX-License-Identifier: GPL-2.0
/*
 * ndresp: answer Neighbor Solicitations for any number of addresses that no kernel has.
 *
 * Every target inside a prefix (or a part of it, --first and --count over the low 32 bits) is a
 * host with a link-layer address of its own, made from the target's low 32 bits. The faults
 * (--delay, --lose-every, ...) are exact, so that a test knows what the generator must measure.
 */
#define _GNU_SOURCE
#include "args.h"
#include "ndpkt.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#define QUEUE_LEN (1u << 16)	/* delayed answers of one kind */
#define DELAY_MAX 60000000	/* us */

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
	unsigned long first, count;
	bool router, no_override, one_mac;
	unsigned long delay, slow;	/* us */
	unsigned long slow_every, lose_every, double_every, corrupt_every;
	unsigned long solicits, answers, multicast, dad, ignored, bad, faults, overflow;
	struct queue on_time, delayed;
};

static volatile sig_atomic_t stop, tell;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		tell = 1;
	else
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
	const uint32_t number = nd_low32(target) - (uint32_t)r->first;

	return in_prefix(target, &r->prefix, r->plen) && number < r->count;
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
	struct queue *q = slow ? &r->delayed : &r->on_time;
	const uint64_t due = ns->rx_ns + (slow ? r->slow : r->delay) * NSEC_PER_USEC;
	const uint32_t flags = ND_NA_FLAG_SOLICITED | (r->router ? ND_NA_FLAG_ROUTER : 0) |
			       (r->no_override ? 0 : ND_NA_FLAG_OVERRIDE);
	uint8_t mac[ETH_ALEN];
	struct nd_frame f;

	if (nth(r->solicits, r->lose_every)) {
		r->faults++;
		return;
	}
	host_mac(r, &ns->target, mac);
	nd_build(&f, ND_NEIGHBOR_ADVERT, mac, &ns->target, &ns->src, &ns->target, flags);
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

static void report(const struct responder *r)
{
	printf("{\"solicits\":%lu,\"multicast\":%lu,", r->solicits, r->multicast);
	printf("\"answers\":%lu,\"dad\":%lu,", r->answers, r->dad);
	printf("\"ignored\":%lu,\"bad\":%lu,", r->ignored, r->bad);
	printf("\"faults\":%lu,\"overflow\":%lu}\n", r->faults, r->overflow);
	fflush(stdout);
}

static void serve(struct responder *r, const sigset_t *unblocked)
{
	struct nd_seen seen[ND_BATCH];

	while (!stop) {
		int i, n = nd_receive(&r->sk, seen, ND_BATCH);
		uint64_t now, next, next_delayed;

		if (n < 0)
			err(1, "receive");
		for (i = 0; i < n; i++)
			take(r, &seen[i]);
		now = nd_now();
		next = flush(r, &r->on_time, now);
		next_delayed = flush(r, &r->delayed, now);
		if (tell) {
			tell = 0;
			report(r);
		}
		if (n < ND_BATCH)
			wait_input(r, next < next_delayed ? next : next_delayed, unblocked);
	}
}

static const char usage[] =
	"Usage: ndresp DEV PREFIX/LEN [ OPTIONS ]\n"
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
	"Prints \"ready\", and its counters as JSON at SIGUSR1, and at SIGTERM or SIGINT,\n"
	"which end it.\n";

static void parse_prefix(struct responder *r, char *text)
{
	char *slash = strchr(text, '/');

	if (!slash)
		errx(1, "\"%s\" has no prefix length", text);
	*slash = '\0';
	nd_address(text, &r->prefix);
	r->plen = args_number("prefix length", slash + 1, 0, 128);
}

/* Touched now, so that no page fault delays an answer; a huge page takes milliseconds to clear. */
static void allocate(struct queue *q)
{
	const size_t size = QUEUE_LEN * sizeof(*q->slots);

	q->slots = malloc(size);
	if (!q->slots)
		err(1, "memory");
	memset(q->slots, 0xff, size);
}

/* Signals are let in only while waiting, so that none is missed between the test and the wait. */
static void catch_signals(sigset_t *unblocked)
{
	static const int caught[] = { SIGTERM, SIGINT, SIGUSR1 };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, unblocked);
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++) {
		sigdelset(unblocked, caught[i]);
		sigaction(caught[i], &sa, NULL);
	}
}

int main(int argc, char **argv)
{
	static struct responder r = { .count = UINT32_MAX };
	static const struct arg args[] = {
		{ .name = "first", .number = &r.first, .max = UINT32_MAX },
		{ .name = "count", .number = &r.count, .min = 1, .max = UINT32_MAX },
		{ .name = "router", .flag = &r.router },
		{ .name = "no-override", .flag = &r.no_override },
		{ .name = "one-mac", .flag = &r.one_mac },
		{ .name = "delay", .number = &r.delay, .max = DELAY_MAX },
		{ .name = "slow-every", .number = &r.slow_every, .min = 1, .max = LONG_MAX },
		{ .name = "slow", .number = &r.slow, .max = DELAY_MAX },
		{ .name = "lose-every", .number = &r.lose_every, .min = 1, .max = LONG_MAX },
		{ .name = "double-every", .number = &r.double_every, .min = 1, .max = LONG_MAX },
		{ .name = "corrupt-every", .number = &r.corrupt_every, .min = 1, .max = LONG_MAX },
		{ 0 }
	};
	sigset_t unblocked;

	argv = args_parse(argc, argv, args, usage);
	parse_prefix(&r, argv[1]);
	allocate(&r.on_time);
	allocate(&r.delayed);
	prctl(PR_SET_TIMERSLACK, 1);
	catch_signals(&unblocked);
	if (nd_open(&r.sk, argv[0]))
		err(1, "%s", argv[0]);
	puts("ready");
	fflush(stdout);
	serve(&r, &unblocked);
	report(&r);
	return 0;
}
