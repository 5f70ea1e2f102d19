/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup.c - making and opening control groups, and limiting them
 *
 * How it works
 * ============
 *
 * One name stands for a directory in each hierarchy. All are made before
 * anything is in them, and a failure in one removes the others, with the
 * parents we had to make. A parent may vanish under our hands, when the last
 * container of another start is removed with "/kist": then we begin again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/cgroup_internal.h"
#include "kernel/cgroup_refusal.h"

#define MAKE_TRIES 10

static void clear(struct cgroup *cgroup, const struct cgroup_world *world,
		  const char *path)
{
	memset(cgroup, 0, sizeof(*cgroup));
	memset(cgroup->dir_fd, -1, sizeof(cgroup->dir_fd));
	cgroup->world = world;
	snprintf(cgroup->path, sizeof(cgroup->path), "%s", path);
}

void cgroup_close(struct cgroup *cgroup)
{
	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++) {
		cleanup_fd(&cgroup->dir_fd[i]);
		cgroup->dir_fd[i] = -1;
	}
}

/* ---- making ---- */

/* Make the parents of @path. @ret_made: how many were not there. */
static int make_parents(const struct cgroup_hierarchy *h, const char *path,
			int *ret_made)
{
	const char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		struct cgroup_place place =
			cgroup_place(h, path, (int)(slash - path));

		if (mkdir(place.path, 0755) == 0)
			++*ret_made;
		else if (errno != EEXIST)
			return -errno;
	}
	return 0;
}

/* Return: 0, -EEXIST if it was there, or a negative errno. */
static int make_directory(const struct cgroup_hierarchy *h, const char *path,
			  int *ret_parents)
{
	struct cgroup_place place = cgroup_place(h, path, -1);
	int ret = 0;

	for (int i = 0; i < MAKE_TRIES; i++) {
		if (mkdir(place.path, 0755) == 0)
			return 0;
		if (errno != ENOENT)
			return -errno;
		ret = make_parents(h, path, ret_parents);
		if (ret && ret != -ENOENT)
			return ret;
	}
	return ret ? ret : -EBUSY;
}

/* Undo make_directory(): the group if we made it, and @parents above it. */
static void unmake_directory(const struct cgroup_hierarchy *h, const char *path,
			     bool made, int parents)
{
	struct cgroup_place place = cgroup_place(h, path, -1);

	if (made)
		rmdir(place.path);
	while (parents-- > 0) {
		*strrchr(place.path, '/') = '\0';
		rmdir(place.path);
	}
}

static bool has_processes(int dir_fd)
{
	char text[16];

	return cgroup_file_key(dir_fd, "cgroup.events", "populated") == 1 ||
	       (cgroup_file_read(dir_fd, "cgroup.procs", text, sizeof(text)) ==
			0 &&
		*text);
}

static int refuse_used(const struct cgroup *cgroup, int i,
		       struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &cgroup->world->h[i];

	if (has_processes(cgroup->dir_fd[i]))
		return err_set(err, KIST_E_CGROUP_BUSY,
			       "control group '%s' has processes already "
			       "(in '%s')",
			       cgroup->path, h->mount);
	if (cgroup_is_frozen(cgroup))
		return err_set(err, KIST_E_CGROUP_BUSY,
			       "control group '%s' is frozen (in '%s')",
			       cgroup->path, h->mount);
	return 0;
}

/* Why the group above, or one further up, takes no more. */
static void tell_above(const struct cgroup_hierarchy *h, const char *path,
		       int errnum, struct kist_error *err)
{
	struct cgroup_refusal refusal;
	struct cgroup_attempt attempt = { .errnum = errnum, .uid = geteuid() };
	struct cgroup_place place;
	CLEANUP_FD int fd = -1;
	char above[512];

	cgroup_above_name(path, above, sizeof(above));
	place = cgroup_place(h, above, -1);
	fd = open(place.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	attempt.dir_fd = fd;
	attempt.name = above;
	if (fd >= 0 && cgroup_refused_make(&attempt, &refusal))
		cgroup_refusal_tell(&refusal, err);
}

static int make_failed(const struct cgroup_hierarchy *h, const char *path,
		       int ret, struct kist_error *err)
{
	if (cgroup_is_denial(ret))
		return cgroup_denied("make", path, h, -ret, err);
	ret = err_sys(err, KIST_E_SYSTEM, -ret,
		      "make control group '%s' in '%s'", path, h->mount);
	if (ret == -EAGAIN || ret == -ENOSPC)
		tell_above(h, path, -ret, err);
	return ret;
}

/* Make the group in hierarchy @i, ready to take processes. */
static int make_in(struct cgroup *cgroup, int i, const char *v2_needs,
		   int *ret_parents, struct kist_error *err)
{
	const struct cgroup_hierarchy *h = &cgroup->world->h[i];
	struct cgroup_place place = cgroup_place(h, cgroup->path, -1);
	int ret = make_directory(h, cgroup->path, ret_parents);

	if (ret == 0)
		cgroup->made |= BIT(i);
	else if (ret != -EEXIST)
		return make_failed(h, cgroup->path, ret, err);

	cgroup->dir_fd[i] = openat(AT_FDCWD, place.path,
				   O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->dir_fd[i] < 0)
		return make_failed(h, cgroup->path, -errno, err);
	if (ret == -EEXIST) {
		ret = refuse_used(cgroup, i, err);
		if (ret)
			return ret;
	}
	if (h->is_v2 && *v2_needs)
		return cgroup_enable(h, cgroup->path, v2_needs, err);
	if (cgroup_controls(h->controllers, "cpuset"))
		return cgroup_inherit_cpuset(h, cgroup->path, cgroup->dir_fd[i],
					     err);
	return 0;
}

static int check_room(const struct cgroup_world *world, const char *path,
		      struct kist_error *err)
{
	if (*path == '/' && path[1] && strlen(path) < 512)
		return world->mode == CGROUP_NONE ? -ENODEV : 0;
	return err_set(err, KIST_E_CGROUP_PATH,
		       "control group path '%.200s': %s", path,
		       *path == '/' ? "it is the root, or too long" :
				      "it does not begin with '/'");
}

static int no_cgroups(const struct cgroup_limits *limits, bool optional,
		      struct kist_error *err)
{
	int ret;

	if (optional && cgroup_limits_empty(limits))
		return 0;
	ret = err_set(err, KIST_E_CGROUP_CONTROLLER,
		      "no control groups are mounted");
	err_hint(err, "'mount -t cgroup2 cgroup2 /sys/fs/cgroup'");
	return ret;
}

int cgroup_make(const struct cgroup_world *world, const char *path,
		const struct cgroup_limits *limits, bool optional,
		struct cgroup *ret_cgroup, struct kist_error *err)
{
	int parents[CGROUP_HIERARCHY_MAX] = { 0 };
	struct kist_error why = { 0 };
	struct cgroup cgroup;
	char needs[256];
	int i, ret = check_room(world, path, err);

	clear(&cgroup, world, path);
	*ret_cgroup = cgroup;
	if (ret == -ENODEV)
		return no_cgroups(limits, optional, err);
	if (ret)
		return ret;

	cgroup_v2_needs(world, limits, needs, sizeof(needs));
	for (i = 0; i < world->count; i++) {
		ret = make_in(&cgroup, i, needs, &parents[i], &why);
		if (ret)
			goto undo;
	}
	*ret_cgroup = cgroup;
	return 0;

undo:
	cgroup_close(&cgroup);
	for (; i >= 0; i--)
		unmake_directory(&world->h[i], path, cgroup.made & BIT(i),
				 parents[i]);
	if (optional && cgroup_is_denial(ret) && cgroup_limits_empty(limits))
		return 0;
	if (err && !err->id)
		*err = why;
	return ret;
}

int cgroup_open(const struct cgroup_world *world, const char *path,
		struct cgroup *ret_cgroup, struct kist_error *err)
{
	struct cgroup cgroup;
	bool found = false;

	clear(&cgroup, world, path);
	*ret_cgroup = cgroup;
	for (int i = 0; i < world->count; i++) {
		struct cgroup_place place =
			cgroup_place(&world->h[i], path, -1);

		cgroup.dir_fd[i] = openat(AT_FDCWD, place.path,
					  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		found = found || cgroup.dir_fd[i] >= 0;
	}
	if (!found) {
		err_set(err, KIST_E_CGROUP_UNKNOWN,
			"control group '%s' is not there", path);
		return -ENOENT;
	}
	*ret_cgroup = cgroup;
	return 0;
}

/* ---- joining ---- */

int cgroup_clone_fd(const struct cgroup *cgroup)
{
	int v2 = cgroup_find_v2(cgroup->world);

	return v2 < 0 ? -1 : cgroup->dir_fd[v2];
}

int cgroup_join_fds(const struct cgroup *cgroup, bool all, int *ret_fds,
		    int *ret_count, struct kist_error *err)
{
	int count = 0;

	for (int i = 0; i < cgroup->world->count; i++) {
		const struct cgroup_hierarchy *h = &cgroup->world->h[i];
		int fd;

		if (cgroup->dir_fd[i] < 0 || (h->is_v2 && !all))
			continue;
		fd = cgroup_file_open(cgroup->dir_fd[i], "cgroup.procs",
				      O_WRONLY);
		if (fd < 0) {
			while (count)
				close(ret_fds[--count]);
			if (cgroup_is_denial(fd))
				return cgroup_denied("join", cgroup->path, h,
						     -fd, err);
			return err_sys(err, KIST_E_CGROUP_UNKNOWN, ESRCH,
				       "join control group '%s' in '%s'",
				       cgroup->path, h->mount);
		}
		ret_fds[count++] = fd;
	}
	*ret_count = count;
	return 0;
}

int cgroup_explain_join(const struct cgroup *cgroup, int errnum,
			struct kist_error *err)
{
	int v2_fd = cgroup_clone_fd(cgroup);
	struct cgroup_attempt attempt = { .name = cgroup->path,
					  .uid = geteuid(),
					  .errnum = errnum };
	struct cgroup_refusal refusal;

	if (cgroup_is_denial(-errnum))
		err_sys(err, KIST_E_CGROUP_DENIED, errnum,
			"join control group '%s'", cgroup->path);
	else
		err_sys(err, KIST_E_SYSTEM, errnum, "join control group '%s'",
			cgroup->path);
	if (v2_fd < 0)
		return -errnum;
	attempt.dir_fd = v2_fd;
	if (cgroup_refused_move(&attempt, &refusal))
		cgroup_refusal_tell(&refusal, err);
	return -errnum;
}
