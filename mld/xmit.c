// SPDX-License-Identifier: GPL-2.0
/*
 * A message of the engine into a packet, and the packet through the kernel's own output (MLD-A4 to
 * MLD-A7).
 */

#include <linux/icmpv6.h>
#include <linux/mroute6.h>
#include <linux/pkt_sched.h>
#include <linux/skbuff.h>
#include <net/addrconf.h>
#include <net/inet_common.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "mld_live.h"
#include "trace.h"

#define MLD_HBH_LEN	8

/*
 * RFC 3810 5: hop-by-hop header with Router Alert of value 0 (RFC 2711 2.1), padded to eight octets
 * by a PadN of none.
 */
static const u8 mld_hbh[MLD_HBH_LEN] = { IPPROTO_ICMPV6, 0, IPV6_TLV_ROUTERALERT, 2, 0, 0,
					 IPV6_TLV_PADN, 0 };

static int mld_socket_open(struct mld_net *mn, struct sock **sk, int loop)
{
	struct socket *sock;
	int err;

	err = inet_ctl_sock_create(sk, PF_INET6, SOCK_RAW, IPPROTO_ICMPV6, mn->net);
	if (err)
		return err;
	(*sk)->sk_allocation = GFP_KERNEL;
	sock = (*sk)->sk_socket;
	err = sock->ops->setsockopt(sock, SOL_IPV6, IPV6_MULTICAST_LOOP, KERNEL_SOCKPTR(&loop),
				    sizeof(loop));
	if (!err)
		return 0;
	inet_ctl_sock_destroy(*sk);
	*sk = NULL;
	return err;
}

/**
 * mld_sockets_open() - the sockets that a namespace's reports belong to
 * @mn: namespace
 *
 * Context: RTNL.
 * Return: 0 or an error; 0 if they are open already.
 */
int mld_sockets_open(struct mld_net *mn)
{
	int err;

	if (mn->sk)
		return 0;
	err = mld_socket_open(mn, &mn->sk, 0);
	if (err)
		return err;
	err = mld_socket_open(mn, &mn->sk_loop, 1);
	if (err)
		mld_sockets_close(mn);
	return err;
}

/**
 * mld_sockets_close() - the opposite
 * @mn: namespace, without links
 */
void mld_sockets_close(struct mld_net *mn)
{
	if (mn->sk)
		inet_ctl_sock_destroy(mn->sk);
	if (mn->sk_loop)
		inet_ctl_sock_destroy(mn->sk_loop);
	mn->sk = NULL;
	mn->sk_loop = NULL;
}

/*
 * The link's valid link-local address, the one that the kernel would take; false, and ::, if it has
 * none yet (RFC 3590 4). The list runs from the widest scope to the narrowest. Context: RCU.
 */
static bool mld_source(struct inet6_dev *idev, struct in6_addr *saddr)
{
	struct inet6_ifaddr *ifp;
	bool found = false;

	*saddr = in6addr_any;
	read_lock_bh(&idev->lock);
	list_for_each_entry_reverse(ifp, &idev->addr_list, if_list) {
		if (ifp->scope > IFA_LINK)
			break;
		if (ifp->scope == IFA_LINK &&
		    !(ifp->flags & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC | IFA_F_DADFAILED))) {
			*saddr = ifp->addr;
			found = true;
			break;
		}
	}
	read_unlock_bh(&idev->lock);
	return found;
}

/**
 * mld_has_source() - does a device have a valid link-local address?
 * @dev: device
 *
 * Return: true if it does.
 */
bool mld_has_source(struct net_device *dev)
{
	struct inet6_dev *idev;
	struct in6_addr saddr;
	bool found;

	rcu_read_lock();
	idev = __in6_dev_get(dev);
	found = idev && mld_source(idev, &saddr);
	rcu_read_unlock();
	return found;
}

/**
 * mld_payload_room() - octets of ICMPv6 that a report on a device may hold
 * @dev: device
 *
 * Return: what its MTU, or that of IPv6 on it, leaves; never less than the smallest IPv6 MTU does.
 */
u32 mld_payload_room(struct net_device *dev)
{
	u32 mtu = READ_ONCE(dev->mtu);
	struct inet6_dev *idev;

	rcu_read_lock();
	idev = __in6_dev_get(dev);
	if (idev)
		mtu = min_t(u32, mtu, READ_ONCE(idev->cnf.mtu6));
	rcu_read_unlock();
	return clamp_t(u32, mtu, IPV6_MIN_MTU, IP6_MAX_MTU) - sizeof(struct ipv6hdr) - MLD_HBH_LEN;
}

static struct sk_buff *mld_skb(struct net_device *dev, const struct in6_addr *saddr,
			       const struct in6_addr *daddr,
			       const void *data, u32 len)
{
	unsigned int head = LL_RESERVED_SPACE(dev) + sizeof(struct ipv6hdr) + MLD_HBH_LEN;
	struct icmp6hdr *icmp;
	struct ipv6hdr *ip6;
	struct sk_buff *skb;

	skb = alloc_skb(head + len + dev->needed_tailroom, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	icmp = skb_put_data(skb, data, len);
	skb_reset_transport_header(skb);
	icmp->icmp6_cksum = 0;
	icmp->icmp6_cksum = csum_ipv6_magic(saddr, daddr, len, IPPROTO_ICMPV6, csum_partial(icmp,
											    len,
											    0));

	memcpy(skb_push(skb, MLD_HBH_LEN), mld_hbh, MLD_HBH_LEN);
	ip6 = skb_push(skb, sizeof(*ip6));
	skb_reset_network_header(skb);
	ip6_flow_hdr(ip6, 0, 0);
	ip6->payload_len = htons(MLD_HBH_LEN + len);
	ip6->nexthdr = NEXTHDR_HOP;
	ip6->hop_limit = 1;
	ip6->saddr = *saddr;
	ip6->daddr = *daddr;
	skb->protocol = htons(ETH_P_IPV6);
	skb->priority = TC_PRIO_CONTROL;
	skb->dev = dev;
	return skb;
}

static int mld_route(struct net *net, struct sock *sk, struct sk_buff *skb, u8 type)
{
	struct flowi6 fl6 = {
		.flowi6_oif = skb->dev->ifindex,
		.flowi6_proto = IPPROTO_ICMPV6,
		.saddr = ipv6_hdr(skb)->saddr,
		.daddr = ipv6_hdr(skb)->daddr,
		.fl6_icmp_type = type,
	};
	struct dst_entry *dst = ip6_route_output(net, sk, &fl6);

	if (dst->error) {
		int err = dst->error;

		dst_release(dst);
		return err;
	}
	skb_dst_set(skb, dst);
	return 0;
}

/* Context: RCU. Return: 0, or why the packet has not left; the packet is consumed. */
static int mld_send(struct mld_net *mn, struct inet6_dev *idev, struct sk_buff *skb, u8 type)
{
	struct sock *sk = mroute6_is_socket(mn->net, skb) ? mn->sk_loop : mn->sk;
	int err;

	IP6_INC_STATS(mn->net, idev, IPSTATS_MIB_OUTREQUESTS);
	err = mld_route(mn->net, sk, skb, type);
	if (err) {
		kfree_skb(skb);
	} else {
		skb_set_owner_w(skb, sk);
		err = mld_output(mn->net, sk, skb);
	}
	if (err) {
		IP6_INC_STATS(mn->net, idev, IPSTATS_MIB_OUTDISCARDS);
		return err;
	}
	ICMP6MSGOUT_INC_STATS(mn->net, idev, type);
	ICMP6_INC_STATS(mn->net, idev, ICMP6_MIB_OUTMSGS);
	return 0;
}

static bool mld_is_mrd(u8 type)
{
	return type == MLD_TYPE_MRD_ADVERTISEMENT || type == MLD_TYPE_MRD_TERMINATION;
}

static int mld_xmit_rcu(struct mld_link *link, const struct in6_addr *daddr, const void *data,
			u32 len)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);
	u8 type = *(const u8 *)data;
	struct in6_addr saddr;
	struct sk_buff *skb;
	bool unspecified;
	int err;

	if (!idev || !(link->dev->flags & IFF_UP))
		return -ENETDOWN;
	unspecified = !mld_source(idev, &saddr);
	link->unspecified |= unspecified;
	/* RFC 4286 3.2: never from ::, unlike reports; it follows when there is an address. */
	if (unspecified && mld_is_mrd(type))
		return -EADDRNOTAVAIL;
	skb = mld_skb(link->dev, &saddr, daddr, data, len);
	if (!skb)
		return -ENOMEM;
	err = mld_send(link->mn, idev, skb, type);
	/*
	 * A queue that is full says so by a positive value; the report is lost then, as on the
	 * wire.
	 */
	return err < 0 ? err : 0;
}

static enum mld_count mld_sent_count(u8 type)
{
	if (mld_is_mrd(type))
		return MLD_C_MRD_OUT;
	switch (type) {
	case MLD_TYPE_V1_REPORT:
		return MLD_C_REPORTS_V1_OUT;
	case MLD_TYPE_DONE:
		return MLD_C_DONES_OUT;
	default:
		return MLD_C_REPORTS_V2_OUT;
	}
}

/**
 * mld_xmit() - send a message of a link; its mld_out.send
 * @out: of the link
 * @daddr: where to
 * @data: ICMPv6 message; its checksum is still to be written
 * @len: octets at @data
 *
 * Context: Process context; the link's lock is held.
 */
void mld_xmit(struct mld_out *out, const struct in6_addr *daddr, const void *data, u32 len)
{
	struct mld_link *link = container_of(out, struct mld_link, proto.out);
	const struct mld_v2_report *head = data;
	int err;

	rcu_read_lock();
	err = mld_xmit_rcu(link, daddr, data, len);
	rcu_read_unlock();
	link->proto.count[err ? MLD_C_TX_FAILED : mld_sent_count(head->type)]++;
	trace_mld_report(link, daddr, head->type,
			 head->type == MLD_TYPE_V2_REPORT ? ntohs(head->nrecords) : 1, len, err);
}
