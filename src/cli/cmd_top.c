/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_top.c - kist top */
#include "cli/kist.h"

const struct command cmd_top = {
	.name = "top",
	.summary = "live usage per container, control group or namespace",
	.unsupported = true,
};
