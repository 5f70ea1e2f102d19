/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_limits.c - what a control group limits: the tables */
#include <string.h>

#include "kernel/cgroup_internal.h"

#define S .is_signed = true
#define B .is_bool = true

const struct limit_info limit_table[LIMIT_COUNT] = {
	[LIMIT_MEMORY] = { "memory", "limit", "memory", "memory.limit_in_bytes",
			   "memory.max", S, .systemd = "MemoryMax",
			   .unit = "bytes" },
	[LIMIT_MEMORY_RESERVATION] = { "memory", "reservation", "memory",
				       "memory.soft_limit_in_bytes",
				       "memory.low", S, .systemd = "MemoryLow",
				       .unit = "bytes" },
	[LIMIT_MEMORY_SWAP] = { "memory", "swap", "memory",
				"memory.memsw.limit_in_bytes",
				"memory.swap.max", S,
				.systemd = "MemorySwapMax", .unit = "bytes" },
	[LIMIT_MEMORY_KERNEL] = { "memory", "kernel", "memory",
				  "memory.kmem.limit_in_bytes", NULL, S,
				  .unit = "bytes" },
	[LIMIT_MEMORY_KERNEL_TCP] = { "memory", "kernelTCP", "memory",
				      "memory.kmem.tcp.limit_in_bytes", NULL, S,
				      .unit = "bytes" },
	[LIMIT_MEMORY_SWAPPINESS] = { "memory", "swappiness", "memory",
				      "memory.swappiness", NULL, .unit = "" },
	[LIMIT_MEMORY_DISABLE_OOM_KILLER] = { "memory", "disableOOMKiller",
					      "memory", "memory.oom_control",
					      NULL, B, .unit = "" },
	[LIMIT_MEMORY_USE_HIERARCHY] = { "memory", "useHierarchy", "memory",
					 "memory.use_hierarchy", NULL, B,
					 .unit = "" },
	[LIMIT_MEMORY_CHECK_BEFORE_UPDATE] = { "memory", "checkBeforeUpdate",
					       "memory", NULL, NULL, B,
					       .unit = "" },
	[LIMIT_CPU_SHARES] = { "cpu", "shares", "cpu", "cpu.shares",
			       "cpu.weight", .systemd = "CPUWeight",
			       .unit = "" },
	[LIMIT_CPU_QUOTA] = { "cpu", "quota", "cpu", "cpu.cfs_quota_us",
			      "cpu.max", S, .systemd = "CPUQuotaPerSecUSec",
			      .unit = "us" },
	[LIMIT_CPU_BURST] = { "cpu", "burst", "cpu", "cpu.cfs_burst_us",
			      "cpu.max.burst", .unit = "us" },
	[LIMIT_CPU_PERIOD] = { "cpu", "period", "cpu", "cpu.cfs_period_us",
			       "cpu.max", .systemd = "CPUQuotaPeriodUSec",
			       .unit = "us" },
	[LIMIT_CPU_RT_RUNTIME] = { "cpu", "realtimeRuntime", "cpu",
				   "cpu.rt_runtime_us", NULL, S, .unit = "us" },
	[LIMIT_CPU_RT_PERIOD] = { "cpu", "realtimePeriod", "cpu",
				  "cpu.rt_period_us", NULL, .unit = "us" },
	[LIMIT_CPU_IDLE] = { "cpu", "idle", "cpu", "cpu.idle", "cpu.idle", S,
			     .unit = "" },
	[LIMIT_PIDS] = { "pids", "limit", "pids", "pids.max", "pids.max", S,
			 .systemd = "TasksMax", .unit = "" },
	[LIMIT_BLKIO_WEIGHT] = { "blockIO", "weight", "blkio", "blkio.weight",
				 "io.bfq.weight", .systemd = "IOWeight",
				 .unit = "" },
	[LIMIT_BLKIO_LEAF_WEIGHT] = { "blockIO", "leafWeight", "blkio",
				      "blkio.leaf_weight", NULL, .unit = "" },
	[LIMIT_NET_CLASS_ID] = { "network", "classID", "net_cls",
				 "net_cls.classid", NULL, .unit = "" },
};

#undef S
#undef B

const struct block_info cgroup_blocks[BLOCK_COUNT] = {
	[BLOCK_MEMORY] = { "memory", "memory", "memory", "CONFIG_MEMCG",
			   cgroup_v1_memory, cgroup_v2_memory },
	[BLOCK_CPU] = { "cpu", "cpu", "cpu", "CONFIG_CGROUP_SCHED",
			cgroup_v1_cpu, cgroup_v2_cpu },
	[BLOCK_CPUSET] = { "cpuset", "cpuset", "cpu", "CONFIG_CPUSETS",
			   cgroup_any_cpuset, cgroup_any_cpuset },
	[BLOCK_BLKIO] = { "blkio", "io", "blockIO", "CONFIG_BLK_CGROUP",
			  cgroup_v1_blkio, cgroup_v2_io },
	[BLOCK_PIDS] = { "pids", "pids", "pids", "CONFIG_CGROUP_PIDS",
			 cgroup_any_pids, cgroup_any_pids },
	[BLOCK_HUGETLB] = { "hugetlb", "hugetlb", "hugepageLimits",
			    "CONFIG_CGROUP_HUGETLB", cgroup_v1_hugetlb,
			    cgroup_v2_hugetlb },
	[BLOCK_RDMA] = { "rdma", "rdma", "rdma", "CONFIG_CGROUP_RDMA",
			 cgroup_any_rdma, cgroup_any_rdma },
	[BLOCK_NET_CLS] = { "net_cls", NULL, "network",
			    "CONFIG_CGROUP_NET_CLASSID", cgroup_v1_net_cls,
			    cgroup_v2_net },
	[BLOCK_NET_PRIO] = { "net_prio", NULL, "network",
			     "CONFIG_CGROUP_NET_PRIO", cgroup_v1_net_prio,
			     cgroup_v2_net },
};

/*
 * Engines fill in what nobody asked for: Docker sends false and 0, Podman
 * sends swappiness -1 as a uint64. None of it may fail for want of a file.
 */
bool limit_is_harmless(enum cgroup_limit which, int64_t value)
{
	switch (which) {
	case LIMIT_PIDS: /* 0 is a limit */
		return value < 0;
	case LIMIT_MEMORY_SWAPPINESS: /* 0 is a wish */
		return value < 0 || value == INT64_MAX;
	case LIMIT_MEMORY_CHECK_BEFORE_UPDATE: /* no limit by itself */
		return true;
	case LIMIT_MEMORY_USE_HIERARCHY: /* how all kernels are by now */
		return true;
	default:
		return value <= 0;
	}
}

/* The controller a scalar belongs to, from the table's v1 name. */
static enum cgroup_block block_of(enum cgroup_limit which)
{
	const char *name = limit_table[which].v1_controller;
	enum cgroup_block block = 0;

	while (strcmp(cgroup_blocks[block].v1, name) != 0)
		block++;
	return block;
}

static uint32_t blocks_of_lists(const struct cgroup_limits *l)
{
	uint32_t mask = 0;

	if (l->cpus || l->mems)
		mask |= BIT(BLOCK_CPUSET);
	if (l->weight_count)
		mask |= BIT(BLOCK_BLKIO);
	for (enum limit_throttle t = 0; t < THROTTLE_COUNT; t++)
		if (l->throttle_counts[t])
			mask |= BIT(BLOCK_BLKIO);
	if (l->hugepage_count)
		mask |= BIT(BLOCK_HUGETLB);
	if (l->rdma_count)
		mask |= BIT(BLOCK_RDMA);
	if (l->net_priority_count)
		mask |= BIT(BLOCK_NET_PRIO);
	return mask;
}

uint32_t cgroup_blocks_present(const struct cgroup_limits *limits)
{
	uint32_t mask = blocks_of_lists(limits);

	for (enum cgroup_limit i = 0; i < LIMIT_COUNT; i++)
		if (limits->values[i].present)
			mask |= BIT(block_of(i));
	return mask;
}

uint32_t cgroup_blocks_needed(const struct cgroup_limits *limits)
{
	uint32_t mask = blocks_of_lists(limits);

	for (enum cgroup_limit i = 0; i < LIMIT_COUNT; i++)
		if (limit_counts(limits, i))
			mask |= BIT(block_of(i));
	return mask;
}

bool cgroup_limits_empty(const struct cgroup_limits *limits)
{
	return !cgroup_blocks_needed(limits) && !limits->unified_count;
}

/*
 * 2..262144 to 1..10000 through (2, 1), (1024, 100), (262144, 10000): the
 * exponent is a parabola in log2. Integer part by shifts, fraction by
 * repeated squaring, so that no libm is needed.
 */
static double log2_of(double x)
{
	double result = 0, half = 0.5;

	for (; x >= 2; x /= 2)
		result++;
	for (int i = 0; i < 52; i++, half /= 2) {
		x *= x;
		if (x >= 2) {
			x /= 2;
			result += half;
		}
	}
	return result;
}

static double pow10_of(double y)
{
	double result = 1, term = 1, x = y * 2.302585092994045684;

	for (int i = 1; i < 100; i++) {
		term *= x / i;
		result += term;
	}
	return result;
}

uint64_t limit_weight_of_shares(uint64_t shares)
{
	double l, weight;
	uint64_t whole;

	if (shares == 0)
		return 0;
	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2_of((double)shares);
	weight = pow10_of((l * l + 125 * l) / 612 - 7.0 / 34);
	whole = (uint64_t)weight;
	return whole + (weight - (double)whole > 1e-9);
}

uint64_t limit_io_weight_of_blkio(uint64_t weight)
{
	if (weight == 0)
		return 0;
	return 1 + (weight - 10) * 9999 / 990;
}
