/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward_tcp.c - connections carried by splice(2)
 *
 * How it works
 * ============
 * A flow has two ends, and each end a pipe for what was read from it. An end is
 * read only when its pipe is empty, so "nothing to read" and "pipe full" are
 * never taken for each other. An end is watched for input while its pipe is
 * empty, for output while the other's is not, and not at all when there is
 * nothing to hope for.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include "network/forward_internal.h"

#define ONCE 65536  /* bytes moved at a time: the size of a pipe */
#define ROUNDS 4    /* before others have their turn */
#define ACCEPTS 32  /* likewise */
#define SYN_TRIES 3 /* some ten seconds, if packets are dropped inside */

enum { OUTER, INNER };

/**
 * struct end - one of the two sockets
 * @pipe:	what was read from it and not yet written to the other
 * @held:	bytes in there
 * @is_read:	it has sent its last byte
 * @is_told:	the other's end was passed on to it
 */
struct end {
	struct source source; /* the first: an end is found by it */
	struct flow *flow;
	int pipe[2];
	size_t held;
	bool is_read, is_told;
};

struct flow {
	struct end end[2];
	struct listener *listener;
	struct search search;
	bool is_connected;
	struct flow *next, **link;
};

static ready end_ready;

/* ---- beginning and end ---- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_end(struct loop *loop, struct end *end, bool reset)
{
	const struct linger at_once = { .l_onoff = 1 };

	source_want(loop, &end->source, 0);
	if (reset && end->source.fd >= 0)
		setsockopt(end->source.fd, SOL_SOCKET, SO_LINGER, &at_once,
			   sizeof(at_once));
	close_fd(&end->source.fd);
	close_fd(&end->pipe[0]);
	close_fd(&end->pipe[1]);
}

static void flow_end(struct loop *loop, struct flow *flow, bool reset)
{
	close_end(loop, &flow->end[OUTER], reset);
	close_end(loop, &flow->end[INNER], reset);
	*flow->link = flow->next;
	if (flow->next)
		flow->next->link = flow->link;
	flow->next = loop->dead_flows;
	loop->dead_flows = flow;
	loop->flow_count--;
	if (loop->has_paused)
		loop_resume(loop);
}

void tcp_bury(struct loop *loop)
{
	while (loop->dead_flows) {
		struct flow *flow = loop->dead_flows;

		loop->dead_flows = flow->next;
		free(flow);
	}
}

void tcp_close_all(struct loop *loop)
{
	while (loop->flows)
		flow_end(loop, loop->flows, true);
	tcp_bury(loop);
}

static struct flow *flow_new(struct loop *loop, struct listener *listener,
			     int outer_fd)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		return NULL;
	for (int i = 0; i < 2; i++) {
		struct end *end = &flow->end[i];

		end->source.ready = end_ready;
		end->source.fd = -1;
		end->flow = flow;
		end->pipe[0] = end->pipe[1] = -1;
	}
	flow->end[OUTER].source.fd = outer_fd;
	flow->listener = listener;
	flow->search.first = listener->good;
	flow->next = loop->flows;
	flow->link = &loop->flows;
	if (flow->next)
		flow->next->link = &flow->next;
	loop->flows = flow;
	loop->flow_count++;
	return flow;
}

/* ---- connecting inside ---- */

static void set_options(int fd)
{
	const int on = 1, tries = SYN_TRIES;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &tries, sizeof(tries));
}

/* Return: 0: under way; or -errno: not to be had. */
static int try_address(struct loop *loop, struct flow *flow,
		       const struct sockaddr_storage *address, socklen_t len)
{
	struct source *inner = &flow->end[INNER].source;

	source_want(loop, inner, 0);
	close_fd(&inner->fd);
	inner->fd = socket(address->ss_family,
			   SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (inner->fd < 0)
		return -errno;
	set_options(inner->fd);
	if (connect(inner->fd, (const void *)address, len) < 0 &&
	    errno != EINPROGRESS)
		return -errno;
	return source_want(loop, inner, EPOLLOUT);
}

/* From the address that answered last, all round; then give up. */
static void connect_next(struct loop *loop, struct flow *flow)
{
	struct sockaddr_storage address;
	socklen_t len;

	do {
		len = inside_next(loop, &flow->search, flow->listener->inner,
				  &address);
		if (len == 0) {
			flow_end(loop, flow, true);
			return;
		}
	} while (try_address(loop, flow, &address, len) < 0);
}

static void connected(struct loop *loop, struct flow *flow)
{
	int errnum = 0;
	socklen_t len = sizeof(errnum);
	struct end *inner = &flow->end[INNER], *outer = &flow->end[OUTER];

	getsockopt(inner->source.fd, SOL_SOCKET, SO_ERROR, &errnum, &len);
	if (errnum) {
		connect_next(loop, flow);
		return;
	}
	flow->listener->good = flow->search.at;
	flow->is_connected = true;
	if (pipe2(outer->pipe, O_NONBLOCK | O_CLOEXEC) < 0 ||
	    pipe2(inner->pipe, O_NONBLOCK | O_CLOEXEC) < 0 ||
	    source_want(loop, &outer->source, EPOLLIN) < 0 ||
	    source_want(loop, &inner->source, EPOLLIN) < 0)
		flow_end(loop, flow, true);
}

/* ---- carrying ---- */

/* From a socket into its pipe, from there to the other. Return: was something
 * moved? -errno: broken. */
static int carry(struct end *from, struct end *to)
{
	const unsigned flags = SPLICE_F_NONBLOCK | SPLICE_F_MOVE;
	ssize_t n;
	int moved = 0;

	if (!from->is_read && from->held == 0) {
		n = splice(from->source.fd, NULL, from->pipe[1], NULL, ONCE,
			   flags);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			from->held = (size_t)n;
		from->is_read = n == 0;
		moved = n >= 0;
	}
	if (from->held > 0) {
		n = splice(from->pipe[0], NULL, to->source.fd, NULL, from->held,
			   flags);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			from->held -= (size_t)n;
		moved = moved || n > 0;
	}
	if (from->is_read && from->held == 0 && !to->is_told) {
		to->is_told = true;
		shutdown(to->source.fd, SHUT_WR);
	}
	return moved;
}

static uint32_t wanted(const struct end *end, const struct end *other)
{
	return (!end->is_read && end->held == 0 ? EPOLLIN : 0) |
	       (other->held > 0 ? EPOLLOUT : 0);
}

static void end_ready(struct loop *loop, struct source *source, uint32_t events)
{
	struct flow *flow = ((struct end *)source)->flow;
	struct end *a = &flow->end[OUTER], *b = &flow->end[INNER];
	int there = 1, back = 1;

	if (!flow->is_connected) {
		connected(loop, flow);
		return;
	}
	for (int i = 0; i < ROUNDS && (there > 0 || back > 0); i++) {
		there = carry(a, b);
		back = carry(b, a);
		if (there < 0 || back < 0)
			break;
	}
	if (there < 0 || back < 0 || (events & EPOLLERR))
		flow_end(loop, flow, true);
	else if (a->is_told && b->is_told)
		flow_end(loop, flow, false);
	else if (source_want(loop, &a->source, wanted(a, b)) < 0 ||
		 source_want(loop, &b->source, wanted(b, a)) < 0)
		flow_end(loop, flow, true);
}

/* Until a flow ends, or a little later. */
static void pause_listener(struct loop *loop, struct listener *listener)
{
	loop->has_paused = true;
	listener->is_paused = source_want(loop, &listener->source, 0) == 0;
}

void tcp_accept(struct loop *loop, struct source *source, uint32_t events)
{
	struct listener *listener = (struct listener *)source;

	(void)events;
	for (int i = 0; i < ACCEPTS; i++) {
		struct flow *flow;
		int fd;

		if (loop->flow_count >= loop->flow_max) {
			pause_listener(loop, listener);
			return;
		}
		fd = accept4(source->fd, NULL, NULL,
			     SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE ||
			    errno == ENOBUFS || errno == ENOMEM)
				pause_listener(loop, listener);
			return;
		}
		set_options(fd);
		flow = flow_new(loop, listener, fd);
		if (flow)
			connect_next(loop, flow);
		else
			close(fd);
	}
}
