/* SPDX-License-Identifier: Apache-2.0 */
/* show_text.c - who a target is, and what it may do, for people */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "cli/show.h"

#define SECOND INT64_C(1000000000)
#define CAP_SHOWN_MAX 64

/* "3 hours"; @buf of 32 bytes */
static const char *age(int64_t since, char *buf)
{
	static const struct {
		int64_t secs;
		const char *name;
	} units[] = { { 86400, "day" },
		      { 3600, "hour" },
		      { 60, "minute" },
		      { 1, "second" } };
	int64_t value = (int64_t)time(NULL) - since / SECOND;
	size_t i = 0;

	if (value < 0)
		value = 0;
	while (i < ARRAY_LEN(units) - 1 && value < units[i].secs)
		i++;
	value /= units[i].secs;
	snprintf(buf, 32, "%" PRId64 " %s%s", value, units[i].name,
		 value == 1 ? "" : "s");
	return buf;
}

static const char *state_word(char state)
{
	switch (state) {
	case 'R':
		return "running";
	case 'S':
		return "sleeping";
	case 'D':
		return "waiting for a device";
	case 'T':
		return "stopped";
	case 't':
		return "traced";
	case 'Z':
	case 'X':
		return "ended";
	case 'I':
		return "idle";
	}
	return "in an unknown state";
}

static void print_pids(const struct kist_show *show)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < show->pid_count; i++)
		buf_printf(&text, "%s%d", i ? " > " : "", show->pids[i]);
	if (show->pid_count > 1)
		page_line("pids", "%s (yours first, its own last)", text.data);
	else
		page_line("pid", "%d", show->pid);
}

void show_print_who(const struct kist_show *show)
{
	char since[32];

	page_note("%s", show->label);
	if (!show->pid) {
		page_note("no process is in it");
		return;
	}
	page_line("command", "%s", show->command);
	if (show->parent)
		page_line("parent", "%d (%s)", show->parent,
			  show->parent_name ? show->parent_name : "?");
	if (show->started)
		page_line("started", "%s ago, %s, %d thread%s",
			  age(show->started, since), state_word(show->state),
			  show->threads, show->threads == 1 ? "" : "s");
	print_pids(show);
}

/* ---- namespaces ---- */

static const char *which(const struct kist_show_ns *ns)
{
	if (!ns->inode)
		return "not visible";
	if (ns->is_initial)
		return ns->is_ours ? "initial, yours" : "initial";
	return ns->is_ours ? "yours" : "another";
}

static void add_ns(struct table *table, const struct kist_show_ns *ns)
{
	table_add(table, ns->name);
	table_addf(table, "%" PRIu64, ns->inode);
	table_add(table, which(ns));
	if (ns->processes >= 0)
		table_addf(table, "%" PRId64, ns->processes);
	else
		table_add(table, "?");
	if (ns->owner)
		table_addf(table, "%" PRIu64, ns->owner);
	else
		table_add(table, "-");
}

void show_print_ns(const struct kist_show *show)
{
	static const struct table_column columns[] = {
		{ "KIND", false },    { "NAMESPACE", true },
		{ "WHICH", false },   { "PROCESSES", true },
		{ "OWNED BY", true },
	};
	CLEANUP_TABLE struct table table;

	page_title("NAMESPACES");
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < show->ns_count; i++)
		add_ns(&table, &show->ns[i]);
	if (page_table(&table) < 0)
		return;
	for (size_t i = 0; i < show->ns_count; i++)
		if (show->ns[i].for_children)
			page_note("processes it makes will be in %s:[%" PRIu64
				  "]",
				  show->ns[i].name, show->ns[i].for_children);
}

/* ---- ids ---- */

/* "1000 (alice), inside 0 (root)" */
static void format_id(struct buf *out, const struct kist_show_id *id)
{
	buf_printf(out, "%" PRIu32, id->outside);
	if (id->name)
		buf_printf(out, " (%s)", id->name);
	if (!id->is_mapped) {
		buf_printf(out, ", inside nobody (%" PRIu32 ")", id->inside);
	} else if (id->inside != id->outside ||
		   (id->name && id->inside_name &&
		    strcmp(id->name, id->inside_name) != 0)) {
		buf_printf(out, ", inside %" PRIu32, id->inside);
		if (id->inside_name)
			buf_printf(out, " (%s)", id->inside_name);
	}
}

static void print_id(const char *label, const struct kist_show_id *ids)
{
	static const char *const names[] = { "real", "effective", "saved",
					     "fs" };
	const struct kist_show_id *main = &ids[KIST_SHOW_EFFECTIVE];
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	format_id(&text, main);
	for (size_t i = 0; i < KIST_SHOW_ID_COUNT; i++)
		if (ids[i].outside != main->outside) {
			buf_printf(&text, "; %s ", names[i]);
			format_id(&text, &ids[i]);
		}
	page_line(label, "%s", text.data);
}

static void print_groups(const struct kist_show *show)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	for (size_t i = 0; i < show->group_count; i++) {
		const struct kist_show_id *id = &show->groups[i];

		buf_printf(&text, "%s%" PRIu32, i ? ", " : "", id->outside);
		if (id->name)
			buf_printf(&text, " (%s)", id->name);
		if (!id->is_mapped)
			buf_puts(&text, " [not inside]");
		else if (id->inside != id->outside)
			buf_printf(&text, " [%" PRIu32 " inside]", id->inside);
	}
	page_line("groups", "%s", text.len ? text.data : "none");
	if (show->setgroups_denied)
		page_line("", "it may not change them (setgroups: deny)");
}

static void print_maps(const char *label, const struct kist_show_map *maps,
		       size_t count)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	if (count == 1 && maps[0].inside == 0 && maps[0].outside == 0 &&
	    maps[0].count == UINT32_MAX) {
		page_line(label, "all ids, the same inside and outside");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct kist_show_map *m = &maps[i];

		buf_printf(&text, "%s%" PRIu32, i ? ", " : "", m->inside);
		if (m->count > 1)
			buf_printf(&text, "-%" PRIu32,
				   m->inside + (m->count - 1));
		buf_printf(&text, " is %" PRIu32, m->outside);
		if (m->count > 1)
			buf_printf(&text, "-%" PRIu32,
				   m->outside + (m->count - 1));
		buf_puts(&text, " outside");
	}
	page_line(label, "%s", text.len ? text.data : "none");
}

static bool has(const struct kist_show_id *ids, size_t count, bool foreign)
{
	for (size_t i = 0; i < count; i++)
		if (foreign ? ids[i].is_foreign : !ids[i].is_mapped)
			return true;
	return false;
}

static bool anywhere(const struct kist_show *show, bool foreign)
{
	return has(show->uid, KIST_SHOW_ID_COUNT, foreign) ||
	       has(show->gid, KIST_SHOW_ID_COUNT, foreign) ||
	       has(show->groups, show->group_count, foreign);
}

void show_print_ids(const struct kist_show *show)
{
	page_title("USERS AND GROUPS");
	print_id("user", show->uid);
	print_id("group", show->gid);
	print_groups(show);
	print_maps("uid map", show->uid_maps, show->uid_map_count);
	print_maps("gid map", show->gid_maps, show->gid_map_count);
	if (anywhere(show, true))
		page_note("%" PRIu32 " is the overflow id: it stands for an id "
			  "that your user namespace has no number for",
			  show->overflow_uid);
	else if (anywhere(show, false))
		page_note("%" PRIu32
			  " is the overflow id: inside it stands for "
			  "every id that is not in the map",
			  show->overflow_uid);
}

/* ---- capabilities ---- */

static int last_capability(void)
{
	int last = 0;

	for (int i = 0; i < CAP_SHOWN_MAX; i++)
		if (kist_show_capability(i))
			last = i;
	return last;
}

static void add_names(struct buf *out, uint64_t mask)
{
	bool first = true;

	for (int i = 0; i <= last_capability(); i++)
		if (mask >> i & 1) {
			buf_printf(out, "%s%s", first ? "" : ", ",
				   kist_show_capability(i) + strlen("CAP_"));
			first = false;
		}
}

char *show_caps_text(uint64_t mask, uint64_t bounding)
{
	int last = last_capability();
	uint64_t all = (UINT64_C(2) << last) - 1, missing = all & ~mask;
	struct buf text;

	buf_init(&text);
	if (!(mask & all)) {
		buf_puts(&text, "none");
	} else if (!missing) {
		buf_printf(&text, "all %d", last + 1);
	} else if (mask == bounding) {
		buf_puts(&text, "the bounding set");
	} else if (__builtin_popcountll(missing) < 8) {
		buf_puts(&text, "all but ");
		add_names(&text, missing);
	} else {
		add_names(&text, mask);
	}
	return buf_take(&text);
}

static void print_caps(const char *label, uint64_t mask, uint64_t bounding)
{
	CLEANUP_FREE char *text = show_caps_text(mask, bounding);

	page_line(label, "%s", text ? text : "?");
}

void show_print_caps(const struct kist_show *show)
{
	static const char *const modes[] = {
		"no filter", "strict: read, write and exit alone",
		"a filter decides on each system call"
	};

	page_title("CAPABILITIES");
	print_caps("effective", show->effective, show->bounding);
	print_caps("permitted", show->permitted, show->bounding);
	print_caps("inheritable", show->inheritable, 0);
	print_caps("ambient", show->ambient, 0);
	print_caps("bounding", show->bounding, 0);
	if (show->caps_in)
		page_line("count in", "user namespace %" PRIu64 "%s",
			  show->caps_in,
			  show->caps_in_initial ?
				  " (initial): on the whole machine" :
				  ": over what it owns, not over the machine");
	page_line("no_new_privs", "%s",
		  show->no_new_privs ? "yes: setuid programs give no rights" :
				       "no");
	if (show->seccomp == 2 && show->seccomp_filters > 1)
		page_line("seccomp", "%d filters decide on each system call",
			  show->seccomp_filters);
	else if (show->seccomp >= 0 && show->seccomp <= 2)
		page_line("seccomp", "%s", modes[show->seccomp]);
	page_line("label", "%s", show->lsm ? show->lsm : "none");
}

/* ---- clocks ---- */

static void format_span(int64_t ns, char *buf, size_t size)
{
	int64_t secs = ns / SECOND;
	const char *sign = secs < 0 ? "-" : "";

	if (secs < 0)
		secs = -secs;
	if (secs >= 86400)
		snprintf(buf, size, "%s%" PRId64 "d %02d:%02d:%02d", sign,
			 secs / 86400, (int)(secs / 3600 % 24),
			 (int)(secs / 60 % 60), (int)(secs % 60));
	else
		snprintf(buf, size, "%s%02d:%02d:%02d", sign,
			 (int)(secs / 3600), (int)(secs / 60 % 60),
			 (int)(secs % 60));
}

static void format_time(const struct kist_show_clock *clock, int64_t ns,
			char *buf, size_t size)
{
	time_t secs = (time_t)(ns / SECOND);
	struct tm tm;

	if (strcmp(clock->name, "realtime") == 0 && gmtime_r(&secs, &tm))
		strftime(buf, size, "%Y-%m-%d %H:%M:%S UTC", &tm);
	else
		format_span(ns, buf, size);
}

void show_print_time(const struct kist_show *show)
{
	static const struct table_column columns[] = {
		{ "CLOCK", false },
		{ "OUTSIDE", false },
		{ "INSIDE", false },
		{ "OFFSET", false },
	};
	CLEANUP_TABLE struct table table;
	char text[64];

	page_title("CLOCKS");
	table_init(&table, columns, ARRAY_LEN(columns));
	for (size_t i = 0; i < ARRAY_LEN(show->clocks); i++) {
		const struct kist_show_clock *clock = &show->clocks[i];

		table_add(&table, clock->name);
		format_time(clock, clock->outside, text, sizeof(text));
		table_add(&table, text);
		format_time(clock, clock->inside, text, sizeof(text));
		table_add(&table, !clock->is_known ? "not visible" :
				  clock->inside == clock->outside ? "the same" :
								    text);
		format_span(clock->offset, text, sizeof(text));
		table_add(&table,
			  clock->is_known && clock->offset ? text : "-");
	}
	(void)!page_table(&table);
}

/* ---- signals ---- */

char *show_signals_text(uint64_t mask)
{
	struct buf text;
	char name[16];

	buf_init(&text);
	for (int i = 1; i <= 64; i++)
		if (mask >> (i - 1) & 1)
			buf_printf(&text, "%s%s", text.len ? ", " : "",
				   kist_show_signal(i, name, sizeof(name)));
	if (!text.len)
		buf_puts(&text, "none");
	return buf_take(&text);
}

static void print_signals(const char *label, uint64_t mask)
{
	CLEANUP_FREE char *text = show_signals_text(mask);

	page_line(label, "%s", text ? text : "?");
}

/* Of those that end or change a process, the ones people send. */
static uint64_t usual_signals(void)
{
	static const int usual[] = { 1, 2, 3, 6, 10, 12, 13, 14, 15, 20 };
	uint64_t mask = 0;

	for (size_t i = 0; i < ARRAY_LEN(usual); i++)
		mask |= UINT64_C(1) << (usual[i] - 1);
	return mask;
}

static void print_init(const struct kist_show *show)
{
	uint64_t nothing = show->init_ignores & usual_signals();
	uint64_t something = usual_signals() & ~nothing;
	CLEANUP_FREE char *ignored = show_signals_text(nothing);
	CLEANUP_FREE char *heard = show_signals_text(something);

	page_line("process 1", "%s, as you see it %d",
		  show->is_init ? "it is process 1 of its pid namespace" :
				  "of its pid namespace",
		  show->init_pid);
	if (nothing)
		page_line("", "without effect on it: %s",
			  ignored ? ignored : "?");
	if (something)
		page_line("", "it takes %s", heard ? heard : "?");
	page_line("", "KILL and STOP do nothing from inside, and work from "
		      "the pid namespace above");
}

void show_print_signals(const struct kist_show *show)
{
	page_title("SIGNALS");
	if (show->pending)
		print_signals("pending", show->pending);
	print_signals("blocked", show->blocked);
	print_signals("ignored", show->ignored);
	print_signals("caught", show->caught);
	if (show->init_pid)
		print_init(show);
}
