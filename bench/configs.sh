#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# configs.sh spec|podman ROOTFS DIR PROGRAM - a config.json to measure with
#
# spec is what `runc spec` writes; podman is like what Podman asks for: more
# capabilities, bind mounts of small files in DIR, limits, an allow-list of
# system calls for three architectures. (bench.sh takes the network namespace
# out for the variants named 0, and limits the machine has no controllers for.)
set -eu
kind=$1 rootfs=$2 dir=$3 program=$4
top=$(cd "$(dirname "$0")/.." && pwd)

spec='{
	ociVersion: "1.0.2",
	process: {
		terminal: false,
		user: { uid: 0, gid: 0 },
		args: [$program],
		env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
		cwd: "/",
		capabilities: caps(["AUDIT_WRITE", "KILL", "NET_BIND_SERVICE"]),
		rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
		noNewPrivileges: true
	},
	root: { path: $rootfs, readonly: true },
	hostname: "bench",
	mounts: [
		fs("/proc"; "proc"; []),
		fs("/dev"; "tmpfs";
			["nosuid", "strictatime", "mode=755", "size=65536k"]),
		fs("/dev/pts"; "devpts"; ["nosuid", "noexec", "newinstance",
			"ptmxmode=0666", "mode=0620", "gid=5"]),
		fs("/dev/shm"; "tmpfs";
			safe + ["mode=1777", "size=65536k"]),
		fs("/dev/mqueue"; "mqueue"; safe),
		fs("/sys"; "sysfs"; safe + ["ro"]),
		fs("/sys/fs/cgroup"; "cgroup"; safe + ["relatime", "ro"])
	],
	linux: {
		resources: { devices: [{ allow: false, access: "rwm" }] },
		namespaces: [("pid", "network", "ipc", "uts", "mount", "cgroup") |
			{ type: . }],
		maskedPaths: ["/proc/acpi", "/proc/asound", "/proc/kcore",
			"/proc/keys", "/proc/latency_stats", "/proc/timer_list",
			"/proc/timer_stats", "/proc/sched_debug", "/sys/firmware",
			"/proc/scsi"],
		readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
			"/proc/sysrq-trigger"]
	}
}'

podman='
	.process.capabilities = caps(["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID",
		"KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP",
		"SETUID", "SYS_CHROOT"])
	| .process.rlimits += [{ type: "RLIMIT_NPROC", hard: 4096, soft: 4096 }]
	| .process.oomScoreAdj = 0
	| .root.readonly = false
	| .mounts |= map(select(.destination != "/dev/shm"))
	| .mounts += [bind("/dev/shm"; "shm"; safe), bind("/etc/hosts"; "hosts"; []),
		bind("/etc/hostname"; "hostname"; []),
		bind("/run/.containerenv"; "containerenv"; [])]
	| .annotations = { "org.opencontainers.image.stopSignal": "15" }
	| .linux.sysctl = { "net.ipv4.ping_group_range": "0 0" }
	| .linux.resources = {
		devices: [{ allow: false, access: "rwm" }, { allow: true, type: "c",
			major: 10, minor: 229, access: "rwm" }],
		memory: { limit: 536870912 }, pids: { limit: 2048 },
		cpu: { shares: 512, quota: 100000, period: 100000 } }
	| .linux.maskedPaths += ["/proc/interrupts",
		"/sys/devices/virtual/powercap", "/sys/fs/selinux"]
	| .linux.seccomp = {
		defaultAction: "SCMP_ACT_ERRNO", defaultErrnoRet: 38,
		architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
		syscalls: [
			{ names: $denied, action: "SCMP_ACT_ERRNO", errnoRet: 1 },
			{ names: ($all - $denied - ["personality", "socket"]),
				action: "SCMP_ACT_ALLOW" },
			((0, 8, 131072, 131080, 4294967295) | { names: ["personality"],
				action: "SCMP_ACT_ALLOW",
				args: [{ index: 0, value: ., op: "SCMP_CMP_EQ" }] }),
			{ names: ["socket"], action: "SCMP_ACT_ERRNO", errnoRet: 22,
				args: [{ index: 0, value: 16, op: "SCMP_CMP_EQ" },
					{ index: 2, value: 9, op: "SCMP_CMP_EQ" }] },
			{ names: ["socket"], action: "SCMP_ACT_ALLOW",
				args: [{ index: 2, value: 9, op: "SCMP_CMP_NE" }] }
		]
	}'

# Names that libseccomp of Debian 12 knows too; those an engine denies.
all=$(sed -n 's/^SYSCALL(\([a-z0-9_]*\), \([0-9]*\),.*/\1 \2/p' \
	"$top/src/kernel/syscalls.def" | awk '$2 < 449 { print $1 }' | jq -nR '[inputs]')
denied='["bpf", "clock_settime", "delete_module", "finit_module", "fsconfig",
	"fsmount", "fsopen", "init_module", "io_uring_setup", "kexec_file_load",
	"kexec_load", "lookup_dcookie", "mount", "mount_setattr", "move_mount",
	"open_by_handle_at", "open_tree", "perf_event_open", "pivot_root",
	"quotactl", "reboot", "setns", "settimeofday", "swapoff", "swapon",
	"umount2", "unshare", "userfaultfd", "vhangup"]'

filter=$spec
[ "$kind" = spec ] || filter="$spec | $podman"
jq -n --arg rootfs "$rootfs" --arg dir "$dir" --arg program "$program" \
	--argjson all "$all" --argjson denied "$denied" '
	def safe: ["nosuid", "noexec", "nodev"];
	def fs(where; type; options): { destination: where, type: type,
		source: type, options: options };
	def bind(where; name; options): { destination: where, type: "bind",
		source: "\($dir)/\(name)", options: (["bind", "rprivate"] + options) };
	def caps(names): (names | map("CAP_" + .)) as $caps |
		{ bounding: $caps, effective: $caps, permitted: $caps };
	'"$filter"
