/* SPDX-License-Identifier: Apache-2.0 */
/* limit_systemd.c - limits by a scope of systemd */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/trace.h"
#include "engine/cg/limit_oom.h"
#include "engine/cg/limit_bus.h"
#include "engine/cg/limit_run.h"
#include "engine/command.h"
#include "kernel/cgroup_internal.h"
#include "engine/cg/limit_systemd.h"
#include "sys/file.h"
#include "sys/process.h"

int limit_systemd_socket(char *ret_path, size_t size)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (access("/run/systemd/system", F_OK) ||
	    access("/sys/fs/cgroup/cgroup.controllers", F_OK))
		return -ENOENT;
	if (geteuid() == 0)
		snprintf(ret_path, size, "/run/systemd/private");
	else if (runtime && *runtime == '/')
		snprintf(ret_path, size, "%s/systemd/private", runtime);
	else
		snprintf(ret_path, size, "/run/user/%u/systemd/private",
			 geteuid());
	return access(ret_path, W_OK) ? -ENXIO : 0;
}

/* ---- where ---- */

/* The group of v2 as text, cut into its parts by the caller. Of a user's
 * manager only what is below it counts. Return: NULL: there is none. */
static char *group_of(pid_t pid, bool is_user, char *text, size_t size)
{
	char path[40], *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (sys_read_file(AT_FDCWD, path, text, size) < 0)
		return NULL;
	at = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!at)
		return NULL;
	at += (*at == '\n') + 3;
	at[strcspn(at, "\n")] = '\0';
	if (is_user) {
		at = strstr(at, "/user@");
		at = at ? strchr(at + 1, '/') : NULL;
	}
	return at;
}

static bool ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

bool limit_systemd_unit(pid_t pid, char *ret_unit, size_t size)
{
	char text[4096], *at, *save = NULL;
	bool found = false;

	at = group_of(pid, geteuid() != 0, text, sizeof(text));
	/* the first on the way down: what is below it is its own affair */
	for (char *part = at ? strtok_r(at, "/", &save) : NULL; part && !found;
	     part = strtok_r(NULL, "/", &save))
		if (ends_in(part, ".service") || ends_in(part, ".scope")) {
			found = strlen(part) < size;
			snprintf(ret_unit, size, "%s", part);
		}
	return found;
}

/* The innermost slice of the process's group: limits above it still hold.
 */
static const char *slice_of(pid_t pid, bool is_user, struct arena *arena)
{
	char text[4096], *save = NULL;
	char *at = group_of(pid, is_user, text, sizeof(text));
	const char *slice = NULL;

	for (char *part = at ? strtok_r(at, "/", &save) : NULL; part;
	     part = strtok_r(NULL, "/", &save))
		if (ends_in(part, ".slice"))
			slice = part;
	return slice ? arena_strdup(arena, slice) : NULL;
}

static int prepare(struct limit_unit *s, const char *socket,
		   struct arena *arena, const struct limit_asks *asks,
		   pid_t pid, struct kist_error *err)
{
	s->socket = socket;
	s->is_user = geteuid() != 0;
	s->name = arena_printf(arena, "kist-limit-%d.scope", pid);
	s->slice = slice_of(pid, s->is_user, arena);
	if (asks->count > LIMIT_PROPERTIES)
		return err_set(err, KIST_E_LIMIT_WORD, "too many limits");
	for (size_t i = 0; i < asks->count; i++) {
		int ret = limit_property_of(asks, &asks->items[i], arena,
					    &s->properties[s->count++], err);

		if (ret)
			return ret;
	}
	return arena_failed(arena) ? err_nomem(err) : 0;
}

/* ---- what is told ---- */

static void tell_properties(const struct limit_unit *s, struct buf *line)
{
	for (size_t i = 0; i < s->count; i++)
		buf_printf(line, " -p %s", trace_word(s->properties[i].shell));
}

static bool tell_command(const struct limit_unit *s, const char *const *argv,
			 const struct kist_trace *trace)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	buf_printf(&line, "systemd-run%s --scope -q --collect --unit=%s",
		   s->is_user ? " --user" : "", s->name);
	if (s->slice)
		buf_printf(&line, " --slice=%s", trace_word(s->slice));
	tell_properties(s, &line);
	buf_puts(&line, " --");
	for (; *argv; argv++)
		buf_printf(&line, " %s", trace_word(*argv));
	return trace_step(trace, "systemd owns the tree: it makes the group",
			  "%s", buf_failed(&line) ? "" : line.data);
}

/* systemd-run has no option for processes that run: an empty scope that they
 * are moved to, by the same call. */
static bool tell_pids(const struct limit_unit *s,
		      const struct kist_trace *trace)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	buf_printf(&line,
		   "busctl%s call -q org.freedesktop.systemd1 " LIMIT_MANAGER
		   " " LIMIT_INTERFACE
		   " StartTransientUnit 'ssa(sv)a(sa(sv))' %s fail 1 "
		   "PIDs au %zu",
		   s->is_user ? " --user" : "", s->name, s->pid_count);
	for (size_t i = 0; i < s->pid_count; i++)
		buf_printf(&line, " %d", s->pids[i]);
	buf_printf(&line, " 0\nsystemctl%s set-property --runtime %s",
		   s->is_user ? " --user" : "", s->name);
	for (size_t i = 0; i < s->count; i++)
		buf_printf(&line, " %s", trace_word(s->properties[i].shell));
	return trace_step(trace, "systemd owns the tree: it makes the group",
			  "%s", buf_failed(&line) ? "" : line.data);
}

/* ---- a command ---- */

struct birth {
	pid_t pid;
	int pidfd;
	int go_fd;    /* a byte: execute */
	int error_fd; /* errno, if that failed */
};

static void be_command(int go_fd, int error_fd, const char *const *argv,
		       const sigset_t *mask)
{
	char byte;
	int errnum;

	if (read(go_fd, &byte, 1) != 1)
		_exit(127);
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	errnum = errno;
	if (write(error_fd, &errnum, sizeof(errnum)) < 0)
		_exit(126);
	_exit(127);
}

static int be_born(const char *const *argv, const sigset_t *mask,
		   struct birth *birth, struct kist_error *err)
{
	int go[2], error[2], ret = 0;

	if (pipe2(go, O_CLOEXEC))
		return err_sys(err, KIST_E_SYSTEM, errno, "make a pipe");
	if (pipe2(error, O_CLOEXEC)) {
		ret = err_sys(err, KIST_E_SYSTEM, errno, "make a pipe");
		close(go[0]);
		close(go[1]);
		return ret;
	}
	birth->pid = fork();
	if (birth->pid == 0) {
		close(go[1]);
		be_command(go[0], error[1], argv, mask);
	}
	birth->pidfd = birth->pid < 0 ? -1 : sys_pidfd_open(birth->pid);
	if (birth->pid < 0)
		ret = err_sys(err, KIST_E_SYSTEM, errno, "make a process");
	close(go[0]);
	close(error[1]);
	birth->go_fd = go[1];
	birth->error_fd = error[0];
	return ret;
}

static int let_go(struct birth *birth, const char *name, struct kist_error *err)
{
	int errnum;

	if (write(birth->go_fd, "", 1) != 1)
		return err_sys(err, KIST_E_SYSTEM, errno, "start '%s'", name);
	if (read(birth->error_fd, &errnum, sizeof(errnum)) != sizeof(errnum))
		return 0;
	return command_error(name, errnum, err);
}

/* Its group, to look at its memory. */
static int open_group(pid_t pid, char *ret_group, size_t size)
{
	char path[600], text[4096];
	const char *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	if (sys_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return -1;
	at = strstr(text, "0::");
	if (!at)
		return -1;
	snprintf(ret_group, size, "%.*s", (int)strcspn(at + 3, "\n"), at + 3);
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s", ret_group);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int run(struct limit_unit *s, const struct kist_limit *args,
	       struct limit_signals *signals, struct kist_limit_result *result,
	       struct kist_error *err)
{
	struct birth birth = { .pidfd = -1, .go_fd = -1, .error_fd = -1 };
	CLEANUP_FD int group_fd = -1;
	struct limit_oom oom;
	int ret = be_born(args->argv, &signals->former, &birth, err);

	s->own_pid = birth.pid;
	s->pids = &s->own_pid;
	s->pid_count = 1;
	if (ret == 0)
		ret = limit_unit_start(s, result->memory_bytes >= 0, err);
	if (ret == 0) {
		group_fd = open_group(birth.pid, result->group,
				      sizeof(result->group));
		limit_oom_watch(&oom, group_fd, result->group);
		ret = let_go(&birth, args->argv[0], err);
	}
	cleanup_fd(&birth.go_fd); /* one that waits ends then */
	cleanup_fd(&birth.error_fd);
	if (ret == 0) {
		result->status = limit_stay(signals, birth.pidfd, &oom);
		limit_oom_end(&oom, result);
		result->forks_refused =
			cgroup_file_key(group_fd, "pids.events", "max");
	} else if (birth.pidfd >= 0) {
		(void)!sys_wait_exit(birth.pidfd);
	}
	cleanup_fd(&birth.pidfd);
	if (ret == 0 && result->status < 0)
		return err_sys(err, KIST_E_SYSTEM, -result->status,
			       "wait for the command");
	return ret;
}

int limit_systemd_run(const char *socket, struct arena *arena,
		      const struct limit_asks *asks,
		      const struct kist_limit *args,
		      const struct kist_trace *trace,
		      struct kist_limit_result *result, struct kist_error *err)
{
	const struct limit_ask *mem = limit_ask_of(asks, KEY_MEM);
	struct limit_signals signals = { .fd = -1 };
	struct limit_unit s = { 0 };
	int ret = prepare(&s, socket, arena, asks, getpid(), err);

	if (ret)
		return ret;
	if (mem && mem->number != LIMIT_NONE)
		result->memory_bytes = mem->number;
	if (!tell_command(&s, args->argv, trace))
		return 0;
	ret = limit_signals_hold(&signals, err);
	if (ret)
		return ret;
	ret = run(&s, args, &signals, result, err);
	limit_signals_release(&signals);
	return ret;
}

int limit_systemd_apply(const char *socket, struct arena *arena,
			const struct limit_asks *asks, const pid_t *pids,
			size_t count, const struct kist_trace *trace,
			struct kist_error *err)
{
	struct limit_unit s = { .pids = pids, .pid_count = count };
	int ret = prepare(&s, socket, arena, asks, pids[0], err);

	if (ret)
		return ret;
	if (!tell_pids(&s, trace))
		return 0;
	return limit_unit_start(&s, limit_ask_of(asks, KEY_MEM) != NULL, err);
}

/* ---- a unit that is there ---- */

int limit_systemd_set(const char *socket, const char *unit, struct arena *arena,
		      const struct limit_asks *asks,
		      const struct kist_trace *trace, struct kist_error *err)
{
	CLEANUP_BUF struct buf line = { 0 };
	struct limit_unit s = { 0 };
	int ret = prepare(&s, socket, arena, asks, getpid(), err);

	if (ret)
		return ret;
	s.name = unit;
	buf_init(&line);
	buf_printf(&line, "systemctl%s set-property --runtime %s",
		   s.is_user ? " --user" : "", trace_word(unit));
	for (size_t i = 0; i < s.count; i++)
		buf_printf(&line, " %s", trace_word(s.properties[i].shell));
	if (!trace_step(trace, "systemd owns the unit", "%s",
			buf_failed(&line) ? "" : line.data))
		return 0;
	return limit_unit_set(&s, err);
}
