/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signals.c - what signals do to it, and to process 1 of its pid namespace
 *
 * The kernel keeps from process 1 every signal it has no handler for: without
 * one, TERM and INT do nothing. From a pid namespace above, KILL and STOP get
 * through all the same.
 *
 * A signal that is blocked is kept for later, and so not without effect. While
 * a process sleeps in sigtimedwait(2), which small inits do, the signals it
 * waits for are not shown as blocked: what they are is in its memory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "base/num.h"
#include "engine/show/show.h"
#include "sys/file.h"

#define KILL_AND_STOP \
	(UINT64_C(1) << (SIGKILL - 1) | UINT64_C(1) << (SIGSTOP - 1))

static bool is_first(const struct proc_status *status)
{
	return status->pid_count && status->pids[status->pid_count - 1] == 1;
}

/* Where namespaces cannot be looked at: its forefathers are of the same one as
 * long as they have as many numbers. */
static pid_t first_among_parents(struct showing *s,
				 struct proc_status *ret_status)
{
	pid_t pid = s->status.parent;

	for (int i = 0; pid > 0 && i < 4096; i++) {
		if (proc_status_read(s->proc_fd, pid, &s->arena, ret_status) <
			    0 ||
		    ret_status->pid_count != s->status.pid_count)
			return 0;
		if (is_first(ret_status))
			return pid;
		pid = ret_status->parent;
	}
	return 0;
}

static pid_t first_in_namespace(struct showing *s,
				struct proc_status *ret_status)
{
	DIR *dir = show_processes(s->proc_fd);
	struct dirent *entry;
	pid_t found = 0;
	uint32_t pid;

	while (dir && !found && (entry = readdir(dir)))
		if (num_parse_u32(entry->d_name, &pid) == 0 && pid &&
		    show_ns_inode(s->proc_fd, (pid_t)pid, "pid") ==
			    s->pid_ino &&
		    proc_status_read(s->proc_fd, (pid_t)pid, &s->arena,
				     ret_status) == 0 &&
		    is_first(ret_status))
			found = (pid_t)pid;
	if (dir)
		closedir(dir);
	return found;
}

static pid_t find_first(struct showing *s, struct proc_status *ret_status)
{
	pid_t pid;

	if (is_first(&s->status)) {
		*ret_status = s->status;
		return s->pid;
	}
	pid = first_among_parents(s, ret_status);
	if (!pid && s->pid_ino)
		pid = first_in_namespace(s, ret_status);
	return pid;
}

/* The signals it is waiting for in sigtimedwait(2). */
static uint64_t waited_for(struct showing *s, pid_t pid)
{
	char path[64], text[256];
	CLEANUP_FD int fd = -1;
	uint64_t address, mask;
	int number;

	snprintf(path, sizeof(path), "%d/syscall", pid);
	if (sys_read_file(s->proc_fd, path, text, sizeof(text)) <= 0) {
		show_hide(s, "signals that process 1 may be waiting for");
		return 0;
	}
	if (sscanf(text, "%d 0x%" SCNx64, &number, &address) != 2 ||
	    number != SYS_rt_sigtimedwait)
		return 0;
	snprintf(path, sizeof(path), "%d/mem", pid);
	fd = openat(s->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 ||
	    pread(fd, &mask, sizeof(mask), (off_t)address) != sizeof(mask))
		return 0;
	return mask;
}

int show_signals(struct showing *s, struct kist_error *err)
{
	const struct proc_status *status = &s->status;
	struct kist_show *show = &s->show;
	struct proc_status first;

	(void)err;
	show->pending = status->signals[PROC_PENDING] |
			status->signals[PROC_SHARED_PENDING];
	show->blocked = status->signals[PROC_BLOCKED];
	show->ignored = status->signals[PROC_IGNORED];
	show->caught = status->signals[PROC_CAUGHT];
	show->init_pid = find_first(s, &first);
	show->is_init = show->init_pid == s->pid;
	if (show->init_pid)
		show->init_ignores = ~(first.signals[PROC_CAUGHT] |
				       first.signals[PROC_BLOCKED] |
				       waited_for(s, show->init_pid)) |
				     KILL_AND_STOP;
	else
		show_hide(s, "process 1 of its pid namespace");
	return 0;
}
