/* SPDX-License-Identifier: Apache-2.0 */
/* cgconfig.c - reading cgconfig.conf */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "format/cgconfig.h"

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_SIGN };

struct token {
	enum token_kind kind;
	char sign; /* '{', '}', '=', ';' */
	const char *word;
	uint32_t line, column;
};

struct reader {
	const char *at, *end;
	uint32_t line;
	const char *line_start;
	const char *name;
	struct arena *arena;
	struct kist_error *err;
	struct token token; /* the one to be read next */
	int failed;
};

/* ---- errors ---- */

static void place(struct reader *r, const struct token *t)
{
	err_place(r->err, "%.120s:%u:%u", r->name, t->line, t->column);
}

static const char *shown(const struct token *t, char *buf, size_t size)
{
	if (t->kind == TOKEN_END)
		return "the end of the file";
	if (t->kind == TOKEN_SIGN)
		snprintf(buf, size, "'%c'", t->sign);
	else
		snprintf(buf, size, "'%.60s'", t->word);
	for (char *c = buf; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
	return buf;
}

static int wrong(struct reader *r, const char *wanted)
{
	char buf[80];

	if (r->failed)
		return r->failed;
	r->failed = err_set(r->err, KIST_E_CG_CONFIG, "%s instead of %s",
			    shown(&r->token, buf, sizeof(buf)), wanted);
	place(r, &r->token);
	return r->failed;
}

static int unknown(struct reader *r, const struct token *t, const char *what,
		   const char *const *known)
{
	struct near near;
	char buf[80];

	if (r->failed)
		return r->failed;
	r->failed = err_set(r->err, KIST_E_CG_CONFIG, "%s is no %s",
			    shown(t, buf, sizeof(buf)), what);
	place(r, t);
	near_init(&near, t->word ? t->word : "");
	for (; *known; known++)
		near_offer(&near, *known);
	if (near.best)
		err_hint(r->err, "did you mean '%s'?", near.best);
	return r->failed;
}

/* ---- tokens ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip(struct reader *r)
{
	for (; r->at < r->end; r->at++) {
		if (*r->at == '#')
			while (r->at < r->end && *r->at != '\n')
				r->at++;
		if (r->at == r->end)
			return;
		if (!is_blank(*r->at))
			return;
		if (*r->at == '\n') {
			r->line++;
			r->line_start = r->at + 1;
		}
	}
}

static void read_quoted(struct reader *r)
{
	const char *start = ++r->at;

	while (r->at < r->end && *r->at != '"' && *r->at != '\n' && *r->at)
		r->at++;
	if (r->at == r->end || *r->at != '"') {
		if (!r->failed) {
			r->failed = err_set(r->err, KIST_E_CG_CONFIG,
					    "a quotation mark is not closed");
			place(r, &r->token);
		}
		r->at = r->end;
		return;
	}
	r->token.word = arena_strndup(r->arena, start, (size_t)(r->at - start));
	r->at++;
}

static void read_word(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && !is_blank(*r->at) && *r->at &&
	       !strchr("{}=;#\"", *r->at))
		r->at++;
	if (r->at == start) {
		if (!r->failed) {
			r->failed = err_set(r->err, KIST_E_CG_CONFIG,
					    "a byte that belongs in no text");
			place(r, &r->token);
		}
		r->at = r->end;
		return;
	}
	r->token.word = arena_strndup(r->arena, start, (size_t)(r->at - start));
}

static void advance(struct reader *r)
{
	skip(r);
	r->token = (struct token){
		.line = r->line,
		.column = (uint32_t)(r->at - r->line_start) + 1,
	};
	if (r->at >= r->end || r->failed)
		return;
	if (*r->at && strchr("{}=;", *r->at)) {
		r->token.kind = TOKEN_SIGN;
		r->token.sign = *r->at++;
		return;
	}
	r->token.kind = TOKEN_WORD;
	r->token.word = "";
	if (*r->at == '"')
		read_quoted(r);
	else
		read_word(r);
	if (arena_failed(r->arena) && !r->failed)
		r->failed = err_nomem(r->err);
}

static bool is_sign(const struct reader *r, char sign)
{
	return !r->failed && r->token.kind == TOKEN_SIGN &&
	       r->token.sign == sign;
}

static int expect(struct reader *r, char sign)
{
	char wanted[] = "'?'";

	wanted[1] = sign;
	if (!is_sign(r, sign))
		return wrong(r, wanted);
	advance(r);
	return r->failed;
}

/* Return: NULL after an error. */
static const char *word(struct reader *r, const char *wanted)
{
	const char *text = r->token.word;

	if (r->failed || r->token.kind != TOKEN_WORD) {
		wrong(r, wanted);
		return NULL;
	}
	advance(r);
	return r->failed ? NULL : text;
}

/* ---- lists that grow ---- */

/* Room for one more of @size bytes behind @count of them. */
static void *grown(struct reader *r, void *items, size_t count, size_t size)
{
	void *more;

	/* full at powers of two */
	if (count & (count - 1) || (count && count < 4))
		return items;
	if (count == 0)
		return arena_array(r->arena, 4, size);
	more = arena_array(r->arena, 2 * count, size);
	if (arena_failed(r->arena))
		return NULL;
	memcpy(more, items, count * size);
	return more;
}

#define ADD(r, items, count)                                                 \
	((items) = grown((r), (items), (count), sizeof(*(items))),           \
	 arena_failed((r)->arena) ? ((r)->failed = err_nomem((r)->err), 0) : \
				    1)

/* "name = value;" … up to '}' */
static int read_pairs(struct reader *r, struct cgconfig_pair **items,
		      size_t *count)
{
	while (!r->failed && !is_sign(r, '}')) {
		struct cgconfig_pair pair = { .line = r->token.line };

		pair.name = word(r, "a name or '}'");
		if (!pair.name || expect(r, '='))
			return r->failed;
		pair.value = word(r, "a value");
		if (!pair.value || expect(r, ';'))
			return r->failed;
		if (!ADD(r, *items, *count))
			return r->failed;
		(*items)[(*count)++] = pair;
	}
	return expect(r, '}');
}

static int open_pairs(struct reader *r, struct cgconfig_pair **items,
		      size_t *count)
{
	return expect(r, '{') ? r->failed : read_pairs(r, items, count);
}

/* ---- perm ---- */

static int read_who(struct reader *r, bool admin, struct cgconfig_perm *perm)
{
	static const char *const known[] = { "uid", "gid", "dperm", "fperm",
					     NULL };
	const char **fields[2][4] = {
		{ &perm->task_uid, &perm->task_gid, NULL, &perm->task_fperm },
		{ &perm->admin_uid, &perm->admin_gid, &perm->admin_dperm,
		  &perm->admin_fperm },
	};

	if (expect(r, '{'))
		return r->failed;
	while (!r->failed && !is_sign(r, '}')) {
		struct token t = r->token;
		const char *name = word(r, "uid, gid, fperm or '}'"), *value;
		size_t k = 0;

		if (!name || expect(r, '='))
			return r->failed;
		while (known[k] && strcmp(known[k], name) != 0)
			k++;
		if (!known[k] || !fields[admin][k])
			return unknown(r, &t, "permission", known);
		value = word(r, "a value");
		if (!value || expect(r, ';'))
			return r->failed;
		*fields[admin][k] = value;
	}
	return expect(r, '}');
}

static int read_perm(struct reader *r, struct cgconfig_perm *perm)
{
	static const char *const known[] = { "task", "admin", NULL };

	perm->given = true;
	if (expect(r, '{'))
		return r->failed;
	while (!r->failed && !is_sign(r, '}')) {
		struct token t = r->token;
		const char *name = word(r, "task, admin or '}'");

		if (!name)
			return r->failed;
		if (strcmp(name, "task") != 0 && strcmp(name, "admin") != 0)
			return unknown(r, &t, "part of perm", known);
		if (read_who(r, strcmp(name, "admin") == 0, perm))
			return r->failed;
	}
	return expect(r, '}');
}

/* ---- sections ---- */

static int read_group(struct reader *r, struct cgconfig *c, bool is_template)
{
	struct cgconfig_group group = { .is_template = is_template,
					.line = r->token.line };

	group.name = word(r, "the name of a group");
	if (!group.name || expect(r, '{'))
		return r->failed;
	while (!r->failed && !is_sign(r, '}')) {
		struct cgconfig_controller controller = {
			.line = r->token.line
		};

		controller.name = word(r, "perm, a controller, or '}'");
		if (!controller.name)
			return r->failed;
		if (strcmp(controller.name, "perm") == 0) {
			if (read_perm(r, &group.perm))
				return r->failed;
			continue;
		}
		if (open_pairs(r, &controller.values,
			       &controller.value_count) ||
		    !ADD(r, group.controllers, group.controller_count))
			return r->failed;
		group.controllers[group.controller_count++] = controller;
	}
	if (expect(r, '}') || !ADD(r, c->groups, c->group_count))
		return r->failed;
	c->groups[c->group_count++] = group;
	return 0;
}

static int read_default(struct reader *r, struct cgconfig *c)
{
	static const char *const known[] = { "perm", NULL };
	struct token t;
	const char *name;

	if (expect(r, '{'))
		return r->failed;
	t = r->token;
	name = word(r, "perm");
	if (!name)
		return r->failed;
	if (strcmp(name, "perm") != 0)
		return unknown(r, &t, "part of default", known);
	return read_perm(r, &c->defaults) ? r->failed : expect(r, '}');
}

static int read_section(struct reader *r, struct cgconfig *c)
{
	static const char *const known[] = { "mount",	"group",     "template",
					     "default", "namespace", NULL };
	struct token t = r->token;
	const char *name = word(r, "mount, group, template, default or "
				   "namespace");

	if (!name)
		return r->failed;
	if (strcmp(name, "mount") == 0)
		return open_pairs(r, &c->mounts, &c->mount_count);
	if (strcmp(name, "namespace") == 0)
		return open_pairs(r, &c->namespaces, &c->namespace_count);
	if (strcmp(name, "default") == 0)
		return read_default(r, c);
	if (strcmp(name, "group") == 0 || strcmp(name, "template") == 0)
		return read_group(r, c, *name == 't');
	return unknown(r, &t, "section", known);
}

int cgconfig_parse(const char *text, size_t len, const char *name,
		   struct arena *arena, struct cgconfig *ret_config,
		   struct kist_error *err)
{
	struct reader r = { .at = text,
			    .end = text + len,
			    .line = 1,
			    .line_start = text,
			    .name = name,
			    .arena = arena,
			    .err = err };
	struct cgconfig config = { 0 };

	if (len > CGCONFIG_MAX)
		return err_set(err, KIST_E_CG_CONFIG,
			       "'%.100s' is larger than %u bytes", name,
			       CGCONFIG_MAX);
	advance(&r);
	while (!r.failed && r.token.kind != TOKEN_END)
		read_section(&r, &config);
	if (!r.failed && arena_failed(arena))
		r.failed = err_nomem(err);
	if (!r.failed)
		*ret_config = config;
	return r.failed;
}
