// SPDX-License-Identifier: GPL-2.0
/*
 * Events: what listeners of the netlink group are told. Nothing is built where nobody listens.
 *
 * An event is built where it happens, which may be under a lock and in softirq, and queued. A work
 * sends it, as each listener costs a copy, and how many there are is for anybody to choose. The
 * queue has a bound: what finds no room is lost, which each listener hears of as ENOBUFS.
 */

#include <linux/jiffies.h>
#include <linux/rwsem.h>
#include <linux/skbuff.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/genetlink.h>
#include <kunit/visibility.h>

#include "ndproxy.h"
#include "netlink_gen.h"
#include "trace.h"

/* An event carries one object. */
#define NDP_EVENT_SIZE	512
#define NDP_EVENTS_MAX	1024	/* queued */
#define NDP_EVENTS_GO	8	/* sent before other work has its turn */

/* An event that is being built. */
struct ndp_event_msg {
	struct sk_buff *skb;
	void *hdr;
	struct nlattr *nest;
};

static bool ndp_event_begin(struct ndp_event_msg *msg, enum ndp_event event, int object)
{
	struct sk_buff *skb = msg->skb;

	msg->hdr = genlmsg_put(skb, 0, 0, &ndp_nl_family, 0, NDPROXY_CMD_EVENT);
	if (!msg->hdr || nla_put_u32(skb, NDPROXY_A_EVENT_TYPE, event))
		return false;
	msg->nest = nla_nest_start(skb, object);
	return msg->nest;
}

/* The object is whole; what is put now goes beside it. */
static void ndp_event_close(struct ndp_event_msg *msg)
{
	nla_nest_end(msg->skb, msg->nest);
}

/* Return: false if there is no room for it, or it is not @whole. */
static bool ndp_events_add(struct ndp_events *events, struct sk_buff *skb, bool whole)
{
	bool room;

	spin_lock_bh(&events->queue.lock);
	room = whole && !events->dead && skb_queue_len(&events->queue) < NDP_EVENTS_MAX;
	if (room)
		__skb_queue_tail(&events->queue, skb);
	else
		events->lost = true;
	ndp_gate_arm_work(&events->work, events->dead, &events->queue.lock);
	spin_unlock_bh(&events->queue.lock);
	return room;
}

/*
 * Begin an event with the object that it is about. What finds no room is not built: it is likely
 * told under a lock.
 *
 * Return: false if nobody listens, or it is lost; else what is put goes into the object, until it
 * is closed.
 */
static bool ndp_event_open(struct ndp_net *nn, enum ndp_event event, int object,
			   struct ndp_event_msg *msg)
{
	if (!genl_has_listeners(&ndp_nl_family, nn->net, NDPROXY_NLGRP_EVENTS))
		return false;
	msg->skb = NULL;
	if (skb_queue_len_lockless(&nn->events.queue) < NDP_EVENTS_MAX)
		msg->skb = genlmsg_new(NDP_EVENT_SIZE, GFP_ATOMIC);
	if (msg->skb && ndp_event_begin(msg, event, object))
		return true;
	nlmsg_free(msg->skb);
	ndp_events_add(&nn->events, NULL, false);
	return false;
}

static struct sk_buff *ndp_events_next(struct ndp_events *events)
{
	struct sk_buff *skb;

	spin_lock_bh(&events->queue.lock);
	skb = __skb_dequeue(&events->queue);
	spin_unlock_bh(&events->queue.lock);
	return skb;
}

/* Were some lost since the last call? Whether they were or not, @more is to be sent. */
static bool ndp_events_lost(struct ndp_events *events, bool more)
{
	bool lost;

	spin_lock_bh(&events->queue.lock);
	lost = events->lost;
	events->lost = false;
	if (more)
		ndp_gate_arm_work(&events->work, events->dead, &events->queue.lock);
	spin_unlock_bh(&events->queue.lock);
	return lost;
}

/* The family is there while this is held for reading: its group's number may be another's later. */
static DECLARE_RWSEM(ndp_events_sem);
static bool ndp_events_over;	/* ndp_events_sem */

/* Return: how many were sent. */
static unsigned int ndp_events_send(struct ndp_net *nn)
{
	struct sk_buff *skb;
	unsigned int n;

	for (n = 0; n < NDP_EVENTS_GO; n++) {
		skb = ndp_events_next(&nn->events);
		if (!skb)
			break;
		genlmsg_multicast_netns(&ndp_nl_family, nn->net, skb, 0, NDPROXY_NLGRP_EVENTS,
					GFP_KERNEL);
		cond_resched();
	}
	return n;
}

static void ndp_events_work(struct work_struct *work)
{
	struct ndp_net *nn = container_of(work, struct ndp_net, events.work);

	down_read(&ndp_events_sem);
	if (!ndp_events_over && ndp_events_lost(&nn->events, ndp_events_send(nn) == NDP_EVENTS_GO))
		genl_set_err(&ndp_nl_family, nn->net, 0, NDPROXY_NLGRP_EVENTS, -ENOBUFS);
	up_read(&ndp_events_sem);
}

/**
 * ndp_events_end() - send no more events in any namespace: the family goes
 *
 * Context: process; sleeps until nobody is sending.
 */
void ndp_events_end(void)
{
	down_write(&ndp_events_sem);
	ndp_events_over = true;
	up_write(&ndp_events_sem);
}

/**
 * ndp_events_init() - prepare a namespace's queue of events
 * @nn: new namespace
 */
void ndp_events_init(struct ndp_net *nn)
{
	skb_queue_head_init(&nn->events.queue);
	INIT_WORK(&nn->events.work, ndp_events_work);
}

/**
 * ndp_events_stop() - take no more events, and forget those that were not sent
 * @nn: namespace that has no links any more
 *
 * Context: process.
 */
void ndp_events_stop(struct ndp_net *nn)
{
	ndp_gate_end_work(&nn->events.work, &nn->events.dead, &nn->events.queue.lock);
	skb_queue_purge(&nn->events.queue);
}

/* NDP_EVENT_SIZE holds any object; should it not, a listener is told of the loss. */
static void ndp_event_send(struct ndp_net *nn, struct ndp_event_msg *msg, int err)
{
	if (!err)
		genlmsg_end(msg->skb, msg->hdr);
	if (!ndp_events_add(&nn->events, msg->skb, !err))
		nlmsg_free(msg->skb);
}

/**
 * ndp_event_link() - tell that a link came up, went down or was refused
 * @nn: namespace
 * @event: NDP_EVENT_LINK_UP, _DOWN or _REFUSED
 * @link: as it is now
 *
 * Context: RTNL.
 */
void ndp_event_link(struct ndp_net *nn, enum ndp_event event, const struct ndp_link *link)
{
	struct ndp_event_msg msg;
	int err;

	if (!ndp_event_open(nn, event, NDPROXY_A_EVENT_LINK, &msg))
		return;
	err = ndp_fill_link(msg.skb, link);
	ndp_event_close(&msg);
	ndp_event_send(nn, &msg, err);
}

/**
 * ndp_event_prefix() - tell that a prefix is proxied from now on, or no more
 * @nn: namespace
 * @event: NDP_EVENT_PREFIX_ADD or _DEL
 * @onlink: on which upstream link
 *
 * Context: RTNL.
 */
void ndp_event_prefix(struct ndp_net *nn, enum ndp_event event, const struct ndp_onlink *onlink)
{
	struct ndp_event_msg msg;
	int err;

	if (!ndp_event_open(nn, event, NDPROXY_A_EVENT_PREFIX, &msg))
		return;
	err = ndp_fill_prefix(msg.skb, onlink);
	ndp_event_close(&msg);
	ndp_event_send(nn, &msg, err);
}

/**
 * ndp_event_host() - tell that a host was learnt, moved or lost
 * @nn: namespace
 * @event: NDP_EVENT_HOST_LEARNT, _MOVED or _LOST
 * @host: as it is now
 * @old: of a host that moved, the link that it came from; NULL
 *
 * Context: hosts' lock.
 */
void ndp_event_host(struct ndp_net *nn, enum ndp_event event, const struct ndp_host *host,
		    const struct ndp_link *old)
{
	struct ndp_event_msg msg;
	int err;

	if (!ndp_event_open(nn, event, NDPROXY_A_EVENT_HOST, &msg))
		return;
	err = ndp_fill_host(msg.skb, host);
	ndp_event_close(&msg);
	if (!err && old &&
	    (nla_put_u32(msg.skb, NDPROXY_A_EVENT_OLD_IFINDEX, old->ifindex) ||
	     nla_put_string(msg.skb, NDPROXY_A_EVENT_OLD_IFNAME, old->name)))
		err = -EMSGSIZE;
	ndp_event_send(nn, &msg, err);
}

/**
 * ndp_event_host_refused() - tell that a host was claimed on another link, and stays on its own
 * @nn: namespace
 * @host: as it is
 * @link: where it was claimed
 * @station: who claimed it; NULL: not known
 *
 * Context: hosts' lock.
 */
void ndp_event_host_refused(struct ndp_net *nn, const struct ndp_host *host,
			    const struct ndp_link *link, const struct ndp_station *station)
{
	struct ndp_event_msg msg;
	int err;

	if (!ndp_event_open(nn, NDP_EVENT_HOST_REFUSED, NDPROXY_A_EVENT_HOST, &msg))
		return;
	err = ndp_fill_host(msg.skb, host);
	ndp_event_close(&msg);
	if (!err && (nla_put_u32(msg.skb, NDPROXY_A_EVENT_CLAIM_IFINDEX, link->ifindex) ||
		     nla_put_string(msg.skb, NDPROXY_A_EVENT_CLAIM_IFNAME, link->name) ||
		     (station && nla_put(msg.skb, NDPROXY_A_EVENT_CLAIM_LLADDR, station->key.len,
					 station->key.addr))))
		err = -EMSGSIZE;
	ndp_event_send(nn, &msg, err);
}

/**
 * ndp_event_ra() - tell of a Router Advertisement
 * @nn: namespace
 * @link: where
 * @from: who sent it
 * @ra: the advertisement
 * @verdict: what was concluded
 *
 * Context: any.
 */
void ndp_event_ra(struct ndp_net *nn, const struct ndp_link *link, const struct in6_addr *from,
		  const struct nd_ra *ra, enum ndp_ra_verdict verdict)
{
	struct ndp_event_msg msg;
	int err = 0;

	trace_ra(link, from, verdict);
	if (!ndp_event_open(nn, NDP_EVENT_RA, NDPROXY_A_EVENT_RA, &msg))
		return;
	if (nla_put_u32(msg.skb, NDPROXY_A_RA_IFINDEX, READ_ONCE(link->ifindex)) ||
	    nla_put_string(msg.skb, NDPROXY_A_RA_IFNAME, link->name) ||
	    nla_put_in6_addr(msg.skb, NDPROXY_A_RA_ADDR, from) ||
	    nla_put_u8(msg.skb, NDPROXY_A_RA_PROXY, ra->proxy) ||
	    nla_put_u32(msg.skb, NDPROXY_A_RA_VERDICT, verdict) ||
	    nla_put_u32(msg.skb, NDPROXY_A_RA_LIFETIME, ra->lifetime))
		err = -EMSGSIZE;
	ndp_event_close(&msg);
	ndp_event_send(nn, &msg, err);
}

/**
 * ndp_event_limit_due() - may the event of a limit be told?
 * @said: second in which the last of its kind was told; 0: none
 * @now: seconds since boot, but never 0
 *
 * A flood reaches a limit, so that there is one event a second. Seconds are compared for being the
 * same, which is right however long ago the last one was.
 *
 * Context: any.
 * Return: true if it may; it is then told.
 */
bool ndp_event_limit_due(u32 *said, u32 now)
{
	u32 last = READ_ONCE(*said);

	return last != now && cmpxchg(said, last, now) == last;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_event_limit_due);

static u32 ndp_event_second(void)
{
	return (u32)ktime_get_boottime_seconds() + 1;
}

/**
 * ndp_event_limit() - tell that a limit was reached
 * @nn: namespace
 * @link: where
 * @which: by the name of its counter
 * @addr: the address that was refused; NULL: none in particular
 *
 * Context: any.
 */
void ndp_event_limit(struct ndp_net *nn, const struct ndp_link *link, enum ndp_drop which,
		     const struct in6_addr *addr)
{
	struct ndp_event_msg msg;
	int err = 0;

	if (!ndp_event_limit_due(&nn->limit_said[which], ndp_event_second()))
		return;
	if (!ndp_event_open(nn, NDP_EVENT_LIMIT, NDPROXY_A_EVENT_LIMIT, &msg))
		return;
	if (nla_put_u32(msg.skb, NDPROXY_A_LIMIT_REASON, which) ||
	    nla_put_u32(msg.skb, NDPROXY_A_LIMIT_IFINDEX, link->ifindex) ||
	    nla_put_string(msg.skb, NDPROXY_A_LIMIT_IFNAME, link->name) ||
	    (addr && nla_put_in6_addr(msg.skb, NDPROXY_A_LIMIT_ADDR, addr)))
		err = -EMSGSIZE;
	ndp_event_close(&msg);
	ndp_event_send(nn, &msg, err);
}

static int ndp_event_put_mld(struct sk_buff *skb, struct net *net, int ifindex, u8 version,
			     const struct in6_addr *group)
{
	const struct net_device *dev;
	int err;

	err = nla_put_u32(skb, NDPROXY_A_MLD_EVENT_IFINDEX, ifindex);
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (!err && dev)
		err = nla_put_string(skb, NDPROXY_A_MLD_EVENT_IFNAME, dev->name);
	rcu_read_unlock();
	err = err ?: nla_put_u8(skb, NDPROXY_A_MLD_EVENT_VERSION, version);
	if (!err && group)
		err = nla_put_in6_addr(skb, NDPROXY_A_MLD_EVENT_GROUP, group);
	return err;
}

/* Context: the engine's link is locked. */
static void ndp_event_mld(struct net *net, int ifindex, enum mld_notice notice, u8 version,
			  const struct in6_addr *group)
{
	bool limit = notice == MLD_NOTICE_LIMIT;
	struct ndp_net *nn = ndp_net(net);
	struct ndp_event_msg msg;
	int err;

	if (limit && !ndp_event_limit_due(&nn->mld_limit_said, ndp_event_second()))
		return;
	if (!ndp_event_open(nn, limit ? NDP_EVENT_MLD_LIMIT : NDP_EVENT_MLD_VERSION,
			    NDPROXY_A_EVENT_MLD, &msg))
		return;
	err = ndp_event_put_mld(msg.skb, net, ifindex, version, group);
	ndp_event_close(&msg);
	ndp_event_send(nn, &msg, err);
}

/* The proxy's own listeners have a limit of their own, and follow the hosts. */
static bool ndp_mld_admit(struct net *net, const char *id)
{
	return !strcmp(id, NDP_SNM_ID) || ndp_objects_take(ndp_net(net), NDP_SHARE_ALL);
}

static void ndp_mld_release(struct net *net, const char *id)
{
	if (strcmp(id, NDP_SNM_ID))
		ndp_objects_give(ndp_net(net), 1);
}

/* What the multicast listener engine tells of by itself, and asks. */
const struct mld_ops ndp_mld_ops = {
	.event = ndp_event_mld,
	.admit = ndp_mld_admit,
	.release = ndp_mld_release,
};
