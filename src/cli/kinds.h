/* SPDX-License-Identifier: Apache-2.0 */
/* kinds.h - the kinds of namespace as words and letters of the command line */
#ifndef CLI_KINDS_H
#define CLI_KINDS_H

#include <stdbool.h>
#include <stdio.h>

#include <kist/spawn.h>

#include "cli/opt.h"

/* In the order of enum kist_ns: "user", "cgroup" … */
#define KIND_COUNT 8
extern const char *const kind_names[KIND_COUNT + 1];

/* By the letter of unshare(1): 'n'. Return: the number of the bit, or -1. */
int kind_of_letter(int letter);

/* "net, uts and mnt" of a mask of enum kist_ns. */
void kinds_print(unsigned kinds, FILE *out);

/* A flag for each kind, into bool @f[KIND_COUNT] of ARGS. */
#define KIND_FLAGS(f)                                                       \
	TITLE("which namespaces"),                                          \
		FLAG('m', "mount|mnt", f[7], "the mount namespace"),        \
		FLAG('u', "uts", f[6], "host name"),                        \
		FLAG('i', "ipc", f[2], "System V objects, message queues"), \
		FLAG('n', "net", f[3], "network"),                          \
		FLAG('p', "pid", f[4], "processes"),                        \
		FLAG('U', "user", f[0], "ids and capabilities"),            \
		FLAG('C', "cgroup", f[1], "the view of control groups"),    \
		FLAG('T', "time", f[5], "clocks since boot"), TITLE("how")

/* The mask of such flags. */
unsigned kinds_of(const bool kind[KIND_COUNT]);

/* int64_t milliseconds, which may be negative: 90, 1h30m, -7d, +2d */
opt_reader opt_offset;

#endif
