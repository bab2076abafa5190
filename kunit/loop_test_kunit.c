// SPDX-License-Identifier: GPL-2.0
/* ndp_router_note() of ndproxy/router.c and the nonces of ndproxy/loop_test.c: row ND-H2 */

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/limits.h>
#include <linux/string.h>

#include "../ndproxy/ndproxy.h"

/* --- routers ---------------------------------------------------------------------------------- */

static struct ndp_router router(u8 number)
{
	return (struct ndp_router){
		.addr = { .s6_addr = { 0xfe, 0x80, [15] = number } },
		.ifindex = 3,
		.mac = { 2, [5] = number },
	};
}

/* Return: true if it was not remembered. */
static bool note_router(struct ndp_routers *routers, const struct ndp_router *one)
{
	bool news = !ndp_router_is_known(routers, one);

	ndp_router_note(routers, one);
	return news;
}

static bool note(struct ndp_routers *routers, u8 number)
{
	struct ndp_router one = router(number);

	return note_router(routers, &one);
}

/* The numbers of those that are remembered must be these, the last heard first. */
static void expect_routers(struct kunit *test, const struct ndp_routers *routers, const u8 *numbers,
			   unsigned int n)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, routers->n, n);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, routers->entry[i].mac[5], numbers[i]);
}

static void nd_h2_routers_last_heard_first(struct kunit *test)
{
	struct ndp_routers *routers = kunit_kzalloc(test, sizeof(*routers), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, routers);
	KUNIT_EXPECT_TRUE(test, note(routers, 1));
	KUNIT_EXPECT_FALSE(test, note(routers, 1));
	KUNIT_EXPECT_TRUE(test, note(routers, 2));
	KUNIT_EXPECT_TRUE(test, note(routers, 3));
	expect_routers(test, routers, (u8[]){ 3, 2, 1 }, 3);
	KUNIT_EXPECT_FALSE(test, note(routers, 2));
	expect_routers(test, routers, (u8[]){ 2, 3, 1 }, 3);
	KUNIT_EXPECT_FALSE(test, note(routers, 1));
	expect_routers(test, routers, (u8[]){ 1, 2, 3 }, 3);
}

static void nd_h2_routers_longest_unheard_goes(struct kunit *test)
{
	struct ndp_routers *routers = kunit_kzalloc(test, sizeof(*routers), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, routers);
	for (i = 0; i < NDP_ROUTERS; i++)
		KUNIT_EXPECT_TRUE(test, note(routers, i));
	KUNIT_EXPECT_FALSE(test, note(routers, 0));
	KUNIT_EXPECT_TRUE(test, note(routers, 100));
	KUNIT_EXPECT_EQ(test, routers->n, NDP_ROUTERS);
	KUNIT_EXPECT_FALSE(test, note(routers, 0));	/* heard again, so that it stayed */
	KUNIT_EXPECT_TRUE(test, note(routers, 1));
	KUNIT_EXPECT_EQ(test, routers->n, NDP_ROUTERS);
}

static void nd_h2_routers_told_apart(struct kunit *test)
{
	struct ndp_routers *routers = kunit_kzalloc(test, sizeof(*routers), GFP_KERNEL);
	struct ndp_router one = router(1);

	KUNIT_ASSERT_NOT_NULL(test, routers);
	KUNIT_EXPECT_TRUE(test, note_router(routers, &one));
	one.ifindex++;
	KUNIT_EXPECT_TRUE(test, note_router(routers, &one));
	one.mac[0] ^= 4;
	KUNIT_EXPECT_TRUE(test, note_router(routers, &one));
	one.addr.s6_addr[8] ^= 2;
	KUNIT_EXPECT_TRUE(test, note_router(routers, &one));
	KUNIT_EXPECT_FALSE(test, note_router(routers, &one));
	KUNIT_EXPECT_EQ(test, routers->n, 4);
}

/* --- nonces ----------------------------------------------------------------------------------- */

static const siphash_key_t secret = { { 0x0123456789abcdefULL, 0xfedcba9876543210ULL } };
static const siphash_key_t other = { { 0x0123456789abcdefULL, 0xfedcba9876543211ULL } };

static void nd_h2_nonce_tells_the_link(struct kunit *test)
{
	static const u32 links[] = { 1, 2, 255, 256, 65536, INT_MAX };
	u8 nonce[NDP_PROBE_NONCE];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(links); i++) {
		ndp_probe_nonce(&secret, links[i], nonce);
		KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, nonce, sizeof(nonce)), links[i]);
		KUNIT_EXPECT_EQ(test, ndp_probe_sender(&other, nonce, sizeof(nonce)), 0);
	}
}

static void nd_h2_nonce_of_another_is_none(struct kunit *test)
{
	u8 nonce[NDP_PROBE_NONCE + 8] = {};
	unsigned int bit;

	ndp_probe_nonce(&secret, 7, nonce);
	for (bit = 0; bit < 8 * NDP_PROBE_NONCE; bit++) {
		nonce[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, nonce, NDP_PROBE_NONCE), 0);
		nonce[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, nonce, NDP_PROBE_NONCE), 7);
	KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, nonce, NDP_PROBE_NONCE - 8), 0);
	KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, nonce, NDP_PROBE_NONCE + 8), 0);
	KUNIT_EXPECT_EQ(test, ndp_probe_sender(&secret, NULL, 0), 0);
}

static struct kunit_case loop_test_cases[] = {
	KUNIT_CASE(nd_h2_routers_last_heard_first),
	KUNIT_CASE(nd_h2_routers_longest_unheard_goes),
	KUNIT_CASE(nd_h2_routers_told_apart),
	KUNIT_CASE(nd_h2_nonce_tells_the_link),
	KUNIT_CASE(nd_h2_nonce_of_another_is_none),
	{ }
};

static struct kunit_suite loop_test_suite = {
	.name = "ndproxy_loop_test",
	.test_cases = loop_test_cases,
};

kunit_test_suite(loop_test_suite);
