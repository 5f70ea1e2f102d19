/* SPDX-License-Identifier: Apache-2.0 */
/**
 * hook_run.h - a command of the user's, run for an event
 *
 * Threads:    waits for the command.
 * Child-safe: no.
 */
#ifndef ENGINE_HOOK_RUN_H
#define ENGINE_HOOK_RUN_H

#include <stddef.h>

/* @value: NULL is empty */
struct hook_variable {
	const char *name, *value;
};

/* Run @hook with sh as $0 @name and $1 @subject, and wait for it; what it
 * returns is its own matter. It finds @own in its environment, with @prefix
 * before each name, and nothing else of that prefix. */
void hook_run(const char *hook, const char *name, const char *subject,
	      const char *prefix, const struct hook_variable *own,
	      size_t count);

#endif
