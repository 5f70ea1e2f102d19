/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_seccomp_oracle.c - the same verdicts as libseccomp (src/kernel/seccomp.c)
 *
 * Names that the installed libseccomp does not know are left out of the
 * profiles.
 */
#include <stdio.h>

#include "kernel/cap.h"
#include "seccomp_oracle.h"

/* libseccomp has the number we have, on every architecture? */
static bool agreed(size_t call)
{
	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++) {
		int ours = syscall_number(call, archs[i].column);
		int theirs = seccomp_syscall_resolve_name_arch(
			archs[i].scmp, syscall_name(call));
		bool carried = theirs <= -100 && theirs > -300;

		if (theirs == __NR_SCMP_ERROR)
			return false;
		if (ours >= 0 && !carried &&
		    (ours | (int)archs[i].base) != theirs)
			return false;
		if (ours < 0 && theirs >= 0)
			return false;
	}
	return true;
}

static void drop_unknown(struct seccomp_profile *profile)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		const char **to = profile->rules[i].names;

		for (const char **from = to; *from; from++) {
			int call = syscall_find(*from);

			if (call >= 0 && agreed((size_t)call))
				*to++ = *from;
		}
		*to = NULL;
	}
}

static void drop_empty(struct seccomp_profile *profile)
{
	size_t kept = 0;

	for (size_t i = 0; i < profile->rule_count; i++)
		if (profile->rules[i].names[0])
			profile->rules[kept++] = profile->rules[i];
	profile->rule_count = kept;
}

static void the_default_profile_is_as_libseccomp_makes_it(void **state)
{
	static const uint64_t caps[] = { 0, CAP_DOCKER_DEFAULT, CAP_ALL };

	EACH(set, caps) {
		EACH(machine, machines) {
			CLEANUP_ARENA struct arena arena;
			struct seccomp_profile *profile = NULL;

			CASE(machine->name);
			arena_init(&arena);
			assert_int_equal(seccomp_default_profile(
						 *set, &arena, &profile, NULL),
					 0);
			drop_unknown(profile);
			drop_empty(profile);
			seed = 1;
			compare_profile(profile, machine, 50);
		}
	}
}

/* Rules as engines write them; where two overlap, their actions differ. */
#define NAMES(...)                \
	(const char *[])          \
	{                         \
		__VA_ARGS__, NULL \
	}
#define ERRNO(number) (SECCOMP_RET_ERRNO | (number))
#define ARGS(...)                                                    \
	.args = (struct seccomp_arg[]){ __VA_ARGS__ },               \
	.arg_count = sizeof((struct seccomp_arg[]){ __VA_ARGS__ }) / \
		     sizeof(struct seccomp_arg)

static struct seccomp_rule engine_rules[] = {
	{ NAMES("read", "write", "close", "socketcall", "getpid"),
	  SECCOMP_RET_ALLOW, NULL, 0 },
	{ NAMES("socket"), ERRNO(EPERM), ARGS({ 0, SECCOMP_OP_EQ, 40, 0 }) },
	{ NAMES("socket"), ERRNO(EINVAL),
	  ARGS({ 0, SECCOMP_OP_EQ, 16, 0 }, { 2, SECCOMP_OP_EQ, 9, 0 }) },
	{ NAMES("socket"), SECCOMP_RET_ALLOW,
	  ARGS({ 0, SECCOMP_OP_EQ, 16, 0 }, { 2, SECCOMP_OP_NE, 9, 0 }) },
	{ NAMES("socket"), SECCOMP_RET_ALLOW,
	  ARGS({ 0, SECCOMP_OP_NE, 16, 0 }) },
	{ NAMES("ioctl"), SECCOMP_RET_ALLOW,
	  ARGS({ 1, SECCOMP_OP_NE, 0x5412, 0 },
	       { 1, SECCOMP_OP_NE, 0x541c, 0 }) },
	{ NAMES("clone"), SECCOMP_RET_ALLOW,
	  ARGS({ 0, SECCOMP_OP_MASKED_EQ, 0x7e020000, 0 }) },
	{ NAMES("mmap"), SECCOMP_RET_KILL_PROCESS,
	  ARGS({ 2, SECCOMP_OP_MASKED_EQ, 6, 6 },
	       { 1, SECCOMP_OP_GT, 1ull << 33, 0 }) },
	{ NAMES("mmap"), SECCOMP_RET_ALLOW, NULL, 0 },
	{ NAMES("getpid"), ERRNO(ENOSYS), NULL, 0 },
	{ NAMES("shmat", "semop"), SECCOMP_RET_LOG,
	  ARGS({ 2, SECCOMP_OP_LE, 7, 0 }) },
	{ NAMES("kill"), SECCOMP_RET_TRAP, ARGS({ 1, SECCOMP_OP_GE, 9, 0 }) },
	{ NAMES("sendto"), SECCOMP_RET_TRACE | 7,
	  ARGS({ 4, SECCOMP_OP_MASKED_EQ, 0xff00000000000000,
		 0x1f00000000000000 }) },
};

static const uint32_t defaults[] = {
	ERRNO(EACCES),	 SECCOMP_RET_KILL_PROCESS, ERRNO(ENOSYS),
	SECCOMP_RET_LOG, SECCOMP_RET_KILL_THREAD,  SECCOMP_RET_TRAP,
};

static void rules_as_engines_write_them_are_as_in_libseccomp(void **state)
{
	EACH(action, defaults) {
		EACH(machine, machines) {
			struct seccomp_profile profile = {
				.default_action = *action,
				.rules = engine_rules,
				.rule_count = sizeof(engine_rules) /
					      sizeof(engine_rules[0]),
			};

			CASE(machine->name);
			seed = 2;
			compare_profile(&profile, machine, 250);
		}
	}
}

/* ---- profiles nobody would write ---- */

/*
 * Each call is named once: with several rules for one, libseccomp (2.5 and
 * 2.6) may test an argument that it has not loaded. What kist makes of those
 * is compared with a model, in test_seccomp.c.
 */
#define RULES 24
#define NAMES_A_RULE 6

static const uint32_t actions[] = { SECCOMP_RET_ALLOW, ERRNO(1), ERRNO(13),
				    SECCOMP_RET_LOG, SECCOMP_RET_TRAP };
static const uint64_t constants[] = {
	0,	    1,		 5,	      0x7fffffff, 0x80000000,
	0xffffffff, 0x100000000, 0x100000005, INT64_MAX,  0xffffffff00000000,
	UINT64_MAX,
};

static uint64_t random_constant(void)
{
	return constants[random_below(sizeof(constants) / 8)];
}

static struct seccomp_arg random_arg(void)
{
	return (struct seccomp_arg){
		.index = (uint32_t)random_below(6),
		.op = (enum seccomp_op)random_below(SECCOMP_OP_COUNT),
		.value = random_constant(),
		.value_two = random_constant(),
	};
}

static bool is_carried(size_t call)
{
	int nr = seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86,
						   syscall_name(call));

	return nr <= -100 && nr > -300;
}

/* @used: calls that have been given already */
static const char *random_name(bool *used)
{
	for (;;) {
		size_t call = random_below(490);

		if (used[call] || !syscall_name(call) || !agreed(call) ||
		    is_carried(call))
			continue;
		used[call] = true;
		return syscall_name(call);
	}
}

static struct seccomp_rule random_rule(struct arena *arena, bool *used)
{
	struct seccomp_rule rule = { 0 };
	size_t names = 1 + random_below(NAMES_A_RULE);

	rule.names = ARENA_ARRAY(arena, const char *, names + 1);
	for (size_t i = 0; i < names; i++)
		rule.names[i] = random_name(used);
	rule.action = actions[random_below(sizeof(actions) / 4)];
	rule.arg_count = random_below(2) ? random_below(4) : 0;
	rule.args = ARENA_ARRAY(arena, struct seccomp_arg, 4);
	for (size_t i = 0; i < rule.arg_count; i++)
		rule.args[i] = random_arg();
	if (rule.arg_count > 1 && tests_one_twice(&rule))
		rule.arg_count = 1;
	return rule;
}

static void random_profiles_are_as_in_libseccomp(void **state)
{
	for (uint64_t round = 1; round <= 60; round++) {
		CLEANUP_ARENA struct arena arena;
		struct seccomp_rule rules[RULES];
		bool used[512] = { false };
		struct seccomp_profile profile = {
			.default_action = defaults[round % 6],
			.rules = rules,
			.rule_count = RULES,
		};
		char name[32];

		snprintf(name, sizeof(name), "seed %llu",
			 (unsigned long long)round);
		CASE(name);
		seed = round * 0x9e3779b97f4a7c15;
		arena_init(&arena);
		for (size_t i = 0; i < RULES; i++)
			rules[i] = random_rule(&arena, used);
		compare_profile(&profile, &machines[round % 6], 400);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_default_profile_is_as_libseccomp_makes_it),
		cmocka_unit_test(
			rules_as_engines_write_them_are_as_in_libseccomp),
		cmocka_unit_test(random_profiles_are_as_in_libseccomp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
