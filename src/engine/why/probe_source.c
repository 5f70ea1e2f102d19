/* SPDX-License-Identifier: Apache-2.0 */
/* probe_source.c - what is mounted, and where: sources and targets */
#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/why/look.h"
#include "sys/mount.h"

static bool is_bind(const struct why_case *c)
{
	return c->flags & (MS_BIND | MS_MOVE);
}

static bool is_missing(const struct why_case *c, const char *path)
{
	struct stat st;

	return path && *path && !look_stat(c, path, &st);
}

static int missing(const struct why_case *c, struct why_finding *found,
		   const char *path)
{
	const char *whole = look_path(c, path);
	const char *nearest = look_nearest(c, path);

	if (!whole || !nearest || strcmp(whole, nearest) == 0)
		return 0;
	return look_found(c, found, true, path, nearest,
			  "'%s' is there, and nothing called '%s' below it",
			  nearest, path_below(whole, nearest));
}

int probe_mount_target(const struct why_case *c, struct why_finding *found)
{
	return is_missing(c, c->subject) ? missing(c, found, c->subject) : 0;
}

/* Only what binds or has a device has a path for a source. */
static bool has_path_source(const struct why_case *c)
{
	return c->source && (is_bind(c) || c->source[0] == '/');
}

int probe_mount_source(const struct why_case *c, struct why_finding *found)
{
	return has_path_source(c) && is_missing(c, c->source) ?
		       missing(c, found, c->source) :
		       0;
}

int probe_mount_file_folder(const struct why_case *c, struct why_finding *found)
{
	struct stat from = { .st_mode = S_IFDIR }, to;

	if (!look_stat(c, c->subject, &to) ||
	    (is_bind(c) && !look_stat(c, c->source, &from)) ||
	    S_ISDIR(from.st_mode) == S_ISDIR(to.st_mode))
		return 0;
	return look_found(c, found, true, c->subject,
			  S_ISDIR(from.st_mode) ? "mkdir" : "touch",
			  "%s is a %s, and '%s' a %s",
			  is_bind(c) ?
				  arena_printf(c->arena, "'%s'", c->source) :
				  "a file system",
			  S_ISDIR(from.st_mode) ? "folder" : "file", c->subject,
			  S_ISDIR(to.st_mode) ? "folder" : "file");
}

int probe_mount_not_block(const struct why_case *c, struct why_finding *found)
{
	struct stat st;

	if (!look_stat(c, c->source, &st) || S_ISBLK(st.st_mode))
		return 0;
	return look_found(c, found, true, c->source, c->type ? c->type : "auto",
			  "'%s' is a %s", c->source,
			  S_ISREG(st.st_mode) ? "file" :
			  S_ISDIR(st.st_mode) ? "folder" :
						"character device");
}

/* ---- what is on a device ---- */

static const struct {
	char type[12];
	off_t offset;
	char magic[12];
	size_t len;
} magics[] = {
	{ "ext4", 0x438, "\x53\xef", 2 },
	{ "xfs", 0, "XFSB", 4 },
	{ "btrfs", 0x10040, "_BHRfS_M", 8 },
	{ "squashfs", 0, "hsqs", 4 },
	{ "erofs", 1024, "\xe2\xe1\xf5\xe0", 4 },
	{ "f2fs", 1024, "\x10\x20\xf5\xf2", 4 },
	{ "iso9660", 0x8001, "CD001", 5 },
	{ "vfat", 82, "FAT32", 5 },
	{ "vfat", 54, "FAT1", 4 },
	{ "ntfs3", 3, "NTFS    ", 8 },
	{ "crypto_LUKS", 0, "LUKS\xba\xbe", 6 },
	{ "swap", 4086, "SWAPSPACE2", 10 },
};

/* Return: NULL: nothing that is known; "" if it cannot be read. */
static const char *on_device(const struct why_case *c, const char *path)
{
	CLEANUP_FD int fd = look_open(c, path, O_RDONLY | O_NONBLOCK);
	char bytes[16];

	if (fd < 0 || pread(fd, bytes, 1, 0) != 1)
		return "";
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if (pread(fd, bytes, magics[i].len, magics[i].offset) ==
			    (ssize_t)magics[i].len &&
		    memcmp(bytes, magics[i].magic, magics[i].len) == 0)
			return magics[i].type;
	return NULL;
}

/* A block device that is to be mounted as a type. */
static bool has_device(const struct why_case *c)
{
	struct stat st;

	return c->type && *c->type && !is_bind(c) &&
	       look_stat(c, c->source, &st) && S_ISBLK(st.st_mode);
}

int probe_mount_other_type(const struct why_case *c, struct why_finding *found)
{
	const char *type = has_device(c) ? on_device(c, c->source) : "";

	if (!type || !*type || strcmp(type, c->type) == 0 ||
	    (strcmp(type, "ext4") == 0 && strncmp(c->type, "ext", 3) == 0))
		return 0;
	return look_found(c, found, true, c->source, type,
			  "'%s' has the mark of %s, not of %s", c->source, type,
			  c->type);
}

int probe_mount_empty(const struct why_case *c, struct why_finding *found)
{
	if (!has_device(c) || on_device(c, c->source))
		return 0;
	return look_found(c, found, true, c->source, c->type,
			  "'%s' has no mark of a file system that is known",
			  c->source);
}

/* ---- busy ---- */

int probe_mount_already(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *mount;

	if (!c->type || !look_mounts(c, &list))
		return 0;
	mount = look_mount_at(c, &list, c->subject);
	if (!mount || strcmp(mount->type, c->type) != 0)
		return 0;
	return look_found(c, found, true, mount->source, mount->point,
			  "'%s' is mounted at '%s' (%s)", mount->source,
			  mount->point, mount->type);
}

int probe_mount_other_mode(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	struct stat st;
	bool wants_ro = (c->flags & MS_RDONLY) ||
			look_has_option(c->value, "ro");

	if (!has_device(c) || !look_stat(c, c->source, &st) ||
	    !look_mounts(c, &list))
		return 0;
	for (size_t i = 0; i < list.count; i++) {
		const struct mountinfo *mount = &list.mounts[i];
		bool is_ro = look_has_option(mount->super, "ro");

		if (makedev(mount->major, mount->minor) != st.st_rdev ||
		    is_ro == wants_ro)
			continue;
		return look_found(c, found, true, c->source,
				  is_ro ? "ro" : "rw",
				  "it is mounted %s at '%s'",
				  is_ro ? "read-only" : "writable",
				  mount->point);
	}
	return 0;
}
