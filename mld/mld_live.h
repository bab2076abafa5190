/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The live engine: links, what comes in and goes out, the kernel's memberships, configured
 * listeners.
 *
 * Lock order, outermost first: RTNL, inet6_dev.mc_lock of the kernel, mld_link.lock,
 * mld_link.input_lock.
 *   mld_link.lock        mutex: the protocol and all groups of the link, @dead; neither RTNL nor
 *                        mc_lock is taken under it
 *   mld_link.input_lock  spinlock, bottom halves: what hooks leave for the link's work: @input,
 *                        @changed
 *   mld_net.names_lock   mutex: names of listeners and their counts; leaf, also under mld_link.lock
 * Links are found under RCU and kept by a reference.
 */
#ifndef MLD_MLD_LIVE_H
#define MLD_MLD_LIVE_H

#include <linux/hrtimer.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include <charge.h>
#include "mld_priv.h"

#define MLD_GROUP_SOURCES_MAX	8192	/* as a limit: the filter counts in 16 bits */
/* Messages that wait on a link (MLD-B8); neither general queries nor others crowd each other out */
#define MLD_INPUT_GENERAL	8
#define MLD_INPUT_SPECIFIC	24
#define MLD_CHANGED_MAX		256	/* the kernel's groups that wait to be looked at */
#define MLD_NAMES_MAX		1024	/* names of listeners in a namespace */

/**
 * struct mld_name - the name of a configured listener; what listeners of the filter are compared by
 * @list: in mld_net.names
 * @users: listeners of this name, of all groups, and requests under way; without any it is freed
 * @text: the name
 */
struct mld_name {
	struct list_head list;
	unsigned int users;
	char text[MLD_ID_LEN];
};

/**
 * struct mld_net - the engine in a namespace
 * @net: namespace
 * @charge: who pays for what its links need, from the first on; RTNL
 * @links: struct mld_link by ifindex; written under RTNL, read under RCU
 * @nlinks: how many there are; RTNL
 * @sk: what the engine sends belongs to this socket, or
 * @sk_loop: to this one, which loops back, where multicast routing is active (MLD-A7)
 * @names_lock: protects @names
 * @names: of configured listeners
 * @nnames: how many
 * @netdev: hears of devices
 * @pm: hears of the system's sleep
 */
struct mld_net {
	struct net *net;
	struct charge charge;
	struct xarray links;
	unsigned int nlinks;
	struct sock *sk;
	struct sock *sk_loop;
	struct mutex names_lock;	/* names, nnames */
	struct list_head names;
	unsigned int nnames;
	struct notifier_block netdev;
	struct notifier_block pm;
};

/**
 * struct mld_input - a valid message that waits for the link's work
 * @list: in mld_link.input
 * @saddr: who sent it
 * @query: what is asked for; version 0: another listener's v1 report of @query.group
 * @sources: of @query
 */
struct mld_input {
	struct list_head list;
	struct in6_addr saddr;
	struct mld_query query;
	u8 sources[];
};

/**
 * struct mld_link - a link that the engine speaks on
 * @ref: who may look at it
 * @rcu: for the last of these
 * @mn: namespace
 * @dev: device
 * @dev_tracker: of the reference to it
 * @ifindex: of @dev
 * @lock: see above
 * @proto: the protocol; @lock
 * @room: octets at @proto.out.buf; @lock
 * @generation: changes with the set of groups; @lock
 * @retry: when the kernel's groups are looked at again for want of memory, ms, or MLD_NEVER; @lock
 * @dead: no timer and no work any more; @lock
 * @unspecified: something was reported from ::; @lock
 * @forced: the device's force_mld_version as it was found; RTNL
 * @timer: when something is due; only mld_link_arm() starts it
 * @work: does all that the link does by itself
 * @input_lock: see above
 * @input: messages that wait
 * @ninput: how many: of general queries [1], of others [0]
 * @solicited: a Multicast Router Solicitation waits
 * @nchanged: entries at @changed
 * @all_changed: there was no room for all, or the device is another
 * @changed: groups that the kernel spoke of
 * @stamp: of the last look at all of the kernel's groups; only @work
 * @count: what hooks count; the rest is in @proto
 */
struct mld_link {
	struct kref ref;
	struct rcu_head rcu;
	struct mld_net *mn;
	struct net_device *dev;
	netdevice_tracker dev_tracker;
	int ifindex;
	struct mutex lock;	/* see the head of this file */
	struct mld_proto proto;
	u32 room;
	u32 generation;
	s64 retry;
	bool dead;
	bool unspecified;
	s32 forced;
	struct hrtimer timer;
	struct work_struct work;
	spinlock_t input_lock;	/* see the head of this file */
	struct list_head input;
	unsigned int ninput[2];
	unsigned int solicited;
	unsigned int nchanged;
	bool all_changed;
	struct in6_addr changed[MLD_CHANGED_MAX];
	u32 stamp;
	atomic64_t count[MLD_NR_COUNTS];
};

extern const char mld_kernel_id[];

/* mld.c */
struct mld_net *mld_net(const struct net *net);
s64 mld_now(void);
void mld_notice(const struct mld_link *link, enum mld_notice notice, const struct in6_addr *group);
bool mld_admit(const struct mld_net *mn, const struct mld_name *name);
void mld_release(const struct mld_net *mn, const struct mld_name *name);
int mld_output(struct net *net, struct sock *sk, struct sk_buff *skb);

/* xmit.c */
int mld_sockets_open(struct mld_net *mn);
void mld_sockets_close(struct mld_net *mn);
bool mld_has_source(struct net_device *dev);
u32 mld_payload_room(struct net_device *dev);
void mld_xmit(struct mld_out *out, const struct in6_addr *daddr, const void *data, u32 len);

/* link.c */
struct mld_link *mld_link_rcu(const struct mld_net *mn, int ifindex);
struct mld_link *mld_link_get(struct net *net, int ifindex);
void mld_link_put(struct mld_link *link);
int mld_wq_create(void);
void mld_wq_destroy(void);
void mld_link_wake(struct mld_link *link);
void mld_link_remove(struct mld_link *link, bool vanished);
void mld_link_remove_all(struct mld_net *mn);
void mld_link_suspend(struct mld_net *mn, bool asleep);
void mld_link_event(unsigned long event, struct net_device *dev);
void mld_link_finish(struct mld_link *link, u8 version);

/* query.c */
unsigned int mld_input_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
void mld_input_drain(struct mld_link *link);
void mld_input_flush(struct mld_link *link);

/* kernel.c */
unsigned int mld_kernel_hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);
void mld_kernel_hold(struct mld_link *link);
void mld_kernel_release(struct mld_link *link);
void mld_kernel_all_changed(struct mld_link *link);
void mld_kernel_sync(struct mld_link *link);

/* listener.c */
const char *mld_id_text(const void *id);
void mld_names_put(struct mld_link *link);

#endif /* MLD_MLD_LIVE_H */
