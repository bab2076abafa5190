/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timer_container_of() replaced from_timer() in 6.16. timer_delete_sync() replaced del_timer_sync()
 * in 6.2, and in 6.1.158. timer_shutdown_sync() came with it and has no older equivalent: a timer's
 * owner refuses to arm it again, and then deletes it.
 */
#ifndef NDPROXY_COMPAT_LINUX_TIMER_H
#define NDPROXY_COMPAT_LINUX_TIMER_H

#include_next <linux/timer.h>

#ifndef timer_container_of
#define timer_container_of(var, callback_timer, timer_fieldname) \
	from_timer(var, callback_timer, timer_fieldname)
#endif

#ifndef HAVE_TIMER_DELETE
static inline int timer_delete_sync(struct timer_list *timer)
{
	return del_timer_sync(timer);
}
#endif

#endif
