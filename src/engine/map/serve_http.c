/* SPDX-License-Identifier: Apache-2.0 */
/* serve_http.c - the little of HTTP/1.1 that kist map --serve speaks */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "engine/map/serve_http.h"

struct word {
	const char *text;
	size_t len;
};

static bool word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) &&
	       memcmp(word->text, text, word->len) == 0;
}

/* ---- the request line ---- */

/* Up to @end or the end of @rest, which then stands behind it. */
static struct word cut(struct word *rest, char end)
{
	const char *at = memchr(rest->text, end, rest->len);
	size_t len = at ? (size_t)(at - rest->text) : rest->len;
	struct word word = { rest->text, len };

	rest->text += len + (at ? 1 : 0);
	rest->len -= len + (at ? 1 : 0);
	return word;
}

static bool same_token(const struct word *given, const char *token)
{
	size_t len = strlen(token);
	unsigned differs = given->len != len;

	for (size_t i = 0; i < given->len; i++)
		differs |= (unsigned char)given->text[i] ^
			   (unsigned char)token[len ? i % len : 0];
	return differs == 0;
}

static bool has_token(struct word query, const char *token)
{
	static const char name[] = "token=";

	while (query.len) {
		struct word part = cut(&query, '&');

		if (part.len < strlen(name) ||
		    memcmp(part.text, name, strlen(name)) != 0)
			continue;
		part.text += strlen(name);
		part.len -= strlen(name);
		return same_token(&part, token);
	}
	return false;
}

/* ---- headers ---- */

static bool is_our_host(const struct word *host, uint16_t port)
{
	static const char *const names[] = { "127.0.0.1", "localhost",
					     "[::1]" };
	char want[40];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(want, sizeof(want), "%s:%u", names[i], port);
		if (host->len == strlen(want) &&
		    strncasecmp(host->text, want, host->len) == 0)
			return true;
	}
	return false;
}

static void trim(struct word *word)
{
	while (word->len && (*word->text == ' ' || *word->text == '\t')) {
		word->text++;
		word->len--;
	}
	while (word->len && strchr(" \t", word->text[word->len - 1]))
		word->len--;
}

/* Return: how many there are; @ret_value is the last one's. */
static size_t find_header(struct word headers, const char *header,
			  struct word *ret_value)
{
	const size_t len = strlen(header);
	size_t found = 0;

	while (headers.len) {
		struct word line = cut(&headers, '\n');
		struct word name;

		if (line.len && line.text[line.len - 1] == '\r')
			line.len--;
		name = cut(&line, ':');
		if (name.len != len || strncasecmp(name.text, header, len) != 0)
			continue;
		trim(&line);
		*ret_value = line;
		found++;
	}
	return found;
}

/* A browser names the page that asks; one of elsewhere is refused, whatever it
 * knows. Who names none is no page, or ours. */
static bool is_our_page(struct word headers, uint16_t port)
{
	static const char scheme[] = "http://";
	struct word origin;

	if (!find_header(headers, "origin", &origin))
		return true;
	if (origin.len <= strlen(scheme) ||
	    memcmp(origin.text, scheme, strlen(scheme)) != 0)
		return false;
	origin.text += strlen(scheme);
	origin.len -= strlen(scheme);
	return is_our_host(&origin, port);
}

/* ---- the verdict ---- */

static int choose(const struct word *path, enum http_what *ret_what)
{
	static const char *const paths[HTTP_WHAT_COUNT] = {
		[HTTP_PAGE] = "/",
		[HTTP_MAP] = "/map.json",
		[HTTP_EVENTS] = "/events",
	};

	for (enum http_what i = 0; i < HTTP_WHAT_COUNT; i++)
		if (word_is(path, paths[i])) {
			*ret_what = i;
			return 200;
		}
	return 404;
}

static int judge_whole(struct word rest, uint16_t port, const char *token,
		       enum http_what *ret_what)
{
	struct word line = cut(&rest, '\n');
	struct word host = { 0 }, method, target, path;

	if (!line.len || line.text[line.len - 1] != '\r')
		return 400;
	line.len--;
	method = cut(&line, ' ');
	target = cut(&line, ' ');
	if (!method.len || !target.len || target.text[0] != '/' ||
	    (!word_is(&line, "HTTP/1.1") && !word_is(&line, "HTTP/1.0")) ||
	    find_header(rest, "host", &host) != 1)
		return 400;
	path = cut(&target, '?');
	/* Who has no token learns nothing, not even which paths there are. */
	if (!is_our_host(&host, port) || !is_our_page(rest, port) ||
	    !has_token(target, token))
		return 403;
	if (!word_is(&method, "GET"))
		return 405;
	return choose(&path, ret_what);
}

int http_judge(const char *bytes, size_t len, uint16_t port, const char *token,
	       enum http_what *ret_what)
{
	const char *end;

	if (memchr(bytes, '\0', len))
		return 400;
	end = memmem(bytes, len, "\r\n\r\n", 4);
	if (!end)
		return len >= HTTP_REQUEST_MAX ? 431 : 0;
	return judge_whole((struct word){ bytes, (size_t)(end + 2 - bytes) },
			   port, token, ret_what);
}

/* ---- answers ---- */

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
	};

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Error";
}

static void head(struct buf *out, int status, const char *type)
{
	buf_printf(out,
		   "HTTP/1.1 %d %s\r\n"
		   "Content-Type: %s\r\n"
		   "Cache-Control: no-store\r\n"
		   "Referrer-Policy: no-referrer\r\n"
		   "X-Content-Type-Options: nosniff\r\n"
		   "Cross-Origin-Resource-Policy: same-origin\r\n"
		   "Content-Security-Policy: frame-ancestors 'none'\r\n"
		   "Connection: close\r\n",
		   status, reason(status), type);
	if (status == 405)
		buf_puts(out, "Allow: GET\r\n");
}

void http_answer(struct buf *out, int status, const char *type,
		 const char *body, size_t len)
{
	head(out, status, type);
	buf_printf(out, "Content-Length: %zu\r\n\r\n", len);
	buf_add(out, body, len);
}

void http_events_begin(struct buf *out)
{
	head(out, 200, "text/event-stream");
	buf_puts(out, "\r\n");
}

void http_event(struct buf *out, const char *line)
{
	buf_puts(out, "data: ");
	buf_puts(out, line);
	buf_puts(out, "\n\n");
}
