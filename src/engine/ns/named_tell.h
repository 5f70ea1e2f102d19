/* SPDX-License-Identifier: Apache-2.0 */
/* named_tell.h - the shell's words for making and keeping named namespaces */
#ifndef ENGINE_NS_NAMED_TELL_H
#define ENGINE_NS_NAMED_TELL_H

#include <kist/namespace.h>

#include "base/trace.h"
#include "engine/ns/target.h"

MUST_CHECK int named_tell_new(const struct kist *kist,
			      const struct kist_ns_new *args, uint32_t kinds,
			      const struct kist_trace *trace,
			      struct kist_error *err);
MUST_CHECK int named_tell_keep(const struct kist *kist, const char *name,
			       struct target *target, uint32_t kinds,
			       const struct kist_trace *trace,
			       struct kist_error *err);

#endif
