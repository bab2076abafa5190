/* SPDX-License-Identifier: GPL-2.0 */
/* KUNIT_EXPECT_MEMEQ() came with 6.2. */
#ifndef NDPROXY_COMPAT_KUNIT_TEST_H
#define NDPROXY_COMPAT_KUNIT_TEST_H

#include_next <kunit/test.h>

#ifndef KUNIT_EXPECT_MEMEQ
#define KUNIT_EXPECT_MEMEQ(test, left, right, size) \
	KUNIT_EXPECT_EQ(test, memcmp(left, right, size), 0)
#endif

#endif
