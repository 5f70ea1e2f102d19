/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup_file.c - the small files of a control group directory */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "kernel/cgroup_file.h"

int cgroup_file_open(int dir_fd, const char *file, int flags)
{
	const char *dot = strchr(file, '.');
	int fd = openat(dir_fd, file, flags | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && dot) {
		fd = openat(dir_fd, dot + 1, flags | O_CLOEXEC);
		if (fd < 0 && errno != EACCES)
			errno = ENOENT;
	}
	return fd < 0 ? -errno : fd;
}

/* O_APPEND means nothing to cgroupfs; in a plain directory it keeps every
 * write, which is how tests see them all. */
int cgroup_file_write(int dir_fd, const char *file, const char *text)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, file, O_WRONLY | O_APPEND);
	size_t len = strlen(text);
	ssize_t done;

	if (fd < 0)
		return fd;
	do
		done = write(fd, text, len);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	return (size_t)done == len ? 0 : -EIO;
}

int cgroup_file_read(int dir_fd, const char *file, char *ret_text, size_t size)
{
	CLEANUP_FD int fd = cgroup_file_open(dir_fd, file, O_RDONLY);
	size_t len = 0;
	ssize_t done;

	ret_text[0] = '\0';
	if (fd < 0)
		return fd;
	do {
		done = read(fd, ret_text + len, size - 1 - len);
		if (done > 0)
			len += (size_t)done;
	} while (done > 0 || (done < 0 && errno == EINTR));
	if (done < 0) {
		ret_text[0] = '\0';
		return -errno;
	}

	if (len && ret_text[len - 1] == '\n')
		len--;
	ret_text[len] = '\0';
	return 0;
}

static int64_t number_of(const char *text)
{
	char *end;
	int64_t value;

	if (strcmp(text, "max") == 0)
		return INT64_MAX;
	if (!isdigit((unsigned char)*text) && *text != '-')
		return -1;
	value = strtoll(text, &end, 10); /* saturates: v1's "no limit" */
	return *end && !isspace((unsigned char)*end) ? -1 : value;
}

int64_t cgroup_file_number(int dir_fd, const char *file)
{
	char text[64];

	if (cgroup_file_read(dir_fd, file, text, sizeof(text)))
		return -1;
	return number_of(text);
}

int64_t cgroup_file_key(int dir_fd, const char *file, const char *key)
{
	char text[2048];
	size_t len = strlen(key);

	if (cgroup_file_read(dir_fd, file, text, sizeof(text)))
		return -1;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, key, len) == 0 && line[len] == ' ')
			return number_of(line + len + 1);
	}
	return -1;
}

bool cgroup_file_exists(int dir_fd, const char *file)
{
	const char *dot = strchr(file, '.');

	return faccessat(dir_fd, file, F_OK, 0) == 0 ||
	       (dot && faccessat(dir_fd, dot + 1, F_OK, 0) == 0);
}

bool cgroup_word_in(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (*list) {
		size_t n = strcspn(list, " \n");

		if (n == len && memcmp(list, word, n) == 0)
			return true;
		list += n;
		list += strspn(list, " \n");
	}
	return false;
}
