/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_clean.c - kist clean: find what was left behind */
#include "cli/kist.h"

const struct command cmd_clean = {
	.name = "clean",
	.group = "understanding",
	.summary = "find what was left behind",
	.unsupported = true,
	.hidden = true,
};
