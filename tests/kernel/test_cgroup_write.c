/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cgroup_write.c - limits into files (cgroup_write.c, _v1.c, _v2.c)
 *
 * A plain directory stands for a group: what is written stays to be read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "kernel/cgroup_internal.h"

struct fake {
	char path[64];
	int fd;
};

/* A group with these files, "name" or "name=contents". */
static struct fake fake_group(const char *const *files)
{
	struct fake fake = { .path = "/tmp/kist-test-group-XXXXXX" };

	assert_non_null(mkdtemp(fake.path));
	fake.fd = open(fake.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fake.fd >= 0);
	for (; *files; files++) {
		char name[96];
		const char *equals = strchr(*files, '=');
		int fd;

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*files, "="),
			 *files);
		fd = openat(fake.fd, name, O_WRONLY | O_CREAT | O_CLOEXEC,
			    0600);
		assert_true(fd >= 0);
		if (equals)
			CHECK_SYS(write(fd, equals + 1, strlen(equals + 1)));
		close(fd);
	}
	return fake;
}

static void fake_done(struct fake *fake)
{
	char command[96];

	close(fake->fd);
	snprintf(command, sizeof(command), "rm -rf '%s'", fake->path);
	assert_int_equal(system(command), 0);
}

struct value {
	enum cgroup_limit which;
	int64_t value;
};

#define VALUES 5
#define FILES 8

struct row {
	const char *name;
	int (*write)(int, const struct cgroup_limits *, struct kist_error *);
	struct value values[VALUES]; /* until { 0, 0 } */
	const char *files[FILES];
	const char *wanted[FILES]; /* "name=contents" afterwards */
	const char *line;
};

#define MEMORY_V2                                             \
	{                                                     \
		"memory.max", "memory.swap.max", "memory.low" \
	}
#define CPU_V2                                                       \
	{                                                            \
		"cpu.weight", "cpu.max", "cpu.max.burst", "cpu.idle" \
	}
#define MEMORY_V1                                                          \
	{                                                                  \
		"memory.limit_in_bytes", "memory.memsw.limit_in_bytes",    \
			"memory.soft_limit_in_bytes", "memory.swappiness", \
			"memory.oom_control"                               \
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

static void check_files(const struct fake *group, const char *const *wanted)
{
	for (; *wanted; wanted++) {
		char name[96], text[256];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*wanted, "="),
			 *wanted);
		assert_int_equal(cgroup_file_read(group->fd, name, text,
						  sizeof(text)),
				 0);
		assert_string_equal(text, strchr(*wanted, '=') + 1);
	}
}

static struct cgroup_limits limits_of(const struct value *values)
{
	struct cgroup_limits limits = { 0 };

	for (int i = 0; i < VALUES; i++) {
		struct limit_value *v = &limits.values[values[i].which];

		if (values[i].which == 0 && values[i].value == 0)
			break;
		v->present = true;
		v->value = values[i].value;
	}
	return limits;
}

static void scalars_are_written_or_refused_by_name(void **state)
{
	EACH(row, scalars) {
		struct cgroup_limits limits = limits_of(row->values);
		struct fake group = fake_group(row->files);
		struct kist_error err = { 0 };
		int ret;

		CASE(row->name);
		ret = row->write(group.fd, &limits, &err);
		CHECK_ERR(&err, row->line);
		assert_int_equal(ret < 0, row->line != NULL);
		check_files(&group, row->wanted);
		fake_done(&group);
	}
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
	static const char *const v2_files[] = { "io.max", NULL };
	static const char *const v2_wanted[] = { "io.max=8:0 rbps=1000"
						 "8:16 rbps=2000"
						 "8:0 wiops=max",
						 NULL };
	static const char *const v1_files[] = {
		"blkio.throttle.read_bps_device",
		"blkio.throttle.write_iops_device", NULL
	};
	static const char *const v1_wanted[] = {
		"blkio.throttle.read_bps_device=8:0 1000"
		"8:16 2000",
		"blkio.throttle.write_iops_device=8:0 0", NULL
	};
	struct limit_device_rate read[] = { { 8, 0, 1000 }, { 8, 16, 2000 } };
	struct limit_device_rate write = { 8, 0, 0 };
	struct cgroup_limits limits = { 0 };
	struct fake group = fake_group(v2_files);

	limits.throttles[THROTTLE_READ_BPS] = read;
	limits.throttle_counts[THROTTLE_READ_BPS] = 2;
	limits.throttles[THROTTLE_WRITE_IOPS] = &write;
	limits.throttle_counts[THROTTLE_WRITE_IOPS] = 1;
	assert_int_equal(cgroup_v2_io(group.fd, &limits, NULL), 0);
	check_files(&group, v2_wanted);
	fake_done(&group);

	group = fake_group(v1_files);
	assert_int_equal(cgroup_v1_blkio(group.fd, &limits, NULL), 0);
	check_files(&group, v1_wanted);
	fake_done(&group);
}

static void devices_have_weights_where_the_scheduler_has(void **state)
{
	static const char *const v2_files[] = { "io.bfq.weight", NULL };
	static const char *const v2_wanted[] = { "io.bfq.weight=8:0 70", NULL };
	static const char *const v1_files[] = { "blkio.bfq.weight_device",
						NULL };
	static const char *const v1_wanted[] = {
		"blkio.bfq.weight_device=8:0 70", NULL
	};
	struct limit_device_weight weight = { 8, 0, 70, 0 };
	struct cgroup_limits limits = { .weights = &weight, .weight_count = 1 };
	struct kist_error err = { 0 };
	struct fake group = fake_group(v2_files);

	assert_int_equal(cgroup_v2_io(group.fd, &limits, NULL), 0);
	check_files(&group, v2_wanted);
	weight.leaf_weight = 5;
	assert_int_equal(cgroup_v2_io(group.fd, &limits, &err), -EINVAL);
	CHECK_ERR(&err, "set linux.resources.blockIO.weightDevice[]"
			".leafWeight: cgroup v2 has no such limit");
	fake_done(&group);

	group = fake_group(v1_files);
	weight.leaf_weight = 0;
	assert_int_equal(cgroup_v1_blkio(group.fd, &limits, NULL), 0);
	check_files(&group, v1_wanted);
	fake_done(&group);
}

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
		cmocka_unit_test(scalars_are_written_or_refused_by_name),
		cmocka_unit_test(refusals_name_the_nearest_choice),
		cmocka_unit_test(throttles_are_a_line_each),
		cmocka_unit_test(devices_have_weights_where_the_scheduler_has),
		cmocka_unit_test(
			huge_pages_are_limited_with_their_reservations),
		cmocka_unit_test(rdma_writes_what_is_given),
		cmocka_unit_test(unified_keys_are_files_of_limits),
		cmocka_unit_test(cpusets_are_written_where_given),
		cmocka_unit_test(files_are_read_without_their_last_newline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
