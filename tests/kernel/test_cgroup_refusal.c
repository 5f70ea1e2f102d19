/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_refusal.c - rules that other kernels have, or that take a machine
 * to provoke (src/kernel/cgroup_refusal*.c); the others are provoked in
 * tests/commands/why-cgroup.bats and tests/vm/guest-why.sh
 */
#include "fake_group.h"
#include "kernel/cgroup_refusal.h"

/* What is said of @value in @file, refused with @errnum. */
static void check_write(const char *const *files, const char *file,
			const char *value, int errnum, int cause)
{
	struct fake group = fake_group(files);
	struct cgroup_refusal refusal = { 0 };
	const struct cgroup_attempt attempt = { .dir_fd = group.fd,
						.name = "/a",
						.file = file,
						.value = value,
						.errnum = errnum };

	assert_true(cgroup_refused_write(&attempt, &refusal));
	assert_int_equal(refusal.cause, cause);
	fake_done(&group);
}

static void a_partition_is_refused_by_old_kernels(void **state)
{
	static const char *const files[] = { "cgroup.procs",
					     "cpuset.cpus.partition", NULL };

	(void)state;
	check_write(files, files[1], "root", EINVAL,
		    KIST_CAUSE_CPUSET_PARTITION);
	check_write(files, files[1], "much", EINVAL, KIST_CAUSE_CGROUP_VALUE);
}

static void kernel_memory_is_not_limited_by_itself(void **state)
{
	static const char *const files[] = { "cgroup.procs",
					     "memory.kmem.limit_in_bytes",
					     NULL };

	(void)state;
	check_write(files, files[1], "1000", EOPNOTSUPP, KIST_CAUSE_NO_KMEM);
}

static void realtime_processes_forbid_the_cpu_controller(void **state)
{
	static const char *const files[] = { "cgroup.procs",
					     "cgroup.subtree_control", NULL };

	(void)state;
	check_write(files, files[1], "+cpu", EINVAL,
		    KIST_CAUSE_CGROUP_REALTIME_OUTSIDE);
}

static void ids_of_groups_are_used_up(void **state)
{
	struct cgroup_refusal refusal = { 0 };
	const struct cgroup_attempt attempt = { .dir_fd = AT_FDCWD,
						.name = "/",
						.errnum = ENOSPC };

	(void)state;
	assert_true(cgroup_refused_make(&attempt, &refusal));
	assert_int_equal(refusal.cause, KIST_CAUSE_CGROUP_IDS);
	/* this machine has fewer */
	assert_false(refusal.is_certain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_is_refused_by_old_kernels),
		cmocka_unit_test(kernel_memory_is_not_limited_by_itself),
		cmocka_unit_test(realtime_processes_forbid_the_cpu_controller),
		cmocka_unit_test(ids_of_groups_are_used_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
