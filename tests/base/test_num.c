/* SPDX-License-Identifier: Apache-2.0 */
/* test_num.c - numbers as people write them (src/base/num.c) */
#include "base/num.h"
#include "check.h"

static const struct {
	const char *text;
	int ret;
	uint64_t value;
} unsigned_words[] = {
	{ "0", 0, 0 },
	{ "42", 0, 42 },
	{ "007", 0, 7 },
	{ "18446744073709551615", 0, UINT64_MAX },
	{ "18446744073709551616", -ERANGE, 0 },
	{ "99999999999999999999999", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "-1", -EINVAL, 0 },
	{ "+1", -EINVAL, 0 },
	{ " 1", -EINVAL, 0 },
	{ "1 ", -EINVAL, 0 },
	{ "0x10", -EINVAL, 0 },
	{ "1e3", -EINVAL, 0 },
	{ "99999999999999999999999x", -EINVAL, 0 },
};

static void a_number_is_the_whole_word_or_nothing(void **state)
{
	EACH(row, unsigned_words) {
		uint64_t value = 0;

		CASE(row->text);
		assert_int_equal(num_parse_u64(row->text, &value), row->ret);
		assert_true(value == row->value);
	}
}

static const struct {
	const char *text;
	int ret;
	int64_t value;
} signed_words[] = {
	{ "-0", 0, 0 },
	{ "-1", 0, -1 },
	{ "9223372036854775807", 0, INT64_MAX },
	{ "9223372036854775808", -ERANGE, 0 },
	{ "-9223372036854775808", 0, INT64_MIN },
	{ "-9223372036854775809", -ERANGE, 0 },
	{ "-", -EINVAL, 0 },
	{ "--1", -EINVAL, 0 },
};

static void a_minus_is_for_signed_numbers(void **state)
{
	EACH(row, signed_words) {
		int64_t value = 0;

		CASE(row->text);
		assert_int_equal(num_parse_i64(row->text, &value), row->ret);
		assert_true(value == row->value);
	}
}

static void a_32_bit_number_has_32_bits(void **state)
{
	uint32_t value = 7;

	assert_int_equal(num_parse_u32("4294967296", &value), -ERANGE);
	assert_int_equal(value, 7);
	assert_int_equal(num_parse_u32("4294967295", &value), 0);
	assert_true(value == UINT32_MAX);
}

#define KIB INT64_C(1024)

static const struct {
	const char *text;
	int ret;
	int64_t bytes;
} amounts[] = {
	{ "65536", 0, 65536 },
	{ "0", 0, 0 },
	{ "100b", 0, 100 },
	{ "64k", 0, 64 * KIB },
	{ "64K", 0, 64 * KIB },
	{ "64kb", 0, 64 * KIB },
	{ "64KiB", 0, 64 * KIB },
	{ "64m", 0, 64 * KIB *KIB },
	{ "1.5G", 0, 1536 * KIB *KIB },
	{ "0.5k", 0, 512 },
	{ "1.999b", 0, 1 },
	{ "2t", 0, 2 * KIB *KIB *KIB *KIB },
	{ "1p", 0, KIB *KIB *KIB *KIB *KIB },
	{ "max", 0, -1 },
	{ "Infinity", 0, -1 },
	{ "unlimited", 0, -1 },
	{ "-1", 0, -1 },
	{ "8191p", 0, 8191 * KIB *KIB *KIB *KIB *KIB },
	{ "8192p", -ERANGE, 0 },
	{ "", -EINVAL, 0 },
	{ "m", -EINVAL, 0 },
	{ "-2", -EINVAL, 0 },
	{ "64 m", -EINVAL, 0 },
	{ "64x", -EINVAL, 0 },
	{ "64mm", -EINVAL, 0 },
	{ "64bb", -EINVAL, 0 },
	{ "1.", -EINVAL, 0 },
	{ "0.5", -EINVAL, 0 },
	{ ".5g", -EINVAL, 0 },
	{ "1.5.5", -EINVAL, 0 },
	{ "1,5g", -EINVAL, 0 },
};

static void amounts_of_memory_have_suffixes_of_1024(void **state)
{
	EACH(row, amounts) {
		int64_t bytes = 0;

		CASE(row->text);
		assert_int_equal(num_parse_bytes(row->text, &bytes), row->ret);
		assert_true(bytes == row->bytes);
	}
}

static const struct {
	const char *text;
	int ret;
	uint64_t ms;
} spans[] = {
	{ "90", 0, 90000 },	 { "90s", 0, 90000 },
	{ "0", 0, 0 },		 { "1.5s", 0, 1500 },
	{ "1.5", 0, 1500 },	 { "250ms", 0, 250 },
	{ "1h30m", 0, 5400000 }, { "1m30s5ms", 0, 90005 },
	{ "7d", 0, 604800000 },	 { "1d1h", 0, 90000000 },
	{ "", -EINVAL, 0 },	 { "s", -EINVAL, 0 },
	{ "1h30", -EINVAL, 0 },	 { "30m1h", -EINVAL, 0 },
	{ "1h1h", -EINVAL, 0 },	 { "1x", -EINVAL, 0 },
	{ "1hm", -EINVAL, 0 },	 { "-1s", -EINVAL, 0 },
	{ "1 h", -EINVAL, 0 },	 { "9999999999999999d", -ERANGE, 0 },
};

static void spans_of_time_go_from_large_to_small(void **state)
{
	EACH(row, spans) {
		uint64_t ms = 0;

		CASE(row->text);
		assert_int_equal(num_parse_duration(row->text, &ms), row->ret);
		assert_true(ms == row->ms);
	}
}

static const struct {
	uint64_t bytes;
	const char *text;
} shown[] = {
	{ 0, "0 B" },	     { 1023, "1023 B" },     { 1024, "1 KiB" },
	{ 1536, "1.5 KiB" }, { 64 << 20, "64 MiB" }, { UINT64_MAX, "15.9 EiB" },
};

static void amounts_are_shown_with_one_digit_at_most(void **state)
{
	EACH(row, shown) {
		char text[16];

		num_format_bytes(row->bytes, text, sizeof(text));
		assert_string_equal(text, row->text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_the_whole_word_or_nothing),
		cmocka_unit_test(a_minus_is_for_signed_numbers),
		cmocka_unit_test(a_32_bit_number_has_32_bits),
		cmocka_unit_test(amounts_of_memory_have_suffixes_of_1024),
		cmocka_unit_test(spans_of_time_go_from_large_to_small),
		cmocka_unit_test(amounts_are_shown_with_one_digit_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
