/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_convert_table.c - the files of cgroup v1 and v2, side by side */
#include <stdlib.h>

#include "kernel/cgroup_convert.h"
#include "kernel/cgroup_limits.h"

#define L(h, which, ...)                                  \
	{                                                 \
		.how = (h), .limit = (which), __VA_ARGS__ \
	}
#define F(h, one, two, ...)                                                    \
	{                                                                      \
		.how = (h), .limit = -1, .v1 = (one), .v2 = (two), __VA_ARGS__ \
	}

const struct cgroup_convert_row cgroup_convert_rows[] = {
	L(CONVERT_SIZE, LIMIT_MEMORY),
	L(CONVERT_SWAP, LIMIT_MEMORY_SWAP,
	  .note = "v1 limits memory and swap together, v2 swap alone: not "
		  "exactly the same"),
	L(CONVERT_SIZE, LIMIT_MEMORY_RESERVATION,
	  .note = "v1's soft limit takes back what is above it when memory is "
		  "short; memory.low protects what is below, memory.high "
		  "slows down what is above"),
	F(CONVERT_SIZE, "memory.soft_limit_in_bytes", "memory.high", .only = 2,
	  .note = "v1 cannot slow down; its soft limit acts when memory is "
		  "short"),
	F(CONVERT_NONE, "", "memory.min",
	  .note = "v1 protects nothing; memory.soft_limit_in_bytes of the "
		  "other groups is nearest"),
	L(CONVERT_NONE, LIMIT_MEMORY_SWAPPINESS,
	  .note = "limit memory.swap.max, or set vm.swappiness for the "
		  "machine"),
	L(CONVERT_NONE, LIMIT_MEMORY_DISABLE_OOM_KILLER,
	  .note = "memory.high slows down instead of killing; memory.oom.group "
		  "kills all at once"),
	F(CONVERT_NONE, "", "memory.oom.group",
	  .note = "v1 kills one process; watch memory.oom_control and kill "
		  "the rest"),
	L(CONVERT_NONE, LIMIT_MEMORY_KERNEL, .note = "memory.max counts it"),
	L(CONVERT_NONE, LIMIT_MEMORY_KERNEL_TCP,
	  .note = "memory.max counts it"),
	L(CONVERT_NONE, LIMIT_MEMORY_USE_HIERARCHY, .note = "always so on v2"),
	F(CONVERT_NONE, "memory.move_charge_at_immigrate", "",
	  .note = "memory stays charged where it was first used: start the "
		  "process inside the group"),
	F(CONVERT_READ, "memory.force_empty", "memory.reclaim",
	  .note = "write the number of bytes to take back"),
	F(CONVERT_NONE, "memory.pressure_level", "",
	  .note = "memory.pressure, which can be polled"),
	F(CONVERT_NONE, "", "memory.swap.high",
	  .note = "memory.memsw.limit_in_bytes, a hard limit"),
	F(CONVERT_NONE, "", "memory.zswap.max",
	  .note = "memory.memsw.limit_in_bytes, which counts swap of all "
		  "kinds"),
	F(CONVERT_READ, "memory.usage_in_bytes", "memory.current"),
	F(CONVERT_READ, "memory.memsw.usage_in_bytes", "memory.swap.current",
	  .note = "v1 counts memory and swap together"),
	F(CONVERT_READ, "memory.max_usage_in_bytes", "memory.peak"),
	F(CONVERT_READ, "memory.memsw.max_usage_in_bytes", "memory.swap.peak",
	  .note = "v1 counts memory and swap together"),
	F(CONVERT_READ, "memory.failcnt", "memory.events", .note = "key 'max'"),
	F(CONVERT_READ, "memory.stat", "memory.stat",
	  .note = "keys differ: rss is anon, cache is file"),
	F(CONVERT_READ, "memory.numa_stat", "memory.numa_stat"),
	L(CONVERT_SHARES, LIMIT_CPU_SHARES,
	  .note = "shares 2 to 262144 (1024 usual), weight 1 to 10000 (100 "
		  "usual)"),
	L(CONVERT_QUOTA, LIMIT_CPU_QUOTA),
	L(CONVERT_PERIOD, LIMIT_CPU_PERIOD),
	L(CONVERT_SAME, LIMIT_CPU_BURST),
	L(CONVERT_SAME, LIMIT_CPU_IDLE),
	L(CONVERT_NONE, LIMIT_CPU_RT_RUNTIME,
	  .note = "v2 has no realtime budget: cpu.max, or "
		  "kernel.sched_rt_runtime_us for the machine"),
	L(CONVERT_NONE, LIMIT_CPU_RT_PERIOD,
	  .note = "v2 has no realtime budget: cpu.max, or "
		  "kernel.sched_rt_period_us for the machine"),
	F(CONVERT_SAME, "cpu.uclamp.min", "cpu.uclamp.min"),
	F(CONVERT_SAME, "cpu.uclamp.max", "cpu.uclamp.max"),
	F(CONVERT_NONE, "", "cpu.weight.nice",
	  .note = "cpu.shares; nice 0 is 1024, each step a quarter more"),
	F(CONVERT_READ, "cpu.stat", "cpu.stat"),
	F(CONVERT_READ, "cpuacct.usage", "cpu.stat",
	  .note = "key usage_usec: microseconds, v1 has nanoseconds"),
	F(CONVERT_READ, "cpuacct.stat", "cpu.stat",
	  .note = "keys user_usec and system_usec"),
	F(CONVERT_NONE, "cpuacct.usage_percpu", "",
	  .note = "not told per processor on v2: 'perf stat -G'"),
	F(CONVERT_SAME, "cpuset.cpus", "cpuset.cpus"),
	F(CONVERT_SAME, "cpuset.mems", "cpuset.mems"),
	F(CONVERT_READ, "cpuset.effective_cpus", "cpuset.cpus.effective"),
	F(CONVERT_READ, "cpuset.effective_mems", "cpuset.mems.effective"),
	F(CONVERT_NONE, "cpuset.cpu_exclusive", "",
	  .note = "cpuset.cpus.partition=root, and the processors in "
		  "cpuset.cpus.exclusive"),
	F(CONVERT_NONE, "", "cpuset.cpus.partition",
	  .note = "cpuset.cpu_exclusive=1; isolated: "
		  "cpuset.sched_load_balance=0 as well"),
	F(CONVERT_NONE, "", "cpuset.cpus.exclusive",
	  .note = "cpuset.cpu_exclusive=1 with cpuset.cpus"),
	F(CONVERT_NONE, "cpuset.mem_exclusive", "",
	  .note = "cpuset.mems binds memory; nothing keeps others away"),
	F(CONVERT_NONE, "cpuset.mem_hardwall", "",
	  .note = "cpuset.mems binds memory of user space"),
	F(CONVERT_NONE, "cpuset.memory_migrate", "",
	  .note = "v2 always moves memory when cpuset.mems changes"),
	F(CONVERT_NONE, "cpuset.memory_spread_page", "",
	  .note = "set_mempolicy(2), 'numactl --interleave'"),
	F(CONVERT_NONE, "cpuset.memory_spread_slab", "",
	  .note = "not done any more"),
	F(CONVERT_NONE, "cpuset.memory_pressure", "",
	  .note = "memory.pressure"),
	F(CONVERT_NONE, "cpuset.sched_load_balance", "",
	  .note = "cpuset.cpus.partition=isolated"),
	F(CONVERT_NONE, "cpuset.sched_relax_domain_level", "",
	  .note = "the scheduler decides"),
	F(CONVERT_IO_WEIGHT, "blkio.weight", "io.weight",
	  .note = "10 to 1000 (500 usual) as 1 to 10000; a disk with the bfq "
		  "scheduler has io.bfq.weight, the same number"),
	F(CONVERT_DEVICE_WEIGHT, "blkio.weight_device", "io.weight"),
	F(CONVERT_BFQ_WEIGHT, "blkio.bfq.weight", "io.bfq.weight"),
	F(CONVERT_SAME, "blkio.bfq.weight_device", "io.bfq.weight"),
	L(CONVERT_NONE, LIMIT_BLKIO_LEAF_WEIGHT,
	  .note = "processes are in leaves alone on v2: io.weight of the "
		  "leaf"),
	F(CONVERT_THROTTLE, "blkio.throttle.read_bps_device", "io.max",
	  .key = "rbps"),
	F(CONVERT_THROTTLE, "blkio.throttle.write_bps_device", "io.max",
	  .key = "wbps"),
	F(CONVERT_THROTTLE, "blkio.throttle.read_iops_device", "io.max",
	  .key = "riops"),
	F(CONVERT_THROTTLE, "blkio.throttle.write_iops_device", "io.max",
	  .key = "wiops"),
	F(CONVERT_READ, "blkio.throttle.io_service_bytes", "io.stat",
	  .note = "keys rbytes and wbytes"),
	F(CONVERT_READ, "blkio.throttle.io_serviced", "io.stat",
	  .note = "keys rios and wios"),
	F(CONVERT_NONE, "", "io.latency",
	  .note = "blkio.throttle.* of the groups beside it"),
	F(CONVERT_NONE, "", "io.prio.class", .note = "ionice(1)"),
	L(CONVERT_SAME, LIMIT_PIDS),
	F(CONVERT_READ, "pids.current", "pids.current"),
	F(CONVERT_READ, "pids.events", "pids.events"),
	F(CONVERT_FREEZE, "freezer.state", "cgroup.freeze"),
	F(CONVERT_NONE, "devices.allow", "",
	  .note = "v2 has no file: a BPF program (BPF_CGROUP_DEVICE) decides; "
		  "'kist run --device' loads one"),
	F(CONVERT_NONE, "devices.deny", "",
	  .note = "v2 has no file: a BPF program (BPF_CGROUP_DEVICE) decides; "
		  "'kist run --device' loads one"),
	F(CONVERT_NONE, "devices.list", "",
	  .note = "v2 has no file: 'bpftool cgroup show' lists the program"),
	L(CONVERT_NONE, LIMIT_NET_CLASS_ID,
	  .note = "match the group's path: nft 'socket cgroupv2 level 1 "
		  "\"NAME\"'"),
	F(CONVERT_NONE, "net_prio.ifpriomap", "",
	  .note = "nft 'socket cgroupv2 … meta priority set', or a BPF "
		  "program"),
	F(CONVERT_SIZE, "hugetlb.*.limit_in_bytes", "hugetlb.*.max"),
	F(CONVERT_SIZE, "hugetlb.*.rsvd.limit_in_bytes", "hugetlb.*.rsvd.max"),
	F(CONVERT_READ, "hugetlb.*.usage_in_bytes", "hugetlb.*.current"),
	F(CONVERT_READ, "hugetlb.*.failcnt", "hugetlb.*.events"),
	F(CONVERT_SAME, "rdma.max", "rdma.max"),
	F(CONVERT_SAME, "misc.max", "misc.max"),
	F(CONVERT_SAME, "cgroup.procs", "cgroup.procs"),
	F(CONVERT_SAME, "tasks", "cgroup.threads",
	  .note = "single threads need a threaded group (cgroup.type); whole "
		  "processes go to cgroup.procs"),
	F(CONVERT_NONE, "cgroup.clone_children", "",
	  .note = "v2 groups inherit what is effective above"),
	F(CONVERT_NONE, "notify_on_release", "",
	  .note = "cgroup.events, key 'populated': 'kist cg watch --on "
		  "empty'"),
	F(CONVERT_NONE, "release_agent", "",
	  .note = "'kist cg watch GROUP --on empty --exec COMMAND'"),
	F(CONVERT_NONE, "cgroup.event_control", "",
	  .note = "*.events files, which can be polled"),
	F(CONVERT_NONE, "", "cgroup.type",
	  .note = "v1 takes single threads anywhere: tasks"),
	F(CONVERT_NONE, "", "cgroup.subtree_control",
	  .note = "v1 hierarchies have their controllers everywhere"),
	F(CONVERT_NONE, "", "cgroup.max.depth", .note = "no limit on v1"),
	F(CONVERT_NONE, "", "cgroup.max.descendants", .note = "no limit on v1"),
	F(CONVERT_NONE, "", "cgroup.kill",
	  .note = "freeze, then kill each of cgroup.procs: 'kist cg kill'"),
	F(CONVERT_NONE, "", "cgroup.events",
	  .note = "notify_on_release tells when the last process is gone"),
	F(CONVERT_NONE, "", "cgroup.pressure", .note = "/proc/pressure"),
	F(CONVERT_NONE, "", "memory.pressure",
	  .note = "memory.pressure_level; /proc/pressure for the machine"),
	F(CONVERT_NONE, "", "cpu.pressure",
	  .note = "/proc/pressure for the machine"),
	F(CONVERT_NONE, "", "io.pressure",
	  .note = "/proc/pressure for the machine"),
};

const size_t cgroup_convert_count =
	sizeof(cgroup_convert_rows) / sizeof(cgroup_convert_rows[0]);

static const char *text(const char *in_row)
{
	return in_row[0] ? in_row : NULL;
}

const char *cgroup_convert_v1(const struct cgroup_convert_row *row)
{
	return row->limit < 0 ? text(row->v1) : limit_table[row->limit].v1_file;
}

const char *cgroup_convert_v2(const struct cgroup_convert_row *row)
{
	return row->limit < 0 ? text(row->v2) : limit_table[row->limit].v2_file;
}

const char *cgroup_convert_note(const struct cgroup_convert_row *row)
{
	return text(row->note);
}
