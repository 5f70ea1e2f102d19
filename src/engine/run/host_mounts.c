/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host_mounts.c - the mounts of this machine that hold files of its own
 *
 * A line of mountinfo may be of a mount that another one covers. What can be
 * seen is decided by asking the kernel which mount is at the path
 * (STATX_MNT_ID), with neither an automount triggered nor a network file
 * system's server asked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <linux/stat.h>
#include <sys/syscall.h>

#include "base/path.h"
#include "engine/run/host_mounts.h"
#include "kernel/mountinfo.h"
#include "kernel/proc.h"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

static const char *const pseudo_types[] = {
	"autofs",   "binfmt_misc", "bpf",	 "cgroup",    "cgroup2",
	"configfs", "debugfs",	   "devpts",	 "devtmpfs",  "efivarfs",
	"fusectl",  "hugetlbfs",   "mqueue",	 "nsfs",      "proc",
	"pstore",   "rpc_pipefs",  "securityfs", "selinuxfs", "sysfs",
	"tracefs",  NULL,
};

/* The others either compare names in their own way (vfat), which an overlay
 * refuses, or are not known to work. */
static const char *const overlay_types[] = {
	"btrfs",   "erofs", "ext2",	"ext3",	 "ext4", "f2fs", "nfs", "nfs4",
	"overlay", "ramfs", "squashfs", "tmpfs", "xfs",	 "zfs",	 NULL,
};

static bool is_in(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* One in a directory closed to us is there all the same, and shows nothing. */
static bool can_be_seen(const struct mountinfo *line, struct host_mount *m)
{
	struct statx stx;

	if (syscall(SYS_statx, AT_FDCWD, line->point,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_MNT_ID, &stx) < 0) {
		m->is_pseudo = errno == EACCES;
		return m->is_pseudo;
	}
	m->is_file = !S_ISDIR(stx.stx_mode);
	/* Before Linux 5.8 it is not said: then all count. */
	return !(stx.stx_mask & STATX_MNT_ID) ||
	       stx.stx_mnt_id == (uint64_t)line->id;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct host_mount *)a)->path,
		      ((const struct host_mount *)b)->path);
}

int host_mounts_list(struct arena *arena, struct host_mount **ret_mounts,
		     size_t *ret_count, struct kist_error *err)
{
	CLEANUP_FD int proc_fd = proc_open(err);
	struct mountinfo_list list;
	struct host_mount *mounts;
	size_t count = 0;
	int ret;

	if (proc_fd < 0)
		return proc_fd;
	ret = mountinfo_read(proc_fd, 0, arena, &list);
	if (ret < 0)
		return err_sys(err, KIST_E_HOST_IMAGE, -ret,
			       "read '/proc/self/mountinfo'");
	mounts = ARENA_ARRAY(arena, struct host_mount, list.count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *line = &list.mounts[i];
		struct host_mount *m = &mounts[count];

		*m = (struct host_mount){ 0 };
		if (!can_be_seen(line, m))
			continue;
		m->path = line->point;
		m->type = line->type;
		m->is_pseudo |= is_in(m->type, pseudo_types);
		m->takes_overlay = is_in(m->type, overlay_types);
		count++;
	}
	qsort(mounts, count, sizeof(*mounts), by_path);
	*ret_mounts = mounts;
	*ret_count = count;
	return 0;
}

const struct host_mount *host_mount_at(const struct host_mount *mounts,
				       size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(mounts[i].path, path) == 0)
			return &mounts[i];
	return NULL;
}

bool host_mount_below(const struct host_mount *mounts, size_t count,
		      const char *path)
{
	for (size_t i = 0; i < count; i++) {
		const char *rest = path_below(mounts[i].path, path);

		if (rest && *rest)
			return true;
	}
	return false;
}
