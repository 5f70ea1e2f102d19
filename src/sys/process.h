/* SPDX-License-Identifier: Apache-2.0 */
/**
 * process.h - processes by pidfd: make, signal, wait, and setns(2)
 *
 * See: clone(2), pidfd_open(2), pidfd_send_signal(2), waitid(2)
 */
#ifndef SYS_PROCESS_H
#define SYS_PROCESS_H

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "base/macros.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

/* Return: a pidfd, or -errno (ESRCH: there is no such process). */
int sys_pidfd_open(pid_t pid);
/* Return: 0 or -errno (ESRCH: it has been waited for). */
int sys_pidfd_send_signal(int pidfd, int signal);
/* A copy of fd @target_fd of the process. Return: the fd, or -errno. */
int sys_pidfd_getfd(int pidfd, int target_fd);
/* @kinds: CLONE_NEW*, or 0 for whatever kind @fd is; a pidfd is fine too. */
int sys_setns(int fd, int kinds);

/**
 * sys_waitid() - wait for a child by its pidfd
 * @options:	WEXITED, WNOHANG, WNOWAIT …
 * @ret_info:	si_pid is 0 if WNOHANG found nothing
 *
 * Interruptions by signals are not passed on.
 */
int sys_waitid(int pidfd, int options, siginfo_t *ret_info);

/* Wait for the end. Return: exit status, or 128 + signal; or -errno. */
int sys_wait_exit(int pidfd);

/**
 * struct sys_vfork - arguments of sys_vfork3()
 * @flags:	CLONE_NEW*, CLONE_PARENT …; those of vfork are added
 * @cgroup_fd:	directory of the v2 control group to be born in, or -1
 * @child:	what the child does; must end in execve(2) or _exit(2)
 * @arg:	given to it
 * @own_memory:	the child has a copy of our memory, and we go on at once: a
 *		plain fork (what may share its memory with none: one who enters
 *		a time namespace)
 * @stack:	SYS_VFORK_STACK bytes, aligned to 16, for a caller who has no
 *		room on its own (such a child); NULL: this thread's
 */
struct sys_vfork {
	uint64_t flags;
	int cgroup_fd;
	void (*child)(void *arg);
	void *arg;
	bool own_memory;
	void *stack;
};

/**
 * sys_vfork3() - make a child that borrows our memory until it executes
 * @ret_pid:	its id in our pid namespace, or NULL
 * @ret_pidfd:	receives a pidfd, or NULL
 *
 * Costs the same however large the caller is. The calling thread sleeps
 * until the child has executed a program or exited; other threads run on.
 * The child runs on SYS_VFORK_STACK bytes of this thread's stack; it sees and
 * changes the caller's memory (also errno), so @child makes system calls and
 * stores results through @arg, and takes no locks, allocates nothing, and
 * writes no stdio. Signal handlers are reset in it, ignored signals stay
 * ignored, and its mask is the caller's.
 *
 * CLONE_NEWTIME: the child is in the new time namespace from its execve(2) on
 * (before Linux 6.3: only its children are), and then the clocks cannot be set
 * any more. To set them, the executed program unshares instead.
 *
 * On architectures other than x86_64 and aarch64 it is a plain fork: what
 * the child stores is not seen.
 *
 * Return: 0 or -errno. -EBUSY, -EOPNOTSUPP: the cgroup cannot have
 * processes. -EACCES: not allowed to move into it.
 */
MUST_CHECK int sys_vfork3(const struct sys_vfork *args, pid_t *ret_pid,
			  int *ret_pidfd);

#define SYS_VFORK_STACK 16384

#endif
