/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Limits (spec I): a default per module, a value per namespace.
 * Part of the map: include ndproxy.h.
 */
#ifndef NDPROXY_LIMITS_H
#define NDPROXY_LIMITS_H

/* --- param.c: limits (spec I), a default per module, a value per namespace -------------------- */

enum ndp_param {
	NDP_TARGETS_PER_PREFIX,		/* 0: no limit */
	NDP_SOLICITORS_PER_TARGET,
	NDP_RECORD_LIFETIME,		/* seconds */
	NDP_HOSTS_PER_PREFIX,
	NDP_HOSTS_PER_LINK,
	NDP_HOSTS_PER_LLADDR,
	NDP_HOST_LIFETIME,		/* seconds */
	NDP_NS_RATE,			/* per link and second */
	NDP_NS_BURST,
	NDP_MCAST_NA_RATE,		/* per link and second */
	NDP_HOLD_PER_TARGET,		/* packets */
	NDP_HOLD_PACKETS,		/* in all */
	NDP_SNOOP_GROUPS,		/* per link */
	NDP_OBJECTS_PER_NET,		/* in all */
	NDP_PARAMS
};

/**
 * struct ndp_param_desc - one limit
 * @name: of the module parameter, and in the API
 * @min: lowest value that is taken
 * @max: highest value that is taken
 * @def: built-in default
 */
struct ndp_param_desc {
	const char *name;
	u32 min;
	u32 max;
	u32 def;
};

extern const struct ndp_param_desc ndp_param_desc[NDP_PARAMS];

extern bool ndp_param_userns;

int ndp_param_check(void);
void ndp_param_init(struct ndp_net *nn);
int ndp_param_set(struct ndp_net *nn, enum ndp_param which, u32 value, bool machine,
		  struct netlink_ext_ack *extack);
u32 ndp_param_default(enum ndp_param which);

/* --- objects.c: the budget of a namespace ----------------------------------------------------- */

/* Quarters of the budget that are open to what makes an object. */
enum ndp_share {
	NDP_SHARE_LEARNT = 3,	/* what was heard on a link: a host, a prefix */
	NDP_SHARE_ALL = 4,	/* the administrator */
};

bool ndp_objects_take(struct ndp_net *nn, enum ndp_share share);
void ndp_objects_give(struct ndp_net *nn, unsigned int n);
bool ndp_objects_take_record(struct ndp_net *nn);
void ndp_objects_give_records(struct ndp_net *nn, unsigned int n);
int ndp_objects_config(struct ndp_net *nn, struct netlink_ext_ack *extack);

#endif
