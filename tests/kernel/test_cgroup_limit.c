/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_limit.c - limits that the kernel keeps (src/kernel/cgroup_limit.c)
 */
#include "real_group.h"

/* ---- limits ---- */

static int fork_three(void)
{
	for (int i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return errno == EAGAIN ? i : 50;
		if (pid == 0)
			sleep_long();
	}
	return 3;
}

static void limit_pids(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	limits.values[LIMIT_PIDS] = (struct limit_value){ true, 3, 0 };
	if (!has(world, "pids")) {
		assert_true(cgroup_make(world, group_path("/kist/a"), &limits,
					false, &cgroup, &err) < 0 ||
			    cgroup_limit(&cgroup, &limits, &err) < 0);
		assert_int_equal(err.id, KIST_E_CGROUP_CONTROLLER);
		sweep(world);
		return;
	}
	cgroup = make(world, "/kist/a", &limits);
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), 0);
	CHECK_ERR(&err, NULL);
	assert_int_equal(WEXITSTATUS(status_of(start(&cgroup, fork_three))), 2);
	sweep(world);
}

static void pids_are_limited(void **state)
{
	on_each_version(limit_pids);
}

static int eat_memory(void)
{
	size_t size = 64 << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return 1;
	memset(p, 1, size);
	return 0;
}

static void limit_memory(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;
	int status;

	if (!has(world, "memory"))
		return;
	limits.values[LIMIT_MEMORY] = (struct limit_value){ true, 16 << 20, 0 };
	limits.values[LIMIT_MEMORY_SWAP] = limits.values[LIMIT_MEMORY];
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	assert_int_equal(cgroup_oom_kills(&cgroup), 0);
	status = status_of(start(&cgroup, eat_memory));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(cgroup_oom_kills(&cgroup), 1);

	/* up, past what memory and swap were together; and down again */
	for (int i = 0; i < 2; i++) {
		limits.values[LIMIT_MEMORY].value = i ? 8 << 20 : 128 << 20;
		limits.values[LIMIT_MEMORY_SWAP].value = i ? 12 << 20 :
							     256 << 20;
		works(cgroup_limit(&cgroup, &limits, &err), &err);
	}
	sweep(world);
}

static void memory_is_limited_and_its_victims_counted(void **state)
{
	on_each_version(limit_memory);
}

static void limit_cpu(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!has(world, "cpu"))
		return;
	limits.values[LIMIT_CPU_SHARES] = (struct limit_value){ true, 512, 0 };
	limits.values[LIMIT_CPU_QUOTA] = (struct limit_value){ true, 20000, 0 };
	limits.values[LIMIT_CPU_PERIOD] =
		(struct limit_value){ true, 50000, 0 };
	limits.values[LIMIT_CPU_BURST] = (struct limit_value){ true, 10000, 0 };
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);

	/* both smaller: the burst has to go first */
	limits.values[LIMIT_CPU_QUOTA].value = 5000;
	limits.values[LIMIT_CPU_BURST].value = 4000;
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	limits.values[LIMIT_CPU_QUOTA].value = 10;
	assert_true(cgroup_limit(&cgroup, &limits, &err) < 0);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_non_null(strstr(err.what, "linux.resources.cpu."));
	assert_true(*err.hint);
	sweep(world);
}

static void cpu_time_is_limited_in_any_order(void **state)
{
	on_each_version(limit_cpu);
}

static void limit_cpuset(const struct cgroup_world *world)
{
	struct cgroup_limits limits = { .cpus = "0", .mems = "0" };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!has(world, "cpuset"))
		return;
	cgroup = make(world, "/kist/a", &limits);
	works(cgroup_limit(&cgroup, &limits, &err), &err);
	limits.cpus = "zero";
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), -EINVAL);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_non_null(strstr(err.what, "linux.resources.cpu.cpus"));
	assert_non_null(strstr(err.hint, "cpuset.cpus '"));
	sweep(world);
}

static void a_cpuset_must_be_within_its_parents(void **state)
{
	on_each_version(limit_cpuset);
}

static int exit_at_once(void)
{
	return 7;
}

static void inherit_cpuset(const struct cgroup_world *world)
{
	struct cgroup cgroup = make(world, "/x/y/z", &no_limits);

	assert_int_equal(WEXITSTATUS(status_of(start(&cgroup, exit_at_once))),
			 7);
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_new_group_takes_processes_however_deep(void **state)
{
	on_each_version(inherit_cpuset);
}

static void limit_unified(const struct cgroup_world *world)
{
	struct limit_pair pair = { "cgroup.max.depth", "3", 0 };
	struct cgroup_limits limits = { .unified = &pair, .unified_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup = make(world, "/kist/a", &limits);
	int ret = cgroup_limit(&cgroup, &limits, &err);

	if (cgroup_find_v2(world) < 0) {
		CHECK_ERR(&err, "set linux.resources.unified.cgroup.max.depth"
				": this machine has no cgroup v2");
		assert_int_equal(ret, -EINVAL);
	} else {
		CHECK_ERR(&err, NULL);
		assert_int_equal(cgroup_file_number(cgroup_clone_fd(&cgroup),
						    "cgroup.max.depth"),
				 3);
	}
	cgroup_close(&cgroup);
	sweep(world);
}

static void unified_limits_are_for_v2(void **state)
{
	on_each_version(limit_unified);
}

static void no_such_controller(const struct cgroup_world *world)
{
	struct limit_rdma rdma = { "mlx5_0", 1, 1 };
	struct cgroup_limits limits = { .rdma = &rdma, .rdma_count = 1 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (has(world, "rdma"))
		return;
	cgroup = make(world, "/kist/a", &no_limits);
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), -EOPNOTSUPP);
	CHECK_ERR(&err, "no cgroup controller 'rdma', which is needed by "
			"linux.resources.rdma");
	assert_true(*err.hint);
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_missing_controller_is_named_with_its_remedy(void **state)
{
	on_each_version(no_such_controller);
}

static void throttle_unknown(const struct cgroup_world *world)
{
	struct limit_device_rate rate = { 250, 77, 1 << 20 };
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };
	struct cgroup cgroup;

	if (!has(world, world->mode == CGROUP_V2 ? "io" : "blkio"))
		return;
	limits.throttles[THROTTLE_READ_BPS] = &rate;
	limits.throttle_counts[THROTTLE_READ_BPS] = 1;
	cgroup = make(world, "/kist/a", &limits);
	assert_int_equal(cgroup_limit(&cgroup, &limits, &err), -ENODEV);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	assert_non_null(strstr(err.what, "throttleReadBpsDevice"));
	assert_non_null(strstr(err.hint, "whole disk"));
	cgroup_close(&cgroup);
	sweep(world);
}

static void a_disk_that_is_not_there_is_named(void **state)
{
	on_each_version(throttle_unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pids_are_limited),
		cmocka_unit_test(memory_is_limited_and_its_victims_counted),
		cmocka_unit_test(cpu_time_is_limited_in_any_order),
		cmocka_unit_test(a_cpuset_must_be_within_its_parents),
		cmocka_unit_test(a_new_group_takes_processes_however_deep),
		cmocka_unit_test(unified_limits_are_for_v2),
		cmocka_unit_test(a_missing_controller_is_named_with_its_remedy),
		cmocka_unit_test(a_disk_that_is_not_there_is_named),
	};

	return cmocka_run_group_tests(tests, remember_root, restore_root);
}
