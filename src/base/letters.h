/* SPDX-License-Identifier: Apache-2.0 */
/**
 * letters.h - strangers' texts on a terminal: what a letter is, and its columns
 *
 * A terminal obeys control characters, and some that are invisible turn the
 * direction of the line: no name is shown with them.
 *
 * Threads: no shared state.
 * See:     UTF-8: RFC 3629; widths: Unicode's East Asian Width; directions:
 *	    Unicode's Bidirectional Algorithm
 */
#ifndef BASE_LETTERS_H
#define BASE_LETTERS_H

#include <stddef.h>
#include <stdio.h>

/* Bytes of the letter at @at; 0: a byte that is none. */
size_t letter_len(const char *at);

/* Columns of the letter at @at: 0, 1 or 2; -1: not to be shown as it is. */
int letter_columns(const char *at);

/* How many columns @len bytes take; what is not shown as it is, is one '?'. */
size_t text_width(const char *text, size_t len);

/* How many bytes of @text are at most @columns. */
size_t text_fit(const char *text, size_t columns);

/* Each letter that is not to be shown becomes a '?'; line ends stay if
 * @keep_lines is not 0. */
void text_harmless(char *text, int keep_lines);

/* The same, printed. */
void text_put(const char *text, FILE *out);

#endif
