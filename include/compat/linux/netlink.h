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

#define NDP_ERR_SLOTS	16
#define NDP_ERR_LEN	80

static inline char *ndp_err_slot(void)
{
	static char slots[NDP_ERR_SLOTS][NDP_ERR_LEN];
	static atomic_t next;

	return slots[(unsigned int)atomic_inc_return(&next) % NDP_ERR_SLOTS];
}

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {		\
	struct netlink_ext_ack *__extack = (extack);		\
	char *__slot = ndp_err_slot();				\
								\
	snprintf(__slot, NDP_ERR_LEN, fmt, ##args);		\
	if (__extack)						\
		__extack->_msg = __slot;			\
} while (0)
#endif

#endif
