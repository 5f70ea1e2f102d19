/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_knobs.c - the files of control groups that can be written */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "kernel/cgroup_knobs.h"

#define ORDER_OTHER 50

const struct cgroup_knob cgroup_knobs[] = {
	{ "cgroup.type", 2, KNOB_PLAIN, 0, "domain" },
	{ "cgroup.clone_children", 1, KNOB_PLAIN, 1, "0" },
	{ "notify_on_release", 1, KNOB_ABOVE, 2, "0" },
	/* nothing may run in a cpuset without them */
	{ "cpuset.cpus", 1, KNOB_PLAIN, 10, "" },
	{ "cpuset.mems", 1, KNOB_PLAIN, 11, "" },
	{ "cpuset.cpu_exclusive", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.mem_exclusive", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.mem_hardwall", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.memory_migrate", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.memory_spread_page", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.memory_spread_slab", 1, KNOB_PLAIN, 12, "0" },
	{ "cpuset.sched_load_balance", 1, KNOB_PLAIN, 12, "1" },
	{ "cpuset.sched_relax_domain_level", 1, KNOB_PLAIN, 12, "-1" },
	{ "cpuset.cpus", 2, KNOB_PLAIN, 10, "" },
	{ "cpuset.mems", 2, KNOB_PLAIN, 11, "" },
	{ "cpuset.cpus.exclusive", 2, KNOB_PLAIN, 12, "" },
	{ "cpuset.cpus.partition", 2, KNOB_PLAIN, 13, "member" },
	/* memory alone may never be above memory and swap together */
	{ "memory.limit_in_bytes", 1, KNOB_SIZE, 20, "" },
	{ "memory.memsw.limit_in_bytes", 1, KNOB_SIZE, 21, "" },
	{ "memory.soft_limit_in_bytes", 1, KNOB_SIZE, 22, "" },
	{ "memory.kmem.limit_in_bytes", 1, KNOB_SIZE, 23, "" },
	{ "memory.kmem.tcp.limit_in_bytes", 1, KNOB_SIZE, 23, "" },
	{ "memory.swappiness", 1, KNOB_ABOVE, 24, "60" },
	{ "memory.oom_control", 1, KNOB_OOM, 24, "0" },
	{ "memory.move_charge_at_immigrate", 1, KNOB_PLAIN, 24, "0" },
	/* swap first: lowering memory may have to swap out */
	{ "memory.swap.max", 2, KNOB_SIZE, 20, "max" },
	{ "memory.swap.high", 2, KNOB_SIZE, 20, "max" },
	{ "memory.zswap.max", 2, KNOB_SIZE, 20, "max" },
	{ "memory.zswap.writeback", 2, KNOB_PLAIN, 20, "1" },
	{ "memory.max", 2, KNOB_SIZE, 21, "max" },
	{ "memory.high", 2, KNOB_SIZE, 22, "max" },
	{ "memory.low", 2, KNOB_PLAIN, 22, "0" },
	{ "memory.min", 2, KNOB_PLAIN, 22, "0" },
	{ "memory.oom.group", 2, KNOB_PLAIN, 24, "0" },
	/* an idle group takes no weight, a burst no more than the quota */
	{ "cpu.idle", 1, KNOB_PLAIN, 30, "0" },
	{ "cpu.shares", 1, KNOB_PLAIN, 31, "1024" },
	{ "cpu.cfs_period_us", 1, KNOB_PLAIN, 32, "100000" },
	{ "cpu.cfs_quota_us", 1, KNOB_PLAIN, 33, "-1" },
	{ "cpu.cfs_burst_us", 1, KNOB_PLAIN, 34, "0" },
	{ "cpu.rt_period_us", 1, KNOB_PLAIN, 35, "1000000" },
	{ "cpu.rt_runtime_us", 1, KNOB_PLAIN, 36, "0" },
	{ "cpu.uclamp.min", 1, KNOB_PLAIN, 37, "0.00" },
	{ "cpu.uclamp.max", 1, KNOB_PLAIN, 37, "max" },
	{ "cpu.idle", 2, KNOB_PLAIN, 30, "0" },
	{ "cpu.weight", 2, KNOB_PLAIN, 31, "100" },
	{ "cpu.max", 2, KNOB_PLAIN, 33, "max 100000" },
	{ "cpu.max.burst", 2, KNOB_PLAIN, 34, "0" },
	{ "cpu.uclamp.min", 2, KNOB_PLAIN, 37, "0.00" },
	{ "cpu.uclamp.max", 2, KNOB_PLAIN, 37, "max" },
	{ "blkio.weight", 1, KNOB_PLAIN, 40, "500" },
	{ "blkio.weight_device", 1, KNOB_LINES, 41, "" },
	{ "blkio.leaf_weight", 1, KNOB_PLAIN, 40, "500" },
	{ "blkio.bfq.weight", 1, KNOB_PLAIN, 40, "100" },
	{ "blkio.bfq.weight_device", 1, KNOB_LINES, 41, "" },
	{ "blkio.throttle.read_bps_device", 1, KNOB_LINES, 41, "" },
	{ "blkio.throttle.write_bps_device", 1, KNOB_LINES, 41, "" },
	{ "blkio.throttle.read_iops_device", 1, KNOB_LINES, 41, "" },
	{ "blkio.throttle.write_iops_device", 1, KNOB_LINES, 41, "" },
	{ "io.weight", 2, KNOB_FIRST, 40, "default 100" },
	{ "io.bfq.weight", 2, KNOB_FIRST, 40, "default 100" },
	{ "io.max", 2, KNOB_LINES, 41, "" },
	{ "io.latency", 2, KNOB_LINES, 41, "" },
	{ "io.prio.class", 2, KNOB_PLAIN, 41, "no-change" },
	{ "pids.max", 1, KNOB_PLAIN, 42, "max" },
	{ "pids.max", 2, KNOB_PLAIN, 42, "max" },
	{ "hugetlb.*.limit_in_bytes", 1, KNOB_SIZE, 43, "" },
	{ "hugetlb.*.max", 2, KNOB_SIZE, 43, "max" },
	{ "rdma.max", 1, KNOB_LINES, 44, "" },
	{ "rdma.max", 2, KNOB_LINES, 44, "" },
	{ "misc.max", 1, KNOB_LINES, 44, "" },
	{ "misc.max", 2, KNOB_LINES, 44, "" },
	{ "dmem.max", 2, KNOB_LINES, 44, "" },
	{ "dmem.min", 2, KNOB_LINES, 44, "" },
	{ "dmem.low", 2, KNOB_LINES, 44, "" },
	{ "devices.list", 1, KNOB_RULES, 45, "a *:* rwm" },
	{ "net_cls.classid", 1, KNOB_ABOVE, 46, "0" },
	{ "net_prio.ifpriomap", 1, KNOB_LINES, 46, "" },
	{ "cgroup.max.depth", 2, KNOB_PLAIN, 60, "max" },
	{ "cgroup.max.descendants", 2, KNOB_PLAIN, 60, "max" },
	{ "cgroup.pressure", 2, KNOB_PLAIN, 60, "1" },
	{ "cgroup.subtree_control", 2, KNOB_LIST, 61, "" },
	{ "tasks", 1, KNOB_MOVE, 90, "" },
	{ "cgroup.procs", 1, KNOB_MOVE, 90, "" },
	{ "cgroup.procs", 2, KNOB_MOVE, 90, "" },
	{ "cgroup.threads", 2, KNOB_MOVE, 90, "" },
	/* who is in it is frozen too */
	{ "freezer.state", 1, KNOB_STATE, 95, "THAWED" },
	{ "cgroup.freeze", 2, KNOB_PLAIN, 95, "0" },
	{ "cgroup.kill", 2, KNOB_MOVE, 99, "" },
};

const size_t cgroup_knob_count = ARRAY_LEN(cgroup_knobs);

const struct cgroup_knob *cgroup_knob(const char *file, int version)
{
	for (size_t i = 0; i < cgroup_knob_count; i++)
		if (cgroup_knobs[i].version == version &&
		    fnmatch(cgroup_knobs[i].file, file, 0) == 0)
			return &cgroup_knobs[i];
	return NULL;
}

int cgroup_knob_order(const char *file, int version)
{
	const struct cgroup_knob *knob = cgroup_knob(file, version);

	return knob ? knob->order : ORDER_OTHER;
}

bool cgroup_is_no_limit(const char *value)
{
	int64_t bytes;

	if (num_parse_bytes(value, &bytes))
		return strcmp(value, "max") == 0 ||
		       strlen(value) > 18; /* above all a signed one holds */
	/* v1 shows "none" as the largest number of whole pages */
	return bytes < 0 || bytes >= INT64_MAX / 2;
}

bool cgroup_knob_is_initial(const struct cgroup_knob *knob, const char *value,
			    const char *above)
{
	switch (knob->kind) {
	case KNOB_SIZE:
		return cgroup_is_no_limit(value);
	case KNOB_ABOVE:
		return strcmp(value, above ? above : knob->initial) == 0;
	case KNOB_OOM:
		return strncmp(value, "oom_kill_disable 1", 18) != 0;
	case KNOB_LINES:
		return *value == '\0';
	case KNOB_MOVE:
		return true;
	default:
		return strcmp(value, knob->initial) == 0;
	}
}

void cgroup_controller_of(const char *file, char *ret_name, size_t size)
{
	size_t len = strcspn(file, ".");

	*ret_name = '\0';
	if (!file[len] || (len == 6 && memcmp(file, "cgroup", 6) == 0))
		return;
	snprintf(ret_name, size, "%.*s", (int)len, file);
}
