// SPDX-License-Identifier: GPL-2.0
/*
 * Everything on one screen: rules, and group > upstream > prefix > link > hosts. These are four
 * dumps; each is kept, because the tree needs them in another order than they come. Here they are
 * read, and printed as JSON; show_tree.c draws them.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"
#include "show.h"

static const struct arg no_args[] = {
	{ .type = ARG_NONE }
};

static int by_number(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int link_cmp(const void *pa, const void *pb)
{
	const struct link *a = pa, *b = pb;
	int d = by_number(a->group, b->group);

	d = d ? d : by_number(a->role, b->role);
	return d ? d : strverscmp(a->name, b->name);
}

static int prefix_cmp(const void *pa, const void *pb)
{
	const struct prefix *a = pa, *b = pb;
	int d = memcmp(&a->addr, &b->addr, sizeof(a->addr));

	return d ? d : by_number(a->len, b->len);
}

/* By the place in the tree: prefix and link. */
static int place_cmp(const struct host *a, const struct host *b)
{
	int d = memcmp(&a->prefix, &b->prefix, sizeof(a->prefix));

	d = d ? d : by_number(a->len, b->len);
	return d ? d : strcmp(a->dev, b->dev);
}

static int host_cmp(const void *pa, const void *pb)
{
	const struct host *a = pa, *b = pb;
	int d = place_cmp(a, b);

	return d ? d : memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

static void read_links(struct tree *tree, const struct nl_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct link *link = &tree->links[i];

		nl_attrs(list->msg[i], link->tb, NDPROXY_A_LINK_MAX);
		link->name = attr_str(link->tb[NDPROXY_A_LINK_IFNAME]);
		link->group = attr_u32(link->tb[NDPROXY_A_LINK_GROUP]);
		link->role = attr_u32(link->tb[NDPROXY_A_LINK_ROLE]);
	}
	tree->n[LINKS] = list->n;
	qsort(tree->links, list->n, sizeof(*tree->links), link_cmp);
}

static bool is_downstream(const struct tree *tree, const char *dev)
{
	for (size_t i = 0; i < tree->n[LINKS]; i++)
		if (!strcmp(tree->links[i].name, dev))
			return tree->links[i].role == NDPROXY_ROLE_DOWNSTREAM;
	return false;
}

static void read_prefixes(struct tree *tree, const struct nl_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		struct prefix *prefix = &tree->prefixes[i];

		nl_attrs(list->msg[i], prefix->tb, NDPROXY_A_PREFIX_MAX);
		prefix->dev = attr_str(prefix->tb[NDPROXY_A_PREFIX_IFNAME]);
		prefix->inner = is_downstream(tree, prefix->dev);
		prefix->group = attr_u32(prefix->tb[NDPROXY_A_PREFIX_GROUP]);
		prefix->addr = attr_addr(prefix->tb[NDPROXY_A_PREFIX_ADDR]);
		prefix->len = attr_u32(prefix->tb[NDPROXY_A_PREFIX_PREFIX_LEN]);
	}
	tree->n[PREFIXES] = list->n;
	qsort(tree->prefixes, list->n, sizeof(*tree->prefixes), prefix_cmp);
}

static void read_hosts(struct tree *tree, const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];

	for (size_t i = 0; i < list->n; i++) {
		struct host *host = &tree->hosts[i];

		nl_attrs(list->msg[i], tb, NDPROXY_A_HOST_MAX);
		host->nlh = list->msg[i];
		host->dev = attr_str(tb[NDPROXY_A_HOST_IFNAME]);
		host->prefix = attr_addr(tb[NDPROXY_A_HOST_PREFIX]);
		host->len = attr_u32(tb[NDPROXY_A_HOST_PREFIX_LEN]);
		host->addr = attr_addr(tb[NDPROXY_A_HOST_ADDR]);
	}
	tree->n[HOSTS] = list->n;
	qsort(tree->hosts, list->n, sizeof(*tree->hosts), host_cmp);
}

/* The first host that does not stand before the place. */
static size_t lower_bound(const struct tree *tree, const struct host *place)
{
	size_t low = 0, high = tree->n[HOSTS];

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (place_cmp(&tree->hosts[mid], place) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/**
 * tree_hosts() - the hosts of one prefix on one link
 * @tree: what there is
 * @prefix: the prefix
 * @link: the link
 * @n: out: how many
 *
 * Return: the first of them; they stand one behind the other.
 */
const struct host *tree_hosts(const struct tree *tree, const struct prefix *prefix,
			      const struct link *link, size_t *n)
{
	struct host place = { .dev = link->name, .prefix = prefix->addr, .len = prefix->len };
	size_t first = lower_bound(tree, &place), end = first;

	while (end < tree->n[HOSTS] && !place_cmp(&tree->hosts[end], &place))
		end++;
	*n = end - first;
	return &tree->hosts[first];
}

/**
 * tree_covers() - is a prefix to be shown with a link?
 * @prefix: the prefix
 * @link: the link
 *
 * A prefix of a downstream link is inside another one: its hosts live on that link only.
 *
 * Return: true if it is.
 */
bool tree_covers(const struct prefix *prefix, const struct link *link)
{
	return prefix->group == link->group && (!prefix->inner || !strcmp(link->name, prefix->dev));
}

/**
 * tree_prefixes() - how many prefixes has a link?
 * @tree: what there is
 * @link: the link
 *
 * Return: their number.
 */
size_t tree_prefixes(const struct tree *tree, const struct link *link)
{
	size_t n = 0;

	for (size_t i = 0; i < tree->n[PREFIXES]; i++)
		n += !strcmp(tree->prefixes[i].dev, link->name);
	return n;
}

/* --- JSON --- */

static void print_host(const struct host *host)
{
	struct nlattr *tb[NDPROXY_A_HOST_MAX + 1];

	nl_attrs(host->nlh, tb, NDPROXY_A_HOST_MAX);
	out_object(NULL);
	host_print(tb);
	out_object_end();
}

static void print_place(const struct tree *tree, const struct prefix *prefix,
			const struct link *link)
{
	const struct host *hosts;
	size_t n;

	hosts = tree_hosts(tree, prefix, link, &n);
	if (link->role == NDPROXY_ROLE_UPSTREAM && !n)
		return;
	out_object(NULL);
	out_str("ifname", NULL, C_NONE, link->name);
	out_array("host");
	for (size_t i = 0; i < n; i++)
		print_host(&hosts[i]);
	out_array_end();
	out_object_end();
}

static void print_prefix(const struct tree *tree, const struct prefix *prefix)
{
	out_object(NULL);
	prefix_print((struct nlattr **)prefix->tb);
	out_array("link");
	for (size_t i = 0; i < tree->n[LINKS]; i++)
		if (tree_covers(prefix, &tree->links[i]))
			print_place(tree, prefix, &tree->links[i]);
	out_array_end();
	out_object_end();
}

static void print_link(const struct tree *tree, const struct link *link)
{
	out_object(NULL);
	link_print((struct nlattr **)link->tb);
	if (link->role == NDPROXY_ROLE_UPSTREAM || tree_prefixes(tree, link)) {
		out_array("prefix");
		for (size_t i = 0; i < tree->n[PREFIXES]; i++)
			if (!strcmp(tree->prefixes[i].dev, link->name))
				print_prefix(tree, &tree->prefixes[i]);
		out_array_end();
	}
	out_object_end();
}

/* The links from @first that have the group and the role. */
static void print_role(const struct tree *tree, size_t first, uint32_t role)
{
	uint32_t group = tree->links[first].group;

	out_array(name_of(&role_names, role));
	for (size_t i = first; i < tree->n[LINKS] && tree->links[i].group == group; i++)
		if (tree->links[i].role == role)
			print_link(tree, &tree->links[i]);
	out_array_end();
}

/* What narrows the choice of prefixes, in the order in which it does. */
static void print_rules(const struct nl_list *list)
{
	struct nlattr *tb[NDPROXY_A_RULE_MAX + 1];

	out_array("rule");
	for (size_t i = 0; i < list->n; i++) {
		nl_attrs(list->msg[i], tb, NDPROXY_A_RULE_MAX);
		out_object(NULL);
		rule_print(tb);
		out_object_end();
	}
	out_array_end();
}

static void print_tree(const struct tree *tree, const struct nl_list *rules)
{
	const struct link *links = tree->links;

	out_object(NULL);
	print_rules(rules);
	out_array("group");
	for (size_t i = 0; i < tree->n[LINKS]; i++) {
		if (i && links[i].group == links[i - 1].group)
			continue;
		out_object(NULL);
		out_num("group", NULL, links[i].group);
		print_role(tree, i, NDPROXY_ROLE_UPSTREAM);
		print_role(tree, i, NDPROXY_ROLE_DOWNSTREAM);
		out_object_end();
	}
	out_array_end();
	out_object_end();
}

static int collect(struct nl_list *list)
{
	static const uint8_t get[NDUMPS] = {
		NDPROXY_CMD_LINK_GET, NDPROXY_CMD_PREFIX_GET, NDPROXY_CMD_HOST_GET,
		NDPROXY_CMD_RULE_GET
	};
	struct nlmsghdr *nlh;
	int ret = EXIT_OK;

	for (int i = 0; i < NDUMPS && !ret; i++) {
		nlh = nl_request(get[i], NLM_F_DUMP);
		ret = nlh ? nl_collect(nlh, &list[i]) : EXIT_KERNEL;
	}
	return ret;
}

static int show_run(const struct cmd *cmd, const struct args *args)
{
	struct nl_list list[NDUMPS] = { 0 };
	struct tree tree = { 0 };
	int ret;

	(void)cmd;
	(void)args;
	ret = collect(list);
	if (ret)
		goto free;
	tree.links = calloc(list[LINKS].n + 1, sizeof(*tree.links));
	tree.prefixes = calloc(list[PREFIXES].n + 1, sizeof(*tree.prefixes));
	tree.hosts = calloc(list[HOSTS].n + 1, sizeof(*tree.hosts));
	if (!tree.links || !tree.prefixes || !tree.hosts) {
		fputs("Error: not enough memory for the tree.\n", stderr);
		ret = EXIT_KERNEL;
		goto free;
	}
	read_links(&tree, &list[LINKS]);
	read_prefixes(&tree, &list[PREFIXES]);
	read_hosts(&tree, &list[HOSTS]);
	if (out.json)
		print_tree(&tree, &list[RULES]);
	else
		tree_draw(&tree, &list[RULES]);
free:
	free(tree.links);
	free(tree.prefixes);
	free(tree.hosts);
	for (int i = 0; i < NDUMPS; i++)
		nl_list_free(&list[i]);
	return ret;
}

static const struct cmd cmds[] = {
	{ NULL, NULL, show_run, no_args, 0, 0 },
};

const struct object show_object = {
	.name = "show",
	.help = "everything as a tree: rules, group, upstream, prefix, link, hosts",
	.cmds = cmds,
	.ncmds = ARRAY_SIZE(cmds),
};
