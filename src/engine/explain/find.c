/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find.c - looking a word up
 *
 * The words of a person vary: "CLONE_NEWNET", "newnet", "setns(2)",
 * "/proc/1234/uid_map", "Capabilities". The word is tried as it is, and then
 * without what is known to stand around one, until something is found.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <kist/explain.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/near.h"
#include "engine/explain/question.h"

#define WORD_MAX QUESTION_MAX

/* ---- comparing ---- */

static bool has(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

/* Options have case: -u, -U. */
static bool is_same(const char *a, const char *b, size_t len)
{
	return len == 1 ? *a == *b : strncasecmp(a, b, len) == 0;
}

/* Is @word one of "a, b, c"? */
static bool is_listed(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; list && *list; list += strspn(list, ", ")) {
		/* an item may itself contain a comma: "a,b" */
		const char *end = strstr(list, ", ");
		size_t part = end ? (size_t)(end - list) : strlen(list);

		if (part == len && is_same(list, word, len))
			return true;
		list += part;
	}
	return false;
}

static bool is_whole(const struct kist_entry *entry, const char *word)
{
	return strcasecmp(entry->name, word) == 0 ||
	       is_listed(entry->also, word);
}

/* "copy up", "copy_up" and "copy-up"; "memory max"; "name systemd". */
static bool is_loosely(const struct kist_entry *entry, const char *word)
{
	return question_is_like(entry->name, word) ||
	       question_is_in(entry->also, word);
}

/* The very question, or one with other words of no weight. */
static bool is_asked(const struct kist_entry *entry, const char *word)
{
	return question_is_in(entry->ask, word);
}

static bool is_asked_so(const struct kist_entry *entry, const char *word)
{
	return question_is_asked(entry->ask, word) ||
	       question_is_asked(entry->also, word);
}

static bool in_names(const struct kist_entry *entry, const char *word)
{
	return has(entry->name, word) || has(entry->also, word);
}

static bool in_texts(const struct kist_entry *entry, const char *word)
{
	return has(entry->text, word) || has(entry->other, word);
}

/* ---- collecting ---- */

typedef bool is_like(const struct kist_entry *entry, const char *word);

struct search {
	struct arena *arena;
	struct kist_explained *found;
};

static void keep(struct search *s, const struct kist_entry *entry)
{
	struct kist_explained *found = s->found;

	if (!found->entries)
		found->entries = ARENA_ARRAY(s->arena, struct kist_entry,
					     kist_explain_count());
	if (found->entries)
		found->entries[found->count++] = *entry;
}

static void collect(struct search *s, is_like *like, const char *word)
{
	if (!*word || s->found->count)
		return;
	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		if (like(&entry, word))
			keep(s, &entry);
	}
}

/* "setns(2)", "zombies", "/proc/12/uid_map" and what stands in the tables. */
static void try_whole(struct search *s, const char *word)
{
	static const char *const before[] = { "CLONE_",	 "CLONE_NEW",
					      "CAP_",	 "SIG",
					      "KIST_E_", "/proc/self/",
					      "/proc/",	 "/etc/" };
	static const char *const dropped[] = { "CLONE_NEW", "CLONE_", "CAP_",
					       "SIG" };
	char other[WORD_MAX + 20];

	collect(s, is_whole, word);
	for (size_t i = 0; i < ARRAY_LEN(before); i++) {
		snprintf(other, sizeof(other), "%s%s", before[i], word);
		collect(s, is_whole, other);
	}
	for (size_t i = 0; i < ARRAY_LEN(dropped); i++)
		if (strncasecmp(word, dropped[i], strlen(dropped[i])) == 0)
			collect(s, is_whole, word + strlen(dropped[i]));
}

/* A section, "(2)", or the s of several is not part of it. */
static void try_shorter(struct search *s, const char *word)
{
	char shorter[WORD_MAX];
	size_t len = strcspn(word, "(");

	snprintf(shorter, sizeof(shorter), "%.*s", (int)len, word);
	if (word[len])
		try_whole(s, shorter);
	if (len > 3 && tolower((unsigned char)shorter[len - 1]) == 's') {
		shorter[len - 1] = '\0';
		try_whole(s, shorter);
	}
}

/* /proc/1234/x and /proc/PID/x are /proc/self/x, net.ipv4.x and
 * /proc/sys/net/ipv4/x the same; and a file is known by its name alone. */
static void try_path(struct search *s, const char *word)
{
	char path[WORD_MAX + 20];
	const char *name = strrchr(word, '/');

	if (strchr(word, ' '))
		return;
	if (!name && strchr(word, '.')) {
		snprintf(path, sizeof(path), "/proc/sys/%s", word);
		for (char *c = path; *c; c++)
			if (*c == '.')
				*c = '/';
		collect(s, is_whole, path);
		return;
	}
	if (!name)
		return;
	if (strncmp(word, "/proc/", 6) == 0) {
		snprintf(path, sizeof(path), "/proc/self%s",
			 word + 6 + strcspn(word + 6, "/"));
		collect(s, is_whole, path);
	}
	if (strncmp(word, "/proc/sys/", 10) == 0) {
		snprintf(path, sizeof(path), "%s", word + 10);
		for (char *c = path; *c; c++)
			if (*c == '/')
				*c = '.';
		collect(s, is_whole, path);
	}
	collect(s, is_whole, name + 1);
}

/* "capability", "capabilities" */
static void try_kind(struct search *s, const char *word)
{
	struct kist_entry_kind kind;

	if (s->found->count)
		return;
	for (size_t i = 0; (kind = kist_explain_kind(i)).name; i++) {
		if (strcasecmp(kind.name, word) != 0 &&
		    strcasecmp(kind.names, word) != 0)
			continue;
		s->found->how = KIST_EXPLAIN_OF_KIND;
		s->found->entries = ARENA_ARRAY(s->arena, struct kist_entry,
						kind.count + 1);
		if (!s->found->entries)
			return;
		for (size_t j = 0; j < kind.count; j++)
			s->found->entries[j] =
				kist_explain_entry(kind.first + j);
		s->found->count = kind.count;
	}
}

/* "13" is EACCES and SIGPIPE. */
static void try_number(struct search *s, const char *word)
{
	char errnum[WORD_MAX + 20], signal[WORD_MAX + 20];

	collect(s, is_whole, word);
	if (s->found->count || !*word || word[strspn(word, "0123456789")])
		return;
	snprintf(errnum, sizeof(errnum), "errno %s", word);
	snprintf(signal, sizeof(signal), "signal %s", word);
	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		if (is_whole(&entry, errnum) || is_whole(&entry, signal))
			keep(s, &entry);
	}
	if (s->found->count > 1)
		s->found->how = KIST_EXPLAIN_NAMES;
}

/* A rule of the kernel, if it is no other word. */
static void try_cause(struct search *s, const char *word)
{
	char name[WORD_MAX + 20];

	snprintf(name, sizeof(name), "KIST_CAUSE_%s", word);
	collect(s, is_whole, name);
}

/* ---- nothing ---- */

static void offer_list(struct arena *arena, struct near *near, const char *list)
{
	char *word = list ? arena_strdup(arena, list) : NULL, *end;

	for (; word; word = end) {
		end = strstr(word, ", ");
		if (end) {
			*end = '\0';
			end += 2;
		}
		near_offer(near, word);
	}
}

static const char *nearest(struct arena *arena, const char *word)
{
	struct kist_entry_kind kind;
	struct near near;

	near_init(&near, word);
	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		near_offer(&near, entry.name);
		offer_list(arena, &near, entry.also);
	}
	for (size_t i = 0; (kind = kist_explain_kind(i)).name; i++)
		near_offer(&near, kind.names);
	return near.best;
}

/* ---- the way of a word ---- */

static void try_word(struct search *s, const char *word)
{
	try_whole(s, word);
	try_kind(s, word);
	try_shorter(s, word);
	try_path(s, word);
	try_cause(s, word);
	collect(s, is_loosely, word);
}

/* "what is blkio?", "the difference between cgroup v1 and v2" */
static void try_question(struct search *s, const char *words)
{
	struct kist_explained *found = s->found;
	char core[WORD_MAX];

	collect(s, is_asked, words);
	question_shorten(words, core, sizeof(core));
	collect(s, is_asked_so, core);
	question_core(words, core, sizeof(core));
	if (!found->count && strcmp(core, words) != 0)
		try_word(s, core);
	if (!found->count) {
		found->how = KIST_EXPLAIN_NAMES;
		collect(s, in_names, core);
	}
}

/* The entries that speak of the words, the best first. */
static void try_ranked(struct search *s, const char *words)
{
	size_t best[QUESTION_BEST], count;

	if (s->found->count)
		return;
	count = question_rank(words, best);
	s->found->how = KIST_EXPLAIN_WORDS;
	for (size_t i = 0; i < count; i++) {
		const struct kist_entry entry = kist_explain_entry(best[i]);

		keep(s, &entry);
	}
}

static bool has_letter(const char *word)
{
	while (*word && !isalnum((unsigned char)*word))
		word++;
	return *word != '\0';
}

int kist_explain_find(const char *word, struct kist_explained *ret_found,
		      struct kist_error *err)
{
	struct arena *arena = malloc(sizeof(*arena));
	struct kist_explained found = { .arena = arena };
	struct search s = { arena, &found };
	char tidy[WORD_MAX];

	if (!arena)
		return err_nomem(err);
	arena_init(arena);
	snprintf(tidy, sizeof(tidy), "%s", word + strspn(word, " "));
	try_number(&s, tidy);
	try_word(&s, tidy);
	try_question(&s, tidy);
	/* marks alone are in many texts */
	if (!found.count && has_letter(tidy)) {
		found.how = KIST_EXPLAIN_TEXTS;
		collect(&s, in_texts, tidy);
	}
	try_ranked(&s, tidy);
	if (!found.count)
		found.nearest = nearest(arena, tidy);
	if (arena_failed(arena)) {
		kist_explain_free(&found);
		return err_nomem(err);
	}
	*ret_found = found;
	return 0;
}

void kist_explain_free(struct kist_explained *found)
{
	if (found->arena) {
		arena_done(found->arena);
		free(found->arena);
	}
	*found = (struct kist_explained){ 0 };
}
