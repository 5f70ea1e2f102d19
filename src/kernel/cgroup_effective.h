/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_effective.h - what really limits a control group, and who says so
 *
 * A limit holds for a group and all below it: what counts for a group is the
 * smallest value on the path from the root to it. These find that value, the
 * group that sets it, and what is used of it, for one hierarchy of either
 * version.
 *
 * How it works
 * ============
 * The path is walked once from the root down; the topmost group wins a tie. A
 * weight (cpu.weight, io.weight) or a protection (memory.low) is a share
 * between brothers, not a limit, and not here. A cpuset is the kernel's own
 * answer (cpuset.cpus.effective); the group is where it last became smaller.
 *
 * What is above the root of the caller's control group namespace cannot be
 * seen, but limits all the same.
 *
 * Ownership:  rows and their strings live in the arena.
 * Threads:    no shared state.
 * See:        cgroups(7), cgroup-v2.rst "Limits", memory.rst of cgroup-v1
 */
#ifndef KERNEL_CGROUP_EFFECTIVE_H
#define KERNEL_CGROUP_EFFECTIVE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/cgroup.h"

#define CGROUP_UNLIMITED INT64_MAX
#define CGROUP_EFFECTIVE_MAX 128 /* rows; more devices are left out */

/* What the numbers of a row count. */
enum cgroup_unit {
	CGROUP_UNIT_BYTES,
	CGROUP_UNIT_TASKS,
	CGROUP_UNIT_CPUS, /* processors, in thousand-millionths */
	CGROUP_UNIT_LIST, /* no number: @list is "0-3,6" */
	CGROUP_UNIT_BYTES_PER_SECOND,
	CGROUP_UNIT_OPS_PER_SECOND,
	CGROUP_UNIT_COUNT
};

/**
 * struct cgroup_effective - one limit of one group
 * @name:	"memory", "memory+swap" (v1), "swap" (v2), "throttle"
 *		(memory.high), "pids", "cpus", "cpuset", "mems",
 *		"hugetlb.2MB", "io.rbps", "io.wbps", "io.riops", "io.wiops"
 * @file:	"memory.max": the file that sets it
 * @device:	of io.*: "8:0"; else NULL
 * @limit:	the smallest on the path; CGROUP_UNLIMITED: nobody limits it
 * @own:	what the group's own file says; -1: it has no such file
 * @usage:	of the group itself; CPUS: the time used so far, in ns; -1: not
 *		known
 * @set_by:	path of the group whose value @limit is; NULL: nobody's
 * @usage_there: of that group, which is what the limit is held against; -1
 * @list, @own_list: of CGROUP_UNIT_LIST; @own_list is "" if inherited
 */
struct cgroup_effective {
	const char *name, *file, *device;
	enum cgroup_unit unit;
	int64_t limit, own, usage;
	const char *set_by;
	int64_t usage_there;
	const char *list, *own_list;
};

/**
 * cgroup_effective() - the limits of the group @path of a hierarchy
 * @path:	from the mount's root, "/" is the root
 *
 * Rows are in a fixed order; limits that nobody sets are there too
 * (CGROUP_UNLIMITED), as their usage may be wanted; those whose controller the
 * hierarchy or, on v2, the whole path has not, are not.
 *
 * Return: 0; -ESRCH (CGROUP_UNKNOWN: there is no such group, or it is outside
 * the caller's control group namespace, "/../a"), or SYSTEM.
 */
MUST_CHECK int cgroup_effective(const struct cgroup_hierarchy *h,
				const char *path, struct arena *arena,
				struct cgroup_effective **ret_rows,
				size_t *ret_count, struct kist_error *err);

/**
 * struct cgroup_member - a line of /proc/PID/cgroup
 * @id:		number of the hierarchy; 0 is v2
 * @controllers: "cpu,cpuacct", "name=systemd", "" for v2
 * @path:	as the reader's control group namespace shows it. " (deleted)"
 *		is taken off and noted
 */
struct cgroup_member {
	unsigned id;
	const char *controllers, *path;
	bool is_deleted;
};

/* Read the text of such a file; lines that are none are passed over. */
void cgroup_parse_members(const char *text, struct arena *arena,
			  struct cgroup_member **ret_members,
			  size_t *ret_count);

/* Of a process of the procfs @proc_fd. Return: 0 or -errno (ESRCH). */
MUST_CHECK int cgroup_members(int proc_fd, pid_t pid, struct arena *arena,
			      struct cgroup_member **ret_members,
			      size_t *ret_count);

/* The mounted hierarchy a member is of: an index of @world->h, or -1. */
int cgroup_member_hierarchy(const struct cgroup_world *world,
			    const struct cgroup_member *member);

#endif
