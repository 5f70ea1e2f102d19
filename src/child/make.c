/* SPDX-License-Identifier: Apache-2.0 */
/* make.c - devices, directories, files and links in a new root */
#include <linux/stat.h>

#include "child/path.h"

static int set_owner(int fd, const struct plan_op *op)
{
	struct statx st;
	int ret = path_stat(fd, &st);

	if (ret < 0)
		return ret;
	/* In a user namespace even a chown to the same may be refused. */
	if (st.stx_uid == op->arg[3] && st.stx_gid == op->arg[4])
		return 0;
	return (int)SYS(fchownat, fd, "", op->arg[3], op->arg[4],
			AT_EMPTY_PATH);
}

/* A new node of root's in the directory itself is right as it comes: no link
 * can be in the way, and nothing has to be looked at again. */
static bool make_directly(struct child *c, const struct plan_op *op)
{
	const char *name = child_text(c, op->arg[0]);

	return op->dir != -1 && !S_ISDIR(op->arg[1]) && !op->arg[3] &&
	       !op->arg[4] && path_is_name(name) &&
	       SYS(mknodat, child_fd(c, op->dir), name, op->arg[1],
		   op->arg[2]) == 0;
}

int op_make(struct child *c, const struct plan_op *op)
{
	bool made;
	int fd, ret = 0;

	if (make_directly(c, op))
		return 0;
	fd = path_make(path_root_of(c, op), child_text(c, op->arg[0]),
		       (uint32_t)op->arg[1], op->arg[2], &made);
	if (fd < 0)
		return fd;
	if (made)
		ret = set_owner(fd, op);
	SYS(close, fd);
	return ret;
}

int op_symlink(struct child *c, const struct plan_op *op)
{
	char *name = child_text(c, op->arg[0]);
	int dir, ret;

	if (op->dir != -1 && path_is_name(name) &&
	    SYS(symlinkat, child_text(c, op->arg[1]), child_fd(c, op->dir),
		name) == 0)
		return 0;
	dir = path_parent(path_root_of(c, op), name, &name);
	if (dir < 0)
		return dir;
	ret = (int)SYS(symlinkat, child_text(c, op->arg[1]), dir, name);
	SYS(close, dir);
	return ret == -EEXIST ? 0 : ret;
}
