// SPDX-License-Identifier: GPL-2.0
/* Hosts that go together: with their link or prefix, or by the administrator's wish (ND-A6, B4). */

#include <linux/sched.h>

#include "ndproxy.h"

#define NDP_FLUSH_BATCH		64	/* hosts forgotten per hold of the lock */

/* Forget up to a batch of the hosts on a link, learnt and not in use elsewhere. */
static bool ndp_host_flush_batch(struct ndp_net *nn, struct ndp_link *link,
				 const struct ndp_prefix *prefix, bool statics)
{
	struct ndp_host *host, *tmp;
	unsigned int n = 0;

	spin_lock_bh(&nn->hosts.lock);
	list_for_each_entry_safe(host, tmp, &link->hosts, link_list) {
		if (prefix && host->prefix != prefix)
			continue;
		if (!statics && host->state == NDP_HOST_STATIC)
			continue;
		ndp_host_forget(nn, host);
		if (++n == NDP_FLUSH_BATCH)
			break;
	}
	spin_unlock_bh(&nn->hosts.lock);
	return n == NDP_FLUSH_BATCH;
}

/**
 * ndp_host_flush_link() - forget the hosts on a link, static ones too
 * @nn: namespace
 * @link: that no longer admits hosts, or whose @prefix does not
 * @prefix: only its hosts; NULL: all
 *
 * Context: RTNL.
 */
void ndp_host_flush_link(struct ndp_net *nn, struct ndp_link *link,
			 const struct ndp_prefix *prefix)
{
	ndp_guard_drop_link(nn, link, prefix);
	while (ndp_host_flush_batch(nn, link, prefix, true))
		cond_resched();
	if (prefix)
		return;
	spin_lock_bh(&nn->hosts.lock);
	list_del_init(&link->late_list);
	spin_unlock_bh(&nn->hosts.lock);
}

/**
 * ndp_host_flush() - forget the learnt hosts, by the administrator's wish
 * @nn: namespace
 * @link: only there; NULL: everywhere
 *
 * Context: RTNL.
 */
void ndp_host_flush(struct ndp_net *nn, struct ndp_link *link)
{
	struct ndp_link *each;

	ndp_host_drop_waiting(nn, link);
	list_for_each_entry(each, &nn->links, list)
		if (!link || each == link)
			while (ndp_host_flush_batch(nn, each, NULL, false))
				cond_resched();
}
