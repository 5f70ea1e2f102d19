/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/enter.h - a command in the namespaces of something
 *
 *	struct kist_enter args = {
 *		.target = "web",
 *		.command = (const char *const[]){ "ip", "addr", NULL },
 *	};
 *	struct kist_enter_end end;
 *
 *	if (kist_enter(NULL, &args, NULL, NULL, &end, &err) < 0)
 *		…
 *
 * Zero is a sensible value everywhere. Strings stay the caller's.
 *
 * Threads: safe in a threaded program; the caller's own namespaces are left
 *	    alone. In the foreground signals sent to the calling process are
 *	    passed on for as long as it lasts.
 * See:	    setns(2), namespaces(7), kist-enter(1)
 */
#ifndef KIST_ENTER_H
#define KIST_ENTER_H

#include <stdbool.h>
#include <stdint.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/spawn.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_enter - what to join, and as whom
 * @target:	TARGET (kist/namespace.h); NULL: @from alone says what to join
 * @pidfd_inode: the target's pidfd has to have this inode (Linux 6.9); 0: any
 * @command:	program and arguments; NULL: a shell
 * @kinds:	enum kist_ns; 0: all in which the target differs from the
 *		caller, or those of @from
 * @all:	all in which it differs, besides @kinds and @from
 * @only_asked:	0 in @kinds is none
 * @kernel_ids:	":7" in @from is an id of listns(2) (Linux 6.19), not an nsid
 * @from:	for bit i of enum kist_ns another TARGET to take that kind of
 *		namespace from, or NULL
 * @socket:	"FD": join the network namespace of that socket of the target's;
 *		"FD@PID": of another process's; or NULL
 * @user_parent: join the user namespace above the target's
 *
 * @root:	a directory to make the root; "": the target's. NULL: the
 *		target's if its mount namespace is joined
 * @cwd:	a directory to start in, found before joining; "": the target's
 * @cwd_inside:	the same, found after joining; NULL: ours, or "/" of a joined
 *		mount namespace
 * @env:	the target's environment in place of ours
 * @cgroup:	join the target's control groups too
 * @selinux:	run with the target's SELinux context
 *
 * @uid, @gid:	"UID", "GID" of the user namespace entered, or "follow": the
 *		target's; NULL: 0 if a user namespace is joined, else ours.
 *		Either takes the supplementary groups away
 * @user:	"USER[:GROUP]", names as the target knows them; also sets HOME,
 *		USER and LOGNAME. In place of @uid and @gid
 * @keep_credentials: leave ids as they are, even if a user namespace is joined
 * @keep_caps:	the command has the capabilities in the user namespace joined
 *		even if it is not its root
 *
 * @no_fork:	the command stays in our pid namespace; its children are in the
 *		one joined
 * @no_refresh:	leave /proc, /sys and /etc as they are. Otherwise, where they
 *		would show another namespace than the one joined, the command
 *		has a private mount namespace with fresh ones
 * @pass_fds:	the command has all open files that are not close-on-exec;
 *		otherwise only its standard ones
 * @keep_same:	of @kinds, join also those that we are in already
 */
struct kist_enter {
	const char *target;
	uint64_t pidfd_inode;
	const char *const *command;
	unsigned kinds;
	bool all, only_asked, kernel_ids;
	const char *from[8];
	const char *socket;
	bool user_parent;

	const char *root, *cwd, *cwd_inside;
	bool env, cgroup, selinux;

	const char *uid, *gid, *user;
	bool keep_credentials, keep_caps;

	bool no_fork, no_refresh, pass_fds, keep_same;
};

/* How it ended: @signal is 0, or what ended it; then @status is 128 + it. */
struct kist_enter_end {
	int status, signal;
};

/**
 * struct kist_entered - what was decided
 * @label:	the target in words: "container 'web'"
 * @kinds:	enum kist_ns: what is joined
 * @changes_ids: the command runs as @uid and @gid of the joined user namespace
 *		(or of ours), not as the caller
 * @mounts:	it has a private mount namespace, see no_refresh
 */
struct kist_entered {
	char label[200];
	unsigned kinds;
	bool changes_ids, mounts;
	unsigned uid, gid;
};

/**
 * kist_enter() - run a command in the namespaces of a target, and wait
 * @entered:	called before the command is started, or NULL
 * @context:	given to it
 *
 * Keys typed at a terminal reach the command; when it is stopped from there,
 * so is the caller.
 *
 * Return: TARGET_…; NS_KIND: a namespace of another kind than asked for;
 * NS_DENIED; ENTER_DEAD: process 1 of the pid namespace has ended, so nothing
 * can be started in it; ENTER_NOTHING: nothing to join; USER_…;
 * COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE, …
 */
int kist_enter(const struct kist *kist, const struct kist_enter *enter,
	       void (*entered)(void *context, const struct kist_entered *what),
	       void *context, struct kist_enter_end *ret_end,
	       struct kist_error *err);

/* What kist_enter() would do: the plan, a line an operation, each a comment;
 * then lines for sh(1) that do the same by nsenter(1). Free with free(3). */
int kist_enter_plan(const struct kist *kist, const struct kist_enter *enter,
		    char **ret_text, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
