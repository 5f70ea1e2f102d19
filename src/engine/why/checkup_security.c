/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_security.c - the check-up of seccomp, security modules, and system
 * calls */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "engine/why/checkup.h"
#include "kernel/lsm.h"
#include "sys/bpf.h"
#include "sys/file.h"
#include "sys/syscall.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define LANDLOCK_VERSION 1 /* LANDLOCK_CREATE_RULESET_VERSION */

/* That a descriptor was given is all we want. */
static int given(int fd)
{
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* ---- seccomp: the child that tries it keeps the filter until it ends ---- */

static int install(unsigned int flags)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K,
					      SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { .len = 1, .filter = all };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return sys_result(
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

int attempt_seccomp(const struct check *check, int64_t *ret_number)
{
	(void)check;
	(void)ret_number;
	return install(0);
}

int attempt_notify(const struct check *check, int64_t *ret_number)
{
	int fd = install(SECCOMP_FILTER_FLAG_NEW_LISTENER);

	(void)check;
	(void)ret_number;
	return given(fd);
}

int attempt_no_new_privs(const struct check *check, int64_t *ret_number)
{
	(void)check;
	(void)ret_number;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* ---- security modules ---- */

int attempt_landlock(const struct check *check, int64_t *ret_number)
{
	long ret =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	(void)check;
	*ret_number = ret;
	return ret < 0 ? -errno : 0;
}

void judge_landlock(struct checkup *up, const struct check *check,
		    const struct check_slot *slot, struct kist_checked *item)
{
	if (slot->here == EOPNOTSUPP) {
		checkup_missing(up, check, item,
				"built in, but switched off at boot");
		item->fix = "boot with 'lsm=landlock,…'";
		return;
	}
	checkup_judge(up, check, slot, item);
	if (slot->here == 0)
		item->detail =
			arena_printf(up->arena, "ABI %" PRId64, slot->number);
}

/* Of information only: kist works with any of them. */
void judge_lsm(struct checkup *up, const struct check *check,
	       const struct check_slot *slot, struct kist_checked *item)
{
	char text[256];

	(void)check;
	(void)slot;
	if (checkup_read("/sys/kernel/security/lsm", text, sizeof(text)))
		checkup_works(item, arena_strdup(up->arena, text));
	else
		checkup_works(item,
			      arena_printf(up->arena,
					   "AppArmor %s, SELinux %s (no "
					   "securityfs is mounted)",
					   lsm_has_apparmor() ? "on" : "off",
					   lsm_has_selinux() ? "on" : "off"));
}

/* Whom we may trace. */
void judge_yama(struct checkup *up, const struct check *check,
		const struct check_slot *slot, struct kist_checked *item)
{
	static const char *const words[] = {
		"any process of the same user",
		"children, and whoever allows it",
		"root alone may trace",
		"nobody may trace",
	};
	int64_t scope = checkup_number("/proc/sys/kernel/yama/ptrace_scope");

	(void)check;
	(void)slot;
	checkup_works(item, scope < 0 ?
				    "no Yama: any process of the same user" :
			    scope < 4 ? words[scope] :
					"not known");
	if (scope < 2)
		return;
	item->works = scope == 3  ? KIST_WORKS_NOT :
		      up->is_root ? KIST_WORKS :
				    KIST_WORKS_ROOT;
	if (item->works != KIST_WORKS)
		item->fix = scope == 3 ? "boot anew: it cannot be undone" :
					 "as root: sysctl "
					 "kernel.yama.ptrace_scope=1";
}

/* "allow everything": r0 = 1; exit */
int attempt_device_program(const struct check *check, int64_t *ret_number)
{
	static const struct bpf_insn all[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_load(all, ARRAY_LEN(all), "kist_check", NULL, 0);

	(void)check;
	(void)ret_number;
	return given(fd);
}

/* ---- system calls ---- */

/* Arguments of ones are wrong for each of those in the table: whatever is
 * answered but ENOSYS, the call is there. */
int attempt_call(const struct check *check, int64_t *ret_number)
{
	long ret = syscall((long)check->number, -1L, -1L, -1L, -1L, -1L, -1L);

	*ret_number = ret < 0 ? errno : 0;
	return ret < 0 && errno == ENOSYS ? -ENOSYS : 0;
}

/* A memory file that can never be executed. */
int attempt_sealed_exec(const struct check *check, int64_t *ret_number)
{
	int fd = sys_result(syscall(SYS_memfd_create, "kist", MFD_NOEXEC_SEAL));

	(void)check;
	(void)ret_number;
	return given(fd);
}
