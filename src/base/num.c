/* SPDX-License-Identifier: Apache-2.0 */
/* num.c - numbers as people write them: whole words or nothing */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int num_parse_u64_n(const char *text, size_t len, uint64_t *ret_value)
{
	uint64_t value = 0;
	bool fits = true;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i]))
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			fits = false;
	}
	if (!fits)
		return -ERANGE;
	*ret_value = value;
	return 0;
}

int num_parse_u64(const char *text, uint64_t *ret_value)
{
	return num_parse_u64_n(text, strlen(text), ret_value);
}

int num_parse_u32(const char *text, uint32_t *ret_value)
{
	uint64_t value;
	int ret = num_parse_u64(text, &value);

	if (ret < 0)
		return ret;
	if (value > UINT32_MAX)
		return -ERANGE;
	*ret_value = (uint32_t)value;
	return 0;
}

int num_parse_i64(const char *text, int64_t *ret_value)
{
	bool negative = text[0] == '-';
	uint64_t size, most = (uint64_t)INT64_MAX + negative;
	int ret = num_parse_u64(text + negative, &size);

	if (ret < 0)
		return ret;
	if (size > most)
		return -ERANGE;
	*ret_value = (int64_t)(negative ? -size : size);
	return 0;
}

/* ---- numbers with units ---- */

/**
 * struct amount - a decimal number, exact
 *
 * It is whole + part / scale, where scale is a power of ten.
 */
struct amount {
	uint64_t whole, part, scale;
};

#define PART_DIGITS 9 /* more behind the point would not be noticed */

/* Read "12" or "1.5" from *text and move it on. */
static int read_amount(const char **text, struct amount *ret)
{
	const char *at = *text;
	size_t digits = strspn(at, "0123456789");
	int err = num_parse_u64_n(at, digits, &ret->whole);

	if (err < 0)
		return err;
	at += digits;
	ret->part = 0;
	ret->scale = 1;
	if (*at == '.') {
		at++;
		digits = strspn(at, "0123456789");
		if (digits == 0 || digits > PART_DIGITS)
			return -EINVAL;
		if (num_parse_u64_n(at, digits, &ret->part) < 0)
			return -EINVAL;
		for (size_t i = 0; i < digits; i++)
			ret->scale *= 10;
		at += digits;
	}
	*text = at;
	return 0;
}

/* The amount in the small unit, rounded down. */
static int scale_amount(const struct amount *amount, uint64_t unit,
			uint64_t *ret_value)
{
	unsigned __int128 value = (unsigned __int128)amount->whole * unit;

	value += (unsigned __int128)amount->part * unit / amount->scale;
	if (value > INT64_MAX)
		return -ERANGE;
	*ret_value = (uint64_t)value;
	return 0;
}

static bool is_no_limit(const char *text)
{
	return strcmp(text, "-1") == 0 || strcasecmp(text, "max") == 0 ||
	       strcasecmp(text, "infinity") == 0 ||
	       strcasecmp(text, "unlimited") == 0;
}

/* "", "b", "k", "kb", "kib" …: the power of 1024, or -1. */
static int power_of_suffix(const char *suffix)
{
	static const char letters[] = "kmgtp";
	const char *letter;

	if (!*suffix || strcasecmp(suffix, "b") == 0)
		return 0;
	/* | 0x20: lower case */
	letter = strchr(letters, suffix[0] | 0x20);
	if (!letter || !*letter)
		return -1;
	suffix++;
	if (*suffix && strcasecmp(suffix, "b") != 0 &&
	    strcasecmp(suffix, "ib") != 0)
		return -1;
	return (int)(letter - letters) + 1;
}

int num_parse_bytes(const char *text, int64_t *ret_bytes)
{
	struct amount amount;
	uint64_t bytes;
	int power, ret;

	if (is_no_limit(text)) {
		*ret_bytes = -1;
		return 0;
	}
	ret = read_amount(&text, &amount);
	if (ret < 0)
		return ret;
	power = power_of_suffix(text);
	/* "0.5" is a unit forgotten */
	if (power < 0 || (!*text && amount.part))
		return -EINVAL;
	ret = scale_amount(&amount, UINT64_C(1) << (10 * power), &bytes);
	if (ret < 0)
		return ret;
	*ret_bytes = (int64_t)bytes;
	return 0;
}

static const struct {
	const char *name;
	uint64_t ms;
} time_units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 },
	{ "s", 1000 },	   { "ms", 1 },
};

/* The unit of @len bytes at @name; its index, or ARRAY_LEN(time_units). */
static size_t find_unit(const char *name, size_t len)
{
	size_t i = 0;

	while (i < ARRAY_LEN(time_units) &&
	       (strlen(time_units[i].name) != len ||
		memcmp(time_units[i].name, name, len) != 0))
		i++;
	return i;
}

int num_parse_duration(const char *text, uint64_t *ret_ms)
{
	uint64_t total = 0, ms;
	size_t next = 0; /* units before this one have had their turn */
	struct amount amount;
	int ret;

	do {
		size_t len, unit;

		ret = read_amount(&text, &amount);
		if (ret < 0)
			return ret;
		len = strspn(text, "dhms");
		/* a bare number is in seconds, and stands alone */
		unit = len == 0 && next == 0 && !*text ? 3 :
							 find_unit(text, len);
		if (unit < next || unit == ARRAY_LEN(time_units))
			return -EINVAL;
		ret = scale_amount(&amount, time_units[unit].ms, &ms);
		if (ret < 0)
			return ret;
		if (__builtin_add_overflow(total, ms, &total) ||
		    total > INT64_MAX)
			return -ERANGE;
		next = unit + 1;
		text += len;
	} while (*text);

	*ret_ms = total;
	return 0;
}

void num_format_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB",
					     "TiB", "PiB", "EiB" };
	uint64_t unit = 1, tenths;
	size_t i = 0;

	while (bytes / unit >= 1024) {
		unit *= 1024;
		i++;
	}
	tenths = bytes % unit * 10 / unit;
	if (tenths)
		snprintf(buf, size, "%llu.%llu %s",
			 (unsigned long long)(bytes / unit),
			 (unsigned long long)tenths, units[i]);
	else
		snprintf(buf, size, "%llu %s",
			 (unsigned long long)(bytes / unit), units[i]);
}
