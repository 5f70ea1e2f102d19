/* SPDX-License-Identifier: Apache-2.0 */
/* why_print.c - an answer of `kist why`, for people and as JSON */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/page.h"
#include "cli/why.h"

/* ---- for people ---- */

static void print_last(const struct kist_last *last)
{
	CLEANUP_BUF struct buf buf;
	char when[64] = "";
	time_t time = last->when;
	struct tm tm;

	buf_init(&buf);
	for (size_t i = 0; last->words[i]; i++)
		buf_printf(&buf, "%s%s", i ? " " : "", last->words[i]);
	if (localtime_r(&time, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	page_line("command", "%s", buf_failed(&buf) ? "" : buf.data);
	page_line("when", "%s, in %s", when,
		  last->folder ? last->folder : "a folder that is gone");
}

static void print_what(const struct kist_why *why)
{
	const char *name = errno_name(why->errnum);

	if (!why->errnum)
		page_line("refused", "%s", why->what);
	else
		page_line("refused", "%s: %s (%s)", why->what,
			  name ? errno_text(why->errnum) : "unknown error",
			  name ? name : "?");
	if (why->who)
		page_line("to", "%s", why->who);
}

static void print_finding(const struct kist_finding *f)
{
	page_line(f->is_certain ? "because" : "perhaps", "%s", f->rule);
	if (f->evidence && f->evidence[0])
		page_line("seen", "%s", f->evidence);
	if (f->fix && f->fix[0])
		page_line("remedy", "%s", f->fix);
	if (f->word && f->word[0])
		page_line("more", "kist explain %s", f->word);
}

static void print_none(const struct why_answer *answer)
{
	const struct kist_why *why = answer->why;

	if (why->examined)
		page_line("because",
			  "no rule that kist knows: %zu were looked "
			  "at, none holds%s",
			  why->examined,
			  answer->is_supposed ? " for you, here and now" : "");
	else
		page_line("because", "kist knows no rule for this");
	if (why->meaning)
		page_line("meaning", "%s%s%s%s", why->meaning,
			  why->page ? " (" : "", why->page ? why->page : "",
			  why->page ? ")" : "");
	else if (why->page)
		page_line("more", "man %.*s %.*s", 1,
			  strchr(why->page, '(') + 1,
			  (int)strcspn(why->page, "("), why->page);
	if (answer->is_supposed && why->examined)
		page_line("remedy", "ask where it is refused: as that user, in "
				    "that container or namespace; or let kist "
				    "follow it: kist why -- COMMAND");
}

static void print_done(const struct kist_why *why)
{
	if (why->status == 0)
		printf("'%s' did not fail\n", why->what);
	else
		printf("'%s' ended with status %d%s\n", why->what, why->status,
		       why->note ? "" :
				   "; nothing was refused that could explain "
				   "it");
}

int why_print(const struct why_answer *answer)
{
	const struct kist_why *why = answer->why;

	if (why->status >= 0 && !why->errnum && !why->who && !why->count) {
		print_done(why);
	} else {
		if (answer->last)
			print_last(answer->last);
		print_what(why);
		if (why->count)
			print_finding(&why->findings[0]);
		else
			print_none(answer);
		for (size_t i = 1; i < why->count; i++)
			page_line("or", "%s (%s)", why->findings[i].rule,
				  why->findings[i].fix);
	}
	if (why->note)
		page_line("note", "%s", why->note);
	return 0;
}

/* ---- JSON ---- */

static void write_finding(struct json_writer *w, const struct kist_finding *f)
{
	json_open(w, '{');
	json_member(w, "cause", f->cause ? kist_cause_name(f->cause) : NULL);
	json_member(w, "rule", f->rule);
	json_member(w, "evidence", f->evidence);
	json_member(w, "fix", f->fix);
	json_member(w, "explain", f->word);
	json_member_bool(w, "certain", f->is_certain);
	json_close(w, '}');
}

static void write_last(struct json_writer *w, const struct kist_last *last)
{
	json_key(w, "last");
	json_open(w, '{');
	json_member_strings(w, "words", last->words);
	json_member(w, "folder", last->folder);
	json_member_int(w, "when", last->when);
	json_close(w, '}');
}

static void write_answer(struct json_writer *w, const struct why_answer *answer)
{
	const struct kist_why *why = answer->why;

	json_open(w, '{');
	json_member(w, "what", why->what);
	json_member_int(w, "errno", why->errnum);
	json_member(w, "error", errno_name(why->errnum));
	json_member(w, "who", why->who);
	json_member_int(w, "status", why->status);
	json_key(w, "findings");
	json_open(w, '[');
	for (size_t i = 0; i < why->count; i++)
		write_finding(w, &why->findings[i]);
	json_close(w, ']');
	json_member_uint(w, "examined", why->examined);
	json_member(w, "meaning", why->meaning);
	json_member(w, "page", why->page);
	json_member(w, "note", why->note);
	if (answer->last)
		write_last(w, answer->last);
	json_close(w, '}');
}

int why_print_json(const struct why_answer *answer, struct kist_error *err)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, "  ");
	write_answer(&w, answer);
	buf_putc(&buf, '\n');
	if (buf_failed(&buf))
		return err_nomem(err);
	fputs(buf.data, stdout);
	return 0;
}
