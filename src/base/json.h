/* SPDX-License-Identifier: Apache-2.0 */
/**
 * json.h - reading JSON (RFC 8259), strictly, with positions
 *
 * json_parse() makes a flat array of values in document order ("tape"): an
 * object or array is followed by all it holds, and @size says how many values
 * to step over to get behind it. In an object names and values alternate.
 * Every value knows its byte offset in the text, for errors.
 *
 *	JSON_MEMBERS (key, object)
 *		printf("%s is %s\n", key->text, json_type_name(key + 1));
 *
 * Strict means: UTF-8 only, no comments, no trailing commas, no duplicate
 * names, nothing behind the value. Numbers are kept as text and are exact;
 * only json_int64() and json_uint64() interpret them.
 *
 * Ownership:  all in the caller's arena; the text given is not kept.
 * Threads:    no shared state.
 * Child-safe: no.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

#define JSON_DEPTH_MAX 100
#define JSON_SIZE_MAX (256u << 20)

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
	JSON_TYPE_COUNT
};

/**
 * struct json - one value
 * @text:	string: decoded, with a NUL behind it; number: as written, with
 *		a NUL behind it; else NULL
 * @len:	bytes of @text; array: items; object: members
 * @offset:	where it starts in the text
 * @size:	values up to the next one behind this, itself included
 * @type:	enum json_type
 * @has_nul:	a string that holds a NUL: not a C string
 */
struct json {
	const char *text;
	uint32_t len;
	uint32_t offset;
	uint32_t size : 28;
	uint32_t type : 3;
	uint32_t has_nul : 1;
};

/* Items of an array; names of an object (the value is key + 1). */
#define JSON_ITEMS(item, array)                     \
	for (const struct json *item = (array) + 1; \
	     item < (array) + (array)->size; item += item->size)
#define JSON_MEMBERS(key, object)                   \
	for (const struct json *key = (object) + 1; \
	     key < (object) + (object)->size; key += 1 + key[1].size)

/**
 * json_parse() - read a whole text
 * @text, @len:	need not be NUL-terminated
 * @name:	what errors call it: "config.json"
 *
 * Return: 0; -EINVAL (JSON_SYNTAX; the error's place is "NAME:LINE:COLUMN");
 * -ENOMEM.
 */
MUST_CHECK int json_parse(const char *text, size_t len, const char *name,
			  struct arena *arena, const struct json **ret_json,
			  struct kist_error *err);

/* The value of member @key, NULL if there is none or @object is no object. */
const struct json *json_get(const struct json *object, const char *key);

/* A C string: NULL if the value is no string or holds a NUL. */
const char *json_string(const struct json *json);

/* Whole numbers only: 1.0 and 1e3 are refused, as Go's encoding/json does.
 * Return: false if the value is no number, no integer, or out of range. */
bool json_int64(const struct json *json, int64_t *ret_value);
bool json_uint64(const struct json *json, uint64_t *ret_value);

/* "a string", "null", … */
const char *json_type_name(const struct json *json);

/* Line and column (in characters) of a byte, both from 1. */
void json_position(const char *text, size_t len, size_t offset,
		   unsigned *ret_line, unsigned *ret_column);

/**
 * json_path() - name the value that starts at or covers @offset
 * @root:	what json_parse() returned
 *
 * "process.args[0]", "linux.sysctl['net.core.somaxconn']"; "" for the root.
 * For a member's name the path is the member's. Truncated to fit.
 */
void json_path(const struct json *root, size_t offset, char *buf, size_t size);

#endif
