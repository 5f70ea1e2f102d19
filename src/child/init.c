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
#include <linux/time_types.h>
#include <linux/wait.h>

#include "child/init.h"

/**
 * struct init - what it is told
 * @told:	never NULL
 * @own_group:	the payload has a process group of its own
 */
struct init {
	const struct plan_init *told;
	long payload;
	bool own_group;
};

static bool has(const struct init *init, uint32_t flag)
{
	return init->told->flags & flag;
}

static void warn(long pid)
{
	char line[64] = "kist-init: reaped process ", digits[21];

	text_decimal(digits, (unsigned long)pid);
	text_append(line, sizeof(line), digits);
	text_append(line, sizeof(line), "\n");
	SYS(write, 2, line, text_length(line));
}

static _Noreturn void end(const struct init *init, int status)
{
	int code = status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;

	if (has(init, PLAN_INIT_LAST_TERM))
		SYS(kill, -init->payload, SIGTERM);
	if (has(init, PLAN_INIT_CLEAR))
		init_clear(init->told->grace_ms);
	if (init->told->as_success[code / 8] & 1 << code % 8)
		code = 0;
	child_exit(code);
}

/* The payload was stopped from the terminal: whoever waits for us is to see
 * that, and have the terminal. */
static void stop(const struct init *init)
{
	int group = (int)SYS(getpgid, 0);
	long self = SYS(getpid);

	if (has(init, PLAN_INIT_JOB))
		SYS(ioctl, 0, TIOCSPGRP, &group);
	SYS(kill, self, SIGSTOP);
}

/* We go on, in the foreground or not; so does the payload. */
static void go_on(const struct init *init)
{
	int theirs = (int)init->payload, group;

	if (SYS(ioctl, 0, TIOCGPGRP, &group) == 0 &&
	    group == (int)SYS(getpgid, 0))
		SYS(ioctl, 0, TIOCSPGRP, &theirs);
}

/* Reap all that ended. If the payload did, exit as it did. */
static void reap(const struct init *init)
{
	int options = WNOHANG | (has(init, PLAN_INIT_JOB) ? WUNTRACED : 0);

	for (;;) {
		int status;
		long pid = SYS(wait4, -1, &status, options, 0);

		if (pid <= 0)
			return;
		if ((status & 0xff) == 0x7f) {
			if (pid == init->payload)
				stop(init);
			continue;
		}
		if (pid == init->payload)
			end(init, status);
		if (has(init, PLAN_INIT_WARN))
			warn(pid);
	}
}

static bool is_terminal_stop(long signal)
{
	return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

static void forward(const struct init *init, long signal, bool from_kernel)
{
	bool group = has(init, PLAN_INIT_GROUP);
	long to;

	if (has(init, PLAN_INIT_HOLD)) {
		if (signal == SIGTERM || signal == SIGINT)
			child_exit(0);
		return;
	}
	if (has(init, PLAN_INIT_JOB) && signal == SIGCONT)
		go_on(init);
	to = init->told->rewrite[signal];
	if (to && (!from_kernel || init->own_group))
		SYS(kill, group ? -init->payload : init->payload, to);
	/* The shell behind us is to have its terminal back. Process 1 of a
	 * pid namespace cannot be stopped. */
	if (has(init, PLAN_INIT_ADOPT) && is_terminal_stop(signal))
		stop(init);
}

static _Noreturn void be_init(const struct init *init)
{
	uint64_t all = ~0ull;

	SYS(prctl, PR_SET_NAME, "kist-init", 0, 0, 0);
	/* Nothing of the plan stays open here: the end of the report socket
	 * is what tells the parent that the program runs. */
	SYS(close_range, 3, ~0u, 0);
	reap(init); /* an adopted payload may have ended before */
	for (;;) {
		siginfo_t info;
		long signal = SYS(rt_sigtimedwait, &all, &info, 0, sizeof(all));

		if (signal == SIGCHLD)
			reap(init);
		else if (signal > 0 && signal < PLAN_SIGNALS)
			forward(init, signal, info.si_code == SI_KERNEL);
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

/* Without a table, each signal is sent on as it is. */
static void fill_rewrite(struct plan_init *told)
{
	for (int i = 0; i < PLAN_SIGNALS; i++)
		if (told->rewrite[i])
			return;
	for (int i = 1; i < PLAN_SIGNALS; i++)
		told->rewrite[i] = (uint8_t)i;
}

int op_init(struct child *c, const struct plan_op *op)
{
	static struct plan_init nothing;
	struct clone_args args = { .exit_signal = SIGCHLD };
	struct plan_init *told = &nothing;
	struct init init = { .own_group = SYS(getsid, 0) == SYS(getpid) };

	if (op->arg[0])
		told = child_data(c, op->arg[0], sizeof(*told));
	fill_rewrite(told);
	init.told = told;
	init.payload = told->payload;
	if (told->flags & PLAN_INIT_OWN_GROUP)
		init.own_group = true;

	/* SIGTTOU among them, which TIOCSPGRP would cause. */
	child_block_signals(true);
	/* Where this is not the first process of a pid namespace: orphans
	 * come here all the same. */
	SYS(prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (told->flags & (PLAN_INIT_ADOPT | PLAN_INIT_HOLD))
		be_init(&init);
	init.payload = child_clone(&args);
	if (init.payload > 0)
		be_init(&init);
	if (init.payload == 0 && init.own_group)
		lead_group();
	return (int)init.payload;
}
