/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - the lines of a detached container's log */
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/container/about.h"
#include "engine/container/log.h"

static const char *const streams[] = { "stdout", "stderr" };

void log_write(int fd, enum log_stream stream, int64_t time, const char *bytes,
	       size_t len)
{
	char when[TIME_TEXT], head[TIME_TEXT + 16];

	time_format(time, when);
	while (len > 0) {
		const char *newline = memchr(bytes, '\n', len);
		size_t part = newline ? (size_t)(newline - bytes) : len;
		struct iovec pieces[] = {
			{ head, 0 },
			{ (void *)(uintptr_t)bytes, part },
			{ (void *)(uintptr_t) "\n", 1 },
		};

		pieces[0].iov_len =
			(size_t)snprintf(head, sizeof(head), "%s %s %c ", when,
					 streams[stream], newline ? 'F' : 'P');
		(void)!writev(fd, pieces, 3);
		part += newline != NULL;
		bytes += part;
		len -= part;
	}
}

static const char *word(const char **at, const char *end, size_t *ret_len)
{
	const char *start = *at;
	const char *blank = memchr(start, ' ', (size_t)(end - start));

	if (!blank)
		return NULL;
	*ret_len = (size_t)(blank - start);
	*at = blank + 1;
	return start;
}

const char *log_read_line(const char *at, const char *end,
			  struct log_line *ret_line)
{
	const char *newline = at < end ? memchr(at, '\n', (size_t)(end - at)) :
					 NULL;
	const char *stream, *tag;
	size_t stream_len, tag_len;
	struct log_line line;

	if (!newline)
		return NULL;
	line.time = word(&at, newline, &line.time_len);
	stream = line.time ? word(&at, newline, &stream_len) : NULL;
	tag = stream ? word(&at, newline, &tag_len) : NULL;
	if (!tag || tag_len != 1)
		return NULL;
	line.stream = stream_len == 6 && memcmp(stream, "stderr", 6) == 0 ?
			      LOG_STDERR :
			      LOG_STDOUT;
	line.is_full = *tag == 'F';
	line.text = at;
	line.text_len = (size_t)(newline - at);
	*ret_line = line;
	return newline + 1;
}

const char *log_tail(const char *start, const char *end, int64_t count)
{
	struct log_line line;
	int64_t full = 0;
	const char *at, *next;
	bool is_open = false;

	for (at = start; (next = log_read_line(at, end, &line)); at = next) {
		full += line.is_full;
		is_open = !line.is_full;
	}
	full += is_open; /* the last line has no newline yet */
	for (at = start; full > count && (next = log_read_line(at, end, &line));
	     at = next)
		full -= line.is_full;
	return full > count ? end : at;
}
