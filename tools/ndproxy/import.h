/* SPDX-License-Identifier: GPL-2.0 */
/* A translation into commands: what import.c and import_iface.c share. */
#ifndef NDPROXY_IMPORT_H
#define NDPROXY_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <net/if.h>

#include "ndppd_conf.h"
#include "router.h"

/**
 * struct iface - an interface of the configuration
 * @name: of it
 * @role: its word; NULL: not known yet
 * @no_nd: it does no neighbour discovery
 * @number: its place among all
 * @parent: another of its group, or itself; the way to the group's first
 * @group: the group's number
 */
struct iface {
	char name[IF_NAMESIZE];
	const char *role;
	bool no_nd;
	size_t number;
	struct iface *parent;
	unsigned int group;
};

/**
 * struct edge - solicitations heard on one interface are answered from another
 * @from: where they are heard
 * @to: where the targets are
 * @rule: that says so
 * @back: another rule says the same the other way round
 */
struct edge {
	struct iface *from;
	struct iface *to;
	const struct ndppd_rule *rule;
	bool back;
};

/**
 * struct item - a line of the translation
 * @note: a comment, or NULL
 * @word: a command's words, ended by NULL
 * @n: how many
 */
struct item {
	char *note;
	char *word[10];
	int n;
};

/**
 * struct import - a translation
 * @name: of the file
 * @router: what the kernel routes where
 * @iface: in the order in which they are named
 * @n_ifaces: how many
 * @by_name: the same, for tsearch()
 * @edge: in the order of the rules
 * @n_edges: how many
 * @edges: the same, for tsearch()
 * @added: prefixes that are added, with their links, for tsearch()
 * @item: what is printed
 * @n_items: how many
 * @failed: there was an error, and it was told
 */
struct import {
	const char *name;
	const struct router *router;
	struct iface **iface;
	size_t n_ifaces;
	void *by_name;
	struct edge **edge;
	size_t n_edges;
	void *edges;
	void *added;
	struct item *item;
	size_t n_items;
	bool failed;
};

extern const char *const upstream, *const downstream;

/* import.c */
int import_ndppd(const char *name, const struct router *router, bool run);
void import_wrong(struct import *im, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void import_note(struct import *im, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *import_grow(struct import *im, void *array, size_t n, size_t size);

/* import_iface.c */
struct iface *import_iface(struct import *im, const char *name);
struct iface *import_find(const struct import *im, const char *name);
void import_edge(struct import *im, const struct ndppd_rule *rule, const char *from,
		 const char *to);
void import_roles(struct import *im);
void import_free_ifaces(struct import *im);

#endif
