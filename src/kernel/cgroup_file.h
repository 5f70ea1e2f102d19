/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_file.h - the small files of a control group directory
 *
 * All take a directory fd and a file name, so that a plain directory can
 * stand for a group in tests.
 *
 * A v1 hierarchy mounted with "noprefix" calls cpuset.cpus just cpus: if the
 * name is not there, the part behind its first dot is tried.
 *
 * Ownership:  nothing is kept.
 * Threads:    no shared state.
 */
#ifndef KERNEL_CGROUP_FILE_H
#define KERNEL_CGROUP_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* Open @file; @flags gets O_CLOEXEC. Return: the fd, or a negative errno. */
MUST_CHECK int cgroup_file_open(int dir_fd, const char *file, int flags);

/* Write @text in one write(2). Return: 0, or a negative errno. */
MUST_CHECK int cgroup_file_write(int dir_fd, const char *file,
				 const char *text);

/**
 * cgroup_file_read() - the first @size - 1 bytes, without the last newline
 * @ret_text:	NUL-terminated; "" after a failure too
 *
 * Return: 0, or a negative errno.
 */
int cgroup_file_read(int dir_fd, const char *file, char *ret_text, size_t size);

/* A file with one number; "max" is INT64_MAX; -1 if it cannot be read. */
int64_t cgroup_file_number(int dir_fd, const char *file);

/* The number behind "KEY " at a line's start (memory.events); -1: none. */
int64_t cgroup_file_key(int dir_fd, const char *file, const char *key);

bool cgroup_file_exists(int dir_fd, const char *file);

/* Whether @word is among the space-separated words of @list. */
bool cgroup_word_in(const char *list, const char *word);

#endif
