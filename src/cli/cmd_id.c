/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_id.c - kist id: id maps: show, check, translate */
#include "cli/kist.h"

const struct command cmd_id = {
	.name = "id",
	.group = "namespaces",
	.summary = "id maps: show, check, translate",
	.unsupported = true,
	.hidden = true,
};
