/* SPDX-License-Identifier: GPL-2.0 */
/* Until 6.6, one counter stood for packets asked to be sent and for those that were. */
#ifndef NDPROXY_COMPAT_LINUX_SNMP_H
#define NDPROXY_COMPAT_LINUX_SNMP_H

#include_next <linux/snmp.h>

#ifndef HAVE_IPSTATS_OUTREQUESTS
#define IPSTATS_MIB_OUTREQUESTS	IPSTATS_MIB_OUTPKTS
#endif

#endif
