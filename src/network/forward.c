/* SPDX-License-Identifier: Apache-2.0 */
/* forward.c - ports of one network namespace carried into another: the loop */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>

#include "network/forward_internal.h"

#define EVENTS 64
#define RELOAD_MS 1000
#define FDS_FLOW 6
#define FDS_OURS 24
#define RETRY_MS 200 /* after running out of fds */

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int source_want(struct loop *loop, struct source *source, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = source };
	int what = EPOLL_CTL_MOD;

	if (events == source->wanted)
		return 0;
	/* Unwatched, for an end that hangs up is reported for ever. */
	if (!events)
		what = EPOLL_CTL_DEL;
	else if (!source->wanted)
		what = EPOLL_CTL_ADD;
	if (epoll_ctl(loop->epoll_fd, what, source->fd, &event) < 0)
		return -errno;
	source->wanted = events;
	return 0;
}

/* ---- addresses inside ---- */

static void add_address(struct inside *inside, const struct sockaddr *address)
{
	size_t len = address->sa_family == AF_INET ?
			     sizeof(struct sockaddr_in) :
			     sizeof(struct sockaddr_in6);

	if (inside->count == INSIDE_MAX)
		return;
	memcpy(&inside->list[inside->count++], address, len);
}

static void load_inside(struct inside *inside)
{
	const struct sockaddr_in v4 = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	const struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
					 .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct ifaddrs *all = NULL;

	memset(inside, 0, sizeof(*inside));
	add_address(inside, (const void *)&v4);
	add_address(inside, (const void *)&v6);
	inside->loaded_ms = now_ms();
	if (getifaddrs(&all) < 0)
		return;
	for (struct ifaddrs *one = all; one; one = one->ifa_next)
		if (one->ifa_addr && !(one->ifa_flags & IFF_LOOPBACK) &&
		    (one->ifa_addr->sa_family == AF_INET ||
		     one->ifa_addr->sa_family == AF_INET6))
			add_address(inside, one->ifa_addr);
	freeifaddrs(all);
}

static void inside_refresh(struct inside *inside)
{
	/* Links come and go; but a closed port must not cost a dump a try. */
	if (inside->count == 0 || now_ms() - inside->loaded_ms > RELOAD_MS)
		load_inside(inside);
}

socklen_t inside_next(struct loop *loop, struct search *search, uint16_t port,
		      struct sockaddr_storage *ret_address)
{
	struct inside *inside = &loop->inside;

	inside_refresh(inside);
	if (search->tries++ == 0) {
		if (search->first >= inside->count)
			search->first = 0;
		search->at = search->first;
	} else {
		search->at = (search->at + 1) % inside->count;
		if (search->at == search->first || search->tries > INSIDE_MAX)
			return 0;
	}
	*ret_address = inside->list[search->at];
	((struct sockaddr_in *)ret_address)->sin_port = htons(port);
	return ret_address->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
						   sizeof(struct sockaddr_in6);
}

/* ---- the loop ---- */

void loop_resume(struct loop *loop)
{
	loop->has_paused = false;
	for (size_t i = 0; i < loop->count; i++) {
		struct listener *l = &loop->listeners[i];

		if (l->is_paused)
			l->is_paused = source_want(loop, &l->source, EPOLLIN) <
				       0;
	}
}

static void stop_ready(struct loop *loop, struct source *source,
		       uint32_t events)
{
	(void)events;
	if (loop->stop->is_over(loop->stop->arg, source->fd))
		loop->is_over = true;
}

static int watch_all(struct loop *loop, struct source *stops,
		     const struct forward_port *ports, const int *sockets)
{
	int ret = 0;

	for (size_t i = 0; i < loop->stop->count && ret == 0; i++) {
		stops[i] = (struct source){ stop_ready, loop->stop->fds[i], 0 };
		if (stops[i].fd >= 0)
			ret = source_want(loop, &stops[i], EPOLLIN);
	}
	for (size_t i = 0; i < loop->count && ret == 0; i++) {
		struct listener *l = &loop->listeners[i];

		l->protocol = ports[i].protocol;
		l->inner = ports[i].inner;
		l->source.fd = sockets[i];
		l->source.ready = l->protocol == FORWARD_TCP ? tcp_accept :
							       udp_receive;
		ret = source_want(loop, &l->source, EPOLLIN);
	}
	return ret;
}

/* A flow takes six descriptors; some are for datagrams, and for ourselves. */
static size_t most_flows(size_t listeners)
{
	struct rlimit files = { 1024, 1024 };
	rlim_t peers, taken;

	(void)!getrlimit(RLIMIT_NOFILE, &files);
	peers = files.rlim_cur / 8;
	if (peers > FORWARD_PEERS_MAX)
		peers = FORWARD_PEERS_MAX;
	taken = peers + listeners + FDS_OURS;
	if (files.rlim_cur < taken + FDS_FLOW)
		return 1;
	return (size_t)((files.rlim_cur - taken) / FDS_FLOW);
}

static void turn(struct loop *loop)
{
	struct epoll_event events[EVENTS];
	int timeout = udp_expire(loop), count;

	if (loop->has_paused && (timeout < 0 || timeout > RETRY_MS))
		timeout = RETRY_MS;
	count = epoll_wait(loop->epoll_fd, events, EVENTS, timeout);
	if (count == 0 && loop->has_paused)
		loop_resume(loop);
	for (int i = 0; i < count && !loop->is_over; i++) {
		struct source *source = events[i].data.ptr;

		/* One that an earlier event has ended has nothing to do. */
		if (source->fd >= 0)
			source->ready(loop, source, events[i].events);
	}
	tcp_bury(loop);
	udp_bury(loop);
}

int forward_run(const struct forward_port *ports, const int *sockets,
		size_t count, const struct forward_stop *stop)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	struct source *stops = calloc(stop->count + 1, sizeof(*stops));
	int ret = -ENOMEM;

	if (!loop || !stops)
		goto out;
	loop->stop = stop;
	loop->count = count;
	loop->flow_max = most_flows(count);
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->listeners = calloc(count + 1, sizeof(*loop->listeners));
	loop->datagram = malloc(65536);
	if (loop->epoll_fd >= 0 && loop->listeners && loop->datagram)
		ret = watch_all(loop, stops, ports, sockets);
	while (ret == 0 && !loop->is_over)
		turn(loop);
	tcp_close_all(loop);
	udp_close_all(loop);
	if (loop->epoll_fd >= 0)
		close(loop->epoll_fd);
	free(loop->listeners);
	free(loop->datagram);
out:
	free(stops);
	free(loop);
	return ret;
}
