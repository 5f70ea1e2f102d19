/* SPDX-License-Identifier: Apache-2.0 */
/* host_layers.c - the mounts image `host` is put together from */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/path.h"
#include "engine/run/host_root.h"

/* Of these the container has its own. */
bool host_is_own(const char *path)
{
	static const char *const own[] = { "/proc", "/sys", "/dev", "/run" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (path_below(path, own[i]))
			return true;
	return false;
}

bool host_is_ours(const struct host_root *b, const char *path)
{
	return path_below(path, b->folders->data_path) ||
	       path_below(path, b->folders->run_path);
}

int host_make_folder(const struct host_root *b, const char *path, mode_t mode,
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

static struct image_mount *new_mount(struct host_root *b,
				     struct kist_error *err)
{
	if (b->root.mount_count == IMAGE_MOUNTS_MAX) {
		err_set(err, KIST_E_HOST_IMAGE,
			"this machine has too many mounts");
		return NULL;
	}
	return &b->root.mounts[b->root.mount_count++];
}

/* The layer over @path that is there: lent by another container. */
static bool find_layer(struct host_root *b, const char *path, char *folder,
		       size_t size)
{
	char link[64], of[PATH_MAX];

	for (int i = 0; i < IMAGE_MOUNTS_MAX; i++) {
		ssize_t len;

		snprintf(link, sizeof(link), "layers/%d/of", i);
		len = readlinkat(b->record->dir_fd, link, of, sizeof(of) - 1);
		if (len < 0) {
			b->layer_count = i;
			return false;
		}
		of[len] = '\0';
		if (strcmp(of, path) == 0) {
			snprintf(folder, size, "layers/%d", i);
			return true;
		}
	}
	return false;
}

static int not_given(const struct host_root *b, const char *folder,
		     const struct stat *st, int errnum, struct kist_error *err)
{
	int ret = err_sys(err, KIST_E_STORE, errnum, "give '%s/%s' away",
			  b->record->path, folder);

	if (errnum == EINVAL)
		err_hint(err,
			 "its owner, user %u, has no mapping in this "
			 "user namespace: map all ids (kist unshare "
			 "--map-auto), or run it outside",
			 st->st_uid);
	return ret;
}

static int make_layer(struct host_root *b, const char *path, const char *folder,
		      struct kist_error *err)
{
	struct arena *arena = b->arena;
	struct stat st;
	int ret;

	if (stat(path, &st) < 0)
		return err_sys(err, KIST_E_HOST_IMAGE, errno, "look at '%s'",
			       path);
	ret = host_make_folder(b, folder, 0700, err);
	if (ret == 0)
		ret = host_make_folder(
			b, arena_printf(arena, "%s/work", folder), 0700, err);
	if (ret == 0)
		ret = host_make_folder(b,
				       arena_printf(arena, "%s/upper", folder),
				       st.st_mode & 07777, err);
	/* The top directory's owner is the upper folder's. */
	if (ret == 0 && !b->rootless &&
	    fchownat(b->record->dir_fd, arena_printf(arena, "%s/upper", folder),
		     st.st_uid, st.st_gid, 0) < 0)
		ret = not_given(b, folder, &st, errno, err);
	if (ret == 0 && symlinkat(path, b->record->dir_fd,
				  arena_printf(arena, "%s/of", folder)) < 0)
		ret = err_sys(err, KIST_E_STORE, errno, "make '%s/%s/of'",
			      b->record->path, folder);
	return ret;
}

int host_fill_overlay(struct host_root *b, const char *path,
		      struct image_mount *mount, struct kist_error *err)
{
	struct arena *arena = b->arena;
	char folder[64];

	*mount = (struct image_mount){ .destination = path };
	if (!find_layer(b, path, folder, sizeof(folder))) {
		int ret;

		snprintf(folder, sizeof(folder), "layers/%d", b->layer_count);
		ret = make_layer(b, path, folder, err);
		if (ret < 0)
			return ret;
	}
	mount->type = "overlay";
	mount->source = "kist";
	mount->options[0] =
		arena_printf(arena, "lowerdir=%s", escape_lower(arena, path));
	mount->options[1] = arena_printf(arena, "upperdir=%s/%s/upper",
					 b->record->path, folder);
	mount->options[2] = arena_printf(arena, "workdir=%s/%s/work",
					 b->record->path, folder);
	mount->options[3] = "nodev";
	mount->options[4] = b->rootless ? "userxattr" : NULL;
	return 0;
}

int host_add_overlay(struct host_root *b, const char *path,
		     struct kist_error *err)
{
	struct image_mount *mount = new_mount(b, err);

	return mount ? host_fill_overlay(b, path, mount, err) : -EINVAL;
}

/* As it is on this machine, without a way to write. */
int host_add_readonly(struct host_root *b, const char *path,
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

int host_add_tmpfs(struct host_root *b, const char *path, const char *mode,
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
