/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ls.c - kist ls: list namespaces, and who keeps them */
#include "cli/kist.h"

const struct command cmd_ls = {
	.name = "ls",
	.group = "namespaces",
	.summary = "list namespaces, and who keeps them",
	.unsupported = true,
	.hidden = true,
};
