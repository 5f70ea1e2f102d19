/* SPDX-License-Identifier: Apache-2.0 */
/* test_idmap.c - id maps of user namespaces (src/kernel/idmap.c) */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "kernel/idmap.h"
#include "sys/file.h"

static const struct {
	const char *name;
	struct id_map maps[3];
	size_t count;
	const char *line;
} checks[] = {
	{ "one", { { 0, 1000, 1 } }, 1, NULL },
	{ "neighbours", { { 0, 10, 5 }, { 5, 15, 5 } }, 2, NULL },
	{ "crossed", { { 0, 5, 5 }, { 5, 0, 5 } }, 2, NULL },
	{ "all", { { 0, 0, UINT32_MAX } }, 1, NULL },
	{ "nothing",
	  { { 0, 1000, 0 } },
	  1,
	  "the uid map 0 1000 0 maps nothing" },
	{ "too high inside",
	  { { 1, 0, UINT32_MAX } },
	  1,
	  "the uid map 1 0 4294967295 goes beyond 4294967294" },
	{ "too high outside",
	  { { 0, UINT32_MAX, 1 } },
	  1,
	  "the uid map 0 4294967295 1 goes beyond 4294967294" },
	{ "twice inside",
	  { { 0, 10, 5 }, { 4, 20, 5 } },
	  2,
	  "the uid maps 0 10 5 and 4 20 5 overlap inside the container" },
	{ "twice outside",
	  { { 0, 10, 5 }, { 9, 1, 1 }, { 5, 14, 5 } },
	  3,
	  "the uid maps 0 10 5 and 5 14 5 overlap outside the container" },
};

static void a_map_that_the_kernel_would_refuse_is_named(void **state)
{
	EACH(row, checks) {
		struct id_map lines[3];
		const struct id_maps maps = { lines, row->count };
		struct kist_error err = { 0 };

		CASE(row->name);
		memcpy(lines, row->maps, sizeof(lines));
		assert_int_equal(idmap_check(&maps, "uid", &err),
				 row->line ? -EINVAL : 0);
		CHECK_ERR(&err, row->line);
	}
}

static void more_lines_than_the_kernel_takes_are_refused(void **state)
{
	struct id_map lines[IDMAP_MAX + 1];
	struct id_maps maps = { lines, IDMAP_MAX };
	struct kist_error err = { 0 };

	for (uint32_t i = 0; i <= IDMAP_MAX; i++)
		lines[i] = (struct id_map){ i, i, 1 };
	assert_int_equal(idmap_check(&maps, "gid", &err), 0);
	maps.count++;
	assert_int_equal(idmap_check(&maps, "gid", &err), -EINVAL);
	CHECK_ERR(&err, "341 gid maps are too many: the kernel takes 340");
}

static struct id_map two_ranges[] = { { 0, 1000, 1 }, { 1, 100000, 65536 } };
static const struct id_maps two = { two_ranges, 2 };

static const struct {
	uint32_t inside, outside;
	bool mapped;
} translations[] = {
	{ 0, 1000, true },	    { 1, 100000, true },
	{ 65536, 165535, true },    { 65537, 165536, false },
	{ UINT32_MAX, 999, false }, { 70000, UINT32_MAX, false },
};

static void ids_are_translated_both_ways(void **state)
{
	EACH(row, translations) {
		uint32_t outside = 7, inside = 7;

		assert_int_equal(idmap_outside(&two, row->inside, &outside),
				 row->mapped);
		assert_int_equal(outside, row->mapped ? row->outside : 7);
		assert_int_equal(idmap_inside(&two, row->outside, &inside),
				 row->mapped);
		assert_int_equal(inside, row->mapped ? row->inside : 7);
	}
}

/* A process in a user namespace of its own, without maps. */
static pid_t start_unmapped(void)
{
	int ready[2];
	pid_t pid;
	char c;

	CHECK_SYS(pipe2(ready, O_CLOEXEC));
	pid = fork();
	if (pid == 0) {
		unshare(CLONE_NEWUSER);
		close(ready[1]);
		close(ready[0]);
		for (;;)
			pause();
	}
	close(ready[1]);
	(void)!read(ready[0], &c, 1); /* until it is closed */
	close(ready[0]);
	return CHECK_SYS(pid) ? pid : 0;
}

static void stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void check_file(pid_t pid, const char *name, const char *want)
{
	char path[64], text[200] = "", flat[200];
	size_t len = 0;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	assert_true(sys_read_file(AT_FDCWD, path, text, sizeof(text)) >= 0);
	for (char *word = strtok(text, " \n"); word; word = strtok(NULL, " \n"))
		len += (size_t)snprintf(flat + len, sizeof(flat) - len, "%s ",
					word);
	assert_string_equal(flat, want);
}

static void root_writes_any_map(void **state)
{
	struct kist_error err = { 0 };
	pid_t pid;

	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	pid = start_unmapped();
	assert_int_equal(idmap_write(pid, &two, &two, &err), 0);
	CHECK_ERR(&err, NULL);
	check_file(pid, "uid_map", "0 1000 1 1 100000 65536 ");
	check_file(pid, "gid_map", "0 1000 1 1 100000 65536 ");
	check_file(pid, "setgroups", "allow ");
	/* a map is written once */
	assert_int_equal(idmap_write(pid, &two, &two, &err) < 0, true);
	stop(pid);
}

/* An ordinary user, who owns what is forked from here. */
static void become(uid_t id)
{
	CHECK_SYS(setgroups(0, NULL));
	CHECK_SYS(setresgid(id, id, id));
	CHECK_SYS(setresuid(id, id, id));
	/* changing ids has given our /proc files to root */
	CHECK_SYS(prctl(PR_SET_DUMPABLE, 1));
}

static void map_own(void)
{
	struct id_map own = { 0, 4711, 1 };
	const struct id_maps maps = { &own, 1 };
	struct kist_error err = { 0 };
	pid_t pid;

	become(4711);
	pid = start_unmapped();
	assert_int_equal(idmap_write(pid, &maps, &maps, &err), 0);
	CHECK_ERR(&err, NULL);
	check_file(pid, "uid_map", "0 4711 1 ");
	check_file(pid, "gid_map", "0 4711 1 ");
	check_file(pid, "setgroups", "deny ");
	stop(pid);
}

static void an_ordinary_user_maps_the_own_id_without_groups(void **state)
{
	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	in_child(map_own);
}

static void map_strangers(void)
{
	struct kist_error err = { 0 };
	pid_t pid;

	become(4711);
	pid = start_unmapped();
	assert_int_equal(idmap_write(pid, &two, &two, &err), -EPERM);
	assert_int_equal(err.id, KIST_E_ID_MAP_DENIED);
	assert_string_equal(err.what, "map uids with '/usr/bin/newuidmap'");
	assert_true(strlen(err.kernel) > 0);
	CHECK_HINT(&err, "map the own id, or ids that /etc/subuid gives; root "
			 "gives more with a line that is free: 'kist id "
			 "suggest'");
	stop(pid);
}

static void ids_of_others_need_a_line_in_subuid(void **state)
{
	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	skip_unless(has_file("/usr/bin/newuidmap"));
	in_child(map_strangers);
}

/* A view of this machine with other files in /etc. */
static void replace_etc(const char *subids)
{
	CHECK_SYS(unshare(CLONE_NEWNS));
	CHECK_SYS(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK_SYS(mount("none", "/etc", "tmpfs", 0, "mode=755"));
	assert_int_equal(sys_replace_file(AT_FDCWD, "/etc/passwd",
					  "me:x:4711:4711::/:\n", 19, 0644),
			 0);
	assert_int_equal(sys_replace_file(AT_FDCWD, "/etc/subuid", subids,
					  strlen(subids), 0644),
			 0);
	assert_int_equal(sys_replace_file(AT_FDCWD, "/etc/subgid", subids,
					  strlen(subids), 0644),
			 0);
}

static void map_subordinates(void)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct id_maps uids, gids;
	pid_t pid;

	replace_etc("you:1:2\nme:200000:10\nbad\nme:x:1\n4711:300000:5\n");
	arena_init(&arena);
	assert_int_equal(idmap_rootless(4711, 4711, &arena, &uids, &gids, &err),
			 0);
	assert_int_equal(uids.count, 3);
	assert_int_equal(gids.count, 3);

	become(4711);
	pid = start_unmapped();
	assert_int_equal(idmap_write(pid, &uids, &gids, &err), 0);
	CHECK_ERR(&err, NULL);
	check_file(pid, "uid_map", "0 4711 1 1 200000 10 11 300000 5 ");
	check_file(pid, "gid_map", "0 4711 1 1 200000 10 11 300000 5 ");
	stop(pid);
}

static void an_ordinary_user_has_the_ids_of_subuid(void **state)
{
	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	skip_unless(has_file("/usr/bin/newuidmap"));
	in_child(map_subordinates);
}

static void no_subordinates(void)
{
	CLEANUP_ARENA struct arena arena;
	struct id_maps uids, gids;

	replace_etc("you:1:2\n");
	arena_init(&arena);
	assert_int_equal(idmap_rootless(4711, 4712, &arena, &uids, &gids, NULL),
			 0);
	assert_int_equal(uids.count, 1);
	assert_int_equal(uids.maps[0].outside, 4711);
	assert_int_equal(gids.count, 1);
	assert_int_equal(gids.maps[0].outside, 4712);
}

static void without_a_line_there_is_the_own_id_alone(void **state)
{
	skip_unless(is_root());
	in_child(no_subordinates);
}

static void hide_tools(void)
{
	struct kist_error err = { 0 };
	pid_t pid;

	CHECK_SYS(unshare(CLONE_NEWNS));
	CHECK_SYS(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK_SYS(mount("none", "/usr/bin", "tmpfs", 0, NULL));
	become(4711);
	pid = start_unmapped();
	assert_int_equal(idmap_write(pid, &two, &two, &err), -ENOENT);
	CHECK_ERR(&err, "map uids with newuidmap, which is not installed");
	CHECK_HINT(&err, "install it; Debian and Ubuntu: apt install uidmap");
	stop(pid);
}

static void without_the_tool_the_error_names_its_package(void **state)
{
	skip_unless(is_root());
	skip_unless(can_make_user_namespaces());
	in_child(hide_tools);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_that_the_kernel_would_refuse_is_named),
		cmocka_unit_test(more_lines_than_the_kernel_takes_are_refused),
		cmocka_unit_test(ids_are_translated_both_ways),
		cmocka_unit_test(root_writes_any_map),
		cmocka_unit_test(
			an_ordinary_user_maps_the_own_id_without_groups),
		cmocka_unit_test(ids_of_others_need_a_line_in_subuid),
		cmocka_unit_test(an_ordinary_user_has_the_ids_of_subuid),
		cmocka_unit_test(without_a_line_there_is_the_own_id_alone),
		cmocka_unit_test(without_the_tool_the_error_names_its_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
