/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_refusal_move.c - a process that may not enter a group */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/cgroup_file.h"
#include "kernel/cgroup_refusal.h"
#include "sys/file.h"

/* ---- what kind of process it is ---- */

static bool is_realtime(pid_t pid)
{
	char path[64], text[1024], *at;
	long policy = 0;

	/* the 41st field of stat; the name in it may hold anything */
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0 ||
	    !(at = strrchr(text, ')')))
		return false;
	for (int field = 3; at && field <= 41; field++) {
		at = strchr(at + 1, ' ');
		if (at && field == 41)
			policy = strtol(at, NULL, 10);
	}
	return policy == 1 || policy == 2; /* SCHED_FIFO, SCHED_RR */
}

static bool is_kernel_thread(pid_t pid)
{
	char path[64], text[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	n = sys_read_file(AT_FDCWD, path, text, sizeof(text));
	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	return n == 0 && readlink(path, text, sizeof(text)) < 0 &&
	       errno == ENOENT;
}

/* ---- the rules ---- */

static bool refused_empty(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		if (cgroup_file_read(a->dir_fd, files[i], text, sizeof(text)) ==
			    0 &&
		    !*text)
			return cgroup_refusal_is(ret,
						 KIST_CAUSE_CGROUP_CPUSET_EMPTY,
						 files[i], a->name,
						 "'%s' of '%s' is empty",
						 files[i], a->name);
	return false;
}

static bool refused_busy(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	char text[256];

	if (cgroup_file_read(a->dir_fd, "cgroup.subtree_control", text,
			     sizeof(text)) ||
	    !*text)
		return false;
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_HANDS_DOWN, text,
				 a->name,
				 "cgroup.subtree_control of '%s' is '%s'",
				 a->name, text);
}

static bool refused_threaded(const struct cgroup_attempt *a,
			     struct cgroup_refusal *ret)
{
	char type[64];

	if (cgroup_file_read(a->dir_fd, "cgroup.type", type, sizeof(type)) ||
	    !*type)
		return false;
	if (strcmp(type, "domain invalid") == 0)
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_DOMAIN_INVALID,
					 a->name, type,
					 "cgroup.type of '%s' is '%s'", a->name,
					 type);
	/* A whole process may be written to a threaded group. */
	return a->thread &&
	       cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_THREAD_DOMAIN, a->name,
				 type, "cgroup.type of '%s' is '%s'", a->name,
				 type);
}

static bool refused_kind(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	int64_t budget;

	if (!a->pid)
		return false;
	if (is_kernel_thread(a->pid))
		return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_KERNEL_THREAD,
					 NULL, NULL,
					 "/proc/%d has no program and no "
					 "command line",
					 a->pid);
	if (!is_realtime(a->pid))
		return false;
	budget = cgroup_file_number(a->dir_fd, "cpu.rt_runtime_us");
	return cgroup_refusal_is(
		ret, KIST_CAUSE_CGROUP_REALTIME, a->name, NULL,
		budget < 0 ? "process %d is scheduled by SCHED_FIFO or "
			     "SCHED_RR%s" :
			     "process %d is scheduled by SCHED_FIFO or "
			     "SCHED_RR, and cpu.rt_runtime_us of '%s' is 0",
		a->pid, budget < 0 ? "" : a->name);
}

/* Reached on the group or on one above it. */
static bool refused_pids(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	CLEANUP_FD int fd = dup(a->dir_fd);
	char name[200], number[32];

	snprintf(name, sizeof(name), "%s", a->name);
	while (fd >= 0) {
		int64_t max = cgroup_file_number(fd, "pids.max");
		int64_t now = cgroup_file_number(fd, "pids.current");
		int up;

		snprintf(number, sizeof(number), "%" PRId64, max);
		if (max >= 0 && now >= max)
			return cgroup_refusal_is(
				ret, KIST_CAUSE_PIDS_LIMIT, name, number,
				"pids.current of '%s' is %" PRId64
				", its pids.max %" PRId64,
				name, now, max);
		up = cgroup_above_open(fd);
		close(fd);
		fd = up;
		cgroup_above_name(name, name, sizeof(name));
	}
	return false;
}

/* v2: the writer needs cgroup.procs of the group above both places, too. */
static bool refused_above(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret)
{
	struct stat st;

	if (a->uid == 0 || !cgroup_dir_is_v2(a->dir_fd) ||
	    fstatat(a->dir_fd, "cgroup.procs", &st, 0) < 0 ||
	    st.st_uid != a->uid)
		return false;
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_ABOVE_BOTH, a->name,
				 NULL,
				 "cgroup.procs of '%s' is this user's own: so "
				 "that of a group above it is what is missing",
				 a->name);
}

static bool refused_removed(const struct cgroup_attempt *a,
			    struct cgroup_refusal *ret)
{
	struct stat st;

	if (fstat(a->dir_fd, &st) == 0 && st.st_nlink &&
	    cgroup_file_exists(a->dir_fd, "cgroup.procs"))
		return a->errnum == ENOENT && cgroup_dir_is_v2(a->dir_fd) &&
		       cgroup_refusal_is(
			       ret, KIST_CAUSE_CGROUP_NS_BOUNDARY, a->name,
			       NULL,
			       "'%s' is there, and the process is not below "
			       "the root of this cgroup namespace",
			       a->name);
	return cgroup_refusal_is(ret, KIST_CAUSE_CGROUP_REMOVED, a->name, NULL,
				 "it has no cgroup.procs any more");
}

static const struct {
	int errnum;
	bool (*rule)(const struct cgroup_attempt *, struct cgroup_refusal *);
} rules[] = {
	{ ENOSPC, refused_empty },	  { EBUSY, refused_busy },
	{ EOPNOTSUPP, refused_threaded }, { EINVAL, refused_kind },
	{ EPERM, refused_kind },	  { EAGAIN, refused_pids },
	{ EACCES, refused_above },	  { EACCES, cgroup_refused_denied },
	{ EPERM, cgroup_refused_denied }, { EROFS, cgroup_refused_denied },
	{ ENODEV, refused_removed },	  { ENOENT, refused_removed },
};

bool cgroup_refused_move(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (rules[i].errnum == a->errnum && rules[i].rule(a, ret))
			return true;
	return false;
}
