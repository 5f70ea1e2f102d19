/* SPDX-License-Identifier: Apache-2.0 */
/* each.h - do something to each container of a list of names */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "cli/kist.h"

typedef int each_do(const struct kist *kist, const char *name, const void *args,
		    struct kist_error *err);

/**
 * each_container() - do it to all, whatever becomes of those before
 * @names:	NULL-terminated, or NULL: a mistake
 *
 * The failures but the last are printed here; the last is the caller's.
 *
 * Return: 0 if all succeeded, else what failed last.
 */
int each_container(const struct kist_global *global, const char *const *names,
		   each_do *action, const void *args, struct kist_error *err);

#endif
