/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp_verdict.h - what happens to one system call, and the code for it
 *
 * seccomp.c decides which verdict a number has; here is what a verdict is.
 */
#ifndef KERNEL_SECCOMP_VERDICT_H
#define KERNEL_SECCOMP_VERDICT_H

#include "kernel/seccomp.h"
#include "kernel/seccomp_code.h"

/**
 * struct branch - a rule that tests arguments, for one call
 * @next:	the rule before it in the profile
 * @code:	argument 0 must be this, tests of it are dropped; 0: neither
 */
struct branch {
	struct branch *next;
	uint32_t action;
	uint32_t code;
	const struct seccomp_arg *args;
	size_t arg_count;
};

/* @branches: tried from the last, @action if none holds; NULL: @action */
struct verdict {
	uint32_t action;
	struct branch *branches;
};

/* Write it; @wide: arguments are compared in 64 bits, else in 32. Return: the
 * label to go to, the number of the call not being needed any more. */
uint32_t verdict_write(struct code *code, const struct verdict *verdict,
		       bool wide);

#endif
