/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_map_cgroups.c - kist map: control groups, their limits and usage
 *
 * Shown are groups with processes, with a limit, or of a thing, and those above
 * them. Many groups side by side are folded into those that use most.
 */
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "cli/map_draw.h"

#define SHOWN 6
#define FOLD_FROM 10
#define BAR 10
#define DEPTH_MAX 32

struct groups {
	struct draw *draw;
	const struct kist_map *map;
	const struct kist_thing **things; /* of each group, or NULL */
	bool *matters;
	size_t name_width;
};

/* ---- what matters ---- */

static bool has_limit(const struct kist_map_cgroup *g)
{
	const uint64_t limits[] = { g->memory_max, g->memory_high, g->pids_max,
				    g->cpu_quota_usec };

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		if (limits[i] < KIST_MAP_MAX)
			return true;
	return false;
}

static void find_what_matters(struct groups *s)
{
	const struct kist_map *map = s->map;

	for (size_t i = 0; i < map->thing_count; i++) {
		int at = map->things[i].cgroup_index;

		if (at > 0 && !s->things[at])
			s->things[at] = &map->things[i];
	}
	for (size_t i = map->cgroup_count; i-- > 0;) {
		const struct kist_map_cgroup *g = &map->cgroups[i];

		s->matters[i] = s->matters[i] || s->draw->whole || g->procs ||
				s->things[i] || has_limit(g);
		if (s->matters[i] && g->parent >= 0)
			s->matters[g->parent] = true;
	}
}

/* ---- one group ---- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void draw_name(struct groups *s, size_t i)
{
	const struct kist_thing *thing = s->things[i];
	const char *part = last_part(s->map->cgroups[i].path);
	struct draw *d = s->draw;
	size_t room = s->name_width > d->at ? s->name_width - d->at : 0;
	char text[300];

	if (thing && thing->kind == KIST_THING_CONTAINER)
		snprintf(text, sizeof(text), "%s", thing->name);
	else
		snprintf(text, sizeof(text), "%s", part);
	draw_cell(d, thing ? DRAW_NAME : DRAW_PLAIN, room, text);
}

/* "12.5M" */
static void short_bytes(uint64_t bytes, char text[16])
{
	static const char units[] = "BKMGTP";
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 2 < sizeof(units)) {
		value /= 1024;
		unit++;
	}
	snprintf(text, 16, value < 9.95 && unit ? "%.1f%c" : "%.0f%c", value,
		 units[unit]);
}

static void draw_bar(struct draw *d, double share)
{
	unsigned style = share > 0.95 ? DRAW_BAD :
			 share > 0.8  ? DRAW_WARN :
					DRAW_OWN;
	int full = share >= 1 ? BAR : (int)(share * BAR + 0.5);

	for (int i = 0; i < BAR; i++)
		draw_glyph(d, i < full ? style : DRAW_DIM,
			   i < full ? GLYPH_FULL : GLYPH_EMPTY);
}

static void draw_memory(struct draw *d, const struct kist_map_cgroup *g)
{
	uint64_t limit = g->memory_max < KIST_MAP_MAX ? g->memory_max :
							g->memory_high;
	char used[16] = "", most[16] = "";

	if (g->memory < KIST_MAP_MAX)
		short_bytes(g->memory, used);
	draw_text(d, DRAW_PLAIN, " %6s", used);
	if (limit < KIST_MAP_MAX) {
		short_bytes(limit, most);
		draw_text(d, DRAW_DIM, " / ");
		draw_text(d, DRAW_PLAIN, "%-6s", most);
	} else {
		draw_to(d, d->at + 9);
	}
	if (d->width < 72)
		return;
	draw_text(d, DRAW_PLAIN, " ");
	if (limit < KIST_MAP_MAX && limit && g->memory < KIST_MAP_MAX)
		draw_bar(d, (double)g->memory / (double)limit);
	else
		draw_to(d, d->at + BAR);
}

static void draw_cpus(struct draw *d, const struct kist_map_cgroup *g)
{
	char text[24] = "";

	if (g->cpu_quota_usec < KIST_MAP_MAX && g->cpu_period_usec &&
	    g->cpu_period_usec < KIST_MAP_MAX)
		snprintf(text, sizeof(text), "%.4g cpu",
			 (double)g->cpu_quota_usec /
				 (double)g->cpu_period_usec);
	draw_text(d, DRAW_PLAIN, " %8s", text);
}

static void draw_pids(struct draw *d, const struct kist_map_cgroup *g)
{
	char text[48] = "";
	bool is_full;

	if (g->pids < KIST_MAP_MAX && g->pids_max < KIST_MAP_MAX)
		snprintf(text, sizeof(text), "%llu/%llu",
			 (unsigned long long)g->pids,
			 (unsigned long long)g->pids_max);
	else if (g->pids < KIST_MAP_MAX)
		snprintf(text, sizeof(text), "%llu",
			 (unsigned long long)g->pids);
	else if (g->procs)
		snprintf(text, sizeof(text), "%zu", g->procs);
	is_full = g->pids_max && g->pids_max < KIST_MAP_MAX &&
		  g->pids < KIST_MAP_MAX && g->pids * 5 > g->pids_max * 4;
	draw_text(d, is_full ? DRAW_WARN : DRAW_PLAIN, " %9s", text);
}

static void draw_values(struct groups *s, const struct kist_map_cgroup *g)
{
	draw_memory(s->draw, g);
	if (s->draw->width >= 52)
		draw_pids(s->draw, g);
	if (s->draw->width >= 60)
		draw_cpus(s->draw, g);
	if (g->is_frozen)
		draw_text(s->draw, DRAW_WARN, "  frozen");
	if (g->oom_kills && g->oom_kills < KIST_MAP_MAX)
		draw_text(s->draw, DRAW_BAD, "  %llu oom",
			  (unsigned long long)g->oom_kills);
	draw_end(s->draw);
}

/* ---- the tree ---- */

struct children {
	size_t *list, count;
};

static struct children children_of(const struct groups *s, int parent)
{
	struct children c = { 0 };

	c.list = calloc(s->map->cgroup_count + 1, sizeof(*c.list));
	for (size_t i = 0; c.list && i < s->map->cgroup_count; i++)
		if (s->map->cgroups[i].parent == parent && s->matters[i])
			c.list[c.count++] = i;
	return c;
}

static uint64_t use_of(const struct groups *s, size_t i)
{
	uint64_t memory = s->map->cgroups[i].memory;

	return memory < KIST_MAP_MAX ? memory : 0;
}

/* The @wanted that use most come first. */
static void most_first(const struct groups *s, struct children *c,
		       size_t wanted)
{
	for (size_t i = 0; i < wanted && i < c->count; i++) {
		size_t best = i, swap;

		for (size_t k = i + 1; k < c->count; k++)
			if (use_of(s, c->list[k]) > use_of(s, c->list[best]))
				best = k;
		swap = c->list[i];
		c->list[i] = c->list[best];
		c->list[best] = swap;
	}
}

static void draw_more(struct groups *s, const struct children *c, size_t from,
		      unsigned depth, uint64_t trunks)
{
	struct kist_map_cgroup sum = {
		.memory = 0,
		.memory_max = KIST_MAP_UNKNOWN,
		.memory_high = KIST_MAP_UNKNOWN,
		.pids_max = KIST_MAP_UNKNOWN,
		.cpu_quota_usec = KIST_MAP_UNKNOWN,
	};
	char text[64];

	for (size_t i = from; i < c->count; i++) {
		const struct kist_map_cgroup *g = &s->map->cgroups[c->list[i]];

		sum.memory += use_of(s, c->list[i]);
		sum.pids += g->pids < KIST_MAP_MAX ? g->pids : g->procs;
	}
	draw_branch(s->draw, depth, trunks, true);
	snprintf(text, sizeof(text), "%s %zu more, together",
		 draw_glyph_text(s->draw, GLYPH_TIMES), c->count - from);
	draw_cell(s->draw, DRAW_DIM,
		  s->name_width > s->draw->at ? s->name_width - s->draw->at : 0,
		  text);
	draw_values(s, &sum);
}

static void draw_children(struct groups *s, int parent, unsigned depth,
			  uint64_t trunks)
{
	struct children c = children_of(s, parent);
	bool fold = !s->draw->whole && c.count > FOLD_FROM;
	size_t shown = fold ? SHOWN : c.count;

	if (fold)
		most_first(s, &c, shown);
	for (size_t i = 0; i < shown && depth < DEPTH_MAX; i++) {
		bool is_last = i + 1 == c.count;

		draw_branch(s->draw, depth, trunks, is_last);
		draw_name(s, c.list[i]);
		draw_values(s, &s->map->cgroups[c.list[i]]);
		draw_children(s, (int)c.list[i], depth + 1,
			      trunks | (is_last ? 0 : (uint64_t)1 << depth));
	}
	if (fold)
		draw_more(s, &c, shown, depth, trunks);
	free(c.list);
}

static void draw_heads(struct groups *s)
{
	struct draw *d = s->draw;

	draw_title(d, "CONTROL GROUPS");
	draw_to(d, s->name_width);
	draw_text(d, DRAW_TITLE, " %6s   %-6s", "memory", "limit");
	if (d->width >= 72)
		draw_to(d, d->at + 1 + BAR);
	if (d->width >= 52)
		draw_text(d, DRAW_TITLE, " %9s", "tasks");
	if (d->width >= 60)
		draw_text(d, DRAW_TITLE, " %8s", "cpus");
	draw_end(d);
}

void map_draw_cgroups(struct draw *draw, const struct kist_map *map)
{
	struct groups s = { .draw = draw, .map = map };
	size_t others = 16 + (draw->width >= 72 ? 1 + BAR : 0) +
			(draw->width >= 52 ? 10 : 0) +
			(draw->width >= 60 ? 9 : 0);

	s.things = calloc(map->cgroup_count + 1, sizeof(*s.things));
	s.matters = calloc(map->cgroup_count + 1, sizeof(*s.matters));
	if (!s.things || !s.matters || !map->cgroup_count)
		goto out;
	s.name_width = draw->width - others - (draw->width >= 72 ? 8 : 0);
	if (s.name_width > 50)
		s.name_width = 50;
	find_what_matters(&s);
	draw_heads(&s);
	draw_cell(draw, DRAW_PLAIN, s.name_width, "/");
	draw_values(&s, &map->cgroups[0]);
	draw_children(&s, 0, 0, 0);
out:
	free(s.things);
	free(s.matters);
}
