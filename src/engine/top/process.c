/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.c - sums over processes: namespaces, and what has no group of its own
 *
 * A process that ends takes its time out of the sum; the rate of that moment is
 * shown as nothing rather than as negative.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/ns/scan.h"
#include "engine/top/top.h"
#include "sys/file.h"

/* Of /proc/PID/stat, counted behind the command's ')'. */
enum { FIELD_UTIME = 11, FIELD_STIME = 12, FIELD_RSS = 21 };

static bool read_stat(int proc_fd, pid_t pid, int64_t *ret_ticks,
		      int64_t *ret_pages)
{
	char path[32], text[1024];
	const char *at;
	int64_t value[FIELD_RSS + 1] = { 0 };

	snprintf(path, sizeof(path), "%d/stat", pid);
	if (sys_read_file(proc_fd, path, text, sizeof(text)) < 0)
		return false;
	at = strrchr(text, ')');
	if (!at || !at[1])
		return false;
	at += 3; /* ") S" */
	for (int i = 1; i <= FIELD_RSS && *at; i++) {
		char *end;

		value[i] = strtoll(at, &end, 10);
		at = end;
	}
	*ret_ticks = value[FIELD_UTIME] + value[FIELD_STIME];
	*ret_pages = value[FIELD_RSS];
	return true;
}

static bool is_member(const struct top_item *item,
		      const struct scan_proc *process)
{
	for (int kind = 0; kind < KIST_NS_KINDS; kind++)
		if (item->ns[kind] && item->ns[kind] != process->ino[kind])
			return false;
	return true;
}

static void add(struct top_item *item, int64_t usec, int64_t bytes)
{
	struct kist_top_row *row = &item->row;

	item->now.cpu_usec += usec;
	row->memory += (uint64_t)bytes;
	row->pids++;
}

static void begin(struct top_item *item)
{
	item->now.cpu_usec = 0;
	item->row.memory = 0;
	item->row.pids = 0;
}

static void sum(struct kist_top *top, const struct scan *scan)
{
	const int64_t usec_per_tick = 1000000 / sysconf(_SC_CLK_TCK);
	const int64_t page = sysconf(_SC_PAGESIZE);

	for (size_t i = 0; i < top->count; i++)
		if (top->items[i].by_process)
			begin(&top->items[i]);
	for (size_t p = 0; p < scan->proc_count; p++) {
		const struct scan_proc *process = &scan->procs[p];
		int64_t ticks, pages;
		bool is_read = false;

		for (size_t i = 0; i < top->count; i++) {
			struct top_item *item = &top->items[i];

			if (!item->by_process || !is_member(item, process))
				continue;
			if (!is_read && !read_stat(top->proc_fd, process->pid,
						   &ticks, &pages))
				break;
			is_read = true;
			add(item, ticks * usec_per_tick, pages * page);
			if (item->row.pid == 0)
				item->row.pid = process->pid;
		}
	}
}

int top_read_processes(struct kist_top *top, struct kist_error *err)
{
	const struct kist_ns_query query = {
		.kinds = top->by == KIST_TOP_NAMESPACES ? top->kind : 0
	};
	CLEANUP_ARENA struct arena arena;
	struct scan scan;
	bool any = false;
	int ret;

	arena_init(&arena);
	for (size_t i = 0; i < top->count && !any; i++)
		any = top->items[i].by_process;
	if (!any)
		return 0;
	scan_init(&scan, &arena, &query, top->proc_fd);
	ret = scan_processes(&scan);
	if (ret == 0)
		sum(top, &scan);
	else
		ret = err_sys(err, KIST_E_SYSTEM, -ret, "read the processes");
	scan_done(&scan);
	return ret;
}

/* ---- namespaces of one kind ---- */

static int kind_index(unsigned kind)
{
	int index = 0;

	while (index < KIST_NS_KINDS - 1 && !(kind >> index & 1))
		index++;
	return index;
}

static const char *name_of(const struct kist_ns_info *info)
{
	if (info->is_initial)
		return "the machine's own";
	if (info->names && info->names[0])
		return info->names[0];
	return info->command ? info->command : "nobody is in it";
}

int top_find_spaces(struct kist_top *top, struct top_list *list,
		    struct kist_error *err)
{
	const struct kist_ns_query query = {
		.kinds = top->kind,
		.want = KIST_NS_WANT_PROCESS | KIST_NS_WANT_NAMES,
		.search = KIST_NS_SEARCH_LITTLE,
	};
	const int index = kind_index(top->kind);
	struct kist_ns_list *found;
	int ret = kist_ns_list(top->has_kist ? &top->kist : NULL, &query,
			       &found, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < found->count; i++) {
		const struct kist_ns_info *info = &found->items[i];
		char key[32];
		struct top_item *item;

		snprintf(key, sizeof(key), "%" PRIu64, info->ino);
		item = top_add(list, key);
		if (!item)
			break;
		item->by_process = true;
		item->ns[index] = item->row.ns = info->ino;
		item->row.pid = info->pid;
		item->row.name = arena_strdup(list->arena, name_of(info));
		item->has_net = top->kind == KIST_NS_NET && info->pid > 0;
	}
	kist_ns_list_free(found);
	return arena_failed(list->arena) ? err_nomem(err) : 0;
}
