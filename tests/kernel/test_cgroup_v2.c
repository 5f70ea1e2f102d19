/* SPDX-License-Identifier: Apache-2.0 */
/* test_cgroup_v2.c - limits into files of cgroup v2 (src/kernel/cgroup_v2.c) */
#include "fake_group.h"

#define MEMORY_V2                                             \
	{                                                     \
		"memory.max", "memory.swap.max", "memory.low" \
	}
#define CPU_V2                                                       \
	{                                                            \
		"cpu.weight", "cpu.max", "cpu.max.burst", "cpu.idle" \
	}

static const struct row scalars[] = {
	{ "memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 1 << 20 } },
	  MEMORY_V2,
	  { "memory.max=1048576" },
	  NULL },
	{ "memory without limit lifts that of swap",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, -1 } },
	  MEMORY_V2,
	  { "memory.max=max", "memory.swap.max=max" },
	  NULL },
	{ "swap is what is beyond memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 300 } },
	  MEMORY_V2,
	  { "memory.max=100", "memory.swap.max=200" },
	  NULL },
	{ "equal is no swap",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 100 } },
	  MEMORY_V2,
	  { "memory.max=100", "memory.swap.max=0" },
	  NULL },
	{ "no swap, where it is not accounted",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 100 } },
	  { "memory.max" },
	  { "memory.max=100" },
	  NULL },
	{ "all swap, where it is not accounted",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, -1 } },
	  { "memory.max" },
	  { "memory.max=100" },
	  NULL },
	{ "some swap, where it is not accounted",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_SWAP, 300 } },
	  { "memory.max" },
	  { NULL },
	  "set linux.resources.memory.swap: this kernel has no "
	  "'memory.swap.max' here" },
	{ "swap needs memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_SWAP, 300 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.swap to 300: there is no memory limit" },
	{ "swap is not less than memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 500 }, { LIMIT_MEMORY_SWAP, 300 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.swap to 300: less than the memory "
	  "limit" },
	{ "a reservation is memory.low",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_RESERVATION, 50 } },
	  MEMORY_V2,
	  { "memory.low=50" },
	  NULL },
	{ "what engines send unasked",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_DISABLE_OOM_KILLER, 0 },
	    { LIMIT_MEMORY_SWAPPINESS, INT64_MAX },
	    { LIMIT_MEMORY_KERNEL, 0 },
	    { LIMIT_MEMORY_USE_HIERARCHY, 1 } },
	  { NULL },
	  { NULL },
	  NULL },
	{ "swappiness",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_SWAPPINESS, 10 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.swappiness: cgroup v2 has no such "
	  "limit" },
	{ "kernel memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_KERNEL, 10 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.kernel: cgroup v2 has no such limit" },
	{ "tcp memory",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_KERNEL_TCP, 10 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.kernelTCP: cgroup v2 has no such "
	  "limit" },
	{ "no OOM killer",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY_DISABLE_OOM_KILLER, 1 } },
	  MEMORY_V2,
	  { NULL },
	  "set linux.resources.memory.disableOOMKiller: cgroup v2 has no "
	  "such limit" },
	{ "more is in use",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 100 }, { LIMIT_MEMORY_CHECK_BEFORE_UPDATE, 1 } },
	  { "memory.max", "memory.current=200" },
	  { NULL },
	  "set linux.resources.memory.limit to 100: 200 bytes are in use" },
	{ "less is in use",
	  cgroup_v2_memory,
	  { { LIMIT_MEMORY, 300 }, { LIMIT_MEMORY_CHECK_BEFORE_UPDATE, 1 } },
	  { "memory.max", "memory.current=200" },
	  { "memory.max=300" },
	  NULL },
	{ "shares",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_SHARES, 512 } },
	  CPU_V2,
	  { "cpu.weight=59" },
	  NULL },
	{ "shares not set",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_SHARES, 0 } },
	  { NULL },
	  { NULL },
	  NULL },
	{ "quota and period in one write",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_QUOTA, 5000 }, { LIMIT_CPU_PERIOD, 20000 } },
	  CPU_V2,
	  { "cpu.max=5000 20000" },
	  NULL },
	{ "a quota alone",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_QUOTA, 5000 } },
	  CPU_V2,
	  { "cpu.max=5000" },
	  NULL },
	{ "no quota",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_QUOTA, -1 } },
	  CPU_V2,
	  { "cpu.max=max" },
	  NULL },
	{ "a period keeps the quota",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_PERIOD, 20000 } },
	  { "cpu.max=7000 100000\n" },
	  { "cpu.max=7000 100000\n7000 20000" },
	  NULL },
	{ "an idle group has no weight",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_IDLE, 1 }, { LIMIT_CPU_SHARES, 512 } },
	  CPU_V2,
	  { "cpu.idle=1", "cpu.weight=" },
	  NULL },
	{ "burst",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_QUOTA, 5000 }, { LIMIT_CPU_BURST, 1000 } },
	  CPU_V2,
	  { "cpu.max=5000", "cpu.max.burst=1000" },
	  NULL },
	{ "no burst on an old kernel",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_BURST, 1000 } },
	  { "cpu.max" },
	  { NULL },
	  "set linux.resources.cpu.burst: this kernel has no "
	  "'cpu.max.burst' here" },
	{ "realtime",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_RT_RUNTIME, 1000 } },
	  CPU_V2,
	  { NULL },
	  "set linux.resources.cpu.realtimeRuntime: cgroup v2 has no such "
	  "limit" },
	{ "realtime not set",
	  cgroup_v2_cpu,
	  { { LIMIT_CPU_RT_RUNTIME, 0 }, { LIMIT_CPU_RT_PERIOD, 0 } },
	  { NULL },
	  { NULL },
	  NULL },
	{ "pids",
	  cgroup_any_pids,
	  { { LIMIT_PIDS, 7 } },
	  { "pids.max" },
	  { "pids.max=7" },
	  NULL },
	{ "no process beside the first",
	  cgroup_any_pids,
	  { { LIMIT_PIDS, 0 }, { LIMIT_PIDS, 0 } },
	  { "pids.max" },
	  { "pids.max=1" },
	  NULL },
	{ "any number of pids",
	  cgroup_any_pids,
	  { { LIMIT_PIDS, -1 } },
	  { "pids.max" },
	  { "pids.max=max" },
	  NULL },
	{ "any number of pids, with no controller",
	  cgroup_any_pids,
	  { { LIMIT_PIDS, -1 } },
	  { NULL },
	  { NULL },
	  NULL },
	{ "weight for bfq",
	  cgroup_v2_io,
	  { { LIMIT_BLKIO_WEIGHT, 500 } },
	  { "io.bfq.weight", "io.weight" },
	  { "io.bfq.weight=500" },
	  NULL },
	{ "weight for io.cost",
	  cgroup_v2_io,
	  { { LIMIT_BLKIO_WEIGHT, 500 } },
	  { "io.weight" },
	  { "io.weight=4950" },
	  NULL },
	{ "weight for nobody",
	  cgroup_v2_io,
	  { { LIMIT_BLKIO_WEIGHT, 500 } },
	  { NULL },
	  { NULL },
	  "set linux.resources.blockIO.weight: this kernel has no "
	  "'io.weight' here" },
	{ "leaf weight",
	  cgroup_v2_io,
	  { { LIMIT_BLKIO_LEAF_WEIGHT, 500 } },
	  { NULL },
	  { NULL },
	  "set linux.resources.blockIO.leafWeight: cgroup v2 has no such "
	  "limit" },
	{ "class id",
	  cgroup_v2_net,
	  { { LIMIT_NET_CLASS_ID, 5 } },
	  { NULL },
	  { NULL },
	  "set linux.resources.network.classID: cgroup v2 has no such "
	  "limit" },
};

static void scalars_are_written_or_refused_by_name(void **state)
{
	EACH(row, scalars)
		check_row(row);
}

static void refusals_name_the_nearest_choice(void **state)
{
	static const char *const none[] = { NULL };
	struct fake group = fake_group(none);
	struct cgroup_limits limits = { 0 };
	struct kist_error err = { 0 };

	limits.values[LIMIT_MEMORY_SWAPPINESS] =
		(struct limit_value){ true, 10, 0 };
	assert_int_equal(cgroup_v2_memory(group.fd, &limits, &err), -EINVAL);
	assert_int_equal(err.id, KIST_E_CGROUP_LIMIT);
	CHECK_HINT(&err, "limit linux.resources.memory.swap instead, or set "
			 "vm.swappiness for the machine");
	fake_done(&group);
}

static void throttles_are_a_line_each(void **state)
{
	static const char *const files[] = { "io.max", NULL };
	static const char *const wanted[] = { "io.max=8:0 rbps=1000"
					      "8:16 rbps=2000"
					      "8:0 wiops=max",
					      NULL };
	struct limit_device_rate read[] = { { 8, 0, 1000 }, { 8, 16, 2000 } };
	struct limit_device_rate write = { 8, 0, 0 };
	struct cgroup_limits limits = { 0 };
	struct fake group = fake_group(files);

	limits.throttles[THROTTLE_READ_BPS] = read;
	limits.throttle_counts[THROTTLE_READ_BPS] = 2;
	limits.throttles[THROTTLE_WRITE_IOPS] = &write;
	limits.throttle_counts[THROTTLE_WRITE_IOPS] = 1;
	assert_int_equal(cgroup_v2_io(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	fake_done(&group);
}

static void devices_have_weights_where_the_scheduler_has(void **state)
{
	static const char *const files[] = { "io.bfq.weight", NULL };
	static const char *const wanted[] = { "io.bfq.weight=8:0 70", NULL };
	struct limit_device_weight weight = { 8, 0, 70, 0 };
	struct cgroup_limits limits = { .weights = &weight, .weight_count = 1 };
	struct kist_error err = { 0 };
	struct fake group = fake_group(files);

	assert_int_equal(cgroup_v2_io(group.fd, &limits, NULL), 0);
	check_files(&group, wanted);
	weight.leaf_weight = 5;
	assert_int_equal(cgroup_v2_io(group.fd, &limits, &err), -EINVAL);
	CHECK_ERR(&err, "set linux.resources.blockIO.weightDevice[]"
			".leafWeight: cgroup v2 has no such limit");
	fake_done(&group);
}

static const struct {
	const char *key, *value, *wanted, *line;
} unified[] = {
	{ "memory.high", "7", "memory.high=7", NULL },
	{ "memory.high", "1\n2\n", "memory.high=12", NULL },
	{ "memory.peak", "7", NULL,
	  "set linux.resources.unified.memory.peak: this kernel has no "
	  "'memory.peak' here" },
	{ "memory/high", "7", NULL,
	  "set linux.resources.unified: 'memory/high' is not a limit's "
	  "file" },
	{ "../memory.high", "7", NULL,
	  "set linux.resources.unified: '../memory.high' is not a limit's "
	  "file" },
	{ "memory", "7", NULL,
	  "set linux.resources.unified: 'memory' is not a limit's file" },
	{ "cgroup.procs", "0", NULL,
	  "set linux.resources.unified: 'cgroup.procs' is not a limit's "
	  "file" },
	{ "", "0", NULL,
	  "set linux.resources.unified: '' is not a limit's file" },
};

static void unified_keys_are_files_of_limits(void **state)
{
	static const char *const files[] = { "memory.high", "cgroup.procs",
					     "memory", NULL };

	EACH(row, unified) {
		const char *wanted[] = { row->wanted, NULL };
		struct limit_pair pair = { row->key, row->value, 0 };
		struct cgroup_limits limits = { .unified = &pair,
						.unified_count = 1 };
		struct fake group = fake_group(files);
		struct kist_error err = { 0 };

		CASE(row->key);
		assert_int_equal(cgroup_v2_unified(group.fd, &limits, &err) < 0,
				 row->line != NULL);
		CHECK_ERR(&err, row->line);
		check_files(&group, wanted);
		fake_done(&group);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars_are_written_or_refused_by_name),
		cmocka_unit_test(refusals_name_the_nearest_choice),
		cmocka_unit_test(throttles_are_a_line_each),
		cmocka_unit_test(devices_have_weights_where_the_scheduler_has),
		cmocka_unit_test(unified_keys_are_files_of_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
