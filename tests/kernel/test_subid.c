/* SPDX-License-Identifier: Apache-2.0 */
/* test_subid.c - /etc/subuid: lines read, ids looked for, free ones found */
#include "check.h"
#include "kernel/subid.h"

static const char file[] = "# a comment\n"
			   "ann:100000:65536\n"
			   "1002:231072:65536\n"
			   "broken\n"
			   "bob:4294967290:65536\n"
			   "bob:x:1\n"
			   "ann:300000:0\n"
			   "carl:165536:10";

static void lines_that_are_not_understood_are_passed_over(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct subids subids;

	(void)state;
	arena_init(&arena);
	assert_int_equal(subid_parse(file, &arena, &subids), 0);
	assert_int_equal(subids.count, 3);
	assert_string_equal(subids.lines[0].owner, "ann");
	assert_int_equal(subids.lines[0].start, 100000);
	assert_int_equal(subids.lines[2].count, 10);
}

static void a_line_is_the_users_by_name_or_number(void **state)
{
	const struct subid named = { "ann", 1, 1 }, numbered = { "1002", 1, 1 };

	(void)state;
	assert_true(subid_is_of(&named, "ann", 7));
	assert_false(subid_is_of(&named, NULL, 7));
	assert_true(subid_is_of(&numbered, NULL, 1002));
	assert_false(subid_is_of(&numbered, "ann", 7));
}

static void all_ids_have_to_be_in_one_line(void **state)
{
	struct subid lines[] = { { "ann", 100, 10 }, { "ann", 110, 10 } };
	const struct subids subids = { lines, 2 };

	(void)state;
	assert_true(subid_allows(&subids, "ann", 1, 100, 10));
	assert_true(subid_allows(&subids, "ann", 1, 119, 1));
	assert_false(subid_allows(&subids, "ann", 1, 105, 10));
	assert_false(subid_allows(&subids, "bob", 1, 100, 1));
}

static void free_ids_overlap_nobodys(void **state)
{
	struct subid lines[] = { { "a", 100000, 65536 },
				 { "b", 231072, 65536 },
				 { "c", 165536, 10 } };
	struct subid whole = { "a", 0, UINT32_MAX };
	const struct subids none = { NULL, 0 }, some = { lines, 3 },
			    all = { &whole, 1 };

	(void)state;
	assert_int_equal(subid_free_start(&none, 65536), 100000);
	assert_int_equal(subid_free_start(&some, 65536), 296608);
	assert_int_equal(subid_free_start(&all, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_are_not_understood_are_passed_over),
		cmocka_unit_test(a_line_is_the_users_by_name_or_number),
		cmocka_unit_test(all_ids_have_to_be_in_one_line),
		cmocka_unit_test(free_ids_overlap_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
