/* SPDX-License-Identifier: Apache-2.0 */
/**
 * proc.h - processes as /proc shows them
 *
 * Functions take the fd of a procfs root, from proc_open(): a process id means
 * something in one procfs only.
 *
 * Threads: no shared state.
 * See:     proc(5)
 */
#ifndef KERNEL_PROC_H
#define KERNEL_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/**
 * struct proc_stat - of /proc/PID/stat
 * @state:	'R', 'S', 'D', 'T', 'Z' …
 * @start_time:	in clock ticks since boot; with the pid it names a process
 *		for ever
 */
struct proc_stat {
	char state;
	pid_t parent, group, session;
	uint64_t start_time;
};

/**
 * proc_open() - open /proc, and see that it is the kernel's
 *
 * Return: an fd (O_PATH); -EXDEV (PROC_FAKE: something else is mounted
 * there), or what open(2) gave.
 */
MUST_CHECK int proc_open(struct kist_error *err);

/* Is @fd the root directory of a procfs? */
bool proc_is_root(int fd);

/* The text of a stat file. Return: 0, or -EINVAL. */
MUST_CHECK int proc_parse_stat(const char *text, struct proc_stat *ret_stat);

/* Return: 0, or -errno (ESRCH: there is no such process). */
MUST_CHECK int proc_stat(int proc_fd, pid_t pid, struct proc_stat *ret_stat);

/* Does the process live (not as a zombie), and did it start then? */
bool proc_is_alive(int proc_fd, pid_t pid, uint64_t start_time);

/**
 * proc_open_pidfd() - a pidfd of the process that started at @start_time
 *
 * Safe against the id being used anew meanwhile.
 *
 * Return: the pidfd, or -errno (ESRCH: it is gone; zombies count as there).
 */
MUST_CHECK int proc_open_pidfd(int proc_fd, pid_t pid, uint64_t start_time);

/* The id of a pidfd's process in our pid namespace. Return: -errno; -ESRCH:
 * it is gone, or not visible from here. */
MUST_CHECK pid_t proc_pid_of(int proc_fd, int pidfd);

/* The id of a process in its own, innermost pid namespace, or -errno. */
MUST_CHECK pid_t proc_inner_pid(int proc_fd, pid_t pid);

#endif
