/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_root.c - the container's root: found, cloned, hidden parts, becomes /
 *
 * How it works
 * ============
 * The root is a detached mount that is attached on top of /. Absolute paths
 * still mean this machine's files (a process's root does not follow what is
 * mounted on it), and the container's are below the mount's fd, so both are at
 * hand until pivot_root(2) makes the mount / and the old tree is let go. The
 * place needs no directory that the user namespace could not reach.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "container/planning.h"
#include "sys/file.h"
#include "sys/mount.h"

/* From <sys/mount.h>, which cannot be had together with <linux/mount.h>. */
#define FLAG_REC 16384ul
#define FLAG_PRIVATE (1ul << 18)
#define FLAG_SLAVE (1ul << 19)

void plan_propagation(struct planning *p)
{
	struct plan_op *op =
		plan_call(p->plan, SYS_mount, 0, plan_text(p->plan, "/"), 0);

	op->offsets = BIT(2);
	op->arg[4] = FLAG_REC | FLAG_SLAVE;
	plan_say(p->plan, "keep the mounts from those of this machine", NULL,
		 NULL);
}

/* The null device of this machine: it is trusted, the container's is not
 * (CVE-2025-31133). */
static int open_null(struct planning *p)
{
	int slot = plan_slot(p->plan);
	struct plan_op *op = plan_call(p->plan, SYS_openat, (uint64_t)AT_FDCWD,
				       plan_text(p->plan, "/dev/null"),
				       O_PATH | O_CLOEXEC | O_NOFOLLOW);

	op->offsets = BIT(2);
	op->slot = (int16_t)slot;
	plan_say(p->plan, "open /dev/null", NULL, NULL);
	return slot;
}

static void attach_root(struct planning *p)
{
	struct plan_op *op = plan_add(p->plan, PLAN_PLACE);

	op->arg[0] = (uint64_t)p->root_slot;
	op->arg[1] = plan_text(p->plan, "/");
	plan_say(p->plan, "attach the root '%1'",
		 p->root_path ? p->root_path : p->spec->root_mount->type, NULL);
	plan_at(p->plan, &p->spec->root_place);
}

static int open_root(struct planning *p, struct kist_error *err)
{
	int fd = openat(AT_FDCWD, p->root_path,
			O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && p->in_words)
		return 0;
	if (fd < 0) {
		int errnum = errno;

		if (errnum == ENOENT)
			err_set(err, KIST_E_ROOTFS,
				"the root directory '%s' is not there",
				p->root_path);
		else
			err_sys(err, KIST_E_ROOTFS, errnum,
				"open the root directory '%s'", p->root_path);
		if (errnum == ENOENT || errnum == ENOTDIR)
			err_hint(err, "name the folder with the container's "
				      "files");
		config_at(p->config, &p->spec->root_place, err);
		return -errnum;
	}
	p->root_fd = fd;
	plan_take_fd(p->plan, fd);
	return 0;
}

int plan_root(struct planning *p, struct kist_error *err)
{
	struct mount_attr attr = { .propagation = FLAG_PRIVATE };
	int ret;

	plan_propagation(p);
	if (p->spec->root_mount) {
		p->root_slot = plan_filesystem(p, p->spec->root_mount, NULL);
	} else {
		ret = open_root(p, err);
		if (ret == 0)
			ret = plan_tree(p, p->root_path, true, NULL, &attr,
					&p->spec->root_place, err);
		if (ret < 0)
			return ret;
		p->root_slot = ret;
	}
	attach_root(p);
	return 0;
}

void plan_hidden_paths(struct planning *p)
{
	const struct spec *spec = p->spec;
	int null_slot = -1, tmpfs_slot = plan_slot(p->plan);

	if (spec->masked_paths.count)
		null_slot = open_null(p);
	for (size_t i = 0; i < spec->masked_paths.count; i++) {
		struct plan_op *op = plan_add(p->plan, PLAN_MASK);

		op->dir = (int16_t)p->root_slot;
		op->arg[0] = plan_text(p->plan, spec->masked_paths.items[i]);
		op->arg[1] = (uint64_t)null_slot;
		op->arg[2] = (uint64_t)tmpfs_slot;
		plan_say(p->plan, "mask '%1'", spec->masked_paths.items[i],
			 NULL);
		plan_at(p->plan, &spec->masked_paths.place);
	}
	for (size_t i = 0; i < spec->readonly_paths.count; i++) {
		struct plan_op *op = plan_add(p->plan, PLAN_READONLY);

		op->dir = (int16_t)p->root_slot;
		op->arg[0] = plan_text(p->plan, spec->readonly_paths.items[i]);
		plan_say(p->plan, "make '%1' read-only",
			 spec->readonly_paths.items[i], NULL);
		plan_at(p->plan, &spec->readonly_paths.place);
	}
}

static void make_readonly(struct planning *p, int slot, const char *what)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };

	plan_set_attr(p, slot, 0, &attr);
	plan_say(p->plan, "make %1 read-only", what, NULL);
}

void plan_pivot(struct planning *p)
{
	struct plan_op *op;

	if (p->spec->root_readonly)
		make_readonly(p, p->root_slot, "the root");
	if (p->dev_readonly)
		make_readonly(p, p->dev_slot, "/dev");
	op = plan_add(p->plan, PLAN_PIVOT);
	op->arg[0] = (uint64_t)p->root_slot;
	if (p->no_pivot)
		op->flags = PLAN_F_NO_PIVOT;
	plan_say(p->plan, "make it the root", NULL, NULL);
	if (p->spec->root_propagation) {
		op = plan_call(p->plan, SYS_mount, 0, plan_text(p->plan, "/"),
			       0);
		op->offsets = BIT(2);
		op->arg[4] = p->spec->root_propagation;
		plan_say(p->plan, "set rootfsPropagation", NULL, NULL);
	}
}
