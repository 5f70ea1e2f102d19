/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_new.c - kist new: make namespaces and give them a name */
#include "cli/kist.h"

const struct command cmd_new = {
	.name = "new",
	.group = "namespaces",
	.summary = "make namespaces and give them a name",
	.unsupported = true,
	.hidden = true,
};
