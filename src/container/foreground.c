/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foreground.c - stay with a process until it ends
 *
 * How it works
 * ============
 * One poll(2) over four things: the process (its pidfd), our signals (a
 * signalfd, so that no handler is installed in somebody else's program), the
 * caller's input, the terminal's output. With no terminal the process has the
 * caller's own stdio, and there is nothing to carry.
 */
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "container/foreground.h"
#include "container/terminal.h"
#include "sys/file.h"
#include "sys/process.h"

enum { PROCESS, SIGNALS, INPUT, OUTPUT, WATCHED };

/* Not passed on: they are about us, or cannot be held back. */
static const int ours[] = { SIGKILL, SIGSTOP, SIGCHLD, SIGSEGV, SIGBUS,
			    SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,	SIGURG,
			    SIGPIPE, SIGTTIN, SIGTTOU };

int foreground_begin(struct foreground *fg, struct kist_error *err)
{
	sigset_t all;

	*fg = (struct foreground){ .in_fd = 0, .out_fd = 1, .signal_fd = -1 };
	sigfillset(&all);
	for (size_t i = 0; i < ARRAY_LEN(ours); i++)
		sigdelset(&all, ours[i]);
	fg->signal_fd = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fg->signal_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a signal fd");
	pthread_sigmask(SIG_BLOCK, &all, &fg->former_mask);
	return 0;
}

void foreground_end(struct foreground *fg)
{
	if (fg->is_raw)
		terminal_restore(fg->in_fd, &fg->former);
	fg->is_raw = false;
	if (fg->signal_fd < 0)
		return;
	close(fg->signal_fd);
	fg->signal_fd = -1;
	pthread_sigmask(SIG_SETMASK, &fg->former_mask, NULL);
}

/* ^Z reaches us only without a terminal of the container's: then both stop. */
static void pass_signal(const struct foreground *fg, int pidfd, int master_fd)
{
	struct signalfd_siginfo info;

	while (read(fg->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		int signal = (int)info.ssi_signo;

		if (signal == SIGWINCH && master_fd >= 0) {
			terminal_copy_size(fg->in_fd, master_fd);
			continue;
		}
		sys_pidfd_send_signal(pidfd,
				      signal == SIGTSTP ? SIGSTOP : signal);
		if (signal == SIGTSTP) {
			raise(SIGSTOP);
			sys_pidfd_send_signal(pidfd, SIGCONT);
		}
	}
}

/* Return: false at the end of @from. */
static bool carry(int from, int to)
{
	char bytes[8192];
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	return n > 0 && sys_write_all(to, bytes, (size_t)n) == 0;
}

/* The end of our input is the terminal's ^D. */
static bool carry_input(int from, int master_fd)
{
	static const char end = 4;

	if (carry(from, master_fd))
		return true;
	if (sys_write_all(master_fd, &end, 1) < 0)
		return false; /* nobody reads any more */
	return false;
}

static void drain(struct pollfd *output, int out_fd)
{
	output->events = POLLIN;
	while (poll(output, 1, 0) > 0 && (output->revents & POLLIN))
		if (!carry(output->fd, out_fd))
			return;
}

static void begin_terminal(struct foreground *fg, int master_fd)
{
	if (master_fd < 0)
		return;
	terminal_copy_size(fg->in_fd, master_fd);
	fg->is_raw = terminal_raw(fg->in_fd, &fg->former);
}

int foreground_follow(struct foreground *fg, int pidfd, int master_fd)
{
	struct pollfd fds[WATCHED] = {
		[PROCESS] = { .fd = pidfd, .events = POLLIN },
		[SIGNALS] = { .fd = fg->signal_fd, .events = POLLIN },
		[INPUT] = { .fd = master_fd < 0 ? -1 : fg->in_fd,
			    .events = POLLIN },
		[OUTPUT] = { .fd = master_fd, .events = POLLIN },
	};

	begin_terminal(fg, master_fd);
	for (;;) {
		if (poll(fds, WATCHED, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[SIGNALS].revents)
			pass_signal(fg, pidfd, master_fd);
		if (fds[OUTPUT].revents && !carry(master_fd, fg->out_fd))
			fds[OUTPUT].fd = -1;
		if (fds[INPUT].revents && !carry_input(fg->in_fd, master_fd))
			fds[INPUT].fd = -1;
		if (fds[PROCESS].revents)
			break;
	}
	if (fds[OUTPUT].fd >= 0)
		drain(&fds[OUTPUT], fg->out_fd);
	return 0;
}

int foreground_wait(struct foreground *fg, int pidfd, int master_fd)
{
	int ret = foreground_follow(fg, pidfd, master_fd);

	return ret < 0 ? ret : sys_wait_exit(pidfd);
}
