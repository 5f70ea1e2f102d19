/* SPDX-License-Identifier: Apache-2.0 */
/**
 * field.h - reading JSON objects into structs, by tables
 *
 * A struct shape describes one kind of JSON object, a struct field one of its
 * properties: its name, how its value is read, and where that goes. The tables
 * are in config_*.c; here is what they are made of. A property no table knows
 * is skipped, null is as if it were not there (both as the specification and
 * Go's encoding/json have it), a value of the wrong type is an error.
 *
 * Private to format/.
 */
#ifndef FORMAT_FIELD_H
#define FORMAT_FIELD_H

#include <stdint.h>

#include "base/json.h"
#include "format/spec.h"

/* What is being read, and where errors go. */
struct reader {
	const char *text;
	size_t len;
	const char *name;
	const struct json *root;
	struct arena *arena;
	struct spec *spec;
	struct kist_error *err;
	const char *block;   /* of linux.resources, while it is read */
	size_t warning_size; /* allocated for spec->warnings */
	size_t ignored_size; /* the same for spec->ignored */
};

/**
 * struct field - one property
 * @key:	its name; NULL ends the table
 * @read:	makes the value @to out of @json
 * @offset:	of the value in the struct
 * @required:	it has to be there
 * @count:	lists: offset of their size_t
 * @shape:	objects and lists of objects: what they hold
 * @word:	words: what they mean
 *
 * A table has at most 64 rows. Readers of their own that read objects name
 * the @shape too, for config_properties().
 */
struct field {
	const char *key;
	int (*read)(struct reader *r, const struct json *json,
		    const struct field *field, void *to);
	size_t offset;
	bool required;
	size_t count;
	const struct shape *shape;
	const struct word_kind *word;
};

/* A row of a table; more of it behind, by name: ".required = true". */
#define FIELD(key_, read_, offset_, ...)                                     \
	{                                                                    \
		.key = key_, .read = read_, .offset = offset_, ##__VA_ARGS__ \
	}

/* offsetof + 1, so that 0 is "none" */
#define PLACE_OF(type, member) (offsetof(type, member) + 1)

/**
 * struct shape - one kind of object
 * @size:	of the struct, for lists
 * @place:	PLACE_OF() of a struct place that learns where it was written
 * @init:	sets what is not zero before anything is read
 * @check:	rules between properties; after all were read
 */
struct shape {
	const struct field *fields;
	size_t size;
	size_t place;
	void (*init)(void *object);
	int (*check)(struct reader *r, const struct json *json, void *object);
};

struct word {
	const char *word;
	int64_t value;
};

/**
 * struct word_kind - a set of words that stand for numbers
 * @what:	"namespace type"
 * @words:	the list, ended by a NULL word; or, if it is elsewhere:
 * @find:	the number of a word; false if unknown
 * @name:	the @i-th word, NULL behind the last; for hints
 */
struct word_kind {
	const char *what;
	const struct word *words;
	bool (*find)(const char *word, int64_t *ret_value);
	const char *(*name)(size_t i);
};

/* Read object @json into @object. */
int read_shape(struct reader *r, const struct json *json,
	       const struct shape *shape, void *object);

/* ---- readers for struct field ---- */

#define FIELD_READER(name)                                  \
	int name(struct reader *r, const struct json *json, \
		 const struct field *field, void *to)

FIELD_READER(read_object);	/* a struct, by @shape */
FIELD_READER(read_list);	/* T *, by @shape, and @count */
FIELD_READER(read_string);	/* const char * */
FIELD_READER(read_text);	/* const char *; "" becomes NULL */
FIELD_READER(read_absolute);	/* const char *, starts with '/' */
FIELD_READER(read_strings);	/* struct string_list */
FIELD_READER(read_paths);	/* struct string_list, all absolute */
FIELD_READER(read_pairs);	/* struct key_values */
FIELD_READER(read_bool);	/* bool */
FIELD_READER(read_u16);		/* uint16_t */
FIELD_READER(read_u32);		/* uint32_t */
FIELD_READER(read_id);		/* uint32_t, a uid or gid: not 2^32 - 1 */
FIELD_READER(read_i32);		/* int32_t */
FIELD_READER(read_i64);		/* int64_t */
FIELD_READER(read_u64);		/* uint64_t */
FIELD_READER(read_ids);		/* gid_t *, and @count */
FIELD_READER(read_unsupported); /* any: refused, unless it says nothing */
FIELD_READER(read_elsewhere);	/* any: by the shape's check */
FIELD_READER(read_block);	/* struct cgroup_limits, of linux.resources */

/* ---- for other readers ---- */

/* The value is of @type, or an error. */
int want(struct reader *r, const struct json *json, enum json_type type);
/* A C string, or an error. */
int want_string(struct reader *r, const struct json *json,
		const char **ret_text);
/* A whole number from @min to @max, or an error. */
int want_int(struct reader *r, const struct json *json, int64_t min,
	     int64_t max, int64_t *ret_value);
/* A word of a kind, or an error with the nearest one as hint. */
int want_word(struct reader *r, const struct json *json,
	      const struct word_kind *kind, int64_t *ret_value);
/* A NULL-terminated array of strings. */
int want_strings(struct reader *r, const struct json *json,
		 const char ***ret_items);

/* "PATH: fmt", with the place. Return: negative errno. */
PRINTF(4, 5)
int bad(struct reader *r, const struct json *json, enum kist_err id,
	const char *fmt, ...);
/* The remedy for what bad() said. Return: @ret, as bad() gave it. */
int advise(struct reader *r, int ret, const char *hint);
/* The error that was just set was caused by @json. */
void place_error(struct reader *r, const struct json *json);
/* "PATH is not supported yet" */
int unsupported(struct reader *r, const struct json *json);
/* The nearest word of a kind as hint, if one is near. */
void hint_word(struct reader *r, const char *word,
	       const struct word_kind *kind);
/* Something is left out, as the specification asks; "PATH: fmt". */
PRINTF(3, 4)
void warn(struct reader *r, const struct json *json, const char *fmt, ...);

static inline struct place place_of(const struct json *json)
{
	return (struct place){ .offset = json->offset };
}

/* A struct with @size bytes an item for an array, zeroed; NULL is "no memory"
 * and never "empty". */
void *new_items(struct reader *r, size_t count, size_t size);
int no_memory(struct reader *r);

#endif
