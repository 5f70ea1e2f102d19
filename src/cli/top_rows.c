/* SPDX-License-Identifier: Apache-2.0 */
/* top_rows.c - the columns of kist top, and the order of its rows */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/top.h"

/* ---- cells ---- */

void top_format_bytes(uint64_t bytes, char *buf, size_t size)
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	int unit = 0;

	if (bytes == KIST_MAP_UNKNOWN || bytes == KIST_MAP_MAX) {
		snprintf(buf, size, "%s", bytes == KIST_MAP_MAX ? "max" : "-");
		return;
	}
	while (value >= 1000 && unit < 6) {
		value /= 1024;
		unit++;
	}
	snprintf(buf, size, unit && value < 10 ? "%.1f%c" : "%.0f%c", value,
		 units[unit]);
}

static void format_rate(double rate, char *buf, size_t size)
{
	top_format_bytes(rate < 0 ? KIST_MAP_UNKNOWN : (uint64_t)rate, buf,
			 size);
}

static void format_share(double share, char *buf, size_t size)
{
	if (share < 0)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%.1f", share * 100);
}

static void format_count(uint64_t count, char *buf, size_t size)
{
	if (count == KIST_MAP_UNKNOWN || count == KIST_MAP_MAX)
		top_format_bytes(count, buf, size);
	else
		snprintf(buf, size, "%" PRIu64, count);
}

#define FORMAT(name, function, value)                               \
	static void name(const struct kist_top_list *list,          \
			 const struct kist_top_row *row, char *buf, \
			 size_t size)                               \
	{                                                           \
		(void)list;                                         \
		function(value, buf, size);                         \
	}

static void format_text(const char *text, char *buf, size_t size)
{
	snprintf(buf, size, "%s", text ? text : "-");
}

static void format_name(const struct kist_top_list *list,
			const struct kist_top_row *row, char *buf, size_t size)
{
	(void)list;
	snprintf(buf, size, "%s%s", row->name,
		 row->is_paused ? " (paused)" : "");
}

/* Of its limit; without one, of the machine's memory. */
static double memory_share(const struct kist_top_list *list,
			   const struct kist_top_row *row)
{
	uint64_t whole = row->memory_max;

	if (row->memory == KIST_MAP_UNKNOWN)
		return -1;
	if (whole >= KIST_MAP_MAX || (list && whole > list->memory_total))
		whole = list ? list->memory_total : 0;
	return whole ? (double)row->memory / (double)whole : -1;
}

static double pressure(const struct kist_top_row *row)
{
	double most = row->cpu_pressure;

	if (row->memory_pressure > most)
		most = row->memory_pressure;
	return row->io_pressure > most ? row->io_pressure : most;
}

static void format_pid(const struct kist_top_list *list,
		       const struct kist_top_row *row, char *buf, size_t size)
{
	(void)list;
	snprintf(buf, size, row->pid > 0 ? "%d" : "-", (int)row->pid);
}

static const char *kind_or_engine(const struct kist_top_row *row)
{
	if (row->engine)
		return row->engine;
	if (row->ns)
		return "-";
	return row->kind == KIST_THING_KINDS ? "group" :
					       kist_thing_name(row->kind);
}

FORMAT(format_engine, format_text, kind_or_engine(row))
FORMAT(format_cpu, format_share, row->cpu)
FORMAT(format_memory, top_format_bytes, row->memory)
FORMAT(format_memory_max, top_format_bytes, row->memory_max)
FORMAT(format_memory_share, format_share, memory_share(list, row))
FORMAT(format_swap, top_format_bytes, row->swap)
FORMAT(format_pressure, format_share, pressure(row))
FORMAT(format_pids, format_count, row->pids)
FORMAT(format_pids_max, format_count, row->pids_max)
FORMAT(format_oom, format_count, row->oom_kills)
FORMAT(format_read, format_rate, row->read_bps)
FORMAT(format_write, format_rate, row->write_bps)
FORMAT(format_receive, format_rate, row->receive_bps)
FORMAT(format_send, format_rate, row->send_bps)

/* ---- order: what is known before what is not, the larger first ---- */

static int by_double(double a, double b)
{
	return (a < b) - (a > b);
}

static double known(uint64_t value)
{
	return value == KIST_MAP_UNKNOWN ? -1 : (double)value;
}

#define COMPARE(name, value)                                        \
	static double name##_value(const struct kist_top_row *row)  \
	{                                                           \
		return value;                                       \
	}                                                           \
	static int name(const struct kist_top_row *a,               \
			const struct kist_top_row *b)               \
	{                                                           \
		return by_double(name##_value(a), name##_value(b)); \
	}

COMPARE(by_cpu, row->cpu)
COMPARE(by_memory, known(row->memory))
COMPARE(by_memory_max, known(row->memory_max))
COMPARE(by_share, memory_share(NULL, row))
COMPARE(by_swap, known(row->swap))
COMPARE(by_pressure, pressure(row))
COMPARE(by_pids, known(row->pids))
COMPARE(by_pids_max, known(row->pids_max))
COMPARE(by_oom, known(row->oom_kills))
COMPARE(by_read, row->read_bps)
COMPARE(by_write, row->write_bps)
COMPARE(by_receive, row->receive_bps)
COMPARE(by_send, row->send_bps)
COMPARE(by_pid, (double)-row->pid)

static int by_name(const struct kist_top_row *a, const struct kist_top_row *b)
{
	return strcmp(a->name, b->name);
}

static int by_engine(const struct kist_top_row *a, const struct kist_top_row *b)
{
	return strcmp(kind_or_engine(a), kind_or_engine(b));
}

/* clang-format off */
const struct top_column top_columns[] = {
	[TOP_NAME] = { "NAME", "name", 'N', -12, 0, by_name, format_name },
	[TOP_CPU] = { "CPU%", "cpu", 'P', 6, 1, by_cpu, format_cpu },
	[TOP_MEMORY] = { "MEM", "memory", 'M', 6, 2, by_memory, format_memory },
	{ "LIMIT", "memory-limit", 0, 6, 4, by_memory_max, format_memory_max },
	{ "MEM%", "memory-share", 0, 5, 3, by_share, format_memory_share },
	{ "SWAP", "swap", 'S', 6, 11, by_swap, format_swap },
	{ "WAIT%", "pressure", 'W', 5, 6, by_pressure, format_pressure },
	{ "PIDS", "pids", 0, 6, 5, by_pids, format_pids },
	{ "PMAX", "pids-limit", 0, 6, 12, by_pids_max, format_pids_max },
	{ "READ/s", "read", 'R', 6, 7, by_read, format_read },
	{ "WRITE/s", "write", 0, 7, 8, by_write, format_write },
	{ "RX/s", "receive", 0, 6, 9, by_receive, format_receive },
	{ "TX/s", "send", 0, 6, 10, by_send, format_send },
	{ "OOM", "oom", 'O', 4, 13, by_oom, format_oom },
	{ "KIND", "kind", 0, -10, 14, by_engine, format_engine },
	{ "PID", "pid", 0, 8, 15, by_pid, format_pid },
};
/* clang-format on */
const size_t top_column_count = ARRAY_LEN(top_columns);

const char *const top_sort_words[] = {
	"name",	 "cpu",	     "memory", "memory-limit", "memory-share",
	"swap",	 "pressure", "pids",   "pids-limit",   "read",
	"write", "receive",  "send",   "oom",	       "kind",
	"pid",	 NULL
};

unsigned top_columns_fit(int width, int *ret_name_width)
{
	unsigned mask = 1u << TOP_NAME;
	const int name = width >= 100 ? 24 : width >= 80 ? 18 : 12;
	int used = name;

	for (int rank = 1; rank <= (int)top_column_count; rank++)
		for (size_t i = 1; i < top_column_count; i++) {
			int cell = abs(top_columns[i].width) + 1;

			if (top_columns[i].rank != rank || used + cell > width)
				continue;
			mask |= 1u << i;
			used += cell;
		}
	*ret_name_width = name + (width > used ? width - used : 0);
	return mask;
}

/* ---- which rows, in which order ---- */

static bool has(const char *text, const char *word)
{
	return text && strcasestr(text, word);
}

static bool is_wanted(const struct kist_top_row *row, const char *filter)
{
	return !*filter || has(row->name, filter) || has(row->id, filter) ||
	       has(row->engine, filter) || has(row->cgroup, filter);
}

struct arranging {
	const struct kist_top_list *list;
	const struct top_order *order;
	const struct kist_top_row **sorted;
	struct top_shown *shown;
	size_t count;
};

static int compare(const void *a, const void *b, void *context)
{
	const struct kist_top_row *const *x = a, *const *y = b;
	const struct top_order *order = context;
	int by = top_columns[order->column].compare(*x, *y);

	if (order->reverse)
		by = -by;
	if (!by)
		by = strcmp((*x)->name, (*y)->name);
	return by ? by : (*x > *y) - (*x < *y);
}

/* Is it wanted, or anything below it? */
static bool is_in_tree(const struct arranging *a,
		       const struct kist_top_row *row)
{
	const int index = (int)(row - a->list->rows);

	if (is_wanted(row, a->order->filter))
		return true;
	for (size_t i = 0; i < a->list->count; i++)
		if (a->list->rows[i].parent == index &&
		    is_in_tree(a, &a->list->rows[i]))
			return true;
	return false;
}

static void add_below(struct arranging *a, int parent, int depth)
{
	for (size_t i = 0; i < a->list->count; i++) {
		const struct kist_top_row *row = a->sorted[i];

		if (row->parent != parent || !is_in_tree(a, row))
			continue;
		a->shown[a->count++] = (struct top_shown){ row, depth };
		add_below(a, (int)(row - a->list->rows), depth + 1);
	}
}

size_t top_arrange(const struct kist_top_list *list,
		   const struct top_order *order, struct top_shown **ret_shown)
{
	struct arranging a = { .list = list, .order = order };

	a.sorted = calloc(list->count + 1, sizeof(*a.sorted));
	a.shown = calloc(list->count + 1, sizeof(*a.shown));
	*ret_shown = a.shown;
	if (!a.sorted || !a.shown) {
		free(a.sorted);
		return 0;
	}
	for (size_t i = 0; i < list->count; i++)
		a.sorted[i] = &list->rows[i];
	qsort_r(a.sorted, list->count, sizeof(*a.sorted), compare,
		(void *)(uintptr_t)order);
	if (order->tree)
		add_below(&a, -1, 0);
	for (size_t i = 0; !order->tree && i < list->count; i++)
		if (is_wanted(a.sorted[i], order->filter))
			a.shown[a.count++] =
				(struct top_shown){ a.sorted[i], 0 };
	free(a.sorted);
	return a.count;
}
