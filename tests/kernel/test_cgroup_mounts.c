/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_mounts.c - mounts of hierarchies, and the rows of /proc/cgroups */
#include <string.h>

#include "check.h"
#include "kernel/cgroup_knobs.h"
#include "kernel/cgroup_mounts.h"

static const char mountinfo[] =
	"22 1 0:21 / /proc rw - proc proc rw\n"
	"30 22 0:26 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup "
	"cgroup rw,cpu,cpuacct\n"
	"31 22 0:27 / /cgroup/my\\040place ro - cgroup x "
	"rw,memory,noprefix,release_agent=/bin/x\n"
	"32 22 0:28 / /s rw master:1 propagate_from:2 - cgroup c "
	"rw,xattr,name=systemd\n"
	"33 22 0:29 /docker/1 /u rw - cgroup2 cgroup2 ro,nsdelegate\n"
	"34 22 0:30 / /again rw - cgroup cgroup rw,memory\n"
	"35 22 0:31 / /none rw - cgroup cgroup rw\n"
	"36 22 - cgroup\n"
	"- cgroup";

static void every_mount_is_found_with_what_is_in_it(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_mount *m;
	struct cgroup_world world;
	size_t count;

	arena_init(&arena);
	cgroup_mounts_parse(mountinfo, false, &arena, &m, &count);
	assert_int_equal(count, 5);
	assert_string_equal(m[0].controllers, "cpu,cpuacct");
	assert_string_equal(m[1].place, "/cgroup/my place");
	assert_string_equal(m[1].controllers, "memory");
	assert_true(m[1].read_only);
	assert_string_equal(m[2].controllers, "name=systemd");
	assert_true(m[3].is_v2 && m[3].read_only);
	assert_string_equal(m[3].root, "/docker/1");

	cgroup_mounts_world(m, count, &world);
	assert_int_equal(world.count, 4);
	assert_int_equal(world.mode, CGROUP_HYBRID);
	assert_string_equal(world.h[1].mount, "/cgroup/my place");
}

static void rows_of_controllers_are_read(void **state)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_row *rows;
	size_t count;

	arena_init(&arena);
	cgroup_rows_parse("#subsys_name\thierarchy\tnum_cgroups\tenabled\n"
			  "cpuset\t3\t7\t1\nmemory\t0\t1\t0\nnonsense\n",
			  &arena, &rows, &count);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].name, "cpuset");
	assert_int_equal(rows[0].hierarchy, 3);
	assert_int_equal(rows[0].groups, 7);
	assert_false(rows[1].enabled);
}

static void the_command_line_says_what_is_off(void **state)
{
	const char *line = "ro cgroup_disable=memory,hugetlb quiet "
			   "cgroup_no_v1=all\n";

	assert_true(cgroup_cmdline_has(line, "cgroup_disable", "memory"));
	assert_true(cgroup_cmdline_has(line, "cgroup_disable", "hugetlb"));
	assert_false(cgroup_cmdline_has(line, "cgroup_disable", "mem"));
	assert_false(cgroup_cmdline_has(line, "cgroup", "memory"));
	assert_true(cgroup_cmdline_has(line, "cgroup_no_v1", "all"));
	assert_false(cgroup_cmdline_has("cgroup_no_v1", "cgroup_no_v1", "all"));
}

static const struct {
	const char *file, *value;
	int version;
	bool initial;
} knobs[] = {
	{ "memory.limit_in_bytes", "9223372036854771712", 1, true },
	{ "memory.limit_in_bytes", "4096", 1, false },
	{ "memory.max", "max", 2, true },
	{ "memory.low", "0", 2, true },
	{ "hugetlb.2MB.max", "0", 2, false },
	{ "memory.oom_control", "oom_kill_disable 0\nunder_oom 0", 1, true },
	{ "memory.oom_control", "oom_kill_disable 1\nunder_oom 0", 1, false },
	{ "cgroup.procs", "1\n2", 2, true },
	{ "io.max", "", 2, true },
	{ "devices.list", "a *:* rwm", 1, true },
};

static void what_nobody_changed_is_told_from_what_was(void **state)
{
	EACH(row, knobs) {
		const struct cgroup_knob *knob =
			cgroup_knob(row->file, row->version);

		CASE(row->file);
		assert_non_null(knob);
		assert_int_equal(cgroup_knob_is_initial(knob, row->value, NULL),
				 row->initial);
	}
	assert_null(cgroup_knob("memory.max", 1));
	assert_true(cgroup_knob_is_initial(cgroup_knob("memory.swappiness", 1),
					   "10", "10"));
}

static void the_kernel_gets_values_in_its_order(void **state)
{
	assert_true(cgroup_knob_order("memory.limit_in_bytes", 1) <
		    cgroup_knob_order("memory.memsw.limit_in_bytes", 1));
	assert_true(cgroup_knob_order("cpuset.mems", 1) <
		    cgroup_knob_order("tasks", 1));
	assert_true(cgroup_knob_order("some.thing", 1) <
		    cgroup_knob_order("tasks", 1));
	assert_true(cgroup_knob_order("cgroup.type", 2) <
		    cgroup_knob_order("cpu.max", 2));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_mount_is_found_with_what_is_in_it),
		cmocka_unit_test(rows_of_controllers_are_read),
		cmocka_unit_test(the_command_line_says_what_is_off),
		cmocka_unit_test(what_nobody_changed_is_told_from_what_was),
		cmocka_unit_test(the_kernel_gets_values_in_its_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
