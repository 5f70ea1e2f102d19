/* SPDX-License-Identifier: Apache-2.0 */
/* why.h - what the files of `kist why` share */
#ifndef CLI_WHY_H
#define CLI_WHY_H

#include <kist/why.h>

#include "cli/kist.h"

/* What is printed; @last: of 'kist why last', else NULL; @is_supposed: of a
 * number and words, nothing was seen to be refused. */
struct why_answer {
	const struct kist_why *why;
	const struct kist_last *last;
	bool is_supposed;
};

/* Return: 0 or a negative errno. */
int why_print(const struct why_answer *answer);
int why_print_json(const struct why_answer *answer, struct kist_error *err);

/* The check-up of the machine, printed. @all: also the details of what works.
 * Return: 0; 1: something essential does not work for the caller; a negative
 * errno with @err set. */
int why_checkup(const struct kist_global *g, bool all, bool json,
		struct kist_error *err);

#endif
