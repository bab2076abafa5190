// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's rtnetlink over sockets of our own. Requests are the one stable way for a module to
 * add a route, and show up in "ip monitor" like anybody else's. Events tell of every on-link route
 * and every prefix option of an RA; the FIB notifier tells only of routes that come first among
 * their equals, and a downstream link with an address of the prefix makes the upstream route
 * second.
 *
 * Only the kernel is heard. Whoever has CAP_NET_ADMIN in the namespace, which any user has in one
 * of his own, may send to its groups and its sockets what looks the same. Both sockets are
 * connected to the kernel, and refuse what others send to them alone. What others send to a group
 * is taken out of the queue at once, so that it crowds out nothing, and is passed over where it is
 * read.
 */

#include <linux/net.h>
#include <linux/rtnetlink.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "ndproxy.h"

#define NDP_RTNL_RCVBUF		SZ_1M	/* octets of events that may wait */
#define NDP_RTNL_MSG		16384		/* octets of the longest part of a dump */
#define NDP_RTNL_BATCH		256		/* event messages read per run of the work */

static int ndp_rtnl_option(struct socket *sock, int name, int value)
{
	return sock->ops->setsockopt(sock, SOL_NETLINK, name, KERNEL_SOCKPTR(&value),
				     sizeof(value));
}

static int ndp_rtnl_send(struct socket *sock, void *data, size_t len)
{
	/* Naming the destination says "the sender may", instead of asking for the opener's file. */
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &to, .msg_namelen = sizeof(to) };
	struct kvec vec = { .iov_base = data, .iov_len = len };
	int ret = kernel_sendmsg(sock, &msg, &vec, 1, len);

	return ret < 0 ? ret : 0;
}

/* Return: octets of a message of the kernel's, cut to @room; or an error. */
static int ndp_rtnl_recv(struct socket *sock, void *data, size_t room)
{
	struct kvec vec = { .iov_base = data, .iov_len = room };
	struct sockaddr_nl from;
	struct msghdr msg;
	int len;

	do {
		from.nl_pid = 0;
		msg = (struct msghdr){ .msg_name = &from };
		len = kernel_recvmsg(sock, &msg, &vec, 1, room, MSG_DONTWAIT);
	} while (len >= 0 && from.nl_pid);
	return len;
}

/*
 * What came of the module's own requests is no news, and thousands of hosts' routes would crowd out
 * what is. So would what was sent by others than the kernel, whose messages alone say truly who
 * asked. Each event is told of when it has become the last one of the queue.
 */
static void ndp_rtnl_skip(const struct ndp_net *nn, struct sk_buff_head *queue)
{
	struct sk_buff *skb;
	unsigned long flags;

	spin_lock_irqsave(&queue->lock, flags);
	skb = skb_peek_tail(queue);
	if (skb && (NETLINK_CB(skb).portid || nlmsg_hdr(skb)->nlmsg_pid == nn->portid))
		__skb_unlink(skb, queue);
	else
		skb = NULL;
	spin_unlock_irqrestore(&queue->lock, flags);
	consume_skb(skb);
}

/* Events have come. */
static void ndp_rtnl_ready(struct sock *sk)
{
	struct ndp_net *nn;

	read_lock_bh(&sk->sk_callback_lock);
	nn = sk->sk_user_data;
	if (nn) {
		ndp_rtnl_skip(nn, &sk->sk_receive_queue);
		if (!skb_queue_empty_lockless(&sk->sk_receive_queue))
			ndp_gate_queue_in(&nn->gate, &nn->learn_work, 0);
	}
	read_unlock_bh(&sk->sk_callback_lock);
}

/* Events were lost; netlink_set_err() tells so with interrupts off. The work finds out. */
static void ndp_rtnl_lost(struct sock *sk)
{
	unsigned long flags;
	struct ndp_net *nn;

	read_lock_irqsave(&sk->sk_callback_lock, flags);
	nn = sk->sk_user_data;
	if (nn)
		ndp_gate_queue_in(&nn->gate, &nn->learn_work, 0);
	read_unlock_irqrestore(&sk->sk_callback_lock, flags);
}

static void ndp_rtnl_set_user(struct socket *sock, struct ndp_net *nn)
{
	struct sock *sk = sock->sk;

	write_lock_bh(&sk->sk_callback_lock);
	sk->sk_user_data = nn;
	if (nn) {
		sk->sk_data_ready = ndp_rtnl_ready;
		sk->sk_error_report = ndp_rtnl_lost;
	}
	write_unlock_bh(&sk->sk_callback_lock);
}

/*
 * A socket that the kernel alone can send to. Connecting gives it a number, too, by which events
 * name who asked for what they tell of.
 */
static int ndp_rtnl_socket(struct ndp_net *nn, struct socket **sock, u32 *portid)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	int err;

	err = sock_create_kern(nn->net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, sock);
	if (err)
		return err;
	err = kernel_connect(*sock, (void *)&name, sizeof(name), 0);
	if (!err)
		err = kernel_getsockname(*sock, (struct sockaddr *)&name);
	if (err < 0) {
		sock_release(*sock);
		*sock = NULL;
		return err;
	}
	*portid = name.nl_pid;
	return 0;
}

/**
 * ndp_rtnl_open() - open a namespace's sockets
 * @nn: namespace with its workqueue
 *
 * Context: process.
 * Return: 0 or an error.
 */
int ndp_rtnl_open(struct ndp_net *nn)
{
	u32 unused;
	int err;

	/* Kept: each host's route is an event, and memory takes longer than all that is read. */
	nn->heard = kmalloc(NDP_RTNL_MSG, CHARGE_KERNEL);
	if (!nn->heard)
		return -ENOMEM;
	err = ndp_rtnl_socket(nn, &nn->request, &nn->portid);
	if (err)
		goto free_heard;
	err = ndp_rtnl_socket(nn, &nn->listen, &unused);
	if (err)
		goto close_request;
	err = ndp_rtnl_option(nn->listen, NETLINK_GET_STRICT_CHK, 1);
	if (err)
		goto close_listen;

	WRITE_ONCE(nn->listen->sk->sk_rcvbuf, NDP_RTNL_RCVBUF);
	ndp_rtnl_set_user(nn->listen, nn);
	return 0;

close_listen:
	sock_release(nn->listen);
	nn->listen = NULL;
close_request:
	sock_release(nn->request);
	nn->request = NULL;
free_heard:
	kfree(nn->heard);
	nn->heard = NULL;
	return err;
}

/**
 * ndp_rtnl_mute() - queue no more work for events
 * @nn: namespace with open sockets
 *
 * Context: process.
 */
void ndp_rtnl_mute(struct ndp_net *nn)
{
	ndp_rtnl_set_user(nn->listen, NULL);
}

/**
 * ndp_rtnl_close() - close a namespace's sockets
 * @nn: namespace, muted; its workqueue is drained
 *
 * Context: process.
 */
void ndp_rtnl_close(struct ndp_net *nn)
{
	sock_release(nn->listen);
	sock_release(nn->request);
	kfree(nn->heard);
	nn->listen = NULL;
	nn->request = NULL;
	nn->heard = NULL;
}

/**
 * ndp_rtnl_listen() - start or stop listening to the kernel's routes, prefixes, rules and nexthops
 * @nn: namespace with open sockets
 * @on: start
 *
 * Context: process.
 * Return: 0 or an error.
 */
int ndp_rtnl_listen(struct ndp_net *nn, bool on)
{
	static const int groups[] = { RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_PREFIX, RTNLGRP_IPV6_RULE,
				      RTNLGRP_NEXTHOP };
	int option = on ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(groups) && !err; i++)
		err = ndp_rtnl_option(nn->listen, option, groups[i]);
	return err;
}

struct ndp_rtnl_route_msg {
	struct nlmsghdr nlh;
	struct rtmsg rtm;
	u8 attrs[64];
};

static void ndp_rtnl_put(struct nlmsghdr *nlh, u16 type, const void *value, u16 len)
{
	struct nlattr *nla = (void *)nlh + NLMSG_ALIGN(nlh->nlmsg_len);

	nla->nla_type = type;
	nla->nla_len = nla_attr_size(len);
	memcpy(nla_data(nla), value, len);
	nlh->nlmsg_len = NLMSG_ALIGN(nlh->nlmsg_len) + nla_total_size(len);
}

/*
 * rtnetlink answers before sendmsg returns: what is waiting now is its verdict. It was not asked to
 * say that all is well, as hosts wait for their routes: its silence says so.
 */
static int ndp_rtnl_verdict(struct ndp_net *nn)
{
	struct {
		struct nlmsghdr nlh;
		struct nlmsgerr err;
		u8 rest[512];
	} ack;
	int len;

	/* Or there was no memory for what it had to say. */
	if (skb_queue_empty_lockless(&nn->request->sk->sk_receive_queue))
		return sock_error(nn->request->sk);
	do {
		len = ndp_rtnl_recv(nn->request, &ack, sizeof(ack));
		if (len == -EAGAIN)
			return 0;
		if (len < 0)
			return len;
	} while (len < (int)(sizeof(ack.nlh) + sizeof(ack.err)) ||
		 ack.nlh.nlmsg_type != NLMSG_ERROR || ack.nlh.nlmsg_seq != nn->seq);
	return ack.err.error;
}

/**
 * ndp_rtnl_route() - add or remove a route
 * @nn: namespace
 * @req: destination, device, table, metric; and whether to add or remove
 * @flags: NLM_F_ of the request
 *
 * Context: the namespace's workqueue, no lock held: rtnetlink takes RTNL.
 * Return: what rtnetlink says.
 */
int ndp_rtnl_route(struct ndp_net *nn, const struct ndp_route_req *req, unsigned int flags)
{
	struct ndp_rtnl_route_msg msg = {
		.nlh = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			.nlmsg_type = req->add ? RTM_NEWROUTE : RTM_DELROUTE,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = ++nn->seq,
		},
		.rtm = {
			.rtm_family = AF_INET6,
			.rtm_dst_len = req->plen,
			.rtm_table = RT_TABLE_UNSPEC,
			.rtm_protocol = NDP_RTPROT,
			.rtm_scope = RT_SCOPE_UNIVERSE,
			.rtm_type = RTN_UNICAST,
		},
	};
	struct mem_cgroup *old;
	int err;

	ndp_rtnl_put(&msg.nlh, RTA_DST, &req->dst, sizeof(req->dst));
	ndp_rtnl_put(&msg.nlh, RTA_OIF, &req->ifindex, sizeof(req->ifindex));
	ndp_rtnl_put(&msg.nlh, RTA_TABLE, &req->table, sizeof(req->table));
	ndp_rtnl_put(&msg.nlh, RTA_PRIORITY, &req->metric, sizeof(req->metric));

	/* What the kernel allocates for the route. */
	old = charge_begin(&nn->charge);
	err = ndp_rtnl_send(nn->request, &msg, msg.nlh.nlmsg_len);
	charge_end(old);
	return err ?: ndp_rtnl_verdict(nn);
}

/**
 * ndp_rtnl_dump_routes() - have the routes of a link told like events
 * @nn: namespace
 * @ifindex: of the device
 *
 * Context: the namespace's workqueue, no lock held.
 * Return: 0, -EBUSY while another dump is under way, or an error.
 */
int ndp_rtnl_dump_routes(struct ndp_net *nn, int ifindex)
{
	struct ndp_rtnl_route_msg msg = {
		.nlh = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
			.nlmsg_seq = ++nn->seq,
		},
		.rtm = { .rtm_family = AF_INET6 },
	};

	ndp_rtnl_put(&msg.nlh, RTA_OIF, &ifindex, sizeof(ifindex));
	return ndp_rtnl_send(nn->listen, &msg, msg.nlh.nlmsg_len);
}

/**
 * ndp_rtnl_receive() - read the events and dumped routes that wait
 * @nn: namespace
 * @handle: called with each message
 *
 * Context: the namespace's workqueue, no lock held.
 * Return: 0 if all is read; 1 if more may wait; an error if some were lost, which ends a dump, too.
 */
int ndp_rtnl_receive(struct ndp_net *nn,
		     void (*handle)(struct ndp_net *nn, const struct nlmsghdr *nlh))
{
	int len = 0, n;
	struct nlmsghdr *nlh;

	for (n = 0; n < NDP_RTNL_BATCH; n++) {
		len = ndp_rtnl_recv(nn->listen, nn->heard, NDP_RTNL_MSG);
		if (len <= 0)
			break;
		for (nlh = nn->heard; nlmsg_ok(nlh, len); nlh = nlmsg_next(nlh, &len))
			handle(nn, nlh);
	}
	if (n == NDP_RTNL_BATCH)
		return 1;
	return len == -EAGAIN ? 0 : len;
}
