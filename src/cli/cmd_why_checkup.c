/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_why_checkup.c - kist why, kist doctor: the check-up of the machine */
#include <stdio.h>
#include <string.h>

#include <kist/why.h>

#include "base/json_write.h"
#include "cli/page.h"
#include "cli/why.h"

#define LINE 900

static const char *const works_words[] = {
	[KIST_WORKS] = "yes",
	[KIST_WORKS_ROOT] = "root",
	[KIST_WORKS_NOT] = "no",
};

/* ---- for people ---- */

static size_t count_of(const struct kist_checkup *c, int works)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		count += c->items[i].works == works;
	return count;
}

static size_t count_essential(const struct kist_checkup *c)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		count += c->items[i].works != KIST_WORKS &&
			 c->items[i].is_essential;
	return count;
}

static bool is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Told in one breath: the same is so of both, and the same helps. */
static bool is_alike(const struct kist_checked *a, const struct kist_checked *b)
{
	return a->works == b->works && a->is_essential == b->is_essential &&
	       is_same(a->group, b->group) && is_same(a->detail, b->detail) &&
	       is_same(a->fix, b->fix);
}

static bool is_told(const struct kist_checkup *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_alike(&c->items[k], &c->items[i]))
			return true;
	return false;
}

static void print_refused(const struct kist_checkup *c, size_t i)
{
	const struct kist_checked *item = &c->items[i];
	char names[LINE] = "";
	size_t len = 0, count = 0;

	for (size_t k = i; k < c->count && len < sizeof(names); k++)
		if (is_alike(&c->items[k], item) && count++)
			len += (size_t)snprintf(names + len,
						sizeof(names) - len, ", %s",
						c->items[k].name);
	if (count > 1)
		page_note("%s%s: %s%s", item->name, names,
			  item->is_essential ? "ESSENTIAL: " : "",
			  item->detail);
	else
		page_line(item->name, "%s%s (for %s)",
			  item->is_essential ? "ESSENTIAL: " : "",
			  *item->detail ? item->detail : "does not work",
			  item->needed_by);
	if (item->fix)
		page_line("", "fix: %s", item->fix);
}

/* Those that work so or so, essential ones first. */
static void print_those(const struct kist_checkup *c, int works,
			const char *title)
{
	if (!count_of(c, works))
		return;
	page_title(title);
	for (int pass = 1; pass >= 0; pass--)
		for (size_t i = 0; i < c->count; i++)
			if (c->items[i].works == works &&
			    c->items[i].is_essential == pass && !is_told(c, i))
				print_refused(c, i);
}

static bool is_first_of_group(const struct kist_checkup *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(c->items[k].group, c->items[i].group) == 0 &&
		    c->items[k].works == KIST_WORKS)
			return false;
	return true;
}

/* The names of a group that work, on one line. */
static void print_group(const struct kist_checkup *c, const char *group)
{
	char line[LINE] = "";
	size_t len = 0;

	for (size_t i = 0; i < c->count && len < sizeof(line); i++)
		if (strcmp(c->items[i].group, group) == 0 &&
		    c->items[i].works == KIST_WORKS)
			len += (size_t)snprintf(line + len, sizeof(line) - len,
						"%s%s", len ? ", " : "",
						c->items[i].name);
	/* The labels of a page are short. */
	page_line(strcmp(group, "control groups") == 0 ? "cgroups" : group,
		  "%s", line);
}

static void print_details(const struct kist_checkup *c, const char *group)
{
	char heading[64];

	snprintf(heading, sizeof(heading), "%s", group);
	for (char *l = heading; *l; l++)
		*l = *l >= 'a' && *l <= 'z' ? (char)(*l - 'a' + 'A') : *l;
	page_title(heading);
	for (size_t i = 0; i < c->count; i++) {
		const struct kist_checked *item = &c->items[i];

		if (strcmp(item->group, group) == 0 &&
		    item->works == KIST_WORKS)
			page_line(item->name, "%s%sfor %s", item->detail,
				  *item->detail ? "; " : "", item->needed_by);
	}
}

static void print_working(const struct kist_checkup *c, bool all)
{
	if (!all)
		page_title("WORKS");
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].works != KIST_WORKS || !is_first_of_group(c, i))
			continue;
		if (all)
			print_details(c, c->items[i].group);
		else
			print_group(c, c->items[i].group);
	}
}

static void print_summary(const struct kist_checkup *c)
{
	size_t missing = count_of(c, KIST_WORKS_NOT);
	size_t root = count_of(c, KIST_WORKS_ROOT);
	size_t essential = count_essential(c);
	char line[LINE];
	int len;

	len = snprintf(line, sizeof(line), "%zu of %zu work",
		       count_of(c, KIST_WORKS), c->count);
	if (root)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				", %zu for root alone", root);
	if (missing)
		len += snprintf(line + len, sizeof(line) - (size_t)len,
				", %zu missing", missing);
	if (missing + root && essential)
		snprintf(line + len, sizeof(line) - (size_t)len,
			 "; %zu of these %s essential", essential,
			 essential == 1 ? "is" : "are");
	else if (missing + root)
		snprintf(line + len, sizeof(line) - (size_t)len,
			 "; none of these is essential");
	printf("\n%s\n", line);
}

static void print_page(const struct kist_checkup *c, bool all)
{
	printf("%s\n", c->machine);
	print_those(c, KIST_WORKS_NOT, "MISSING");
	print_those(c, KIST_WORKS_ROOT, "FOR ROOT ALONE");
	print_working(c, all);
	print_summary(c);
}

/* ---- for programs ---- */

static void json_item(struct json_writer *w, const struct kist_checked *item)
{
	json_open(w, '{');
	json_member(w, "group", item->group);
	json_member(w, "name", item->name);
	json_member(w, "works", works_words[item->works]);
	json_member_bool(w, "essential", item->is_essential);
	json_member(w, "detail", item->detail);
	json_member(w, "needed_by", item->needed_by);
	json_member(w, "fix", item->fix);
	json_close(w, '}');
}

static int print_json(const struct kist_checkup *c, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct json_writer w;

	buf_init(&text);
	json_write_init(&w, &text, "  ");
	json_open(&w, '{');
	json_member(&w, "machine", c->machine);
	json_member_bool(&w, "works", !count_essential(c));
	json_key(&w, "items");
	json_open(&w, '[');
	for (size_t i = 0; i < c->count; i++)
		json_item(&w, &c->items[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	return page_json(&text, err);
}

int why_checkup(const struct kist_global *g, bool all, bool json,
		struct kist_error *err)
{
	struct kist_checkup checkup;
	int ret = kist_checkup(&g->kist, &checkup, err);

	if (ret < 0)
		return ret;
	if (json)
		ret = print_json(&checkup, err);
	else if (!g->quiet)
		print_page(&checkup, all);
	if (ret == 0)
		ret = count_essential(&checkup) != 0;
	kist_checkup_free(&checkup);
	return ret;
}

/* ---- by its other name ---- */

struct doctor_args {
	bool all, json;
};
#define ARGS doctor_args

static const struct opt doctor_opts[] = {
	FLAG('a', "all", all, "also the details of what works"),
	FLAG('J', "json", json, "as JSON"),
	OPT_END,
};

static int doctor_run(void *global, const void *args, struct kist_error *err)
{
	const struct doctor_args *a = args;

	return why_checkup(global, a->all, a->json, err);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.group = "understanding",
	.summary = "check-up of this machine: the same as 'kist why'",
	.see = "kist-why(1)",
	.example = "kist doctor --all",
	.notes = "Everything that kist uses is tried, in namespaces that go "
		 "away with those who try. No kernel module is loaded: what "
		 "is in one that is not loaded is looked up.\n\n"
		 "Exit status: 0 if all that is essential works for the "
		 "caller, 1 if something of it does not. With -q nothing is "
		 "printed.",
	.opts = doctor_opts,
	.args_size = sizeof(struct doctor_args),
	.hidden = true,
	.run = doctor_run,
};
