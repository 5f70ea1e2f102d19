/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/why.h - which rule refused, how that is known, and what to do
 *
 * The kernel refuses with a number; the rule behind it is found by looking at
 * who was refused, and at what. The rules are one table (kist/causes.def), each
 * with a probe that establishes whether it is the one.
 *
 * Ownership:  results are the caller's until their _free().
 * Threads:    no shared state. kist_why_command() waits for children that it
 *	       traces, of the calling thread alone.
 */
#ifndef KIST_WHY_H
#define KIST_WHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <kist/cause.h>
#include <kist/error.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_finding - a rule, and what shows that it is the one
 * @cause:	enum kist_cause (kist/cause.h)
 * @rule:	why it was refused: one sentence
 * @evidence:	how that was established: what was read or tried, with its
 *		value
 * @fix:	one remedy
 * @word:	for 'kist explain'
 * @is_certain:	the probe saw the rule at work; else it only may be this
 */
struct kist_finding {
	int cause;
	const char *rule, *evidence, *fix, *word;
	bool is_certain;
};

/**
 * struct kist_why - an answer
 * @what:	what was refused: "mount proc on '/mnt'"
 * @errnum:	the errno (positive); 0: it did not fail, or was killed
 * @who:	"process 1234 (unshare)", or NULL: the caller
 * @findings:	the most likely first; @count 0: no rule of the table holds
 * @meaning:	what the errno means here, from the manual page; or NULL
 * @page:	that page: "mount(2)", or NULL
 * @examined:	how many rules of the table were looked at
 * @note:	what else one should know: what could not be seen; or NULL
 * @status:	of kist_why_command(): as of a shell, or -1
 */
struct kist_why {
	const char *what, *who;
	int errnum, status;
	const struct kist_finding *findings;
	size_t count, examined;
	const char *meaning, *page, *note;
	void *arena;
};

/**
 * kist_why_error() - after a failure of this library, in the same process
 * @failed:	as the function left it
 *
 * Return: 0; -EINVAL: @failed holds no error; -ENOMEM.
 */
int kist_why_error(const struct kist *kist, const struct kist_error *failed,
		   struct kist_why *ret_why, struct kist_error *err);

/**
 * kist_why_errno() - a number and what it was about
 * @errnum:	name ("EPERM") or number
 * @words:	the call and its subject, NULL-terminated: { "mount", "/proc" }
 *
 * The call is one of kist_why_call(), or a verb of `kist`. The answer is about
 * the calling process as it is now.
 *
 * Return: 0; -EINVAL (WHY_WORDS): the number or call is not known.
 */
int kist_why_errno(const struct kist *kist, const char *errnum,
		   const char *const *words, struct kist_why *ret_why,
		   struct kist_error *err);

/* The calls that kist_why_errno() knows; NULL past the end. */
const char *kist_why_call(size_t index);

/**
 * kist_why_command() - run a command, and tell why it failed
 * @argv:	found along PATH; NULL-terminated
 *
 * It runs as it would by itself, with the caller's standard input and output,
 * traced (ptrace(2)): each system call that concerns namespaces, mounts,
 * control groups, ids or programs and is refused is examined while the process
 * stands still. Of several the answer is about the last that mattered.
 * Programs that change the user (setuid) do not while they are traced by an
 * ordinary user; the answer says so.
 *
 * Return: 0, also if the command did not fail (@errnum 0); a negative errno if
 * it cannot be traced.
 */
int kist_why_command(const struct kist *kist, const char *const *argv,
		     struct kist_why *ret_why, struct kist_error *err);

void kist_why_free(struct kist_why *why);

/**
 * kist_why_advise() - put the remedy of the rule that refused into an error
 *
 * For whoever is about to print it: looks only if neither the failure nor its
 * kind has a hint. Cheap: nothing is changed, no process is made.
 */
void kist_why_advise(const struct kist *kist, struct kist_error *failed);

/**
 * struct kist_last - the failure that was kept
 * @words:	program and arguments
 * @folder:	where it was started
 * @when:	seconds since 1970
 */
struct kist_last {
	const char *const *words;
	const char *folder;
	int64_t when;
	struct kist_error error;
};

/**
 * kist_why_keep() - remember a failure, for kist_why_last()
 * @words:	program and arguments, NULL-terminated
 *
 * In the folder of what runs (kist/run.h), as the file "last", mode 0600. What
 * cannot be kept is not. Mistakes of the command line are not kept.
 */
void kist_why_keep(const struct kist *kist, const char *const *words,
		   const struct kist_error *failed);

/**
 * kist_why_last() - the last failure of this user, explained as it is now
 * @ret_last:	lives as long as @ret_why
 *
 * Return: 0; -ENOENT (WHY_NONE): none is kept.
 */
int kist_why_last(const struct kist *kist, struct kist_last *ret_last,
		  struct kist_why *ret_why, struct kist_error *err);

/* ---- the machine ---- */

enum kist_works {
	KIST_WORKS,	 /* for the caller */
	KIST_WORKS_ROOT, /* for root, not for the caller */
	KIST_WORKS_NOT,
};

/**
 * struct kist_checked - one thing kist uses
 * @group:	"namespaces", "control groups", "mounts", "network", "limits",
 *		"security", "programs"
 * @name:	"user", "memory", "overlay", "subuid"
 * @works:	enum kist_works
 * @detail:	what was found: "max 95000 per user", "v1, mounted on …"
 * @needed_by:	what depends on it: "kist run, kist try"
 * @fix:	how to get it, or NULL: it works
 * @is_essential: without it a main part of kist does not work
 */
struct kist_checked {
	const char *group, *name, *detail, *needed_by, *fix, *word;
	int works;
	bool is_essential;
};

struct kist_checkup {
	const char *machine; /* "Linux 6.18 x86_64, Debian 12, cgroup v1+v2" */
	const struct kist_checked *items;
	size_t count;
	void *arena;
};

/**
 * kist_checkup() - try everything kist uses on this machine
 *
 * Tries, never believes a version; changes nothing that outlives the call.
 * Under 100 ms.
 */
int kist_checkup(const struct kist *kist, struct kist_checkup *ret_checkup,
		 struct kist_error *err);
void kist_checkup_free(struct kist_checkup *checkup);

#ifdef __cplusplus
}
#endif

#endif
