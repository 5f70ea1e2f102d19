/* SPDX-License-Identifier: Apache-2.0 */
/* nearest.c - the word somebody may have meant (Damerau's distance) */
#include <limits.h>
#include <string.h>

#include "base/nearest.h"

#define WORD_MAX 64

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The three rows of the usual table that are needed at a time: @now is filled
 * from the one before and the one before that. */
static void fill_row(const char *a, size_t i, const char *b, size_t b_len,
		     const unsigned *before_that, const unsigned *before,
		     unsigned *now)
{
	now[0] = (unsigned)i;
	for (size_t j = 1; j <= b_len; j++) {
		unsigned wrong = lower(a[i - 1]) != lower(b[j - 1]);

		now[j] = least(before[j - 1] + wrong,
			       least(before[j], now[j - 1]) + 1);
		if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
		    lower(a[i - 2]) == lower(b[j - 1]))
			now[j] = least(now[j], before_that[j - 2] + 1);
	}
}

unsigned nearest_distance(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	unsigned rows[3][WORD_MAX + 1] = { 0 };

	if (a_len >= WORD_MAX || b_len >= WORD_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++)
		fill_row(a, i, b, b_len, rows[(i + 1) % 3],
			 rows[(i - 1) % 3], rows[i % 3]);
	return rows[a_len % 3][b_len];
}

const char *nearest_word(const char *typed, const char *(*known)(size_t i))
{
	unsigned best = (unsigned)(strlen(typed) + 2) / 3 + 1;
	const char *found = NULL, *word;

	for (size_t i = 0; (word = known(i)) != NULL; i++) {
		unsigned distance = nearest_distance(typed, word);

		if (distance < best) {
			best = distance;
			found = word;
		}
	}
	return found;
}
