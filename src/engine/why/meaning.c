/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meaning.c - what an errno means where a call gives it
 *
 * For when no rule of the table holds: the plain sense of the manual page, so
 * that one at least knows what the kernel may have meant.
 */
#include <errno.h>

#include "engine/why/why.h"

static const struct {
	uint32_t calls;
	int errnum;
	const char *text;
} meanings[] = {
	{ WHY_NS, EPERM,
	  "a capability is missing, or the caller's ids are not mapped in its "
	  "user namespace, or its root is not that of its mount namespace" },
	{ WHY_NS, EINVAL,
	  "an unknown flag, flags that exclude each other, or a kind that a "
	  "process with threads cannot leave" },
	{ WHY_NS, ENOSPC,
	  "a limit on the number or the depth of namespaces was reached" },
	{ WHY_NS, EUSERS, "user namespaces are nested too deeply" },
	{ WHY_NS | WHY_FORK, ENOMEM,
	  "memory is exhausted, or process 1 of the pid namespace has ended" },
	{ WHY_FORK | WHY_NS, EAGAIN,
	  "a limit on the number of processes was reached" },
	{ WHY_JOIN, EINVAL,
	  "the file is no namespace of this kind; or the caller has threads, "
	  "or is in that user namespace already" },
	{ WHY_JOIN, EPERM,
	  "CAP_SYS_ADMIN is missing in the caller's user namespace or in the "
	  "one that owns the target" },
	{ WHY_JOIN, EBADF, "the descriptor is not open" },
	{ WHY_JOIN, EUSERS,
	  "the process has threads and cannot change its time namespace" },
	{ WHY_MAP, EPERM,
	  "the map is written already, the writer lacks the right, or "
	  "setgroups was not denied before" },
	{ WHY_MAP, EINVAL,
	  "a line is malformed, overlaps another, or the map is too long" },
	{ WHY_SETID, EINVAL, "the id has no mapping in this user namespace" },
	{ WHY_SETID, EPERM,
	  "the capability is missing, or setgroups is denied in this user "
	  "namespace" },
	{ WHY_MOUNT, EPERM,
	  "the caller may not mount here, or may not mount this" },
	{ WHY_MOUNT, EBUSY, "the source or target is in use" },
	{ WHY_MOUNT, EINVAL,
	  "the source has no such file system, an option is wrong, or the "
	  "mounts are locked together" },
	{ WHY_MOUNT, ENODEV,
	  "the kernel has no such file system (see /proc/filesystems)" },
	{ WHY_MOUNT, ENOENT, "the source or the target does not exist" },
	{ WHY_MOUNT, ENOTBLK, "the source is no block device" },
	{ WHY_MOUNT, ENOTDIR, "the target, or part of a path, is no folder" },
	{ WHY_MOUNT, ELOOP, "too many symbolic links, or a mount in itself" },
	{ WHY_UMOUNT, EINVAL, "nothing is mounted there, or it is locked" },
	{ WHY_UMOUNT, EBUSY, "it is in use" },
	{ WHY_ROOT, EINVAL,
	  "the new root is no mount point, or a mount is shared" },
	{ WHY_ROOT, EBUSY, "the new root is on the current root mount" },
	{ WHY_ROOT, EPERM, "CAP_SYS_CHROOT or CAP_SYS_ADMIN is missing" },
	{ WHY_EXEC, ENOENT,
	  "the file, or its script interpreter or loader, does not exist" },
	{ WHY_EXEC, EACCES,
	  "the file is not executable, or its file system is mounted noexec, "
	  "or a folder on the way may not be searched" },
	{ WHY_EXEC, ENOEXEC, "the file is no program of this kind of machine" },
	{ WHY_EXEC, E2BIG, "arguments and environment are too large" },
	{ WHY_EXEC, ETXTBSY, "the file is open for writing" },
	{ WHY_CGROUP_MOVE, EBUSY,
	  "the control group has children with controllers" },
	{ WHY_CGROUP_REMOVE, EBUSY,
	  "the control group has processes or children" },
	{ WHY_CGROUP_WRITE, EINVAL, "the value is not one the file takes" },
	{ WHY_CGROUP_WRITE, EBUSY, "the group is in use" },
	{ WHY_LINK, EPERM, "CAP_NET_ADMIN is missing" },
	{ WHY_LINK, EEXIST, "the name is in use" },
	{ WHY_LINK, ENODEV, "there is no such network device" },
	{ WHY_SOCKET, EACCES,
	  "the address is protected: a port below "
	  "net.ipv4.ip_unprivileged_port_start, or a path" },
	{ WHY_SOCKET, EADDRINUSE, "the address is in use" },
	{ WHY_SOCKET, EADDRNOTAVAIL, "the address is not this machine's" },
	{ WHY_SOCKET, EAFNOSUPPORT,
	  "the kernel has no such family of addresses" },
	{ WHY_SIGNAL, ESRCH, "there is no such process" },
	{ WHY_SIGNAL, EPERM,
	  "the process is another user's and CAP_KILL is missing" },
	{ WHY_LIMIT, EPERM,
	  "a hard limit may be raised with CAP_SYS_RESOURCE alone, a priority "
	  "with CAP_SYS_NICE" },
	{ WHY_ANY, ENOSYS,
	  "the kernel has no such system call, or a seccomp "
	  "filter pretends so" },
	{ WHY_ANY, EROFS, "the file system is mounted read-only" },
	{ WHY_ANY, EACCES,
	  "the mode of the file, or of a folder on the way, does not allow "
	  "it" },
	{ WHY_ANY, EPERM,
	  "it is for privileged processes, or a security module forbids it" },
	{ WHY_ANY, ENOENT, "the file, or a folder on the way, is not there" },
	{ WHY_ANY, ENOTDIR, "a part of the path is no folder" },
	{ WHY_ANY, ENOSPC, "no room is left, or a number is exhausted" },
	{ WHY_ANY, EMFILE, "the process has too many open files" },
	{ WHY_ANY, ENFILE, "the machine has too many open files" },
	{ WHY_ANY, ENOMEM, "memory is exhausted" },
	{ WHY_ANY, EINVAL, "an argument is not one that the call takes" },
	{ WHY_ANY, EBUSY, "it is in use" },
	{ WHY_ANY, EOPNOTSUPP, "what it is does not support that" },
	{ WHY_ANY, EOVERFLOW,
	  "a value does not fit; of a file: its owner has no mapping in this "
	  "user namespace" },
	{ WHY_ANY, EDQUOT, "the quota of this user is exhausted" },
	{ WHY_ANY, ESRCH, "there is no such process" },
	{ WHY_ANY, ENODEV, "there is no such device" },
	{ WHY_ANY, ENXIO, "there is no such device" },
	{ WHY_ANY, ELOOP, "there are too many symbolic links in the path" },
	{ WHY_ANY, EXDEV, "it leads to another file system" },
};

const char *why_meaning(uint32_t call, int errnum)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
		if (meanings[i].calls & call && meanings[i].errnum == errnum)
			return meanings[i].text;
	return NULL;
}
