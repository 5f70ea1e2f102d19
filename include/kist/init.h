/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/init.h - process 1 for others' use
 *
 *	struct kist_init init = {
 *		.argv = (const char *const[]){ "nginx", NULL },
 *		.grace_ms = 5000,
 *		.clear = true,
 *	};
 *
 *	return kist_init_become(&init, &err);	// only if it failed
 *
 * The calling process becomes a small init (about 20 kilobytes, no library)
 * with the command as its child: it reaps whatever becomes its child, sends
 * signals on, and exits as the command does. It is the program that is process
 * 1 of containers made with `init`.
 *
 * Zero is a sensible value everywhere.
 *
 * See: init(1), prctl(2) PR_SET_CHILD_SUBREAPER, pid_namespaces(7)
 */
#ifndef KIST_INIT_H
#define KIST_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kist/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Signal @from is sent on as @to; 0: it is not sent on. 1 to 64. */
struct kist_init_rewrite {
	int from, to;
};

/**
 * struct kist_init - what the init does
 * @argv:	the command, NULL-terminated, looked for in PATH; NULL: there is
 *		none ("pause"): it reaps until TERM or INT, and exits with 0
 * @own_group:	the command leads a process group of its own, in the foreground
 *		of the terminal
 * @session:	it leads a session of its own, and has the terminal if the
 *		caller led the terminal's session
 * @group:	signals go to all of the command's process group, which is its
 *		own then
 * @warn:	a line on standard error for each orphan that is reaped
 * @rewrites, @rewrite_count: signals sent on as others
 * @as_success, @as_success_count: exit statuses (0 to 255) of the command that
 *		become 0
 * @parent_death: signal the init gets when its parent dies; 0: none. KILL ends
 *		it, another one is sent on
 * @last_term:	when the command has ended, its process group is sent TERM
 * @clear:	when the command has ended, end what it left behind: TERM, and
 *		KILL after @grace_ms. For process 1: all processes of the
 *		namespace; else its descendants, as far as /proc shows them
 * @grace_ms:	milliseconds; TERM or INT to the init cuts them short
 */
struct kist_init {
	const char *const *argv;
	bool own_group, session, group, warn, last_term, clear;
	const struct kist_init_rewrite *rewrites;
	size_t rewrite_count;
	const int *as_success;
	size_t as_success_count;
	int parent_death;
	uint64_t grace_ms;
};

/**
 * kist_init_become() - turn this process into an init
 *
 * It keeps its process id. To be called by a single-threaded process, which
 * it replaces as execve(2) does. All fds above 2 are closed in the init, and
 * go to the command if they are not close-on-exec.
 *
 * Return: only after a failure, when the caller should exit: -ENOENT
 * (COMMAND_NOT_FOUND), -EACCES (COMMAND_NOT_EXECUTABLE), -EINVAL (INIT: a
 * signal or a status out of range), or SYSTEM.
 */
int kist_init_become(const struct kist_init *init, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
