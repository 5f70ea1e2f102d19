/* SPDX-License-Identifier: Apache-2.0 */
/* map_cgroups.c - the tree of control groups, with limits and usage */
#include <errno.h>
#include <string.h>

#include "engine/map/mapping.h"
#include "kernel/cgroup_tree.h"
#include "kernel/cgroup_usage.h"

#define PARTS                                                         \
	(CGROUP_USAGE_CPU | CGROUP_USAGE_MEMORY | CGROUP_USAGE_PIDS | \
	 CGROUP_USAGE_LIMITS | CGROUP_USAGE_FROZEN)

/* @telling: hierarchies with numbers of PARTS */
struct groups {
	struct cgroup_world world;
	int root_fds[CGROUP_HIERARCHY_MAX];
	uint32_t telling;
	struct keyed by_path;
	struct cgroup_tree tree;
	struct kist_map_cgroup *list;
};

static uint64_t told(int64_t value)
{
	if (value < 0)
		return KIST_MAP_UNKNOWN;
	return value == CGROUP_USAGE_MAX ? KIST_MAP_MAX : (uint64_t)value;
}

/* Where both versions have it, the controllers are v1's. */
static const char *version_of(const struct groups *g,
			      const struct cgroup_tree_group *group)
{
	for (int i = 0; i < g->world.count; i++)
		if (group->in & BIT(i) && !g->world.h[i].is_v2)
			return "v1";
	return "v2";
}

static void tell(const struct groups *g, const struct cgroup_tree_group *from,
		 struct kist_map_cgroup *to)
{
	struct cgroup_usage use;

	cgroup_usage_read(&g->world, g->root_fds, from->in, from->path, PARTS,
			  &use);
	*to = (struct kist_map_cgroup){
		.hierarchy = version_of(g, from),
		.path = from->path,
		.parent = from->parent,
		.is_frozen = use.is_frozen == 1,
		.memory = told(use.memory),
		.memory_max = told(use.memory_max),
		.memory_high = told(use.memory_high),
		.pids = told(use.pids),
		.pids_max = told(use.pids_max),
		.cpu_usec = told(use.cpu_usec),
		.cpu_quota_usec = told(use.quota_usec),
		.cpu_period_usec = told(use.period_usec),
		.cpu_weight = told(use.weight),
		.oom_kills = told(use.oom_kills),
	};
}

static struct kist_map_cgroup *group_at(const struct groups *g,
					const char *path)
{
	return path ? keyed_get(&g->by_path, path) : NULL;
}

static int tell_all(struct mapping *m, struct groups *g)
{
	if (cgroup_tree_read(&g->world, g->root_fds, g->telling, m->arena,
			     &g->tree) < 0)
		return -ENOMEM;
	g->list = ARENA_ARRAY(m->arena, struct kist_map_cgroup,
			      g->tree.count + 1);
	if (arena_failed(m->arena))
		return -ENOMEM;
	for (size_t i = 0; i < g->tree.count; i++) {
		tell(g, &g->tree.groups[i], &g->list[i]);
		if (keyed_put(&g->by_path, g->list[i].path, &g->list[i]) < 0)
			return -ENOMEM;
	}
	m->map->cgroups = g->list;
	m->map->cgroup_count = g->tree.count;
	return 0;
}

/* Which processes and things are in which group. */
static void join(struct mapping *m, const struct groups *g)
{
	for (const struct group *from = m->groups; from; from = from->next) {
		struct kist_map_cgroup *group = group_at(g, from->whole);

		if (group)
			group->procs += from->procs;
	}
	for (size_t i = 0; i < m->things.count; i++) {
		struct kist_thing *thing = &m->things.items[i];
		const struct kist_map_cgroup *group =
			group_at(g, thing->cgroup);
		const struct kist_map_cgroup *freezer =
			group_at(g, m->things.freezers[i]);

		thing->cgroup_index = group ? (int)(group - g->list) : -1;
		thing->is_paused = (group && group->is_frozen) ||
				   (freezer && freezer->is_frozen);
	}
}

int mapping_cgroups(struct mapping *m)
{
	struct groups g = { .by_path = KEYED_NONE };
	int ret;

	if (cgroup_probe(&g.world, NULL) < 0)
		return 0;
	cgroup_usage_open(&g.world, g.root_fds);
	g.telling = cgroup_usage_hierarchies(&g.world, PARTS);
	ret = tell_all(m, &g);
	if (ret == 0)
		join(m, &g);
	keyed_done(&g.by_path);
	cgroup_usage_close(g.root_fds);
	return ret;
}
