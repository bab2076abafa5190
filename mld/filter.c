// SPDX-License-Identifier: GPL-2.0
/*
 * Source filters of a group: what each listener asked for, the merge of it (T1), what the routers
 * were told last (T0), and what of the difference is still to be told again. Pure.
 *
 * T1 is never stored as a list. Each source counts the listeners that include and exclude it, and
 * whether the merged list holds it follows from these counts (RFC 3810 4.2). T0 is one bit of each
 * source and the mode that was told.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/ipv6.h>
#include <charge.h>
#include <kunit/visibility.h>

#include "mld_priv.h"

/*
 * Sources that left the filter stay until their leaving has been told; so many times the limit may
 * a group hold in all.
 */
#define MLD_SOURCES_SLACK	4

/*
 * RFC 3810 4.2: with any EXCLUDE listener, the list is the intersection of the EXCLUDE lists minus
 * all INCLUDE sources; else it is the union of the INCLUDE lists.
 */
static bool mld_source_listed(const struct mld_filter *f, const struct mld_source *s)
{
	if (mld_filter_mode(f) == MLD_EXCLUDE)
		return s->ex == f->ex && !s->in;
	return s->in;
}

static bool mld_source_forwarded(const struct mld_filter *f, const struct mld_source *s)
{
	return mld_source_listed(f, s) == (mld_filter_mode(f) == MLD_INCLUDE);
}

static bool mld_source_selected(const struct mld_filter *f, const struct mld_source *s,
				enum mld_select sel)
{
	switch (sel) {
	case MLD_SEL_LIST:
		return mld_source_listed(f, s);
	case MLD_SEL_ALLOW:
		return s->retrans && mld_source_forwarded(f, s);
	case MLD_SEL_BLOCK:
		return s->retrans && !mld_source_forwarded(f, s);
	case MLD_SEL_QUERIED:
		return s->queried && mld_source_forwarded(f, s);
	}
	return false;
}

static struct mld_source *mld_source_entry(struct rb_node *node)
{
	return node ? rb_entry(node, struct mld_source, node) : NULL;
}

#define mld_for_each_source(s, f)					\
	for ((s) = mld_source_entry(rb_first(&(f)->sources)); (s);	\
	     (s) = mld_source_entry(rb_next(&(s)->node)))

/* The source's node, made if need be; NULL if there is no memory for it. */
static struct mld_source *mld_source_get(struct mld_filter *f, const struct in6_addr *addr)
{
	struct rb_node **link = &f->sources.rb_node, *parent = NULL;
	struct mld_source *s;
	int cmp;

	while (*link) {
		parent = *link;
		s = rb_entry(parent, struct mld_source, node);
		cmp = ipv6_addr_cmp(addr, &s->addr);
		if (!cmp)
			return s;
		link = cmp < 0 ? &parent->rb_left : &parent->rb_right;
	}
	s = kzalloc(sizeof(*s), CHARGE_KERNEL);
	if (!s)
		return NULL;
	s->addr = *addr;
	rb_link_node(&s->node, parent, link);
	rb_insert_color(&s->node, &f->sources);
	f->nsources++;
	return s;
}

static void mld_source_free(struct mld_filter *f, struct mld_source *s)
{
	rb_erase(&s->node, &f->sources);
	f->nsources--;
	kfree(s);
}

/* Give back the sources that nothing holds any more. */
static void mld_filter_reap(struct mld_filter *f)
{
	struct mld_source *s, *next;

	for (s = mld_source_entry(rb_first(&f->sources)); s; s = next) {
		next = mld_source_entry(rb_next(&s->node));
		if (!s->in && !s->ex && !s->retrans && !s->told && !s->queried)
			mld_source_free(f, s);
	}
}

/**
 * mld_filter_init() - a filter without listeners, of which nothing was told
 * @f: the filter
 */
void mld_filter_init(struct mld_filter *f)
{
	memset(f, 0, sizeof(*f));
	f->sources = RB_ROOT;
	INIT_HLIST_HEAD(&f->listeners);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_init);

/**
 * mld_filter_release() - free what a filter holds, told or not
 * @f: the filter; it is as after mld_filter_init() then
 */
void mld_filter_release(struct mld_filter *f)
{
	struct mld_source *s, *next;
	struct mld_listener *l;
	struct hlist_node *tmp;

	hlist_for_each_entry_safe(l, tmp, &f->listeners, node)
		kfree(l);
	for (s = mld_source_entry(rb_first(&f->sources)); s; s = next) {
		next = mld_source_entry(rb_next(&s->node));
		mld_source_free(f, s);
	}
	mld_filter_init(f);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_release);

/**
 * mld_filter_find() - what a listener asked for
 * @f: the filter
 * @id: the listener
 *
 * Return: its entry, or NULL if it does not listen.
 */
struct mld_listener *mld_filter_find(const struct mld_filter *f, const void *id)
{
	struct mld_listener *l;

	hlist_for_each_entry(l, &f->listeners, node)
		if (l->id == id)
			return l;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_find);

static int mld_addr_cmp(const void *a, const void *b)
{
	return ipv6_addr_cmp(a, b);
}

static struct mld_listener *mld_listener_new(const struct mld_request *req, bool muted)
{
	struct mld_listener *l;
	unsigned int i, n = 0;

	l = kmalloc(struct_size(l, sources, req->nsources), CHARGE_KERNEL);
	if (!l)
		return NULL;
	l->id = req->id;
	l->mode = req->mode;
	l->muted = muted;
	l->stamp = 0;
	if (req->nsources)
		memcpy(l->sources, req->sources, req->nsources * sizeof(l->sources[0]));
	sort(l->sources, req->nsources, sizeof(l->sources[0]), mld_addr_cmp, NULL);
	for (i = 0; i < req->nsources; i++)
		if (!n || !ipv6_addr_equal(&l->sources[n - 1], &l->sources[i]))
			l->sources[n++] = l->sources[i];
	l->nsources = n;
	return l;
}

/* Count a listener in or out of the merge. Its sources have nodes already, so this cannot fail. */
static void mld_filter_merge(struct mld_filter *f, const struct mld_listener *l, bool add)
{
	struct mld_source *s;
	bool was_in, was;
	unsigned int i;

	if (!l || l->muted)
		return;
	if (l->mode == MLD_EXCLUDE)
		f->ex += add ? 1 : -1;
	for (i = 0; i < l->nsources; i++) {
		s = mld_source_get(f, &l->sources[i]);
		if (!s)
			continue;
		was_in = s->in;
		was = s->in || s->ex;
		if (l->mode == MLD_EXCLUDE)
			s->ex += add ? 1 : -1;
		else
			s->in += add ? 1 : -1;
		f->included += !!s->in - was_in;
		f->nlisted += (s->in || s->ex) - was;
	}
}

/*
 * Nodes for all sources of a listener, so that merging it cannot fail. What queries ask for has a
 * bound of its own, and takes no room from listeners.
 */
static int mld_filter_prepare(struct mld_filter *f, const struct mld_listener *l,
			      const struct mld_limits *limits)
{
	unsigned int i;

	if (l->muted)
		return 0;
	for (i = 0; i < l->nsources; i++) {
		if (!mld_source_get(f, &l->sources[i]))
			return -ENOMEM;
		if (f->nsources - f->nqueried > MLD_SOURCES_SLACK * limits->group_sources)
			return -ENOBUFS;
	}
	return 0;
}

static int mld_filter_replace(struct mld_filter *f, struct mld_listener *old,
			      struct mld_listener *new,
			      const struct mld_limits *limits)
{
	int err;

	if (new) {
		err = mld_filter_prepare(f, new, limits);
		if (err)
			return err;
	}
	mld_filter_merge(f, new, true);
	mld_filter_merge(f, old, false);
	if (new && f->nlisted > limits->group_sources) {
		mld_filter_merge(f, old, true);
		mld_filter_merge(f, new, false);
		return -ENOBUFS;
	}
	if (old)
		hlist_del(&old->node);
	if (new)
		hlist_add_head(&new->node, &f->listeners);
	return 0;
}

/**
 * mld_filter_listen() - a listener's request (RFC 3810 3): replaces what it asked for before
 * @f: the filter
 * @req: the request
 * @muted: note it, but do not merge it
 * @limits: how many sources there may be
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or -ENOBUFS over a limit. On error nothing has changed.
 */
int mld_filter_listen(struct mld_filter *f, const struct mld_request *req, bool muted,
		      const struct mld_limits *limits)
{
	struct mld_listener *old = mld_filter_find(f, req->id), *new = NULL;
	int err;

	if (req->nsources > limits->listener_sources)
		return -ENOBUFS;
	if (req->mode == MLD_EXCLUDE || req->nsources) {
		new = mld_listener_new(req, muted);
		if (!new)
			return -ENOMEM;
	}
	err = mld_filter_replace(f, old, new, limits);
	kfree(err ? new : old);
	mld_filter_reap(f);
	return err;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_listen);

/**
 * mld_filter_told() - do the routers believe that somebody listens?
 * @f: the filter
 *
 * Return: true if T0 is anything but INCLUDE {}.
 */
bool mld_filter_told(const struct mld_filter *f)
{
	struct mld_source *s;

	if (f->told_mode == MLD_EXCLUDE)
		return true;
	mld_for_each_source(s, f)
		if (s->told)
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_told);

/**
 * mld_filter_changed() - is what is wanted other than what was told?
 * @f: the filter
 *
 * Return: true if T1 differs from T0.
 */
bool mld_filter_changed(const struct mld_filter *f)
{
	struct mld_source *s;

	if (mld_filter_mode(f) != f->told_mode)
		return true;
	mld_for_each_source(s, f)
		if (s->told != mld_source_listed(f, s))
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_changed);

/**
 * mld_filter_commit() - T1 is told now: T0 becomes T1, and the difference is put under
 *	retransmission
 * @f: the filter
 * @rv: times that the difference has to be told, this one included; 0 to tell nothing
 *
 * RFC 3810 6.1: a change of mode is told by the mode record alone, which holds the whole list, and
 * so ends what was pending for sources; a change of sources is merged with what is pending for
 * others.
 *
 * Return: true if there was a difference.
 */
bool mld_filter_commit(struct mld_filter *f, u8 rv)
{
	bool mode = mld_filter_mode(f) != f->told_mode;
	struct mld_source *s;
	bool changed = mode;
	bool listed;

	if (mode) {
		f->told_mode = mld_filter_mode(f);
		f->mode_retrans = rv;
	}
	mld_for_each_source(s, f) {
		listed = mld_source_listed(f, s);
		if (mode) {
			s->retrans = 0;
		} else if (s->told != listed) {
			s->retrans = rv;
			changed = true;
		}
		s->told = listed;
	}
	mld_filter_reap(f);
	return changed;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_commit);

/**
 * mld_filter_retrans() - is anything still to be told?
 * @f: the filter
 *
 * Return: true if a retransmission counter is not 0.
 */
bool mld_filter_retrans(const struct mld_filter *f)
{
	struct mld_source *s;

	if (f->mode_retrans)
		return true;
	mld_for_each_source(s, f)
		if (s->retrans)
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_retrans);

/**
 * mld_filter_sent() - a state-change report of this group has left: count it
 * @f: the filter
 *
 * Each report counts for all that is pending, a mode record for the sources too, since it lists
 * them (RFC 3810 6.1: "Each time a State Change Report is sent the counter is decreased").
 */
void mld_filter_sent(struct mld_filter *f)
{
	struct mld_source *s;

	if (f->mode_retrans)
		f->mode_retrans--;
	mld_for_each_source(s, f)
		if (s->retrans)
			s->retrans--;
	mld_filter_reap(f);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_sent);

/**
 * mld_filter_forget() - tell nothing of what is pending, and answer nothing
 * @f: the filter
 */
void mld_filter_forget(struct mld_filter *f)
{
	struct mld_source *s;

	f->mode_retrans = 0;
	mld_for_each_source(s, f)
		s->retrans = 0;
	mld_filter_unquery(f);
	mld_filter_reap(f);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_forget);

/**
 * mld_filter_untell() - take it that the routers were told nothing
 * @f: the filter
 */
void mld_filter_untell(struct mld_filter *f)
{
	struct mld_source *s;

	f->told_mode = MLD_INCLUDE;
	mld_for_each_source(s, f)
		s->told = false;
	mld_filter_reap(f);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_untell);

/**
 * mld_filter_query() - record the sources of a source-specific query (RFC 3810 6.2, rules 3 and 5)
 * @f: the filter
 * @sources: the sources, of any alignment
 * @n: entries at @sources
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or -ENOBUFS if the list would grow past MLD_QUERY_SOURCES_MAX. On error
 *	nothing is recorded any more, neither of this query nor of earlier ones; the caller answers
 *	with the whole filter.
 */
int mld_filter_query(struct mld_filter *f, const u8 *sources, u16 n)
{
	struct mld_source *s;
	struct in6_addr addr;

	for (; n; n--, sources += sizeof(addr)) {
		memcpy(&addr, sources, sizeof(addr));
		s = mld_source_get(f, &addr);
		if (s) {
			f->nqueried += !s->queried;
			s->queried = true;
		}
		if (!s || f->nqueried > MLD_QUERY_SOURCES_MAX) {
			mld_filter_unquery(f);
			return s ? -ENOBUFS : -ENOMEM;
		}
	}
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_query);

/**
 * mld_filter_unquery() - forget the sources asked for
 * @f: the filter
 */
void mld_filter_unquery(struct mld_filter *f)
{
	struct mld_source *s;

	if (!f->nqueried)
		return;
	mld_for_each_source(s, f)
		s->queried = false;
	f->nqueried = 0;
	mld_filter_reap(f);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_unquery);

static struct mld_source *mld_filter_from(const struct mld_filter *f, struct rb_node *node,
					  enum mld_select sel)
{
	struct mld_source *s;

	for (; node; node = rb_next(node)) {
		s = rb_entry(node, struct mld_source, node);
		if (mld_source_selected(f, s, sel))
			return s;
	}
	return NULL;
}

/**
 * mld_filter_first() - first source of a record, in order of address
 * @f: the filter
 * @sel: which sources the record is made of
 *
 * Return: the source, or NULL if there is none.
 */
struct mld_source *mld_filter_first(const struct mld_filter *f, enum mld_select sel)
{
	return mld_filter_from(f, rb_first(&f->sources), sel);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_first);

/**
 * mld_filter_next() - next source of a record
 * @f: the filter
 * @s: the one before it
 * @sel: which sources the record is made of
 *
 * Return: the source, or NULL if @s was the last.
 */
struct mld_source *mld_filter_next(const struct mld_filter *f, struct mld_source *s,
				   enum mld_select sel)
{
	return mld_filter_from(f, rb_next(&s->node), sel);
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_next);

/**
 * mld_filter_count() - sources of a record
 * @f: the filter
 * @sel: which sources the record is made of
 *
 * Return: how many there are.
 */
unsigned int mld_filter_count(const struct mld_filter *f, enum mld_select sel)
{
	struct mld_source *s;
	unsigned int n = 0;

	for (s = mld_filter_first(f, sel); s; s = mld_filter_next(f, s, sel))
		n++;
	return n;
}
EXPORT_SYMBOL_IF_KUNIT(mld_filter_count);
