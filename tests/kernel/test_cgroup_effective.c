/* SPDX-License-Identifier: Apache-2.0 */
/* Unit tests of kernel/cgroup_effective.c and kernel/cgroup_members.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "kernel/cgroup_effective.h"

/* A tree of plain directories in the place of a hierarchy. */
struct tree {
	struct cgroup_hierarchy h;
	struct arena arena;
	struct cgroup_effective *rows;
	size_t count;
};

static void put(const struct tree *t, const char *path, const char *text)
{
	char whole[512];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s/%s", t->h.mount, path);
	for (char *c = whole + strlen(t->h.mount) + 1; *c; c++)
		if (*c == '/') {
			*c = '\0';
			mkdir(whole, 0700);
			*c = '/';
		}
	file = fopen(whole, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void begin(struct tree *t, bool v2)
{
	memset(t, 0, sizeof(*t));
	arena_init(&t->arena);
	strcpy(t->h.mount, "/tmp/kist-test-tree-XXXXXX");
	assert_non_null(mkdtemp(t->h.mount));
	t->h.is_v2 = v2;
}

static void end(struct tree *t)
{
	char command[256];

	snprintf(command, sizeof(command), "rm -rf '%s'", t->h.mount);
	assert_int_equal(system(command), 0);
	arena_done(&t->arena);
}

static const struct cgroup_effective *row(struct tree *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->rows[i].name, name) == 0)
			return &t->rows[i];
	return NULL;
}

static void look(struct tree *t, const char *path)
{
	struct kist_error err = { 0 };

	assert_int_equal(cgroup_effective(&t->h, path, &t->arena, &t->rows,
					  &t->count, &err),
			 0);
}

static void test_the_smallest_value_on_the_path_counts(void **state)
{
	struct tree t;
	const struct cgroup_effective *memory;

	(void)state;
	begin(&t, true);
	put(&t, "a/memory.max", "1000\n");
	put(&t, "a/memory.current", "600\n");
	put(&t, "a/b/memory.max", "5000\n");
	put(&t, "a/b/memory.current", "500\n");
	put(&t, "a/b/c/memory.max", "max\n");
	put(&t, "a/b/c/memory.current", "400\n");
	look(&t, "/a/b/c");
	memory = row(&t, "memory");
	assert_non_null(memory);
	assert_int_equal(memory->limit, 1000);
	assert_string_equal(memory->set_by, "/a");
	assert_int_equal(memory->own, CGROUP_UNLIMITED);
	assert_int_equal(memory->usage, 400);
	assert_int_equal(memory->usage_there, 600);
	end(&t);
}

static void test_the_topmost_of_equal_values_counts(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, true);
	put(&t, "a/pids.max", "7\n");
	put(&t, "a/b/pids.max", "7\n");
	look(&t, "/a/b");
	assert_string_equal(row(&t, "pids")->set_by, "/a");
	end(&t);
}

static void test_nobody_limits(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, false);
	put(&t, "memory.limit_in_bytes", "9223372036854771712\n");
	put(&t, "a/memory.limit_in_bytes", "9223372036854771712\n");
	look(&t, "/a");
	assert_int_equal(t.count, 1);
	assert_int_equal(t.rows[0].limit, CGROUP_UNLIMITED);
	assert_null(t.rows[0].set_by);
	end(&t);
}

static void test_v1_without_hierarchy_starts_anew(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, false);
	put(&t, "a/memory.limit_in_bytes", "1000\n");
	put(&t, "a/memory.use_hierarchy", "0\n");
	put(&t, "a/b/memory.limit_in_bytes", "5000\n");
	look(&t, "/a/b");
	assert_int_equal(row(&t, "memory")->limit, 5000);
	assert_string_equal(row(&t, "memory")->set_by, "/a/b");
	end(&t);
}

static void test_processor_time_of_either_version(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, true);
	put(&t, "a/cpu.max", "150000 100000\n");
	put(&t, "a/b/cpu.max", "max 100000\n");
	put(&t, "a/b/cpu.stat", "usage_usec 25\nuser_usec 20\n");
	look(&t, "/a/b");
	assert_int_equal(row(&t, "cpus")->limit, 1500000000);
	assert_int_equal(row(&t, "cpus")->usage, 25000);
	end(&t);

	begin(&t, false);
	put(&t, "a/cpu.cfs_quota_us", "-1\n");
	put(&t, "a/cpu.cfs_period_us", "100000\n");
	put(&t, "a/b/cpu.cfs_quota_us", "50000\n");
	put(&t, "a/b/cpu.cfs_period_us", "100000\n");
	look(&t, "/a/b");
	assert_int_equal(row(&t, "cpus")->limit, 500000000);
	assert_string_equal(row(&t, "cpus")->set_by, "/a/b");
	end(&t);
}

static void test_a_cpuset_is_set_where_it_last_became_smaller(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, true);
	put(&t, "cpuset.cpus.effective", "0-7\n");
	put(&t, "a/cpuset.cpus", "0-3\n");
	put(&t, "a/cpuset.cpus.effective", "0-3\n");
	put(&t, "a/b/cpuset.cpus", "\n");
	put(&t, "a/b/cpuset.cpus.effective", "0-3\n");
	look(&t, "/a/b");
	assert_string_equal(row(&t, "cpuset")->list, "0-3");
	assert_string_equal(row(&t, "cpuset")->set_by, "/a");
	assert_string_equal(row(&t, "cpuset")->own_list, "");
	look(&t, "/");
	assert_string_equal(row(&t, "cpuset")->list, "0-7");
	assert_null(row(&t, "cpuset")->set_by);
	end(&t);
}

static void test_rates_of_devices_are_found_per_device(void **state)
{
	struct tree t;

	(void)state;
	begin(&t, true);
	put(&t, "a/io.max",
	    "8:0 rbps=1000 wbps=max riops=max wiops=5\n"
	    "8:16 rbps=3 wbps=max riops=max wiops=max\n");
	put(&t, "a/b/io.max", "8:0 rbps=700 wbps=max riops=max wiops=9\n");
	look(&t, "/a/b");
	assert_int_equal(t.count, 3);
	assert_string_equal(t.rows[0].device, "8:0");
	assert_int_equal(t.rows[0].limit, 700);
	assert_string_equal(t.rows[0].set_by, "/a/b");
	assert_int_equal(t.rows[1].limit, 5);
	assert_string_equal(t.rows[1].set_by, "/a");
	assert_int_equal(t.rows[2].limit, 3);
	assert_int_equal(t.rows[2].own, CGROUP_UNLIMITED);
	end(&t);
}

static void test_a_group_that_is_not_there_or_outside(void **state)
{
	const char *const paths[] = { "/nowhere", "/../etc", "/a/../../b" };
	struct tree t;

	(void)state;
	begin(&t, true);
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct kist_error err = { 0 };

		assert_int_equal(cgroup_effective(&t.h, paths[i], &t.arena,
						  &t.rows, &t.count, &err),
				 -ESRCH);
		assert_int_equal(err.id, KIST_E_CGROUP_UNKNOWN);
	}
	end(&t);
}

static void test_lines_of_proc_pid_cgroup(void **state)
{
	struct cgroup_member *m;
	struct arena arena;
	size_t count;

	(void)state;
	arena_init(&arena);
	cgroup_parse_members("9:name=systemd:/\n"
			     "4:memory:/a:b/c\n"
			     "rubbish\n:::\n99999999999:x:/\n5:cpu:nope\n"
			     "0::/gone (deleted)\n",
			     &arena, &m, &count);
	assert_int_equal(count, 3);
	assert_string_equal(m[0].controllers, "name=systemd");
	assert_string_equal(m[1].path, "/a:b/c");
	assert_int_equal(m[2].id, 0);
	assert_string_equal(m[2].controllers, "");
	assert_string_equal(m[2].path, "/gone");
	assert_true(m[2].is_deleted && !m[1].is_deleted);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_smallest_value_on_the_path_counts),
		cmocka_unit_test(test_the_topmost_of_equal_values_counts),
		cmocka_unit_test(test_nobody_limits),
		cmocka_unit_test(test_v1_without_hierarchy_starts_anew),
		cmocka_unit_test(test_processor_time_of_either_version),
		cmocka_unit_test(
			test_a_cpuset_is_set_where_it_last_became_smaller),
		cmocka_unit_test(test_rates_of_devices_are_found_per_device),
		cmocka_unit_test(test_a_group_that_is_not_there_or_outside),
		cmocka_unit_test(test_lines_of_proc_pid_cgroup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
