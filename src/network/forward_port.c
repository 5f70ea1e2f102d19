/* SPDX-License-Identifier: Apache-2.0 */
/* forward_port.c - a port that is to be carried: reading it, opening it */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/num.h"
#include "network/forward.h"

static const char *const protocol_names[] = { "tcp", "udp" };

const char *forward_protocol_name(enum forward_protocol protocol)
{
	return protocol_names[protocol];
}

/* ---- reading ---- */

static int is_no_port(const char *text, const char *why, struct kist_error *err)
{
	return err_set(err, KIST_E_PORT_SYNTAX, "'%s' is not a port: %s", text,
		       why);
}

static bool parse_number(const char *text, size_t len, uint16_t *ret_port)
{
	uint64_t value;

	if (num_parse_u64_n(text, len, &value) < 0 || value < 1 ||
	    value > 65535)
		return false;
	*ret_port = (uint16_t)value;
	return true;
}

/* "80" or "80-89" */
static bool parse_range(const char *text, size_t len, uint16_t *ret_first,
			unsigned *ret_count)
{
	const char *dash = memchr(text, '-', len);
	uint16_t last;

	if (!dash) {
		*ret_count = 1;
		return parse_number(text, len, ret_first);
	}
	if (!parse_number(text, (size_t)(dash - text), ret_first) ||
	    !parse_number(dash + 1, (size_t)(text + len - dash - 1), &last) ||
	    last < *ret_first)
		return false;
	*ret_count = last - *ret_first + 1u;
	return true;
}

/* "127.0.0.1", "[::1]", "::1" */
static bool parse_address(const char *text, size_t len,
			  struct forward_port *port)
{
	char word[INET6_ADDRSTRLEN];

	if (len > 1 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(word))
		return false;
	memcpy(word, text, len);
	word[len] = '\0';
	if (inet_pton(AF_INET, word, &port->address) == 1)
		port->family = AF_INET;
	else if (inet_pton(AF_INET6, word, &port->address) == 1)
		port->family = AF_INET6;
	else
		return false;
	return true;
}

static bool parse_protocol(const char *text, size_t *len,
			   struct forward_port *port)
{
	const char *slash = memchr(text, '/', *len);

	if (!slash)
		return true;
	for (unsigned i = 0; i < ARRAY_LEN(protocol_names); i++) {
		if (strcmp(slash + 1, protocol_names[i]) != 0)
			continue;
		port->protocol = i;
		*len = (size_t)(slash - text);
		return true;
	}
	return false;
}

static const char *last_colon(const char *text, size_t len)
{
	while (len > 0 && text[len - 1] != ':')
		len--;
	return len > 0 ? text + len - 1 : NULL;
}

/* "[IP:]OUTER" before the last colon */
static const char *parse_outer(const char *text, size_t len,
			       struct forward_port *port, unsigned *count)
{
	const char *colon = last_colon(text, len), *number = text;

	if (colon) {
		if (!parse_address(text, (size_t)(colon - text), port))
			return "what is before the ports is no address";
		number = colon + 1;
	}
	len -= (size_t)(number - text);
	*count = 0;
	if (len == 0 && colon)
		return NULL; /* "IP::80": whichever port is free */
	if (!parse_range(number, len, &port->outer, count))
		return "ports are numbers from 1 to 65535, or ranges of them";
	return NULL;
}

int forward_parse(const char *text, struct forward_port *ret_first,
		  unsigned *ret_count, struct kist_error *err)
{
	struct forward_port port = { 0 };
	size_t len = strlen(text);
	const char *colon, *inner = text, *bad = NULL;
	unsigned inners, outers = 0;

	if (!parse_protocol(text, &len, &port))
		return is_no_port(text, "the protocols are tcp and udp", err);
	colon = last_colon(text, len);
	if (colon) {
		bad = parse_outer(text, (size_t)(colon - text), &port, &outers);
		inner = colon + 1;
	}
	if (bad)
		return is_no_port(text, bad, err);
	if (!parse_range(inner, (size_t)(text + len - inner), &port.inner,
			 &inners))
		return is_no_port(
			text, "ports are numbers from 1 to 65535, or ranges",
			err);
	if (outers && outers != inners)
		return is_no_port(text, "the two ranges differ in length", err);

	*ret_first = port;
	*ret_count = inners;
	return 0;
}

void forward_format_outer(const struct forward_port *port, char *buf,
			  size_t size)
{
	char address[INET6_ADDRSTRLEN];

	if (!port->family) {
		snprintf(buf, size, "%u", port->outer);
		return;
	}
	inet_ntop(port->family, &port->address, address, sizeof(address));
	snprintf(buf, size, port->family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address, port->outer);
}

/* ---- opening ---- */

static int refused(const struct forward_port *port, int errnum,
		   struct kist_error *err)
{
	const char *protocol = forward_protocol_name(port->protocol);
	enum kist_err id = KIST_E_SYSTEM;
	char outer[FORWARD_TEXT];

	forward_format_outer(port, outer, sizeof(outer));
	if (errnum == EADDRINUSE)
		id = KIST_E_PORT_TAKEN;
	else if (errnum == EACCES)
		id = KIST_E_PORT_DENIED;
	else if (errnum == EADDRNOTAVAIL)
		id = KIST_E_PORT_ADDRESS;
	return err_sys(err, id, errnum, "listen on %s port %s", protocol,
		       outer);
}

static socklen_t socket_address(const struct forward_port *port, int family,
				struct sockaddr_storage *ret_address)
{
	struct sockaddr_in6 *v6 = (void *)ret_address;
	struct sockaddr_in *v4 = (void *)ret_address;

	memset(ret_address, 0, sizeof(*ret_address));
	ret_address->ss_family = (sa_family_t)family;
	if (family == AF_INET) {
		v4->sin_port = htons(port->outer);
		if (port->family)
			memcpy(&v4->sin_addr, &port->address,
			       sizeof(v4->sin_addr));
		return sizeof(*v4);
	}
	v6->sin6_port = htons(port->outer);
	if (port->family)
		v6->sin6_addr = port->address;
	return sizeof(*v6);
}

static void set_options(const struct forward_port *port, int family, int fd)
{
	const int on = 1, off = 0;

	if (family == AF_INET6 && !port->family)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (port->protocol == FORWARD_TCP) {
		/* A listener may come back while old connections linger. */
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		return;
	}
	/* A reply leaves from the address that was asked. */
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	else
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
}

static int listen_in(struct forward_port *port, int family, int *ret_fd)
{
	bool is_tcp = port->protocol == FORWARD_TCP;
	struct sockaddr_storage address;
	socklen_t len = socket_address(port, family, &address);
	CLEANUP_FD int fd = socket(family,
				   (is_tcp ? SOCK_STREAM : SOCK_DGRAM) |
					   SOCK_CLOEXEC | SOCK_NONBLOCK,
				   0);

	if (fd < 0)
		return -errno;
	set_options(port, family, fd);
	if (bind(fd, (void *)&address, len) < 0 ||
	    (is_tcp && listen(fd, 512) < 0))
		return -errno;
	len = sizeof(address);
	if (getsockname(fd, (void *)&address, &len) < 0)
		return -errno;
	/* The port stands at the same place in both families. */
	port->outer = ntohs(((struct sockaddr_in *)&address)->sin_port);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int forward_listen(struct forward_port *port, struct kist_error *err)
{
	int fd, ret = listen_in(port, port->family ?: AF_INET6, &fd);

	if (!port->family && (ret == -EAFNOSUPPORT || ret == -EADDRNOTAVAIL))
		ret = listen_in(port, AF_INET, &fd); /* no IPv6 here */
	return ret < 0 ? refused(port, -ret, err) : fd;
}
