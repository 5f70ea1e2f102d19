/* SPDX-License-Identifier: Apache-2.0 */
/* top_draw.c - what kist top shows on a terminal */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/letters.h"
#include "cli/kinds.h"
#include "cli/top.h"

#define BAR_MAX 20
#define BAR_MIN 4     /* a shorter one says nothing */
#define BAR_BESIDE 42 /* what is said beside the two */
#define HEAD_LINES 4  /* machine, bars, empty, headings */

static const char *const help[] = {
	"Up Down PgUp PgDn Home End   move   Enter   all about it",
	"P M N S W R O   sort by CPU, memory, name, swap, waiting,",
	"                reading, OOM kills",
	"F6 > <          choose the column   I       turn round",
	"F5 t            tree                F4 \\    filter",
	"F3 /            search              n       search on",
	"F9 k            send a signal       z       pause, resume",
	"Tab             containers, control groups, namespaces",
	"+ -             slower, faster      Space   hold",
	"F10 q           end                 F1 ? h  this",
	"",
	"CPU%   of one processor: 200 are two of them",
	"MEM%   of its limit; without one, of the machine's memory",
	"WAIT%  of the last ten seconds some process waited for a",
	"       processor, memory or a disk: the most (pressure)",
};

static const char *view_name(const struct top_view *view)
{
	static char name[40];

	if (view->by == KIST_TOP_THINGS)
		return "containers and units";
	if (view->by == KIST_TOP_CGROUPS)
		return "control groups";
	for (int i = 0; i < KIND_COUNT; i++)
		if (view->kind == 1u << i)
			snprintf(name, sizeof(name), "%s namespaces",
				 kind_names[i]);
	return name;
}

/* ---- the machine ---- */

static enum screen_style style_of(double share)
{
	return share >= .9 ? SCREEN_BAD :
	       share >= .7 ? SCREEN_WARN :
			     SCREEN_GOOD;
}

/* Not at all, where the line has no room for all of it. */
static void put_whole(struct screen *screen, enum screen_style style,
		      const char *text)
{
	if (screen->col + (int)strlen(text) <= screen->cols)
		screen_text(screen, style, "%s", text);
}

static void bar(struct screen *screen, const char *name, double share,
		const char *text)
{
	int width = (screen->cols - BAR_BESIDE) / 2;
	int filled;

	if (width > BAR_MAX)
		width = BAR_MAX;
	filled = share < 0 ? 0 : (int)(share * width + .5);
	if (filled > width)
		filled = width;
	screen_text(screen, SCREEN_BOLD, "%s", name);
	if (width >= BAR_MIN) {
		screen_text(screen, SCREEN_BOLD, "[");
		for (int i = 0; i < width; i++)
			screen_text(screen,
				    i < filled ? style_of(share) : SCREEN_DIM,
				    "%s", i < filled ? "|" : " ");
		screen_text(screen, SCREEN_BOLD, "] ");
	}
	screen_text(screen, SCREEN_PLAIN, "%s  ", text);
}

static void share_text(double share, char *buf, size_t size)
{
	if (share < 0)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%.0f%%", share * 100);
}

static void draw_machine(struct top_view *view)
{
	const struct kist_top_list *list = &view->list;
	struct screen *screen = &view->screen;
	char text[80], used[16], total[16], cpu[16], memory[16], io[16];

	screen_text(screen, SCREEN_TITLE, "kist top");
	screen_text(screen, SCREEN_PLAIN, "  %s: %zu", view_name(view),
		    view->count);
	if (view->count != list->count)
		screen_text(screen, SCREEN_PLAIN, " of %zu", list->count);
	if (view->held)
		put_whole(screen, SCREEN_DIM, "  HELD: Space goes on");
	snprintf(text, sizeof(text), "  every %.3gs",
		 (double)view->delay_ms / 1000);
	put_whole(screen, SCREEN_DIM, text);
	share_text(list->cpu_pressure, cpu, sizeof(cpu));
	share_text(list->memory_pressure, memory, sizeof(memory));
	share_text(list->io_pressure, io, sizeof(io));
	snprintf(text, sizeof(text), "  load %.2f", list->load[0]);
	put_whole(screen, SCREEN_PLAIN, text);
	snprintf(text, sizeof(text), "  waiting: cpu %s mem %s io %s", cpu,
		 memory, io);
	put_whole(screen, SCREEN_PLAIN, text);
	screen_newline(screen);

	snprintf(text, sizeof(text), "%.0f%% of %u00%%",
		 list->cpu < 0 ? 0 : list->cpu * 100, list->cpus);
	bar(screen, "CPU ", list->cpu < 0 ? 0 : list->cpu / list->cpus, text);
	top_format_bytes(list->memory, used, sizeof(used));
	top_format_bytes(list->memory_total, total, sizeof(total));
	snprintf(text, sizeof(text), "%s of %s", used, total);
	bar(screen, "Mem ",
	    list->memory_total ?
		    (double)list->memory / (double)list->memory_total :
		    0,
	    text);
	screen_newline(screen);
	screen_newline(screen);
}

/* ---- the rows ---- */

static void draw_headings(struct top_view *view, unsigned mask, int name_width)
{
	struct screen *screen = &view->screen;
	int col = 0;

	for (size_t i = 0; i < top_column_count; i++) {
		const struct top_column *c = &top_columns[i];
		const bool is_key = (int)i == view->order.column;
		const enum screen_style style = is_key ? SCREEN_BOLD :
							 SCREEN_REVERSE;
		int width = i == TOP_NAME ? name_width : abs(c->width);

		if (!(mask & 1u << i))
			continue;
		if (i)
			screen_text(screen, SCREEN_REVERSE, " ");
		col += width + (i ? 1 : 0);
		if (c->width > 0)
			screen_fill(screen, style,
				    col - (int)strlen(c->heading));
		screen_text(screen, style, "%s", c->heading);
		screen_fill(screen, style, col);
	}
	screen_fill(screen, SCREEN_REVERSE, screen->cols);
	screen_newline(screen);
}

static enum screen_style cell_style(const struct kist_top_row *row, size_t i,
				    const char *text)
{
	double value = strtod(text, NULL);

	if (strcmp(top_columns[i].heading, "MEM%") == 0 && value >= 70)
		return style_of(value / 100);
	if (strcmp(top_columns[i].heading, "WAIT%") == 0 && value >= 10)
		return value >= 50 ? SCREEN_BAD : SCREEN_WARN;
	if (strcmp(top_columns[i].heading, "OOM") == 0 && value > 0)
		return SCREEN_BAD;
	return row->is_paused ? SCREEN_DIM : SCREEN_PLAIN;
}

static void draw_row(struct top_view *view, const struct top_shown *shown,
		     bool selected, unsigned mask, int name_width)
{
	struct screen *screen = &view->screen;
	int col = 0;

	for (size_t i = 0; i < top_column_count; i++) {
		const struct top_column *c = &top_columns[i];
		int width = i == TOP_NAME ? name_width : abs(c->width);
		int indent = i == TOP_NAME ? shown->depth * 2 : 0;
		enum screen_style style = SCREEN_REVERSE;
		char text[256], cut[260];

		if (!(mask & 1u << i))
			continue;
		c->format(&view->list, shown->row, text, sizeof(text));
		snprintf(cut, sizeof(cut), "%.*s",
			 (int)text_fit(text, width > indent ?
						     (size_t)(width - indent) :
						     0),
			 text);
		if (!selected)
			style = cell_style(shown->row, i, cut);
		if (i)
			screen_text(screen, selected ? style : SCREEN_PLAIN,
				    " ");
		col += width + (i ? 1 : 0);
		screen_fill(screen, style,
			    c->width > 0 ? col - (int)strlen(cut) :
					   screen->col + indent);
		screen_text(screen, style, "%s", cut);
		screen_fill(screen, style, col);
	}
	screen_fill(screen, selected ? SCREEN_REVERSE : SCREEN_PLAIN,
		    screen->cols);
	screen_newline(screen);
}

static void draw_list(struct top_view *view)
{
	struct screen *screen = &view->screen;
	const int lines = screen->rows - HEAD_LINES - 1;
	const size_t page = lines > 0 ? (size_t)lines : 1;
	int name_width;
	unsigned mask = top_columns_fit(screen->cols, &name_width);

	if (view->selected < view->first)
		view->first = view->selected;
	if (view->selected >= view->first + page)
		view->first = view->selected - page + 1;
	draw_headings(view, mask, name_width);
	for (size_t i = view->first; i < view->count && i < view->first + page;
	     i++)
		draw_row(view, &view->shown[i], i == view->selected, mask,
			 name_width);
	if (!view->count)
		screen_text(screen, SCREEN_DIM, "%s",
			    *view->order.filter ? "nothing matches" :
						  "nothing is running");
}

/* ---- the other pages ---- */

static void draw_help(struct screen *screen)
{
	for (size_t i = 0; i < ARRAY_LEN(help); i++) {
		screen_text(screen, SCREEN_PLAIN, "%s", help[i]);
		screen_newline(screen);
	}
}

static void fact(struct screen *screen, const char *name, const char *text)
{
	screen_text(screen, SCREEN_BOLD, "%-10s", name);
	screen_text(screen, SCREEN_PLAIN, "%s", text ? text : "-");
	screen_newline(screen);
}

static void draw_detail(struct top_view *view)
{
	struct screen *screen = &view->screen;
	const struct kist_top_row *row;
	char text[256];

	if (view->selected >= view->count)
		return;
	row = view->shown[view->selected].row;
	fact(screen, "id", row->id);
	fact(screen, "cgroup", row->cgroup);
	for (size_t i = 0; i < top_column_count; i++) {
		top_columns[i].format(&view->list, row, text, sizeof(text));
		fact(screen, top_columns[i].heading, text);
	}
	snprintf(text, sizeof(text), "cpu %.1f%%, memory %.1f%%, io %.1f%%",
		 row->cpu_pressure * 100, row->memory_pressure * 100,
		 row->io_pressure * 100);
	fact(screen, "waiting", row->cpu_pressure < 0 ? NULL : text);
	if (row->cpu_limit >= 0) {
		snprintf(text, sizeof(text), "%.2f processors", row->cpu_limit);
		fact(screen, "cpu limit", text);
	}
}

/* As many as have room, and how to leave. */
static void draw_keys(struct screen *screen)
{
	static const char *const keys[] = {
		"F1 Help", "F3 Search", "F4 Filter", "F5 Tree",
		"F6 Sort", "F9 Signal", "z Pause",   "Tab View",
	};
	static const char quit[] = "F10 Quit";

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (screen->col + (int)(strlen(keys[i]) + 2 + strlen(quit)) >
		    screen->cols)
			break;
		screen_text(screen, SCREEN_DIM, "%s  ", keys[i]);
	}
	screen_text(screen, SCREEN_DIM, "%s", quit);
}

static void draw_foot(struct top_view *view)
{
	struct screen *screen = &view->screen;

	while (screen->row < screen->rows - 1)
		screen_newline(screen);
	if (view->title)
		screen_text(screen, SCREEN_BOLD, "%s: %s_", view->title,
			    view->typed);
	else if (*view->message)
		screen_text(screen, SCREEN_WARN, "%s", view->message);
	else
		draw_keys(screen);
	screen_fill(screen, SCREEN_PLAIN, screen->cols);
}

void top_draw(struct top_view *view)
{
	screen_start(&view->screen);
	draw_machine(view);
	if (view->mode == TOP_HELP)
		draw_help(&view->screen);
	else if (view->mode == TOP_DETAIL)
		draw_detail(view);
	else
		draw_list(view);
	draw_foot(view);
	screen_show(&view->screen);
}
