/* SPDX-License-Identifier: Apache-2.0 */
/* json_utf8.h - UTF-8 (RFC 3629), as the JSON reader and writer need it */
#ifndef BASE_JSON_UTF8_H
#define BASE_JSON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the character at @at, 0 if it is not well-formed: overlong,
 * half a surrogate pair, beyond U+10FFFF, cut off. */
static inline size_t utf8_len(const char *at, const char *end)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t len = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	/* the second byte's range depends on the first, table 3-7 of Unicode */
	unsigned low = c[0] == 0xe0 ? 0xa0 : c[0] == 0xf0 ? 0x90 : 0x80;
	unsigned high = c[0] == 0xed ? 0x9f : c[0] == 0xf4 ? 0x8f : 0xbf;

	if (len == 1)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4 || (size_t)(end - at) < len)
		return 0;
	if (c[1] < low || c[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Append a character. Return: behind it. */
static inline char *utf8_put(char *to, uint32_t code)
{
	if (code < 0x80) {
		*to++ = (char)code;
		return to;
	}
	if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
	} else {
		if (code < 0x10000) {
			*to++ = (char)(0xe0 | code >> 12);
		} else {
			*to++ = (char)(0xf0 | code >> 18);
			*to++ = (char)(0x80 | (code >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (code & 0x3f));
	return to;
}

#endif
