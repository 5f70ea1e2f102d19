/* SPDX-License-Identifier: Apache-2.0 */
/* Unit tests of kernel/proc_status.c. */
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "kernel/proc.h"
#include "kernel/proc_status.h"

static const char typical[] =
	"Name:\ta b:c\\n\n"
	"Umask:\t0022\nState:\tS (sleeping)\nTgid:\t77\nPid:\t77\nPPid:\t5\n"
	"TracerPid:\t0\nUid:\t100000\t100001\t100002\t100003\n"
	"Gid:\t7\t8\t9\t10\nGroups:\t4 24 4294967294 \n"
	"NSpid:\t77\t12\t1\nThreads:\t3\n"
	"SigPnd:\t0000000000000000\nShdPnd:\t0000000000004000\n"
	"SigBlk:\t0000000000010000\nSigIgn:\t0000000000384004\n"
	"SigCgt:\t000000004b813efb\nCapInh:\t0000000000000000\n"
	"CapPrm:\t000001ffffffffff\nCapEff:\t00000000a80425fb\n"
	"CapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000400\n"
	"NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t4\nNew_line:\tx\n";

static void test_a_typical_file(void **state)
{
	struct proc_status s;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_int_equal(proc_status_parse(typical, &arena, &s), 0);
	assert_string_equal(s.name, "a b:c\\n");
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.umask, 022);
	assert_int_equal(s.parent, 5);
	assert_int_equal(s.uid[PROC_EFFECTIVE], 100001);
	assert_int_equal(s.gid[PROC_FS], 10);
	assert_int_equal(s.group_count, 3);
	assert_int_equal(s.groups[2], 4294967294);
	assert_int_equal(s.pid_count, 3);
	assert_int_equal(s.pids[2], 1);
	assert_int_equal(s.threads, 3);
	assert_int_equal(s.signals[PROC_SHARED_PENDING], 0x4000);
	assert_int_equal(s.signals[PROC_CAUGHT], 0x4b813efb);
	assert_int_equal(s.caps[PROC_CAP_EFFECTIVE], 0xa80425fb);
	assert_int_equal(s.caps[PROC_AMBIENT], 0x400);
	assert_true(s.no_new_privs);
	assert_int_equal(s.seccomp, 2);
	assert_int_equal(s.filters, 4);
	arena_done(&arena);
}

static void test_what_is_missing_is_not_told(void **state)
{
	struct proc_status s;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_int_equal(proc_status_parse("Name:\tx\nUid:\t1 1 1 1\n"
					   "Gid:\t1 1 1 1\nGroups:\t\n",
					   &arena, &s),
			 0);
	assert_int_equal(s.seccomp, -1);
	assert_int_equal(s.filters, -1);
	assert_int_equal(s.umask, -1);
	assert_int_equal(s.group_count, 0);
	assert_int_equal(s.pid_count, 0);
	arena_done(&arena);
}

static void test_damaged_files_are_refused_or_passed_over(void **state)
{
	static const char *const texts[] = {
		"",
		"\n\n:::\n",
		"Name:\tx\n",
		"Name:\tx\nUid:\t1 2 3\nGid:\t1 1 1 1\n",
		"Name:\tx\nUid:\t1 2 3 4294967296\nGid:\t1 1 1 1\n",
		"Name\nUid\nGid\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct proc_status s;
		struct arena arena;

		arena_init(&arena);
		assert_int_equal(proc_status_parse(texts[i], &arena, &s),
				 -EINVAL);
		arena_done(&arena);
	}
}

static void test_this_process(void **state)
{
	struct proc_status s;
	struct arena arena;
	int fd = proc_open(NULL);

	(void)state;
	arena_init(&arena);
	assert_true(fd >= 0);
	assert_int_equal(proc_status_read(fd, getpid(), &arena, &s), 0);
	assert_int_equal(s.uid[PROC_EFFECTIVE], geteuid());
	assert_int_equal(s.pids[s.pid_count - 1], getpid());
	assert_int_equal(proc_status_read(fd, 4194304, &arena, &s), -ESRCH);
	close(fd);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_typical_file),
		cmocka_unit_test(test_what_is_missing_is_not_told),
		cmocka_unit_test(test_damaged_files_are_refused_or_passed_over),
		cmocka_unit_test(test_this_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
