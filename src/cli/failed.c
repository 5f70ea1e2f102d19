/* SPDX-License-Identifier: Apache-2.0 */
/* failed.c - what kist does with an error before it is printed */
#include <string.h>

#include <kist/why.h>

#include "cli/kist.h"

void kist_failed(void *global, const char *const *words, struct kist_error *err)
{
	const struct kist_global *g = global;

	kist_why_advise(&g->kist, err);
	/* `kist why last` would explain itself */
	for (size_t i = 1; words[i]; i++)
		if (strcmp(words[i], "why") == 0)
			return;
	kist_why_keep(&g->kist, words, err);
}
