// SPDX-License-Identifier: GPL-2.0
/*
 * Other proxies between the same links (ND-H1). What one of them carries on is heard here again, on
 * another link and in another frame, and must neither be carried back nor be taken for the host
 * itself. A DAD probe or a multicast advertisement is remembered for RetransTimer by what it says
 * and by the link and the frame that it came from; solicit.c does the like with solicitations.
 */

#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/ndisc.h>

#include "ndproxy.h"

/* When a prober is asked itself: its own detection has ended, its timer being an eighth late. */
#define NDP_AGAIN_DELAY	(NDP_RETRANS_TIMER + NDP_RETRANS_TIMER / 8 + HZ / 50 + 1)

/* Where one may be: somebody who is to be asked again does not make room for another. */
#define NDP_ECHO_PLACES	4

/* Senders' clocks may run a little faster than this one. */
#define NDP_ECHO_TIME	(NDP_RETRANS_TIMER - NDP_RETRANS_TIMER / 32)

static u64 ndp_echo_key(const struct ndp_loop *loop, const struct ndp_link *link, u8 type,
			const struct nd_info *info)
{
	struct {
		struct in6_addr target;
		u64 nonce;
		u32 group;
		u32 type;
	} said __aligned(SIPHASH_ALIGNMENT) = {
		.target = info->target,
		.group = link->group->id,
		.type = type,
	};

	if (info->nonce)
		said.nonce = siphash(info->nonce, info->nonce_len, &loop->secret);
	return siphash(&said, sizeof(said), &loop->secret);
}

/* Who sent it: by its option, or by its frame. 0: it does not say. */
static u32 ndp_echo_who(const struct nd_info *info, const u8 *mac)
{
	if (info->lladdr)
		return jhash(info->lladdr, info->lladdr_len, 0);
	return mac ? jhash(mac, ETH_ALEN, 0) : 0;
}

static bool ndp_echo_is(const struct ndp_echo *echo, u64 key, u64 now)
{
	return echo->until && echo->key == key && time_before64(now, echo->until);
}

/* Return: the place of what was heard; else one for it, or NULL if all are asked for. */
static struct ndp_echo *ndp_echo_find(struct ndp_loop *loop, u64 key)
{
	struct ndp_echo *place = NULL;
	u64 now = get_jiffies_64();
	unsigned int i;

	lockdep_assert_held(&loop->lock);

	for (i = 0; i < NDP_ECHO_PLACES; i++) {
		struct ndp_echo *echo = &loop->echo[(key + i) % NDP_ECHOES];

		if (ndp_echo_is(echo, key, now))
			return echo;
		if (echo->until && !time_before64(now, echo->until))
			echo->until = 0;
		if (echo->again == NDP_AGAIN_PENDING)
			continue;
		if (!place || (place->until && !echo->until))
			place = echo;
	}
	return place;
}

static void ndp_echo_take(struct ndp_echo *echo, u64 key, const struct ndp_link *link,
			  const struct nd_info *info, u32 who)
{
	echo->key = key;
	echo->until = get_jiffies_64() + NDP_ECHO_TIME;
	echo->again = NDP_AGAIN_NO;
	echo->target = info->target;
	echo->group = link->group->id;
	echo->from = link->ifindex;
	echo->who = who;
}

/* --- probes (ND-C6, C7) ----------------------------------------------------------------------- */

/* The work looks for itself what is due, and comes back for the rest. */
static void ndp_loop_arm(struct ndp_loop *loop, u64 due)
{
	lockdep_assert_held(&loop->lock);

	if (loop->armed && !time_before64(due, loop->next))
		return;
	loop->armed = true;
	loop->next = due;
	ndp_gate_move(&loop->nn->gate, &loop->work, max_t(s64, due - get_jiffies_64(), 0));
}

/* The first prober is asked when its own detection is over, and then objects if it has a rival. */
static void ndp_echo_ask_again(struct ndp_net *nn, struct ndp_echo *echo)
{
	echo->again = NDP_AGAIN_PENDING;
	echo->due = echo->until - NDP_ECHO_TIME + NDP_AGAIN_DELAY;
	echo->until = echo->due + NDP_RETRANS_TIMER;
	ndp_loop_arm(nn->loop, echo->due);
}

/*
 * Without a nonce, the copy that another proxy made and the probe of a second host at the same
 * moment look the same. To carry it on would tell a host that its unique address is a duplicate; to
 * forget it would hide one. So the first host is asked again when that cannot harm it any more.
 */
static bool ndp_echo_without_nonce(struct ndp_net *nn, struct ndp_echo *echo,
				   const struct ndp_link *link, u32 who)
{
	if (echo->from != link->ifindex) {
		if (echo->again == NDP_AGAIN_NO)
			ndp_echo_ask_again(nn, echo);
		return true;
	}
	if (echo->who == who) {
		/* One more probe of the same host. */
		echo->until = get_jiffies_64() + NDP_ECHO_TIME;
		if (echo->again == NDP_AGAIN_PENDING)
			ndp_echo_ask_again(nn, echo);
		return false;
	}
	/* Two on one link hear each other; or it is a copy that comes back by two proxies. */
	if (echo->again == NDP_AGAIN_NO)
		ndp_echo_ask_again(nn, echo);
	/* Another proxy, in the same doubt, has just asked. */
	else if (time_after64(get_jiffies_64(), echo->due - NDP_AGAIN_DELAY + NDP_ECHO_TIME))
		echo->again = NDP_AGAIN_DONE;
	return true;
}

/**
 * ndp_loop_dad() - has a DAD probe been here before?
 * @nn: namespace
 * @link: where it was heard, or where this router's own kernel sends it
 * @mac: Ethernet source address; NULL: the link has none
 * @ns: the probe
 *
 * A prober's next probe has the same nonce, and is told from a copy by its frame: what comes back
 * by two proxies, on the link where it was heard, would else go round between them without end.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it came from elsewhere and is not to be carried on.
 */
bool ndp_loop_dad(struct ndp_net *nn, const struct ndp_link *link, const u8 *mac,
		  const struct nd_info *ns)
{
	u64 key = ndp_echo_key(nn->loop, link, ND_TYPE_NS, ns);
	u32 who = ndp_echo_who(ns, mac);
	struct ndp_echo *echo;
	bool known = false;

	spin_lock_bh(&nn->loop->lock);
	echo = ndp_echo_find(nn->loop, key);
	if (!echo)
		known = false;	/* and not remembered */
	else if (!ndp_echo_is(echo, key, get_jiffies_64()))
		ndp_echo_take(echo, key, link, ns, who);
	else if (!ns->nonce)
		known = ndp_echo_without_nonce(nn, echo, link, who);
	else if (echo->from == link->ifindex && echo->who == who)
		ndp_echo_take(echo, key, link, ns, who);
	else
		known = true;
	spin_unlock_bh(&nn->loop->lock);
	return known;
}

/* Somebody objects, which all probers hear: none need be asked again. */
static void ndp_echo_is_contested(struct ndp_loop *loop, const struct ndp_link *link,
				  const struct nd_info *na)
{
	u64 key = ndp_echo_key(loop, link, ND_TYPE_NS, na);
	struct ndp_echo *echo = ndp_echo_find(loop, key);

	if (echo && ndp_echo_is(echo, key, get_jiffies_64()) && echo->again == NDP_AGAIN_PENDING)
		echo->again = NDP_AGAIN_DONE;
}

/* Return: true if one was due, which is the caller's now. */
static bool ndp_loop_take_due(struct ndp_loop *loop, struct ndp_echo *due)
{
	struct ndp_echo *echo;
	bool found = false;

	spin_lock_bh(&loop->lock);
	for (echo = loop->echo; !found && echo < loop->echo + NDP_ECHOES; echo++) {
		if (echo->again != NDP_AGAIN_PENDING || time_before64(get_jiffies_64(), echo->due))
			continue;
		echo->again = NDP_AGAIN_DONE;
		*due = *echo;
		found = true;
	}
	spin_unlock_bh(&loop->lock);
	return found;
}

static void ndp_loop_send_again(struct ndp_net *nn, const struct ndp_echo *due)
{
	struct nd_info ns = { .type = ND_TYPE_NS, .target = due->target };
	struct ndp_link *link;

	rcu_read_lock();
	local_bh_disable();
	link = ndp_link_by_index(nn, due->from);
	if (link && link->group->id == due->group)
		ndp_send_dad(nn, link, &ns);
	local_bh_enable();
	rcu_read_unlock();
}

/* Context: the namespace's workqueue. */
static void ndp_loop_work(struct work_struct *work)
{
	struct ndp_loop *loop = container_of(to_delayed_work(work), struct ndp_loop, work);
	struct ndp_echo due;
	int i;

	spin_lock_bh(&loop->lock);
	loop->armed = false;
	spin_unlock_bh(&loop->lock);
	while (ndp_loop_take_due(loop, &due))
		ndp_loop_send_again(loop->nn, &due);

	spin_lock_bh(&loop->lock);
	for (i = 0; i < NDP_ECHOES; i++)
		if (loop->echo[i].again == NDP_AGAIN_PENDING)
			ndp_loop_arm(loop, loop->echo[i].due);
	spin_unlock_bh(&loop->lock);
}

/* --- advertisements (ND-D) -------------------------------------------------------------------- */

/* Return: the target's host or NULL; @same: it is known here by the address that @na tells. */
static const struct ndp_host *ndp_loop_host(const struct ndp_rx *rx, const struct nd_info *na,
					    bool *same)
{
	const struct ndp_host *host = ndp_host_find(rx->nn, rx->link->group->id, &na->target);
	struct ndp_sighting sighting = {
		.link = rx->link,
		.lladdr = na->lladdr ?: rx->mac,
		.lladdr_len = na->lladdr ? na->lladdr_len : ETH_ALEN,
	};

	*same = host && sighting.lladdr && ndp_station_is(READ_ONCE(host->station), &sighting);
	return host;
}

/**
 * ndp_loop_na() - has a multicast advertisement been here before?
 * @rx: where it was heard
 * @na: the advertisement
 *
 * One that says the same about the same target, heard from another link-layer address than the
 * first, is taken for what another proxy made of it: on another link, or on the same one by way of
 * two proxies. The host itself is heard where it lives, and keeps its address when it moves.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it is not to be believed, nor to be carried on.
 */
bool ndp_loop_na(const struct ndp_rx *rx, const struct nd_info *na)
{
	struct ndp_loop *loop = rx->nn->loop;
	u64 key = ndp_echo_key(loop, rx->link, ND_TYPE_NA, na);
	u32 who = ndp_echo_who(na, rx->mac);
	struct ndp_echo *echo;
	bool known, same;

	ndp_loop_host(rx, na, &same);
	spin_lock_bh(&loop->lock);
	echo = ndp_echo_find(loop, key);
	known = echo && ndp_echo_is(echo, key, get_jiffies_64()) && echo->who != who && !same;
	if (!known) {
		if (echo)
			ndp_echo_take(echo, key, rx->link, na, who);
		ndp_echo_is_contested(loop, rx->link, na);
	}
	spin_unlock_bh(&loop->lock);
	return known;
}

/**
 * ndp_loop_is_hearsay() - does a solicited advertisement tell what is known better?
 * @rx: where it was heard
 * @na: the advertisement
 *
 * A proxy answers from an address of its own. Who was heard just now by another link-layer address
 * is not looked for behind that proxy: two that believe each other send a packet to and fro.
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it is not to be believed.
 */
bool ndp_loop_is_hearsay(const struct ndp_rx *rx, const struct nd_info *na)
{
	const struct ndp_host *host;
	bool same;

	if (ipv6_addr_equal(&na->saddr, &na->target))
		return false;
	host = ndp_loop_host(rx, na, &same);
	return host && !same && READ_ONCE(host->station) &&
	       READ_ONCE(host->state) == NDP_HOST_REACHABLE &&
	       time_before64(get_jiffies_64(), READ_ONCE(host->heard) + NDP_RETRANS_TIMER);
}

/* --- namespaces ------------------------------------------------------------------------------- */

/**
 * ndp_loop_init() - set up a namespace's memory of what was heard
 * @nn: namespace that gets its first link
 *
 * Context: RTNL.
 * Return: 0 or -ENOMEM.
 */
int ndp_loop_init(struct ndp_net *nn)
{
	struct ndp_loop *loop = kzalloc(sizeof(*loop), CHARGE_KERNEL);

	if (!loop)
		return -ENOMEM;
	loop->nn = nn;
	spin_lock_init(&loop->lock);
	get_random_bytes(&loop->secret, sizeof(loop->secret));
	INIT_DELAYED_WORK(&loop->work, ndp_loop_work);
	nn->loop = loop;
	return 0;
}

/**
 * ndp_loop_exit() - free it
 * @nn: namespace whose hooks are gone, and whose work has ended
 *
 * Context: process.
 */
void ndp_loop_exit(struct ndp_net *nn)
{
	kfree(nn->loop);
	nn->loop = NULL;
}
