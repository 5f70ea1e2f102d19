/* SPDX-License-Identifier: Apache-2.0 */
/*
 * become.c - kist_init_become(): this process turns into an init
 *
 * How it works
 * ============
 * The command is made first, as a child of this process that borrows its
 * memory until it executes: so whether it can be executed is known here, where
 * there is somebody to say so. Only then does this process execute the init
 * from a memory file, and that adopts the child it finds. Signals are blocked
 * from before the first step, so none is lost on the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <kist/init.h>

#include "container/spawn.h"
#include "engine/command.h"
#include "sys/process.h"

/* What the new process needs; it shares our memory. */
struct birth {
	const struct kist_init *init;
	sigset_t mask;
	bool has_terminal; /* the session's, and we lead it */
	volatile int errnum;
};

/* ---- the command ---- */

static void lead_group(void)
{
	pid_t group = getpid();

	setpgid(0, 0);
	/* ENOTTY: there is no terminal to be in the foreground of */
	ioctl(0, TIOCSPGRP, &group);
}

static void be_command(void *arg)
{
	struct birth *birth = arg;
	const struct kist_init *init = birth->init;

	if (init->session) {
		setsid();
		if (birth->has_terminal)
			ioctl(0, TIOCSCTTY, 0);
	} else if (init->own_group || init->group) {
		lead_group();
	}
	sigprocmask(SIG_SETMASK, &birth->mask, NULL);
	execvp(init->argv[0], (char *const *)(uintptr_t)init->argv);
	birth->errnum = errno;
	_exit(127);
}

/* A session leader gives its terminal up, so that the command can have it. */
static void pass_terminal(struct birth *birth)
{
	if (birth->init->session && getsid(0) == getpid())
		birth->has_terminal = ioctl(0, TIOCNOTTY) == 0;
}

static int make_command(struct birth *birth, pid_t *ret_pid,
			struct kist_error *err)
{
	const struct sys_vfork vfork = {
		.cgroup_fd = -1,
		.child = be_command,
		.arg = birth,
	};
	CLEANUP_FD int pidfd = -1;
	int ret;

	pass_terminal(birth);
	ret = sys_vfork3(&vfork, ret_pid, &pidfd);
	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "make a process for the command");
	if (!birth->errnum)
		return 0;
	/* it has ended; it is not to stay a zombie */
	(void)!sys_wait_exit(pidfd);
	return command_error(birth->init->argv[0], birth->errnum, err);
}

/* ---- the init ---- */

static int add_rewrites(const struct kist_init *init, struct plan_init *told,
			struct kist_error *err)
{
	for (int i = 1; i < PLAN_SIGNALS; i++)
		told->rewrite[i] = (uint8_t)i;
	/* A session without its terminal's shell could not be continued: the
	 * kernel does not stop orphaned groups by these. */
	if (init->session)
		told->rewrite[SIGTSTP] = told->rewrite[SIGTTIN] =
			told->rewrite[SIGTTOU] = SIGSTOP;
	for (size_t i = 0; i < init->rewrite_count; i++) {
		int from = init->rewrites[i].from, to = init->rewrites[i].to;

		if (from < 1 || from >= PLAN_SIGNALS || to < 0 ||
		    to >= PLAN_SIGNALS) {
			err_set(err, KIST_E_INIT,
				"signal %d cannot be sent on as %d", from, to);
			err_hint(err, "signals are 1 to 64; 0 swallows one: "
				      "-r TERM:0");
			return -EINVAL;
		}
		told->rewrite[from] = (uint8_t)to;
	}
	return 0;
}

static int add_statuses(const struct kist_init *init, struct plan_init *told,
			struct kist_error *err)
{
	for (size_t i = 0; i < init->as_success_count; i++) {
		int status = init->as_success[i];

		if (status < 0 || status > 255) {
			err_set(err, KIST_E_INIT, "%d is not an exit status",
				status);
			err_hint(err, "those are 0 to 255");
			return -EINVAL;
		}
		told->as_success[status / 8] |= (uint8_t)(1 << status % 8);
	}
	return 0;
}

/* Job control is for those whose terminal has a shell behind it. */
static uint32_t flags_of(const struct kist_init *init)
{
	const bool own_group = init->own_group || init->session || init->group;
	const struct {
		bool is_set;
		uint32_t flag;
	} flags[] = {
		{ init->argv, PLAN_INIT_ADOPT },
		{ !init->argv, PLAN_INIT_HOLD },
		{ own_group, PLAN_INIT_OWN_GROUP },
		{ init->group, PLAN_INIT_GROUP },
		{ own_group && !init->session && getsid(0) != getpid(),
		  PLAN_INIT_JOB },
		{ init->last_term, PLAN_INIT_LAST_TERM },
		{ init->clear, PLAN_INIT_CLEAR },
		{ init->warn, PLAN_INIT_WARN },
	};
	uint32_t all = 0;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].is_set)
			all |= flags[i].flag;
	return all;
}

static int tell(const struct kist_init *init, struct plan_init *told,
		struct kist_error *err)
{
	int ret = add_rewrites(init, told, err);

	if (ret == 0)
		ret = add_statuses(init, told, err);
	if (init->parent_death < 0 || init->parent_death >= PLAN_SIGNALS)
		return err_set(err, KIST_E_INIT, "%d is not a signal",
			       init->parent_death);
	told->flags = flags_of(init);
	told->grace_ms = init->grace_ms;
	return ret;
}

static int become(const struct plan_init *told, struct kist_error *err)
{
	struct arena arena;
	struct plan plan;
	int ret;

	arena_init(&arena);
	plan_init(&plan, &arena);
	plan_add(&plan, PLAN_INIT)->arg[0] =
		plan_bytes(&plan, told, sizeof(*told));
	ret = spawn_become(&plan, err);
	plan_done(&plan);
	arena_done(&arena);
	return ret;
}

int kist_init_become(const struct kist_init *init, struct kist_error *err)
{
	struct birth birth = { .init = init };
	struct plan_init told = { 0 };
	sigset_t all;
	pid_t pid = 0;
	int ret = tell(init, &told, err);

	if (ret < 0)
		return ret;
	if (init->argv && !init->argv[0])
		return err_set(err, KIST_E_INIT, "there is no command");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &birth.mask);
	if (init->parent_death)
		prctl(PR_SET_PDEATHSIG, init->parent_death);
	/* Before the command is made: its orphans are to be ours. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	if (init->argv)
		ret = make_command(&birth, &pid, err);
	told.payload = pid;
	if (ret == 0)
		ret = become(&told, err);
	if (pid > 0)
		kill(pid, SIGKILL);
	sigprocmask(SIG_SETMASK, &birth.mask, NULL);
	return ret;
}
