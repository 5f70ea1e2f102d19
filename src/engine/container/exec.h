/* SPDX-License-Identifier: Apache-2.0 */
/* exec.h - what kist_exec() would do (inside engine/) */
#ifndef ENGINE_CONTAINER_EXEC_H
#define ENGINE_CONTAINER_EXEC_H

#include <kist/run.h>

#include "container/lifecycle.h"

/* The plan, read by @read. The container has to run. */
MUST_CHECK int exec_plan(const struct kist *kist, const struct kist_exec *exec,
			 plan_reader *read, void *context,
			 struct kist_error *err);

#endif
