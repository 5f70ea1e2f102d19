/* SPDX-License-Identifier: Apache-2.0 */
/**
 * syscall.h - system calls without a C library
 *
 * SYS(name, arguments...) makes the call __NR_name and gives what the kernel
 * gives: a result, or a negative errno. Arguments are integers or pointers;
 * their types are not checked, so keep the manual page open. An int of -1
 * arrives as -1; a 64-bit argument is one register (64-bit machines only).
 *
 * A machine is its sys_raw() and its entry point, START.
 */
#ifndef CHILD_SYSCALL_H
#define CHILD_SYSCALL_H

#include <asm/unistd.h>

_Static_assert(sizeof(long) == 8, "the child is for 64-bit machines");

#if defined(__x86_64__)

static inline long sys_raw(long nr, long a, long b, long c, long d, long e,
			   long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8),
			   "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

#define CHILD_START                 \
	__asm__(".global _start\n"  \
		"_start:\n"         \
		"xor %ebp, %ebp\n"  \
		"mov %rsp, %rdi\n"  \
		"and $-16, %rsp\n"  \
		"call child_main\n" \
		"hlt\n")

/* clone3(2) with an own stack; the new process goes on in child_go_on(c). */
static inline long sys_clone_beside(void *args, unsigned long size, void *c)
{
	long ret = __NR_clone3;
	register void *child __asm__("r12") = c;

	__asm__ volatile("syscall\n"
			 "test %%rax, %%rax\n"
			 "jnz 1f\n"
			 "xor %%ebp, %%ebp\n"
			 "mov %%r12, %%rdi\n"
			 "call child_go_on\n"
			 "hlt\n"
			 "1:"
			 : "+a"(ret)
			 : "D"(args), "S"(size), "r"(child)
			 : "rcx", "r11", "memory");
	return ret;
}

#define CHILD_ELF_MACHINE 62 /* EM_X86_64 */

#elif defined(__aarch64__)

static inline long sys_raw(long nr, long a, long b, long c, long d, long e,
			   long f)
{
	register long x8 __asm__("x8") = nr;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;

	__asm__ volatile("svc 0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

#define CHILD_START                  \
	__asm__(".global _start\n"   \
		"_start:\n"          \
		"mov x29, #0\n"      \
		"mov x30, #0\n"      \
		"mov x0, sp\n"       \
		"and sp, x0, #-16\n" \
		"bl child_main\n"    \
		"brk #1\n")

static inline long sys_clone_beside(void *args, unsigned long size, void *c)
{
	register long nr __asm__("x8") = __NR_clone3;
	register long ret __asm__("x0") = (long)args;
	register long len __asm__("x1") = (long)size;
	register void *child __asm__("x19") = c;

	__asm__ volatile("svc #0\n"
			 "cbnz x0, 1f\n"
			 "mov x29, #0\n"
			 "mov x30, #0\n"
			 "mov x0, x19\n"
			 "bl child_go_on\n"
			 "brk #1\n"
			 "1:"
			 : "+r"(ret)
			 : "r"(nr), "r"(len), "r"(child)
			 : "memory", "x30");
	return ret;
}

#define CHILD_ELF_MACHINE 183 /* EM_AARCH64 */

#else
#error "syscall.h: add sys_raw() and CHILD_START for this machine"
#endif

#define SYS0(nr) sys_raw(nr, 0, 0, 0, 0, 0, 0)
#define SYS1(nr, a) sys_raw(nr, (long)(a), 0, 0, 0, 0, 0)
#define SYS2(nr, a, b) sys_raw(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define SYS3(nr, a, b, c) sys_raw(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define SYS4(nr, a, b, c, d) \
	sys_raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define SYS5(nr, a, b, c, d, e) \
	sys_raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define SYS6(nr, a, b, c, d, e, f)                                         \
	sys_raw(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), \
		(long)(f))
#define SYS_PICK(nr, a, b, c, d, e, f, name, ...) name
#define SYS_NR(nr, ...)                                                       \
	SYS_PICK(nr, ##__VA_ARGS__, SYS6, SYS5, SYS4, SYS3, SYS2, SYS1, SYS0) \
	(nr, ##__VA_ARGS__)
#define SYS(name, ...) SYS_NR(__NR_##name, ##__VA_ARGS__)

/* Numbers that came after the oldest headers this is built with. */
#ifndef __NR_openat2
#define __NR_openat2 437
#endif
#ifndef __NR_faccessat2
#define __NR_faccessat2 439
#endif
#ifndef __NR_mount_setattr
#define __NR_mount_setattr 442
#endif

#endif
