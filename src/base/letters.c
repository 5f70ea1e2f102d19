/* SPDX-License-Identifier: Apache-2.0 */
/* letters.c - strangers' texts on a terminal */
#include <string.h>

#include "base/macros.h"
#include "base/letters.h"

struct range {
	unsigned first, last;
	int columns;
};

/* In order; all others have one column. */
static const struct range ranges[] = {
	{ 0x0000, 0x001f, -1 },	 { 0x007f, 0x009f, -1 },
	{ 0x0300, 0x036f, 0 },	 { 0x0483, 0x0489, 0 },
	{ 0x0591, 0x05bd, 0 },	 { 0x0610, 0x061a, 0 },
	{ 0x061c, 0x061c, -1 },	 { 0x064b, 0x065f, 0 },
	{ 0x1100, 0x115f, 2 },	 { 0x1ab0, 0x1aff, 0 },
	{ 0x1dc0, 0x1dff, 0 },	 { 0x200b, 0x200d, 0 },
	{ 0x200e, 0x200f, -1 },	 { 0x2028, 0x202e, -1 },
	{ 0x2060, 0x2064, 0 },	 { 0x2066, 0x2069, -1 },
	{ 0x20d0, 0x20ff, 0 },	 { 0x231a, 0x231b, 2 },
	{ 0x23e9, 0x23ec, 2 },	 { 0x2e80, 0x3029, 2 },
	{ 0x302a, 0x302d, 0 },	 { 0x302e, 0x303e, 2 },
	{ 0x3041, 0x3098, 2 },	 { 0x3099, 0x309a, 0 },
	{ 0x309b, 0x4dbf, 2 },	 { 0x4e00, 0xa4cf, 2 },
	{ 0xa960, 0xa97c, 2 },	 { 0xac00, 0xd7a3, 2 },
	{ 0xf900, 0xfaff, 2 },	 { 0xfe00, 0xfe0f, 0 },
	{ 0xfe10, 0xfe19, 2 },	 { 0xfe20, 0xfe2f, 0 },
	{ 0xfe30, 0xfe6f, 2 },	 { 0xfeff, 0xfeff, -1 },
	{ 0xff01, 0xff60, 2 },	 { 0xffe0, 0xffe6, 2 },
	{ 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 },
	{ 0x1f900, 0x1f9ff, 2 }, { 0x1fa70, 0x1faff, 2 },
	{ 0x20000, 0x3fffd, 2 }, { 0xe0000, 0xe007f, -1 },
	{ 0xe0100, 0xe01ef, 0 },
};

size_t letter_len(const char *at)
{
	const unsigned char c = (unsigned char)*at;
	size_t len = c < 0x80		? 1 :
		     (c & 0xe0) == 0xc0 ? 2 :
		     (c & 0xf0) == 0xe0 ? 3 :
		     (c & 0xf8) == 0xf0 ? 4 :
					  0;

	for (size_t i = 1; i < len; i++)
		if (((unsigned char)at[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static unsigned code_of(const char *at, size_t len)
{
	unsigned code = (unsigned char)*at;

	if (len > 1)
		code &= 0x7fu >> len;
	for (size_t i = 1; i < len; i++)
		code = code << 6 | ((unsigned char)at[i] & 0x3fu);
	return code;
}

int letter_columns(const char *at)
{
	size_t len = letter_len(at), low = 0, high = ARRAY_LEN(ranges);
	unsigned code = code_of(at, len);

	if (len == 0)
		return -1;
	if (code >= ' ' && code < 127)
		return 1;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (code > ranges[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ARRAY_LEN(ranges) && code >= ranges[low].first ?
		       ranges[low].columns :
		       1;
}

/* Bytes of what is shown as one; @ret_columns: how wide. */
static size_t step(const char *at, size_t *ret_columns)
{
	size_t len = letter_len(at);
	int columns = letter_columns(at);

	*ret_columns = columns < 0 ? 1 : (size_t)columns;
	return len ? len : 1;
}

size_t text_width(const char *text, size_t len)
{
	const char *end = text + len;
	size_t width = 0, columns;

	while (text < end) {
		text += step(text, &columns);
		if (text <= end)
			width += columns;
	}
	return width;
}

size_t text_fit(const char *text, size_t columns)
{
	const char *at = text;
	size_t own;

	while (*at) {
		size_t len = step(at, &own);

		if (own > columns)
			break;
		columns -= own;
		at += len;
	}
	return (size_t)(at - text);
}

void text_harmless(char *text, int keep_lines)
{
	char *to = text;

	for (const char *at = text; *at;) {
		size_t len = letter_len(at);

		if ((keep_lines && *at == '\n') || letter_columns(at) >= 0) {
			memmove(to, at, len);
			to += len;
		} else {
			*to++ = '?';
		}
		at += len ? len : 1;
	}
	*to = '\0';
}

void text_put(const char *text, FILE *out)
{
	while (*text) {
		size_t len = letter_len(text);

		if (letter_columns(text) < 0)
			fputc('?', out);
		else
			fwrite(text, 1, len, out);
		text += len ? len : 1;
	}
}
