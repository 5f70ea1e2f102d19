/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_machine.h - what the kernel would make of a seccomp program */
#ifndef TESTS_SECCOMP_MACHINE_H
#define TESTS_SECCOMP_MACHINE_H

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* No action: the program ran off its end or holds what it must not. */
#define MACHINE_BROKEN 0xdeadbeefu

static inline int machine_jumps(uint16_t op, uint32_t word, uint32_t k)
{
	switch (op) {
	case BPF_JEQ:
		return word == k;
	case BPF_JGT:
		return word > k;
	case BPF_JGE:
		return word >= k;
	default: /* BPF_JSET */
		return (word & k) != 0;
	}
}

/* The action @insns return for one call. */
static inline uint32_t machine_run(const struct sock_filter *insns, size_t len,
				   const struct seccomp_data *data)
{
	uint32_t word = 0;

	for (size_t at = 0; at < len; at++) {
		const struct sock_filter *insn = &insns[at];

		switch (BPF_CLASS(insn->code)) {
		case BPF_LD:
			if (insn->k > sizeof(*data) - 4)
				return MACHINE_BROKEN;
			memcpy(&word, (const char *)data + insn->k, 4);
			break;
		case BPF_ALU:
			if (BPF_OP(insn->code) != BPF_AND)
				return MACHINE_BROKEN;
			word &= insn->k;
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_JA)
				at += insn->k;
			else
				at += machine_jumps(BPF_OP(insn->code), word,
						    insn->k) ?
					      insn->jt :
					      insn->jf;
			break;
		case BPF_RET:
			return insn->k;
		default:
			return MACHINE_BROKEN;
		}
	}
	return MACHINE_BROKEN;
}

#endif
