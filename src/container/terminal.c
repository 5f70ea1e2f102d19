/* SPDX-License-Identifier: Apache-2.0 */
/* terminal.c - a container's terminal in the hands of the caller */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "container/terminal.h"
#include "sys/socket.h"

int terminal_connect(const char *path, struct kist_error *err)
{
	int fd = sys_unix_connect(AT_FDCWD, path, SOCK_STREAM);

	if (fd < 0) {
		err_sys(err, KIST_E_CONSOLE, -fd,
			"connect to console socket '%s'", path);
		if (fd == -ENOENT || fd == -ECONNREFUSED || fd == -ENOTSOCK)
			err_hint(err, "start who listens there first: a "
				      "stream socket that takes a terminal");
	}
	return fd;
}

int terminal_pair(int *ret_theirs, int *ret_ours, struct kist_error *err)
{
	int pair[2];
	int ret = sys_socket_pair(SOCK_STREAM, pair);

	if (ret < 0)
		return err_sys(err, KIST_E_SYSTEM, -ret, "make a socket pair");
	*ret_theirs = pair[0];
	*ret_ours = pair[1];
	return 0;
}

int terminal_receive(int socket_fd, struct kist_error *err)
{
	char name[64];
	size_t count = 0;
	int fd = -1;
	ssize_t ret =
		sys_recv_fds(socket_fd, name, sizeof(name), &fd, 1, &count);

	if (ret < 0)
		return err_sys(err, KIST_E_CONSOLE, (int)-ret,
			       "receive the terminal");
	if (count != 1)
		return err_set(err, KIST_E_CONSOLE,
			       "the container opened no terminal");
	return fd;
}

bool terminal_size(int fd, uint16_t *ret_rows, uint16_t *ret_columns)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return false;
	*ret_rows = size.ws_row;
	*ret_columns = size.ws_col;
	return true;
}

void terminal_copy_size(int from, int to)
{
	struct winsize size;

	if (ioctl(from, TIOCGWINSZ, &size) == 0)
		ioctl(to, TIOCSWINSZ, &size);
}

bool terminal_raw(int fd, struct termios *ret_former)
{
	struct termios raw;

	if (tcgetattr(fd, ret_former) < 0)
		return false;
	raw = *ret_former;
	cfmakeraw(&raw);
	return tcsetattr(fd, TCSANOW, &raw) == 0;
}

void terminal_restore(int fd, const struct termios *former)
{
	tcsetattr(fd, TCSADRAIN, former);
}
