/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_knobs.h - the files of control groups that can be written: what they
 * are at first, and in which order the kernel wants them
 *
 * Threads: no shared state.
 * See:     kernel documentation: cgroup-v1, cgroup-v2
 */
#ifndef KERNEL_CGROUP_KNOBS_H
#define KERNEL_CGROUP_KNOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

enum cgroup_knob_kind {
	KNOB_PLAIN, /* reads as what is written */
	KNOB_SIZE,  /* a huge number, -1 and "max" are all "none" */
	KNOB_LINES, /* one write for each line */
	KNOB_ABOVE, /* at first what the group above has */
	KNOB_OOM,   /* memory.oom_control: reads as key and value */
	KNOB_FIRST, /* the first line of several: "default 100" */
	KNOB_LIST,  /* subtree_control: reads without the '+' */
	KNOB_STATE, /* freezer.state: FREEZING is on the way to FROZEN */
	KNOB_RULES, /* devices.list: written through two others */
	KNOB_MOVE,  /* takes process ids: not a state */
};

/**
 * struct cgroup_knob - one file
 * @version:	1 or 2
 * @order:	smaller ones are written before
 * @initial:	in a new group
 *
 * Texts are in place: base/cause.c says why.
 */
struct cgroup_knob {
	char file[36]; /* '*' stands for a page size */
	int version;
	enum cgroup_knob_kind kind;
	int order;
	char initial[12];
};

extern const struct cgroup_knob cgroup_knobs[];
extern const size_t cgroup_knob_count;

/* The row of a file; NULL: it is not in the table. */
const struct cgroup_knob *cgroup_knob(const char *file, int version);

/* Where a write to it stands among others; files not in the table are between
 * limits and processes. */
int cgroup_knob_order(const char *file, int version);

/**
 * cgroup_knob_is_initial() - has nobody changed it?
 * @value:	as read
 * @above:	what the group above has, or NULL
 */
bool cgroup_knob_is_initial(const struct cgroup_knob *knob, const char *value,
			    const char *above);

/* The controller of a file: what is before its first dot ("memory"), or "" for
 * files of every group: cgroup.procs, tasks. */
void cgroup_controller_of(const char *file, char *ret_name, size_t size);

/* "-1", "max", or a number so large that it limits nothing. */
bool cgroup_is_no_limit(const char *value);

#endif
