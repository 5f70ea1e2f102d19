/* SPDX-License-Identifier: Apache-2.0 */
/* ask.c - what another program says */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/ns/ask.h"
#include "sys/process.h"

struct call {
	const char *const *argv;
	int null_fd, out_fd, err_fd;
};

static void child(void *arg)
{
	const struct call *call = arg;

	if (dup2(call->null_fd, 0) < 0 || dup2(call->out_fd, 1) < 0 ||
	    dup2(call->err_fd, 2) < 0)
		_exit(127);
	execvp(call->argv[0], (char *const *)call->argv);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is read of one of its outputs; the rest is thrown away. */
struct heard {
	int fd;
	size_t len;
	char text[300];
};

/* Return: is there more to come? */
static bool hear(struct heard *heard)
{
	char rest[512];
	size_t room = sizeof(heard->text) - 1 - heard->len;
	ssize_t len = read(heard->fd, room ? heard->text + heard->len : rest,
			   room ? room : sizeof(rest));

	if (len > 0 && room)
		heard->len += (size_t)len;
	return len > 0 || (len < 0 && errno == EINTR);
}

/* Until it has closed both. Return: 0 or -ETIMEDOUT. */
static int listen_to(struct heard heard[2], int timeout_ms)
{
	const int64_t end = now_ms() + timeout_ms;
	struct pollfd fds[2] = { { heard[0].fd, POLLIN, 0 },
				 { heard[1].fd, POLLIN, 0 } };

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		int64_t left = end - now_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++)
			if (fds[i].fd >= 0 && fds[i].revents &&
			    !hear(&heard[i]))
				fds[i].fd = -1;
	}
	return 0;
}

static void take_line(const struct heard *heard, char *said, size_t size)
{
	size_t len = strcspn(heard->text, "\n");

	if (len >= size)
		len = size - 1;
	memcpy(said, heard->text, len);
	said[len] = '\0';
	for (char *c = said; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
}

int ask(const char *const *argv, int timeout_ms, struct answer *ret_answer)
{
	int out[2], errs[2], ret;
	struct heard heard[2] = { { .fd = -1 }, { .fd = -1 } };
	struct call call = { .argv = argv };
	const struct sys_vfork args = { .cgroup_fd = -1,
					.child = child,
					.arg = &call };

	CLEANUP_FD int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	CLEANUP_FD int pidfd = -1;

	if (null_fd < 0 || pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	CLEANUP_FD int out_read = out[0], out_write = out[1];

	if (pipe2(errs, O_CLOEXEC) < 0)
		return -errno;
	CLEANUP_FD int err_read = errs[0], err_write = errs[1];

	call.null_fd = null_fd;
	call.out_fd = out_write;
	call.err_fd = err_write;
	ret = sys_vfork3(&args, NULL, &pidfd);
	if (ret < 0)
		return ret;
	close(TAKE_FD(out_write));
	close(TAKE_FD(err_write));
	heard[0].fd = out_read;
	heard[1].fd = err_read;
	ret = listen_to(heard, timeout_ms);
	if (ret < 0)
		(void)!sys_pidfd_send_signal(pidfd, SIGKILL);
	ret_answer->status = sys_wait_exit(pidfd);
	take_line(&heard[0], ret_answer->said, sizeof(ret_answer->said));
	if (!ret_answer->said[0])
		take_line(&heard[1], ret_answer->said,
			  sizeof(ret_answer->said));
	return ret;
}
