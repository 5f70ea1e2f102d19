/* SPDX-License-Identifier: Apache-2.0 */
/**
 * text.h - memory, strings and decimals without a C library
 *
 * memcpy() and memset() also exist because the compiler calls them by itself.
 */
#ifndef CHILD_TEXT_H
#define CHILD_TEXT_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);

size_t text_length(const char *text);
bool text_same(const char *a, const char *b);
/* The first @byte of @text, or its end. */
char *text_find(const char *text, char byte);

/**
 * text_append() - add @text to the string in @to, cut to fit @size bytes
 *
 * @to holds a string already, if only "".
 */
void text_append(char *to, size_t size, const char *text);

/* Digits of @number and a NUL; @to has room for 21 bytes. Returns length. */
size_t text_decimal(char *to, unsigned long number);

/* The number in @text, or -1 if it is not one, or above INT_MAX. */
int text_number(const char *text);

#endif
