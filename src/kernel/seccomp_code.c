/* SPDX-License-Identifier: Apache-2.0 */
/* seccomp_code.c - writing a BPF program, from its end to its beginning */
#include <string.h>

#include "kernel/seccomp_code.h"

/* A conditional jump skips 255 instructions; the other one may come between. */
#define REACH 254

void code_init(struct code *code)
{
	code->len = 0;
	memset(code->returns, 0, sizeof(code->returns));
}

static uint32_t put(struct code *code, struct sock_filter insn)
{
	if (code->len < BPF_MAXINSNS)
		code->insns[code->len] = insn;
	return ++code->len;
}

static bool is_near(const struct code *code, uint32_t label)
{
	return code->len - label <= REACH;
}

uint32_t code_return(struct code *code, uint32_t action)
{
	size_t i = 0;

	while (i < CODE_RETURNS - 1 && code->returns[i].label &&
	       code->returns[i].action != action)
		i++;
	if (code->returns[i].action == action && code->returns[i].label &&
	    is_near(code, code->returns[i].label))
		return code->returns[i].label;

	code->returns[i].action = action;
	code->returns[i].label = put(
		code, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
	return code->returns[i].label;
}

/* A label within reach that does what @label does. */
static uint32_t bring_near(struct code *code, uint32_t label)
{
	const struct sock_filter *insn;

	if (is_near(code, label) || code_too_long(code))
		return label;
	insn = &code->insns[label - 1];
	if (insn->code == (BPF_RET | BPF_K))
		return code_return(code, insn->k);
	return put(code, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
						      code->len - label));
}

/* What is written next goes on to @next: it must be the latest. */
static void go_on_at(struct code *code, uint32_t next)
{
	if (next != code->len)
		put(code, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA,
						       code->len - next));
}

uint32_t code_load(struct code *code, size_t offset, uint32_t next)
{
	go_on_at(code, next);
	return put(code, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						      (uint32_t)offset));
}

uint32_t code_and(struct code *code, uint32_t mask, uint32_t next)
{
	go_on_at(code, next);
	return put(code, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
						      mask));
}

uint32_t code_branch(struct code *code, uint16_t op, uint32_t value,
		     uint32_t yes, uint32_t no)
{
	if (yes == no)
		return yes;

	no = bring_near(code, no);
	yes = bring_near(code, yes);
	return put(code, (struct sock_filter)BPF_JUMP(
				 (uint16_t)(BPF_JMP | BPF_K | op), value,
				 (uint8_t)(code->len - yes),
				 (uint8_t)(code->len - no)));
}

bool code_too_long(const struct code *code)
{
	return code->len > BPF_MAXINSNS;
}

void code_copy(const struct code *code, struct sock_filter *insns)
{
	for (uint32_t i = 0; i < code->len; i++)
		insns[i] = code->insns[code->len - 1 - i];
}
