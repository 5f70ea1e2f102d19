/* SPDX-License-Identifier: Apache-2.0 */
/* state.c - a control group as the writes that make it what it is */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "engine/cg/state.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_knobs.h"

#define FILE_MAX 65536

struct reading {
	const struct cg_group *group;
	int i;
	struct arena *arena;
	struct cg_write *writes;
	size_t count, size;
};

static void add(struct reading *r, const struct cgroup_knob *knob,
		const char *file, const char *value)
{
	if (r->count == r->size) {
		size_t size = r->size ? r->size * 2 : 32;
		struct cg_write *more =
			ARENA_ARRAY(r->arena, struct cg_write, size);

		if (arena_failed(r->arena))
			return;
		if (r->count)
			memcpy(more, r->writes, r->count * sizeof(*more));
		r->writes = more;
		r->size = size;
	}
	r->writes[r->count++] = (struct cg_write){
		.hierarchy = r->i,
		.order = knob->order,
		.file = arena_strdup(r->arena, file),
		.value = value,
	};
}

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* A line that says what is so anyway. */
static bool is_usual(const char *line, size_t len, const char *file)
{
	if (strcmp(file, "net_prio.ifpriomap") == 0)
		return ends_with(line, len, " 0");
	if (strncmp(file, "io.", 3) == 0)
		return len == 11 && memcmp(line, "default 100", 11) == 0;
	return ends_with(line, len, " max") && strncmp(file, "misc.", 5) == 0;
}

static void add_lines(struct reading *r, const struct cgroup_knob *knob,
		      const char *file, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len && !is_usual(text, len, file))
			add(r, knob, file, arena_strndup(r->arena, text, len));
		text += len + (text[len] == '\n');
	}
}

/* "cpu memory" as "+cpu +memory" */
static const char *enabled(struct arena *arena, const char *text)
{
	CLEANUP_BUF struct buf list;
	char name[64];
	int len;

	buf_init(&list);
	for (; sscanf(text, " %63s%n", name, &len) == 1; text += len)
		buf_printf(&list, "%s+%s", list.len ? " " : "", name);
	return buf_failed(&list) ?
		       "" :
		       arena_strdup(arena, list.data ? list.data : "");
}

/* All is forbidden, then what is on the list allowed. */
static void add_rules(struct reading *r, const struct cgroup_knob *knob,
		      const char *text)
{
	add(r, knob, "devices.deny", "a");
	add_lines(r, knob, "devices.allow", text);
}

static void add_value(struct reading *r, const struct cgroup_knob *knob,
		      const char *file, const char *text)
{
	size_t word = strcspn(text, " ");

	switch (knob->kind) {
	case KNOB_LINES:
	case KNOB_FIRST:
		add_lines(r, knob, file, text);
		break;
	case KNOB_OOM:
		add(r, knob, file, "1");
		break;
	case KNOB_STATE:
		add(r, knob, file, "FROZEN");
		break;
	case KNOB_RULES:
		add_rules(r, knob, text);
		break;
	case KNOB_LIST:
		add(r, knob, file, enabled(r->arena, text));
		break;
	default:
		/* "root invalid (…)" of a partition: what was asked for */
		if (strcmp(file, "cpuset.cpus.partition") != 0)
			word = strlen(text);
		add(r, knob, file, arena_strndup(r->arena, text, word));
	}
}

static void read_file(struct reading *r, int dir_fd, const char *file,
		      char *text, char *above)
{
	int version = r->group->world->h[r->i].is_v2 ? 2 : 1;
	const struct cgroup_knob *knob = cgroup_knob(file, version);
	bool has_above = false;
	char path[300];

	if (!knob || cgroup_file_read(dir_fd, file, text, FILE_MAX))
		return;
	if (knob->kind == KNOB_ABOVE) {
		snprintf(path, sizeof(path), "../%s", file);
		has_above = cgroup_file_read(dir_fd, path, above, FILE_MAX) ==
			    0;
	}
	if (cgroup_knob_is_initial(knob, text, has_above ? above : NULL))
		return;
	/* "domain threaded" comes of a threaded group below */
	if (strcmp(file, "cgroup.type") == 0 && strcmp(text, "threaded") != 0)
		return;
	add_value(r, knob, file, text);
}

static int by_order(const void *a, const void *b)
{
	const struct cg_write *x = a, *y = b;

	if (x->order != y->order)
		return x->order - y->order;
	/* of devices: "deny" has to be before "allow" */
	if (strncmp(x->file, "devices.", 8) == 0 &&
	    strcmp(x->file, y->file) != 0)
		return strcmp(y->file, x->file);
	if (strcmp(x->file, y->file) != 0)
		return strcmp(x->file, y->file);
	return strcmp(x->value, y->value);
}

int cg_state(const struct cg_group *group, int i, struct arena *arena,
	     struct cg_write **ret_writes, size_t *ret_count)
{
	struct reading r = { .group = group, .i = i, .arena = arena };
	int fd = cg_open(group, i);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char *text = arena_alloc(arena, FILE_MAX);
	char *above = arena_alloc(arena, FILE_MAX);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return fd < 0 ? fd : -ENOMEM;
	}
	while (!arena_failed(arena) && (entry = readdir(dir)))
		if (entry->d_type == DT_REG)
			read_file(&r, fd, entry->d_name, text, above);
	closedir(dir);
	if (arena_failed(arena))
		return -ENOMEM;
	if (r.count)
		qsort(r.writes, r.count, sizeof(*r.writes), by_order);
	*ret_writes = r.writes;
	*ret_count = r.count;
	return 0;
}
