/* SPDX-License-Identifier: Apache-2.0 */
/**
 * steps.h - printing the steps of what is done, for --dry-run and for notes
 */
#ifndef CLI_STEPS_H
#define CLI_STEPS_H

#include <stdbool.h>
#include <stdio.h>

#include <kist/trace.h>

/**
 * steps_to() - a trace that prints each step as a line for sh(1)
 * @dry_run:	of the trace; the lines are for standard output then
 * @out:	where to, or NULL: say nothing
 *
 * "mkdir /sys/fs/cgroup/a", with "# why" behind if it is short, else before.
 */
struct kist_trace steps_to(bool dry_run, FILE *out);

#endif
