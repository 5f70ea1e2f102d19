/* SPDX-License-Identifier: Apache-2.0 */
/**
 * forward.h - ports of one network namespace carried into another
 *
 * How it works
 * ============
 * One thread, one epoll. The listening sockets are made while the process is
 * in the outer namespace and stay there for good; then the process enters the
 * inner one, and every socket it makes from then on is in that. So a
 * connection needs no privilege, and the process keeps none: no capability, no
 * path, no program to execute.
 *
 *	forward_listen()	outside, once a port
 *	ns_enter(), …		the caller becomes an insider and a nobody
 *	forward_run()		until told to stop
 *
 * TCP is carried by splice(2) through a pipe in each direction: bytes are not
 * copied into the process. Half-closed connections stay half open, and a reset
 * is passed on as a reset. UDP has a socket inside for each peer outside, and
 * forgets it after FORWARD_UDP_IDLE_MS without a datagram.
 *
 * Inside, the program is looked for on 127.0.0.1, on ::1, then on each other
 * address of the namespace. It sees such an address as its peer, not the real
 * one.
 *
 * Threads: the loop belongs to one thread.
 */
#ifndef NETWORK_FORWARD_H
#define NETWORK_FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define FORWARD_UDP_IDLE_MS 60000
#define FORWARD_PEERS_MAX 1024 /* of UDP, for all ports together */
#define FORWARD_TEXT 80

enum forward_protocol { FORWARD_TCP, FORWARD_UDP };

/**
 * struct forward_port - one port
 * @family:	AF_INET, AF_INET6, or 0: all addresses of the machine
 * @address:	of the outside, in @family
 * @outer:	port outside; 0: whichever is free
 * @inner:	port inside
 */
struct forward_port {
	enum forward_protocol protocol;
	int family;
	struct in6_addr address;
	uint16_t outer, inner;
};

/**
 * forward_parse() - read "[IP:]OUTER:INNER[/tcp|/udp]"
 *
 * Also "INNER" alone (any port outside), "IP::INNER", ranges of the same
 * length ("8000-8009:80-89"), and "[V6]:OUTER:INNER".
 *
 * @ret_count: of a range: how many ports; @ret_first is the first
 *
 * Return: 0, or -EINVAL (PORT_SYNTAX).
 */
MUST_CHECK int forward_parse(const char *text, struct forward_port *ret_first,
			     unsigned *ret_count, struct kist_error *err);

/* "127.0.0.1:8080", "[::1]:8080" or "8080". */
void forward_format_outer(const struct forward_port *port, char *buf,
			  size_t size);
const char *forward_protocol_name(enum forward_protocol protocol);

/**
 * forward_listen() - open the outer side, in the namespace of the caller
 * @port:	@outer is filled in if it was 0
 *
 * Return: the socket; -EADDRINUSE (PORT_TAKEN), -EACCES (PORT_DENIED),
 * -EADDRNOTAVAIL (PORT_ADDRESS), or what a system call gave.
 */
MUST_CHECK int forward_listen(struct forward_port *port,
			      struct kist_error *err);

/**
 * struct forward_stop - what may end the loop
 * @fds, @count: when one is readable (or its other end is gone) …
 * @is_over:	… this is asked; it reads what is there to read
 */
struct forward_stop {
	const int *fds;
	size_t count;
	bool (*is_over)(void *arg, int fd);
	void *arg;
};

/**
 * forward_run() - carry, until told to stop
 * @sockets:	of forward_listen(), one a port; they stay the caller's
 *
 * Connections that are open at the end are reset. SIGPIPE must be ignored.
 *
 * Return: 0, or a negative errno (the loop could not be set up).
 */
MUST_CHECK int forward_run(const struct forward_port *ports, const int *sockets,
			   size_t count, const struct forward_stop *stop);

#endif
