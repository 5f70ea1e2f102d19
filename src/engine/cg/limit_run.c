/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_run.c - kist_limit_run(): a command within limits
 *
 * How it works
 * ============
 * The command is born in its group: on v2 by clone3(2) with CLONE_INTO_CGROUP,
 * on v1 it moves itself before it executes. It is in our process group, so
 * what is typed at the terminal (^C, ^Z) it gets by itself, and only signals
 * that were sent to us are passed on. While it runs we wait for three things:
 * its end, signals, and news of its memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/trace.h"
#include "engine/cg/limit.h"
#include "engine/cg/limit_oom.h"
#include "engine/cg/limit_run.h"
#include "engine/command.h"
#include "kernel/cgroup_internal.h"
#include "sys/process.h"

/* Passed on. Those of job control are not held back: they stop us as well. */
static const int passed[] = { SIGHUP,  SIGINT,	SIGQUIT, SIGTERM,
			      SIGUSR1, SIGUSR2, SIGALRM };

int limit_signals_hold(struct limit_signals *s, struct kist_error *err)
{
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_LEN(passed); i++)
		sigaddset(&mask, passed[i]);
	s->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a signal fd");
	pthread_sigmask(SIG_BLOCK, &mask, &s->former);
	return 0;
}

void limit_signals_release(struct limit_signals *s)
{
	struct signalfd_siginfo info;

	if (s->fd < 0)
		return;
	/* what came too late was the command's, not ours */
	while (read(s->fd, &info, sizeof(info)) > 0)
		continue;
	close(s->fd);
	s->fd = -1;
	pthread_sigmask(SIG_SETMASK, &s->former, NULL);
}

static void pass_signals(const struct limit_signals *s, int pidfd)
{
	struct signalfd_siginfo info;

	while (read(s->fd, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_code != SI_KERNEL) /* the terminal's */
			sys_pidfd_send_signal(pidfd, (int)info.ssi_signo);
}

/* ---- birth ---- */

struct birth {
	const char *const *argv;
	const sigset_t *mask;
	int join_fd[CGROUP_HIERARCHY_MAX];
	size_t joins;
	int errnum;
	bool could_not_join;
};

static void be_command(void *arg)
{
	struct birth *birth = arg;

	for (size_t i = 0; i < birth->joins; i++)
		if (write(birth->join_fd[i], "0", 1) != 1) {
			birth->errnum = errno;
			birth->could_not_join = true;
			_exit(127);
		}
	sigprocmask(SIG_SETMASK, birth->mask, NULL);
	execvp(birth->argv[0], (char *const *)(uintptr_t)birth->argv);
	birth->errnum = errno;
	_exit(127);
}

static int open_joins(const struct limit_plan *plan, struct birth *birth,
		      struct kist_error *err)
{
	for (int h = 0; h < plan->world.count; h++) {
		int fd;

		if (plan->dir_fd[h] < 0 || plan->world.h[h].is_v2)
			continue;
		fd = cgroup_file_open(plan->dir_fd[h], "cgroup.procs",
				      O_WRONLY);
		if (fd < 0)
			return err_sys(err, KIST_E_LIMIT_PLACE, -fd,
				       "open '%s%s/cgroup.procs'",
				       plan->world.h[h].mount, plan->group[h]);
		birth->join_fd[birth->joins++] = fd;
	}
	return 0;
}

static int join_error(const struct limit_plan *plan, int errnum,
		      struct kist_error *err)
{
	struct cgroup cgroup;
	int ret;

	limit_plan_cgroup(plan, &cgroup);
	ret = err_sys(err, KIST_E_LIMIT_PLACE, errnum,
		      "start the command in its control group");
	if (errnum == EAGAIN)
		err_hint(err, "pids.max of a group above it is reached");
	else if (errnum == EACCES)
		err_hint(err, "it takes the right to write cgroup.procs of "
			      "the group above both places; 'systemd-run "
			      "--user --scope -p Delegate=yes' starts a shell "
			      "that has it");
	return ret;
}

static int be_born(const struct limit_plan *plan, struct birth *birth,
		   int *ret_pidfd, struct kist_error *err)
{
	int v2 = cgroup_find_v2(&plan->world);
	const struct sys_vfork vfork = {
		.cgroup_fd = v2 < 0 ? -1 : plan->dir_fd[v2],
		.flags = v2 < 0 || plan->dir_fd[v2] < 0 ? 0 : CLONE_INTO_CGROUP,
		.child = be_command,
		.arg = birth,
	};
	int ret = open_joins(plan, birth, err);

	if (ret == 0) {
		ret = sys_vfork3(&vfork, NULL, ret_pidfd);
		if (ret < 0)
			ret = join_error(plan, -ret, err);
	}
	for (size_t i = 0; i < birth->joins; i++)
		close(birth->join_fd[i]);
	if (ret < 0)
		return ret;
	if (!birth->errnum)
		return 0;
	(void)!sys_wait_exit(*ret_pidfd);
	cleanup_fd(ret_pidfd);
	if (birth->could_not_join)
		return join_error(plan, birth->errnum, err);
	return command_error(birth->argv[0], birth->errnum, err);
}

/* ---- life ---- */

int limit_stay(const struct limit_signals *signals, int pidfd,
	       struct limit_oom *oom)
{
	struct pollfd fds[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = signals->fd, .events = POLLIN },
		{ .fd = oom->events_fd, .events = POLLPRI },
	};

	for (;;) {
		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			pass_signals(signals, pidfd);
		if (fds[2].revents && !limit_oom_look(oom))
			fds[2].fd = -1;
		if (fds[0].revents)
			return sys_wait_exit(pidfd);
	}
}

/* ---- afterwards ---- */

static int64_t forks_refused(const struct limit_plan *plan)
{
	int h = cgroup_find_v1(&plan->world, "pids");

	if (h < 0)
		h = cgroup_find_v2(&plan->world);
	return h < 0 || plan->dir_fd[h] < 0 ?
		       -1 :
		       cgroup_file_key(plan->dir_fd[h], "pids.events", "max");
}

static size_t count_left(const struct limit_plan *plan)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup cgroup;
	size_t count = 0;
	pid_t *pids;

	arena_init(&arena);
	limit_plan_cgroup(plan, &cgroup);
	return cgroup_pids(&cgroup, &arena, &pids, &count, NULL) ? 0 : count;
}

/* Until nobody is left; signals meanwhile are for all of them. */
static int wait_for_rest(const struct limit_plan *plan,
			 const struct limit_signals *signals)
{
	struct signalfd_siginfo info;
	struct cgroup cgroup;
	int ret;

	limit_plan_cgroup(plan, &cgroup);
	while ((ret = limit_wait_one(&cgroup, signals->fd)) > 0)
		while (read(signals->fd, &info, sizeof(info)) == sizeof(info))
			if (info.ssi_code != SI_KERNEL)
				(void)!cgroup_kill(&cgroup, (int)info.ssi_signo,
						   NULL);
	return ret;
}

/* The command has ended: the groups go, at once or later. */
static int end(struct limit_plan *plan, enum kist_limit_rest rest,
	       const struct limit_signals *signals, size_t *ret_left,
	       struct kist_error *err)
{
	struct cgroup cgroup;
	int ret = limit_plan_remove(plan);

	*ret_left = 0;
	if (ret != -EBUSY)
		goto out;
	*ret_left = count_left(plan);
	limit_plan_cgroup(plan, &cgroup);
	if (rest == KIST_LIMIT_KEEP)
		return 0;
	if (rest == KIST_LIMIT_LEAVE)
		return limit_reap(plan, err);
	ret = rest == KIST_LIMIT_KILL ? cgroup_kill(&cgroup, SIGKILL, err) :
					wait_for_rest(plan, signals);
	if (ret == 0)
		ret = limit_plan_remove(plan);
out:
	return ret ? err_sys(err, KIST_E_CGROUP_BUSY, -ret,
			     "remove the control group") :
		     0;
}

static int run(struct limit_plan *plan, const struct kist_limit *args,
	       struct limit_signals *signals, struct kist_limit_result *result,
	       struct kist_error *err)
{
	struct birth birth = { .argv = args->argv, .mask = &signals->former };
	CLEANUP_FD int pidfd = -1;
	struct limit_oom oom;
	int ret;

	ret = be_born(plan, &birth, &pidfd, err);
	if (ret) {
		(void)!limit_plan_remove(plan);
		return ret;
	}
	limit_oom_begin(&oom, plan);
	result->status = limit_stay(signals, pidfd, &oom);
	limit_oom_end(&oom, result);
	result->forks_refused = forks_refused(plan);
	if (result->status < 0)
		return err_sys(err, KIST_E_SYSTEM, -result->status,
			       "wait for the command");
	return end(plan, args->rest, signals, &result->left, err);
}

/* What sh(1) does for it: born outside, it moves itself before it executes. */
static void tell_command(const struct limit_plan *plan,
			 const struct kist_limit *args,
			 const struct kist_trace *trace)
{
	struct buf line;

	buf_init(&line);
	buf_puts(&line, "sh -c 'for group; do [ \"$group\" != -- ] || break; "
			"echo $$ > \"$group/cgroup.procs\" || exit 125; shift; "
			"done; shift; exec \"$@\"' sh");
	for (int h = 0; h < plan->world.count; h++)
		if (plan->group[h])
			buf_printf(&line, " %s",
				   trace_word(cgroup_place(&plan->world.h[h],
							   plan->group[h], -1)
						      .path));
	buf_puts(&line, " --");
	for (size_t i = 0; args->argv[i]; i++)
		buf_printf(&line, " %s", trace_word(args->argv[i]));
	if (!buf_failed(&line))
		trace_step(trace, NULL, "%s", line.data);
	buf_done(&line);
	for (int h = 0; h < plan->world.count; h++)
		if (plan->group[h])
			trace_step(trace, NULL, "rmdir %s",
				   trace_word(cgroup_place(&plan->world.h[h],
							   plan->group[h], -1)
						      .path));
}

static const char *first_group(const struct limit_plan *plan)
{
	for (int h = 0; h < plan->world.count; h++)
		if (plan->group[h])
			return plan->group[h];
	return "";
}

int limit_run_direct(struct limit_plan *plan, const struct limit_asks *asks,
		     const struct kist_limit *args,
		     const struct kist_trace *trace,
		     struct kist_limit_result *result, struct kist_error *err)
{
	const struct limit_ask *mem = limit_ask_of(asks, KEY_MEM);
	struct limit_signals signals = { .fd = -1 };
	int ret;

	if (mem && mem->number != LIMIT_NONE)
		result->memory_bytes = mem->number;
	snprintf(result->group, sizeof(result->group), "%s", first_group(plan));
	if (trace_is_dry(trace)) {
		tell_command(plan, args, trace);
		return 0;
	}
	ret = limit_signals_hold(&signals, err);
	if (ret) {
		(void)!limit_plan_remove(plan);
		return ret;
	}
	ret = run(plan, args, &signals, result, err);
	limit_signals_release(&signals);
	return ret;
}
