/* SPDX-License-Identifier: Apache-2.0 */
/* groups.c - control groups: born, gone, populated, empty */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/watch/watch.h"
#include "kernel/cgroup_file.h"
#include "kernel/cgroup_tree.h"

/* ---- which groups ---- */

static struct watched_group *find(const struct watching *w, const char *path)
{
	struct watched_group *items = w->groups.items;

	for (size_t i = 0; i < w->groups.count; i++)
		if (strcmp(items[i].path, path) == 0)
			return &items[i];
	return NULL;
}

static void tell(struct watching *w, const char *path, const char *what)
{
	char subject[600];
	const struct watched_thing *owner = watch_owner_of_group(w, path);
	struct kist_event event = { .kind = KIST_EVENT_POPULATED,
				    .what = what,
				    .subject = subject,
				    .detail = "",
				    .cgroup = path,
				    .status = -1 };

	if (!w->begun)
		return;
	if (owner) {
		event.container = owner->name;
		event.engine = owner->engine;
	}
	snprintf(subject, sizeof(subject), "cgroup %s", path);
	watch_tell(w, &event);
}

/* By itself: what a v1 group has below it counts on its own. */
static bool is_populated(const struct watching *w,
			 const struct cgroup_tree_group *group)
{
	const char *path = group->path;

	for (int i = 0; i < w->world.count; i++) {
		CLEANUP_FD int fd = -1;
		char text[32];

		if (!(group->in & BIT(i)))
			continue;
		fd = openat(w->root_fds[i], path[1] ? path + 1 : ".",
			    O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (w->world.h[i].is_v2 &&
		    cgroup_file_key(fd, "cgroup.events", "populated") == 1)
			return true;
		if (cgroup_file_read(fd, "cgroup.procs", text, sizeof(text)) ==
			    0 &&
		    *text)
			return true;
	}
	return false;
}

static void see(struct watching *w, const struct cgroup_tree_group *from)
{
	struct watched_group *group = find(w, from->path);
	const bool is_new = !group, populated = is_populated(w, from);

	if (is_new) {
		char *path = strdup(from->path);

		group = path ? watched_add(&w->groups) : NULL;
		if (!group) {
			free(path);
			return;
		}
		group->path = path;
		group->oom_kills = w->begun ? 0 : -1;
		tell(w, path, "new");
	}
	group->is_seen = true;
	if (populated != group->is_populated && (populated || !is_new))
		tell(w, group->path, populated ? "populated" : "empty");
	group->is_populated = populated;
}

static void end_unseen(struct watching *w)
{
	for (size_t i = 0; i < w->groups.count;) {
		struct watched_group *group =
			&((struct watched_group *)w->groups.items)[i];
		const bool was_seen = group->is_seen;
		char *path = group->path;

		group->is_seen = false;
		if (was_seen) {
			i++;
			continue;
		}
		if (group->is_populated)
			tell(w, path, "empty");
		tell(w, path, "removed");
		watched_remove(&w->groups, i);
		free(path);
	}
}

int watch_groups(struct watching *w, struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_tree tree;

	arena_init(&arena);
	if (!watch_wants(w, KIST_EVENT_POPULATED | KIST_EVENT_OOM))
		return 0;
	/* kills first: the group may be gone after the next line */
	if (w->begun)
		watch_kills(w);
	if (cgroup_tree_read(&w->world, w->root_fds, w->telling, &arena,
			     &tree) < 0)
		return err_nomem(err);
	for (size_t i = 0; i < tree.count; i++)
		see(w, &tree.groups[i]);
	end_unseen(w);
	if (!w->begun)
		watch_kills(w);
	return 0;
}
