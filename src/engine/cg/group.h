/* SPDX-License-Identifier: Apache-2.0 */
/**
 * group.h - GROUP: what a user calls a control group, and where it is
 *
 * How it works
 * ============
 * A word gives a path for each hierarchy it means. Without controllers before
 * it that is every hierarchy; whether the group is there is asked later, for
 * some functions are to make it. "." gives a different path in each.
 *
 * Ownership:  strings in the given arena.
 * Threads:    no shared state.
 */
#ifndef ENGINE_CG_GROUP_H
#define ENGINE_CG_GROUP_H

#include <kist/cgroup.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_mounts.h"

/* The hierarchies of this machine. */
struct cg_world {
	struct cgroup_world world;
	struct cgroup_mount *mounts;
	size_t mount_count;
};

MUST_CHECK int cg_world(struct arena *arena, struct cg_world *ret_world,
			struct kist_error *err);

/* "memory", "cpu,cpuacct", "name=x", "v2" */
const char *cg_hierarchy_name(const struct cgroup_hierarchy *h);

/**
 * struct cg_group - one group
 * @word:	as it was written
 * @named:	the word names hierarchies; else all are meant
 * @path:	in each hierarchy: "" is the root, "/a/b"; NULL: not meant
 */
struct cg_group {
	const struct cg_world *all;
	const struct cgroup_world *world;
	const char *word;
	bool named;
	const char *path[CGROUP_HIERARCHY_MAX];
};

/**
 * cg_find() - what a word means
 *
 * Return: 0; CG_PATH, CGROUP_CONTROLLER (no such hierarchy), CGROUP_UNKNOWN
 * (no such unit). The group itself need not be there.
 */
MUST_CHECK int cg_find(const struct cg_world *all, const char *word,
		       struct arena *arena, struct cg_group *ret_group,
		       struct kist_error *err);

/* cg_world() and cg_find(), and it is there in one hierarchy at least. */
MUST_CHECK int cg_find_there(const char *word, struct arena *arena,
			     struct cg_world *ret_world,
			     struct cg_group *ret_group,
			     struct kist_error *err);

/* Its directory in hierarchy @i, or with @file a file of it: absolute. */
const char *cg_place(const struct cg_group *group, int i, const char *file,
		     struct arena *arena);

/* Open it. Return: an fd (O_RDONLY), or -errno. */
int cg_open(const struct cg_group *group, int i);
bool cg_is_there(const struct cg_group *group, int i);

/* "/a/b", or "/": for messages. */
const char *cg_shown(const struct cg_group *group, int i);

/* The group above in hierarchy @i. False: it is the root. */
bool cg_above(const struct cg_group *group, int i, struct arena *arena,
	      struct cg_group *ret_above);

/* It is not there. Return: -ESRCH (CGROUP_UNKNOWN), with the nearest name. */
int cg_missing(const struct cg_group *group, struct kist_error *err);

/* struct cgroup of the hierarchies it is in; cgroup_close(). */
void cg_handle(const struct cg_group *group, struct cgroup *ret_cgroup);

static inline void cleanup_cgroup(struct cgroup *cgroup)
{
	cgroup_close(cgroup);
}
#define CLEANUP_CGROUP __attribute__((cleanup(cleanup_cgroup)))

/* What kist_cg_machine() tells of controllers, alone: no tree is walked. */
MUST_CHECK int cg_controllers(struct arena *arena,
			      const struct kist_cg_controller **ret_list,
			      size_t *ret_count, struct kist_error *err);

/* ---- results for the public functions ---- */

/**
 * cg_result() - memory for a result of @size bytes, zeroed, with an arena
 * @ret_arena:	lives as long
 *
 * kist_cg_free() gives both back.
 */
void *cg_result(size_t size, struct arena **ret_arena);

#endif
