/* SPDX-License-Identifier: GPL-2.0 */
/* Requests to the kernel's ndproxy family (nl.c), and their attributes (attr.c). */
#ifndef NDPROXY_NL_H
#define NDPROXY_NL_H

#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>
#include <netinet/in.h>

#include <linux/ndproxy.h>

/* The buffer of a request, which may name many sources. */
#define NL_REQUEST_SIZE	65536

struct arg;
struct args;

/* Called for each message; anything but 0 ends the reading and is returned. */
typedef int (*nl_cb_t)(const struct nlmsghdr *nlh, void *data);

/* Messages of a dump, kept. */
struct nl_list {
	struct nlmsghdr **msg;
	size_t n;
};

void nl_list_free(struct nl_list *list);

struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags);
int nl_do(struct nlmsghdr *nlh, nl_cb_t cb, void *data);
int nl_get(struct nlmsghdr *nlh, nl_cb_t cb, void *data);
int nl_dump(struct nlmsghdr *nlh, nl_cb_t cb, void *data, bool *interrupted);
int nl_collect(struct nlmsghdr *nlh, struct nl_list *list);
int nl_show(struct nlmsghdr *nlh, nl_cb_t cb, void *data);
int nl_listen(nl_cb_t cb, void *data);
void nl_close(void);
ssize_t nl_recv(const struct mnl_socket *from, void *buf, size_t size);
int nl_find_module(bool *there);
int nl_dump_of(int bus, uint16_t type, const void *head, size_t len, mnl_cb_t cb, void *data);
bool nl_allow_existing(bool allow);
bool nl_existed(void);

/* attr.c */
int nl_put_args(struct nlmsghdr *nlh, const struct arg *arg, const struct args *args);

/* What an attribute holds; @data is never NULL. */
struct octets {
	const uint8_t *data;
	uint16_t len;
};

void nl_attrs(const struct nlmsghdr *nlh, struct nlattr **tb, uint16_t max);
void nl_nested(const struct nlattr *nest, struct nlattr **tb, uint16_t max);
uint32_t attr_u32(const struct nlattr *attr);
uint64_t attr_u64(const struct nlattr *attr);
const char *attr_str(const struct nlattr *attr);
struct in6_addr attr_addr(const struct nlattr *attr);
struct octets attr_octets(const struct nlattr *attr);
int attr_need(const struct nlattr *attr, const char *what);

#endif
