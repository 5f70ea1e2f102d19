/* SPDX-License-Identifier: Apache-2.0 */
/**
 * file.h - opening below a root, memory files, whole files in one call
 *
 * Every fd is close-on-exec. Everything returns -errno.
 *
 * Threads: no shared state.
 * See:     openat2(2), memfd_create(2), close_range(2)
 */
#ifndef SYS_FILE_H
#define SYS_FILE_H

#include <fcntl.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/macros.h"

#ifndef MFD_ALLOW_SEALING
#define MFD_ALLOW_SEALING 0x0002U
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif
#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Below this directory, whatever links there are; no magic links of /proc. */
#define RESOLVE_SAFE (RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS)

/**
 * sys_openat2() - open with rules on how the path is resolved
 * @flags:	O_*; O_CLOEXEC is added
 * @mode:	for O_CREAT and O_TMPFILE, else 0
 * @resolve:	RESOLVE_*
 *
 * A path that changed while it was resolved (EAGAIN) is tried again.
 *
 * Return: an fd, or -errno (EXDEV, ELOOP: a rule was broken).
 */
int sys_openat2(int dir_fd, const char *path, uint64_t flags, mode_t mode,
		uint64_t resolve);

/**
 * sys_memfd() - a file in memory
 * @flags:	MFD_*; MFD_CLOEXEC is added. MFD_EXEC and MFD_NOEXEC_SEAL are
 *		left out on kernels that do not know them (before 6.3).
 */
int sys_memfd(const char *name, unsigned int flags);

/* No more writing, growing, shrinking, or unsealing of a memory file. */
int sys_seal(int memory_fd);

/* @flags: CLOSE_RANGE_*. -ENOSYS before Linux 5.9. */
int sys_close_range(unsigned int first, unsigned int last, unsigned int flags);

/* All @len bytes, interrupted or not. Return: 0 or -errno. */
MUST_CHECK int sys_write_all(int fd, const void *bytes, size_t len);

/**
 * sys_read_file() - a small file as a string
 *
 * Return: its length (without the NUL that is added), or -errno; -EFBIG if it
 * has @size bytes or more.
 */
MUST_CHECK ssize_t sys_read_file(int dir_fd, const char *path, char *buf,
				 size_t size);

/* The same of an open file, from where it stands. */
MUST_CHECK ssize_t sys_read_fd(int fd, char *buf, size_t size);

/**
 * sys_write_file() - one write(2) to an existing file, as kernel files want
 *
 * Return: 0 or -errno; -EIO if less was taken than given.
 */
MUST_CHECK int sys_write_file(int dir_fd, const char *path, const void *bytes,
			      size_t len);

/* Append the file to @buf; -EFBIG if it has more than @max bytes. */
MUST_CHECK int sys_load_file(int dir_fd, const char *path, struct buf *buf,
			     size_t max);

/**
 * sys_load_text() - a regular file as a string in @arena
 *
 * In one read, as it is now; cheaper than sys_load_file().
 *
 * Return: 0 or -errno (EFBIG: more than @max bytes; EINVAL: not a file).
 */
MUST_CHECK int sys_load_text(int dir_fd, const char *path, struct arena *arena,
			     size_t max, char **ret_text, size_t *ret_len);

/**
 * sys_replace_file() - write a file so that readers see the old or the new
 * @path:	its directory must be there
 * @mode:	exact, whatever the umask
 *
 * Written beside it and renamed. Not synced to disk. After a failure nothing
 * is left.
 */
MUST_CHECK int sys_replace_file(int dir_fd, const char *path, const void *bytes,
				size_t len, mode_t mode);

#endif
