/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_shell.c - which step a shell line is
 *
 * A line is split into words as sh(1) does, and compared with the shell column
 * of plan_steps.def, a pattern of words:
 *
 *	mkdir		that very word
 *	_		any word
 *	{1}		any word; it becomes {1} of the step
 *	{1^/sys}	… that begins so; {^/sys} is only compared
 *	{1$/about}	… that ends so
 *	{1...}		all words that are left
 *	...		any words, also none
 *
 * The longest pattern that fits is it.
 */
#include <string.h>

#include "engine/explain/plan.h"

#define WORDS_MAX 64

struct match {
	struct telling *t;
	const char *words[WORDS_MAX + 1]; /* NULL-terminated */
	const char *found[3];
};

/* ---- words ---- */

static const char *take_quoted(struct buf *word, const char *at)
{
	const char quote = *at++;

	for (; *at && *at != quote; at++)
		buf_putc(word, *at);
	return *at ? at + 1 : at;
}

static const char *take_word(struct buf *word, const char *at)
{
	while (*at && *at != ' ' && *at != '\n') {
		if (*at == '\'' || *at == '"') {
			at = take_quoted(word, at);
			continue;
		}
		at += *at == '\\' && at[1];
		buf_putc(word, *at++);
	}
	return at;
}

size_t shell_split(struct arena *arena, const char *line, const char **words,
		   size_t max)
{
	size_t count = 0;

	while (*(line += strspn(line, " \n")) && count < max) {
		CLEANUP_BUF struct buf word;

		buf_init(&word);
		line = take_word(&word, line);
		words[count++] = arena_strdup(arena, word.len ? word.data : "");
	}
	words[count] = NULL;
	return count;
}

static const char *joined(struct arena *arena, const char *const *words)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (; *words; words++)
		buf_printf(&text, "%s%s", text.len ? " " : "", *words);
	return arena_strdup(arena, text.len ? text.data : "");
}

/* ---- a pattern ---- */

static bool is_word(struct match *m, const char *part, size_t len,
		    const char *word)
{
	size_t number = 0, rest;

	if (part[0] != '{')
		return (len == 1 && *part == '_') ||
		       (strlen(word) == len && strncmp(part, word, len) == 0);
	/* between the brackets */
	part++;
	len -= 2;
	if (len && (*part == '1' || *part == '2')) {
		number = (size_t)(*part++ - '0');
		len--;
	}
	rest = len ? len - 1 : 0;
	if (len && *part == '^' && strncmp(word, part + 1, rest) != 0)
		return false;
	if (len && *part == '$' &&
	    (strlen(word) < rest ||
	     strncmp(word + strlen(word) - rest, part + 1, rest) != 0))
		return false;
	m->found[number] = word;
	return true;
}

static bool fits(struct match *m, const char *pattern, const char *const *words)
{
	const size_t len = strcspn(pattern, " ");
	const char *next = pattern + len + (pattern[len] == ' ');

	if (!len)
		return !*words;
	if (strcmp(pattern, "{1...}") == 0 && *words) {
		m->found[1] = joined(m->t->arena, words);
		return true;
	}
	if (len == 3 && strncmp(pattern, "...", 3) == 0) {
		while (!fits(m, next, words))
			if (!*words++)
				return false;
		return true;
	}
	return *words && is_word(m, pattern, len, *words) &&
	       fits(m, next, words + 1);
}

enum step_id shell_step(struct telling *t, const char *line,
			const char *ret_found[2])
{
	struct match m = { .t = t };
	enum step_id best = STEP_COUNT;

	shell_split(t->arena, line, m.words, WORDS_MAX);
	for (enum step_id id = 0; id < STEP_COUNT; id++) {
		const char *shell = step_rows[id].shell;

		m.found[1] = m.found[2] = NULL;
		if (!*shell || *shell == '-' || !fits(&m, shell, m.words) ||
		    (best < STEP_COUNT &&
		     strlen(shell) <= strlen(step_rows[best].shell)))
			continue;
		best = id;
		ret_found[0] = m.found[1];
		ret_found[1] = m.found[2];
	}
	return best;
}
