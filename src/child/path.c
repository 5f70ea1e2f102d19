/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path.c - opening and making what a path names, without leaving a root
 *
 * How missing directories are made
 * ================================
 *
 * Prefix after prefix is opened from the root, so that links in the middle
 * mean what they mean inside the root. Where a prefix is missing, its last
 * component is made in the directory the prefix before it led to. That
 * component is never "..": if a/b is there, so is a/b/.. . If the name turns
 * out to be taken, by a link to nowhere or by somebody quicker, it has to be
 * a directory and no link, or the operation fails.
 */
#include <linux/openat2.h>
#include <linux/stat.h>

#include "child/path.h"

/* RESOLVE_IN_ROOT gives EAGAIN when anything on the machine is renamed. */
#define PATH_TRIES 128

/* A link to nowhere is followed so far, and so long may it be. */
#define PATH_LINKS 8
#define PATH_LINK_MAX 1024

#define DIR_FLAGS (O_PATH | O_DIRECTORY)

struct path_root path_root_of(struct child *c, const struct plan_op *op)
{
	struct path_root root = { AT_FDCWD, RESOLVE_NO_MAGICLINKS };

	if (op->dir != -1) {
		/* Not child_fd_if_any(): an empty slot is not the host. */
		root.dir = child_fd(c, op->dir);
		root.resolve |= RESOLVE_IN_ROOT;
	}
	if (op->flags & PLAN_F_NO_SYMLINKS)
		root.resolve |= RESOLVE_NO_SYMLINKS;
	return root;
}

int path_open(struct path_root root, const char *path, int flags)
{
	struct open_how how = { .flags = (uint32_t)flags | O_CLOEXEC,
				.resolve = root.resolve };
	int tries = PATH_TRIES;
	long ret;

	do
		ret = SYS(openat2, root.dir, path, &how, sizeof(how));
	while (ret == -EAGAIN && --tries);
	return (int)ret;
}

int path_stat(int fd, struct statx *ret_stat)
{
	return (int)SYS(statx, fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT,
			STATX_BASIC_STATS, ret_stat);
}

/* Open what is called @name in directory @dir itself: no link, no other. */
static int open_name(int dir, const char *name)
{
	struct path_root root = { dir, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return path_open(root, name, O_PATH | O_NOFOLLOW);
}

/* Open the directory of the first @length bytes of @path. */
static int open_prefix(struct path_root root, char *path, long length)
{
	char next = path[length];
	int fd;

	path[length] = '\0';
	fd = path_open(root, length ? path : ".", DIR_FLAGS);
	path[length] = next;
	return fd;
}

/* Make a file of any type; the permissions are exact, the umask being 0. */
static int make_exact(int dir, const char *name, uint32_t mode, uint64_t dev)
{
	if (S_ISDIR(mode))
		return (int)SYS(mkdirat, dir, name, mode & 07777);
	return (int)SYS(mknodat, dir, name, mode, dev);
}

/* Make the directory called by @length bytes at @name in @dir, and open it. */
static int make_prefix(int dir, char *name, long length)
{
	struct path_root root = { dir, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	char next = name[length];
	int fd;

	name[length] = '\0';
	fd = make_exact(dir, name, S_IFDIR | 0755, 0);
	if (fd == 0 || fd == -EEXIST)
		fd = path_open(root, name, DIR_FLAGS);
	name[length] = next;
	return fd;
}

/* Open the directory of the first @length bytes of @path, made if missing. */
static int make_prefixes(struct path_root root, char *path, long length)
{
	long at = path[0] == '/';
	int fd = open_prefix(root, path, at);

	while (fd >= 0) {
		long start, dir = fd;

		while (at < length && path[at] == '/')
			at++;
		if (at == length)
			break;
		for (start = at; at < length && path[at] != '/';)
			at++;

		fd = open_prefix(root, path, at);
		if (fd == -ENOENT)
			fd = make_prefix((int)dir, path + start, at - start);
		SYS(close, dir);
	}
	return fd;
}

static char *last_component(char *path)
{
	size_t end = text_length(path);

	while (end && path[end - 1] == '/')
		path[--end] = '\0';
	while (end && path[end - 1] != '/')
		end--;
	return path + end;
}

int path_parent(struct path_root root, char *path, char **ret_name)
{
	char *name = last_component(path);
	int fd;

	if (!*name || text_same(name, ".") || text_same(name, ".."))
		return -EINVAL;
	*ret_name = name;

	fd = open_prefix(root, path, name - path);
	if (fd == -ENOENT)
		fd = make_prefixes(root, path, name - path);
	return fd;
}

bool path_is_name(const char *path)
{
	return path[0] && !*text_find(path, '/') && !text_same(path, ".") &&
	       !text_same(path, "..");
}

/* Where the link that @path names leads, as a path below the same root. */
static int follow_link(struct path_root root, char *path, char *ret_path,
		       size_t size)
{
	struct path_root beneath = { .resolve = RESOLVE_BENEATH };
	char *name = last_component(path);
	char target[PATH_LINK_MAX];
	long length;
	int link;

	beneath.dir = open_prefix(root, path, name - path);
	if (beneath.dir < 0)
		return beneath.dir;
	link = path_open(beneath, name, O_PATH | O_NOFOLLOW);
	SYS(close, beneath.dir);
	if (link < 0)
		return link;
	length = SYS(readlinkat, link, "", target, sizeof(target) - 1);
	SYS(close, link);
	if (length < 0)
		return (int)length;
	target[length] = '\0';
	ret_path[0] = '\0';
	if (target[0] != '/') {
		char first = *name;

		*name = '\0';
		text_append(ret_path, size, path);
		*name = first;
	}
	text_append(ret_path, size, target);
	return text_length(ret_path) + 1 < size ? 0 : -ENAMETOOLONG;
}

int path_make_through(struct path_root root, char *path, uint32_t mode,
		      bool *ret_made)
{
	char next[2 * PATH_LINK_MAX], now[2 * PATH_LINK_MAX];
	int fd = path_make(root, path, mode, 0, ret_made);

	for (int tries = 0; fd == -EEXIST && tries < PATH_LINKS; tries++) {
		if ((root.resolve & RESOLVE_NO_SYMLINKS) ||
		    follow_link(root, path, next, sizeof(next)) < 0)
			return -EEXIST; /* no link, or not to be followed */
		memcpy(now, next, sizeof(now));
		path = now;
		fd = path_make(root, path, mode, 0, ret_made);
	}
	return fd;
}

static int check_same(int fd, uint32_t mode, uint64_t dev)
{
	bool device = S_ISCHR(mode) || S_ISBLK(mode);
	struct statx st;
	int ret = path_stat(fd, &st);

	if (ret < 0)
		return ret;
	if ((st.stx_mode & S_IFMT) != (mode & S_IFMT))
		return -EEXIST;
	/* makedev(3) for what the kernel's mknod takes: 12 and 20 bits */
	if (device &&
	    (st.stx_rdev_major != ((dev >> 8) & 0xfff) ||
	     st.stx_rdev_minor != ((dev & 0xff) | ((dev >> 12) & 0xfff00))))
		return -EEXIST;
	return 0;
}

int path_make(struct path_root root, char *path, uint32_t mode, uint64_t dev,
	      bool *ret_made)
{
	char *name;
	int dir = path_parent(root, path, &name);
	int fd, ret;

	if (dir < 0)
		return dir;
	ret = make_exact(dir, name, mode, dev);
	*ret_made = ret == 0;
	if (ret < 0 && ret != -EEXIST)
		fd = ret;
	else
		fd = open_name(dir, name);
	SYS(close, dir);
	if (fd == -ELOOP)
		return -EEXIST;
	if (fd < 0)
		return fd;

	ret = check_same(fd, mode, dev);
	if (ret < 0) {
		SYS(close, fd);
		return ret;
	}
	return fd;
}
