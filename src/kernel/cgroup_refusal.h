/* SPDX-License-Identifier: Apache-2.0 */
/**
 * cgroup_refusal.h - which rule of control groups refused
 *
 * The kernel says EINVAL, EBUSY, ENOENT or EACCES; the rule behind it is found
 * by looking at the group after the fact. These look, and name the row of
 * kist/causes.def. Whoever reports an error puts its remedy into it with
 * cgroup_refusal_tell(); 'kist why' tells rule and evidence too.
 *
 * Ownership:  nothing is allocated; @dir_fd stays the caller's.
 * Threads:    no shared state.
 * See:        cgroup-v2.rst, cgroup-v1/, cgroups(7)
 */
#ifndef KERNEL_CGROUP_REFUSAL_H
#define KERNEL_CGROUP_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <kist/cause.h>

#include "base/err.h"

/**
 * struct cgroup_attempt - what was refused
 * @dir_fd:	the group (O_PATH will do); of one that was to be made, the
 *		group above it
 * @name:	of the group @dir_fd, for people: "/a/b"; "/" for the root
 * @file, @value: what was written, and to which file of it
 * @pid:	who was to be moved into it; 0: nobody; @thread: alone
 * @uid:	effective user who tried; @who: the process; 0: ourselves
 * @errnum:	positive
 */
struct cgroup_attempt {
	int dir_fd;
	const char *name, *file, *value;
	pid_t pid, who;
	bool thread;
	uid_t uid;
	int errnum;
};

/* @arg: for {1} and {2} of the row */
struct cgroup_refusal {
	enum kist_cause cause;
	bool is_certain;
	char arg[2][200];
	char evidence[300];
};

/* Each returns false if none of the rules it knows holds. */
bool cgroup_refused_write(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret);
/* To cgroup.procs or tasks: moved or born there. */
bool cgroup_refused_move(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret);
bool cgroup_refused_make(const struct cgroup_attempt *a,
			 struct cgroup_refusal *ret);
bool cgroup_refused_remove(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret);
/* A file or controller that is not there; @a->file "memory.max" or
 * "memory". */
bool cgroup_refused_absent(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret);
/* Of the machine: no hierarchy has @controller for the asker. */
bool cgroup_refused_controller(const char *controller,
			       struct cgroup_refusal *ret);

/* Which group, this or one above, was told to freeze? */
bool cgroup_refused_frozen(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret);

/* How many groups have @controller; 0: not known. */
int cgroup_machine_groups(const char *controller);

/* The remedy as the hint of an error; one that is there stays. */
void cgroup_refusal_tell(const struct cgroup_refusal *refusal,
			 struct kist_error *err);

/* ---- between the files of this ---- */

/* The group above, O_PATH; -1: it is the root of the mount. */
int cgroup_above_open(int dir_fd);
/* Its name: "/a" of "/a/b". */
void cgroup_above_name(const char *name, char *ret_name, size_t size);
bool cgroup_dir_is_v2(int dir_fd);
/* Fill in @ret; the arguments may be NULL. Return: true. */
bool cgroup_refusal_is(struct cgroup_refusal *ret, enum kist_cause cause,
		       const char *first, const char *second, const char *fmt,
		       ...) PRINTF(5, 6);
/* EACCES, EPERM, EROFS: who may not. */
bool cgroup_refused_denied(const struct cgroup_attempt *a,
			   struct cgroup_refusal *ret);
/* A value that the file does not take. */
bool cgroup_refused_value(const struct cgroup_attempt *a,
			  struct cgroup_refusal *ret);

#endif
