/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_cg.c - kist cg: control groups by their kernel names */
#include "cli/kist.h"

const struct command cmd_cg = {
	.name = "cg",
	.group = "limits",
	.summary = "control groups by their kernel names",
	.unsupported = true,
	.hidden = true,
};
