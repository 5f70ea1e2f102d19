/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map.c - kist map */
#include "cli/kist.h"

const struct command cmd_map = {
	.name = "map",
	.summary = "a picture of the machine: who shares what with whom",
	.unsupported = true,
};
