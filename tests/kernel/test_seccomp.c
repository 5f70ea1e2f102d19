/* SPDX-License-Identifier: Apache-2.0 */
/* test_seccomp.c - seccomp profiles and their programs (src/kernel/seccomp*.c)
 */
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "kernel/cap.h"
#include "kernel/seccomp_internal.h"
#include "kernel/syscalls.h"
#include "check.h"
#include "seccomp_machine.h"

#define ERRNO(number) (SECCOMP_RET_ERRNO | (uint32_t)(number))
#define NAMES(...)                \
	(const char *[])          \
	{                         \
		__VA_ARGS__, NULL \
	}
#define ONE_ARG(...) \
	.args = (struct seccomp_arg[]){ __VA_ARGS__ }, .arg_count = 1

/* ---- names and words ---- */

static void every_call_is_found_by_its_name(void **state)
{
	size_t i = 0;

	for (; syscall_name(i); i++) {
		CASE(syscall_name(i));
		assert_int_equal(syscall_find(syscall_name(i)), i);
	}
	assert_true(i > 480);
	assert_int_equal(syscall_find("no_such_call"), -1);
	assert_int_equal(syscall_find(""), -1);
}

static const struct {
	const char *name;
	int numbers[SYSCALL_ARCH_COUNT];
} calls[] = {
	{ "read", { 0, 0, 3, 63, 3, 63 } },
	{ "ioctl", { 16, 514, 54, 29, 54, 29 } },
	{ "break", { -1, -1, 17, -1, -1, -1 } },
	{ "set_tls", { -1, -1, -1, -1, 0xf0005, -1 } },
	{ "riscv_flush_icache", { -1, -1, -1, -1, -1, 259 } },
	{ "removexattrat", { 466, 466, 466, 466, 466, 466 } },
};

static void a_call_has_its_number_on_each_architecture(void **state)
{
	EACH(call, calls) {
		int i = syscall_find(call->name);

		CASE(call->name);
		assert_true(i >= 0);
		for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++)
			assert_int_equal(syscall_number((size_t)i, arch),
					 call->numbers[arch]);
	}
}

static void words_of_the_lists_are_the_words_that_are_read(void **state)
{
	enum seccomp_op op;
	uint32_t value;
	size_t i;

	for (i = 0; seccomp_action_word(i); i++)
		assert_true(
			seccomp_action_parse(seccomp_action_word(i), &value));
	assert_int_equal(i, 9);
	for (i = 0; seccomp_op_word(i); i++)
		assert_true(seccomp_op_parse(seccomp_op_word(i), &op));
	assert_int_equal(i, SECCOMP_OP_COUNT);
	for (i = 0; seccomp_arch_word(i); i++)
		assert_true(seccomp_arch_parse(seccomp_arch_word(i), &value));
	assert_int_equal(i, 23);
	for (i = 0; seccomp_flag_word(i); i++)
		assert_true(seccomp_flag_parse(seccomp_flag_word(i), &value));
	assert_int_equal(i, 4);

	assert_false(seccomp_action_parse("SCMP_ACT_DENY", &value));
	assert_false(seccomp_op_parse("EQ", &op));
	assert_false(seccomp_arch_parse("x86_64", &value));
	assert_false(seccomp_flag_parse("", &value));
}

/* ---- profiles that are refused ---- */

static const struct {
	uint32_t default_action;
	struct seccomp_rule rule;
	const char *line;
} refused[] = {
	{ SECCOMP_RET_USER_NOTIF,
	  { NAMES("read"), SECCOMP_RET_ALLOW, NULL, 0 },
	  "SCMP_ACT_NOTIFY cannot be the default action" },
	{ ERRNO(4096),
	  { NAMES("read"), SECCOMP_RET_ALLOW, NULL, 0 },
	  "seccomp errno 4096 is above 4095" },
	{ ERRNO(1),
	  { NAMES("read"), ERRNO(5000), NULL, 0 },
	  "seccomp errno 5000 is above 4095" },
	{ ERRNO(1),
	  { NAMES("read"), SECCOMP_RET_USER_NOTIF, NULL, 0 },
	  "SCMP_ACT_NOTIFY needs a listenerPath" },
	{ ERRNO(1),
	  { NAMES(NULL), SECCOMP_RET_ALLOW, NULL, 0 },
	  "a seccomp rule names no system call" },
	{ ERRNO(1),
	  { NAMES("read", ""), SECCOMP_RET_ALLOW, NULL, 0 },
	  "a seccomp rule has an empty name" },
	{ ERRNO(1),
	  { NAMES("read"), SECCOMP_RET_ALLOW, ONE_ARG({ .index = 6 }) },
	  "seccomp argument 6: a system call has arguments 0 to 5" },
	{ ERRNO(1),
	  { NAMES("read"), SECCOMP_RET_ALLOW,
	    ONE_ARG({ .op = SECCOMP_OP_COUNT }) },
	  "seccomp operator 7 is unknown" },
};

static void check_refusal(const struct seccomp_profile *profile,
			  const char *line)
{
	CLEANUP_ARENA struct arena arena;
	struct seccomp_program program = { NULL, 0 };
	struct kist_error err = { 0 };

	arena_init(&arena);
	assert_int_equal(seccomp_compile(profile, &arena, &program, &err),
			 -EINVAL);
	assert_int_equal(err.id, KIST_E_SECCOMP_PROFILE);
	assert_null(program.code);
	CHECK_ERR(&err, line);
}

static void a_profile_the_kernel_would_misread_is_refused(void **state)
{
	EACH(row, refused) {
		struct seccomp_rule rule = row->rule;
		struct seccomp_profile profile = {
			.default_action = row->default_action,
			.rules = &rule,
			.rule_count = 1,
		};

		CASE(row->line);
		check_refusal(&profile, row->line);
	}
}

static void writing_cannot_be_asked_of_the_listener(void **state)
{
	struct seccomp_rule rule = { NAMES("read", "write"),
				     SECCOMP_RET_USER_NOTIF, NULL, 0 };
	struct seccomp_profile profile = { .rules = &rule,
					   .rule_count = 1,
					   .listener_path = "/run/listener" };

	check_refusal(&profile, "SCMP_ACT_NOTIFY cannot be used for the write "
				"system call");
}

static void a_program_the_kernel_would_not_take_is_refused(void **state)
{
	static const char *names[] = { "ioctl", NULL };
	struct seccomp_rule rules[900];
	struct seccomp_profile profile = { .rules = rules,
					   .rule_count = ARRAY_LEN(rules) };
	struct seccomp_arg args[ARRAY_LEN(rules)];
	struct seccomp_program program;
	CLEANUP_ARENA struct arena arena;
	struct kist_error err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		args[i] = (struct seccomp_arg){ .index = 1,
						.op = SECCOMP_OP_GT,
						.value = i << 32 };
		rules[i] = (struct seccomp_rule){ names, ERRNO(i + 1), &args[i],
						  1 };
	}
	arena_init(&arena);
	assert_int_equal(seccomp_compile_for(AUDIT_ARCH_X86_64, &profile,
					     &arena, &program, &err),
			 -EINVAL);
	assert_int_equal(err.id, KIST_E_SECCOMP_PROFILE);
	assert_non_null(
		strstr(err.what, "instructions, the kernel takes 4096"));
}

static void without_rules_every_call_gets_the_default_action(void **state)
{
	struct seccomp_profile profile = { .default_action = ERRNO(ENOTTY) };
	struct seccomp_data data = { .nr = 9999, .arch = AUDIT_ARCH_X86_64 };
	struct seccomp_program program;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_int_equal(seccomp_compile_for(AUDIT_ARCH_X86_64, &profile,
					     &arena, &program, NULL),
			 0);
	assert_int_equal(machine_run(program.code, program.len, &data),
			 ERRNO(ENOTTY));
	data.arch = AUDIT_ARCH_I386;
	assert_int_equal(machine_run(program.code, program.len, &data),
			 SECCOMP_RET_KILL_THREAD);
}

/* ---- which rule wins: a plain model of it ---- */

static uint64_t seed;

static size_t random_below(size_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)((seed >> 20) % limit);
}

static bool arg_holds(const struct seccomp_arg *arg, const uint64_t *args)
{
	uint64_t value = args[arg->index];

	switch (arg->op) {
	case SECCOMP_OP_NE:
		return value != arg->value;
	case SECCOMP_OP_LT:
		return value < arg->value;
	case SECCOMP_OP_LE:
		return value <= arg->value;
	case SECCOMP_OP_EQ:
		return value == arg->value;
	case SECCOMP_OP_GE:
		return value >= arg->value;
	case SECCOMP_OP_GT:
		return value > arg->value;
	default:
		return (value & arg->value) == (arg->value_two & arg->value);
	}
}

static bool is_equality(const struct seccomp_arg *arg)
{
	return arg->op == SECCOMP_OP_EQ || arg->op == SECCOMP_OP_MASKED_EQ;
}

/* Does one of the rules that @rule stands for hold? Only those of nothing but
 * equalities, or only the others. */
static bool rule_holds(const struct seccomp_rule *rule, const uint64_t *args,
		       bool equalities)
{
	bool all = true, only = true, twice = false;

	for (size_t i = 0; i < rule->arg_count; i++)
		for (size_t k = 0; k < i; k++)
			twice |= rule->args[i].index == rule->args[k].index;
	for (size_t i = 0; i < rule->arg_count; i++) {
		const struct seccomp_arg *arg = &rule->args[i];

		if (twice && is_equality(arg) == equalities &&
		    arg_holds(arg, args))
			return true;
		all &= arg_holds(arg, args);
		only &= is_equality(arg);
	}
	return !twice && all && only == equalities;
}

/* A rule with the default action is none. */
static uint32_t model(const struct seccomp_profile *profile,
		      const uint64_t *args)
{
	for (size_t i = 0; i < profile->rule_count; i++)
		if (!profile->rules[i].arg_count &&
		    profile->rules[i].action != profile->default_action)
			return profile->rules[i].action;
	for (int equalities = 1; equalities >= 0; equalities--)
		for (size_t i = 0; i < profile->rule_count; i++)
			if (profile->rules[i].action !=
				    profile->default_action &&
			    rule_holds(&profile->rules[i], args, equalities))
				return profile->rules[i].action;
	return profile->default_action;
}

static const uint64_t edges[] = {
	0,
	1,
	4,
	5,
	6,
	0x7fffffff,
	0xfffffffe,
	0xffffffff,
	0x100000000,
	0x100000005,
	UINT64_MAX - 1,
	UINT64_MAX,
};

static void random_rules(struct seccomp_rule *rules, struct seccomp_arg *args,
			 size_t count)
{
	static const char *names[] = { "ioctl", NULL };

	for (size_t i = 0; i < count; i++, args += 3) {
		rules[i] = (struct seccomp_rule){
			names, ERRNO(1 + random_below(5)), args,
			random_below(20) ? 1 + random_below(3) : 0
		};
		for (size_t k = 0; k < 3; k++)
			args[k] = (struct seccomp_arg){
				(uint32_t)random_below(3),
				(enum seccomp_op)random_below(SECCOMP_OP_COUNT),
				edges[random_below(ARRAY_LEN(edges))],
				edges[random_below(ARRAY_LEN(edges))],
			};
	}
}

static void compare_with_model(const struct seccomp_profile *profile)
{
	struct seccomp_program program;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_int_equal(seccomp_compile_for(AUDIT_ARCH_X86_64, profile, &arena,
					     &program, NULL),
			 0);
	for (size_t i = 0; i < 2000; i++) {
		struct seccomp_data data = { .nr = 16,
					     .arch = AUDIT_ARCH_X86_64 };
		uint64_t args[6] = { 0 };

		for (size_t k = 0; k < 3; k++)
			args[k] = edges[random_below(ARRAY_LEN(edges))];
		memcpy(data.args, args, sizeof(args));
		assert_int_equal(machine_run(program.code, program.len, &data),
				 model(profile, args));
	}
}

static void overlapping_rules_win_in_the_documented_order(void **state)
{
	for (uint64_t round = 1; round <= 200; round++) {
		struct seccomp_rule rules[8];
		struct seccomp_arg args[3 * ARRAY_LEN(rules)];
		struct seccomp_profile profile = {
			.default_action = ERRNO(3),
			.rules = rules,
		};
		char name[32];

		snprintf(name, sizeof(name), "seed %u", (unsigned)round);
		CASE(name);
		seed = round * 0x9e3779b97f4a7c15;
		profile.rule_count = 1 + random_below(ARRAY_LEN(rules));
		random_rules(rules, args, profile.rule_count);
		compare_with_model(&profile);
	}
}

/* ---- the profile of kist run ---- */

static uint32_t default_verdict(uint64_t caps, const struct seccomp_data *data)
{
	struct seccomp_profile *profile = NULL;
	struct seccomp_program program;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_int_equal(seccomp_default_profile(caps, &arena, &profile, NULL),
			 0);
	assert_int_equal(seccomp_compile_for(AUDIT_ARCH_X86_64, profile, &arena,
					     &program, NULL),
			 0);
	return machine_run(program.code, program.len, data);
}

#define X86_64 AUDIT_ARCH_X86_64
#define I386 AUDIT_ARCH_I386
#define X32(nr) (0x40000000 | (nr))
#define ALLOWED SECCOMP_RET_ALLOW
#define NO_FAMILY ERRNO(EAFNOSUPPORT)
#define ADMIN CAP_MASK(21 /* CAP_SYS_ADMIN */)

static const struct {
	const char *what;
	uint64_t caps;
	struct seccomp_data data;
	uint32_t action;
} verdicts[] = {
	{ "read", 0, { 0, X86_64, 0, { 0 } }, ALLOWED },
	{ "read of x32", 0, { X32(0), X86_64, 0, { 0 } }, ALLOWED },
	{ "read of i386", 0, { 3, I386, 0, { 0 } }, ALLOWED },
	{ "read of arm64",
	  0,
	  { 63, AUDIT_ARCH_AARCH64, 0, { 0 } },
	  SECCOMP_RET_KILL_THREAD },
	{ "setxattrat", 0, { 463, X86_64, 0, { 0 } }, ALLOWED },
	{ "newer than the profile",
	  0,
	  { 467, X86_64, 0, { 0 } },
	  ERRNO(ENOSYS) },
	{ "keyctl", CAP_ALL, { 250, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "io_uring_setup", CAP_ALL, { 425, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "userfaultfd", CAP_ALL, { 323, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "kexec_load", CAP_ALL, { 246, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "mount", CAP_ALL & ~ADMIN, { 165, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "mount", ADMIN, { 165, X86_64, 0, { 0 } }, ALLOWED },
	{ "unshare",
	  CAP_DOCKER_DEFAULT,
	  { 272, X86_64, 0, { 0 } },
	  ERRNO(EPERM) },
	{ "chroot", CAP_DOCKER_DEFAULT, { 161, X86_64, 0, { 0 } }, ALLOWED },
	{ "chroot", 0, { 161, X86_64, 0, { 0 } }, ERRNO(EPERM) },
	{ "clone3", 0, { 435, X86_64, 0, { 0 } }, ERRNO(ENOSYS) },
	{ "clone3", ADMIN, { 435, X86_64, 0, { 0 } }, ALLOWED },
	{ "fork by clone", 0, { 56, X86_64, 0, { 17 } }, ALLOWED },
	{ "clone, new user",
	  0,
	  { 56, X86_64, 0, { 0x10000011 } },
	  ERRNO(EPERM) },
	{ "clone, new user", ADMIN, { 56, X86_64, 0, { 0x10000011 } }, ALLOWED },
	{ "AF_UNIX", 0, { 41, X86_64, 0, { 1 } }, ALLOWED },
	{ "AF_NETLINK", 0, { 41, X86_64, 0, { 16 } }, ALLOWED },
	{ "AF_ALG", CAP_ALL, { 41, X86_64, 0, { 38 } }, NO_FAMILY },
	{ "between them", 0, { 41, X86_64, 0, { 39 } }, ALLOWED },
	{ "AF_VSOCK", CAP_ALL, { 41, X86_64, 0, { 40 } }, NO_FAMILY },
	{ "AF_ALG, as an int",
	  CAP_ALL,
	  { 41, X86_64, 0, { 0x100000026 } },
	  ERRNO(EPERM) },
	{ "AF_ALG, negative",
	  CAP_ALL,
	  { 41, X86_64, 0, { 0xffffffff00000026 } },
	  ERRNO(EPERM) },
	{ "AF_ALG of x32",
	  CAP_ALL,
	  { X32(41), X86_64, 0, { 0x100000026 } },
	  NO_FAMILY },
	{ "AF_ALG of i386", CAP_ALL, { 359, I386, 0, { 38 } }, NO_FAMILY },
	{ "socketcall", CAP_ALL, { 102, I386, 0, { 1 } }, ERRNO(ENOSYS) },
	{ "personality", 0, { 135, X86_64, 0, { 0x20008 } }, ALLOWED },
	{ "ADDR_NO_RANDOMIZE",
	  CAP_ALL,
	  { 135, X86_64, 0, { 0x40000 } },
	  ERRNO(EPERM) },
};

static void the_default_profile_denies_what_it_says(void **state)
{
	EACH(row, verdicts) {
		CASE(row->what);
		assert_int_equal(default_verdict(row->caps, &row->data),
				 row->action);
	}
}

static void the_default_profile_names_only_calls_there_are(void **state)
{
	struct seccomp_profile *profile = NULL;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_int_equal(
		seccomp_default_profile(CAP_ALL, &arena, &profile, NULL), 0);
	for (size_t i = 0; i < profile->rule_count; i++)
		for (const char **name = profile->rules[i].names; *name;
		     name++) {
			CASE(*name);
			assert_true(syscall_find(*name) >= 0);
		}
}

/* ---- the kernel ---- */

static void install(const struct seccomp_profile *profile)
{
	struct seccomp_program program;
	CLEANUP_ARENA struct arena arena;
	struct sock_fprog fprog;

	arena_init(&arena);
	assert_int_equal(seccomp_compile(profile, &arena, &program, NULL), 0);
	fprog.len = (unsigned short)program.len;
	fprog.filter = program.code;
	CHECK_SYS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	CHECK_SYS(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, profile->flags,
			  &fprog));
}

static void live_under_the_default_profile(void)
{
	struct seccomp_profile *profile = NULL;
	CLEANUP_ARENA struct arena arena;

	arena_init(&arena);
	assert_int_equal(seccomp_default_profile(CAP_DOCKER_DEFAULT, &arena,
						 &profile, NULL),
			 0);
	install(profile);

	CHECK_SYS(getppid());
	assert_int_equal(syscall(SYS_unshare, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(syscall(SYS_clone3, NULL, 0), -1);
	assert_int_equal(errno, ENOSYS);
	assert_int_equal(syscall(467, -1, "", 0, NULL, 0), -1);
	assert_int_equal(errno, ENOSYS);
	assert_int_equal(syscall(SYS_socket, 38, 5, 0), -1);
	assert_int_equal(errno, EAFNOSUPPORT);
	assert_int_equal(syscall(SYS_socket, 0x100000026, 5, 0), -1);
	assert_int_equal(errno, EPERM);
}

static void the_kernel_does_as_the_default_profile_says(void **state)
{
	in_child(live_under_the_default_profile);
}

static void die_of_getppid(void)
{
	struct seccomp_rule rule = { NAMES("getppid"), SECCOMP_RET_KILL_PROCESS,
				     NULL, 0 };
	struct seccomp_profile profile = { .default_action = SECCOMP_RET_ALLOW,
					   .rules = &rule,
					   .rule_count = 1 };

	install(&profile);
	syscall(SYS_getppid);
	_exit(0);
}

static void a_call_to_kill_for_kills(void **state)
{
	int status = 0;
	pid_t pid = fork();

	CHECK_SYS(pid);
	if (pid == 0)
		die_of_getppid();
	CHECK_SYS(waitpid(pid, &status, 0));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_found_by_its_name),
		cmocka_unit_test(a_call_has_its_number_on_each_architecture),
		cmocka_unit_test(
			words_of_the_lists_are_the_words_that_are_read),
		cmocka_unit_test(a_profile_the_kernel_would_misread_is_refused),
		cmocka_unit_test(writing_cannot_be_asked_of_the_listener),
		cmocka_unit_test(
			a_program_the_kernel_would_not_take_is_refused),
		cmocka_unit_test(
			without_rules_every_call_gets_the_default_action),
		cmocka_unit_test(overlapping_rules_win_in_the_documented_order),
		cmocka_unit_test(the_default_profile_denies_what_it_says),
		cmocka_unit_test(
			the_default_profile_names_only_calls_there_are),
		cmocka_unit_test(the_kernel_does_as_the_default_profile_says),
		cmocka_unit_test(a_call_to_kill_for_kills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
