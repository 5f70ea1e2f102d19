/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_v1.c - limits into files of cgroup v1 (src/kernel/cgroup_v1.c) */
#include "fake_group.h"

#define MEMORY_V1                                                          \
	{                                                                  \
		"memory.limit_in_bytes", "memory.memsw.limit_in_bytes",    \
			"memory.soft_limit_in_bytes", "memory.swappiness", \
			"memory.oom_control"                               \
	}

static const struct row scalars[] = {
	{ "memory (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 300 } },
	  MEMORY_V1,
	  { "memory.limit_in_bytes=100", "memory.memsw.limit_in_bytes=300" },
	  NULL },
	{ "no memory limit (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, -1 } },
	  MEMORY_V1,
	  { "memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1" },
	  NULL },
	{ "no memory limit, swap not accounted (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, -1 } },
	  { "memory.limit_in_bytes" },
	  { "memory.limit_in_bytes=-1" },
	  NULL },
	{ "no swap, where it is not accounted (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 100 } },
	  { "memory.limit_in_bytes" },
	  { "memory.limit_in_bytes=100" },
	  NULL },
	{ "some swap, where it is not accounted (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 300 } },
	  { "memory.limit_in_bytes" },
	  { NULL },
	  "set linux.resources.memory.swap: this kernel has no "
	  "'memory.memsw.limit_in_bytes' here" },
	{ "swap is not less than memory (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY, 500 }, { LIMIT_MEMORY_SWAP, 300 } },
	  MEMORY_V1,
	  { NULL },
	  "set linux.resources.memory.swap to 300: less than "
	  "linux.resources.memory.limit (500)" },
	{ "the rest of memory (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY_RESERVATION, 50 },
	    { LIMIT_MEMORY_SWAPPINESS, 10 },
	    { LIMIT_MEMORY_DISABLE_OOM_KILLER, 1 } },
	  MEMORY_V1,
	  { "memory.soft_limit_in_bytes=50", "memory.swappiness=10",
	    "memory.oom_control=1" },
	  NULL },
	{ "kernel memory, gone (v1)",
	  cgroup_v1_memory,
	  { { LIMIT_MEMORY_KERNEL, 50 } },
	  MEMORY_V1,
	  { NULL },
	  "set linux.resources.memory.kernel: cgroup v1 has no such limit" },
	{ "cpu (v1)",
	  cgroup_v1_cpu,
	  { { LIMIT_CPU_SHARES, 512 },
	    { LIMIT_CPU_QUOTA, 5000 },
	    { LIMIT_CPU_PERIOD, 20000 },
	    { LIMIT_CPU_BURST, 100 } },
	  { "cpu.shares", "cpu.cfs_quota_us", "cpu.cfs_period_us",
	    "cpu.cfs_burst_us" },
	  { "cpu.shares=512", "cpu.cfs_quota_us=5000",
	    "cpu.cfs_period_us=20000", "cpu.cfs_burst_us=100" },
	  NULL },
	{ "realtime (v1)",
	  cgroup_v1_cpu,
	  { { LIMIT_CPU_RT_RUNTIME, 10 }, { LIMIT_CPU_RT_PERIOD, 100 } },
	  { "cpu.rt_runtime_us", "cpu.rt_period_us" },
	  { "cpu.rt_runtime_us=10", "cpu.rt_period_us=100" },
	  NULL },
	{ "realtime, not built in (v1)",
	  cgroup_v1_cpu,
	  { { LIMIT_CPU_RT_RUNTIME, 10 } },
	  { NULL },
	  { NULL },
	  "set linux.resources.cpu.realtimeRuntime: this kernel has no "
	  "'cpu.rt_runtime_us' here" },
	{ "weight of cfq (v1)",
	  cgroup_v1_blkio,
	  { { LIMIT_BLKIO_WEIGHT, 50 } },
	  { "blkio.weight", "blkio.bfq.weight" },
	  { "blkio.weight=50" },
	  NULL },
	{ "weight of bfq (v1)",
	  cgroup_v1_blkio,
	  { { LIMIT_BLKIO_WEIGHT, 50 } },
	  { "blkio.bfq.weight" },
	  { "blkio.bfq.weight=50" },
	  NULL },
	{ "class id (v1)",
	  cgroup_v1_net_cls,
	  { { LIMIT_NET_CLASS_ID, 5 } },
	  { "net_cls.classid" },
	  { "net_cls.classid=5" },
	  NULL },
	{ "a hierarchy without prefixes (v1)",
	  cgroup_v1_cpu,
	  { { LIMIT_CPU_SHARES, 512 } },
	  { "shares" },
	  { "shares=512" },
	  NULL },
};

static void scalars_are_written_or_refused_by_name(void **state)
{
	EACH(row, scalars)
		check_row(row);
}

static void throttles_are_a_line_each(void **state)
{
	static const char *const files[] = { "blkio.throttle.read_bps_device",
					     "blkio.throttle.write_iops_device",
					     NULL };
	static const char *const wanted[] = {
		"blkio.throttle.read_bps_device=8:0 1000"
		"8:16 2000",
		"blkio.throttle.write_iops_device=8:0 0", NULL
	};
	struct limit_device_rate read[] = { { 8, 0, 1000 }, { 8, 16, 2000 } };
	struct limit_device_rate write = { 8, 0, 0 };
	struct cgroup_limits limits = { 0 };
	struct fake group = fake_group(files);

	limits.throttles[THROTTLE_READ_BPS] = read;
	limits.throttle_counts[THROTTLE_READ_BPS] = 2;
	limits.throttles[THROTTLE_WRITE_IOPS] = &write;
	limits.throttle_counts[THROTTLE_WRITE_IOPS] = 1;
	assert_int_equal(cgroup_v1_blkio(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	fake_done(&group);
}

static void devices_have_weights_where_the_scheduler_has(void **state)
{
	static const char *const files[] = { "blkio.bfq.weight_device", NULL };
	static const char *const wanted[] = { "blkio.bfq.weight_device=8:0 70",
					      NULL };
	struct limit_device_weight weight = { 8, 0, 70, 0 };
	struct cgroup_limits limits = { .weights = &weight, .weight_count = 1 };
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_v1_blkio(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	fake_done(&group);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_written_or_refused_by_name),
		cmocka_unit_test(throttles_are_a_line_each),
		cmocka_unit_test(devices_have_weights_where_the_scheduler_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
