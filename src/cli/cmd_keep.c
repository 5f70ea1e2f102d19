/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_keep.c - kist keep: give namespaces that exist a name */
#include "cli/kist.h"

const struct command cmd_keep = {
	.name = "keep",
	.group = "namespaces",
	.summary = "give namespaces that exist a name",
	.unsupported = true,
	.hidden = true,
};
