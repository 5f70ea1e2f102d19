/* SPDX-License-Identifier: Apache-2.0 */
/* probe_caller.c - refused for what one is: chroot, threads, pid and time */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "engine/why/caller.h"
#include "kernel/cap.h"
#include "kernel/ns_visit.h"
#include "sys/process.h"

/* ---- chroot ---- */

struct root {
	uint64_t inode, mount_id;
	uint32_t major, minor;
	bool is_mount_root;
};

static int look_at(int dir_fd, const char *path, struct root *ret_root)
{
	struct statx stx = { 0 };

	if (syscall(SYS_statx, dir_fd, path, 0, STATX_INO | STATX_MNT_ID,
		    &stx) < 0)
		return -errno;
	*ret_root = (struct root){
		.inode = stx.stx_ino,
		.mount_id = stx.stx_mnt_id,
		.major = stx.stx_dev_major,
		.minor = stx.stx_dev_minor,
		.is_mount_root = stx.stx_attributes & STATX_ATTR_MOUNT_ROOT,
	};
	return 0;
}

static int look_at_root(void *arg, struct kist_error *err)
{
	(void)err;
	return look_at(AT_FDCWD, "/", arg);
}

/* The root of its mount namespace is where one arrives who enters it. */
static bool is_elsewhere(const struct why_case *c, const struct root *root)
{
	int fds[NS_COUNT] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	CLEANUP_FD int mnt_fd =
		openat(c->proc_fd, "ns/mnt", O_RDONLY | O_CLOEXEC);
	struct root whole = { 0 };

	if (c->is_quick || mnt_fd < 0)
		return false;
	fds[NS_MNT] = mnt_fd;
	return ns_visit(fds, look_at_root, &whole, NULL) == 0 &&
	       (whole.inode != root->inode || whole.major != root->major ||
		whole.minor != root->minor || whole.mount_id != root->mount_id);
}

int probe_chroot(const struct why_case *c, struct why_finding *found)
{
	struct root root;

	if (!(c->flags & CLONE_NEWUSER) || look_at(c->proc_fd, "root", &root))
		return 0;
	if (root.is_mount_root && !is_elsewhere(c, &root))
		return 0;
	found->evidence = arena_printf(
		c->arena,
		"/proc/%d/root is not the root of its mount namespace%s",
		c->pid, root.is_mount_root ? "" : ": it is no mount point");
	found->is_certain = true;
	return 1;
}

/* ---- threads ---- */

/* Which of the kinds cannot be left or entered by one of several threads. */
static const char *bound_kind(const struct why_case *c)
{
	const char *link = c->subject ? c->subject : "";

	if (c->flags & CLONE_NEWUSER || strncmp(link, "user:", 5) == 0)
		return "user";
	if (c->call & WHY_JOIN &&
	    (c->flags & CLONE_NEWNS || strncmp(link, "mnt:", 4) == 0))
		return "mnt";
	if (c->call & WHY_JOIN &&
	    (c->flags & CLONE_NEWTIME || strncmp(link, "time:", 5) == 0))
		return "time";
	return NULL;
}

int probe_threads(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	const char *kind = bound_kind(c);

	if (!kind || !caller_status(c, &status) || status.threads < 2)
		return 0;
	found->arg[0] = kind;
	found->evidence = arena_printf(c->arena, "process %d has %d threads",
				       c->pid, status.threads);
	found->is_certain = true;
	return 1;
}

int probe_own_user(const struct why_case *c, struct why_finding *found)
{
	unsigned long long inode;

	if (!c->subject || sscanf(c->subject, "user:[%llu]", &inode) != 1 ||
	    inode != caller_ns(c, "user"))
		return 0;
	found->evidence = arena_printf(c->arena, "process %d is in %s", c->pid,
				       c->subject);
	found->is_certain = true;
	return 1;
}

/* ---- pid namespaces ---- */

static bool is_apart(const struct why_case *c, uint64_t *ret_inode)
{
	uint64_t own = caller_ns(c, "pid");
	struct stat st;

	/* without a process 1 the link leads nowhere, or to a dead one */
	*ret_inode = 0;
	if (fstatat(c->proc_fd, "ns/pid_for_children", &st, 0) == 0)
		*ret_inode = st.st_ino;
	return own && *ret_inode != own;
}

int probe_pid_twice(const struct why_case *c, struct why_finding *found)
{
	uint64_t inode;

	if (!(c->flags & CLONE_NEWPID) || !is_apart(c, &inode))
		return 0;
	found->evidence = arena_printf(
		c->arena,
		"the children of process %d are in another pid namespace than "
		"itself",
		c->pid);
	found->is_certain = true;
	return 1;
}

static bool has_processes(uint64_t inode)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		char path[300];
		struct stat st;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/ns/pid", entry->d_name);
		found = stat(path, &st) == 0 && st.st_ino == inode;
	}
	if (dir)
		closedir(dir);
	return found;
}

int probe_pid_dead(const struct why_case *c, struct why_finding *found)
{
	uint64_t inode;

	if (!is_apart(c, &inode) || (inode && has_processes(inode)))
		return 0;
	found->evidence = arena_printf(
		c->arena,
		"children of process %d would be in another pid namespace, "
		"and no process is in it",
		c->pid);
	found->is_certain = true;
	return 1;
}

/* ---- watching others ---- */

int probe_ptrace_scope(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	int64_t scope;

	if (!c->name || strcmp(c->name, "ptrace") != 0 ||
	    !caller_sysctl(c, "kernel/yama/ptrace_scope", &scope) ||
	    scope == 0 || !caller_status(c, &status) ||
	    (scope < 3 && status.caps[PROC_CAP_EFFECTIVE] & CAP_MASK(19)))
		return 0;
	found->arg[0] = arena_printf(c->arena, "%lld", (long long)scope);
	found->evidence = arena_printf(
		c->arena, "/proc/sys/kernel/yama/ptrace_scope is %lld",
		(long long)scope);
	found->is_certain = true;
	return 1;
}
