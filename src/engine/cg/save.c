/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save.c - control groups as they are, as a script or as cgconfig.conf
 *
 * How it works
 * ============
 * Of every group only what the kernel did not make so by itself is written. The
 * script may be run any number of times: directories are made with mkdir -p,
 * and what is written is what is there already. memory.limit_in_bytes and memsw
 * of v1 refuse each other by direction, so the first is tried before and
 * written again after the second.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/trace.h"
#include "engine/cg/state.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_knobs.h"

#define LIMIT "memory.limit_in_bytes"
#define MEMSW "memory.memsw.limit_in_bytes"

struct saving {
	struct cg_world world;
	struct cg_group group;
	struct arena *arena;
	struct buf *out;
	bool conf;
	int ret;
};

static bool has(const struct cg_write *writes, size_t count, const char *file)
{
	for (size_t k = 0; k < count; k++)
		if (strcmp(writes[k].file, file) == 0)
			return true;
	return false;
}

/* ---- script ---- */

static void put_write(struct saving *s, const struct cg_group *g,
		      const struct cg_write *w, const char *behind)
{
	const char *place = cg_place(g, w->hierarchy, w->file, s->arena);

	if (!arena_failed(s->arena))
		buf_printf(s->out, "echo %s > %s%s\n",
			   *w->value ? trace_word(w->value) : "''",
			   trace_word(place), behind);
}

/* Files that are not the owner's of the directory; -1: cannot be read. */
static int strangers(int fd, DIR *dir, const struct stat *owner)
{
	struct dirent *entry;
	struct stat st;
	int count = 0;

	rewinddir(dir);
	while ((entry = readdir(dir)))
		count += entry->d_type == DT_REG &&
			 fstatat(fd, entry->d_name, &st, 0) == 0 &&
			 (st.st_uid != owner->st_uid ||
			  st.st_gid != owner->st_gid);
	rewinddir(dir);
	return count;
}

static void put_owner(struct saving *s, const struct cg_group *g, int i)
{
	const char *place = cg_place(g, i, NULL, s->arena);
	int fd = cg_open(g, i);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat owner, st;
	bool all;

	if (!dir || arena_failed(s->arena) || fstat(fd, &owner)) {
		if (dir)
			closedir(dir);
		else
			cleanup_fd(&fd);
		return;
	}
	all = !strangers(fd, dir, &owner);
	if (owner.st_uid || owner.st_gid)
		buf_printf(s->out, "chown %u:%u %s\n", owner.st_uid,
			   owner.st_gid, trace_word(place));
	if (all && (owner.st_uid || owner.st_gid))
		buf_printf(s->out,
			   "find %s -maxdepth 1 -type f -exec chown %u:%u {} "
			   "+\n",
			   trace_word(place), owner.st_uid, owner.st_gid);
	while (!all && (entry = readdir(dir)))
		if (entry->d_type == DT_REG &&
		    fstatat(fd, entry->d_name, &st, 0) == 0 &&
		    (st.st_uid || st.st_gid))
			buf_printf(s->out, "chown %u:%u %s/%s\n", st.st_uid,
				   st.st_gid, trace_word(place),
				   trace_word(entry->d_name));
	closedir(dir);
}

static void put_group(struct saving *s, const struct cg_group *g, int i)
{
	struct cg_write *writes = NULL;
	const struct cg_write *limit = NULL;
	size_t count = 0;

	s->ret = cg_state(g, i, s->arena, &writes, &count);
	if (s->ret)
		return;
	buf_printf(s->out, "mkdir -p %s\n",
		   trace_word(cg_place(g, i, NULL, s->arena)));
	for (size_t k = 0; k < count; k++) {
		bool pair = strcmp(writes[k].file, LIMIT) == 0 &&
			    has(writes, count, MEMSW);

		if (pair)
			limit = &writes[k];
		put_write(s, g, &writes[k], pair ? " 2>/dev/null || :" : "");
		if (limit && strcmp(writes[k].file, MEMSW) == 0)
			put_write(s, g, limit, "");
	}
	put_owner(s, g, i);
}

/* What the groups above have to hand down for this one (v2). */
static void put_above(struct saving *s, int i)
{
	CLEANUP_FD int fd = cg_open(&s->group, i);
	struct cg_group up = s->group;
	const char *path = s->group.path[i], *slash = path;
	char have[512] = "", text[700] = "", name[64];
	int len;

	if (!*path || fd < 0)
		return;
	cgroup_file_read(fd, "cgroup.controllers", have, sizeof(have));
	for (const char *at = have; sscanf(at, " %63s%n", name, &len) == 1;
	     at += len)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s+%s", *text ? " " : "", name);
	for (; slash; slash = strchr(slash + 1, '/')) {
		up.path[i] =
			arena_strndup(s->arena, path, (size_t)(slash - path));
		if (arena_failed(s->arena))
			return;
		if (*up.path[i])
			buf_printf(
				s->out, "mkdir -p %s\n",
				trace_word(cg_place(&up, i, NULL, s->arena)));
		if (*text)
			buf_printf(s->out, "echo %s > %s\n", trace_word(text),
				   trace_word(cg_place(&up, i,
						       "cgroup.subtree_control",
						       s->arena)));
	}
}

/* ---- cgconfig.conf ---- */

static bool is_bare(const char *word)
{
	return *word && !strpbrk(word, " \t\n{}=;#\"");
}

static void put_word(struct buf *out, const char *word)
{
	if (is_bare(word))
		buf_puts(out, word);
	else
		buf_printf(out, "\"%s\"", word);
}

/* The controller of libcgroup's block: of the file, else of the hierarchy. */
static const char *block_of(struct saving *s, int i, const char *file)
{
	const struct cgroup_hierarchy *h = &s->world.world.h[i];
	char name[64];

	cgroup_controller_of(file, name, sizeof(name));
	if (*name)
		return arena_strdup(s->arena, name);
	if (h->is_v2)
		return "cgroup";
	if (strncmp(h->controllers, "name=", 5) == 0)
		return arena_printf(s->arena, "\"%s\"", h->controllers);
	return arena_strndup(s->arena, h->controllers,
			     strcspn(h->controllers, ","));
}

static void put_block(struct saving *s, const struct cg_group *g, int i)
{
	struct cg_write *writes = NULL;
	size_t count = 0;
	const char *open = NULL;

	s->ret = cg_state(g, i, s->arena, &writes, &count);
	if (s->ret)
		return;
	if (!count)
		buf_printf(s->out, "\t%s {\n\t}\n", block_of(s, i, "tasks"));
	for (size_t k = 0; k < count; k++) {
		const char *block = block_of(s, i, writes[k].file);

		if (arena_failed(s->arena))
			return;
		if (strcmp(writes[k].file, "cgroup.subtree_control") == 0)
			continue; /* loading enables what is needed */
		if (!open || strcmp(open, block) != 0)
			buf_printf(s->out, "%s\t%s {\n", open ? "\t}\n" : "",
				   block);
		open = block;
		buf_printf(s->out, "\t\t%s = ", writes[k].file);
		put_word(s->out, writes[k].value);
		buf_puts(s->out, ";\n");
	}
	if (open)
		buf_puts(s->out, "\t}\n");
	else if (count)
		buf_printf(s->out, "\t%s {\n\t}\n", block_of(s, i, "tasks"));
}

static void put_perm(struct saving *s, const struct cg_group *g)
{
	struct stat dir, tasks;
	bool any = false;

	for (int i = 0; i < g->world->count && !any; i++) {
		CLEANUP_FD int fd = cg_open(g, i);

		if (fd < 0 || fstat(fd, &dir) ||
		    fstatat(fd, "cgroup.procs", &tasks, 0))
			continue;
		any = dir.st_uid || dir.st_gid || tasks.st_uid || tasks.st_gid;
	}
	if (any)
		buf_printf(s->out,
			   "\tperm {\n\t\ttask {\n\t\t\tuid = %u;\n"
			   "\t\t\tgid = %u;\n\t\t}\n\t\tadmin {\n"
			   "\t\t\tuid = %u;\n\t\t\tgid = %u;\n\t\t}\n\t}\n",
			   tasks.st_uid, tasks.st_gid, dir.st_uid, dir.st_gid);
}

static void put_mounts(struct saving *s)
{
	buf_puts(s->out, "mount {\n");
	for (int i = 0; i < s->world.world.count; i++) {
		const struct cgroup_hierarchy *h = &s->world.world.h[i];
		const char *at = h->controllers;

		while (!h->is_v2 && *at) {
			int len = (int)strcspn(at, ",");
			bool named = strncmp(at, "name=", 5) == 0;

			buf_printf(s->out, "\t%s%.*s%s = ", named ? "\"" : "",
				   len, at, named ? "\"" : "");
			put_word(s->out, h->mount);
			buf_puts(s->out, ";\n");
			at += len + (at[len] == ',');
		}
	}
	buf_puts(s->out, "}\n");
}

/* ---- the tree ---- */

static void put_conf_group(struct saving *s, const struct cg_group *g)
{
	for (int i = 0; i < g->world->count; i++)
		if (g->path[i] && strchr(g->path[i], '"')) {
			buf_printf(s->out,
				   "\n# left out, for cgconfig.conf has no way "
				   "to write its name: %s\n",
				   g->path[i]);
			return;
		}
	for (int i = 0; i < g->world->count; i++)
		if (g->path[i] && *g->path[i]) {
			buf_puts(s->out, "\ngroup ");
			put_word(s->out, g->path[i] + 1);
			buf_puts(s->out, " {\n");
			break;
		}
	put_perm(s, g);
	for (int i = 0; i < g->world->count && s->ret == 0; i++)
		if (g->path[i] && cg_is_there(g, i))
			put_block(s, g, i);
	buf_puts(s->out, "}\n");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the groups below in hierarchy @i, sorted. */
static const char **names_below(struct saving *s, const struct cg_group *g,
				int i, size_t *ret_count)
{
	int fd = cg_open(g, i);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char **names;
	struct dirent *entry;
	size_t size = 0, count = 0;

	*ret_count = 0;
	if (!dir) {
		cleanup_fd(&fd);
		return NULL;
	}
	while ((entry = readdir(dir)))
		size += entry->d_type == DT_DIR;
	rewinddir(dir);
	names = ARENA_ARRAY(s->arena, const char *, size + 1);
	while (!arena_failed(s->arena) && (entry = readdir(dir)) &&
	       count < size)
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			names[count++] = arena_strdup(s->arena, entry->d_name);
	closedir(dir);
	if (arena_failed(s->arena))
		return NULL;
	if (count)
		qsort(names, count, sizeof(*names), by_name);
	*ret_count = count;
	return names;
}

static void put_tree(struct saving *s, const struct cg_group *g, int i)
{
	const char **names;
	size_t count;

	if (*g->path[i])
		put_group(s, g, i);
	names = names_below(s, g, i, &count);
	for (size_t k = 0; k < count && s->ret == 0; k++) {
		struct cg_group sub = *g;

		sub.path[i] =
			arena_printf(s->arena, "%s/%s", g->path[i], names[k]);
		if (!arena_failed(s->arena))
			put_tree(s, &sub, i);
	}
	/* gone while we looked: then it is not to be saved */
	if (s->ret == -ENOENT)
		s->ret = 0;
}

/* A group once, with all its hierarchies, then those below. */
static void put_conf_tree(struct saving *s, const struct cg_group *g)
{
	const char **all[CGROUP_HIERARCHY_MAX] = { NULL };
	size_t counts[CGROUP_HIERARCHY_MAX] = { 0 };
	size_t at[CGROUP_HIERARCHY_MAX] = { 0 };
	bool root = true;

	for (int i = 0; i < g->world->count; i++) {
		if (!g->path[i])
			continue;
		root = root && !*g->path[i];
		all[i] = names_below(s, g, i, &counts[i]);
	}
	if (!root)
		put_conf_group(s, g);
	while (s->ret == 0 && !arena_failed(s->arena)) {
		struct cg_group sub = *g;
		const char *next = NULL;

		for (int i = 0; i < g->world->count; i++)
			if (at[i] < counts[i] &&
			    (!next || strcmp(all[i][at[i]], next) < 0))
				next = all[i][at[i]];
		if (!next)
			return;
		for (int i = 0; i < g->world->count; i++) {
			bool here = at[i] < counts[i] &&
				    strcmp(all[i][at[i]], next) == 0;

			sub.path[i] = here ? arena_printf(s->arena, "%s/%s",
							  g->path[i], next) :
					     NULL;
			at[i] += here;
		}
		if (!arena_failed(s->arena))
			put_conf_tree(s, &sub);
	}
}

static void put_all(struct saving *s)
{
	if (s->conf) {
		buf_puts(s->out, "# cgconfig.conf(5), for 'kist cg load'\n");
		put_mounts(s);
		put_conf_tree(s, &s->group);
		return;
	}
	buf_puts(s->out, "#!/bin/sh\n# control groups as they were; may be run "
			 "any number of times\nset -e\n");
	for (int i = 0; i < s->world.world.count && s->ret == 0; i++) {
		if (!s->group.path[i] || !cg_is_there(&s->group, i))
			continue;
		buf_printf(s->out, "\n# %s\n",
			   cg_hierarchy_name(&s->world.world.h[i]));
		if (s->world.world.h[i].is_v2)
			put_above(s, i);
		put_tree(s, &s->group, i);
	}
}

int kist_cg_save(const char *group, bool conf, char **ret_text,
		 struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf out;
	struct saving s = { .arena = &arena, .out = &out, .conf = conf };
	int ret;

	arena_init(&arena);
	buf_init(&out);
	ret = cg_find_there(group ? group : "/", &arena, &s.world, &s.group,
			    err);
	if (ret)
		return ret;
	for (int i = 0; i < s.world.world.count; i++)
		if (s.group.path[i] && !cg_is_there(&s.group, i))
			s.group.path[i] = NULL;
	put_all(&s);
	if (s.ret)
		return err_sys(err, KIST_E_SYSTEM, -s.ret,
			       "read control group '%s'", s.group.word);
	if (buf_failed(&out) || arena_failed(&arena))
		return err_nomem(err);
	*ret_text = buf_take(&out);
	return *ret_text ? 0 : err_nomem(err);
}
