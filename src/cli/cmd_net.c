/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net.c - kist net: network namespaces and their links */
#include "cli/kist.h"
#include "cli/net.h"

static const struct command *const verbs[] = {
	/* clang-format off */
	&cmd_net_new,
	&cmd_net_rm,
	&cmd_net_exec,
	&cmd_net_link,
	&cmd_net_move,
	&cmd_net_ls,
	&cmd_net_check,
	&cmd_net_socks,
	&cmd_net_port,
	&cmd_net_route,
	&cmd_net_nft,
	&cmd_net_sysctl,
	&cmd_net_ids,
	NULL,
	/* clang-format on */
};

const struct command cmd_net = {
	.name = "net",
	.group = "namespaces",
	.summary = "network namespaces and their links",
	.see = "network_namespaces(7), ip-netns(8), veth(4)",
	.verbs = verbs,
};
