/* SPDX-License-Identifier: Apache-2.0 */
/**
 * changes.h - what the layers of a container hold
 *
 * Ownership: in the caller's arena.
 */
#ifndef ENGINE_TRY_CHANGES_H
#define ENGINE_TRY_CHANGES_H

#include <kist/try.h>
#include <sys/types.h>

#include "engine/container/subject.h"

/**
 * struct change - one entry
 * @of:		the directory of this machine the layer lies over
 * @below:	the path below that; "." is itself
 * @layer:	"layers/N/upper", in the record
 * @mode:	of the new file; 0: deleted
 * @is_swapped:	a directory where a file was, or the other way round
 */
struct change {
	struct kist_change shown;
	const char *of, *below, *layer;
	mode_t mode;
	bool is_swapped;
};

/* All that pass @filter (may be NULL), sorted by path. */
MUST_CHECK int changes_list(const struct subject *subject,
			    const struct kist_try_filter *filter,
			    struct arena *arena, struct change **ret_changes,
			    size_t *ret_count, struct kist_error *err);

#endif
