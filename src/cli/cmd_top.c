/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_top.c - kist top: live usage */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <kist/list.h>

#include "base/json_write.h"
#include "cli/kist.h"
#include "cli/page.h"
#include "cli/table.h"
#include "cli/top.h"

#define DELAY_MS 1500
#define FIRST_MS 250 /* a rate needs two samples: the first comes soon */

struct top_args {
	const char *by, *sort, *filter;
	int64_t delay_ms;
	int times;
	bool batch, json, tree, reverse, read_only;
};
#define ARGS top_args

static const char *const by_words[] = {
	"container", "cgroup", "user", "ipc", "net",
	"pid",	     "time",   "uts",  "mnt", "cgroup-namespace",
	NULL
};

static const struct opt top_opts[] = {
	{ .kind = OPT_VALUE,
	  .name = "by",
	  .value = "WHAT",
	  .read = opt_string,
	  .offset = offsetof(struct top_args, by),
	  .help = "what a row is: container (units and others too), cgroup, or "
		  "a kind of namespace: net, pid, user …",
	  .words = by_words,
	  .only_words = true },
	{ .kind = OPT_VALUE,
	  .letter = 's',
	  .name = "sort",
	  .value = "COLUMN",
	  .read = opt_string,
	  .offset = offsetof(struct top_args, sort),
	  .help = "cpu (default), memory, name, pids, read …",
	  .words = top_sort_words,
	  .only_words = true },
	FLAG('r', "reverse", reverse, "the other way round"),
	FLAG('t', "tree", tree, "as a tree"),
	OPT('f', "filter", "TEXT", opt_string, filter,
	    "only what has TEXT in its name, id or group"),
	OPT('d', "delay", "TIME", opt_seconds, delay_ms,
	    "between two looks (default: 1.5s)"),
	FLAG('b', "batch", batch, "print tables, for scripts"),
	OPT('n', "times", "N", opt_int, times,
	    "how many tables (with -b or --json; default: until ended)"),
	FLAG('J', "json", json, "an object a look, one a line"),
	FLAG('R', "read-only", read_only, "no key pauses or ends anything"),
	MAYBE("TEXT", opt_string, filter, "the same as --filter TEXT"),
	OPT_END,
};

/* ---- JSON ---- */

static void member_uint(struct json_writer *w, const char *key, uint64_t value)
{
	if (value == KIST_MAP_UNKNOWN)
		return;
	json_key(w, key);
	if (value == KIST_MAP_MAX)
		json_write_string(w, "max");
	else
		json_write_uint(w, value);
}

static void member_real(struct json_writer *w, const char *key, double value)
{
	if (value < 0)
		return;
	json_key(w, key);
	json_write_real(w, value);
}

static void add_row(struct json_writer *w, const struct kist_top_row *row)
{
	json_open(w, '{');
	json_member(w, "name", row->name);
	json_member(w, "id", row->id);
	json_member(w, "engine", row->engine);
	json_member(w, "cgroup", row->cgroup);
	if (row->ns)
		member_uint(w, "namespace", row->ns);
	else if (row->engine || row->id)
		json_member(w, "kind", kist_thing_name(row->kind));
	if (row->pid > 0)
		member_uint(w, "pid", (uint64_t)row->pid);
	if (row->parent >= 0)
		member_uint(w, "parent", (uint64_t)row->parent);
	json_member_bool(w, "paused", row->is_paused);
	member_real(w, "cpu", row->cpu);
	member_real(w, "cpuLimit", row->cpu_limit);
	member_uint(w, "memory", row->memory);
	member_uint(w, "memoryMax", row->memory_max);
	member_uint(w, "memoryHigh", row->memory_high);
	member_uint(w, "swap", row->swap);
	member_uint(w, "pids", row->pids);
	member_uint(w, "pidsMax", row->pids_max);
	member_uint(w, "oomKills", row->oom_kills);
	member_real(w, "cpuPressure", row->cpu_pressure);
	member_real(w, "memoryPressure", row->memory_pressure);
	member_real(w, "ioPressure", row->io_pressure);
	member_real(w, "readBytesPerSecond", row->read_bps);
	member_real(w, "writeBytesPerSecond", row->write_bps);
	member_real(w, "receiveBytesPerSecond", row->receive_bps);
	member_real(w, "sendBytesPerSecond", row->send_bps);
	json_close(w, '}');
}

static int print_json(const struct kist_top_list *list,
		      const struct top_order *order, struct kist_error *err)
{
	CLEANUP_BUF struct buf text;
	struct top_shown *shown;
	struct json_writer w;
	size_t count = top_arrange(list, order, &shown);

	buf_init(&text);
	json_write_init(&w, &text, NULL);
	json_open(&w, '{');
	member_real(&w, "seconds", list->seconds);
	member_real(&w, "cpu", list->cpu);
	member_uint(&w, "cpus", list->cpus);
	member_uint(&w, "memory", list->memory);
	member_uint(&w, "memoryTotal", list->memory_total);
	member_uint(&w, "swap", list->swap);
	member_uint(&w, "swapTotal", list->swap_total);
	member_real(&w, "cpuPressure", list->cpu_pressure);
	member_real(&w, "memoryPressure", list->memory_pressure);
	member_real(&w, "ioPressure", list->io_pressure);
	json_key(&w, "rows");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++)
		add_row(&w, shown[i].row);
	json_close(&w, ']');
	json_close(&w, '}');
	free(shown);
	return page_json(&text, err);
}

/* ---- tables ---- */

static int print_table(const struct kist_top_list *list,
		       const struct top_order *order, struct kist_error *err)
{
	struct table_column columns[32];
	CLEANUP_TABLE struct table table;
	struct top_shown *shown;
	size_t count = top_arrange(list, order, &shown);

	for (size_t i = 0; i < top_column_count; i++)
		columns[i] = (struct table_column){ top_columns[i].heading,
						    top_columns[i].width > 0 };
	table_init(&table, columns, top_column_count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < top_column_count; k++) {
			char text[256];

			top_columns[k].format(list, shown[i].row, text,
					      sizeof(text));
			if (k == TOP_NAME)
				table_addf(&table, "%*s%s", shown[i].depth * 2,
					   "", text);
			else
				table_add(&table, text);
		}
	free(shown);
	if (table_print(&table, stdout, TABLE_HEADINGS) < 0)
		return err_nomem(err);
	return 0;
}

static int print_all(struct kist_top *top, const struct top_args *a,
		     const struct top_order *order, struct kist_error *err)
{
	int64_t delay = a->delay_ms ? a->delay_ms : DELAY_MS;
	struct kist_top_list list;
	int ret = kist_top_sample(top, &list, err);

	for (int i = 0; ret == 0 && (!a->times || i < a->times); i++) {
		poll(NULL, 0, (int)(i || a->delay_ms ? delay : FIRST_MS));
		ret = kist_top_sample(top, &list, err);
		if (ret == 0 && i && !a->json)
			putchar('\n');
		if (ret == 0)
			ret = a->json ? print_json(&list, order, err) :
					print_table(&list, order, err);
		if (fflush(stdout) || ferror(stdout))
			break; /* the reader has gone; the end is told */
	}
	return ret;
}

/* ---- on a terminal ---- */

int top_change(struct top_view *view, enum kist_top_by by, unsigned kind)
{
	struct kist_error err = { 0 };
	struct kist_top *top;
	int ret = kist_top_open(view->kist, by, kind, &top, &err);

	if (ret == 0)
		ret = kist_top_sample(top, &view->list, &err);
	if (ret < 0) {
		kist_error_line(&err, view->message, sizeof(view->message));
		return ret;
	}
	kist_top_close(view->top);
	view->top = top;
	view->by = by;
	view->kind = kind;
	view->selected = view->first = 0;
	*view->selected_key = '\0';
	top_rearrange(view);
	return 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int follow(struct top_view *view, struct kist_error *err)
{
	int64_t next = now_ms() + FIRST_MS;
	int ret = 0;

	for (;;) {
		int64_t left = next - now_ms();
		int key;

		top_draw(view);
		key = screen_key(&view->screen, left > 0 ? (int)left : 0);
		if (!top_type(view, key))
			return 0;
		if (now_ms() < next)
			continue;
		next = now_ms() + view->delay_ms;
		if (view->held || view->title)
			continue;
		ret = kist_top_sample(view->top, &view->list, err);
		if (ret < 0)
			return ret;
		top_rearrange(view);
	}
}

static int live(struct top_view *view, struct kist_error *err)
{
	int ret = screen_begin(&view->screen, err);

	if (ret < 0) {
		err_hint(err, "'kist top -b' prints tables");
		return ret;
	}
	ret = kist_top_sample(view->top, &view->list, err);
	top_rearrange(view);
	if (ret == 0)
		ret = follow(view, err);
	screen_end(&view->screen);
	free(view->shown);
	return ret;
}

/* ---- the verb ---- */

static int choose(const struct top_args *a, struct top_view *view,
		  struct kist_error *err)
{
	view->by = KIST_TOP_THINGS;
	view->order.column = TOP_CPU;
	view->order.reverse = a->reverse;
	view->order.tree = a->tree;
	view->delay_ms = a->delay_ms ? a->delay_ms : DELAY_MS;
	view->read_only = a->read_only;
	if (a->filter)
		snprintf(view->order.filter, sizeof(view->order.filter), "%s",
			 a->filter);
	for (size_t i = 0; a->sort && i < top_column_count; i++)
		if (strcmp(top_columns[i].word, a->sort) == 0)
			view->order.column = (int)i;
	if (a->times < 0)
		return err_set(err, KIST_E_USAGE, "--times: %d is too few",
			       a->times);
	if (!a->by || strcmp(a->by, "container") == 0)
		return 0;
	view->by = KIST_TOP_CGROUPS;
	if (strcmp(a->by, "cgroup") == 0)
		return 0;
	view->by = KIST_TOP_NAMESPACES;
	return kist_ns_kinds(strcmp(a->by, "cgroup-namespace") == 0 ? "cgroup" :
								      a->by,
			     &view->kind, err);
}

static int top_run(void *global, const void *args, struct kist_error *err)
{
	const struct kist_global *g = global;
	const struct top_args *a = args;
	struct top_view view = { .kist = &g->kist };
	int ret = choose(a, &view, err);

	if (ret < 0)
		return ret;
	ret = kist_top_open(&g->kist, view.by, view.kind, &view.top, err);
	if (ret < 0)
		return ret;
	if (a->batch || a->json)
		ret = print_all(view.top, a, &view.order, err);
	else
		ret = live(&view, err);
	kist_top_close(view.top);
	return ret;
}

const struct command cmd_top = {
	.name = "top",
	.group = "understanding",
	.summary = "live usage per container, control group or namespace",
	.see = "kist-ps(1), kist-show(1), kist-limit(1), cgroups(7)",
	.example = "kist top -b -n 1",
	.notes =
		"Rows are containers of any engine, systemd units, named "
		"namespaces, and processes that have namespaces of their own. "
		"What has a control group of its own is measured by it; the "
		"rest is the sum over its processes (memory is then what they "
		"have resident, and shared pages count more than once).\n\n"
		"CPU% is of one processor. MEM% is of the limit; without one, "
		"of the machine's memory. WAIT% is the share of the last ten "
		"seconds in which some process waited for a processor, memory "
		"or a disk, whichever was most (pressure; not on v1). RX and "
		"TX are of the devices of its network namespace, if it has one "
		"of its own.\n\n"
		"Keys are those of htop: F1 shows them. F9 or k sends a signal "
		"to all processes of the row, z pauses and resumes it.\n\n"
		"JSON: {seconds, cpu, cpus, memory, memoryTotal, swap, "
		"swapTotal, cpuPressure, memoryPressure, ioPressure, rows: "
		"[{name, id, engine, kind, cgroup, namespace, pid, parent, "
		"paused, cpu, cpuLimit, memory, memoryMax, memoryHigh, swap, "
		"pids, pidsMax, oomKills, cpuPressure, memoryPressure, "
		"ioPressure, readBytesPerSecond, writeBytesPerSecond, "
		"receiveBytesPerSecond, sendBytesPerSecond}]} a look, one a "
		"line. cpu is in processors, memory in bytes or \"max\", "
		"pressure a share of 1; what is not known is left out.",
	.opts = top_opts,
	.args_size = sizeof(struct top_args),
	.run = top_run,
};
