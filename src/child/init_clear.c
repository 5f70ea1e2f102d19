/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init_clear.c - end what the payload left behind
 *
 * How it works
 * ============
 * The first process of a pid namespace signals everybody at once. Elsewhere
 * "everybody" is the tree below us: orphans are our children, for we are a
 * subreaper. /proc/PID/task/PID/children lists them; those of other threads
 * are missed by TERM, and met by KILL when they have become our children.
 */
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/time.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "child/init.h"

#define DEPTH_MAX 16

static uint64_t now_ms(void)
{
	struct __kernel_timespec now = { 0 };

	SYS(clock_gettime, CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int open_children(long pid)
{
	char path[80] = "/proc/", digits[21];

	text_decimal(digits, (unsigned long)pid);
	text_append(path, sizeof(path), digits);
	text_append(path, sizeof(path), "/task/");
	text_append(path, sizeof(path), digits);
	text_append(path, sizeof(path), "/children");
	return (int)SYS(openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

/* Signal everybody below @pid. */
static void signal_below(long pid, int signal, int depth)
{
	int fd = open_children(pid);
	char text[256];
	long child = 0, len;

	if (fd < 0)
		return;
	while ((len = SYS(read, fd, text, sizeof(text))) > 0)
		for (long i = 0; i < len; i++) {
			if (text[i] >= '0' && text[i] <= '9') {
				child = child * 10 + (text[i] - '0');
				continue;
			}
			if (child && depth < DEPTH_MAX)
				signal_below(child, signal, depth + 1);
			if (child)
				SYS(kill, child, signal);
			child = 0;
		}
	SYS(close, fd);
}

static void signal_all(int signal)
{
	long self = SYS(getpid);

	if (self == 1)
		SYS(kill, -1, signal);
	else
		signal_below(self, signal, 0);
}

/* Return: is somebody left? */
static bool reap_all(void)
{
	for (;;) {
		int status;
		long pid = SYS(wait4, -1, &status, WNOHANG, 0);

		if (pid == 0)
			return true;
		if (pid < 0)
			return false;
	}
}

/* Until nobody is left, @ms have passed, or we are told to hurry. Return: is
 * somebody left? */
static bool wait_for_all(uint64_t ms)
{
	uint64_t all = ~0ull, end = now_ms() + ms, now;

	while (reap_all()) {
		struct __kernel_timespec left;
		long signal;

		now = now_ms();
		if (now >= end)
			return true;
		left.tv_sec = (int64_t)(end - now) / 1000;
		left.tv_nsec = (int64_t)(end - now) % 1000 * 1000000;
		signal = SYS(rt_sigtimedwait, &all, 0, &left, sizeof(all));
		if (signal == SIGTERM || signal == SIGINT)
			return true;
	}
	return false;
}

void init_clear(uint64_t grace_ms)
{
	if (!reap_all())
		return;
	signal_all(SIGTERM);
	/* What was stopped is to hear it, too. */
	signal_all(SIGCONT);
	while (wait_for_all(grace_ms)) {
		signal_all(SIGKILL);
		grace_ms = 100;
	}
}
