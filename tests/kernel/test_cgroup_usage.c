/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_usage.c - what a group uses, read from files of either version */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "kernel/cgroup_usage.h"

static char place[] = "/tmp/kist-usage-XXXXXX";
static struct cgroup_world world;
static int root_fds[CGROUP_HIERARCHY_MAX];

static int begin(void **state)
{
	strcpy(place + strlen(place) - 6, "XXXXXX");
	memset(&world, 0, sizeof(world));
	return mkdtemp(place) ? 0 : -1;
}

static int end(void **state)
{
	char command[100];

	cgroup_usage_close(root_fds);
	snprintf(command, sizeof(command), "rm -rf '%s'", place);
	return system(command);
}

static void add(const char *controllers, bool is_v2)
{
	struct cgroup_hierarchy *h = &world.h[world.count++];
	char path[200];

	snprintf(h->mount, sizeof(h->mount), "%s/%s", place,
		 is_v2 ? "v2" : controllers);
	snprintf(h->controllers, sizeof(h->controllers), "%s", controllers);
	h->is_v2 = is_v2;
	CHECK_SYS(mkdir(h->mount, 0755));
	snprintf(path, sizeof(path), "%s/a", h->mount);
	CHECK_SYS(mkdir(path, 0755));
}

static void file(const char *hierarchy, const char *name, const char *text)
{
	char path[200];
	int fd;

	snprintf(path, sizeof(path), "%s/%s/a/%s", place, hierarchy, name);
	fd = (int)CHECK_SYS(
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
	CHECK_SYS(write(fd, text, strlen(text)));
	close(fd);
}

static void read_all(struct cgroup_usage *ret_usage)
{
	cgroup_usage_close(root_fds);
	cgroup_usage_open(&world, root_fds);
	cgroup_usage_read(&world, root_fds, ~0u, "/a", CGROUP_USAGE_ALL,
			  ret_usage);
}

static void v2_files_are_read(void **state)
{
	struct cgroup_usage use;

	add("", true);
	file("v2", "cpu.stat", "usage_usec 1234567\nuser_usec 1\n");
	file("v2", "cpu.max", "50000 100000\n");
	file("v2", "memory.current", "4096\n");
	file("v2", "memory.max", "max\n");
	file("v2", "memory.events",
	     "low 0\nhigh 3\nmax 4\noom 5\noom_kill 6\n");
	file("v2", "pids.current", "7\n");
	file("v2", "pids.max", "20\n");
	file("v2", "io.stat",
	     "8:0 rbytes=100 wbytes=20 rios=1\n8:16 rbytes=5 wbytes=6\n");
	file("v2", "memory.pressure",
	     "some avg10=12.34 avg60=0.00 avg300=0.00 total=99\nfull avg10=0\n");
	file("v2", "cgroup.events", "populated 1\nfrozen 1\n");
	read_all(&use);
	assert_true(use.is_there);
	assert_int_equal(use.cpu_usec, 1234567);
	assert_int_equal(use.quota_usec, 50000);
	assert_int_equal(use.period_usec, 100000);
	assert_int_equal(use.memory, 4096);
	assert_true(use.memory_max == CGROUP_USAGE_MAX);
	assert_int_equal(use.memory_high_events, 3);
	assert_int_equal(use.memory_max_events, 4);
	assert_int_equal(use.oom_kills, 6);
	assert_int_equal(use.pids, 7);
	assert_int_equal(use.pids_max, 20);
	assert_int_equal(use.read_bytes, 105);
	assert_int_equal(use.write_bytes, 26);
	assert_true(use.memory_pressure > .1233 && use.memory_pressure < .1235);
	assert_true(use.cpu_pressure < 0);
	assert_int_equal(use.is_frozen, 1);
	assert_int_equal(use.swap, -1);
}

static void v1_files_are_read(void **state)
{
	struct cgroup_usage use;

	add("cpu,cpuacct", false);
	add("memory", false);
	add("blkio", false);
	add("freezer", false);
	file("cpu,cpuacct", "cpuacct.usage", "5000000\n");
	file("cpu,cpuacct", "cpu.cfs_quota_us", "-1\n");
	file("cpu,cpuacct", "cpu.cfs_period_us", "100000\n");
	file("memory", "memory.usage_in_bytes", "1000\n");
	file("memory", "memory.memsw.usage_in_bytes", "1500\n");
	file("memory", "memory.limit_in_bytes", "9223372036854771712\n");
	file("memory", "memory.oom_control",
	     "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
	file("blkio", "blkio.throttle.io_service_bytes_recursive",
	     "8:0 Read 10\n8:0 Write 4\n8:0 Sync 14\n8:16 Read 1\nTotal 15\n");
	file("freezer", "freezer.state", "FROZEN\n");
	read_all(&use);
	assert_int_equal(use.cpu_usec, 5000);
	assert_true(use.quota_usec == CGROUP_USAGE_MAX);
	assert_int_equal(use.memory, 1000);
	assert_int_equal(use.swap, 500);
	assert_true(use.memory_max == CGROUP_USAGE_MAX);
	assert_int_equal(use.oom_kills, 2);
	assert_int_equal(use.read_bytes, 11);
	assert_int_equal(use.write_bytes, 4);
	assert_int_equal(use.is_frozen, 1);
}

static void traffic_that_v1_does_not_count_is_not_known(void **state)
{
	struct cgroup_usage use;

	add("blkio", false);
	file("blkio", "blkio.throttle.io_service_bytes_recursive", "Total 0\n");
	read_all(&use);
	assert_int_equal(use.read_bytes, -1);
	assert_int_equal(use.write_bytes, -1);
}

static void the_version_that_has_the_processes_is_believed(void **state)
{
	struct cgroup_usage use;

	add("cpuacct", false);
	add("freezer", false);
	add("", true);
	file("cpuacct", "cpuacct.usage", "7000\n");
	file("v2", "cpu.stat", "usage_usec 0\n");
	file("freezer", "freezer.state", "THAWED\n");
	file("v2", "cgroup.events", "populated 1\nfrozen 1\n");
	read_all(&use);
	assert_int_equal(use.cpu_usec, 7);
	assert_int_equal(use.is_frozen, 1);
	file("freezer", "freezer.state", "FROZEN\n");
	file("v2", "cgroup.events", "populated 1\nfrozen 0\n");
	read_all(&use);
	assert_int_equal(use.is_frozen, 1);
}

static void only_the_parts_asked_for_are_read(void **state)
{
	struct cgroup_usage use;

	add("memory", false);
	add("pids", false);
	file("memory", "memory.usage_in_bytes", "1000\n");
	file("memory", "memory.limit_in_bytes", "2000\n");
	file("memory", "memory.failcnt", "3\n");
	file("pids", "pids.current", "4\n");
	cgroup_usage_open(&world, root_fds);
	assert_int_equal(cgroup_usage_hierarchies(&world, CGROUP_USAGE_PIDS),
			 2);
	assert_int_equal(cgroup_usage_hierarchies(&world, CGROUP_USAGE_IO), 0);
	cgroup_usage_read(&world, root_fds, 3, "/a", CGROUP_USAGE_MEMORY, &use);
	assert_int_equal(use.memory, 1000);
	assert_int_equal(use.memory_max, -1);
	assert_int_equal(use.memory_max_events, -1);
	assert_int_equal(use.pids, -1);
	cgroup_usage_read(&world, root_fds, 2, "/a", CGROUP_USAGE_ALL, &use);
	assert_int_equal(use.memory, -1);
	assert_int_equal(use.pids, 4);
}

static void what_is_not_there_is_not_known(void **state)
{
	struct cgroup_usage use;

	add("", true);
	cgroup_usage_open(&world, root_fds);
	cgroup_usage_read(&world, root_fds, ~0u, "/b", CGROUP_USAGE_ALL, &use);
	assert_false(use.is_there);
	assert_int_equal(use.memory, -1);
	cgroup_usage_read(&world, root_fds, ~0u, "/../v2/a", CGROUP_USAGE_ALL,
			  &use);
	assert_false(use.is_there);
}

static void pressure_is_read_in_any_locale(void **state)
{
	int64_t total = 0;

	assert_true(cgroup_pressure_parse("some avg10=100.00 avg60=1 total=7\n",
					  &total) > .999);
	assert_int_equal(total, 7);
	assert_true(cgroup_pressure_parse("nonsense", NULL) < 0);
	assert_true(cgroup_pressure_parse("", NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(v2_files_are_read, begin, end),
		cmocka_unit_test_setup_teardown(v1_files_are_read, begin, end),
		cmocka_unit_test_setup_teardown(
			traffic_that_v1_does_not_count_is_not_known, begin,
			end),
		cmocka_unit_test_setup_teardown(
			the_version_that_has_the_processes_is_believed, begin,
			end),
		cmocka_unit_test_setup_teardown(
			only_the_parts_asked_for_are_read, begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_there_is_not_known,
						begin, end),
		cmocka_unit_test(pressure_is_read_in_any_locale),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
