/* SPDX-License-Identifier: Apache-2.0 */
/* json_write.c - writing JSON as Go's encoding/json does */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/json_utf8.h"
#include "base/json_write.h"

void json_write_init(struct json_writer *w, struct buf *buf, const char *indent)
{
	*w = (struct json_writer){ .buf = buf, .indent = indent };
}

static void new_line(struct json_writer *w)
{
	if (!w->indent)
		return;
	buf_putc(w->buf, '\n');
	for (unsigned i = 0; i < w->depth; i++)
		buf_puts(w->buf, w->indent);
}

/* What has to stand before any value or name. */
static void begin(struct json_writer *w)
{
	if (!w->after_key && w->depth) {
		if (!w->empty)
			buf_putc(w->buf, ',');
		new_line(w);
	}
	w->after_key = false;
	w->empty = false;
}

void json_open(struct json_writer *w, char bracket)
{
	begin(w);
	buf_putc(w->buf, bracket);
	w->depth++;
	w->empty = true;
}

void json_close(struct json_writer *w, char bracket)
{
	w->depth--;
	if (!w->empty)
		new_line(w);
	w->empty = false;
	buf_putc(w->buf, bracket);
}

/* ---- strings ---- */

static void put_escape(struct buf *buf, unsigned char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", into[] = "\"\\bfnrt";
	const char *known = c ? strchr(from, c) : NULL;

	if (known) {
		buf_putc(buf, '\\');
		buf_putc(buf, into[known - from]);
	} else {
		buf_printf(buf, "\\u%04x", c);
	}
}

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == '<' || c == '>' ||
	       c == '&';
}

/* U+2028 and U+2029 end a line in JavaScript: Go escapes them. */
static bool is_line_separator(const char *at, size_t len)
{
	return len == 3 && memcmp(at, "\xe2\x80", 2) == 0 &&
	       ((unsigned char)at[2] & 0xfe) == 0xa8;
}

static void put_string(struct buf *buf, const char *text, size_t text_len)
{
	const char *at = text, *end = text + text_len;

	buf_putc(buf, '"');
	while (at < end) {
		size_t len = utf8_len(at, end);

		if (!len)
			buf_puts(buf, "\\ufffd");
		else if (needs_escape((unsigned char)*at))
			put_escape(buf, (unsigned char)*at);
		else if (is_line_separator(at, len))
			buf_printf(buf, "\\u202%x", at[2] & 0xf);
		else
			buf_add(buf, at, len);
		at += len ? len : 1;
	}
	buf_putc(buf, '"');
}

void json_key(struct json_writer *w, const char *name)
{
	begin(w);
	put_string(w->buf, name, strlen(name));
	buf_puts(w->buf, w->indent ? ": " : ":");
	w->after_key = true;
}

void json_write_string(struct json_writer *w, const char *text)
{
	begin(w);
	if (text)
		put_string(w->buf, text, strlen(text));
	else
		buf_puts(w->buf, "null");
}

/* ---- the rest ---- */

void json_write_int(struct json_writer *w, int64_t value)
{
	begin(w);
	buf_printf(w->buf, "%" PRId64, value);
}

void json_write_uint(struct json_writer *w, uint64_t value)
{
	begin(w);
	buf_printf(w->buf, "%" PRIu64, value);
}

void json_write_real(struct json_writer *w, double value)
{
	int64_t thousandths = (int64_t)(value * 1000 + (value < 0 ? -.5 : .5));
	const char *sign = thousandths < 0 ? "-" : "";

	if (thousandths < 0)
		thousandths = -thousandths;
	begin(w);
	buf_printf(w->buf, "%s%" PRId64 ".%03d", sign, thousandths / 1000,
		   (int)(thousandths % 1000));
}

static void put_word(struct json_writer *w, const char *word)
{
	begin(w);
	buf_puts(w->buf, word);
}

void json_write_bool(struct json_writer *w, bool value)
{
	put_word(w, value ? "true" : "false");
}

void json_write_value(struct json_writer *w, const struct json *json)
{
	switch (json->type) {
	case JSON_OBJECT:
		json_open(w, '{');
		JSON_MEMBERS(key, json) {
			begin(w);
			put_string(w->buf, key->text, key->len);
			buf_puts(w->buf, w->indent ? ": " : ":");
			w->after_key = true;
			json_write_value(w, key + 1);
		}
		json_close(w, '}');
		break;
	case JSON_ARRAY:
		json_open(w, '[');
		JSON_ITEMS(item, json)
			json_write_value(w, item);
		json_close(w, ']');
		break;
	case JSON_STRING:
		begin(w);
		put_string(w->buf, json->text, json->len);
		break;
	case JSON_NUMBER:
		put_word(w, json->text);
		break;
	default:
		put_word(w, json_type_name(json));
	}
}

void json_may(struct json_writer *w, const char *name, const char *text)
{
	if (text && *text)
		json_member(w, name, text);
}

void json_member(struct json_writer *w, const char *name, const char *text)
{
	json_key(w, name);
	json_write_string(w, text);
}

void json_member_int(struct json_writer *w, const char *name, int64_t value)
{
	json_key(w, name);
	json_write_int(w, value);
}

void json_member_uint(struct json_writer *w, const char *name, uint64_t value)
{
	json_key(w, name);
	json_write_uint(w, value);
}

void json_member_bool(struct json_writer *w, const char *name, bool value)
{
	json_key(w, name);
	json_write_bool(w, value);
}

void json_member_strings(struct json_writer *w, const char *name,
			 const char *const *items)
{
	json_key(w, name);
	json_open(w, '[');
	for (; *items; items++)
		json_write_string(w, *items);
	json_close(w, ']');
}
