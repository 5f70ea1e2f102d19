/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_cgroup.c - refused by a rule of control groups
 *
 * The rules are kernel/cgroup_refusal.h's, which errors of kist are told by as
 * well. Here the group of a case is found, and each row asks whether it is the
 * one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "engine/why/group.h"
#include "engine/why/look.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"
#include "kernel/proc.h"
#include "kernel/proc_status.h"
#include "sys/file.h"

#define MAGIC_V1 0x27e0eb
#define MAGIC_V2 0x63677270

/* ---- the group of a case ---- */

int why_open(const struct why_case *c, const char *path, int flags)
{
	CLEANUP_FD int base = -1;

	if (c->is_self) {
		int fd = open(path, flags | O_CLOEXEC);

		return fd < 0 ? -errno : fd;
	}
	base = openat(c->proc_fd, *path == '/' ? "root" : "cwd",
		      O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		return -errno;
	return sys_openat2(base, path, (uint64_t)flags, 0,
			   *path == '/' ? RESOLVE_IN_ROOT : 0);
}

uid_t why_uid(const struct why_case *c)
{
	struct proc_status status;
	char text[4096];

	if (c->is_self)
		return geteuid();
	if (sys_read_file(c->proc_fd, "status", text, sizeof(text)) < 0 ||
	    proc_status_parse(text, c->arena, &status) < 0)
		return 0;
	return status.uid[PROC_EFFECTIVE];
}

const char *why_group_name(const struct why_case *c, int dir_fd)
{
	static const char deleted[] = " (deleted)";
	struct cgroup_world world;
	char link[40], text[PATH_BYTES];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir_fd);
	n = readlink(link, text, sizeof(text) - 1);
	text[n < 0 ? 0 : n] = '\0';
	if (n > (ssize_t)strlen(deleted) &&
	    strcmp(text + n - strlen(deleted), deleted) == 0)
		text[n - (ssize_t)strlen(deleted)] = '\0';
	if (cgroup_probe(&world, NULL) == 0)
		for (int i = 0; i < world.count; i++) {
			const char *below = path_below(text, world.h[i].mount);

			if (below)
				return arena_printf(c->arena, "/%s", below);
		}
	return arena_strdup(c->arena, text);
}

int why_member_group(const struct why_case *c,
		     const struct cgroup_member *members, size_t count,
		     const char *controller, bool *ret_is_v2)
{
	struct cgroup_world world;

	if (cgroup_probe(&world, NULL) < 0)
		return -1;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < count; i++) {
			int h = cgroup_member_hierarchy(&world, &members[i]);
			bool is_v2 = !*members[i].controllers;

			if (h < 0 || is_v2 != (pass == 1) ||
			    (!is_v2 && !cgroup_controls(members[i].controllers,
							controller)))
				continue;
			*ret_is_v2 = is_v2;
			return open(arena_printf(c->arena, "%s%s",
						 world.h[h].mount,
						 members[i].path),
				    O_PATH | O_DIRECTORY | O_CLOEXEC);
		}
	return -1;
}

int why_own_group(const struct why_case *c, pid_t pid, const char *controller)
{
	CLEANUP_FD int proc_fd = proc_open(NULL);
	struct cgroup_member *members;
	size_t count;
	bool is_v2;

	if (proc_fd < 0 ||
	    cgroup_members(proc_fd, pid, c->arena, &members, &count) < 0)
		return -1;
	return why_member_group(c, members, count, controller, &is_v2);
}

static bool is_group(int fd)
{
	return cgroup_dir_is_v2(fd) || cgroup_file_exists(fd, "tasks") ||
	       cgroup_file_exists(fd, "cgroup.procs");
}

/* "." for a bare name. */
static const char *folder_of(const struct why_case *c, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ?
		       "/" :
		       arena_strndup(c->arena, path, (size_t)(slash - path));
}

/* Does the process call others by the numbers that we do? */
static bool has_our_ids(const struct why_case *c)
{
	struct stat ours, its;

	return c->is_self || (stat("/proc/self/ns/pid", &ours) == 0 &&
			      fstatat(c->proc_fd, "ns/pid", &its, 0) == 0 &&
			      ours.st_ino == its.st_ino);
}

/* A group that was removed has no folder to look at: that of a file in it is
 * known by its number alone. */
static bool find(const struct why_case *c, struct cgroup_attempt *a)
{
	bool is_file = c->call & (WHY_CGROUP_WRITE | WHY_OPEN | WHY_WRITE);
	uint64_t pid = 0;
	struct stat st;

	if (!c->subject)
		return false;
	*a = (struct cgroup_attempt){
		.file = is_file ? path_name(c->subject) : NULL,
		.value = c->value ? c->value : "",
		.uid = why_uid(c),
		.who = c->pid,
		.errnum = c->errnum,
		.dir_fd = -1,
	};
	if (!is_file && c->call != WHY_CGROUP_MAKE)
		a->dir_fd = why_open(c, c->subject, O_PATH | O_DIRECTORY);
	if (a->dir_fd < 0)
		a->dir_fd = why_open(c, folder_of(c, c->subject),
				     O_PATH | O_DIRECTORY);
	if (a->dir_fd < 0)
		return false;
	if (c->call == WHY_CGROUP_MOVE) {
		a->thread = strcmp(path_name(c->subject), "cgroup.threads") ==
			    0;
		if (c->value && num_parse_u64(c->value, &pid) == 0 && pid)
			a->pid = has_our_ids(c) ? (pid_t)pid : 0;
		else
			a->pid = c->pid;
	}
	a->name = why_group_name(c, a->dir_fd);
	if (fstat(a->dir_fd, &st) == 0 && is_group(a->dir_fd))
		return true;
	close(a->dir_fd);
	return false;
}

static bool refusal_of(const struct cgroup_attempt *a, enum why_call call,
		       struct cgroup_refusal *ret)
{
	switch (call) {
	case WHY_CGROUP_MAKE:
		return cgroup_refused_make(a, ret);
	case WHY_CGROUP_REMOVE:
		return cgroup_refused_remove(a, ret);
	case WHY_CGROUP_MOVE:
		return cgroup_refused_move(a, ret);
	case WHY_OPEN:
		/* To create a file there is denied. */
		return !cgroup_file_exists(a->dir_fd, a->file) &&
		       cgroup_refused_absent(a, ret);
	default:
		return cgroup_refused_write(a, ret);
	}
}

/* ---- mounting a hierarchy ---- */

static bool refused_mount(const struct why_case *c, struct cgroup_refusal *ret)
{
	const char *at = c->value ? c->value : "";

	if (!c->type || strcmp(c->type, "cgroup") != 0)
		return false;
	for (; *at; at += strcspn(at, ","), at += *at == ',') {
		const char *word =
			arena_strndup(c->arena, at, strcspn(at, ","));

		if (!word || strchr(word, '=') ||
		    !cgroup_refused_controller(word, ret))
			continue;
		/* Having it elsewhere is no reason to refuse a mount of v1. */
		if (ret->cause == KIST_CAUSE_CGROUP_NO_CONTROLLER ||
		    ret->cause == KIST_CAUSE_CGROUP_DISABLED)
			return true;
	}
	return false;
}

/* ---- a process that does not react ---- */

int probe_cgroup_frozen(const struct why_case *c, struct why_finding *found)
{
	struct cgroup_refusal refusal = { 0 };
	struct cgroup_attempt a;
	uint64_t pid;
	bool is_it;

	if (c->call & WHY_CGROUP_WRITE) {
		if (!find(c, &a))
			return 0;
	} else {
		if (!c->subject || num_parse_u64(c->subject, &pid) < 0)
			return 0;
		a.dir_fd = why_own_group(c, (pid_t)pid, "freezer");
		if (a.dir_fd < 0)
			return 0;
		a.name = why_group_name(c, a.dir_fd);
	}
	is_it = cgroup_refused_frozen(&a, &refusal);
	close(a.dir_fd);
	if (!is_it)
		return 0;
	found->arg[0] = arena_strdup(c->arena, refusal.arg[0]);
	found->evidence = arena_strdup(c->arena, refusal.evidence);
	found->is_certain = true;
	return 1;
}

/* ---- a group that is no more ---- */

/* A file of it is still open, or it is a folder that somebody is in: then the
 * name is that of one that is not there, below one that is. */
static bool refused_removed(const struct why_case *c,
			    struct cgroup_refusal *ret)
{
	static const char deleted[] = " (deleted)";
	const char *path = look_path(c, c->subject), *folder;
	CLEANUP_FD int fd = -1;
	CLEANUP_FD int above_fd = -1;
	size_t len;

	if ((c->errnum != ENODEV && c->errnum != ENOENT) || !path)
		return false;
	folder = folder_of(c, path);
	len = strlen(folder);
	if (len > strlen(deleted) &&
	    strcmp(folder + len - strlen(deleted), deleted) == 0)
		folder = arena_strndup(c->arena, folder, len - strlen(deleted));
	fd = why_open(c, folder, O_PATH | O_DIRECTORY);
	above_fd = why_open(c, folder_of(c, folder), O_PATH | O_DIRECTORY);
	if (fd >= 0 || above_fd < 0 || !is_group(above_fd))
		return false;
	return cgroup_refusal_is(
		ret, KIST_CAUSE_CGROUP_REMOVED,
		arena_printf(c->arena, "%s/%s", why_group_name(c, above_fd),
			     path_name(folder)),
		NULL, "'%.200s' is not there any more", folder);
}

/* ---- each row ---- */

static int is_cause(const struct why_case *c, enum kist_cause cause,
		    struct why_finding *found)
{
	struct cgroup_refusal refusal = { 0 };
	struct cgroup_attempt a;
	bool is_known = false;

	if (c->call == WHY_MOUNT) {
		is_known = refused_mount(c, &refusal);
	} else if (find(c, &a)) {
		is_known = refusal_of(&a, c->call, &refusal);
		close(a.dir_fd);
	} else if (c->call != WHY_OPEN) {
		is_known = refused_removed(c, &refusal);
	}
	if (!is_known || refusal.cause != cause)
		return 0;
	for (int i = 0; i < 2; i++)
		found->arg[i] = arena_strdup(c->arena, refusal.arg[i]);
	found->evidence = arena_strdup(c->arena, refusal.evidence);
	found->is_certain = refusal.is_certain;
	return 1;
}

#define PROBE(name, cause)                                            \
	int name(const struct why_case *c, struct why_finding *found) \
	{                                                             \
		return is_cause(c, KIST_CAUSE_##cause, found);        \
	}

PROBE(probe_cgroup_read_only, CGROUP_READ_ONLY)
PROBE(probe_cgroup_file_told, CGROUP_FILE_TOLD)
PROBE(probe_cgroup_nsdelegate, CGROUP_NSDELEGATE)
PROBE(probe_cgroup_not_delegated, CGROUP_NOT_DELEGATED)
PROBE(probe_cgroup_above_both, CGROUP_ABOVE_BOTH)
PROBE(probe_cgroup_ns_boundary, CGROUP_NS_BOUNDARY)
PROBE(probe_cgroup_other_version, CGROUP_OTHER_VERSION)
PROBE(probe_cgroup_not_enabled, CGROUP_NOT_ENABLED)
PROBE(probe_cgroup_no_controller, CGROUP_NO_CONTROLLER)
PROBE(probe_cgroup_disabled, CGROUP_DISABLED)
PROBE(probe_cgroup_unmounted, CGROUP_UNMOUNTED)
PROBE(probe_cgroup_root_file, CGROUP_ROOT_FILE)
PROBE(probe_cgroup_removed, CGROUP_REMOVED)
PROBE(probe_cgroup_has_groups, CGROUP_HAS_GROUPS)
PROBE(probe_cgroup_has_processes, CGROUP_HAS_PROCESSES)
PROBE(probe_cgroup_too_many, CGROUP_TOO_MANY)
PROBE(probe_cgroup_ids, CGROUP_IDS)
PROBE(probe_cgroup_handed_below, CGROUP_HANDED_BELOW)
PROBE(probe_cgroup_subtree_threaded, CGROUP_SUBTREE_THREADED)
PROBE(probe_cgroup_processes_inside, CGROUP_PROCESSES_INSIDE)
PROBE(probe_cgroup_realtime_outside, CGROUP_REALTIME_OUTSIDE)
PROBE(probe_cgroup_type, CGROUP_TYPE)
PROBE(probe_cpuset_in_use, CPUSET_IN_USE)
PROBE(probe_cpuset_used_below, CPUSET_USED_BELOW)
PROBE(probe_cpuset_partition, CPUSET_PARTITION)
PROBE(probe_cpuset_above, CPUSET_ABOVE)
PROBE(probe_memsw_below, MEMSW_BELOW)
PROBE(probe_memory_above_memsw, MEMORY_ABOVE_MEMSW)
PROBE(probe_memory_in_use, MEMORY_IN_USE)
PROBE(probe_no_kmem, NO_KMEM)
PROBE(probe_cpu_rt_budget, CPU_RT_BUDGET)
PROBE(probe_cpu_idle, CPU_IDLE)
PROBE(probe_cgroup_value, CGROUP_VALUE)
PROBE(probe_cgroup_cpuset_empty, CGROUP_CPUSET_EMPTY)
PROBE(probe_cgroup_hands_down, CGROUP_HANDS_DOWN)
PROBE(probe_cgroup_domain_invalid, CGROUP_DOMAIN_INVALID)
PROBE(probe_cgroup_thread_domain, CGROUP_THREAD_DOMAIN)
PROBE(probe_cgroup_kernel_thread, CGROUP_KERNEL_THREAD)
PROBE(probe_cgroup_realtime, CGROUP_REALTIME)
PROBE(probe_cgroup_on_v1, CGROUP_ON_V1)
PROBE(probe_cgroup_v1_hidden, CGROUP_V1_HIDDEN)
