/* SPDX-License-Identifier: Apache-2.0 */
/* group.c - the control groups: as a tree, and what each uses */
#include <string.h>

#include "engine/map/things.h"
#include "engine/top/top.h"
#include "kernel/cgroup_tree.h"

/* ---- what a group uses ---- */

static uint64_t shown(int64_t value)
{
	if (value < 0)
		return KIST_MAP_UNKNOWN;
	return value == CGROUP_USAGE_MAX ? KIST_MAP_MAX : (uint64_t)value;
}

static double cpu_limit(const struct cgroup_usage *use)
{
	if (use->quota_usec < 0 || use->period_usec <= 0 ||
	    use->quota_usec == CGROUP_USAGE_MAX)
		return -1;
	return (double)use->quota_usec / (double)use->period_usec;
}

static bool is_frozen(const struct kist_top *top, const char *path)
{
	struct cgroup_usage use;

	cgroup_usage_read(&top->world, top->root_fds, top->telling, path,
			  CGROUP_USAGE_FROZEN, &use);
	return use.is_frozen == 1;
}

void top_read_group(const struct kist_top *top, struct top_item *item,
		    bool limits)
{
	struct kist_top_row *row = &item->row;
	struct cgroup_usage use;

	cgroup_usage_read(&top->world, top->root_fds, item->in & top->telling,
			  row->cgroup,
			  limits ? TOP_PARTS | CGROUP_USAGE_LIMITS : TOP_PARTS,
			  &use);
	item->now.cpu_usec = use.cpu_usec;
	item->now.read_bytes = use.read_bytes;
	item->now.write_bytes = use.write_bytes;
	row->memory = shown(use.memory);
	row->swap = shown(use.swap);
	if (use.pids >= 0) /* else as many as were seen */
		row->pids = shown(use.pids);
	row->oom_kills = shown(use.oom_kills);
	row->cpu_pressure = use.cpu_pressure;
	row->memory_pressure = use.memory_pressure;
	row->io_pressure = use.io_pressure;
	row->is_paused = use.is_frozen == 1 ||
			 (item->freezer && is_frozen(top, item->freezer));
	if (!limits)
		return;
	row->memory_max = shown(use.memory_max);
	row->memory_high = shown(use.memory_high);
	row->pids_max = shown(use.pids_max);
	row->cpu_limit = cpu_limit(&use);
}

/* ---- the tree ---- */

static void add_group(struct top_list *list,
		      const struct cgroup_tree_group *group)
{
	struct top_item *item = top_add(list, group->path);
	struct kist_thing thing = { .kind = KIST_THING_KINDS };

	if (!item)
		return;
	item->own_group = true;
	item->in = group->in;
	item->row.parent = group->parent;
	item->row.cgroup = group->path;
	item->row.name = group->path[1] ? strrchr(group->path, '/') + 1 :
					  group->path;
	item->row.kind = KIST_THING_KINDS;
	if (things_name(NULL, group->path, list->arena, &thing)) {
		item->row.kind = thing.kind;
		item->row.engine = thing.engine;
		item->row.id = thing.id;
	}
}

int top_find_groups(struct kist_top *top, struct top_list *list,
		    struct kist_error *err)
{
	struct cgroup_tree tree;

	if (cgroup_tree_read(&top->world, top->root_fds, top->telling,
			     list->arena, &tree) < 0)
		return err_nomem(err);
	for (size_t i = 0; i < tree.count; i++)
		add_group(list, &tree.groups[i]);
	return arena_failed(list->arena) ? err_nomem(err) : 0;
}
