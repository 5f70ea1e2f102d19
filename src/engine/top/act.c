/* SPDX-License-Identifier: Apache-2.0 */
/* act.c - pausing and ending what a row stands for */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/top/top.h"
#include "kernel/cgroup_effective.h"
#include "sys/process.h"

#define FREEZE_MS 3000

static const struct top_item *item_of(const struct kist_top *top,
				      const struct kist_top_row *row)
{
	size_t index = (size_t)(row - top->rows);

	return row >= top->rows && index < top->count ? &top->items[index] :
							NULL;
}

/* Is @path the group we are in, or above it? */
static bool holds_us(const struct kist_top *top, const char *path)
{
	CLEANUP_ARENA struct arena arena;
	struct cgroup_member *members;
	size_t count, len = strlen(path);

	arena_init(&arena);
	if (cgroup_members(top->proc_fd, getpid(), &arena, &members, &count))
		return true;
	for (size_t i = 0; i < count; i++)
		if (strncmp(members[i].path, path, len) == 0 &&
		    (members[i].path[len] == '/' || !members[i].path[len]))
			return true;
	return false;
}

static int open_group(const struct kist_top *top,
		      const struct kist_top_row *row, struct cgroup *ret_group,
		      struct kist_error *err)
{
	const struct top_item *item = item_of(top, row);

	if (!item || !item->own_group || strcmp(row->cgroup, "/") == 0)
		return err_set(err, KIST_E_TOP_GROUP,
			       "'%s' has no control group of its own",
			       row->name);
	if (holds_us(top, row->cgroup)) {
		err_set(err, KIST_E_CGROUP_SELF,
			"this program itself is in '%s'", row->name);
		err_hint(err, "leave it out, or do it from another group");
		return -EINVAL;
	}
	return cgroup_open(&top->world, row->cgroup, ret_group, err);
}

int kist_top_pause(struct kist_top *top, const struct kist_top_row *row,
		   bool pause, struct kist_error *err)
{
	struct cgroup group;
	int ret = open_group(top, row, &group, err);

	if (ret < 0)
		return ret;
	ret = cgroup_freeze(&group, pause, FREEZE_MS, err);
	cgroup_close(&group);
	return ret;
}

/* Without a group: its first process, which may be process 1 of the rest. */
static int kill_first(const struct kist_top_row *row, int signal,
		      struct kist_error *err)
{
	CLEANUP_FD int pidfd = row->pid > 1 ? sys_pidfd_open(row->pid) : -ESRCH;
	int ret = pidfd < 0 ? pidfd : sys_pidfd_send_signal(pidfd, signal);

	return ret < 0 ? err_sys(err, KIST_E_SYSTEM, -ret,
				 "send a signal to process %d of '%s'",
				 (int)row->pid, row->name) :
			 0;
}

int kist_top_kill(struct kist_top *top, const struct kist_top_row *row,
		  int signal, struct kist_error *err)
{
	const struct top_item *item = item_of(top, row);
	struct cgroup group;
	int ret;

	if (item && !item->own_group)
		return kill_first(row, signal, err);
	ret = open_group(top, row, &group, err);
	if (ret < 0)
		return ret;
	ret = cgroup_kill(&group, signal, err);
	cgroup_close(&group);
	return ret;
}
