// SPDX-License-Identifier: GPL-2.0
/* Reads the kernel's devices and IPv6 routes, and answers questions about them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/rtnetlink.h>

#include "array.h"
#include "cmd.h"
#include "nl.h"
#include "router.h"

/* The protocol of the routes that the module makes. */
#define OWN_PROTO	110

struct device *router_add_device(struct router *router, const char *name)
{
	struct device *more = array_grow(router->device, router->n_devices, sizeof(*more));
	struct device *device;

	if (!more)
		return NULL;
	router->device = more;
	device = memset(&more[router->n_devices++], 0, sizeof(*device));
	snprintf(device->name, sizeof(device->name), "%s", name);
	return device;
}

struct route *router_add_route(struct router *router)
{
	struct route *more = array_grow(router->route, router->n_routes, sizeof(*more));

	if (!more)
		return NULL;
	router->route = more;
	return memset(&more[router->n_routes++], 0, sizeof(*more));
}

void router_free(struct router *router)
{
	free(router->device);
	free(router->route);
	memset(router, 0, sizeof(*router));
}

/* --- from the kernel -------------------------------------------------------------------------- */

static int read_device(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct router *router = data;
	const char *name = "";
	struct device *device;
	struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			name = attr_str(attr);
	device = router_add_device(router, name);
	if (!device)
		return -1;
	device->index = ifi->ifi_index;
	device->no_nd = ifi->ifi_flags & IFF_NOARP;
	return 0;
}

static const char *device_name(const struct router *router, uint32_t index)
{
	for (size_t i = 0; i < router->n_devices; i++)
		if (router->device[i].index == index)
			return router->device[i].name;
	return "";
}

static int add_route(struct router *router, const struct rtmsg *rtm, const struct in6_addr *dst,
		     uint32_t oif, bool via)
{
	const char *dev = device_name(router, oif);
	struct route *route;

	if (!*dev)
		return 0;
	route = router_add_route(router);
	if (!route)
		return -1;
	route->dst = *dst;
	route->len = rtm->rtm_dst_len;
	route->via = via;
	snprintf(route->dev, sizeof(route->dev), "%s", dev);
	return 0;
}

static int add_multipath(struct router *router, const struct rtmsg *rtm, const struct in6_addr *dst,
			 struct octets octets)
{
	const struct rtnexthop *hop = (const void *)octets.data;
	int len = octets.len, ret = 0;

	for (; !ret && RTNH_OK(hop, len); len -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop))
		ret = add_route(router, rtm, dst, hop->rtnh_ifindex,
				hop->rtnh_len > RTNH_LENGTH(0));
	return ret;
}

static bool is_wanted(const struct rtmsg *rtm, const struct in6_addr *dst)
{
	return rtm->rtm_family == AF_INET6 && rtm->rtm_type == RTN_UNICAST &&
	       rtm->rtm_dst_len <= 128 && rtm->rtm_protocol != OWN_PROTO &&
	       !(rtm->rtm_flags & RTM_F_CLONED) && !IN6_IS_ADDR_LINKLOCAL(dst) &&
	       !IN6_IS_ADDR_MULTICAST(dst);
}

static int read_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	struct nlattr *tb[RTA_MAX + 1] = { NULL };
	struct router *router = data;
	struct in6_addr dst;
	struct nlattr *attr;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm))
		if (mnl_attr_get_type(attr) <= RTA_MAX)
			tb[mnl_attr_get_type(attr)] = attr;
	dst = attr_addr(tb[RTA_DST]);
	if (!is_wanted(rtm, &dst))
		return 0;
	if (tb[RTA_MULTIPATH])
		return add_multipath(router, rtm, &dst, attr_octets(tb[RTA_MULTIPATH]));
	return add_route(router, rtm, &dst, attr_u32(tb[RTA_OIF]), tb[RTA_GATEWAY]);
}

static int read_answer(struct mnl_socket *sk, nl_cb_t cb, struct router *router)
{
	static char buf[65536] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh;
	int len;

	for (;;) {
		len = nl_recv(sk, buf, sizeof(buf));
		if (len < 0)
			return -1;
		for (nlh = (const void *)buf; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_type == NLMSG_DONE)
				return 0;
			if (nlh->nlmsg_type == NLMSG_ERROR || cb(nlh, router))
				return -1;
		}
	}
}

static int dump(struct mnl_socket *sk, uint16_t type, nl_cb_t cb, struct router *router)
{
	char buf[64] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct rtmsg *rtm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* An ifinfomsg begins with the family, too, and is longer than an rtmsg. */
	rtm = mnl_nlmsg_put_extra_header(nlh, type == RTM_GETROUTE ? sizeof(*rtm) :
							     sizeof(struct ifinfomsg));
	rtm->rtm_family = type == RTM_GETROUTE ? AF_INET6 : AF_UNSPEC;
	if (mnl_socket_sendto(sk, nlh, nlh->nlmsg_len) < 0)
		return -1;
	return read_answer(sk, cb, router);
}

/**
 * router_read() - read devices and routes of the network namespace
 * @router: filled; router_free() is due in any case
 *
 * Return: 0, or -1 with the error told.
 */
int router_read(struct router *router)
{
	struct mnl_socket *sk = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int ret = -1;

	memset(router, 0, sizeof(*router));
	if (sk && !mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) &&
	    !dump(sk, RTM_GETLINK, read_device, router))
		ret = dump(sk, RTM_GETROUTE, read_route, router);
	if (ret)
		fprintf(stderr, "Error: Cannot read devices and routes: %s.\n", strerror(errno));
	if (sk)
		mnl_socket_close(sk);
	return ret;
}

/* --- questions -------------------------------------------------------------------------------- */

/**
 * prefix_covers() - is an address in a prefix?
 * @addr: of the prefix
 * @len: its length
 * @in: the address
 *
 * Return: true if it is.
 */
bool prefix_covers(const struct in6_addr *addr, uint8_t len, const struct in6_addr *in)
{
	uint8_t rest = 0xff00 >> (len % 8);

	return !memcmp(addr, in, len / 8) &&
	       (!(len % 8) || !((addr->s6_addr[len / 8] ^ in->s6_addr[len / 8]) & rest));
}

/**
 * router_no_nd() - is a device known to do no neighbour discovery?
 * @router: what is known
 * @dev: name of the device, which need not exist
 *
 * Return: true if so.
 */
bool router_no_nd(const struct router *router, const char *dev)
{
	for (size_t i = 0; i < router->n_devices; i++)
		if (!strcmp(router->device[i].name, dev))
			return router->device[i].no_nd;
	return false;
}

bool router_has_default(const struct router *router, const char *dev)
{
	for (size_t i = 0; i < router->n_routes; i++)
		if (!router->route[i].len && !strcmp(router->route[i].dev, dev))
			return true;
	return false;
}

/**
 * router_is_onlink() - is a prefix, or one around it, on-link?
 * @router: what is known
 * @dev: on which device
 * @addr: of the prefix
 * @len: its length
 *
 * Return: true if so.
 */
bool router_is_onlink(const struct router *router, const char *dev, const struct in6_addr *addr,
		      uint8_t len)
{
	for (size_t i = 0; i < router->n_routes; i++) {
		const struct route *route = &router->route[i];

		if (route->len && route->len <= len && !route->via && !strcmp(route->dev, dev) &&
		    prefix_covers(&route->dst, route->len, addr))
			return true;
	}
	return false;
}

/**
 * router_cover() - the route that leads to a prefix as a whole
 * @router: what is known
 * @addr: of the prefix
 * @len: its length
 *
 * Return: the longest of those that cover it, or NULL.
 */
const struct route *router_cover(const struct router *router, const struct in6_addr *addr,
				 uint8_t len)
{
	const struct route *best = NULL;

	for (size_t i = 0; i < router->n_routes; i++) {
		const struct route *route = &router->route[i];

		if (route->len <= len && (!best || route->len > best->len) &&
		    prefix_covers(&route->dst, route->len, addr))
			best = route;
	}
	return best;
}
