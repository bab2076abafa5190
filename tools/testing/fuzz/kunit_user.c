// SPDX-License-Identifier: GPL-2.0
/* Runs the suites that are linked with it; they register themselves before main(). */
#include "include/kunit/test.h"

unsigned int user_passed, user_failed;
unsigned int user_alloc_fail;

static void run_one(struct kunit_suite *suite, struct kunit_case *c, const void *param,
		    const char *desc)
{
	struct kunit test = { .param_value = param, .name = c->name };

	if (suite->init && suite->init(&test))
		test.failed = true;
	else
		c->run_case(&test);
	if (suite->exit)
		suite->exit(&test);
	while (test.nblocks)
		free(test.blocks[--test.nblocks]);
	if (test.failed) {
		user_failed++;
		printf("not ok - %s: %s %s\n", suite->name, c->name, desc);
	} else {
		user_passed++;
	}
}

void user_run_suite(struct kunit_suite *suite)
{
	char desc[KUNIT_PARAM_DESC_SIZE];
	struct kunit_case *c;
	const void *param;

	for (c = suite->test_cases; c->run_case; c++) {
		if (!c->generate_params) {
			run_one(suite, c, NULL, "");
			continue;
		}
		for (param = c->generate_params(NULL,
						desc); param; param = c->generate_params(param,
											 desc))
			run_one(suite, c, param, desc);
	}
}

int main(void)
{
	printf("%u passed, %u failed\n", user_passed, user_failed);
	return user_failed || !user_passed;
}
