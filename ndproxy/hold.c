// SPDX-License-Identifier: GPL-2.0
/*
 * Held packets (ND-G2): a packet for a proxied prefix that would leave by the link it came in on
 * waits here while its target is solicited, and is delivered when the target answers. That link is
 * asked as well: neighbours that are off-link to each other do not ask there (ND-G5). Bounded per
 * target and in all; RFC 4861 7.2.2 says how long, and what becomes of the rest.
 */

#include <linux/icmpv6.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <net/ipv6.h>

#include "ndproxy.h"
#include "trace.h"

#define NDP_HOLD_TIME		HZ	/* RETRANS_TIMER (RFC 4861 10) */
#define NDP_HOLD_TRIES		3	/* MAX_MULTICAST_SOLICIT (RFC 4861 10) */

/**
 * struct ndp_held - a target and the packets that wait for it
 * @node: in ndp_hold.targets
 * @list: in ndp_hold.queue
 * @key: address and group
 * @ifindex: of the link that the first packet came in on
 * @mixed: packets came in on several links
 * @tries: solicitations so far
 * @due: jiffies of the next one, or of the end
 * @packets: oldest first, each with a reference to its device
 */
struct ndp_held {
	struct hlist_node node;
	struct list_head list;
	struct ndp_host_key key;
	int ifindex;
	bool mixed;
	u8 tries;
	unsigned long due;
	struct sk_buff_head packets;
};

static struct hlist_head *ndp_hold_bucket(struct ndp_hold *hold, const struct ndp_host_key *key)
{
	u32 hash = jhash(&key->addr, sizeof(key->addr), key->group);

	return &hold->targets[hash % ARRAY_SIZE(hold->targets)];
}

static struct ndp_held *ndp_held_find(struct ndp_hold *hold, const struct ndp_host_key *key)
{
	struct ndp_held *held;

	lockdep_assert_held(&hold->lock);

	hlist_for_each_entry(held, ndp_hold_bucket(hold, key), node)
		if (held->key.group == key->group && ipv6_addr_equal(&held->key.addr, &key->addr))
			return held;
	return NULL;
}

static void ndp_held_unlink(struct ndp_hold *hold, struct ndp_held *held)
{
	hlist_del(&held->node);
	list_del(&held->list);
	WRITE_ONCE(hold->count, hold->count - skb_queue_len(&held->packets));
}

static void ndp_hold_arm(struct ndp_hold *hold)
{
	struct ndp_held *held = list_first_entry_or_null(&hold->queue, struct ndp_held, list);

	lockdep_assert_held(&hold->lock);

	if (held && !timer_pending(&hold->timer))
		ndp_gate_arm_timer(&hold->timer, hold->dead, &hold->lock, held->due);
}

static void ndp_hold_free_packet(struct sk_buff *skb, enum skb_drop_reason reason)
{
	dev_put(skb->dev);
	kfree_skb_reason(skb, reason);
}

static void ndp_held_free(struct ndp_held *held)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&held->packets)))
		ndp_hold_free_packet(skb, SKB_DROP_REASON_NEIGH_FAILED);
	kfree(held);
}

/* --- taking in -------------------------------------------------------------------------------- */

static struct ndp_held *ndp_held_new(struct ndp_net *nn, const struct ndp_host_key *key,
				     int ifindex)
{
	struct ndp_held *held = charge_zalloc(&nn->charge, sizeof(*held), CHARGE_SOFTIRQ);
	struct ndp_hold *hold = &nn->hold;

	if (!held)
		return NULL;
	held->key = *key;
	held->ifindex = ifindex;
	held->tries = 1;
	held->due = jiffies + NDP_HOLD_TIME;
	__skb_queue_head_init(&held->packets);
	hlist_add_head(&held->node, ndp_hold_bucket(hold, key));
	list_add_tail(&held->list, &hold->queue);
	return held;
}

/* A target goes with its last packet, unless it is about to have another one. */
static struct sk_buff *ndp_held_oldest(struct ndp_hold *hold, struct ndp_held *victim,
				       const struct ndp_held *keep)
{
	struct sk_buff *skb = __skb_dequeue(&victim->packets);

	WRITE_ONCE(hold->count, hold->count - 1);
	if (victim != keep && skb_queue_empty(&victim->packets)) {
		ndp_held_unlink(hold, victim);
		kfree(victim);
	}
	return skb;
}

/*
 * Room for one more: the oldest packet for the target goes, as RFC 4861 7.2.2 has it, or the oldest
 * for the target that was asked longest ago: who answers at all has done so by then.
 */
static struct sk_buff *ndp_hold_make_room(struct ndp_net *nn, struct ndp_held *held)
{
	struct ndp_hold *hold = &nn->hold;
	struct ndp_held *first;

	if (held && skb_queue_len(&held->packets) >= READ_ONCE(nn->limit[NDP_HOLD_PER_TARGET]))
		return ndp_held_oldest(hold, held, held);
	if (hold->count < READ_ONCE(nn->limit[NDP_HOLD_PACKETS]))
		return NULL;
	first = list_first_entry(&hold->queue, struct ndp_held, list);
	return ndp_held_oldest(hold, first, held);
}

/* What came of a packet that was to be held. */
struct ndp_hold_result {
	struct sk_buff *evicted;
	bool seek;
	bool ok;
};

static void ndp_hold_queue(struct ndp_net *nn, const struct ndp_host_key *key, int ifindex,
			   struct sk_buff *skb, struct ndp_hold_result *res)
{
	struct ndp_hold *hold = &nn->hold;
	struct ndp_held *held;

	spin_lock_bh(&hold->lock);
	if (hold->dead)
		goto out;
	held = ndp_held_find(hold, key);
	res->evicted = ndp_hold_make_room(nn, held);
	res->seek = !held;
	if (!held)
		held = ndp_held_new(nn, key, ifindex);
	if (!held)
		goto out;
	held->mixed |= held->ifindex != ifindex;
	dev_hold(skb->dev);
	__skb_queue_tail(&held->packets, skb);
	WRITE_ONCE(hold->count, hold->count + 1);
	ndp_hold_arm(hold);
	res->ok = true;
out:
	spin_unlock_bh(&hold->lock);
}

/*
 * Hosts of an inner prefix live on that link by configuration: there is nowhere else to seek. A
 * packet for a host that is known there goes back, with a Redirect, as by any router (ND-G5).
 */
static bool ndp_hold_concerns(const struct ndp_net *nn, const struct ndp_link *link,
			      const struct in6_addr *addr)
{
	const struct ndp_prefix *prefix = ndp_prefix_lookup(nn, link->group->id, addr);

	return prefix && !prefix->inner && ndp_prefix_is_onlink(prefix, link) &&
	       !ndp_host_lives_on(nn, link, addr);
}

/**
 * ndp_hold_packet() - hold a packet that would leave by the link it came in on
 * @nn: namespace
 * @link: that link
 * @skb: the packet, on its way by a route that is proxied
 *
 * Context: the netfilter FORWARD hook: bottom halves disabled, RCU.
 * Return: true if the packet was taken; false if the kernel is to go on with it.
 */
bool ndp_hold_packet(struct ndp_net *nn, struct ndp_link *link, struct sk_buff *skb)
{
	struct ndp_host_key key = { .addr = ipv6_hdr(skb)->daddr, .group = link->group->id };
	int ifindex = IP6CB(skb)->iif;	/* the link's may be gone already */
	struct ndp_hold_result res = {};

	if (!ndp_hold_concerns(nn, link, &key.addr))
		return false;
	/* A route that is used without a reference must not be gone when the packet is returned. */
	if (skb_dst_force(skb))
		ndp_hold_queue(nn, &key, ifindex, skb, &res);
	if (res.ok) {
		ndp_count(&link->stats, NDP_HELD);
	} else {
		ndp_count_drop(&link->stats, NDP_DROP_NO_MEMORY);
		kfree_skb(skb);
	}
	if (res.evicted) {
		ndp_count_drop(&link->stats, NDP_DROP_HOLD_LIMIT);
		ndp_event_limit(nn, link, NDP_DROP_HOLD_LIMIT, &key.addr);
		ndp_hold_free_packet(res.evicted, SKB_DROP_REASON_NEIGH_QUEUEFULL);
	}
	if (res.seek)
		nn->host_ops->seek(nn, link, &key.addr);
	return true;
}

/**
 * ndp_hold_redirect() - this router's kernel sends a Redirect
 * @nn: namespace
 * @link: that it leaves by
 * @target: the better first hop
 * @dest: for which destination
 *
 * Context: bottom halves disabled, RCU.
 * Return: true if it is not to be sent: it names an address of a proxied prefix as a neighbour on a
 * link where no such host is known. The packet that caused it will be held.
 */
bool ndp_hold_redirect(struct ndp_net *nn, struct ndp_link *link, const struct in6_addr *target,
		       const struct in6_addr *dest)
{
	if (!ipv6_addr_equal(target, dest) || !ndp_hold_concerns(nn, link, dest))
		return false;
	ndp_count_drop(&link->stats, NDP_DROP_REDIRECT);
	trace_nd_drop(link, NDP_DROP_REDIRECT);
	return true;
}

/* --- the end of the wait ---------------------------------------------------------------------- */

/* RFC 4861 7.2.2: address unreachable, for each packet. */
static void ndp_hold_give_up(struct ndp_net *nn, struct ndp_held *held)
{
	struct ndp_link *link = ndp_link_by_index(nn, held->ifindex);
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&held->packets))) {
		if (link)
			ndp_count_drop(&link->stats, NDP_DROP_NOT_FOUND);
		icmpv6_send(skb, ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH, 0);
		ndp_hold_free_packet(skb, SKB_DROP_REASON_NEIGH_FAILED);
	}
	kfree(held);
}

static void ndp_hold_seek_again(struct ndp_net *nn, int ifindex, const struct in6_addr *target)
{
	struct ndp_link *link = ndp_link_by_index(nn, ifindex);

	if (link)
		nn->host_ops->seek(nn, link, target);
}

/* Serve the target that is due. Return: false if there is none. */
static bool ndp_hold_turn(struct ndp_net *nn)
{
	struct ndp_hold *hold = &nn->hold;
	struct in6_addr target;
	struct ndp_held *held;
	int ifindex;

	spin_lock_bh(&hold->lock);
	held = list_first_entry_or_null(&hold->queue, struct ndp_held, list);
	if (!held || time_before(jiffies, held->due)) {
		ndp_hold_arm(hold);
		spin_unlock_bh(&hold->lock);
		return false;
	}
	if (held->tries == NDP_HOLD_TRIES) {
		ndp_held_unlink(hold, held);
		spin_unlock_bh(&hold->lock);
		ndp_hold_give_up(nn, held);
		return true;
	}
	held->tries++;
	held->due = jiffies + NDP_HOLD_TIME;
	list_move_tail(&held->list, &hold->queue);
	target = held->key.addr;
	ifindex = held->ifindex;
	spin_unlock_bh(&hold->lock);
	ndp_hold_seek_again(nn, ifindex, &target);
	return true;
}

static void ndp_hold_timer(struct timer_list *timer)
{
	struct ndp_hold *hold = timer_container_of(hold, timer, timer);
	struct ndp_net *nn = container_of(hold, struct ndp_net, hold);

	rcu_read_lock();
	while (ndp_hold_turn(nn))
		;
	rcu_read_unlock();
}

/**
 * ndp_hold_release() - a target has been found: deliver what waits for it
 * @nn: namespace
 * @group: group number
 * @target: that is reachable now
 *
 * Context: bottom halves disabled, RCU; takes the lock of the held packets.
 */
void ndp_hold_release(struct ndp_net *nn, u32 group, const struct in6_addr *target)
{
	struct ndp_host_key key = { .addr = *target, .group = group };
	struct ndp_hold *hold = &nn->hold;
	struct ndp_held *held;
	struct sk_buff *skb;

	if (!READ_ONCE(hold->count))
		return;
	spin_lock_bh(&hold->lock);
	held = ndp_held_find(hold, &key);
	if (held)
		ndp_held_unlink(hold, held);
	spin_unlock_bh(&hold->lock);
	if (!held)
		return;

	while ((skb = __skb_dequeue(&held->packets))) {
		struct net_device *dev = skb->dev;

		ndp_deliver_forwarded(nn, skb);
		dev_put(dev);
	}
	kfree(held);
}

/**
 * ndp_hold_flush() - a link goes: drop what came in on it
 * @nn: namespace
 * @ifindex: of the link; 0: all packets
 *
 * Context: any; takes the lock of the held packets.
 */
void ndp_hold_flush(struct ndp_net *nn, int ifindex)
{
	struct ndp_hold *hold = &nn->hold;
	struct ndp_held *held, *tmp;
	LIST_HEAD(gone);

	spin_lock_bh(&hold->lock);
	list_for_each_entry_safe(held, tmp, &hold->queue, list) {
		if (ifindex && held->ifindex != ifindex && !held->mixed)
			continue;
		ndp_held_unlink(hold, held);
		list_add_tail(&held->list, &gone);
	}
	spin_unlock_bh(&hold->lock);

	list_for_each_entry_safe(held, tmp, &gone, list)
		ndp_held_free(held);
}

/**
 * ndp_hold_init() - set up a namespace's held packets
 * @nn: new namespace
 */
void ndp_hold_init(struct ndp_net *nn)
{
	struct ndp_hold *hold = &nn->hold;

	spin_lock_init(&hold->lock);
	INIT_LIST_HEAD(&hold->queue);
	timer_setup(&hold->timer, ndp_hold_timer, 0);
}

/**
 * ndp_hold_stop() - hold nothing any more, end the timer and free what is there
 * @nn: namespace that ends, or whose module does; without hooks
 *
 * Context: process; may sleep until the timer has ended.
 */
void ndp_hold_stop(struct ndp_net *nn)
{
	struct ndp_hold *hold = &nn->hold;

	ndp_gate_end_timer(&hold->timer, &hold->dead, &hold->lock);
	ndp_hold_flush(nn, 0);
}
