/* SPDX-License-Identifier: Apache-2.0 */
/* about.c - what is written down about a container in its record */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json_write.h"
#include "engine/container/about.h"
#include "engine/run/defaults.h"
#include "sys/file.h"

#define ABOUT_MAX (4u << 20)

void time_format(int64_t time, char buf[TIME_TEXT])
{
	time_t secs = (time_t)(time / 1000000000);
	struct tm tm;
	size_t len;

	gmtime_r(&secs, &tm);
	len = strftime(buf, TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, TIME_TEXT - len, ".%09dZ",
		 (int)(time % 1000000000));
}

static void write_about(const struct about *about, struct json_writer *w)
{
	json_open(w, '{');
	json_member(w, "name", about->name);
	json_member(w, "image", about->image);
	json_member_strings(w, "command", about->command);
	json_member_int(w, "created", about->created);
	json_member_bool(w, "detached", about->detached);
	json_member_bool(w, "terminal", about->terminal);
	json_member_bool(w, "remove", about->remove);
	json_member_int(w, "stopSignal", about->stop_signal);
	json_key(w, "labels");
	json_open(w, '{');
	for (size_t i = 0; i < about->label_count; i++)
		json_member(w, about->labels[i].key, about->labels[i].value);
	json_close(w, '}');
	json_close(w, '}');
}

int about_save(const struct record *record, const struct about *about,
	       struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;
	int ret;

	buf_init(&text);
	json_write_init(&w, &text, NULL);
	write_about(about, &w);
	if (buf_failed(&text))
		return err_nomem(err);
	ret = sys_replace_file(record->dir_fd, "about.json", text.data,
			       text.len, 0600);
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "write '%s/about.json'",
			       record->path);
	return 0;
}

static const char *text_of(const struct json *json, const char *key)
{
	const char *text = json_string(json_get(json, key));

	return text ? text : "";
}

static bool is_true(const struct json *json, const char *key)
{
	const struct json *value = json_get(json, key);

	return value && value->type == JSON_TRUE;
}

static void read_lists(const struct json *json, struct arena *arena,
		       struct about *about)
{
	const struct json *command = json_get(json, "command");
	const struct json *labels = json_get(json, "labels");
	size_t count = 0;

	about->command = ARENA_ARRAY(arena, const char *,
				     (command ? command->len : 0) + 1);
	about->labels = ARENA_ARRAY(arena, struct key_value,
				    (labels ? labels->len : 0) + 1);
	if (arena_failed(arena))
		return;
	if (command)
		JSON_ITEMS(item, command)
			about->command[count++] = json_string(item);
	if (labels)
		JSON_MEMBERS(key, labels)
			about->labels[about->label_count++] =
				(struct key_value){
					.key = key->text,
					.value = json_string(key + 1),
				};
}

int about_load(const struct record *record, struct arena *arena,
	       struct about *ret_about, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	const struct json *json;
	int64_t number = 0;
	int ret;

	buf_init(&text);
	ret = sys_load_file(record->dir_fd, "about.json", &text, ABOUT_MAX);
	if (ret == -ENOENT && !life_read(record).held) {
		*ret_about = (struct about){
			.name = "",
			.image = "",
			.command = ARENA_ARRAY(arena, const char *, 1),
			.stop_signal = DEFAULT_STOP_SIGNAL,
		};
		return arena_failed(arena) ? err_nomem(err) : 0;
	}
	if (ret == -ENOENT)
		return err_set(err, KIST_E_CONTAINER_UNKNOWN,
			       "there is no container '%s'", record->id.text);
	if (ret < 0)
		return err_sys(err, KIST_E_STORE, -ret, "read '%s/about.json'",
			       record->path);
	ret = json_parse(text.data ? text.data : "", text.len, "about.json",
			 arena, &json, err);
	if (ret < 0)
		return ret;
	*ret_about = (struct about){
		.name = text_of(json, "name"),
		.image = text_of(json, "image"),
		.detached = is_true(json, "detached"),
		.terminal = is_true(json, "terminal"),
		.remove = is_true(json, "remove"),
		.stop_signal = DEFAULT_STOP_SIGNAL,
	};
	if (json_get(json, "created"))
		(void)!json_int64(json_get(json, "created"),
				  &ret_about->created);
	if (json_get(json, "stopSignal") &&
	    json_int64(json_get(json, "stopSignal"), &number))
		ret_about->stop_signal = (int)number;
	read_lists(json, arena, ret_about);
	return arena_failed(arena) ? err_nomem(err) : 0;
}

const char *about_command_line(const struct about *about, struct arena *arena)
{
	const char *line = "";

	for (size_t i = 0; about->command[i]; i++)
		line = arena_printf(arena, "%s%s%s", line, i ? " " : "",
				    about->command[i]);
	return line;
}
