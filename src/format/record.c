/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - what is written down about a container, and read again */
#include <inttypes.h>
#include <string.h>

#include "base/json_write.h"
#include "format/record.h"

enum kind {
	TEXT, /* const char *; NULL is left out */
	PID,  /* pid_t */
	INT,  /* int */
	U64,  /* uint64_t */
	SIZE, /* size_t */
	BOOL, /* bool */
	JSON, /* const char *, the text of an object; NULL is left out */
};

#define FIELD(key, kind, member)                                     \
	{                                                            \
		key, kind, offsetof(struct container_record, member) \
	}

static const struct record_field {
	const char *key;
	enum kind kind;
	size_t offset;
} fields[] = {
	FIELD("id", TEXT, id),
	FIELD("pid", PID, pid),
	FIELD("startTime", U64, start_time),
	FIELD("created", TEXT, created),
	FIELD("ociVersion", TEXT, oci_version),
	FIELD("bundle", TEXT, bundle),
	FIELD("rootfs", TEXT, rootfs),
	FIELD("owner", TEXT, owner),
	FIELD("cgroup", TEXT, cgroup),
	FIELD("namespaces", U64, namespaces),
	FIELD("listenOp", INT, listen_op),
	FIELD("init", BOOL, init),
	FIELD("poststop", BOOL, has_poststop),
	FIELD("ownsPids", BOOL, owns_pids),
	FIELD("annotations", JSON, annotations),
	FIELD("configName", TEXT, config_name),
	FIELD("configLength", SIZE, config_len),
};

#define RECORD_VERSION 1

/* ---- writing ---- */

static void put_json(struct json_writer *w, const char *text)
{
	CLEANUP_ARENA struct arena arena;
	const struct json *json;

	arena_init(&arena);
	if (json_parse(text, strlen(text), "", &arena, &json, NULL) == 0)
		json_write_value(w, json);
	else
		json_write_string(w, NULL);
}

static void put_field(struct json_writer *w, const struct record_field *field,
		      const void *at)
{
	bool is_text = field->kind == TEXT || field->kind == JSON;
	const char *text = is_text ? *(const char *const *)at : NULL;

	if (is_text && !text)
		return;
	json_key(w, field->key);
	switch (field->kind) {
	case TEXT:
		json_write_string(w, text);
		break;
	case JSON:
		put_json(w, text);
		break;
	case PID:
		json_write_int(w, *(const pid_t *)at);
		break;
	case INT:
		json_write_int(w, *(const int *)at);
		break;
	case U64:
		json_write_uint(w, *(const uint64_t *)at);
		break;
	case SIZE:
		json_write_uint(w, *(const size_t *)at);
		break;
	case BOOL:
		json_write_bool(w, *(const bool *)at);
		break;
	}
}

void record_format(const struct container_record *record, struct buf *out)
{
	struct json_writer w;

	json_write_init(&w, out, NULL);
	json_open(&w, '{');
	json_member_int(&w, "record", RECORD_VERSION);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		put_field(&w, &fields[i],
			  (const char *)record + fields[i].offset);
	json_close(&w, '}');
	buf_putc(out, '\n');
	if (record->config)
		buf_add(out, record->config, record->config_len);
}

/* ---- reading ---- */

static const char *json_text(struct arena *arena, const struct json *json)
{
	CLEANUP_BUF struct buf buf;
	struct json_writer w;

	buf_init(&buf);
	json_write_init(&w, &buf, NULL);
	json_write_value(&w, json);
	return buf_failed(&buf) ? NULL : arena_strdup(arena, buf.data);
}

static bool get_int(const struct json *json, int *ret_value)
{
	int64_t value;

	if (!json_int64(json, &value) || value < INT32_MIN || value > INT32_MAX)
		return false;
	*ret_value = (int)value;
	return true;
}

static bool get_size(const struct json *json, size_t *ret_value)
{
	uint64_t value;

	if (!json_uint64(json, &value) || value > SIZE_MAX)
		return false;
	*ret_value = (size_t)value;
	return true;
}

static bool get_text(const char *text, const char **ret_text)
{
	*ret_text = text;
	return text != NULL;
}

static bool get_field(const struct record_field *field, const struct json *json,
		      struct arena *arena, void *to)
{
	switch (field->kind) {
	case TEXT:
		return get_text(json_string(json), to);
	case JSON:
		return json->type == JSON_OBJECT &&
		       get_text(json_text(arena, json), to);
	case PID:
	case INT:
		return get_int(json, to);
	case U64:
		return json_uint64(json, to);
	case SIZE:
		return get_size(json, to);
	case BOOL:
		*(bool *)to = json->type == JSON_TRUE;
		return json->type == JSON_TRUE || json->type == JSON_FALSE;
	}
	return false;
}

static int damaged(struct kist_error *err, const char *why)
{
	return err_set(err, KIST_E_RECORD,
		       "the container's record is damaged: "
		       "%s",
		       why);
}

static int parse_head(const struct json *json, struct arena *arena,
		      struct container_record *record, struct kist_error *err)
{
	const struct json *version = json_get(json, "record");
	int number;

	if (!version || !get_int(version, &number))
		return damaged(err, "no version");
	if (number != RECORD_VERSION)
		return damaged(err, "it is of another version of kist");
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		const struct json *value = json_get(json, fields[i].key);
		bool optional = fields[i].kind == TEXT ||
				fields[i].kind == JSON;

		if (!value && optional)
			continue;
		if (!value || !get_field(&fields[i], value, arena,
					 (char *)record + fields[i].offset))
			return damaged(err, fields[i].key);
	}
	return record->id && record->bundle ? 0 : damaged(err, "no id");
}

int record_parse(const char *text, size_t len, struct arena *arena,
		 struct container_record *ret_record, struct kist_error *err)
{
	struct container_record record = { 0 };
	const char *end = memchr(text, '\n', len);
	const struct json *json;
	int ret;

	if (!end)
		return damaged(err, "it was not written to its end");
	ret = json_parse(text, (size_t)(end - text), "record", arena, &json,
			 NULL);
	if (ret < 0)
		return damaged(err, "it is not JSON");
	ret = parse_head(json, arena, &record, err);
	if (ret < 0)
		return ret;
	if (record.config_len != len - (size_t)(end + 1 - text))
		return damaged(err, "the configuration is cut off");
	record.config = end + 1;
	if (arena_failed(arena))
		return err_nomem(err);
	*ret_record = record;
	return 0;
}
