/* SPDX-License-Identifier: Apache-2.0 */
/**
 * json_write.h - writing JSON into a buffer
 *
 * The output is byte for byte what Go's encoding/json prints (Marshal, or
 * MarshalIndent), for that is what users of runc know: '<', '>' and '&' are
 * escaped, an empty object is "{}", a name is followed by ": ".
 *
 *	json_write_init(&w, &buf, "  ");
 *	json_open(&w, '{');
 *	json_key(&w, "pid");
 *	json_write_int(&w, pid);
 *	json_close(&w, '}');
 *
 * Ownership:  the struct is the caller's; nothing is allocated but in the buf
 *             (whose failure is sticky: ask buf_failed() at the end).
 * Threads:    no shared state.
 * Child-safe: no.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

struct json_writer {
	struct buf *buf;
	const char *indent; /* of one level; NULL: all on one line */
	unsigned depth;
	bool empty;	/* the innermost open one has nothing in it */
	bool after_key; /* the next thing is a member's value */
};

void json_write_init(struct json_writer *w, struct buf *buf,
		     const char *indent);

/* '{' or '[', and the matching '}' or ']'. */
void json_open(struct json_writer *w, char bracket);
void json_close(struct json_writer *w, char bracket);
void json_key(struct json_writer *w, const char *name);

/* Bytes that are not UTF-8 become U+FFFD, as Go has it. NULL is null. */
void json_write_string(struct json_writer *w, const char *text);
void json_write_int(struct json_writer *w, int64_t value);
void json_write_uint(struct json_writer *w, uint64_t value);
void json_write_bool(struct json_writer *w, bool value);
/* With three digits behind the point, whatever the locale. */
void json_write_real(struct json_writer *w, double value);

/* A value that was read, with the indentation of the writer. */
void json_write_value(struct json_writer *w, const struct json *json);

/* The common cases: a member "name": "text" (json_may: if there is a text that
 * is not empty), one that is a number or a truth, and an array of strings that
 * ends with a NULL. */
void json_may(struct json_writer *w, const char *name, const char *text);
void json_member(struct json_writer *w, const char *name, const char *text);
void json_member_int(struct json_writer *w, const char *name, int64_t value);
void json_member_uint(struct json_writer *w, const char *name, uint64_t value);
void json_member_bool(struct json_writer *w, const char *name, bool value);
void json_member_strings(struct json_writer *w, const char *name,
			 const char *const *items);

#endif
