/* SPDX-License-Identifier: Apache-2.0 */
/**
 * clean.h - looking for what was left behind, a file a kind of thing
 *
 * How it works
 * ============
 * A finder looks and adds what it found, together with a remover and what that
 * one needs. The remover trusts nothing of it: it takes the lock, looks again,
 * and gives up quietly (-EBUSY) on what is in use by now. A finder passes over
 * what it may not see; it fails only where nothing works any more.
 *
 * Ownership: all in the arena.
 */
#ifndef ENGINE_CLEAN_CLEAN_H
#define ENGINE_CLEAN_CLEAN_H

#include <kist/clean.h>

#include "base/trace.h"
#include "engine/folders.h"
#include "kernel/cgroup.h"
#include "kernel/ns.h"

/* Somebody may be making what is younger. */
#define CLEAN_AGE_SECONDS 10

struct cleaning;
struct leftover;

/* Return: 0; -EBUSY: it is in use; or what failed, with @err. */
typedef int clean_remover(struct cleaning *c, const struct leftover *left,
			  const struct kist_trace *trace,
			  struct kist_error *err);

/**
 * struct leftover - one thing, with what is needed to remove it
 * @shown:	what others see
 * @remove:	NULL: it is only told of
 * @name:	its id, name or path, as the remover wants it
 */
struct leftover {
	struct kist_leftover shown;
	clean_remover *remove;
	const char *name;
};

/**
 * struct cleaning - what is being looked through
 * @clean:	first: kist_clean_free() is given a pointer to it
 */
struct cleaning {
	struct kist_clean clean;
	struct arena arena;
	struct kist kist;
	struct folders folders;
	struct cgroup_world world;
	int proc_fd;
	struct leftover *left;
	size_t count, room;
};

/* Add one; the strings are the arena's. */
void clean_add(struct cleaning *c, const struct leftover *left);

/* How many seconds ago was it last changed? 0 if that cannot be told. */
int64_t clean_age(int dir_fd, const char *name);

/* Is a process in this namespace that the caller may look at? @except: one
 * that does not count, or 0. */
bool clean_in_use(struct cleaning *c, enum ns_kind kind, uint64_t ino,
		  pid_t except);

/* The finders. */
MUST_CHECK int clean_find_containers(struct cleaning *c,
				     struct kist_error *err);
MUST_CHECK int clean_find_states(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_names(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_sets(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_netns(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_mounts(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_cgroups(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_ports(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_links(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_moved(struct cleaning *c, struct kist_error *err);
MUST_CHECK int clean_find_holders(struct cleaning *c, struct kist_error *err);

#endif
