/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_explain.c - kist explain: what a word means */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kist/explain.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/explain.h"
#include "cli/page.h"

#define NOW_SIZE 600

struct explain_args {
	bool all, json, words_only;
	const char *man;
	const char *const *words;
};
#define ARGS explain_args

static const struct opt explain_opts[] = {
	REST("WORD", words,
	     "a word (veth, setns, CAP_SYS_ADMIN, memory.max, EPERM), a kind "
	     "of words (myths), a config.json, or a command (run …); none: "
	     "what there is"),
	FLAG('a', "all", all, "everything, through $PAGER"),
	FLAG('J', "json", json, "as JSON"),
	FLAG(0, "words", words_only, "only the names, one a line"),
	OPT(0, "man", "DIR", opt_string, man,
	    "write manual pages of section 7 to DIR, one a subject"),
	OPT_END,
};

/* ---- one entry ---- */

/* Filled anew; a line that begins with a blank stays as it is. */
static void put_text(const char *text)
{
	CLEANUP_BUF struct buf words;

	buf_init(&words);
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (*text == ' ' && words.len) {
			page_note("%s", words.data);
			words.len = 0;
		}
		if (*text == ' ')
			printf("  %.*s\n", (int)len, text);
		else
			buf_printf(&words, "%s%.*s", words.len ? " " : "",
				   (int)len, text);
		text += len + (text[len] == '\n');
	}
	if (words.len)
		page_note("%s", words.data);
}

static void put_field(const char *label, const char *text)
{
	if (text && *text)
		page_line(label, "%s", text);
}

/* What the line to try needs, if it is no program. */
static const struct {
	const char *word;
	const char *text;
} needs[] = {
	{ "v1", "control groups of version 1" },
	{ "v2", "control groups of version 2" },
	{ "container", "a running container 'web'" },
};

static const char *needs_text(const char *word)
{
	for (size_t i = 0; word && i < sizeof(needs) / sizeof(*needs); i++) {
		if (strcmp(needs[i].word, word) == 0)
			return needs[i].text;
	}
	return word;
}

static void put_entry(const struct kist_global *g,
		      const struct kist_entry *entry)
{
	char now[NOW_SIZE] = "";

	printf("%s (%s)\n", entry->name, entry->kind);
	put_text(entry->text);
	putchar('\n');
	put_field("also", entry->also);
	put_field("unit", entry->unit);
	put_field("default", entry->by_default);
	put_field("counterpart", entry->other);
	kist_explain_now(&g->kist, entry, now, sizeof(now));
	put_field("for you now", now);
	if (entry->try_as && strcmp(entry->try_as, "root") == 0)
		page_line("try as root", "%s", entry->try_line);
	else
		put_field("try", entry->try_line);
	put_field("needs", needs_text(entry->try_needs));
	put_field("see", entry->see);
	put_field("source", entry->source);
}

/* ---- several ---- */

/* The first sentence, as one line. */
static void table_sentence(struct table *table, const char *text)
{
	char line[400];
	size_t len = 0;

	for (; *text && len < sizeof(line) - 1; text++) {
		line[len++] = *text == '\n' ? ' ' : *text;
		if (*text == '.' && (text[1] == ' ' || text[1] == '\n'))
			break;
	}
	line[len] = '\0';
	table_add(table, line);
}

static int put_list(const struct kist_entry *entries, size_t count,
		    bool with_kind)
{
	static const struct table_column columns[] = { { "WORD", false },
						       { "KIND", false },
						       { "", false } };
	static const struct table_column without[] = { { "WORD", false },
						       { "", false } };
	struct table table;

	table_init(&table, with_kind ? columns : without, with_kind ? 3 : 2);
	for (size_t i = 0; i < count; i++) {
		table_add(&table, entries[i].name);
		if (with_kind)
			table_add(&table, entries[i].kind);
		table_sentence(&table, entries[i].text);
	}
	return page_table(&table);
}

/* The best answer; others, should it be the wrong one. */
static void put_ranked(const struct kist_global *g,
		       const struct kist_explained *found)
{
	CLEANUP_BUF struct buf others;

	buf_init(&others);
	for (size_t i = 1; i < found->count; i++)
		buf_printf(&others, "%s%s", i > 1 ? ", " : "",
			   found->entries[i].name);
	put_entry(g, &found->entries[0]);
	put_field("or did you mean", others.data);
}

static bool is_number(const char *word)
{
	return *word && !word[strspn(word, "0123456789")];
}

static int put_found(const struct kist_global *g, const char *word,
		     const struct kist_explained *found, struct kist_error *err)
{
	if (found->how == KIST_EXPLAIN_WHOLE || found->count == 1) {
		put_entry(g, &found->entries[0]);
		return 0;
	}
	if (found->how == KIST_EXPLAIN_WORDS) {
		put_ranked(g, found);
		return 0;
	}
	if (found->how == KIST_EXPLAIN_NAMES)
		printf(is_number(word) ? "'%s' may be any of these:\n\n" :
					 "'%s' is part of these words:\n\n",
		       word);
	else if (found->how == KIST_EXPLAIN_TEXTS)
		printf("'%s' is no word of its own; of it speak:\n\n", word);
	if (put_list(found->entries, found->count,
		     found->how != KIST_EXPLAIN_OF_KIND) < 0)
		return err_nomem(err);
	putchar('\n');
	page_note("More of each, with a line to try: 'kist explain WORD', such "
		  "as 'kist explain %s'.",
		  found->entries[0].name);
	return 0;
}

/* ---- as JSON ---- */

static void json_list(struct json_writer *w, const char *name, const char *list)
{
	json_key(w, name);
	json_open(w, '[');
	while (list && *list) {
		const char *end = strstr(list, ", ");
		char item[400];

		snprintf(item, sizeof(item), "%.*s",
			 end ? (int)(end - list) : (int)strlen(list), list);
		json_write_string(w, item);
		list = end ? end + 2 : NULL;
	}
	json_close(w, ']');
}

static void json_entry(const struct kist_global *g, struct json_writer *w,
		       const struct kist_entry *entry)
{
	char now[NOW_SIZE] = "";

	kist_explain_now(&g->kist, entry, now, sizeof(now));
	json_open(w, '{');
	json_member(w, "name", entry->name);
	json_list(w, "also", entry->also);
	json_member(w, "kind", entry->kind);
	json_member(w, "subject", entry->subject);
	json_member(w, "text", entry->text);
	json_may(w, "unit", entry->unit);
	json_may(w, "default", entry->by_default);
	json_may(w, "counterpart", entry->other);
	json_may(w, "now", now);
	json_member(w, "try", entry->try_line);
	json_member(w, "tryAs", entry->try_as ? entry->try_as : "user");
	json_may(w, "tryNeeds", entry->try_needs);
	json_may(w, "tryGives", entry->try_gives);
	json_may(w, "tryShows", entry->try_shows);
	json_list(w, "see", entry->see);
	json_member(w, "source", entry->source);
	json_close(w, '}');
}

static int put_json(const struct kist_global *g,
		    const struct kist_entry *entries, size_t count,
		    struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		const struct kist_entry one = kist_explain_entry(i);

		json_entry(g, &w, entries ? &entries[i] : &one);
	}
	json_close(&w, ']');
	return page_json(&text, err);
}

/* ---- everything ---- */

/* Through $PAGER on a terminal, where "cat" or "" is none. */
static FILE *begin_pager(void)
{
	const char *pager = getenv("PAGER");
	FILE *to;

	if (!isatty(STDOUT_FILENO) || (pager && !*pager))
		return NULL;
	fflush(stdout);
	to = popen(pager ? pager : "less -F 2>/dev/null || more", "we");
	if (!to)
		return NULL;
	dup2(fileno(to), STDOUT_FILENO);
	return to;
}

static void put_all(const struct kist_global *g)
{
	FILE *pager = begin_pager();

	for (size_t i = 0; i < kist_explain_count(); i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		if (i > 0)
			putchar('\n');
		put_entry(g, &entry);
	}
	if (!pager)
		return;
	/* the pager ends when nobody writes any more */
	fflush(stdout);
	close(STDOUT_FILENO);
	pclose(pager);
	/* and standard output is there again, for who checks it */
	open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static void put_words(void)
{
	for (size_t i = 0; i < kist_explain_count(); i++)
		puts(kist_explain_entry(i).name);
}

static int put_kinds(struct kist_error *err)
{
	static const struct table_column columns[] = { { "KIND", false },
						       { "WORDS", true },
						       { "", false } };
	struct kist_entry_kind kind;
	struct table table;

	page_note("Ask for a word, or as you would say it; or for all of a "
		  "kind, such as what is often said and wrong:");
	puts("\n    kist explain veth\n"
	     "    kist explain memory.max\n"
	     "    kist explain why is my pid 1\n"
	     "    kist explain myths\n");
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; (kind = kist_explain_kind(i)).name; i++) {
		if (!kind.count)
			continue;
		table_add(&table, kind.names);
		table_addf(&table, "%zu", kind.count);
		table_add(&table, kind.what);
	}
	if (page_table(&table) < 0)
		return err_nomem(err);
	putchar('\n');
	page_note("What a command would do: 'kist explain run …' (exec, limit, "
		  "unshare and others too). Why it failed: 'kist why'.");
	return 0;
}

/* ---- the verb ---- */

static int explain_word(const struct kist_global *g,
			const struct explain_args *a, const char *word,
			struct kist_error *err)
{
	struct kist_explained found;
	int ret = kist_explain_find(word, &found, err);

	if (ret < 0)
		return ret;
	if (!found.count) {
		ret = err_set(err, KIST_E_WORD, "'%.100s' is not explained",
			      word);
		if (found.nearest)
			err_hint(err, "did you mean '%s'?", found.nearest);
	} else if (a->json) {
		ret = put_json(g, found.entries, found.count, err);
	} else {
		ret = put_found(g, word, &found, err);
	}
	kist_explain_free(&found);
	return ret;
}

/* Ours, and not part of a word: "umount -l", "kill -9". */
static bool is_option(const char *word)
{
	if (word[0] != '-')
		return false;
	if (word[1] != '-')
		return strchr("aJh", word[1]) && word[1] && !word[2];
	for (const struct opt *opt = explain_opts; opt->name || opt->value;
	     opt++)
		if (opt->name && strcmp(word + 2, opt->name) == 0)
			return true;
	return strcmp(word, "--help") == 0;
}

/* "kist explain time namespace" is one word of two. Options may stand behind
 * it, as they may not behind a command. */
static int join_words(struct explain_args *a, struct buf *word,
		      struct kist_error *err)
{
	const char *const *rest = a->words;
	int ret = 0;

	while (rest && *rest && ret == 0) {
		buf_printf(word, "%s%s", word->len ? " " : "", *rest++);
		if (!*rest || !is_option(*rest))
			continue;
		a->words = NULL;
		ret = opt_parse(explain_opts, OPT_STYLE_GNU, rest, a, NULL,
				err);
		rest = a->words;
	}
	return ret;
}

static int explain_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	struct explain_args a = *(const struct explain_args *)args;
	CLEANUP_BUF struct buf word;
	int ret;

	buf_init(&word);
	if (a.words && explain_is_plan(a.words))
		return explain_plan(g, a.words, a.json, err);
	ret = join_words(&a, &word, err);
	if (ret < 0)
		return ret;
	if (buf_failed(&word))
		return err_nomem(err);
	if (a.man)
		return explain_man(a.man, err);
	if (a.words_only)
		put_words();
	else if (word.len)
		return explain_word(g, &a, word.data, err);
	else if (a.json)
		return put_json(g, NULL, kist_explain_count(), err);
	else if (a.all)
		put_all(g);
	else
		return put_kinds(err);
	return 0;
}

const struct command cmd_explain = {
	.name = "explain",
	.group = "understanding",
	.summary = "explain a word: namespace, system call, file, errno, myth",
	.see = "kist-why(1), namespaces(7), cgroups(7), capabilities(7)",
	.example = "kist explain veth",
	.opts = explain_opts,
	.args_size = sizeof(struct explain_args),
	.run = explain_run,
};
