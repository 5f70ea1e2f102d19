/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_code.h - writing a BPF program, from its end to its beginning
 *
 * BPF jumps forward only. Written backwards, every target is known when the
 * jump to it is written: no patching, no second pass. A label is the count of
 * instructions from its own to the end; no label is 0.
 *
 * A function writes something and returns the label where it begins; what
 * comes after it is an argument:
 *
 *	deny = code_return(code, SECCOMP_RET_ERRNO | EPERM);
 *	allow = code_return(code, SECCOMP_RET_ALLOW);
 *	start = code_branch(code, BPF_JEQ, SYS_read, allow, deny);
 *	start = code_load(code, offsetof(struct seccomp_data, nr), start);
 *
 * Sticky: too long a program is noticed at the end, by code_too_long().
 *
 * Ownership: the struct is the caller's; nothing is allocated.
 */
#ifndef KERNEL_SECCOMP_CODE_H
#define KERNEL_SECCOMP_CODE_H

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_RETURNS 8

/**
 * struct code - a program being written
 * @len:	how many are written; those behind BPF_MAXINSNS only counted
 * @insns:	in reverse: the last instruction first
 * @returns:	where some actions are returned, the latest place of each
 */
struct code {
	uint32_t len;
	struct {
		uint32_t action, label;
	} returns[CODE_RETURNS];
	struct sock_filter insns[BPF_MAXINSNS];
};

void code_init(struct code *code);

/* Return @action; one instruction serves all that reach it. */
uint32_t code_return(struct code *code, uint32_t action);

/* Load a word of struct seccomp_data, then go to @next. */
uint32_t code_load(struct code *code, size_t offset, uint32_t next);

/* Mask the word that was loaded, then go to @next. */
uint32_t code_and(struct code *code, uint32_t mask, uint32_t next);

/* Compare the word (@op: BPF_JEQ, BPF_JGT, BPF_JGE): to @yes or to @no. */
uint32_t code_branch(struct code *code, uint16_t op, uint32_t value,
		     uint32_t yes, uint32_t no);

bool code_too_long(const struct code *code);

/* The program in its right order, @code->len instructions. */
void code_copy(const struct code *code, struct sock_filter *insns);

#endif
