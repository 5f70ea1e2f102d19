/* SPDX-License-Identifier: Apache-2.0 */
/**
 * syscalls.h - system calls by name, for each architecture
 *
 * syscalls.def is the one list: the kernel's own, newest first to last, of
 * the architectures on which kist can be built and those that the same
 * kernel runs beside them.
 *
 * Threads: no shared state.
 * See:     syscalls(2), syscall(2)
 */
#ifndef KERNEL_SYSCALLS_H
#define KERNEL_SYSCALLS_H

#include <stddef.h>

enum syscall_arch {
	SYSCALL_X86_64, /* syscalls.def has its columns in this order */
	SYSCALL_X32,
	SYSCALL_I386,
	SYSCALL_AARCH64,
	SYSCALL_ARM,
	SYSCALL_RISCV64,
	SYSCALL_ARCH_COUNT
};

/* All ordinary numbers are below; arm's few private ones are from
 * SYSCALL_ARM_PRIVATE on. */
#define SYSCALL_NUMBERS 640
#define SYSCALL_ARM_PRIVATE 0xf0000
#define SYSCALL_ARM_PRIVATE_NUMBERS 16

/* Return: the place of @name in the list, -1 if no architecture has it. */
int syscall_find(const char *name);

/* The number of the @i-th call, x32's without its bit; -1: not there. */
int syscall_number(size_t i, enum syscall_arch arch);

/* The name of the @i-th call, NULL behind the last. */
const char *syscall_name(size_t i);

#endif
