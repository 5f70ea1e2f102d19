/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook.c - a program of the configuration, run to its end
 *
 * How it works
 * ============
 *
 * The hook gets its text through a pipe and its standard error is a pipe of
 * ours; both are served, and its end is awaited, in one poll. Its end is
 * what counts: a process it left behind may hold the pipes for ever. The
 * third pipe is close-on-exec and tells whether exec worked.
 */
#include <asm/poll.h>
#include <asm/signal.h>
#include <linux/sched.h>
#include <linux/time.h>
#include <linux/time_types.h>

#include "child/child.h"

#define TAIL_SIZE 200

/**
 * struct hook - a hook that runs
 * @in, @err, @exec: our ends of its pipes, -1 when closed
 * @input:	what is still to be written: three pieces, then NULL
 * @tail:	the last bytes of its standard error
 */
struct hook {
	long pid;
	int pidfd;
	int in;
	int err;
	int exec;
	const char *input[4];
	unsigned int piece;
	char tail[2 * TAIL_SIZE];
	size_t tail_size;
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		SYS(close, *fd);
	*fd = -1;
}

/* The hook's side. @in, @err and @exec are its ends. */
static _Noreturn void become_hook(struct child *c, const struct plan_op *op,
				  int in, int err, int exec)
{
	long ret = SYS(dup3, in, 0, 0);

	if (ret >= 0)
		ret = SYS(dup3, err, 2, 0);
	if (ret >= 0) {
		child_ignore_sigpipe(false);
		child_block_signals(false);
		SYS(umask, 022);
		ret = SYS(execve, child_text(c, op->arg[0]),
			  child_vector(c, op->arg[1]),
			  child_vector(c, op->arg[2]));
	}
	SYS(write, exec, &ret, sizeof(ret));
	child_exit(127);
}

static int start(struct child *c, const struct plan_op *op, struct hook *hook)
{
	struct clone_args args = { .flags = CLONE_PIDFD,
				   .pidfd = (uintptr_t)&hook->pidfd,
				   .exit_signal = SIGCHLD };
	int in[2] = { -1, -1 }, err[2] = { -1, -1 }, exec[2] = { -1, -1 };
	long ret = SYS(pipe2, in, O_CLOEXEC);

	if (ret == 0)
		ret = SYS(pipe2, err, O_CLOEXEC);
	if (ret == 0)
		ret = SYS(pipe2, exec, O_CLOEXEC);
	if (ret == 0)
		ret = child_clone(&args);
	if (ret == 0 && exec[1] >= 0)
		become_hook(c, op, in[0], err[1], exec[1]);
	hook->pid = ret;
	close_end(&in[0]);
	close_end(&err[1]);
	close_end(&exec[1]);
	hook->in = in[1];
	hook->err = err[0];
	hook->exec = exec[0];
	if (ret < 0)
		return (int)ret;
	/* A hook that does not read must not make us wait for it. */
	SYS(fcntl, hook->in, F_SETFL, O_NONBLOCK);
	SYS(fcntl, hook->err, F_SETFL, O_NONBLOCK);
	return 0;
}

/* Write as much as fits; close when all is written, or nobody reads. */
static void feed(struct hook *hook)
{
	for (;;) {
		const char **piece = &hook->input[hook->piece];
		long ret;

		if (!*piece)
			break;
		ret = SYS(write, hook->in, *piece, text_length(*piece));
		if (ret == -EAGAIN)
			return;
		if (ret < 0)
			break;
		*piece += ret;
		if (!**piece)
			hook->piece++;
	}
	close_end(&hook->in);
}

/* Keep the end of what the hook says: at least TAIL_SIZE bytes. */
static void listen(struct hook *hook)
{
	for (;;) {
		long ret;

		if (hook->tail_size == sizeof(hook->tail)) {
			memcpy(hook->tail, hook->tail + TAIL_SIZE, TAIL_SIZE);
			hook->tail_size = TAIL_SIZE;
		}
		ret = SYS(read, hook->err, hook->tail + hook->tail_size,
			  sizeof(hook->tail) - hook->tail_size);
		if (ret == -EAGAIN)
			return;
		if (ret <= 0)
			break;
		hook->tail_size += (size_t)ret;
	}
	close_end(&hook->err);
}

static long now_ms(void)
{
	struct __kernel_timespec now;

	SYS(clock_gettime, CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait for the hook's end until @end_ms (0: for ever). 0 or -ETIME. */
static int serve(struct hook *hook, long end_ms)
{
	for (;;) {
		struct __kernel_timespec rest;
		struct pollfd fds[] = { { hook->pidfd, POLLIN, 0 },
					{ hook->in, POLLOUT, 0 },
					{ hook->err, POLLIN, 0 } };
		long left_ms = end_ms ? end_ms - now_ms() : 0;
		long ret;

		if (left_ms < 0)
			return -ETIME;
		rest.tv_sec = left_ms / 1000;
		rest.tv_nsec = left_ms % 1000 * 1000000;
		ret = SYS(ppoll, fds, 3, end_ms ? &rest : 0, 0, 0);
		if (ret == 0)
			return -ETIME;
		if (ret < 0 && ret != -EINTR)
			return (int)ret;
		if (ret > 0 && fds[1].revents)
			feed(hook);
		if (ret > 0 && fds[2].revents)
			listen(hook);
		if (ret > 0 && fds[0].revents)
			return 0;
	}
}

/* The end of a hook: its status as a shell gives it. */
static int reap(const struct hook *hook)
{
	int status = 0;

	while (SYS(wait4, hook->pid, &status, 0, 0) == -EINTR)
		;
	return status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff;
}

/* The end of the standard error as one line of the report. */
static void tell(struct child *c, const struct hook *hook)
{
	const char *from = hook->tail;
	size_t size = hook->tail_size;

	while (size && (unsigned char)from[size - 1] <= ' ')
		size--;
	if (size > TAIL_SIZE) {
		from += size - TAIL_SIZE;
		size = TAIL_SIZE;
	}
	memcpy(c->text, from, size);
	c->text[size] = '\0';
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)c->text[i] < ' ')
			c->text[i] = ' ';
}

static int run(struct child *c, const struct plan_op *op, struct hook *hook)
{
	long end_ms = op->arg[3] ? now_ms() + (long)op->arg[3] : 0;
	long failure = 0;
	int ret = start(c, op, hook);

	if (ret < 0)
		return ret;
	/* Returns at once: the pipe ends with exec */
	if (SYS(read, hook->exec, &failure, sizeof(failure)) > 0) {
		reap(hook);
		return (int)failure;
	}
	ret = serve(hook, end_ms);
	if (ret < 0)
		SYS(kill, hook->pid, SIGKILL);
	c->value = reap(hook);
	if (hook->err >= 0)
		listen(hook);
	tell(c, hook);
	return ret == 0 && c->value ? -ECHILD : ret;
}

int op_hook(struct child *c, const struct plan_op *op)
{
	struct hook hook = { .pidfd = -1, .in = -1, .err = -1, .exec = -1 };
	char pid[21];
	int ret;

	text_decimal(pid, (unsigned long)SYS(getpid));
	if (op->arg[4]) {
		hook.input[0] = child_text(c, op->arg[4]);
		hook.input[1] = pid;
		hook.input[2] = op->arg[5] ? child_text(c, op->arg[5]) : "";
	}
	ret = run(c, op, &hook);
	close_end(&hook.in);
	close_end(&hook.err);
	close_end(&hook.exec);
	close_end(&hook.pidfd);
	return ret;
}
