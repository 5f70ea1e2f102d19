/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lsm.h - the security modules that label a process
 *
 * A label for the next execve(2) is written to a file of /proc/self (through
 * a verified procfs): the first of the module's files that is there.
 *
 * See: apparmor(7), selinux(8)
 */
#ifndef KERNEL_LSM_H
#define KERNEL_LSM_H

#include <stdbool.h>

/* Is it on, in this kernel, and usable from here? */
bool lsm_has_apparmor(void);
bool lsm_has_selinux(void);

/* Below /proc/self. */
#define LSM_APPARMOR_EXEC "attr/apparmor/exec"
#define LSM_APPARMOR_EXEC_OLD "attr/exec" /* Linux before 5.8 */
#define LSM_SELINUX_EXEC "attr/exec"
#define LSM_SELINUX_KEY_CREATE "attr/keycreate"

/* "exec PROFILE" is what AppArmor's files take. */
#define LSM_APPARMOR_PREFIX "exec "

#endif
