/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mountinfo.h - the mounts of a mount namespace, as /proc shows them
 *
 * What one reads depends on the process it is read of: its mount namespace,
 * and of that what is below its root directory.
 *
 * Ownership: in the caller's arena.
 * Threads:   no shared state.
 * See:       proc_pid_mountinfo(5), mount_namespaces(7)
 */
#ifndef KERNEL_MOUNTINFO_H
#define KERNEL_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

#define MOUNTINFO_MAX (64u << 20)

/**
 * struct mountinfo - one line
 * @id, @parent: the parent of the topmost one is not in the list, or itself
 * @major, @minor: device of the file system
 * @root:	what of the file system is mounted: "/", or "net:[4026532177]"
 * @point:	where, below the root of the process
 * @options:	of this mount: "rw,nosuid"
 * @peers:	number of its peer group if it is shared, else 0
 * @master:	peer group it receives from, else 0
 * @from:	nearest group that can be seen from the process's root and that
 *		it receives from, if that is not @master; else 0
 * @type:	of the file system: "tmpfs", "fuse.sshfs"
 * @source:	a device, or anything
 * @super:	options of the file system: "rw,size=64k"
 */
struct mountinfo {
	int id, parent;
	unsigned major, minor;
	const char *root, *point, *options;
	uint32_t peers, master, from;
	bool unbindable;
	const char *type, *source, *super;
};

struct mountinfo_list {
	struct mountinfo *mounts;
	size_t count;
};

/**
 * mountinfo_parse() - the text of a mountinfo file
 * @text:	of @len bytes; it is changed, and what the list points to is in
 *		it
 *
 * A line that is not as it should be is left out.
 *
 * Return: 0 or -ENOMEM.
 */
MUST_CHECK int mountinfo_parse(char *text, size_t len, struct arena *arena,
			       struct mountinfo_list *ret_list);

/**
 * mountinfo_read() - the mounts of a process
 * @proc_fd:	from proc_open()
 * @pid:	0: the caller
 *
 * Return: 0 or -errno (ENOENT, ESRCH, EINVAL: it has ended; EACCES: another
 * user's).
 */
MUST_CHECK int mountinfo_read(int proc_fd, pid_t pid, struct arena *arena,
			      struct mountinfo_list *ret_list);

/* By its id, or NULL. */
const struct mountinfo *mountinfo_find(const struct mountinfo_list *list,
				       int id);

/* What can be seen at @path: the last one mounted there, or NULL. */
const struct mountinfo *mountinfo_at(const struct mountinfo_list *list,
				     const char *path);

/* The mount that a clean absolute @path is in, or NULL. */
const struct mountinfo *mountinfo_of(const struct mountinfo_list *list,
				     const char *path);

/* "private", "shared", "slave", "shared,slave", "unbindable". */
const char *mountinfo_propagation(const struct mountinfo *mount);

#endif
