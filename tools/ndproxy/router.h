/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's devices and IPv6 routes at the moment, for who translates configurations. */
#ifndef NDPROXY_ROUTER_H
#define NDPROXY_ROUTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <net/if.h>
#include <netinet/in.h>

/**
 * struct device - a device
 * @name: of it
 * @index: of it
 * @no_nd: it does no neighbour discovery
 */
struct device {
	char name[IF_NAMESIZE];
	uint32_t index;
	bool no_nd;
};

/**
 * struct route - a unicast route that neither the proxy nor a local address made
 * @dst: its destination
 * @len: length of that
 * @dev: where it leads
 * @via: to a gateway there
 */
struct route {
	struct in6_addr dst;
	uint8_t len;
	char dev[IF_NAMESIZE];
	bool via;
};

/**
 * struct router - both
 * @device: devices
 * @n_devices: how many
 * @route: routes
 * @n_routes: how many
 */
struct router {
	struct device *device;
	size_t n_devices;
	struct route *route;
	size_t n_routes;
};

int router_read(struct router *router);
void router_free(struct router *router);
struct device *router_add_device(struct router *router, const char *name);
struct route *router_add_route(struct router *router);

bool prefix_covers(const struct in6_addr *addr, uint8_t len, const struct in6_addr *in);
bool router_no_nd(const struct router *router, const char *dev);
bool router_has_default(const struct router *router, const char *dev);
bool router_is_onlink(const struct router *router, const char *dev, const struct in6_addr *addr,
		      uint8_t len);
const struct route *router_cover(const struct router *router, const struct in6_addr *addr,
				 uint8_t len);

#endif
