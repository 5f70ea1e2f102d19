/* SPDX-License-Identifier: Apache-2.0 */
/* probe_idmap.c - mounts with mapped ids (mount_setattr(2), MOUNT_ATTR_IDMAP) */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "engine/why/look.h"
#include "sys/file.h"

/* Told by the flag, or by what people say. */
static bool is_idmap(const struct why_case *c)
{
	return (c->name && strstr(c->name, "idmap")) ||
	       (c->value && strstr(c->value, "idmap")) ||
	       (c->type && strcmp(c->type, "idmap") == 0);
}

/* A mount that was never attached ("fd/3") is in no list: one of the same file
 * system stands for it, best one whose ids are mapped. */
static const struct mountinfo *detached(const struct why_case *c,
					const struct mountinfo_list *list)
{
	CLEANUP_FD int fd = openat(c->proc_fd, c->value, O_PATH | O_CLOEXEC);
	const struct mountinfo *found = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return NULL;
	for (size_t i = 0; i < list->count; i++) {
		const struct mountinfo *mount = &list->mounts[i];

		if (makedev(mount->major, mount->minor) == st.st_dev &&
		    (!found || look_has_option(mount->options, "idmapped")))
			found = mount;
	}
	return found;
}

/* By the number of the mount in /proc/PID/fdinfo. */
static bool is_detached(const struct why_case *c,
			const struct mountinfo_list *list)
{
	char text[1024];
	const char *id;

	if (!c->value || strncmp(c->value, "fd/", 3) != 0 ||
	    sys_read_file(c->proc_fd,
			  arena_printf(c->arena, "fdinfo/%s", c->value + 3),
			  text, sizeof(text)) <= 0)
		return false;
	id = strstr(text, "mnt_id:");
	return id && !mountinfo_find(list, atoi(id + strlen("mnt_id:")));
}

/* The mount it is about: of a bind, that of the source. */
static const struct mountinfo *subject(const struct why_case *c)
{
	struct mountinfo_list list;

	if (!is_idmap(c) || !look_mounts(c, &list))
		return NULL;
	if (is_detached(c, &list))
		return detached(c, &list);
	return look_mount(c, &list, c->source ? c->source : c->subject);
}

int probe_idmap_twice(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = subject(c);

	if (!mount || !look_has_option(mount->options, "idmapped"))
		return 0;
	return look_found(c, found, true, mount->point, NULL,
			  "'%s' is mounted %s", mount->point, mount->options);
}

/* The file system was mounted by someone above. */
int probe_idmap_inner(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = subject(c);

	if (!mount || !look_is_inner(c))
		return 0;
	return look_found(c, found, strcmp(mount->type, "tmpfs") != 0,
			  mount->type, mount->point,
			  "process %d is in user:[%llu], and '%s' is %s of %s",
			  c->pid, (unsigned long long)look_ns(c, NS_USER),
			  mount->point, mount->type, mount->source);
}

int probe_idmap_fs(const struct why_case *c, struct why_finding *found)
{
	/* FS_ALLOW_IDMAP, as of Linux 6.18. */
	static const char *const can[] = {
		"ext4",	    "xfs",  "btrfs", "f2fs",	  "erofs",
		"overlay",  "vfat", "ntfs3", "tmpfs",	  "msdos",
		"squashfs", "ceph", "ext2",  "hugetlbfs", "virtiofs",
		"bcachefs", "fuse",
	};
	const struct mountinfo *mount = subject(c);

	if (!mount)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(can); i++)
		if (strcmp(can[i], mount->type) == 0)
			return 0;
	return look_found(c, found, true, mount->type, mount->point,
			  "'%s' is %s, which maps no ids", mount->point,
			  mount->type);
}

int probe_idmap_attached(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount = subject(c);
	struct mountinfo_list list;

	if (!mount || !look_mounts(c, &list) || is_detached(c, &list))
		return 0;
	return look_found(c, found, false, mount->point, NULL,
			  "'%s' is mounted in mnt:[%llu]", mount->point,
			  (unsigned long long)look_ns(c, NS_MNT));
}
