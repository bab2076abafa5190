// SPDX-License-Identifier: GPL-2.0
/*
 * Stations: link-layer addresses on a link, and how many hosts name each, so that one machine
 * cannot fill the table of hosts (ND-F5).
 */

#include <linux/slab.h>

#include "ndproxy.h"

static const struct rhashtable_params ndp_station_params = {
	.head_offset = offsetof(struct ndp_station, node),
	.key_offset = offsetof(struct ndp_station, key),
	.key_len = sizeof(struct ndp_station_key),
	.automatic_shrinking = true,
};

/**
 * ndp_station_put() - a host gives its link-layer address up
 * @nn: namespace
 * @station: of the host, freed with its last; or NULL
 *
 * Context: hosts' lock.
 */
void ndp_station_put(struct ndp_net *nn, struct ndp_station *station)
{
	if (!station || --station->n_hosts)
		return;
	rhashtable_remove_fast(&nn->hosts.stations, &station->node, ndp_station_params);
	kfree_rcu(station, rcu);
}

static struct ndp_station *ndp_station_new(struct ndp_net *nn, const struct ndp_station_key *key)
{
	struct ndp_station *station = charge_zalloc(&nn->charge, sizeof(*station),
						    CHARGE_SOFTIRQ);

	if (!station)
		return ERR_PTR(-ENOMEM);
	station->key = *key;
	if (rhashtable_insert_fast(&nn->hosts.stations, &station->node, ndp_station_params)) {
		kfree(station);
		return ERR_PTR(-ENOMEM);
	}
	return station;
}

/**
 * ndp_station_get() - a host takes a link-layer address
 * @nn: namespace
 * @s: evidence of the host
 *
 * Context: hosts' lock.
 * Return: the station with one host more; NULL if @s does not tell the address; -ENOSPC over the
 * limit, which does not bind the administrator; -ENOMEM.
 */
struct ndp_station *ndp_station_get(struct ndp_net *nn, const struct ndp_sighting *s)
{
	struct ndp_station_key key = {};
	struct ndp_station *station;

	if (!s->lladdr || s->lladdr_len > sizeof(key.addr))
		return NULL;

	key.ifindex = s->link->ifindex;
	key.len = s->lladdr_len;
	memcpy(key.addr, s->lladdr, s->lladdr_len);

	station = rhashtable_lookup_fast(&nn->hosts.stations, &key, ndp_station_params);
	if (!station)
		station = ndp_station_new(nn, &key);
	else if (station->n_hosts >= READ_ONCE(nn->limit[NDP_HOSTS_PER_LLADDR]) &&
		 s->evidence != NDP_BY_STATIC)
		station = ERR_PTR(-ENOSPC);

	if (!IS_ERR(station))
		station->n_hosts++;
	return station;
}

/**
 * ndp_station_is() - is this the link-layer address that the evidence tells?
 * @station: of a host, or NULL
 * @s: evidence that tells one
 *
 * Context: hosts' lock.
 * Return: true if it is.
 */
bool ndp_station_is(const struct ndp_station *station, const struct ndp_sighting *s)
{
	return station && station->key.ifindex == s->link->ifindex &&
	       station->key.len == s->lladdr_len &&
	       !memcmp(station->key.addr, s->lladdr, s->lladdr_len);
}

/**
 * ndp_station_init() - set up a namespace's stations
 * @nn: new namespace
 *
 * Return: 0 or -ENOMEM.
 */
int ndp_station_init(struct ndp_net *nn)
{
	return rhashtable_init(&nn->hosts.stations, &ndp_station_params);
}
