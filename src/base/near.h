/* SPDX-License-Identifier: Apache-2.0 */
/**
 * near.h - "did you mean …?"
 *
 * Feed the words that would have been right; the nearest to the wrong one
 * stays. Ignores case. Nothing that is too different is suggested: at most
 * a third of the letters may be wrong (and one in a short word); two
 * neighbouring letters exchanged are one mistake.
 *
 *	struct near near;
 *
 *	near_init(&near, "netwrok");
 *	for (…)
 *		near_offer(&near, table[i].name);
 *	if (near.best)
 *		err_hint(err, "did you mean '%s'?", near.best);
 */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include <stddef.h>

/* @best: the nearest word offered so far, the caller's; or NULL */
struct near {
	const char *word;
	const char *best;
	size_t distance; /* of @best, or the first that is too far */
};

void near_init(struct near *near, const char *word);
/* @candidate has to live as long as @near. NULL is no word. */
void near_offer(struct near *near, const char *candidate);

#endif
