/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Without CONFIG_IPV6_MULTIPLE_TABLES a namespace has one table of IPv6 routes, whatever number the
 * caller asks for, and the kernel does not export its fib6_get_table(). Nor are there rules.
 */
#ifndef NDPROXY_COMPAT_NET_IP6_FIB_H
#define NDPROXY_COMPAT_NET_IP6_FIB_H

#include_next <net/ip6_fib.h>

#ifndef CONFIG_IPV6_MULTIPLE_TABLES
static inline struct fib6_table *ndp_fib6_only_table(struct net *net, u32 id)
{
	return net->ipv6.fib6_main_tbl;
}

#define fib6_get_table ndp_fib6_only_table

static inline bool ndp_fib6_has_rules(const struct net *net)
{
	return false;
}
#else
static inline bool ndp_fib6_has_rules(const struct net *net)
{
	return READ_ONCE(net->ipv6.fib6_has_custom_rules);
}
#endif

#endif
