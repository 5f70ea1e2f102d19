/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unshare_wait.c - beside a running command: signals passed on, its end
 *
 * Signals that the terminal sends (Ctrl-C) the command has got itself, for it
 * is in the same process group: only those that a process sent are passed on.
 *
 * The first process of a pid namespace is shielded: a signal that it has no
 * handler for is dropped, also from outside and from the terminal, but for
 * SIGKILL. So that TERM or Ctrl-C ends "kist unshare -p sleep 100", what would
 * end any other process is done with SIGKILL there, and told as the signal that
 * was meant.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "engine/ns/unshare.h"
#include "sys/file.h"

#define MASK_BYTES 8

/* Those whose default is to end the process. */
static const int passed_on[] = { SIGTERM, SIGINT,  SIGHUP,  SIGQUIT, SIGUSR1,
				 SIGUSR2, SIGALRM, SIGPIPE, SIGIO,   SIGPWR };

static uint64_t mask_of(const struct unshare *u)
{
	uint64_t mask = UINT64_C(1) << (SIGCHLD - 1);

	if (u->args->plain)
		return mask | UINT64_C(1) << (SIGTERM - 1) |
		       UINT64_C(1) << (SIGINT - 1);
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++)
		mask |= UINT64_C(1) << (passed_on[i] - 1);
	return mask | UINT64_C(1) << (SIGWINCH - 1);
}

void unshare_hold(struct unshare *u)
{
	const uint64_t mask = mask_of(u);
	struct sigaction action;

	/* else the kernel forgets how the command ended */
	if (sigaction(SIGCHLD, NULL, &action) == 0 &&
	    action.sa_handler == SIG_IGN) {
		u->ignores_sigchld = true;
		signal(SIGCHLD, SIG_DFL);
	}
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &mask, &u->mask, MASK_BYTES);
}

/* A mask of /proc/PID/status. Return: false: the process is gone. */
static bool read_mask(pid_t pid, const char *field, uint64_t *ret_mask)
{
	char path[32], text[4096];
	const char *at;

	/* the maker is not in a /proc of the new namespace: there it is 1 */
	if (access("/proc/self", F_OK) < 0)
		pid = 1;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	at = strstr(text, field);
	if (!at)
		return false;
	*ret_mask = strtoull(at + strlen(field), NULL, 16);
	return true;
}

static bool is_in(pid_t pid, const char *field, int signal)
{
	uint64_t mask;

	return !read_mask(pid, field, &mask) || mask & UINT64_C(1)
								<< (signal - 1);
}

/*
 * Has the process neither a handler for the signal nor reason to wait for it?
 * A shell blocks all signals for an instant around each command it starts;
 * who takes them with sigwait(3) or a signalfd(2) blocks them for good.
 */
static bool is_shielded(pid_t pid, int signal)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	for (int i = 0; i < 20 && is_in(pid, "\nSigBlk:", signal); i++)
		nanosleep(&pause, NULL);
	return !is_in(pid, "\nSigBlk:", signal) &&
	       !is_in(pid, "\nSigIgn:", signal) &&
	       !is_in(pid, "\nSigCgt:", signal);
}

static bool is_ending(int signal)
{
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++)
		if (passed_on[i] == signal)
			return true;
	return false;
}

/* Return: the signal the command was killed for, or 0. */
static int pass_on(const struct unshare *u, const siginfo_t *info, pid_t pid)
{
	const int signal = info->si_signo;

	if (u->args->plain && !u->args->forward)
		return 0;
	if (!u->args->plain && unshare_has(u, NS_PID) && is_ending(signal) &&
	    is_shielded(pid, signal)) {
		kill(pid, SIGKILL);
		return signal;
	}
	if (info->si_code <= 0) /* else it is the terminal's */
		kill(pid, signal);
	return 0;
}

/* Stop when the command has stopped, go on when we are told to. */
static void stop_too(pid_t pid)
{
	kill(getpid(), SIGSTOP);
	kill(pid, SIGCONT);
}

/* The child is ours and not yet waited for: its number is its own. */
static int wait_for(pid_t pid, siginfo_t *ret_info)
{
	int ret;

	do {
		ret_info->si_pid = 0;
		ret = waitid(P_PID, (id_t)pid, ret_info,
			     WEXITED | WSTOPPED | WNOHANG);
	} while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : 0;
}

int unshare_wait(const struct unshare *u, pid_t pid)
{
	const uint64_t mask = mask_of(u);
	int killed_for = 0;

	for (;;) {
		siginfo_t info;
		int signal = (int)syscall(SYS_rt_sigtimedwait, &mask, &info,
					  NULL, MASK_BYTES);
		int ret;

		if (signal > 0 && signal != SIGCHLD) {
			if (pass_on(u, &info, pid))
				killed_for = signal;
			continue;
		}
		ret = wait_for(pid, &info);
		if (ret < 0)
			return ret;
		if (!info.si_pid)
			continue;
		if (info.si_code == CLD_EXITED)
			return info.si_status;
		if (info.si_code != CLD_STOPPED && u->args->ended_by_signal)
			*u->args->ended_by_signal = true;
		if (info.si_code != CLD_STOPPED)
			return 128 + (killed_for ? killed_for : info.si_status);
		stop_too(pid);
	}
}
