// SPDX-License-Identifier: GPL-2.0
/*
 * A translation on a router that a file describes, a line each:
 *
 *	noarp DEV		a device without neighbour discovery
 *	PREFIX dev DEV [via]	a route, to a gateway or not
 */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "import.h"
#include "unit.h"

static int read_line(struct router *router, char *line)
{
	struct route *route;
	char **word;
	int n = text_split(line, &word);

	if (n == 2 && !strcmp(word[0], "noarp")) {
		router_add_device(router, word[1])->no_nd = true;
		return 0;
	}
	if (n < 3)
		return n ? -1 : 0;
	route = router_add_route(router);
	snprintf(route->dev, sizeof(route->dev), "%s", word[2]);
	route->via = n == 4;
	return parse_prefix(word[0], &route->dst, &route->len);
}

/**
 * unit_import() - translate an ndppd.conf
 * @name: of the file
 * @routes: of the file with the router; it may be missing
 *
 * Return: the exit code.
 */
int unit_import(const char *name, const char *routes)
{
	struct router router = { 0 };
	FILE *f = fopen(routes, "re");
	char line[256];
	int ret = 0;

	while (f && !ret && fgets(line, sizeof(line), f))
		ret = read_line(&router, line);
	if (f)
		fclose(f);
	if (!ret)
		ret = import_ndppd(name, &router, false);
	router_free(&router);
	return ret;
}
