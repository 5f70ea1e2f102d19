/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_why.c - kist why */
#include "cli/kist.h"

const struct command cmd_why = {
	.name = "why",
	.summary = "tell which rule refused, and what to do",
	.unsupported = true,
};
