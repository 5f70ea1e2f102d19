/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rights.h - what the mode of a file gives to the process of a case
 *
 * Access control lists and security modules are not seen here: that one may is
 * never claimed, only that one may not.
 */
#ifndef ENGINE_WHY_RIGHTS_H
#define ENGINE_WHY_RIGHTS_H

#include <sys/stat.h>

#include "engine/why/look.h"

/* The bits (4 2 1) that the mode gives. */
unsigned rights_given(const struct proc_status *status, const struct stat *st);
/* Does a capability (number) count for the file? One of a user namespace does
 * not for files whose owner is not mapped in it. */
bool rights_above(const struct why_case *c, const struct proc_status *status,
		  const struct stat *st, int cap);
/* Does the user namespace of the process map both owner and group? */
bool rights_has_owner(const struct why_case *c, const struct stat *st);
/* "mode 0700, user 0, group 0" */
const char *rights_text(const struct why_case *c, const struct stat *st);

/* Does the call change the folder that its path is in: a name is made, removed
 * or given to another file? */
bool rights_changes_folder(const struct why_case *c);

#endif
