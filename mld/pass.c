// SPDX-License-Identifier: GPL-2.0
/* Passes: telling something of every group of a link, spread over a time. Pure. */

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <net/ipv6.h>

#include "mld_priv.h"

/**
 * mld_pass_reached() - has a pass told a group already?
 * @pass: the pass
 * @addr: the group
 *
 * Return: true if it has, or has gone by.
 */
bool mld_pass_reached(const struct mld_pass *pass, const struct in6_addr *addr)
{
	return pass->lap != MLD_LAP_WAIT && ipv6_addr_cmp(addr, &pass->cursor) <= 0;
}

/**
 * mld_pass_packets() - packets that telling some groups takes
 * @p: the link's protocol
 * @groups: how many of its groups, of average size
 *
 * Return: an estimate, at least one.
 */
u32 mld_pass_packets(const struct mld_proto *p, u32 groups)
{
	u64 octets = (u64)p->ngroups * sizeof(struct mld_record) +
		     (u64)p->nlisted * sizeof(struct in6_addr);
	u32 room = p->out.size - sizeof(struct mld_v2_report);

	if (p->version == 1)
		return max(groups, 1U);
	if (!p->ngroups)
		return 1;
	return max_t(u64, div64_u64(octets * groups + (u64)p->ngroups * room - 1,
				    (u64)p->ngroups * room), 1);
}

/**
 * mld_pass_start() - begin a pass, or end one
 * @p: the link's protocol
 * @pass: the pass
 * @due: when its first packet leaves, ms; MLD_NEVER for no pass
 * @deadline: when its last packet should have left, ms
 */
void mld_pass_start(struct mld_proto *p, struct mld_pass *pass, s64 due, s64 deadline)
{
	pass->lap = MLD_LAP_WAIT;
	pass->due = due;
	pass->deadline = deadline;
	pass->left = p->ngroups;
}

/**
 * mld_pass_extend() - a pass that runs goes round to where it is now, so that each group is told
 *	once from now on
 * @p: the link's protocol
 * @pass: the pass
 * @now: ms
 * @deadline: when its last packet should have left, ms
 *
 * The groups that have not been told yet are told as soon as they would have been, whatever time
 * the later query leaves; and queries that follow on each other do not make more than a packet per
 * ms.
 */
void mld_pass_extend(struct mld_proto *p, struct mld_pass *pass, s64 now, s64 deadline)
{
	u64 left = max_t(s64, pass->deadline - now, 0);
	u64 promised = div_u64(left * p->ngroups, max(pass->left, 1U));
	u64 most = mld_pass_packets(p, p->ngroups);

	pass->lap = MLD_LAP_FIRST;
	pass->stop = pass->cursor;
	pass->deadline = max_t(s64, min_t(s64, deadline, now + promised), now + most);
	pass->left = p->ngroups;
}

/* The group that a pass tells next, or NULL at its end. */
static struct mld_group *mld_pass_next(struct mld_proto *p, struct mld_pass *pass)
{
	struct mld_group *g;

	if (pass->lap == MLD_LAP_WAIT) {
		pass->lap = MLD_LAP_LAST;
		pass->cursor = in6addr_any;
	}
	g = mld_proto_group_after(p, &pass->cursor);
	if (!g && pass->lap == MLD_LAP_FIRST) {
		pass->lap = MLD_LAP_ROUND;
		pass->cursor = in6addr_any;
		g = mld_proto_group_after(p, &pass->cursor);
	}
	if (g && pass->lap == MLD_LAP_ROUND && ipv6_addr_cmp(&g->addr, &pass->stop) > 0)
		return NULL;
	return g;
}

/*
 * RFC 3810 6.3 (1): "implementations are recommended to spread transmission of such Report messages
 * over the interval (0, [Maximum Response Delay])". What is left is spread evenly over the time
 * left, in ticks of at least MLD_WINDOW.
 */
static u32 mld_pass_quota(const struct mld_proto *p, const struct mld_pass *pass, s64 now,
			  s64 *next)
{
	u32 packets = mld_pass_packets(p, pass->left);
	s64 left = pass->deadline - now;
	u32 ticks;

	if (left <= 0) {
		*next = now;
		return MLD_RUN_PACKETS;
	}
	ticks = min_t(u64, max_t(u64, div_u64(left, MLD_WINDOW), 1), packets);
	*next = now + div_u64(left, ticks);
	return min_t(u32, DIV_ROUND_UP(packets, ticks), MLD_RUN_PACKETS);
}

/**
 * mld_pass_run() - tell the groups whose turn it is
 * @p: the link's protocol
 * @pass: the pass
 * @step: time, output
 * @tell: what happens to each group: MLD_EV_GENERAL or MLD_EV_REFRESH
 *
 * Return: true at the end of the pass.
 */
bool mld_pass_run(struct mld_proto *p, struct mld_pass *pass, struct mld_step *step,
		  enum mld_event tell)
{
	u32 quota, start = p->out.packets;
	struct mld_group *g;
	s64 next;

	quota = mld_pass_quota(p, pass, step->now, &next);
	while ((g = mld_pass_next(p, pass))) {
		/*
		 * A record that would begin another packet than this call may send waits for the
		 * next one.
		 */
		if (p->out.packets - start + (p->out.len ? 1 : 0) >= quota &&
		    !mld_report_fits(&p->out, g->filter.nlisted))
			break;
		if (p->out.packets - start >= quota)
			break;
		mld_proto_event(p, g, tell, step);
		mld_proto_arm(p, g);
		pass->cursor = g->addr;
		pass->left -= !!pass->left;
	}
	pass->due = next;
	return !g;
}
