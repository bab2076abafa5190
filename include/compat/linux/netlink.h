/* SPDX-License-Identifier: GPL-2.0 */
/*
 * NL_SET_ERR_MSG_FMT() came with 6.3, with room for the text in struct netlink_ext_ack. Older
 * kernels have a pointer only. They build the reply from it after the handler has returned, and
 * nothing tells the handler when that is done. Text in memory that others use, too, may belong to
 * another namespace by then, or be longer than the reply has room for.
 *
 * So whoever owns a request gives it room, by NL_ERR_ROOM(), that outlives the reply:
 * ndp_genl_doit() of compat/net/genetlink.h has it on its stack and replies itself; a dump has it
 * in its callback, which belongs to the socket. The room is named in the cookie. The kernel zeroes
 * the cookie with the structure, and reads it only where cookie_len, which stays 0, says so.
 * Without room the text is a constant.
 */
#ifndef NDPROXY_COMPAT_LINUX_NETLINK_H
#define NDPROXY_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#define NL_ERR_LEN	80

#ifdef NL_SET_ERR_MSG_FMT
#define NL_ERR_ROOM(extack, text) do {				\
	(void)(extack);						\
	(void)(text);						\
} while (0)
#else
#include <linux/kernel.h>
#include <linux/string.h>

#define NDP_ERR_ROOM

/* Where the text of a refusal goes. */
struct ndp_err_room {
	char *text;
	size_t size;
};

static inline void ndp_err_set_room(struct netlink_ext_ack *extack, char *text, size_t size)
{
	struct ndp_err_room room = { text, size };

	BUILD_BUG_ON(sizeof(room) > sizeof(extack->cookie));
	if (extack)
		memcpy(extack->cookie, &room, sizeof(room));
}

static inline __printf(2, 3) void ndp_err_set(struct netlink_ext_ack *extack, const char *fmt, ...)
{
	struct ndp_err_room room;
	va_list args;

	if (!extack)
		return;
	memcpy(&room, extack->cookie, sizeof(room));
	extack->_msg = "refused, and this kernel has no room to say why";
	if (!room.text)
		return;
	va_start(args, fmt);
	vsnprintf(room.text, room.size, fmt, args);
	va_end(args);
	extack->_msg = room.text;
}

/* @text: an array that lives until the text has been read for the last time. */
#define NL_ERR_ROOM(extack, text)	ndp_err_set_room(extack, (char *)(text), sizeof(text))
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) ndp_err_set(extack, fmt, ##args)
#endif

#endif
