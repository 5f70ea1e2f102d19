/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hooks.c - hooks that run on this machine's side
 *
 * How it works
 * ============
 * The state goes into a memory file that is the hook's standard input: there
 * is nothing to write while it runs, and a hook that does not read hinders
 * nobody. Its standard error is a pipe; what comes through is kept up to its
 * last bytes. One poll(2) waits for output, the end, and the time-out.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "container/advice.h"
#include "container/hooks.h"
#include "format/record.h"
#include "sys/file.h"
#include "sys/process.h"

static const char *const kind_names[HOOK_COUNT] = {
	[HOOK_PRESTART] = "prestart",
	[HOOK_CREATE_RUNTIME] = "createRuntime",
	[HOOK_CREATE_CONTAINER] = "createContainer",
	[HOOK_START_CONTAINER] = "startContainer",
	[HOOK_POSTSTART] = "poststart",
	[HOOK_POSTSTOP] = "poststop",
};

/* The last bytes a hook wrote to standard error. */
struct tail {
	char text[200];
	size_t len;
};

struct hook_start {
	const struct spec_hook *hook;
	const char **argv;
	int stdin_fd, stderr_fd;
	volatile int errnum;
};

static void enter_hook(void *arg)
{
	static char *const no_env[] = { NULL };
	struct hook_start *start = arg;
	char *const *env = start->hook->env.count ?
				   (char *const *)start->hook->env.items :
				   no_env;

	if (dup2(start->stdin_fd, 0) >= 0 && dup2(start->stderr_fd, 2) >= 0)
		execve(start->hook->path, (char *const *)start->argv, env);
	start->errnum = errno;
	_exit(127);
}

static void keep_tail(struct tail *tail, const char *bytes, size_t len)
{
	const size_t most = sizeof(tail->text) - 1;

	if (len > most) {
		bytes += len - most;
		len = most;
	}
	if (tail->len + len > most) {
		size_t gone = tail->len + len - most;

		memmove(tail->text, tail->text + gone, tail->len - gone);
		tail->len -= gone;
	}
	memcpy(tail->text + tail->len, bytes, len);
	tail->len += len;
	tail->text[tail->len] = '\0';
}

static void one_line(struct tail *tail)
{
	while (tail->len && strchr(" \n\r\t", tail->text[tail->len - 1]))
		tail->text[--tail->len] = '\0';
	for (size_t i = 0; i < tail->len; i++)
		if ((unsigned char)tail->text[i] < ' ')
			tail->text[i] = ' ';
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool drain(int fd, struct tail *tail)
{
	char bytes[512];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n > 0)
		keep_tail(tail, bytes, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Until the process has ended; its children may keep the pipe. */
static int follow(int pidfd, int stderr_fd, uint32_t timeout_s,
		  struct tail *tail)
{
	int64_t deadline = now_ms() + (int64_t)timeout_s * 1000;
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN },
				 { .fd = stderr_fd, .events = POLLIN } };

	for (;;) {
		int64_t left = timeout_s ? deadline - now_ms() : -1;

		if (timeout_s && left <= 0)
			return -ETIME;
		if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents && !drain(stderr_fd, tail))
			fds[1].fd = -1;
		if (fds[0].revents) {
			while (fds[1].fd >= 0 && poll(&fds[1], 1, 0) > 0 &&
			       drain(stderr_fd, tail))
				;
			return 0;
		}
	}
}

static int state_file(const char *before, pid_t pid, const char *after)
{
	CLEANUP_FD int fd = sys_memfd("state", 0);

	if (fd < 0)
		return fd;
	if (dprintf(fd, "%s%d%s", before, pid, after) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int start_hook(const struct spec_hook *hook, int stdin_fd, int stderr_fd,
		      int *ret_pidfd)
{
	const char *path_only[] = { hook->path, NULL };
	struct hook_start start = {
		.hook = hook,
		.argv = hook->args.count ? hook->args.items : path_only,
		.stdin_fd = stdin_fd,
		.stderr_fd = stderr_fd,
	};
	struct sys_vfork vfork = { .cgroup_fd = -1,
				   .child = enter_hook,
				   .arg = &start };
	int ret = sys_vfork3(&vfork, NULL, ret_pidfd);

	if (ret == 0 && start.errnum) {
		sys_wait_exit(*ret_pidfd);
		close(*ret_pidfd);
		return -start.errnum;
	}
	return ret;
}

static int run_one(const struct spec_hook *hook, int stdin_fd, const char *kind,
		   struct kist_error *err)
{
	CLEANUP_FD int pidfd = -1, read_end = -1, write_end = -1;
	struct tail tail = { .len = 0 };
	int pipe_fds[2], status, ret;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "make a pipe");
	read_end = pipe_fds[0];
	write_end = pipe_fds[1];
	ret = start_hook(hook, stdin_fd, write_end, &pidfd);
	if (ret < 0) {
		err_sys(err, KIST_E_HOOK_FAILED, -ret, "%s hook '%s'", kind,
			hook->path);
		advice_hook(-ret, err);
		return ret;
	}
	close(TAKE_FD(write_end));
	ret = follow(pidfd, read_end, hook->timeout_s, &tail);
	if (ret < 0)
		sys_pidfd_send_signal(pidfd, SIGKILL);
	status = sys_wait_exit(pidfd);
	one_line(&tail);
	if (ret == -ETIME)
		err_set(err, KIST_E_HOOK_FAILED,
			"%s hook '%s': timed out after %u s", kind, hook->path,
			hook->timeout_s);
	else if (ret < 0)
		err_sys(err, KIST_E_HOOK_FAILED, -ret, "%s hook '%s'", kind,
			hook->path);
	else if (status != 0)
		err_set(err, KIST_E_HOOK_FAILED,
			"%s hook '%s': ended with status %d%s%s", kind,
			hook->path, status, tail.len ? ": " : "", tail.text);
	else
		return 0;
	advice_hook(ret < 0 ? -ret : ECHILD, err);
	return ret < 0 && ret != -ETIME ? ret : -ECHILD;
}

int hooks_run(const struct spec *spec, enum hook_kind kind, const char *id,
	      const char *bundle, const char *status, pid_t pid,
	      struct arena *arena, const struct config_source *config,
	      struct kist_error *err)
{
	const struct spec_hooks *hooks = &spec->hooks[kind];
	const char *before, *after;
	int ret = 0;

	if (!hooks->count)
		return 0;
	record_hook_state(arena, spec, id, bundle, status, &before, &after);
	for (size_t i = 0; i < hooks->count; i++) {
		CLEANUP_FD int fd = state_file(before, pid, after);
		struct kist_error later = { 0 };
		int one;

		if (fd < 0)
			return err_sys(err, KIST_E_SYSTEM, -fd,
				       "write the state for a hook");
		one = run_one(&hooks->items[i], fd, kind_names[kind],
			      ret < 0 ? &later : err);
		if (one < 0 && ret == 0) {
			ret = one;
			config_at(config, &hooks->items[i].place, err);
		}
		/* nothing depends on a poststop hook: the others follow */
		if (ret < 0 && kind != HOOK_POSTSTOP)
			break;
	}
	return ret;
}
