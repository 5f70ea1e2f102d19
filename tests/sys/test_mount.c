/* SPDX-License-Identifier: Apache-2.0 */
/* test_mount.c - the system calls of mounts (src/sys/mount.c) */
#include <sched.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "check.h"
#include "sys/mount.h"

/* A namespace where nothing we mount is seen outside. */
static void be_alone(void)
{
	if (!is_root())
		CHECK_SYS(unshare(CLONE_NEWUSER));
	CHECK_SYS(unshare(CLONE_NEWNS));
	assert_int_equal(sys_mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL),
			 0);
}

static int new_tmpfs(unsigned int attrs)
{
	int fs = sys_fsopen("tmpfs"), mount;

	assert_true(fs >= 0);
	assert_int_equal(
		sys_fsconfig(fs, FSCONFIG_SET_STRING, "size", "64k", 0), 0);
	assert_int_equal(sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0),
			 0);
	mount = sys_fsmount(fs, attrs);
	assert_true(mount >= 0);
	close(fs);
	return mount;
}

static void mount_new(void)
{
	struct mount_attr read_only = { .attr_set = MOUNT_ATTR_RDONLY };
	struct statvfs fs;
	int mount, copy;

	be_alone();
	mount = new_tmpfs(MOUNT_ATTR_NOSUID);
	copy = sys_open_tree(mount, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	assert_true(copy >= 0);
	assert_int_equal(sys_mount_setattr(copy, "", AT_EMPTY_PATH, &read_only),
			 0);
	assert_int_equal(sys_move_mount(copy, "", AT_FDCWD, "/tmp",
					MOVE_MOUNT_F_EMPTY_PATH),
			 0);
	CHECK_SYS(statvfs("/tmp", &fs));
	assert_true(fs.f_flag & ST_RDONLY);
	assert_true(fs.f_flag & ST_NOSUID);
	assert_int_equal(fs.f_blocks * fs.f_frsize, 65536);
	assert_int_equal(sys_umount("/tmp", MNT_DETACH), 0);
	assert_int_equal(sys_umount("/tmp/none", 0), -ENOENT);
}

static void a_detached_mount_is_made_changed_copied_and_moved(void **state)
{
	skip_unless(is_root() || can_make_user_namespaces());
	in_child(mount_new);
}

static void misspell(void)
{
	char text[200], tiny[6];
	int fs;

	be_alone();
	fs = sys_fsopen("tmpfs");
	assert_int_equal(sys_fs_log(fs, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(sys_fsconfig(fs, FSCONFIG_SET_STRING, "sise", "64k",
				      0),
			 -EINVAL);
	assert_true(sys_fs_log(fs, text, sizeof(text)) > 0);
	assert_string_equal(text, "tmpfs: Unknown parameter 'sise'");
	assert_int_equal(sys_fs_log(fs, text, sizeof(text)), 0);

	assert_int_equal(sys_fsconfig(fs, FSCONFIG_SET_STRING, "sise", "64k",
				      0),
			 -EINVAL);
	assert_int_equal(sys_fs_log(fs, tiny, sizeof(tiny)), 5);
	assert_string_equal(tiny, "tmpfs");
	close(fs);
}

static void the_kernel_says_what_it_did_not_like(void **state)
{
	skip_unless(is_root() || can_make_user_namespaces());
	in_child(misspell);
}

static void refusals(void)
{
	be_alone();
	assert_int_equal(sys_fsopen("no such type"), -ENODEV);
	assert_int_equal(sys_open_tree(AT_FDCWD, "/none", OPEN_TREE_CLONE),
			 -ENOENT);
	assert_int_equal(sys_pivot_root("/none", "/none"), -ENOENT);
	assert_int_equal(sys_fsmount(-1, 0), -EBADF);
}

static void each_refusal_is_a_negative_errno(void **state)
{
	skip_unless(is_root() || can_make_user_namespaces());
	in_child(refusals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_detached_mount_is_made_changed_copied_and_moved),
		cmocka_unit_test(the_kernel_says_what_it_did_not_like),
		cmocka_unit_test(each_refusal_is_a_negative_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
