/* SPDX-License-Identifier: Apache-2.0 */
/* test_socket.c - AF_UNIX sockets (src/sys/socket.c) */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "sys/socket.h"

static int count_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void fds_travel_with_a_message(void **state)
{
	int pair[2], pipe_fd[2], came[4];
	size_t count = 99;
	char text[8] = "";

	assert_int_equal(sys_socket_pair(SOCK_SEQPACKET, pair), 0);
	CHECK_SYS(pipe2(pipe_fd, O_CLOEXEC));
	assert_int_equal(sys_send_fds(pair[0], "two", 3, pipe_fd, 2), 3);
	assert_int_equal(
		sys_recv_fds(pair[1], text, sizeof(text), came, 4, &count), 3);
	assert_string_equal(text, "two");
	assert_int_equal(count, 2);
	assert_int_equal(fcntl(came[0], F_GETFD), FD_CLOEXEC);
	CHECK_SYS(write(came[1], "x", 1));
	CHECK_SYS(read(pipe_fd[0], text, 1));
	assert_int_equal(text[0], 'x');
	for (int i = 0; i < 2; i++) {
		close(came[i]);
		close(pipe_fd[i]);
		close(pair[i]);
	}
}

static void a_message_without_fds_has_none(void **state)
{
	int pair[2], came[1];
	size_t count = 99;
	char text[8];

	assert_int_equal(sys_socket_pair(SOCK_SEQPACKET, pair), 0);
	assert_int_equal(sys_send_fds(pair[0], "none", 4, NULL, 0), 4);
	assert_int_equal(sys_recv_fds(pair[1], text, 8, came, 1, &count), 4);
	assert_int_equal(count, 0);
	close(pair[0]);
	assert_int_equal(sys_recv_fds(pair[1], text, 8, came, 1, &count), 0);
	assert_int_equal(sys_send_fds(pair[1], "x", 1, NULL, 0), -EPIPE);
	close(pair[1]);
}

static void what_does_not_fit_is_refused_and_closed(void **state)
{
	int pair[2], came[1], before;
	int two[2] = { 0, 1 };
	int many[SYS_FDS_MAX + 1] = { 0 };
	size_t count;
	char text[4];

	assert_int_equal(sys_socket_pair(SOCK_SEQPACKET, pair), 0);
	before = count_fds();
	assert_int_equal(sys_send_fds(pair[0], "fds", 3, two, 2), 3);
	assert_int_equal(sys_recv_fds(pair[1], text, 4, came, 1, &count),
			 -EMSGSIZE);
	assert_int_equal(sys_send_fds(pair[0], "too long", 8, two, 1), 8);
	assert_int_equal(sys_recv_fds(pair[1], text, 4, came, 1, &count),
			 -EMSGSIZE);
	assert_int_equal(count_fds(), before);
	assert_int_equal(sys_send_fds(pair[0], "x", 1, many, SYS_FDS_MAX + 1),
			 -EMSGSIZE);
	close(pair[0]);
	close(pair[1]);
}

/* Listen, connect, say something. */
static void talk(int dir_fd, const char *path)
{
	int server = sys_unix_listen(dir_fd, path, SOCK_STREAM);
	int client, peer;
	char c = '\0';

	assert_true(server >= 0);
	client = sys_unix_connect(dir_fd, path, SOCK_STREAM);
	assert_true(client >= 0);
	peer = sys_accept(server);
	assert_true(peer >= 0);
	CHECK_SYS(write(client, "!", 1));
	CHECK_SYS(read(peer, &c, 1));
	assert_int_equal(c, '!');
	close(client);
	close(peer);
	close(server);
}

static void a_socket_file_may_be_deep(void **state)
{
	char folder[] = "/tmp/kist-test-socket-XXXXXX";
	char deep[200], path[300];
	int dir_fd;

	assert_non_null(mkdtemp(folder));
	snprintf(deep, sizeof(deep), "%s/%0150d", folder, 7);
	CHECK_SYS(mkdir(deep, 0700));
	snprintf(path, sizeof(path), "%s/attach", deep);
	talk(AT_FDCWD, path);
	assert_int_equal(sys_unix_listen(AT_FDCWD, path, SOCK_STREAM),
			 -EADDRINUSE);
	/* nobody listens any more */
	assert_int_equal(sys_unix_connect(AT_FDCWD, path, SOCK_STREAM),
			 -ECONNREFUSED);
	CHECK_SYS(unlink(path));

	dir_fd = (int)CHECK_SYS(open(deep, O_PATH | O_CLOEXEC));
	talk(dir_fd, "relative");
	CHECK_SYS(unlinkat(dir_fd, "relative", 0));
	assert_int_equal(sys_unix_connect(dir_fd, "relative", SOCK_STREAM),
			 -ENOENT);
	close(dir_fd);
	CHECK_SYS(rmdir(deep));
	CHECK_SYS(rmdir(folder));
}

static void a_name_that_is_too_long_is_refused(void **state)
{
	char path[120];

	snprintf(path, sizeof(path), "/tmp/%0100d", 7);
	assert_int_equal(sys_unix_listen(AT_FDCWD, path, SOCK_STREAM),
			 -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fds_travel_with_a_message),
		cmocka_unit_test(a_message_without_fds_has_none),
		cmocka_unit_test(what_does_not_fit_is_refused_and_closed),
		cmocka_unit_test(a_socket_file_may_be_deep),
		cmocka_unit_test(a_name_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
