/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last.c - the last failure of this user
 *
 * One small file in the folder of what runs: a reboot forgets it. JSON, with
 * the names of error and cause, so that another version of kist reads it, too.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "engine/folders.h"
#include "engine/why/why.h"
#include "sys/file.h"

#define NAME "last"
#define SIZE_MAX_BYTES (64 * 1024)
#define WORDS_MAX 64

/* The texts of an error, each a member. */
#define TEXTS(X) X(context) X(what) X(kernel) X(place) X(hint)

static void write_words(struct json_writer *w, const char *const *words)
{
	json_key(w, "words");
	json_open(w, '[');
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
		json_write_string(w, words[i]);
	json_close(w, ']');
}

static void write_failure(struct buf *buf, const char *const *words,
			  const struct kist_error *failed)
{
	CLEANUP_FREE char *here = getcwd(NULL, 0);
	struct json_writer w;

	json_write_init(&w, buf, "  ");
	json_open(&w, '{');
	json_member_int(&w, "when", time(NULL));
	write_words(&w, words);
	json_member(&w, "folder", here);
	json_member(&w, "error", kist_error_name(failed->id));
	json_member_int(&w, "errno", failed->errnum);
	json_member(&w, "cause", kist_cause_name(failed->cause));
#define X(field) json_member(&w, #field, failed->field);
	TEXTS(X)
#undef X
	json_close(&w, '}');
	buf_putc(buf, '\n');
}

void kist_why_keep(const struct kist *kist, const char *const *words,
		   const struct kist_error *failed)
{
	CLEANUP_ARENA struct arena arena;
	CLEANUP_BUF struct buf buf;
	CLEANUP_FD int run_fd = -1;

	arena_init(&arena);
	buf_init(&buf);
	if (failed->id == KIST_OK ||
	    kist_error_class(failed->id) == KIST_CLASS_USAGE)
		return;
	write_failure(&buf, words, failed);
	if (buf_failed(&buf) || buf.len > SIZE_MAX_BYTES)
		return;
	run_fd = folders_open_run(kist, &arena, NULL);
	/* who cannot keep it has printed it all the same */
	if (run_fd < 0 ||
	    sys_replace_file(run_fd, NAME, buf.data, buf.len, 0600) < 0)
		return;
}

/* ---- and back ---- */

static void read_text(const struct json *json, const char *key, char *to,
		      size_t size)
{
	const char *text = json_string(json_get(json, key));
	size_t len = text ? strlen(text) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(to, text, len);
	to[len] = '\0';
}

static int find_id(const char *name)
{
	for (int id = 1; name && id < KIST_E_COUNT; id++)
		if (strcmp(kist_error_name(id), name) == 0)
			return id;
	return KIST_E_SYSTEM;
}

static int find_cause(const char *name)
{
	for (int cause = 1; name && cause < KIST_CAUSE_COUNT; cause++)
		if (strcmp(kist_cause_name(cause), name) == 0)
			return cause;
	return KIST_CAUSE_NONE;
}

static const char *const *read_words(const struct json *json,
				     struct arena *arena)
{
	const struct json *array = json_get(json, "words");
	bool is_array = array && array->type == JSON_ARRAY;
	size_t count = 0;
	const char **words = ARENA_ARRAY(arena, const char *,
					 (is_array ? array->len : 0) + 1);

	if (is_array && !arena_failed(arena))
		JSON_ITEMS(item, array)
			words[count++] = json_string(item) ?: "?";
	return words;
}

static void read_failure(const struct json *json, struct arena *arena,
			 struct kist_last *last)
{
	int64_t errnum = 0;

	*last = (struct kist_last){ 0 };
	json_int64(json_get(json, "when"), &last->when);
	last->words = read_words(json, arena);
	last->folder = json_string(json_get(json, "folder"));
	last->error.id = find_id(json_string(json_get(json, "error")));
	last->error.cause = find_cause(json_string(json_get(json, "cause")));
	if (json_int64(json_get(json, "errno"), &errnum) && errnum > 0 &&
	    errnum < 4096)
		last->error.errnum = (int32_t)errnum;
#define X(field) \
	read_text(json, #field, last->error.field, sizeof(last->error.field));
	TEXTS(X)
#undef X
}

static int load(const struct kist *kist, struct arena *arena,
		const struct json **ret_json, struct kist_error *err)
{
	const char *path = folders_run_path(kist, arena);
	char *text;
	size_t len;
	int ret;

	if (!path)
		return err_set(err, KIST_E_STORE, "no place for kist's data");
	path = arena_printf(arena, "%s/" NAME, path);
	ret = sys_load_text(AT_FDCWD, path, arena, SIZE_MAX_BYTES, &text, &len);
	if (ret == -ENOENT)
		return err_set(err, KIST_E_WHY_NONE,
			       "no failure of kist is kept");
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "read '%s'", path);
	return json_parse(text, len, path, arena, ret_json, err);
}

int kist_why_last(const struct kist *kist, struct kist_last *ret_last,
		  struct kist_why *ret_why, struct kist_error *err)
{
	CLEANUP_ARENA struct arena text;
	const struct json *json;
	struct kist_why why;
	struct arena *arena;
	int ret;

	arena_init(&text);
	ret = load(kist, &text, &json, err);
	if (ret < 0)
		return ret;
	read_failure(json, &text, ret_last);
	ret = kist_why_error(kist, &ret_last->error, &why, err);
	if (ret < 0)
		return ret;
	arena = why.arena;
	ret_last->words = read_words(json, arena);
	for (size_t i = 0; ret_last->words[i]; i++)
		((const char **)ret_last->words)[i] =
			arena_strdup(arena, ret_last->words[i]);
	if (ret_last->folder)
		ret_last->folder = arena_strdup(arena, ret_last->folder);
	*ret_why = why;
	return arena_failed(arena) ? err_nomem(err) : 0;
}
