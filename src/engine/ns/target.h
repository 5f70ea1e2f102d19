/* SPDX-License-Identifier: Apache-2.0 */
/**
 * target.h - TARGET: whatever a user calls something that has namespaces
 *
 *	.			the caller
 *	1234			a process
 *	NAME			a container of kist, or a named set
 *	net:[4026531956]	a namespace, as /proc shows it
 *	4026531956		the same (above PID_MAX_LIMIT, no process has it)
 *	:7			a network namespace by its nsid in ours
 *	/path, ./path		a namespace file; a unix or other socket is not
 *	netns:NAME		of /run/netns, as ip(8) knows it
 *	fd:4@1234		descriptor 4 of process 1234: a namespace, a pidfd,
 *				or a socket (its network namespace); fd:4: ours
 *	docker:ID, podman:ID	a container of theirs, by id or name
 *	unit:X.service		the main process of a systemd unit
 *	cg:/path		the first process of a control group
 *
 * How it works
 * ============
 * A target is found once and pinned: by a pidfd, or by open namespaces. What
 * is asked of it later is about that very process, not about one that has its
 * number since. Words are tried in the order of the table in target.c; a NAME
 * is a container first, then a named set, then one of /run/netns.
 *
 * Ownership:  open/close; strings live until then.
 * Threads:    one target, one thread.
 */
#ifndef ENGINE_NS_TARGET_H
#define ENGINE_NS_TARGET_H

#include <kist/run.h>

#include "base/arena.h"
#include "base/err.h"
#include "kernel/ns.h"

enum target_kind {
	TARGET_PROCESS,	  /* @pid and @pidfd are set */
	TARGET_NAMESPACE, /* one namespace; @pid is 0 */
	TARGET_SET,	  /* a named set; @pid is its holder's, or 0 */
};

/**
 * struct target - something found
 * @word:	as the user wrote it
 * @label:	for people: "container 'web'", "process 1234 (nginx)",
 *		"namespace net:[4026532177]"
 * @pid, @pidfd: in our pid namespace; 0 and -1 if there is no process
 * @proc_fd:	our /proc, verified (kernel/proc.h)
 * @ns_fd:	what target_ns() opened so far, or the set; else -1
 */
struct target {
	enum target_kind kind;
	const char *word, *label;
	pid_t pid;
	int pidfd, proc_fd;
	int ns_fd[NS_COUNT];
	struct arena arena;
};

/**
 * target_open() - find what a word stands for
 *
 * Return: 0; -ENOENT or -ESRCH (TARGET_UNKNOWN: says what was looked for
 * where), -EINVAL (TARGET_SYNTAX), -EACCES (TARGET_DENIED: another user's).
 */
MUST_CHECK int target_open(const struct kist *kist, const char *word,
			   struct target *ret_target, struct kist_error *err);
void target_close(struct target *target);
#define CLEANUP_TARGET __attribute__((cleanup(target_close)))

/**
 * target_ns() - its namespace of a kind
 *
 * Return: an fd, the target's; -ENOENT (TARGET_KIND: it says nothing of this
 * kind), -EACCES (TARGET_DENIED), -ESRCH (the process has ended).
 */
MUST_CHECK int target_ns(struct target *target, enum ns_kind kind,
			 struct kist_error *err);

/* The kinds the target says something of, as a mask of (1 << kind). */
uint32_t target_kinds(const struct target *target);

/* Its process. Return: the pid; -ENOENT (TARGET_NO_PROCESS): a namespace
 * nobody is in, or a set without a holder. For a TARGET_NAMESPACE, a process
 * that is in it is looked for. */
MUST_CHECK pid_t target_pid(struct target *target, struct kist_error *err);

/* It has not ended since (kind PROCESS), and the pid still is its. */
bool target_is_alive(const struct target *target);

#endif
