/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_clean.c - kist clean: find what was left behind */
#include <stdio.h>

#include <kist/clean.h>

#include "base/buf.h"
#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/page.h"
#include "cli/steps.h"
#include "cli/table.h"

#define EXIT_FOUND 1

#define ARGS clean_args
struct clean_args {
	bool yes, dry_run, json;
};

static const struct opt clean_opts[] = {
	FLAG('y', "yes", yes, "remove what is kist's"),
	FLAG('n', "dry-run", dry_run, "print the shell lines that would do it"),
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};

/* ---- text ---- */

static const char *fate(const struct kist_leftover *left, bool yes)
{
	if (left->is_removed)
		return "removed";
	if (!left->is_removable)
		return "not kist's";
	return yes ? "left" : "--yes removes";
}

static int print_table(const struct kist_clean *clean, bool yes)
{
	static const struct table_column columns[] = {
		{ "KIND", false },   { "WHAT", false }, { "OWNER", false },
		{ "REASON", false }, { "FATE", false },
	};
	CLEANUP_TABLE struct table table;

	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < clean->count; i++) {
		const struct kist_leftover *left = &clean->items[i];

		table_add(&table, kist_leftover_name(left->kind));
		table_add(&table, left->what);
		if (left->owner_name)
			table_add(&table, left->owner_name);
		else
			table_addf(&table, "%u", (unsigned)left->owner);
		table_add(&table, left->reason);
		if (left->is_removable || !left->advice)
			table_add(&table, fate(left, yes));
		else
			table_addf(&table, "not kist's: %s", left->advice);
	}
	return clean->count ? table_print(&table, stdout, TABLE_HEADINGS) : 0;
}

/* ---- JSON ---- */

static void add_item(struct json_writer *w, const struct kist_leftover *left)
{
	json_open(w, '{');
	json_member(w, "kind", kist_leftover_name(left->kind));
	json_member(w, "what", left->what);
	json_member(w, "reason", left->reason);
	json_member_uint(w, "owner", left->owner);
	json_member(w, "ownerName", left->owner_name);
	json_member_bool(w, "removable", left->is_removable);
	json_member(w, "advice", left->advice);
	json_member_bool(w, "removed", left->is_removed);
	json_close(w, '}');
}

static int print_json(const struct kist_clean *clean, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '[');
	for (size_t i = 0; i < clean->count; i++)
		add_item(&w, &clean->items[i]);
	json_close(&w, ']');
	return page_json(&text, err);
}

/* ---- the verb ---- */

/* What is not kist's was only told of. */
static bool is_left(const struct kist_clean *clean)
{
	for (size_t i = 0; i < clean->count; i++)
		if (clean->items[i].is_removable && !clean->items[i].is_removed)
			return true;
	return false;
}

static int finish(const struct clean_args *a, struct kist_clean *clean,
		  struct kist_error *err)
{
	struct kist_trace trace = steps_to(a->dry_run, stdout);
	int ret = 0, printed;

	if (a->dry_run)
		return kist_clean_remove(clean, &trace, err);
	if (a->yes)
		ret = kist_clean_remove(clean, NULL, err);
	if (a->json)
		printed = print_json(clean, err);
	else
		printed = print_table(clean, a->yes) < 0 ? err_nomem(err) : 0;
	if (ret < 0)
		return ret;
	if (printed < 0)
		return printed;
	return is_left(clean) ? EXIT_FOUND : 0;
}

static int clean_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct clean_args *a = args;
	struct kist_clean *clean;
	int ret = kist_clean_find(&g->kist, &clean, err);

	if (ret < 0)
		return ret;
	ret = finish(a, clean, err);
	kist_clean_free(clean);
	return ret;
}

const struct command cmd_clean = {
	.name = "clean",
	.group = "understanding",
	.summary = "find what was left behind",
	.see = "kist-rm(1), kist-ls(1), kist-ps(1)",
	.example = "kist clean --yes",
	.notes =
		"Finds what a kist that was killed could not undo, and what "
		"nobody uses any more: half-made containers and those that "
		"should have gone (--rm), their states, names, mounts and "
		"control groups; named namespaces that have ended; published "
		"ports without a namespace. What is in use is never listed, "
		"nor what is younger than ten seconds: somebody may be making "
		"it.\n\n"
		"With --yes it is removed, each thing after another look and "
		"under its lock, so that a kist at work is not disturbed. What "
		"others made (names of ip(8) that nobody uses, namespaces bound "
		"in odd places, holders without a name) is only told of, with "
		"the command that would remove it.\n\n"
		"An ordinary user sees and removes what is the user's own.\n\n"
		"Exit status: 0, nothing of kist's is left (nothing was found, "
		"or all is removed); 1, something is left.\n\n"
		"JSON: [kind (container, state, name, namespaces, netns, mount, "
		"cgroup, port, link, holder), what, reason, owner (a user id), "
		"ownerName, removable, advice, removed].",
	.opts = clean_opts,
	.args_size = sizeof(struct clean_args),
	.run = clean_run,
};
