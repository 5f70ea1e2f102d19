/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - what the process itself is: its parent, privileges, fds, cwd */
#include <asm/signal.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "child/path.h"

/* EXEC, HOOK and the like have buffers of a few kilobytes. */
#define FORK_STACK 65536

/*
 * Those that anybody is known to ignore: the ordinary ones, and the two that
 * posix_spawn(3) of glibc leaves ignored (make(1) uses it).
 */
#define SIGNAL_MAX 33

/* The kernel's struct sigaction, the same size on every 64-bit machine. */
struct signal_action {
	uintptr_t handler;
	uint64_t rest[3];
};

void child_ignore_sigpipe(bool ignored)
{
	struct signal_action action = { .handler = (uintptr_t)SIG_DFL };

	if (ignored)
		action.handler = (uintptr_t)SIG_IGN;
	SYS(rt_sigaction, SIGPIPE, &action, 0, sizeof(uint64_t));
}

void child_reset_signals(bool sigpipe_ignored)
{
	struct signal_action action = { .handler = (uintptr_t)SIG_DFL };

	/* exec(2) resets handlers, but what is ignored stays ignored. */
	for (int signal = 1; signal <= SIGNAL_MAX; signal++)
		SYS(rt_sigaction, signal, &action, 0, sizeof(uint64_t));
	if (sigpipe_ignored)
		child_ignore_sigpipe(true);
}

void child_block_signals(bool all)
{
	uint64_t mask = all ? ~0ull : 0;

	SYS(rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof(mask));
}

long child_clone(struct clone_args *args)
{
	/* Without CLONE_VM: the new process has this stack, copied. */
	return SYS(clone3, args, sizeof(*args));
}

/*
 * The new process shares our memory until it executes the program, and has a
 * stack of its own: there is nothing to copy. We do nothing any more but exit.
 */
int op_fork(struct child *c, const struct plan_op *op)
{
	static _Alignas(16) char stack[FORK_STACK];
	struct clone_args args = {
		/* exit_signal stays 0: with CLONE_PARENT it is the old one's */
		.flags = op->arg[0] | CLONE_PARENT | CLONE_VM,
		.stack = (uintptr_t)stack,
		.stack_size = sizeof(stack),
	};
	int cgroup = child_fd_if_any(c, (int64_t)op->arg[1]);
	long pid;

	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)cgroup;
	}
	c->gate[0] = c->gate[1] = -1;
	if (op->arg[2]) {
		pid = SYS(pipe2, c->gate, O_CLOEXEC);
		if (pid < 0)
			return (int)pid;
	}
	pid = sys_clone_beside(&args, sizeof(args), c);
	if (pid > 0)
		child_exit(0);
	return (int)pid;
}

int op_bound(struct child *c, const struct plan_op *op)
{
	(void)c;
	for (int cap = 0; cap < 64; cap++) {
		long ret;

		if (op->arg[0] & (1ull << cap))
			continue;
		ret = SYS(prctl, PR_CAPBSET_DROP, cap, 0, 0, 0);
		if (ret == -EINVAL) /* above the last the kernel knows */
			break;
		/* without CAP_SETPCAP: fine if it is not there anyway */
		if (ret < 0 && SYS(prctl, PR_CAPBSET_READ, cap, 0, 0, 0) != 0)
			return (int)ret;
	}
	return 0;
}

static uint64_t mask_of(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

int op_caps(struct child *c, const struct plan_op *op)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	uint64_t have, effective, permitted, inheritable, ambient;
	long ret = SYS(capget, &head, data);

	(void)c;
	if (ret < 0)
		return (int)ret;
	have = mask_of(data[0].permitted, data[1].permitted);
	permitted = op->arg[1] & have;
	effective = op->arg[0] & permitted;
	inheritable = op->arg[2] & have;
	ambient = op->arg[3] & permitted & inheritable;

	data[0].effective = (uint32_t)effective;
	data[1].effective = (uint32_t)(effective >> 32);
	data[0].permitted = (uint32_t)permitted;
	data[1].permitted = (uint32_t)(permitted >> 32);
	data[0].inheritable = (uint32_t)inheritable;
	data[1].inheritable = (uint32_t)(inheritable >> 32);

	ret = SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (ret == 0)
		ret = SYS(capset, &head, data);
	for (int cap = 0; cap < 64 && ret == 0; cap++)
		if (ambient & (1ull << cap))
			ret = SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE,
				  cap, 0, 0);
	return (int)ret;
}

/* Open directory @path, made if it may be, from the process's own view. */
static int open_cwd(const struct plan_op *op, struct path_root root, char *path)
{
	bool made;
	int fd = path_open(root, path, O_PATH | O_DIRECTORY);

	if (fd != -ENOENT || !(op->flags & PLAN_F_MAKE_DIR))
		return fd;
	return path_make(root, path, 0040755, 0, &made);
}

int op_cwd(struct child *c, const struct plan_op *op)
{
	char *path = child_text(c, op->arg[0]);
	char now[PATH_MAX];
	long ret;
	int fd = open_cwd(op, path_root_of(c, op), path);

	if (fd < 0)
		return fd;
	ret = SYS(fchdir, fd);
	SYS(close, fd);
	if (ret == 0)
		ret = SYS(getcwd, now, sizeof(now));
	if (ret < 0)
		return (int)ret;
	/* A directory of another tree is "(unreachable)/…" here. */
	if (now[0] == '/')
		return 0;
	text_append(c->text, sizeof(c->text), "outside the root");
	return -ENOENT;
}

int op_seccomp(struct child *c, const struct plan_op *op)
{
	struct sock_fprog program;
	long ret;

	if (!op->arg[1] || op->arg[1] > BPF_MAXINSNS)
		return -EINVAL;
	program.len = (unsigned short)op->arg[1];
	program.filter =
		child_data(c, op->arg[0], op->arg[1] * sizeof(*program.filter));
	ret = SYS(seccomp, SECCOMP_SET_MODE_FILTER, op->arg[2], &program);
	if (ret < 0)
		return (int)ret;
	/* with SECCOMP_FILTER_FLAG_NEW_LISTENER, an fd */
	if (ret > 0)
		child_keep(c, op->slot, (int)ret);
	return 0;
}

/* Close all from @from on, but for two. */
static long close_others(int from, int a, int b)
{
	int first = a < b ? a : b, second = a < b ? b : a;
	long ret = 0;

	if (first > from)
		ret = SYS(close_range, from, first - 1, 0);
	if (first >= from)
		from = first + 1;
	if (ret == 0 && second > from)
		ret = SYS(close_range, from, second - 1, 0);
	if (second >= from)
		from = second + 1;
	return ret < 0 ? ret : SYS(close_range, from, ~0u, 0);
}

int op_fds(struct child *c, const struct plan_op *op)
{
	int report = child_fd_if_any(c, PLAN_SLOT_REPORT);
	int listener = child_fd_if_any(c, (int64_t)op->arg[1]);
	uint64_t end = 3 + op->arg[0];
	long ret = 0;

	if (end > 1u << 20)
		return -EINVAL;
	/* None of the plan's own may be among those the program gets. */
	for (uint32_t i = 0; i < c->slot_count; i++)
		if (c->slots[i] >= 3 && (uint64_t)c->slots[i] < end)
			return -EBUSY;
	for (uint64_t fd = 3; fd < end && ret == 0; fd++)
		ret = SYS(fcntl, fd, F_SETFD, 0);
	if (ret == 0)
		ret = close_others((int)end, report, listener);
	for (uint32_t i = 0; i < c->slot_count; i++)
		if (c->slots[i] != report && c->slots[i] != listener)
			c->slots[i] = -1;
	return (int)ret;
}
