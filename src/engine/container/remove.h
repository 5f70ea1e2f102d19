/* SPDX-License-Identifier: Apache-2.0 */
/* remove.h - telling how a container is removed; see kist/trace.h */
#ifndef ENGINE_REMOVE_H
#define ENGINE_REMOVE_H

#include "container/lifecycle.h"
#include "engine/folders.h"

/* Its control groups. */
void remove_tell_groups(const struct container *container,
			const struct kist_trace *trace);

/* The name, once its record has gone; @name may be "". */
void remove_tell_name(const struct folders *folders, const char *name,
		      const struct kist_trace *trace);

#endif
