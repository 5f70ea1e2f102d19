/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_mnt.c - kist mnt: mounts of any mount namespace */
#include "cli/kist.h"

const struct command cmd_mnt = {
	.name = "mnt",
	.group = "namespaces",
	.summary = "mounts of any mount namespace",
	.unsupported = true,
	.hidden = true,
};
