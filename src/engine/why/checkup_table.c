/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_table.c - everything the check-up looks at, a row each */
#include <sched.h>

#include "engine/why/checkup.h"
#include "sys/syscall.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef SYS_listns
#define SYS_listns 470
#endif

#define NS(kind, flag, opt, from, essential, by)                              \
	{                                                                     \
		.group = "namespaces", .name = kind, .needed_by = by,         \
		.word = kind " namespace", .how = CHECK_EITHER | (essential), \
		.place = CHECK_NS, .option = opt, .since = from,              \
		.number = flag, .attempt = attempt_unshare,                   \
		.judge = judge_namespace                                      \
	}
#define CONTROLLER(v1, v2, opt, from, everywhere, essential, by)              \
	{                                                                     \
		.group = "control groups", .name = v1, .needed_by = by,       \
		.word = v1, .how = (essential), .option = opt, .since = from, \
		.number = everywhere, .arg = v2, .judge = judge_controller    \
	}
#define MOUNT(n, where, h, t, opt, from, mod, essential, by)              \
	{                                                                 \
		.group = "mounts", .name = n, .needed_by = by, .word = t, \
		.how = (h) | (essential), .place = where, .option = opt,  \
		.since = from, .module = mod, .arg = t,                   \
		.attempt = attempt_mount                                  \
	}
#define LINK(kind, opt, from, mod, parent, essential)                     \
	{                                                                 \
		.group = "network", .name = kind,                         \
		.needed_by = "kist net link", .word = kind,               \
		.how = CHECK_EITHER | (essential), .place = CHECK_NET,    \
		.option = opt, .since = from, .module = mod, .arg = kind, \
		.number = parent, .attempt = attempt_link                 \
	}
#define SECURITY(n, h, opt, from, essential, by, try_it)                       \
	{                                                                      \
		.group = "security", .name = n, .needed_by = by, .word = n,    \
		.how = (h) | (essential), .place = CHECK_PLAIN, .option = opt, \
		.since = from, .attempt = try_it                               \
	}
#define CALL(n, opt, from, essential, by)                             \
	{                                                             \
		.group = "system calls", .name = #n, .needed_by = by, \
		.word = #n, .how = CHECK_HERE | (essential),          \
		.place = CHECK_PLAIN, .option = opt, .since = from,   \
		.number = SYS_##n, .attempt = attempt_call            \
	}
#define SYSCTL(key, least, by)                                                \
	{                                                                     \
		.group = "limits", .name = key, .needed_by = by, .word = key, \
		.arg = key, .number = least, .judge = judge_sysctl            \
	}
#define USED(key, counter, by)                                                \
	{                                                                     \
		.group = "limits", .name = key, .needed_by = by, .word = key, \
		.arg = key, .number = counter, .judge = judge_used            \
	}
#define RLIMIT(n, least, by)                                                 \
	{                                                                    \
		.group = "limits", .name = "rlimit " n, .needed_by = by,     \
		.word = n, .arg = n, .number = least, .judge = judge_rlimit, \
		.fix = "'ulimit' in the shell, or /etc/security/limits.conf" \
	}
#define PROGRAM(n, package, privileged, by)                                  \
	{                                                                    \
		.group = "programs", .name = n, .needed_by = by, .word = n,  \
		.arg = package, .number = privileged, .judge = judge_program \
	}

const struct check checkup_table[] = {
	/* clang-format off */
	{ .group = "namespaces", .name = "user", .needed_by = "all that kist does for ordinary users",
	  .word = "user namespace", .how = CHECK_INSIDE | CHECK_ESSENTIAL, .place = CHECK_NS,
	  .option = "CONFIG_USER_NS", .since = "3.8", .attempt = attempt_nothing, .judge = judge_namespace },
	{ .group = "namespaces", .name = "rootless", .needed_by = "kist run, try, unshare without root",
	  .word = "rootless", .how = CHECK_HERE, .place = CHECK_NOBODY, .number = CLONE_NEWUSER,
	  .attempt = attempt_unshare, .judge = judge_nobody },
	NS("mnt", CLONE_NEWNS, NULL, "2.4.19", CHECK_ESSENTIAL, "kist run, try, mnt"),
	NS("pid", CLONE_NEWPID, "CONFIG_PID_NS", "2.6.24", CHECK_ESSENTIAL, "kist run, kist unshare -p"),
	NS("net", CLONE_NEWNET, "CONFIG_NET_NS", "2.6.29", CHECK_ESSENTIAL, "kist run, kist net"),
	NS("ipc", CLONE_NEWIPC, "CONFIG_IPC_NS", "2.6.19", CHECK_ESSENTIAL, "kist run"),
	NS("uts", CLONE_NEWUTS, "CONFIG_UTS_NS", "2.6.19", CHECK_ESSENTIAL, "kist run"),
	NS("cgroup", CLONE_NEWCGROUP, "CONFIG_CGROUPS", "4.6", 0, "kist run --cgroupns"),
	NS("time", CLONE_NEWTIME, "CONFIG_TIME_NS", "5.6", 0, "kist unshare -T"),
	{ .group = "namespaces", .name = "subuid", .needed_by = "more than one user id without root: --map-auto",
	  .word = "subuid", .arg = "uid", .judge = judge_subid },
	{ .group = "namespaces", .name = "subgid", .needed_by = "more than one group id without root: --map-auto",
	  .word = "subgid", .arg = "gid", .judge = judge_subid },

	CONTROLLER("memory", "memory", "CONFIG_MEMCG", "2.6.25", 0, CHECK_ESSENTIAL_ROOT, "kist limit mem=, run --memory"),
	CONTROLLER("cpu", "cpu", "CONFIG_CGROUP_SCHED", "2.6.24", 0, CHECK_ESSENTIAL_ROOT, "kist limit cpus=, run --cpus"),
	CONTROLLER("pids", "pids", "CONFIG_CGROUP_PIDS", "4.3", 0, CHECK_ESSENTIAL_ROOT, "kist limit pids=, run --pids-limit"),
	CONTROLLER("cpuset", "cpuset", "CONFIG_CPUSETS", "2.6.24", 0, 0, "kist limit cpuset=, run --cpuset-cpus"),
	CONTROLLER("blkio", "io", "CONFIG_BLK_CGROUP", "2.6.33", 0, 0, "kist limit io.…="),
	CONTROLLER("devices", "devices", "CONFIG_CGROUP_DEVICE", "2.6.26", 1, 0, "run --device"),
	CONTROLLER("freezer", "freezer", "CONFIG_CGROUP_FREEZER", "2.6.28", 1, 0, "kist cg freeze, pause"),
	CONTROLLER("cpuacct", "cpuacct", "CONFIG_CGROUP_CPUACCT", "2.6.24", 1, 0, "cpu time used"),
	CONTROLLER("hugetlb", "hugetlb", "CONFIG_CGROUP_HUGETLB", "3.5", 0, 0, "limits on huge pages"),
	CONTROLLER("perf_event", "perf_event", "CONFIG_CGROUP_PERF", "2.6.39", 1, 0, "perf per group"),
	CONTROLLER("rdma", "rdma", "CONFIG_CGROUP_RDMA", "4.11", 0, 0, "limits on RDMA devices"),
	CONTROLLER("misc", "misc", "CONFIG_CGROUP_MISC", "5.13", 0, 0, "limits on SEV and TDX keys"),
	CONTROLLER("net_cls", "net_cls", "CONFIG_CGROUP_NET_CLASSID", "2.6.29", 0, 0, "kist limit net.class="),
	CONTROLLER("net_prio", "net_prio", "CONFIG_CGROUP_NET_PRIO", "3.3", 0, 0, "kist limit net.prio="),
	{ .group = "control groups", .name = "delegation", .needed_by = "limits without root",
	  .word = "delegation", .judge = judge_delegation },
	{ .group = "control groups", .name = "systemd", .needed_by = "scopes: kist limit of an ordinary user",
	  .word = "scope", .judge = judge_systemd },

	{ .group = "mounts", .name = "overlay", .needed_by = "kist run, kist try", .word = "overlay",
	  .how = CHECK_EITHER | CHECK_ESSENTIAL, .place = CHECK_MOUNT, .option = "CONFIG_OVERLAY_FS",
	  .since = "3.18", .module = "overlay", .attempt = attempt_overlay },
	{ .group = "mounts", .name = "overlay in a user namespace", .needed_by = "kist run, try without root",
	  .word = "overlay", .how = CHECK_INSIDE, .place = CHECK_MOUNT, .option = "CONFIG_OVERLAY_FS",
	  .since = "5.11", .module = "overlay", .attempt = attempt_overlay },
	{ .group = "mounts", .name = "id-mapped mounts", .needed_by = "volumes with mapped ids",
	  .word = "idmapped mount", .how = CHECK_HERE, .place = CHECK_MOUNT, .since = "6.3, where tmpfs has them",
	  .attempt = attempt_idmapped },
	{ .group = "mounts", .name = "new mount calls", .needed_by = "kist run, kist mnt add", .word = "fsopen",
	  .how = CHECK_EITHER | CHECK_ESSENTIAL, .place = CHECK_MOUNT, .since = "5.2", .attempt = attempt_new_mount },
	MOUNT("tmpfs", CHECK_MOUNT, CHECK_EITHER, "tmpfs", "CONFIG_TMPFS", "2.4", NULL, CHECK_ESSENTIAL, "kist run"),
	MOUNT("tmpfs in a user namespace", CHECK_MOUNT, CHECK_INSIDE, "tmpfs", "CONFIG_TMPFS", "3.9", NULL, 0, "kist run without root"),
	MOUNT("proc", CHECK_PROC, CHECK_EITHER, "proc", "CONFIG_PROC_FS", "2.6.24", NULL, CHECK_ESSENTIAL, "kist run, kist unshare -p"),
	MOUNT("proc in a user namespace", CHECK_PROC, CHECK_INSIDE, "proc", "CONFIG_PROC_FS", "3.8", NULL, 0, "kist run without root"),
	MOUNT("mqueue", CHECK_MOUNT, CHECK_EITHER, "mqueue", "CONFIG_POSIX_MQUEUE", "2.6.6", NULL, 0, "/dev/mqueue of containers"),

	LINK("veth", "CONFIG_VETH", "2.6.24", "veth", 0, CHECK_ESSENTIAL),
	LINK("bridge", "CONFIG_BRIDGE", "2.4", "bridge", 0, CHECK_ESSENTIAL),
	LINK("macvlan", "CONFIG_MACVLAN", "2.6.23", "macvlan", 1, 0),
	LINK("ipvlan", "CONFIG_IPVLAN", "3.19", "ipvlan", 1, 0),
	LINK("vlan", "CONFIG_VLAN_8021Q", "2.4.14", "8021q", 1, 0),
	LINK("vxlan", "CONFIG_VXLAN", "3.7", "vxlan", 0, 0),
	LINK("dummy", "CONFIG_DUMMY", "2.4", "dummy", 0, 0),
	LINK("wireguard", "CONFIG_WIREGUARD", "5.6", "wireguard", 0, 0),
	LINK("tun", "CONFIG_TUN", "2.4", "tun", 0, 0),
	{ .group = "network", .name = "nftables", .needed_by = "kist net nft, published ports", .word = "nftables",
	  .how = CHECK_EITHER, .place = CHECK_NET, .option = "CONFIG_NF_TABLES", .since = "3.13",
	  .module = "nf_tables", .attempt = attempt_nftables },

	SECURITY("seccomp filter", CHECK_HERE, "CONFIG_SECCOMP_FILTER", "3.5", CHECK_ESSENTIAL, "kist run, kist sandbox", attempt_seccomp),
	SECURITY("seccomp notify", CHECK_HERE, "CONFIG_SECCOMP_FILTER", "5.0", 0, "seccomp listeners of config.json", attempt_notify),
	SECURITY("no_new_privs", CHECK_HERE, NULL, "3.5", CHECK_ESSENTIAL, "kist run", attempt_no_new_privs),
	SECURITY("device program", CHECK_HERE, "CONFIG_BPF_SYSCALL and CONFIG_CGROUP_BPF", "4.15", 0, "run --device on cgroup v2", attempt_device_program),
	{ .group = "security", .name = "landlock", .needed_by = "nothing yet: programs restrict themselves with it", .word = "landlock",
	  .how = CHECK_HERE, .place = CHECK_PLAIN, .option = "CONFIG_SECURITY_LANDLOCK", .since = "5.13",
	  .attempt = attempt_landlock, .judge = judge_landlock },
	{ .group = "security", .name = "modules", .needed_by = "labels and profiles of containers", .word = "lsm", .judge = judge_lsm },
	{ .group = "security", .name = "tracing", .needed_by = "kist why -- COMMAND", .word = "ptrace", .judge = judge_yama },

	CALL(clone3, NULL, "5.3", CHECK_ESSENTIAL, "every start of a container"),
	CALL(close_range, NULL, "5.9", 0, "every start of a container"),
	CALL(openat2, NULL, "5.6", CHECK_ESSENTIAL, "every path below a container's root"),
	CALL(pidfd_open, NULL, "5.3", CHECK_ESSENTIAL, "signals and waiting"),
	CALL(pidfd_send_signal, NULL, "5.1", CHECK_ESSENTIAL, "kist kill, kist stop"),
	CALL(pidfd_getfd, NULL, "5.6", 0, "namespaces that only a descriptor holds"),
	CALL(mount_setattr, NULL, "5.12", 0, "read-only and id-mapped mounts"),
	CALL(listns, NULL, "6.19", 0, "kist ls; without it /proc is searched"),
	{ .group = "system calls", .name = "sealed memory files", .needed_by = "the program that starts containers",
	  .word = "memfd", .how = CHECK_HERE, .place = CHECK_PLAIN, .since = "6.3", .attempt = attempt_sealed_exec },

	SYSCTL("user.max_user_namespaces", 1, "kist run, unshare -r"),
	SYSCTL("fs.inotify.max_user_instances", 16, "kist watch, kist cg watch"),
	SYSCTL("fs.inotify.max_user_watches", 1024, "kist watch, kist cg watch"),
	SYSCTL("kernel.keys.maxkeys", 100, "a keyring a container"),
	SYSCTL("vm.max_map_count", 65530, "programs with many mappings: databases"),
	USED("fs.mount-max", 0, "mounts of a mount namespace"),
	USED("fs.file-max", 1, "open files of the machine"),
	USED("kernel.threads-max", 2, "threads of the machine"),
	USED("kernel.pid_max", 2, "process ids of the machine"),
	RLIMIT("nproc", 64, "processes of one user"),
	RLIMIT("nofile", 256, "open files of one process"),
	RLIMIT("memlock", 65536, "BPF before Linux 5.11"),

	PROGRAM("newuidmap", "uidmap", 1, "--map-auto, subordinate ids without root"),
	PROGRAM("newgidmap", "uidmap", 1, "--map-auto, subordinate ids without root"),
	PROGRAM("nft", "nftables", 0, "kist net nft"),
	PROGRAM("pasta", "passt", 0, "networks without root"),
	PROGRAM("slirp4netns", "slirp4netns", 0, "networks without root, where pasta is not"),
	PROGRAM("criu", "criu", 0, "checkpoint and restore"),
	PROGRAM("systemd-run", "systemd", 0, "delegated groups without root"),
	PROGRAM("conmon", "conmon", 0, "Podman and CRI-O with kist-oci"),
	/* clang-format on */
};

const size_t checkup_count = ARRAY_LEN(checkup_table);
