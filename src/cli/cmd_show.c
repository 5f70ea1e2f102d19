/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_show.c - kist show: all about one target, or two compared */
#include "cli/kist.h"

const struct command cmd_show = {
	.name = "show",
	.group = "namespaces",
	.summary = "all about one target, or two compared",
	.unsupported = true,
	.hidden = true,
};
