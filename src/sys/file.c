/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - opening below a root, memory files, whole files in one call */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sys/file.h"
#include "sys/syscall.h"

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 0x0001U
#endif
#ifndef F_ADD_SEALS
#define F_ADD_SEALS 1033
#endif
#define ALL_SEALS 0x000f /* F_SEAL_SEAL | _SHRINK | _GROW | _WRITE */

/* A rename anywhere on the machine makes openat2(2) give up; somebody who
 * renames for ever must not make us try for ever. */
#define OPEN_TRIES 128

int sys_openat2(int dir_fd, const char *path, uint64_t flags, mode_t mode,
		uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = resolve,
	};
	int fd = -EAGAIN;

	for (int i = 0; i < OPEN_TRIES && fd == -EAGAIN; i++)
		fd = sys_result(
			syscall(SYS_openat2, dir_fd, path, &how, sizeof(how)));
	return fd;
}

int sys_memfd(const char *name, unsigned int flags)
{
	unsigned int newer = MFD_EXEC | MFD_NOEXEC_SEAL;
	int fd = sys_result(
		syscall(SYS_memfd_create, name, flags | MFD_CLOEXEC));

	if (fd == -EINVAL && (flags & newer))
		fd = sys_result(syscall(SYS_memfd_create, name,
					(flags & ~newer) | MFD_CLOEXEC));
	return fd;
}

int sys_seal(int memory_fd)
{
	return sys_result(fcntl(memory_fd, F_ADD_SEALS, ALL_SEALS));
}

int sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	return sys_result(syscall(SYS_close_range, first, last, flags));
}

int sys_write_all(int fd, const void *bytes, size_t len)
{
	const char *rest = bytes;

	while (len > 0) {
		ssize_t n = write(fd, rest, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		rest += n;
		len -= (size_t)n;
	}
	return 0;
}

ssize_t sys_read_fd(int fd, char *buf, size_t size)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len == size)
			return -EFBIG;
	}
	buf[len] = '\0';
	return (ssize_t)len;
}

ssize_t sys_read_file(int dir_fd, const char *path, char *buf, size_t size)
{
	CLEANUP_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : sys_read_fd(fd, buf, size);
}

int sys_load_text(int dir_fd, const char *path, struct arena *arena, size_t max,
		  char **ret_text, size_t *ret_len)
{
	CLEANUP_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t len;
	char *text;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || st.st_size < 0)
		return -EINVAL;
	if ((uint64_t)st.st_size > max)
		return -EFBIG;
	text = arena_alloc(arena, (size_t)st.st_size + 1);
	if (!text || arena_failed(arena))
		return -ENOMEM;
	do
		len = read(fd, text, (size_t)st.st_size);
	while (len < 0 && errno == EINTR);
	if (len < 0)
		return -errno;
	text[len] = '\0';
	*ret_text = text;
	*ret_len = (size_t)len;
	return 0;
}

int sys_load_file(int dir_fd, const char *path, struct buf *buf, size_t max)
{
	CLEANUP_FD int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : buf_read(buf, fd, max);
}

int sys_write_file(int dir_fd, const char *path, const void *bytes, size_t len)
{
	CLEANUP_FD int fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

/* Fill the new file and give it the place of the old one. */
static int write_and_rename(int dir_fd, int fd, const char *temporary,
			    const char *path, const void *bytes, size_t len,
			    mode_t mode)
{
	int ret = sys_write_all(fd, bytes, len);

	if (ret == 0 && fchmod(fd, mode) < 0)
		ret = -errno;
	if (ret == 0 && renameat(dir_fd, temporary, dir_fd, path) < 0)
		ret = -errno;
	return ret;
}

int sys_replace_file(int dir_fd, const char *path, const void *bytes,
		     size_t len, mode_t mode)
{
	char temporary[4096];
	CLEANUP_FD int fd = -1;
	int ret;

	/* Several writers, and leftovers of a killed one, do not collide. */
	for (int i = 0; fd < 0; i++) {
		ret = snprintf(temporary, sizeof(temporary), "%s.%ld-%d.tmp",
			       path, syscall(SYS_gettid), i);
		if (ret >= (int)sizeof(temporary))
			return -ENAMETOOLONG;
		fd = openat(dir_fd, temporary,
			    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW |
				    O_CLOEXEC,
			    0600);
		if (fd < 0 && (errno != EEXIST || i == 1000))
			return -errno;
	}
	ret = write_and_rename(dir_fd, fd, temporary, path, bytes, len, mode);
	if (ret < 0)
		unlinkat(dir_fd, temporary, 0);
	return ret;
}
