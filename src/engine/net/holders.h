/* SPDX-License-Identifier: Apache-2.0 */
/**
 * holders.h - processes, their network namespaces, and the sockets they hold
 *
 * Ownership: all in the given arena.
 */
#ifndef ENGINE_NET_HOLDERS_H
#define ENGINE_NET_HOLDERS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * struct process - of /proc
 * @ns:		inode number of its network namespace, 0: not to be seen
 */
struct process {
	pid_t pid;
	uint64_t ns;
	char command[17];
};

/**
 * struct holder - an open descriptor of a socket or a network namespace
 * @ino:	of the socket or namespace
 * @is_ns:	it is the latter
 */
struct holder {
	uint64_t ino;
	const struct process *process;
	int fd;
	bool is_ns;
};

/* @processes by pid; @list by @is_ns, @ino, pid, fd */
struct holders {
	struct process *processes;
	struct holder *list;
	size_t process_count, count;
};

/* What cannot be seen is left out. Return: 0 or -ENOMEM. */
MUST_CHECK int holders_load(int proc_fd, struct arena *arena,
			    struct holders *ret_holders,
			    struct kist_error *err);

/* The first one of a socket or namespace, and how many there are. */
const struct holder *holders_of(const struct holders *holders, bool is_ns,
				uint64_t ino, size_t *ret_count);

/* By pid; NULL. */
const struct process *holders_process(const struct holders *holders, pid_t pid);

#endif
