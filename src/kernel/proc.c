/* SPDX-License-Identifier: Apache-2.0 */
/* proc.c - processes as /proc shows them */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/num.h"
#include "kernel/proc.h"
#include "sys/file.h"
#include "sys/process.h"

#define PROC_ROOT_INODE 1 /* the kernel's PROC_ROOT_INO */

bool proc_is_root(int fd)
{
	struct statfs fs;
	struct stat st;

	return fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC &&
	       fstat(fd, &st) == 0 && st.st_ino == PROC_ROOT_INODE;
}

int proc_open(struct kist_error *err)
{
	CLEANUP_FD int fd =
		openat(AT_FDCWD, "/proc",
		       O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "open '/proc'");
	if (!proc_is_root(fd))
		return err_set(err, KIST_E_PROC_FAKE,
			       "'/proc' is not the kernel's");
	return TAKE_FD(fd);
}

/* Fields behind the command's name, which may hold blanks and brackets. */
enum { STATE, PARENT, GROUP, SESSION, START_TIME = 19, FIELDS };

int proc_parse_stat(const char *text, struct proc_stat *ret_stat)
{
	int64_t value[FIELDS] = { 0 };
	struct proc_stat stat;
	const char *at = strrchr(text, ')');

	if (!at || at[1] != ' ' || !at[2] || at[3] != ' ')
		return -EINVAL;
	stat.state = at[2];
	at += 4;
	for (int i = PARENT; i < FIELDS; i++) {
		size_t len = strcspn(at, " \n");
		char word[24];

		if (len >= sizeof(word))
			return -EINVAL;
		memcpy(word, at, len);
		word[len] = '\0';
		/* some fields are unsigned 64-bit masks: not ours to read */
		if (num_parse_i64(word, &value[i]) == -EINVAL)
			return -EINVAL;
		at += len + (at[len] == ' ');
	}
	stat.parent = (pid_t)value[PARENT];
	stat.group = (pid_t)value[GROUP];
	stat.session = (pid_t)value[SESSION];
	stat.start_time = (uint64_t)value[START_TIME];
	*ret_stat = stat;
	return 0;
}

/* A file of /proc/PID as text. Return: 0 or -errno. */
static int read_file(int proc_fd, pid_t pid, const char *name, char *text,
		     size_t size)
{
	char path[64];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	len = sys_read_file(proc_fd, path, text, size);
	if (len == -ENOENT)
		return -ESRCH;
	return len < 0 ? (int)len : 0;
}

int proc_stat(int proc_fd, pid_t pid, struct proc_stat *ret_stat)
{
	char text[1024];
	int ret = read_file(proc_fd, pid, "stat", text, sizeof(text));

	return ret < 0 ? ret : proc_parse_stat(text, ret_stat);
}

bool proc_is_alive(int proc_fd, pid_t pid, uint64_t start_time)
{
	struct proc_stat stat;

	return proc_stat(proc_fd, pid, &stat) == 0 &&
	       stat.start_time == start_time && stat.state != 'Z' &&
	       stat.state != 'X';
}

int proc_open_pidfd(int proc_fd, pid_t pid, uint64_t start_time)
{
	CLEANUP_FD int pidfd = sys_pidfd_open(pid);
	struct proc_stat stat;
	int ret;

	if (pidfd < 0)
		return pidfd;
	/* after the pidfd is had: the id cannot change its meaning now */
	ret = proc_stat(proc_fd, pid, &stat);
	if (ret < 0)
		return ret;
	return stat.start_time == start_time ? TAKE_FD(pidfd) : -ESRCH;
}

/* The last number on the line that begins with @key. Return: -ESRCH if there
 * is no such line, or no number above 0. */
static pid_t last_number(const char *text, const char *key)
{
	const char *line = strstr(text, key);
	const char *word, *end;
	uint64_t value;

	if (!line || (line != text && line[-1] != '\n'))
		return -ESRCH;
	end = line + strcspn(line, "\n");
	for (word = end; word > line && word[-1] >= '0' && word[-1] <= '9';)
		word--;
	if (num_parse_u64_n(word, (size_t)(end - word), &value) < 0 ||
	    value == 0 || value > INT32_MAX)
		return -ESRCH;
	/* "Pid:\t-1": gone */
	return word[-1] == '-' ? -ESRCH : (pid_t)value;
}

pid_t proc_pid_of(int proc_fd, int pidfd)
{
	char path[64], text[1024];
	ssize_t len;

	snprintf(path, sizeof(path), "self/fdinfo/%d", pidfd);
	len = sys_read_file(proc_fd, path, text, sizeof(text));
	return len < 0 ? (pid_t)len : last_number(text, "Pid:");
}

pid_t proc_inner_pid(int proc_fd, pid_t pid)
{
	char text[4096];
	int ret = read_file(proc_fd, pid, "status", text, sizeof(text));

	return ret < 0 ? ret : last_number(text, "NSpid:");
}
