/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervisor.c - the small process that looks after a detached container
 *
 * How it works
 * ============
 * It is forked from the caller, so it costs no start of a program, and shares
 * the program's pages. It forks twice: the caller has no child to wait for,
 * and a terminal can never become its own. It makes the container itself, for
 * only a parent can wait, tells the caller how that went, and from then on
 * holds a few fds and one buffer on its stack.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/folders.h"
#include "engine/container/log.h"
#include "engine/run/supervisor.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/socket.h"

enum { PROCESS, OUT, ERR, SIGNALS, WATCHED };

/* ---- becoming one ---- */

static bool is_kept(int fd, const int *keep, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (keep[i] == fd)
			return true;
	return false;
}

static void close_others(const int *keep, size_t count)
{
	int last = 2;

	for (size_t i = 0; i < count; i++)
		if (keep[i] > last)
			last = keep[i];
	for (int fd = 3; fd < last; fd++)
		if (!is_kept(fd, keep, count))
			close(fd);
	sys_close_range((unsigned)last + 1, ~0u, 0);
}

static void reset_signals(void)
{
	sigset_t term;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &(struct sigaction){ .sa_handler = SIG_DFL },
			  NULL);
	sigaction(SIGHUP, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_SETMASK, &term, NULL);
}

static void become_daemon(int report_fd, const int *keep, size_t count)
{
	int all[16] = { report_fd }, null_fd;
	size_t used = 1;

	for (size_t i = 0; i < count && used < ARRAY_LEN(all); i++)
		if (keep[i] > 2)
			all[used++] = keep[i];
	close_others(all, used);
	null_fd = open("/dev/null", O_RDWR);
	for (int fd = 0; null_fd >= 0 && fd < 3; fd++)
		dup2(null_fd, fd);
	if (null_fd > 2)
		close(null_fd);
	(void)!chdir("/");
	reset_signals();
}

static int wait_for_report(int report_fd, pid_t pid, struct kist_error *err)
{
	struct supervisor_report report;
	ssize_t n;

	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	do
		n = recv(report_fd, &report, sizeof(report), 0);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(report))
		return err_set(err, KIST_E_CONTAINER_DIED,
			       "the supervisor died before the container was "
			       "started");
	if (report.ret < 0 && err)
		*err = report.err;
	return report.ret;
}

int supervisor_fork(const int *keep, size_t count, int *ret_report_fd,
		    struct kist_error *err)
{
	int pair[2];
	int ret = sys_socket_pair(SOCK_SEQPACKET, pair);
	pid_t pid;

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "make a socket pair");
	pid = fork();
	if (pid == 0) {
		setsid();
		pid = fork();
		if (pid != 0)
			_exit(pid < 0);
		become_daemon(pair[1], keep, count);
		*ret_report_fd = pair[1];
		return 1;
	}
	close(pair[1]);
	if (pid < 0)
		ret = err_sys(err, KIST_E_SYSTEM, errno, "make a process");
	else
		ret = wait_for_report(pair[0], pid, err);
	close(pair[0]);
	return ret;
}

void supervisor_report(int report_fd, int ret, const struct kist_error *err)
{
	struct supervisor_report report = { .ret = ret };

	if (err)
		report.err = *err;
	(void)!send(report_fd, &report, sizeof(report), MSG_NOSIGNAL);
	close(report_fd);
}

/* ---- being one ---- */

/* Return: false at the end. */
static bool carry(const struct supervisor *s, int fd, enum log_stream stream)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n > 0)
		log_write(s->log_fd, stream, time_now(), bytes, (size_t)n);
	return n > 0;
}

static void carry_ready(const struct supervisor *s, struct pollfd *fds)
{
	if (fds[OUT].revents && !carry(s, fds[OUT].fd, LOG_STDOUT))
		fds[OUT].fd = -1;
	if (fds[ERR].revents && !carry(s, fds[ERR].fd, LOG_STDERR))
		fds[ERR].fd = -1;
}

static void pass_signal(int signal_fd, int pidfd)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) == sizeof(info))
		sys_pidfd_send_signal(pidfd, (int)info.ssi_signo);
}

/* What is in the pipes now; a process that is not the container's may hold
 * them open for ever. */
static void drain(const struct supervisor *s, struct pollfd *fds)
{
	while (poll(&fds[OUT], 2, 0) > 0)
		carry_ready(s, fds);
}

int supervisor_wait(struct supervisor *supervisor, int pidfd)
{
	sigset_t term;
	struct pollfd fds[WATCHED] = {
		[PROCESS] = { .fd = pidfd, .events = POLLIN },
		[OUT] = { .fd = supervisor->out_fd, .events = POLLIN },
		[ERR] = { .fd = supervisor->err_fd, .events = POLLIN },
		[SIGNALS] = { .fd = -1, .events = POLLIN },
	};

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	fds[SIGNALS].fd = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
	do {
		if (poll(fds, WATCHED, -1) < 0)
			continue;
		carry_ready(supervisor, fds);
		if (fds[SIGNALS].revents)
			pass_signal(fds[SIGNALS].fd, pidfd);
	} while (!fds[PROCESS].revents);
	drain(supervisor, fds);
	if (fds[SIGNALS].fd >= 0)
		close(fds[SIGNALS].fd);
	return sys_wait_exit(pidfd);
}
