/* SPDX-License-Identifier: Apache-2.0 */
/**
 * proc_status.h - a process in its own words: /proc/PID/status
 *
 * The name in it is the process's own choice; numbers are the kernel's. Ids
 * are those of the reader's user namespace; process ids begin with that of
 * the procfs the file is of.
 *
 * Ownership: in the caller's arena.
 * Threads:   no shared state.
 * See:       proc_pid_status(5)
 */
#ifndef KERNEL_PROC_STATUS_H
#define KERNEL_PROC_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

#define PROC_LEVELS 33 /* pid namespaces may be nested 32 deep */

/* The order in which Uid: and Gid: have them. */
enum proc_id { PROC_REAL, PROC_EFFECTIVE, PROC_SAVED, PROC_FS, PROC_IDS };

/* Masks of signals: bit (1 << (number - 1)). */
enum proc_signals {
	PROC_PENDING,	     /* of this thread */
	PROC_SHARED_PENDING, /* of the process */
	PROC_BLOCKED,
	PROC_IGNORED,
	PROC_CAUGHT,
	PROC_SIGNALS
};

enum proc_caps {
	PROC_INHERITABLE,
	PROC_PERMITTED,
	PROC_CAP_EFFECTIVE,
	PROC_BOUNDING,
	PROC_AMBIENT,
	PROC_CAPS
};

/**
 * struct proc_status - the file
 * @name:	control characters are not undone
 * @pids:	at each level, the procfs's first; @pid_count is 0 before Linux
 *		4.1
 * @umask:	-1: not told
 * @threads:	how many
 * @seccomp:	0: none, 1: strict, 2: filter; -1: not told
 * @filters:	how many; -1: not told (before Linux 5.9)
 */
struct proc_status {
	const char *name;
	char state;
	pid_t parent, tracer;
	int umask, threads, seccomp, filters;
	bool no_new_privs;
	uint32_t uid[PROC_IDS], gid[PROC_IDS];
	uint32_t *groups;
	size_t group_count;
	pid_t pids[PROC_LEVELS];
	size_t pid_count;
	uint64_t signals[PROC_SIGNALS];
	uint64_t caps[PROC_CAPS];
};

/**
 * proc_status_parse() - the text of such a file
 *
 * Lines that are not known, or not as they should be, are passed over.
 *
 * Return: 0; -EINVAL: it has no name or no ids; -ENOMEM.
 */
MUST_CHECK int proc_status_parse(const char *text, struct arena *arena,
				 struct proc_status *ret_status);

/* Of a process. Return: 0 or -errno (ESRCH: there is no such process). */
MUST_CHECK int proc_status_read(int proc_fd, pid_t pid, struct arena *arena,
				struct proc_status *ret_status);

#endif
