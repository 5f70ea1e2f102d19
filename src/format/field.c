/* SPDX-License-Identifier: Apache-2.0 */
/* field.c - reading JSON objects into structs, by tables */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "format/config_parts.h"

/* ---- failing ---- */

/* "PATH: " or, for the whole text, "". */
static void path_prefix(const struct reader *r, const struct json *json,
			char *buf, size_t size)
{
	json_path(r->root, json->offset, buf, size - 2);
	if (buf[0])
		strcat(buf, ": ");
}

void place_error(struct reader *r, const struct json *json)
{
	unsigned line, column;

	json_position(r->text, r->len, json->offset, &line, &column);
	err_place(r->err, "%s:%u:%u", r->name, line, column);
}

int unsupported(struct reader *r, const struct json *json)
{
	char path[200];
	int ret;

	json_path(r->root, json->offset, path, sizeof(path));
	ret = err_set(r->err, KIST_E_UNSUPPORTED, "%s is not supported yet",
		      path);
	place_error(r, json);
	return ret;
}

int bad(struct reader *r, const struct json *json, enum kist_err id,
	const char *fmt, ...)
{
	char path[200], what[240];
	va_list args;
	int ret;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	path_prefix(r, json, path, sizeof(path));
	ret = err_set(r->err, id, "%s%s", path, what);
	place_error(r, json);
	return ret;
}

static const char *kind_word(const struct word_kind *kind, size_t i)
{
	return kind->words ? kind->words[i].word : kind->name(i);
}

/* All of a short list: "one of 'a', 'b'". */
static void hint_all(struct reader *r, const struct word_kind *kind)
{
	char all[200] = "";
	size_t len = 0;
	const char *word;

	for (size_t i = 0; (word = kind_word(kind, i)) != NULL; i++) {
		len += (size_t)snprintf(all + len, sizeof(all) - len, "%s'%s'",
					i ? ", " : "", word);
		if (len >= sizeof(all))
			return;
	}
	err_hint(r->err, "one of %s", all);
}

void hint_word(struct reader *r, const char *word, const struct word_kind *kind)
{
	struct near near;
	const char *known;

	near_init(&near, word);
	for (size_t i = 0; (known = kind_word(kind, i)) != NULL; i++)
		near_offer(&near, *known ? known : NULL);
	if (near.best)
		err_hint(r->err, "did you mean '%s'?", near.best);
	else
		hint_all(r, kind);
}

static bool grow(struct reader *r, struct string_list *list, size_t *in_out)
{
	size_t size = *in_out ? *in_out * 2 : 8;
	const char **items;

	if (list->count + 1 < *in_out)
		return true;
	items = ARENA_ARRAY(r->arena, const char *, size);
	if (!items || arena_failed(r->arena))
		return false;
	if (list->count)
		memcpy(items, list->items, list->count * sizeof(*items));
	list->items = items;
	*in_out = size;
	return true;
}

void warn(struct reader *r, const struct json *json, const char *fmt, ...)
{
	char path[200], what[240];
	unsigned line, column;
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	path_prefix(r, json, path, sizeof(path));
	json_position(r->text, r->len, json->offset, &line, &column);
	if (!grow(r, &r->spec->warnings, &r->warning_size))
		return;
	r->spec->warnings.items[r->spec->warnings.count++] = arena_printf(
		r->arena, "%s%s (%s:%u:%u)", path, what, r->name, line, column);
}

/* A property that no table knows. */
static void ignore(struct reader *r, const struct json *key)
{
	struct string_list *list = &r->spec->ignored;
	unsigned line, column;
	char path[200];

	if ((r->block && config_is_limit(r->block, key->text)) ||
	    !grow(r, list, &r->ignored_size))
		return;
	json_path(r->root, key->offset, path, sizeof(path));
	json_position(r->text, r->len, key->offset, &line, &column);
	list->items[list->count++] = arena_printf(r->arena, "%s at %s:%u:%u",
						  path, r->name, line, column);
}

int no_memory(struct reader *r)
{
	return err_nomem(r->err);
}

void *new_items(struct reader *r, size_t count, size_t size)
{
	void *items = arena_array(r->arena, count ? count : 1, size);

	return arena_failed(r->arena) ? NULL : items;
}

int advise(struct reader *r, int ret, const char *hint)
{
	err_hint(r->err, "%s", hint);
	return ret;
}

/* ---- single values ---- */

static const char *how_to_write(enum json_type type)
{
	switch (type) {
	case JSON_STRING:
		return "write a text in double quotes";
	case JSON_NUMBER:
		return "write digits alone, without quotes and unit";
	case JSON_ARRAY:
		return "write a list, even of one: [ … ]";
	default:
		return "write an object: { \"name\": value }";
	}
}

int want(struct reader *r, const struct json *json, enum json_type type)
{
	struct json wanted = { .type = type };

	if (json->type == type)
		return 0;
	return advise(r,
		      bad(r, json, KIST_E_CONFIG_TYPE, "expected %s, found %s",
			  json_type_name(&wanted), json_type_name(json)),
		      how_to_write(type));
}

int want_string(struct reader *r, const struct json *json,
		const char **ret_text)
{
	int ret = want(r, json, JSON_STRING);

	if (ret < 0)
		return ret;
	if (json->has_nul)
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "a NUL character is not possible here"),
			      "take out \\u0000");
	*ret_text = json->text;
	return 0;
}

/* The number is none, has a fraction, or is too large for any type. */
static int bad_number(struct reader *r, const struct json *json)
{
	if (json->type != JSON_NUMBER)
		return want(r, json, JSON_NUMBER);
	if (strpbrk(json->text, ".eE"))
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "expected a whole number without '.' or "
				  "'e', found %s",
				  json->text),
			      "round it");
	return advise(r,
		      bad(r, json, KIST_E_CONFIG_VALUE, "%s is out of range",
			  json->text),
		      "choose a smaller one");
}

int want_int(struct reader *r, const struct json *json, int64_t min,
	     int64_t max, int64_t *ret_value)
{
	int64_t value = 0;

	if (!json_int64(json, &value))
		return bad_number(r, json);
	if (value < min || value > max)
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "%" PRId64 " is not from %" PRId64
				  " to %" PRId64,
				  value, min, max),
			      "choose one of these numbers");
	*ret_value = value;
	return 0;
}

static bool find_word(const struct word_kind *kind, const char *word,
		      int64_t *ret_value)
{
	const struct word *w = kind->words;

	if (!w)
		return kind->find(word, ret_value);
	while (w->word && strcmp(w->word, word) != 0)
		w++;
	if (w->word)
		*ret_value = w->value;
	return w->word != NULL;
}

int want_word(struct reader *r, const struct json *json,
	      const struct word_kind *kind, int64_t *ret_value)
{
	const char *word = "";
	int ret = want_string(r, json, &word);

	if (ret < 0)
		return ret;
	if (find_word(kind, word, ret_value))
		return 0;
	ret = bad(r, json, KIST_E_CONFIG_VALUE, "unknown %s '%s'", kind->what,
		  word);
	hint_word(r, word, kind);
	return ret;
}

int want_strings(struct reader *r, const struct json *json,
		 const char ***ret_items)
{
	int ret = want(r, json, JSON_ARRAY);
	const char **items;
	size_t count = 0;

	if (ret < 0)
		return ret;
	items = new_items(r, json->len + (size_t)1, sizeof(*items));
	if (!items)
		return no_memory(r);
	JSON_ITEMS(item, json) {
		ret = want_string(r, item, &items[count++]);
		if (ret < 0)
			return ret;
	}
	*ret_items = items;
	return 0;
}

/* ---- readers of strings ---- */

FIELD_READER(read_string)
{
	(void)field;
	return want_string(r, json, to);
}

FIELD_READER(read_text)
{
	const char **text = to;
	int ret = read_string(r, json, field, text);

	if (ret == 0 && !**text)
		*text = NULL;
	return ret;
}

FIELD_READER(read_absolute)
{
	const char *path = "";
	int ret = want_string(r, json, &path);

	(void)field;
	if (ret < 0)
		return ret;
	if (path[0] != '/')
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_VALUE,
				  "'%s' is not an absolute path", path),
			      "write the whole path, beginning with '/'");
	*(const char **)to = path;
	return 0;
}

FIELD_READER(read_strings)
{
	struct string_list *list = to;
	int ret = want_strings(r, json, &list->items);

	(void)field;
	if (ret < 0)
		return ret;
	list->count = json->len;
	list->place = place_of(json);
	return 0;
}

FIELD_READER(read_paths)
{
	const char *path = "";

	if (json->type == JSON_ARRAY)
		JSON_ITEMS(item, json) {
			int ret = read_absolute(r, item, field, &path);

			if (ret < 0)
				return ret;
		}
	return read_strings(r, json, field, to);
}

FIELD_READER(read_pairs)
{
	struct key_values *pairs = to;
	int ret = want(r, json, JSON_OBJECT);

	(void)field;
	if (ret < 0)
		return ret;
	pairs->items = new_items(r, json->len, sizeof(*pairs->items));
	if (!pairs->items)
		return no_memory(r);
	JSON_MEMBERS(key, json) {
		struct key_value *pair = &pairs->items[pairs->count++];

		pair->place = place_of(key);
		ret = want_string(r, key, &pair->key);
		if (ret == 0)
			ret = want_string(r, key + 1, &pair->value);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* ---- readers of numbers ---- */

FIELD_READER(read_bool)
{
	(void)field;
	if (json->type != JSON_TRUE && json->type != JSON_FALSE)
		return advise(r,
			      bad(r, json, KIST_E_CONFIG_TYPE,
				  "expected true or false, found %s",
				  json_type_name(json)),
			      "write true or false, without quotes");
	*(bool *)to = json->type == JSON_TRUE;
	return 0;
}

#define INTEGER_READER(name, type, min, max)                   \
	FIELD_READER(name)                                     \
	{                                                      \
		int64_t value = 0;                             \
		int ret = want_int(r, json, min, max, &value); \
                                                               \
		(void)field;                                   \
		if (ret == 0)                                  \
			*(type *)to = (type)value;             \
		return ret;                                    \
	}

INTEGER_READER(read_u16, uint16_t, 0, UINT16_MAX)
INTEGER_READER(read_u32, uint32_t, 0, UINT32_MAX)
INTEGER_READER(read_id, uint32_t, 0, UINT32_MAX - 1)
INTEGER_READER(read_i32, int32_t, INT32_MIN, INT32_MAX)
INTEGER_READER(read_i64, int64_t, INT64_MIN, INT64_MAX)

FIELD_READER(read_u64)
{
	(void)field;
	return json_uint64(json, to) ? 0 : bad_number(r, json);
}

FIELD_READER(read_ids)
{
	size_t *count = (size_t *)((char *)to - field->offset + field->count);
	int ret = want(r, json, JSON_ARRAY);
	gid_t *ids;

	if (ret < 0)
		return ret;
	ids = new_items(r, json->len, sizeof(*ids));
	if (!ids)
		return no_memory(r);
	JSON_ITEMS(item, json) {
		ret = read_id(r, item, field, &ids[(*count)++]);
		if (ret < 0)
			return ret;
	}
	*(gid_t **)to = ids;
	return 0;
}

/* ---- objects ---- */

FIELD_READER(read_elsewhere)
{
	(void)r;
	(void)json;
	(void)field;
	(void)to;
	return 0;
}

FIELD_READER(read_unsupported)
{
	(void)field;
	(void)to;
	if (json->type == JSON_FALSE ||
	    (json->type >= JSON_STRING && json->len == 0))
		return 0;
	return unsupported(r, json);
}

static const struct field *find_field(const struct shape *shape,
				      const struct json *key)
{
	const struct field *field = shape->fields;

	while (field->key && (field->key[0] != key->text[0] ||
			      strcmp(field->key, key->text) != 0))
		field++;
	return field->key && !key->has_nul ? field : NULL;
}

/* Perhaps it is there, misspelt. */
static int missing(struct reader *r, const struct json *json, const char *name)
{
	int ret = bad(r, json, KIST_E_CONFIG_MISSING, "'%s' is missing", name);
	struct near near;

	near_init(&near, name);
	JSON_MEMBERS(key, json)
		near_offer(&near, key->text);
	if (near.best)
		err_hint(r->err, "'%s' is there: write '%s'", near.best, name);
	else
		err_hint(r->err, "add it; 'kist-oci spec' writes an example");
	return ret;
}

static int check_required(struct reader *r, const struct json *json,
			  const struct shape *shape, uint64_t seen)
{
	for (const struct field *f = shape->fields; f->key; f++)
		if (f->required && !(seen >> (f - shape->fields) & 1))
			return missing(r, json, f->key);
	return 0;
}

int read_shape(struct reader *r, const struct json *json,
	       const struct shape *shape, void *object)
{
	uint64_t seen = 0;
	int ret = want(r, json, JSON_OBJECT);

	if (ret < 0)
		return ret;
	if (shape->place)
		*(struct place *)((char *)object + shape->place - 1) =
			place_of(json);
	if (shape->init)
		shape->init(object);
	JSON_MEMBERS(key, json) {
		const struct field *f = find_field(shape, key);

		if (!f)
			ignore(r, key);
		if (!f || key[1].type == JSON_NULL)
			continue;
		ret = f->read(r, key + 1, f, (char *)object + f->offset);
		if (ret < 0)
			return ret;
		seen |= (uint64_t)1 << (f - shape->fields);
	}
	ret = check_required(r, json, shape, seen);
	if (ret == 0 && shape->check)
		ret = shape->check(r, json, object);
	return ret;
}

FIELD_READER(read_object)
{
	return read_shape(r, json, field->shape, to);
}

FIELD_READER(read_list)
{
	size_t *count = (size_t *)((char *)to - field->offset + field->count);
	char *items;
	int ret = want(r, json, JSON_ARRAY);

	if (ret < 0)
		return ret;
	items = new_items(r, json->len, field->shape->size);
	if (!items)
		return no_memory(r);
	JSON_ITEMS(item, json) {
		ret = read_shape(r, item, field->shape,
				 items + *count * field->shape->size);
		if (ret < 0)
			return ret;
		++*count;
	}
	*(char **)to = items;
	return 0;
}
