/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders.c - processes that keep namespaces no name leads to
 *
 * A holder is the small init, with nothing to look after. So is the pause
 * process of somebody's pod (kist init --pause), and nothing tells them apart:
 * it is only told of.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "container/lifecycle.h"
#include "container/store.h"
#include "engine/clean/clean.h"
#include "engine/ns/named.h"
#include "kernel/proc.h"
#include "kernel/proc_status.h"

#define HOLDER_NAME "kist-init"

/* A kernel without it says that there are some. */
static bool has_children(struct cleaning *c, pid_t pid)
{
	char path[64], byte;
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "%d/task/%d/children", pid, pid);
	fd = openat(c->proc_fd, path, O_RDONLY | O_CLOEXEC);
	return fd < 0 || read(fd, &byte, 1) != 0;
}

static bool has_name(struct cleaning *c, pid_t pid)
{
	struct named *sets;
	size_t count;

	if (named_list(&c->kist, &c->arena, &sets, &count, NULL) < 0)
		return true;
	for (size_t i = 0; i < count; i++)
		if (sets[i].holder == pid)
			return true;
	return false;
}

static bool is_container(struct cleaning *c, pid_t pid)
{
	CLEANUP_FD int fd = store_open(c->folders.state_root, false, NULL);
	const char **ids;
	size_t count = 0;
	bool found = false;

	if (fd < 0 || store_list(fd, &c->arena, &ids, &count, NULL) < 0)
		return fd >= 0;
	for (size_t i = 0; i < count && !found; i++) {
		struct container container;

		if (container_open(c->folders.state_root, ids[i], &container,
				   NULL) < 0)
			continue;
		found = container.process.pid == pid;
		container_close(&container);
	}
	return found;
}

static bool is_young(const struct proc_stat *stat)
{
	uint64_t ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec <
	       stat->start_time / ticks + CLEAN_AGE_SECONDS;
}

static void look_at(struct cleaning *c, pid_t pid)
{
	struct leftover left = {
		.shown = { .kind = KIST_LEFTOVER_HOLDER,
			   .reason = "no name leads to what it keeps" },
	};
	struct proc_status status;
	struct proc_stat stat;

	if (proc_status_read(c->proc_fd, pid, &c->arena, &status) < 0 ||
	    strcmp(status.name, HOLDER_NAME) != 0 ||
	    proc_stat(c->proc_fd, pid, &stat) < 0 || stat.state == 'Z' ||
	    is_young(&stat) || has_children(c, pid) || has_name(c, pid) ||
	    is_container(c, pid))
		return;
	left.shown.owner = status.uid[PROC_EFFECTIVE];
	if (geteuid() != 0 && left.shown.owner != geteuid())
		return;
	left.shown.what =
		arena_printf(&c->arena, "process %d (%s)", pid, HOLDER_NAME);
	left.shown.advice = arena_printf(&c->arena, "kill -KILL %d", pid);
	clean_add(c, &left);
}

int clean_find_holders(struct cleaning *c, struct kist_error *err)
{
	int fd = openat(c->proc_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	uint32_t pid;

	(void)err;
	while (dir && (entry = readdir(dir)))
		if (num_parse_u32(entry->d_name, &pid) == 0 && pid)
			look_at(c, (pid_t)pid);
	if (dir)
		closedir(dir);
	else
		cleanup_fd(&fd);
	return 0;
}
