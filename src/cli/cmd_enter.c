/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_enter.c - kist enter: a command in the namespaces of something */
#include "cli/kist.h"

const struct command cmd_enter = {
	.name = "enter",
	.group = "namespaces",
	.summary = "a command in the namespaces of something",
	.unsupported = true,
	.hidden = true,
};
