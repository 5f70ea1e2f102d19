/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_unshare.c - kist unshare: a command in new namespaces */
#include "cli/kist.h"

const struct command cmd_unshare = {
	.name = "unshare",
	.group = "namespaces",
	.summary = "a command in new namespaces",
	.unsupported = true,
	.hidden = true,
};
