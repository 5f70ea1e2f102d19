/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_tree.h - the control groups of all hierarchies as one tree
 *
 * On version 2 one hierarchy has all; on version 1 each controller may have its
 * own, and they are merged by path.
 *
 * Ownership:  everything is in the caller's arena.
 * Threads:    no shared state.
 */
#ifndef KERNEL_CGROUP_TREE_H
#define KERNEL_CGROUP_TREE_H

#include <stdint.h>

#include "kernel/cgroup.h"

/**
 * struct cgroup_tree_group - a group
 * @path:	"/a/b"; the root is "/"
 * @parent:	index, -1: the root
 * @depth:	0: the root
 * @in:		bit per hierarchy of the world that has it
 */
struct cgroup_tree_group {
	const char *path;
	int parent;
	unsigned depth;
	uint32_t in;
};

/* A group comes before those below it, and these in the order of their names. */
struct cgroup_tree {
	struct cgroup_tree_group *groups;
	size_t count;
};

/**
 * cgroup_tree_read() - which groups there are
 * @root_fds:	as cgroup_usage_open() makes them
 * @wanted:	bit per hierarchy that is looked into
 *
 * What may not be read is left out, as is what is deeper than 64.
 *
 * Return: 0 or -ENOMEM.
 */
MUST_CHECK int cgroup_tree_read(const struct cgroup_world *world,
				const int *root_fds, uint32_t wanted,
				struct arena *arena,
				struct cgroup_tree *ret_tree);

#endif
