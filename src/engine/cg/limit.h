/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit.h - from "mem=3G" to files of control groups
 *
 * How it works
 * ============
 * Words are read into asks (limit_words.c): a key of limit_keys[] and a
 * value, without regard to any version. Where each goes is planned before
 * anything is made (limit_plan.c, limit_place.c): directories to make,
 * controllers to hand down, files to write. A dry run tells the plan; else it
 * is done (limit_make.c), and undone when a step fails. Only hierarchies with a
 * limit get a group. It is below the process's own, so that what limited it
 * before does so still.
 *
 * Ownership: strings in the plan's arena.
 * Threads:   no shared state.
 */
#ifndef ENGINE_CG_LIMIT_H
#define ENGINE_CG_LIMIT_H

#include <kist/limit.h>

#include "base/arena.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_keys.h"

#define LIMIT_NONE INT64_MAX

/**
 * struct limit_ask - one limit asked for
 * @key:	enum limit_key, or -1: a file of the kernel, as it is
 * @word:	as written, for messages: "mem=3G"
 * @name:	hugetlb: "2MB"; net.prio: the link; key -1: the file
 * @text:	lists and files: the value
 * @number:	bytes, thousand-millionths of a processor, …; LIMIT_NONE
 * @device:	"8:0", or NULL
 */
struct limit_ask {
	int key;
	const char *word, *name, *text, *device;
	int64_t number;
};

struct limit_asks {
	struct limit_ask *items;
	size_t count, room;
};

/**
 * limit_words_read() - read words such as "mem=3G"
 * @words:	NULL-terminated; a later one replaces an earlier of its key
 *
 * Return: 0 or -EINVAL (LIMIT_WORD).
 */
MUST_CHECK int limit_words_read(const char *const *words, struct arena *arena,
				struct limit_asks *asks,
				struct kist_error *err);

/* The one with this key, or NULL. */
const struct limit_ask *limit_ask_of(const struct limit_asks *asks,
				     enum limit_key key);

enum limit_op_kind { LIMIT_MKDIR, LIMIT_WRITE };

/**
 * struct limit_op - one step
 * @path:	the directory, or the file
 * @text:	what is written
 * @why:	in words, or NULL
 * @word:	the limit it is for, or NULL
 * @old:	what was there before, in a group that we did not make
 */
struct limit_op {
	enum limit_op_kind kind;
	const char *path, *text, *why, *word, *old;
};

#define LIMIT_OPS 96

/**
 * struct limit_plan - what is to be made
 * @group:	per hierarchy the path from the mount's root, or NULL
 * @dir_fd:	of those that were made, else -1
 * @is_threaded: for threads instead of processes
 * @is_existing: nothing is made: the limits go to the process's own groups
 */
struct limit_plan {
	struct arena *arena;
	const char *group[CGROUP_HIERARCHY_MAX];
	int dir_fd[CGROUP_HIERARCHY_MAX];
	bool made[CGROUP_HIERARCHY_MAX];
	size_t count;
	bool is_threaded, is_existing;
	struct cgroup_world world;
	struct limit_op ops[LIMIT_OPS];
};

/* An empty plan. What its counts do not reach is left alone: it is large, and
 * a start that is to be cheap touches few pages. */
void limit_plan_init(struct limit_plan *plan, struct arena *arena);
void limit_plan_add(struct limit_plan *plan, struct limit_op op);

/**
 * limit_plan_fill() - plan groups for asks
 * @pid:	below whose groups; 0: the caller's
 * @parent:	or below this one, a path from the mounts' root; or NULL
 * @name:	of the new group
 *
 * Return: 0; LIMIT_VERSION, LIMIT_PLACE, CGROUP_CONTROLLER.
 */
MUST_CHECK int limit_plan_fill(struct limit_plan *plan,
			       const struct limit_asks *asks, pid_t pid,
			       const char *parent, const char *name,
			       struct kist_error *err);

/* The group of a hierarchy: below which one, with which controllers. @needs:
 * space-separated, for v2. */
MUST_CHECK int limit_place(struct limit_plan *plan, int hierarchy,
			   const char *cgroup_text, const char *parent,
			   const char *name, const char *needs,
			   struct kist_error *err);

/* Do it, or only tell. After a failure nothing of it is left. */
MUST_CHECK int limit_plan_make(struct limit_plan *plan,
			       const struct kist_trace *trace,
			       struct kist_error *err);
void limit_plan_close(struct limit_plan *plan);

/* Remove the groups. Return: 0, or -EBUSY while processes are in one. */
MUST_CHECK int limit_plan_remove(struct limit_plan *plan);

/* Its groups as kernel/cgroup.h has them, sharing the fds; the paths differ
 * per hierarchy, so only what works by fds may be called. */
void limit_plan_cgroup(const struct limit_plan *plan, struct cgroup *ret);

/* Move a process (or, in a threaded plan, a thread) into the groups. */
MUST_CHECK int limit_plan_move(const struct limit_plan *plan, pid_t pid,
			       const struct kist_trace *trace,
			       struct kist_error *err);

/* Stay, in a process of its own, until the groups are empty, and remove them.
 * Returns at once. */
MUST_CHECK int limit_reap(struct limit_plan *plan, struct kist_error *err);

#endif
