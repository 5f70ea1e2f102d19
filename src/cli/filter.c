/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter.c - which rows of a table are shown
 *
 * The words are read and worked out at once, from left to right: or, and, not,
 * comparison, operand, each a function that calls the one that binds tighter.
 */
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cli/filter.h"

#define WORD_MAX 256
#define DEPTH_MAX 50

struct reader {
	const char *text, *at;
	filter_value *value;
	void *row;
	struct kist_error *err;
	unsigned depth;
	int ret;
};

struct operand {
	char text[4096];
};

static void fail(struct reader *r, const char *what)
{
	if (r->ret == 0)
		r->ret = err_set(r->err, KIST_E_LIST_FILTER,
				 "filter '%s': %s at '%s'", r->text, what,
				 *r->at ? r->at : "the end");
}

static void skip_blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->at))
		r->at++;
}

/* Take @sign, or the word @name if it stands by itself. */
static bool take(struct reader *r, const char *sign, const char *name)
{
	size_t len = strlen(sign);

	skip_blanks(r);
	if (len && strncmp(r->at, sign, len) == 0) {
		r->at += len;
		return true;
	}
	len = name ? strlen(name) : 0;
	if (!len || strncasecmp(r->at, name, len) != 0 ||
	    isalnum((unsigned char)r->at[len]) || r->at[len] == '_')
		return false;
	r->at += len;
	return true;
}

/* ---- operands ---- */

static void put(struct operand *to, const char *text, size_t len)
{
	if (len >= sizeof(to->text))
		len = sizeof(to->text) - 1;
	memcpy(to->text, text, len);
	to->text[len] = '\0';
}

static void read_quoted(struct reader *r, struct operand *ret)
{
	char quote = *r->at++;
	const char *end = strchr(r->at, quote);

	if (!end) {
		fail(r, "a text without its end");
		return;
	}
	put(ret, r->at, (size_t)(end - r->at));
	r->at = end + 1;
}

static void read_column(struct reader *r, struct operand *ret)
{
	char name[WORD_MAX];
	const char *value;
	size_t len = 0;

	while (isalnum((unsigned char)r->at[len]) || r->at[len] == '_')
		len++;
	if (len == 0 || len >= sizeof(name)) {
		fail(r, "a column, a number or a \"text\" is missing");
		return;
	}
	memcpy(name, r->at, len);
	name[len] = '\0';
	value = r->value(r->row, name);
	if (!value) {
		fail(r, "there is no such column");
		return;
	}
	r->at += len;
	put(ret, value, strlen(value));
}

static void read_operand(struct reader *r, struct operand *ret)
{
	put(ret, "", 0);
	skip_blanks(r);
	if (*r->at == '"' || *r->at == '\'') {
		read_quoted(r, ret);
	} else if (isdigit((unsigned char)*r->at) || *r->at == '-') {
		size_t len = 1;

		while (isdigit((unsigned char)r->at[len]) || r->at[len] == '.')
			len++;
		put(ret, r->at, len);
		r->at += len;
	} else if (take(r, "", "true")) {
		put(ret, "1", 1);
	} else if (take(r, "", "false")) {
		put(ret, "0", 1);
	} else {
		read_column(r, ret);
	}
}

/* ---- comparisons ---- */

static bool as_number(const char *text, double *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)text[*text == '-']))
		return false;
	*ret_number = strtod(text, &end);
	return *end == '\0';
}

static int compare(const struct operand *a, const struct operand *b)
{
	double x, y;

	if (as_number(a->text, &x) && as_number(b->text, &y))
		return (x > y) - (x < y);
	return strcmp(a->text, b->text);
}

static bool matches(struct reader *r, const char *text, const char *pattern)
{
	regex_t regex;
	bool does;

	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
		fail(r, "no regular expression before");
		return false;
	}
	does = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return does;
}

enum { EQ, NE, LE, GE, LT, GT, LIKE, UNLIKE, COMPARISONS };

static const struct {
	const char *sign, *name;
} comparisons[COMPARISONS] = {
	[LIKE] = { "=~", NULL }, [UNLIKE] = { "!~", NULL },
	[EQ] = { "==", "eq" },	 [NE] = { "!=", "ne" },
	[LE] = { "<=", "le" },	 [GE] = { ">=", "ge" },
	[LT] = { "<", "lt" },	 [GT] = { ">", "gt" },
};

static bool holds(struct reader *r, int how, const struct operand *a,
		  const struct operand *b)
{
	int order = compare(a, b);

	switch (how) {
	case EQ:
		return order == 0;
	case NE:
		return order != 0;
	case LE:
		return order <= 0;
	case GE:
		return order >= 0;
	case LT:
		return order < 0;
	case GT:
		return order > 0;
	}
	return matches(r, a->text, b->text) == (how == LIKE);
}

static bool read_or(struct reader *r);

static bool read_comparison(struct reader *r)
{
	struct operand a, b;

	if (take(r, "(", NULL)) {
		bool value = read_or(r);

		if (!take(r, ")", NULL))
			fail(r, "a ')' is missing");
		return value;
	}
	read_operand(r, &a);
	for (int how = 0; r->ret == 0 && how < COMPARISONS; how++) {
		if (!take(r, comparisons[how].sign, comparisons[how].name))
			continue;
		read_operand(r, &b);
		return r->ret == 0 && holds(r, how, &a, &b);
	}
	return a.text[0] && strcmp(a.text, "0") != 0;
}

static bool read_not(struct reader *r)
{
	bool negated = false;

	skip_blanks(r);
	while (strncmp(r->at, "!=", 2) != 0 && strncmp(r->at, "!~", 2) != 0 &&
	       take(r, "!", "not"))
		negated = !negated;
	return read_comparison(r) != negated;
}

static bool read_and(struct reader *r)
{
	bool value = read_not(r);

	while (r->ret == 0 && take(r, "&&", "and"))
		value = read_not(r) && value;
	return value;
}

static bool read_or(struct reader *r)
{
	bool value;

	if (++r->depth > DEPTH_MAX) {
		fail(r, "too many brackets");
		return false;
	}
	value = read_and(r);
	while (r->ret == 0 && take(r, "||", "or"))
		value = read_and(r) || value;
	r->depth--;
	return value;
}

int filter_apply(const char *filter, filter_value *value, void *row,
		 bool *ret_passes, struct kist_error *err)
{
	struct reader r = { filter, filter, value, row, err, 0, 0 };
	bool passes = read_or(&r);

	skip_blanks(&r);
	if (*r.at)
		fail(&r, "something is left");
	if (r.ret == 0 && ret_passes)
		*ret_passes = passes;
	return r.ret;
}
