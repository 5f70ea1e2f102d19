/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount.c - mounts are made detached, then attached to a directory's fd
 *
 * No mount call here takes a path: what is mounted and where it goes are both
 * fds that path.c opened, so neither can be exchanged in between.
 */
#include <linux/mount.h>
#include <linux/stat.h>

#include "child/path.h"

#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif

static int set_attributes(const struct plan_op *op, int tree,
			  struct mount_attr *attr)
{
	uint32_t flags = (uint32_t)op->arg[3] | AT_EMPTY_PATH;
	struct mount_attr weaker = *attr;
	long ret = SYS(mount_setattr, tree, "", flags, attr, sizeof(*attr));

	if (ret != -EPERM || !(op->flags & PLAN_F_KEEP_LOCKED))
		return (int)ret;
	/* The flags of a mount that came from a more privileged namespace are
	 * locked, access time among them. Setting more is always allowed. */
	weaker.attr_clr = 0;
	weaker.attr_set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	return (int)SYS(mount_setattr, tree, "", flags, &weaker,
			sizeof(weaker));
}

/* Open what TREE names. O_NOFOLLOW with O_PATH would open the link itself. */
static int open_source(struct child *c, const struct plan_op *op)
{
	struct plan_op follow = *op;
	struct statx st;
	int flags = O_PATH;
	int fd, ret;

	/* For TREE the flag means the last component only. */
	follow.flags &= (uint16_t)~PLAN_F_NO_SYMLINKS;
	if (op->flags & PLAN_F_NO_SYMLINKS)
		flags |= O_NOFOLLOW;
	fd = path_open(path_root_of(c, &follow), child_text(c, op->arg[0]),
		       flags);
	if (fd < 0 || !(flags & O_NOFOLLOW))
		return fd;

	ret = path_stat(fd, &st);
	if (ret == 0 && S_ISLNK(st.stx_mode))
		ret = -ELOOP;
	if (ret < 0) {
		SYS(close, fd);
		return ret;
	}
	return fd;
}

int op_tree(struct child *c, const struct plan_op *op)
{
	uint32_t flags = (uint32_t)op->arg[1] | AT_EMPTY_PATH |
			 OPEN_TREE_CLOEXEC;
	struct mount_attr *attr = NULL;
	int fd, tree, ret = 0;

	if (op->arg[2])
		attr = child_data(c, op->arg[2], sizeof(*attr));
	if (op->arg[0])
		fd = open_source(c, op);
	else
		fd = child_fd(c, (int64_t)op->arg[4]);
	if (fd < 0)
		return fd;
	tree = (int)SYS(open_tree, fd, "", flags);
	if (op->arg[0])
		SYS(close, fd);
	if (tree < 0)
		return tree;

	if (attr)
		ret = set_attributes(op, tree, attr);
	if (ret < 0)
		SYS(close, tree);
	else
		child_keep(c, op->slot, tree);
	return ret;
}

/* Put the kernel's own words on what was wrong into the report. */
static void read_log(struct child *c, int fs)
{
	char line[sizeof(c->text)];
	long size;

	/* One message a read: "e ", "w " or "i ", then the text. */
	while ((size = SYS(read, fs, line, sizeof(line) - 1)) > 2) {
		line[size] = '\0';
		*text_find(line, '\n') = '\0';
		if (line[0] != 'e')
			continue;
		text_append(c->text, sizeof(c->text), line + 2);
		return;
	}
}

static int set_option(struct child *c, int fs, const char *key,
		      const char *value)
{
	if (key[0] == '@')
		return (int)SYS(fsconfig, fs, FSCONFIG_SET_FD, key + 1, 0,
				child_fd(c, text_number(value)));
	if (!value[0])
		return (int)SYS(fsconfig, fs, FSCONFIG_SET_FLAG, key, 0, 0);
	return (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
}

static int configure(struct child *c, const struct plan_op *op, int fs)
{
	char **option = child_vector(c, op->arg[1]);
	int ret = 0;

	if (op->arg[3])
		ret = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source",
			       child_text(c, op->arg[3]), 0);
	for (; ret == 0 && option[0]; option += 2) {
		if (!option[1])
			return -EFAULT;
		ret = set_option(c, fs, option[0], option[1]);
	}
	if (ret == 0)
		ret = (int)SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
	return ret;
}

static int mount_configured(struct child *c, const struct plan_op *op, int fs)
{
	int ret = configure(c, op, fs);

	if (ret < 0)
		return ret;
	return (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, op->arg[2]);
}

/* fsconfig(2) takes values of up to 255 bytes. */
static bool has_long_option(char **option)
{
	for (; option[0] && option[1]; option += 2)
		if (text_length(option[1]) > 255)
			return true;
	return false;
}

int op_fsmount(struct child *c, const struct plan_op *op)
{
	int fs = (int)SYS(fsopen, child_text(c, op->arg[0]), FSOPEN_CLOEXEC);
	int mount;

	if (fs < 0)
		return fs;
	if (has_long_option(child_vector(c, op->arg[1])))
		mount = mount_classic(c, op);
	else
		mount = mount_configured(c, op, fs);
	if (mount < 0)
		read_log(c, fs);
	SYS(close, fs);
	if (mount < 0)
		return mount;
	child_keep(c, op->slot, mount);
	return 0;
}

/* Attach @mount to @target. */
static int attach(int mount, int target)
{
	return (int)SYS(move_mount, mount, "", target, "",
			MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

/* What EINVAL meant: the commonest cause has a name of its own. */
static int explain_einval(int mount, int target)
{
	struct statx from, to;

	if (path_stat(mount, &from) < 0 || path_stat(target, &to) < 0)
		return -EINVAL;
	if (S_ISDIR(from.stx_mode) && !S_ISDIR(to.stx_mode))
		return -ENOTDIR;
	if (!S_ISDIR(from.stx_mode) && S_ISDIR(to.stx_mode))
		return -EISDIR;
	return -EINVAL;
}

/* Make a place of the kind the flags of PLACE ask for. */
static int make_place(struct child *c, const struct plan_op *op, int mount)
{
	uint32_t mode = op->arg[2] ? (uint32_t)op->arg[2] & 07777 : 0755;
	bool made, directory = op->flags & PLAN_F_MAKE_DIR;
	struct statx st;
	int ret;

	if (op->flags & PLAN_F_LIKE_SOURCE) {
		ret = path_stat(mount, &st);
		if (ret < 0)
			return ret;
		directory = S_ISDIR(st.stx_mode);
	} else if (!(op->flags & (PLAN_F_MAKE_DIR | PLAN_F_MAKE_FILE))) {
		return -ENOENT;
	}
	return path_make_through(path_root_of(c, op), child_text(c, op->arg[1]),
				 mode | (directory ? S_IFDIR : S_IFREG), &made);
}

int op_place(struct child *c, const struct plan_op *op)
{
	int mount = child_fd(c, (int64_t)op->arg[0]);
	int target = path_open(path_root_of(c, op), child_text(c, op->arg[1]),
			       O_PATH);
	int ret;

	if (target == -ENOENT)
		target = make_place(c, op, mount);
	if (target < 0)
		return target;
	ret = attach(mount, target);
	if (ret == -EINVAL)
		ret = explain_einval(mount, target);
	SYS(close, target);
	return ret;
}

/* A new empty read-only directory, detached. */
static int make_empty(void)
{
	int fs = (int)SYS(fsopen, "tmpfs", FSOPEN_CLOEXEC);
	int mount;

	if (fs < 0)
		return fs;
	mount = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "mode", "755", 0);
	/* Two: the root, and what cannot be made as it is read-only anyway */
	if (mount == 0)
		mount = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "nr_inodes",
				 "2", 0);
	if (mount == 0)
		mount = (int)SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, 0, 0, 0);
	if (mount == 0)
		mount = (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC,
				 MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
					 MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	SYS(close, fs);
	return mount;
}

/* A second, read-only mount of what @fd is, attached to @target: a null device
 * works as ever, but its mode, which is this machine's, cannot be changed. */
static int attach_copy(int fd, int target)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int tree =
		(int)SYS(open_tree, fd, "",
			 AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int ret;

	if (tree < 0)
		return tree;
	ret = (int)SYS(mount_setattr, tree, "", AT_EMPTY_PATH, &attr,
		       sizeof(attr));
	if (ret == 0)
		ret = attach(tree, target);
	SYS(close, tree);
	return ret;
}

static int mask_directory(struct child *c, const struct plan_op *op, int target)
{
	int64_t slot = (int64_t)op->arg[2];
	int empty = child_fd_if_any(c, slot);
	int ret;

	if (empty >= 0)
		return attach_copy(empty, target);
	empty = make_empty();
	if (empty < 0)
		return empty;
	ret = attach(empty, target);
	if (ret < 0)
		SYS(close, empty);
	else
		child_keep(c, slot, empty);
	return ret;
}

/* No errors for MASK and READONLY: the path is not there. */
static bool is_missing(int errnum)
{
	return errnum == ENOENT || errnum == ENOTDIR;
}

int op_mask(struct child *c, const struct plan_op *op)
{
	int target = path_open(path_root_of(c, op), child_text(c, op->arg[0]),
			       O_PATH);
	struct statx st;
	int ret;

	if (target < 0)
		return is_missing(-target) ? 0 : target;
	ret = path_stat(target, &st);
	if (ret == 0) {
		if (S_ISDIR(st.stx_mode))
			ret = mask_directory(c, op, target);
		else if ((int32_t)op->arg[1] == -1)
			ret = -ENODEV;
		else
			ret = attach_copy(child_fd(c, (int64_t)op->arg[1]),
					  target);
	}
	SYS(close, target);
	return ret;
}

int op_readonly(struct child *c, const struct plan_op *op)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	int target = path_open(path_root_of(c, op), child_text(c, op->arg[0]),
			       O_PATH);
	int tree, ret;

	if (target < 0)
		return is_missing(-target) ? 0 : target;
	tree = (int)SYS(open_tree, target, "",
			AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC |
				AT_RECURSIVE);
	ret = tree;
	if (tree >= 0) {
		ret = (int)SYS(mount_setattr, tree, "",
			       AT_EMPTY_PATH | AT_RECURSIVE, &attr,
			       sizeof(attr));
		if (ret == 0)
			ret = attach(tree, target);
		SYS(close, tree);
	}
	SYS(close, target);
	return ret;
}

/* For a root that cannot be pivoted: cover the old one, and stay above. */
static int move_root(int root)
{
	long ret;

	/* Full views of these, hidden below, would let a user namespace in
	 * the container mount them anew without the masks. */
	SYS(umount2, "/proc", MNT_DETACH);
	SYS(umount2, "/sys", MNT_DETACH);
	ret = SYS(move_mount, root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
	/* It may cover the old root already; it cannot cover itself. */
	if (ret == 0 || ret == -ELOOP)
		ret = SYS(fchdir, root);
	if (ret == 0)
		ret = SYS(chroot, ".");
	return (int)ret;
}

/*
 * pivot_root(".", ".") puts the old root on top of the new one; umount2() of
 * "." then takes it away. See pivot_root(2), NOTES.
 */
static int pivot(int root)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };
	long ret, old = SYS(openat, AT_FDCWD, "/", O_PATH | O_CLOEXEC);

	if (old < 0)
		return (int)old;
	ret = SYS(fchdir, root);
	if (ret == 0)
		ret = SYS(pivot_root, ".", ".");
	/* Were its mounts still shared, the host's would go away with them. */
	if (ret == 0)
		ret = SYS(mount_setattr, old, "", AT_EMPTY_PATH | AT_RECURSIVE,
			  &slave, sizeof(slave));
	if (ret == 0)
		ret = SYS(umount2, ".", MNT_DETACH);
	SYS(close, old);
	return (int)ret;
}

int op_pivot(struct child *c, const struct plan_op *op)
{
	int root = child_fd(c, (int64_t)op->arg[0]);
	int ret;

	ret = op->flags & PLAN_F_NO_PIVOT ? move_root(root) : pivot(root);
	if (ret == 0)
		ret = (int)SYS(chdir, "/");
	return ret;
}
