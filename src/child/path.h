/* SPDX-License-Identifier: Apache-2.0 */
/**
 * path.h - opening and making what a path names, without leaving a root
 *
 * All paths are resolved by the kernel (openat2(2)) against the root of the
 * operation, in one step, and the result is used as an fd. A name is made
 * only in a directory fd got that way, as a single component, by calls that
 * do not follow links.
 *
 * Functions that return an fd return a negative errno on failure. Paths are
 * cut in place for a moment and put together again, hence "char *".
 */
#ifndef CHILD_PATH_H
#define CHILD_PATH_H

#include "child/child.h"

/**
 * struct path_root - what paths are resolved against
 * @dir:	a directory, or AT_FDCWD for the process's own view
 * @resolve:	RESOLVE_* for openat2(2)
 */
struct path_root {
	int dir;
	uint64_t resolve;
};

/* The root @op names with its @dir and PLAN_F_NO_SYMLINKS. */
struct path_root path_root_of(struct child *c, const struct plan_op *op);

/* Open @path with O_CLOEXEC and @flags. Retries the kernel's EAGAIN. */
int path_open(struct path_root root, const char *path, int flags);

/**
 * path_parent() - the directory @path is in, made with 0755 if not there
 * @ret_name:	the last component within @path, slashes after it cut off;
 *		EINVAL if there is none, or it is "." or ".."
 */
int path_parent(struct path_root root, char *path, char **ret_name);

/**
 * path_make() - make what @path names, and the directories above it
 * @mode:	file type and exact permissions
 *
 * What exists under the name already is not changed: if it has the same type
 * and device number it is returned, else EEXIST. A link is another type.
 *
 * Return: an O_PATH fd of it.
 */
int path_make(struct path_root root, char *path, uint32_t mode, uint64_t dev,
	      bool *ret_made);

/**
 * path_make_through() - the same for a directory or file; a link to nowhere in
 * its place is followed, as everywhere below the root, and its target made
 */
int path_make_through(struct path_root root, char *path, uint32_t mode,
		      bool *ret_made);

/* A single component: a name in the directory itself. */
bool path_is_name(const char *path);

struct statx;
/* statx(2) of the open file @fd. */
int path_stat(int fd, struct statx *ret_stat);

#endif
