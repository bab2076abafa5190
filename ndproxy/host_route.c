// SPDX-License-Identifier: GPL-2.0
/* Which hosts need a route of their own, and what became of it; route.c makes it (ND-F2). */

#include <net/ipv6.h>
#include <kunit/visibility.h>

#include "ndproxy.h"

#define NDP_ROUTE_BATCH		64	/* hosts per hold of the lock */

/**
 * ndp_host_queue_route() - have a host's route looked at
 * @nn: namespace
 * @host: the host
 *
 * Context: hosts' lock.
 */
void ndp_host_queue_route(struct ndp_net *nn, struct ndp_host *host)
{
	host->route = NDP_ROUTE_WANTED;
	ndp_route_queue_host(nn, host);
}

/**
 * ndp_host_want_route() - a host is new on its link: see to its route
 * @nn: namespace
 * @host: the host
 *
 * On a downstream link it has a route of its own; upstream the kernel's mostly does (ND-F2).
 *
 * Context: hosts' lock.
 */
void ndp_host_want_route(struct ndp_net *nn, struct ndp_host *host)
{
	const struct net_device *dev = rcu_dereference_check(host->link->dev, 1);

	if (host->route == NDP_ROUTE_NONE && host->link->role == NDP_ROLE_UPSTREAM &&
	    ndp_route_leads_to(nn, host->link->group, &host->key.addr, dev))
		return;
	ndp_host_queue_route(nn, host);
}

/**
 * ndp_host_route_done() - a request for a host's route has been carried out
 * @nn: namespace
 * @host: of which the caller holds a reference
 * @route: what came of it
 * @due: out: what waited for it
 *
 * Context: the namespace's workqueue; takes the hosts' lock.
 * Return: true if something did.
 */
bool ndp_host_route_done(struct ndp_net *nn, struct ndp_host *host, enum ndp_host_route route,
			 struct ndp_host_due *due)
{
	*due = (struct ndp_host_due){};

	spin_lock_bh(&nn->hosts.lock);
	/* Queued again: it changed while the request was under way, and the next one decides. */
	if (!host->dead && !ndp_job_is_queued(nn, &host->job)) {
		host->route = route;
		if (route != NDP_ROUTE_FAILED) {
			due->answer = host->answer;
			due->neigh = host->neigh;
			due->left = host->left;
		}
		host->answer = false;
		host->neigh = false;
		host->left = 0;
	}
	spin_unlock_bh(&nn->hosts.lock);
	return due->answer || due->neigh || due->left;
}
EXPORT_SYMBOL_IF_KUNIT(ndp_host_route_done);

static bool ndp_host_may_be_led_away(const struct ndp_host *host, const struct ndp_prefix *prefix)
{
	return host->prefix == prefix && host->route == NDP_ROUTE_NONE &&
	       host->state != NDP_HOST_TENTATIVE;
}

static bool ndp_host_may_lack_route(const struct ndp_host *host, const struct ndp_prefix *prefix)
{
	return host->route == NDP_ROUTE_INSTALLED || host->route == NDP_ROUTE_SHADOWED ||
	       host->route == NDP_ROUTE_FOREIGN;
}

typedef bool (*ndp_host_wanted_t)(const struct ndp_host *host, const struct ndp_prefix *prefix);

/* All hosts of a link, in turns; who comes meanwhile has its route looked at in any case. */
static void ndp_host_queue_routes(struct ndp_net *nn, struct ndp_link *link,
				  ndp_host_wanted_t wanted, const struct ndp_prefix *prefix)
{
	struct ndp_host *host;
	unsigned int left;

	spin_lock_bh(&nn->hosts.lock);
	for (left = link->n_hosts; left && !list_empty(&link->hosts); left--) {
		host = list_first_entry(&link->hosts, struct ndp_host, link_list);
		list_move_tail(&host->link_list, &link->hosts);
		if (wanted(host, prefix))
			ndp_host_queue_route(nn, host);
		if (left % NDP_ROUTE_BATCH)
			continue;
		spin_unlock_bh(&nn->hosts.lock);
		cond_resched();
		spin_lock_bh(&nn->hosts.lock);
	}
	spin_unlock_bh(&nn->hosts.lock);
}

/**
 * ndp_host_reroute() - a link's routes to a prefix changed
 * @nn: namespace
 * @prefix: which
 *
 * The kernel may lead to upstream hosts another way from now on; the work finds out to which.
 *
 * Context: RTNL; takes the hosts' lock.
 */
void ndp_host_reroute(struct ndp_net *nn, const struct ndp_prefix *prefix)
{
	struct ndp_onlink *onlink;

	list_for_each_entry(onlink, &prefix->onlinks, prefix_list)
		ndp_host_queue_routes(nn, onlink->link, ndp_host_may_be_led_away, prefix);
}

/**
 * ndp_host_route_lost() - a route to a host was deleted or replaced
 * @nn: namespace
 * @group: group number
 * @addr: of the route
 *
 * Some program cleaned up what it did not make: put the route back, unless it put its own there. Or
 * it took away its own route, which stood in the way of ours, wherever it led. The module's own
 * changes are told as well: where our route stands, nothing happens.
 *
 * Context: the namespace's workqueue, as is all that reads @route_ifindex; RTNL, RCU.
 */
void ndp_host_route_lost(struct ndp_net *nn, u32 group, const struct in6_addr *addr)
{
	struct ndp_host *host;

	spin_lock_bh(&nn->hosts.lock);
	host = ndp_host_find(nn, group, addr);
	if (!host || !ndp_link_runs(host->link))
		goto out;
	if (host->route == NDP_ROUTE_INSTALLED || host->route == NDP_ROUTE_SHADOWED) {
		if (ndp_route_stands(nn, host))
			goto out;
		host->route_ifindex = 0;
	} else if (host->route != NDP_ROUTE_FOREIGN) {
		goto out;
	}
	ndp_host_queue_route(nn, host);
out:
	spin_unlock_bh(&nn->hosts.lock);
}

/**
 * ndp_host_routes_again() - look at the routes of all hosts
 * @nn: namespace
 *
 * It is not known which were deleted, or where rules lead now.
 *
 * Context: RTNL; takes the hosts' lock.
 */
void ndp_host_routes_again(struct ndp_net *nn)
{
	struct ndp_link *link;

	list_for_each_entry(link, &nn->links, list)
		ndp_host_queue_routes(nn, link, ndp_host_may_lack_route, NULL);
}
