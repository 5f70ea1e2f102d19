/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_mounts.h - every mount of a cgroup hierarchy, and what the kernel says
 * of controllers
 *
 * cgroup_probe() finds for containers one place a hierarchy, fast; here is all
 * there is to say, for people.
 *
 * Ownership:  everything in the arena.
 * Threads:    no shared state.
 */
#ifndef KERNEL_CGROUP_MOUNTS_H
#define KERNEL_CGROUP_MOUNTS_H

#include "base/arena.h"
#include "kernel/cgroup.h"

/**
 * struct cgroup_mount - a line of /proc/self/mountinfo
 * @place:	where
 * @root:	the group that is seen there; "/" usually
 * @controllers: "cpu,cpuacct", "name=systemd", "" for v2
 * @options:	"rw,memory,noprefix,release_agent=/bin/x"
 */
struct cgroup_mount {
	const char *place, *root, *controllers, *options;
	bool is_v2, read_only;
};

/* The cgroup lines of @text, in order. @verify: look at each place, for another
 * mount may hide what is listed. */
void cgroup_mounts_parse(const char *text, bool verify, struct arena *arena,
			 struct cgroup_mount **ret_mounts, size_t *ret_count);

/* Those of this process. None, or no /proc: no error, a count of 0. */
MUST_CHECK int cgroup_mounts_list(struct arena *arena,
				  struct cgroup_mount **ret_mounts,
				  size_t *ret_count, struct kist_error *err);

/* The first mount of each hierarchy. */
void cgroup_mounts_world(const struct cgroup_mount *mounts, size_t count,
			 struct cgroup_world *ret_world);

/**
 * struct cgroup_row - a line of /proc/cgroups
 * @hierarchy:	0: not in a v1 hierarchy
 */
struct cgroup_row {
	const char *name;
	int hierarchy, groups;
	bool enabled;
};

/* Parse its text; lines that are none are passed over. */
void cgroup_rows_parse(const char *text, struct arena *arena,
		       struct cgroup_row **ret_rows, size_t *ret_count);
void cgroup_rows(struct arena *arena, struct cgroup_row **ret_rows,
		 size_t *ret_count);

/* Whether the kernel's command line has "@option=…@word…", such as
 * cgroup_disable=memory, cgroup_no_v1=all. */
bool cgroup_cmdline_has(const char *cmdline, const char *option,
			const char *word);

#endif
