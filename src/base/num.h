/* SPDX-License-Identifier: Apache-2.0 */
/**
 * num.h - numbers as people write them: whole words or nothing
 *
 * A number is the whole text: no blanks, no '+', no hexadecimal, no rest.
 * @ret_… is written on success only. Nothing depends on the locale.
 *
 * Return, all of them: 0, -EINVAL (not a number), or -ERANGE (too large).
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Decimal digits; "007" is 7. */
MUST_CHECK int num_parse_u64(const char *text, uint64_t *ret_value);
MUST_CHECK int num_parse_u32(const char *text, uint32_t *ret_value);
/* With an optional '-' in front. */
MUST_CHECK int num_parse_i64(const char *text, int64_t *ret_value);

/* The first @len bytes of @text. */
MUST_CHECK int num_parse_u64_n(const char *text, size_t len,
			       uint64_t *ret_value);

/**
 * num_parse_bytes() - an amount of memory
 *
 * "65536", "64k", "64m", "1.5G", "1GiB", but not "512 KB": a suffix of
 * b, k, m, g, t, p, each with or without "b" or "ib" behind, in any case,
 * counts in powers of 1024. "max", "infinity", "unlimited" and "-1" are -1.
 */
MUST_CHECK int num_parse_bytes(const char *text, int64_t *ret_bytes);

/**
 * num_parse_duration() - a span of time in milliseconds
 *
 * "90" and "90s" are seconds; "1h30m", "7d", "250ms", "1.5s". The units are
 * d, h, m, s, ms, each at most once, the larger first.
 */
MUST_CHECK int num_parse_duration(const char *text, uint64_t *ret_ms);

/* "1.5 GiB": at most one digit behind the point. @size: at least 16. */
void num_format_bytes(uint64_t bytes, char *buf, size_t size);

#endif
