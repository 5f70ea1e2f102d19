/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/show.h - all about one target: what it is in, may do, and is limited to
 *
 *	struct kist_show *show;
 *
 *	if (kist_show(NULL, "1234", KIST_SHOW_NS | KIST_SHOW_CAPS, &show,
 *		      &err) < 0)
 *		…
 *	for (size_t i = 0; i < show->ns_count; i++)
 *		…
 *	kist_show_free(show);
 *
 * Ids, pids and paths are as the caller sees them unless they are called
 * "inside": then as the target does. What the caller may not see is not an
 * error: the field says "not known", and @hidden says in words what and why.
 * Names, paths and labels are strangers': they may hold control characters.
 *
 * Nothing is changed. It takes as long as reading /proc takes; it never waits
 * for the target.
 *
 * Ownership:  all that a struct kist_show points to is its own, until
 *             kist_show_free().
 * Threads:    a function blocks the calling thread only.
 * Return:     0, or a negative errno with the error filled in.
 * See:        namespaces(7), credentials(7), cgroups(7), proc(5)
 */
#ifndef KIST_SHOW_H
#define KIST_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/error.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/* enum kist_show_part - sections, as a mask */
enum kist_show_part {
	KIST_SHOW_NS = 1 << 0,
	KIST_SHOW_IDS = 1 << 1,
	KIST_SHOW_CAPS = 1 << 2,
	KIST_SHOW_MOUNTS = 1 << 3,
	KIST_SHOW_NET = 1 << 4,
	KIST_SHOW_IPC = 1 << 5,
	KIST_SHOW_CGROUPS = 1 << 6,
	KIST_SHOW_TIME = 1 << 7,
	KIST_SHOW_SIGNALS = 1 << 8,
	KIST_SHOW_LIMITS = 1 << 9,
	KIST_SHOW_ALL = (1 << 10) - 1,
};

/* Numbers that are not known are this (or 0 where 0 is none). */
#define KIST_SHOW_UNKNOWN (-1)
/* A limit nobody sets. */
#define KIST_SHOW_UNLIMITED INT64_MAX

/**
 * struct kist_show_ns - one namespace the target is in
 * @kind:	one of enum kist_ns (kist/spawn.h); @name: "net"
 * @inode:	0: not visible
 * @for_children: what processes it makes will be in (pid, time); 0: the same
 * @owner:	inode of the user namespace that owns it; of a user namespace
 *		its parent; 0: not visible, or it has none
 * @is_initial:	the one the machine started with
 * @is_ours:	the caller is in it, too
 * @processes:	how many are in it, of those the caller may look at
 */
struct kist_show_ns {
	unsigned kind;
	const char *name;
	uint64_t inode, for_children, owner;
	bool is_initial, is_ours;
	int64_t processes;
};

/**
 * struct kist_show_id - a user or group id, seen from both sides
 * @is_mapped:	it has an id inside; else @inside is the overflow id
 * @is_foreign: it has none outside: @outside is the overflow id and stands
 *		for one that the caller's user namespace does not know
 * @name, @inside_name: of /etc/passwd or /etc/group on either side, or NULL
 */
struct kist_show_id {
	uint32_t outside, inside;
	bool is_mapped, is_foreign;
	const char *name, *inside_name;
};

/* A line of an id map; @outside as the caller sees it. */
struct kist_show_map {
	uint32_t inside, outside, count;
};

/* Indices of kist_show.uid and .gid. */
enum kist_show_id_of {
	KIST_SHOW_REAL,
	KIST_SHOW_EFFECTIVE,
	KIST_SHOW_SAVED,
	KIST_SHOW_FS,
	KIST_SHOW_ID_COUNT
};

/**
 * struct kist_show_mount - one mount of its mount namespace
 * @propagation: "private", "shared", "slave", "shared,slave", "unbindable"
 * @peers, @master: numbers of peer groups; 0: none
 * @root, @point, @options, @type, @source, @super: as in
 *		proc_pid_mountinfo(5)
 */
struct kist_show_mount {
	int id, parent;
	unsigned major, minor;
	const char *root, *point, *options, *type, *source, *super;
	const char *propagation;
	uint32_t peers, master;
};

/**
 * struct kist_show_link - a network device
 * @kind:	"veth", "bridge", "device" (has hardware) …
 * @addresses:	"10.0.0.1/24", NULL-terminated
 * @rx_bytes, @tx_bytes: received and sent
 */
struct kist_show_link {
	int index;
	const char *name, *kind, *mac;
	bool is_up;
	int64_t mtu;
	const char *const *addresses;
	int64_t rx_bytes, tx_bytes;
};

/**
 * struct kist_show_socket - one that waits for others to come
 * @protocol:	"tcp", "tcp6", "udp", "udp6", "unix"
 * @address:	"0.0.0.0:80", "[::]:80", "/run/x.sock", "@abstract"
 * @pid:	of a process that has it open; 0: not known
 */
struct kist_show_socket {
	const char *protocol, *address;
	uint64_t inode;
	pid_t pid;
};

/* enum kist_show_ipc_kind - shared memory, semaphores, System V and POSIX
 * message queues */
enum kist_show_ipc_kind {
	KIST_SHOW_SHM,
	KIST_SHOW_SEM,
	KIST_SHOW_MSG,
	KIST_SHOW_MQUEUE,
};

/**
 * struct kist_show_ipc - an object of its ipc namespace
 * @id, @key:	of System V; 0 else
 * @name:	of a POSIX queue: "/name"; else NULL
 * @mode:	permissions
 * @uid, @gid, @creator: who owns it, and who made it
 * @bytes:	size of the memory; what is in the queue
 * @count:	semaphores; messages in the queue (-1: not known)
 * @attached:	processes that have the memory attached
 * @pid, @last_pid: who made it (shm), or sent last (msg); who used it last;
 *		0: none, or not visible
 * @changed:	seconds since 1970
 */
struct kist_show_ipc {
	enum kist_show_ipc_kind kind;
	int id;
	int32_t key;
	const char *name;
	unsigned mode;
	uint32_t uid, gid, creator;
	int64_t bytes, count, attached;
	pid_t pid, last_pid;
	int64_t changed;
};

/* enum kist_show_unit - what the numbers of a limit count */
enum kist_show_unit {
	KIST_SHOW_BYTES,
	KIST_SHOW_TASKS,
	KIST_SHOW_CPUS, /* processors, in thousand-millionths */
	KIST_SHOW_LIST, /* no number but @list: "0-3" */
	KIST_SHOW_BYTES_PER_SECOND,
	KIST_SHOW_OPS_PER_SECOND,
};

/**
 * struct kist_show_limit - a limit of a control group, inherited ones included
 * @name:	"memory", "memory+swap", "swap", "throttle", "pids", "cpus",
 *		"cpuset", "mems", "hugetlb.2MB", "io.rbps" …
 * @file:	the kernel's name: "memory.max"
 * @device:	of io: "8:0", or NULL
 * @limit:	the smallest on the way from the root; KIST_SHOW_UNLIMITED
 * @set_by:	the group that sets it, or NULL
 * @usage:	of the group; CPUS: nanoseconds used so far
 * @usage_there: of @set_by, what the limit is held against
 */
struct kist_show_limit {
	const char *name, *file, *device;
	enum kist_show_unit unit;
	int64_t limit, usage, usage_there;
	const char *set_by, *list;
};

/**
 * struct kist_show_cgroup - its group in one hierarchy
 * @hierarchy:	number; 0 is the unified one (v2)
 * @controllers: "cpu,cpuacct", "name=systemd", "" for v2
 * @path:	as the caller's control group namespace shows it
 * @mount:	of the hierarchy, or NULL: not mounted here
 * @is_deleted:	the group has been removed under it
 */
struct kist_show_cgroup {
	unsigned hierarchy;
	const char *controllers, *path, *mount;
	bool is_deleted;
	struct kist_show_limit *limits;
	size_t limit_count;
};

/**
 * struct kist_show_clock - in nanoseconds
 * @name:	"realtime", "monotonic", "boottime"
 * @offset:	of its time namespace against the initial one; 0 for realtime
 * @is_known:	@inside and @offset are
 */
struct kist_show_clock {
	const char *name;
	int64_t outside, inside, offset;
	bool is_known;
};

/**
 * struct kist_show_rlimit - a resource limit
 * @name:	"nofile"; @unit: "files", or ""
 */
struct kist_show_rlimit {
	const char *name, *unit;
	int64_t soft, hard; /* KIST_SHOW_UNLIMITED */
};

/**
 * struct kist_show - a target; what belongs to sections not asked for is zero
 * @target:	as it was written; @label: "process 1234 (nginx)"
 * @parts:	the sections that are filled
 * @hidden:	what the caller may not see, in words; NULL-terminated
 *
 * @pid:	0: no process is known: it is a namespace nobody is in
 * @command:	its arguments, joined by blanks; of a kernel thread its name
 * @state:	'R', 'S', 'D', 'T', 'Z' …
 * @started:	nanoseconds since 1970
 * @pids:	its numbers: the caller's pid namespace first, its own last
 *
 * @uid_maps, @gid_maps: of its user namespace
 * @setgroups_denied: it may not change its groups
 * @overflow_uid, @overflow_gid: stand for ids that have no name there (65534)
 *
 * @effective … @ambient: capabilities, bit (1 << number)
 * @caps_in:	inode of the user namespace in which they count
 * @seccomp:	0 none, 1 strict, 2 filtered; -1; @seccomp_filters: how many
 * @lsm:	label of the security module, or NULL
 *
 * @routes:	"default via 10.0.0.1 dev eth0", NULL-terminated
 *
 * @pending … @caught: signals, bit (1 << (number - 1))
 * @init_pid:	process 1 of its pid namespace, as the caller sees it; 0: not
 *		visible, or it has ended
 * @init_ignores: signals that do nothing to process 1 when sent from inside
 *		(it has no handler, does not block them, and does not wait for
 *		them); from outside KILL and STOP work all the same
 *
 * @tasks_here:	processes in its pid namespace, that are visible
 * @pid_max:	sysctl kernel.pid_max, of the caller's pid namespace
 * @threads_max: sysctl kernel.threads-max
 */
struct kist_show {
	const char *target, *label;
	unsigned parts;
	const char *const *hidden;

	pid_t pid, parent;
	const char *name, *parent_name, *command;
	char state;
	int threads;
	int64_t started;
	const pid_t *pids;
	size_t pid_count;

	struct kist_show_ns *ns;
	size_t ns_count;

	struct kist_show_id uid[KIST_SHOW_ID_COUNT], gid[KIST_SHOW_ID_COUNT];
	struct kist_show_id *groups;
	size_t group_count;
	struct kist_show_map *uid_maps, *gid_maps;
	size_t uid_map_count, gid_map_count;
	bool setgroups_denied;
	uint32_t overflow_uid, overflow_gid;

	uint64_t effective, permitted, inheritable, bounding, ambient;
	uint64_t caps_in;
	bool caps_in_initial, no_new_privs;
	int seccomp, seccomp_filters;
	const char *lsm;

	struct kist_show_mount *mounts;
	size_t mount_count;
	const char *root, *cwd;

	struct kist_show_link *links;
	size_t link_count;
	const char *const *routes;
	struct kist_show_socket *sockets;
	size_t socket_count;

	struct kist_show_ipc *ipc;
	size_t ipc_count;

	struct kist_show_cgroup *cgroups;
	size_t cgroup_count;

	struct kist_show_clock clocks[3];

	uint64_t pending, blocked, ignored, caught;
	pid_t init_pid;
	bool is_init;
	uint64_t init_ignores;

	struct kist_show_rlimit *rlimits;
	size_t rlimit_count;
	int64_t tasks_here, pid_max, threads_max;
};

/**
 * kist_show() - all about a target
 * @target:	see kist/namespace.h
 * @parts:	enum kist_show_part; 0: all
 *
 * A namespace without a process is shown as far as that goes: its @pid is 0
 * and @parts says what there is.
 *
 * Return: 0; TARGET_UNKNOWN, TARGET_SYNTAX, TARGET_DENIED; TARGET_NO_PROCESS:
 * nothing of what was asked for can be said without a process.
 */
int kist_show(const struct kist *kist, const char *target, unsigned parts,
	      struct kist_show **ret_show, struct kist_error *err);
void kist_show_free(struct kist_show *show);

/**
 * struct kist_show_row - one thing two targets have in common, or not
 * @part:	enum kist_show_part: whose section
 * @what:	"net namespace", "effective user", "mount '/proc'"
 * @a, @b:	how it is with either; NULL: it has it not
 * @is_same:	they share it, or it is equal
 * @is_known:	both can be seen; else @is_same is false and means nothing
 */
struct kist_show_row {
	unsigned part;
	const char *what, *a, *b;
	bool is_same, is_known;
};

/**
 * kist_show_compare() - what two targets share, and what differs
 * @ret_rows:	in the order of the sections; live as long as @a
 *
 * Compares the sections that both have. Of mounts, links and limits only what
 * differs is listed.
 */
int kist_show_compare(struct kist_show *a, const struct kist_show *b,
		      struct kist_show_row **ret_rows, size_t *ret_count,
		      struct kist_error *err);

/* "CAP_NET_RAW" for 13; NULL if the number has no name here. */
const char *kist_show_capability(int number);

/* "TERM" for 15, "RTMIN+3" for 37, in @buf (16 bytes at least). */
const char *kist_show_signal(int number, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
