/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_v1.c - writing limits to the files of cgroup v1
 *
 * How it works
 * ============
 *
 * Some files restrict each other: memory never above memory+swap, a burst
 * never above its quota. Which goes first depends on what is there, which we
 * do not read: the order that suits a new group is tried, then the other.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

static int put(int dir_fd, enum cgroup_limit which,
	       const struct cgroup_limits *limits, struct kist_error *err)
{
	return cgroup_write_present(dir_fd, false, which, limits, err);
}

/* As put(), but 0 is no value: it is what engines send for "not asked". */
static int put_set(int dir_fd, enum cgroup_limit which,
		   const struct cgroup_limits *limits, struct kist_error *err)
{
	if (limits->values[which].value == 0)
		return 0;
	return put(dir_fd, which, limits, err);
}

/* Write @first, then @second; where only that works, the other way round. */
static int put_pair(int dir_fd, enum cgroup_limit first,
		    enum cgroup_limit second,
		    const struct cgroup_limits *limits, struct kist_error *err)
{
	int ret = put_set(dir_fd, first, limits, NULL);

	if (ret == 0)
		return put_set(dir_fd, second, limits, err);
	if (ret == -EINVAL && put_set(dir_fd, second, limits, NULL) == 0)
		return put_set(dir_fd, first, limits, err);
	return put_set(dir_fd, first, limits, err);
}

static int check_swap(const struct limit_value *memory,
		      const struct limit_value *swap, struct kist_error *err)
{
	int ret;

	if (!swap->present || swap->value <= 0 || !memory->present ||
	    memory->value <= 0 || swap->value >= memory->value)
		return 0;
	ret = err_set(err, KIST_E_CGROUP_LIMIT,
		      "set linux.resources.memory.swap to %" PRId64
		      ": less than linux.resources.memory.limit (%" PRId64 ")",
		      swap->value, memory->value);
	err_hint(err, "it is memory and swap together");
	return ret;
}

static int put_memory_and_swap(int dir_fd, const struct cgroup_limits *limits,
			       struct kist_error *err)
{
	struct cgroup_limits l = *limits;
	struct limit_value *memory = &l.values[LIMIT_MEMORY];
	struct limit_value *swap = &l.values[LIMIT_MEMORY_SWAP];
	int ret = check_swap(memory, swap, err);

	if (ret)
		return ret;
	/* no limit on memory is none on memory and swap */
	if (memory->present && memory->value == -1 && !swap->present)
		*swap = *memory;
	/* no swap, where it is not accounted: nothing more can be done */
	if (swap->present && memory->present && swap->value == memory->value &&
	    !cgroup_file_exists(dir_fd, "memory.memsw.limit_in_bytes"))
		swap->present = false;
	return put_pair(dir_fd, LIMIT_MEMORY, LIMIT_MEMORY_SWAP, &l, err);
}

static int put_kernel_memory(int dir_fd, enum cgroup_limit which,
			     const struct cgroup_limits *limits,
			     struct kist_error *err)
{
	char oci[32];

	if (!limit_counts(limits, which))
		return 0;
	if (put(dir_fd, which, limits, NULL) == 0)
		return 0;
	snprintf(oci, sizeof(oci), "memory.%s", limit_table[which].oci);
	return cgroup_not_expressible(oci, false,
				      "newer kernels count kernel memory in "
				      "linux.resources.memory.limit: use that",
				      err);
}

int cgroup_v1_memory(int dir_fd, const struct cgroup_limits *limits,
		     struct kist_error *err)
{
	const struct limit_value *v = limits->values;
	int ret = 0;

	if (v[LIMIT_MEMORY_CHECK_BEFORE_UPDATE].value &&
	    limit_counts(limits, LIMIT_MEMORY))
		ret = cgroup_check_usage(dir_fd, "memory.usage_in_bytes",
					 v[LIMIT_MEMORY].value, "memory.limit",
					 err);
	if (ret == 0)
		ret = put_memory_and_swap(dir_fd, limits, err);
	if (ret == 0)
		ret = put_set(dir_fd, LIMIT_MEMORY_RESERVATION, limits, err);
	if (ret == 0)
		ret = put_kernel_memory(dir_fd, LIMIT_MEMORY_KERNEL, limits,
					err);
	if (ret == 0)
		ret = put_kernel_memory(dir_fd, LIMIT_MEMORY_KERNEL_TCP, limits,
					err);
	if (ret == 0 && limit_counts(limits, LIMIT_MEMORY_SWAPPINESS))
		ret = put(dir_fd, LIMIT_MEMORY_SWAPPINESS, limits, err);
	if (ret == 0 && limit_counts(limits, LIMIT_MEMORY_DISABLE_OOM_KILLER))
		ret = put(dir_fd, LIMIT_MEMORY_DISABLE_OOM_KILLER, limits, err);
	return ret;
}

/* Period and quota bound each other through the parent's ratio; the burst is
 * bound by the quota. */
static int put_bandwidth(int dir_fd, const struct cgroup_limits *limits,
			 struct kist_error *err)
{
	int early, ret;

	early = put(dir_fd, LIMIT_CPU_BURST, limits, NULL);
	ret = put_pair(dir_fd, LIMIT_CPU_PERIOD, LIMIT_CPU_QUOTA, limits, err);
	if (ret == 0 && early)
		ret = put(dir_fd, LIMIT_CPU_BURST, limits, err);
	return ret;
}

int cgroup_v1_cpu(int dir_fd, const struct cgroup_limits *limits,
		  struct kist_error *err)
{
	bool idle = limits->values[LIMIT_CPU_IDLE].present &&
		    limits->values[LIMIT_CPU_IDLE].value == 1;
	int ret;

	/* an idle group has no shares of its own: the kernel refuses them */
	ret = put(dir_fd, LIMIT_CPU_IDLE, limits, err);
	if (ret == 0 && !idle)
		ret = put_set(dir_fd, LIMIT_CPU_SHARES, limits, err);
	if (ret == 0)
		ret = put_bandwidth(dir_fd, limits, err);
	if (ret == 0)
		ret = put_pair(dir_fd, LIMIT_CPU_RT_PERIOD,
			       LIMIT_CPU_RT_RUNTIME, limits, err);
	return ret;
}

/* The plain file was CFQ's, which Linux 5.0 dropped; now BFQ has one. */
static int put_weight(int dir_fd, const char *cfq, const char *bfq,
		      const char *text, const char *oci, struct kist_error *err)
{
	if (cgroup_file_exists(dir_fd, cfq) || !bfq)
		return cgroup_write_value(dir_fd, cfq, text, oci, false, err);
	return cgroup_write_value(dir_fd, bfq, text, oci, false, err);
}

static int put_weights(int dir_fd, const struct cgroup_limits *limits,
		       struct kist_error *err)
{
	const struct limit_value *weight = &limits->values[LIMIT_BLKIO_WEIGHT];
	char text[48];
	int ret = 0;

	if (limit_counts(limits, LIMIT_BLKIO_WEIGHT)) {
		snprintf(text, sizeof(text), "%" PRId64, weight->value);
		ret = put_weight(dir_fd, "blkio.weight", "blkio.bfq.weight",
				 text, "blockIO.weight", err);
	}
	if (ret == 0)
		ret = put_set(dir_fd, LIMIT_BLKIO_LEAF_WEIGHT, limits, err);
	return ret;
}

static int put_device_weights(int dir_fd, const struct cgroup_limits *limits,
			      struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < limits->weight_count; i++) {
		const struct limit_device_weight *w = &limits->weights[i];
		char text[48];

		snprintf(text, sizeof(text), "%u:%u %u", w->major, w->minor,
			 w->weight);
		if (w->weight)
			ret = put_weight(dir_fd, "blkio.weight_device",
					 "blkio.bfq.weight_device", text,
					 "blockIO.weightDevice", err);
		snprintf(text, sizeof(text), "%u:%u %u", w->major, w->minor,
			 w->leaf_weight);
		if (ret == 0 && w->leaf_weight)
			ret = put_weight(dir_fd, "blkio.leaf_weight_device",
					 NULL, text, "blockIO.weightDevice",
					 err);
	}
	return ret;
}

static const struct {
	const char *file, *oci;
} throttles[THROTTLE_COUNT] = {
	[THROTTLE_READ_BPS] = { "blkio.throttle.read_bps_device",
				"blockIO.throttleReadBpsDevice" },
	[THROTTLE_WRITE_BPS] = { "blkio.throttle.write_bps_device",
				 "blockIO.throttleWriteBpsDevice" },
	[THROTTLE_READ_IOPS] = { "blkio.throttle.read_iops_device",
				 "blockIO.throttleReadIOPSDevice" },
	[THROTTLE_WRITE_IOPS] = { "blkio.throttle.write_iops_device",
				  "blockIO.throttleWriteIOPSDevice" },
};

static int put_throttle(int dir_fd, enum limit_throttle which,
			const struct limit_device_rate *rate,
			struct kist_error *err)
{
	char text[64];

	snprintf(text, sizeof(text), "%u:%u %" PRIu64, rate->major, rate->minor,
		 rate->value);
	return cgroup_write_value(dir_fd, throttles[which].file, text,
				  throttles[which].oci, false, err);
}

int cgroup_v1_blkio(int dir_fd, const struct cgroup_limits *limits,
		    struct kist_error *err)
{
	int ret = put_weights(dir_fd, limits, err);

	if (ret == 0)
		ret = put_device_weights(dir_fd, limits, err);
	for (enum limit_throttle t = 0; ret == 0 && t < THROTTLE_COUNT; t++)
		for (size_t i = 0; ret == 0 && i < limits->throttle_counts[t];
		     i++)
			ret = put_throttle(dir_fd, t, &limits->throttles[t][i],
					   err);
	return ret;
}

int cgroup_v1_hugetlb(int dir_fd, const struct cgroup_limits *limits,
		      struct kist_error *err)
{
	return cgroup_write_hugepages(dir_fd, "limit_in_bytes", limits, err);
}

int cgroup_v1_net_cls(int dir_fd, const struct cgroup_limits *limits,
		      struct kist_error *err)
{
	return put_set(dir_fd, LIMIT_NET_CLASS_ID, limits, err);
}

int cgroup_v1_net_prio(int dir_fd, const struct cgroup_limits *limits,
		       struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < limits->net_priority_count; i++) {
		const struct limit_net_priority *p = &limits->net_priorities[i];
		char text[64];

		snprintf(text, sizeof(text), "%.32s %u", p->name, p->priority);
		ret = cgroup_write_value(dir_fd, "net_prio.ifpriomap", text,
					 "network.priorities", false, err);
	}
	return ret;
}
