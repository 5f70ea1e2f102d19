/* SPDX-License-Identifier: Apache-2.0 */
/* limit.h - kist limit --get, between cmd_limit*.c */
#ifndef CLI_LIMIT_H
#define CLI_LIMIT_H

#include "cli/kist.h"

/* Print what limits processes and TARGETs (@targets: NULL-terminated, or
 * NULL); without any, the caller. */
int limit_get(const struct kist_global *global, const pid_t *pids,
	      size_t pid_count, const char *const *targets, bool json,
	      struct kist_error *err);

/* Print the limits there are, in all their spellings. */
int limit_print_keys(bool json, struct kist_error *err);

#endif
