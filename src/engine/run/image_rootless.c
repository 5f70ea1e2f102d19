/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_rootless.c - this machine's own files as an ordinary user's root
 *
 * How it works
 * ============
 * The overlays are made in a user namespace, where the mounts
 * below a directory are locked to it, and an overlay on such a directory is
 * refused (EINVAL): it would uncover what they hide. So the root is a plain
 * folder of the record. A directory with nothing mounted below gets an
 * overlay; one with mounts below becomes a folder, and so on for what it
 * holds; links are made anew, and files are shown read-only. A directory that
 * this user may not read is an empty folder, and one for everybody's temporary
 * files, with mounts below, is a tmpfs.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "engine/run/host_root.h"

static int build_folder(struct host_root *b, const char *path,
			struct kist_error *err);

static const char *in_root(struct host_root *b, const char *path)
{
	return arena_printf(b->arena, "root%s", path);
}

static int copy_link(struct host_root *b, const char *path,
		     struct kist_error *err)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	if (len < 0)
		return 0; /* it has vanished, or is not ours to see */
	target[len] = '\0';
	if (symlinkat(target, b->record->dir_fd, in_root(b, path)) < 0)
		return err_sys(err, KIST_E_STORE, errno, "make '%s%s'",
			       b->record->path, in_root(b, path));
	return 0;
}

/* What is in it may be gone before it could be shown. */
static bool is_temporary(mode_t mode)
{
	return (mode & 07777) == 01777;
}

static int build_directory(struct host_root *b, const char *path, mode_t mode,
			   struct kist_error *err)
{
	const struct host_mount *m =
		host_mount_at(b->mounts, b->mount_count, path);
	int ret = host_make_folder(b, in_root(b, path), mode & 07777, err);

	if (ret < 0 || host_is_own(path) || host_is_ours(b, path) ||
	    (m && m->is_pseudo) || access(path, R_OK | X_OK) < 0)
		return ret;
	if (host_mount_below(b->mounts, b->mount_count, path))
		return is_temporary(mode) ?
			       host_add_tmpfs(b, path, "mode=1777", err) :
			       build_folder(b, path, err);
	if (m && !m->takes_overlay)
		return host_add_readonly(b, path, err);
	return host_add_overlay(b, path, err);
}

static int build_entry(struct host_root *b, const char *path,
		       struct kist_error *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return 0;
	if (S_ISLNK(st.st_mode))
		return copy_link(b, path, err);
	if (S_ISDIR(st.st_mode))
		return build_directory(b, path, st.st_mode, err);
	if (S_ISREG(st.st_mode) && access(path, R_OK) == 0)
		return host_add_readonly(b, path, err);
	return 0;
}

static int build_folder(struct host_root *b, const char *path,
			struct kist_error *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int ret = 0;

	if (!dir)
		return err_sys(err, KIST_E_HOST_IMAGE, errno, "list '%s'",
			       path);
	while (ret == 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			ret = build_entry(b,
					  arena_printf(b->arena, "%s/%s",
						       path[1] ? path : "",
						       entry->d_name),
					  err);
	closedir(dir);
	return ret;
}

/* The mount of ours whose place is nearest above (or at) @path. */
static const struct image_mount *mount_over(const struct host_root *b,
					    const char *path)
{
	const struct image_mount *best = NULL;

	for (size_t i = 0; i < b->root.mount_count; i++) {
		const struct image_mount *m = &b->root.mounts[i];

		if (path_below(path, m->destination) &&
		    (!best || path_below(m->destination, best->destination)))
			best = m;
	}
	return best;
}

/* The highest directory above (or at) @path that is the user's own. */
static char *own_top(const struct host_root *b, const char *path)
{
	char *top = arena_strdup(b->arena, path), *slash;
	struct stat st;

	if (lstat(top, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    st.st_uid != geteuid())
		return NULL;
	while ((slash = strrchr(top, '/')) && slash > top) {
		*slash = '\0';
		if (lstat(top, &st) < 0 || st.st_uid != geteuid()) {
			*slash = '/';
			break;
		}
	}
	return top;
}

/*
 * A change in a directory copies that directory up, and those above it. A
 * directory of somebody whose id is not mapped cannot be copied. The top of an
 * overlay need not be: so what this user may change gets an overlay of its
 * own, if something of another's is between.
 */
static int build_changeable(struct host_root *b, const char *path,
			    struct kist_error *err)
{
	const struct image_mount *over = path ? mount_over(b, path) : NULL;
	const char *rest;

	if (!over || strcmp(over->type, "overlay") != 0)
		return 0;
	rest = path_below(path, over->destination);
	if (!*rest || !strchr(rest, '/') ||
	    host_mount_below(b->mounts, b->mount_count, path))
		return 0;
	return host_add_overlay(b, path, err);
}

/* Anyone's, but owned by root. */
static int build_var_tmp(struct host_root *b, struct kist_error *err)
{
	const struct image_mount *over = mount_over(b, "/var/tmp");
	struct stat st;

	if (!over || strcmp(over->destination, "/var") != 0 ||
	    strcmp(over->type, "overlay") != 0 || lstat("/var/tmp", &st) < 0 ||
	    !S_ISDIR(st.st_mode) || access("/var/tmp", R_OK | X_OK) < 0)
		return 0;
	return host_add_overlay(b, "/var/tmp", err);
}

static int build_own(struct host_root *b, struct kist_error *err)
{
	CLEANUP_FREE char *here = getcwd(NULL, 0);
	const char *home = getenv("HOME");
	int ret = build_var_tmp(b, err);

	if (ret == 0 && home && path_is_clean(home))
		ret = build_changeable(b, own_top(b, home), err);
	if (ret == 0 && here && path_is_clean(here))
		ret = build_changeable(b, own_top(b, here), err);
	return ret;
}

int host_root_rootless(struct host_root *b, struct kist_error *err)
{
	int ret = host_make_folder(b, "root", 0755, err);

	if (ret == 0)
		ret = build_folder(b, "/", err);
	if (ret == 0)
		ret = build_own(b, err);
	return ret;
}
