/* SPDX-License-Identifier: Apache-2.0 */
/* picture_ids.c - user namespaces in one another, and whom ids are outside */
#include <stdio.h>
#include <string.h>

#include "engine/map/picture.h"

#define LINE_H 20
#define STEP 26
#define DEPTH 8
#define MOST 40 /* cards */

struct tree {
	struct picture *p;
	size_t drawn, left_out;
};

/* "0 100000 65536" as "0 – 65535 → 100000 – 165535" */
static const char *line_text(struct picture *p, const char *line)
{
	unsigned long long inside, outside, count;

	if (sscanf(line, "%llu %llu %llu", &inside, &outside, &count) != 3 ||
	    !count)
		return NULL;
	if (count == 1)
		return arena_printf(p->arena, "%llu → %llu", inside, outside);
	return arena_printf(p->arena, "%llu – %llu → %llu – %llu", inside,
			    inside + count - 1, outside, outside + count - 1);
}

/* Return: how many lines there are. */
static int draw_map(struct picture *p, const char *what, const char *map, int x,
		    int y, int w)
{
	int count = 0;

	picture_text(p, "soft", 12, x, y, 60, what);
	while (map && *map) {
		const char *end = strchr(map, ',');
		const char *text = line_text(p, map);

		if (text)
			picture_text(p, "code", 12, x + 60,
				     y + count++ * LINE_H, w - 60, text);
		map = end ? end + 1 + strspn(end + 1, " ") : NULL;
	}
	if (!count)
		picture_text(p, "soft", 12, x + 60, y, w - 60, "no ids");
	return count ? count : 1;
}

static int draw_maps(struct picture *p, const struct kist_map_ns *ns, int x,
		     int y)
{
	int width = (PICTURE_WIDTH - PICTURE_MARGIN - x - 20) / 2;
	int users, groups;

	if (ns->is_initial) {
		picture_text(p, "soft", 12, x, y, 300, "every id is itself");
		return 1;
	}
	users = draw_map(p, "users", ns->uid_map, x, y, width);
	groups = draw_map(p, "groups", ns->gid_map, x + width, y, width);
	return users > groups ? users : groups;
}

static void draw_user(struct picture *p, const struct kist_map_ns *ns,
		      int depth)
{
	int x = PICTURE_MARGIN + depth * STEP, top = p->y, at = x + 12;
	size_t card = p->count;
	int lines;

	picture_add(p, MARK_CARD, ns->is_initial ? "host" : "card", x, top,
		    PICTURE_WIDTH - PICTURE_MARGIN - x, 0);
	if (depth) {
		picture_line(p, "wire", x - 12, top - 10, x - 12, top + 14);
		picture_line(p, "wire", x - 12, top + 14, x, top + 14);
	}
	at += picture_text(p, "strong", 13, at, top + 5, 330,
			   picture_ns_title(p, ns->ino)) +
	      10;
	if (ns->owner_name && !ns->is_initial)
		picture_text(p, "soft", 12, at, top + 6, 300,
			     arena_printf(p->arena, "made by %s",
					  ns->owner_name));
	lines = draw_maps(p, ns, x + 12, top + 28);
	if (arena_failed(p->arena))
		return;
	p->marks[card].h = 28 + lines * LINE_H + 8;
	p->y += p->marks[card].h + 10;
}

static bool has_parent(const struct kist_map *map, const struct kist_map_ns *ns)
{
	for (size_t i = 0; ns->parent && i < map->ns_count; i++)
		if (map->namespaces[i].kind == KIST_NS_USER &&
		    map->namespaces[i].ino == ns->parent)
			return true;
	return false;
}

/* @parent: NULL: those whose parent is not in the map */
static void draw_below(struct tree *tree, const struct kist_map_ns *parent,
		       int depth)
{
	const struct kist_map *map = tree->p->map;

	for (size_t i = 0; i < map->ns_count && depth < DEPTH; i++) {
		const struct kist_map_ns *ns = &map->namespaces[i];

		if (ns->kind != KIST_NS_USER ||
		    (parent ? ns->parent != parent->ino || ns == parent :
			      has_parent(map, ns)))
			continue;
		if (tree->drawn++ < MOST)
			draw_user(tree->p, ns, depth);
		else
			tree->left_out++;
		draw_below(tree, ns, depth + 1);
	}
}

void picture_ids(struct picture *p)
{
	struct tree tree = { .p = p };

	picture_heading(p, "Ids",
			"in each user namespace, and who that is in "
			"the one around it");
	draw_below(&tree, NULL, 0);
	if (!tree.left_out)
		return;
	picture_text(p, "soft", 12, PICTURE_MARGIN, p->y, 400,
		     arena_printf(p->arena, "and %zu more user namespaces",
				  tree.left_out));
	p->y += 20;
}
