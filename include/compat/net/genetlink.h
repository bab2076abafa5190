/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations have been split by 6.2, which changed what pre_doit() is called with. And see
 * compat/linux/netlink.h for what ndp_genl_doit() is about.
 */
#ifndef NDPROXY_COMPAT_NET_GENETLINK_H
#define NDPROXY_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#ifndef HAVE_GENL_SPLIT_OPS
#define genl_split_ops	genl_ops
#endif

/**
 * ndp_genl_doit() - handle a request with room for the text of a refusal; the end of a pre_doit()
 * @ops: what is asked for
 * @skb: request
 * @info: the same, parsed
 *
 * Where the kernel's netlink_ext_ack has room, that is for the kernel to do. Where it has none, the
 * request is handled and acknowledged here, while the room is there. -EINTR tells netlink_rcv_skb()
 * that there is nothing left to acknowledge.
 *
 * Context: process.
 * Return: what pre_doit() is to return.
 */
static inline int ndp_genl_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
				struct genl_info *info)
{
#ifdef NDP_ERR_ROOM
	char text[NL_ERR_LEN];
	int err;

	NL_ERR_ROOM(info->extack, text);
	err = ops->doit(skb, info);
	if (err || info->nlhdr->nlmsg_flags & NLM_F_ACK)
		netlink_ack(skb, info->nlhdr, err, info->extack);
	return -EINTR;
#else
	return 0;
#endif
}

#endif
