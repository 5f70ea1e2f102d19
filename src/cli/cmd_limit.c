/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_limit.c - kist limit: limits for a command or a process */
#include "cli/kist.h"

const struct command cmd_limit = {
	.name = "limit",
	.group = "limits",
	.summary = "limits for a command or a process",
	.unsupported = true,
	.hidden = true,
};
