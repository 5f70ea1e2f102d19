/* SPDX-License-Identifier: Apache-2.0 */
/* test_host_mounts.c - this machine's mounts (src/engine/host_mounts.c) */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "engine/run/host_mounts.h"
#include "sys/mount.h"

static struct arena arena;
static struct host_mount *mounts;
static size_t count;

static void list(void)
{
	struct kist_error err = { 0 };

	assert_int_equal(host_mounts_list(&arena, &mounts, &count, &err), 0);
	CHECK_ERR(&err, NULL);
}

#ifndef MS_PRIVATE
#define MS_PRIVATE (1 << 18)
#endif
#ifndef MS_REC
#define MS_REC 16384
#endif

static void make_private(void)
{
	CHECK_SYS(unshare(CLONE_NEWNS));
	assert_int_equal(sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL),
			 0);
	assert_int_equal(sys_mount("t", "/tmp", "tmpfs", 0, NULL), 0);
	arena_init(&arena);
}

static void see_odd_names(void)
{
	const struct host_mount *m;

	make_private();
	CHECK_SYS(mkdir("/tmp/a b\\c\n", 0700));
	assert_int_equal(sys_mount("t", "/tmp/a b\\c\n", "tmpfs", 0, NULL), 0);
	list();
	m = host_mount_at(mounts, count, "/tmp/a b\\c\n");
	assert_non_null(m);
	assert_string_equal(m->type, "tmpfs");
	assert_true(m->takes_overlay);
	assert_false(m->is_file);
}

static void see_the_upper_of_two(void)
{
	size_t seen = 0;

	make_private();
	CHECK_SYS(mkdir("/tmp/x", 0700));
	assert_int_equal(sys_mount("1", "/tmp/x", "tmpfs", 0, NULL), 0);
	CHECK_SYS(mkdir("/tmp/x/below", 0700));
	assert_int_equal(sys_mount("2", "/tmp/x/below", "tmpfs", 0, NULL), 0);
	assert_int_equal(sys_mount("3", "/tmp/x", "tmpfs", 0, NULL), 0);
	list();
	for (size_t i = 0; i < count; i++)
		seen += strcmp(mounts[i].path, "/tmp/x") == 0;
	assert_int_equal(seen, 1);
	assert_null(host_mount_at(mounts, count, "/tmp/x/below"));
	assert_false(host_mount_below(mounts, count, "/tmp/x"));
	assert_true(host_mount_below(mounts, count, "/tmp"));
	assert_true(host_mount_below(mounts, count, "/"));
}

static void names_of_mount_points_are_read_whatever_is_in_them(void **state)
{
	skip_unless(is_root());
	in_child(see_odd_names);
}

static void a_mount_that_another_covers_is_left_out(void **state)
{
	skip_unless(is_root());
	in_child(see_the_upper_of_two);
}

static void proc_is_pseudo_and_the_root_is_first(void **state)
{
	arena_init(&arena);
	list();
	assert_true(count > 0);
	assert_string_equal(mounts[0].path, "/");
	assert_true(host_mount_at(mounts, count, "/proc")->is_pseudo);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			names_of_mount_points_are_read_whatever_is_in_them),
		cmocka_unit_test(a_mount_that_another_covers_is_left_out),
		cmocka_unit_test(proc_is_pseudo_and_the_root_is_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
