/* SPDX-License-Identifier: Apache-2.0 */
/* kinds.h - the kinds of namespace as words and letters of the command line */
#ifndef CLI_KINDS_H
#define CLI_KINDS_H

#include <stdio.h>

#include <kist/spawn.h>

/* In the order of enum kist_ns: "user", "cgroup" … */
#define KIND_COUNT 8
extern const char *const kind_names[KIND_COUNT + 1];

/* "net, uts and mnt" of a mask of enum kist_ns. */
void kinds_print(unsigned kinds, FILE *out);

#endif
