// SPDX-License-Identifier: GPL-2.0
/*
 * Hosts that were learnt before the module was loaded, and are told again (ND-F6). What was true
 * then need not be now: each has its route at once, so that no packet waits for it, and is asked
 * soon whether it is still there. A link full of them is not asked all at once: they take turns.
 */

#include <linux/jiffies.h>

#include "ndproxy.h"

#define NDP_TURN	max(HZ / 100, 1)	/* between the first probes of two restored hosts */

/* When the next one is asked. Context: hosts' lock. */
static unsigned long ndp_host_turn(struct ndp_hosts *hosts)
{
	struct ndp_host *last = NULL;

	if (!list_empty(&hosts->restored))
		last = list_last_entry(&hosts->restored, struct ndp_host, timed);
	return last && time_after(last->seen + NDP_TURN, jiffies) ? last->seen + NDP_TURN : jiffies;
}

static void ndp_host_queue_turn(struct ndp_net *nn, struct ndp_host *host)
{
	host->state = NDP_HOST_PROBING;
	host->seen = ndp_host_turn(&nn->hosts);
	list_move_tail(&host->timed, &nn->hosts.restored);
	ndp_host_arm(nn, host->seen);
}

/**
 * ndp_host_take_back() - a host was known on a link some time ago
 * @nn: namespace
 * @sighting: what was known
 *
 * A host that is known already stays as it is.
 *
 * Context: RTNL; takes the hosts' lock.
 * Return: 0, or -ENOBUFS: over a limit, which was counted, or no memory.
 */
int ndp_host_take_back(struct ndp_net *nn, struct ndp_sighting *sighting)
{
	u32 group = sighting->link->group->id;
	struct ndp_host *host;
	bool known;

	spin_lock_bh(&nn->hosts.lock);
	known = ndp_host_find(nn, group, sighting->addr);
	spin_unlock_bh(&nn->hosts.lock);
	if (known)
		return 0;
	if (ndp_host_learn(nn, sighting) == NDP_LEARNT_REFUSED)
		return -ENOBUFS;

	/* If it was heard of meanwhile, one question too many is asked, at most. */
	spin_lock_bh(&nn->hosts.lock);
	host = ndp_host_find(nn, group, sighting->addr);
	if (host && host->link == sighting->link && host->state == NDP_HOST_REACHABLE)
		ndp_host_queue_turn(nn, host);
	spin_unlock_bh(&nn->hosts.lock);
	return 0;
}
