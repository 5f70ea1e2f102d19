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

#include <stddef.h>

#include <kist/error.h>
#include <kist/run.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * struct kist_entry - a word
 * @name:	"memory.max"
 * @also:	other spellings, separated by ", "; may be NULL, as may all below
 * @kind:	"namespace", "system call", "file", "cgroup file", …
 * @text:	two to six lines, in paragraphs of whole sentences
 * @unit, @by_default, @other: of a file: bytes; max; its counterpart
 * @try_line:	a shell line that shows it
 * @see:	other words, separated by ", "
 * @source:	the manual page or document of the kernel
 */
struct kist_entry {
	const char *name, *also, *kind, *text;
	const char *unit, *by_default, *other;
	const char *try_line, *see, *source;
	/* for tests and kist_explain_now(): what to read, who may try the
	 * line, what it needs and shows */
	const char *now, *try_as, *try_needs, *try_shows;
};

struct kist_explained {
	const struct kist_entry **entries;
	size_t count;
	const char *nearest; /* if none: a word that is like it, or NULL */
	void *arena;
};

/* All entries, sorted by kind and name. */
size_t kist_explain_count(void);
const struct kist_entry *kist_explain_entry(size_t index);

/**
 * kist_explain_find() - look a word up
 *
 * First whole names and other spellings, case ignored; else names that contain
 * it; else texts that do.
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

#ifdef __cplusplus
}
#endif

#endif
