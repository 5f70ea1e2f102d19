/* SPDX-License-Identifier: Apache-2.0 */
/* nearest.h - the word somebody may have meant, for hints */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

/**
 * nearest_word() - the known word that is most like a mistyped one
 * @known:	the @i-th word, NULL behind the last
 *
 * Compared by typing slips (a letter wrong, missing, too much, two swapped)
 * without regard to case; one slip in three letters is near.
 *
 * Return: the word, or NULL if none is near.
 */
const char *nearest_word(const char *typed, const char *(*known)(size_t i));

/* The number of slips between two words of at most 63 letters; longer ones
 * are infinitely far apart. */
unsigned nearest_distance(const char *a, const char *b);

#endif
