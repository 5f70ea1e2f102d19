/* SPDX-License-Identifier: Apache-2.0 */
/**
 * buf.h - a growing byte buffer (sticky: append freely, ask once)
 *
 * @data is always NUL-terminated behind @len once anything was appended, and
 * may be used as a string if no NUL was appended. After a failed allocation
 * appends do nothing and buf_failed() says so.
 *
 * Ownership: init/done; buf_take() hands the malloc'ed bytes to the caller.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct buf {
	char *data;
	size_t len, size;
	bool failed, borrowed;
};

void buf_init(struct buf *buf);
/* The same, with @size bytes of the caller's to begin with; they stay the
 * caller's. */
void buf_init_in(struct buf *buf, void *memory, size_t size);
void buf_done(struct buf *buf);
bool buf_failed(const struct buf *buf);
void buf_add(struct buf *buf, const void *bytes, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF(2, 3);
/* Zero bytes up to the next multiple of @align. */
void buf_align(struct buf *buf, size_t align);
/* The contents as a malloc'ed string, NULL after a failure; buf is empty. */
char *buf_take(struct buf *buf);
/* Write all to @fd. Return: 0 or a negative errno (-ENOMEM if failed). */
MUST_CHECK int buf_write(const struct buf *buf, int fd);
/* Append what @fd gives until its end, at most @max bytes (-EFBIG). */
MUST_CHECK int buf_read(struct buf *buf, int fd, size_t max);

static inline void cleanup_buf(struct buf *buf)
{
	buf_done(buf);
}
#define CLEANUP_BUF __attribute__((cleanup(cleanup_buf)))

#endif
