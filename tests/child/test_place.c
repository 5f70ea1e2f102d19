/* SPDX-License-Identifier: Apache-2.0 */
/* test_place.c - mounts and files are made inside the root, whatever links it
 * holds (src/child/path.c, mount.c, make.c) */
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "planned.h"

#define ROOT PLANNED_WORLD "/root"
#define OUTSIDE PLANNED_WORLD "/outside"

/* A root with every kind of bait in it, a directory outside. */
static void build_world(void)
{
	CHECK_SYS(mount("world", PLANNED_WORLD, "tmpfs", 0, "mode=755"));
	make_dir(OUTSIDE);
	make_file(OUTSIDE "/file", "outside");
	make_dir(ROOT);
	make_dir(ROOT "/dir");
	make_file(ROOT "/file", "inside");
	make_link(ROOT "/up", "../outside");
	make_link(ROOT "/absolute", OUTSIDE);
	make_link(ROOT "/inside", "/dir");
	make_link(ROOT "/dangling", "/not/there");
	make_link(ROOT "/escape", "../../../../../../mnt/outside/new");
	make_link(ROOT "/loop", "loop");
	make_dir(ROOT "/proc");
	CHECK_SYS(mount("proc", ROOT "/proc", "proc", 0, NULL));
	make_link(ROOT "/magic", "/proc/self/cwd");
}

static void leave_world(void)
{
	CHECK_SYS(umount2(PLANNED_WORLD, MNT_DETACH));
}

/* An empty tmpfs into slot 2, the root into slot 1. */
static void begin_in_root(struct planned *p)
{
	struct plan_op *op;

	planned_begin(p);
	planned_slot(p, open_dir(ROOT));
	planned_slot(p, -1);
	op = planned_op(p, PLAN_FSMOUNT,
			ARGS(planned_text(p, "tmpfs"), 0, 0,
			     planned_text(p, "placed")));
	op->slot = 2;
}

static void end_in_root(struct planned *p)
{
	close(p->slots[1]);
}

static bool is_mounted(const char *path)
{
	struct stat here, above;
	char parent[256];

	snprintf(parent, sizeof(parent), "%s/..", path);
	return stat(path, &here) == 0 && stat(parent, &above) == 0 &&
	       here.st_dev != above.st_dev;
}

static const struct {
	const char *path;
	unsigned int flags;
	int errnum;
	const char *where; /* what is a mount then */
} places[] = {
	{ "dir", 0, 0, ROOT "/dir" },
	{ "/dir", 0, 0, ROOT "/dir" },
	{ "dir/", 0, 0, ROOT "/dir" },
	{ "inside", 0, 0, ROOT "/dir" },
	{ "../../dir", 0, 0, ROOT "/dir" },
	{ "dir/../dir", 0, 0, ROOT "/dir" },
	{ "new", 0, ENOENT, NULL },
	{ "new", PLAN_F_MAKE_DIR, 0, ROOT "/new" },
	{ "new/", PLAN_F_MAKE_DIR, 0, ROOT "/new" },
	{ "/a//b/./c", PLAN_F_MAKE_DIR, 0, ROOT "/a/b/c" },
	{ "inside/a/b", PLAN_F_MAKE_DIR, 0, ROOT "/dir/a/b" },
	{ "a/../b/c", PLAN_F_MAKE_DIR, 0, ROOT "/b/c" },
	{ "new", PLAN_F_LIKE_SOURCE, 0, ROOT "/new" },
	{ "new", PLAN_F_MAKE_FILE, ENOTDIR, NULL },
	{ "file", 0, ENOTDIR, NULL },
	{ "file/sub", PLAN_F_MAKE_DIR, ENOTDIR, NULL },
	{ "up", 0, ENOENT, NULL },
	{ "up", PLAN_F_MAKE_DIR, 0, ROOT "/outside" },
	{ "up/new", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "absolute", 0, ENOENT, NULL },
	{ "absolute/new", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "dangling", PLAN_F_MAKE_DIR, 0, ROOT "/not/there" },
	{ "dangling/new", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "escape", PLAN_F_MAKE_DIR, 0, ROOT "/mnt/outside/new" },
	{ "escape", PLAN_F_MAKE_FILE, ENOTDIR, NULL },
	{ "loop", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "magic", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "magic/new", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "proc/self/root/new", PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "inside", PLAN_F_NO_SYMLINKS, ELOOP, NULL },
	{ "inside/new", PLAN_F_NO_SYMLINKS | PLAN_F_MAKE_DIR, ELOOP, NULL },
	{ "dir", PLAN_F_NO_SYMLINKS, 0, ROOT "/dir" },
	{ "new/new", PLAN_F_NO_SYMLINKS | PLAN_F_MAKE_DIR, 0, ROOT "/new/new" },
};

static void a_mount_is_placed_inside_the_root_or_nowhere(void **state)
{
	skip_unless(is_root());
	EACH(row, places) {
		struct planned p;
		struct plan_op *op;

		CASE(row->path);
		build_world();
		begin_in_root(&p);
		op = planned_op(&p, PLAN_PLACE,
				ARGS(2, planned_text(&p, row->path)));
		op->dir = 1;
		op->flags = (uint16_t)row->flags;
		planned_run(&p);
		assert_int_equal(planned_failure(&p), row->errnum);
		if (row->where)
			assert_true(is_mounted(row->where));
		assert_false(is_mounted(OUTSIDE));
		assert_false(exists(OUTSIDE "/new"));
		end_in_root(&p);
		leave_world();
	}
}

static const struct {
	const char *path;
	uint32_t mode;
	unsigned int major, minor;
	int errnum;
	const char *where;
} makes[] = {
	{ "dev/null", S_IFCHR | 0666, 1, 3, 0, ROOT "/dev/null" },
	{ "dir", S_IFDIR | 01777, 0, 0, 0, ROOT "/dir" },
	{ "new", S_IFDIR | 01777, 0, 0, 0, ROOT "/new" },
	{ "a/b/fifo", S_IFIFO | 0622, 0, 0, 0, ROOT "/a/b/fifo" },
	{ "a/disk", S_IFBLK | 0600, 259, 300, 0, ROOT "/a/disk" },
	{ "inside/new", S_IFREG | 0600, 0, 0, 0, ROOT "/dir/new" },
	{ "file", S_IFREG | 0600, 0, 0, 0, ROOT "/file" },
	{ "file", S_IFCHR | 0666, 1, 3, EEXIST, NULL },
	{ "inside", S_IFCHR | 0666, 1, 3, EEXIST, NULL },
	{ "escape", S_IFREG | 0666, 0, 0, EEXIST, NULL },
	{ "up/new", S_IFREG | 0666, 0, 0, ELOOP, NULL },
	{ "dir/..", S_IFDIR | 0755, 0, 0, EINVAL, NULL },
	{ "/", S_IFDIR | 0755, 0, 0, EINVAL, NULL },
	{ "", S_IFDIR | 0755, 0, 0, EINVAL, NULL },
};

static void files_are_made_inside_the_root_exactly(void **state)
{
	skip_unless(is_root());
	EACH(row, makes) {
		dev_t dev = makedev(row->major, row->minor);
		bool old;
		struct stat st;
		struct planned p;

		CASE(row->path);
		build_world();
		old = row->where && exists(row->where);
		begin_in_root(&p);
		for (int i = 0; i < 2; i++) /* again: the same stays */
			planned_op(&p, PLAN_MAKE,
				   ARGS(planned_text(&p, row->path), row->mode,
					dev, 7, 8))
				->dir = 1;
		umask(077);
		planned_run(&p);
		umask(022);
		assert_int_equal(planned_failure(&p), row->errnum);
		if (row->where && !old) {
			CHECK_SYS(lstat(row->where, &st));
			assert_int_equal(st.st_mode, row->mode);
			assert_int_equal(st.st_rdev, dev);
			assert_int_equal(st.st_uid, 7);
			assert_int_equal(st.st_gid, 8);
		}
		assert_false(exists(OUTSIDE "/new"));
		end_in_root(&p);
		leave_world();
	}
}

static void another_device_of_that_name_is_an_error(void **state)
{
	struct planned p;

	skip_unless(is_root());
	build_world();
	CHECK_SYS(mknod(ROOT "/null", S_IFCHR | 0666, makedev(1, 5)));
	begin_in_root(&p);
	planned_op(&p, PLAN_MAKE,
		   ARGS(planned_text(&p, "null"), S_IFCHR | 0666,
			makedev(1, 3)))
		->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), EEXIST);
	end_in_root(&p);
	leave_world();
}

static void links_are_made_and_old_ones_stay(void **state)
{
	struct planned p;
	char text[64] = "";

	skip_unless(is_root());
	build_world();
	begin_in_root(&p);
	planned_op(&p, PLAN_SYMLINK,
		   ARGS(planned_text(&p, "dev/fd"),
			planned_text(&p, "/proc/self/fd")))
		->dir = 1;
	planned_op(&p, PLAN_SYMLINK,
		   ARGS(planned_text(&p, "inside"), planned_text(&p, "other")))
		->dir = 1;
	planned_op(&p, PLAN_SYMLINK,
		   ARGS(planned_text(&p, "up/x"), planned_text(&p, "other")))
		->dir = 1;
	planned_run(&p);
	assert_int_equal(planned_failure(&p), ELOOP);
	assert_int_equal(planned_report(&p, PLAN_FAILED)->op, 3);
	CHECK_SYS(readlink(ROOT "/dev/fd", text, sizeof(text) - 1));
	assert_string_equal(text, "/proc/self/fd");
	memset(text, 0, sizeof(text));
	CHECK_SYS(readlink(ROOT "/inside", text, sizeof(text) - 1));
	assert_string_equal(text, "/dir");
	end_in_root(&p);
	leave_world();
}

/* Exchange root/swap, a directory, with a link that leads out; for ever. */
static void race(void)
{
	make_dir(ROOT "/swap");
	make_link(ROOT "/other", "/../../outside");
	if (fork() != 0)
		return;
	for (;;)
		syscall(SYS_renameat2, AT_FDCWD, ROOT "/swap", AT_FDCWD,
			ROOT "/other", 2 /* RENAME_EXCHANGE */);
}

static void race_round(void)
{
	static const char *const paths[] = { "swap/a/b", "swap/c", "swap" };
	struct planned p;

	begin_in_root(&p);
	for (size_t i = 0; i < 3; i++) {
		struct plan_op *op;

		op = planned_op(&p, PLAN_PLACE,
				ARGS(2, planned_text(&p, paths[i])));
		op->dir = 1;
		op->flags = PLAN_F_MAKE_DIR | PLAN_F_OPTIONAL;
		op = planned_op(&p, PLAN_MAKE,
				ARGS(planned_text(&p, "swap/file"),
				     S_IFREG | 0644, 0));
		op->dir = 1;
		op->flags = PLAN_F_OPTIONAL;
	}
	planned_run(&p);
	assert_int_equal(p.status, 0);
	end_in_root(&p);
}

static void a_racer_that_swaps_directories_gains_nothing(void **state)
{
	struct stat before, after;

	skip_unless(is_root());
	build_world();
	CHECK_SYS(stat(OUTSIDE, &before));
	race();
	for (int i = 0; i < 200; i++)
		race_round();
	CHECK_SYS(stat(OUTSIDE, &after));
	assert_int_equal(after.st_dev, before.st_dev);
	assert_int_equal(after.st_nlink, before.st_nlink);
	assert_int_equal(after.st_size, before.st_size);
	assert_int_equal(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
	leave_world();
}

static void race_in_a_process_of_its_own(void)
{
	/* a pid namespace ends the racer with the test, whatever happens */
	int status, pid;

	CHECK_SYS(unshare(CLONE_NEWPID));
	pid = (int)CHECK_SYS(fork());
	if (pid == 0) {
		a_racer_that_swaps_directories_gains_nothing(NULL);
		_exit(0);
	}
	CHECK_SYS(waitpid(pid, &status, 0));
	assert_int_equal(status, 0);
}

static void a_racer_gains_nothing(void **state)
{
	skip_unless(is_root());
	in_child(race_in_a_process_of_its_own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mount_is_placed_inside_the_root_or_nowhere),
		cmocka_unit_test(files_are_made_inside_the_root_exactly),
		cmocka_unit_test(another_device_of_that_name_is_an_error),
		cmocka_unit_test(links_are_made_and_old_ones_stay),
		cmocka_unit_test(a_racer_gains_nothing),
	};

	planned_world();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
