/* SPDX-License-Identifier: Apache-2.0 */
/* json_place.c - where a JSON value stands: line, column, path */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

void json_position(const char *text, size_t len, size_t offset,
		   unsigned *ret_line, unsigned *ret_column)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < offset && i < len; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}

struct path {
	char *buf;
	size_t size, len;
};

PRINTF(2, 3)
static void add(struct path *path, const char *fmt, ...)
{
	size_t room = path->size - path->len;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(path->buf + path->len, room, fmt, args);
	va_end(args);
	if (len > 0)
		path->len += (size_t)len < room ? (size_t)len : room - 1;
}

/* A name that needs no quotes in a path. */
static bool is_plain(const char *name)
{
	if (!*name)
		return false;
	for (; *name; name++)
		if ((*name | 0x20) < 'a' || (*name | 0x20) > 'z')
			return false;
	return true;
}

static void add_name(struct path *path, const char *name)
{
	if (is_plain(name))
		add(path, "%s%s", path->len ? "." : "", name);
	else
		add(path, "['%s']", name);
}

/* The member's value whose name or value holds @offset, NULL if none. */
static const struct json *step_member(const struct json *object, size_t offset,
				      struct path *path)
{
	const struct json *last = NULL;

	JSON_MEMBERS(key, object) {
		if (key->offset > offset)
			break;
		last = key;
	}
	if (!last)
		return NULL;
	add_name(path, last->text);
	return last + 1;
}

static const struct json *step_item(const struct json *array, size_t offset,
				    struct path *path)
{
	const struct json *last = NULL;
	unsigned index = 0;

	JSON_ITEMS(item, array) {
		if (item->offset > offset)
			break;
		last = item;
		index++;
	}
	if (last)
		add(path, "[%u]", index - 1);
	return last;
}

void json_path(const struct json *root, size_t offset, char *buf, size_t size)
{
	struct path path = { .buf = buf, .size = size };
	const struct json *at = root;

	buf[0] = '\0';
	while (at && at->offset < offset) {
		if (at->type == JSON_OBJECT)
			at = step_member(at, offset, &path);
		else if (at->type == JSON_ARRAY)
			at = step_item(at, offset, &path);
		else
			break;
	}
}
