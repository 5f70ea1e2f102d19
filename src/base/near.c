/* SPDX-License-Identifier: Apache-2.0 */
/* near.c - "did you mean …?": optimal string alignment distance */
#include <stdbool.h>
#include <string.h>

#include "base/near.h"

#define WORD_MAX 64 /* longer words are not misspelt, they are wrong */

void near_init(struct near *near, const char *word)
{
	size_t len = strlen(word);

	near->word = word;
	near->best = NULL;
	near->distance = (len < 3 ? 1 : len / 3) + 1;
	if (len == 0 || len > WORD_MAX)
		near->distance = 0; /* nothing is near */
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters have to be added, dropped, changed or exchanged with their
 * neighbour. Row i of the well-known matrix is kept with the two before it.
 */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3];
		const size_t *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			char x = lower(a[i - 1]), y = lower(b[j - 1]);

			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) &&
			    y == lower(a[i - 2]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

/* "mem" is more likely short for "memory" than a misspelt "dmem". */
static bool is_beginning(const char *word, const char *candidate)
{
	size_t len = strlen(word), i = 0;

	while (i < len && lower(word[i]) == lower(candidate[i]))
		i++;
	return len >= 3 && i == len;
}

void near_offer(struct near *near, const char *candidate)
{
	size_t len, d;

	if (!candidate || near->distance == 0)
		return;
	len = strlen(candidate);
	if (len > WORD_MAX)
		return;
	d = distance(near->word, strlen(near->word), candidate, len);
	if (is_beginning(near->word, candidate))
		d = 0;
	/* a word that has nothing in common with it is no suggestion */
	if (d < near->distance && d < len) {
		near->distance = d;
		near->best = candidate;
	}
}
