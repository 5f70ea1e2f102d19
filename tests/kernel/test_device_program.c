/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_device_program.c - device rules as BPF (src/kernel/device_program.c)
 *
 * The program is run by a small interpreter, and must give the answer of an
 * evaluator that reads the rules as their header says, for every request near
 * a rule's numbers. The kernel's verifier is asked too, where it may be.
 */
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "kernel/device_program.h"
#include "sys/bpf.h"

#define RULES_MAX 24

struct request {
	char type;
	uint32_t major, minor;
	unsigned access;
};

/* ---- what the rules mean, rule by rule ---- */

static bool names(const struct device_rule *rule, const struct request *r)
{
	return (rule->type == 'a' || rule->type == r->type) &&
	       (rule->major < 0 || rule->major == r->major) &&
	       (rule->minor < 0 || rule->minor == r->minor);
}

static bool forgets(const struct device_rule *rule)
{
	return rule->type == 'a' && !rule->allow;
}

static bool bit_allowed(const struct device_rule *rules, size_t count,
			const struct request *r, unsigned bit)
{
	bool allowed = false;

	for (size_t i = 0; i < count; i++)
		if (forgets(&rules[i]))
			allowed = false;
		else if (names(&rules[i], r) && rules[i].access & bit)
			allowed = rules[i].allow;
	return allowed;
}

static bool anything_was_allowed(const struct device_rule *rules, size_t count,
				 const struct request *r)
{
	bool allowed = false;

	for (size_t i = 0; i < count; i++)
		if (forgets(&rules[i]))
			allowed = false;
		else if (names(&rules[i], r) && rules[i].allow)
			allowed = true;
	return allowed;
}

static bool meaning(const struct device_rule *rules, size_t count,
		    const struct request *r)
{
	if (!r->access)
		return anything_was_allowed(rules, count, r);
	for (unsigned bit = 1; bit <= DEVICE_MKNOD; bit <<= 1)
		if (r->access & bit && !bit_allowed(rules, count, r, bit))
			return false;
	return true;
}

/* ---- running a program ---- */

static bool jumps(const struct bpf_insn *insn, uint32_t dst)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return dst == (uint32_t)insn->imm;
	case BPF_JNE:
		return dst != (uint32_t)insn->imm;
	case BPF_JSET:
		return dst & (uint32_t)insn->imm;
	}
	fail_msg("unknown jump 0x%x", insn->code);
	return false;
}

static void calculate(const struct bpf_insn *insn, uint64_t *reg)
{
	uint64_t operand = insn->code & BPF_X ? reg[insn->src_reg] :
						(uint64_t)(int64_t)insn->imm;

	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		reg[insn->dst_reg] = operand;
		return;
	case BPF_AND:
		reg[insn->dst_reg] &= operand;
		return;
	case BPF_RSH:
		reg[insn->dst_reg] >>= operand;
		return;
	}
	fail_msg("unknown operation 0x%x", insn->code);
}

static bool run(const struct bpf_insn *code, size_t count,
		const struct request *r)
{
	struct bpf_cgroup_dev_ctx ctx = {
		.access_type =
			(r->access & DEVICE_MKNOD ? BPF_DEVCG_ACC_MKNOD << 16 :
						    0) |
			(r->access & DEVICE_READ ? BPF_DEVCG_ACC_READ << 16 :
						   0) |
			(r->access & DEVICE_WRITE ? BPF_DEVCG_ACC_WRITE << 16 :
						    0) |
			(r->type == 'b' ? BPF_DEVCG_DEV_BLOCK :
					  BPF_DEVCG_DEV_CHAR),
		.major = r->major,
		.minor = r->minor,
	};
	uint64_t reg[11] = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct bpf_insn *insn = &code[i];
		uint32_t word;

		switch (BPF_CLASS(insn->code)) {
		case BPF_LDX:
			memcpy(&word, (const char *)&ctx + insn->off, 4);
			reg[insn->dst_reg] = word;
			break;
		case BPF_ALU64:
			calculate(insn, reg);
			break;
		case BPF_JMP32:
			if (jumps(insn, (uint32_t)reg[insn->dst_reg]))
				i += (size_t)insn->off;
			break;
		case BPF_JMP:
			if (BPF_OP(insn->code) == BPF_EXIT)
				return reg[0] != 0;
			i += (size_t)insn->off;
			break;
		default:
			fail_msg("unknown instruction 0x%x", insn->code);
		}
	}
	fail_msg("the program does not end");
	return false;
}

/* ---- comparing them ---- */

static void text_of(const struct device_rule *rules, size_t count, char *buf,
		    size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < count && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%c %s; ",
					 rules[i].allow ? '+' : '-',
					 device_rule_format(&rules[i]).text);
}

static void compile(const struct device_rule *rules, size_t count,
		    struct buf *ret_code)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };
	struct device_policy policy;

	arena_init(&arena);
	assert_int_equal(
		device_policy_make(rules, count, &arena, &policy, &err), 0);
	assert_int_equal(device_program_compile(&policy, ret_code, &err), 0);
}

static void compare(const struct device_rule *rules, size_t count)
{
	static const uint32_t numbers[] = { 0, 1,   3,		5,
					    8, 136, 0x7fffffff, 0xffffffff };
	CLEANUP_BUF struct buf code;
	char text[1024] = "";

	buf_init(&code);
	text_of(rules, count, text, sizeof(text));
	compile(rules, count, &code);
	for (int i = 0; i < 2 * 8 * 8 * 8; i++) {
		struct request r = {
			.type = i & 1 ? 'b' : 'c',
			.access = i >> 1 & 7,
			.major = numbers[i >> 4 & 7],
			.minor = numbers[i >> 7 & 7],
		};
		bool got = run((void *)code.data,
			       code.len / sizeof(struct bpf_insn), &r);

		if (got != meaning(rules, count, &r))
			fail_msg("%s%c %u:%u access %u is %s", text, r.type,
				 r.major, r.minor, r.access,
				 got ? "allowed" : "denied");
	}
}

#define ALL DEVICE_ALL

static const struct {
	const char *name;
	struct device_rule rules[RULES_MAX];
	size_t count, insns; /* insns: how long the program may be */
} lists[] = {
	{ "nothing is allowed", { { false, 'a', -1, -1, ALL } }, 1, 8 },
	{ "all but one",
	  { { true, 'a', -1, -1, ALL }, { false, 'c', 1, 3, ALL } },
	  2,
	  14 },
	{ "what engines send",
	  { { false, 'a', -1, -1, ALL },
	    { true, 'c', -1, -1, DEVICE_MKNOD },
	    { true, 'b', -1, -1, DEVICE_MKNOD },
	    { true, 'c', 1, 3, ALL },
	    { true, 'c', 1, 8, ALL },
	    { true, 'c', 1, 7, ALL },
	    { true, 'c', 5, 0, ALL },
	    { true, 'c', 1, 5, ALL },
	    { true, 'c', 1, 9, ALL },
	    { true, 'c', 5, 1, ALL },
	    { true, 'c', 136, -1, ALL },
	    { true, 'c', 5, 2, ALL },
	    { true, 'c', 10, 200, ALL },
	    { true, 'c', 1, 3, ALL } },
	  14,
	  30 },
	{ "a hole in a range",
	  { { true, 'c', 1, -1, ALL }, { false, 'c', 1, 3, DEVICE_WRITE } },
	  2,
	  17 },
	{ "a part given back",
	  { { true, 'c', 1, -1, ALL },
	    { false, 'c', -1, 3, ALL },
	    { true, 'c', 1, 3, DEVICE_READ } },
	  3,
	  26 },
	{ "both types at once", { { true, 'a', 1, -1, DEVICE_READ } }, 1, 13 },
	{ "read from one rule, write from another",
	  { { true, 'c', 1, -1, DEVICE_READ },
	    { true, 'c', -1, 3, DEVICE_WRITE } },
	  2,
	  22 },
	{ "all of a type",
	  { { true, 'b', -1, -1, ALL }, { true, 'b', 8, 0, ALL } },
	  2,
	  13 },
	{ "forget what was before",
	  { { true, 'c', 1, 3, ALL }, { false, 'a', -1, -1, DEVICE_READ } },
	  2,
	  8 },
};

static void known_lists_mean_what_they_say_in_few_instructions(void **state)
{
	EACH(row, lists) {
		CLEANUP_BUF struct buf code;

		CASE(row->name);
		compare(row->rules, row->count);
		buf_init(&code);
		compile(row->rules, row->count, &code);
		assert_in_range(code.len / sizeof(struct bpf_insn), 1,
				row->insns);
	}
}

static uint32_t random_number(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static size_t random_rules(uint32_t *seed, struct device_rule *rules)
{
	static const int64_t numbers[] = { -1, -1, 0,	       1,
					   3,  5,  0x7fffffff, 0xffffffff };
	size_t count = random_number(seed) % RULES_MAX + 1;

	for (size_t i = 0; i < count; i++) {
		bool total = random_number(seed) % 16 == 0;

		rules[i] = (struct device_rule){
			.allow = random_number(seed) % 3,
			.type = "abccbccc"[random_number(seed) % 8],
			.major = numbers[random_number(seed) % 8],
			.minor = numbers[random_number(seed) % 8],
			.access = random_number(seed) % 7 + 1,
		};
		if (total)
			rules[i] = (struct device_rule){ rules[i].allow, 'a',
							 -1, -1, ALL };
	}
	return count;
}

static void random_lists_mean_what_they_say(void **state)
{
	struct device_rule rules[RULES_MAX];
	uint32_t seed = 1;

	for (int i = 0; i < 1500; i++) {
		size_t count = random_rules(&seed, rules);

		compare(rules, count);
	}
}

static void the_kernel_takes_every_program(void **state)
{
	struct device_rule rules[RULES_MAX];
	uint32_t seed = 7;

	skip_unless(has_capability(CAP_SYS_ADMIN));
	for (int i = 0; i < 300; i++) {
		size_t count = random_rules(&seed, rules);
		CLEANUP_BUF struct buf code;
		char log[4096] = "", text[1024] = "";
		CLEANUP_FD int fd = -1;

		buf_init(&code);
		compile(rules, count, &code);
		fd = bpf_load((void *)code.data,
			      code.len / sizeof(struct bpf_insn), "kist_test",
			      log, sizeof(log));
		text_of(rules, count, text, sizeof(text));
		if (fd < 0)
			fail_msg("%s: %s: %s", text, strerror(-fd), log);
	}
}

static const struct {
	struct device_rule rule;
	const char *line;
} bad[] = {
	{ { true, 'x', 1, 3, ALL },
	  "linux.resources.devices[0]: the type is none of 'a', 'b' and 'c'" },
	{ { true, 'c', -2, 3, ALL },
	  "linux.resources.devices[0]: no device has such a number" },
	{ { true, 'c', 1, 4294967296, ALL },
	  "linux.resources.devices[0]: no device has such a number" },
	{ { true, 'c', 1, 3, 0 },
	  "linux.resources.devices[0]: access is none of 'r', 'w' and 'm'" },
	{ { true, 'c', 1, 3, 9 },
	  "linux.resources.devices[0]: access is none of 'r', 'w' and 'm'" },
};

static void impossible_rules_are_refused(void **state)
{
	EACH(row, bad) {
		CLEANUP_ARENA struct arena arena;
		struct device_policy policy;
		struct kist_error err = { 0 };

		CASE(row->line);
		arena_init(&arena);
		assert_int_equal(device_policy_make(&row->rule, 1, &arena,
						    &policy, &err),
				 -EINVAL);
		CHECK_ERR(&err, row->line);
	}
}

static void too_many_rules_are_refused(void **state)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf code;
	struct device_policy policy = { .count = 12000 };
	struct kist_error err = { 0 };

	arena_init(&arena);
	buf_init(&code);
	policy.rules = ARENA_ARRAY(&arena, struct device_rule, policy.count);
	for (size_t i = 0; i < policy.count; i++)
		policy.rules[i] =
			(struct device_rule){ i & 1, 'c', 1, (int64_t)i, ALL };
	assert_int_equal(device_program_compile(&policy, &code, &err), -EINVAL);
	CHECK_ERR(&err, "linux.resources.devices: too many rules (12000)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			known_lists_mean_what_they_say_in_few_instructions),
		cmocka_unit_test(random_lists_mean_what_they_say),
		cmocka_unit_test(the_kernel_takes_every_program),
		cmocka_unit_test(impossible_rules_are_refused),
		cmocka_unit_test(too_many_rules_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
