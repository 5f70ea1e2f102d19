/* SPDX-License-Identifier: Apache-2.0 */
/* test_err.c - errors in words (src/base/err.c, errno.c) */
#include "base/err.h"
#include "check.h"

static void a_rule_of_ours_shows_no_errno_but_returns_one(void **state)
{
	struct kist_error err = { 0 };

	assert_int_equal(err_set(&err, KIST_E_NS_UNKNOWN, "unknown '%s'", "x"),
			 -EINVAL);
	assert_int_equal(err.errnum, 0);
	CHECK_ERR(&err, "unknown 'x'");
}

static void a_system_call_shows_its_errno_by_text_and_name(void **state)
{
	struct kist_error err = { 0 };

	assert_int_equal(err_sys(&err, KIST_E_SYSTEM, EPERM, "open '/x'"),
			 -EPERM);
	CHECK_ERR(&err, "open '/x': Operation not permitted (EPERM)");
	CHECK_HINT(&err, "");
}

static void
the_kernels_own_sentence_replaces_the_text_of_the_errno(void **state)
{
	struct kist_error err = { 0 };

	err_sys(&err, KIST_E_SYSTEM, EINVAL, "mount tmpfs on '/mnt'");
	err_kernel(&err, "Unknown parameter 'sise'");
	err_while(&err, "cannot start '%s'", "web");
	err_hint(&err, "did you mean 'size'?");
	err_place(&err, "mounts[7] at config.json:112:34");
	CHECK_ERR(&err, "cannot start 'web': mount tmpfs on '/mnt': Unknown "
			"parameter 'sise' (EINVAL)");
	CHECK_HINT(&err, "did you mean 'size'?   "
			 "mounts[7] at config.json:112:34");
}

static void what_was_being_done_stands_outermost_first(void **state)
{
	struct kist_error err = { 0 };

	err_set(&err, KIST_E_SYSTEM, "inner");
	err_while(&err, "middle");
	err_while(&err, "outer");
	CHECK_ERR(&err, "outer: middle: inner");
}

static void the_first_failure_wins(void **state)
{
	struct kist_error err = { 0 };

	err_sys(&err, KIST_E_SYSTEM, ENOENT, "first");
	err_hint(&err, "first hint");
	assert_int_equal(err_sys(&err, KIST_E_SYSTEM, EPERM, "second"), -EPERM);
	err_hint(&err, "second hint");
	CHECK_ERR(&err, "first: No such file or directory (ENOENT)");
	CHECK_HINT(&err, "first hint");
}

static void nothing_is_added_to_no_error(void **state)
{
	struct kist_error err = { 0 };

	err_while(&err, "starting");
	err_hint(&err, "try");
	err_place(&err, "here");
	CHECK_ERR(&err, NULL);
	assert_string_equal(err.context, "");
	assert_string_equal(err.hint, "");
}

static void no_error_object_is_needed(void **state)
{
	assert_int_equal(err_set(NULL, KIST_E_UNSUPPORTED, "x"), -ENOTSUP);
	assert_int_equal(err_sys(NULL, KIST_E_SYSTEM, EBUSY, "x"), -EBUSY);
	assert_int_equal(err_nomem(NULL), -ENOMEM);
	err_while(NULL, "x");
	err_hint(NULL, "x");
}

static void the_memory_error_says_so(void **state)
{
	struct kist_error err = { 0 };

	assert_int_equal(err_nomem(&err), -ENOMEM);
	CHECK_ERR(&err, "allocate memory: Cannot allocate memory (ENOMEM)");
	assert_int_equal(err.id, KIST_E_NO_MEMORY);
}

static void an_unknown_errno_is_shown_as_a_number(void **state)
{
	struct kist_error err = { 0 };

	err_sys(&err, KIST_E_SYSTEM, 4711, "read");
	CHECK_ERR(&err, "read: unknown error (errno 4711)");
}

static void an_id_has_its_own_hint_and_class(void **state)
{
	struct kist_error err = { 0 };

	err_set(&err, KIST_E_ID_MAP_TOOL, "map ids");
	CHECK_HINT(&err, "install the package uidmap");
	assert_string_equal(kist_error_name(KIST_E_ID_MAP_TOOL), "ID_MAP_TOOL");
	assert_int_equal(kist_error_class(KIST_E_ID_MAP_TOOL), KIST_CLASS_HOST);
	assert_int_equal(kist_error_class(KIST_E_COMMAND_NOT_FOUND),
			 KIST_CLASS_NOT_FOUND);
	assert_string_equal(kist_error_name(99999), "UNKNOWN");
	assert_string_equal(kist_error_summary(-1), "unknown error");
}

static void an_error_stays_one_line_whatever_the_names_hold(void **state)
{
	struct kist_error err = { 0 };

	err_set(&err, KIST_E_SYSTEM, "open '%s'", "a\nb\033[2Jc\x7f");
	CHECK_ERR(&err, "open 'a b?[2Jc?'");
}

static void a_text_that_does_not_fit_ends_in_dots(void **state)
{
	struct kist_error err = { 0 };
	char longer[600], line[1200], small[8];
	int len;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	err_set(&err, KIST_E_SYSTEM, "%s", longer);
	err_while(&err, "%s", longer);
	len = kist_error_line(&err, line, sizeof(line));
	assert_int_equal(len, strlen(line));
	assert_string_equal(line + len - 4, "x...");
	assert_string_equal(err.context + sizeof(err.context) - 5, "x...");

	/* and the caller's buffer is kept to, as by snprintf(3) */
	assert_int_equal(kist_error_line(&err, small, sizeof(small)), len);
	assert_string_equal(small, "xxxxxxx");
}

static void every_errno_has_a_name_and_a_text(void **state)
{
	assert_string_equal(errno_name(ENOENT), "ENOENT");
	assert_string_equal(errno_text(ENOENT), "No such file or directory");
	assert_string_equal(errno_name(EHWPOISON), "EHWPOISON");
	assert_null(errno_name(0));
	assert_null(errno_name(-1));
	assert_null(errno_name(100000));
	assert_null(errno_text(41)); /* a hole in the numbers */
	for (int i = 1; i <= 40; i++)
		assert_non_null(errno_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_of_ours_shows_no_errno_but_returns_one),
		cmocka_unit_test(
			a_system_call_shows_its_errno_by_text_and_name),
		cmocka_unit_test(
			the_kernels_own_sentence_replaces_the_text_of_the_errno),
		cmocka_unit_test(what_was_being_done_stands_outermost_first),
		cmocka_unit_test(the_first_failure_wins),
		cmocka_unit_test(nothing_is_added_to_no_error),
		cmocka_unit_test(no_error_object_is_needed),
		cmocka_unit_test(the_memory_error_says_so),
		cmocka_unit_test(an_unknown_errno_is_shown_as_a_number),
		cmocka_unit_test(an_id_has_its_own_hint_and_class),
		cmocka_unit_test(
			an_error_stays_one_line_whatever_the_names_hold),
		cmocka_unit_test(a_text_that_does_not_fit_ends_in_dots),
		cmocka_unit_test(every_errno_has_a_name_and_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
