/* SPDX-License-Identifier: Apache-2.0 */
/* subid.c - /etc/subuid and /etc/subgid */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "kernel/subid.h"
#include "sys/file.h"

#define FILE_MAX_BYTES (1024 * 1024)
#define FIRST 100000 /* SUB_UID_MIN of login.defs(5) */
#define STEP 65536   /* SUB_UID_COUNT */

/* "OWNER:START:COUNT" */
static bool parse_line(const char *line, size_t len, struct arena *arena,
		       struct subid *ret)
{
	const char *end = line + len;
	const char *start = memchr(line, ':', len);
	const char *count;
	uint64_t start_id, count_id;

	if (!start || start == line)
		return false;
	count = memchr(start + 1, ':', (size_t)(end - start - 1));
	if (!count ||
	    num_parse_u64_n(start + 1, (size_t)(count - start - 1), &start_id) <
		    0 ||
	    num_parse_u64_n(count + 1, (size_t)(end - count - 1), &count_id) <
		    0)
		return false;
	if (!count_id || start_id + count_id > UINT32_MAX ||
	    start_id > UINT32_MAX || count_id > UINT32_MAX)
		return false;
	ret->owner = arena_strndup(arena, line, (size_t)(start - line));
	ret->start = (uint32_t)start_id;
	ret->count = (uint32_t)count_id;
	return true;
}

static size_t count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

int subid_parse(const char *text, struct arena *arena,
		struct subids *ret_subids)
{
	struct subids subids = { 0 };

	subids.lines = ARENA_ARRAY(arena, struct subid, count_lines(text));
	if (arena_failed(arena))
		return -ENOMEM;
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (*text != '#' &&
		    parse_line(text, len, arena, &subids.lines[subids.count]))
			subids.count++;
		text += len + (text[len] == '\n');
	}
	if (arena_failed(arena))
		return -ENOMEM;
	*ret_subids = subids;
	return 0;
}

int subid_load(const char *word, struct arena *arena, struct subids *ret_subids)
{
	char path[32], *text;
	size_t len;
	int ret;

	snprintf(path, sizeof(path), "/etc/sub%s", word);
	ret = sys_load_text(AT_FDCWD, path, arena, FILE_MAX_BYTES, &text, &len);
	if (ret == -ENOENT) {
		*ret_subids = (struct subids){ 0 };
		return 0;
	}
	return ret < 0 ? ret : subid_parse(text, arena, ret_subids);
}

bool subid_is_of(const struct subid *line, const char *name, uint32_t uid)
{
	uint32_t number;

	if (name && strcmp(line->owner, name) == 0)
		return true;
	return num_parse_u32(line->owner, &number) == 0 && number == uid;
}

bool subid_allows(const struct subids *subids, const char *name, uint32_t uid,
		  uint32_t start, uint32_t count)
{
	for (size_t i = 0; i < subids->count; i++) {
		const struct subid *line = &subids->lines[i];

		if (subid_is_of(line, name, uid) && start >= line->start &&
		    (uint64_t)start + count <=
			    (uint64_t)line->start + line->count)
			return true;
	}
	return false;
}

/* The line that takes some of the @count ids from @start on, or NULL. */
static const struct subid *taken_by(const struct subids *subids, uint64_t start,
				    uint32_t count)
{
	for (size_t i = 0; i < subids->count; i++) {
		const struct subid *line = &subids->lines[i];

		if (start < (uint64_t)line->start + line->count &&
		    line->start < start + count)
			return line;
	}
	return NULL;
}

uint32_t subid_free_start(const struct subids *subids, uint32_t count)
{
	uint64_t start = FIRST;

	while (start + count <= UINT32_MAX) {
		const struct subid *line = taken_by(subids, start, count);
		uint64_t end;

		if (!line)
			return (uint32_t)start;
		end = (uint64_t)line->start + line->count;
		start = FIRST + (end - FIRST + STEP - 1) / STEP * STEP;
	}
	return 0;
}
