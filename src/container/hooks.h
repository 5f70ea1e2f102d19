/* SPDX-License-Identifier: Apache-2.0 */
/**
 * hooks.h - hooks that run on this machine's side: prestart, createRuntime,
 * poststart, poststop
 */
#ifndef CONTAINER_HOOKS_H
#define CONTAINER_HOOKS_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "container/plan.h"
#include "format/spec.h"

/**
 * hooks_run() - run all hooks of a kind, in order
 * @status:	of the container, for the state on their standard input
 * @pid:	of its first process; 0 when it has ended
 *
 * Each gets the state as JSON on standard input, its own environment, and at
 * most its time-out. The end of a failing hook's standard error is part of
 * the error.
 *
 * Return: 0, or HOOK_FAILED for the first that fails.
 */
MUST_CHECK int hooks_run(const struct spec *spec, enum hook_kind kind,
			 const char *id, const char *bundle, const char *status,
			 pid_t pid, struct arena *arena,
			 const struct config_source *config,
			 struct kist_error *err);

#endif
