/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_verdict.c - the code of one verdict: tests of arguments
 *
 * BPF compares 32 bits at a time: a 64-bit argument is its high word, then
 * its low word. All is written backwards (seccomp_code.h).
 */
#include <linux/seccomp.h>

#include "kernel/seccomp_verdict.h"

/* Where the low (@half 0) or high (1) word of an argument is. */
static size_t arg_offset(uint32_t index, size_t half)
{
	const size_t big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

	return offsetof(struct seccomp_data, args) + index * sizeof(uint64_t) +
	       (half ^ big_endian) * sizeof(uint32_t);
}

static uint32_t word_equal(struct code *code, size_t offset, uint32_t mask,
			   uint32_t value, uint32_t yes, uint32_t no)
{
	uint32_t start;

	if (!mask)
		return yes;
	start = code_branch(code, BPF_JEQ, value & mask, yes, no);
	if (mask != UINT32_MAX)
		start = code_and(code, mask, start);
	return code_load(code, offset, start);
}

static uint32_t equal(struct code *code, uint32_t index, bool wide,
		      uint64_t mask, uint64_t value, uint32_t yes, uint32_t no)
{
	yes = word_equal(code, arg_offset(index, 0), (uint32_t)mask,
			 (uint32_t)value, yes, no);
	if (!wide)
		return yes;
	return word_equal(code, arg_offset(index, 1), (uint32_t)(mask >> 32),
			  (uint32_t)(value >> 32), yes, no);
}

/* @op: BPF_JGT or BPF_JGE */
static uint32_t above(struct code *code, uint32_t index, bool wide, uint16_t op,
		      uint64_t value, uint32_t yes, uint32_t no)
{
	uint32_t high = (uint32_t)(value >> 32);
	uint32_t start;

	start = code_branch(code, op, (uint32_t)value, yes, no);
	start = code_load(code, arg_offset(index, 0), start);
	if (!wide)
		return start;
	start = code_branch(code, BPF_JEQ, high, start, no);
	start = code_branch(code, BPF_JGT, high, yes, start);
	return code_load(code, arg_offset(index, 1), start);
}

/* The comparison BPF has; @negated: the operator is its opposite. */
static const struct {
	uint16_t op;
	bool negated;
} comparisons[SECCOMP_OP_COUNT] = {
	[SECCOMP_OP_NE] = { BPF_JEQ, true },
	[SECCOMP_OP_LT] = { BPF_JGE, true },
	[SECCOMP_OP_LE] = { BPF_JGT, true },
	[SECCOMP_OP_EQ] = { BPF_JEQ, false },
	[SECCOMP_OP_GE] = { BPF_JGE, false },
	[SECCOMP_OP_GT] = { BPF_JGT, false },
	[SECCOMP_OP_MASKED_EQ] = { BPF_JEQ, false },
};

static uint32_t write_test(struct code *code, const struct seccomp_arg *arg,
			   bool wide, uint32_t yes, uint32_t no)
{
	uint16_t op = comparisons[arg->op].op;

	if (comparisons[arg->op].negated) {
		uint32_t swap = yes;

		yes = no;
		no = swap;
	}
	if (op != BPF_JEQ)
		return above(code, arg->index, wide, op, arg->value, yes, no);
	if (arg->op == SECCOMP_OP_MASKED_EQ)
		return equal(code, arg->index, wide, arg->value, arg->value_two,
			     yes, no);
	return equal(code, arg->index, wide, UINT64_MAX, arg->value, yes, no);
}

static uint32_t write_branch(struct code *code, const struct branch *branch,
			     bool wide, uint32_t no)
{
	uint32_t yes = code_return(code, branch->action);

	for (size_t i = branch->arg_count; i > 0; i--) {
		const struct seccomp_arg *arg = &branch->args[i - 1];

		if (!branch->code || arg->index != 0)
			yes = write_test(code, arg, wide, yes, no);
	}
	if (branch->code)
		yes = equal(code, 0, wide, UINT64_MAX, branch->code, yes, no);
	return yes;
}

static bool only_equalities(const struct branch *branch)
{
	for (size_t i = 0; i < branch->arg_count; i++)
		if (branch->args[i].op != SECCOMP_OP_EQ &&
		    branch->args[i].op != SECCOMP_OP_MASKED_EQ)
			return false;
	return true;
}

/* Written first is tried last: other comparisons, then equalities. */
uint32_t verdict_write(struct code *code, const struct verdict *verdict,
		       bool wide)
{
	uint32_t start = code_return(code, verdict->action);

	for (int equalities = 0; equalities <= 1; equalities++)
		for (const struct branch *branch = verdict->branches; branch;
		     branch = branch->next)
			if (only_equalities(branch) == equalities)
				start = write_branch(code, branch, wide, start);
	return start;
}
