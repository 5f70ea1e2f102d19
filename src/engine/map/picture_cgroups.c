/* SPDX-License-Identifier: Apache-2.0 */
/* picture_cgroups.c - the tree of control groups: used of what is allowed */
#include <string.h>

#include "engine/map/picture.h"

#define ROW 21
#define STEP 18
#define DEPTH 6
#define SIBLINGS 10 /* of one group, those that use most memory */
#define METER_W 110
#define X_PROCS (PICTURE_MARGIN + 470)
#define X_MEMORY (X_PROCS + 80)
#define X_PIDS (X_MEMORY + METER_W + 150)
#define X_CPU (X_PIDS + 110)

static bool is_number(uint64_t value)
{
	return value != KIST_MAP_UNKNOWN && value != KIST_MAP_MAX;
}

static const char *of_limit(struct picture *p, const char *used,
			    const char *limit)
{
	return limit ? arena_printf(p->arena, "%s of %s", used, limit) : used;
}

/* ---- a row ---- */

static void draw_memory(struct picture *p, const struct kist_map_cgroup *group,
			uint64_t scale)
{
	bool limited = is_number(group->memory_max) && group->memory_max;
	uint64_t whole = limited ? group->memory_max : scale;
	struct mark *mark;
	int part;

	if (!is_number(group->memory))
		return;
	part = group->memory >= whole ?
		       1000 :
		       (int)((double)group->memory / (double)whole * 1000);
	mark = picture_add(p, MARK_METER,
			   !limited    ? "free" :
			   part >= 900 ? "hot" :
					 "used",
			   X_MEMORY, p->y + 6, METER_W, 9);
	mark->part = part;
	picture_text(p, limited && part >= 900 ? "warn" : "soft", 12,
		     X_MEMORY + METER_W + 10, p->y + 1, 136,
		     of_limit(p, picture_bytes(p, group->memory),
			      limited ? picture_bytes(p, group->memory_max) :
					NULL));
}

static void draw_counts(struct picture *p, const struct kist_map_cgroup *group)
{
	const char *pids = NULL, *most = NULL, *cpu;

	picture_text(p, "soft", 12, X_PROCS, p->y + 1, 70,
		     arena_printf(p->arena, "%zu", group->procs));
	if (is_number(group->pids))
		pids = arena_printf(p->arena, "%llu",
				    (unsigned long long)group->pids);
	if (is_number(group->pids_max))
		most = arena_printf(p->arena, "%llu",
				    (unsigned long long)group->pids_max);
	if (pids)
		picture_text(p, "soft", 12, X_PIDS, p->y + 1, 100,
			     of_limit(p, pids, most));
	if (!is_number(group->cpu_usec))
		return;
	cpu = arena_printf(p->arena, "%.1f s", (double)group->cpu_usec / 1e6);
	if (is_number(group->cpu_quota_usec) &&
	    is_number(group->cpu_period_usec) && group->cpu_period_usec)
		cpu = arena_printf(p->arena, "%s, ≤ %.2f CPUs", cpu,
				   (double)group->cpu_quota_usec /
					   (double)group->cpu_period_usec);
	picture_text(p, "soft", 12, X_CPU, p->y + 1,
		     PICTURE_WIDTH - PICTURE_MARGIN - X_CPU, cpu);
}

/* A container's name says more than its id. */
static const char *name_of(struct picture *p, size_t index)
{
	const struct kist_map_cgroup *group = &p->map->cgroups[index];
	const char *slash = strrchr(group->path, '/');
	const struct kist_thing *found = NULL;

	for (size_t i = 0; i < p->map->thing_count; i++)
		if (p->map->things[i].cgroup_index == (int)index) {
			if (found)
				found = NULL;
			else
				found = &p->map->things[i];
		}
	if (found && found->kind == KIST_THING_CONTAINER)
		return found->name;
	return slash && slash[1] ? slash + 1 : group->path;
}

static void draw_group(struct picture *p, size_t index, int depth,
		       uint64_t scale)
{
	const struct kist_map_cgroup *group = &p->map->cgroups[index];
	int x = PICTURE_MARGIN + depth * STEP, left = x;

	if (depth)
		picture_line(p, "branch", x - 11, p->y + ROW / 2, x - 3,
			     p->y + ROW / 2);
	x += picture_text(p, "strong", 12, x, p->y + 1, X_PROCS - 170 - left,
			  name_of(p, index)) +
	     8;
	if (group->is_frozen)
		x += picture_text(p, "warn", 11, x, p->y + 2, 60, "frozen") + 8;
	if (is_number(group->oom_kills) && group->oom_kills)
		picture_text(
			p, "warn", 11, x, p->y + 2, X_PROCS - x - 6,
			arena_printf(p->arena, "%llu out of memory",
				     (unsigned long long)group->oom_kills));
	else if (group->parent < 0)
		picture_text(p, "soft", 11, x, p->y + 2, X_PROCS - x - 6,
			     group->hierarchy);
	draw_memory(p, group, scale);
	draw_counts(p, group);
	p->y += ROW;
}

/* ---- the tree ---- */

struct child {
	size_t index;
	uint64_t memory;
};

static int by_memory(const void *left, const void *right)
{
	const struct child *a = left, *b = right;

	if (a->memory != b->memory)
		return a->memory > b->memory ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

static void draw_below(struct picture *p, int parent, int depth, uint64_t scale)
{
	size_t count = p->map->cgroup_count, found = 0;
	struct child *children = ARENA_ARRAY(p->arena, struct child, count + 1);
	const int top = p->y;
	int last = top;

	if (arena_failed(p->arena) || depth > DEPTH)
		return;
	for (size_t i = 0; i < count; i++)
		if (p->map->cgroups[i].parent == parent) {
			uint64_t memory = p->map->cgroups[i].memory;

			children[found++] =
				(struct child){ i, is_number(memory) ? memory :
								       0 };
		}
	qsort(children, found, sizeof(*children), by_memory);
	for (size_t i = 0; i < found; i++) {
		if (i >= SIBLINGS && found > SIBLINGS + 2) {
			picture_text(p, "soft", 12,
				     PICTURE_MARGIN + depth * STEP, p->y + 1,
				     300,
				     arena_printf(p->arena, "and %zu more",
						  found - i));
			p->y += ROW;
			break;
		}
		last = p->y + ROW / 2;
		draw_group(p, children[i].index, depth, scale);
		draw_below(p, (int)children[i].index, depth + 1, scale);
	}
	if (found && depth)
		picture_line(p, "branch", PICTURE_MARGIN + depth * STEP - 11,
			     top, PICTURE_MARGIN + depth * STEP - 11, last);
}

void picture_cgroups(struct picture *p)
{
	static const struct {
		int x;
		const char *text;
	} heads[] = { { PICTURE_MARGIN, "group" },
		      { X_PROCS, "processes" },
		      { X_MEMORY, "memory" },
		      { X_PIDS, "pids" },
		      { X_CPU, "cpu" } };
	uint64_t scale = 1;

	if (!p->map->cgroup_count)
		return;
	picture_heading(p, "Control groups",
			"a full bar is the limit; without one it is measured "
			"by the largest");
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		picture_text(p, "soft", 12, heads[i].x, p->y, 90,
			     heads[i].text);
	p->y += ROW;
	for (size_t i = 0; i < p->map->cgroup_count; i++) {
		const struct kist_map_cgroup *group = &p->map->cgroups[i];

		if (group->parent >= 0 && is_number(group->memory) &&
		    group->memory > scale)
			scale = group->memory;
	}
	draw_below(p, -1, 0, scale);
}
