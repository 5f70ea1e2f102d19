/* SPDX-License-Identifier: Apache-2.0 */
/* test_rlimit.c - names of resource limits (src/kernel/rlimit.c) */
#include <sys/resource.h>

#include "check.h"
#include "kernel/rlimit.h"

static const struct {
	const char *word;
	int oci, short_name;
} words[] = {
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE, -1 },
	{ "nofile", -1, RLIMIT_NOFILE },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME, -1 },
	{ "rlimit_nofile", -1, -1 },
	{ "NOFILE", -1, -1 },
	{ "RLIMIT_", -1, -1 },
	{ "", -1, -1 },
};

static void each_program_has_its_own_spelling(void **state)
{
	EACH(row, words) {
		CASE(row->word);
		assert_int_equal(rlimit_parse_oci(row->word), row->oci);
		assert_int_equal(rlimit_parse(row->word), row->short_name);
	}
}

static void every_limit_of_the_kernel_is_named(void **state)
{
	assert_int_equal(RLIMIT_COUNT, RLIM_NLIMITS);
	for (int i = 0; i < RLIMIT_COUNT; i++) {
		assert_int_equal(rlimit_parse_oci(rlimit_table[i].oci_name), i);
		assert_int_equal(rlimit_parse(rlimit_table[i].name), i);
		assert_non_null(rlimit_table[i].unit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_program_has_its_own_spelling),
		cmocka_unit_test(every_limit_of_the_kernel_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
