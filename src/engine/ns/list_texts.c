/* SPDX-License-Identifier: Apache-2.0 */
/* list_texts.c - the words for processes and users in a list of namespaces */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/ns/scan.h"
#include "kernel/user.h"
#include "sys/file.h"

#define COMMAND_MAX 4096

int scan_uid(struct scan *scan, pid_t pid, uid_t *ret_uid)
{
	struct stat st;
	char path[16];

	snprintf(path, sizeof(path), "%d", pid);
	if (fstatat(scan->proc_fd, path, &st, 0) < 0)
		return -errno;
	*ret_uid = st.st_uid;
	return 0;
}

static ssize_t read_start(const struct scan *scan, pid_t pid, const char *file,
			  char *text, size_t size)
{
	CLEANUP_FD int fd = -1;
	char path[40];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/%s", pid, file);
	fd = openat(scan->proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, size - 1);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	return len;
}

const char *scan_command(struct scan *scan, pid_t pid, bool is_short)
{
	char text[COMMAND_MAX];
	ssize_t len =
		is_short ? 0 :
			   read_start(scan, pid, "cmdline", text, sizeof(text));

	while (len > 0 && text[len - 1] == '\0')
		len--;
	if (len > 0) {
		for (ssize_t i = 0; i < len; i++)
			if (text[i] == '\0')
				text[i] = ' ';
		return arena_strndup(scan->arena, text, (size_t)len);
	}
	len = read_start(scan, pid, "comm", text, sizeof(text));
	if (len <= 0)
		return "";
	if (text[len - 1] == '\n')
		len--;
	return arena_strndup(scan->arena, text, (size_t)len);
}

const char *scan_user(struct scan *scan, uid_t uid)
{
	struct scan_user *user = scan->users;
	const char *name;

	while (user && user->uid != uid)
		user = user->next;
	if (user)
		return user->name;
	user = ARENA_NEW(scan->arena, struct scan_user);
	name = user_name(AT_FDCWD, uid, scan->arena);
	user->uid = uid;
	user->name = name ? name : arena_printf(scan->arena, "%u", uid);
	user->next = scan->users;
	if (!arena_failed(scan->arena))
		scan->users = user;
	return user->name;
}
