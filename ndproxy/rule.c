// SPDX-License-Identifier: GPL-2.0
/*
 * Rules: which of the prefixes that the kernel's routes tell are proxied (ND-B1). "prefix allow"
 * and "prefix deny" make them, and the most specific one that covers a prefix decides. What
 * "prefix add" configured is the administrator's word, and asks no rule.
 */

#include <linux/netlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "ndproxy.h"

/**
 * ndp_rule_init() - set up a namespace's rules: none
 * @nn: new namespace
 */
void ndp_rule_init(struct ndp_net *nn)
{
	INIT_LIST_HEAD(&nn->rules.list);
}

/**
 * ndp_rule_exit() - free a namespace's rules
 * @nn: namespace that nobody can ask for anything any more
 */
void ndp_rule_exit(struct ndp_net *nn)
{
	struct ndp_rule *rule, *tmp;

	list_for_each_entry_safe(rule, tmp, &nn->rules.list, list)
		kfree(rule);
	ndp_objects_give(nn, nn->rules.n);
}

/**
 * ndp_rule_lookup() - the most specific rule that covers a prefix
 * @nn: namespace
 * @addr: of the prefix
 * @plen: its length
 *
 * Context: RTNL.
 * Return: the rule or NULL.
 */
const struct ndp_rule *ndp_rule_lookup(const struct ndp_net *nn, const struct in6_addr *addr,
				       unsigned int plen)
{
	const struct ndp_rule *rule;

	list_for_each_entry(rule, &nn->rules.list, list)
		if (rule->plen <= plen && ipv6_prefix_equal(&rule->addr, addr, rule->plen))
			return rule;
	return NULL;
}

/**
 * ndp_rule_allows() - is a prefix to be proxied if it is on-link?
 * @nn: namespace
 * @addr: of the prefix
 * @plen: its length
 *
 * Context: RTNL.
 * Return: what the most specific rule over it says; with none, false if there is an allow rule.
 */
bool ndp_rule_allows(const struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen)
{
	const struct ndp_rule *rule = ndp_rule_lookup(nn, addr, plen);

	return rule ? rule->action == NDP_RULE_ALLOW : !nn->rules.n_allow;
}

static struct ndp_rule *ndp_rule_find(const struct ndp_net *nn, const struct in6_addr *addr,
				      unsigned int plen)
{
	struct ndp_rule *rule;

	list_for_each_entry(rule, &nn->rules.list, list)
		if (rule->plen == plen && ipv6_addr_equal(&rule->addr, addr))
			return rule;
	return NULL;
}

static int ndp_rule_check(const struct in6_addr *addr, unsigned int plen,
			  struct netlink_ext_ack *extack)
{
	struct in6_addr base;

	if (plen >= 128 || ipv6_addr_is_multicast(addr) ||
	    ipv6_addr_type(addr) & IPV6_ADDR_LINKLOCAL) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c/%u is never proxied", addr, plen);
		return -EINVAL;
	}
	ipv6_addr_prefix(&base, addr, plen);
	if (!ipv6_addr_equal(&base, addr)) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c has bits behind its length %u", addr, plen);
		return -EINVAL;
	}
	return 0;
}

/* The longest first, so that the first that covers a prefix is the most specific. */
static void ndp_rule_insert(struct ndp_net *nn, struct ndp_rule *rule)
{
	struct ndp_rule *other;

	list_for_each_entry(other, &nn->rules.list, list)
		if (other->plen < rule->plen)
			break;
	list_add_tail(&rule->list, &other->list);
	nn->rules.n++;
}

static struct ndp_rule *ndp_rule_new(struct ndp_net *nn, const struct in6_addr *addr,
				     unsigned int plen, struct netlink_ext_ack *extack)
{
	struct ndp_rule *rule;

	if (nn->rules.n >= NDP_RULES_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "no room for %pI6c/%u: there are %u rules", addr, plen,
				   nn->rules.n);
		return NULL;
	}
	if (ndp_objects_config(nn, extack))
		return NULL;
	rule = charge_zalloc(&nn->charge, sizeof(*rule), CHARGE_KERNEL);
	if (!rule) {
		ndp_objects_give(nn, 1);
		NL_SET_ERR_MSG_FMT(extack, "no memory for %pI6c/%u", addr, plen);
		return NULL;
	}
	rule->addr = *addr;
	rule->plen = plen;
	rule->action = NDP_RULE_DENY;
	ndp_rule_insert(nn, rule);
	return rule;
}

static void ndp_rule_decide(struct ndp_net *nn, struct ndp_rule *rule, u8 action)
{
	if (action != rule->action)
		nn->rules.n_allow += action == NDP_RULE_ALLOW ? 1 : -1;
	rule->action = action;
	nn->generation++;
}

/**
 * ndp_rule_set() - allow or deny a prefix and all that are in it
 * @nn: namespace
 * @addr: of the prefix
 * @plen: its length; 0: whatever no other rule covers
 * @action: enum ndp_rule_action; it replaces another one for the same prefix
 * @extack: says what is wrong
 *
 * ndp_learn_again() is due if it succeeds.
 *
 * Context: RTNL.
 * Return: 0, -EINVAL, -EEXIST or -ENOBUFS.
 */
int ndp_rule_set(struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen, u8 action,
		 struct netlink_ext_ack *extack)
{
	struct ndp_rule *rule;
	int err;

	ASSERT_RTNL();

	err = ndp_rule_check(addr, plen, extack);
	if (err)
		return err;
	rule = ndp_rule_find(nn, addr, plen);
	if (rule && rule->action == action) {
		NL_SET_ERR_MSG_FMT(extack, "%pI6c/%u is %s already", addr, plen,
				   action == NDP_RULE_ALLOW ? "allowed" : "denied");
		return -EEXIST;
	}
	if (!rule)
		rule = ndp_rule_new(nn, addr, plen, extack);
	if (!rule)
		return -ENOBUFS;
	ndp_rule_decide(nn, rule, action);
	return 0;
}

/**
 * ndp_rule_del() - take a rule back
 * @nn: namespace
 * @addr: of its prefix
 * @plen: the prefix's length
 *
 * ndp_learn_again() is due if it succeeds.
 *
 * Context: RTNL.
 * Return: 0 or -ENOENT.
 */
int ndp_rule_del(struct ndp_net *nn, const struct in6_addr *addr, unsigned int plen)
{
	struct ndp_rule *rule;

	ASSERT_RTNL();

	rule = ndp_rule_find(nn, addr, plen);
	if (!rule)
		return -ENOENT;
	ndp_rule_decide(nn, rule, NDP_RULE_DENY);
	list_del(&rule->list);
	nn->rules.n--;
	ndp_objects_give(nn, 1);
	kfree(rule);
	return 0;
}
