/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socket.c - AF_UNIX sockets: pairs, messages with fds, paths of any length
 *
 * A socket's address holds 107 bytes of path. State folders and bundles are
 * often deeper, so the directory (or, to connect, the socket file itself) is
 * opened, and the address goes through /proc/self/fd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "sys/socket.h"

int sys_socket_pair(int type, int ret_fd[2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_fd) < 0)
		return -errno;
	return 0;
}

union fd_message {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(SYS_FDS_MAX * sizeof(int))];
};

ssize_t sys_send_fds(int socket_fd, const void *bytes, size_t len,
		     const int *fds, size_t count)
{
	union fd_message control;
	struct iovec io = { .iov_base = (void *)bytes, .iov_len = len };
	struct msghdr message = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t n;

	if (count > SYS_FDS_MAX)
		return -EMSGSIZE;
	if (count > 0) {
		memset(&control, 0, sizeof(control));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len =
			(socklen_t)CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
		message.msg_control = &control;
		message.msg_controllen =
			(socklen_t)CMSG_SPACE(count * sizeof(int));
	}
	do
		n = sendmsg(socket_fd, &message, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* The fds that came with a message. Return: how many. */
static size_t received_fds(struct msghdr *message, int fds[SYS_FDS_MAX])
{
	struct cmsghdr *head;
	size_t count = 0;

	for (head = CMSG_FIRSTHDR(message); head;
	     head = CMSG_NXTHDR(message, head)) {
		size_t n;

		if (head->cmsg_level != SOL_SOCKET ||
		    head->cmsg_type != SCM_RIGHTS)
			continue;
		n = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds + count, CMSG_DATA(head), n * sizeof(int));
		count += n;
	}
	return count;
}

ssize_t sys_recv_fds(int socket_fd, void *bytes, size_t size, int *fds,
		     size_t max, size_t *ret_count)
{
	union fd_message control;
	struct iovec io = { .iov_base = bytes, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int came[SYS_FDS_MAX];
	size_t count;
	ssize_t n;

	do
		n = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;

	count = received_fds(&message, came);
	if (count > max || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		while (count > 0)
			close(came[--count]);
		return -EMSGSIZE;
	}
	if (count)
		memcpy(fds, came, count * sizeof(int));
	*ret_count = count;
	return n;
}

static int unix_socket(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

int sys_unix_connect(int dir_fd, const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	CLEANUP_FD int file_fd = openat(dir_fd, path, O_PATH | O_CLOEXEC);
	CLEANUP_FD int fd = -1;
	int ret;

	if (file_fd < 0)
		return -errno;
	fd = unix_socket(type);
	if (fd < 0)
		return fd;
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d",
		 file_fd);
	do
		ret = connect(fd, (struct sockaddr *)&address, sizeof(address));
	while (ret < 0 && errno == EINTR);
	return ret < 0 ? -errno : TAKE_FD(fd);
}

/* The directory a path is in. Return: an fd, or -errno. */
static int open_directory_of(int dir_fd, const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[4096] = ".";
	int fd;

	*name = slash ? slash + 1 : path;
	if (slash) {
		size_t len = slash == path ? 1 : (size_t)(slash - path);

		if (len >= sizeof(folder))
			return -ENAMETOOLONG;
		memcpy(folder, path, len);
		folder[len] = '\0';
	}
	fd = openat(dir_fd, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sys_unix_listen(int dir_fd, const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *name;
	CLEANUP_FD int folder_fd = open_directory_of(dir_fd, path, &name);
	CLEANUP_FD int fd = -1;

	if (folder_fd < 0)
		return folder_fd;
	if (snprintf(address.sun_path, sizeof(address.sun_path),
		     "/proc/self/fd/%d/%s", folder_fd,
		     name) >= (int)sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = unix_socket(type);
	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 8) < 0)
		return -errno;
	return TAKE_FD(fd);
}

int sys_accept(int socket_fd)
{
	int fd;

	do
		fd = accept4(socket_fd, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}
