/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_oracle.h - one profile, two programs: kist's and libseccomp's
 *
 * A profile is compiled twice, by kist and by libseccomp as runc drives it,
 * and both programs are asked about every number of every architecture, and
 * about argument values around each constant of the profile.
 *
 * What is to differ is worked out here: calls newer than the profile get
 * ENOSYS, which runc does in front of libseccomp's program.
 */
#ifndef TESTS_SECCOMP_ORACLE_H
#define TESTS_SECCOMP_ORACLE_H

#include <errno.h>
#include <linux/audit.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel/seccomp_internal.h"
#include "kernel/syscalls.h"
#include "check.h"
#include "seccomp_machine.h"

#define X32_BIT 0x40000000u
#define ENOSYS_ACTION (SECCOMP_RET_ERRNO | ENOSYS)
#define MAX_VALUES 64

static const struct arch {
	const char *name;
	uint32_t ours, audit, scmp, base;
	enum syscall_arch column;
} archs[] = {
	{ "x86_64", AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, SCMP_ARCH_X86_64, 0,
	  SYSCALL_X86_64 },
	{ "x32", SECCOMP_ARCH_X32, AUDIT_ARCH_X86_64, SCMP_ARCH_X32, X32_BIT,
	  SYSCALL_X32 },
	{ "i386", AUDIT_ARCH_I386, AUDIT_ARCH_I386, SCMP_ARCH_X86, 0,
	  SYSCALL_I386 },
	{ "aarch64", AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, SCMP_ARCH_AARCH64,
	  0, SYSCALL_AARCH64 },
	{ "arm", AUDIT_ARCH_ARM, AUDIT_ARCH_ARM, SCMP_ARCH_ARM, 0,
	  SYSCALL_ARM },
	{ "riscv64", AUDIT_ARCH_RISCV64, AUDIT_ARCH_RISCV64, SCMP_ARCH_RISCV64,
	  0, SYSCALL_RISCV64 },
};

/* One machine: its native architecture, and what a profile may list too. */
static const struct machine {
	const char *name;
	uint32_t native, also[2];
	size_t also_count;
} machines[] = {
	{ "x86_64", AUDIT_ARCH_X86_64, { 0 }, 0 },
	{ "x86_64 and i386", AUDIT_ARCH_X86_64, { AUDIT_ARCH_I386 }, 1 },
	{ "x86_64, i386 and x32",
	  AUDIT_ARCH_X86_64,
	  { AUDIT_ARCH_I386, SECCOMP_ARCH_X32 },
	  2 },
	{ "i386 alone", AUDIT_ARCH_I386, { 0 }, 0 },
	{ "aarch64 and arm", AUDIT_ARCH_AARCH64, { AUDIT_ARCH_ARM }, 1 },
	{ "riscv64", AUDIT_ARCH_RISCV64, { 0 }, 0 },
};

static const int scmp_op[SECCOMP_OP_COUNT] = {
	[SECCOMP_OP_NE] = SCMP_CMP_NE,
	[SECCOMP_OP_LT] = SCMP_CMP_LT,
	[SECCOMP_OP_LE] = SCMP_CMP_LE,
	[SECCOMP_OP_EQ] = SCMP_CMP_EQ,
	[SECCOMP_OP_GE] = SCMP_CMP_GE,
	[SECCOMP_OP_GT] = SCMP_CMP_GT,
	[SECCOMP_OP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

/* ---- a source of numbers that is the same each time ---- */

static uint64_t seed;

static uint64_t random_u64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t random_below(size_t limit)
{
	return (size_t)((random_u64() >> 20) % limit);
}

/* ---- both programs ---- */

struct pair {
	const struct machine *machine;
	const struct seccomp_profile *profile;
	struct seccomp_program ours;
	struct sock_filter theirs[BPF_MAXINSNS];
	size_t theirs_len;
	int newest[SYSCALL_ARCH_COUNT];
};

static const struct arch *arch_named(uint32_t ours)
{
	const struct arch *arch = archs;

	while (arch->ours != ours)
		arch++;
	return arch;
}

static void add_condition(scmp_filter_ctx ctx, uint32_t action, int call,
			  const struct seccomp_arg *args, size_t count)
{
	struct scmp_arg_cmp cmp[6];
	int ret;

	for (size_t i = 0; i < count; i++)
		cmp[i] = (struct scmp_arg_cmp){ args[i].index,
						scmp_op[args[i].op],
						args[i].value,
						args[i].value_two };
	ret = seccomp_rule_add_array(ctx, action, call, (unsigned)count, cmp);
	if (ret)
		fail_msg("seccomp_rule_add: %s", strerror(-ret));
}

static bool tests_one_twice(const struct seccomp_rule *rule)
{
	for (size_t i = 0; i < rule->arg_count; i++)
		for (size_t k = 0; k < i; k++)
			if (rule->args[i].index == rule->args[k].index)
				return true;
	return false;
}

/* As runc's libcontainer/seccomp does it. */
static void add_rule(scmp_filter_ctx ctx, const struct seccomp_rule *rule)
{
	for (const char **name = rule->names; *name; name++) {
		int call = seccomp_syscall_resolve_name(*name);

		if (call == __NR_SCMP_ERROR)
			continue;
		if (!tests_one_twice(rule)) {
			add_condition(ctx, rule->action, call, rule->args,
				      rule->arg_count);
			continue;
		}
		for (size_t i = 0; i < rule->arg_count; i++)
			add_condition(ctx, rule->action, call, &rule->args[i],
				      1);
	}
}

static void export(struct pair *pair, scmp_filter_ctx ctx)
{
	int fd = memfd_create("bpf", MFD_CLOEXEC);
	ssize_t len;

	CHECK_SYS(fd);
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	len = pread(fd, pair->theirs, sizeof(pair->theirs), 0);
	pair->theirs_len = (size_t)len / sizeof(pair->theirs[0]);
	close(fd);
}

static void ask_libseccomp(struct pair *pair)
{
	const struct machine *machine = pair->machine;
	const struct seccomp_profile *profile = pair->profile;
	scmp_filter_ctx ctx = seccomp_init(profile->default_action);

	assert_non_null(ctx);
	seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE);
	seccomp_arch_add(ctx, arch_named(machine->native)->scmp);
	for (size_t i = 0; i < machine->also_count; i++)
		seccomp_arch_add(ctx, arch_named(machine->also[i])->scmp);
	for (size_t i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].action != profile->default_action)
			add_rule(ctx, &profile->rules[i]);
	export(pair, ctx);
	seccomp_release(ctx);
}

/* ---- what is to differ ---- */

static bool is_listed(const struct machine *machine, const struct arch *arch)
{
	for (size_t i = 0; i < machine->also_count; i++)
		if (machine->also[i] == arch->ours)
			return true;
	return machine->native == arch->ours;
}

/* Its number, without x32's bit; -1: not there. */
static int number_of(const struct arch *arch, const char *name)
{
	int call = syscall_find(name);

	return call < 0 ? -1 : syscall_number((size_t)call, arch->column);
}

static int newest(const struct seccomp_profile *profile,
		  const struct arch *arch)
{
	int newest = -1;

	for (size_t i = 0; i < profile->rule_count; i++)
		for (const char **name = profile->rules[i].names; *name;
		     name++) {
			int nr = number_of(arch, *name);

			if (nr > newest && nr < SYSCALL_NUMBERS)
				newest = nr;
		}
	return newest;
}

static bool is_too_new(const struct pair *pair, const struct arch *arch,
		       uint32_t nr)
{
	int last = pair->newest[arch->column];

	if (pair->profile->default_action == SECCOMP_RET_ALLOW ||
	    pair->profile->default_action == SECCOMP_RET_LOG)
		return false;
	if (arch->column == SYSCALL_ARM && nr >= SYSCALL_ARM_PRIVATE &&
	    nr < SYSCALL_ARM_PRIVATE + SYSCALL_ARM_PRIVATE_NUMBERS)
		return false;
	return is_listed(pair->machine, arch) && last >= 0 &&
	       nr != UINT32_MAX && nr - arch->base > (uint32_t)last;
}

/* ---- comparing ---- */

static void compare(const struct pair *pair, const struct arch *arch,
		    const struct seccomp_data *data, bool too_new)
{
	uint32_t ours, theirs;

	ours = machine_run(pair->ours.code, pair->ours.len, data);
	theirs = too_new ? ENOSYS_ACTION :
			   machine_run(pair->theirs, pair->theirs_len, data);
	if (ours != theirs)
		fail_msg("%s, %s %u (0x%llx 0x%llx 0x%llx 0x%llx 0x%llx "
			 "0x%llx): 0x%x, libseccomp: 0x%x",
			 pair->machine->name, arch->name, (unsigned)data->nr,
			 data->args[0], data->args[1], data->args[2],
			 data->args[3], data->args[4], data->args[5], ours,
			 theirs);
}

static void compare_number(const struct pair *pair, const struct arch *arch,
			   uint32_t nr)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch->audit };
	bool too_new = is_too_new(pair, arch, nr);

	if (arch->audit == AUDIT_ARCH_X86_64 &&
	    (nr >= X32_BIT) != (arch->base == X32_BIT))
		return; /* the other one's */
	compare(pair, arch, &data, too_new);
	for (size_t i = 0; i < 6; i++)
		data.args[i] = random_u64();
	compare(pair, arch, &data, too_new);
}

static void compare_all_numbers(const struct pair *pair,
				const struct arch *arch)
{
	static const uint32_t odd[] = { 0x3fffffff, 0x7fffffff, 0x80000000,
					0xbfffffff, 0xc0000000, 0xfffffffe,
					0xffffffff };

	for (uint32_t nr = 0; nr < 1100; nr++)
		compare_number(pair, arch, arch->base + nr);
	for (uint32_t nr = 0; nr < 32; nr++)
		compare_number(pair, arch, SYSCALL_ARM_PRIVATE + nr);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		compare_number(pair, arch, odd[i]);
}

/* Values near @value, and those that only a 64-bit comparison tells apart. */
static void add_edges(uint64_t *values, size_t *count, uint64_t value)
{
	const uint64_t edges[] = { value,
				   value - 1,
				   value + 1,
				   value ^ (1ull << 32),
				   value << 32,
				   value | ~0ull << 32,
				   value + (1ull << 32) };

	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		if (*count < MAX_VALUES)
			values[(*count)++] = edges[i];
}

/* All edges of the rules that name this call, or i386's carriers of it. */
static size_t edges_of(const struct seccomp_profile *profile, const char *name,
		       uint64_t *values)
{
	size_t count = 0;

	add_edges(values, &count, 0);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];
		const char **other = rule->names;

		while (*other && strcmp(*other, name) != 0)
			other++;
		for (size_t k = 0; *other && k < rule->arg_count; k++) {
			const struct seccomp_arg *arg = &rule->args[k];

			add_edges(values, &count, arg->value);
			if (arg->op == SECCOMP_OP_MASKED_EQ) {
				add_edges(values, &count, arg->value_two);
				add_edges(values, &count,
					  arg->value_two | ~arg->value);
			}
		}
	}
	return count;
}

static void compare_edges(const struct pair *pair, const struct arch *arch,
			  const char *name, int nr)
{
	struct seccomp_data data = { .nr = nr, .arch = arch->audit };
	uint64_t values[MAX_VALUES];
	size_t count = edges_of(pair->profile, name, values);
	bool too_new = is_too_new(pair, arch, (uint32_t)nr);

	for (size_t i = 0; i < 40 * count; i++) {
		data.args[i % 6] = values[i / 6 % count];
		for (size_t k = 1; k < 6; k++)
			data.args[(i + k) % 6] = values[random_below(count)];
		compare(pair, arch, &data, too_new);
	}
}

/* What a carrier on i386 carries is in argument 0. */
static void compare_carriers(const struct pair *pair, const struct arch *arch,
			     const char *name)
{
	static const int carriers[] = { 102, 117 };

	if (arch->column != SYSCALL_I386)
		return;
	for (size_t i = 0; i < 2; i++)
		for (uint64_t code = 0; code < 32; code++) {
			struct seccomp_data data = { .nr = carriers[i],
						     .arch = arch->audit };
			uint64_t values[MAX_VALUES];
			size_t count = edges_of(pair->profile, name, values);

			data.args[0] = code;
			for (size_t k = 0; k < count; k++) {
				data.args[1 + k % 5] = values[k];
				compare(pair, arch, &data,
					is_too_new(pair, arch,
						   (uint32_t)carriers[i]));
			}
		}
}

static void compare_rules(const struct pair *pair, const struct arch *arch)
{
	for (size_t i = 0; i < pair->profile->rule_count; i++) {
		const struct seccomp_rule *rule = &pair->profile->rules[i];

		if (!rule->arg_count)
			continue;
		for (const char **name = rule->names; *name; name++) {
			int nr = number_of(arch, *name);

			if (nr >= 0)
				compare_edges(pair, arch, *name,
					      nr | (int)arch->base);
			compare_carriers(pair, arch, *name);
		}
	}
}

/* @size_percent: how long our program may be, theirs being 100 */
static void compare_profile(struct seccomp_profile *profile,
			    const struct machine *machine, size_t size_percent)
{
	CLEANUP_ARENA struct arena arena;
	struct pair pair = { .machine = machine, .profile = profile };
	struct kist_error err = { 0 };

	arena_init(&arena);
	profile->archs = (uint32_t *)machine->also;
	profile->arch_count = machine->also_count;
	assert_int_equal(seccomp_compile_for(machine->native, profile, &arena,
					     &pair.ours, &err),
			 0);
	ask_libseccomp(&pair);
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		pair.newest[archs[i].column] = newest(profile, &archs[i]);
		compare_all_numbers(&pair, &archs[i]);
		compare_rules(&pair, &archs[i]);
	}
	assert_in_range(pair.ours.len * 100 / pair.theirs_len, 0, size_percent);
}

#endif
