/* SPDX-License-Identifier: Apache-2.0 */
/**
 * path.h - paths as text; the file system is not asked
 *
 * What these say about "..": text. A path with symbolic links is resolved by
 * openat2(2), never by these.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

/* Longest path, with its NUL: the kernel's PATH_MAX. */
#define PATH_BYTES 4096

/* Absolute, without "//", "/./", "/../" and a '/' at the end. */
bool path_is_clean(const char *path);

/* Has a component "..". */
bool path_has_dotdot(const char *path);

/**
 * path_join() - @dir, one '/', and @name
 *
 * An absolute @name is taken as below @dir. Nothing is simplified. An empty
 * @name gives @dir, an empty @dir @name.
 *
 * Return: 0, or -ENAMETOOLONG.
 */
MUST_CHECK int path_join(const char *dir, const char *name, char *buf,
			 size_t size);

/**
 * path_normalize() - take "//", "." and ".." out of a path
 *
 * "a//b/../c" is "a/c", "/" stays, "" and "a/.." are ".". The result is
 * absolute if @path is. @buf may be @path itself.
 *
 * Return: 0; -EINVAL: ".." leads above where it starts; -ENAMETOOLONG.
 */
MUST_CHECK int path_normalize(const char *path, char *buf, size_t size);

/* @path is @dir or below it; both clean. Return: what follows @dir without
 * its '/' ("" for @dir itself), or NULL. */
const char *path_below(const char *path, const char *dir);

/* The last component: behind the last '/'. */
const char *path_name(const char *path);

#endif
