/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_v2.c - writing limits to the files of cgroup v2
 *
 * config.json speaks v1. What v2 says in another way is converted; what it
 * cannot say is refused by name, never dropped.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

static int put(int dir_fd, enum cgroup_limit which,
	       const struct cgroup_limits *limits, struct kist_error *err)
{
	return cgroup_write_present(dir_fd, true, which, limits, err);
}

static const struct {
	enum cgroup_limit which;
	const char *oci, *nearest;
} not_on_v2[] = {
	{ LIMIT_MEMORY_KERNEL, "memory.kernel",
	  "v2 counts kernel memory in linux.resources.memory.limit: use that" },
	{ LIMIT_MEMORY_KERNEL_TCP, "memory.kernelTCP",
	  "v2 counts socket buffers in linux.resources.memory.limit: use "
	  "that" },
	{ LIMIT_MEMORY_SWAPPINESS, "memory.swappiness",
	  "limit linux.resources.memory.swap instead, or set vm.swappiness "
	  "for the machine" },
	{ LIMIT_MEMORY_DISABLE_OOM_KILLER, "memory.disableOOMKiller",
	  "with \"memory.high\" in linux.resources.unified processes are "
	  "slowed down instead of killed" },
	{ LIMIT_CPU_RT_RUNTIME, "cpu.realtimeRuntime",
	  "use linux.resources.cpu.shares or .quota" },
	{ LIMIT_CPU_RT_PERIOD, "cpu.realtimePeriod",
	  "use linux.resources.cpu.shares or .quota" },
	{ LIMIT_BLKIO_LEAF_WEIGHT, "blockIO.leafWeight",
	  "use linux.resources.blockIO.weight" },
	{ LIMIT_NET_CLASS_ID, "network.classID",
	  "match the group's path in nftables: 'socket cgroupv2'" },
};

/* Of the limits that v2 lacks, the first asked for that is @block's. */
static int refuse_lacking(const char *block, const struct cgroup_limits *limits,
			  struct kist_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(not_on_v2); i++) {
		enum cgroup_limit which = not_on_v2[i].which;

		if (strcmp(limit_table[which].block, block) == 0 &&
		    limit_counts(limits, which))
			return cgroup_not_expressible(not_on_v2[i].oci, true,
						      not_on_v2[i].nearest,
						      err);
	}
	return 0;
}

static int swap_refused(const struct limit_value *swap, const char *why,
			struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_LIMIT,
			  "set linux.resources.memory.swap to %" PRId64 ": %s",
			  swap->value, why);

	err_hint(err, "it is memory and swap together; v2 limits swap alone, "
		      "so linux.resources.memory.limit must be given and not "
		      "be larger");
	return ret;
}

/*
 * memory+swap as swap alone.
 * @ret_bytes: INT64_MAX: no limit; -1: nothing to write
 */
static int swap_of(const struct cgroup_limits *limits, int64_t *ret_bytes,
		   struct kist_error *err)
{
	const struct limit_value *memory = &limits->values[LIMIT_MEMORY];
	const struct limit_value *swap = &limits->values[LIMIT_MEMORY_SWAP];
	bool unlimited = memory->present && memory->value == -1;

	*ret_bytes = -1;
	if (!swap->present || swap->value == 0) {
		if (unlimited)
			*ret_bytes = INT64_MAX;
		return 0;
	}
	if (swap->value < 0 || swap->value == INT64_MAX) {
		*ret_bytes = INT64_MAX;
		return 0;
	}
	if (!memory->present || memory->value <= 0)
		return swap_refused(swap, "there is no memory limit", err);
	if (swap->value < memory->value)
		return swap_refused(swap, "less than the memory limit", err);
	*ret_bytes = swap->value - memory->value;
	return 0;
}

static int put_swap(int dir_fd, const struct cgroup_limits *limits,
		    struct kist_error *err)
{
	int64_t bytes;
	char text[32];
	int ret = swap_of(limits, &bytes, err);

	if (ret || bytes < 0)
		return ret;
	if (bytes == INT64_MAX)
		strcpy(text, "max");
	else
		snprintf(text, sizeof(text), "%" PRId64, bytes);
	/* without swap accounting, none and all the same are what there is */
	return cgroup_write_value(dir_fd, "memory.swap.max", text,
				  "memory.swap",
				  bytes == 0 || bytes == INT64_MAX, err);
}

static int check_usage(int dir_fd, const struct cgroup_limits *limits,
		       struct kist_error *err)
{
	int64_t swap;
	int ret;

	if (limits->values[LIMIT_MEMORY_CHECK_BEFORE_UPDATE].value == 0)
		return 0;
	if (limit_counts(limits, LIMIT_MEMORY)) {
		ret = cgroup_check_usage(dir_fd, "memory.current",
					 limits->values[LIMIT_MEMORY].value,
					 "memory.limit", err);
		if (ret)
			return ret;
	}
	ret = swap_of(limits, &swap, err);
	if (ret || swap < 0)
		return ret;
	return cgroup_check_usage(dir_fd, "memory.swap.current", swap,
				  "memory.swap", err);
}

int cgroup_v2_memory(int dir_fd, const struct cgroup_limits *limits,
		     struct kist_error *err)
{
	int ret = refuse_lacking("memory", limits, err);

	if (ret == 0)
		ret = check_usage(dir_fd, limits, err);
	/* swap first: lowering memory may have to swap out */
	if (ret == 0)
		ret = put_swap(dir_fd, limits, err);
	if (ret == 0 && limits->values[LIMIT_MEMORY].value != 0)
		ret = put(dir_fd, LIMIT_MEMORY, limits, err);
	if (ret == 0 && limits->values[LIMIT_MEMORY_RESERVATION].value != 0)
		ret = put(dir_fd, LIMIT_MEMORY_RESERVATION, limits, err);
	return ret;
}

static int put_cpu_weight(int dir_fd, const struct cgroup_limits *limits,
			  struct kist_error *err)
{
	const struct limit_value *shares = &limits->values[LIMIT_CPU_SHARES];
	uint64_t weight = limit_weight_of_shares((uint64_t)shares->value);
	char text[32];

	if (!limit_counts(limits, LIMIT_CPU_SHARES))
		return 0;
	snprintf(text, sizeof(text), "%" PRIu64, weight);
	return cgroup_write_value(dir_fd, "cpu.weight", text, "cpu.shares",
				  false, err);
}

/* Quota and period are one file: "max 100000"; a lone period keeps the quota
 * that is there. */
static int put_cpu_max(int dir_fd, const struct cgroup_limits *limits,
		       struct kist_error *err)
{
	const struct limit_value *quota = &limits->values[LIMIT_CPU_QUOTA];
	const struct limit_value *period = &limits->values[LIMIT_CPU_PERIOD];
	bool has_quota = quota->present && quota->value != 0;
	bool has_period = limit_counts(limits, LIMIT_CPU_PERIOD);
	char text[64] = "max", now[64];
	size_t len;

	if (!has_quota && !has_period)
		return 0;
	if (has_quota && quota->value > 0)
		snprintf(text, sizeof(text), "%" PRId64, quota->value);
	else if (!has_quota &&
		 cgroup_file_read(dir_fd, "cpu.max", now, sizeof(now)) == 0 &&
		 *now)
		snprintf(text, sizeof(text), "%.*s", (int)strcspn(now, " "),
			 now);
	len = strlen(text);
	if (has_period)
		snprintf(text + len, sizeof(text) - len, " %" PRId64,
			 period->value);
	return cgroup_write_value(
		dir_fd, "cpu.max", text, "cpu.quota",
		!limit_counts(limits, LIMIT_CPU_QUOTA) && !has_period, err);
}

int cgroup_v2_cpu(int dir_fd, const struct cgroup_limits *limits,
		  struct kist_error *err)
{
	bool idle = limits->values[LIMIT_CPU_IDLE].present &&
		    limits->values[LIMIT_CPU_IDLE].value == 1;
	int early, ret = refuse_lacking("cpu", limits, err);

	/* an idle group has no weight of its own: the kernel refuses one */
	if (ret == 0)
		ret = put(dir_fd, LIMIT_CPU_IDLE, limits, err);
	if (ret == 0 && !idle)
		ret = put_cpu_weight(dir_fd, limits, err);
	if (ret)
		return ret;
	/* the burst is bound by the quota: before it when both shrink, after
	 * it when both grow */
	early = put(dir_fd, LIMIT_CPU_BURST, limits, NULL);
	ret = put_cpu_max(dir_fd, limits, err);
	if (ret == 0 && early)
		ret = put(dir_fd, LIMIT_CPU_BURST, limits, err);
	return ret;
}

/* BFQ has the old range; the io.cost model its own. @where: "8:0 " or "". */
static int put_io_weight(int dir_fd, const char *where, uint64_t weight,
			 const char *oci, struct kist_error *err)
{
	bool bfq = cgroup_file_exists(dir_fd, "io.bfq.weight");
	char text[64];

	if (!bfq)
		weight = limit_io_weight_of_blkio(weight);
	snprintf(text, sizeof(text), "%s%" PRIu64, where, weight);
	return cgroup_write_value(dir_fd, bfq ? "io.bfq.weight" : "io.weight",
				  text, oci, false, err);
}

static int put_device_weights(int dir_fd, const struct cgroup_limits *limits,
			      struct kist_error *err)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < limits->weight_count; i++) {
		const struct limit_device_weight *w = &limits->weights[i];
		char where[32];

		if (w->leaf_weight)
			return cgroup_not_expressible(
				"blockIO.weightDevice[].leafWeight", true,
				"use weight", err);
		snprintf(where, sizeof(where), "%u:%u ", w->major, w->minor);
		if (w->weight)
			ret = put_io_weight(dir_fd, where, w->weight,
					    "blockIO.weightDevice", err);
	}
	return ret;
}

static const struct {
	const char *key, *oci;
} throttles[THROTTLE_COUNT] = {
	[THROTTLE_READ_BPS] = { "rbps", "blockIO.throttleReadBpsDevice" },
	[THROTTLE_WRITE_BPS] = { "wbps", "blockIO.throttleWriteBpsDevice" },
	[THROTTLE_READ_IOPS] = { "riops", "blockIO.throttleReadIOPSDevice" },
	[THROTTLE_WRITE_IOPS] = { "wiops", "blockIO.throttleWriteIOPSDevice" },
};

static int put_throttle(int dir_fd, enum limit_throttle which,
			const struct limit_device_rate *rate,
			struct kist_error *err)
{
	char text[64], value[24] = "max"; /* 0 lifts the limit, as on v1 */

	if (rate->value)
		snprintf(value, sizeof(value), "%" PRIu64, rate->value);
	snprintf(text, sizeof(text), "%u:%u %s=%s", rate->major, rate->minor,
		 throttles[which].key, value);
	return cgroup_write_value(dir_fd, "io.max", text, throttles[which].oci,
				  false, err);
}

int cgroup_v2_io(int dir_fd, const struct cgroup_limits *limits,
		 struct kist_error *err)
{
	const struct limit_value *weight = &limits->values[LIMIT_BLKIO_WEIGHT];
	int ret = refuse_lacking("blockIO", limits, err);

	if (ret == 0 && limit_counts(limits, LIMIT_BLKIO_WEIGHT))
		ret = put_io_weight(dir_fd, "", (uint64_t)weight->value,
				    "blockIO.weight", err);
	if (ret == 0)
		ret = put_device_weights(dir_fd, limits, err);
	for (enum limit_throttle t = 0; ret == 0 && t < THROTTLE_COUNT; t++)
		for (size_t i = 0; ret == 0 && i < limits->throttle_counts[t];
		     i++)
			ret = put_throttle(dir_fd, t, &limits->throttles[t][i],
					   err);
	return ret;
}

int cgroup_v2_hugetlb(int dir_fd, const struct cgroup_limits *limits,
		      struct kist_error *err)
{
	return cgroup_write_hugepages(dir_fd, "max", limits, err);
}

int cgroup_v2_net(int dir_fd, const struct cgroup_limits *limits,
		  struct kist_error *err)
{
	(void)dir_fd;
	if (limits->net_priority_count)
		return cgroup_not_expressible(
			"network.priorities", true,
			"match the group's path in nftables: "
			"'socket cgroupv2'",
			err);
	return refuse_lacking("network", limits, err);
}

/* Files that do something instead of limiting something. */
static bool is_action(const char *key)
{
	static const char *const actions[] = {
		"cgroup.procs",		  "cgroup.threads", "cgroup.kill",
		"cgroup.freeze",	  "cgroup.type",    "memory.reclaim",
		"cgroup.subtree_control",
	};

	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (strcmp(key, actions[i]) == 0)
			return true;
	return false;
}

static int check_key(const char *key, struct kist_error *err)
{
	const char *dot = strchr(key, '.');
	int ret;

	if (dot && dot != key && dot[1] && !strchr(key, '/') &&
	    strlen(key) < 64 && !is_action(key))
		return 0;
	ret = err_set(err, KIST_E_CGROUP_LIMIT,
		      "set linux.resources.unified: '%.64s' is not a limit's "
		      "file",
		      key);
	err_hint(err, "keys are names of cgroup v2 files such as "
		      "'memory.high'");
	return ret;
}

static int put_lines(int dir_fd, const struct limit_pair *pair,
		     struct kist_error *err)
{
	char oci[96], line[256];
	const char *at = pair->value;

	snprintf(oci, sizeof(oci), "unified.%s", pair->key);
	do {
		size_t len = strcspn(at, "\n");
		int ret;

		if (len >= sizeof(line))
			return err_set(err, KIST_E_CGROUP_LIMIT,
				       "set linux.resources.%s: the value is "
				       "too long",
				       oci);
		memcpy(line, at, len);
		line[len] = '\0';
		ret = cgroup_write_value(dir_fd, pair->key, line, oci, false,
					 err);
		if (ret)
			return ret;
		at += len + (at[len] == '\n');
	} while (*at);
	return 0;
}

int cgroup_v2_unified(int dir_fd, const struct cgroup_limits *limits,
		      struct kist_error *err)
{
	for (size_t i = 0; i < limits->unified_count; i++) {
		int ret = check_key(limits->unified[i].key, err);

		if (ret == 0)
			ret = put_lines(dir_fd, &limits->unified[i], err);
		if (ret)
			return ret;
	}
	return 0;
}
