/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp.c - from a seccomp profile to a short BPF program
 *
 * How it works
 * ============
 *
 * The kernel names a call by its architecture and a 32-bit number. For each
 * architecture all numbers are laid out in a row of ranges with one verdict
 * each ("0 to 155: allow"), and a balanced tree of comparisons over the
 * ranges is written; where a verdict depends on arguments, the tests of its
 * rules are a leaf. A profile of 370 calls has some 30 ranges, and five
 * comparisons find the right one. That is what the kernel pays for: it runs a
 * new filter once for every number and architecture before it installs it.
 *
 *	arch? ── x86_64 ── number ≥ 156? ── … ── return ALLOW
 *	  │                                └─── argument 0 = 8? ── …
 *	  ├───── i386 ──── …
 *	  └───── return KILL
 *
 * x32 shares x86_64's row: its numbers have bit 30.
 *
 * Which rule wins
 * ===============
 *
 * The verdicts are libseccomp's as runc drives it, which profiles are written
 * for, and a test compares them:
 *
 * - The first rule of a call that tests no argument decides alone, whatever
 *   other rules say before or behind it.
 * - Else a rule whose tests are all equalities goes before one with another
 *   comparison; among equals the first that holds wins.
 * - A rule with the default action is no rule.
 * - Two tests of the same argument make each test of that rule a rule.
 * - Arguments of 32-bit architectures, x32 too, are compared in 32 bits.
 * - i386 has old calls that carry others (socketcall, ipc). A rule for such a
 *   one holds inside its carrier too, but for a test of argument 0, which is
 *   not there: it is dropped. An "allow" with such a test allows more there
 *   than it says, unless a rule for the carrier itself comes first.
 *
 * Calls that are newer than the profile get ENOSYS instead of EPERM (runc's
 * rule, not libseccomp's), so that a C library tries its older way: those
 * with numbers above the newest one that any rule names, when the default
 * action is not one that lets the call happen. Unlike runc, arm's private
 * numbers do not count as new, nor do numbers of an x32 that is not listed.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>

#include "base/macros.h"
#include "kernel/seccomp_code.h"
#include "kernel/seccomp_internal.h"
#include "kernel/seccomp_verdict.h"
#include "kernel/syscalls.h"

/* Architectures whose programs one kernel runs. */
enum family { FAMILY_X86, FAMILY_ARM, FAMILY_RISCV };

/* Rows of one audit value follow each other, by rising base. */
static const struct arch {
	uint32_t name; /* as in struct seccomp_profile */
	uint32_t audit, base;
	enum family family;
	enum syscall_arch column;
	bool wide; /* arguments of 64 bits */
} archs[] = {
	{ AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, 0, FAMILY_X86, SYSCALL_X86_64,
	  true },
	{ SECCOMP_ARCH_X32, AUDIT_ARCH_X86_64, 0x40000000, FAMILY_X86,
	  SYSCALL_X32, false },
	{ AUDIT_ARCH_I386, AUDIT_ARCH_I386, 0, FAMILY_X86, SYSCALL_I386,
	  false },
	{ AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 0, FAMILY_ARM,
	  SYSCALL_AARCH64, true },
	{ AUDIT_ARCH_ARM, AUDIT_ARCH_ARM, 0, FAMILY_ARM, SYSCALL_ARM, false },
	{ AUDIT_ARCH_RISCV64, AUDIT_ARCH_RISCV64, 0, FAMILY_RISCV,
	  SYSCALL_RISCV64, true },
};

#if defined(__x86_64__) && defined(__ILP32__)
#define NATIVE SECCOMP_ARCH_X32
#elif defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define NATIVE AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define NATIVE AUDIT_ARCH_ARM
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE AUDIT_ARCH_RISCV64
#else
#error "this architecture has no column in syscalls.def"
#endif

/* i386's calls inside calls: argument 0 of the carrier says which. */
static const struct carried {
	const char *name;
	uint8_t code;
	bool ipc; /* else socketcall */
} carried_table[] = {
	{ "socket", 1, false },	     { "bind", 2, false },
	{ "connect", 3, false },     { "listen", 4, false },
	{ "accept", 5, false },	     { "getsockname", 6, false },
	{ "getpeername", 7, false }, { "socketpair", 8, false },
	{ "send", 9, false },	     { "recv", 10, false },
	{ "sendto", 11, false },     { "recvfrom", 12, false },
	{ "shutdown", 13, false },   { "setsockopt", 14, false },
	{ "getsockopt", 15, false }, { "sendmsg", 16, false },
	{ "recvmsg", 17, false },    { "accept4", 18, false },
	{ "recvmmsg", 19, false },   { "sendmmsg", 20, false },
	{ "semop", 1, true },	     { "semget", 2, true },
	{ "semctl", 3, true },	     { "semtimedop", 4, true },
	{ "msgsnd", 11, true },	     { "msgrcv", 12, true },
	{ "msgget", 13, true },	     { "msgctl", 14, true },
	{ "shmat", 21, true },	     { "shmdt", 22, true },
	{ "shmget", 23, true },	     { "shmctl", 24, true },
};
#define I386_IPC 117
#define I386_SOCKETCALL 102

/* Numbers from @first to the next range's share a verdict. */
struct range {
	uint32_t first;
	bool wide;
	const struct verdict *verdict;
};

/* One architecture's calls: the ordinary ones, then arm's private ones. */
#define SLOTS (SYSCALL_NUMBERS + SYSCALL_ARM_PRIVATE_NUMBERS)

struct compiler {
	uint32_t native;
	const struct seccomp_profile *profile;
	struct arena *arena;
	int16_t *calls; /* places in syscalls.def of all names of all rules */
	uint8_t carried[SYSCALL_NUMBERS]; /* by place: in carried_table + 1 */
	struct verdict by_default, too_new, bad_arch;

	const struct arch *arch; /* being laid out */
	uint32_t newer; /* numbers from here on no rule names; 0: all */
	struct verdict *slots[SLOTS];
	size_t range_count; /* of its row */
	struct range ranges[2 * SLOTS + 8];
	struct code code;
};

/* ---- laying rules out by number ---- */

static size_t slot_of(int number)
{
	if (number < SYSCALL_NUMBERS)
		return (size_t)number;
	return (size_t)(SYSCALL_NUMBERS + number - SYSCALL_ARM_PRIVATE);
}

static struct verdict *verdict_new(struct compiler *c, uint32_t action)
{
	struct verdict *verdict = ARENA_NEW(c->arena, struct verdict);

	verdict->action = action;
	return verdict;
}

/* The verdict of a call that rules with arguments are added to; NULL if one
 * without has decided. */
static struct verdict *open_verdict(struct compiler *c, size_t slot)
{
	if (!c->slots[slot])
		c->slots[slot] = verdict_new(c, c->by_default.action);
	else if (!c->slots[slot]->branches)
		return NULL;
	return c->slots[slot];
}

static void add_branch(struct compiler *c, size_t slot, struct branch new)
{
	struct verdict *verdict = open_verdict(c, slot);
	struct branch *branch;

	if (!verdict)
		return;
	branch = ARENA_NEW(c->arena, struct branch);
	*branch = new;
	branch->next = verdict->branches;
	verdict->branches = branch;
}

static bool tests_one_twice(const struct seccomp_rule *rule)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < rule->arg_count; i++) {
		if (seen & BIT(rule->args[i].index))
			return true;
		seen |= BIT(rule->args[i].index);
	}
	return false;
}

/* @code: see struct branch */
static void add_branches(struct compiler *c, size_t slot,
			 const struct seccomp_rule *rule, uint32_t code)
{
	struct branch branch = { .action = rule->action,
				 .code = code,
				 .args = rule->args,
				 .arg_count = rule->arg_count };

	if (!tests_one_twice(rule)) {
		add_branch(c, slot, branch);
		return;
	}
	branch.arg_count = 1;
	for (size_t i = 0; i < rule->arg_count; i++, branch.args++)
		add_branch(c, slot, branch);
}

static void decide(struct compiler *c, size_t slot, struct verdict *verdict)
{
	if (!c->slots[slot] || c->slots[slot]->branches)
		c->slots[slot] = verdict;
}

static void add_carried(struct compiler *c, const struct seccomp_rule *rule,
			const struct carried *carried)
{
	add_branches(c, carried->ipc ? I386_IPC : I386_SOCKETCALL, rule,
		     carried->code);
}

/* @verdict: the rule's, if it decides alone */
static void add_call(struct compiler *c, const struct seccomp_rule *rule,
		     struct verdict *verdict, size_t call)
{
	int number = syscall_number(call, c->arch->column);

	if (number >= (int)c->newer && number < SYSCALL_NUMBERS)
		c->newer = (uint32_t)number + 1;
	if (rule->action == c->by_default.action)
		return;
	if (c->arch->column == SYSCALL_I386 && c->carried[call])
		add_carried(c, rule, &carried_table[c->carried[call] - 1]);
	if (number < 0)
		return;
	if (rule->arg_count)
		add_branches(c, slot_of(number), rule, 0);
	else
		decide(c, slot_of(number), verdict);
}

static void add_rules(struct compiler *c)
{
	const struct seccomp_profile *profile = c->profile;
	const int16_t *call = c->calls;

	c->newer = 0;
	memset(c->slots, 0, sizeof(c->slots));
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];
		struct verdict *verdict = verdict_new(c, rule->action);

		for (const char **name = rule->names; *name; name++, call++)
			if (*call >= 0)
				add_call(c, rule, verdict, (size_t)*call);
	}
}

/* ---- a row of ranges ---- */

static bool same_verdict(const struct verdict *a, const struct verdict *b)
{
	return a == b ||
	       (!a->branches && !b->branches && a->action == b->action);
}

static void add_range(struct compiler *c, uint32_t first,
		      const struct verdict *verdict)
{
	size_t count = c->range_count;

	if (count && same_verdict(c->ranges[count - 1].verdict, verdict))
		return;
	c->ranges[c->range_count++] = (struct range){ .first = first,
						      .wide = c->arch->wide,
						      .verdict = verdict };
}

static void add_slots(struct compiler *c, uint32_t first, size_t slot,
		      size_t end)
{
	for (; slot < end; slot++, first++)
		add_range(c, first,
			  c->slots[slot] ? c->slots[slot] : &c->by_default);
}

/* Only a default that keeps calls from happening hides which are unknown. */
static bool hides_new_calls(uint32_t default_action)
{
	switch (default_action & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_TRACE:
		return false;
	default:
		return true;
	}
}

static void add_listed_arch(struct compiler *c)
{
	const struct verdict *rest = &c->by_default;
	uint32_t base = c->arch->base;

	add_rules(c);
	if (c->newer && hides_new_calls(c->by_default.action))
		rest = &c->too_new;
	add_slots(c, base, 0, c->newer);
	add_range(c, base + c->newer, rest);
	if (c->arch->column == SYSCALL_ARM) {
		add_slots(c, SYSCALL_ARM_PRIVATE, SYSCALL_NUMBERS, SLOTS);
		add_range(c, SYSCALL_ARM_PRIVATE + SYSCALL_ARM_PRIVATE_NUMBERS,
			  rest);
	}
}

static bool is_listed(const struct compiler *c, const struct arch *arch)
{
	for (size_t i = 0; i < c->profile->arch_count; i++)
		if (c->profile->archs[i] == arch->name)
			return true;
	return arch->name == c->native;
}

static void add_arch(struct compiler *c, const struct arch *arch)
{
	c->arch = arch;
	if (is_listed(c, arch))
		add_listed_arch(c);
	else
		add_range(c, arch->base, &c->bad_arch);
}

/* ---- the program ---- */

static uint32_t write_tree(struct code *code, const struct range *ranges,
			   size_t count)
{
	size_t half = count / 2;
	uint32_t low, high;

	if (count == 1)
		return verdict_write(code, ranges->verdict, ranges->wide);
	high = write_tree(code, ranges + half, count - half);
	low = write_tree(code, ranges, half);
	return code_branch(code, BPF_JGE, ranges[half].first, high, low);
}

static bool any_listed(const struct compiler *c, uint32_t audit)
{
	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (archs[i].audit == audit && is_listed(c, &archs[i]))
			return true;
	return false;
}

/* All that has this audit value; @others: where the other ones are. */
static uint32_t write_audit(struct compiler *c, uint32_t audit, uint32_t others)
{
	uint32_t start;

	if (!any_listed(c, audit))
		return others;
	c->range_count = 0;
	for (size_t i = 0; i < ARRAY_LEN(archs); i++)
		if (archs[i].audit == audit)
			add_arch(c, &archs[i]);
	/* Number -1, a call that a tracer cancelled, is never new. */
	add_range(c, UINT32_MAX, &c->by_default);

	if (arena_failed(c->arena)) /* then lists may run in circles */
		return others;
	start = write_tree(&c->code, c->ranges, c->range_count);
	start = code_load(&c->code, offsetof(struct seccomp_data, nr), start);
	return code_branch(&c->code, BPF_JEQ, audit, start, others);
}

static const struct arch *arch_named(uint32_t name)
{
	const struct arch *arch = archs;

	while (arch->name != name)
		arch++;
	return arch;
}

/* The first in the table is written last, and so found soonest. */
static void write_program(struct compiler *c)
{
	enum family family = arch_named(c->native)->family;
	uint32_t start;

	start = code_return(&c->code, c->bad_arch.action);
	for (size_t i = ARRAY_LEN(archs); i-- > 0;) {
		if (archs[i].family == family && archs[i].base == 0)
			start = write_audit(c, archs[i].audit, start);
	}
	code_load(&c->code, offsetof(struct seccomp_data, arch), start);
}

/* ---- a profile ---- */

static size_t count_names(const struct seccomp_profile *profile)
{
	size_t count = 0;

	for (size_t i = 0; i < profile->rule_count; i++)
		for (const char **name = profile->rules[i].names; *name; name++)
			count++;
	return count;
}

static void find_calls(struct compiler *c)
{
	const struct seccomp_profile *profile = c->profile;
	int16_t *call;

	call = ARENA_ARRAY(c->arena, int16_t, count_names(profile));
	c->calls = call;
	if (arena_failed(c->arena))
		return;
	for (size_t i = 0; i < profile->rule_count; i++)
		for (const char **name = profile->rules[i].names; *name; name++)
			*call++ = (int16_t)syscall_find(*name);
}

static void find_carried(struct compiler *c)
{
	memset(c->carried, 0, sizeof(c->carried));
	for (size_t i = 0; i < ARRAY_LEN(carried_table); i++) {
		int call = syscall_find(carried_table[i].name);

		if (call >= 0)
			c->carried[call] = (uint8_t)(i + 1);
	}
}

static int take_program(struct compiler *c, struct seccomp_program *ret_program,
			struct kist_error *err)
{
	struct sock_filter *code;

	if (code_too_long(&c->code)) {
		err_set(err, KIST_E_SECCOMP_PROFILE,
			"the seccomp program has %u instructions, the kernel "
			"takes %u",
			c->code.len, BPF_MAXINSNS);
		err_hint(err, "test fewer arguments, or list fewer "
			      "architectures");
		return -EINVAL;
	}
	code = ARENA_ARRAY(c->arena, struct sock_filter, c->code.len);
	if (arena_failed(c->arena))
		return err_nomem(err);
	code_copy(&c->code, code);
	*ret_program = (struct seccomp_program){ code, c->code.len };
	return 0;
}

static int compile(struct compiler *c, struct seccomp_program *ret_program,
		   struct kist_error *err)
{
	find_calls(c);
	if (arena_failed(c->arena))
		return err_nomem(err);
	find_carried(c);
	write_program(c);
	return take_program(c, ret_program, err);
}

int seccomp_compile_for(uint32_t native, const struct seccomp_profile *profile,
			struct arena *arena,
			struct seccomp_program *ret_program,
			struct kist_error *err)
{
	struct compiler c; /* 60 KB, of which little is touched */
	int ret = seccomp_check(profile, err);

	if (ret)
		return ret;
	c.native = native;
	c.profile = profile;
	c.arena = arena;
	c.by_default = (struct verdict){ profile->default_action, NULL };
	c.too_new = (struct verdict){ SECCOMP_RET_ERRNO | ENOSYS, NULL };
	c.bad_arch = (struct verdict){ SECCOMP_RET_KILL_THREAD, NULL };
	code_init(&c.code);
	return compile(&c, ret_program, err);
}

int seccomp_compile(const struct seccomp_profile *profile, struct arena *arena,
		    struct seccomp_program *ret_program, struct kist_error *err)
{
	return seccomp_compile_for(NATIVE, profile, arena, ret_program, err);
}
