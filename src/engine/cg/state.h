/* SPDX-License-Identifier: Apache-2.0 */
/**
 * state.h - a control group as the writes that make it what it is
 *
 * Ownership: everything in the arena.
 */
#ifndef ENGINE_CG_STATE_H
#define ENGINE_CG_STATE_H

#include "engine/cg/group.h"

/* One write; @hierarchy is an index of the world. */
struct cg_write {
	int hierarchy, order;
	const char *file, *value;
};

/**
 * cg_state() - what of a group in hierarchy @i is not as the kernel made it
 *
 * In the order in which the kernel takes it. Files that cannot be read are left
 * out.
 */
MUST_CHECK int cg_state(const struct cg_group *group, int i,
			struct arena *arena, struct cg_write **ret_writes,
			size_t *ret_count);

/* kist_cg_new() where the hierarchies are known, or only planned. */
MUST_CHECK int cg_new_in(const struct cg_world *world,
			 const struct kist_cg_new *args,
			 const struct kist_trace *trace,
			 struct kist_error *err);

#endif
