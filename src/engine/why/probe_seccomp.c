/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe_seccomp.c - refused by a system-call filter, such as a container's
 *
 * How it is known
 * ===============
 * A filter answers before the call looks at its arguments. So of ourselves a
 * child makes the call with arguments that cannot work: the kernel answers
 * EFAULT, EINVAL or EBADF, a filter its own number (or its own death). Of a
 * process that is traced the filter itself is fetched and asked, if root asks.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "engine/why/caller.h"
#include "sys/process.h"
#include "sys/ptrace.h"

#define NOWHERE 1L /* an address at which nothing can be */

/* Calls that look at their arguments before at the caller's rights. */
static const struct {
	const char *name;
	long number, args[4];
} senseless[] = {
	{ "mount", SYS_mount, { NOWHERE, NOWHERE, NOWHERE, 0 } },
	{ "umount2", SYS_umount2, { NOWHERE, 1 << 30 } },
	{ "unshare", SYS_unshare, { 1 } },
	{ "setns", SYS_setns, { -1, 0 } },
	{ "chroot", SYS_chroot, { NOWHERE } },
	{ "clone3", 435, { NOWHERE, 0 } },
	{ "keyctl", SYS_keyctl, { 9999 } },
	{ "add_key", SYS_add_key, { NOWHERE, NOWHERE, 0, 0 } },
};

/* A process of its own, for the filter may end it; it does no more than the
 * call, and so may be made of a program with threads. */
static void try_it(void *arg)
{
	const size_t *i = arg;
	const long *a = senseless[*i].args;
	long ret = syscall(senseless[*i].number, a[0], a[1], a[2], a[3]);

	_exit(ret < 0 && errno < 128 ? errno : 0);
}

/* Return: the errno, -1: killed by it, 0: not known. */
static int try_senseless(size_t i)
{
	const struct sys_vfork child = { .cgroup_fd = -1,
					 .child = try_it,
					 .arg = &i };
	CLEANUP_FD int pidfd = -1;
	int status;

	if (sys_vfork3(&child, NULL, &pidfd) < 0)
		return 0;
	status = sys_wait_exit(pidfd);
	if (status >= 128)
		return status == 128 + SIGSYS ? -1 : 0;
	return status < 0 ? 0 : status;
}

static int of_self(const struct why_case *c, struct why_finding *found)
{
	for (size_t i = 0; i < ARRAY_LEN(senseless); i++) {
		int errnum;

		if (strcmp(senseless[i].name, c->name) != 0)
			continue;
		errnum = try_senseless(i);
		if (errnum != c->errnum && errnum != -1)
			return 0;
		found->is_certain = true;
		found->evidence = arena_printf(
			c->arena,
			"Seccomp is 2, and even with arguments that cannot "
			"work the answer is %s",
			errnum == -1 ? "SIGSYS" : errno_name(errnum));
		return 1;
	}
	return 0;
}

/* ---- of a traced one ---- */

struct data {
	uint32_t number, arch;
	uint64_t address, args[6];
};

static uint32_t word_of(const struct data *data, uint32_t at)
{
	uint32_t word = 0;

	if (at <= sizeof(*data) - sizeof(word) && at % sizeof(word) == 0)
		memcpy(&word, (const char *)data + at, sizeof(word));
	return word;
}

static uint32_t arithmetic(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	case BPF_MUL:
		return a * b;
	case BPF_DIV:
		return b ? a / b : 0;
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_XOR:
		return a ^ b;
	case BPF_LSH:
		return b < 32 ? a << b : 0;
	case BPF_RSH:
		return b < 32 ? a >> b : 0;
	default:
		return -a; /* BPF_NEG */
	}
}

static bool compare(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	default:
		return a & b; /* BPF_JSET */
	}
}

/* What classic BPF answers; the kernel has checked the program. */
static uint32_t ask(const struct sock_filter *code, size_t len,
		    const struct data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 };

	for (size_t i = 0; i < len; i++) {
		const struct sock_filter *f = &code[i];
		uint32_t b = BPF_SRC(f->code) == BPF_X ? x : f->k;

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			a = BPF_MODE(f->code) == BPF_ABS ? word_of(data, f->k) :
			    BPF_MODE(f->code) == BPF_MEM ? memory[f->k % 16] :
			    BPF_MODE(f->code) == BPF_LEN ? sizeof(*data) :
							   f->k;
			break;
		case BPF_LDX:
			x = BPF_MODE(f->code) == BPF_MEM ? memory[f->k % 16] :
			    BPF_MODE(f->code) == BPF_LEN ? sizeof(*data) :
							   f->k;
			break;
		case BPF_ST:
			memory[f->k % 16] = a;
			break;
		case BPF_STX:
			memory[f->k % 16] = x;
			break;
		case BPF_ALU:
			a = arithmetic(f->code, a, b);
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA)
				i += f->k;
			else
				i += compare(f->code, a, b) ? f->jt : f->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(f->code) == BPF_A ? a : f->k;
		default:
			if (BPF_MISCOP(f->code) == BPF_TAX)
				x = a;
			else
				a = x;
		}
	}
	return SECCOMP_RET_ALLOW;
}

static bool refuses(uint32_t action, int errnum)
{
	uint32_t kind = action & SECCOMP_RET_ACTION_FULL;

	if (kind == SECCOMP_RET_KILL_PROCESS || kind == SECCOMP_RET_KILL_THREAD)
		return true;
	return kind == SECCOMP_RET_ERRNO &&
	       (int)(action & SECCOMP_RET_DATA) == errnum;
}

static int of_traced(const struct why_case *c, struct why_finding *found)
{
	struct sock_filter code[BPF_MAXINSNS];
	struct data data;

	if (!c->stop)
		return 0;
	data = (struct data){ .number = (uint32_t)c->stop->number,
			      .arch = c->stop->arch };
	memcpy(data.args, c->stop->args, sizeof(data.args));
	for (int i = 0; i < 64; i++) {
		long len = syscall(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER,
				   (long)c->pid, (long)i, code);

		if (len < 0)
			return 0;
		if (!refuses(ask(code, (size_t)len, &data), c->errnum))
			continue;
		found->is_certain = true;
		found->evidence = arena_printf(
			c->arena,
			"Seccomp of process %d is 2, and its filter answers "
			"%s to this very call",
			c->pid, errno_name(c->errnum));
		return 1;
	}
	return 0;
}

/* What is left when rights and arguments are in order. */
static int of_suspect(const struct why_case *c, struct why_finding *found)
{
	found->evidence = arena_printf(
		c->arena, "Seccomp of process %d is 2: it has a filter",
		c->pid);
	found->is_certain = false;
	return 1;
}

int probe_seccomp(const struct why_case *c, struct why_finding *found)
{
	struct proc_status status;
	bool by_file = c->call & (WHY_WRITE | WHY_OPEN | WHY_MAP);

	if (c->call & WHY_KILLED && c->name && strcmp(c->name, "SIGSYS") == 0) {
		found->arg[0] = "a system call";
		found->evidence = "it was ended by SIGSYS";
		found->is_certain = true;
		return 1;
	}
	if (!c->name || by_file || !caller_status(c, &status) ||
	    status.seccomp != 2)
		return 0;
	found->arg[0] = c->name;
	if (!c->is_self)
		return of_traced(c, found) ||
		       (c->errnum == ENOSYS && of_suspect(c, found));
	return of_self(c, found);
}
