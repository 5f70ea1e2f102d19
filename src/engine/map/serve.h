/* SPDX-License-Identifier: Apache-2.0 */
/* serve.h - the connections of kist map --serve */
#ifndef ENGINE_MAP_SERVE_H
#define ENGINE_MAP_SERVE_H

#include <kist/map.h>

#include "base/buf.h"
#include "engine/map/serve_http.h"

#define CLIENTS_MAX 64

/**
 * struct client - one connection
 * @fd:		-1: a free place
 * @out:	what is to be sent; @sent of it is
 * @listens:	gets an event whenever the map is another
 * @is_half:	it will send no more, and still reads
 * @seen:	the number of the map it was given last
 * @since_ms:	when it came, or last took something
 */
struct client {
	int fd;
	char in[HTTP_REQUEST_MAX];
	size_t in_len, sent;
	struct buf out;
	bool is_answered, listens, is_half;
	uint64_t seen;
	int64_t since_ms;
};

/**
 * struct server
 * @json:	the newest map, on one line; number @version
 * @read_ms:	when it was read
 */
struct server {
	const struct kist *kist;
	const char *token;
	uint16_t port;
	int listen_fds[2], signal_fd;
	struct client clients[CLIENTS_MAX];
	struct buf json;
	uint64_t version;
	int64_t read_ms;
};

/* 127.0.0.1 and, where there is IPv6, ::1, on the same port. */
MUST_CHECK int serve_listen(uint16_t port, int ret_fds[2], uint16_t *ret_port,
			    struct kist_error *err);

int64_t serve_now_ms(void);

/* A connection is taken in; if all places are taken, the oldest that has not
 * yet shown the token has to go. */
void clients_accept(struct server *s, int listen_fd);
void client_drop(struct client *c);
/* What the client sent is read and, when complete, answered. */
void client_read(struct server *s, struct client *c);
void client_write(struct client *c);
/* Those that are too slow go, listeners get what is new. */
void clients_tick(struct server *s);
bool clients_listen(const struct server *s);

#endif
