/* SPDX-License-Identifier: Apache-2.0 */
/* test_signal.c - names of signals (src/kernel/signal.c) */
#include <signal.h>

#include "check.h"
#include "kernel/signal.h"

static const struct {
	const char *word;
	int number;
	const char *shown; /* NULL: as @word */
} words[] = {
	{ "TERM", SIGTERM, NULL },
	{ "SIGTERM", SIGTERM, "TERM" },
	{ "sigkill", SIGKILL, "KILL" },
	{ "9", 9, "KILL" },
	{ "0", 0, NULL },
	{ "IOT", SIGABRT, "ABRT" },
	{ "POLL", SIGIO, "IO" },
	{ "RTMIN", 34, NULL },
	{ "RTMIN+3", 37, NULL },
	{ "SIGRTMAX", 64, "RTMIN+30" },
	{ "rtmax-1", 63, "RTMIN+29" },
	{ "RTMIN+30", 64, NULL },
	{ "33", 33, NULL },
	{ "64", 64, "RTMIN+30" },
	{ "65", -1, NULL },
	{ "-1", -1, NULL },
	{ "", -1, NULL },
	{ "SIG", -1, NULL },
	{ "TERMINATE", -1, NULL },
	{ "RTMIN+31", -1, NULL },
	{ "RTMIN-1", -1, NULL },
	{ "RTMIN+", -1, NULL },
	{ "RTMAX+1", -1, NULL },
	{ "9x", -1, NULL },
};

static void a_signal_is_read_by_name_or_number(void **state)
{
	EACH(row, words) {
		char shown[16];

		CASE(row->word);
		assert_int_equal(signal_parse(row->word), row->number);
		if (row->number < 0)
			continue;
		assert_string_equal(signal_format(row->number, shown,
						  sizeof(shown)),
				    row->shown ? row->shown : row->word);
	}
}

static void all_signals_below_the_real_time_ones_have_names(void **state)
{
	char shown[16];

	for (int number = 1; number <= 31; number++) {
		signal_format(number, shown, sizeof(shown));
		assert_int_equal(signal_parse(shown), number);
		assert_false(shown[0] >= '0' && shown[0] <= '9');
	}
}

static void a_misspelt_name_has_a_neighbour(void **state)
{
	assert_string_equal(signal_near("SIGTREM"), "TERM");
	assert_null(signal_near("SIGMOONLIGHT"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_is_read_by_name_or_number),
		cmocka_unit_test(
			all_signals_below_the_real_time_ones_have_names),
		cmocka_unit_test(a_misspelt_name_has_a_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
