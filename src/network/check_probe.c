/* SPDX-License-Identifier: Apache-2.0 */
/* check_probe.c - an echo, a connection, a datagram between two namespaces */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "kernel/net_socket.h"
#include "network/check_internal.h"

#define TRIES 3 /* a datagram may be lost while a neighbour is looked for */
#define ECHO_BYTES 8
#define PING_ID 0x6b69

static const char *const probe_names[CHECK_PROBE_COUNT] = { "ping", "tcp",
							    "udp" };

const char *check_probe_name(enum check_probe probe)
{
	return probe_names[probe];
}

/* ---- small things ---- */

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static socklen_t to_socket(const struct address *address, uint16_t port,
			   struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *v6 = (void *)ret;
	struct sockaddr_in *v4 = (void *)ret;

	memset(ret, 0, sizeof(*ret));
	ret->ss_family = address->family;
	if (address->family == AF_INET) {
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, address->bytes, 4);
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, address->bytes, 16);
	return sizeof(*v6);
}

/* A socket in there with an address of its own. Return: it, or -errno. */
static int bound(const struct check_side *side, const struct address *address,
		 int type, uint16_t port)
{
	struct sockaddr_storage where;
	socklen_t len = to_socket(address, port, &where);
	int fd = net_socket_open(side->netns_fd, address->family,
				 type | SOCK_NONBLOCK, 0, NULL);

	if (fd >= 0 && bind(fd, (void *)&where, len) < 0) {
		int errnum = errno;

		close(fd);
		return -errnum;
	}
	return fd;
}

/* Return: 0, or -ETIMEDOUT. */
static int await(int fd, short events, uint64_t until_ns)
{
	struct pollfd p = { .fd = fd, .events = events };
	uint64_t now = now_ns();
	int ret;

	do {
		ret = poll(&p, 1,
			   now >= until_ns ?
				   0 :
				   (int)((until_ns - now + 999999) / 1000000));
		now = now_ns();
	} while (ret < 0 && errno == EINTR);
	return ret > 0 ? 0 : -ETIMEDOUT;
}

static uint64_t deadline(const struct check_way *way, int part)
{
	return now_ns() + (uint64_t)way->timeout_ms * 1000000u / (unsigned)part;
}

/* ---- echo ---- */

static uint16_t checksum(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

struct echo {
	int fd, family;
	bool is_raw;
};

/* One that anybody may have, or a raw one. Return: 0 or -errno. */
static int echo_open(const struct check_way *way, struct echo *echo)
{
	int family = way->to_address.family;
	int protocol = family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	struct sockaddr_storage from;
	socklen_t len = to_socket(&way->from_address, 0, &from);
	int errnum;

	echo->family = family;
	echo->is_raw = false;
	echo->fd = net_socket_open(way->from->netns_fd, family,
				   SOCK_DGRAM | SOCK_NONBLOCK, protocol, NULL);
	if (echo->fd < 0) {
		echo->is_raw = true;
		echo->fd = net_socket_open(way->from->netns_fd, family,
					   SOCK_RAW | SOCK_NONBLOCK, protocol,
					   NULL);
	}
	if (echo->fd < 0)
		return echo->fd;
	if (bind(echo->fd, (void *)&from, len) == 0)
		return 0;
	errnum = errno;
	close(echo->fd);
	return -errnum;
}

static int echo_send(const struct check_way *way, const struct echo *echo,
		     uint8_t number)
{
	bool is_v4 = echo->family == AF_INET;
	uint8_t bytes[ECHO_BYTES] = {
		[0] = is_v4 ? ICMP_ECHO : ICMP6_ECHO_REQUEST,
		[4] = PING_ID >> 8,
		[5] = PING_ID & 0xff,
		[7] = number,
	};
	uint16_t sum = checksum(bytes, sizeof(bytes));
	struct sockaddr_storage to;
	socklen_t len = to_socket(&way->to_address, 0, &to);

	if (is_v4) { /* of IPv6 the kernel computes it */
		bytes[2] = (uint8_t)(sum >> 8);
		bytes[3] = (uint8_t)sum;
	}
	if (sendto(echo->fd, bytes, sizeof(bytes), 0, (void *)&to, len) < 0)
		return -errno;
	return 0;
}

static bool is_reply(const struct echo *echo, const uint8_t *bytes, size_t len)
{
	bool is_v4 = echo->family == AF_INET;
	size_t head = 0;

	if (echo->is_raw && is_v4 && len > 0)
		head = (bytes[0] & 0xfu) * 4u;
	if (len < head + ECHO_BYTES)
		return false;
	bytes += head;
	return bytes[0] == (is_v4 ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) &&
	       (!echo->is_raw ||
		(bytes[4] == PING_ID >> 8 && bytes[5] == (PING_ID & 0xff)));
}

static int echo_receive(const struct echo *echo, uint64_t until_ns)
{
	uint8_t bytes[512];

	for (;;) {
		int ret = await(echo->fd, POLLIN, until_ns);
		ssize_t n;

		if (ret < 0)
			return ret;
		n = recv(echo->fd, bytes, sizeof(bytes), 0);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0 && is_reply(echo, bytes, (size_t)n))
			return 0;
	}
}

static int ping(const struct check_way *way, struct check_result *result)
{
	struct echo echo;
	int ret = echo_open(way, &echo);

	if (ret == -EACCES || ret == -EPERM) {
		result->outcome = CHECK_SKIPPED;
		snprintf(result->note, sizeof(result->note),
			 "not allowed to send echoes "
			 "(net.ipv4.ping_group_range, CAP_NET_RAW)");
		return 0;
	}
	if (ret < 0)
		return ret;
	for (uint8_t i = 0; i < TRIES; i++) {
		uint64_t start = now_ns();

		ret = echo_send(way, &echo, i);
		if (ret == 0)
			ret = echo_receive(&echo, deadline(way, TRIES));
		result->time_ns = now_ns() - start;
		if (ret != -ETIMEDOUT)
			break;
	}
	close(echo.fd);
	return ret;
}

/* ---- a connection ---- */

static int connect_there(const struct check_way *way, uint16_t port,
			 struct check_result *result)
{
	CLEANUP_FD int fd =
		bound(way->from, &way->from_address, SOCK_STREAM, 0);
	struct sockaddr_storage to;
	socklen_t len = to_socket(&way->to_address, port, &to);
	uint64_t start = now_ns();
	int errnum = 0, ret;

	if (fd < 0)
		return fd;
	if (connect(fd, (void *)&to, len) < 0 && errno != EINPROGRESS)
		return -errno;
	ret = await(fd, POLLOUT, deadline(way, 1));
	result->time_ns = now_ns() - start;
	if (ret < 0)
		return ret;
	len = sizeof(errnum);
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &errnum, &len);
	return -errnum;
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage where;
	socklen_t len = sizeof(where);

	/* It stands at the same place in both families. */
	if (getsockname(fd, (void *)&where, &len) < 0)
		return 0;
	return ntohs(((struct sockaddr_in *)&where)->sin_port);
}

static int tcp(const struct check_way *way, struct check_result *result)
{
	CLEANUP_FD int fd =
		bound(way->to, &way->to_address, SOCK_STREAM, way->port);

	if (fd == -EADDRINUSE) {
		snprintf(result->note, sizeof(result->note),
			 "to the program that listens on port %u", way->port);
		return connect_there(way, way->port, result);
	}
	if (fd < 0)
		return fd;
	if (listen(fd, 4) < 0)
		return -errno;
	return connect_there(way, port_of(fd), result);
}

/* ---- a datagram, and one back ---- */

static int drain(int fd, struct sockaddr_storage *from, socklen_t *len,
		 uint64_t until_ns)
{
	char bytes[16];
	int ret = await(fd, POLLIN, until_ns);

	if (ret < 0)
		return ret;
	*len = sizeof(*from);
	if (recvfrom(fd, bytes, sizeof(bytes), 0, (void *)from, len) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

static int exchange(const struct check_way *way, int from_fd, int to_fd,
		    uint16_t port)
{
	struct sockaddr_storage there, here;
	socklen_t len = to_socket(&way->to_address, port, &there);
	int ret;

	if (sendto(from_fd, "kist?", 5, 0, (void *)&there, len) < 0)
		return -errno;
	ret = drain(to_fd, &here, &len, deadline(way, TRIES));
	if (ret < 0)
		return ret;
	if (sendto(to_fd, "kist!", 5, 0, (void *)&here, len) < 0)
		return -errno;
	return drain(from_fd, &here, &len, deadline(way, TRIES));
}

static int udp(const struct check_way *way, struct check_result *result)
{
	CLEANUP_FD int to_fd =
		bound(way->to, &way->to_address, SOCK_DGRAM, way->port);
	CLEANUP_FD int from_fd =
		bound(way->from, &way->from_address, SOCK_DGRAM, 0);
	int ret = -ETIMEDOUT;

	if (to_fd == -EADDRINUSE) {
		result->outcome = CHECK_SKIPPED;
		snprintf(result->note, sizeof(result->note),
			 "a program has udp port %u", way->port);
		return 0;
	}
	if (to_fd < 0 || from_fd < 0)
		return to_fd < 0 ? to_fd : from_fd;
	for (int i = 0; i < TRIES && ret == -ETIMEDOUT; i++) {
		uint64_t start = now_ns();

		ret = exchange(way, from_fd, to_fd, port_of(to_fd));
		result->time_ns = now_ns() - start;
	}
	return ret;
}

struct check_result check_run(const struct check_way *way)
{
	static int (*const probes[CHECK_PROBE_COUNT])(
		const struct check_way *, struct check_result *) = { ping, tcp,
								     udp };
	struct check_result result = { .outcome = CHECK_OK };
	int ret = probes[way->probe](way, &result);

	if (ret < 0) {
		result.outcome = CHECK_FAILED;
		result.errnum = -ret;
	}
	return result;
}
