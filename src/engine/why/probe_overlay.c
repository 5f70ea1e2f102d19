/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_overlay.c - layers of an overlay that the kernel does not take
 *
 * The kernel's reasons go to its log alone, so each rule is looked at here. See
 * Documentation/filesystems/overlayfs.rst and fs/overlayfs/super.c of Linux.
 */
#include <errno.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/path.h"
#include "engine/why/look.h"
#include "kernel/mountinfo.h"

#define LOWER_MAX 500
#define PAGE_BYTES 4096
#define DEPTH_MAX 2

/* Paths of the mount's options; @lower ends with NULL. */
struct layers {
	const char *upper, *work, **lower;
	size_t count;
};

/* "a:b\:c" without the '\'. */
static void split_lower(const struct why_case *c, const char *text,
			struct layers *l)
{
	char *to = arena_strdup(c->arena, text);

	l->lower = ARENA_ARRAY(c->arena, const char *, strlen(text) + 2);
	if (arena_failed(c->arena))
		return;
	l->lower[l->count++] = to;
	for (; *text; text++) {
		if (*text == '\\' && text[1]) {
			*to++ = *++text;
		} else if (*text == ':') {
			/* "::" begins layers that hold data alone. */
			*to++ = '\0';
			if (text[1] != ':')
				l->lower[l->count++] = to;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static bool is_overlay(const struct why_case *c)
{
	return c->type && strcmp(c->type, "overlay") == 0;
}

static bool read_layers(const struct why_case *c, struct layers *l)
{
	const char *lower;

	*l = (struct layers){ .count = 0 };
	if (!is_overlay(c) || !c->value)
		return false;
	l->upper = look_option(c, c->value, "upperdir");
	l->work = look_option(c, c->value, "workdir");
	lower = look_option(c, c->value, "lowerdir");
	if (lower && *lower)
		split_lower(c, lower, l);
	return l->upper || l->work || l->count;
}

/* ---- what is not there ---- */

int probe_overlay_page(const struct why_case *c, struct why_finding *found)
{
	if (!is_overlay(c) || !c->value || strlen(c->value) < PAGE_BYTES - 1)
		return 0;
	return look_found(c, found, true, NULL, NULL,
			  "the options have %zu bytes, and mount(2) takes %d",
			  strlen(c->value), PAGE_BYTES - 1);
}

int probe_overlay_lacks(const struct why_case *c, struct why_finding *found)
{
	struct layers l;
	const char *word;

	if (!read_layers(c, &l))
		return 0;
	word = !l.count				   ? "lowerdir" :
	       l.count == 1 && !l.upper && !l.work ? "upperdir" :
	       l.upper && !l.work		   ? "workdir" :
	       l.work && !l.upper		   ? "upperdir" :
						     NULL;
	if (!word)
		return 0;
	return look_found(c, found, true, word, NULL, "the options are '%s'",
			  c->value);
}

static int not_there(const struct why_case *c, struct why_finding *found,
		     const char *role, const char *path)
{
	struct stat st;

	if (!path || look_stat(c, path, &st))
		return 0;
	return look_found(c, found, true, role, path,
			  "'%s' is there, and nothing called '%s' below it",
			  look_nearest(c, path), path);
}

int probe_overlay_colon(const struct why_case *c, struct why_finding *found)
{
	struct layers l;
	struct stat st;

	if (!read_layers(c, &l))
		return 0;
	for (size_t i = 0; i + 1 < l.count; i++) {
		const char *whole = arena_printf(c->arena, "%s:%s", l.lower[i],
						 l.lower[i + 1]);

		if (look_stat(c, l.lower[i], &st) || !look_stat(c, whole, &st))
			continue;
		return look_found(c, found, true, whole,
				  arena_printf(c->arena, "%s\\:%s", l.lower[i],
					       l.lower[i + 1]),
				  "'%s' is there, '%s' is not", whole,
				  l.lower[i]);
	}
	return 0;
}

int probe_overlay_missing(const struct why_case *c, struct why_finding *found)
{
	struct layers l;
	int ret;

	if (!read_layers(c, &l))
		return 0;
	ret = not_there(c, found, "upperdir", l.upper);
	if (!ret)
		ret = not_there(c, found, "workdir", l.work);
	for (size_t i = 0; !ret && i < l.count; i++)
		ret = not_there(c, found, "lowerdir", l.lower[i]);
	return ret;
}

/* ---- upper and work ---- */

static long magic_of(const struct why_case *c, const char *path)
{
	CLEANUP_FD int fd = look_open(c, path, 0);
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 ? (long)fs.f_type : 0;
}

int probe_overlay_work_fs(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	const struct mountinfo *upper, *work;
	struct layers l;

	if (!read_layers(c, &l) || !l.upper || !l.work ||
	    !look_mounts(c, &list))
		return 0;
	upper = look_mount(c, &list, l.upper);
	work = look_mount(c, &list, l.work);
	if (!upper || !work || upper == work)
		return 0;
	return look_found(c, found, true, l.work, l.upper,
			  "'%s' is in the mount '%s', '%s' in '%s'", l.upper,
			  upper->point, l.work, work->point);
}

int probe_overlay_work_below(const struct why_case *c,
			     struct why_finding *found)
{
	const char *upper, *work;
	struct layers l;

	if (!read_layers(c, &l) || !l.upper || !l.work)
		return 0;
	upper = look_path(c, l.upper);
	work = look_path(c, l.work);
	if (!upper || !work ||
	    (!path_below(work, upper) && !path_below(upper, work)))
		return 0;
	return look_found(c, found, true, l.work, l.upper,
			  "workdir is '%s', upperdir is '%s'", work, upper);
}

/* File systems that never take writes of an overlay. */
static const char *never_upper(long magic)
{
	static const struct {
		long magic;
		const char *name;
	} never[] = {
		{ OVERLAYFS_SUPER_MAGIC, "an overlay" },
		{ NFS_SUPER_MAGIC, "NFS" },
		{ MSDOS_SUPER_MAGIC, "vfat" },
		{ SQUASHFS_MAGIC, "squashfs, which cannot be written" },
		{ EROFS_SUPER_MAGIC_V1, "erofs, which cannot be written" },
		{ PROC_SUPER_MAGIC, "proc" },
		{ 0x2011BAB0, "exfat" },
		{ 0xFF534D42, "a Windows share (cifs)" },
	};

	for (size_t i = 0; i < ARRAY_LEN(never); i++)
		if (never[i].magic == magic)
			return never[i].name;
	return NULL;
}

int probe_overlay_upper(const struct why_case *c, struct why_finding *found)
{
	struct layers l;
	const char *name;
	long magic;

	if (!read_layers(c, &l) || !l.upper)
		return 0;
	magic = magic_of(c, l.upper);
	name = never_upper(magic);
	if (!name)
		return 0;
	return look_found(c, found, true, l.upper, name,
			  "'%s' is on %s (statfs type 0x%lx)", l.upper, name,
			  magic);
}

int probe_overlay_upper_ro(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;
	struct layers l;

	if (!read_layers(c, &l) || !l.upper)
		return 0;
	mount = look_mount_of(c, l.upper);
	if (!mount || (!look_has_option(mount->options, "ro") &&
		       !look_has_option(mount->super, "ro")))
		return 0;
	return look_found(c, found, true, l.upper, mount->point,
			  "'%s' is mounted %s, and its file system %s",
			  mount->point, mount->options, mount->super);
}

/* Another overlay that writes there. */
int probe_overlay_in_use(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	struct layers l;
	const char *upper;

	if (!read_layers(c, &l) || !l.upper || !look_mounts(c, &list))
		return 0;
	upper = look_path(c, l.upper);
	for (size_t i = 0; upper && i < list.count; i++) {
		const struct mountinfo *mount = &list.mounts[i];
		const char *theirs;

		if (strcmp(mount->type, "overlay") != 0)
			continue;
		theirs = look_option(c, mount->super, "upperdir");
		/* As whoever mounted it wrote it. */
		if (!theirs || (strcmp(theirs, upper) != 0 &&
				strcmp(theirs, l.upper) != 0))
			continue;
		return look_found(c, found, true, l.upper, mount->point,
				  "the overlay at '%s' has upperdir=%s",
				  mount->point, theirs);
	}
	return 0;
}

/* ---- lower ---- */

int probe_overlay_many(const struct why_case *c, struct why_finding *found)
{
	struct layers l;

	if (!read_layers(c, &l) || l.count <= LOWER_MAX)
		return 0;
	return look_found(c, found, true,
			  arena_printf(c->arena, "%zu", l.count), NULL,
			  "lowerdir= names %zu", l.count);
}

/* How many file systems lie over each other at a path. */
static int depth_of(const struct why_case *c, const struct mountinfo_list *list,
		    const char *path, int left)
{
	const struct mountinfo *mount = look_mount(c, list, path);
	struct layers l = { .count = 0 };
	const char *lower;
	int most = 0;

	if (!mount || strcmp(mount->type, "overlay") != 0 || left == 0)
		return 0;
	lower = look_option(c, mount->super, "lowerdir");
	if (lower && *lower)
		split_lower(c, lower, &l);
	for (size_t i = 0; i < l.count; i++) {
		int depth = depth_of(c, list, l.lower[i], left - 1);

		most = depth > most ? depth : most;
	}
	return most + 1;
}

int probe_overlay_depth(const struct why_case *c, struct why_finding *found)
{
	struct mountinfo_list list;
	struct layers l;

	if (!read_layers(c, &l) || !look_mounts(c, &list))
		return 0;
	for (size_t i = 0; i < l.count; i++) {
		if (depth_of(c, &list, l.lower[i], DEPTH_MAX) < DEPTH_MAX)
			continue;
		return look_found(c, found, true, l.lower[i], NULL,
				  "'%s' is on an overlay whose own lower layer "
				  "is on an overlay",
				  l.lower[i]);
	}
	return 0;
}

int probe_overlay_overlap(const struct why_case *c, struct why_finding *found)
{
	struct layers l;

	if (!read_layers(c, &l))
		return 0;
	for (size_t i = 0; i < l.count; i++) {
		const char *lower = look_path(c, l.lower[i]);
		const char *const mine[] = { look_path(c, l.upper),
					     look_path(c, l.work) };

		for (size_t j = 0; lower && j < ARRAY_LEN(mine); j++)
			if (mine[j] && path_below(lower, mine[j]))
				return look_found(
					c, found, true, l.lower[i], mine[j],
					"lowerdir has '%s', and %s is '%s'",
					lower, j ? "workdir" : "upperdir",
					mine[j]);
		for (size_t j = 0; lower && j < i; j++) {
			const char *other = look_path(c, l.lower[j]);

			if (other && (path_below(other, lower) ||
				      path_below(lower, other)))
				return look_found(c, found, true, l.lower[j],
						  l.lower[i],
						  "lowerdir has both '%s' and "
						  "'%s'",
						  other, lower);
		}
	}
	return 0;
}

/* Names that mean the same in capitals cannot be compared across layers, and
 * proc lets nothing lie over it. */
static const char *never_lower(long magic)
{
	static const struct {
		long magic;
		const char *name;
	} types[] = {
		{ MSDOS_SUPER_MAGIC, "vfat, where capitals do not count" },
		{ 0x2011BAB0, "exfat, where capitals do not count" },
		{ 0x5346544e, "ntfs, where capitals do not count" },
		{ PROC_SUPER_MAGIC, "proc" },
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (types[i].magic == magic)
			return types[i].name;
	return NULL;
}

int probe_overlay_lower(const struct why_case *c, struct why_finding *found)
{
	struct layers l;

	if (!read_layers(c, &l))
		return 0;
	for (size_t i = 0; i < l.count; i++) {
		long magic = magic_of(c, l.lower[i]);

		const char *name = never_lower(magic);

		if (!name)
			continue;
		return look_found(c, found, true, l.lower[i], name,
				  "'%s' has the statfs type 0x%lx", l.lower[i],
				  magic);
	}
	return 0;
}

/* ---- written to ---- */

/* Whiteouts and opaque folders are kept in attributes that only the owner of
 * the machine's user namespace may set. */
int probe_overlay_userxattr(const struct why_case *c, struct why_finding *found)
{
	const struct mountinfo *mount;

	mount = look_is_inner(c) ? look_mount_of(c, c->subject) : NULL;
	if (!mount || strcmp(mount->type, "overlay") != 0 ||
	    look_has_option(mount->super, "userxattr"))
		return 0;
	return look_found(c, found, false, mount->point, NULL,
			  "the overlay at '%s' was mounted without userxattr, "
			  "and process %d is in user:[%llu]",
			  mount->point, c->pid,
			  (unsigned long long)look_ns(c, NS_USER));
}
