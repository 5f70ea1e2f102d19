/* SPDX-License-Identifier: Apache-2.0 */
/* mount.c - the system calls of mounts, old and new */
#include <errno.h>
#include <string.h>

#include "sys/mount.h"
#include "sys/syscall.h"

int sys_mount(const char *source, const char *target, const char *type,
	      unsigned long flags, const void *data)
{
	return sys_result(
		syscall(SYS_mount, source, target, type, flags, data));
}

int sys_umount(const char *target, int flags)
{
	return sys_result(syscall(SYS_umount2, target, flags));
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return sys_result(syscall(SYS_pivot_root, new_root, put_old));
}

int sys_open_tree(int dir_fd, const char *path, unsigned int flags)
{
	return sys_result(syscall(SYS_open_tree, dir_fd, path,
				  flags | OPEN_TREE_CLOEXEC));
}

int sys_move_mount(int from_fd, const char *from_path, int to_fd,
		   const char *to_path, unsigned int flags)
{
	return sys_result(syscall(SYS_move_mount, from_fd, from_path, to_fd,
				  to_path, flags));
}

int sys_fsopen(const char *type)
{
	return sys_result(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

int sys_fsconfig(int fs_fd, unsigned int cmd, const char *key,
		 const void *value, int aux)
{
	return sys_result(syscall(SYS_fsconfig, fs_fd, cmd, key, value, aux));
}

int sys_fsmount(int fs_fd, unsigned int attrs)
{
	return sys_result(syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, attrs));
}

int sys_mount_setattr(int dir_fd, const char *path, unsigned int flags,
		      const struct mount_attr *attr)
{
	return sys_result(syscall(SYS_mount_setattr, dir_fd, path, flags, attr,
				  sizeof(*attr)));
}

size_t sys_fs_log(int fs_fd, char *buf, size_t size)
{
	char line[256];
	size_t len = 0;
	ssize_t n;

	/* one message a read, oldest first: "e tmpfs: Unknown …\n" */
	while ((n = read(fs_fd, line, sizeof(line) - 1)) > 0) {
		char *text = line;

		while (n > 0 && line[n - 1] == '\n')
			n--;
		line[n] = '\0';
		if (n > 2 && line[1] == ' ')
			text += 2;
		len = strlen(text);
		if (len >= size)
			len = size - 1;
		memcpy(buf, text, len);
	}
	buf[len] = '\0';
	return len;
}
