/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_members.c - the control groups of a process: /proc/PID/cgroup */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define DELETED " (deleted)"
#define FILE_MAX (1u << 20)

/* "4:memory:/a/b" */
static bool parse_line(const char *line, size_t len, struct arena *arena,
		       struct cgroup_member *ret)
{
	const char *first = memchr(line, ':', len);
	const char *second = first ? memchr(first + 1, ':',
					    len - (size_t)(first + 1 - line)) :
				     NULL;
	size_t tail = strlen(DELETED), path_len;
	uint64_t id;

	if (!second || second[1] != '/' ||
	    num_parse_u64_n(line, (size_t)(first - line), &id) ||
	    id > UINT32_MAX)
		return false;
	path_len = len - (size_t)(second + 1 - line);
	ret->id = (unsigned)id;
	ret->is_deleted = path_len > tail &&
			  memcmp(line + len - tail, DELETED, tail) == 0;
	if (ret->is_deleted)
		path_len -= tail;
	ret->controllers =
		arena_strndup(arena, first + 1, (size_t)(second - first - 1));
	ret->path = arena_strndup(arena, second + 1, path_len);
	return true;
}

void cgroup_parse_members(const char *text, struct arena *arena,
			  struct cgroup_member **ret_members, size_t *ret_count)
{
	size_t lines = 1, count = 0;
	struct cgroup_member *members;

	for (const char *c = text; *c; c++)
		lines += *c == '\n';
	members = ARENA_ARRAY(arena, struct cgroup_member, lines);
	for (const char *line = text; *line && !arena_failed(arena);) {
		size_t len = strcspn(line, "\n");

		if (parse_line(line, len, arena, &members[count]))
			count++;
		line += len + (line[len] == '\n');
	}
	*ret_members = members;
	*ret_count = count;
}

int cgroup_members(int proc_fd, pid_t pid, struct arena *arena,
		   struct cgroup_member **ret_members, size_t *ret_count)
{
	CLEANUP_BUF struct buf text;
	char path[32];
	int ret;

	buf_init(&text);
	snprintf(path, sizeof(path), "%d/cgroup", pid);
	ret = sys_load_file(proc_fd, path, &text, FILE_MAX);
	if (ret < 0)
		return ret == -ENOENT ? -ESRCH : ret;
	cgroup_parse_members(text.data ? text.data : "", arena, ret_members,
			     ret_count);
	return arena_failed(arena) ? -ENOMEM : 0;
}

int cgroup_member_hierarchy(const struct cgroup_world *world,
			    const struct cgroup_member *member)
{
	char first[96];

	if (!*member->controllers)
		return member->id == 0 ? cgroup_find_v2(world) : -1;
	snprintf(first, sizeof(first), "%.*s",
		 (int)strcspn(member->controllers, ","), member->controllers);
	return cgroup_find_v1(world, first);
}
