/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_cgroups.c - the tree of control groups, with limits and usage
 *
 * How it works
 * ============
 * On version 2 one tree has all; on version 1 each controller may have its own,
 * and they are merged by path. A directory without directories in it is not
 * read: its link count says so.
 *
 * One table says which file of which version a number comes from.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/path.h"
#include "engine/map/mapping.h"
#include "kernel/cgroup.h"

#define DEPTH_MAX 64
#define TEXT_MAX 4096
#define V1_UNLIMITED 0x7000000000000000u /* of memory: rounded to pages */

/* ---- values ---- */

enum form {
	ONE,	  /* the first word */
	SECOND,	  /* the second word */
	KEY,	  /* behind the word @key of a line */
	NANO,	  /* in ns, wanted in us */
	IS_FROZEN /* "FROZEN", "1" */
};

/**
 * struct source - where a number is
 * @controller:	of the hierarchy of v1; NULL: v2
 */
struct source {
	const char *controller, *file, *key;
	enum form form;
	size_t offset;
};

#define FIELD(f) offsetof(struct kist_map_cgroup, f)

static const struct source sources[] = {
	{ NULL, "memory.current", NULL, ONE, FIELD(memory) },
	{ NULL, "memory.max", NULL, ONE, FIELD(memory_max) },
	{ NULL, "memory.high", NULL, ONE, FIELD(memory_high) },
	{ NULL, "memory.events", "oom_kill", KEY, FIELD(oom_kills) },
	{ NULL, "pids.current", NULL, ONE, FIELD(pids) },
	{ NULL, "pids.max", NULL, ONE, FIELD(pids_max) },
	{ NULL, "cpu.stat", "usage_usec", KEY, FIELD(cpu_usec) },
	{ NULL, "cpu.max", NULL, ONE, FIELD(cpu_quota_usec) },
	{ NULL, "cpu.max", NULL, SECOND, FIELD(cpu_period_usec) },
	{ NULL, "cpu.weight", NULL, ONE, FIELD(cpu_weight) },
	{ NULL, "cgroup.freeze", NULL, IS_FROZEN, FIELD(is_frozen) },
	{ "memory", "memory.usage_in_bytes", NULL, ONE, FIELD(memory) },
	{ "memory", "memory.limit_in_bytes", NULL, ONE, FIELD(memory_max) },
	{ "memory", "memory.oom_control", "oom_kill", KEY, FIELD(oom_kills) },
	{ "pids", "pids.current", NULL, ONE, FIELD(pids) },
	{ "pids", "pids.max", NULL, ONE, FIELD(pids_max) },
	{ "cpuacct", "cpuacct.usage", NULL, NANO, FIELD(cpu_usec) },
	{ "cpu", "cpu.cfs_quota_us", NULL, ONE, FIELD(cpu_quota_usec) },
	{ "cpu", "cpu.cfs_period_us", NULL, ONE, FIELD(cpu_period_usec) },
	{ "cpu", "cpu.shares", NULL, ONE, FIELD(cpu_weight) },
	{ "freezer", "freezer.state", NULL, IS_FROZEN, FIELD(is_frozen) },
};

static uint64_t number(const char *text)
{
	size_t len = strcspn(text, " \n");
	uint64_t value;

	if (strncmp(text, "max", 3) == 0 || strncmp(text, "-1", 2) == 0)
		return KIST_MAP_MAX;
	if (num_parse_u64_n(text, len, &value) < 0)
		return KIST_MAP_UNKNOWN;
	return value;
}

/* Behind "KEY " at the beginning of a line. */
static uint64_t keyed_number(const char *text, const char *key)
{
	size_t len = strlen(key);

	while (text && *text) {
		if (strncmp(text, key, len) == 0 && text[len] == ' ')
			return number(text + len + 1);
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return KIST_MAP_UNKNOWN;
}

static uint64_t value_in(const struct source *s, const char *text)
{
	uint64_t value = KIST_MAP_UNKNOWN;

	switch (s->form) {
	case ONE:
		value = number(text);
		break;
	case SECOND:
		text = strchr(text, ' ');
		value = text ? number(text + 1) : KIST_MAP_UNKNOWN;
		break;
	case KEY:
		value = keyed_number(text, s->key);
		break;
	case NANO:
		value = number(text);
		value = value < KIST_MAP_MAX ? value / 1000 : value;
		break;
	case IS_FROZEN:
		break;
	}
	if (s->offset == FIELD(memory_max) && value >= V1_UNLIMITED &&
	    value < KIST_MAP_MAX)
		value = KIST_MAP_MAX;
	return value;
}

/* ---- groups ---- */

struct walk {
	struct mapping *m;
	struct keyed by_path;
	struct kist_map_cgroup **groups;
	size_t count, room;
	bool failed;
	const struct source *wanted[ARRAY_LEN(sources)];
	size_t wanted_count;
	bool is_v2;
};

static struct kist_map_cgroup *group_at(struct walk *w, const char *path)
{
	struct kist_map_cgroup *group = keyed_get(&w->by_path, path);
	struct arena *arena = w->m->arena;

	/* Where both versions have it, the controllers are v1's. */
	if (group && !w->is_v2)
		group->hierarchy = "v1";
	if (group)
		return group;
	group = ARENA_NEW(arena, struct kist_map_cgroup);
	memset(&group->memory, 0xff,
	       sizeof(*group) - offsetof(struct kist_map_cgroup, memory));
	group->path = arena_strdup(arena, path);
	group->hierarchy = w->is_v2 ? "v2" : "v1";
	group->parent = -1;
	group->is_frozen = false;
	w->groups = mapping_grow(arena, w->groups, w->count, &w->room,
				 sizeof(struct kist_map_cgroup *));
	if (arena_failed(arena) || !w->groups ||
	    keyed_put(&w->by_path, group->path, group) < 0) {
		w->failed = true;
		return NULL;
	}
	w->groups[w->count++] = group;
	return group;
}

static void take_value(const struct source *s, const char *text,
		       struct kist_map_cgroup *group)
{
	char *field = (char *)group + s->offset;
	uint64_t value;

	if (s->form == IS_FROZEN) {
		if (*text == '1' || strncmp(text, "FR", 2) == 0)
			group->is_frozen = true;
		return;
	}
	value = value_in(s, text);
	if (value != KIST_MAP_UNKNOWN)
		memcpy(field, &value, sizeof(value));
}

/* Rows of the same file stand together. */
static void read_values(struct walk *w, int dir_fd, const char *below,
			struct kist_map_cgroup *group)
{
	const char *last = NULL;
	char path[PATH_BYTES], text[TEXT_MAX];
	bool is_read = false;

	for (size_t i = 0; i < w->wanted_count; i++) {
		const struct source *s = w->wanted[i];

		/* v1: a period without a quota says nothing. */
		if (s->offset == FIELD(cpu_period_usec) && s->controller &&
		    group->cpu_quota_usec == KIST_MAP_MAX)
			continue;
		if (!last || strcmp(last, s->file) != 0) {
			last = s->file;
			is_read =
				path_join(below, s->file, path, sizeof(path)) ==
					0 &&
				read_once(dir_fd, path, text, sizeof(text)) > 0;
		}
		if (is_read)
			take_value(s, text, group);
	}
}

static void walk_dir(struct walk *w, int parent_fd, const char *name,
		     const char *path, unsigned depth);

/* @path: of @dir. A leaf is read from here, without opening it. */
static void walk_entry(struct walk *w, int dir_fd, const char *name,
		       const char *path, unsigned depth)
{
	const char *below =
		arena_printf(w->m->arena, "%s/%s", path[1] ? path : "", name);
	struct kist_map_cgroup *group;
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (st.st_nlink > 2) {
		walk_dir(w, dir_fd, name, below, depth + 1);
		return;
	}
	group = group_at(w, below);
	if (group)
		read_values(w, dir_fd, name, group);
}

static void walk_dir(struct walk *w, int parent_fd, const char *name,
		     const char *path, unsigned depth)
{
	int fd = openat(parent_fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct kist_map_cgroup *group;
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	group = group_at(w, path);
	if (group)
		read_values(w, fd, "", group);
	while (depth < DEPTH_MAX && !w->failed && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			walk_entry(w, fd, entry->d_name, path, depth);
	closedir(dir);
}

/* Is a word in "cpu,cpuacct"? */
static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at++)
		if ((at == list || at[-1] == ',') &&
		    (at[len] == '\0' || at[len] == ','))
			return true;
	return false;
}

static void walk_hierarchy(struct walk *w, const struct cgroup_hierarchy *h)
{
	w->is_v2 = h->is_v2;
	w->wanted_count = 0;
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (h->is_v2 ? !sources[i].controller :
			       sources[i].controller &&
				       has_word(h->controllers,
						sources[i].controller))
			w->wanted[w->wanted_count++] = &sources[i];
	if (w->wanted_count)
		walk_dir(w, AT_FDCWD, h->mount, "/", 0);
}

/* ---- the tree ---- */

/* Above before below: '/' goes before all other characters. */
static int by_path(const void *a, const void *b)
{
	const struct kist_map_cgroup *const *one = a, *const *other = b;
	const char *x = (*one)->path, *y = (*other)->path;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	if (*x == '/' || *y == '/')
		return *x == *y ? 0 : !*x || (*x == '/' && *y) ? -1 : 1;
	return (unsigned char)*x - (unsigned char)*y;
}

/* In the list: hand_out() notes it in @parent, until the list is made. */
static int index_of(const struct walk *w, const char *path)
{
	const struct kist_map_cgroup *group =
		path ? keyed_get(&w->by_path, path) : NULL;

	return group ? group->parent : -1;
}

static int parent_of(const struct walk *w, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *above;

	if (!slash || !path[1])
		return -1;
	above = slash == path ? "/" :
				arena_strndup(w->m->arena, path,
					      (size_t)(slash - path));
	return index_of(w, above);
}

static void hand_out(struct walk *w)
{
	struct mapping *m = w->m;
	struct kist_map_cgroup *list =
		ARENA_ARRAY(m->arena, struct kist_map_cgroup, w->count + 1);

	if (!list || !w->count)
		return;
	qsort(w->groups, w->count, sizeof(struct kist_map_cgroup *), by_path);
	for (size_t i = 0; i < w->count; i++)
		w->groups[i]->parent = (int)i;
	for (size_t i = 0; i < w->count; i++) {
		list[i] = *w->groups[i];
		list[i].parent = parent_of(w, list[i].path);
	}
	for (const struct group *g = m->groups; g; g = g->next) {
		int at = index_of(w, g->whole);

		if (at >= 0)
			list[at].procs += g->procs;
	}
	for (size_t i = 0; i < m->things.count; i++)
		m->things.items[i].cgroup_index =
			index_of(w, m->things.items[i].cgroup);
	for (size_t i = 0; i < m->things.count; i++) {
		int at = index_of(w, m->things.freezers[i]);

		m->things.items[i].is_paused = at >= 0 && list[at].is_frozen;
	}
	m->map->cgroups = list;
	m->map->cgroup_count = w->count;
}

int mapping_cgroups(struct mapping *m)
{
	struct walk w = { .m = m };
	struct cgroup_world world;
	bool failed;

	if (cgroup_probe(&world, NULL) < 0)
		return 0;
	for (int i = 0; i < world.count; i++)
		walk_hierarchy(&w, &world.h[i]);
	hand_out(&w);
	failed = w.failed;
	keyed_done(&w.by_path);
	return failed ? -ENOMEM : 0;
}
