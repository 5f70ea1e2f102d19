/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve_clients.c - the connections of kist map --serve
 *
 * How it works
 * ============
 * A connection is one request and its answer. It has REQUEST_MS for the
 * former, and as long again for each piece of the latter. One that listens stays,
 * and is given the newest map when it has taken the one before: who is slow
 * misses some and makes nothing grow.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "engine/map/json.h"
#include "engine/map/page.h"
#include "engine/map/serve.h"
#include "sys/socket.h"

#define REQUEST_MS 3000
#define PERIOD_MS 1000 /* between two looks at the machine */
#define DRAIN_MAX 16   /* pieces of what comes behind a request */

int64_t serve_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the newest map ---- */

/* Read it, unless that was done a moment ago. Return: 0 or -errno. */
static int refresh(struct server *s)
{
	int64_t now = serve_now_ms();
	struct kist_error err = { 0 };
	struct kist_map map;
	struct buf json;
	int ret;

	if (s->version && now - s->read_ms < PERIOD_MS / 2)
		return 0;
	ret = kist_map(s->kist, 0, &map, &err);
	if (ret < 0)
		return ret;
	buf_init(&json);
	map_json(&map, NULL, &json);
	kist_map_free(&map);
	s->read_ms = serve_now_ms();
	if (buf_failed(&json)) {
		buf_done(&json);
		return -ENOMEM;
	}
	if (s->version && s->json.len == json.len &&
	    memcmp(s->json.data, json.data, json.len) == 0) {
		buf_done(&json);
		return 0;
	}
	buf_done(&s->json);
	s->json = json;
	s->version++;
	return 0;
}

/* ---- places ---- */

void client_drop(struct client *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	buf_done(&c->out);
	c->fd = -1;
}

static struct client *find_place(struct server *s)
{
	struct client *oldest = NULL;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0)
			return c;
		if (!c->is_answered &&
		    (!oldest || c->since_ms < oldest->since_ms))
			oldest = c;
	}
	if (oldest)
		client_drop(oldest);
	return oldest;
}

void clients_accept(struct server *s, int listen_fd)
{
	struct client *c;
	int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	c = find_place(s);
	if (!c) {
		close(fd);
		return;
	}
	c->fd = fd;
	c->in_len = c->sent = 0;
	c->is_answered = c->listens = c->is_half = false;
	c->since_ms = serve_now_ms();
	buf_init(&c->out);
}

bool clients_listen(const struct server *s)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (s->clients[i].fd >= 0 && s->clients[i].listens)
			return true;
	return false;
}

/* ---- answers ---- */

static void answer_text(struct client *c, int status, const char *text)
{
	http_answer(&c->out, status, "text/plain; charset=utf-8", text,
		    strlen(text));
}

static void answer_page(struct server *s, struct client *c)
{
	CLEANUP_BUF struct buf page;

	buf_init(&page);
	map_page(s->json.data, &page);
	if (!buf_failed(&page))
		http_answer(&c->out, 200, "text/html; charset=utf-8", page.data,
			    page.len);
}

static void give_map(struct server *s, struct client *c)
{
	http_event(&c->out, s->json.data);
	c->seen = s->version;
}

static void answer(struct server *s, struct client *c, int status,
		   enum http_what what)
{
	static const char refusal[] =
		"kist: this page is opened with the address that kist map "
		"--serve printed\n";

	if (status != 200) {
		answer_text(c, status,
			    status == 403 ? refusal :
					    "kist: there is nothing here\n");
	} else if (refresh(s) < 0) {
		answer_text(c, 500, "kist: the machine cannot be read\n");
	} else if (what == HTTP_PAGE) {
		answer_page(s, c);
	} else if (what == HTTP_MAP) {
		http_answer(&c->out, 200, "application/json", s->json.data,
			    s->json.len);
	} else {
		http_events_begin(&c->out);
		c->listens = true;
		give_map(s, c);
	}
}

void client_write(struct client *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent,
				 c->out.len - c->sent, MSG_NOSIGNAL);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0) {
			client_drop(c);
			return;
		}
		c->sent += (size_t)n;
		c->since_ms = serve_now_ms();
	}
	c->sent = 0;
	buf_done(&c->out);
	buf_init(&c->out);
	if (c->listens || !c->is_answered)
		return;
	/* A close with something unread would be a reset, and the answer might
	 * be lost. */
	shutdown(c->fd, SHUT_WR);
	/* one that sends without end is not waited for */
	for (int i = 0; i < DRAIN_MAX; i++)
		if (recv(c->fd, c->in, sizeof(c->in), 0) <= 0)
			break;
	client_drop(c);
}

void client_read(struct server *s, struct client *c)
{
	enum http_what what = HTTP_PAGE;
	ssize_t n;
	int status;

	/* What comes behind the request is not for us. */
	if (c->is_answered)
		c->in_len = 0;
	n = recv(c->fd, c->in + c->in_len, sizeof(c->in) - c->in_len, 0);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == 0 && c->is_answered && !c->listens) {
		c->is_half = true;
		return;
	}
	if (n <= 0) {
		client_drop(c);
		return;
	}
	if (c->is_answered)
		return;
	c->in_len += (size_t)n;
	status = http_judge(c->in, c->in_len, s->port, s->token, &what);
	if (!status)
		return;
	c->is_answered = true;
	answer(s, c, status, what);
	if (buf_failed(&c->out))
		client_drop(c);
	else
		client_write(c);
}

/* ---- time ---- */

static bool is_slow(const struct client *c, int64_t now)
{
	bool is_idle = c->listens && !c->out.len;

	return !is_idle && now - c->since_ms > REQUEST_MS;
}

void clients_tick(struct server *s)
{
	int64_t now = serve_now_ms();
	bool is_due = now - s->read_ms >= PERIOD_MS;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (s->clients[i].fd >= 0 && is_slow(&s->clients[i], now))
			client_drop(&s->clients[i]);
	if (!is_due || !clients_listen(s) || refresh(s) < 0)
		return;
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *c = &s->clients[i];

		if (c->fd < 0 || !c->listens || c->out.len ||
		    c->seen == s->version)
			continue;
		c->since_ms = serve_now_ms();
		give_map(s, c);
		client_write(c);
	}
}
