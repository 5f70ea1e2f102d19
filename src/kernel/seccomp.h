/* SPDX-License-Identifier: Apache-2.0 */
/**
 * seccomp.h - a system-call filter: the profile, and its compilation to BPF
 *
 * The model is the OCI one (config-linux.md, Seccomp), which is libseccomp's:
 * rules name system calls and may compare arguments; the first argument-free
 * rule of a call decides alone; calls that no rule names get the default
 * action. See seccomp.c for the order of overlapping rules, and for how a
 * profile becomes a short program.
 *
 * Ownership:  all in the caller's arena.
 * Threads:    no shared state.
 * Child-safe: no (the child installs the finished program).
 * See:        seccomp(2), seccomp_rule_add(3)
 */
#ifndef KERNEL_SECCOMP_H
#define KERNEL_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum seccomp_op {
	SECCOMP_OP_NE,
	SECCOMP_OP_LT,
	SECCOMP_OP_LE,
	SECCOMP_OP_EQ,
	SECCOMP_OP_GE,
	SECCOMP_OP_GT,
	SECCOMP_OP_MASKED_EQ,
	SECCOMP_OP_COUNT
};

/* @value_two: MASKED_EQ: (arg & value) == value_two */
struct seccomp_arg {
	uint32_t index; /* 0 to 5 */
	enum seccomp_op op;
	uint64_t value, value_two;
};

/**
 * struct seccomp_rule - an action for some system calls
 * @names:	NULL-terminated; a name no architecture knows is skipped
 * @action:	SECCOMP_RET_* with its data (the errno) in the low 16 bits
 * @args:	all must hold; but with two conditions on one argument each
 *		condition is a rule of its own (any may hold), as in runc
 */
struct seccomp_rule {
	const char **names;
	uint32_t action;
	struct seccomp_arg *args;
	size_t arg_count;
};

/**
 * struct seccomp_profile - the whole profile
 * @default_action: as seccomp_rule.action
 * @archs:	AUDIT_ARCH_* values; the native one is always included;
 *		SECCOMP_ARCH_X32 stands for x86_64's x32
 * @flags:	SECCOMP_FILTER_FLAG_*
 * @listener_path, @listener_metadata: for SECCOMP_RET_USER_NOTIF, or NULL
 */
struct seccomp_profile {
	uint32_t default_action;
	uint32_t *archs;
	size_t arch_count;
	uint32_t flags;
	struct seccomp_rule *rules;
	size_t rule_count;
	const char *listener_path, *listener_metadata;
};

#define SECCOMP_ARCH_X32 0x4000003eu /* no AUDIT_ARCH of its own */

struct seccomp_program {
	struct sock_filter *code;
	size_t len;
};

/* Names as config.json has them; @ret… are written on success only.
 * Return: true if the word is known. */
bool seccomp_action_parse(const char *word, uint32_t *ret_action);
bool seccomp_op_parse(const char *word, enum seccomp_op *ret_op);
bool seccomp_arch_parse(const char *word, uint32_t *ret_arch);
bool seccomp_flag_parse(const char *word, uint32_t *ret_flag);

/* The same lists for `features`: the @i-th word, NULL behind the last. */
const char *seccomp_action_word(size_t i);
const char *seccomp_op_word(size_t i);
const char *seccomp_arch_word(size_t i);
const char *seccomp_flag_word(size_t i);

/**
 * seccomp_compile() - make the BPF program of a profile
 *
 * A call with a number above the newest that the profile's rules name gets
 * ENOSYS instead of a default action that keeps it from happening, so that a
 * C library can fall back (runc's rule). An architecture the profile does not
 * list is killed (SECCOMP_RET_KILL_THREAD, libseccomp's bad-arch action).
 *
 * Listed architectures that this machine's kernel never executes are left out:
 * no process of theirs can be there. On x86_64 that leaves x86_64, i386, x32;
 * on aarch64 itself and arm; on riscv64 itself.
 *
 * @profile->flags, listener_path and listener_metadata are not in the program:
 * who installs it has to heed them.
 *
 * Return: 0, -EINVAL (SECCOMP_PROFILE), -ENOMEM.
 */
MUST_CHECK int seccomp_compile(const struct seccomp_profile *profile,
			       struct arena *arena,
			       struct seccomp_program *ret_program,
			       struct kist_error *err);

/**
 * seccomp_default_profile() - the profile of `kist run`
 * @caps:	the container's bounding set: what CAP_SYS_ADMIN and the like
 *		allow is allowed then, as in Docker's default profile
 *
 * Denies what Docker's default denies, AF_ALG and AF_VSOCK sockets too. See
 * seccomp_default.c.
 */
MUST_CHECK int seccomp_default_profile(uint64_t caps, struct arena *arena,
				       struct seccomp_profile **ret_profile,
				       struct kist_error *err);

#endif
