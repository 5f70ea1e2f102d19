/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - reading JSON, strictly, in one pass
 *
 * How it works
 * ============
 *
 * The text is copied once into the arena and decoded in place: a string is
 * never longer decoded than encoded, and its closing quote becomes the NUL.
 * A number is moved one byte to the left to make room for its NUL.
 *
 * The tape of values grows by doubling; sizes in it are relative, so that it
 * may move. The old copies stay in the arena: at most as much again.
 *
 * A NUL stands behind the copy, and ends every scan that looks at one byte
 * after the other; only strings have to compare with the end as well, for
 * there a NUL byte is "a control character".
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_utf8.h"

struct parser {
	char *start, *end;
	char *at; /* next byte to look at */
	struct json *tape;
	size_t count, size;
	struct arena *arena;
	unsigned depth;
	const char *bad; /* first failure: where, … */
	const char *hint;
	char what[160]; /* … and what */
};

/* ---- failing ---- */

PRINTF(4, 5)
static bool fail(struct parser *p, const char *at, const char *hint,
		 const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(p->what, sizeof(p->what), fmt, args);
	va_end(args);
	p->bad = at;
	p->hint = hint;
	return false;
}

/* What stands at @at, for "…, found X". */
static const char *found(const struct parser *p, const char *at, char buf[32])
{
	unsigned char c = (unsigned char)*at;

	if (at >= p->end)
		return "the end of the text";
	if (c == '\n' || c == '\r')
		return "the end of the line";
	if (c < 0x20 || c == 0x7f)
		snprintf(buf, 32, "control character 0x%02x", c);
	else if (c < 0x80)
		snprintf(buf, 32, "'%c'", c);
	else
		snprintf(buf, 32, "'%.*s'", (int)utf8_len(at, p->end), at);
	return buf;
}

static const char *const slip_comment = "JSON has no comments";
static const char *const slip_quotes =
	"JSON wants double quotes, not single ones";
static const char *const slip_comma = "a comma may not follow the last one";

/* The remedy for a slip that shows at @at, whatever was expected there. */
static const char *slip(const char *at)
{
	if (*at == '/' || *at == '#')
		return slip_comment;
	if (*at == '\'')
		return slip_quotes;
	return NULL;
}

static bool expected(struct parser *p, const char *at, const char *what,
		     const char *hint)
{
	const char *better = slip(at);
	char buf[32];

	return fail(p, at, better ? better : hint, "expected %s, found %s",
		    what, found(p, at, buf));
}

/* ---- the tape ---- */

static struct json *push(struct parser *p, enum json_type type, const char *at)
{
	struct json *json;

	if (p->count == p->size) {
		size_t size = p->size * 2;
		struct json *tape = ARENA_ARRAY(p->arena, struct json, size);

		if (!tape || arena_failed(p->arena))
			return NULL;
		memcpy(tape, p->tape, p->count * sizeof(*tape));
		p->tape = tape;
		p->size = size;
	}
	json = &p->tape[p->count++];
	json->type = type;
	json->offset = (uint32_t)(at - p->start);
	json->size = 1;
	return json;
}

/* ---- white space ---- */

static inline char *skip_space(char *at)
{
	while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
		at++;
	return at;
}

/* ---- strings ---- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits; -1 if they are not. */
static int32_t hex4(const char *at)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

/* "\uXXXX" at @at, two of them for a character beyond 16 bits. */
static char *unicode_escape(struct parser *p, char *at, char **to)
{
	int32_t code = hex4(at + 2), low;
	char *next = at + 6;

	if (code < 0) {
		fail(p, at, NULL,
		     "expected four hexadecimal digits "
		     "after '\\u'");
		return NULL;
	}
	if (code >= 0xd800 && code < 0xe000) {
		low = next[0] == '\\' && next[1] == 'u' ? hex4(next + 2) : -1;
		if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
			fail(p, at, NULL,
			     "half a surrogate pair '%.6s' in a string", at);
			return NULL;
		}
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		next += 6;
	}
	*to = utf8_put(*to, (uint32_t)code);
	return next;
}

static char *escape(struct parser *p, char *at, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *known;
	char buf[32];

	if (at[1] == 'u')
		return unicode_escape(p, at, to);
	known = at[1] ? strchr(from, at[1]) : NULL;
	if (!known) {
		fail(p, at, "write a backslash itself as '\\\\'",
		     "unknown escape: '\\' before %s", found(p, at + 1, buf));
		return NULL;
	}
	*(*to)++ = into[known - from];
	return at + 2;
}

/* Bytes that a string holds as they are: not '"', '\\', controls, not ASCII. */
static const unsigned char plain[256] = {
	[0x20 ... 0x21] = 1,
	[0x23 ... 0x5b] = 1,
	[0x5d ... 0x7f] = 1,
};

static bool string_byte_bad(struct parser *p, const char *open, char *at)
{
	char buf[32];

	if (at >= p->end)
		return fail(p, open, "is a '\"' missing?",
			    "the string that begins here has no end");
	if (*at == '\n' || *at == '\r')
		return fail(p, open, "is a '\"' missing at its end?",
			    "the string that begins here does not end "
			    "on its line");
	if ((unsigned char)*at < 0x20)
		return fail(p, at, "write it as an escape, such as '\\t'",
			    "%s in a string", found(p, at, buf));
	return fail(p, at, NULL, "byte 0x%02x is not UTF-8",
		    (unsigned char)*at);
}

/* The rest of a string from the first byte that is not plain. */
static char *string_slowly(struct parser *p, const char *open, char *at,
			   char **to)
{
	while (*at != '"') {
		size_t len = 1;

		if (*at == '\\') {
			at = escape(p, at, to);
			if (!at)
				return NULL;
			continue;
		}
		if ((unsigned char)*at >= 0x80)
			len = utf8_len(at, p->end);
		if (!len || (unsigned char)*at < 0x20) {
			string_byte_bad(p, open, at);
			return NULL;
		}
		while (len--)
			*(*to)++ = *at++;
	}
	return at;
}

static bool parse_string(struct parser *p)
{
	char *open = p->at, *text = open + 1, *at = text, *to;
	struct json *json = push(p, JSON_STRING, open);

	if (!json)
		return false;
	while (plain[(unsigned char)*at])
		at++;
	to = at;
	if (*at != '"') {
		at = string_slowly(p, open, at, &to);
		if (!at)
			return false;
	}
	*to = '\0';
	json->text = text;
	json->len = (uint32_t)(to - text);
	json->has_nul = at != to && memchr(text, '\0', json->len) != NULL;
	p->at = at + 1;
	return true;
}

/* ---- numbers and words ---- */

static char *digits(char *at)
{
	while (*at >= '0' && *at <= '9')
		at++;
	return at;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * The NUL behind a number cannot be written over the byte that follows, for
 * that has not been read yet: the number is moved one byte back, over the
 * white space, colon, comma or bracket before it, which has been. (At the very
 * start of the text there is none, but there the copy has a spare byte.)
 */
static bool parse_number(struct parser *p)
{
	char *from = p->at, *at = from + (*from == '-');
	struct json *json;

	if (!is_digit(*at))
		return expected(p, at, "a digit after '-'", NULL);
	if (at[0] == '0' && is_digit(at[1]))
		return fail(p, from, "octal file modes are written in decimal",
			    "a number may not start with a zero");
	at = digits(at);
	if (*at == '.') {
		if (!is_digit(*++at))
			return expected(p, at, "a digit after '.'", NULL);
		at = digits(at);
	}
	if (*at == 'e' || *at == 'E') {
		at += at[1] == '+' || at[1] == '-' ? 2 : 1;
		if (!is_digit(*at))
			return expected(p, at, "a digit of the exponent", NULL);
		at = digits(at);
	}

	json = push(p, JSON_NUMBER, from);
	if (!json)
		return false;
	json->len = (uint32_t)(at - from);
	memmove(from - 1, from, json->len);
	at[-1] = '\0';
	json->text = from - 1;
	p->at = at;
	return true;
}

static bool is_word_char(char c)
{
	return is_digit(c) || c == '_' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static const char *word_hint(const char *word, int len)
{
	static const struct {
		const char *wrong, *hint;
	} slips[] = {
		{ "true", "did you mean 'true'?" },
		{ "yes", "did you mean 'true'?" },
		{ "on", "did you mean 'true'?" },
		{ "false", "did you mean 'false'?" },
		{ "no", "did you mean 'false'?" },
		{ "off", "did you mean 'false'?" },
		{ "null", "did you mean 'null'?" },
		{ "none", "did you mean 'null'?" },
		{ "nil", "did you mean 'null'?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(slips); i++)
		if ((int)strlen(slips[i].wrong) == len &&
		    strncasecmp(word, slips[i].wrong, (size_t)len) == 0)
			return slips[i].hint;
	return "strings are in double quotes";
}

static bool parse_word(struct parser *p)
{
	static const char *const words[] = { "null", "false", "true" };
	const char *at = p->at;
	int len = 0;

	while (is_word_char(at[len]))
		len++;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i]) != (size_t)len ||
		    memcmp(words[i], at, (size_t)len) != 0)
			continue;
		p->at += len;
		return push(p, (enum json_type)i, at) != NULL;
	}
	return fail(p, at, word_hint(at, len), "expected a value, found '%.*s'",
		    len > 40 ? 40 : len, at);
}

/* ---- objects and arrays ---- */

static bool parse_value(struct parser *p);

static bool same_key(const struct json *a, const struct json *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

static bool duplicate(struct parser *p, const struct json *key)
{
	return fail(p, p->start + key->offset, "remove one of them",
		    "'%.60s' is there twice", key->text);
}

static uint32_t hash(const struct json *key)
{
	uint32_t h = 2166136261u;

	for (uint32_t i = 0; i < key->len; i++)
		h = (h ^ (unsigned char)key->text[i]) * 16777619u;
	return h ^ h >> 15;
}

/* Many members: a hash table of their places in the tape, 0 is free. */
static bool check_many_keys(struct parser *p, const struct json *object)
{
	size_t size = 64;
	CLEANUP_FREE uint32_t *table = NULL;

	while (size < object->len * (size_t)2)
		size *= 2;
	table = calloc(size, sizeof(*table));
	if (!table)
		return false;
	JSON_MEMBERS(key, object) {
		uint32_t slot = hash(key) & (uint32_t)(size - 1);

		for (; table[slot]; slot = (slot + 1) & (uint32_t)(size - 1))
			if (same_key(object + table[slot], key))
				return duplicate(p, key);
		table[slot] = (uint32_t)(key - object);
	}
	return true;
}

static bool check_keys(struct parser *p, const struct json *object)
{
	if (object->len > 16)
		return check_many_keys(p, object);
	JSON_MEMBERS(key, object)
		JSON_MEMBERS(earlier, object) {
			if (earlier == key)
				break;
			if (same_key(earlier, key))
				return duplicate(p, key);
		}
	return true;
}

/* @at is at a '}' or ']' in place of what follows a comma. */
static bool trailing_comma(struct parser *p, char *at, const char *what)
{
	return expected(p, at, what, slip_comma);
}

static bool parse_member(struct parser *p)
{
	if (*p->at != '"')
		return expected(p, p->at, "a name in double quotes",
				"names are strings");
	if (!parse_string(p))
		return false;
	p->at = skip_space(p->at);
	if (*p->at != ':')
		return expected(p, p->at, "':' after a name", NULL);
	p->at = skip_space(p->at + 1);
	return parse_value(p);
}

/* Behind an item: true with @ret_more, or at the closing bracket. */
static bool parse_separator(struct parser *p, char close, bool *ret_more)
{
	char *at = skip_space(p->at);
	bool quote = *at == '"' || *at == '{' || *at == '[';

	p->at = at;
	*ret_more = *at == ',';
	if (*at == close) {
		p->at++;
		return true;
	}
	if (*at != ',')
		return expected(p, at,
				close == '}' ? "',' or '}' after a value" :
					       "',' or ']' after a value",
				quote ? "is a ',' missing before it?" : NULL);
	p->at = skip_space(at + 1);
	if (*p->at == close)
		return trailing_comma(p, p->at,
				      close == '}' ? "a name after ','" :
						     "a value after ','");
	return true;
}

static bool parse_container(struct parser *p, enum json_type type, char close)
{
	size_t self = p->count;
	uint32_t len = 0;
	bool more;

	if (!push(p, type, p->at))
		return false;
	if (++p->depth > JSON_DEPTH_MAX)
		return fail(p, p->at, NULL, "more than %d levels of nesting",
			    JSON_DEPTH_MAX);
	p->at = skip_space(p->at + 1);
	more = *p->at != close;
	if (!more)
		p->at++;
	while (more) {
		if (!(type == JSON_OBJECT ? parse_member(p) : parse_value(p)))
			return false;
		len++;
		if (!parse_separator(p, close, &more))
			return false;
	}
	p->depth--;
	p->tape[self].len = len;
	p->tape[self].size = (uint32_t)(p->count - self) & 0xfffffff;
	return type != JSON_OBJECT || check_keys(p, &p->tape[self]);
}

static bool parse_value(struct parser *p)
{
	char c = *p->at;

	if (c == '"')
		return parse_string(p);
	if (c == '{')
		return parse_container(p, JSON_OBJECT, '}');
	if (c == '[')
		return parse_container(p, JSON_ARRAY, ']');
	if (c == '-' || is_digit(c))
		return parse_number(p);
	if (is_word_char(c))
		return parse_word(p);
	return expected(p, p->at, "a value", NULL);
}

static bool parse_text(struct parser *p)
{
	if (p->end - p->start >= 3 && memcmp(p->start, "\xef\xbb\xbf", 3) == 0)
		return fail(p, p->start, "save the file without it",
			    "the text begins with a byte order mark");
	p->at = skip_space(p->at);
	if (p->at >= p->end)
		return fail(p, p->at, "at least {} is needed",
			    "the text is empty");
	if (!parse_value(p))
		return false;
	p->at = skip_space(p->at);
	if (p->at < p->end)
		return expected(p, p->at, "nothing more after the value", NULL);
	return true;
}

/* ---- the doors ---- */

static int report(const struct parser *p, const char *text, size_t len,
		  const char *name, struct kist_error *err)
{
	size_t offset = (size_t)(p->bad - p->start);
	unsigned line, column;
	int ret = err_set(err, KIST_E_JSON_SYNTAX, "%s", p->what);

	json_position(text, len, offset, &line, &column);
	err_place(err, "%s:%u:%u", name, line, column);
	if (p->hint)
		err_hint(err, "%s", p->hint);
	return ret;
}

int json_parse(const char *text, size_t len, const char *name,
	       struct arena *arena, const struct json **ret_json,
	       struct kist_error *err)
{
	struct parser p = { .arena = arena, .size = len / 16 + 32 };
	char *copy;

	if (len > JSON_SIZE_MAX)
		return err_set(err, KIST_E_JSON_SYNTAX,
			       "'%s' is larger than %u MiB", name,
			       JSON_SIZE_MAX >> 20);
	/* one byte before (see parse_number), eight behind: escapes may look
	 * ahead */
	copy = arena_alloc(arena, len + 16);
	p.tape = ARENA_ARRAY(arena, struct json, p.size);
	if (!copy || !p.tape || arena_failed(arena))
		return err_nomem(err);
	p.start = p.at = memcpy(copy + 1, text, len);
	p.end = p.start + len;

	if (!parse_text(&p))
		return p.bad ? report(&p, text, len, name, err) :
			       err_nomem(err);
	*ret_json = p.tape;
	return 0;
}
