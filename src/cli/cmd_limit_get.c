/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_limit_get.c - kist limit --get: what limits a process, and who set it; --keys */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <kist/limit.h>
#include <kist/show.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "base/num.h"
#include "cli/limit.h"
#include "cli/table.h"

static void put_amount(struct table *table, const struct kist_show_limit *l,
		       int64_t value)
{
	char text[24];

	if (l->unit == KIST_SHOW_LIST) {
		table_add(table, l->list);
	} else if (value == KIST_SHOW_UNLIMITED) {
		table_add(table, "max");
	} else if (value < 0) {
		table_add(table, "-");
	} else if (l->unit == KIST_SHOW_CPUS) {
		table_addf(table, "%.6g", (double)value / 1e9);
	} else if (l->unit == KIST_SHOW_BYTES ||
		   l->unit == KIST_SHOW_BYTES_PER_SECOND) {
		num_format_bytes((uint64_t)value, text, sizeof(text));
		table_add(table, text);
	} else {
		table_addf(table, "%" PRId64, value);
	}
}

static void add_rows(struct table *table, const struct kist_show_cgroup *group)
{
	for (size_t i = 0; i < group->limit_count; i++) {
		const struct kist_show_limit *l = &group->limits[i];

		if (l->device)
			table_addf(table, "%s %s", l->name, l->device);
		else
			table_add(table, l->name);
		put_amount(table, l, l->limit);
		if (l->unit == KIST_SHOW_CPUS || l->unit == KIST_SHOW_LIST)
			table_add(table, ""); /* time used is no share of it */
		else
			put_amount(table, l, l->usage);
		table_add(table, l->file);
		table_add(table, l->set_by ? l->set_by : "-");
	}
}

static int print_table(const struct kist_show *show, struct kist_error *err)
{
	static const struct table_column columns[] = {
		{ "LIMIT", false }, { "VALUE", true },	 { "USED", true },
		{ "FILE", false },  { "SET BY", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < show->cgroup_count; i++)
		add_rows(&table, &show->cgroups[i]);
	return table_print(&table, stdout, TABLE_HEADINGS) ? err_nomem(err) : 0;
}

static void write_number(struct json_writer *w, const char *name, int64_t value)
{
	json_key(w, name);
	if (value < 0 || value == KIST_SHOW_UNLIMITED)
		json_write_string(w, NULL);
	else
		json_write_int(w, value);
}

static void write_limit(struct json_writer *w, const struct kist_show_limit *l)
{
	json_open(w, '{');
	json_member(w, "limit", l->name);
	json_member(w, "file", l->file);
	if (l->device)
		json_member(w, "device", l->device);
	if (l->unit == KIST_SHOW_LIST)
		json_member(w, "value", l->list);
	else
		write_number(w, "value", l->limit);
	write_number(w, "used", l->usage);
	json_member(w, "set_by", l->set_by);
	json_close(w, '}');
}

static void write_target(struct json_writer *w, const char *word,
			 const struct kist_show *show)
{
	json_open(w, '{');
	json_member(w, "target", word);
	json_key(w, "limits");
	json_open(w, '[');
	for (size_t i = 0; i < show->cgroup_count; i++)
		for (size_t j = 0; j < show->cgroups[i].limit_count; j++)
			write_limit(w, &show->cgroups[i].limits[j]);
	json_close(w, ']');
	json_close(w, '}');
}

static int get_one(const struct kist_global *g, const char *word,
		   struct json_writer *w, struct kist_error *err)
{
	struct kist_show *show;
	int ret = kist_show(&g->kist, word, KIST_SHOW_CGROUPS, &show, err);

	if (ret)
		return ret;
	if (w)
		write_target(w, word, show);
	else
		ret = print_table(show, err);
	kist_show_free(show);
	return ret;
}

static int get_all(const struct kist_global *g, const pid_t *pids,
		   size_t pid_count, const char *const *targets,
		   struct json_writer *w, struct kist_error *err)
{
	char word[16];
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < pid_count; i++) {
		snprintf(word, sizeof(word), "%d", pids[i]);
		ret = get_one(g, word, w, err);
	}
	for (; ret == 0 && targets && *targets; targets++)
		ret = get_one(g, *targets, w, err);
	return ret;
}

int limit_get(const struct kist_global *global, const pid_t *pids,
	      size_t pid_count, const char *const *targets, bool json,
	      struct kist_error *err)
{
	static const char *const me[] = { ".", NULL };
	CLEANUP_BUF struct buf text;
	struct json_writer w;
	int ret;

	buf_init(&text);
	if (!pid_count && (!targets || !*targets))
		targets = me;
	if (!json)
		return get_all(global, pids, pid_count, targets, NULL, err);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	ret = get_all(global, pids, pid_count, targets, &w, err);
	json_close(&w, ']');
	buf_putc(&text, '\n');
	if (ret)
		return ret;
	return buf_failed(&text) ? err_nomem(err) : buf_write(&text, 1);
}

/* ---- the keys ---- */

static int print_keys_json(struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct kist_limit_key key;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; kist_limit_key(i, &key); i++) {
		json_open(&w, '{');
		json_member(&w, "key", key.name);
		json_member(&w, "podman", key.podman);
		json_member(&w, "systemd", key.systemd);
		json_member(&w, "v1", key.v1_file);
		json_member(&w, "v2", key.v2_file);
		json_member(&w, "help", key.help);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	buf_putc(&text, '\n');
	return buf_failed(&text) ? err_nomem(err) : buf_write(&text, 1);
}

int limit_print_keys(bool json, struct kist_error *err)
{
	static const struct table_column columns[] = {
		{ .name = "KEY" },     { .name = "WHAT" },
		{ .name = "PODMAN" },  { .name = "SYSTEMD" },
		{ .name = "V2 FILE" }, { .name = "V1 FILE" },
	};
	CLEANUP_TABLE struct table table;
	struct kist_limit_key key;

	if (json)
		return print_keys_json(err);
	table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; kist_limit_key(i, &key); i++) {
		table_add(&table, key.name);
		table_add(&table, key.help);
		table_add(&table, key.podman ? key.podman : "-");
		table_add(&table, key.systemd ? key.systemd : "-");
		table_add(&table, key.v2_file ? key.v2_file : "-");
		table_add(&table, key.v1_file ? key.v1_file : "-");
	}
	return table_print(&table, stdout, TABLE_HEADINGS) ? err_nomem(err) : 0;
}
