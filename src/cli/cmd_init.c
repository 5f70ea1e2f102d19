/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_init.c - kist init: process 1 for others: reap, forward, end */
#include "cli/kist.h"

const struct command cmd_init = {
	.name = "init",
	.group = "namespaces",
	.summary = "process 1 for others: reap, forward, end",
	.unsupported = true,
	.hidden = true,
};
