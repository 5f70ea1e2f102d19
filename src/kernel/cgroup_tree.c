/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_tree.c - one walk over the control groups of all hierarchies
 *
 * A directory without directories in it is not opened: its link count says so.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/keyed.h"
#include "kernel/cgroup_tree.h"

#define DEPTH_MAX 64

struct walk {
	struct arena *arena;
	struct keyed by_path;
	struct cgroup_tree_group **groups;
	size_t count, room;
	bool failed;
	uint32_t in; /* the hierarchy that is walked */
};

static bool make_room(struct walk *w)
{
	size_t room = w->room ? w->room * 2 : 64;
	struct cgroup_tree_group **larger;

	if (w->count < w->room)
		return true;
	larger = ARENA_ARRAY(w->arena, struct cgroup_tree_group *, room);
	if (arena_failed(w->arena))
		return false;
	if (w->count)
		memcpy(larger, w->groups, w->count * sizeof(*larger));
	w->groups = larger;
	w->room = room;
	return true;
}

/* @path: in the arena */
static void note(struct walk *w, const char *path, unsigned depth)
{
	struct cgroup_tree_group *group = keyed_get(&w->by_path, path);

	if (group) {
		group->in |= w->in;
		return;
	}
	group = ARENA_NEW(w->arena, struct cgroup_tree_group);
	if (arena_failed(w->arena) || !make_room(w) ||
	    keyed_put(&w->by_path, path, group) < 0) {
		w->failed = true;
		return;
	}
	*group = (struct cgroup_tree_group){
		.path = path,
		.parent = -1,
		.depth = depth,
		.in = w->in,
	};
	w->groups[w->count++] = group;
}

static void walk_dir(struct walk *w, int parent_fd, const char *name,
		     const char *path, unsigned depth);

/* @path: of @dir_fd */
static void walk_entry(struct walk *w, int dir_fd, const char *name,
		       const char *path, unsigned depth)
{
	const char *below =
		arena_printf(w->arena, "%s/%s", path[1] ? path : "", name);
	struct stat st;

	if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (st.st_nlink > 2 && depth < DEPTH_MAX)
		walk_dir(w, dir_fd, name, below, depth + 1);
	else
		note(w, below, depth + 1);
}

static void walk_dir(struct walk *w, int parent_fd, const char *name,
		     const char *path, unsigned depth)
{
	int fd = openat(parent_fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	note(w, path, depth);
	while (!w->failed && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && strcmp(entry->d_name, ".") &&
		    strcmp(entry->d_name, ".."))
			walk_entry(w, fd, entry->d_name, path, depth);
	closedir(dir);
}

/* Above before below: '/' goes before all other characters. */
static int by_path(const void *a, const void *b)
{
	const struct cgroup_tree_group *const *one = a, *const *other = b;
	const char *x = (*one)->path, *y = (*other)->path;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	if (*x == '/' || *y == '/')
		return *x == *y ? 0 : !*x || (*x == '/' && *y) ? -1 : 1;
	return (unsigned char)*x - (unsigned char)*y;
}

/* Is @path below @above? */
static bool is_below(const char *path, const char *above)
{
	size_t len = above[1] ? strlen(above) : 0;

	return strncmp(path, above, len) == 0 && path[len] == '/';
}

/* The nearest before it that is above it: the list is sorted. */
static void find_parents(struct cgroup_tree *tree)
{
	for (size_t i = 1; i < tree->count; i++) {
		int at = (int)i - 1;

		while (at >= 0 &&
		       !is_below(tree->groups[i].path, tree->groups[at].path))
			at = tree->groups[at].parent;
		tree->groups[i].parent = at;
	}
}

static int hand_out(struct walk *w, struct cgroup_tree *ret_tree)
{
	struct cgroup_tree tree = {
		.groups = ARENA_ARRAY(w->arena, struct cgroup_tree_group,
				      w->count + 1),
		.count = w->count,
	};

	if (w->failed || arena_failed(w->arena))
		return -ENOMEM;
	if (w->count)
		qsort(w->groups, w->count, sizeof(struct cgroup_tree_group *),
		      by_path);
	for (size_t i = 0; i < w->count; i++)
		tree.groups[i] = *w->groups[i];
	find_parents(&tree);
	*ret_tree = tree;
	return 0;
}

int cgroup_tree_read(const struct cgroup_world *world, const int *root_fds,
		     uint32_t wanted, struct arena *arena,
		     struct cgroup_tree *ret_tree)
{
	struct walk w = { .arena = arena };
	int ret;

	for (int i = 0; i < world->count; i++) {
		w.in = BIT(i);
		if (root_fds[i] >= 0 && wanted & w.in)
			walk_dir(&w, root_fds[i], ".", "/", 0);
	}
	ret = hand_out(&w, ret_tree);
	keyed_done(&w.by_path);
	return ret;
}
