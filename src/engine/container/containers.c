/* SPDX-License-Identifier: Apache-2.0 */
/* containers.c - all containers, and all about one */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "engine/container/subject.h"
#include "sys/file.h"

#define CONFIG_MAX (16u << 20)

static const char *const status_names[] = {
	[KIST_CONTAINER_CREATED] = "created",
	[KIST_CONTAINER_RUNNING] = "running",
	[KIST_CONTAINER_PAUSED] = "paused",
	[KIST_CONTAINER_EXITED] = "exited",
};

const char *kist_container_status_name(enum kist_container_status status)
{
	return status_names[status];
}

/* ---- one ---- */

static void take_state(struct kist_container *c, const char *state_root,
		       struct life life)
{
	struct container container;
	enum kist_status status;

	c->status = life.held ? KIST_CONTAINER_CREATED : KIST_CONTAINER_EXITED;
	c->exit_status = life.held ? -1 : life.status;
	c->finished = life.finished;
	if (container_open(state_root, c->id, &container, NULL) < 0)
		return;
	status = container_status(&container);
	if (status == KIST_RUNNING)
		c->status = KIST_CONTAINER_RUNNING;
	if (status == KIST_PAUSED)
		c->status = KIST_CONTAINER_PAUSED;
	if (status == KIST_RUNNING || status == KIST_PAUSED)
		c->pid = container.process.pid;
	container_close(&container);
}

static void free_one(struct kist_container *c)
{
	free(c->id);
	free(c->name);
	free(c->image);
	free(c->command);
}

static int describe(struct folders *folders, const struct id *id,
		    struct kist_container *ret_container,
		    struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct record record;
	struct about about;
	int ret = record_open(folders, id, &record, err);

	arena_init(&arena);
	if (ret < 0)
		return ret;
	ret = about_load(&record, &arena, &about, err);
	if (ret == 0) {
		*ret_container = (struct kist_container){
			.id = strdup(id->text),
			.name = strdup(about.name),
			.image = strdup(about.image),
			.command = strdup(about_command_line(&about, &arena)),
			.created = about.created,
		};
		take_state(ret_container, folders->state_root,
			   life_read(&record));
	}
	record_close(&record);
	return ret;
}

/* ---- all ---- */

static int newest_first(const void *a, const void *b)
{
	int64_t x = ((const struct kist_container *)a)->created;
	int64_t y = ((const struct kist_container *)b)->created;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int list(struct folders *folders, bool all,
		struct kist_container **ret_containers, size_t *ret_count,
		struct kist_error *err)
{
	CLEANUP_ARENA struct arena arena;
	struct kist_container *containers;
	size_t id_count = 0, count = 0;
	struct id *ids = NULL;
	int ret;

	arena_init(&arena);
	ret = folders_list(folders, &arena, &ids, &id_count, err);
	if (ret < 0)
		return ret;
	containers = calloc(id_count + 1, sizeof(*containers));
	if (!containers)
		return err_nomem(err);
	for (size_t i = 0; i < id_count; i++) {
		struct kist_container *c = &containers[count];

		/* One that vanishes meanwhile is left out. */
		if (describe(folders, &ids[i], c, NULL) < 0)
			continue;
		if (all || c->status != KIST_CONTAINER_EXITED)
			count++;
		else
			free_one(c);
	}
	qsort(containers, count, sizeof(*containers), newest_first);
	*ret_containers = containers;
	*ret_count = count;
	return 0;
}

int kist_containers(const struct kist *kist, bool all,
		    struct kist_container **ret_containers, size_t *ret_count,
		    struct kist_error *err)
{
	struct folders folders;
	int ret = folders_open(kist, &folders, err);

	if (ret < 0)
		return ret;
	ret = list(&folders, all, ret_containers, ret_count, err);
	folders_close(&folders);
	return ret;
}

void kist_containers_free(struct kist_container *containers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free_one(&containers[i]);
	free(containers);
}

/* ---- all about one ---- */

static void add_time(struct json_writer *w, const char *key, int64_t time)
{
	char text[TIME_TEXT];

	json_key(w, key);
	if (time) {
		time_format(time, text);
		json_write_string(w, text);
	} else {
		json_write_string(w, NULL);
	}
}

static void add_about(const struct subject *s, const struct kist_container *c,
		      struct json_writer *w)
{
	json_member(w, "id", c->id);
	json_member(w, "name", c->name);
	json_member(w, "image", c->image);
	json_member_strings(w, "command", s->about.command);
	add_time(w, "created", c->created);
	json_member(w, "status", kist_container_status_name(c->status));
	json_member_int(w, "pid", c->pid);
	json_key(w, "exitStatus");
	if (c->exit_status >= 0)
		json_write_int(w, c->exit_status);
	else
		json_write_string(w, NULL);
	add_time(w, "finished", c->finished);
}

static void add_options(const struct subject *s, struct json_writer *w)
{
	json_member_bool(w, "detached", s->about.detached);
	json_member_bool(w, "terminal", s->about.terminal);
	json_member_bool(w, "remove", s->about.remove);
	json_member_int(w, "stopSignal", s->about.stop_signal);
	json_key(w, "labels");
	json_open(w, '{');
	for (size_t i = 0; i < s->about.label_count; i++)
		json_member(w, s->about.labels[i].key,
			    s->about.labels[i].value);
	json_close(w, '}');
	json_member(w, "folder", s->record.path);
}

static void add_config(struct subject *s, struct json_writer *w)
{
	CLEANUP_BUF struct buf text;
	const struct json *config;

	buf_init(&text);
	if (sys_load_file(s->record.dir_fd, "config.json", &text, CONFIG_MAX) <
		    0 ||
	    json_parse(text.data, text.len, "config.json", &s->arena, &config,
		       NULL) < 0)
		return;
	json_key(w, "config");
	json_write_value(w, config);
}

int kist_inspect_json(const struct kist *kist, const char *container,
		      char **ret_text, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct kist_container c;
	struct json_writer w;
	struct subject s;
	int ret = subject_open(kist, container, &s, err);

	buf_init(&text);
	if (ret < 0)
		return ret;
	ret = describe(&s.folders, &s.record.id, &c, err);
	if (ret == 0) {
		json_write_init(&w, &text, "  ");
		json_open(&w, '{');
		add_about(&s, &c, &w);
		add_options(&s, &w);
		add_config(&s, &w);
		json_close(&w, '}');
		free_one(&c);
	}
	subject_close(&s);
	if (ret < 0)
		return ret;
	*ret_text = buf_take(&text);
	return *ret_text ? 0 : err_nomem(err);
}
