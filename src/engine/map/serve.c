/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve.c - kist map --serve: the page on a loopback address, kept up to date
 *
 * One thread, one poll(2) loop. Nothing of the machine is read while nobody
 * asks or listens. Who may see the map is who was given the token: other users
 * of the machine reach the same address.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#include "engine/map/serve.h"
#include "engine/names.h"

#define TICK_MS 250
#define TOKEN_MIN 8
#define BACKLOG 32

/* ---- listening ---- */

static int listen_at(int family, uint16_t port)
{
	const struct sockaddr_in v4 = { .sin_family = AF_INET,
					.sin_port = htons(port),
					.sin_addr.s_addr =
						htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
					 .sin6_port = htons(port),
					 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	bool is_v4 = family == AF_INET;
	CLEANUP_FD int fd =
		socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd < 0)
		return -errno;
	/* Connections of a server that has just ended do not keep the port. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0 ||
	    bind(fd, is_v4 ? (const void *)&v4 : (const void *)&v6,
		 is_v4 ? sizeof(v4) : sizeof(v6)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static uint16_t port_of(int fd)
{
	struct sockaddr_in address = { 0 };
	socklen_t len = sizeof(address);

	return getsockname(fd, (void *)&address, &len) < 0 ?
		       0 :
		       ntohs(address.sin_port);
}

static int cannot_listen(const char *address, uint16_t port, int ret,
			 struct kist_error *err)
{
	err_sys(err, KIST_E_SYSTEM, -ret, "listen on %s, port %u", address,
		port);
	if (ret == -EADDRINUSE)
		err_hint(err, "without a number a free port is taken");
	else if (ret == -EACCES)
		err_hint(err, "ordinary users have the ports from 1024 on");
	return ret;
}

int serve_listen(uint16_t port, int ret_fds[2], uint16_t *ret_port,
		 struct kist_error *err)
{
	CLEANUP_FD int v4 = listen_at(AF_INET, port);
	uint16_t found;
	int v6;

	if (v4 < 0)
		return cannot_listen("127.0.0.1", port, v4, err);
	found = port_of(v4);
	v6 = listen_at(AF_INET6, found);
	/* "localhost" may be ::1, and must not be another program's. Any
	 * other reason is a machine without IPv6. */
	if (v6 == -EADDRINUSE && port)
		return cannot_listen("::1", port, v6, err);
	ret_fds[0] = TAKE_FD(v4);
	ret_fds[1] = v6;
	*ret_port = found;
	return 0;
}

/* ---- the loop ---- */

/* @ret_clients: whose the entries behind the first three are */
static nfds_t watch_all(struct server *s, struct pollfd *polls,
			struct client **ret_clients)
{
	nfds_t count = 3;

	polls[0] = (struct pollfd){ .fd = s->signal_fd, .events = POLLIN };
	for (size_t i = 0; i < 2; i++)
		polls[1 + i] = (struct pollfd){ .fd = s->listen_fds[i],
						.events = POLLIN };
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0)
			continue;
		ret_clients[count] = c;
		polls[count++] = (struct pollfd){
			.fd = c->fd,
			.events = (short)((c->is_half ? 0 : POLLIN) |
					  (c->out.len ? POLLOUT : 0)),
		};
	}
	return count;
}

/* Nothing to wait for but a new connection: sleep until it comes. */
static int timeout_of(nfds_t count)
{
	return count > 3 ? TICK_MS : -1;
}

static int serve(struct server *s)
{
	struct pollfd polls[3 + CLIENTS_MAX];
	struct client *clients[3 + CLIENTS_MAX];

	for (;;) {
		nfds_t count = watch_all(s, polls, clients);

		if (poll(polls, count, timeout_of(count)) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (polls[0].revents)
			return 0;
		for (nfds_t i = 3; i < count; i++) {
			if (polls[i].revents & POLLOUT)
				client_write(clients[i]);
			if (clients[i]->fd < 0 ||
			    !(polls[i].revents & ~POLLOUT))
				continue;
			if (clients[i]->is_half)
				client_drop(clients[i]);
			else
				client_read(s, clients[i]);
		}
		clients_tick(s);
		for (size_t i = 0; i < 2; i++)
			if (polls[1 + i].revents)
				clients_accept(s, s->listen_fds[i]);
	}
}

/* ---- the whole ---- */

static int check_token(const char *token, struct kist_error *err)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (strlen(token) >= TOKEN_MIN && strlen(token) <= 200 &&
	    !token[strspn(token, good)])
		return 0;
	err_set(err, KIST_E_OPTION_VALUE, "the token cannot be used");
	err_hint(err, "8 to 200 letters, digits, '-' and '_'; without one a "
		      "random one is made");
	return -EINVAL;
}

static int run(struct server *s, const sigset_t *signals,
	       void (*ready)(void *context, const char *url), void *context,
	       struct kist_error *err)
{
	char url[300];
	int ret;

	s->signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signal_fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "wait for signals");
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/?token=%s", s->port,
		 s->token);
	if (ready)
		ready(context, url);
	ret = serve(s);
	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "wait for connections") :
			 0;
}

/* A signal that ended it is taken from the caller, who asked for that. */
static void take_signal(struct server *s)
{
	struct signalfd_siginfo info;

	if (s->signal_fd >= 0 &&
	    read(s->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
}

static void end(struct server *s)
{
	const int fds[] = { s->listen_fds[0], s->listen_fds[1], s->signal_fd };

	take_signal(s);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		client_drop(&s->clients[i]);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	buf_done(&s->json);
	free(s);
}

int kist_map_serve(const struct kist *kist, uint16_t port, const char *token,
		   void (*ready)(void *context, const char *url), void *context,
		   struct kist_error *err)
{
	struct server *s;
	sigset_t signals, before;
	struct id made;
	int ret = token ? check_token(token, err) : 0;

	if (ret < 0)
		return ret;
	s = calloc(1, sizeof(*s));
	if (!s)
		return err_nomem(err);
	id_random(&made);
	s->kist = kist;
	s->token = token ? token : made.text;
	s->listen_fds[0] = s->listen_fds[1] = s->signal_fd = -1;
	buf_init(&s->json);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		s->clients[i].fd = -1;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, &before);
	ret = serve_listen(port, s->listen_fds, &s->port, err);
	if (ret == 0)
		ret = run(s, &signals, ready, context, err);
	end(s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ret;
}
