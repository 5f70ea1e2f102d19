/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mount_classic.c - mount(2), for options longer than fsconfig(2) takes
 *
 * An overlay of many layers has such. It is mounted over this machine's /proc
 * in the child's own mount namespace, cloned from there, and let go: what
 * remains is a detached mount like any other.
 */
#include <linux/mount.h>

#include "child/path.h"

#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif

#define CLASSIC_PLACE "/proc"
#define CLASSIC_MAX 4096 /* a page is what mount(2) copies */

/* "key=value,flag": the options as one text. */
static int join(char **option, char *to, size_t size)
{
	to[0] = '\0';
	for (bool first = true; option[0]; option += 2, first = false) {
		if (!first)
			text_append(to, size, ",");
		text_append(to, size, option[0]);
		if (!option[1][0])
			continue;
		text_append(to, size, "=");
		text_append(to, size, option[1]);
	}
	return text_length(to) + 1 < size ? 0 : -E2BIG;
}

static int clone_and_let_go(uint64_t attributes)
{
	struct mount_attr attr = { .attr_set = attributes };
	int mount = (int)SYS(open_tree, AT_FDCWD, CLASSIC_PLACE,
			     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	long ret = mount;

	if (mount >= 0 && attributes)
		ret = SYS(mount_setattr, mount, "", AT_EMPTY_PATH, &attr,
			  sizeof(attr));
	SYS(umount2, CLASSIC_PLACE, MNT_DETACH);
	if (ret < 0 && mount >= 0)
		SYS(close, mount);
	return ret < 0 ? (int)ret : mount;
}

int mount_classic(struct child *c, const struct plan_op *op)
{
	static char options[CLASSIC_MAX];
	char *type = child_text(c, op->arg[0]);
	char *source = op->arg[3] ? child_text(c, op->arg[3]) : type;
	int ret = join(child_vector(c, op->arg[1]), options, sizeof(options));

	if (ret < 0)
		return ret;
	ret = (int)SYS(mount, source, CLASSIC_PLACE, type, 0, options);
	return ret < 0 ? ret : clone_and_let_go(op->arg[2]);
}
