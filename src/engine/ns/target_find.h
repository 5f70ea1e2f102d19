/* SPDX-License-Identifier: Apache-2.0 */
/**
 * target_find.h - the ways to find a target, between the files target*.c
 *
 * A finder is given what stands behind its prefix and fills the target in with
 * target_take_process() or target_take_ns(). It may leave @label alone: then
 * one is made from what was found.
 */
#ifndef ENGINE_NS_TARGET_FIND_H
#define ENGINE_NS_TARGET_FIND_H

#include <dirent.h>

#include "engine/ns/target.h"

/* @rest: behind the prefix. Return: 0 or a negative errno with @err set. */
typedef int target_finder(const struct kist *kist, struct target *target,
			  const char *rest, struct kist_error *err);

target_finder target_find_fd;	  /* fd:4@1234, fd:4 */
target_finder target_find_docker; /* docker:ID */
target_finder target_find_podman; /* podman:ID */
target_finder target_find_unit;	  /* unit:X.service */
target_finder target_find_cgroup; /* cg:/path */
target_finder target_find_nsid;	  /* :7 */
target_finder target_find_netns;  /* netns:NAME */
target_finder target_find_name;	  /* NAME */

/**
 * target_find_inode() - the namespace with an inode number
 * @kind:	of that kind; NS_COUNT: any
 *
 * Asks what processes are in, what is mounted, and what they have open.
 */
int target_find_inode(struct target *target, enum ns_kind kind, uint64_t ino,
		      struct kist_error *err);

/* It is that process; a zombie is TARGET_UNKNOWN. */
int target_take_process(struct target *target, pid_t pid,
			struct kist_error *err);

/* It is that namespace; @fd is the target's from now on, whatever is returned.
 * -EINVAL (TARGET_SYNTAX): no namespace. */
int target_take_ns(struct target *target, int fd, struct kist_error *err);

/* TARGET_UNKNOWN with @what: "there is no process 12". Return: -ENOENT. */
int target_unknown(struct kist_error *err, const char *fmt, ...) PRINTF(2, 3);

/* TARGET_SYNTAX: "'x' is not a target". Return: -EINVAL. */
int target_syntax(const struct target *target, struct kist_error *err);

/* The next process of a directory stream of /proc; 0: the end. */
pid_t target_next_process(DIR *dir);
/* A stream of the target's /proc, or NULL. */
DIR *target_processes(const struct target *target);

#endif
