/* SPDX-License-Identifier: GPL-2.0 */
/* Enough of KUnit to run the suites of the pure files in user space, under sanitizers. */
#ifndef FUZZ_KUNIT_TEST_H
#define FUZZ_KUNIT_TEST_H

#include <stdio.h>

#include "../user.h"

#define KUNIT_PARAM_DESC_SIZE	128
#define KUNIT_MAX_BLOCKS	64
#define GFP_KERNEL		0
#define MODULE_LICENSE(text)		extern int user_unused
#define MODULE_DESCRIPTION(text)	extern int user_unused
#define MODULE_IMPORT_NS(ns)		extern int user_unused
#define strscpy(to, from, size)	snprintf(to, size, "%s", from)
#define scnprintf		snprintf

struct kunit {
	const void *param_value;
	void *priv;
	const char *name;
	bool failed;
	unsigned int nblocks;
	void *blocks[KUNIT_MAX_BLOCKS];
};

struct kunit_case {
	const char *name;
	void (*run_case)(struct kunit *test);
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	(void)gfp;
	if (test->nblocks == KUNIT_MAX_BLOCKS)
		abort();
	return test->blocks[test->nblocks++] = calloc(1, size);
}

#define KUNIT_CASE(f)			{ .name = #f, .run_case = f }
#define KUNIT_CASE_PARAM(f, gen)	{ .name = #f, .run_case = f, .generate_params = gen }
#define KUNIT_ARRAY_PARAM(n, array, get_desc)						\
	static const void *n##_gen_params(const void *prev, char *desc)			\
	{										\
		__typeof__((array)[0]) *next = prev ? (__typeof__(next))prev + 1 : (array);	\
		void (*describe)(__typeof__(next), char *) = get_desc;			\
											\
		if (next - (array) >= (long)ARRAY_SIZE(array))				\
			return NULL;							\
		describe(next, desc);							\
		return next;								\
	}

#define kunit_test_suite(suite)								\
	static void __attribute__((constructor)) user_run_##suite(void) { user_run_suite(&suite); }

extern unsigned int user_passed, user_failed;
void user_run_suite(struct kunit_suite *suite);

#define USER_FAIL(test, ...) do {							\
	(test)->failed = true;								\
	printf("# %s:%d: ", __FILE__, __LINE__);					\
	printf(__VA_ARGS__);								\
	printf("\n");									\
} while (0)

#define USER_BINARY(test, a, op, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);				\
	if (!(a_ op b_))								\
		USER_FAIL(test, "%s %s %s: %lld, %lld", #a, #op, #b, a_, b_);		\
} while (0)

#define KUNIT_EXPECT_EQ(test, a, b)	USER_BINARY(test, a, ==, b)
#define KUNIT_EXPECT_NE(test, a, b)	USER_BINARY(test, a, !=, b)
#define KUNIT_EXPECT_LE(test, a, b)	USER_BINARY(test, a, <=, b)
#define KUNIT_EXPECT_LT(test, a, b)	USER_BINARY(test, a, <, b)
#define KUNIT_EXPECT_GE(test, a, b)	USER_BINARY(test, a, >=, b)
#define KUNIT_EXPECT_GT(test, a, b)	USER_BINARY(test, a, >, b)
#define KUNIT_EXPECT_TRUE(test, a)	USER_BINARY(test, !!(a), ==, 1)
#define KUNIT_EXPECT_FALSE(test, a)	USER_BINARY(test, !!(a), ==, 0)
#define KUNIT_ASSERT_EQ(test, a, b) do {							\
	USER_BINARY(test, a, ==, b);							\
	if ((test)->failed)								\
		return;									\
} while (0)
#define KUNIT_ASSERT_NOT_NULL(test, a) do {						\
	if (!(a)) {									\
		USER_FAIL(test, "%s is NULL", #a);					\
		return;									\
	}										\
} while (0)
#define KUNIT_EXPECT_PTR_EQ(test, a, b) do {						\
	if ((a) != (b))									\
		USER_FAIL(test, "%s is not %s", #a, #b);				\
} while (0)
#define KUNIT_EXPECT_STREQ(test, a, b) do {						\
	if (strcmp(a, b))								\
		USER_FAIL(test, "%s is\n#   \"%s\", not\n#   \"%s\"", #a, a, b);	\
} while (0)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n) do {						\
	if (memcmp(a, b, n))								\
		USER_FAIL(test, "%s is not %s", #a, #b);				\
} while (0)

#endif /* FUZZ_KUNIT_TEST_H */
