/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_json.c - any bytes are JSON with a sound tape, or an error with a place
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* Every value ends where its parent says, and texts are where they should. */
static const struct json *walk(const struct json *value, size_t text_len)
{
	const struct json *next = value + 1;
	uint32_t inner = 0;

	require(value->offset < text_len);
	switch (value->type) {
	case JSON_STRING:
	case JSON_NUMBER:
		require(value->text[value->len] == '\0');
		break;
	case JSON_OBJECT:
		inner = 2 * value->len;
		break;
	case JSON_ARRAY:
		inner = value->len;
		break;
	}
	while (inner--)
		next = walk(next, text_len);
	require(next == value + value->size);
	return next;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	const struct json *root = NULL;
	char line[1000];
	int ret;

	arena_init(&arena);
	ret = json_parse((const char *)data, size, "fuzz", &arena, &root, &err);
	if (ret == 0) {
		walk(root, size);
		return 0;
	}
	require(ret == -EINVAL && err.id == KIST_E_JSON_SYNTAX && err.place[0]);
	kist_error_line(&err, line, sizeof(line));
	return 0;
}
