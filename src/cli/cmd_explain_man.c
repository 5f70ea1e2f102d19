/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_explain_man.c - the glossary as manual pages of section 7
 *
 * One page a subject, kist-namespaces(7), in mdoc(7).
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <kist/explain.h>

#include "base/buf.h"
#include "cli/explain.h"
#include "cli/opt_text.h"

#define DATE "November 22, 2026"

static void put_upper(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), out);
}

static void put_head(FILE *out, const char *subject)
{
	fprintf(out, ".Dd %s\n.Dt KIST-", DATE);
	put_upper(out, subject);
	fprintf(out, " 7\n.Os\n.Sh NAME\n.Nm kist-%s\n.Nd ", subject);
	man_line(out, kist_explain_title(subject));
	fputs(".Sh DESCRIPTION\nThe same text is shown by\n.Nm kist Cm explain "
	      "Ar WORD ,\nwith what holds for the caller.\n",
	      out);
}

/* Filled lines, and lines that begin with a blank as they are. */
static void put_text(FILE *out, const char *text)
{
	CLEANUP_BUF struct buf words;
	bool is_shown_as_is = false;

	buf_init(&words);
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		const int len = (int)strcspn(text, "\n");

		if (*text != ' ') {
			if (is_shown_as_is)
				fputs(".Ed\n", out);
			is_shown_as_is = false;
			buf_printf(&words, "%s%.*s", words.len ? " " : "", len,
				   text);
			continue;
		}
		if (words.len)
			man_line(out, words.data);
		words.len = 0;
		if (!is_shown_as_is)
			fputs(".Bd -literal -compact\n", out);
		is_shown_as_is = true;
		fprintf(out, "%.*s\n", len, text);
	}
	if (is_shown_as_is)
		fputs(".Ed\n", out);
	if (words.len)
		man_line(out, words.data);
}

static void put_field(FILE *out, const char *label, const char *text)
{
	CLEANUP_BUF struct buf line;

	buf_init(&line);
	if (!text)
		return;
	buf_printf(&line, "%s: %s", label, text);
	fputs(".br\n", out);
	if (!buf_failed(&line))
		man_line(out, line.data);
}

/* A line of sh, in which nothing is a macro. */
static void put_as_it_is(FILE *out, const char *line)
{
	fputs(".Bd -literal -offset indent -compact\n$ ", out);
	for (; *line; line++)
		if (*line == '\\')
			fputs("\\e", out);
		else
			fputc(*line, out);
	fputs("\n.Ed\n", out);
}

static void put_entry(FILE *out, const struct kist_entry *entry)
{
	fputs(".It Sy ", out);
	man_argument(out, entry->name, strlen(entry->name));
	fputc('\n', out);
	put_text(out, entry->text);
	put_field(out, "Also", entry->also);
	put_field(out, "Unit", entry->unit);
	put_field(out, "Default", entry->by_default);
	put_field(out, "Counterpart", entry->other);
	put_field(out, "See", entry->see);
	put_field(out, "Source", entry->source);
	put_as_it_is(out, entry->try_line);
}

/* "ERRORS" is a section of other pages, "HISTORY" stands at the end. */
static void put_section(FILE *out, const char *kinds)
{
	fputs(".Sh ", out);
	put_upper(out, kinds);
	if (strcmp(kinds, "errors") == 0 || strcmp(kinds, "history") == 0)
		fputs(" AND WORDS", out);
	fputs("\n.Bl -tag -width Ds\n", out);
}

static void put_kind(FILE *out, const char *subject,
		     const struct kist_entry_kind *kind)
{
	bool any = false;

	for (size_t i = kind->first; i < kind->first + kind->count; i++) {
		const struct kist_entry entry = kist_explain_entry(i);

		if (strcmp(entry.subject, subject) != 0)
			continue;
		if (!any)
			put_section(out, kind->names);
		any = true;
		put_entry(out, &entry);
	}
	if (any)
		fputs(".El\n", out);
}

static int put_page(const char *dir, const char *subject,
		    struct kist_error *err)
{
	struct kist_entry_kind kind;
	char path[4096];
	FILE *out;

	snprintf(path, sizeof(path), "%s/kist-%s.7", dir, subject);
	out = fopen(path, "we");
	if (!out)
		return err_sys(err, KIST_E_SYSTEM, errno, "write '%s'", path);
	put_head(out, subject);
	for (size_t i = 0; (kind = kist_explain_kind(i)).name; i++)
		put_kind(out, subject, &kind);
	fputs(".Sh SEE ALSO\n.Xr kist 1 ,\n.Xr kist-explain 1\n", out);
	if (fclose(out) != 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "write '%s'", path);
	return 0;
}

int explain_man(const char *dir, struct kist_error *err)
{
	const char *subject;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (subject = kist_explain_subject(i)); i++)
		ret = put_page(dir, subject, err);
	return ret;
}
