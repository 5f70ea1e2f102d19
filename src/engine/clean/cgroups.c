/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups.c - control groups of kist without a process
 *
 * How it works
 * ============
 * Groups are known by the names kist gives: "kist-" with a container's id,
 * "kist-limit-" with the pid of the kist that made it, and what is below
 * "/kist". One is left behind if no process is in it or below, and no
 * container's state and no living kist goes with it. The kernel does not keep
 * the time a group was made, so each is looked at twice: one that somebody is
 * just making has a process the second time. The kernel removes only empty
 * groups, so a process that arrives later keeps it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/path.h"
#include "base/num.h"
#include "container/store.h"
#include "engine/clean/clean.h"
#include "kernel/cgroup_file.h"

#define LIMIT_PREFIX "kist-limit-"
#define DEPTH_MAX 16
#define SECOND_LOOK_MS 300 /* a kist needs some 2 ms */

static bool is_hex(const char *text, size_t len)
{
	return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

/* "kist-limit-1234", "kist-limit-1234-2" */
static pid_t limit_pid(const char *name)
{
	const char *digits = name + strlen(LIMIT_PREFIX);
	size_t len = strspn(digits, "0123456789");
	const char *rest = digits + len;
	uint64_t pid;

	if (strncmp(name, LIMIT_PREFIX, strlen(LIMIT_PREFIX)) != 0 ||
	    num_parse_u64_n(digits, len, &pid) || pid > INT32_MAX)
		return 0;
	if (*rest && (*rest != '-' || !rest[1] ||
		      rest[1 + strspn(rest + 1, "0123456789")]))
		return 0;
	return (pid_t)pid;
}

static bool process_lives(struct cleaning *c, pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "%d", pid);
	return faccessat(c->proc_fd, path, F_OK, 0) == 0;
}

static bool has_state(struct cleaning *c, const char *id)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", c->folders.state_root, id);
	return faccessat(AT_FDCWD, path, F_OK, 0) == 0;
}

/* Why a group of this name may go, or NULL: it is not kist's, or its owner
 * lives. */
static const char *reason_of(struct cleaning *c, const char *name)
{
	pid_t pid = limit_pid(name);

	if (pid)
		return process_lives(c, pid) ?
			       NULL :
			       "the kist limit that made it has ended";
	if (strncmp(name, "kist-", 5) == 0 && is_hex(name + 5, ID_LEN))
		return has_state(c, name + 5) ? NULL : "its container is gone";
	if (strcmp(name, "kist") == 0)
		return "no container is below it";
	return NULL;
}

/* No process in it or below. */
static bool is_empty(int parent_fd, const char *name, int depth)
{
	int fd = openat(parent_fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char text[16];
	bool empty;

	if (!dir) {
		cleanup_fd(&fd);
		return false;
	}
	empty = depth < DEPTH_MAX &&
		cgroup_file_read(fd, "cgroup.procs", text, sizeof(text)) == 0 &&
		!*text;
	while (empty && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			empty = is_empty(fd, entry->d_name, depth + 1);
	closedir(dir);
	return empty;
}

/* ---- removing ---- */

static int remove_tree(int parent_fd, const char *name, const char *path,
		       const struct kist_trace *trace, int depth)
{
	int fd = openat(parent_fd, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!dir) {
		cleanup_fd(&fd);
		return errno == ENOENT ? 0 : -errno;
	}
	while (ret == 0 && depth < DEPTH_MAX && (entry = readdir(dir))) {
		CLEANUP_FREE char *below = NULL;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		if (asprintf(&below, "%s/%s", path, entry->d_name) < 0)
			ret = -ENOMEM;
		else
			ret = remove_tree(fd, entry->d_name, below, trace,
					  depth + 1);
	}
	closedir(dir);
	if (ret == 0 && trace_step(trace, NULL, "rmdir %s", trace_word(path)) &&
	    unlinkat(parent_fd, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		ret = -errno;
	return ret;
}

static int remove_group(struct cleaning *c, const struct leftover *left,
			const struct kist_trace *trace, struct kist_error *err)
{
	const char *name = strrchr(left->name, '/') + 1;
	char parent[PATH_BYTES];
	CLEANUP_FD int fd = -1;
	int ret;

	snprintf(parent, sizeof(parent), "%.*s", (int)(name - left->name),
		 left->name);
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (!reason_of(c, name) || !is_empty(fd, name, 0))
		return faccessat(fd, name, F_OK, 0) < 0 ? 0 : -EBUSY;
	ret = remove_tree(fd, name, left->name, trace, 0);
	if (ret < 0 && ret != -EBUSY)
		return err_sys(err, KIST_E_SYSTEM, -ret,
			       "remove control group '%s'", left->name);
	return ret;
}

/* ---- finding ---- */

static void add(struct cleaning *c, const char *path, const char *reason,
		uid_t owner)
{
	struct leftover left = {
		.remove = remove_group,
		.name = arena_strdup(&c->arena, path),
		.shown = { .kind = KIST_LEFTOVER_CGROUP,
			   .reason = reason,
			   .owner = owner,
			   .is_removable = true },
	};

	left.shown.what = left.name;
	clean_add(c, &left);
}

static void look_below(struct cleaning *c, const char *path, int depth)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		cleanup_fd(&fd);
		return;
	}
	while ((entry = readdir(dir))) {
		CLEANUP_FREE char *below = NULL;
		const char *reason;
		struct stat st;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    asprintf(&below, "%s/%s", path, entry->d_name) < 0)
			continue;
		reason = reason_of(c, entry->d_name);
		if (reason && is_empty(fd, entry->d_name, 0) &&
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (geteuid() == 0 || st.st_uid == geteuid()))
			add(c, below, reason, st.st_uid);
		else if (depth < DEPTH_MAX)
			look_below(c, below, depth + 1);
	}
	closedir(dir);
}

static bool is_there(struct cleaning *c, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	CLEANUP_FREE char *parent = strndup(path, (size_t)(name - path));
	CLEANUP_FD int fd =
		parent ? open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return fd >= 0 && reason_of(c, name) && is_empty(fd, name, 0);
}

int clean_find_cgroups(struct cleaning *c, struct kist_error *err)
{
	const struct timespec pause = { .tv_nsec = SECOND_LOOK_MS * 1000000 };
	size_t before = c->count, kept = c->count;

	(void)err;
	for (int h = 0; h < c->world.count; h++)
		look_below(c, c->world.h[h].mount, 0);
	if (c->count > before)
		nanosleep(&pause, NULL);
	for (size_t i = before; i < c->count; i++)
		if (is_there(c, c->left[i].name))
			c->left[kept++] = c->left[i];
	c->count = kept;
	return 0;
}
