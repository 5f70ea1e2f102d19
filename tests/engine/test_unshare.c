/* SPDX-License-Identifier: Apache-2.0 */
/* test_unshare.c - kist_unshare() for callers who stay what they are */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include <kist/unshare.h>

#include "base/macros.h"
#include "check.h"

static void the_caller_stays_where_it_is(void **state)
{
	struct kist_unshare args = {
		.argv = (const char *const[]){ "sh", "-c",
					       "test $$ = 1 && exit 7", NULL },
		.ns = KIST_NS_PID | KIST_NS_UTS | KIST_NS_NET,
		.hostname = "blue",
	};
	struct kist_error err = { 0 };
	struct stat before, after;
	int status = -1;

	(void)state;
	assert_int_equal(stat("/proc/self/ns/uts", &before), 0);
	assert_int_equal(kist_unshare(&args, NULL, &status, &err), 0);
	assert_int_equal(status, 7);
	assert_int_equal(stat("/proc/self/ns/uts", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
}

static void what_failed_in_the_child_is_told(void **state)
{
	struct kist_unshare args = {
		.argv = (const char *const[]){ "/no/such/program", NULL },
		.ns = KIST_NS_PID,
	};
	struct kist_error err = { 0 };
	int status = -1;

	(void)state;
	assert_int_equal(kist_unshare(&args, NULL, &status, &err), -ENOENT);
	assert_int_equal(err.id, KIST_E_COMMAND_NOT_FOUND);
	assert_int_equal(status, -1);
}

static void what_does_not_go_together_is_refused(void **state)
{
	const struct kist_unshare wrong[] = {
		{ .ns = 1u << 20 },
		{ .ns = KIST_NS_UTS, .kill_child = 99 },
		{ .ns = KIST_NS_PID, .plain = true, .keep[4] = "file" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		struct kist_error err = { 0 };
		int status;

		assert_int_equal(kist_unshare(&wrong[i], NULL, &status, &err),
				 -EINVAL);
		assert_int_equal(err.id, KIST_E_UNSHARE);
	}
}

static void kinds_are_read_in_every_dialect(void **state)
{
	struct kist_error err = { 0 };
	unsigned kinds = 0;

	(void)state;
	assert_int_equal(
		kist_ns_parse("CLONE_NEWNS|CLONE_NEWNET,pid", &kinds, &err), 0);
	assert_int_equal(kinds, KIST_NS_MNT | KIST_NS_NET | KIST_NS_PID);
	assert_int_equal(kist_ns_parse("all", &kinds, &err), 0);
	assert_int_equal(kinds, KIST_NS_ALL);
	assert_int_equal(kist_ns_parse("nets", &kinds, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_caller_stays_where_it_is),
		cmocka_unit_test(what_failed_in_the_child_is_told),
		cmocka_unit_test(what_does_not_go_together_is_refused),
		cmocka_unit_test(kinds_are_read_in_every_dialect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
