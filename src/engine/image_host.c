/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_host.c - this machine's own files as a root, copy-on-write
 *
 * How it works
 * ============
 * An overlay shows a directory of one file system and takes the writes into a
 * folder of the record (layers/N/upper). It does not show what is mounted
 * below that directory, so each mount of this machine that holds files gets an
 * overlay of its own at its place, or, if an overlay cannot lie on it (vfat),
 * is shown read-only. What is mounted on /proc, /sys, /dev and /run shows or
 * steers the kernel and the machine's services, and is left out: the container
 * has its own.
 *
 * Root: one overlay on "/" is the root.
 *
 * An ordinary user's overlays are made in a user namespace, where the mounts
 * below a directory are locked to it, and an overlay on such a directory is
 * refused (EINVAL): it would uncover what they hide. So the root is a plain
 * folder of the record. A directory with nothing mounted below gets an
 * overlay; one with mounts below becomes a folder, and so on for what it
 * holds; links are made anew, and files are shown read-only. A directory that
 * this user may not read is an empty folder.
 *
 * What an overlay cannot reach
 * ============================
 * Sockets and FIFOs below it are others than the machine's: nothing listens
 * there. Device nodes do not work (nodev).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/path.h"
#include "engine/host_mounts.h"
#include "engine/image.h"

#define IMAGE_MOUNTS_MAX 512
#define OVERLAYFS_MAGIC 0x794c7630

struct building {
	const struct folders *folders;
	const struct record *record;
	struct arena *arena;
	bool rootless;
	const struct host_mount *mounts;
	size_t mount_count;
	struct image_root root;
	int layer_count;
};

/* Of these the container has its own. */
static bool is_own(const char *path)
{
	static const char *const own[] = { "/proc", "/sys", "/dev", "/run" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (path_below(path, own[i]))
			return true;
	return false;
}

static bool is_ours(const struct building *b, const char *path)
{
	return path_below(path, b->folders->data_path) ||
	       path_below(path, b->folders->run_path);
}

static int make_folder(const struct building *b, const char *path, mode_t mode,
		       struct kist_error *err)
{
	/* mkdirat() is subject to the umask. */
	if ((mkdirat(b->record->dir_fd, path, 0700) < 0 && errno != EEXIST) ||
	    fchmodat(b->record->dir_fd, path, mode, 0) < 0)
		return err_sys(err, KIST_E_STORE, errno, "make '%s/%s'",
			       b->record->path, path);
	return 0;
}

/* ':' separates lower directories, '\' makes it a part of the name. */
static const char *escape_lower(struct arena *arena, const char *path)
{
	char *escaped = arena_alloc(arena, 2 * strlen(path) + 1), *to = escaped;

	for (; escaped && *path; path++) {
		if (*path == ':' || *path == '\\')
			*to++ = '\\';
		*to++ = *path;
	}
	return escaped ? escaped : "";
}

static struct image_mount *new_mount(struct building *b,
				     struct kist_error *err)
{
	if (b->root.mount_count == IMAGE_MOUNTS_MAX) {
		err_set(err, KIST_E_HOST_IMAGE,
			"this machine has too many mounts");
		return NULL;
	}
	return &b->root.mounts[b->root.mount_count++];
}

/* The folders of a new layer over @path, and the overlay in words. */
static int fill_overlay(struct building *b, const char *path,
			struct image_mount *mount, struct kist_error *err)
{
	struct arena *arena = b->arena;
	struct stat st;
	char folder[64];
	int ret;

	if (stat(path, &st) < 0)
		return err_sys(err, KIST_E_HOST_IMAGE, errno, "look at '%s'",
			       path);
	snprintf(folder, sizeof(folder), "layers/%d", b->layer_count++);
	ret = make_folder(b, folder, 0700, err);
	if (ret < 0)
		return ret;
	*mount = (struct image_mount){
		.destination = path,
		.type = "overlay",
		.source = "kist",
		.options = {
			arena_printf(arena, "lowerdir=%s",
				     escape_lower(arena, path)),
			arena_printf(arena, "upperdir=%s/%s/upper",
				     b->record->path, folder),
			arena_printf(arena, "workdir=%s/%s/work",
				     b->record->path, folder),
			"nodev",
			b->rootless ? "userxattr" : NULL,
		},
	};
	ret = make_folder(b, arena_printf(arena, "%s/work", folder), 0700,
			  err);
	if (ret == 0)
		ret = make_folder(b, arena_printf(arena, "%s/upper", folder),
				  st.st_mode & 07777, err);
	/* The top directory's owner is the upper folder's. */
	if (ret == 0 && !b->rootless &&
	    fchownat(b->record->dir_fd,
		     arena_printf(arena, "%s/upper", folder), st.st_uid,
		     st.st_gid, 0) < 0)
		ret = err_sys(err, KIST_E_STORE, errno, "give '%s/%s' away",
			      b->record->path, folder);
	return ret;
}

static int add_overlay(struct building *b, const char *path,
		       struct kist_error *err)
{
	struct image_mount *mount = new_mount(b, err);

	return mount ? fill_overlay(b, path, mount, err) : -EINVAL;
}

/* As it is on this machine, without a way to write. */
static int add_readonly(struct building *b, const char *path,
			struct kist_error *err)
{
	struct image_mount *mount = new_mount(b, err);

	if (!mount)
		return -EINVAL;
	*mount = (struct image_mount){
		.destination = path,
		.type = "bind",
		.source = path,
		.options = { "rbind", "rro", "nodev", "rprivate" },
	};
	return 0;
}

static int add_tmpfs(struct building *b, const char *path, const char *mode,
		     struct kist_error *err)
{
	struct image_mount *mount = new_mount(b, err);

	if (!mount)
		return -EINVAL;
	*mount = (struct image_mount){
		.destination = path,
		.type = "tmpfs",
		.source = "tmpfs",
		.options = { "nosuid", "nodev", mode },
	};
	return 0;
}

/* ---- root ---- */

static int add_host_mount(struct building *b, const struct host_mount *m,
			  struct kist_error *err)
{
	if (strcmp(m->path, "/") == 0 || m->is_pseudo || is_own(m->path) ||
	    is_ours(b, m->path))
		return 0;
	if (m->is_file || !m->takes_overlay)
		return add_readonly(b, m->path, err);
	return add_overlay(b, m->path, err);
}

static int build_as_root(struct building *b, struct kist_error *err)
{
	struct image_mount *root = ARENA_NEW(b->arena, struct image_mount);
	int ret = fill_overlay(b, "/", root, err);

	for (size_t i = 0; ret == 0 && i < b->mount_count; i++)
		ret = add_host_mount(b, &b->mounts[i], err);
	b->root.overlay = root;
	return ret;
}

/* ---- an ordinary user ---- */

static int build_folder(struct building *b, const char *path,
			struct kist_error *err);

static const char *in_root(struct building *b, const char *path)
{
	return arena_printf(b->arena, "root%s", path);
}

static int copy_link(struct building *b, const char *path,
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

static int build_directory(struct building *b, const char *path, mode_t mode,
			   struct kist_error *err)
{
	const struct host_mount *m =
		host_mount_at(b->mounts, b->mount_count, path);
	int ret = make_folder(b, in_root(b, path), mode & 07777, err);

	if (ret < 0 || is_own(path) || is_ours(b, path) ||
	    (m && m->is_pseudo) || access(path, R_OK | X_OK) < 0)
		return ret;
	if (host_mount_below(b->mounts, b->mount_count, path))
		return build_folder(b, path, err);
	if (m && !m->takes_overlay)
		return add_readonly(b, path, err);
	return add_overlay(b, path, err);
}

static int build_entry(struct building *b, const char *path,
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
		return add_readonly(b, path, err);
	return 0;
}

static int build_folder(struct building *b, const char *path,
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
static const struct image_mount *mount_over(const struct building *b,
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
static char *own_top(const struct building *b, const char *path)
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
static int build_changeable(struct building *b, const char *path,
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
	return add_overlay(b, path, err);
}

/* Anyone's, but owned by root. */
static int build_var_tmp(struct building *b, struct kist_error *err)
{
	const struct image_mount *over = mount_over(b, "/var/tmp");
	struct stat st;

	if (!over || strcmp(over->destination, "/var") != 0 ||
	    strcmp(over->type, "overlay") != 0 ||
	    lstat("/var/tmp", &st) < 0 || !S_ISDIR(st.st_mode) ||
	    access("/var/tmp", R_OK | X_OK) < 0)
		return 0;
	return add_overlay(b, "/var/tmp", err);
}

static int build_own(struct building *b, struct kist_error *err)
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

static int build_as_user(struct building *b, struct kist_error *err)
{
	int ret = make_folder(b, "root", 0755, err);

	if (ret == 0)
		ret = build_folder(b, "/", err);
	if (ret == 0)
		ret = build_own(b, err);
	return ret;
}

/* ---- both ---- */

/* Where writes go has to be a file system that can be an upper layer. */
static int check_upper(const struct building *b, struct kist_error *err)
{
	struct statfs fs;

	if (strchr(b->record->path, '\\'))
		return err_set(err, KIST_E_HOST_IMAGE,
			       "there is a '\\' in '%s'", b->record->path);
	if (fstatfs(b->record->dir_fd, &fs) < 0 ||
	    (unsigned long)fs.f_type != OVERLAYFS_MAGIC)
		return 0;
	err_set(err, KIST_E_HOST_IMAGE,
		"'%s' is on an overlay itself, and cannot take the writes of "
		"another",
		b->folders->data_path);
	err_hint(err, "keep kist's data on a disk or a tmpfs: "
		      "kist --root /dev/shm/kist run …");
	return -EINVAL;
}

static void hide_ours(struct building *b)
{
	const char **hidden = ARENA_ARRAY(b->arena, const char *, 3);

	hidden[0] = b->folders->data_path;
	/* One may be in the other, or in what is the container's own. */
	if (path_below(hidden[0], b->folders->run_path))
		hidden[0] = b->folders->run_path;
	else if (!path_below(b->folders->run_path, "/run"))
		hidden[1] = b->folders->run_path;
	b->root.hidden = hidden;
}

int image_root_host(const struct folders *folders, const struct record *record,
		    bool rootless, struct arena *arena,
		    struct image_root *ret_root, struct kist_error *err)
{
	struct building b = {
		.folders = folders,
		.record = record,
		.arena = arena,
		.rootless = rootless,
	};
	struct host_mount *mounts;
	int ret = host_mounts_list(arena, &mounts, &b.mount_count, err);

	if (ret < 0)
		return ret;
	b.mounts = mounts;
	b.root.path = arena_printf(arena, "%s/root", record->path);
	b.root.mounts =
		ARENA_ARRAY(arena, struct image_mount, IMAGE_MOUNTS_MAX + 1);
	ret = check_upper(&b, err);
	if (ret == 0)
		ret = make_folder(&b, "root", 0755, err);
	if (ret == 0)
		ret = make_folder(&b, "layers", 0700, err);
	if (ret == 0)
		ret = rootless ? build_as_user(&b, err) :
				 build_as_root(&b, err);
	if (ret == 0)
		ret = add_tmpfs(&b, "/run", "mode=755", err);
	if (ret < 0)
		return ret;
	hide_ours(&b);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_root = b.root;
	return 0;
}
