/* SPDX-License-Identifier: Apache-2.0 */
/**
 * foreground.h - stay with a process until it ends
 *
 * Signals sent to the caller are passed on to it, and with a terminal what is
 * typed and shown is carried over, and window sizes.
 *
 * Threads: signals are blocked in the calling thread from foreground_begin()
 *	    to foreground_end(); other threads should have them blocked too.
 */
#ifndef CONTAINER_FOREGROUND_H
#define CONTAINER_FOREGROUND_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#include "base/err.h"

/**
 * struct foreground - the caller's side
 * @in_fd, @out_fd: of the caller: 0 and 1
 * @former, @is_raw: settings of @in_fd to be restored
 */
struct foreground {
	int signal_fd;
	sigset_t former_mask;
	int in_fd, out_fd;
	struct termios former;
	bool is_raw;
};

/* Hold signals back: call before the process is made, so that none is lost. */
MUST_CHECK int foreground_begin(struct foreground *fg, struct kist_error *err);

/* The same, but the process is not reaped. Return: 0 or -errno. */
int foreground_follow(struct foreground *fg, int pidfd, int master_fd);

/**
 * foreground_wait() - until the process has ended and its output is through
 * @pidfd:	a child of the caller
 * @master_fd:	its terminal's master, or -1
 *
 * Return: exit status, 128 + signal, or -errno.
 */
MUST_CHECK int foreground_wait(struct foreground *fg, int pidfd, int master_fd);

void foreground_end(struct foreground *fg);

#endif
