/* SPDX-License-Identifier: Apache-2.0 */
/* lsm.c - the security modules that label a process */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "kernel/lsm.h"
#include "sys/file.h"

bool lsm_has_apparmor(void)
{
	char text[8];
	ssize_t len = sys_read_file(AT_FDCWD,
				    "/sys/module/apparmor/parameters/enabled",
				    text, sizeof(text));

	return len > 0 && text[0] == 'Y';
}

bool lsm_has_selinux(void)
{
	struct statfs fs;

	/* mounted by whoever loads the policy */
	return statfs("/sys/fs/selinux", &fs) == 0 &&
	       (unsigned long)fs.f_type == SELINUX_MAGIC;
}
