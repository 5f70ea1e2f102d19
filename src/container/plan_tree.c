/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_tree.c - copies of this machine's mounts for the container
 *
 * How it works
 * ============
 * A caller with CAP_SYS_ADMIN clones the mount here, before there is a child:
 * sources a user namespace could not read are no problem, a missing one fails
 * before anything was made, and a shared source keeps its peers for those who
 * ask for "shared". An ordinary user cannot: there the child clones, in the
 * copy of the mount table that its user namespace owns.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "sys/file.h"
#include "sys/mount.h"

static bool wants(const struct mount_attr *attr)
{
	return attr && (attr->attr_set || attr->attr_clr || attr->propagation);
}

static void source_missing(const char *source, struct kist_error *err)
{
	err_set(err, KIST_E_MOUNT, "mount source '%s' is not there", source);
	err_hint(err, "make it first: mkdir -p '%s'; or correct its name",
		 source);
}

static int source_error(const struct planning *p, const char *source,
			int errnum, const struct place *place,
			struct kist_error *err)
{
	if (errnum == ENOENT || errnum == ENOTDIR)
		source_missing(source, err);
	else
		err_sys(err, KIST_E_MOUNT, errnum, "open mount source '%s'",
			source);
	if (place)
		config_at(p->config, place, err);
	return -errnum;
}

static int set_attributes(int fd, unsigned flags, const struct mount_attr *attr,
			  const char *source, struct kist_error *err)
{
	struct mount_attr copy;
	int ret;

	if (!wants(attr))
		return 0;
	copy = *attr;
	ret = sys_mount_setattr(fd, "", AT_EMPTY_PATH | flags, &copy);
	if (ret < 0)
		return err_sys(err, KIST_E_MOUNT, -ret,
			       "set the flags of a mount of '%s'", source);
	return 0;
}

static int tree_now(struct planning *p, const char *source, unsigned flags,
		    const struct mount_attr *attr, const struct mount_attr *rec,
		    const struct place *place, struct kist_error *err)
{
	int ret;
	CLEANUP_FD int fd = sys_open_tree(AT_FDCWD, source, flags);

	if (fd < 0)
		return source_error(p, source, -fd, place, err);
	ret = set_attributes(fd, AT_RECURSIVE, rec, source, err);
	if (ret == 0)
		ret = set_attributes(fd, 0, attr, source, err);
	if (ret < 0)
		return ret;
	return plan_take_fd(p->plan, TAKE_FD(fd));
}

void plan_set_attr(struct planning *p, int slot, unsigned flags,
		   const struct mount_attr *attr)
{
	struct plan_op *op = plan_call(p->plan, SYS_mount_setattr,
				       (uint64_t)slot, plan_text(p->plan, ""),
				       AT_EMPTY_PATH | flags);

	op->fds = BIT(1);
	op->offsets = BIT(2) | BIT(4);
	op->arg[4] = plan_bytes(p->plan, attr, sizeof(*attr));
	op->arg[5] = sizeof(*attr);
}

static int tree_later(struct planning *p, const char *source, unsigned flags,
		      const struct mount_attr *attr,
		      const struct mount_attr *rec, const struct place *place)
{
	int slot = plan_slot(p->plan);
	struct plan_op *op = plan_add(p->plan, PLAN_TREE);

	op->slot = (int16_t)slot;
	op->flags = PLAN_F_KEEP_LOCKED;
	op->arg[0] = plan_text(p->plan, source);
	op->arg[1] = flags;
	if (wants(attr))
		op->arg[2] = plan_bytes(p->plan, attr, sizeof(*attr));
	op->arg[3] = AT_EMPTY_PATH;
	plan_say(p->plan, "clone the mount of '%1'", source, NULL);
	if (place)
		plan_at(p->plan, place);
	if (wants(rec)) {
		plan_set_attr(p, slot, AT_RECURSIVE, rec);
		plan_say(p->plan, "set the flags of all mounts of '%1'", source,
			 NULL);
	}
	return slot;
}

int plan_tree(struct planning *p, const char *source, bool recursive,
	      const struct mount_attr *attr, const struct mount_attr *rec,
	      const struct place *place, struct kist_error *err)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;

	if (recursive)
		flags |= AT_RECURSIVE;
	if (p->parent_mounts)
		return tree_now(p, source, flags, attr, rec, place, err);
	return tree_later(p, source, flags, attr, rec, place);
}

void plan_place(struct planning *p, int slot, const char *destination,
		unsigned flags, const char *what, const struct place *place)
{
	struct plan_op *op = plan_add(p->plan, PLAN_PLACE);

	op->dir = (int16_t)p->root_slot;
	op->flags = (uint16_t)flags;
	op->arg[0] = (uint64_t)slot;
	op->arg[1] = plan_text(p->plan, destination);
	plan_say(p->plan, "mount %1 on '%2'", what, destination);
	if (place)
		plan_at(p->plan, place);
}
