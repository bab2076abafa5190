/* SPDX-License-Identifier: GPL-2.0 */
/* Functions that only KUnit tests call from outside of their file (new in 6.2). */
#ifndef NDPROXY_COMPAT_KUNIT_VISIBILITY_H
#define NDPROXY_COMPAT_KUNIT_VISIBILITY_H

#ifdef HAVE_KUNIT_VISIBILITY
#include_next <kunit/visibility.h>
#elif IS_ENABLED(CONFIG_KUNIT)
#define VISIBLE_IF_KUNIT
#define EXPORT_SYMBOL_IF_KUNIT(symbol) EXPORT_SYMBOL_NS(symbol, EXPORTED_FOR_KUNIT_TESTING)
#else
#define VISIBLE_IF_KUNIT static
#define EXPORT_SYMBOL_IF_KUNIT(symbol)
#endif

#endif
