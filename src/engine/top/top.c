/* SPDX-License-Identifier: Apache-2.0 */
/* top.c - samples, and the rates between two of them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/top/top.h"
#include "kernel/proc.h"

#define FIND_SECONDS 3.0

typedef int find(struct kist_top *top, struct top_list *list,
		 struct kist_error *err);
static find *const finders[] = {
	[KIST_TOP_THINGS] = top_find_things,
	[KIST_TOP_CGROUPS] = top_find_groups,
	[KIST_TOP_NAMESPACES] = top_find_spaces,
};

static double now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int kist_top_open(const struct kist *kist, enum kist_top_by by, unsigned kind,
		  struct kist_top **ret_top, struct kist_error *err)
{
	struct kist_top *top = calloc(1, sizeof(*top));
	int ret;

	if (!top)
		return err_nomem(err);
	for (int i = 0; i < 2; i++)
		arena_init(&top->arenas[i]);
	if (kist)
		top->kist = *kist;
	top->has_kist = kist != NULL;
	top->by = by;
	top->kind = kind;
	for (int i = 0; i < CGROUP_HIERARCHY_MAX; i++)
		top->root_fds[i] = -1;
	top->proc_fd = ret = proc_open(err);
	if (ret >= 0)
		ret = cgroup_probe(&top->world, err);
	if (ret < 0) {
		kist_top_close(top);
		return ret;
	}
	cgroup_usage_open(&top->world, top->root_fds);
	top->telling = cgroup_usage_hierarchies(
		&top->world, TOP_PARTS | CGROUP_USAGE_LIMITS);
	*ret_top = top;
	return 0;
}

void kist_top_close(struct kist_top *top)
{
	if (!top)
		return;
	cgroup_usage_close(top->root_fds);
	cleanup_fd(&top->proc_fd);
	for (int i = 0; i < 2; i++)
		arena_done(&top->arenas[i]);
	free(top);
}

/* ---- what there is ---- */

static const struct top_item unknown = {
	.in = ~0u,
	.now = { -1, -1, -1, -1, -1 },
	.before = { -1, -1, -1, -1, -1 },
	.row = { .parent = -1,
		 .cpu = -1,
		 .cpu_limit = -1,
		 .memory = KIST_MAP_UNKNOWN,
		 .memory_max = KIST_MAP_UNKNOWN,
		 .memory_high = KIST_MAP_UNKNOWN,
		 .swap = KIST_MAP_UNKNOWN,
		 .cpu_pressure = -1,
		 .memory_pressure = -1,
		 .io_pressure = -1,
		 .pids = KIST_MAP_UNKNOWN,
		 .pids_max = KIST_MAP_UNKNOWN,
		 .oom_kills = KIST_MAP_UNKNOWN,
		 .read_bps = -1,
		 .write_bps = -1,
		 .receive_bps = -1,
		 .send_bps = -1 },
};

struct top_item *top_add(struct top_list *list, const char *key)
{
	struct top_item *item;

	if (list->count == list->size) {
		size_t size = list->size ? list->size * 2 : 64;
		struct top_item *more =
			ARENA_ARRAY(list->arena, struct top_item, size);

		if (arena_failed(list->arena))
			return NULL;
		if (list->count)
			memcpy(more, list->items, list->count * sizeof(*more));
		list->items = more;
		list->size = size;
	}
	item = &list->items[list->count++];
	*item = unknown;
	item->key = arena_strdup(list->arena, key);
	return item;
}

static int by_key(const void *a, const void *b)
{
	const struct top_item *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* The counters of those that were there before go on. */
static void inherit(const struct kist_top *top, struct top_list *list)
{
	const struct top_item **old = ARENA_ARRAY(
		list->arena, const struct top_item *, top->count + 1);

	if (arena_failed(list->arena))
		return;
	for (size_t i = 0; i < top->count; i++)
		old[i] = &top->items[i];
	qsort(old, top->count, sizeof(*old), by_key);
	for (size_t i = 0; i < list->count; i++) {
		const struct top_item *key = &list->items[i];
		const struct top_item **found =
			bsearch(&key, old, top->count, sizeof(*old), by_key);

		if (found)
			list->items[i].now = (*found)->now;
	}
}

static int find_anew(struct kist_top *top, double now, struct kist_error *err)
{
	struct arena *arena = &top->arenas[!top->which];
	struct top_list list = { .arena = arena };
	struct kist_top_row *rows;
	int ret;

	arena_done(arena);
	arena_init(arena);
	ret = finders[top->by](top, &list, err);
	if (ret < 0)
		return ret;
	if (top->count)
		inherit(top, &list);
	rows = ARENA_ARRAY(arena, struct kist_top_row, list.count + 1);
	if (arena_failed(arena))
		return err_nomem(err);
	top->which = !top->which;
	top->items = list.items;
	top->count = list.count;
	top->rows = rows;
	top->found_at = now;
	top->is_stale = false;
	return 0;
}

/* ---- rates ---- */

static double rate(int64_t now, int64_t before, double seconds)
{
	if (now < 0 || before < 0 || seconds <= 0)
		return -1;
	return now > before ? (double)(now - before) / seconds : 0;
}

static void take_rates(struct top_item *item, double seconds)
{
	struct kist_top_row *row = &item->row;
	const struct top_counters *now = &item->now, *before = &item->before;
	double usec = rate(now->cpu_usec, before->cpu_usec, seconds);

	row->cpu = usec < 0 ? -1 : usec / 1e6;
	row->read_bps = rate(now->read_bytes, before->read_bytes, seconds);
	row->write_bps = rate(now->write_bytes, before->write_bytes, seconds);
	row->receive_bps = rate(now->received, before->received, seconds);
	row->send_bps = rate(now->sent, before->sent, seconds);
}

int kist_top_sample(struct kist_top *top, struct kist_top_list *ret_list,
		    struct kist_error *err)
{
	const double now = now_seconds();
	const double seconds = top->sampled_at > 0 ? now - top->sampled_at : 0;
	bool anew = top->is_stale || now - top->found_at >= FIND_SECONDS ||
		    top->found_at <= 0;
	int ret = anew ? find_anew(top, now, err) : 0;

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < top->count; i++) {
		struct top_item *item = &top->items[i];

		item->before = item->now;
		if (item->own_group)
			top_read_group(top, item, anew);
		if (item->has_net)
			top_read_net(top, item);
		if (item->own_group && item->now.cpu_usec < 0 &&
		    item->row.pids == KIST_MAP_UNKNOWN)
			top->is_stale = true;
	}
	ret = top_read_processes(top, err);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < top->count; i++) {
		take_rates(&top->items[i], seconds);
		top->rows[i] = top->items[i].row;
	}
	*ret_list = (struct kist_top_list){ .rows = top->rows,
					    .count = top->count,
					    .seconds = seconds };
	top_read_machine(top, seconds, ret_list);
	top->sampled_at = now;
	return 0;
}
