/* SPDX-License-Identifier: Apache-2.0 */
/**
 * syscall.h - for the doors in this folder: raw calls, and numbers that old
 * headers lack
 *
 * From 424 on, the numbers are the same on every architecture kist is built
 * for.
 */
#ifndef SYS_SYSCALL_H
#define SYS_SYSCALL_H

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_open_tree
#define SYS_open_tree 428
#endif
#ifndef SYS_move_mount
#define SYS_move_mount 429
#endif
#ifndef SYS_fsopen
#define SYS_fsopen 430
#endif
#ifndef SYS_fsconfig
#define SYS_fsconfig 431
#endif
#ifndef SYS_fsmount
#define SYS_fsmount 432
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* What syscall(2) gave, as a value or a negative errno. */
static inline int sys_result(long result)
{
	return result < 0 ? -errno : (int)result;
}

#endif
