/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_watch.c - kist watch */
#include "cli/kist.h"

const struct command cmd_watch = {
	.name = "watch",
	.summary = "tell what happens: namespaces, containers, OOM, pressure",
	.unsupported = true,
};
