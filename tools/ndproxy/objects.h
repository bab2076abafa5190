/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Each object prints itself here, for its show and for monitor and show alike: in JSON its
 * members without the braces, in text a line without its end.
 */
#ifndef NDPROXY_OBJECTS_H
#define NDPROXY_OBJECTS_H

#include "nl.h"
#include "print.h"

/**
 * struct stats_counter - a counter of a link
 * @attr: attribute
 * @key: its name
 * @lead: its name in text, with the blanks around it
 */
struct stats_counter {
	uint16_t attr;
	const char *key;
	const char *lead;
};

extern const struct stats_counter stats_counters[];	/* ended by one without a key */

const char *mld_counter_name(uint16_t attr);
bool mld_counter_is_drop(uint16_t attr);

void link_print(struct nlattr **tb);
void link_settings_print(struct nlattr **tb);
enum color link_state_color(uint32_t state);
enum color host_state_color(uint32_t state);
void prefix_print(struct nlattr **tb);
void rule_print(struct nlattr **tb);
void host_print(struct nlattr **tb);
void host_state_print(struct nlattr **tb);
void stats_print(struct nlattr **tb);
void mld_link_print(struct nlattr **tb);
void mld_group_print(const struct nlmsghdr *nlh);
void event_print(struct nlattr **tb);

int link_message(const struct nlmsghdr *nlh, void *data);
int prefix_message(const struct nlmsghdr *nlh, void *data);
int rule_message(const struct nlmsghdr *nlh, void *data);
int host_message(const struct nlmsghdr *nlh, void *data);
int solicit_message(const struct nlmsghdr *nlh, void *data);
int param_message(const struct nlmsghdr *nlh, void *data);
int mld_link_message(const struct nlmsghdr *nlh, void *data);
int mld_group_message(const struct nlmsghdr *nlh, void *data);
int event_message(const struct nlmsghdr *nlh, void *data);

int completion_print(void);

#endif
