// SPDX-License-Identifier: GPL-2.0
/* Attributes: what the user gave is put into them, what the kernel says is read from them. */
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>

#include "cmd.h"
#include "nl.h"

static bool put(struct nlmsghdr *nlh, uint16_t attr, size_t len, const void *data)
{
	return mnl_attr_put_check(nlh, NL_REQUEST_SIZE, attr, len, data);
}

static bool put_u8(struct nlmsghdr *nlh, uint16_t attr, uint8_t num)
{
	return put(nlh, attr, sizeof(num), &num);
}

static bool put_u32(struct nlmsghdr *nlh, uint16_t attr, uint32_t num)
{
	return put(nlh, attr, sizeof(num), &num);
}

static bool put_str(struct nlmsghdr *nlh, uint16_t attr, const char *str)
{
	return put(nlh, attr, strlen(str) + 1, str);
}

static bool put_addrs(struct nlmsghdr *nlh, uint16_t attr, const struct in6_addr *addrs, uint32_t n)
{
	for (; n; n--, addrs++)
		if (!put(nlh, attr, sizeof(*addrs), addrs))
			return false;
	return true;
}

/* Is there room for it? */
static bool put_arg(struct nlmsghdr *nlh, const struct arg *arg, const struct value *v)
{
	switch (arg->type) {
	case ARG_NONE:
		break;
	case ARG_FLAG:
		return put(nlh, arg->attr, 0, NULL);
	case ARG_DEV:
		return v->num ? put_u32(nlh, arg->attr2, v->num) : put_str(nlh, arg->attr, v->str);
	case ARG_NAME:
		return put_str(nlh, arg->attr, v->str);
	case ARG_BOOL:
		return put_u8(nlh, arg->attr, v->num);
	case ARG_U32:
	case ARG_S32:
	case ARG_ENUM:
		return put_u32(nlh, arg->attr, v->num);
	case ARG_PREFIX:
		return put_u8(nlh, arg->attr2, v->len) && put_addrs(nlh, arg->attr, &v->addr, 1);
	case ARG_LLADDR:
		return put(nlh, arg->attr, v->len, v->lladdr);
	case ARG_ADDR:
		return put_addrs(nlh, arg->attr, &v->addr, 1);
	case ARG_ADDRS:
		return put_addrs(nlh, arg->attr, v->addrs, v->num);
	}
	return true;
}

/**
 * nl_put_args() - put what the user gave into a request
 * @nlh: the request, in a buffer of NL_REQUEST_SIZE
 * @arg: the table of the arguments
 * @args: their values
 *
 * Arguments without an attribute are the tool's own business.
 *
 * Return: EXIT_OK, or EXIT_USAGE with the error told: it is more than a request holds.
 */
int nl_put_args(struct nlmsghdr *nlh, const struct arg *arg, const struct args *args)
{
	for (int i = 0; arg[i].type != ARG_NONE; i++) {
		if (!args->v[i].set || !arg[i].attr || put_arg(nlh, &arg[i], &args->v[i]))
			continue;
		fprintf(stderr, "Error: %s: too much for one request\n",
			arg[i].meta ?: arg[i].key);
		return EXIT_USAGE;
	}
	return EXIT_OK;
}

/**
 * nl_attrs() - sort the attributes of a message
 * @nlh: a generic netlink message
 * @tb: gets each attribute at its number, NULL where there is none
 * @max: the last number wanted; those of a newer kernel are passed over
 */
void nl_attrs(const struct nlmsghdr *nlh, struct nlattr **tb, uint16_t max)
{
	struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct genlmsghdr))
		return;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * nl_nested() - sort the attributes within an attribute
 * @nest: the outer one; NULL is the same as an empty one
 * @tb: as in nl_attrs()
 * @max: as in nl_attrs()
 */
void nl_nested(const struct nlattr *nest, struct nlattr **tb, uint16_t max)
{
	struct nlattr *attr;

	memset(tb, 0, (max + 1) * sizeof(*tb));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= max)
			tb[mnl_attr_get_type(attr)] = attr;
}

/**
 * attr_u64() - an unsigned integer of any size
 * @attr: the attribute or NULL
 *
 * Return: its value, 0 without one.
 */
uint64_t attr_u64(const struct nlattr *attr)
{
	uint64_t v;

	switch (attr ? mnl_attr_get_payload_len(attr) : 0) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	case 4:
		return mnl_attr_get_u32(attr);
	case 8:
		memcpy(&v, mnl_attr_get_payload(attr), sizeof(v));
		return v;
	}
	return 0;
}

uint32_t attr_u32(const struct nlattr *attr)
{
	return attr_u64(attr);
}

/**
 * attr_octets() - octets of any number
 * @attr: the attribute or NULL
 *
 * Return: where they are and how many; none, at an address that may be read, without an attribute.
 */
struct octets attr_octets(const struct nlattr *attr)
{
	struct octets octets = { .data = (const uint8_t *)"" };

	if (attr) {
		octets.data = mnl_attr_get_payload(attr);
		octets.len = mnl_attr_get_payload_len(attr);
	}
	return octets;
}

/**
 * attr_need() - does a message have an attribute without which it says nothing?
 * @attr: the attribute or NULL
 * @what: its name, for the error
 *
 * Return: 0, or EXIT_KERNEL with the error told.
 */
int attr_need(const struct nlattr *attr, const char *what)
{
	if (attr)
		return EXIT_OK;
	fprintf(stderr, "Error: The kernel's answer has no %s.\n", what);
	return EXIT_KERNEL;
}

/**
 * attr_str() - a string
 * @attr: the attribute or NULL
 *
 * Return: the string, "" if there is none or it does not end.
 */
const char *attr_str(const struct nlattr *attr)
{
	if (!attr || mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return "";
	return mnl_attr_get_str(attr);
}

/**
 * attr_addr() - an IPv6 address
 * @attr: the attribute or NULL
 *
 * Return: the address, :: if there is none.
 */
struct in6_addr attr_addr(const struct nlattr *attr)
{
	struct in6_addr addr = IN6ADDR_ANY_INIT;

	if (attr && mnl_attr_get_payload_len(attr) == sizeof(addr))
		memcpy(&addr, mnl_attr_get_payload(attr), sizeof(addr));
	return addr;
}
