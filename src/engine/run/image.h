/* SPDX-License-Identifier: Apache-2.0 */
/**
 * image.h - what IMAGE means: where a container's files come from
 *
 * Ownership: strings in the caller's arena.
 * Threads:   no shared state.
 */
#ifndef ENGINE_IMAGE_H
#define ENGINE_IMAGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "engine/folders.h"
#include "format/spec.h"

enum image_kind { IMAGE_HOST, IMAGE_DIR };

/**
 * struct image - an image found
 * @written:	as the user wrote it
 * @look_path:	where its files can be looked at: "/" or the directory
 */
struct image {
	enum image_kind kind;
	const char *written, *look_path;
};

/**
 * image_find() - read the word IMAGE and find it
 *
 * Return: 0; -ENOENT, -ENOTDIR, … (IMAGE), -ENOTSUP (UNSUPPORTED).
 */
MUST_CHECK int image_find(const char *word, struct arena *arena,
			  struct image *ret_image, struct kist_error *err);

/**
 * struct image_mount - something of the image on top of its root
 * @type:	"overlay", "bind" or "tmpfs"
 * @options:	config.json's words, NULL-terminated
 */
struct image_mount {
	const char *destination, *type, *source;
	const char *options[8];
};

/**
 * struct image_root - a container's root, made ready
 * @path:	the directory
 * @overlay:	an overlay that is the root instead, or NULL
 * @mounts:	to be mounted on the root, before all others
 * @hidden:	paths inside that are not to be seen, NULL-terminated
 */
struct image_root {
	const char *path;
	const struct image_mount *overlay;
	struct image_mount *mounts;
	size_t mount_count;
	const char **hidden;
};

/**
 * image_root_host() - this machine's own files as a root, copy-on-write
 * @record:	gets the folders "root" and "layers"
 * @rootless:	the overlays are made in an ordinary user's namespace
 *
 * See image_host.c for what is visible and how.
 *
 * Return: 0, or a negative errno (HOST_IMAGE, STORE).
 */
MUST_CHECK int image_root_host(const struct folders *folders,
			       const struct record *record, bool rootless,
			       struct arena *arena, struct image_root *ret_root,
			       struct kist_error *err);

#endif
