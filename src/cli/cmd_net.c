/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net.c - kist net: network namespaces, their links, and what is in them */
#include "cli/kist.h"
#include "cli/net.h"

static const struct command *const verbs[] = {
	&cmd_net_check,
	&cmd_net_port,
	NULL,
};

const struct command cmd_net = {
	.name = "net",
	.group = "namespaces",
	.summary = "network namespaces and their links",
	.see = "network_namespaces(7), ip-netns(8)",
	.verbs = verbs,
};
