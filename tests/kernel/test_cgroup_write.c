/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_write.c - limits whose files are the same on both versions, and
 * reading files (src/kernel/cgroup_write.c, cgroup_file.c)
 */
#include "fake_group.h"

static void huge_pages_are_limited_with_their_reservations(void **state)
{
	static const char *const files[] = { "hugetlb.2MB.max",
					     "hugetlb.2MB.rsvd.max",
					     "hugetlb.1GB.max", NULL };
	static const char *const wanted[] = { "hugetlb.2MB.max=4194304",
					      "hugetlb.2MB.rsvd.max=4194304",
					      "hugetlb.1GB.max=0", NULL };
	struct limit_pair pages[] = { { "2MB", "4194304", 0 },
				      { "1GB", "0", 0 } };
	struct limit_pair odd[] = { { "../2MB", "0", 0 }, { "3MB", "0", 0 } };
	struct cgroup_limits limits = { .hugepages = pages,
					.hugepage_count = 2 };
	struct kist_error err = { 0 };
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_v2_hugetlb(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	limits.hugepage_count = 1;
	limits.hugepages = &odd[0];
	assert_int_equal(cgroup_v2_hugetlb(group.fd, &limits, &err), -EINVAL);
	CHECK_ERR(&err, "set linux.resources.hugepageLimits: this kernel has "
			"no pages of '../2MB'");
	limits.hugepages = &odd[1];
	assert_int_equal(cgroup_v2_hugetlb(group.fd, &limits, NULL), -EINVAL);
	fake_done(&group);
}

static void rdma_writes_what_is_given(void **state)
{
	static const char *const files[] = { "rdma.max", NULL };
	static const char *const wanted[] = {
		"rdma.max=mlx5_0 hca_handle=2 hca_object=3"
		"mlx4 hca_object=4",
		NULL
	};
	struct limit_rdma rdma[] = { { "mlx5_0", 2, 3 }, { "mlx4", -1, 4 } };
	struct cgroup_limits limits = { .rdma = rdma, .rdma_count = 2 };
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_any_rdma(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	fake_done(&group);
}

static void cpusets_are_written_where_given(void **state)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems",
					     NULL };
	static const char *const wanted[] = { "cpuset.cpus=0-1",
					      "cpuset.mems=", NULL };
	struct cgroup_limits limits = { .cpus = "0-1", .mems = "" };
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_any_cpuset(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	fake_done(&group);
}

static void files_are_read_without_their_last_newline(void **state)
{
	static const char *const files[] = {
		"one=12\n",
		"max=max\n",
		"odd=x\n",
		"empty",
		"memory.events=low 1\noom 2\noom_kill 3\n",
		NULL
	};
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_file_number(group.fd, "one"), 12);
	assert_int_equal(cgroup_file_number(group.fd, "max"), INT64_MAX);
	assert_int_equal(cgroup_file_number(group.fd, "odd"), -1);
	assert_int_equal(cgroup_file_number(group.fd, "empty"), -1);
	assert_int_equal(cgroup_file_number(group.fd, "gone"), -1);
	assert_int_equal(cgroup_file_key(group.fd, "memory.events", "oom"), 2);
	assert_int_equal(cgroup_file_key(group.fd, "memory.events", "oom_kill"),
			 3);
	assert_int_equal(cgroup_file_key(group.fd, "memory.events", "high"),
			 -1);
	fake_done(&group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			huge_pages_are_limited_with_their_reservations),
		cmocka_unit_test(rdma_writes_what_is_given),
		cmocka_unit_test(cpusets_are_written_where_given),
		cmocka_unit_test(files_are_read_without_their_last_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
