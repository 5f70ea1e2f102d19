/* SPDX-License-Identifier: Apache-2.0 */
/* test_why_choose.c - which refusal mattered (src/engine/why/choose.c) */
#include <stdio.h>

#include "check.h"
#include "engine/why/trace.h"

static struct arena arena;
static struct why_refusal list[8];
static struct why_traced traced;

static int setup(void **state)
{
	arena_init(&arena);
	memset(list, 0, sizeof(list));
	traced = (struct why_traced){ .arena = &arena, .refusals = list };
	return 0;
}

static int teardown(void **state)
{
	arena_done(&arena);
	return 0;
}

static void refuse(pid_t pid, enum why_call call, int errnum,
		   const char *subject)
{
	list[traced.count++] = (struct why_refusal){
		.c = { .pid = pid,
		       .name = "call",
		       .call = call,
		       .errnum = errnum,
		       .subject = subject },
	};
}

static const char *chosen(void)
{
	const struct why_refusal *r = why_choose(&traced, 0);

	return r ? r->c.subject : NULL;
}

static void the_one_that_was_complained_of(void **state)
{
	refuse(1, WHY_MOUNT, EPERM, "/mnt");
	refuse(1, WHY_MKNOD, EACCES, "/dev/x");
	why_blame(&traced, 1, "mount: Operation not permitted\n");
	assert_string_equal(chosen(), "/mnt");
}

static void the_one_that_was_named(void **state)
{
	refuse(1, WHY_OPEN, ENOENT, "/a/file");
	refuse(1, WHY_OPEN, ENOENT, "/usr/share/locale/libc.mo");
	why_blame(&traced, 1, "cat: /a/file: No such file or directory\n");
	assert_string_equal(chosen(), "/a/file");
}

static void a_parent_speaks_for_its_child(void **state)
{
	refuse(2, WHY_MOUNT, EPERM, "/mnt");
	refuse(1, WHY_MKNOD, EACCES, "/dev/x");
	why_blame(&traced, 1, "child failed: [Errno 1]\n");
	assert_string_equal(chosen(), "/mnt");
}

static void without_a_word_the_last_of_who_gave_up(void **state)
{
	refuse(1, WHY_MOUNT, EPERM, "/one");
	refuse(1, WHY_MOUNT, EINVAL, "/two");
	refuse(2, WHY_MOUNT, EINVAL, "/three");
	why_ended(&traced, 1);
	assert_string_equal(chosen(), "/two");
}

static void a_file_that_was_only_looked_for_is_none(void **state)
{
	refuse(1, WHY_OPEN, ENOENT, "/lib/libc.so");
	why_ended(&traced, 1);
	assert_null(chosen());
}

static void what_is_cleared_away_at_the_end_is_not_it(void **state)
{
	refuse(2, WHY_FORK, EAGAIN, "fork");
	why_ended(&traced, 2);
	refuse(1, WHY_CGROUP_REMOVE, EBUSY, "/sys/fs/cgroup/a");
	why_ended(&traced, 1);
	assert_string_equal(chosen(), "fork");
}

static void a_program_that_was_found_in_the_end_was_not_refused(void **state)
{
	refuse(1, WHY_EXEC, EACCES, "/root/bin/mount");
	refuse(2, WHY_EXEC, EACCES, "/opt/other");
	refuse(1, WHY_MOUNT, EPERM, "/mnt");
	why_executed(&traced, 1);
	why_blame(&traced, 1, "mount: permission denied\n");
	why_ended(&traced, 1);
	assert_string_equal(list[0].c.subject, "/opt/other");
	assert_int_equal(traced.count, 2);
}

static void permission_denied_is_said_of_eperm_too(void **state)
{
	refuse(1, WHY_MOUNT, EPERM, "/proc");
	refuse(1, WHY_OPEN, EACCES, "/run/mount/utab");
	list[1].c.name = "access";
	why_blame(&traced, 1, "mount: /proc: permission denied.\n");
	assert_string_equal(chosen(), "/proc");
}

static void a_file_that_is_named_in_words_of_ones_own(void **state)
{
	refuse(1, WHY_OPEN, ENOENT, "/nosuch.img");
	refuse(1, WHY_OPEN, ENOENT, "/usr/share/locale/libc.mo");
	why_blame(&traced, 1, "failed to set up a device for /nosuch.img\n");
	assert_string_equal(chosen(), "/nosuch.img");
}

static void what_was_complained_of_is_told_though_it_went_on(void **state)
{
	refuse(1, WHY_MOUNT, EPERM, "/mnt");
	assert_null(why_choose_told(&traced));
	why_blame(&traced, 1, "mount: Operation not permitted\n");
	assert_string_equal(why_choose_told(&traced)->c.subject, "/mnt");
}

static const struct {
	const char *name;
	enum why_call call;
	int errnum;
	bool known, worth;
} worth[] = {
	{ "a mount", WHY_MOUNT, EPERM, true, true },
	{ "an interrupted call", WHY_MOUNT, EINTR, true, false },
	{ "a restarted call", WHY_OTHER, 512, false, false },
	{ "no data yet", WHY_OTHER, EAGAIN, false, false },
	{ "no more processes", WHY_FORK, EAGAIN, true, true },
	{ "no terminal", WHY_OTHER, ENOTTY, false, false },
	{ "a call that is not there", WHY_OTHER, ENOSYS, false, true },
	{ "a wrong argument of any call", WHY_OTHER, EINVAL, false, false },
	{ "no more files", WHY_OTHER, EMFILE, false, true },
	{ "no child", WHY_OTHER, ECHILD, false, false },
};

static void what_programs_meet_every_day_is_not_worth_it(void **state)
{
	EACH(row, worth) {
		struct why_case c = { .call = row->call,
				      .errnum = row->errnum };

		CASE(row->name);
		assert_int_equal(why_is_worth(&c, row->known), row->worth);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_one_that_was_complained_of,
						setup, teardown),
		cmocka_unit_test_setup_teardown(the_one_that_was_named, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_parent_speaks_for_its_child,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_word_the_last_of_who_gave_up, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_was_only_looked_for_is_none, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_cleared_away_at_the_end_is_not_it, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_program_that_was_found_in_the_end_was_not_refused,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_was_complained_of_is_told_though_it_went_on, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			permission_denied_is_said_of_eperm_too, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_named_in_words_of_ones_own, setup,
			teardown),
		cmocka_unit_test(what_programs_meet_every_day_is_not_worth_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
