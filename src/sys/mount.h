/* SPDX-License-Identifier: Apache-2.0 */
/**
 * mount.h - the system calls of mounts, old and new
 *
 * Each returns a value that is not negative, or -errno. The new calls work on
 * detached mounts, named by fds (all close-on-exec).
 *
 * Never include <sys/mount.h> beside this file: it and <linux/mount.h> define
 * the same names in different ways in every C library. MS_*, MNT_* and
 * UMOUNT_* are here, and mount(2) is sys_mount().
 *
 * Threads: no shared state.
 * See:     mount(2), open_tree(2), fsopen(2), mount_setattr(2)
 */
#ifndef SYS_MOUNT_H
#define SYS_MOUNT_H

#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Newer than the headers of Linux 6.1, or missing in one C library. */
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif
#ifndef MOUNT_ATTR_IDMAP
#define MOUNT_ATTR_IDMAP 0x00100000
#endif
#ifndef MOVE_MOUNT_SET_GROUP
#define MOVE_MOUNT_SET_GROUP 0x00000100
#endif
#ifndef MOVE_MOUNT_BENEATH
#define MOVE_MOUNT_BENEATH 0x00000200
#endif
#ifndef OPEN_TREE_NAMESPACE
#define OPEN_TREE_NAMESPACE 0x2
#endif
#ifndef MNT_FORCE
#define MNT_FORCE 1
#endif
#ifndef MNT_DETACH
#define MNT_DETACH 2
#endif
#ifndef MNT_EXPIRE
#define MNT_EXPIRE 4
#endif
#ifndef UMOUNT_NOFOLLOW
#define UMOUNT_NOFOLLOW 8
#endif

int sys_mount(const char *source, const char *target, const char *type,
	      unsigned long flags, const void *data);
int sys_umount(const char *target, int flags);
int sys_pivot_root(const char *new_root, const char *put_old);

/* @flags: OPEN_TREE_CLONE, AT_EMPTY_PATH, AT_RECURSIVE …; close-on-exec is
 * added. Return: an fd, or -errno. */
int sys_open_tree(int dir_fd, const char *path, unsigned int flags);

/* @flags: MOVE_MOUNT_F_EMPTY_PATH … */
int sys_move_mount(int from_fd, const char *from_path, int to_fd,
		   const char *to_path, unsigned int flags);

/* Return: an fd to configure a new file system of @type with. */
int sys_fsopen(const char *type);
/* @cmd: FSCONFIG_SET_STRING … */
int sys_fsconfig(int fs_fd, unsigned int cmd, const char *key,
		 const void *value, int aux);
/* @attrs: MOUNT_ATTR_*. Return: the fd of the detached mount. */
int sys_fsmount(int fs_fd, unsigned int attrs);

/* @flags: AT_EMPTY_PATH, AT_RECURSIVE … */
int sys_mount_setattr(int dir_fd, const char *path, unsigned int flags,
		      const struct mount_attr *attr);

/**
 * sys_fs_log() - the last thing the kernel said about a file system context
 *
 * "tmpfs: Unknown parameter 'sise'": the level in front is taken off.
 *
 * Return: its length; 0 with an empty string if the kernel said nothing.
 */
size_t sys_fs_log(int fs_fd, char *buf, size_t size);

#endif
