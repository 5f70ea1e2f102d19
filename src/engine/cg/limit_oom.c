/* SPDX-License-Identifier: Apache-2.0 */
/* limit_oom.c - who was killed for want of memory */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/cg/limit_oom.h"
#include "kernel/cgroup_internal.h"

#define RECORD_MAX 8192

void limit_oom_begin(struct limit_oom *oom, const struct limit_plan *plan)
{
	int h = cgroup_find_v1(&plan->world, "memory");

	*oom = (struct limit_oom){
		.dir_fd = -1, .events_fd = -1, .kills = -1, .peak = -1
	};
	if (h < 0) {
		h = cgroup_find_v2(&plan->world);
		oom->is_v2 = true;
	}
	if (h < 0 || plan->dir_fd[h] < 0)
		return;
	oom->dir_fd = plan->dir_fd[h];
	oom->group = plan->group[h];
}

void limit_oom_watch(struct limit_oom *oom, int dir_fd, const char *group)
{
	*oom = (struct limit_oom){ .dir_fd = dir_fd,
				   .events_fd = -1,
				   .is_v2 = true,
				   .group = group,
				   .kills = -1,
				   .peak = -1 };
	if (dir_fd >= 0)
		oom->events_fd =
			openat(dir_fd, "memory.events", O_RDONLY | O_CLOEXEC);
}

/* The next change is told only when this one has been read. */
static void acknowledge(const struct limit_oom *oom)
{
	char text[256];

	if (oom->events_fd >= 0 &&
	    pread(oom->events_fd, text, sizeof(text), 0) < 0)
		return; /* it is gone: seen below */
}

bool limit_oom_look(struct limit_oom *oom)
{
	int64_t kills, peak;

	if (oom->dir_fd < 0)
		return false;
	acknowledge(oom);
	kills = oom->is_v2 ? cgroup_file_key(oom->dir_fd, "memory.events",
					     "oom_kill") :
			     cgroup_file_key(oom->dir_fd, "memory.oom_control",
					     "oom_kill");
	if (kills >= 0)
		oom->kills = kills;
	if (kills <= 0)
		return kills == 0; /* nobody asks for the peak */
	peak = cgroup_file_number(oom->dir_fd,
				  oom->is_v2 ? "memory.peak" :
					       "memory.max_usage_in_bytes");
	if (peak >= 0)
		oom->peak = peak;
	return true;
}

bool limit_oom_value(const char *record, const char *key, char *ret,
		     size_t size)
{
	const char *at = strstr(record, key);
	size_t len;

	if (!at)
		return false;
	at += strlen(key);
	len = strcspn(at, ",\n");
	if (len >= size)
		len = size - 1;
	memcpy(ret, at, len);
	ret[len] = '\0';
	return true;
}

static bool is_of_group(const char *path, const char *group)
{
	size_t path_len = strlen(path), len = strlen(group);
	const char *at = strstr(path, group);

	/* seen from a namespace, our path is only the end of the kernel's */
	for (; at; at = strstr(at + 1, group))
		if (at + len == path + path_len || at[len] == '/')
			return true;
	return false;
}

void limit_oom_parse(const char *text, const char *group,
		     struct kist_limit_result *result)
{
	const char *record = strstr(text, "oom-kill:");
	struct kist_limit_killed *one = &result->killed[result->killed_count];
	char path[512], pid[16];
	int number;

	if (!record || result->killed_count == KIST_LIMIT_KILLED ||
	    !limit_oom_value(record, "task_memcg=", path, sizeof(path)) ||
	    !is_of_group(path, group) ||
	    !limit_oom_value(record, ",pid=", pid, sizeof(pid)) ||
	    sscanf(pid, "%d", &number) != 1)
		return;
	one->pid = number;
	limit_oom_value(record, ",task=", one->name, sizeof(one->name));
	result->killed_count++;
}

/* A read(2) of /dev/kmsg is a record; old ones that were overwritten: EPIPE. */
void limit_oom_records(void (*each)(const char *record, void *arg), void *arg)
{
	CLEANUP_FD int fd =
		open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[RECORD_MAX];

	if (fd < 0)
		return;
	for (;;) {
		ssize_t n = read(fd, record, sizeof(record) - 1);

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return;
		record[n] = '\0';
		each(record, arg);
	}
}

struct reading {
	const char *group;
	struct kist_limit_result *result;
};

static void read_record(const char *record, void *arg)
{
	struct reading *reading = arg;

	limit_oom_parse(record, reading->group, reading->result);
}

static void read_log(const char *group, struct kist_limit_result *result)
{
	struct reading reading = { group, result };

	limit_oom_records(read_record, &reading);
}

void limit_oom_end(struct limit_oom *oom, struct kist_limit_result *result)
{
	bool is_there = limit_oom_look(oom);

	/* gone before it could be looked at: the log may know */
	if (oom->group && *oom->group &&
	    (oom->kills > 0 || (!is_there && oom->dir_fd >= 0 &&
				result->status == 128 + SIGKILL)))
		read_log(oom->group, result);
	if (oom->kills <= 0 && result->killed_count)
		oom->kills = (int64_t)result->killed_count;
	result->oom_kills = oom->kills;
	result->peak_bytes = oom->peak;
	cleanup_fd(&oom->events_fd);
}
