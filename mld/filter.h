/* SPDX-License-Identifier: GPL-2.0 */
/* The source lists of a group: what is wanted, what was told. Pure: see mld_priv.h. */
#ifndef MLD_FILTER_H
#define MLD_FILTER_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

#include "mld.h"

/**
 * struct mld_source - a source address of a group
 * @node: in mld_filter.sources, by @addr
 * @addr: the source
 * @in: listeners that include it
 * @ex: listeners that exclude it
 * @retrans: state-change reports that still have to name it (RFC 3810 6.1, "Source Retransmission
 *	Counter")
 * @told: it stands in the list that the routers were told last (T0)
 * @queried: an answer that is pending has to speak of it
 */
struct mld_source {
	struct rb_node node;
	struct in6_addr addr;
	u32 in;
	u32 ex;
	u8 retrans;
	bool told;
	bool queried;
};

/**
 * struct mld_listener - what one listener asked for (RFC 3810 4.1)
 * @node: in mld_filter.listeners
 * @id: who it is; compared, never followed
 * @mode: its filter mode
 * @muted: it is not merged: EXCLUDE on a source-specific group (RFC 4604 2.2)
 * @nsources: entries at @sources
 * @stamp: for the listener's own use; 0 in a new entry
 * @sources: sorted, each once
 */
struct mld_listener {
	struct hlist_node node;
	const void *id;
	u8 mode;
	bool muted;
	u16 nsources;
	u32 stamp;
	struct in6_addr sources[];
};

/**
 * struct mld_filter - a group's listeners merged (T1), beside what the routers were told last (T0)
 * @sources: every source that some listener names, that T0 lists, or that is still to be told or
 *	answered
 * @listeners: whom the merge is made of
 * @ex: listeners of mode EXCLUDE
 * @included: sources that some listener includes
 * @nlisted: sources that some listener names
 * @nsources: nodes of @sources
 * @nqueried: nodes of @sources that are queried
 * @told_mode: T0's enum mld_mode
 * @mode_retrans: state-change reports that still have to tell the mode (RFC 3810 6.1, "Filter Mode
 *	Retransmission Counter")
 */
struct mld_filter {
	struct rb_root sources;
	struct hlist_head listeners;
	u32 ex;
	u16 included;
	u16 nlisted;
	u16 nsources;
	u16 nqueried;
	u8 told_mode;
	u8 mode_retrans;
};

/**
 * struct mld_request - one call of the service interface (RFC 3810 3)
 * @id: the listener
 * @mode: its filter mode
 * @nsources: entries at @sources
 * @sources: in any order; INCLUDE with none ends the listening
 * @delay: ms that the first report may wait (MLD-D8)
 */
struct mld_request {
	const void *id;
	enum mld_mode mode;
	u16 nsources;
	const struct in6_addr *sources;
	u32 delay;
};

/**
 * enum mld_select - the sources that a record is made of
 * @MLD_SEL_LIST: the merged list
 * @MLD_SEL_ALLOW: to be retransmitted, and forwarded
 * @MLD_SEL_BLOCK: to be retransmitted, and blocked
 * @MLD_SEL_QUERIED: asked for, and forwarded: A*B in INCLUDE, B-A in EXCLUDE (RFC 3810 6.3)
 */
enum mld_select {
	MLD_SEL_LIST,
	MLD_SEL_ALLOW,
	MLD_SEL_BLOCK,
	MLD_SEL_QUERIED,
};

static inline enum mld_mode mld_filter_mode(const struct mld_filter *f)
{
	return f->ex ? MLD_EXCLUDE : MLD_INCLUDE;
}

/* Is there listening state at all? INCLUDE with no source is none (RFC 3810 4.2). */
static inline bool mld_filter_wanted(const struct mld_filter *f)
{
	return f->ex || f->included;
}

void mld_filter_init(struct mld_filter *f);
void mld_filter_release(struct mld_filter *f);
int mld_filter_listen(struct mld_filter *f, const struct mld_request *req, bool muted,
		      const struct mld_limits *limits);
struct mld_listener *mld_filter_find(const struct mld_filter *f, const void *id);
bool mld_filter_told(const struct mld_filter *f);
bool mld_filter_changed(const struct mld_filter *f);
bool mld_filter_commit(struct mld_filter *f, u8 rv);
bool mld_filter_retrans(const struct mld_filter *f);
void mld_filter_sent(struct mld_filter *f);
void mld_filter_forget(struct mld_filter *f);
void mld_filter_untell(struct mld_filter *f);
int mld_filter_query(struct mld_filter *f, const u8 *sources, u16 n);
void mld_filter_unquery(struct mld_filter *f);
struct mld_source *mld_filter_first(const struct mld_filter *f, enum mld_select sel);
struct mld_source *mld_filter_next(const struct mld_filter *f, struct mld_source *s,
				   enum mld_select sel);
unsigned int mld_filter_count(const struct mld_filter *f, enum mld_select sel);

#endif /* MLD_FILTER_H */
