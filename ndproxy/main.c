// SPDX-License-Identifier: GPL-2.0
/* Parameters, namespaces, registration in order, unwinding; nothing else. */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/inet_common.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "ndproxy.h"

static unsigned int ndp_net_id __read_mostly;

static char *upstream;
module_param(upstream, charp, 0444);
MODULE_PARM_DESC(upstream, "Upstream links of the initial namespace, separated by commas");
static char *downstream;
module_param(downstream, charp, 0444);
MODULE_PARM_DESC(downstream, "Downstream links of the initial namespace, separated by commas");
static bool mld = true;
module_param(mld, bool, 0444);
MODULE_PARM_DESC(mld, "The multicast listener engine runs on each link (default: yes)");

/**
 * ndp_net() - the proxy in a namespace
 * @net: namespace
 *
 * Return: never NULL while the module is loaded.
 */
struct ndp_net *ndp_net(const struct net *net)
{
	return net_generic(net, ndp_net_id);
}

/**
 * ndp_net_start() - get what the first link of a namespace needs
 * @nn: namespace
 *
 * It is kept until the namespace ends: a workqueue and sockets cost nothing while they are idle.
 *
 * Context: RTNL.
 * Return: 0 or an error.
 */
int ndp_net_start(struct ndp_net *nn)
{
	int err;

	if (nn->gate.wq)
		return 0;
	err = ndp_gate_open(&nn->gate, "ndproxy");
	if (err)
		return err;
	err = inet_ctl_sock_create(&nn->sk, PF_INET6, SOCK_RAW, IPPROTO_ICMPV6, nn->net);
	if (err)
		goto end_gate;
	err = ndp_loop_init(nn);
	if (err)
		goto destroy_sk;
	err = ndp_rtnl_open(nn);
	if (err)
		goto exit_loop;
	return 0;

exit_loop:
	ndp_loop_exit(nn);
destroy_sk:
	inet_ctl_sock_destroy(nn->sk);
	nn->sk = NULL;
end_gate:
	ndp_gate_close(&nn->gate);
	ndp_gate_end(&nn->gate, NULL);
	return err;
}

/*
 * Unhook, close the gate, end what sleeps, release. The links' hooks and route events end with the
 * links. Packets and notifiers that were under way, events that are still heard, and work that runs
 * may ask for work until the gate is closed, and are refused from then on: what is cancelled after
 * it stays cancelled. Jobs are not cancelled: the last run of their work removes the routes, while
 * the socket for requests is open, and does what was refused, too.
 *
 * Engines that were switched on by hand run on devices that are no links, too. They tell of events,
 * for which the namespace's data is needed, and when the module goes that is freed before they
 * would end with the engine. Nothing begins another: there is no link, and nobody left to ask.
 */
static void ndp_net_stop(struct ndp_net *nn)
{
	rtnl_lock();
	ndp_link_remove_all(nn);
	rtnl_unlock();
	mld_net_stop(nn->net);
	if (!nn->gate.wq)
		return;

	ndp_gate_close(&nn->gate);
	ndp_hold_stop(nn);
	ndp_rtnl_mute(nn);
	cancel_work_sync(&nn->link_work);
	cancel_delayed_work_sync(&nn->learn_work);
	cancel_delayed_work_sync(&nn->expire_work);
	cancel_delayed_work_sync(&nn->hosts.work);
	cancel_delayed_work_sync(&nn->snm.work);
	cancel_delayed_work_sync(&nn->ra.work);
	cancel_delayed_work_sync(&nn->loop->work);
	ndp_gate_end(&nn->gate, &nn->jobs.work);
	ndp_loop_exit(nn);
	ndp_rtnl_close(nn);
	inet_ctl_sock_destroy(nn->sk);
	nn->sk = NULL;
}

static int __net_init ndp_net_init(struct net *net)
{
	struct ndp_net *nn = ndp_net(net);
	int err;

	nn->net = net;
	nn->host_ops = &ndp_proxy_host_ops;
	nn->mld = mld;
	INIT_LIST_HEAD(&nn->links);
	INIT_LIST_HEAD(&nn->groups);
	xa_init_flags(&nn->by_ifindex, XA_FLAGS_ACCOUNT);
	INIT_WORK(&nn->link_work, ndp_link_work);
	ndp_rule_init(nn);
	ndp_learn_init(nn);
	ndp_job_init(nn);
	ndp_hold_init(nn);
	ndp_route_init(nn);
	ndp_param_init(nn);
	ndp_age_init(nn);
	ndp_ra_init(nn);
	ndp_events_init(nn);

	err = ndp_prefix_init(nn);
	if (err)
		return err;
	err = ndp_host_init(nn);
	if (err)
		goto prefix;
	err = ndp_snm_init(nn);
	if (err)
		goto host;
	return 0;

host:
	ndp_host_exit(nn);
prefix:
	ndp_prefix_exit(nn);
	return err;
}

static void __net_exit ndp_net_pre_exit(struct net *net)
{
	ndp_net_stop(ndp_net(net));
}

static void __net_exit ndp_net_exit(struct net *net)
{
	struct ndp_net *nn = ndp_net(net);

	ndp_events_stop(nn);
	ndp_snm_exit(nn);
	ndp_host_exit(nn);
	ndp_prefix_exit(nn);
	ndp_rule_exit(nn);
	xa_destroy(&nn->by_ifindex);
	charge_close(&nn->charge);
	WARN_ON_ONCE(atomic_read(&nn->objects));
}

static struct pernet_operations ndp_net_ops = {
	.init = ndp_net_init,
	.pre_exit = ndp_net_pre_exit,
	.exit = ndp_net_exit,
	.id = &ndp_net_id,
	.size = sizeof(struct ndp_net),
};

static int __init ndp_apply_name(struct ndp_net *nn, const char *param, const char *name, u8 role)
{
	struct ndp_link_config config = { .has_role = true, .role = role };
	struct netlink_ext_ack extack = {};
	char text[NL_ERR_LEN];
	int err;

	NL_ERR_ROOM(&extack, text);
	if (strscpy(config.name, name, sizeof(config.name)) < 0) {
		pr_err("%s=%s: not a valid device name\n", param, name);
		return -EINVAL;
	}
	rtnl_lock();
	if (ndp_link_by_name(nn, config.name)) {
		NL_SET_ERR_MSG(&extack, "named twice");
		err = -EINVAL;
	} else {
		err = ndp_link_set(nn, &config, &extack);
	}
	rtnl_unlock();
	if (err)
		pr_err("%s=%s: %s\n", param, name, extack._msg ?: "out of memory");
	return err;
}

static int __init ndp_apply_names(const char *param, const char *names, u8 role)
{
	struct ndp_net *nn = ndp_net(&init_net);
	char *copy, *rest, *name;
	int err = 0;

	if (!names)
		return 0;
	copy = kstrdup(names, CHARGE_KERNEL);
	if (!copy)
		return -ENOMEM;
	rest = copy;
	while (!err && (name = strsep(&rest, ",")))
		err = ndp_apply_name(nn, param, name, role);
	kfree(copy);
	return err;
}

static int __init ndp_init(void)
{
	int err;

	err = ndp_param_check();
	if (err)
		return err;
	/* First in, last out: links end in the engine before the engine ends. */
	err = mld_init(&ndp_mld_ops);
	if (err)
		return err;
	err = register_pernet_subsys(&ndp_net_ops);
	if (err)
		goto mld;
	err = ndp_learn_register();
	if (err)
		goto pernet;
	err = ndp_netlink_register();
	if (err)
		goto learn;
	err = ndp_apply_names("upstream", upstream, NDP_ROLE_UPSTREAM);
	if (!err)
		err = ndp_apply_names("downstream", downstream, NDP_ROLE_DOWNSTREAM);
	if (err)
		goto netlink;
	return 0;

netlink:
	ndp_netlink_unregister();
learn:
	ndp_learn_unregister();
pernet:
	unregister_pernet_subsys(&ndp_net_ops);
mld:
	mld_exit();
	rcu_barrier();
	return err;
}

static void __exit ndp_exit(void)
{
	ndp_netlink_unregister();
	ndp_learn_unregister();
	unregister_pernet_subsys(&ndp_net_ops);
	mld_exit();
	/* Links and their counters are freed by functions of this module. */
	rcu_barrier();
}

module_init(ndp_init);
module_exit(ndp_exit);

MODULE_AUTHOR("ndproxy developers");
MODULE_DESCRIPTION("Neighbor Discovery proxy: one on-link IPv6 prefix on several links");
MODULE_LICENSE("GPL");
#ifdef NDPROXY_VERSION
MODULE_VERSION(NDPROXY_VERSION);
#endif
