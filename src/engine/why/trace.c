/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - run a command, and look at each refusal while it is fresh
 *
 * How it works
 * ============
 * The command and all it starts stop where a system call begins and ends
 * (ptrace(2)). Where one ends with an errno that is worth it, the process
 * stands still and the probes look at it: its ids, capabilities, namespaces and
 * control groups are those that the kernel had before it.
 *
 * A program that changes the user (set-user-ID, file capabilities) does not
 * while an ordinary user traces it. So it is let go just before it is executed
 * and works as it always does, unseen.
 *
 * When the command itself has ended, what it left running is let go. Whatever
 * becomes of us, the traced processes live on: the kernel lets them go.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>

#include "base/path.h"
#include "engine/why/decode.h"
#include "engine/why/rights.h"
#include "engine/why/trace_state.h"
#include "kernel/proc_status.h"
#include "sys/file.h"

#ifndef __WALL
#define __WALL 0x40000000
#endif
#ifndef __WNOTHREAD
#define __WNOTHREAD 0x20000000
#endif

#define LET_GO_TRIES 500 /* of a millisecond */

/* ---- the processes ---- */

static struct tracee *find(struct tracer *t, pid_t pid)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->tracees[i].pid == pid)
			return &t->tracees[i];
	return NULL;
}

static struct tracee *add(struct tracer *t, pid_t pid)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct tracee *more =
			reallocarray(t->tracees, room, sizeof(*more));

		if (!more)
			return NULL;
		t->tracees = more;
		t->room = room;
	}
	t->tracees[t->count] = (struct tracee){ .pid = pid };
	return &t->tracees[t->count++];
}

static void forget(struct tracer *t, pid_t pid)
{
	struct tracee *one = find(t, pid);

	if (one)
		*one = t->tracees[--t->count];
}

/* What is gone when it has ended. */
static void note_state(struct tracer *t, struct tracee *one, int proc_fd)
{
	char text[4096];

	if (sys_read_file(proc_fd, "cgroup", text, sizeof(text)) > 0 &&
	    (!one->cgroup || strcmp(one->cgroup, text) != 0))
		one->cgroup = arena_strdup(t->traced->arena, text);
	if (sys_read_file(proc_fd, "limits", text, sizeof(text)) > 0 &&
	    (!one->limits || strcmp(one->limits, text) != 0))
		one->limits = arena_strdup(t->traced->arena, text);
	one->who = why_trace_who(t->traced->arena, proc_fd, one->pid);
}

/* ---- its calls ---- */

/* The bits do nothing in a user namespace that does not map both ids. */
static bool has_privilege(const struct why_case *c, int dir_fd,
			  const char *path)
{
	char proc_path[64], value;
	CLEANUP_FD int fd = openat(dir_fd, path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !rights_has_owner(c, &st))
		return false;
	if ((st.st_mode & S_ISUID && st.st_uid != geteuid()) ||
	    (st.st_mode & S_ISGID && st.st_gid != getegid()))
		return true;
	snprintf(proc_path, sizeof(proc_path), "/proc/self/fd/%d", fd);
	return getxattr(proc_path, "security.capability", &value, 0) > 0;
}

static const char *const execs[] = { "execve", "execveat", NULL };

/* Does the call that begins execute a program that changes the user? */
static bool changes_user(struct tracer *t, const struct tracee *one,
			 const char **ret_program)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_FD int proc_fd = -1;
	CLEANUP_FD int dir_fd = -1;
	struct why_case c = { .arena = &arena };
	struct why_decoding d = { .c = &c,
				  .stop = &one->entry,
				  .pid = one->pid };

	arena_init(&arena);
	if (t->is_root || !why_trace_is_call(&one->entry, execs))
		return false;
	c.proc_fd = proc_fd = why_trace_proc(one->pid);
	d.word = why_decode_row(&one->entry, &c.name);
	if (proc_fd < 0 || !d.word)
		return false;
	why_decode(&d);
	if (!c.subject)
		return false;
	dir_fd = openat(proc_fd, c.subject[0] == '/' ? "root" : "cwd",
			O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd < 0 ||
	    !has_privilege(&c, dir_fd, c.subject + strspn(c.subject, "/")))
		return false;
	*ret_program = arena_strdup(t->traced->arena, c.subject);
	return true;
}

/* Return: whether it was let go. */
static bool begins_call(struct tracer *t, struct tracee *one)
{
	const char *program;

	why_trace_listen(t, one);
	if (!changes_user(t, one, &program))
		return false;
	t->traced->note = arena_printf(
		t->traced->arena,
		"'%s' runs with rights of its own, which it would lose if it "
		"were watched; what it was refused was not seen: be root",
		program);
	sys_trace_detach(one->pid, 0);
	forget(t, one->pid);
	return true;
}

static bool at_call(struct tracer *t, struct tracee *one)
{
	struct sys_call_stop stop;

	if (sys_trace_call(one->pid, &stop) < 0)
		return false;
	if (stop.is_entry) {
		one->entry = stop;
		one->in_call = true;
		return begins_call(t, one);
	}
	if (!stop.is_exit || !one->in_call)
		return false;
	one->in_call = false;
	if (stop.result < 0 && stop.result > -4096)
		why_trace_refused(t, one, (int)-stop.result);
	else if (stop.result > 0)
		why_trace_answered(t, one, stop.result);
	else if (why_trace_is_call(&one->entry, execs))
		why_executed(t->traced, one->pid);
	return false;
}

/* ---- stops and ends ---- */

static void ended(struct tracer *t, pid_t pid, int status)
{
	struct tracee *one = find(t, pid);
	int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (one && why_trace_limit_signal(signal))
		why_trace_killed(t, one, signal);
	if (signal || WEXITSTATUS(status))
		why_ended(t->traced, pid);
	forget(t, pid);
	if (pid != t->main)
		return;
	t->main_ended = true;
	t->traced->status = signal ? 128 + signal : WEXITSTATUS(status);
}

static bool is_group_stop(int status)
{
	int signal = WSTOPSIG(status);

	return SYS_TRACE_EVENT(status) == SYS_TRACE_STOP &&
	       (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
		signal == SIGTTOU);
}

static void stopped(struct tracer *t, pid_t pid, int status)
{
	struct tracee *one = find(t, pid);
	int signal = WSTOPSIG(status);

	if (!one)
		one = add(t, pid);
	if (!one) { /* no memory: on without looking */
		sys_trace_detach(pid, 0);
	} else if (signal == SYS_TRACE_CALL) {
		if (!at_call(t, one))
			sys_trace_on(pid, 0);
	} else if (is_group_stop(status)) {
		sys_trace_listen(pid);
	} else if (SYS_TRACE_EVENT(status)) {
		CLEANUP_FD int proc_fd = why_trace_proc(pid);

		note_state(t, one, proc_fd);
		sys_trace_on(pid, 0);
	} else {
		sys_trace_on(pid, signal);
	}
}

static void follow(struct tracer *t)
{
	while (!t->main_ended) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL | __WNOTHREAD);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return;
		if (WIFSTOPPED(status))
			stopped(t, pid, status);
		else
			ended(t, pid, status);
	}
}

/* Those that hang in the kernel or are frozen are let go by our end. */
static void let_go(struct tracer *t)
{
	const struct timespec millisecond = { .tv_nsec = 1000000 };

	for (size_t i = 0; i < t->count; i++)
		sys_trace_interrupt(t->tracees[i].pid);
	for (int tries = 0; t->count && tries < LET_GO_TRIES;) {
		int status;
		pid_t pid =
			waitpid(-1, &status, __WALL | __WNOTHREAD | WNOHANG);

		if (pid < 0)
			break;
		if (pid == 0) {
			nanosleep(&millisecond, NULL);
			tries++;
			continue;
		}
		if (WIFSTOPPED(status)) {
			int signal = SYS_TRACE_EVENT(status) ||
						     WSTOPSIG(status) ==
							     SYS_TRACE_CALL ?
					     0 :
					     WSTOPSIG(status);

			sys_trace_detach(pid, signal);
		}
		forget(t, pid);
	}
}

/* ---- the command ---- */

static _Noreturn void run(int go_fd, const sigset_t *mask, const char *path,
			  const char *const *argv, char *const *environment)
{
	char go;

	/* a failure of the exec is seen by the tracer */
	if (read(go_fd, &go, 1) == 1) {
		pthread_sigmask(SIG_SETMASK, mask, NULL);
		execve(path, (char *const *)(const void *)argv, environment);
	}
	_exit(errno == ENOENT ? 127 : 126);
}

/* From its very first call on: it stands still before it may begin. */
static int catch_main(struct tracer *t)
{
	int status, ret = sys_trace_interrupt(t->main);

	if (ret < 0)
		return ret;
	if (!add(t, t->main))
		return -ENOMEM;
	if (waitpid(t->main, &status, __WALL) != t->main || !WIFSTOPPED(status))
		return -ESRCH;
	return sys_trace_on(t->main, 0);
}

static int start(struct tracer *t, const sigset_t *mask, const char *path,
		 const char *const *argv, char *const *environment,
		 struct kist_error *err)
{
	int pipe_fds[2], ret;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a pipe");
	t->main = fork();
	if (t->main == 0) {
		close(pipe_fds[1]);
		run(pipe_fds[0], mask, path, argv, environment);
	}
	ret = t->main < 0 ? -errno : sys_trace_seize(t->main);
	if (ret == 0)
		ret = catch_main(t);
	if (ret == 0 && write(pipe_fds[1], "g", 1) != 1)
		ret = -errno;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	if (ret == 0)
		return 0;
	if (t->main > 0)
		waitpid(t->main, NULL, __WALL);
	err_sys(err, KIST_E_WHY_TRACE, -ret, "trace '%s'", argv[0]);
	err_hint(err, "ptrace(2) is forbidden here: see "
		      "/proc/sys/kernel/yama/ptrace_scope, or look from "
		      "outside the container");
	return ret;
}

/* ^C is for the command; we stay to tell what became of it. */
static void keep_signals(sigset_t *ret_before)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGQUIT);
	pthread_sigmask(SIG_BLOCK, &ours, ret_before);
}

static void give_signals_back(const sigset_t *before)
{
	const struct timespec now = { 0 };
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGQUIT);
	while (sigtimedwait(&ours, NULL, &now) > 0)
		;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

int why_trace(const struct kist *kist, const char *path,
	      const char *const *argv, char *const *environment,
	      struct why_traced *traced, struct kist_error *err)
{
	struct tracer t = { .kist = kist,
			    .traced = traced,
			    .is_root = geteuid() == 0 };
	sigset_t before;
	int ret;

	traced->refusals = ARENA_ARRAY(traced->arena, struct why_refusal,
				       WHY_TRACE_REFUSALS + 1);
	if (arena_failed(traced->arena))
		return err_nomem(err);
	keep_signals(&before);
	ret = start(&t, &before, path, argv, environment, err);
	if (ret == 0) {
		follow(&t);
		let_go(&t);
	}
	give_signals_back(&before);
	free(t.tracees);
	return ret;
}
