// SPDX-License-Identifier: GPL-2.0
/*
 * Forwarding, and what it does to a router that is itself configured by Router Advertisements. When
 * forwarding is switched on, on whichever device, the kernel deletes each default route that came
 * by an RA, unless accept_ra of the route's device is 2. So the latter comes first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "check.h"
#include "cmd.h"

/* Of the kernel, in /proc/net/ipv6_route */
#define RTF_DEFAULT	0x00010000
#define RTF_ADDRCONF	0x00040000
#define RTF_PREFIX_RT	0x00080000

#define RA_DEFAULT	(RTF_ADDRCONF | RTF_DEFAULT)
#define RA_PREFIX	(RTF_ADDRCONF | RTF_PREFIX_RT)

/**
 * struct ra_dev - a device with routes that the kernel took from RAs
 * @name: of it
 * @routes: it has a default route (RTF_DEFAULT), a prefix (RTF_PREFIX_RT)
 */
struct ra_dev {
	char name[32];
	unsigned int routes;
};

/**
 * struct ra_devs - all of these
 * @dev: array
 * @n: how many
 */
struct ra_devs {
	struct ra_dev *dev;
	size_t n;
};

static struct ra_dev *find(const struct ra_devs *devs, const char *name)
{
	for (size_t i = 0; i < devs->n; i++)
		if (!strcmp(devs->dev[i].name, name))
			return &devs->dev[i];
	return NULL;
}

static void note(struct ra_devs *devs, const char *name, unsigned int routes)
{
	struct ra_dev *dev = find(devs, name), *more;

	if (!dev) {
		more = array_grow(devs->dev, devs->n, sizeof(*more));
		if (!more)
			return;
		devs->dev = more;
		dev = &more[devs->n++];
		memset(dev, 0, sizeof(*dev));
		strcpy(dev->name, name);
	}
	dev->routes |= routes;
}

/* The routes that the kernel made of RAs; those of systemd-networkd, say, are not deleted. */
static void read_routes(struct check *c, struct ra_devs *devs)
{
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	unsigned int flags, routes;
	char name[32];

	memset(devs, 0, sizeof(*devs));
	if (!f) {
		check_skip(c, "cannot read /proc/net/ipv6_route");
		return;
	}
	while (fscanf(f, "%*s %*s %*s %*s %*s %*s %*s %*s %x %31s", &flags, name) == 2) {
		routes = 0;
		if ((flags & RA_DEFAULT) == RA_DEFAULT)
			routes |= RTF_DEFAULT;
		if ((flags & RA_PREFIX) == RA_PREFIX)
			routes |= RTF_PREFIX_RT;
		if (routes)
			note(devs, name, routes);
	}
	fclose(f);
}

static bool asked_for(const struct check *c, const char *name)
{
	const struct check_link *link = NULL;

	while ((link = next_of(c, link)))
		if (!strcmp(link->name, name))
			return true;
	return false;
}

/* Newer kernels forward what comes in on a device with this switch, whatever the one for all is. */
static bool is_forced(const char *dev)
{
	char path[128];
	long value;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/force_forwarding", dev);
	return read_number(path, &value) && value;
}

/* A device's own setting of forwarding says how its kernel advertises itself, and no more. */
static bool forwards(struct check *c)
{
	const struct check_link *link = next_of(c, NULL);
	bool forced = link;
	long value;

	if (!sysctl_get(c, "forwarding", "all", &value) || value)
		return true;
	for (; link; link = next_of(c, link))
		forced = forced && is_forced(link->name);
	return forced;
}

/* Hosts end to use a router whose advertisements do not call it one (RFC 4861 7.2.5). */
static bool is_no_router(struct check *c, const struct check_link *link)
{
	long value;

	return link->role == NDPROXY_ROLE_DOWNSTREAM && is_there(link) &&
	       sysctl_get(c, "forwarding", link->name, &value) && !value;
}

/* Will check_forwarding() have forwarding switched on? */
static bool has_to_forward(struct check *c)
{
	const struct check_link *link = NULL;

	if (!forwards(c))
		return true;
	while ((link = next_of(c, link)))
		if (is_no_router(c, link))
			return true;
	return false;
}

static void ignored(struct check *c, const char *dev, const struct ra_dev *ra, long accept)
{
	const char *what = ra && ra->routes & RTF_DEFAULT ? ": its default route came by one" : "";
	struct word word;
	long forwarding;

	if (!sysctl_get(c, "forwarding", dev, &forwarding))
		return;
	if (forwarding || !accept)
		check_problem(c, dev, "Router Advertisements are ignored, as accept_ra is %ld%s",
			      accept, what);
	else if (has_to_forward(c))
		check_problem(c, dev, "a router that forwards ignores Router Advertisements%s",
			      what);
	else
		return;
	sysctl_setting(&word, "conf", dev, "accept_ra", 2);
	check_fix(c, "sysctl -w %s", word.s);
}

/* An upstream link needs RAs unless its prefixes came another way: of an address, say. */
static bool needs_ra(const struct check_link *link, const struct ra_dev *ra)
{
	return link->role == NDPROXY_ROLE_UPSTREAM && is_there(link) && (!link->prefixes || ra);
}

/* @link: that the device is, or NULL */
static void check_dev(struct check *c, const struct check_link *link, const char *dev,
		      const struct ra_dev *ra)
{
	bool needed = ra && ra->routes & RTF_DEFAULT;
	long accept;

	if (link)
		needed = needed || needs_ra(link, ra);
	if (needed && sysctl_get(c, "accept_ra", dev, &accept) && accept != 2)
		ignored(c, dev, ra, accept);
}

/**
 * check_accept_ra() - are RAs taken where prefixes or default routes come from them?
 * @c: the check
 *
 * The default route may be of a device that is no link.
 */
void check_accept_ra(struct check *c)
{
	bool all = !c->dev || has_to_forward(c);
	struct ra_devs devs;

	read_routes(c, &devs);
	for (const struct check_link *link = next_of(c, NULL); link; link = next_of(c, link))
		check_dev(c, link, link->name, find(&devs, link->name));
	for (size_t i = 0; all && i < devs.n; i++)
		if (!asked_for(c, devs.dev[i].name))
			check_dev(c, NULL, devs.dev[i].name, &devs.dev[i]);
	free(devs.dev);
}

/* What has to be set before forwarding, so that the same command does not take default routes. */
static char *settings_before(struct check *c)
{
	struct ra_devs devs;
	struct word word;
	size_t size;
	char *text;
	FILE *f = open_memstream(&text, &size);
	long accept;

	if (!f)
		return NULL;
	read_routes(c, &devs);
	for (size_t i = 0; i < devs.n; i++) {
		if (!sysctl_get(c, "accept_ra", devs.dev[i].name, &accept) || accept == 2)
			continue;
		sysctl_setting(&word, "conf", devs.dev[i].name, "accept_ra", 2);
		fprintf(f, "%s ", word.s);
	}
	free(devs.dev);
	fclose(f);
	return text;
}

static void fix_forwarding(struct check *c, const char *dev)
{
	char *before = settings_before(c);
	struct word word;

	if (!before)
		return;
	sysctl_setting(&word, "conf", dev, "forwarding", 1);
	check_fix(c, "sysctl -w %s%s", before, word.s);
	free(before);
}

/**
 * check_forwarding() - does the router forward, and say so to its hosts?
 * @c: the check
 */
void check_forwarding(struct check *c)
{
	const struct check_link *link = NULL;

	if (!forwards(c)) {
		check_problem(c, NULL, "the router does not forward IPv6 packets, %s",
			      "and solicitations are dropped (not-forwarding)");
		fix_forwarding(c, "all");
		return;
	}
	while ((link = next_of(c, link))) {
		if (!is_no_router(c, link))
			continue;
		check_problem(c, link->name, "%s, which hosts do not take for a router then",
			      "the kernel advertises itself as a host");
		fix_forwarding(c, link->name);
	}
}
