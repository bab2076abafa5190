// SPDX-License-Identifier: GPL-2.0
/*
 * What can be tested of the tool without a kernel: how words become attributes ("unit parse"),
 * messages text and JSON ("unit print OBJECT [OPTION...]", checked by run.py), even if they lack
 * attributes ("unit reply TEST"), and what becomes of an ndppd.conf on a router that a file
 * describes ("unit import FILE ROUTER").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>

#include "nl.h"
#include "print.h"
#include "unit.h"

char message_buf[NL_REQUEST_SIZE] __attribute__((aligned(8)));

struct nlmsghdr *message(uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message_buf);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	return nlh;
}

void result(bool ok, const char *what)
{
	printf("%s %s\n", ok ? "ok" : "not ok", what);
}

static void read_option(const char *word)
{
	switch (*word) {
	case 'j':
		out.json = true;
		break;
	case 'p':
		out.pretty = true;
		break;
	case 'd':
		out.details = true;
		break;
	case 's':
		out.stats = true;
		break;
	case 'o':
		out.oneline = true;
		break;
	case 'c':
		out.color = true;
		break;
	case 't':
		out.timestamp = true;
		break;
	default:
		count = atoi(word);
	}
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "parse")) {
		unit_parse();
		unit_fw();
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "import"))
		return unit_import(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "reply"))
		return unit_reply(argv[2]) ? 0 : 2;
	if (argc < 3 || strcmp(argv[1], "print"))
		return 2;
	for (int i = 3; i < argc; i++)
		read_option(argv[i]);
	return unit_print(argv[2]) ? 0 : 2;
}
