/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_net.c - kist net: network namespaces and their links */
#include "cli/kist.h"

const struct command cmd_net = {
	.name = "net",
	.group = "namespaces",
	.summary = "network namespaces and their links",
	.unsupported = true,
	.hidden = true,
};
