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
 * An ordinary user has many overlays on a plain folder: image_rootless.c.
 *
 * What an overlay cannot reach
 * ============================
 * Sockets and FIFOs below it are others than the machine's: nothing listens
 * there. Device nodes do not work (nodev).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/path.h"
#include "engine/run/host_root.h"

#define OVERLAYFS_MAGIC 0x794c7630

/* ---- root ---- */

static int add_host_mount(struct host_root *b, const struct host_mount *m,
			  struct kist_error *err)
{
	if (strcmp(m->path, "/") == 0 || m->is_pseudo || host_is_own(m->path) ||
	    host_is_ours(b, m->path))
		return 0;
	if (m->is_file || !m->takes_overlay)
		return host_add_readonly(b, m->path, err);
	return host_add_overlay(b, m->path, err);
}

static int build_as_root(struct host_root *b, struct kist_error *err)
{
	struct image_mount *root = ARENA_NEW(b->arena, struct image_mount);
	int ret = host_fill_overlay(b, "/", root, err);

	for (size_t i = 0; ret == 0 && i < b->mount_count; i++)
		ret = add_host_mount(b, &b->mounts[i], err);
	b->root.overlay = root;
	return ret;
}

/* ---- both ---- */

/* Where writes go has to be a file system that can be an upper layer. */
static int check_upper(const struct host_root *b, struct kist_error *err)
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

static void hide_ours(struct host_root *b)
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
	struct host_root b = {
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
		ret = host_make_folder(&b, "root", 0755, err);
	if (ret == 0)
		ret = host_make_folder(&b, "layers", 0700, err);
	if (ret == 0)
		ret = rootless ? host_root_rootless(&b, err) :
				 build_as_root(&b, err);
	if (ret == 0)
		ret = host_add_tmpfs(&b, "/run", "mode=755", err);
	if (ret < 0)
		return ret;
	hide_ours(&b);
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_root = b.root;
	return 0;
}
