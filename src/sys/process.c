/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - processes by pidfd: make, signal, wait, and setns(2)
 *
 * How sys_vfork3() works
 * ======================
 *
 * The child shares our memory, so it may not run on our stack frame: the
 * parent, when it goes on, would find its return address overwritten. It gets
 * an array of the sleeping parent's frame as its stack. clone3(2) then returns
 * twice from one instruction, on two stacks: that cannot be said in C, so the
 * call and the child's first step are a few lines of assembly. The child
 * never comes back from them.
 *
 * All signals are blocked meanwhile. A handler that ran in the child would run
 * in the parent's memory: the kernel resets the handlers of the child
 * (CLONE_CLEAR_SIGHAND), and only then does the child unblock. The mask is
 * changed by raw system calls, because C libraries leave their own two signals
 * out of it.
 *
 * Filters of containers answer clone3(2) with ENOSYS, because its flags are in
 * memory where a filter cannot see them: then it is clone(2), and the child
 * resets the handlers itself.
 */
#include <errno.h>
#include <string.h>

#include "sys/process.h"
#include "sys/syscall.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(addr, size) ((void)(addr), (void)(size))
#endif

int sys_pidfd_open(pid_t pid)
{
	return sys_result(syscall(SYS_pidfd_open, pid, 0));
}

int sys_pidfd_send_signal(int pidfd, int signal)
{
	return sys_result(
		syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int sys_pidfd_getfd(int pidfd, int target_fd)
{
	return sys_result(syscall(SYS_pidfd_getfd, pidfd, target_fd, 0));
}

int sys_setns(int fd, int kinds)
{
	return sys_result(setns(fd, kinds));
}

int sys_waitid(int pidfd, int options, siginfo_t *ret_info)
{
	const int by_pidfd = 3; /* P_PIDFD, which old headers lack */
	siginfo_t info;
	int ret;

	do {
		info.si_pid = 0;
		ret = sys_result(syscall(SYS_waitid, by_pidfd, pidfd, &info,
					 options, NULL));
	} while (ret == -EINTR);
	if (ret == 0)
		*ret_info = info;
	return ret;
}

int sys_wait_exit(int pidfd)
{
	siginfo_t info;
	int ret = sys_waitid(pidfd, WEXITED, &info);

	if (ret < 0)
		return ret;
	if (info.si_code == CLD_EXITED)
		return info.si_status;
	return 128 + info.si_status;
}

/* ---- sys_vfork3() ---- */

/* The kernel's struct clone_args, as of CLONE_INTO_CGROUP. */
struct clone3_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
	uint64_t set_tid;
	uint64_t set_tid_size;
	uint64_t cgroup;
};

struct birth {
	const struct sys_vfork *args;
	uint64_t mask;	   /* the caller's signal mask */
	bool has_handlers; /* the caller's, to be reset */
};

#define SIGNALS 64
#define MASK_BYTES 8 /* of the kernel's sigset_t, whatever the library's is */

static void set_mask(const uint64_t *mask, uint64_t *ret_old)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, mask, ret_old, MASK_BYTES);
}

/* What CLONE_CLEAR_SIGHAND does: what is ignored stays so. */
static void reset_handlers(void)
{
	/* the kernel's, which has the handler first */
	union {
		uintptr_t handler;
		uint64_t whole[8];
	} action;
	const uint64_t none[8] = { 0 };

	for (int i = 1; i <= SIGNALS; i++)
		if (syscall(SYS_rt_sigaction, i, NULL, &action, MASK_BYTES) ==
			    0 &&
		    action.handler > (uintptr_t)SIG_IGN)
			syscall(SYS_rt_sigaction, i, none, NULL, MASK_BYTES);
}

/* Where the child begins. */
static void be_born(void *data)
{
	const struct birth *birth = data;

	if (birth->has_handlers)
		reset_handlers();
	set_mask(&birth->mask, NULL);
	birth->args->child(birth->args->arg);
	_exit(127);
}

#if defined(__x86_64__)

#define SHARES_MEMORY 1

/* The registers are named because a compiler may keep data in %rbp, too. */
static long clone3_on_stack(const struct clone3_args *args,
			    void (*entry)(void *), void *data)
{
	register void *r8 __asm__("r8") = data;
	long ret = SYS_clone3;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r8, %%rdi\n\t"
			 "call *%%rdx\n\t"
			 "ud2\n"
			 "1:"
			 : "+a"(ret)
			 : "D"(args), "S"(sizeof(*args)), "d"(entry), "r"(r8)
			 : "rcx", "r11", "memory");
	return ret;
}

/* clone(2): @top: where the child's stack begins, NULL: a copy of ours. */
static long clone_on_stack(uint64_t flags, void *top, int *pidfd,
			   void (*entry)(void *), void *data)
{
	register long r10 __asm__("r10") = 0;
	register void *r8 __asm__("r8") = data;
	register void (*r9)(void *) __asm__("r9") = entry;
	long ret = SYS_clone;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r8, %%rdi\n\t"
			 "call *%%r9\n\t"
			 "ud2\n"
			 "1:"
			 : "+a"(ret)
			 : "D"(flags), "S"(top), "d"(pidfd), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#elif defined(__aarch64__)

#define SHARES_MEMORY 1

static long clone3_on_stack(const struct clone3_args *args,
			    void (*entry)(void *), void *data)
{
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof(*args);
	register void *x2 __asm__("x2") = data;
	register void (*x3)(void *) __asm__("x3") = entry;
	register long x8 __asm__("x8") = SYS_clone3;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x2\n\t"
			 "blr x3\n\t"
			 "brk #1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x1), "r"(x2), "r"(x3), "r"(x8)
			 : "memory");
	return x0;
}

static long clone_on_stack(uint64_t flags, void *top, int *pidfd,
			   void (*entry)(void *), void *data)
{
	register long x0 __asm__("x0") = (long)flags;
	register void *x1 __asm__("x1") = top;
	register int *x2 __asm__("x2") = pidfd;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	register void *x5 __asm__("x5") = data;
	register void (*x6)(void *) __asm__("x6") = entry;
	register long x8 __asm__("x8") = SYS_clone;

	__asm__ volatile("svc #0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x29, #0\n\t"
			 "mov x0, x5\n\t"
			 "blr x6\n\t"
			 "brk #1\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x6),
			   "r"(x8)
			 : "memory");
	return x0;
}

#else

#define SHARES_MEMORY 0

static long clone3_on_stack(const struct clone3_args *args,
			    void (*entry)(void *), void *data)
{
	long ret = syscall(SYS_clone3, args, sizeof(*args));

	if (ret == 0)
		entry(data);
	return ret < 0 ? -errno : ret;
}

static long clone_on_stack(uint64_t flags, void *top, int *pidfd,
			   void (*entry)(void *), void *data)
{
	long ret = syscall(SYS_clone, flags, top, pidfd, 0, 0);

	if (ret == 0)
		entry(data);
	return ret < 0 ? -errno : ret;
}

#endif

static void share_memory(struct clone3_args *clone, void *stack)
{
	clone->flags |= CLONE_VM | CLONE_VFORK;
	clone->stack = (uintptr_t)stack;
	clone->stack_size = SYS_VFORK_STACK;
}

/* The flags that only clone3(2) can be told: those above the low 32 bits, and
 * those where clone(2) has the signal. */
static long clone_the_old_way(const struct clone3_args *clone,
			      struct birth *birth)
{
	uint64_t flags = clone->flags & ~(uint64_t)CLONE_CLEAR_SIGHAND;

	if (flags >> 32 || flags & CSIGNAL)
		return -ENOSYS;
	birth->has_handlers = true;
	return clone_on_stack(
		flags | clone->exit_signal,
		(void *)(uintptr_t)(clone->stack + clone->stack_size),
		(int *)(uintptr_t)clone->pidfd, be_born, birth);
}

/* @stack: NULL: the child has a copy of our memory, and so of our stack. */
static int clone_with(const struct sys_vfork *args, void *stack, pid_t *ret_pid,
		      int *ret_pidfd)
{
	const uint64_t all = ~UINT64_C(0);
	struct birth birth = { .args = args };
	struct clone3_args clone = { .flags = args->flags };
	int pidfd = -1, caller_errno = errno;
	long pid;

	clone.flags |= CLONE_CLEAR_SIGHAND;
	if (stack)
		share_memory(&clone, stack);
	if (ret_pidfd) {
		clone.flags |= CLONE_PIDFD;
		clone.pidfd = (uintptr_t)&pidfd;
	}
	if (args->cgroup_fd >= 0) {
		clone.flags |= CLONE_INTO_CGROUP;
		clone.cgroup = (uint64_t)args->cgroup_fd;
	}
	/* the sibling's parent decided on its signal already */
	clone.exit_signal = args->flags & CLONE_PARENT ? 0 : SIGCHLD;

	set_mask(&all, &birth.mask);
	pid = clone3_on_stack(&clone, be_born, &birth);
	if (pid == -ENOSYS)
		pid = clone_the_old_way(&clone, &birth);
	set_mask(&birth.mask, NULL);
	errno = caller_errno;

	if (pid < 0)
		return (int)pid;
	if (ret_pid)
		*ret_pid = (pid_t)pid;
	if (ret_pidfd)
		*ret_pidfd = pidfd;
	return 0;
}

static int clone_on_own_stack(const struct sys_vfork *args, pid_t *ret_pid,
			      int *ret_pidfd)
{
	_Alignas(16) char stack[SYS_VFORK_STACK];
	int ret = clone_with(args, stack, ret_pid, ret_pidfd);

	ASAN_UNPOISON_MEMORY_REGION(stack, sizeof(stack));
	return ret;
}

int sys_vfork3(const struct sys_vfork *args, pid_t *ret_pid, int *ret_pidfd)
{
	if (args->own_memory || !SHARES_MEMORY)
		return clone_with(args, NULL, ret_pid, ret_pidfd);
	if (args->stack)
		return clone_with(args, args->stack, ret_pid, ret_pidfd);
	return clone_on_own_stack(args, ret_pid, ret_pidfd);
}
