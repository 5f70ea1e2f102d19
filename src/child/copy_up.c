/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_up.c - what an image holds at a path, copied into the mount over it
 *
 * Everything is opened by single component from its directory's fd without
 * following links, so what the tree looks like, and whoever changes it in the
 * meantime, cannot lead outside. Hard links become separate files.
 */
#include <linux/stat.h>
#include <linux/time_types.h>

#include "child/path.h"

#define DEPTH_MAX 100
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct directory_entry {
	uint64_t inode;
	int64_t next;
	uint16_t size;
	uint8_t type;
	char name[];
};

static int copy_directory(int from, int to, unsigned int depth);

static int copy_bytes(int from, int to)
{
	long ret;

	do
		ret = SYS(sendfile, to, from, 0, 1 << 20);
	while (ret > 0);
	return (int)ret;
}

/* Attributes the new file system does not take are left out. */
static int copy_xattrs(int from, int to)
{
	char names[4096], value[4096];
	long size = SYS(flistxattr, from, names, sizeof(names));

	if (size == -EOPNOTSUPP)
		return 0;
	if (size < 0)
		return (int)size;
	for (char *name = names; name < names + size;
	     name += text_length(name) + 1) {
		long ret = SYS(fgetxattr, from, name, value, sizeof(value));

		if (ret >= 0)
			ret = SYS(fsetxattr, to, name, value, ret, 0);
		/* ENODATA: gone, or not readable from this namespace */
		if (ret < 0 && ret != -EOPNOTSUPP && ret != -EPERM &&
		    ret != -ENODATA)
			return (int)ret;
	}
	return 0;
}

/* The times of @st, with access and modification as utimensat(2) wants. */
static void times_of(const struct statx *st, struct __kernel_timespec when[2])
{
	when[0].tv_sec = st->stx_atime.tv_sec;
	when[0].tv_nsec = st->stx_atime.tv_nsec;
	when[1].tv_sec = st->stx_mtime.tv_sec;
	when[1].tv_nsec = st->stx_mtime.tv_nsec;
}

/* An owner without an id in this user namespace stays the copier. */
static int copy_owner(int dir, const char *name, const struct statx *st)
{
	int ret = (int)SYS(fchownat, dir, name, st->stx_uid, st->stx_gid,
			   AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);

	return ret == -EINVAL ? 0 : ret;
}

/* Owner first: changing it clears the set-id bits; times last. */
static int copy_attributes(int from, int to, const struct statx *st)
{
	struct __kernel_timespec when[2];
	int ret = copy_owner(to, "", st);

	if (ret == 0)
		ret = copy_xattrs(from, to);
	if (ret == 0)
		ret = (int)SYS(fchmod, to, st->stx_mode & 07777);
	times_of(st, when);
	if (ret == 0)
		ret = (int)SYS(utimensat, to, 0, when, 0);
	return ret;
}

static int copy_file(int from_dir, int to_dir, const char *name,
		     const struct statx *st)
{
	long ret, from, to;

	/* O_NONBLOCK: it may have become a fifo since */
	from = SYS(openat, from_dir, name,
		   O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0)
		return (int)from;
	to = SYS(openat, to_dir, name,
		 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	ret = to;
	if (to >= 0) {
		ret = copy_bytes((int)from, (int)to);
		if (ret == 0)
			ret = copy_attributes((int)from, (int)to, st);
		SYS(close, to);
	}
	SYS(close, from);
	return (int)ret;
}

static int copy_child(int from_dir, int to_dir, const char *name,
		      unsigned int depth)
{
	long ret, from, to;

	from = SYS(openat, from_dir, name, OPEN_DIR);
	if (from < 0)
		return (int)from;
	ret = SYS(mkdirat, to_dir, name, 0700);
	if (ret == -EEXIST)
		ret = 0;
	to = ret < 0 ? ret : SYS(openat, to_dir, name, OPEN_DIR);
	ret = to;
	if (to >= 0) {
		ret = copy_directory((int)from, (int)to, depth);
		SYS(close, to);
	}
	SYS(close, from);
	return (int)ret;
}

static int copy_link(int from_dir, int to_dir, const char *name,
		     const struct statx *st)
{
	struct __kernel_timespec when[2];
	char target[PATH_MAX];
	long ret = SYS(readlinkat, from_dir, name, target, sizeof(target) - 1);

	if (ret < 0)
		return (int)ret;
	target[ret] = '\0';
	ret = SYS(symlinkat, target, to_dir, name);
	if (ret == 0)
		ret = copy_owner(to_dir, name, st);
	times_of(st, when);
	if (ret == 0)
		ret = SYS(utimensat, to_dir, name, when, AT_SYMLINK_NOFOLLOW);
	return (int)ret;
}

static int copy_special(int to_dir, const char *name, const struct statx *st)
{
	uint32_t dev = (st->stx_rdev_minor & 0xff) | st->stx_rdev_major << 8 |
		       (st->stx_rdev_minor & ~0xffu) << 12;
	long mask = SYS(umask, 0);
	long ret = SYS(mknodat, to_dir, name, st->stx_mode, dev);

	SYS(umask, mask);
	return ret < 0 ? (int)ret : copy_owner(to_dir, name, st);
}

static int copy_entry(int from, int to, const char *name, unsigned int depth)
{
	struct statx st;
	long ret;

	if (text_same(name, ".") || text_same(name, ".."))
		return 0;
	ret = SYS(statx, from, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		  STATX_BASIC_STATS, &st);
	if (ret < 0)
		return (int)ret;
	if (S_ISDIR(st.stx_mode))
		return copy_child(from, to, name, depth + 1);
	if (S_ISREG(st.stx_mode))
		return copy_file(from, to, name, &st);
	if (S_ISLNK(st.stx_mode))
		return copy_link(from, to, name, &st);
	return copy_special(to, name, &st);
}

/* Copy what is in directory @from to directory @to, then its attributes. */
static int copy_directory(int from, int to, unsigned int depth)
{
	_Alignas(8) char buffer[2048];
	struct statx st;
	long size;
	int ret = path_stat(from, &st);

	if (ret < 0)
		return ret;
	if (depth > DEPTH_MAX)
		return -ELOOP;
	while ((size = SYS(getdents64, from, buffer, sizeof(buffer))) > 0) {
		struct directory_entry *entry;

		for (long at = 0; at < size; at += entry->size) {
			entry = (struct directory_entry *)(buffer + at);
			ret = copy_entry(from, to, entry->name, depth);
			if (ret < 0)
				return ret;
		}
	}
	return size < 0 ? (int)size : copy_attributes(from, to, &st);
}

int op_copyup(struct child *c, const struct plan_op *op)
{
	int mount = child_fd(c, (int64_t)op->arg[1]);
	int from = path_open(path_root_of(c, op), child_text(c, op->arg[0]),
			     O_RDONLY | O_DIRECTORY);
	long to;
	int ret;

	if (from < 0)
		return from == -ENOENT ? 0 : from;
	/* A detached mount's fd is O_PATH: good for names, not for fchmod(2) */
	to = SYS(openat, mount, ".", OPEN_DIR);
	ret = (int)to;
	if (to >= 0) {
		ret = copy_directory(from, (int)to, 0);
		SYS(close, to);
	}
	SYS(close, from);
	return ret;
}
