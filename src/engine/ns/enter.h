/* SPDX-License-Identifier: Apache-2.0 */
/**
 * enter.h - entering a target, between the files enter*.c
 *
 *	enter_find()	what is joined, as fds; who the command is
 *	enter_plan()	the operations of the child
 *	enter_wait()	until the command has ended
 */
#ifndef ENGINE_NS_ENTER_H
#define ENGINE_NS_ENTER_H

#include <signal.h>

#include <kist/enter.h>

#include "container/plan.h"
#include "engine/ns/target.h"
#include "kernel/cgroup.h"

#define ENTER_GROUPS_MAX CGROUP_HIERARCHY_MAX

/**
 * struct entering - what was found
 * @has_target: @target is open
 * @self_fd:	a pidfd of ours
 * @fd:		the namespaces to join; -1: stay. Some are the target's, to be
 *		closed with it; those in @owned_fd are ours
 * @after_user: mask of those to join once inside the user namespace
 * @root_fd, @cwd_fd: or -1
 * @look_fd:	the root directory of the command, for looking only, or -1
 * @group_fd:	files to write "0" to
 * @context:	for SELinux, or NULL
 * @changes_ids, @uid, @gid, @groups: as in struct kist_entered
 * @netns_name:	its /etc/netns/NAME is to be seen in /etc, or NULL
 * @new_mounts:	a private mount namespace is needed for: @new_proc, @new_sys,
 *		@netns_name
 * @here:	see enter_here.c; @argv_here and @env_here: what is executed
 */
struct entering {
	const struct kist_enter *args;
	struct arena arena;
	struct target target;
	bool has_target;
	int self_fd;

	int fd[NS_COUNT], owned_fd[NS_COUNT];
	uint32_t kinds, after_user;
	int root_fd, cwd_fd, look_fd;
	int group_fd[ENTER_GROUPS_MAX], group_count;
	const char *context;

	bool changes_ids;
	uint32_t uid, gid;
	gid_t *groups;
	size_t group_ids;
	const char *home, *user_name;

	const char *netns_name;
	bool new_mounts, new_proc, new_sys, forks, here;
	const char *const *argv_here, *const *env_here;
};

/* enter_done() in any case. */
MUST_CHECK int enter_find(const struct kist *kist,
			  const struct kist_enter *args, struct entering *e,
			  struct kist_error *err);
void enter_done(struct entering *e);

/* Who the command is (enter_user.c); after the namespaces are known. */
MUST_CHECK int enter_user(struct entering *e, struct kist_error *err);

/* The target's control groups, SELinux context (enter_group.c). */
MUST_CHECK int enter_groups(struct entering *e, struct kist_error *err);
MUST_CHECK int enter_selinux(struct entering *e, struct kist_error *err);

MUST_CHECK int enter_plan(struct entering *e, struct plan *plan,
			  struct kist_error *err);

/* Lines for sh(1) that do the same (enter_tell.c). */
void enter_tell(const struct kist *kist, struct entering *e, struct buf *text);

/* Only the joining, for who is to stay there. */
void enter_plan_joins(struct entering *e, struct plan *plan);

/* May the plan be walked by a process that borrows our memory? */
bool enter_fits_here(const struct entering *e);

/**
 * enter_here() - start the command so
 * @mask:	the command's signal mask
 * @ret_pidfd:	of the command's process, a child of ours
 *
 * The error is that of the operation that failed; a plain fork (time
 * namespaces without FORK) may fail later: see enter.c.
 */
MUST_CHECK int enter_here(const struct entering *e, const struct plan *plan,
			  const sigset_t *mask, int *ret_pidfd,
			  struct kist_error *err);

/**
 * enter_follow() - stay with the command until it has ended; it is not reaped
 * @signal_fd:	the caller's signals, from enter_hold_signals()
 */
void enter_follow(int signal_fd, int pidfd);

/* Hold the thread's signals back. Return: the fd to read them from, or
 * -errno. */
MUST_CHECK int enter_hold_signals(sigset_t *ret_former);

#endif
