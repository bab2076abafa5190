// SPDX-License-Identifier: GPL-2.0
/* One socket, opened when it is first needed and kept for a whole batch. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "array.h"
#include "cmd.h"
#include "nl.h"

/* A dump fills what the receiver offers, up to 32 KiB. */
#define RECV_SIZE	65536
#define EVENT_QUEUE	(4 << 20)
#define COLLECT_TRIES	5
#define SHOW_KEEP	(1 << 20)

static bool existing_allowed;
static bool existed;
static struct mnl_socket *sk;
static uint16_t family;
static uint32_t events_group;
static uint32_t seq;
static char recv_buf[RECV_SIZE] __attribute__((aligned(8)));
static char send_buf[NL_REQUEST_SIZE] __attribute__((aligned(8)));

static int tell_errno(const char *what)
{
	fprintf(stderr, "Error: %s: %s.\n", what, strerror(errno));
	return EXIT_KERNEL;
}

/* The text that the kernel gave with an error or with an acknowledgment, or NULL. */
static const char *ack_text(const struct nlmsghdr *nlh, size_t head)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	mnl_attr_for_each(attr, nlh, head)
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
			return attr_str(attr);
	return NULL;
}

static void tell_text(const char *kind, const char *text)
{
	size_t len = strlen(text);

	fprintf(stderr, "%s: %s%s\n", kind, text, len && text[len - 1] == '.' ? "" : ".");
}

/**
 * nl_allow_existing() - say whether a request fails that finds its work done
 * @allow: it succeeds from now on, without a word: what is to be made is there, or what is to go is
 *         not there
 *
 * Return: what held before.
 */
bool nl_allow_existing(bool allow)
{
	bool before = existing_allowed;

	existing_allowed = allow;
	return before;
}

/**
 * nl_existed() - did the last request find something in its place?
 *
 * Return: true if so, and nl_allow_existing() let it pass; it may differ from what was asked for.
 */
bool nl_existed(void)
{
	return existed;
}

/* The link, prefix, host or listener that is to go is not there. */
static bool is_gone(const struct nlmsghdr *req)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(req);
	struct nlattr *tb[NDPROXY_A_LINK_MAX + 1];

	switch (genl->cmd) {
	case NDPROXY_CMD_PREFIX_DEL:
	case NDPROXY_CMD_HOST_DEL:
	case NDPROXY_CMD_MLD_LISTENER_DEL:
		return true;
	case NDPROXY_CMD_LINK_SET:
		nl_attrs(req, tb, NDPROXY_A_LINK_MAX);
		return tb[NDPROXY_A_LINK_ROLE] &&
		       attr_u32(tb[NDPROXY_A_LINK_ROLE]) == NDPROXY_ROLE_NONE;
	}
	return false;
}

static bool is_done_already(const struct nlmsghdr *req, int error)
{
	if (!existing_allowed || req->nlmsg_type != family)
		return false;
	existed = error == -EEXIST;
	return existed || (error == -ENOENT && is_gone(req));
}

static int tell_result(int error, const char *text)
{
	if (!error) {
		if (text && *text)
			tell_text("Warning", text);
		return EXIT_OK;
	}
	if ((!text || !*text) && error == -EPERM)
		text = "Operation not permitted: this needs CAP_NET_ADMIN, try it as root";
	tell_text("Error", text && *text ? text : strerror(-error));
	return EXIT_KERNEL;
}

/* An NLMSG_ERROR, which is also how the kernel says that all is well. */
static int read_error(const struct nlmsghdr *nlh, int *error, const char **text)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t head = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*err))
		return -1;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		head += MNL_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	*error = err->error;
	*text = head <= mnl_nlmsg_get_payload_len(nlh) ? ack_text(nlh, head) : NULL;
	return 0;
}

/* The NLMSG_DONE of a dump, with the error that ended it if there was one. */
static void read_done(const struct nlmsghdr *nlh, int *error, const char **text)
{
	*error = 0;
	*text = NULL;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*error))
		return;
	memcpy(error, mnl_nlmsg_get_payload(nlh), sizeof(*error));
	*text = ack_text(nlh, sizeof(*error));
}

/**
 * nl_recv() - wait for what the kernel sends
 * @from: a socket
 * @buf: gets it
 * @size: of @buf
 *
 * Whoever is root of the network namespace may send to the socket, too, and to the group of the
 * events. That is passed over.
 *
 * Return: octets, or -1 with errno set.
 */
ssize_t nl_recv(const struct mnl_socket *from, void *buf, size_t size)
{
	struct sockaddr_nl who;
	socklen_t who_len;
	ssize_t len;

	do {
		who_len = sizeof(who);
		len = recvfrom(mnl_socket_get_fd(from), buf, size, MSG_TRUNC,
			       (struct sockaddr *)&who, &who_len);
	} while (len < 0 ? errno == EINTR : who_len != sizeof(who) || who.nl_pid);
	if (len <= (ssize_t)size)
		return len;
	errno = ENOSPC;
	return -1;
}

static ssize_t receive(void)
{
	return nl_recv(sk, recv_buf, sizeof(recv_buf));
}

/**
 * struct answer - how the answer to a request is read
 * @cb: gets each message
 * @data: for @cb
 * @req: the request
 * @quiet: the caller tells errors himself
 * @missing: that the object or its device is not there is no failure
 * @interrupted: the dump may be inconsistent
 * @error: negative errno from the kernel, or 0
 */
struct answer {
	nl_cb_t cb;
	void *data;
	const struct nlmsghdr *req;
	bool quiet;
	bool missing;
	bool interrupted;
	int error;
};

/* What a message of an answer means: go on, or the end with an exit code. */
enum { GO_ON = -1 };

static int one_message(const struct nlmsghdr *nlh, struct answer *answer)
{
	const char *text = NULL;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		answer->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if (read_error(nlh, &answer->error, &text)) {
			errno = EBADMSG;
			return tell_errno("Answer of the kernel");
		}
		break;
	case NLMSG_DONE:
		read_done(nlh, &answer->error, &text);
		break;
	default:
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE || !answer->cb)
			return GO_ON;
		return answer->cb(nlh, answer->data) ? EXIT_KERNEL : GO_ON;
	}
	if (answer->missing && (answer->error == -ENOENT || answer->error == -ENODEV))
		return EXIT_OK;
	if (answer->quiet)
		return answer->error ? EXIT_KERNEL : EXIT_OK;
	if (is_done_already(answer->req, answer->error))
		return EXIT_OK;
	return tell_result(answer->error, text);
}

/* Sends a request and reads until the kernel says that its answer is complete. */
static int transact(struct nlmsghdr *req, struct answer *answer)
{
	const struct nlmsghdr *nlh;
	int len, ret;
	ssize_t n;

	answer->req = req;
	existed = false;
	req->nlmsg_seq = ++seq;
	if (mnl_socket_sendto(sk, req, req->nlmsg_len) < 0)
		return tell_errno("Cannot send to the kernel");
	for (;;) {
		n = receive();
		if (n < 0)
			return tell_errno("Cannot receive from the kernel");
		nlh = (const struct nlmsghdr *)recv_buf;
		for (len = n; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			ret = one_message(nlh, answer);
			if (ret != GO_ON)
				return ret;
		}
	}
}

static struct nlmsghdr *new_request(uint16_t type, uint8_t cmd, uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(send_buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static void read_groups(const struct nlattr *groups)
{
	struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const struct nlattr *group;

	mnl_attr_for_each_nested(group, groups) {
		nl_nested(group, tb, CTRL_ATTR_MCAST_GRP_MAX);
		if (!strcmp(attr_str(tb[CTRL_ATTR_MCAST_GRP_NAME]), NDPROXY_MCGRP_EVENTS))
			events_group = attr_u32(tb[CTRL_ATTR_MCAST_GRP_ID]);
	}
}

static int read_family(const struct nlmsghdr *nlh, void *data)
{
	struct nlattr *tb[CTRL_ATTR_MAX + 1];

	(void)data;
	nl_attrs(nlh, tb, CTRL_ATTR_MAX);
	family = attr_u32(tb[CTRL_ATTR_FAMILY_ID]);
	if (tb[CTRL_ATTR_MCAST_GROUPS])
		read_groups(tb[CTRL_ATTR_MCAST_GROUPS]);
	return 0;
}

/* The kernel tries to load the module by itself when it does not know the family. */
static int find_family(bool *missing)
{
	struct answer answer = { .cb = read_family, .quiet = true };
	struct nlmsghdr *nlh;

	nlh = new_request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NDPROXY_FAMILY_NAME);
	if (!transact(nlh, &answer) && family)
		return 0;
	*missing = answer.error == -ENOENT;
	if (answer.error && !*missing)
		tell_result(answer.error, NULL);
	return -1;
}

/* @missing: out: it fails only because the module is not loaded, which is not told */
static int open_family(bool *missing)
{
	int one = 1;

	*missing = false;
	if (sk)
		return 0;
	sk = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!sk || mnl_socket_bind(sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		tell_errno("Cannot open a netlink socket");
		goto close;
	}
	/* Both are there since 4.12; without them the texts of errors are lost, nothing else. */
	mnl_socket_setsockopt(sk, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(sk, NETLINK_CAP_ACK, &one, sizeof(one));
	seq = time(NULL);
	if (!find_family(missing))
		return 0;
close:
	nl_close();
	return -1;
}

static int nl_open(void)
{
	bool missing;
	int ret = open_family(&missing);

	if (missing)
		tell_text("Error", "The ndproxy module is not loaded: try \"modprobe ndproxy\"");
	return ret;
}

/**
 * nl_find_module() - is the module there?
 * @there: out: it is, and answers
 *
 * Return: EXIT_OK, or EXIT_KERNEL with the error told if that cannot be found out.
 */
int nl_find_module(bool *there)
{
	bool missing;

	*there = !open_family(&missing);
	return *there || missing ? EXIT_OK : EXIT_KERNEL;
}

/**
 * nl_dump_of() - have another part of the kernel tell all that it has
 * @bus: NETLINK_ROUTE or NETLINK_NETFILTER
 * @type: of the request
 * @head: what stands at its beginning
 * @len: octets of that
 * @cb: called with each message of the answer
 * @data: for it
 *
 * Return: 0, or an error, negative.
 */
int nl_dump_of(int bus, uint16_t type, const void *head, size_t len, mnl_cb_t cb, void *data)
{
	char buf[32768] __attribute__((aligned(8)));
	struct mnl_socket *other = mnl_socket_open2(bus, SOCK_CLOEXEC);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int ret = 1;

	if (!other)
		return -errno;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = 1;
	memcpy(mnl_nlmsg_put_extra_header(nlh, len), head, len);
	if (mnl_socket_bind(other, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(other, nlh, nlh->nlmsg_len) < 0)
		ret = -1;
	while (ret > 0) {
		ret = nl_recv(other, buf, sizeof(buf));
		if (ret > 0)
			ret = mnl_cb_run(buf, ret, 1, 0, cb, data);
	}
	ret = ret < 0 ? -errno : 0;
	mnl_socket_close(other);
	return ret;
}

/**
 * nl_close() - forget the socket, as when the network namespace changes
 */
void nl_close(void)
{
	if (sk)
		mnl_socket_close(sk);
	sk = NULL;
	family = 0;
}

/**
 * nl_request() - begin a request
 * @cmd: NDPROXY_CMD_*
 * @flags: NLM_F_DUMP or 0
 *
 * Return: the request, in a buffer that the next one uses again; NULL with the error told.
 */
struct nlmsghdr *nl_request(uint8_t cmd, uint16_t flags)
{
	if (nl_open())
		return NULL;
	return new_request(family, cmd, NDPROXY_FAMILY_VERSION, flags);
}

/**
 * nl_do() - send a request that is answered by at most one message
 * @nlh: the request
 * @cb: gets the answer, or NULL
 * @data: for @cb
 *
 * Return: EXIT_OK, or EXIT_KERNEL with the refusal told.
 */
int nl_do(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	struct answer answer = { .cb = cb, .data = data };

	nlh->nlmsg_flags |= NLM_F_ACK;
	return transact(nlh, &answer);
}

/**
 * nl_get() - as nl_do(), for what a dump has told of
 * @nlh: the request
 * @cb: gets the answer
 * @data: for @cb
 *
 * Return: as nl_do(); EXIT_OK, and @cb has got nothing, if it is not there any more.
 */
int nl_get(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	struct answer answer = { .cb = cb, .data = data, .missing = true };

	nlh->nlmsg_flags |= NLM_F_ACK;
	return transact(nlh, &answer);
}

/**
 * nl_dump() - send a request for a dump
 * @nlh: the request, begun with NLM_F_DUMP
 * @cb: gets each message as it comes
 * @data: for @cb
 * @interrupted: tells that things changed meanwhile, so that some may be missing or twice
 *
 * Return: EXIT_OK, or EXIT_KERNEL with the refusal told.
 */
int nl_dump(struct nlmsghdr *nlh, nl_cb_t cb, void *data, bool *interrupted)
{
	struct answer answer = { .cb = cb, .data = data };
	int ret = transact(nlh, &answer);

	*interrupted = answer.interrupted;
	return ret;
}

/* Before a dump is taken again, what changes gets a little time to end: 10, 20, 40, 80 ms. */
static void wait_to_retry(int tries)
{
	if (tries)
		usleep(5000 << tries);
}

static int keep(const struct nlmsghdr *nlh, void *data)
{
	struct nl_list *list = data;
	struct nlmsghdr **msg = array_grow(list->msg, list->n, sizeof(*msg));

	if (!msg)
		goto no_memory;
	list->msg = msg;
	list->msg[list->n] = malloc(nlh->nlmsg_len);
	if (!list->msg[list->n])
		goto no_memory;
	memcpy(list->msg[list->n++], nlh, nlh->nlmsg_len);
	return 0;
no_memory:
	tell_errno("Too much to keep");
	return EXIT_KERNEL;
}

void nl_list_free(struct nl_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->msg[i]);
	free(list->msg);
	memset(list, 0, sizeof(*list));
}

/**
 * nl_collect() - a dump that is kept, and taken again if things changed meanwhile
 * @nlh: the request, begun with NLM_F_DUMP
 * @list: gets the messages; nl_list_free() is due in any case
 *
 * Return: EXIT_OK, or EXIT_KERNEL with the refusal told.
 */
int nl_collect(struct nlmsghdr *nlh, struct nl_list *list)
{
	bool interrupted = true;
	int ret = EXIT_OK;

	memset(list, 0, sizeof(*list));
	for (int i = 0; i < COLLECT_TRIES && interrupted && !ret; i++) {
		wait_to_retry(i);
		nl_list_free(list);
		ret = nl_dump(nlh, keep, list, &interrupted);
	}
	if (!ret && interrupted)
		fputs("Dump was interrupted and may be inconsistent.\n", stderr);
	return ret;
}

/**
 * struct show - a dump that is printed
 * @cb: prints a message
 * @data: for @cb
 * @list: messages that wait for the end of the dump
 * @size: their octets
 * @streaming: they were too many: each is printed as it comes
 */
struct show {
	nl_cb_t cb;
	void *data;
	struct nl_list list;
	size_t size;
	bool streaming;
};

static int show_kept(struct show *show)
{
	int ret = 0;

	for (size_t i = 0; i < show->list.n && !ret; i++)
		ret = show->cb(show->list.msg[i], show->data);
	nl_list_free(&show->list);
	show->size = 0;
	return ret;
}

static int show_message(const struct nlmsghdr *nlh, void *data)
{
	struct show *show = data;
	int ret;

	if (show->streaming)
		return show->cb(nlh, show->data);
	ret = keep(nlh, &show->list);
	show->size += nlh->nlmsg_len;
	if (ret || show->size < SHOW_KEEP)
		return ret;
	show->streaming = true;
	return show_kept(show);
}

/**
 * nl_show() - a dump that is printed
 * @nlh: the request, begun with NLM_F_DUMP
 * @cb: prints a message
 * @data: for @cb
 *
 * A dump of moderate size is taken again if things changed meanwhile. A larger one is printed as it
 * comes, in memory that does not grow with it, and it is said that it may be inconsistent.
 *
 * Return: EXIT_OK, or EXIT_KERNEL with the refusal told.
 */
int nl_show(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	struct show show = { .cb = cb, .data = data };
	bool interrupted = true;
	int ret = EXIT_OK;

	for (int i = 0; i < COLLECT_TRIES && interrupted && !ret && !show.streaming; i++) {
		wait_to_retry(i);
		nl_list_free(&show.list);
		show.size = 0;
		ret = nl_dump(nlh, show_message, &show, &interrupted);
	}
	if (ret)
		nl_list_free(&show.list);
	else
		ret = show_kept(&show);
	if (!ret && interrupted)
		fputs("Dump was interrupted and may be inconsistent.\n", stderr);
	return ret;
}

/**
 * nl_listen() - receive events until something ends it
 * @cb: gets each event
 * @data: for @cb
 *
 * Return: EXIT_KERNEL with the error told, or what @cb returned.
 */
int nl_listen(nl_cb_t cb, void *data)
{
	const struct nlmsghdr *nlh;
	int size = EVENT_QUEUE;
	int len, ret;
	ssize_t n;

	if (nl_open())
		return EXIT_KERNEL;
	if (mnl_socket_setsockopt(sk, NETLINK_ADD_MEMBERSHIP, &events_group,
				  sizeof(events_group)) < 0)
		return tell_errno("Cannot listen to events");
	/* Beyond the system's limit if we may, else up to it. */
	if (setsockopt(mnl_socket_get_fd(sk), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(mnl_socket_get_fd(sk), SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (;;) {
		n = receive();
		if (n < 0 && errno == ENOBUFS) {
			fputs("Events were lost: they came faster than they could be printed.\n",
			      stderr);
			continue;
		}
		if (n < 0)
			return tell_errno("Cannot receive events");
		nlh = (const struct nlmsghdr *)recv_buf;
		for (len = n; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			ret = nlh->nlmsg_type == family ? cb(nlh, data) : 0;
			if (ret)
				return ret;
		}
	}
}
