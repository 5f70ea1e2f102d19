/* SPDX-License-Identifier: Apache-2.0 */
/*
 * now_feature.c - does this kernel have it?
 *
 * A system call is asked in a way that it must refuse: only those of the table,
 * whose refusal changes nothing. Any other word is a type of file system.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/err.h"
#include "engine/explain/now.h"
#include "kernel/syscalls.h"
#include "sys/file.h"

#if defined(__x86_64__) && defined(__ILP32__)
#define NATIVE SYSCALL_X32
#elif defined(__x86_64__)
#define NATIVE SYSCALL_X86_64
#elif defined(__aarch64__)
#define NATIVE SYSCALL_AARCH64
#elif defined(__riscv)
#define NATIVE SYSCALL_RISCV64
#elif defined(__i386__)
#define NATIVE SYSCALL_I386
#else
#define NATIVE SYSCALL_ARM
#endif

/* All arguments -1: no such descriptor, address, operation or flag. */
static const char *const refused[] = {
	"bpf",
	"clone3",
	"close_range",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"keyctl",
	"landlock_create_ruleset",
	"listmount",
	"listns",
	"memfd_create",
	"mount_setattr",
	"move_mount",
	"open_tree",
	"openat2",
	"pidfd_getfd",
	"pidfd_open",
	"pidfd_send_signal",
	"seccomp",
	"setns",
	"statmount",
	"waitid",
	"open_tree_attr",
	"process_madvise",
};

static void put_call(struct now *now, int number)
{
	/* close_range(first > last) is refused, (-1, -1) would be done */
	const long last = strcmp(now->rest, "close_range") == 0 ? 0 : -1;

	if (syscall(number, -1L, last, -1L, -1L, -1L, -1L) >= 0 ||
	    (errno != ENOSYS && errno != EPERM))
		buf_puts(&now->line, "this kernel has it");
	else if (errno == ENOSYS)
		buf_puts(&now->line, "this kernel has it not, or a filter "
				     "hides it (ENOSYS)");
	else
		buf_puts(&now->line, "you may not call it (EPERM)");
}

static void put_file_system(struct now *now)
{
	char text[8192], *at = text;
	const size_t len = strlen(now->rest);

	if (sys_read_file(now->proc_fd, "filesystems", text, sizeof(text)) <
	    0) {
		now_refused(now, -EIO);
		return;
	}
	for (; (at = strstr(at, now->rest)); at += len)
		if (at > text && at[-1] == '\t' && at[len] == '\n') {
			buf_puts(&now->line, "this kernel has it");
			return;
		}
	buf_puts(
		&now->line,
		"not in /proc/filesystems (it may be a module not yet loaded)");
}

void now_feature(struct now *now)
{
	const int found = syscall_find(now->rest);
	int number = -1;

	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (found >= 0 && strcmp(refused[i], now->rest) == 0)
			number = syscall_number((size_t)found, NATIVE);
	if (number >= 0)
		put_call(now, number);
	else if (found >= 0)
		buf_puts(&now->line, "every kernel that kist runs on has it");
	else
		put_file_system(now);
}
