/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_remove.c - removing a group with all groups below it
 *
 * How it works
 * ============
 *
 * A directory of cgroupfs goes with rmdir(2), files and all, once no group
 * and no process is in it. A process that is ending counts until its last
 * moment, so EBUSY is met with waiting, for a bounded time. Afterwards the
 * parents of ours ("/kist" and what is below) go if they are empty: after the
 * last container the machine is as it was.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_internal.h"

#define REMOVE_MS 3000

static int remove_children(int dir_fd);

static int remove_at(int dir_fd, const char *name)
{
	CLEANUP_FD int fd = -1;
	int ret;

	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	if (errno != EBUSY && errno != ENOTEMPTY)
		return -errno;
	fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	ret = remove_children(fd);
	if (ret)
		return ret;
	if (unlinkat(dir_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return -errno;
}

/* The groups below @dir_fd; the first failure is returned at the end. */
static int remove_children(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		cleanup_fd(&fd);
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	}
	while ((entry = readdir(dir))) {
		int one;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		one = remove_at(fd, entry->d_name);
		if (!ret)
			ret = one;
	}
	closedir(dir);
	return ret;
}

static int remove_in(const struct cgroup_hierarchy *h, const char *path,
		     int64_t deadline_ms)
{
	struct cgroup_place place = cgroup_place(h, path, -1);
	int pause_ms = 1, ret;

	while ((ret = remove_at(AT_FDCWD, place.path)) == -EBUSY &&
	       cgroup_now_ms() < deadline_ms) {
		cgroup_wait(-1, pause_ms);
		pause_ms = pause_ms < 50 ? pause_ms * 2 : 50;
	}
	return ret;
}

/* The length of @path up to and with its first component "kist", 0: none. */
static size_t ours(const char *path)
{
	const char *at = path;

	while ((at = strstr(at, "/kist"))) {
		at += 5;
		if (*at == '/')
			return (size_t)(at - path);
	}
	return 0;
}

/* Parents below and with ".../kist"; those in use stay. */
static void remove_parents(const struct cgroup_hierarchy *h, const char *path)
{
	size_t keep = strlen(h->mount) + ours(path);
	struct cgroup_place place = cgroup_place(h, path, -1);
	char *slash;

	if (!ours(path))
		return;
	while ((slash = strrchr(place.path, '/')) &&
	       (size_t)(slash - place.path) >= keep) {
		*slash = '\0';
		if (rmdir(place.path))
			return;
	}
}

static int failed(const struct cgroup *cgroup, int i, int ret,
		  struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &cgroup->world->h[i];
	CLEANUP_ARENA struct arena arena;
	size_t count = 0;
	pid_t *pids;

	arena_init(&arena);
	if (cgroup_is_denial(ret))
		return cgroup_denied("remove", cgroup->path, h, -ret, err);
	if (cgroup_pids(cgroup, &arena, &pids, &count, NULL) || !count)
		return err_sys(err, KIST_E_CGROUP_BUSY, -ret,
			       "remove control group '%s' in '%s'",
			       cgroup->path, h->mount);
	ret = err_set(err, KIST_E_CGROUP_BUSY,
		      "remove control group '%s': process %d is in it",
		      cgroup->path, pids[0]);
	err_hint(err, "end it: 'kill %d', or if it hangs 'kill -KILL %d'",
		 pids[0], pids[0]);
	return ret;
}

int cgroup_remove(const struct cgroup *cgroup, struct kist_error *err)
{
	int64_t deadline_ms = cgroup_now_ms() + REMOVE_MS;
	int ret = 0;

	for (int i = 0; i < cgroup->world->count; i++) {
		const struct cgroup_hierarchy *h = &cgroup->world->h[i];
		int one;

		if (cgroup->dir_fd[i] < 0)
			continue;
		one = remove_in(h, cgroup->path, deadline_ms);
		if (one == 0)
			remove_parents(h, cgroup->path);
		else if (ret == 0)
			ret = failed(cgroup, i, one, err);
	}
	return ret;
}
