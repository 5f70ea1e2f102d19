/* SPDX-License-Identifier: Apache-2.0 */
/* forward_internal.h - what the parts of the forwarder share */
#ifndef NETWORK_FORWARD_INTERNAL_H
#define NETWORK_FORWARD_INTERNAL_H

#include <sys/socket.h>

#include "network/forward.h"

#define INSIDE_MAX 64

struct loop;
struct source;
struct flow;
struct peer;

/* Something epoll watches: what to do when it is ready. */
typedef void ready(struct loop *loop, struct source *source, uint32_t events);
struct source {
	ready *ready;
	int fd;
	uint32_t wanted; /* events asked for; 0: not watched */
};

/**
 * struct listener - the outer side of a port
 * @good:	which address inside answered last
 * @is_paused:	no fds were left: not listening for the moment
 */
struct listener {
	struct source source;
	enum forward_protocol protocol;
	uint16_t inner;
	unsigned good;
	bool is_paused;
};

/* Addresses of the inner namespace, the likeliest first. */
struct inside {
	struct sockaddr_storage list[INSIDE_MAX];
	unsigned count;
	int64_t loaded_ms;
};

/* Where on the list one is: from @first all round, each address once. */
struct search {
	unsigned first, at, tries;
};

/**
 * struct loop - all of it
 * @flow_max:	so many have all the descriptors they need; more have to wait
 * @dead_flows, @dead_peers: ended; events in hand may still name them
 * @peers:	of UDP, the one that was silent longest first
 * @datagram:	64 KiB
 */
struct loop {
	int epoll_fd;
	struct listener *listeners;
	size_t count;
	struct inside inside;
	const struct forward_stop *stop;
	bool is_over, has_paused;
	struct flow *flows, *dead_flows;
	size_t flow_count, flow_max;
	struct peer *peers, *peers_last, *dead_peers;
	unsigned peer_count;
	char *datagram;
};

int64_t now_ms(void);

/* Watch for @events from now on; 0: for nothing. */
int source_want(struct loop *loop, struct source *source, uint32_t events);

/* The next address to try for @port; at first that of @first. Return: its
 * length; 0: all were tried. */
socklen_t inside_next(struct loop *loop, struct search *search, uint16_t port,
		      struct sockaddr_storage *ret_address);

/* Take new connections again: fds have become free. */
void loop_resume(struct loop *loop);

ready tcp_accept;
void tcp_bury(struct loop *loop); /* free the dead */
void tcp_close_all(struct loop *loop);

ready udp_receive;
/* Forget silent peers. Return: milliseconds until the next one is; -1. */
int udp_expire(struct loop *loop);
void udp_bury(struct loop *loop);
void udp_close_all(struct loop *loop);

#endif
