/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_program.c - device rules as a BPF program (cgroup v2)
 *
 * How it works
 * ============
 *
 * The program walks the rules from the last to the first with the accesses
 * still undecided in a register. A rule for the device that denies one of
 * them denies the request; one that allows takes its own out, and when none
 * is left the request is granted. What is left at the end gets the default.
 *
 * Neighbouring rules that all allow, or all deny, may be in any order. Such a
 * run is sorted by type, major and minor, so that one comparison skips all
 * rules for another type or major, equal ones are merged, and those within a
 * wider one dropped. There is one exit to allow and one to deny, at the end.
 *
 * Registers: r1 context, r2 type, r3 undecided, r4 major, r5 minor.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/device_program.h"

/* A jump to an exit has this for its offset until both exits are known. */
enum { TO_ALLOW = 0x7ffe, TO_DENY = 0x7fff };

struct program {
	struct buf *out;
	size_t start; /* bytes before us */
};

static size_t here(const struct program *p)
{
	return (p->out->len - p->start) / sizeof(struct bpf_insn);
}

static struct bpf_insn *insn_at(const struct program *p, size_t i)
{
	return (struct bpf_insn *)(void *)(p->out->data + p->start) + i;
}

static size_t emit(struct program *p, int code, int dst, int src, int off,
		   int32_t imm)
{
	struct bpf_insn insn = {
		.code = (uint8_t)code,
		.dst_reg = (uint8_t)(dst & 15),
		.src_reg = (uint8_t)(src & 15),
		.off = (int16_t)off,
		.imm = imm,
	};
	size_t at = here(p);

	buf_add(p->out, &insn, sizeof(insn));
	return at;
}

static size_t jump_if(struct program *p, int op, int reg, uint32_t value,
		      int off)
{
	return emit(p, BPF_JMP32 | op | BPF_K, reg, 0, off, (int32_t)value);
}

/* Make the jump at @at land here. */
static void land(struct program *p, size_t at)
{
	if (!buf_failed(p->out))
		insn_at(p, at)->off = (int16_t)(here(p) - at - 1);
}

static uint32_t kernel_access(unsigned access)
{
	return (access & DEVICE_READ ? BPF_DEVCG_ACC_READ : 0) |
	       (access & DEVICE_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
	       (access & DEVICE_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
}

/* ---- one run of rules ---- */

static int by_device(const void *a, const void *b)
{
	const struct device_rule *x = a, *y = b;

	if (x->type != y->type)
		return x->type - y->type;
	if (x->major != y->major)
		return x->major < y->major ? -1 : 1;
	if (x->minor != y->minor)
		return x->minor < y->minor ? -1 : 1;
	return 0;
}

static bool is_within(const struct device_rule *rule,
		      const struct device_rule *rules, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (&rules[i] != rule && rules[i].access &&
		    device_rule_covers(&rules[i], rule) &&
		    !(rule->access & ~rules[i].access))
			return true;
	return false;
}

/* Sort, merge and shorten. Return: how many are left. */
static size_t tidy(struct device_rule *rules, size_t count)
{
	size_t merged = 0, kept = 0;

	qsort(rules, count, sizeof(*rules), by_device);
	for (size_t i = 0; i < count; i++) {
		if (merged && by_device(&rules[merged - 1], &rules[i]) == 0)
			rules[merged - 1].access |= rules[i].access;
		else
			rules[merged++] = rules[i];
	}
	for (size_t i = 0; i < merged; i++)
		if (is_within(&rules[i], rules, merged))
			rules[i].access = 0;
	for (size_t i = 0; i < merged; i++)
		if (rules[i].access)
			rules[kept++] = rules[i];
	return kept;
}

/* The rule's device is known to match, but for the minor number. The
 * unconditional jump leaves no dead code, which the kernel would refuse: it is
 * of a rule wider than all others of its type (and major), so those are gone,
 * and a skip lands behind it. */
static void emit_rule(struct program *p, const struct device_rule *rule)
{
	uint32_t access = kernel_access(rule->access);
	bool any = rule->minor < 0;
	size_t skip = 0;

	if (rule->allow && rule->access == DEVICE_ALL) {
		if (any)
			emit(p, BPF_JMP | BPF_JA, 0, 0, TO_ALLOW, 0);
		else
			jump_if(p, BPF_JEQ, 5, (uint32_t)rule->minor, TO_ALLOW);
		return;
	}
	if (!any)
		skip = jump_if(p, BPF_JNE, 5, (uint32_t)rule->minor, 0);
	if (rule->allow) {
		emit(p, BPF_ALU64 | BPF_AND | BPF_K, 3, 0, 0, (int32_t)~access);
		jump_if(p, BPF_JEQ, 3, 0, TO_ALLOW);
	} else {
		jump_if(p, BPF_JSET, 3, access, TO_DENY);
	}
	if (!any)
		land(p, skip);
}

/* The rules from @i on that have the type and major of the first. Wildcards
 * sort first. Return: the index behind them. */
static size_t emit_major(struct program *p, const struct device_rule *rules,
			 size_t i, size_t end)
{
	const struct device_rule *first = &rules[i];
	size_t skip = 0;

	if (first->major >= 0)
		skip = jump_if(p, BPF_JNE, 4, (uint32_t)first->major, 0);
	while (i < end && rules[i].type == first->type &&
	       rules[i].major == first->major)
		emit_rule(p, &rules[i++]);
	if (first->major >= 0)
		land(p, skip);
	return i;
}

static size_t emit_type(struct program *p, const struct device_rule *rules,
			size_t i, size_t end)
{
	char type = rules[i].type;
	size_t skip = 0;

	if (type != 'a')
		skip = jump_if(p, BPF_JNE, 2,
			       type == 'b' ? BPF_DEVCG_DEV_BLOCK :
					     BPF_DEVCG_DEV_CHAR,
			       0);
	while (i < end && rules[i].type == type)
		i = emit_major(p, rules, i, end);
	if (type != 'a')
		land(p, skip);
	return i;
}

static void emit_run(struct program *p, struct device_rule *rules, size_t count)
{
	size_t end = tidy(rules, count), i = 0;

	while (i < end)
		i = emit_type(p, rules, i, end);
}

/* ---- the whole ---- */

static void emit_start(struct program *p)
{
	int load = BPF_LDX | BPF_MEM | BPF_W;

	emit(p, load, 2, 1, offsetof(struct bpf_cgroup_dev_ctx, access_type),
	     0);
	emit(p, load, 4, 1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	emit(p, load, 5, 1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0);
	emit(p, BPF_ALU64 | BPF_RSH | BPF_K, 3, 0, 0, 16);
	emit(p, BPF_ALU64 | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
}

/* Exits nobody jumps to would be refused as unreachable. */
static void emit_exit(struct program *p, int placeholder, bool fallen_into)
{
	size_t end = here(p);
	bool used = fallen_into;

	if (buf_failed(p->out))
		return;
	for (size_t i = 0; i < end; i++) {
		struct bpf_insn *insn = insn_at(p, i);

		if (insn->off != placeholder)
			continue;
		insn->off = (int16_t)(end - i - 1);
		used = true;
	}
	if (!used)
		return;
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, placeholder == TO_ALLOW);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Where the run of rules of one direction begins that ends at @end. */
static size_t run_start(const struct device_policy *policy, size_t end)
{
	size_t i = end - 1;

	while (i && policy->rules[i - 1].allow == policy->rules[end - 1].allow)
		i--;
	return i;
}

int device_program_compile(struct device_policy *policy, struct buf *ret_insns,
			   struct kist_error *err)
{
	struct program p = { .out = ret_insns, .start = ret_insns->len };
	size_t end = policy->count;

	emit_start(&p);
	while (end && here(&p) < DEVICE_PROGRAM_MAX) {
		size_t i = run_start(policy, end);

		emit_run(&p, policy->rules + i, end - i);
		end = i;
	}
	if (here(&p) >= DEVICE_PROGRAM_MAX)
		return err_set(err, KIST_E_DEVICE_RULE,
			       "linux.resources.devices: too many rules (%zu)",
			       policy->count);
	emit_exit(&p, policy->allow ? TO_ALLOW : TO_DENY, true);
	emit_exit(&p, policy->allow ? TO_DENY : TO_ALLOW, false);
	return buf_failed(ret_insns) ? err_nomem(err) : 0;
}
