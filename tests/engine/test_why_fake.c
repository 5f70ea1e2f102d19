/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_why_fake.c - rules of kernels and machines that this is not
 *
 * The process of the case, or its control group, is a folder of the test's own
 * (src/engine/why/probe_*.c).
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "engine/why/why.h"

static struct arena arena;
static char folder[] = "/tmp/kist-cgroup-XXXXXX";
static char path[200];

static int setup(void **state)
{
	arena_init(&arena);
	assert_non_null(mkdtemp(folder));
	return chdir(folder);
}

static int teardown(void **state)
{
	char command[100];

	arena_done(&arena);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return chdir("/") < 0 || system(command);
}

static void put(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static const char *in_folder(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

/* The first rule that is found, certain or not. */
static void check_cause(struct why_case c, int cause, const char *evidence)
{
	struct kist_why why = { .count = 0 };

	c.arena = &arena;
	c.pid = getpid();
	assert_int_equal(why_find(&c, &why), 0);
	if (why.count == 0)
		fail_msg("%s: no rule was found", kist_cause_name(cause));
	assert_string_equal(kist_cause_name(why.findings[0].cause),
			    kist_cause_name(cause));
	if (!strstr(why.findings[0].evidence, evidence))
		fail_msg("'%s' is not in '%s'", evidence,
			 why.findings[0].evidence);
}

static void control_groups(void **state)
{
	put("cgroup.procs", "");
	put("cgroup.type", "domain");
	put("cgroup.subtree_control", "");
	put("memory.kmem.limit_in_bytes", "0");
	put("cpuset.cpus.partition", "member");
	check_cause((struct why_case){ .call = WHY_CGROUP_WRITE,
				       .name = "write",
				       .subject = in_folder(
					       "memory.kmem.limit_in_bytes"),
				       .value = "1M",
				       .errnum = EOPNOTSUPP,
				       .is_self = true,
				       .proc_fd = -1 },
		    KIST_CAUSE_NO_KMEM, "EOPNOTSUPP");
	check_cause((struct why_case){ .call = WHY_CGROUP_WRITE,
				       .name = "write",
				       .subject = in_folder(
					       "cgroup.subtree_control"),
				       .value = "+cpu",
				       .errnum = EINVAL,
				       .is_self = true,
				       .proc_fd = -1 },
		    KIST_CAUSE_CGROUP_REALTIME_OUTSIDE, "'+cpu'");
	check_cause((struct why_case){ .call = WHY_CGROUP_WRITE,
				       .name = "write",
				       .subject = in_folder(
					       "cpuset.cpus.partition"),
				       .value = "root",
				       .errnum = EINVAL,
				       .is_self = true,
				       .proc_fd = -1 },
		    KIST_CAUSE_CPUSET_PARTITION, "partition root");
	check_cause((struct why_case){ .call = WHY_CGROUP_MAKE,
				       .name = "mkdir",
				       .subject = in_folder("new"),
				       .errnum = ENOSPC,
				       .is_self = true,
				       .proc_fd = -1 },
		    KIST_CAUSE_CGROUP_IDS, "65535");
}

static void a_root_without_a_parent(void **state)
{
	int proc_fd;

	put("mountinfo", "1 1 0:2 / / rw - rootfs rootfs rw\n");
	proc_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(proc_fd >= 0);
	check_cause((struct why_case){ .call = WHY_ROOT,
				       .name = "pivot_root",
				       .errnum = EINVAL,
				       .proc_fd = proc_fd },
		    KIST_CAUSE_PIVOT_ROOTFS, "has no parent");
	close(proc_fd);
}

static void a_kernel_without_time_namespaces(void **state)
{
	int proc_fd;

	CHECK_SYS(mkdir("ns", 0755));
	put("ns/user", "");
	proc_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(proc_fd >= 0);
	check_cause((struct why_case){ .call = WHY_JOIN,
				       .name = "setns",
				       .flags = CLONE_NEWTIME,
				       .errnum = EINVAL,
				       .proc_fd = proc_fd },
		    KIST_CAUSE_NO_NAMESPACE, "ns/time is not there");
	close(proc_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_groups),
		cmocka_unit_test(a_root_without_a_parent),
		cmocka_unit_test(a_kernel_without_time_namespaces),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
