/* SPDX-License-Identifier: Apache-2.0 */
/* rlimit.c - the resource limits of a process: names and numbers */
#include <string.h>
#include <sys/resource.h>

#include "kernel/rlimit.h"

#define ROW(number, name, unit) [number] = { #number, name, unit }

const struct rlimit_info rlimit_table[RLIMIT_COUNT] = {
	ROW(RLIMIT_AS, "as", "bytes"),
	ROW(RLIMIT_CORE, "core", "bytes"),
	ROW(RLIMIT_CPU, "cpu", "seconds"),
	ROW(RLIMIT_DATA, "data", "bytes"),
	ROW(RLIMIT_FSIZE, "fsize", "bytes"),
	ROW(RLIMIT_LOCKS, "locks", "locks"),
	ROW(RLIMIT_MEMLOCK, "memlock", "bytes"),
	ROW(RLIMIT_MSGQUEUE, "msgqueue", "bytes"),
	ROW(RLIMIT_NICE, "nice", "20 - nice"),
	ROW(RLIMIT_NOFILE, "nofile", "files"),
	ROW(RLIMIT_NPROC, "nproc", "processes"),
	ROW(RLIMIT_RSS, "rss", "bytes"),
	ROW(RLIMIT_RTPRIO, "rtprio", "priority"),
	ROW(RLIMIT_RTTIME, "rttime", "microseconds"),
	ROW(RLIMIT_SIGPENDING, "sigpending", "signals"),
	ROW(RLIMIT_STACK, "stack", "bytes"),
};

int rlimit_parse_oci(const char *word)
{
	for (int i = 0; i < RLIMIT_COUNT; i++)
		if (strcmp(word, rlimit_table[i].oci_name) == 0)
			return i;
	return -1;
}

int rlimit_parse(const char *word)
{
	for (int i = 0; i < RLIMIT_COUNT; i++)
		if (strcmp(word, rlimit_table[i].name) == 0)
			return i;
	return -1;
}
