/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - the state folders */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "container/store.h"

static int open_folder(int dir_fd, const char *path)
{
	int fd = openat(dir_fd, path,
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? -errno : fd;
}

/* As mkdir -p; the last part 0700, whatever the umask. */
static int make_folders(const char *path)
{
	char *copy = strdup(path);
	int ret = 0;

	if (!copy)
		return -ENOMEM;
	for (char *c = copy + 1; *c && ret == 0; c++) {
		if (*c != '/')
			continue;
		*c = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			ret = -errno;
		*c = '/';
	}
	if (ret == 0 && mkdir(copy, 0700) < 0 && errno != EEXIST)
		ret = -errno;
	free(copy);
	return ret;
}

int store_open(const char *path, bool make, struct kist_error *err)
{
	int fd = open_folder(AT_FDCWD, path);

	if (fd == -ENOENT && make) {
		int ret = make_folders(path);

		fd = ret < 0 ? ret : open_folder(AT_FDCWD, path);
	}
	if (fd < 0 && (make || fd != -ENOENT)) {
		err_sys(err, KIST_E_STATE_FOLDER, -fd,
			"open the state folder '%s'", path);
		err_hint(err, "choose another one with --root");
	}
	return fd;
}

int store_add(int root_fd, const char *id, struct kist_error *err)
{
	int fd;

	if (mkdirat(root_fd, id, 0700) < 0) {
		if (errno == EEXIST) {
			err_set(err, KIST_E_CONTAINER_EXISTS,
				"container with given ID already exists: '%s'",
				id);
			err_hint(err,
				 "choose another ID, or delete that one: "
				 "delete %s",
				 id);
			return -EEXIST;
		}
		return err_sys(err, KIST_E_STATE_FOLDER, errno,
			       "make the state folder of '%s'", id);
	}
	fd = open_folder(root_fd, id);
	if (fd < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, -fd,
			       "open the state folder of '%s'", id);
	return fd;
}

int store_find(int root_fd, const char *id, struct kist_error *err)
{
	int fd = open_folder(root_fd, id);

	if (fd == -ENOENT) {
		err_set(err, KIST_E_CONTAINER_UNKNOWN,
			"container '%s' does not exist", id);
		err_hint(err, "'list' shows those that do; other folders of "
			      "state are named with --root");
		return -ENOENT;
	}
	if (fd < 0)
		return err_sys(err, KIST_E_STATE_FOLDER, -fd,
			       "open the state folder of '%s'", id);
	return fd;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Files only: we never put a folder into a container's. */
static int remove_files(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return -errno;
	}
	while ((entry = readdir(dir)))
		if (!is_dots(entry->d_name))
			unlinkat(dir_fd, entry->d_name, 0);
	closedir(dir);
	return 0;
}

int store_remove(int root_fd, const char *id, struct kist_error *err)
{
	CLEANUP_FD int dir_fd = open_folder(root_fd, id);

	if (dir_fd == -ENOENT)
		return 0;
	/* the usual names first: no need to list */
	unlinkat(dir_fd, STORE_RECORD, 0);
	unlinkat(dir_fd, STORE_START, 0);
	unlinkat(dir_fd, STORE_GROUP, 0);
	if (unlinkat(root_fd, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	remove_files(dir_fd);
	if (unlinkat(root_fd, id, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return err_sys(err, KIST_E_STATE_FOLDER, errno,
		       "remove the state folder of '%s'", id);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int store_list(int root_fd, struct arena *arena, const char ***ret_ids,
	       size_t *ret_count, struct kist_error *err)
{
	int fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t count = 0, size = 0;
	const char **ids = NULL;

	if (!dir) {
		cleanup_fd(&fd);
		return err_sys(err, KIST_E_STATE_FOLDER, errno,
			       "list the state folder");
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_REG)
			continue;
		if (count == size) {
			const char **more;

			size = size ? 2 * size : 32;
			more = ARENA_ARRAY(arena, const char *, size);
			if (!more)
				break;
			if (count)
				memcpy(more, ids, count * sizeof(*ids));
			ids = more;
		}
		ids[count++] = arena_strdup(arena, entry->d_name);
	}
	closedir(dir);
	if (arena_failed(arena))
		return err_nomem(err);
	if (count)
		qsort(ids, count, sizeof(*ids), by_name);
	*ret_ids = ids;
	*ret_count = count;
	return 0;
}
