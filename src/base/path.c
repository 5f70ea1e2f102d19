/* SPDX-License-Identifier: Apache-2.0 */
/* path.c - paths as text */
#include <errno.h>
#include <string.h>

#include "base/path.h"

/* The length of the component at @at, which is not a '/'. */
static size_t component(const char *at)
{
	return strcspn(at, "/");
}

static bool is_dot(const char *at, size_t len)
{
	return len == 1 && at[0] == '.';
}

static bool is_dotdot(const char *at, size_t len)
{
	return len == 2 && at[0] == '.' && at[1] == '.';
}

bool path_is_clean(const char *path)
{
	if (strcmp(path, "/") == 0)
		return true;
	if (path[0] != '/')
		return false;
	while (*path == '/') {
		size_t len = component(++path);

		if (len == 0 || is_dot(path, len) || is_dotdot(path, len))
			return false;
		path += len;
	}
	return true;
}

bool path_has_dotdot(const char *path)
{
	while (*path) {
		size_t len = component(path);

		if (is_dotdot(path, len))
			return true;
		path += len;
		path += strspn(path, "/");
	}
	return false;
}

int path_join(const char *dir, const char *name, char *buf, size_t size)
{
	size_t dir_len = strlen(dir), name_len, slash = 0;

	if (dir_len > 0) {
		while (*name == '/')
			name++;
		slash = *name && dir[dir_len - 1] != '/';
	}
	name_len = strlen(name);
	if (dir_len + slash + name_len >= size)
		return -ENAMETOOLONG;
	memmove(buf, dir, dir_len);
	if (slash)
		buf[dir_len] = '/';
	memcpy(buf + dir_len + slash, name, name_len + 1);
	return 0;
}

int path_normalize(const char *path, char *buf, size_t size)
{
	size_t root = path[0] == '/', len = root; /* of the result */

	if (size < 2)
		return -ENAMETOOLONG;
	if (root)
		buf[0] = '/';
	for (path += strspn(path, "/"); *path;) {
		size_t n = component(path);

		if (is_dotdot(path, n)) {
			if (len == root)
				return -EINVAL;
			while (len > root && buf[len - 1] != '/')
				len--;
			if (len > root)
				len--; /* the slash before it */
		} else if (!is_dot(path, n)) {
			if (len + (len > root) + n >= size)
				return -ENAMETOOLONG;
			if (len > root)
				buf[len++] = '/';
			memmove(buf + len, path, n);
			len += n;
		}
		path += n;
		path += strspn(path, "/");
	}
	if (len == 0)
		buf[len++] = '.';
	buf[len] = '\0';
	return 0;
}

const char *path_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (len == 1 && dir[0] == '/')
		return path + 1;
	if (strncmp(path, dir, len) != 0)
		return NULL;
	if (path[len] == '/')
		return path + len + 1;
	return path[len] ? NULL : path + len;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
