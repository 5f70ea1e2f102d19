/* SPDX-License-Identifier: Apache-2.0 */
/**
 * look.h - what the probes ask of the process of a case
 *
 * Paths are looked up as that process would: from its root and folder, in its
 * mount namespace. Symbolic links in them are followed below its root.
 *
 * Ownership: fds are the caller's, texts and lists in the arena of the case.
 */
#ifndef ENGINE_WHY_LOOK_H
#define ENGINE_WHY_LOOK_H

#include <dirent.h>
#include <sys/stat.h>

#include "engine/why/why.h"
#include "kernel/mountinfo.h"
#include "kernel/ns.h"
#include "kernel/proc_status.h"

/* Fill in a finding. @fmt: the evidence. Return: 1. */
int look_found(const struct why_case *c, struct why_finding *found,
	       bool is_certain, const char *first, const char *second,
	       const char *fmt, ...) PRINTF(6, 7);

/* Absolute, as text, without "." and ".."; NULL if it cannot be told. */
const char *look_path(const struct why_case *c, const char *path);

/**
 * look_open() - what a path leads to
 * @flags:	O_PATH is added unless it is for reading: O_RDONLY with
 *		O_NONBLOCK
 *
 * Return: an fd, or -errno.
 */
int look_open(const struct why_case *c, const char *path, int flags);
/* The names in a folder; NULL: it is none, or not for us to read. */
DIR *look_list(const struct why_case *c, const char *path);
/* Return: false: it is not there, or not for us to see. */
bool look_stat(const struct why_case *c, const char *path, struct stat *ret_st);
/* The nearest folder of a path that is there: the text, in the arena. */
const char *look_nearest(const struct why_case *c, const char *path);
/* The folder that a path is in, as text; NULL. */
const char *look_folder(const struct why_case *c, const char *path);

/* The mounts of its mount namespace. Return: false: they cannot be read. */
bool look_mounts(const struct why_case *c, struct mountinfo_list *ret_list);
/* The one that a path is in; NULL. */
const struct mountinfo *look_mount(const struct why_case *c,
				   const struct mountinfo_list *list,
				   const char *path);
/* The same, of its mount namespace as it is now. */
const struct mountinfo *look_mount_of(const struct why_case *c,
				      const char *path);
/* The one that begins at a path; NULL. */
const struct mountinfo *look_mount_at(const struct why_case *c,
				      const struct mountinfo_list *list,
				      const char *path);
/* Does a list of options ("rw,nosuid") have the word? */
bool look_has_option(const char *options, const char *word);
/* Its value ("size" of "rw,size=64k"), in the arena; NULL. */
const char *look_option(const struct why_case *c, const char *options,
			const char *word);

bool look_status(const struct why_case *c, struct proc_status *ret_status);

/* Inode of its namespace; 0: not for us to see. */
uint64_t look_ns(const struct why_case *c, enum ns_kind kind);
/* Is its user namespace another than the machine's first? */
bool look_is_inner(const struct why_case *c);
/* Is its namespace of a kind owned by its user namespace? */
bool look_owns(const struct why_case *c, enum ns_kind kind);

/* A small file of /proc/sys as a number, or -1. */
int64_t look_sysctl(const char *path);

/* "1234 (sleep)" */
const char *look_process(const struct why_case *c, pid_t pid);

#endif
