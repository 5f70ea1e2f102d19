/* SPDX-License-Identifier: Apache-2.0 */
/**
 * serve_http.h - the little of HTTP/1.1 (RFC 9112) that kist map --serve speaks
 *
 * Bytes in, a verdict out; nothing is opened or sent here.
 */
#ifndef ENGINE_MAP_SERVE_HTTP_H
#define ENGINE_MAP_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define HTTP_REQUEST_MAX 8192 /* request line and headers */

enum http_what {
	HTTP_PAGE,   /* / */
	HTTP_MAP,    /* /map.json */
	HTTP_EVENTS, /* /events */
	HTTP_WHAT_COUNT
};

/**
 * http_judge() - may this request be answered, and with what
 * @bytes:	what has come so far
 * @port:	ours: the Host header must name it and this machine, for a page
 *		elsewhere could have its name resolve to us (DNS rebinding)
 * @token:	must stand in the query, "?token="; compared in a time that does
 *		not depend on where it differs
 *
 * Return: 0: not complete yet; else the status: 200 (@ret_what is set), 400,
 * 403, 404, 405 or 431.
 */
int http_judge(const char *bytes, size_t len, uint16_t port, const char *token,
	       enum http_what *ret_what);

/* Append a whole answer; @body is text for @status other than 200. */
void http_answer(struct buf *out, int status, const char *type,
		 const char *body, size_t len);
/* Append the beginning of an endless one, and an event of one line of text. */
void http_events_begin(struct buf *out);
void http_event(struct buf *out, const char *line);

#endif
