/* SPDX-License-Identifier: Apache-2.0 */
/**
 * log.h - what a detached container printed: writing and reading its log
 *
 * The format is the one of Kubernetes' container runtimes, a line of the
 * container's output a line:
 *
 *	2026-01-31T12:00:00.000000000Z stdout F hello
 *
 * "F" is a full line. "P" is the part of one that came without a newline, and
 * is followed, sooner or later, by the rest.
 *
 * Threads: one writer; readers at any time.
 */
#ifndef ENGINE_LOG_H
#define ENGINE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

enum log_stream { LOG_STDOUT, LOG_STDERR };

/* Append @len bytes that came at @time (ns since 1970). What does not fit on
 * the disk is lost. */
void log_write(int fd, enum log_stream stream, int64_t time, const char *bytes,
	       size_t len);

/**
 * struct log_line - one line of the log
 * @time:	where its text begins, @time_len bytes
 * @text:	what the container wrote, without a newline
 * @is_full:	it ended with one
 */
struct log_line {
	const char *time, *text;
	size_t time_len, text_len;
	enum log_stream stream;
	bool is_full;
};

/* The line at @at. Return: where the next begins; NULL: no whole line is
 * there, or what is there is no log. */
const char *log_read_line(const char *at, const char *end,
			  struct log_line *ret_line);

/* Where the last @count full lines begin. */
const char *log_tail(const char *start, const char *end, int64_t count);

#endif
