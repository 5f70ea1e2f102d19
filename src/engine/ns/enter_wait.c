/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enter_wait.c - stay with a command that has our terminal and process group
 *
 * What is typed at the terminal (^C, ^Z) reaches the whole group, so such
 * signals, which the kernel marks as its own, are not passed on: the command
 * has them already. Others are meant for it and were sent to us. When it is
 * stopped we stop too, so that the shell behind us notices.
 */
#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "engine/ns/enter.h"
#include "sys/process.h"

/* Not passed on: they are about us, or cannot be held back. */
static const int ours[] = {
	SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
	SIGTRAP, SIGSYS,  SIGPIPE, SIGTTIN, SIGTTOU, SIGURG
};

int enter_hold_signals(sigset_t *ret_former)
{
	sigset_t held;
	int fd;

	sigfillset(&held);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigdelset(&held, ours[i]);
	fd = signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	pthread_sigmask(SIG_BLOCK, &held, ret_former);
	return fd;
}

static void stop_with(int pidfd)
{
	siginfo_t info = { 0 };

	if (sys_waitid(pidfd, WSTOPPED | WNOHANG, &info) < 0 ||
	    info.si_pid == 0)
		return;
	raise(SIGSTOP);
	sys_pidfd_send_signal(pidfd, SIGCONT);
}

static void take_signals(int signal_fd, int pidfd)
{
	struct signalfd_siginfo info;

	while (read(signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			stop_with(pidfd);
		else if (info.ssi_code != SI_KERNEL)
			sys_pidfd_send_signal(pidfd, (int)info.ssi_signo);
	}
}

void enter_follow(int signal_fd, int pidfd)
{
	struct pollfd fds[2] = { { pidfd, POLLIN, 0 },
				 { signal_fd, POLLIN, 0 } };

	while (!fds[0].revents) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[1].revents)
			take_signals(signal_fd, pidfd);
	}
}
