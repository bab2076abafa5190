/* SPDX-License-Identifier: GPL-2.0 */
/* Since 6.17 a device may forward what it received while the namespace does not. */
#ifndef NDPROXY_COMPAT_LINUX_IPV6_H
#define NDPROXY_COMPAT_LINUX_IPV6_H

#include_next <linux/ipv6.h>

static inline bool ipv6_devconf_force_forwarding(const struct ipv6_devconf *cnf)
{
#ifdef HAVE_FORCE_FORWARDING
	return READ_ONCE(cnf->force_forwarding);
#else
	return false;
#endif
}

#endif
