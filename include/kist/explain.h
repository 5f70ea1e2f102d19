/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist/explain.h - the glossary: what a word means, offline
 *
 * Ownership:  entries are constant and the library's; results of a search are
 *	       the caller's until kist_explain_free().
 * Threads:    no shared state.
 */
#ifndef KIST_EXPLAIN_H
#define KIST_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include <kist/error.h>
#include <kist/oci.h>
#include <kist/run.h>
#include <kist/try.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_entry - a word
 * @name:	"memory.max"
 * @also:	other spellings, separated by ", "; may be NULL, as may all below
 *		but @kind, @text, @try_line, @source and @subject
 * @kind:	"namespace", "system call", "file", "cgroup file", …
 * @text:	two to six lines of whole sentences, to be filled anew; a line
 *		that begins with a blank is to stay
 * @unit, @by_default, @other: of a file: bytes; max; its counterpart
 * @try_line:	a shell line that shows it
 * @see:	other words, separated by ", "
 * @source:	the manual page or document of the kernel
 * @subject:	the manual page that has it, without "kist-": "namespaces"
 */
struct kist_entry {
	const char *name, *also, *kind, *text;
	const char *unit, *by_default, *other;
	/* for kist_explain_now(): what to read */
	const char *now;
	/* of the line to try: who may (NULL: anyone), what the machine needs,
	 * its exit status (NULL: 0), a word of its output */
	const char *try_line, *try_as, *try_needs, *try_gives, *try_shows;
	const char *see, *source, *subject;
	/* questions that it answers, separated by ", " */
	const char *ask;
};

/* All entries, sorted by kind and name. */
size_t kist_explain_count(void);
struct kist_entry kist_explain_entry(size_t index);

/**
 * struct kist_entry_kind - what kind of words there are
 * @name, @names: "system call", "system calls"
 * @what:	"how a program asks the kernel for them"
 * @first, @count: its entries, by index
 */
struct kist_entry_kind {
	const char *name, *names, *what;
	size_t first, count;
};

/* In the order of the entries. Return: @name NULL past the end. */
struct kist_entry_kind kist_explain_kind(size_t index);

/* The title of a subject ("namespaces"), or NULL: there is none. With
 * kist_explain_subject() all: NULL past the end. */
const char *kist_explain_title(const char *subject);
const char *kist_explain_subject(size_t index);

/* What about them is like the word. */
enum kist_explain_how {
	KIST_EXPLAIN_WHOLE,   /* a name, or other spelling */
	KIST_EXPLAIN_OF_KIND, /* a kind: all of it */
	KIST_EXPLAIN_NAMES,   /* names contain it */
	KIST_EXPLAIN_TEXTS,   /* texts contain it */
	KIST_EXPLAIN_WORDS,   /* they have most of its words; the best first */
};

struct kist_explained {
	enum kist_explain_how how;
	struct kist_entry *entries;
	size_t count;
	const char *nearest; /* if none: a word that is like it, or NULL */
	void *arena;
};

/**
 * kist_explain_find() - look a word up
 *
 * Case is ignored, and so are CLONE_, CAP_, SIG, "(2)" and a path before the
 * word: "CLONE_NEWNET", "sigterm", "/proc/self/uid_map". First whole names and
 * other spellings; else kinds, "capability" or "capabilities"; else names that
 * contain it; else texts that do; else entries that have most of the words.
 * A question, "what is blkio?", is its words that have weight.
 *
 * Return: 0, also if there is none (@count 0); -ENOMEM.
 */
int kist_explain_find(const char *word, struct kist_explained *ret_found,
		      struct kist_error *err);
void kist_explain_free(struct kist_explained *found);

/**
 * kist_explain_now() - what it is for the caller, at this moment
 * @buf, @size:	receives one line, "max (of /user.slice: 3.0G)"; "" if the entry
 *		has nothing of the kind
 *
 * Return: the length of the line, as snprintf(3).
 */
int kist_explain_now(const struct kist *kist, const struct kist_entry *entry,
		     char *buf, size_t size);

/**
 * struct kist_step - one step of what would be done
 * @part:	heading, the same for steps that stand together
 * @what:	"bind '/srv/src' at '/src', read-only"
 * @protects:	what from what: "this machine's memory from …", or NULL
 * @cost:	besides the time, or NULL
 * @place:	what asked for it: "mounts[7] at config.json:112:34", "-v …", or
 *		NULL
 * @see:	a word of the glossary, or NULL
 * @us:		microseconds, typically; 0: hardly any, or not known
 * @is_estimate: of @us; else it was measured (bench/steps.sh), on one machine
 *		that is not the caller's
 */
struct kist_step {
	const char *part, *what, *protects, *cost, *place, *see;
	double us;
	bool is_estimate;
};

/**
 * struct kist_steps - a plan in words
 * @open:	what is not protected: whole sentences, NULL-terminated
 * @ignored:	properties that are not known and do nothing, with their places
 * @warnings:	what else has to be said of the configuration
 * @missing:	what would make it fail, as far as that can be seen
 * @us:		all steps together
 */
struct kist_steps {
	struct kist_step *steps;
	size_t count;
	const char *const *open, *const *ignored, *const *warnings;
	const char *const *missing;
	double us;
	void *arena;
};

/* What kist_run() would do. Nothing is left of it. */
int kist_explain_run(const struct kist *kist, const struct kist_run *run,
		     struct kist_steps *ret_steps, struct kist_error *err);

/* What kist_try() would do. */
int kist_explain_try(const struct kist *kist, const struct kist_try *args,
		     struct kist_steps *ret_steps, struct kist_error *err);

/* What kist_exec() would do, in a container that runs. */
int kist_explain_exec(const struct kist *kist, const struct kist_exec *exec,
		      struct kist_steps *ret_steps, struct kist_error *err);

/* What kist_oci_run() would do with a bundle; its root and sources need not be
 * there. @args->id may be NULL. */
int kist_explain_bundle(const struct kist_oci *oci,
			const struct kist_oci_create *args,
			struct kist_steps *ret_steps, struct kist_error *err);

/* What the shell lines of a dry run do (struct kist_trace). */
int kist_explain_lines(const char *lines, struct kist_steps *ret_steps,
		       struct kist_error *err);

void kist_explain_steps_free(struct kist_steps *steps);

#ifdef __cplusplus
}
#endif

#endif
