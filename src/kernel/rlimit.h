/* SPDX-License-Identifier: Apache-2.0 */
/**
 * rlimit.h - the resource limits of a process: names and numbers
 *
 * See: setrlimit(2)
 */
#ifndef KERNEL_RLIMIT_H
#define KERNEL_RLIMIT_H

#define RLIMIT_COUNT 16

/**
 * struct rlimit_info - one limit
 * @oci_name:	in config.json, process.rlimits[].type
 * @name:	on command lines: --ulimit nofile=1024:2048
 * @unit:	what the number counts
 */
struct rlimit_info {
	const char *oci_name;
	const char *name;
	const char *unit;
};

/* Indexed by RLIMIT_*. */
extern const struct rlimit_info rlimit_table[RLIMIT_COUNT];

/* "RLIMIT_NOFILE", in just that way. Return: RLIMIT_*, or -1. */
int rlimit_parse_oci(const char *word);
/* "nofile". Return: RLIMIT_*, or -1. */
int rlimit_parse(const char *word);

#endif
