/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_usage.h - what a control group uses now, on either version
 *
 * One struct whatever the version; what no file tells is -1. Cheap: one read
 * of each small file, and nothing of the groups above (cgroup_effective.h
 * tells who really limits).
 *
 * Ownership:  nothing is kept.
 * Threads:    no shared state.
 * See:        cgroup-v2.rst, cpuacct.rst, memory.rst and others of cgroup-v1
 */
#ifndef KERNEL_CGROUP_USAGE_H
#define KERNEL_CGROUP_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/cgroup.h"

#define CGROUP_USAGE_MAX INT64_MAX /* of a limit: there is none */

/* What is wanted: each part costs its files. */
enum cgroup_usage_part {
	CGROUP_USAGE_CPU = 1,	 /* the time used */
	CGROUP_USAGE_MEMORY = 2, /* used, OOM kills */
	CGROUP_USAGE_PIDS = 4,
	CGROUP_USAGE_IO = 8,
	CGROUP_USAGE_LIMITS = 16, /* of the parts that are wanted */
	CGROUP_USAGE_PRESSURE = 32,
	CGROUP_USAGE_FROZEN = 64,
	CGROUP_USAGE_SWAP = 128,   /* needs the memory on v1 */
	CGROUP_USAGE_EVENTS = 256, /* how often limits were hit */
	CGROUP_USAGE_ALL = 511,
};

/**
 * struct cgroup_usage - numbers; -1: not known
 * @cpu_usec:	time used so far
 * @quota_usec, @period_usec: @quota_usec CGROUP_USAGE_MAX: no quota
 * @weight:	as the file has it: shares on v1
 * @memory …:	bytes; @swap on v1 is memory+swap less memory
 * @memory_high: -1 on v1
 * @memory_max_events …: how often a limit was hit
 * @oom_kills:	processes killed in it; on v2 below it too
 * @read_bytes …: of all devices together, so far
 * @cpu_pressure …: avg10 of "some": 0 to 1; negative: not known
 * @is_there:	some hierarchy has the group
 */
struct cgroup_usage {
	int64_t cpu_usec, quota_usec, period_usec, weight;
	int64_t memory, memory_max, memory_high, swap, swap_max;
	int64_t memory_max_events, memory_high_events, pids_max_events;
	int64_t oom_kills;
	int64_t pids, pids_max;
	int64_t read_bytes, write_bytes;
	double cpu_pressure, memory_pressure, io_pressure;
	int64_t is_frozen;
	bool is_there;
};

/* Bit per hierarchy that tells something of @parts. */
uint32_t cgroup_usage_hierarchies(const struct cgroup_world *world,
				  unsigned parts);

/**
 * cgroup_usage_read() - of the group @path
 * @root_fds:	an open directory for each hierarchy of @world (-1: leave it
 *		out), as cgroup_usage_open() makes them
 * @in:		of these: of cgroup_usage_hierarchies() and, if known, those
 *		that have it (struct cgroup_tree_group)
 * @path:	"/a/b"; "" or "/" is the root
 * @parts:	mask of enum cgroup_usage_part
 */
void cgroup_usage_read(const struct cgroup_world *world, const int *root_fds,
		       uint32_t in, const char *path, unsigned parts,
		       struct cgroup_usage *ret_usage);

/* The mounts of all hierarchies, as O_PATH; closed by cgroup_usage_close(). */
void cgroup_usage_open(const struct cgroup_world *world,
		       int ret_root_fds[CGROUP_HIERARCHY_MAX]);
void cgroup_usage_close(int root_fds[CGROUP_HIERARCHY_MAX]);

/* avg10 of a pressure file ("some avg10=1.50 …") as a share; negative: none.
 * @ret_total_usec: time so far, or NULL. */
double cgroup_pressure_parse(const char *text, int64_t *ret_total_usec);

#endif
