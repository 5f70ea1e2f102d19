/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init.c - the first process of a container: reaps, forwards, exits
 *
 * How it works
 * ============
 *
 * All signals are blocked and taken one by one. That is also what lets the
 * first process of a pid namespace have them at all: the kernel drops those
 * it would not handle, but not those it blocks.
 *
 * Under a terminal of its own (the process leads a session) the payload gets
 * a process group and the foreground, so that the terminal's signals reach it
 * and nobody else. Without, it stays in the group it was started in, where
 * the terminal of the user signals both: those signals, which the kernel
 * marks as its own, are not sent on, or the payload would have them twice.
 */
#include <asm/ioctls.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "child/child.h"

/* Reap all that ended. If @payload did, exit as it did. */
static void reap(long payload)
{
	for (;;) {
		int status;
		long pid = SYS(wait4, -1, &status, WNOHANG, 0);

		if (pid <= 0)
			return;
		if (pid != payload)
			continue;
		if (status & 0x7f)
			child_exit(128 + (status & 0x7f));
		child_exit(status >> 8 & 0xff);
	}
}

static _Noreturn void be_init(long payload, bool own_group)
{
	uint64_t all = ~0ull;

	SYS(prctl, PR_SET_NAME, "kist-init", 0, 0, 0);
	/* Nothing of the plan stays open here: the end of the report socket
	 * is what tells the parent that the program runs. */
	SYS(close_range, 3, ~0u, 0);
	for (;;) {
		siginfo_t info;
		long signal = SYS(rt_sigtimedwait, &all, &info, 0, sizeof(all));

		if (signal == SIGCHLD)
			reap(payload);
		else if (signal > 0 && (own_group || info.si_code != SI_KERNEL))
			SYS(kill, payload, signal);
	}
}

/* Move to a group of our own, in the foreground if there is a terminal. */
static void lead_group(void)
{
	int group = (int)SYS(getpid);

	SYS(setpgid, 0, 0);
	/* ENOTTY: standard input is no terminal of this session */
	SYS(ioctl, 0, TIOCSPGRP, &group);
}

int op_init(struct child *c, const struct plan_op *op)
{
	struct clone_args args = { .exit_signal = SIGCHLD };
	long self = SYS(getpid);
	bool own_group = SYS(getsid, 0) == self;
	long pid;

	(void)c;
	(void)op;
	/* SIGTTOU among them, which TIOCSPGRP would cause. */
	child_block_signals(true);
	/* Where this is not the first process of a pid namespace: orphans
	 * come here all the same. */
	SYS(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid = child_clone(&args);
	if (pid > 0)
		be_init(pid, own_group);
	if (pid == 0 && own_group)
		lead_group();
	return (int)pid;
}
