/* SPDX-License-Identifier: Apache-2.0 */
/* checkup_mounts.c - the check-up of mounts: on a tmpfs of the child's own */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/why/checkup.h"
#include "sys/file.h"
#include "sys/mount.h"

static int make_folders(const char *const *names)
{
	for (; *names; names++)
		if (mkdir(*names, 0755) < 0 && errno != EEXIST)
			return -errno;
	return 0;
}

/* What is written above shows, and the layer below stays as it was. */
int attempt_overlay(const struct check *check, int64_t *ret_number)
{
	static const char *const names[] = { "low", "up", "work", "all", NULL };
	int ret = make_folders(names);

	(void)check;
	(void)ret_number;
	if (ret == 0)
		ret = sys_mount("overlay", "all", "overlay", 0,
				"lowerdir=low,upperdir=up,workdir=work");
	if (ret == 0 && mkdir("all/new", 0755) < 0)
		ret = -errno;
	if (ret == 0 && (access("up/new", F_OK) < 0 || rmdir("all/new") < 0))
		ret = -errno;
	/* Two rows may ask the same child. */
	if (ret == 0)
		ret = sys_umount("all", MNT_DETACH);
	return ret;
}

/* ---- id-mapped ---- */

/* A user namespace with a map, kept by a child that waits for the pipe. */
static int open_mapped_user(pid_t *ret_pid, int *ret_pipe)
{
	int ready[2], hold[2], fd = -EIO;
	char path[64], c = 0;

	if (pipe(ready) < 0 || pipe(hold) < 0)
		return -errno;
	*ret_pid = fork();
	if (*ret_pid == 0) {
		close(hold[1]);
		c = unshare(CLONE_NEWUSER) < 0 ? (char)errno : 0;
		if (write(ready[1], &c, 1) == 1 && read(hold[0], &c, 1) == 0)
			_exit(0);
		_exit(1);
	}
	close(ready[1]);
	close(hold[0]);
	*ret_pipe = hold[1];
	if (*ret_pid < 0 || read(ready[0], &c, 1) != 1 || c)
		return c ? -c : -EIO;
	snprintf(path, sizeof(path), "/proc/%d/uid_map", *ret_pid);
	fd = sys_write_file(AT_FDCWD, path, "0 10000 1000", 12);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", *ret_pid);
	if (fd == 0)
		fd = sys_write_file(AT_FDCWD, path, "0 10000 1000", 12);
	if (fd < 0)
		return fd;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", *ret_pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int map_tree(int user_fd)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP,
				   .userns_fd = (uint64_t)user_fd };
	CLEANUP_FD int tree_fd =
		sys_open_tree(AT_FDCWD, "mapped", OPEN_TREE_CLONE);

	if (tree_fd < 0)
		return tree_fd;
	return sys_mount_setattr(tree_fd, "", AT_EMPTY_PATH, &attr);
}

int attempt_idmapped(const struct check *check, int64_t *ret_number)
{
	static const char *const names[] = { "mapped", NULL };
	int pipe_fd = -1, user_fd, ret = make_folders(names);
	pid_t pid = -1;

	(void)check;
	(void)ret_number;
	if (ret < 0)
		return ret;
	user_fd = open_mapped_user(&pid, &pipe_fd);
	ret = user_fd < 0 ? user_fd : map_tree(user_fd);
	if (pipe_fd >= 0)
		close(pipe_fd);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret;
}

/* ---- the others ---- */

int attempt_new_mount(const struct check *check, int64_t *ret_number)
{
	CLEANUP_FD int fs_fd = sys_fsopen("tmpfs");
	CLEANUP_FD int mount_fd = -1;
	static const char *const names[] = { "moved", NULL };
	int ret = make_folders(names);

	(void)check;
	(void)ret_number;
	if (fs_fd < 0)
		return fs_fd;
	if (ret == 0)
		ret = sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (ret < 0)
		return ret;
	mount_fd = sys_fsmount(fs_fd, 0);
	if (mount_fd < 0)
		return mount_fd;
	return sys_move_mount(mount_fd, "", AT_FDCWD, "moved",
			      MOVE_MOUNT_F_EMPTY_PATH);
}

/* @arg: the type of file system */
int attempt_mount(const struct check *check, int64_t *ret_number)
{
	const char *names[] = { check->arg, NULL };
	int ret = make_folders(names);

	(void)ret_number;
	return ret < 0 ? ret :
			 sys_mount(check->arg, check->arg, check->arg, 0, NULL);
}
