/* SPDX-License-Identifier: Apache-2.0 */
/**
 * host_mounts.h - the mounts of this machine that hold files of its own
 *
 * Ownership: in the caller's arena.
 * See:       proc_pid_mountinfo(5)
 */
#ifndef ENGINE_HOST_MOUNTS_H
#define ENGINE_HOST_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

/**
 * struct host_mount - a mount that can be seen (nothing is mounted over it)
 * @type:	of the file system: "ext4"
 * @is_file:	a single file is mounted there
 * @is_pseudo:	shows the kernel, not files; or is in a directory closed to us
 * @takes_overlay: an overlay can lie on it
 */
struct host_mount {
	const char *path, *type;
	bool is_file, is_pseudo, takes_overlay;
};

/* All that can be seen from here, "/" too, parents before children. */
MUST_CHECK int host_mounts_list(struct arena *arena,
				struct host_mount **ret_mounts,
				size_t *ret_count, struct kist_error *err);

/* The mount at @path itself, or NULL. */
const struct host_mount *host_mount_at(const struct host_mount *mounts,
				       size_t count, const char *path);

/* Is there a mount below @path (not at it)? */
bool host_mount_below(const struct host_mount *mounts, size_t count,
		      const char *path);

#endif
