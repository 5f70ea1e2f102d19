/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.c - memory, strings and decimals without a C library
 *
 * Trap: a compiler that sees a loop which copies bytes makes a call of
 * memcpy() out of it, within memcpy() too. The "" keeps it from seeing.
 */
#include "child/text.h"

#define HIDE_LOOP() __asm__ volatile("")

void *memcpy(void *to, const void *from, size_t size)
{
	char *t = to;
	const char *f = from;

	while (size--) {
		*t++ = *f++;
		HIDE_LOOP();
	}
	return to;
}

void *memset(void *at, int byte, size_t size)
{
	char *t = at;

	while (size--) {
		*t++ = (char)byte;
		HIDE_LOOP();
	}
	return at;
}

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length]) {
		length++;
		HIDE_LOOP();
	}
	return length;
}

bool text_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

char *text_find(const char *text, char byte)
{
	while (*text && *text != byte)
		text++;
	return (char *)text;
}

void text_append(char *to, size_t size, const char *text)
{
	size_t at = text_length(to);

	while (at + 1 < size && *text)
		to[at++] = *text++;
	to[at] = '\0';
}

size_t text_decimal(char *to, unsigned long number)
{
	char digits[20];
	size_t count = 0, length = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		to[length++] = digits[--count];
	to[length] = '\0';
	return length;
}

int text_number(const char *text)
{
	long number = 0;

	if (!*text)
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		number = number * 10 + (*text - '0');
		if (number > 0x7fffffff)
			return -1;
	}
	return (int)number;
}
