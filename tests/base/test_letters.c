/* SPDX-License-Identifier: Apache-2.0 */
/* test_letters.c - strangers' texts on a terminal (src/base/letters.c) */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "check.h"
#include "base/letters.h"

static const struct {
	const char *text;
	size_t width;
	const char *harmless;
} cases[] = {
	{ "", 0, "" },
	{ "web", 3, "web" },
	{ "日本", 4, "日本" },
	{ "한글", 4, "한글" },
	{ "e\u0301", 1, "e\u0301" },
	{ "🐳", 2, "🐳" },
	{ "gr\u00fcn", 4, "gr\u00fcn" },
	{ "a\033[31m", 6, "a?[31m" },
	{ "\xc2\x9b"
	  "31m",
	  4, "?31m" }, /* CSI of Latin 1 */
	{ "\u202egnp", 4, "?gnp" },
	{ "\u2066x\u2069", 3, "?x?" },
	{ "\ufeff", 1, "?" },
	{ "\x80\xff", 2, "??" },
	{ "\xe6\x97", 2, "??" }, /* half a letter */
	{ "two\nlines", 9, "two?lines" },
};

static void widths_and_harmless_texts(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s", cases[i].text);
		assert_int_equal(text_width(text, strlen(text)),
				 cases[i].width);
		text_harmless(text, 0);
		assert_string_equal(text, cases[i].harmless);
	}
}

static void a_wide_letter_is_not_cut_in_two(void **state)
{
	assert_int_equal(text_fit("日本語", 0), 0);
	assert_int_equal(text_fit("日本語", 1), 0);
	assert_int_equal(text_fit("日本語", 5), 6);
	assert_int_equal(text_fit("日本語", 9), 9);
	assert_int_equal(text_fit("e\u0301x", 1), 3);
	assert_int_equal(text_width("日本", 4), 2);
}

static void line_ends_may_stay(void **state)
{
	char text[] = "a\nb\tc";

	text_harmless(text, 1);
	assert_string_equal(text, "a\nb?c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(widths_and_harmless_texts),
		cmocka_unit_test(a_wide_letter_is_not_cut_in_two),
		cmocka_unit_test(line_ends_may_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
