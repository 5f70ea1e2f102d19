/* SPDX-License-Identifier: Apache-2.0 */
/**
 * wish.h - what `mnt add` is asked for, read
 *
 * Ownership: in the caller's arena.
 */
#ifndef ENGINE_MNT_WISH_H
#define ENGINE_MNT_WISH_H

#include <stdbool.h>
#include <stdint.h>

#include <kist/mnt.h>

#include "base/arena.h"
#include "base/err.h"

#define WISH_OPTIONS_MAX 24

/**
 * struct wish - a mount to be
 * @source:	absolute; NULL: a new tmpfs
 * @destination: tidied
 * @is_file:	the source is one, not a directory
 * @recursive:	with what is mounted below the source
 * @set, @clr:	MOUNT_ATTR_* of the mount; @tree_set, @tree_clr of all of it
 * @propagation: MS_PRIVATE …
 * @idmap:	ids as the place's user namespace has them
 * @options:	of the tmpfs: "size=64m"
 * @written:	as the user wrote it
 */
struct wish {
	const char *source, *destination, *written;
	bool is_file, recursive, idmap;
	uint64_t set, clr, tree_set, tree_clr;
	unsigned long propagation;
	const char *options[WISH_OPTIONS_MAX + 1];
};

MUST_CHECK int wish_read(const struct kist_mnt_add *args, struct arena *arena,
			 struct wish *ret_wish, struct kist_error *err);

/* "size=64m,nosuid", or "" */
const char *wish_shell_options(const struct wish *wish, struct arena *arena);

#endif
