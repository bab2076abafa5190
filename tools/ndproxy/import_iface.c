// SPDX-License-Identifier: GPL-2.0
/*
 * Which interface of an ndppd.conf is upstream, and which of them are one group. ndppd's rules say
 * who asks and where the targets are; often both ways are written down, the LAN first. So the
 * kernel's routes are asked: upstream is who has the default route, or else the prefix.
 */
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "import.h"

const char *const upstream = "upstream";
const char *const downstream = "downstream";

/* --- interfaces ------------------------------------------------------------------------------- */

static int iface_cmp(const void *a, const void *b)
{
	return strcmp(((const struct iface *)a)->name, ((const struct iface *)b)->name);
}

struct iface *import_find(const struct import *im, const char *name)
{
	struct iface **found, key;

	snprintf(key.name, sizeof(key.name), "%s", name);
	found = tfind(&key, &im->by_name, iface_cmp);
	return found ? *found : NULL;
}

/**
 * import_iface() - the interface of a name
 * @im: translation
 * @name: of the interface
 *
 * Return: it; NULL without memory, with the error told.
 */
struct iface *import_iface(struct import *im, const char *name)
{
	struct iface *iface = import_find(im, name), **more;

	if (iface)
		return iface;
	more = import_grow(im, im->iface, im->n_ifaces, sizeof(*more));
	if (!more)
		return NULL;
	im->iface = more;
	iface = calloc(1, sizeof(*iface));
	if (iface)
		snprintf(iface->name, sizeof(iface->name), "%s", name);
	if (!iface || !tsearch(iface, &im->by_name, iface_cmp)) {
		import_wrong(im, 0, "out of memory");
		free(iface);
		return NULL;
	}
	iface->no_nd = router_no_nd(im->router, name);
	iface->parent = iface;
	iface->number = im->n_ifaces;
	im->iface[im->n_ifaces++] = iface;
	return iface;
}

static int edge_cmp(const void *pa, const void *pb)
{
	const struct edge *a = pa, *b = pb;
	int d = strcmp(a->from->name, b->from->name);

	return d ? d : strcmp(a->to->name, b->to->name);
}

static void free_edges(struct import *im)
{
	/* Of several that are the same one is in the tree. */
	for (size_t i = 0; i < im->n_edges; i++)
		if (im->edge[i]->from && im->edge[i]->to)
			tdelete(im->edge[i], &im->edges, edge_cmp);
	for (size_t i = 0; i < im->n_edges; i++)
		free(im->edge[i]);
	free(im->edge);
}

/**
 * import_free_ifaces() - free what this file made
 * @im: translation
 */
void import_free_ifaces(struct import *im)
{
	free_edges(im);
	for (size_t i = 0; i < im->n_ifaces; i++) {
		tdelete(im->iface[i], &im->by_name, iface_cmp);
		free(im->iface[i]);
	}
	free(im->iface);
}

/* --- groups ----------------------------------------------------------------------------------- */

static struct iface *first_of(struct iface *iface)
{
	while (iface->parent != iface) {
		iface->parent = iface->parent->parent;
		iface = iface->parent;
	}
	return iface;
}

static void join(struct iface *a, struct iface *b)
{
	struct iface *to = first_of(a), *from = first_of(b);

	/* The first that was named stays in front. */
	if (from->number < to->number) {
		to->parent = from;
		return;
	}
	from->parent = to;
}

/* Groups are numbered from 0 on, in the order of their first interface. */
static void number_groups(struct import *im)
{
	unsigned int next = 0;

	for (size_t i = 0; i < im->n_ifaces; i++) {
		struct iface *first = first_of(im->iface[i]);

		if (first == im->iface[i])
			first->group = next++;
		im->iface[i]->group = first->group;
	}
}

/* --- roles ------------------------------------------------------------------------------------ */

/**
 * import_edge() - a rule connects two interfaces
 * @im: translation
 * @rule: the rule
 * @from: where solicitations are heard
 * @to: where their targets are
 */
void import_edge(struct import *im, const struct ndppd_rule *rule, const char *from, const char *to)
{
	struct edge *edge = calloc(1, sizeof(*edge)), **more;

	more = import_grow(im, im->edge, im->n_edges, sizeof(*more));
	if (!edge || !more) {
		free(edge);
		return;
	}
	im->edge = more;
	im->edge[im->n_edges++] = edge;
	edge->rule = rule;
	edge->from = import_iface(im, from);
	edge->to = import_iface(im, to);
	if (im->failed)
		return;
	join(edge->from, edge->to);
	if (!tsearch(edge, &im->edges, edge_cmp))
		import_wrong(im, 0, "out of memory");
}

static void find_back(struct import *im, struct edge *edge)
{
	struct edge reverse = { .from = edge->to, .to = edge->from };

	edge->back = tfind(&reverse, &im->edges, edge_cmp);
}

static void set_roles(struct iface *up, struct iface *down)
{
	if (!up->role)
		up->role = upstream;
	if (!down->role)
		down->role = downstream;
}

/* 1: the first is upstream; -1: the second; 0: it does not tell. */
static int by_default_route(const struct import *im, const struct edge *edge)
{
	bool from = router_has_default(im->router, edge->from->name);
	bool to = router_has_default(im->router, edge->to->name);

	/* Who asks on a link where only routes lead on does so for their sake. */
	if (to && !from && edge->to->no_nd && !edge->back)
		return 0;
	return from - to;
}

static int by_prefix(const struct import *im, const struct edge *edge)
{
	const struct ndppd_rule *rule = edge->rule;
	bool from, to;

	if (!edge->back || !rule->len)
		return 0;
	from = router_is_onlink(im->router, edge->from->name, &rule->addr, rule->len);
	to = router_is_onlink(im->router, edge->to->name, &rule->addr, rule->len);
	return from - to;
}

/* Nobody asks on the one without neighbour discovery. */
static int by_nd(const struct import *im, const struct edge *edge)
{
	(void)im;
	return edge->back ? edge->to->no_nd - edge->from->no_nd : 0;
}

static int by_direction(const struct import *im, const struct edge *edge)
{
	(void)im;
	return !edge->back;
}

/* In this order: what a later one says about an interface that has its role counts no more. */
static int (*const hints[])(const struct import *im, const struct edge *edge) = {
	by_default_route, by_prefix, by_nd, by_direction,
};

static void tell_turned(struct import *im, const struct edge *edge)
{
	if (!edge->back && edge->from->role == downstream && edge->to->role == upstream)
		import_note(im, "line %u: %s has the default route: upstream, and %s downstream",
			    edge->rule->line, edge->to->name, edge->from->name);
}

/* What has no role yet is connected with what has one, or nothing tells. */
static void set_rest(struct import *im, const struct edge *edge)
{
	if (!edge->from->role && !edge->to->role) {
		import_wrong(im, edge->rule->line, "which of %s and %s is upstream, says no route",
			     edge->from->name, edge->to->name);
		return;
	}
	if (!edge->from->role)
		edge->from->role = downstream;
	if (!edge->to->role)
		edge->to->role = downstream;
}

/**
 * import_roles() - give each interface its role and its group
 * @im: translation, whose interfaces and edges are known
 */
void import_roles(struct import *im)
{
	number_groups(im);
	for (size_t i = 0; i < im->n_edges; i++)
		find_back(im, im->edge[i]);
	for (size_t h = 0; h < ARRAY_SIZE(hints); h++) {
		for (size_t i = 0; i < im->n_edges; i++) {
			const struct edge *edge = im->edge[i];
			int hint = hints[h](im, edge);

			if (hint > 0)
				set_roles(edge->from, edge->to);
			else if (hint < 0)
				set_roles(edge->to, edge->from);
		}
	}
	for (size_t i = 0; i < im->n_edges && !im->failed; i++)
		set_rest(im, im->edge[i]);
	for (size_t i = 0; i < im->n_edges && !im->failed; i++)
		tell_turned(im, im->edge[i]);
	for (size_t i = 0; i < im->n_ifaces; i++)
		if (!im->iface[i]->role)
			im->iface[i]->role = upstream;
}
