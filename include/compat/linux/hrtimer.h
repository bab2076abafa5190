/* SPDX-License-Identifier: GPL-2.0 */
/* hrtimer_setup() took over from hrtimer_init() and the assignment behind it in 6.15. */
#ifndef NDPROXY_COMPAT_LINUX_HRTIMER_H
#define NDPROXY_COMPAT_LINUX_HRTIMER_H

#include_next <linux/hrtimer.h>

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#endif
