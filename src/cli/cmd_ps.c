/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_ps.c - kist ps: the containers there are */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/letters.h"
#include "cli/kist.h"
#include "cli/page.h"

#define ID_SHOWN 12
#define COMMAND_SHOWN 24

struct ps_args {
	bool all, ids, json, no_trunc;
};
#define ARGS ps_args

static const struct opt ps_opts[] = {
	FLAG('a', "all", all, "also those that have ended"),
	FLAG('q', "quiet", ids, "only the ids"),
	FLAG('J', "json", json, "as JSON"),
	FLAG(0, "no-trunc", no_trunc, "whole ids and commands"),
	OPT_END,
};

/* ---- text ---- */

/* "3 minutes" */
static void format_age(int64_t since, char *buf, size_t size)
{
	static const struct {
		int64_t secs;
		const char *name;
	} units[] = { { 86400, "day" },
		      { 3600, "hour" },
		      { 60, "minute" },
		      { 1, "second" } };
	int64_t age = (int64_t)time(NULL) - since / 1000000000;
	size_t i = 0;

	if (age < 0)
		age = 0;
	while (i < ARRAY_LEN(units) - 1 && age < units[i].secs)
		i++;
	age /= units[i].secs;
	snprintf(buf, size, "%" PRId64 " %s%s", age, units[i].name,
		 age == 1 ? "" : "s");
}

static void format_status(const struct kist_container *c, char *buf,
			  size_t size)
{
	char age[40];

	format_age(c->finished ? c->finished : c->created, age, sizeof(age));
	if (c->status != KIST_CONTAINER_EXITED)
		snprintf(buf, size, "%s",
			 kist_container_status_name(c->status));
	else if (c->exit_status < 0)
		snprintf(buf, size, "exited");
	else
		snprintf(buf, size, "exited (%d) %s ago", c->exit_status, age);
}

/* A command and a path of an image may hold any letters, line ends too. */
static void format_words(const char *words, size_t columns, char *buf,
			 size_t size)
{
	snprintf(buf, size, "%s", words);
	for (char *c = buf; *c; c++)
		if (strchr("\n\t", *c))
			*c = ' ';
	text_harmless(buf, 0);
	if (text_width(buf, strlen(buf)) > columns)
		strcpy(buf + text_fit(buf, columns - 3), "...");
}

static void print_table(const struct kist_container *containers, size_t count,
			bool whole)
{
	int id_width = whole ? 64 : ID_SHOWN;
	char status[80], created[60], command[1024], image[1024];

	printf("%-*s  %-16s  %-*s  %-14s  %-26s  %s\n", id_width,
	       "CONTAINER ID", "IMAGE", COMMAND_SHOWN, "COMMAND", "CREATED",
	       "STATUS", "NAME");
	for (size_t i = 0; i < count; i++) {
		const struct kist_container *c = &containers[i];

		format_status(c, status, sizeof(status));
		format_age(c->created, created, sizeof(created) - 4);
		strcat(created, " ago");
		format_words(c->command, whole ? SIZE_MAX : COMMAND_SHOWN,
			     command, sizeof(command));
		format_words(c->image, SIZE_MAX, image, sizeof(image));
		printf("%.*s  %-16s  %-*s  %-14s  %-26s  %s\n", id_width, c->id,
		       image, COMMAND_SHOWN, command, created, status, c->name);
	}
}

/* ---- JSON ---- */

static void add_container(struct json_writer *w, const struct kist_container *c)
{
	json_open(w, '{');
	json_member(w, "id", c->id);
	json_member(w, "name", c->name);
	json_member(w, "image", c->image);
	json_member(w, "command", c->command);
	json_member(w, "status", kist_container_status_name(c->status));
	json_member_int(w, "pid", c->pid);
	json_key(w, "exitStatus");
	if (c->exit_status >= 0)
		json_write_int(w, c->exit_status);
	else
		json_write_string(w, NULL);
	json_member_int(w, "created", c->created);
	json_member_int(w, "finished", c->finished);
	json_close(w, '}');
}

static int print_json(const struct kist_container *containers, size_t count,
		      struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		add_container(&w, &containers[i]);
	json_close(&w, ']');
	return page_json(&text, err);
}

static int ps_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct ps_args *a = args;
	struct kist_container *containers;
	size_t count;
	int ret = kist_containers(&g->kist, a->all, &containers, &count, err);

	if (ret < 0)
		return ret;
	if (a->json)
		ret = print_json(containers, count, err);
	else if (a->ids)
		for (size_t i = 0; i < count; i++)
			printf("%.*s\n", a->no_trunc ? 64 : ID_SHOWN,
			       containers[i].id);
	else
		print_table(containers, count, a->no_trunc);
	kist_containers_free(containers, count);
	return ret;
}

const struct command cmd_ps = {
	.name = "ps",
	.group = "containers",
	.summary = "list containers",
	.see = "kist-inspect(1), kist-run(1)",
	.example = "kist ps -a",
	.notes = "Times in JSON are nanoseconds since 1970; 0 is not yet, or "
		 "not known.",
	.opts = ps_opts,
	.args_size = sizeof(struct ps_args),
	.run = ps_run,
};
