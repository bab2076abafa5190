/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that arms work and timers; it refuses the dead.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_GATE_H
#define NDPROXY_GATE_H

/* --- gate.c: work and timers are armed here, and nowhere else --------------------------------- */

/**
 * struct ndp_gate - the way to a namespace's workqueue
 * @wq: ordered: all that sleeps; NULL before the first link. RTNL
 * @open: work may be queued; read under RCU
 */
struct ndp_gate {
	struct workqueue_struct *wq;
	bool open;
};

int ndp_gate_open(struct ndp_gate *gate, const char *name);
bool ndp_gate_queue(struct ndp_gate *gate, struct work_struct *work);
bool ndp_gate_queue_in(struct ndp_gate *gate, struct delayed_work *work, unsigned long delay);
bool ndp_gate_move(struct ndp_gate *gate, struct delayed_work *work, unsigned long delay);
void ndp_gate_close(struct ndp_gate *gate);
void ndp_gate_end(struct ndp_gate *gate, struct work_struct *last);

void ndp_gate_arm_timer(struct timer_list *timer, bool dead, spinlock_t *lock,
			unsigned long expires);
void ndp_gate_end_timer(struct timer_list *timer, bool *dead, spinlock_t *lock);
void ndp_gate_arm_work(struct work_struct *work, bool dead, spinlock_t *lock);
void ndp_gate_end_work(struct work_struct *work, bool *dead, spinlock_t *lock);

#endif
