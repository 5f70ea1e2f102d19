/* SPDX-License-Identifier: Apache-2.0 */
/**
 * supervisor.h - the small process that looks after a detached container
 *
 * See: daemon(7)
 */
#ifndef ENGINE_SUPERVISOR_H
#define ENGINE_SUPERVISOR_H

#include "base/err.h"

/**
 * struct supervisor - what it holds
 * @log_fd:	the log
 * @out_fd, @err_fd: the container's output: pipes, or a terminal's master
 *		and -1
 * @in_fd:	kept open, never written: the container's standard input
 */
struct supervisor {
	int log_fd, out_fd, err_fd, in_fd;
};

/* What the new process tells the one that waits for it. */
struct supervisor_report {
	int ret;
	struct kist_error err;
};

/**
 * supervisor_fork() - go on in a process of its own
 * @keep, @count: fds from 3 on that survive; the others are closed
 * @ret_report_fd: in the new process: where to write the report
 *
 * The new process is nobody's child, in a session of its own, in "/", with the
 * null device as standard input, output and error, and without our signal
 * handlers.
 *
 * Return: in the new process 1; in the caller what the report says.
 */
MUST_CHECK int supervisor_fork(const int *keep, size_t count,
			       int *ret_report_fd, struct kist_error *err);
void supervisor_report(int report_fd, int ret, const struct kist_error *err);

/* Carry output into the log until the process has ended; a SIGTERM is passed
 * on to it. Return: its exit status, 128 + signal, or -errno. */
int supervisor_wait(struct supervisor *supervisor, int pidfd);

#endif
