/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_probe.c - finding hierarchies, choosing paths
 * (cgroup_probe.c, cgroup_path.c)
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_internal.h"

#define PLACE "/sys/fs/cgroup"

static const struct {
	const char *name, *text;
	enum cgroup_mode mode;
	const char *hierarchies; /* "MOUNT=CONTROLLERS …" */
} mountinfos[] = {
	{ "nothing", "", CGROUP_NONE, "" },
	{ "v2",
	  "25 1 0:22 / /sys rw - sysfs sysfs rw\n"
	  "31 25 0:28 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 "
	  "rw,nsdelegate\n",
	  CGROUP_V2, "/sys/fs/cgroup=v2 " },
	{ "v1, co-mounted, named, without prefix",
	  "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
	  "rw,cpu,cpuacct\n"
	  "33 31 0:30 / /dev/cpuset rw - cgroup none "
	  "rw,cpuset,noprefix,release_agent=/sbin/x\n"
	  "34 31 0:31 / /cg/systemd rw - cgroup systemd "
	  "rw,xattr,name=systemd\n",
	  CGROUP_V1,
	  "/sys/fs/cgroup/cpu,cpuacct=cpu,cpuacct /dev/cpuset=cpuset "
	  "/cg/systemd=name=systemd " },
	{ "hybrid, and one hierarchy twice",
	  "32 31 0:29 / /a rw - cgroup cgroup rw,memory\n"
	  "33 31 0:29 / /b rw - cgroup cgroup rw,memory\n"
	  "34 31 0:30 / /c rw - cgroup2 cgroup2 rw\n",
	  CGROUP_HYBRID, "/a=memory /c=v2 " },
	{ "a space in the path", "32 31 0:29 / /a\\040b rw - cgroup2 c rw\n",
	  CGROUP_V2, "/a b=v2 " },
	{ "look-alikes",
	  "32 31 0:29 / /a rw - cgroupfs cgroup rw,memory\n"
	  "33 31 0:29 / /b rw - tmpfs cgroup2 rw\n"
	  "34 31 0:30 / /c\n",
	  CGROUP_NONE, "" },
};

static void describe(const struct cgroup_world *world, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (int i = 0; i < world->count; i++)
		used += (size_t)snprintf(
			buf + used, size - used, "%s=%s ", world->h[i].mount,
			world->h[i].is_v2 ? "v2" : world->h[i].controllers);
}

static void mountinfo_tells_all_hierarchies(void **state)
{
	EACH(row, mountinfos) {
		struct cgroup_world world;
		char text[1024];

		CASE(row->name);
		cgroup_parse_mountinfo(row->text, false, &world);
		describe(&world, text, sizeof(text));
		assert_string_equal(text, row->hierarchies);
		assert_int_equal(world.mode, row->mode);
	}
}

static void this_machine_is_what_statfs_says(void **state)
{
	struct cgroup_world world;
	struct statfs fs;

	skip_unless(has_file(PLACE "/cgroup.procs") ||
		    has_file(PLACE "/memory"));
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	CHECK_SYS(statfs(PLACE, &fs));
	assert_int_equal(world.mode == CGROUP_V2, fs.f_type == 0x63677270);
	for (int i = 0; i < world.count; i++) {
		char procs[256];

		snprintf(procs, sizeof(procs), "%s/cgroup.procs",
			 world.h[i].mount);
		assert_true(has_file(procs));
	}
}

static void one_controller_is_found_where_all_are(void **state)
{
	struct cgroup_world all;

	assert_int_equal(cgroup_probe(&all, NULL), 0);
	for (int i = 0; i < all.count; i++) {
		const char *name = all.h[i].controllers;
		struct cgroup_world one = { 0 };
		char text[256];

		if (all.h[i].is_v2 || strpbrk(name, ",="))
			continue;
		snprintf(text, sizeof(text), "12:name=a:/\n4:%s:/b\n0::/\n",
			 name);
		assert_true(cgroup_probe_v1(&one, text, name));
		assert_int_equal(one.count, 1);
		assert_int_equal(one.mode, CGROUP_V1);
		assert_string_equal(one.h[0].mount, all.h[i].mount);
		/* once more is still once */
		assert_true(cgroup_probe_v1(&one, text, name));
		assert_int_equal(one.count, 1);
	}
}

static void one_controller_that_is_not_alone_is_not_found(void **state)
{
	static const char *const texts[] = {
		"",
		"0::/\n",
		"4:cpu,memory:/\n",
		"4:memory,cpu:/\n",
		"4:name=memory:/\n",
		"4:pids:/a:memory:/\n",
		"memory",
		"4:memory",
	};

	EACH(text, texts) {
		struct cgroup_world world = { 0 };

		assert_false(cgroup_probe_v1(&world, *text, "memory"));
		assert_int_equal(world.count, 0);
	}
}

/* ---- machines of other kinds, in a mount namespace ---- */

static void own_mounts(void)
{
	CHECK_SYS(unshare(CLONE_NEWNS));
	CHECK_SYS(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

/* The same, on any machine, with cgroup v2 in the usual place. */
static void own_v2(void)
{
	own_mounts();
	if (!has_file(PLACE "/cgroup.controllers"))
		CHECK_SYS(mount("cgroup2", PLACE, "cgroup2", 0, NULL));
}

static void see_v2_only(void)
{
	struct cgroup_world world;

	own_v2();
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	assert_int_equal(world.mode, CGROUP_V2);
	assert_int_equal(world.count, 1);
	assert_string_equal(world.h[0].mount, PLACE);
}

static void see_nothing(void)
{
	struct cgroup_world world;

	own_mounts();
	CHECK_SYS(umount2(PLACE, MNT_DETACH));
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	assert_int_equal(world.mode, CGROUP_NONE);
	assert_int_equal(world.count, 0);
}

/* Names that tell nothing: mountinfo must. A link to one is not another. */
static void see_odd_names(void)
{
	struct cgroup_world world;
	char text[256];

	own_mounts();
	CHECK_SYS(mount("tmpfs", PLACE, "tmpfs", 0, NULL));
	CHECK_SYS(mkdir(PLACE "/mine", 0755));
	CHECK_SYS(mkdir(PLACE "/other", 0755));
	CHECK_SYS(symlink("mine", PLACE "/link"));
	CHECK_SYS(mount("none", PLACE "/mine", "cgroup", 0,
			"none,name=kist-test"));
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	assert_int_equal(world.mode, CGROUP_V1);
	describe(&world, text, sizeof(text));
	assert_string_equal(text, PLACE "/mine=name=kist-test ");
}

static void a_v2_machine_has_one_hierarchy(void **state)
{
	skip_unless(is_root() && has_file(PLACE));
	in_child(see_v2_only);
}

static void a_machine_without_cgroups_is_no_error(void **state)
{
	skip_unless(is_root() && has_file(PLACE));
	in_child(see_nothing);
}

static void directories_with_odd_names_are_looked_up(void **state)
{
	skip_unless(is_root() && has_file(PLACE "/memory"));
	in_child(see_odd_names);
}

/* ---- paths ---- */

static const struct {
	const char *wanted, *path, *line;
} paths[] = {
	{ NULL, "/kist-web", NULL },
	{ "", "/kist-web", NULL },
	{ "a", "/kist/a", NULL },
	{ "a//b/./c/", "/kist/a/b/c", NULL },
	{ "/a/b", "/a/b", NULL },
	{ "/machine.slice/libpod-1.scope", "/machine.slice/libpod-1.scope",
	  NULL },
	{ "/a:b:c", "/a:b:c", NULL },
	{ "/..", NULL, "control group path '/..': '..' is not allowed" },
	{ "a/../b", NULL, "control group path 'a/../b': '..' is not allowed" },
	{ "a..b", "/kist/a..b", NULL },
	{ "/", NULL, "control group path '/': it is the root of all groups" },
	{ "a\nb", NULL, "control group path 'a b': it has a line break" },
	{ "system.slice:docker:1", NULL,
	  "control group path 'system.slice:docker:1' is for the systemd "
	  "manager" },
};

static void paths_stay_below_the_root_of_groups(void **state)
{
	struct cgroup_world v1 = { .mode = CGROUP_V1 };

	EACH(row, paths) {
		struct kist_error err = { 0 };
		char path[512] = "";

		CASE(row->wanted);
		assert_int_equal(cgroup_choose_path(&v1, row->wanted, "web",
						    path, sizeof(path),
						    &err) < 0,
				 row->line != NULL);
		CHECK_ERR(&err, row->line);
		assert_string_equal(path, row->path ? row->path : "");
	}
}

static void paths_too_long_are_refused(void **state)
{
	struct cgroup_world v1 = { .mode = CGROUP_V1 };
	struct kist_error err = { 0 };
	char wanted[600], path[512];

	memset(wanted, 'a', sizeof(wanted) - 1);
	wanted[sizeof(wanted) - 1] = '\0';
	assert_int_equal(cgroup_choose_path(&v1, wanted, "web", path,
					    sizeof(path), &err),
			 -EINVAL);
	assert_int_equal(err.id, KIST_E_CGROUP_PATH);
	assert_int_equal(cgroup_choose_path(&v1, NULL, "web", path, 8, NULL),
			 -EINVAL);
}

/* /top/user is ours, /top is not; the process is in /top/user/a/b. */
static void choose_as_user(void)
{
	struct cgroup_world world;
	char path[512], own[256];

	assert_int_equal(cgroup_probe(&world, NULL), 0);
	own_v2();
	assert_int_equal(cgroup_probe(&world, NULL), 0);
	snprintf(own, sizeof(own), PLACE "/kist-test-%d", getppid());
	for (int i = 0; i < 4; i++) {
		static const char *const below[] = { "", "/user", "/user/a",
						     "/user/a/b" };

		snprintf(path, sizeof(path), "%s%s", own, below[i]);
		CHECK_SYS(mkdir(path, 0755));
		if (i == 0)
			continue;
		strcat(path, "/cgroup.procs");
		CHECK_SYS(chown(path, 1000, 1000));
	}
	snprintf(path, sizeof(path), "%s/user/a/b/cgroup.procs", own);
	assert_int_equal(cgroup_file_write(AT_FDCWD, path, "0"), 0);

	CHECK_SYS(setresuid(1000, 1000, 0));
	assert_int_equal(cgroup_choose_path(&world, NULL, "web", path,
					    sizeof(path), NULL),
			 0);
	snprintf(own, sizeof(own), "/kist-test-%d/user/kist-web", getppid());
	assert_string_equal(path, own);
}

static void remove_groups_of_user(void)
{
	static const char *const below[] = { "/user/a/b", "/user/a", "/user",
					     "" };
	char path[512];

	own_v2();
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), PLACE "/kist-test-%d%s", getppid(),
			 below[i]);
		/* the child is reaped, but it may still be going */
		for (int j = 0; rmdir(path) && j < 100; j++)
			usleep(10000);
		assert_false(has_file(path));
	}
}

static void a_user_gets_the_highest_group_that_was_delegated(void **state)
{
	skip_unless(is_root() && has_file(PLACE));
	in_child(choose_as_user);
	in_child(remove_groups_of_user);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mountinfo_tells_all_hierarchies),
		cmocka_unit_test(this_machine_is_what_statfs_says),
		cmocka_unit_test(one_controller_is_found_where_all_are),
		cmocka_unit_test(one_controller_that_is_not_alone_is_not_found),
		cmocka_unit_test(a_v2_machine_has_one_hierarchy),
		cmocka_unit_test(a_machine_without_cgroups_is_no_error),
		cmocka_unit_test(directories_with_odd_names_are_looked_up),
		cmocka_unit_test(paths_stay_below_the_root_of_groups),
		cmocka_unit_test(paths_too_long_are_refused),
		cmocka_unit_test(
			a_user_gets_the_highest_group_that_was_delegated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
