/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - the control groups: as a tree, and what each uses */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "engine/map/things.h"
#include "engine/top/top.h"

#define DEPTH_MAX 64

/* ---- what a group uses ---- */

static uint64_t shown(int64_t value)
{
	if (value < 0)
		return KIST_MAP_UNKNOWN;
	return value == CGROUP_USAGE_MAX ? KIST_MAP_MAX : (uint64_t)value;
}

static double cpu_limit(const struct cgroup_usage *use)
{
	if (use->quota_usec < 0 || use->period_usec <= 0 ||
	    use->quota_usec == CGROUP_USAGE_MAX)
		return -1;
	return (double)use->quota_usec / (double)use->period_usec;
}

void top_read_group(const struct kist_top *top, struct top_item *item,
		    bool limits)
{
	struct kist_top_row *row = &item->row;
	struct cgroup_usage use;

	cgroup_usage_read(&top->world, top->root_fds, row->cgroup,
			  CGROUP_USAGE_ALL &
				  ~(limits ? 0u :
					     (unsigned)CGROUP_USAGE_LIMITS),
			  &use);
	item->now.cpu_usec = use.cpu_usec;
	item->now.read_bytes = use.read_bytes;
	item->now.write_bytes = use.write_bytes;
	row->memory = shown(use.memory);
	row->swap = shown(use.swap);
	row->pids = shown(use.pids);
	row->oom_kills = shown(use.oom_kills);
	row->cpu_pressure = use.cpu_pressure;
	row->memory_pressure = use.memory_pressure;
	row->io_pressure = use.io_pressure;
	row->is_paused = use.is_frozen == 1;
	if (!limits)
		return;
	row->memory_max = shown(use.memory_max);
	row->memory_high = shown(use.memory_high);
	row->pids_max = shown(use.pids_max);
	row->cpu_limit = cpu_limit(&use);
}

/* ---- the tree ---- */

struct names {
	const char **names;
	size_t count, size;
};

static int by_name(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static void add_name(struct arena *arena, struct names *n, const char *name)
{
	if (n->count == n->size) {
		size_t size = n->size ? n->size * 2 : 16;
		const char **more = ARENA_ARRAY(arena, const char *, size);

		if (arena_failed(arena))
			return;
		if (n->count)
			memcpy(more, n->names, n->count * sizeof(*more));
		n->names = more;
		n->size = size;
	}
	n->names[n->count++] = arena_strdup(arena, name);
}

/* Hierarchies whose numbers are shown. */
static bool is_walked(const struct cgroup_hierarchy *h)
{
	static const char *const walked[] = { "memory", "pids", "cpuacct" };

	for (size_t i = 0; i < ARRAY_LEN(walked); i++)
		if (strstr(h->controllers, walked[i]))
			return true;
	return h->is_v2;
}

static void list_below(int root_fd, const char *path, struct arena *arena,
		       struct names *n)
{
	int fd = root_fd < 0 ? -1 :
			       openat(root_fd, *path ? path : ".",
				      O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			add_name(arena, n, entry->d_name);
	closedir(dir);
}

static void names_below(struct kist_top *top, const char *path,
			struct arena *arena, struct names *n)
{
	size_t unique = 0;

	for (int i = 0; i < top->world.count; i++)
		if (is_walked(&top->world.h[i]))
			list_below(top->root_fds[i], path, arena, n);
	if (arena_failed(arena) || !n->count)
		return;
	qsort(n->names, n->count, sizeof(*n->names), by_name);
	for (size_t k = 0; k < n->count; k++)
		if (k == 0 || strcmp(n->names[k], n->names[k - 1]) != 0)
			n->names[unique++] = n->names[k];
	n->count = unique;
}

/* @path: without a slash in front, "" is the root */
static void walk(struct kist_top *top, struct top_list *list, const char *path,
		 int parent, int depth)
{
	struct names below = { 0 };
	const char *last = strrchr(path, '/');
	struct top_item *item = top_add(list, path);
	const int index = (int)list->count - 1;
	struct kist_thing thing = { .kind = KIST_THING_KINDS };

	if (!item || depth > DEPTH_MAX)
		return;
	item->own_group = true;
	item->row.parent = parent;
	item->row.cgroup = arena_printf(list->arena, "/%s", path);
	item->row.name = last ? last + 1 : *path ? path : "/";
	item->row.kind = KIST_THING_KINDS;
	if (things_name(item->row.cgroup, list->arena, &thing)) {
		item->row.kind = thing.kind;
		item->row.engine = thing.engine;
		item->row.id = thing.id;
	}
	names_below(top, path, list->arena, &below);
	for (size_t i = 0; i < below.count; i++)
		walk(top, list,
		     arena_printf(list->arena, "%s%s%s", path, *path ? "/" : "",
				  below.names[i]),
		     index, depth + 1);
}

int top_find_groups(struct kist_top *top, struct top_list *list,
		    struct kist_error *err)
{
	walk(top, list, "", -1, 0);
	return arena_failed(list->arena) ? err_nomem(err) : 0;
}
