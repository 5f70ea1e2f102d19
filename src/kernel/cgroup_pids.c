/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroup_pids.c - who is in a control group and the groups below it
 *
 * On v1 a process may be in different groups of different hierarchies, so all
 * are read and the result is their union.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "kernel/cgroup_internal.h"

#define PROCS_MAX (64u << 20)

/* Append the text of cgroup.procs; absent or threaded groups have none. */
static int read_procs(int dir_fd, struct buf *text)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, "cgroup.procs", O_RDONLY);
	int ret;

	if (fd < 0)
		return fd == -ENOENT || fd == -ENODEV ? 0 : fd;
	ret = buf_read(text, fd, PROCS_MAX);
	return ret == -EOPNOTSUPP || ret == -ENODEV ? 0 : ret;
}

static int read_tree(int dir_fd, struct buf *text)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret;

	if (!dir) {
		cleanup_fd(&fd);
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	}
	ret = read_procs(fd, text);
	while (ret == 0 && (entry = readdir(dir))) {
		CLEANUP_FD int sub = -1;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		sub = openat(fd, entry->d_name,
			     O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (sub >= 0) /* else it is gone, and so are they */
			ret = read_tree(sub, text);
	}
	closedir(dir);
	return ret;
}

static int by_number(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

static size_t count_lines(const struct buf *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/* One pid a line; 0 is a process our pid namespace cannot see. */
static size_t parse(const struct buf *text, pid_t *pids)
{
	const char *at = text->data;
	size_t count = 0, unique = 0;

	while (at && *at) {
		char *end;
		long pid = strtol(at, &end, 10);

		if (end == at)
			break;
		if (pid > 0)
			pids[count++] = (pid_t)pid;
		at = end + (*end == '\n');
	}
	if (count)
		qsort(pids, count, sizeof(*pids), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || pids[i] != pids[i - 1])
			pids[unique++] = pids[i];
	return unique;
}

int cgroup_pids(const struct cgroup *cgroup, struct arena *arena,
		pid_t **ret_pids, size_t *ret_count, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	pid_t *pids;
	int ret;

	buf_init(&text);
	for (int i = 0; i < cgroup->world->count; i++) {
		if (cgroup->dir_fd[i] < 0)
			continue;
		ret = read_tree(cgroup->dir_fd[i], &text);
		if (ret)
			return err_sys(err, KIST_E_SYSTEM, -ret,
				       "list the processes of control group "
				       "'%s'",
				       cgroup->path);
	}
	pids = ARENA_ARRAY(arena, pid_t, count_lines(&text) + 1);
	if (arena_failed(arena) || buf_failed(&text))
		return err_nomem(err);
	*ret_count = parse(&text, pids);
	*ret_pids = pids;
	return 0;
}

int64_t cgroup_oom_kills(const struct cgroup *cgroup)
{
	int v1 = cgroup_find_v1(cgroup->world, "memory");
	int v2_fd = cgroup_clone_fd(cgroup);

	if (v1 >= 0)
		return cgroup_file_key(cgroup->dir_fd[v1], "memory.oom_control",
				       "oom_kill");
	return v2_fd < 0 ? -1 :
			   cgroup_file_key(v2_fd, "memory.events", "oom_kill");
}

int64_t cgroup_forks_refused(const struct cgroup *cgroup)
{
	int v1 = cgroup_find_v1(cgroup->world, "pids");
	int fd = v1 >= 0 ? cgroup->dir_fd[v1] : cgroup_clone_fd(cgroup);

	return fd < 0 ? -1 : cgroup_file_key(fd, "pids.events", "max");
}
