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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <linux/stat.h>
#include <sys/syscall.h>

#include "base/buf.h"
#include "base/path.h"
#include "engine/run/host_mounts.h"
#include "sys/file.h"

#ifndef STATX_MNT_ID
#define STATX_MNT_ID 0x1000U
#endif

#define MOUNTINFO_MAX (16u << 20)

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

/* "\040" and the like. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		unsigned value;

		if (*text == '\\' && sscanf(text + 1, "%3o", &value) == 1 &&
		    strspn(text + 1, "01234567") >= 3) {
			*to++ = (char)value;
			text += 3;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

struct line {
	unsigned long long id;
	char *path, *type;
};

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" */
static bool read_line(char *text, struct line *ret_line)
{
	char *dash = strstr(text, " - ");
	char *field = text;

	if (!dash)
		return false;
	ret_line->id = strtoull(text, NULL, 10);
	for (int i = 0; i < 4 && field; i++)
		field = strchr(field + 1, ' ');
	if (!field)
		return false;
	ret_line->path = field + 1;
	ret_line->path[strcspn(ret_line->path, " ")] = '\0';
	ret_line->type = dash + 3;
	ret_line->type[strcspn(ret_line->type, " ")] = '\0';
	unescape(ret_line->path);
	return true;
}

/* One in a directory closed to us is there all the same, and shows nothing. */
static bool can_be_seen(const struct line *line, struct host_mount *m)
{
	struct statx stx;

	if (syscall(SYS_statx, AT_FDCWD, line->path,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_MNT_ID, &stx) < 0) {
		m->is_pseudo = errno == EACCES;
		return m->is_pseudo;
	}
	m->is_file = !S_ISDIR(stx.stx_mode);
	/* Before Linux 5.8 it is not said: then all count. */
	return !(stx.stx_mask & STATX_MNT_ID) || stx.stx_mnt_id == line->id;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct host_mount *)a)->path,
		      ((const struct host_mount *)b)->path);
}

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; (text = strchr(text, '\n')); text++)
		count++;
	return count;
}

int host_mounts_list(struct arena *arena, struct host_mount **ret_mounts,
		     size_t *ret_count, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct host_mount *mounts;
	size_t count = 0;
	char *rest, *line;
	int ret;

	buf_init(&text);
	ret = sys_load_file(AT_FDCWD, "/proc/self/mountinfo", &text,
			    MOUNTINFO_MAX);
	if (ret < 0)
		return err_sys(err, KIST_E_HOST_IMAGE, -ret,
			       "read '/proc/self/mountinfo'");
	mounts = ARENA_ARRAY(arena, struct host_mount,
			     count_lines(text.data) + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	for (line = strtok_r(text.data, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		struct host_mount *m = &mounts[count];
		struct line l;

		if (!read_line(line, &l) || !can_be_seen(&l, m))
			continue;
		m->path = arena_strdup(arena, l.path);
		m->type = arena_strdup(arena, l.type);
		m->is_pseudo |= is_in(l.type, pseudo_types);
		m->takes_overlay = is_in(l.type, overlay_types);
		count++;
	}
	if (arena_failed(arena))
		return err_nomem(err);
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
