// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own memberships on a link (MLD-F2): sockets, addresses, routing daemons.
 *
 * The kernel tells of each change by a report, and that report is where the engine learns of it: it
 * stops there, the groups that it names are noted, and the link's work looks up what the kernel's
 * list says of them by now. Nothing is polled.
 *
 * In its v1 mode the kernel says nothing of source filters, and not always of leaves. So it is held
 * in v2 mode by the device's force_mld_version as long as the engine is on.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/icmpv6.h>
#include <linux/netfilter_ipv6.h>
#include <linux/printk.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/if_inet6.h>
#include <net/ipv6.h>

#include "mld_live.h"

const char mld_kernel_id[] = MLD_ID_KERNEL;

#define MLD_KERNEL_VERSION	2
#define MLD_KERNEL_RETRY	1000	/* ms until the kernel's groups are looked at again */

/*
 * Note that the kernel spoke of a group; NULL: of more than can be noted. Context: any but hard
 * interrupts.
 */
static void mld_kernel_note(struct mld_link *link, const struct in6_addr *group)
{
	unsigned int i;

	spin_lock_bh(&link->input_lock);
	for (i = 0; group && i < link->nchanged; i++)
		if (ipv6_addr_equal(&link->changed[i], group))
			goto unlock;
	if (group && link->nchanged < MLD_CHANGED_MAX)
		link->changed[link->nchanged++] = *group;
	else
		link->all_changed = true;
unlock:
	spin_unlock_bh(&link->input_lock);
}

/**
 * mld_kernel_all_changed() - look at all of the kernel's groups
 * @link: link
 */
void mld_kernel_all_changed(struct mld_link *link)
{
	mld_kernel_note(link, NULL);
	mld_link_wake(link);
}

/* Note the groups of a v2 report of the kernel, @offset octets into the packet. */
static void mld_kernel_note_records(struct mld_link *link, const struct sk_buff *skb,
				    unsigned int offset)
{
	struct mld_v2_report head, *h;
	struct mld_record rec, *r;
	unsigned int i;

	h = skb_header_pointer(skb, offset, sizeof(head), &head);
	if (!h)
		return;
	offset += sizeof(head);
	for (i = 0; i < ntohs(h->nrecords); i++) {
		r = skb_header_pointer(skb, offset, sizeof(rec), &rec);
		if (!r)
			return;
		mld_kernel_note(link, &r->group);
		offset += sizeof(rec) + ntohs(r->nsources) * sizeof(struct in6_addr);
	}
}

static void mld_kernel_note_v1(struct mld_link *link, const struct sk_buff *skb,
			       unsigned int offset)
{
	struct mld_msg buf, *msg;

	msg = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (msg)
		mld_kernel_note(link, &msg->group);
}

/**
 * mld_kernel_hook() - netfilter, LOCAL_OUT: stop the kernel's own reports, and learn from them
 * @priv: unused
 * @skb: packet
 * @state: namespace and device
 *
 * Context: process or softirq, RCU.
 * Return: NF_DROP for a report of the kernel on a link of the engine, else NF_ACCEPT.
 */
unsigned int mld_kernel_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct mld_link *link;
	unsigned int offset = sizeof(struct ipv6hdr) + 8;
	u8 type;

	/* The kernel's reports, and nothing else, belong to this socket of its own. */
	if (skb->sk != state->net->ipv6.igmp_sk || !skb->sk || !state->out)
		return NF_ACCEPT;
	link = mld_link_rcu(mld_net(state->net), state->out->ifindex);
	if (!link || skb_copy_bits(skb, offset, &type, 1))
		return NF_ACCEPT;
	if (type == MLD_TYPE_V2_REPORT)
		mld_kernel_note_records(link, skb, offset);
	else if (type == MLD_TYPE_V1_REPORT || type == MLD_TYPE_DONE)
		mld_kernel_note_v1(link, skb, offset);
	else
		return NF_ACCEPT;
	mld_link_wake(link);
	return NF_DROP;
}

/*
 * The setting for all devices goes before that of one, and is not the engine's to change: other
 * links may want it.
 */
static void mld_kernel_check_all(const struct mld_link *link)
{
	s32 all = READ_ONCE(link->mn->net->ipv6.devconf_all->force_mld_version);

	if (all && all != MLD_KERNEL_VERSION)
		pr_warn_once("%s: net.ipv6.conf.all.force_mld_version is %d: the kernel does not tell of all its groups and sources; set it to 0\n",
			     link->dev->name, all);
}

/* Keep the kernel in v2 mode. Context: RCU or RTNL. */
static void mld_kernel_force(struct mld_link *link, struct inet6_dev *idev)
{
	s32 now = READ_ONCE(idev->cnf.force_mld_version);

	mld_kernel_check_all(link);
	if (now == MLD_KERNEL_VERSION)
		return;
	WRITE_ONCE(link->forced, now);
	WRITE_ONCE(idev->cnf.force_mld_version, MLD_KERNEL_VERSION);
}

/**
 * mld_kernel_hold() - take the kernel's place on a link
 * @link: link, just begun
 *
 * Context: RTNL.
 */
void mld_kernel_hold(struct mld_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	WRITE_ONCE(link->forced, MLD_KERNEL_VERSION);
	if (idev)
		mld_kernel_force(link, idev);
	mld_kernel_all_changed(link);
}

/**
 * mld_kernel_release() - let the kernel speak for itself again
 * @link: link whose work has ended
 *
 * Context: RTNL.
 */
void mld_kernel_release(struct mld_link *link)
{
	struct inet6_dev *idev = __in6_dev_get(link->dev);

	/* Whoever set another value meanwhile wants that one. */
	if (idev && READ_ONCE(idev->cnf.force_mld_version) == MLD_KERNEL_VERSION)
		WRITE_ONCE(idev->cnf.force_mld_version, READ_ONCE(link->forced));
}

/*
 * Does the kernel's merged list hold a source? The same rule as in filter.c, on the kernel's
 * counts.
 */
static bool mld_kernel_lists(const struct ifmcaddr6 *mc, const struct ip6_sf_list *sf)
{
	if (mc->mca_sfcount[MCAST_EXCLUDE])
		return sf->sf_count[MCAST_EXCLUDE] == mc->mca_sfcount[MCAST_EXCLUDE] &&
		       !sf->sf_count[MCAST_INCLUDE];
	return sf->sf_count[MCAST_INCLUDE];
}

/* What the kernel's lists point to; they stand still under its lock. */
#define mld_kernel_deref(p, idev) \
	rcu_dereference_protected(p, lockdep_is_held(&(idev)->mc_lock))

/* The kernel's sources of a group; NULL, and -ENOMEM in @err, without memory for them. */
static struct in6_addr *mld_kernel_sources(const struct inet6_dev *idev, const struct ifmcaddr6 *mc,
					   u16 *n, int *err)
{
	struct in6_addr *sources = NULL;
	const struct ip6_sf_list *sf;
	unsigned int count = 0;

	*n = 0;
	*err = 0;
	for (sf = mld_kernel_deref(mc->mca_sources, idev); sf;
	     sf = mld_kernel_deref(sf->sf_next, idev))
		count += mld_kernel_lists(mc, sf);
	if (!count)
		return NULL;
	sources = kvmalloc_array(count, sizeof(*sources), CHARGE_KERNEL);
	if (!sources) {
		*err = -ENOMEM;
		return NULL;
	}
	for (sf = mld_kernel_deref(mc->mca_sources, idev); sf;
	     sf = mld_kernel_deref(sf->sf_next, idev))
		if (mld_kernel_lists(mc, sf) && *n < U16_MAX)
			sources[(*n)++] = sf->sf_addr;
	return sources;
}

/*
 * Over a limit of sources: a superset. The sockets were promised their sources, so all sources are
 * asked for. A source-specific group has no superset that may be told (RFC 4604 2.2): as many of
 * its sources as one listener may name. Context: the link's lock is held.
 */
static int mld_kernel_listen_wide(struct mld_link *link, const struct in6_addr *group,
				  struct mld_request *req)
{
	struct mld_proto *p = &link->proto;
	u64 refused = p->count[MLD_C_LIMIT];
	int err;

	if (mld_addr_is_ssm(group)) {
		req->nsources = min(req->nsources, p->limits.listener_sources);
	} else {
		req->mode = MLD_EXCLUDE;
		req->nsources = 0;
	}
	err = mld_proto_listen(p, group, req, mld_now());
	/* What was refused was one request. */
	p->count[MLD_C_LIMIT] = refused;
	return err;
}

/*
 * Without memory the former filter stays, and all is looked at again later. Context: the link's
 * lock is held.
 */
static void mld_kernel_ask(struct mld_link *link, const struct in6_addr *group,
			   struct mld_request *req, int err)
{
	if (!err)
		err = mld_proto_listen(&link->proto, group, req, mld_now());
	if (err == -ENOBUFS) {
		mld_notice(link, MLD_NOTICE_LIMIT, group);
		if (req->nsources)
			err = mld_kernel_listen_wide(link, group, req);
	}
	if (err == -ENOMEM)
		link->retry = min(link->retry, mld_now() + MLD_KERNEL_RETRY);
}

/* Ask for a group as the kernel has it, or for nothing with @mc NULL. */
static void mld_kernel_listen(struct mld_link *link, const struct inet6_dev *idev,
			      const struct in6_addr *group,
			      const struct ifmcaddr6 *mc)
{
	struct mld_request req = { .id = mld_kernel_id, .mode = MLD_INCLUDE };
	struct in6_addr *sources = NULL;
	struct mld_listener *l;
	struct mld_group *g;
	u32 before;
	int err = 0;

	if (mc) {
		req.mode = mc->mca_sfcount[MCAST_EXCLUDE] ? MLD_EXCLUDE : MLD_INCLUDE;
		sources = mld_kernel_sources(idev, mc, &req.nsources, &err);
		req.sources = sources;
	}
	mutex_lock(&link->lock);
	before = link->proto.ngroups;
	if (!link->dead)
		mld_kernel_ask(link, group, &req, err);
	link->generation += before != link->proto.ngroups;
	g = mld_proto_group(&link->proto, group);
	l = g ? mld_filter_find(&g->filter, mld_kernel_id) : NULL;
	if (l && mc)
		l->stamp = link->stamp;
	mutex_unlock(&link->lock);
	kvfree(sources);
}

/* End what the kernel asked for in groups that the last look at all of them did not find. */
static void mld_kernel_forget(struct mld_link *link)
{
	struct in6_addr cursor = in6addr_any;
	struct mld_listener *l;
	struct mld_group *g;

	for (;;) {
		mutex_lock(&link->lock);
		while ((g = mld_proto_group_after(&link->proto, &cursor))) {
			cursor = g->addr;
			l = mld_filter_find(&g->filter, mld_kernel_id);
			if (l && l->stamp != link->stamp)
				break;
		}
		mutex_unlock(&link->lock);
		if (!g)
			return;
		mld_kernel_listen(link, NULL, &cursor, NULL);
		cond_resched();
	}
}

static void mld_kernel_sync_all(struct mld_link *link, struct inet6_dev *idev)
{
	struct ifmcaddr6 *mc;

	if (!++link->stamp)
		link->stamp = 1;
	if (idev) {
		mutex_lock(&idev->mc_lock);
		for (mc = mld_kernel_deref(idev->mc_list, idev); mc;
		     mc = mld_kernel_deref(mc->next, idev)) {
			mld_kernel_listen(link, idev, &mc->mca_addr, mc);
			cond_resched();
		}
		mutex_unlock(&idev->mc_lock);
	}
	mld_kernel_forget(link);
}

/* One walk of the kernel's list, which knows no other order than its own. */
static void mld_kernel_sync_some(struct mld_link *link, struct inet6_dev *idev,
				 struct in6_addr *groups, unsigned int n)
{
	struct ifmcaddr6 *mc;
	unsigned int i;

	mutex_lock(&idev->mc_lock);
	for (mc = mld_kernel_deref(idev->mc_list, idev); mc;
	     mc = mld_kernel_deref(mc->next, idev)) {
		for (i = 0; i < n && !ipv6_addr_equal(&groups[i], &mc->mca_addr); i++)
			;
		if (i == n)
			continue;
		mld_kernel_listen(link, idev, &mc->mca_addr, mc);
		groups[i] = groups[--n];
		if (!n)
			break;
	}
	/* Still under the lock: what is not found now cannot have been joined since. */
	for (i = 0; i < n; i++)
		mld_kernel_listen(link, idev, &groups[i], NULL);
	mutex_unlock(&idev->mc_lock);
}

/**
 * mld_kernel_sync() - bring the engine's copy of the kernel's memberships up to date
 * @link: link
 *
 * Context: the link's work; may sleep.
 */
void mld_kernel_sync(struct mld_link *link)
{
	struct in6_addr *groups = NULL;
	struct inet6_dev *idev;
	unsigned int n;
	bool all;

	mutex_lock(&link->lock);
	if (link->retry <= mld_now()) {
		link->retry = MLD_NEVER;
		mld_kernel_note(link, NULL);
	}
	mutex_unlock(&link->lock);
	if (!READ_ONCE(link->nchanged) && !READ_ONCE(link->all_changed))
		return;
	groups = kvmalloc(sizeof(link->changed), CHARGE_KERNEL);
	spin_lock_bh(&link->input_lock);
	n = link->nchanged;
	all = link->all_changed || !groups;
	if (!all)
		memcpy(groups, link->changed, n * sizeof(*groups));
	link->nchanged = 0;
	link->all_changed = false;
	spin_unlock_bh(&link->input_lock);

	idev = in6_dev_get(link->dev);
	if (idev)
		mld_kernel_force(link, idev);
	if (all || !idev)
		mld_kernel_sync_all(link, idev);
	else
		mld_kernel_sync_some(link, idev, groups, n);
	if (idev)
		in6_dev_put(idev);
	kvfree(groups);
}
