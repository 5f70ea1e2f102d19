/* SPDX-License-Identifier: Apache-2.0 */
/* who.c - which process it is, and its numbers at every level */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "engine/show/show.h"
#include "kernel/proc.h"

#define COMMAND_MAX 4096

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The arguments are the program's own memory: it may have written there. */
static void take_command(struct showing *s)
{
	CLEANUP_BUF struct buf text;
	char *command = NULL;
	char path[32];
	int fd;

	buf_init(&text);
	snprintf(path, sizeof(path), "%d/cmdline", s->pid);
	fd = openat(s->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		char part[COMMAND_MAX];
		ssize_t len = read(fd, part, sizeof(part));

		if (len > 0)
			buf_add(&text, part, (size_t)len);
		close(fd);
	}
	while (text.len && !text.data[text.len - 1])
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (!text.data[i])
			text.data[i] = ' ';
	if (text.len)
		command = arena_strndup(&s->arena, text.data, text.len);
	s->show.command = command ? command : s->show.name;
}

static void take_start(struct showing *s, const struct proc_stat *stat)
{
	int64_t ticks = sysconf(_SC_CLK_TCK);
	int64_t start =
		(int64_t)(stat->start_time / (uint64_t)ticks) * 1000000000 +
		(int64_t)(stat->start_time % (uint64_t)ticks) *
			(1000000000 / ticks);

	s->show.started = nanoseconds(CLOCK_REALTIME) -
			  nanoseconds(CLOCK_BOOTTIME) + start;
}

int show_who(struct showing *s, struct kist_error *err)
{
	struct kist_show *show = &s->show;
	struct proc_status parent;
	struct proc_stat stat;
	int ret;

	if (s->target.kind == TARGET_PROCESS) {
		s->pid = s->target.pid;
	} else {
		ret = target_pid(&s->target, NULL);
		s->pid = ret > 0 ? ret : 0;
	}
	if (!s->pid)
		return 0;
	ret = proc_status_read(s->proc_fd, s->pid, &s->arena, &s->status);
	if (ret == -ENOMEM)
		return err_nomem(err);
	if (ret < 0 && s->target.kind == TARGET_PROCESS)
		return err_set(err, KIST_E_TARGET_UNKNOWN, "%s has ended",
			       s->target.label);
	if (ret < 0) {
		s->pid = 0;
		return 0;
	}
	show->pid = s->pid;
	show->name = s->status.name;
	show->state = s->status.state;
	show->threads = s->status.threads;
	show->parent = s->status.parent;
	show->pids = s->status.pids;
	show->pid_count = s->status.pid_count;
	if (show->parent &&
	    proc_status_read(s->proc_fd, show->parent, &s->arena, &parent) == 0)
		show->parent_name = parent.name;
	take_command(s);
	if (proc_stat(s->proc_fd, s->pid, &stat) == 0)
		take_start(s, &stat);
	return 0;
}
