/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - a mount of a running namespace removed, its propagation set */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/near.h"
#include "base/trace.h"
#include "engine/mnt/mount_place.h"
#include "kernel/mount_option.h"
#include "sys/file.h"
#include "sys/mount.h"

struct change {
	const char *path;
	unsigned long propagation;
	bool more; /* lazy, recursive */
};

/* ---- away ---- */

/* The root is changed so that no link leads out of it. */
static int take_away(int root_fd, void *arg, struct kist_error *err)
{
	const struct change *change = arg;

	(void)err;
	if (fchdir(root_fd) < 0 || chroot(".") < 0)
		return -errno;
	return sys_umount(change->path,
			  UMOUNT_NOFOLLOW | (change->more ? MNT_DETACH : 0));
}

int kist_mnt_remove(const struct kist *kist, const char *target,
		    const char *path, bool lazy, const struct kist_trace *trace,
		    struct kist_error *err)
{
	CLEANUP_MOUNT_PLACE struct mount_place place;
	struct change change = { .more = lazy };
	int ret = mount_place_open(kist, target, &place, err);

	if (ret < 0)
		return ret;
	change.path = mount_place_path(&place, path, err);
	if (!change.path)
		return -EINVAL;
	if (!mount_place_mount(&place, change.path, err))
		return -ENOENT;
	if (!trace_step(trace, NULL, "%sumount %s%s", mount_place_shell(&place),
			lazy ? "-l " : "", trace_word(change.path)))
		return 0;
	ret = mount_place_visit(&place, take_away, &change, err);
	if (ret < 0 && (!err || err->id == KIST_OK))
		return mount_place_refused(&place, -ret, "unmount", change.path,
					   err);
	return ret;
}

/* ---- propagation ---- */

static int find_word(const char *how, unsigned long *ret_propagation,
		     struct kist_error *err)
{
	const struct mount_option *option = mount_option_find(how);
	struct near near;
	int ret;

	if (option && option->kind == MOUNT_OPTION_PROPAGATION) {
		*ret_propagation = option->propagation;
		return 0;
	}
	ret = err_set(err, KIST_E_MNT_OPTION, "unknown propagation '%s'", how);
	near_init(&near, how);
	near_offer(&near, "private");
	near_offer(&near, "shared");
	near_offer(&near, "slave");
	near_offer(&near, "unbindable");
	if (near.best)
		err_hint(err, "did you mean '%s'?", near.best);
	else
		err_hint(err, "it is private, shared, slave or unbindable");
	return ret;
}

static int spread(int root_fd, void *arg, struct kist_error *err)
{
	const struct change *change = arg;
	const struct mount_attr attr = {
		.propagation = change->propagation & ~(unsigned long)MS_REC,
	};
	CLEANUP_FD int fd =
		sys_openat2(root_fd, change->path, O_PATH, 0, RESOLVE_SAFE);

	(void)err;
	if (fd < 0)
		return fd;
	return sys_mount_setattr(
		fd, "", AT_EMPTY_PATH | (change->more ? AT_RECURSIVE : 0u),
		&attr);
}

int kist_mnt_share(const struct kist *kist, const char *target,
		   const char *path, const char *how, bool recursive,
		   const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_MOUNT_PLACE struct mount_place place;
	struct change change = { .more = recursive };
	int ret = mount_place_open(kist, target, &place, err);

	if (ret < 0)
		return ret;
	ret = find_word(how, &change.propagation, err);
	if (ret < 0)
		return ret;
	change.more = recursive || (change.propagation & MS_REC);
	change.path = mount_place_path(&place, path, err);
	if (!change.path)
		return -EINVAL;
	if (!mount_place_mount(&place, change.path, err))
		return -ENOENT;
	if (!trace_step(trace, NULL, "%smount --make-%s%s %s",
			mount_place_shell(&place),
			recursive && how[0] != 'r' ? "r" : "", how,
			trace_word(change.path)))
		return 0;
	ret = mount_place_visit(&place, spread, &change, err);
	if (ret < 0 && (!err || err->id == KIST_OK))
		return mount_place_refused(&place, -ret,
					   "change the propagation of",
					   change.path, err);
	return ret;
}
