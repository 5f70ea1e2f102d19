/* SPDX-License-Identifier: Apache-2.0 */
/**
 * host_root.h - the root of image `host` while it is built (inside engine/)
 *
 * See: image_host.c
 */
#ifndef ENGINE_HOST_ROOT_H
#define ENGINE_HOST_ROOT_H

#include "engine/run/host_mounts.h"
#include "engine/run/image.h"

#define IMAGE_MOUNTS_MAX 512 /* with room for all real machines */

/**
 * struct host_root - what the parts share
 * @mounts:	of this machine
 * @root:	what has been built so far
 * @layer_count: numbers the folders "layers/N"
 */
struct host_root {
	const struct folders *folders;
	const struct record *record;
	struct arena *arena;
	bool rootless;
	const struct host_mount *mounts;
	size_t mount_count;
	struct image_root root;
	int layer_count;
};

/* An ordinary user's: image_rootless.c. */
MUST_CHECK int host_root_rootless(struct host_root *b, struct kist_error *err);

/* The container has its own there. */
bool host_is_own(const char *path);
/* Below kist's own folders. */
bool host_is_ours(const struct host_root *b, const char *path);

/* A folder of the record, with exactly this mode. */
MUST_CHECK int host_make_folder(const struct host_root *b, const char *path,
				mode_t mode, struct kist_error *err);

/* A layer over @path of this machine: its folders, and the mount in words.
 * "layers/N/of" is a link to @path; where there is such a layer already, it is
 * used again. */
MUST_CHECK int host_fill_overlay(struct host_root *b, const char *path,
				 struct image_mount *mount,
				 struct kist_error *err);

/* Mounts on the root, at the place they have on this machine. */
MUST_CHECK int host_add_overlay(struct host_root *b, const char *path,
				struct kist_error *err);
MUST_CHECK int host_add_readonly(struct host_root *b, const char *path,
				 struct kist_error *err);
MUST_CHECK int host_add_tmpfs(struct host_root *b, const char *path,
			      const char *mode, struct kist_error *err);

#endif
