/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.c - filling in errors, and putting them into words
 *
 * How it works
 * ============
 *
 * The parts of a struct kist_error are kept apart until a person wants to
 * read them: whoever adds "while doing what" need not know what failed. The
 * texts may hold bytes of a stranger's file, so control characters are taken
 * out on the way to the reader: an error is one line, and cannot draw on the
 * terminal.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <kist/cause.h>

#include "base/err.h"
#include "base/letters.h"

/* Texts by their place in one struct: a program that is position-independent
 * writes to each pointer of a table when it starts. */
static const struct texts {
	char none_name[3], none_summary[9], none_hint[1];
#define KIST_ERROR(id, class, errnum, summary, hint) \
	char id##_name[sizeof(#id)];                 \
	char id##_summary[sizeof(summary)];          \
	char id##_hint[sizeof(hint)];
#include <kist/errors.def>
#undef KIST_ERROR
} texts = {
	"OK",
	"no error",
	"",
#define KIST_ERROR(id, class, errnum, summary, hint) #id, summary, hint,
#include <kist/errors.def>
#undef KIST_ERROR
};

#define AT(member) offsetof(struct texts, member)

static const struct {
	uint16_t name, summary, hint;
	uint16_t class, errnum;
} kinds[KIST_E_COUNT] = {
	[KIST_OK] = { AT(none_name), AT(none_summary), AT(none_hint),
		      KIST_CLASS_SYSTEM, 0 },
#define KIST_ERROR(id, class, errnum, summary, hint)                      \
	[KIST_E_##id] = { AT(id##_name), AT(id##_summary), AT(id##_hint), \
			  KIST_CLASS_##class, errnum },
#include <kist/errors.def>
#undef KIST_ERROR
};
_Static_assert(sizeof(texts) <= UINT16_MAX, "places of texts are 16 bits");

static const char *text_at(uint16_t place)
{
	return (const char *)&texts + place;
}

static bool is_kind(int id)
{
	return id >= 0 && id < KIST_E_COUNT;
}

const char *kist_error_name(int id)
{
	return is_kind(id) ? text_at(kinds[id].name) : "UNKNOWN";
}

enum kist_class kist_error_class(int id)
{
	return is_kind(id) ? kinds[id].class : KIST_CLASS_SYSTEM;
}

const char *kist_error_summary(int id)
{
	return is_kind(id) ? text_at(kinds[id].summary) : "unknown error";
}

/* A text that does not fit ends in "...", so that one sees it. */
static void mark_cut(char *text, size_t size)
{
	memcpy(text + size - 4, "...", 4);
}

static void fill(char *text, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(text, size, fmt, args);

	if (len < 0)
		text[0] = '\0';
	else if ((size_t)len >= size)
		mark_cut(text, size);
}

static bool may_set(const struct kist_error *err)
{
	return err && err->id == KIST_OK;
}

int err_set(struct kist_error *err, enum kist_err id, const char *fmt, ...)
{
	va_list args;

	if (may_set(err)) {
		memset(err, 0, sizeof(*err));
		err->id = (int32_t)id;
		va_start(args, fmt);
		fill(err->what, sizeof(err->what), fmt, args);
		va_end(args);
	}
	return -kinds[id].errnum;
}

int err_sys(struct kist_error *err, enum kist_err id, int errnum,
	    const char *fmt, ...)
{
	va_list args;

	if (may_set(err)) {
		memset(err, 0, sizeof(*err));
		err->id = (int32_t)id;
		err->errnum = errnum;
		va_start(args, fmt);
		fill(err->what, sizeof(err->what), fmt, args);
		va_end(args);
	}
	return -errnum;
}

int err_nomem(struct kist_error *err)
{
	return err_sys(err, KIST_E_NO_MEMORY, ENOMEM, "allocate memory");
}

void err_while(struct kist_error *err, const char *fmt, ...)
{
	char inner[sizeof(((struct kist_error *)0)->context)];
	size_t len;
	va_list args;

	if (!err || err->id == KIST_OK)
		return;
	memcpy(inner, err->context, sizeof(inner));

	va_start(args, fmt);
	fill(err->context, sizeof(err->context), fmt, args);
	va_end(args);

	if (!inner[0])
		return;
	len = strlen(err->context);
	if (snprintf(err->context + len, sizeof(err->context) - len, ": %s",
		     inner) >= (int)(sizeof(err->context) - len))
		mark_cut(err->context, sizeof(err->context));
}

/* The first word counts here too: it is about the failure that is kept. */
#define FILL_ONCE(err, field, fmt)                                     \
	do {                                                           \
		va_list args;                                          \
                                                                       \
		if (!(err) || (err)->id == KIST_OK || (err)->field[0]) \
			return;                                        \
		va_start(args, fmt);                                   \
		fill((err)->field, sizeof((err)->field), fmt, args);   \
		va_end(args);                                          \
	} while (0)

void err_hint(struct kist_error *err, const char *fmt, ...)
{
	FILL_ONCE(err, hint, fmt);
}

void err_place(struct kist_error *err, const char *fmt, ...)
{
	FILL_ONCE(err, place, fmt);
}

void err_kernel(struct kist_error *err, const char *fmt, ...)
{
	FILL_ONCE(err, kernel, fmt);
}

void err_cause(struct kist_error *err, int cause, const char *first,
	       const char *second)
{
	char fix[sizeof(((struct kist_error *)0)->hint)];

	if (!err || err->id == KIST_OK || err->hint[0])
		return;
	err->cause = (int32_t)cause;
	if (err_cause_text(kist_cause_fix(cause), first, second, fix,
			   sizeof(fix)) >= (int)sizeof(fix))
		mark_cut(fix, sizeof(fix));
	err_hint(err, "%s", fix);
}

/* ---- for the reader ---- */

/* Room for every part of a line, or of a hint. */
#define LINE_MAX_BYTES 1200

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static void add(struct line *line, const char *text)
{
	for (; *text && line->len < sizeof(line->text) - 1; text++)
		line->text[line->len++] = strchr("\n\t\r", *text) ? ' ' : *text;
	line->text[line->len] = '\0';
}

/* Subjects are strangers' words. */
static int give(struct line *line, char *buf, size_t size)
{
	text_harmless(line->text, 0);
	return snprintf(buf, size, "%s", line->text);
}

/* ": Operation not permitted (EPERM)" */
static void add_reason(struct line *line, const struct kist_error *err)
{
	const char *name = errno_name(err->errnum);
	char number[32];

	if (err->kernel[0]) {
		add(line, ": ");
		add(line, err->kernel);
	}
	if (err->errnum == 0)
		return;
	if (!err->kernel[0]) {
		add(line, ": ");
		add(line, name ? errno_text(err->errnum) : "unknown error");
	}
	snprintf(number, sizeof(number), "errno %d", err->errnum);
	add(line, " (");
	add(line, name ? name : number);
	add(line, ")");
}

int kist_error_line(const struct kist_error *err, char *buf, size_t size)
{
	struct line line = { .len = 0 };

	if (err->id == KIST_OK)
		return give(&line, buf, size);
	if (err->context[0]) {
		add(&line, err->context);
		add(&line, ": ");
	}
	add(&line, err->what[0] ? err->what : kist_error_summary(err->id));
	add_reason(&line, err);
	return give(&line, buf, size);
}

int kist_error_hint(const struct kist_error *err, char *buf, size_t size)
{
	struct line line = { .len = 0 };

	if (err->hint[0])
		add(&line, err->hint);
	else if (is_kind(err->id))
		add(&line, text_at(kinds[err->id].hint));
	if (line.len && err->place[0])
		add(&line, "   ");
	add(&line, err->place);
	return give(&line, buf, size);
}
