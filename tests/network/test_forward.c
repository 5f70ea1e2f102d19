/* SPDX-License-Identifier: Apache-2.0 */
/* test_forward.c - ports carried between namespaces (src/network/forward*.c) */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "network/forward.h"
#include "check.h"

static const struct {
	const char *text;
	int ret;
	const char *outer; /* as it is formatted */
	unsigned inner, count;
	enum forward_protocol protocol;
	const char *line;
} ports[] = {
	{ "8080:80", 0, "8080", 80, 1, FORWARD_TCP, NULL },
	{ "80", 0, "0", 80, 1, FORWARD_TCP, NULL },
	{ "53:53/udp", 0, "53", 53, 1, FORWARD_UDP, NULL },
	{ "127.0.0.1:1:65535/tcp", 0, "127.0.0.1:1", 65535, 1, FORWARD_TCP,
	  NULL },
	{ "127.0.0.1::80", 0, "127.0.0.1:0", 80, 1, FORWARD_TCP, NULL },
	{ "[::1]:8080:80", 0, "[::1]:8080", 80, 1, FORWARD_TCP, NULL },
	{ "::1:8080:80", 0, "[::1]:8080", 80, 1, FORWARD_TCP, NULL },
	{ "8000-8009:80-89", 0, "8000", 80, 10, FORWARD_TCP, NULL },
	{ "", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'' is not a port: ports are numbers from 1 to 65535, or ranges" },
	{ "0:80", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'0:80' is not a port: ports are numbers from 1 to 65535, or ranges "
	  "of them" },
	{ "8080:65536", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'8080:65536' is not a port: ports are numbers from 1 to 65535, or "
	  "ranges" },
	{ "8080:http", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'8080:http' is not a port: ports are numbers from 1 to 65535, or "
	  "ranges" },
	{ "80:80/sctp", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'80:80/sctp' is not a port: the protocols are tcp and udp" },
	{ "300.1.1.1:80:80", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'300.1.1.1:80:80' is not a port: what is before the ports is no "
	  "address" },
	{ "8000-8009:80-88", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'8000-8009:80-88' is not a port: the two ranges differ in length" },
	{ "9-8:2-1", -EINVAL, NULL, 0, 0, FORWARD_TCP,
	  "'9-8:2-1' is not a port: ports are numbers from 1 to 65535, or "
	  "ranges of them" },
};

static void a_port_is_read_as_docker_writes_it(void **state)
{
	(void)state;
	EACH(row, ports) {
		struct kist_error err = { 0 };
		struct forward_port port = { 0 };
		char outer[FORWARD_TEXT];
		unsigned count = 0;

		CASE(row->text);
		assert_int_equal(forward_parse(row->text, &port, &count, &err),
				 row->ret);
		CHECK_ERR(&err, row->line);
		if (row->ret < 0) {
			assert_int_equal(err.id, KIST_E_PORT_SYNTAX);
			continue;
		}
		forward_format_outer(&port, outer, sizeof(outer));
		assert_string_equal(outer, row->outer);
		assert_int_equal(port.inner, row->inner);
		assert_int_equal(count, row->count);
		assert_int_equal(port.protocol, row->protocol);
	}
}

/* ---- carrying, in two namespaces of our own ---- */

static void new_net(int flags)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	CHECK_SYS(unshare(CLONE_NEWNET | flags));
	fd = (int)CHECK_SYS(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
	CHECK_SYS(ioctl(fd, SIOCSIFFLAGS, &lo));
	close(fd);
}

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr =
					     htonl(INADDR_LOOPBACK) };
}

static int connect_to(int type, uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	struct timeval patience = { .tv_sec = 5 };
	int fd = (int)CHECK_SYS(socket(AF_INET, type, 0));

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	CHECK_SYS(connect(fd, (void *)&address, sizeof(address)));
	return fd;
}

#define MANY (3 * 1024 * 1024)

/* Sends much, says it is done, and reads what comes back to its end. */
static int client(uint16_t tcp_port, uint16_t udp_port)
{
	static char bytes[65536];
	size_t sent = 0, got = 0;
	int fd = connect_to(SOCK_STREAM, tcp_port);
	ssize_t n;
	pid_t pid = fork();

	if (pid == 0) {
		for (; sent < MANY; sent += sizeof(bytes))
			if (send(fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
				_exit(2);
		shutdown(fd, SHUT_WR);
		_exit(0);
	}
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		got += (size_t)n;
	waitpid(pid, NULL, 0);
	if (got != MANY)
		return 3;
	fd = connect_to(SOCK_DGRAM, udp_port);
	if (send(fd, "hello", 5, 0) != 5)
		return 4;
	return recv(fd, bytes, sizeof(bytes), 0) == 5 ? 0 : 5;
}

/* What comes goes back, until the end is told. */
static int echo(int tcp_fd, int udp_fd)
{
	static char bytes[65536];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	int fd = accept(tcp_fd, NULL, NULL);
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		if (send(fd, bytes, (size_t)n, 0) != n)
			return 1;
	close(fd);
	n = recvfrom(udp_fd, bytes, sizeof(bytes), 0, (void *)&from, &len);
	sendto(udp_fd, bytes, (size_t)n, 0, (void *)&from, len);
	return 0;
}

static int listen_inside(int type, uint16_t port)
{
	struct sockaddr_in address = loopback(port);
	int fd = (int)CHECK_SYS(socket(AF_INET, type, 0));

	CHECK_SYS(bind(fd, (void *)&address, sizeof(address)));
	if (type == SOCK_STREAM)
		CHECK_SYS(listen(fd, 5));
	return fd;
}

static bool at_once(void *arg, int fd)
{
	(void)arg;
	(void)fd;
	return true;
}

static int run_and_ask(void)
{
	struct forward_port both[2] = {
		{ .protocol = FORWARD_TCP, .inner = 80 },
		{ .protocol = FORWARD_UDP, .inner = 53 },
	};
	int outer[2], ended[2], inner[2], status;
	struct forward_stop stop = { &ended[0], 1, at_once, NULL };
	pid_t asker, answerer;

	CHECK_SYS(pipe(ended));
	for (int i = 0; i < 2; i++) {
		outer[i] = forward_listen(&both[i], NULL);
		assert_true(outer[i] >= 0);
		assert_true(both[i].outer > 0);
	}
	asker = fork();
	if (asker == 0) {
		close(ended[0]);
		_exit(client(both[0].outer, both[1].outer));
	}
	close(ended[1]); /* at its end the loop ends */
	new_net(0);
	inner[0] = listen_inside(SOCK_STREAM, 80);
	inner[1] = listen_inside(SOCK_DGRAM, 53);
	answerer = fork();
	if (answerer == 0)
		_exit(echo(inner[0], inner[1]));
	close(inner[0]);
	close(inner[1]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(forward_run(both, outer, 2, &stop), 0);
	kill(answerer, SIGKILL);
	waitpid(answerer, NULL, 0);
	waitpid(asker, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void carry(void)
{
	new_net(CLONE_NEWUSER);
	assert_int_equal(run_and_ask(), 0);
}

static void bytes_and_datagrams_are_carried_there_and_back(void **state)
{
	(void)state;
	skip_unless(can_make_user_namespaces());
	in_child(carry);
}

static void take_twice(void)
{
	struct forward_port port = { .inner = 80 };
	struct kist_error err = { 0 };
	char line[200];

	new_net(CLONE_NEWUSER);
	assert_true(forward_listen(&port, NULL) >= 0);
	assert_int_equal(forward_listen(&port, &err), -EADDRINUSE);
	assert_int_equal(err.id, KIST_E_PORT_TAKEN);
	snprintf(line, sizeof(line),
		 "listen on tcp port %u: Address already in use "
		 "(EADDRINUSE)",
		 port.outer);
	CHECK_ERR(&err, line);

	port = (struct forward_port){ .family = AF_INET, .inner = 1 };
	inet_pton(AF_INET, "192.0.2.7", &port.address);
	err = (struct kist_error){ 0 };
	assert_int_equal(forward_listen(&port, &err), -EADDRNOTAVAIL);
	assert_int_equal(err.id, KIST_E_PORT_ADDRESS);
}

static void a_port_that_is_taken_is_refused_by_name(void **state)
{
	(void)state;
	skip_unless(can_make_user_namespaces());
	in_child(take_twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_is_read_as_docker_writes_it),
		cmocka_unit_test(
			bytes_and_datagrams_are_carried_there_and_back),
		cmocka_unit_test(a_port_that_is_taken_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
