// SPDX-License-Identifier: GPL-2.0
/* Look-ups of ndproxy/prefix.c: rows ND-B7, ND-B8, ND-B9, and where a prefix is on-link */

#include <kunit/test.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../ndproxy/ndproxy.h"

/**
 * struct preft - a namespace with nothing but prefixes
 * @nn: the namespace
 * @ready: its table is there
 */
struct preft {
	struct ndp_net nn;
	bool ready;
};

static int preft_init(struct kunit *test)
{
	struct preft *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	if (!t || ndp_prefix_init(&t->nn))
		return -ENOMEM;
	t->ready = true;
	test->priv = t;
	return 0;
}

static void preft_del(struct preft *t, struct ndp_prefix *prefix)
{
	unsigned int plen = prefix->key.plen;

	rhashtable_remove_fast(&t->nn.prefixes, &prefix->node, t->nn.prefixes.p);
	list_del(&prefix->list);
	if (!--t->nn.plens[plen])
		clear_bit(plen, t->nn.plen_map);
	/* The table may be resized at this moment. */
	kfree_rcu(prefix, rcu);
}

static void preft_exit(struct kunit *test)
{
	struct ndp_prefix *prefix, *tmp;
	struct preft *t = test->priv;

	if (!t || !t->ready)
		return;
	list_for_each_entry_safe(prefix, tmp, &t->nn.prefix_list, list)
		preft_del(t, prefix);
	ndp_prefix_exit(&t->nn);
}

static struct in6_addr preft_addr(u32 high, u32 low)
{
	struct in6_addr addr;

	ipv6_addr_set(&addr, htonl(0x20010db8), htonl(high), 0, htonl(low));
	return addr;
}

static struct ndp_prefix *preft_add(struct preft *t, u32 group, struct in6_addr addr, u32 plen)
{
	struct ndp_prefix *prefix = kzalloc(sizeof(*prefix), GFP_KERNEL);

	if (!prefix)
		return NULL;
	prefix->key.group = group;
	prefix->key.plen = plen;
	ipv6_addr_prefix(&prefix->key.addr, &addr, plen);
	INIT_LIST_HEAD(&prefix->onlinks);
	if (rhashtable_insert_fast(&t->nn.prefixes, &prefix->node, t->nn.prefixes.p)) {
		kfree(prefix);
		return NULL;
	}
	list_add_tail(&prefix->list, &t->nn.prefix_list);
	t->nn.plens[plen]++;
	set_bit(plen, t->nn.plen_map);
	return prefix;
}

static struct ndp_prefix *preft_lookup(struct preft *t, u32 group, struct in6_addr addr)
{
	struct ndp_prefix *prefix;

	rcu_read_lock();
	prefix = ndp_prefix_lookup(&t->nn, group, &addr);
	rcu_read_unlock();
	return prefix;
}

static void nd_b9_nothing_is_covered_by_nothing(struct kunit *test)
{
	struct preft *t = test->priv;

	KUNIT_EXPECT_NULL(test, preft_lookup(t, 0, preft_addr(0x10000, 1)));
	KUNIT_EXPECT_NULL(test, preft_lookup(t, 0, in6addr_any));
}

/* Every length that is proxied: the last bit within it counts, the first one behind it does not. */
static void nd_b8_every_length(struct kunit *test)
{
	struct in6_addr addr = preft_addr(0x12345678, 0x9abcdef1), other;
	struct preft *t = test->priv;
	struct ndp_prefix *prefix;
	unsigned int plen;

	for (plen = 1; plen < 128; plen++) {
		prefix = preft_add(t, 0, addr, plen);
		KUNIT_ASSERT_NOT_NULL(test, prefix);
		KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix);
		other = addr;
		other.s6_addr[plen / 8] ^= 0x80 >> plen % 8;
		KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, other), prefix);
		other = addr;
		other.s6_addr[(plen - 1) / 8] ^= 0x80 >> (plen - 1) % 8;
		KUNIT_EXPECT_NULL(test, preft_lookup(t, 0, other));
		preft_del(t, prefix);
		KUNIT_EXPECT_NULL(test, preft_lookup(t, 0, addr));
	}
}

/* ND-B7: a container bridge's /80 inside the uplink's /64, and all that may lie around them. */
static void nd_b7_the_longest_match(struct kunit *test)
{
	static const u8 plens[] = { 64, 80, 48, 127, 1, 65 };
	struct in6_addr addr = preft_addr(0x10000, 0x5);
	struct ndp_prefix *prefix[ARRAY_SIZE(plens)];
	struct preft *t = test->priv;
	struct in6_addr other;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		prefix[i] = preft_add(t, 0, addr, plens[i]);
		KUNIT_ASSERT_NOT_NULL(test, prefix[i]);
	}
	/* Each covers what differs first at its own length, where no longer one does. */
	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		other = addr;
		other.s6_addr[plens[i] / 8] ^= 0x80 >> plens[i] % 8;
		KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, other), prefix[i]);
	}

	/* As the longer ones go, the shorter ones take over. */
	preft_del(t, prefix[3]);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix[1]);
	preft_del(t, prefix[1]);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix[5]);
	preft_del(t, prefix[5]);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix[0]);
	preft_del(t, prefix[0]);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix[2]);
	preft_del(t, prefix[2]);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), prefix[4]);
}

/* The same prefix in two groups is two prefixes; a group sees only its own. */
static void nd_b8_groups_are_apart(struct kunit *test)
{
	struct in6_addr addr = preft_addr(0x10000, 1);
	struct ndp_prefix *zero, *one, *longer;
	struct preft *t = test->priv;

	zero = preft_add(t, 0, addr, 64);
	one = preft_add(t, 1, addr, 64);
	longer = preft_add(t, 1, addr, 80);
	KUNIT_ASSERT_NOT_NULL(test, zero);
	KUNIT_ASSERT_NOT_NULL(test, one);
	KUNIT_ASSERT_NOT_NULL(test, longer);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 0, addr), zero);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 1, addr), longer);
	preft_del(t, longer);
	KUNIT_EXPECT_PTR_EQ(test, preft_lookup(t, 1, addr), one);
	KUNIT_EXPECT_NULL(test, preft_lookup(t, 2, addr));
	KUNIT_EXPECT_NULL(test, preft_lookup(t, 0x80000000, addr));
}

static void nd_b8_ten_thousand_prefixes(struct kunit *test)
{
	struct preft *t = test->priv;
	struct ndp_prefix *prefix;
	unsigned int i;

	for (i = 0; i < 10000; i++)
		KUNIT_ASSERT_NOT_NULL(test, preft_add(t, i % 1000, preft_addr(i, 0), 64));
	for (i = 0; i < 10000; i++) {
		prefix = preft_lookup(t, i % 1000, preft_addr(i, 0xffff0000 + i));
		KUNIT_ASSERT_NOT_NULL(test, prefix);
		KUNIT_ASSERT_EQ(test, ntohl(prefix->key.addr.s6_addr32[1]), i);
		KUNIT_ASSERT_NULL(test, preft_lookup(t, (i + 1) % 1000, preft_addr(i, 1)));
	}
	KUNIT_EXPECT_NULL(test, preft_lookup(t, 0, preft_addr(10000, 1)));
}

/* On-link on every downstream link of its group, and on those upstream links that have it. */
static void nd_b7_where_it_is_on_link(struct kunit *test)
{
	static const bool want[] = { true, false, true, false };
	static const bool want_inner[] = { true, false, false, false };
	struct ndp_group *group = kunit_kzalloc(test, 2 * sizeof(*group), GFP_KERNEL);
	struct ndp_link *link = kunit_kzalloc(test, 4 * sizeof(*link), GFP_KERNEL);
	struct ndp_onlink *onlink = kunit_kzalloc(test, sizeof(*onlink), GFP_KERNEL);
	struct preft *t = test->priv;
	struct ndp_prefix *prefix = preft_add(t, 0, preft_addr(0x10000, 0), 64);
	bool onlink_on[ARRAY_SIZE(want)];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, group);
	KUNIT_ASSERT_NOT_NULL(test, link);
	KUNIT_ASSERT_NOT_NULL(test, onlink);
	KUNIT_ASSERT_NOT_NULL(test, prefix);
	prefix->group = &group[0];
	link[0] = (struct ndp_link) { .group = &group[0], .role = NDP_ROLE_UPSTREAM };
	link[1] = (struct ndp_link) { .group = &group[0], .role = NDP_ROLE_UPSTREAM };
	link[2] = (struct ndp_link) { .group = &group[0], .role = NDP_ROLE_DOWNSTREAM };
	link[3] = (struct ndp_link) { .group = &group[1], .role = NDP_ROLE_DOWNSTREAM };
	onlink->link = &link[0];
	list_add(&onlink->prefix_list, &prefix->onlinks);

	/* An expectation that fails may sleep. */
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		onlink_on[i] = ndp_prefix_is_onlink(prefix, &link[i]);
	rcu_read_unlock();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		KUNIT_EXPECT_EQ(test, onlink_on[i], want[i]);

	prefix->inner = true;
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		onlink_on[i] = ndp_prefix_is_onlink(prefix, &link[i]);
	rcu_read_unlock();
	for (i = 0; i < ARRAY_SIZE(want); i++)
		KUNIT_EXPECT_EQ(test, onlink_on[i], want_inner[i]);
}

static struct kunit_case prefix_cases[] = {
	KUNIT_CASE(nd_b9_nothing_is_covered_by_nothing),
	KUNIT_CASE(nd_b8_every_length),
	KUNIT_CASE(nd_b7_the_longest_match),
	KUNIT_CASE(nd_b8_groups_are_apart),
	KUNIT_CASE(nd_b8_ten_thousand_prefixes),
	KUNIT_CASE(nd_b7_where_it_is_on_link),
	{ }
};

static struct kunit_suite prefix_suite = {
	.name = "ndproxy_prefix",
	.init = preft_init,
	.exit = preft_exit,
	.test_cases = prefix_cases,
};

kunit_test_suite(prefix_suite);
