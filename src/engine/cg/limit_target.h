/* SPDX-License-Identifier: Apache-2.0 */
/**
 * limit_target.h - TARGETs to be limited
 *
 * How it works
 * ============
 * A container, a unit or a control group is limited whole: the limits are
 * written to the group it has, as its own manager would, and hold for what it
 * starts later. Of namespaces and named sets all processes that are in them
 * are limited, in a group of their own. A process is just that process.
 */
#ifndef ENGINE_CG_LIMIT_TARGET_H
#define ENGINE_CG_LIMIT_TARGET_H

#include "engine/cg/limit.h"

struct limit_pids {
	pid_t *pids;
	size_t count, room;
};

void limit_pids_add(struct limit_pids *list, pid_t pid, struct arena *arena);

/**
 * limit_target_read() - whom a TARGET means
 * @list:	its processes are added, unless it has a group
 * @ret_group_of: a process whose group is the target's, or 0
 */
MUST_CHECK int limit_target_read(const struct kist *kist, const char *word,
				 struct arena *arena, struct limit_pids *list,
				 pid_t *ret_group_of, struct kist_error *err);

/* The process that called us through sudo(8) or pkexec(1). Return: 0; -ENOENT
 * (LIMIT_WORD): neither did. */
MUST_CHECK int limit_caller(pid_t *ret_pid, struct kist_error *err);

#endif
