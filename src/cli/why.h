/* SPDX-License-Identifier: Apache-2.0 */
/* why.h - what the files of `kist why` share */
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include "cli/kist.h"

/* The check-up of the machine, printed. @all: also the details of what works.
 * Return: 0; 1: something essential does not work for the caller; a negative
 * errno with @err set. */
int why_checkup(const struct kist_global *g, bool all, bool json,
		struct kist_error *err);

#endif
