/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/trace.h - what a function does to the machine, as shell lines
 *
 * Functions that change the machine take a struct kist_trace, which may be
 * NULL. Before each step they tell it: the shell line that does the same, and
 * why. With @dry_run it is only told: nothing is changed, and the function
 * returns as if it had worked, as far as that can be known beforehand.
 *
 * Run in order, as the same user, by sh(1), the lines of a dry run leave the
 * machine as the function would.
 *
 * Ownership:  the caller's; the strings of a step last as long as the call.
 * Threads:    @step is called by the calling thread.
 */
#ifndef KIST_TRACE_H
#define KIST_TRACE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_trace - who is told of each step
 * @dry_run:	change nothing
 * @step:	@shell is one line (or more, joined by newlines) for sh(1),
 *		words quoted as needed; @why says in words what for, or is NULL
 * @context:	given to @step
 */
struct kist_trace {
	bool dry_run;
	void (*step)(void *context, const char *shell, const char *why);
	void *context;
};

#ifdef __cplusplus
}
#endif

#endif
