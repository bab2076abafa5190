// SPDX-License-Identifier: GPL-2.0
/* What every module must say; the suites are in the files beside this one. */

#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of the MLD listener engine");
/* MODULE_IMPORT_NS() takes a name before 6.13 and a string since; this is what it stands for. */
MODULE_INFO(import_ns, "EXPORTED_FOR_KUNIT_TESTING");
