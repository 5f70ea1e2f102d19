/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compat.c - kist compat: links to kist under the names of others */
#include "cli/kist.h"

const struct command cmd_compat = {
	.name = "compat",
	.group = "understanding",
	.summary = "links to kist under the names of others",
	.unsupported = true,
	.hidden = true,
};
