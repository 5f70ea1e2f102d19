/* SPDX-License-Identifier: Apache-2.0 */
/*
 * question.c - what a person asks in several words, and which entry answers
 *
 * How it works
 * ============
 * Words of no weight ("what", "is", "the") are left out. Of the others each
 * counts more the fewer entries have it, and more in a name than in a text.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <kist/explain.h>

#include "base/near.h"
#include "engine/explain/question.h"

#define WORDS 12
#define WORD_MAX 40

/* ---- words ---- */

struct words {
	char word[WORDS][WORD_MAX];
	size_t count;
};

static bool is_part(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_./-", c));
}

enum keep { ALL, ASKING, STRONG };

static bool is_one_of(const char *const *list, const char *word)
{
	for (; *list; list++)
		if (strcasecmp(*list, word) == 0)
			return true;
	return false;
}

/* They make another question: "when did namespaces come", "who made them". */
static const char *const asking[] = { "come",  "when", "where", "who",
				      "whose", "why",  NULL };

static bool is_weightless(const char *word)
{
	static const char *const list[] = {
		"a",	      "about",	"an",	   "and",   "are",     "as",
		"at",	      "be",	"between", "can",   "could",   "did",
		"difference", "do",	"does",	   "doing", "explain", "for",
		"from",	      "get",	"has",	   "have",  "how",     "i",
		"in",	      "into",	"is",	   "it",    "its",     "me",
		"mean",	      "means",	"my",	   "of",    "on",      "or",
		"please",     "should", "tell",	   "that",  "the",     "there",
		"these",      "they",	"this",	   "to",    "use",     "used",
		"versus",     "vs",	"was",	   "were",  "what",    "what's",
		"whats",      "which",	"will",	   "with",  "work",    "works",
		"would",      "you",	"your",	   NULL,
	};

	return is_one_of(list, word);
}

static void split(const char *text, struct words *words, enum keep keep)
{
	words->count = 0;
	while (*text && words->count < WORDS) {
		char *word = words->word[words->count];
		size_t len = 0;

		while (*text && !is_part(*text))
			text++;
		while (is_part(text[len]) || text[len] == '\'')
			len++;
		snprintf(word, WORD_MAX, "%.*s", (int)len, text);
		text += len;
		len = strlen(word);
		while (len && strchr(".-'", word[len - 1]))
			word[--len] = '\0';
		if (!len || (keep != ALL && is_weightless(word)) ||
		    (keep == STRONG && is_one_of(asking, word)))
			continue;
		words->count++;
	}
}

/* ---- alike ---- */

static const char *next_letter(const char *text)
{
	while (*text && !isalnum((unsigned char)*text))
		text++;
	return text;
}

bool question_is_like(const char *a, const char *b)
{
	size_t same = 0;

	for (;; same++) {
		a = next_letter(a);
		b = next_letter(b);
		if (!*a || !*b ||
		    tolower((unsigned char)*a) != tolower((unsigned char)*b))
			break;
		a++;
		b++;
	}
	/* the s of several */
	if (same > 3 && tolower((unsigned char)*b) == 's' &&
	    !*next_letter(b + 1))
		b++;
	return same > 1 && !*a && !*next_letter(b);
}

/* Without the ending of several. */
static size_t stem(const char *word)
{
	size_t len = strlen(word);

	if (len > 4 && strcasecmp(word + len - 3, "ies") == 0)
		return len - 3;
	if (len > 3 && tolower((unsigned char)word[len - 1]) == 's' &&
	    tolower((unsigned char)word[len - 2]) != 's')
		return len - 1;
	return len;
}

static void join(const struct words *words, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < words->count && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s",
					i ? " " : "", words->word[i]);
}

void question_shorten(const char *text, char *buf, size_t size)
{
	struct words words;

	split(text, &words, ASKING);
	join(&words, buf, size);
}

/* The next of "a, b, c" at @list, which is NULL behind the last. */
static const char *next_item(const char **list, char *item, size_t size)
{
	const char *end = strstr(*list, ", ");

	snprintf(item, size, "%.*s",
		 end ? (int)(end - *list) : (int)strlen(*list), *list);
	*list = end ? end + 2 : NULL;
	return item;
}

static bool is_item(const char *list, const char *word)
{
	char item[QUESTION_MAX];

	while (list)
		if (question_is_like(next_item(&list, item, sizeof(item)),
				     word))
			return true;
	return false;
}

bool question_is_in(const char *list, const char *words)
{
	return is_item(list, words);
}

bool question_is_asked(const char *list, const char *shortened)
{
	char item[QUESTION_MAX], part[QUESTION_MAX];
	char first[QUESTION_MAX];

	/* most are out of the question: that costs less than to shorten them */
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(shortened, " "),
		 shortened);
	first[stem(first)] = '\0';
	if (!list || !*first || !strcasestr(list, first))
		return false;
	while (list) {
		next_item(&list, item, sizeof(item));
		if (!strchr(item, ' ') || !strcasestr(item, first))
			continue;
		question_shorten(item, part, sizeof(part));
		if (question_is_like(part, shortened))
			return true;
	}
	return false;
}

static bool is_weak(const char *word)
{
	return is_weightless(word) || is_one_of(asking, word);
}

void question_core(const char *text, char *buf, size_t size)
{
	struct words words;
	size_t first = 0;

	split(text, &words, ALL);
	while (first < words.count && is_weak(words.word[first]))
		first++;
	while (words.count > first && is_weak(words.word[words.count - 1]))
		words.count--;
	memmove(words.word[0], words.word[first],
		(words.count - first) * sizeof(words.word[0]));
	words.count -= first;
	join(&words, buf, size);
}

/* ---- ranking ---- */

/* What may follow the stem of the same word. */
static bool is_ending(const char *text)
{
	static const char *const endings[] = { "",    "s",  "es",  "y",
					       "ies", "ed", "ing", "d" };
	size_t len = 0;

	while (isalnum((unsigned char)text[len]))
		len++;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (strlen(endings[i]) == len &&
		    strncasecmp(text, endings[i], len) == 0)
			return true;
	return false;
}

static bool has_word(const char *text, const char *word)
{
	char part[WORD_MAX];
	const char *at = text;

	snprintf(part, sizeof(part), "%.*s", (int)stem(word), word);
	while (at && (at = strcasestr(at, part))) {
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    is_ending(at + strlen(part)))
			return true;
		at++;
	}
	return false;
}

enum {
	NOWHERE,
	IN_TEXT = 2,
	IN_ASK = 3,
	IN_NAMES = 5,
	IN_NAME = 6,
	IS_OTHER = 9,
	IS_NAME
};

static unsigned int where(const struct kist_entry *entry, const char *word)
{
	if (question_is_like(entry->name, word))
		return IS_NAME;
	if (is_item(entry->also, word))
		return IS_OTHER;
	if (has_word(entry->name, word))
		return IN_NAME;
	if (has_word(entry->also, word))
		return IN_NAMES;
	if (has_word(entry->ask, word))
		return IN_ASK;
	return has_word(entry->text, word) ? IN_TEXT : NOWHERE;
}

/* The fewer have it, the more it says: 1 for all, 10 for one of a thousand. */
static unsigned int weight(const char *word)
{
	size_t all = kist_explain_count(), having = 0;
	unsigned int weight = 1;

	for (size_t i = 0; i < all; i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		having += where(&entry, word) != NOWHERE;
	}
	for (; having && having < all; having *= 2)
		weight++;
	return having ? weight : 0;
}

/* Words of names, for a word that is nowhere. */
static bool mend(char *word)
{
	static const char *const never = "?";
	char best[WORD_MAX] = "";
	struct near near;

	near_init(&near, word);
	if (strlen(word) < 4)
		return false;
	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);
		const char *const lists[] = { entry.name, entry.also };

		for (size_t j = 0; j < 2; j++) {
			struct words words;

			if (!lists[j])
				continue;
			split(lists[j], &words, STRONG);
			for (size_t k = 0; k < words.count; k++) {
				near_offer(&near, words.word[k]);
				if (!near.best || near.best == never)
					continue;
				/* the word is gone with the next entry */
				snprintf(best, sizeof(best), "%s", near.best);
				near.best = never;
			}
		}
	}
	if (best[0])
		snprintf(word, WORD_MAX, "%s", best);
	return best[0] != '\0';
}

/* What refuses, and the properties of a file, are rarely asked for in words. */
static unsigned int favour(const char *kind)
{
	if (strcmp(kind, "cause") == 0 || strcmp(kind, "error") == 0)
		return 5;
	return strcmp(kind, "OCI property") == 0 ? 6 : 10;
}

/* @half: half of the words, at least, have to be there; else one of a name. */
static unsigned int score(const struct kist_entry *entry,
			  const struct words *words,
			  const unsigned int *weights, bool half)
{
	unsigned int sum = 0, having = 0, best = NOWHERE;

	for (size_t i = 0; i < words->count; i++) {
		const unsigned int place = where(entry, words->word[i]);

		having += place != NOWHERE;
		sum += place * weights[i];
		if (place > best)
			best = place;
	}
	if (half ? having * 2 < words->count : best < IN_NAMES)
		return 0;
	return sum * having * favour(entry->kind);
}

static void insert(size_t *best, unsigned int *scores, size_t *count,
		   size_t entry, unsigned int value)
{
	size_t at = *count;

	if (at == QUESTION_BEST && scores[at - 1] >= value)
		return;
	if (at < QUESTION_BEST)
		(*count)++;
	else
		at--;
	for (; at > 0 && scores[at - 1] < value; at--) {
		best[at] = best[at - 1];
		scores[at] = scores[at - 1];
	}
	best[at] = entry;
	scores[at] = value;
}

static size_t rank(const struct words *words, const unsigned int *weights,
		   bool half, size_t best[QUESTION_BEST])
{
	unsigned int scores[QUESTION_BEST];
	size_t count = 0;

	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);
		const unsigned int value = score(&entry, words, weights, half);

		if (value)
			insert(best, scores, &count, i, value);
	}
	return count;
}

/* "mknod: Operation not permitted" is "mknod: EPERM". */
static void name_errno(char *text, size_t size)
{
	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);
		const char *list =
			strcmp(entry.kind, "errno") == 0 ? entry.also : NULL;
		char item[QUESTION_MAX], rest[QUESTION_MAX], *at;

		while (list) {
			next_item(&list, item, sizeof(item));
			at = strchr(item, ' ') ? strcasestr(text, item) : NULL;
			if (!at)
				continue;
			snprintf(rest, sizeof(rest), "%s", at + strlen(item));
			snprintf(at, size - (size_t)(at - text), "%s%s",
				 entry.name, rest);
		}
	}
}

size_t question_rank(const char *text, size_t ret_best[QUESTION_BEST])
{
	unsigned int weights[WORDS];
	struct words words;
	size_t count, known = 0;
	char named[QUESTION_MAX];

	snprintf(named, sizeof(named), "%s", text);
	name_errno(named, sizeof(named));
	split(named, &words, STRONG);
	for (size_t i = 0; i < words.count; i++) {
		weights[i] = weight(words.word[i]);
		known += weights[i] != 0;
	}
	/* a single word is not guessed: it is asked for */
	for (size_t i = 0; i < words.count && words.count > 1; i++)
		if (!weights[i] && mend(words.word[i]))
			weights[i] = weight(words.word[i]);
	if (words.count == 1 && !known)
		return 0;
	count = rank(&words, weights, true, ret_best);
	return count ? count : rank(&words, weights, false, ret_best);
}
