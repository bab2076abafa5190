// SPDX-License-Identifier: GPL-2.0
/*
 * Answers of a kernel that leaves things out: none of them may be the end of the command, and save
 * says what it misses. The functions that ask the kernel are wrapped by the linker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "cmd.h"
#include "nl.h"
#include "objects.h"
#include "print.h"
#include "unit.h"

/* Attributes of the one message that each request is answered by, made by one of these. */
static void (*answer)(struct nlmsghdr *nlh);
static uint8_t asked;

/* The dumps that are printed as they come have no message. */
static bool no_dumps;

static struct nlmsghdr *make_answer(void)
{
	struct nlmsghdr *nlh = message(asked);

	answer(nlh);
	return nlh;
}

struct nlmsghdr *__wrap_nl_request(uint8_t cmd, uint16_t flags);
int __wrap_nl_show(struct nlmsghdr *nlh, nl_cb_t cb, void *data);
int __wrap_nl_collect(struct nlmsghdr *nlh, struct nl_list *list);
int __wrap_nl_get(struct nlmsghdr *nlh, nl_cb_t cb, void *data);
int __wrap_nl_do(struct nlmsghdr *nlh, nl_cb_t cb, void *data);

struct nlmsghdr *__wrap_nl_request(uint8_t cmd, uint16_t flags)
{
	(void)flags;
	asked = cmd;
	return message(cmd);
}

int __wrap_nl_show(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	(void)nlh;
	return no_dumps ? EXIT_OK : cb(make_answer(), data);
}

int __wrap_nl_get(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	(void)nlh;
	return cb(make_answer(), data);
}

int __wrap_nl_do(struct nlmsghdr *nlh, nl_cb_t cb, void *data)
{
	return cb ? __wrap_nl_get(nlh, cb, data) : EXIT_OK;
}

int __wrap_nl_collect(struct nlmsghdr *nlh, struct nl_list *list)
{
	(void)nlh;
	nlh = make_answer();
	memset(list, 0, sizeof(*list));
	list->msg = malloc(sizeof(*list->msg));
	list->msg[0] = malloc(nlh->nlmsg_len);
	memcpy(list->msg[0], nlh, nlh->nlmsg_len);
	list->n = 1;
	return EXIT_OK;
}

static void nothing(struct nlmsghdr *nlh)
{
	(void)nlh;
}

/* Whatever it is about, every third attribute is there, and empty. */
static unsigned int third;

static void empty(struct nlmsghdr *nlh)
{
	for (uint16_t attr = 1 + third; attr < 40; attr += 3)
		mnl_attr_put(nlh, attr, 0, NULL);
}

/* A group whose listeners had no room, and whose address is missing. */
static void cut_group(struct nlmsghdr *nlh)
{
	mnl_attr_put(nlh, NDPROXY_A_MLD_GROUP_CUT, 0, NULL);
	mnl_attr_put_u32(nlh, NDPROXY_A_MLD_GROUP_IFINDEX, 1);
}

/* A listener without a name for what it listens to. */
static void bare_listener(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_GROUP_IFNAME, "up0");
	nest = mnl_attr_nest_start(nlh, NDPROXY_A_MLD_GROUP_LISTENER);
	mnl_attr_put_strz(nlh, NDPROXY_A_MLD_LISTENER_ID, "x");
	mnl_attr_nest_end(nlh, nest);
}

static int run(const char *line)
{
	char *text = strdup(line);
	int ret = text_run(text);

	free(text);
	return ret;
}

static const char *const shows[] = {
	"link show", "link show up0", "prefix show", "prefix rules", "prefix get ::1",
	"host show", "solicit show", "param show", "stats show", "mld link show", "mld group show",
	"show", "metrics", "save",
};

static void run_shows(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(shows); i++)
		run(shows[i]);
}

static void run_events(void)
{
	struct nlmsghdr *nlh = message(NDPROXY_CMD_EVENT);

	answer(nlh);
	event_message(nlh, NULL);
	for (uint16_t attr = NDPROXY_A_EVENT_LINK; attr <= NDPROXY_A_EVENT_MAX; attr++) {
		nlh = message(NDPROXY_CMD_EVENT);
		mnl_attr_put(nlh, attr, 0, NULL);
		event_message(nlh, NULL);
	}
}

/* It ends by a signal, and the test with it, when one of them reads what is not there. */
static void all_answers(void)
{
	answer = nothing;
	run_shows();
	run_events();
	answer = empty;
	for (third = 0; third < 3; third++) {
		run_shows();
		run_events();
	}
}

static const struct {
	const char *name;
	void (*answer)(struct nlmsghdr *nlh);
	bool no_dumps;
} saves[] = {
	{ "save-nothing", nothing, false },
	{ "save-group", cut_group, true },
	{ "save-listener", bare_listener, true },
};

/**
 * unit_reply() - see how missing attributes are borne
 * @what: "all": each command prints what it can; else save is to say what it misses
 *
 * Return: false if there is no such test.
 */
bool unit_reply(const char *what)
{
	if (!strcmp(what, "all")) {
		all_answers();
		puts("survived");
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(saves); i++) {
		if (strcmp(saves[i].name, what))
			continue;
		answer = saves[i].answer;
		no_dumps = saves[i].no_dumps;
		printf("exit %d\n", run("save"));
		return true;
	}
	return false;
}
