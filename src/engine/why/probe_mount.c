/* SPDX-License-Identifier: Apache-2.0 */
/* probe_mount.c - who may mount, and what: user namespaces and file systems */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "base/path.h"
#include "engine/why/look.h"
#include "sys/file.h"
#include "sys/mount.h"

#define FILESYSTEMS_MAX 8192

static const char *user_ns(const struct why_case *c)
{
	return arena_printf(c->arena, "user:[%llu]",
			    (unsigned long long)look_ns(c, NS_USER));
}

int probe_mount_ns_owner(const struct why_case *c, struct why_finding *found)
{
	if (strcmp(c->name, "chroot") == 0 || !look_is_inner(c) ||
	    look_owns(c, NS_MNT))
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "process %d is in %s, which does not own mnt:[%llu]",
			  c->pid, user_ns(c),
			  (unsigned long long)look_ns(c, NS_MNT));
}

/* ---- file systems and user namespaces ---- */

/* Of those without a device, the ones that have FS_USERNS_MOUNT. */
static const char *const inner_types[] = {
	"proc",	  "sysfs",   "tmpfs", "ramfs",	 "devpts", "mqueue",
	"cgroup", "cgroup2", "fuse",  "overlay", "binder", "binfmt_misc",
	"rootfs", "bpf",     "bind",  "none",
};

static bool is_inner_type(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(inner_types); i++)
		if (strcmp(inner_types[i], type) == 0)
			return true;
	return strncmp(type, "fuse.", 5) == 0;
}

/* What /proc/filesystems ("nodev\ttmpfs\n\text4\n") has about a type; @near:
 * the one that is written nearly so, or NULL. */
struct known {
	bool is_there, needs_device;
	const char *near;
};

static bool look_up(const struct why_case *c, const char *type,
		    struct known *ret_known)
{
	char *text = arena_alloc(c->arena, FILESYSTEMS_MAX), *save = NULL;
	struct near near;

	*ret_known = (struct known){ .near = NULL };
	if (!text || sys_read_file(AT_FDCWD, "/proc/filesystems", text,
				   FILESYSTEMS_MAX) <= 0)
		return false;
	near_init(&near, type);
	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *name = strchr(line, '\t');

		if (!name)
			continue;
		near_offer(&near, ++name);
		if (strcmp(name, type) != 0)
			continue;
		ret_known->is_there = true;
		ret_known->needs_device = name == line + 1;
	}
	ret_known->near = near.best;
	return true;
}

/* Of the file system: what is asked for, or is there. */
static const char *type_of(const struct why_case *c)
{
	return c->type && *c->type ? c->type : NULL;
}

int probe_fs_not_inner(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c);
	struct known known;

	if (!type || !look_is_inner(c) || !look_owns(c, NS_MNT) ||
	    is_inner_type(type) || !look_up(c, type, &known) || !known.is_there)
		return 0;
	return look_found(c, found, true, type, NULL,
			  "process %d is in %s; /proc/filesystems has %s '%s'",
			  c->pid, user_ns(c),
			  known.needs_device ? "the disk file system" :
					       "the file system",
			  type);
}

static const struct {
	const char *type;
	enum ns_kind kind;
} views[] = {
	{ "proc", NS_PID },	  { "sysfs", NS_NET },	   { "mqueue", NS_IPC },
	{ "cgroup2", NS_CGROUP }, { "cgroup", NS_CGROUP },
};

int probe_fs_owner(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c);

	for (size_t i = 0; type && i < ARRAY_LEN(views); i++) {
		if (strcmp(views[i].type, type) != 0 || !look_is_inner(c) ||
		    look_owns(c, views[i].kind))
			continue;
		return look_found(
			c, found, true, type, ns_table[views[i].kind].name,
			"process %d is in %s, which does not own %s:[%llu]",
			c->pid, user_ns(c), ns_table[views[i].kind].name,
			(unsigned long long)look_ns(c, views[i].kind));
	}
	return 0;
}

/* ---- too revealing ---- */

/* What covers a mount: paths below it, in words. Folders of /proc and /sys
 * that are made to be mounted on do not count. */
static size_t covers(const struct mountinfo_list *list,
		     const struct mountinfo *mount, char *buf, size_t size)
{
	static const char *const made_for_it[] = {
		"sys/fs/binfmt_misc",
		"fs/nfsd",
		"fs/cgroup",
		"kernel/debug",
		"kernel/tracing",
		"kernel/config",
		"kernel/security",
		"fs/bpf",
		"fs/pstore",
		"fs/fuse/connections",
		"firmware/efi/efivars",
		"fs/selinux",
		"fs/smackfs",
	};
	size_t count = 0, len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const struct mountinfo *child = &list->mounts[i];
		const char *below;
		bool is_made = false;

		if (child->parent != mount->id || child == mount)
			continue;
		below = path_below(child->point, mount->point);
		for (size_t j = 0; below && j < ARRAY_LEN(made_for_it); j++)
			is_made |= strcmp(below, made_for_it[j]) == 0;
		if (is_made)
			continue;
		if (count++ < 3 && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						count > 1 ? ", " : "",
						child->point);
	}
	if (count > 3 && len < size)
		snprintf(buf + len, size - len, " and %zu more", count - 3);
	return count;
}

int probe_fs_masked(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c);
	struct mountinfo_list list;
	char over[400] = "";
	size_t whole = 0, covered = 0;

	if (!type ||
	    (strcmp(type, "proc") != 0 && strcmp(type, "sysfs") != 0) ||
	    !look_is_inner(c) || !look_owns(c, NS_MNT) ||
	    !look_mounts(c, &list))
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *mount = &list.mounts[i];
		char these[400];

		if (strcmp(mount->type, type) != 0 ||
		    strcmp(mount->root, "/") != 0)
			continue;
		if (covers(&list, mount, these, sizeof(these)) == 0) {
			whole += !look_has_option(mount->options, "ro");
			continue;
		}
		covered++;
		if (!over[0])
			strcpy(over, these);
	}
	if (whole)
		return 0;
	if (covered)
		return look_found(c, found, true, type, NULL,
				  "mounted over the '%s' there is: %s", type,
				  over);
	return look_found(c, found, true, type, NULL,
			  "no whole, writable '%s' is among the %zu mounts of "
			  "process %d",
			  type, list.count, c->pid);
}

/* ---- flags that are locked ---- */

static const struct {
	const char *word;
	unsigned long flag;
} locks[] = {
	{ "ro", MS_RDONLY },
	{ "nosuid", MS_NOSUID },
	{ "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC },
};

/* Flags of the mount that the call would take away: "nosuid,nodev". */
static bool taken_away(const struct why_case *c, const struct mountinfo *mount,
		       char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(locks); i++)
		if (look_has_option(mount->options, locks[i].word) &&
		    !(c->flags & locks[i].flag) && len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s%s",
						len ? "," : "", locks[i].word);
	return len > 0;
}

int probe_mount_flags_locked(const struct why_case *c,
			     struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;
	char words[64];

	/* Without MS_BIND it is about the file system first. */
	if (!look_is_inner(c) || !look_owns(c, NS_MNT) ||
	    (c->flags & (MS_REMOUNT | MS_BIND)) == MS_REMOUNT ||
	    !look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	if (!mount || !taken_away(c, mount, words, sizeof(words)))
		return 0;
	return look_found(c, found, !c->flags || (c->flags & MS_BIND),
			  arena_strdup(c->arena, words),
			  look_path(c, c->subject),
			  "'%s' is mounted %s, and %s does not own what it was "
			  "copied from",
			  mount->point, mount->options, user_ns(c));
}

int probe_fs_remount_owner(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;

	if (!look_is_inner(c) || !look_owns(c, NS_MNT) ||
	    !(c->flags & MS_REMOUNT) || (c->flags & MS_BIND) ||
	    !look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	if (!mount)
		return 0;
	return look_found(c, found, !is_inner_type(mount->type), mount->type,
			  look_path(c, c->subject),
			  "'%s' is %s of %s, mounted before %s was made",
			  mount->point, mount->type, mount->source, user_ns(c));
}

/* ---- kinds of file system ---- */

int probe_fs_typo(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c);
	struct known known;

	if (!type || !look_up(c, type, &known) || known.is_there || !known.near)
		return 0;
	return look_found(c, found, true, type, known.near,
			  "/proc/filesystems has '%s', and no '%s'", known.near,
			  type);
}

/* What it is called where it is not the type in capitals. */
static const struct {
	const char *type, *option;
} options[] = {
	{ "overlay", "OVERLAY_FS" },
	{ "fuse", "FUSE_FS" },
	{ "ext4", "EXT4_FS" },
	{ "xfs", "XFS_FS" },
	{ "btrfs", "BTRFS_FS" },
	{ "vfat", "VFAT_FS" },
	{ "exfat", "EXFAT_FS" },
	{ "ntfs3", "NTFS3_FS" },
	{ "nfs", "NFS_FS" },
	{ "nfs4", "NFS_V4" },
	{ "cifs", "CIFS" },
	{ "9p", "9P_FS" },
	{ "erofs", "EROFS_FS" },
	{ "iso9660", "ISO9660_FS" },
	{ "udf", "UDF_FS" },
	{ "f2fs", "F2FS_FS" },
	{ "virtiofs", "VIRTIO_FS" },
	{ "ceph", "CEPH_FS" },
	{ "cgroup2", "CGROUPS" },
	{ "squashfs", "SQUASHFS" },
	{ "binder", "ANDROID_BINDERFS" },
};

int probe_fs_unknown(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c), *option = NULL;
	struct known known;

	if (!type || !look_up(c, type, &known) || known.is_there || known.near)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (strcmp(options[i].type, type) == 0)
			option = arena_printf(c->arena, " (CONFIG_%s)",
					      options[i].option);
	return look_found(c, found, true, type, option ? option : "",
			  "'%s' is not in /proc/filesystems", type);
}

/* ---- too many ---- */

int probe_mount_max(const struct why_case *c, struct why_finding *found)
{
	int64_t max = look_sysctl("/proc/sys/fs/mount-max");
	struct mountinfo_list list;
	size_t added = 0;
	const char *source = look_path(c, c->source);

	if (max < 0 || !look_mounts(c, &list))
		return 0;
	for (size_t i = 0; source && i < list.count; i++)
		added += path_below(list.mounts[i].point, source) != NULL;
	if (list.count + added < (size_t)max)
		return 0;
	return look_found(c, found, true,
			  arena_printf(c->arena, "%lld", (long long)max), NULL,
			  "%zu mounts are in the namespace, the call adds %zu, "
			  "and fs.mount-max is %lld",
			  list.count, added ? added : 1, (long long)max);
}

/* ---- options ---- */

/* Whether the kernel takes a word is asked of a file system that is never
 * made. What it says about it goes to @said. */
static bool is_refused(int fs_fd, char *word, char *said, size_t size)
{
	char *value = strchr(word, '=');
	int ret;

	if (value)
		*value++ = '\0';
	if (strcmp(word, "lowerdir") == 0 || strcmp(word, "upperdir") == 0 ||
	    strcmp(word, "workdir") == 0)
		return false;
	ret = sys_fsconfig(fs_fd,
			   value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			   word, value, 0);
	return ret == -EINVAL && sys_fs_log(fs_fd, said, size) > 0;
}

static bool try_options(const struct why_case *c, const char *type, char **word,
			char *said, size_t size)
{
	char *list = arena_strdup(c->arena, c->value), *save = NULL;
	CLEANUP_FD int fs_fd = sys_fsopen(type);

	if (fs_fd < 0)
		return false;
	for (*word = strtok_r(list, ",", &save); *word;
	     *word = strtok_r(NULL, ",", &save))
		if (is_refused(fs_fd, *word, said, size))
			return true;
	return false;
}

int probe_mount_option(const struct why_case *c, struct why_finding *found)
{
	const char *type = type_of(c);
	char said[200] = "", *word = NULL;
	struct known known;

	if (c->failed && c->failed->kernel[0] &&
	    (strstr(c->failed->kernel, "nknown parameter") ||
	     strstr(c->failed->kernel, "Bad value") ||
	     strstr(c->failed->kernel, "bad value")))
		return look_found(c, found, true, type ? type : "it", "",
				  "the kernel says: %s", c->failed->kernel);
	if (!type || !c->value || !*c->value || !look_up(c, type, &known) ||
	    !known.is_there || !try_options(c, type, &word, said, sizeof(said)))
		return 0;
	return look_found(c, found, true, type,
			  arena_printf(c->arena, "'%s'", word),
			  "the kernel says: %s", said);
}
