/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NL_SET_ERR_MSG_FMT() came with 6.3, with room for the text in struct netlink_ext_ack. Older
 * kernels keep a pointer only, which is read again when the reply is sent: the text waits in a
 * slot that is used again after NDP_ERR_SLOTS further refusals.
 */
#ifndef NDPROXY_COMPAT_LINUX_NETLINK_H
#define NDPROXY_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT
#include <linux/atomic.h>

#define NDP_ERR_SLOTS 64

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {				\
	static char __slots[NDP_ERR_SLOTS][80];					\
	static atomic_t __next;							\
	struct netlink_ext_ack *__extack = (extack);				\
	char *__slot = __slots[(unsigned int)atomic_inc_return(&__next) %	\
			       NDP_ERR_SLOTS];					\
										\
	snprintf(__slot, sizeof(__slots[0]), fmt, ##args);			\
	if (__extack)								\
		__extack->_msg = __slot;					\
} while (0)
#endif

#endif
