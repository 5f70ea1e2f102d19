/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/try.h - run a command on this machine behind an overlay, then decide
 *
 *	kist_try(NULL, &try, &result, &err);		// the command runs
 *	kist_try_changes(NULL, result.name, NULL, …);	// what it changed
 *	kist_try_commit(NULL, result.name, NULL, …);	// take that over
 *
 * A try is a container of image "host" (kist/run.h) that has been kept: its
 * layers hold what was written. It is removed by kist_remove().
 *
 * Return:     0, or a negative errno with the error filled in.
 * See:        Documentation/filesystems/overlayfs.rst
 */
#ifndef KIST_TRY_H
#define KIST_TRY_H

#include <stdbool.h>
#include <stddef.h>

#include <kist/error.h>
#include <kist/run.h>
#include <kist/trace.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_try - a command to try
 * @command:	program and arguments; NULL: a shell
 * @name:	of the try; NULL: one is made up
 * @again:	a try whose changes are seen and added to; or NULL. The command
 *		is not kept as a try of its own then
 * @no_net:	without a network; else with this machine's
 *
 * It runs with this machine's host name, environment and working directory,
 * with processes and IPC of its own, and a container's capabilities. For an
 * ordinary user it is root in a user namespace.
 */
struct kist_try {
	const char *const *command;
	const char *name, *again;
	bool no_net;
};

/* In the foreground. @ret_result: as of kist_run(). */
int kist_try(const struct kist *kist, const struct kist_try *args,
	     struct kist_run_result *ret_result, struct kist_error *err);

/* What kist_try() would do: the plan, a line an operation. */
int kist_try_plan(const struct kist *kist, const struct kist_try *args,
		  char **ret_text, struct kist_error *err);

enum kist_change_kind {
	KIST_CHANGE_ADDED,
	KIST_CHANGE_MODIFIED,
	KIST_CHANGE_DELETED,
};

/**
 * struct kist_change - a file that is otherwise than on this machine
 * @path:	absolute
 * @is_dir:	a directory: MODIFIED is its mode or owner; DELETED, all of it
 * @is_newer:	it has changed on this machine since the try began
 */
struct kist_change {
	enum kist_change_kind kind;
	const char *path;
	bool is_dir, is_newer;
};

/**
 * struct kist_try_filter - which of the changes
 * @include, @exclude: patterns of fnmatch(3) for whole paths, NULL-terminated
 *		or NULL; one that matches a directory matches what is in it.
 *		Not included or excluded ones are left out
 */
struct kist_try_filter {
	const char *const *include, *const *exclude;
};

/**
 * kist_try_changes() - what a try changed, sorted by path
 * @filter:	or NULL: all
 * @ret_changes: free with kist_try_changes_free()
 */
int kist_try_changes(const struct kist *kist, const char *name,
		     const struct kist_try_filter *filter,
		     struct kist_change **ret_changes, size_t *ret_count,
		     struct kist_error *err);
void kist_try_changes_free(struct kist_change *changes);

/**
 * kist_try_commit() - take a try's changes over to this machine
 * @force:	files that have changed here since, too; else they are an error
 *		(TRY_CHANGED) before anything is done
 * @trace:	or NULL
 *
 * Each file is written beside its place and renamed. Owners, modes, times and
 * extended attributes go with it; for an ordinary user the owner stays the
 * user. Hard links become files of their own. The try stays: remove it with
 * kist_remove().
 *
 * Return: 0; TRY_CHANGED, TRY_LAYER, or what a system call gave: then what
 * stands before it in the list has been taken over.
 */
int kist_try_commit(const struct kist *kist, const char *name,
		    const struct kist_try_filter *filter, bool force,
		    const struct kist_trace *trace, struct kist_error *err);

#ifdef __cplusplus
}
#endif

#endif
