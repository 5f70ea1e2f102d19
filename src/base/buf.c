/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - a growing byte buffer (sticky: append freely, ask once) */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

#define FIRST_BYTES 256u
#define READ_BYTES 4096u

void buf_init(struct buf *buf)
{
	memset(buf, 0, sizeof(*buf));
}

void buf_init_in(struct buf *buf, void *memory, size_t size)
{
	*buf = (struct buf){ .data = memory, .size = size, .borrowed = true };
	if (!memory || !size)
		buf_init(buf);
}

void buf_done(struct buf *buf)
{
	if (!buf->borrowed)
		free(buf->data);
	buf_init(buf);
}

bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

/* Room for @more bytes and the NUL behind them. */
static bool reserve(struct buf *buf, size_t more)
{
	size_t need, size = buf->size ? buf->size : FIRST_BYTES;
	char *data;

	if (buf->failed)
		return false;
	if (__builtin_add_overflow(buf->len + 1, more, &need) ||
	    need > SIZE_MAX / 2) {
		buf->failed = true;
		return false;
	}
	if (need <= buf->size)
		return true;
	while (size < need)
		size *= 2;
	data = realloc(buf->borrowed ? NULL : buf->data, size);
	if (!data) {
		buf->failed = true;
		return false;
	}
	if (buf->borrowed)
		memcpy(data, buf->data, buf->len);
	buf->borrowed = false;
	buf->data = data;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const void *bytes, size_t len)
{
	if (!reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		buf->failed = true;
	if (len < 0 || !reserve(buf, (size_t)len))
		return;
	va_start(args, fmt);
	vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_align(struct buf *buf, size_t align)
{
	size_t gap = (align - buf->len % align) % align;

	if (!reserve(buf, gap))
		return;
	memset(buf->data + buf->len, 0, gap + 1);
	buf->len += gap;
}

char *buf_take(struct buf *buf)
{
	char *data = NULL;

	if (reserve(buf, 0)) {
		buf->data[buf->len] = '\0';
		data = buf->data;
		if (buf->borrowed)
			data = malloc(buf->len + 1);
		if (data && buf->borrowed)
			memcpy(data, buf->data, buf->len + 1);
		else
			buf->data = NULL;
	}
	buf_done(buf);
	return data;
}

int buf_write(const struct buf *buf, int fd)
{
	size_t done = 0;

	if (buf->failed)
		return -ENOMEM;
	while (done < buf->len) {
		ssize_t n = write(fd, buf->data + done, buf->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

int buf_read(struct buf *buf, int fd, size_t max)
{
	size_t start = buf->len;

	for (;;) {
		ssize_t n;

		if (!reserve(buf, READ_BYTES))
			return -ENOMEM;
		n = read(fd, buf->data + buf->len, buf->size - buf->len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf->len += (size_t)n;
		buf->data[buf->len] = '\0';
		if (n == 0)
			return 0;
		if (buf->len - start > max)
			return -EFBIG;
	}
}
