/* SPDX-License-Identifier: Apache-2.0 */
/* test_mount.c - making, masking, copying and changing trees of mounts
 * (src/child/mount.c, copy_up.c) */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "planned.h"

#define ROOT PLANNED_WORLD "/root"

/* The plan's slot 1 is the root, a mount; 2 to 4 are empty. */
static void begin_in_root(struct planned *p)
{
	if (!exists(ROOT))
		make_dir(ROOT);
	CHECK_SYS(mount("root", ROOT, "tmpfs", 0, "mode=755"));
	planned_begin(p);
	planned_slot(p, open_dir(ROOT));
	planned_slot(p, -1);
	planned_slot(p, -1);
	planned_slot(p, -1);
}

static void end_in_root(struct planned *p)
{
	close(p->slots[1]);
	CHECK_SYS(umount2(ROOT, MNT_DETACH));
	CHECK_SYS(rmdir(ROOT));
}

static unsigned long flags_of(const char *path)
{
	struct statvfs fs;

	CHECK_SYS(statvfs(path, &fs));
	return fs.f_flag & (ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC);
}

static const struct {
	const char *type, *key, *value;
	int errnum;
	const char *text;
} options[] = {
	{ "tmpfs", "size", "64k", 0, "" },
	{ "tmpfs", "sise", "64k", EINVAL, "tmpfs: Unknown parameter 'sise'" },
	{ "tmpfs", "size", "lots", EINVAL, "tmpfs: Bad value for 'size'" },
	{ "tmpfs", "ro", "", 0, "" },
	{ "nosuchfs", "a", "b", ENODEV, "" },
};

static void a_file_system_is_made_or_the_kernel_says_why(void **state)
{
	skip_unless(is_root());
	EACH(row, options) {
		const struct plan_report *report;
		const char *const vector[] = { row->key, row->value, NULL };
		struct planned p;

		CASE(row->key);
		planned_begin(&p);
		planned_op(&p, PLAN_FSMOUNT,
			   ARGS(planned_text(&p, row->type),
				planned_vector(&p, vector), 0, 0));
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
		report = planned_report(&p, PLAN_FAILED);
		if (report)
			assert_string_equal(report->text, row->text);
	}
}

static void options_starting_with_at_are_fds_in_slots(void **state)
{
	static const char *const layers[] = { "lowerdir", PLANNED_WORLD "/l",
					      "@nosuch", "1", NULL };
	const struct plan_report *report;
	struct planned p;

	skip_unless(is_root());
	planned_begin(&p);
	planned_slot(&p, open_dir("/"));
	planned_op(&p, PLAN_FSMOUNT,
		   ARGS(planned_text(&p, "tmpfs"),
			planned_vector(&p, layers + 2)));
	planned_run(&p);
	report = planned_report(&p, PLAN_FAILED);
	assert_non_null(report);
	assert_int_equal(report->errnum, EINVAL);
	assert_non_null(strstr(report->text, "nosuch"));
	close(p.slots[1]);
}

static void a_tree_is_copied_with_its_attributes(void **state)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY |
					       MOUNT_ATTR_NOSUID };
	struct planned p;
	struct plan_op *op;

	skip_unless(is_root());
	make_dir(PLANNED_WORLD "/source");
	make_file(PLANNED_WORLD "/source/file", "x");
	make_link(PLANNED_WORLD "/link", "source/file");
	begin_in_root(&p);
	op = planned_op(&p, PLAN_TREE,
			ARGS(planned_text(&p, PLANNED_WORLD "/source"),
			     OPEN_TREE_CLONE,
			     planned_data(&p, &attr, sizeof(attr)), 0));
	op->slot = 2;
	op = planned_op(&p, PLAN_PLACE, ARGS(2, planned_text(&p, "here")));
	op->dir = 1;
	op->flags = PLAN_F_LIKE_SOURCE;

	/* of a file, through a link; of an fd */
	op = planned_op(&p, PLAN_TREE,
			ARGS(planned_text(&p, PLANNED_WORLD "/link"),
			     OPEN_TREE_CLONE));
	op->slot = 3;
	op = planned_op(&p, PLAN_PLACE, ARGS(3, planned_text(&p, "file")));
	op->dir = 1;
	op->flags = PLAN_F_LIKE_SOURCE;
	op = planned_op(&p, PLAN_TREE, ARGS(0, OPEN_TREE_CLONE, 0, 0, 2));
	op->slot = 4;
	/* a link that may not be one */
	op = planned_op(&p, PLAN_TREE,
			ARGS(planned_text(&p, PLANNED_WORLD "/link"),
			     OPEN_TREE_CLONE));
	op->flags = PLAN_F_NO_SYMLINKS;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ELOOP);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 5);
	assert_int_equal(flags_of(ROOT "/here"), ST_RDONLY | ST_NOSUID);
	assert_true(exists(ROOT "/here/file"));
	assert_int_equal(inode_of(ROOT "/file"),
			 inode_of(PLANNED_WORLD "/source/file"));
	end_in_root(&p);
	CHECK_SYS(unlink(PLANNED_WORLD "/link"));
	CHECK_SYS(unlink(PLANNED_WORLD "/source/file"));
	CHECK_SYS(rmdir(PLANNED_WORLD "/source"));
}

static void keep_locked(void)
{
	struct mount_attr attr = {
		.attr_clr = MOUNT_ATTR_RDONLY | MOUNT_ATTR__ATIME,
		.attr_set = MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOATIME
	};
	struct planned p;
	struct plan_op *op;

	CHECK_SYS(unshare(CLONE_NEWNS));
	CHECK_SYS(mount("locked", PLANNED_WORLD, "tmpfs", MS_RDONLY | MS_NODEV,
			NULL));
	CHECK_SYS(unshare(CLONE_NEWUSER | CLONE_NEWNS));
	/* or exec would take the capabilities away */
	make_file("/proc/self/uid_map", "0 0 1");
	for (int keep = 0; keep < 2; keep++) {
		planned_begin(&p);
		op = planned_op(&p, PLAN_TREE,
				ARGS(planned_text(&p, PLANNED_WORLD),
				     OPEN_TREE_CLONE,
				     planned_data(&p, &attr, sizeof(attr))));
		op->flags = keep ? PLAN_F_KEEP_LOCKED : 0;
		planned_run(&p);
		assert_int_equal(planned_failure(&p), keep ? 0 : EPERM);
	}
}

static void a_locked_flag_is_kept_if_the_plan_says_so(void **state)
{
	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	in_child(keep_locked);
}

static void masked_paths_are_empty_and_read_only(void **state)
{
	static const char *const paths[] = { "file", "dir", "dir2", "missing",
					     "file/x" };
	struct planned p;
	struct stat st;
	int null;

	skip_unless(is_root());
	begin_in_root(&p);
	make_file(ROOT "/file", "secret");
	make_dir(ROOT "/dir");
	make_file(ROOT "/dir/file", "secret");
	make_dir(ROOT "/dir2");
	make_file(ROOT "/dir2/file", "secret");
	null = (int)CHECK_SYS(open("/dev/null", O_PATH | O_CLOEXEC));
	p.slots[3] = null;
	for (int i = 0; i < 5; i++)
		planned_op(&p, PLAN_MASK,
			   ARGS(planned_text(&p, paths[i]), 3, 2))
			->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	CHECK_SYS(stat(ROOT "/file", &st));
	assert_int_equal(st.st_rdev, makedev(1, 3));
	assert_false(exists(ROOT "/dir/file"));
	assert_false(exists(ROOT "/dir2/file"));
	assert_int_equal(flags_of(ROOT "/dir2"),
			 ST_RDONLY | ST_NOSUID | ST_NODEV | ST_NOEXEC);
	assert_int_equal(inode_of(ROOT "/dir"), inode_of(ROOT "/dir2"));
	close(null);
	end_in_root(&p);

	begin_in_root(&p);
	make_file(ROOT "/file", "secret");
	planned_op(&p, PLAN_MASK, ARGS(planned_text(&p, "file"), NO_SLOT, 2))
		->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENODEV);
	end_in_root(&p);
}

static void readonly_paths_keep_what_is_mounted_below(void **state)
{
	struct planned p;

	skip_unless(is_root());
	begin_in_root(&p);
	make_dir(ROOT "/dir");
	CHECK_SYS(mount("a", ROOT "/dir", "tmpfs", MS_NOSUID, NULL));
	make_dir(ROOT "/dir/sub");
	CHECK_SYS(mount("b", ROOT "/dir/sub", "tmpfs", MS_NOEXEC, NULL));
	planned_op(&p, PLAN_READONLY, ARGS(planned_text(&p, "dir")))->dir = 1;
	planned_op(&p, PLAN_READONLY, ARGS(planned_text(&p, "no")))->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_int_equal(flags_of(ROOT "/dir"), ST_RDONLY | ST_NOSUID);
	assert_int_equal(flags_of(ROOT "/dir/sub"), ST_RDONLY | ST_NOEXEC);
	end_in_root(&p);
}

static void build_tree(void)
{
	make_dir(ROOT "/etc");
	CHECK_SYS(chmod(ROOT "/etc", 01750));
	make_dir(ROOT "/etc/sub");
	make_file(ROOT "/etc/sub/file", "text");
	CHECK_SYS(chown(ROOT "/etc/sub/file", 11, 12));
	CHECK_SYS(chmod(ROOT "/etc/sub/file", 04755));
	make_link(ROOT "/etc/link", PLANNED_WORLD "/secret");
	CHECK_SYS(mkfifo(ROOT "/etc/fifo", 0640));
	CHECK_SYS(setxattr(ROOT "/etc/sub", "trusted.kist", "v", 1, 0));
	CHECK_SYS(utimensat(AT_FDCWD, ROOT "/etc/sub/file",
			    (struct timespec[2]){ { 7, 8 }, { 9, 10 } }, 0));
}

static void check_tree(const char *path)
{
	struct stat st;
	char text[32] = "";

	CHECK_SYS(chdir(path));
	CHECK_SYS(stat(".", &st));
	assert_int_equal(st.st_mode, S_IFDIR | 01750);
	CHECK_SYS(stat("sub/file", &st));
	assert_int_equal(st.st_mode, S_IFREG | 04755);
	assert_int_equal(st.st_uid, 11);
	assert_int_equal(st.st_gid, 12);
	assert_int_equal(st.st_size, 4);
	assert_int_equal(st.st_mtim.tv_sec, 9);
	assert_int_equal(st.st_mtim.tv_nsec, 10);
	CHECK_SYS(readlink("link", text, sizeof(text) - 1));
	assert_string_equal(text, PLANNED_WORLD "/secret");
	CHECK_SYS(stat("fifo", &st));
	assert_int_equal(st.st_mode, S_IFIFO | 0640);
	CHECK_SYS(getxattr("sub", "trusted.kist", text, sizeof(text)));
	CHECK_SYS(chdir("/"));
}

static void a_tree_is_copied_up_with_all_it_has(void **state)
{
	struct planned p;
	struct plan_op *op;

	skip_unless(is_root());
	begin_in_root(&p);
	build_tree();
	make_dir(ROOT "/copy");
	op = planned_op(&p, PLAN_FSMOUNT, ARGS(planned_text(&p, "tmpfs")));
	op->slot = 2;
	planned_op(&p, PLAN_COPYUP, ARGS(planned_text(&p, "etc"), 2))->dir = 1;
	planned_op(&p, PLAN_COPYUP, ARGS(planned_text(&p, "none"), 2))->dir = 1;
	planned_op(&p, PLAN_PLACE, ARGS(2, planned_text(&p, "copy")))->dir = 1;
	planned_op(&p, PLAN_COPYUP, ARGS(planned_text(&p, "etc/fifo"), 2))->dir =
		1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ENOTDIR);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 4);
	check_tree(ROOT "/copy");
	end_in_root(&p);
}

static void pivot(unsigned int flags)
{
	static const char *const argv[] = { "/busybox", "ls", "/", NULL };
	struct planned p;
	struct plan_op *op;
	uint64_t vector;

	CHECK_SYS(unshare(CLONE_NEWNS));
	begin_in_root(&p);
	make_file(ROOT "/busybox", "");
	CHECK_SYS(mount("/bin/busybox", ROOT "/busybox", NULL, MS_BIND, NULL));
	op = planned_op(&p, PLAN_PIVOT, ARGS(1));
	op->flags = (uint16_t)flags;
	vector = planned_vector(&p, argv);
	planned_op(&p, PLAN_LOOKUP, ARGS(vector, 0));
	planned_op(&p, PLAN_EXEC, ARGS(vector, 0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_string_equal(p.output, "busybox\n");
}

static void pivot_new_root(void)
{
	pivot(0);
}

static void move_new_root(void)
{
	pivot(PLAN_F_NO_PIVOT);
}

/* As plans do it: a copy of the root placed over the old one. */
static void pivot_placed(unsigned int flags)
{
	static const char *const argv[] = { "/busybox", "ls", "/", NULL };
	struct planned p;
	struct plan_op *op;
	uint64_t vector;

	CHECK_SYS(unshare(CLONE_NEWNS));
	begin_in_root(&p);
	make_file(ROOT "/busybox", "");
	CHECK_SYS(mount("/bin/busybox", ROOT "/busybox", NULL, MS_BIND, NULL));
	op = planned_op(&p, PLAN_TREE,
			ARGS(planned_text(&p, ROOT),
			     OPEN_TREE_CLONE | AT_RECURSIVE));
	op->slot = 2;
	planned_op(&p, PLAN_PLACE, ARGS(2, planned_text(&p, "/")));
	planned_op(&p, PLAN_PIVOT, ARGS(2))->flags = (uint16_t)flags;
	vector = planned_vector(&p, argv);
	planned_op(&p, PLAN_LOOKUP, ARGS(vector, 0));
	planned_op(&p, PLAN_EXEC, ARGS(vector, 0));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	assert_string_equal(p.output, "busybox\n");
}

static void pivot_placed_root(void)
{
	pivot_placed(0);
}

static void move_placed_root(void)
{
	pivot_placed(PLAN_F_NO_PIVOT);
}

static void the_old_root_is_out_of_reach_after_pivot(void **state)
{
	skip_unless(is_root());
	skip_unless(has_file("/bin/busybox"));
	in_child(pivot_new_root);
	in_child(move_new_root);
	in_child(pivot_placed_root);
	in_child(move_placed_root);
}

static void pivot_from_shared(void)
{
	struct planned p;
	struct plan_op *op;

	/* a host with a shared mount, and a container made from it */
	make_dir(PLANNED_WORLD "/host");
	CHECK_SYS(mount("h", PLANNED_WORLD "/host", "tmpfs", 0, NULL));
	CHECK_SYS(mount("", PLANNED_WORLD "/host", NULL, MS_SHARED, NULL));
	begin_in_root(&p);
	op = planned_op(&p, PLAN_CALL, ARGS(SYS_unshare, CLONE_NEWNS));
	/* the root as seen from the new namespace */
	op = planned_op(&p, PLAN_CALL,
			ARGS(SYS_openat, AT_FDCWD, planned_text(&p, ROOT),
			     O_PATH));
	op->offsets = 1 << 2;
	op->slot = 2;
	planned_op(&p, PLAN_PIVOT, ARGS(2));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), 0);
	CHECK_SYS(umount2(PLANNED_WORLD "/host", 0));
}

static void pivot_leaves_the_hosts_shared_mounts_alone(void **state)
{
	skip_unless(is_root());
	in_child(pivot_from_shared);
	CHECK_SYS(umount2(ROOT, MNT_DETACH));
	CHECK_SYS(rmdir(ROOT));
}

static void a_directory_that_is_no_mount_cannot_be_the_root(void **state)
{
	struct planned p;

	skip_unless(is_root());
	begin_in_root(&p);
	make_dir(ROOT "/sub");
	p.slots[2] = open_dir(ROOT "/sub");
	planned_op(&p, PLAN_PIVOT, ARGS(2));
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EINVAL);
	close(p.slots[2]);
	end_in_root(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_system_is_made_or_the_kernel_says_why),
		cmocka_unit_test(options_starting_with_at_are_fds_in_slots),
		cmocka_unit_test(a_tree_is_copied_with_its_attributes),
		cmocka_unit_test(a_locked_flag_is_kept_if_the_plan_says_so),
		cmocka_unit_test(masked_paths_are_empty_and_read_only),
		cmocka_unit_test(readonly_paths_keep_what_is_mounted_below),
		cmocka_unit_test(a_tree_is_copied_up_with_all_it_has),
		cmocka_unit_test(the_old_root_is_out_of_reach_after_pivot),
		cmocka_unit_test(pivot_leaves_the_hosts_shared_mounts_alone),
		cmocka_unit_test(
			a_directory_that_is_no_mount_cannot_be_the_root),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
