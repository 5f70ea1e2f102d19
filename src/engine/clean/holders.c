/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders.c - processes that keep namespaces no name leads to
 *
 * A holder is the small init, with nothing to look after. So is the pause
 * process of somebody's pod (kist init --pause): of that one it is only told. A
 * holder of a set of ours has the set's folder as its third argument, and is
 * killed, unless another process is in its pid namespace.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/num.h"
#include "container/lifecycle.h"
#include "container/store.h"
#include "engine/clean/clean.h"
#include "engine/ns/named_about.h"
#include "kernel/proc.h"
#include "kernel/proc_status.h"
#include "sys/file.h"
#include "sys/process.h"

#define HOLDER_NAME "kist-init"
#define CMDLINE_MAX 8192
#define END_MS 5000
#define MARK_ARG 3 /* see child/main.c */

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

/* An idle init that no name leads to, and no container. */
static bool is_left(struct cleaning *c, pid_t pid, uid_t *ret_owner)
{
	struct proc_status status;
	struct proc_stat stat;

	if (proc_status_read(c->proc_fd, pid, &c->arena, &status) < 0 ||
	    strcmp(status.name, HOLDER_NAME) != 0 ||
	    proc_stat(c->proc_fd, pid, &stat) < 0 || stat.state == 'Z' ||
	    is_young(&stat) || has_children(c, pid) || has_name(c, pid) ||
	    is_container(c, pid))
		return false;
	*ret_owner = status.uid[PROC_EFFECTIVE];
	return geteuid() == 0 || *ret_owner == geteuid();
}

/* The folder of the set it was started to hold, in the arena; NULL: unknown. */
static const char *mark_of(struct cleaning *c, pid_t pid)
{
	CLEANUP_BUF struct buf args = { 0 };
	size_t pos = 0;
	char path[32];

	snprintf(path, sizeof(path), "%d/cmdline", pid);
	if (sys_load_file(c->proc_fd, path, &args, CMDLINE_MAX) < 0)
		return NULL;
	buf_putc(&args, '\0');
	if (buf_failed(&args))
		return NULL;
	for (int i = 0; i < MARK_ARG && pos < args.len; i++)
		pos += strlen(args.data + pos) + 1;
	return pos < args.len && args.data[pos] == '/' ?
		       arena_strdup(&c->arena, args.data + pos) :
		       NULL;
}

/* A set of these folders? */
static bool is_ours(struct cleaning *c, const char *mark)
{
	const char *root = named_root(&c->kist, &c->arena);

	return root && mark && strncmp(mark, root, strlen(root)) == 0 &&
	       mark[strlen(root)] == '/';
}

/* Does it hold a set of other folders (kist --root)? */
static bool is_elsewhere(struct cleaning *c, pid_t pid, const char *mark)
{
	CLEANUP_FD int fd = -1;
	struct named_about about;

	if (!mark || is_ours(c, mark))
		return false;
	fd = open(mark, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && named_about_load(fd, &about) == 0 &&
	       about.holder == pid;
}

/* Has it a pid namespace of its own, which would end with it? */
static bool ends_others(struct cleaning *c, pid_t pid)
{
	char path[32];
	struct stat ours, its;

	snprintf(path, sizeof(path), "%d/ns/pid", pid);
	return fstatat(c->proc_fd, "self/ns/pid", &ours, 0) < 0 ||
	       fstatat(c->proc_fd, path, &its, 0) < 0 ||
	       (its.st_ino != ours.st_ino &&
		clean_in_use(c, NS_PID, its.st_ino, pid));
}

static int remove_holder(struct cleaning *c, const struct leftover *left,
			 const struct kist_trace *trace, struct kist_error *err)
{
	struct pollfd end = { .events = POLLIN };
	CLEANUP_FD int pidfd = -1;
	struct proc_stat stat;
	uint32_t pid = 0;
	uid_t owner;

	if (num_parse_u32(left->name, &pid) < 0 ||
	    proc_stat(c->proc_fd, (pid_t)pid, &stat) < 0)
		return 0;
	pidfd = proc_open_pidfd(c->proc_fd, (pid_t)pid, stat.start_time);
	if (pidfd < 0)
		return 0;
	if (!is_left(c, (pid_t)pid, &owner) || owner != geteuid() ||
	    !is_ours(c, mark_of(c, (pid_t)pid)) || ends_others(c, (pid_t)pid))
		return -EBUSY;
	if (!trace_step(trace, NULL, "kill -KILL %u", pid))
		return 0;
	if (sys_pidfd_send_signal(pidfd, SIGKILL) < 0 && errno != ESRCH)
		return err_sys(err, KIST_E_SYSTEM, errno, "end process %u",
			       pid);
	end.fd = pidfd;
	poll(&end, 1, END_MS);
	return 0;
}

static void look_at(struct cleaning *c, pid_t pid)
{
	struct leftover left = {
		.shown = { .kind = KIST_LEFTOVER_HOLDER,
			   .reason = "no name leads to what it keeps" },
	};

	const char *mark;

	if (!is_left(c, pid, &left.shown.owner))
		return;
	mark = mark_of(c, pid);
	if (is_elsewhere(c, pid, mark))
		return;
	left.name = arena_printf(&c->arena, "%d", pid);
	left.shown.what =
		arena_printf(&c->arena, "process %d (%s)", pid, HOLDER_NAME);
	left.shown.is_removable = left.shown.owner == geteuid() &&
				  is_ours(c, mark) && !ends_others(c, pid);
	if (left.shown.is_removable)
		left.remove = remove_holder;
	else
		left.shown.advice =
			arena_printf(&c->arena, "kill -KILL %d", pid);
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
