/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top_keys.c - what the keys of kist top do: one table
 *
 * A line that is typed (filter, search, column, signal) is a mode of its own:
 * Enter takes it, Escape does not.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/kinds.h"
#include "cli/opt.h"
#include "cli/top.h"

#define DELAY_MIN_MS 100
#define DELAY_MAX_MS 60000
#define BACKSPACE 0x7f

static const struct kist_top_row *selected(const struct top_view *view)
{
	return view->selected < view->count ? view->shown[view->selected].row :
					      NULL;
}

/* What a row is known by when the list is made anew. */
static void key_of(const struct kist_top_row *row, char *buf, size_t size)
{
	if (row->ns)
		snprintf(buf, size, "%llu", (unsigned long long)row->ns);
	else
		snprintf(buf, size, "%s %s", row->name,
			 row->id     ? row->id :
			 row->cgroup ? row->cgroup :
				       "");
}

static void remember(struct top_view *view)
{
	const struct kist_top_row *row = selected(view);

	if (row)
		key_of(row, view->selected_key, sizeof(view->selected_key));
}

void top_rearrange(struct top_view *view)
{
	free(view->shown);
	view->count = top_arrange(&view->list, &view->order, &view->shown);
	for (size_t i = 0; i < view->count; i++) {
		char key[TOP_WORD];

		key_of(view->shown[i].row, key, sizeof(key));
		if (strcmp(key, view->selected_key) == 0) {
			view->selected = i;
			return;
		}
	}
	/* until one is chosen the mark stays where it is */
	if (view->selected >= view->count)
		view->selected = view->count ? view->count - 1 : 0;
}

static void move(struct top_view *view, long steps)
{
	long to = (long)view->selected + steps;

	if (to >= (long)view->count)
		to = (long)view->count - 1;
	view->selected = to < 0 ? 0 : (size_t)to;
	remember(view);
}

static long page(const struct top_view *view)
{
	return view->screen.rows > 6 ? view->screen.rows - 6 : 1;
}

/* ---- what a key does; the argument is from the table ---- */

typedef void action(struct top_view *view, int arg);

static void do_move(struct top_view *view, int arg)
{
	move(view, arg);
}

static void do_page(struct top_view *view, int arg)
{
	move(view, arg * page(view));
}

static void do_sort(struct top_view *view, int arg)
{
	if (view->order.column == arg)
		view->order.reverse = !view->order.reverse;
	else
		view->order.reverse = false;
	view->order.column = arg;
	top_rearrange(view);
}

static void do_invert(struct top_view *view, int arg)
{
	(void)arg;
	view->order.reverse = !view->order.reverse;
	top_rearrange(view);
}

static void do_tree(struct top_view *view, int arg)
{
	(void)arg;
	view->order.tree = !view->order.tree;
	top_rearrange(view);
}

static void do_hold(struct top_view *view, int arg)
{
	(void)arg;
	view->held = !view->held;
}

static void do_delay(struct top_view *view, int arg)
{
	int64_t ms = arg > 0 ? view->delay_ms * 2 : view->delay_ms / 2;

	if (ms >= DELAY_MIN_MS && ms <= DELAY_MAX_MS)
		view->delay_ms = ms;
}

static void do_mode(struct top_view *view, int arg)
{
	remember(view);
	view->mode = (unsigned)arg;
}

static void ask(struct top_view *view, int mode, const char *title)
{
	view->mode = (unsigned)mode;
	view->title = title;
	*view->typed = '\0';
}

static void do_filter(struct top_view *view, int arg)
{
	(void)arg;
	ask(view, TOP_FILTER, "show only what contains");
	snprintf(view->typed, sizeof(view->typed), "%s", view->order.filter);
}

static void do_search(struct top_view *view, int arg)
{
	(void)arg;
	ask(view, TOP_SEARCH, "search");
}

static void do_pick(struct top_view *view, int arg)
{
	(void)arg;
	ask(view, TOP_SORT, "sort by (cpu, memory, name, pids, read …)");
}

static void do_kill(struct top_view *view, int arg)
{
	static char title[TOP_WORD + 60];
	const struct kist_top_row *row = selected(view);

	(void)arg;
	if (!row)
		return;
	remember(view);
	if (view->read_only) {
		snprintf(view->message, sizeof(view->message),
			 "--read-only: nothing is changed");
		return;
	}
	snprintf(title, sizeof(title), "signal for all of '%.60s' (Esc: none)",
		 row->name);
	ask(view, TOP_SIGNAL, title);
	snprintf(view->typed, sizeof(view->typed), "TERM");
}

/* What was done is to be seen at once. */
static void look_again(struct top_view *view)
{
	struct kist_error err = { 0 };

	if (kist_top_sample(view->top, &view->list, &err) == 0)
		top_rearrange(view);
}

static void tell(struct top_view *view, const struct kist_error *err)
{
	kist_error_line(err, view->message, sizeof(view->message));
}

static void do_pause(struct top_view *view, int arg)
{
	const struct kist_top_row *row = selected(view);
	struct kist_error err = { 0 };

	(void)arg;
	if (!row)
		return;
	remember(view);
	if (view->read_only)
		snprintf(view->message, sizeof(view->message),
			 "--read-only: nothing is changed");
	else if (kist_top_pause(view->top, row, !row->is_paused, &err) < 0)
		tell(view, &err);
	else {
		snprintf(view->message, sizeof(view->message), "%s '%.100s'",
			 row->is_paused ? "resumed" : "paused", row->name);
		look_again(view);
	}
}

/* Containers, control groups, each kind of namespace, and round again. */
static void do_next(struct top_view *view, int arg)
{
	static const unsigned kinds[] = { KIST_NS_NET, KIST_NS_PID,
					  KIST_NS_USER };
	size_t i = 0;

	(void)arg;
	if (view->by == KIST_TOP_THINGS) {
		(void)top_change(view, KIST_TOP_CGROUPS, 0);
		return;
	}
	while (view->by == KIST_TOP_NAMESPACES && i < ARRAY_LEN(kinds) &&
	       kinds[i++] != view->kind)
		;
	if (i < ARRAY_LEN(kinds))
		(void)top_change(view, KIST_TOP_NAMESPACES, kinds[i]);
	else
		(void)top_change(view, KIST_TOP_THINGS, 0);
}

static bool find_from(struct top_view *view, size_t from)
{
	for (size_t k = 0; k < view->count; k++) {
		size_t i = (from + k) % view->count;

		if (*view->typed &&
		    strcasestr(view->shown[i].row->name, view->typed)) {
			view->selected = i;
			remember(view);
			return true;
		}
	}
	return false;
}

static void do_again(struct top_view *view, int arg)
{
	(void)arg;
	if (!find_from(view, view->selected + 1))
		snprintf(view->message, sizeof(view->message),
			 "nothing contains '%s'", view->typed);
}

static const struct {
	int key;
	action *act;
	int arg;
} keys[] = {
	{ KEY_UP, do_move, -1 },       { KEY_DOWN, do_move, 1 },
	{ 'P' & 0x1f, do_move, -1 },   { 'N' & 0x1f, do_move, 1 },
	{ 'j', do_move, 1 },	       { KEY_PAGE_UP, do_page, -1 },
	{ KEY_PAGE_DOWN, do_page, 1 }, { KEY_HOME, do_move, -1000000 },
	{ KEY_END, do_move, 1000000 }, { 'I', do_invert, 0 },
	{ 't', do_tree, 0 },	       { KEY_F0 + 5, do_tree, 0 },
	{ ' ', do_hold, 0 },	       { '+', do_delay, 1 },
	{ '-', do_delay, -1 },	       { '?', do_mode, TOP_HELP },
	{ 'h', do_mode, TOP_HELP },    { KEY_F0 + 1, do_mode, TOP_HELP },
	{ '\r', do_mode, TOP_DETAIL }, { '\n', do_mode, TOP_DETAIL },
	{ '\\', do_filter, 0 },	       { KEY_F0 + 4, do_filter, 0 },
	{ '/', do_search, 0 },	       { KEY_F0 + 3, do_search, 0 },
	{ 'n', do_again, 0 },	       { '>', do_pick, 0 },
	{ '<', do_pick, 0 },	       { '.', do_pick, 0 },
	{ ',', do_pick, 0 },	       { KEY_F0 + 6, do_pick, 0 },
	{ 'k', do_kill, 0 },	       { KEY_F0 + 9, do_kill, 0 },
	{ 'z', do_pause, 0 },	       { '\t', do_next, 0 },
};

/* ---- a line that is typed ---- */

static void take_sort(struct top_view *view)
{
	const size_t len = strlen(view->typed);

	for (size_t i = 0; i < top_column_count && len; i++)
		if (strncasecmp(top_columns[i].word, view->typed, len) == 0 ||
		    strcasecmp(top_columns[i].heading, view->typed) == 0) {
			view->order.reverse = false;
			view->order.column = (int)i;
			top_rearrange(view);
			return;
		}
	snprintf(view->message, sizeof(view->message), "no column '%s'",
		 view->typed);
}

static void take_signal(struct top_view *view)
{
	const struct kist_top_row *row = selected(view);
	struct kist_error err = { 0 };
	int signal;

	if (!row)
		return;
	if (opt_signal(&signal, view->typed, &err) < 0 ||
	    kist_top_kill(view->top, row, signal, &err) < 0)
		tell(view, &err);
	else {
		snprintf(view->message, sizeof(view->message),
			 "sent %.20s to '%.100s'", view->typed, row->name);
		look_again(view);
	}
}

static void take_line(struct top_view *view)
{
	switch (view->mode) {
	case TOP_SEARCH:
		do_again(view, 0);
		break;
	case TOP_SORT:
		take_sort(view);
		break;
	case TOP_SIGNAL:
		take_signal(view);
		break;
	default:
		break;
	}
}

/* The filter acts while it is typed. */
static void filter_by(struct top_view *view, const char *text)
{
	snprintf(view->order.filter, sizeof(view->order.filter), "%s", text);
	top_rearrange(view);
}

static void type_line(struct top_view *view, int key)
{
	size_t len = strlen(view->typed);

	if (key == KEY_ESCAPE || key == '\r' || key == '\n') {
		view->title = NULL;
		if (key != KEY_ESCAPE)
			take_line(view);
		else if (view->mode == TOP_FILTER)
			filter_by(view, "");
		view->mode = TOP_LIST;
		return;
	}
	if ((key == BACKSPACE || key == '\b' || key == KEY_DELETE) && len)
		view->typed[len - 1] = '\0';
	else if (key >= ' ' && key < 0x100 && key != BACKSPACE &&
		 len + 1 < sizeof(view->typed)) {
		view->typed[len] = (char)key;
		view->typed[len + 1] = '\0';
	}
	if (view->mode == TOP_FILTER)
		filter_by(view, view->typed);
}

/* ---- any key ---- */

bool top_type(struct top_view *view, int key)
{
	if (key == KEY_STOP)
		return false;
	if (key < 0)
		return true;
	if (view->title) {
		type_line(view, key);
		return true;
	}
	*view->message = '\0';
	if (view->mode != TOP_LIST) {
		view->mode = TOP_LIST;
		return key != KEY_F0 + 10;
	}
	if (key == 'q' || key == KEY_F0 + 10)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].key == key) {
			keys[i].act(view, keys[i].arg);
			return true;
		}
	for (size_t i = 0; i < top_column_count; i++)
		if (key && top_columns[i].key == key)
			do_sort(view, (int)i);
	return true;
}
