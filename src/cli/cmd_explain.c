/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_explain.c - kist explain */
#include "cli/kist.h"

const struct command cmd_explain = {
	.name = "explain",
	.summary = "explain a word: namespace, controller, kernel file, errno",
	.unsupported = true,
};
