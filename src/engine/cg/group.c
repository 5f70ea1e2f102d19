/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - what a word for a control group means */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/path.h"
#include "engine/cg/group.h"
#include "kernel/cgroup_effective.h"
#include "kernel/cgroup_internal.h"
#include "sys/file.h"

#define SEARCH_DEPTH 12

int cg_world(struct arena *arena, struct cg_world *ret_world,
	     struct kist_error *err)
{
	int ret = cgroup_mounts_list(arena, &ret_world->mounts,
				     &ret_world->mount_count, err);

	if (ret)
		return ret;
	cgroup_mounts_world(ret_world->mounts, ret_world->mount_count,
			    &ret_world->world);
	return 0;
}

const char *cg_hierarchy_name(const struct cgroup_hierarchy *h)
{
	return h->is_v2 ? "v2" : h->controllers;
}

/* ---- reading the word ---- */

static int bad_path(const char *word, const char *why, struct kist_error *err)
{
	return err_set(err, KIST_E_CG_PATH, "control group '%.200s': %s", word,
		       why);
}

/* "/a//b/" as "/a/b", "/" as "". */
static int clean_path(const char *word, const char *path, struct arena *arena,
		      const char **ret_path, struct kist_error *err)
{
	char *clean = arena_alloc(arena, strlen(path) + 2);
	size_t used = 0;

	if (arena_failed(arena))
		return err_nomem(err);
	if (strchr(path, '\n'))
		return bad_path(word, "it has a line break", err);
	if (path_has_dotdot(path))
		return bad_path(word, "'..' is not allowed", err);
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len > 255)
			return bad_path(word, "a name in it is too long", err);
		if (len && !(len == 1 && *path == '.')) {
			clean[used++] = '/';
			memcpy(clean + used, path, len);
			used += len;
		}
		path += len + (path[len] == '/');
	}
	clean[used] = '\0';
	if (used >= 3500)
		return bad_path("…", "it is too long", err);
	*ret_path = clean;
	return 0;
}

static int no_hierarchies(struct kist_error *err)
{
	int ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			  "no control groups are mounted");

	err_hint(err, "'mount -t cgroup2 cgroup2 /sys/fs/cgroup'");
	return ret;
}

/* What of this mount a path of /proc/PID/cgroup is. */
static const char *below_root(const struct cg_world *all, int i,
			      const char *path)
{
	const char *below;

	for (size_t k = 0; k < all->mount_count; k++) {
		const struct cgroup_mount *m = &all->mounts[k];

		if (strcmp(m->place, all->world.h[i].mount) != 0)
			continue;
		if (strcmp(m->root, "/") == 0)
			return path;
		below = path_below(path, m->root);
		return below ? (*below ? below - 1 : "") : path;
	}
	return path;
}

/* "." and "./a" */
static int find_own(struct cg_group *group, const char *rest,
		    struct arena *arena, struct kist_error *err)
{
	char text[16384];
	ssize_t len = sys_read_file(AT_FDCWD, "/proc/self/cgroup", text,
				    sizeof(text));
	struct cgroup_member *members;
	const char *more;
	size_t count;
	int ret = clean_path(group->word, rest, arena, &more, err);

	if (ret)
		return ret;
	if (len < 0)
		return err_sys(err, KIST_E_SYSTEM, (int)-len,
			       "read '/proc/self/cgroup'");
	cgroup_parse_members(text, arena, &members, &count);
	for (size_t k = 0; k < count; k++) {
		int i = cgroup_member_hierarchy(group->world, &members[k]);
		const char *own = members[k].path;

		if (i < 0 || strncmp(own, "/..", 3) == 0)
			continue; /* out of this namespace's sight */
		own = below_root(group->all, i, own);
		group->path[i] = arena_printf(
			arena, "%s%s", strcmp(own, "/") == 0 ? "" : own, more);
	}
	return arena_failed(arena) ? err_nomem(err) : 0;
}

static bool is_unit(const char *word)
{
	static const char *const suffixes[] = { ".service", ".scope",
						".slice" };
	size_t len = strlen(word);

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && strcmp(word + len - n, suffixes[i]) == 0)
			return !strchr(word, '/');
	}
	return false;
}

/* The first directory of that name, shallow ones first. */
static const char *search(int dir_fd, const char *path, const char *name,
			  int depth, struct arena *arena)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const char *found = NULL;
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return NULL;
	}
	if (faccessat(fd, name, F_OK, 0) == 0)
		found = arena_printf(arena, "%s/%s", path, name);
	while (!found && depth && (entry = readdir(dir))) {
		CLEANUP_FD int sub = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub = openat(fd, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (sub >= 0)
			found = search(sub,
				       arena_printf(arena, "%s/%s", path,
						    entry->d_name),
				       name, depth - 1, arena);
	}
	closedir(dir);
	return found;
}

static int find_unit(struct cg_group *group, const char *name,
		     struct arena *arena, struct kist_error *err)
{
	const char *path = NULL;
	int ret;

	for (int i = 0; i < group->world->count && !path; i++) {
		const struct cgroup_hierarchy *h = &group->world->h[i];
		CLEANUP_FD int fd = -1;

		/* where systemd has them all */
		if (!h->is_v2 && strcmp(h->controllers, "name=systemd") != 0)
			continue;
		fd = openat(AT_FDCWD, h->mount,
			    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			path = search(fd, "", name, SEARCH_DEPTH, arena);
	}
	if (!path) {
		ret = err_set(err, KIST_E_CGROUP_UNKNOWN,
			      "no unit '%s' has a control group", name);
		err_hint(err,
			 "'systemctl status %.100s' says whether it runs; "
			 "a path begins with '/'",
			 name);
		return ret;
	}
	for (int i = 0; i < group->world->count; i++)
		group->path[i] = path;
	return 0;
}

/* A word of "cpu,memory:" */
static int hierarchy_of(const struct cgroup_world *world, const char *name)
{
	if (strcmp(name, "v2") == 0 || strcmp(name, "unified") == 0 ||
	    strcmp(name, "cgroup2") == 0)
		return cgroup_find_v2(world);
	return cgroup_find_v1(world, name);
}

static bool v2_offers(const struct cgroup_world *world, const char *name)
{
	int v2 = cgroup_find_v2(world);
	char path[160], have[512];

	if (v2 < 0)
		return false;
	snprintf(path, sizeof(path), "%s/cgroup.controllers",
		 world->h[v2].mount);
	return cgroup_file_read(AT_FDCWD, path, have, sizeof(have)) == 0 &&
	       cgroup_word_in(have, name);
}

static int unknown_controller(const char *name, struct kist_error *err)
{
	struct near near;
	int ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
			  "no hierarchy with '%.60s' is mounted", name);

	near_init(&near, name);
	for (int i = 0; cgroup_controller_names[i]; i++)
		near_offer(&near, cgroup_controller_names[i]);
	if (near.best && strcmp(near.best, name) != 0)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err,
			 "'kist cg ls -c' shows where each controller "
			 "is, 'kist cg mount %.60s=DIR' mounts one",
			 name);
	return ret;
}

/* "cpu,memory:a/b": the part before the colon */
static int find_controllers(struct cg_group *group, const char *colon,
			    const char *path, struct arena *arena,
			    struct kist_error *err)
{
	const char *at = group->word;

	group->named = true;
	while (at < colon) {
		size_t len = strcspn(at, ",:");
		const char *name = arena_strndup(arena, at, len);
		int i;

		if (arena_failed(arena))
			return err_nomem(err);
		i = hierarchy_of(group->world, name);
		if (i < 0 && v2_offers(group->world, name))
			i = cgroup_find_v2(group->world);
		if (strcmp(name, "*") == 0) {
			for (i = 0; i < group->world->count; i++)
				group->path[i] = path;
		} else if (i < 0) {
			return unknown_controller(name, err);
		} else {
			group->path[i] = path;
		}
		at += len + 1;
	}
	return 0;
}

/* The hierarchy with the longest mount point that @path is below. */
static int find_mounted(const struct cg_world *all, const char *path,
			const char **ret_rest)
{
	size_t longest = 0;
	int found = -1;

	for (size_t k = 0; k < all->mount_count; k++) {
		const struct cgroup_mount *m = &all->mounts[k];
		const char *below = path_below(path, m->place);

		if (!below || strlen(m->place) <= longest)
			continue;
		for (int i = 0; i < all->world.count; i++)
			if (all->world.h[i].is_v2 == m->is_v2 &&
			    strcmp(all->world.h[i].controllers,
				   m->controllers) == 0)
				found = i;
		longest = strlen(m->place);
		*ret_rest = below;
	}
	return found;
}

static int find_path(struct cg_group *group, const char *word,
		     struct arena *arena, struct kist_error *err)
{
	const char *path, *rest = "", *clean = NULL;
	int ret = clean_path(word, word, arena, &path, err), i;

	if (ret)
		return ret;
	i = find_mounted(group->all, path, &rest);
	if (i < 0) {
		for (i = 0; i < group->world->count; i++)
			group->path[i] = path;
		return 0;
	}
	ret = clean_path(word, rest, arena, &clean, err);
	group->named = true;
	group->path[i] = clean;
	return ret;
}

int cg_find(const struct cg_world *all, const char *word, struct arena *arena,
	    struct cg_group *ret_group, struct kist_error *err)
{
	struct cg_group group = { .all = all,
				  .world = &all->world,
				  .word = arena_strdup(arena, word) };
	const char *colon = strchr(word, ':'), *path;
	int ret = 0;

	if (arena_failed(arena))
		return err_nomem(err);
	if (all->world.mode == CGROUP_NONE)
		return no_hierarchies(err);
	if (!*word)
		return bad_path(word, "it is empty", err);
	if (strcmp(word, ".") == 0 || strncmp(word, "./", 2) == 0) {
		ret = find_own(&group, word + 1, arena, err);
	} else if (*word == '/') {
		ret = find_path(&group, word, arena, err);
	} else if (colon && !memchr(word, '/', (size_t)(colon - word))) {
		ret = clean_path(word, colon + 1, arena, &path, err);
		if (ret == 0)
			ret = find_controllers(&group,
					       group.word + (colon - word),
					       path, arena, err);
	} else if (is_unit(word)) {
		ret = find_unit(&group, word, arena, err);
	} else {
		ret = bad_path(word, "it does not begin with '/'", err);
		err_hint(err,
			 "write '/%.100s'; './%.60s' is below your own "
			 "group",
			 word, word);
	}
	*ret_group = group;
	return ret;
}

/* ---- using it ---- */

const char *cg_place(const struct cg_group *group, int i, const char *file,
		     struct arena *arena)
{
	return arena_printf(arena, "%s%s%s%s", group->world->h[i].mount,
			    group->path[i], file ? "/" : "", file ? file : "");
}

int cg_open(const struct cg_group *group, int i)
{
	char place[4096];
	int fd;

	if (!group->path[i])
		return -ENOENT;
	snprintf(place, sizeof(place), "%s%s", group->world->h[i].mount,
		 group->path[i]);
	fd = openat(AT_FDCWD, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool cg_is_there(const struct cg_group *group, int i)
{
	CLEANUP_FD int fd = cg_open(group, i);

	return fd >= 0;
}

const char *cg_shown(const struct cg_group *group, int i)
{
	return group->path[i] && *group->path[i] ? group->path[i] : "/";
}

bool cg_above(const struct cg_group *group, int i, struct arena *arena,
	      struct cg_group *ret_above)
{
	const char *path = group->path[i];

	if (!path || !*path)
		return false;
	*ret_above = *group;
	memset(ret_above->path, 0, sizeof(ret_above->path));
	ret_above->path[i] =
		arena_strndup(arena, path, (size_t)(strrchr(path, '/') - path));
	return !arena_failed(arena);
}

/* Offer the names of the groups beside the one that is missing. */
static void offer_beside(const struct cg_group *group, int i,
			 struct arena *arena, struct kist_error *err)
{
	struct cg_group up;
	const char *name;
	struct dirent *entry;
	struct near near;
	DIR *dir;
	int fd;

	if (!cg_above(group, i, arena, &up))
		return;
	name = strrchr(group->path[i], '/') + 1;
	fd = cg_open(&up, i);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	near_init(&near, name);
	while ((entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			near_offer(&near, arena_strdup(arena, entry->d_name));
	closedir(dir);
	if (near.best)
		err_hint(err, "did you mean '%s/%s'?", up.path[i], near.best);
}

int cg_missing(const struct cg_group *group, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	int ret = err_set(err, KIST_E_CGROUP_UNKNOWN,
			  "control group '%s' is not there", group->word);

	arena_init(&arena);
	for (int i = 0; i < group->world->count && err && !*err->hint; i++)
		offer_beside(group, i, &arena, err);
	if (err && !*err->hint)
		err_hint(err,
			 "'kist cg tree' shows those that are, 'kist cg "
			 "new %.100s' makes it",
			 group->word);
	return ret;
}

int cg_find_there(const char *word, struct arena *arena,
		  struct cg_world *ret_world, struct cg_group *ret_group,
		  struct kist_error *err)
{
	int ret = cg_world(arena, ret_world, err);

	if (ret == 0)
		ret = cg_find(ret_world, word, arena, ret_group, err);
	if (ret)
		return ret;
	for (int i = 0; i < ret_world->world.count; i++)
		if (cg_is_there(ret_group, i))
			return 0;
	return cg_missing(ret_group, err);
}

void cg_handle(const struct cg_group *group, struct cgroup *ret_cgroup)
{
	memset(ret_cgroup, 0, sizeof(*ret_cgroup));
	ret_cgroup->world = group->world;
	snprintf(ret_cgroup->path, sizeof(ret_cgroup->path), "%.500s",
		 group->word);
	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++) {
		int fd = i < group->world->count ? cg_open(group, i) : -1;

		ret_cgroup->dir_fd[i] = fd < 0 ? -1 : fd;
	}
}

/* ---- results ---- */

struct result {
	struct arena arena;
	_Alignas(16) unsigned char data[];
};

void *cg_result(size_t size, struct arena **ret_arena)
{
	struct result *r = calloc(1, sizeof(*r) + size);

	if (!r)
		return NULL;
	arena_init(&r->arena);
	*ret_arena = &r->arena;
	return r->data;
}

void kist_cg_free(const void *result)
{
	struct result *r;

	if (!result)
		return;
	r = (struct result *)((unsigned char *)(uintptr_t)result -
			      offsetof(struct result, data));
	arena_done(&r->arena);
	free(r);
}
