// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast listener engine on the links of the proxy, and on devices that it was switched on
 * by hand. A link of the proxy has it from when it becomes active until it is given up; what was
 * set stays with the link when its device goes and comes back.
 */

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "ndproxy.h"

static bool ndp_mld_has(const struct mld_link_config *config)
{
	return config->has_version || config->has_robustness || config->has_uri ||
	       config->has_gsr_delay || config->has_limits || config->has_mrd;
}

static void ndp_mld_keep(struct mld_link_config *kept, const struct mld_link_config *new)
{
	if (new->has_version)
		kept->version = new->version;
	if (new->has_robustness)
		kept->robustness = new->robustness;
	if (new->has_uri)
		kept->uri = new->uri;
	if (new->has_gsr_delay)
		kept->gsr_delay = new->gsr_delay;
	if (new->has_limits)
		kept->limits = new->limits;
	if (new->has_mrd)
		kept->mrd = new->mrd;
	kept->has_version |= new->has_version;
	kept->has_robustness |= new->has_robustness;
	kept->has_uri |= new->has_uri;
	kept->has_gsr_delay |= new->has_gsr_delay;
	kept->has_limits |= new->has_limits;
	kept->has_mrd |= new->has_mrd;
}

/* Is there anything to change but the engine's being on? */
static bool ndp_mld_tunes(const struct ndp_mld_change *change)
{
	return change->has_snoop_joins || ndp_mld_has(&change->config);
}

/* Does the engine run on a device? */
static bool ndp_mld_runs(struct net_device *dev)
{
	struct mld_link_info info;

	return !mld_link_get_info(dev_net(dev), dev->ifindex, &info);
}

/**
 * ndp_mld_start() - a link became active: its multicast memberships are ours to report
 * @link: link with a device
 *
 * What keeps the engine from running is told in the kernel's log: the proxy itself works.
 *
 * Context: RTNL, not in a notifier.
 */
void ndp_mld_start(struct ndp_link *link)
{
	struct net_device *dev = rtnl_dereference(link->dev);
	struct netlink_ext_ack extack = {};
	int err;

	ndp_snm_check(link);
	if (!link->mld.on || ndp_mld_runs(dev))
		return;
	err = mld_link_start(dev, &extack);
	if (!err) {
		link->mld.running = true;
		if (ndp_mld_has(&link->mld.config))
			err = mld_link_set(dev_net(dev), dev->ifindex, &link->mld.config, &extack);
	}
	if (err)
		netdev_warn(dev, "multicast listener engine: %s\n", extack._msg ?: "no memory");
}

/**
 * ndp_mld_stop() - a link is given up, or its device goes
 * @link: link with a device
 *
 * Context: RTNL, not in a notifier.
 */
void ndp_mld_stop(struct ndp_link *link)
{
	struct net_device *dev = rtnl_dereference(link->dev);

	if (!link->mld.running)
		return;
	link->mld.running = false;
	/*
	 * A device that left the namespace, or the system, ended the engine's link itself, and
	 * another one may have its index by now.
	 */
	if (dev_net(dev) == link->nn->net && dev->reg_state == NETREG_REGISTERED &&
	    ndp_mld_runs(dev))
		mld_link_stop(dev, NULL);
}

/* Nothing is half done: an engine that was switched on is off again if a value is refused. */
static int ndp_mld_apply(struct net_device *dev, const struct ndp_mld_change *change,
			 struct netlink_ext_ack *extack)
{
	bool runs = ndp_mld_runs(dev);
	bool start = change->has_on && change->on && !runs;
	int err = 0;

	if (change->has_on && !change->on)
		return runs ? mld_link_stop(dev, extack) : 0;
	if (start)
		err = mld_link_start(dev, extack);
	if (err || !ndp_mld_has(&change->config))
		return err;
	err = mld_link_set(dev_net(dev), dev->ifindex, &change->config, extack);
	if (err && start)
		mld_link_stop(dev, NULL);
	return err;
}

static int ndp_mld_is_off(const char *name, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_FMT(extack, "the multicast listener engine is off on %s", name);
	return -ENODEV;
}

static int ndp_mld_set_link(struct ndp_link *link, const struct ndp_mld_change *change,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev = rtnl_dereference(link->dev);
	bool runs = dev && ndp_mld_runs(dev);
	struct ndp_mld_change all = *change;
	int err;

	/* What is set of an engine that is on, but has no active link yet, is for when it has. */
	if (ndp_mld_tunes(change) && !change->has_on && !link->mld.on && !runs)
		return ndp_mld_is_off(link->name, extack);
	/* One that begins anew has what was set before, too. */
	if (!runs && change->has_on && change->on) {
		all.config = link->mld.config;
		ndp_mld_keep(&all.config, &change->config);
	}
	if (runs || (dev && link->state == NDP_LINK_ACTIVE))
		err = ndp_mld_apply(dev, &all, extack);
	else
		err = mld_link_check(&change->config, extack);
	if (err)
		return err;
	ndp_mld_keep(&link->mld.config, &change->config);
	if (change->has_snoop_joins)
		WRITE_ONCE(link->mld.snoop_joins, change->snoop_joins);
	if (change->has_on) {
		link->mld.on = change->on;
		link->mld.running = change->on && dev && ndp_mld_runs(dev);
	}
	ndp_snm_check(link);
	return 0;
}

/**
 * ndp_mld_set() - switch the engine on a device, or change how it works there
 * @nn: namespace
 * @name: of the device, which need not exist if it is a link of the proxy
 * @change: what to change
 * @extack: says what is wrong
 *
 * Context: RTNL, not in a notifier.
 * Return: 0; -EINVAL, -ERANGE, -ENODEV, -EOPNOTSUPP with a text; -ENOMEM. On error nothing has
 * changed.
 */
int ndp_mld_set(struct ndp_net *nn, const char *name, const struct ndp_mld_change *change,
		struct netlink_ext_ack *extack)
{
	struct ndp_link *link = ndp_link_by_name(nn, name);
	struct net_device *dev;

	if (!change->has_on && !ndp_mld_tunes(change)) {
		NL_SET_ERR_MSG(extack, "there is nothing to change");
		return -EINVAL;
	}
	if (change->has_on && !change->on && ndp_mld_tunes(change)) {
		NL_SET_ERR_MSG(extack, "an engine that is switched off has no parameters");
		return -EINVAL;
	}
	if (link)
		return ndp_mld_set_link(link, change, extack);
	if (change->has_snoop_joins) {
		NL_SET_ERR_MSG_FMT(extack, "%s is not a link of the proxy", name);
		return -EINVAL;
	}
	dev = __dev_get_by_name(nn->net, name);
	if (dev)
		return ndp_mld_apply(dev, change, extack);
	NL_SET_ERR_MSG_FMT(extack, "there is no device %s", name);
	return -ENODEV;
}
