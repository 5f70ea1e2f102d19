/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscalls.c - system calls by name, for each architecture
 *
 * How it works
 * ============
 *
 * Names are one block of text with offsets into it, and numbers are 16 bits:
 * some 14 KB without a single pointer, so that a position-independent program
 * relocates nothing at its start. A name is found by a hash table that was
 * made with the list: a profile asks for hundreds, and is compiled at every
 * start of a container.
 */
#include <stdint.h>
#include <string.h>

#include "base/macros.h"
#include "kernel/syscalls.h"

static const struct names {
#define SYSCALL(name, ...) char name_##name[sizeof(#name)];
#include "kernel/syscalls.def"
#undef SYSCALL
} names = {
#define SYSCALL(name, ...) #name,
#include "kernel/syscalls.def"
#undef SYSCALL
};

static const uint16_t offsets[] = {
#define SYSCALL(name, ...) offsetof(struct names, name_##name),
#include "kernel/syscalls.def"
#undef SYSCALL
};

/* 16 bits a number: arm's private ones have their high bits folded. */
#define NOWHERE 0xffff
#define FOLDED 0xf000
#define FOLD(nr)                            \
	((nr) < 0		? NOWHERE : \
	 (nr) < SYSCALL_NUMBERS ? (nr) :    \
				  FOLDED | ((nr)-SYSCALL_ARM_PRIVATE))

static const uint16_t numbers[][SYSCALL_ARCH_COUNT] = {
#define SYSCALL(name, x86_64, x32, i386, aarch64, arm, riscv64) \
	{ FOLD(x86_64),	 FOLD(x32), FOLD(i386),                 \
	  FOLD(aarch64), FOLD(arm), FOLD(riscv64) },
#include "kernel/syscalls.def"
#undef SYSCALL
};

#define SYSCALL(name, x86_64, x32, i386, aarch64, arm, riscv64)               \
	_Static_assert((x86_64) < SYSCALL_NUMBERS && (x32) < SYSCALL_NUMBERS, \
		       "SYSCALL_NUMBERS is too low for " #name);
#include "kernel/syscalls.def"
#undef SYSCALL

#define COUNT ARRAY_LEN(offsets)

static const char *name_at(size_t i)
{
	return (const char *)&names + offsets[i];
}

/* Places in the list, from 1 on; 0 ends a run of calls with equal hashes. */
static const uint16_t slots[] = {
#define SYSCALL_SLOTS
#include "kernel/syscalls.def"
#undef SYSCALL_SLOTS
};

#define SLOTS ARRAY_LEN(slots)

static size_t slot_of(const char *name)
{
	uint32_t hash = 0;

	while (*name)
		hash = hash * 33 + (unsigned char)*name++;
	return hash % SLOTS;
}

int syscall_find(const char *name)
{
	size_t slot = slot_of(name);

	while (slots[slot] && strcmp(name, name_at(slots[slot] - 1u)) != 0)
		slot = (slot + 1) % SLOTS;
	return slots[slot] - 1;
}

int syscall_number(size_t i, enum syscall_arch arch)
{
	uint16_t nr = numbers[i][arch];

	if (nr == NOWHERE)
		return -1;
	return nr < FOLDED ? nr : SYSCALL_ARM_PRIVATE + (nr & ~FOLDED);
}

const char *syscall_name(size_t i)
{
	return i < COUNT ? name_at(i) : NULL;
}
