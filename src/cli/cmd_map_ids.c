/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_map_ids.c - kist map: user namespaces within each other, and their ids */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/map_draw.h"

#define SHOWN 4
#define FOLD_FROM 8
#define DEPTH_MAX 32
#define NAMES 3

struct ids {
	struct draw *draw;
	const struct kist_map *map;
};

/* "0 100000 65536, …" as "0–65535 are 100000–165535, …" */
static void say_map(const struct draw *d, const char *map, struct buf *text)
{
	const char *dash = draw_glyph_text(d, GLYPH_DASH);
	uint32_t inside, outside, count;

	if (!map || !*map) {
		buf_puts(text, map ? "no ids yet" : "ids not known");
		return;
	}
	while (sscanf(map, "%" SCNu32 " %" SCNu32 " %" SCNu32, &inside,
		      &outside, &count) == 3) {
		if (inside == outside && count >= UINT32_MAX - 1)
			buf_puts(text, "all ids as they are");
		else if (count == 1)
			buf_printf(text, "%u is %u", inside, outside);
		else
			buf_printf(text, "%u%s%u are %u%s%u", inside, dash,
				   inside + count - 1, outside, dash,
				   outside + count - 1);
		map = strchr(map, ',');
		if (!map)
			return;
		map += strspn(map, ", ");
		buf_puts(text, ", ");
	}
}

static void draw_one(struct ids *s, const struct kist_map_ns *ns)
{
	struct draw *d = s->draw;
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	map_call(s->draw, KIST_NS_USER, ns->ino, NAMES, &text);
	draw_text(d, DRAW_NAME, "%s", text.data ? text.data : "");
	draw_text(d, DRAW_DIM, "  user:[%llu]", (unsigned long long)ns->ino);
	text.len = 0;
	say_map(d, ns->uid_map, &text);
	if (ns->gid_map && ns->uid_map &&
	    strcmp(ns->gid_map, ns->uid_map) != 0) {
		buf_puts(&text, "; groups ");
		say_map(d, ns->gid_map, &text);
	}
	/* On a line of its own where it would be cut. */
	if (d->at + 2 + draw_width(text.data) > d->width) {
		size_t indent = 4;

		draw_end(d);
		draw_to(d, indent);
	} else {
		draw_text(d, DRAW_PLAIN, "  ");
	}
	draw_text(d, DRAW_PLAIN, "%s", text.data);
	if (ns->owner_name && !ns->is_initial &&
	    strcmp(ns->owner_name, "root") != 0)
		draw_text(d, DRAW_DIM, "  by %s", ns->owner_name);
	draw_end(d);
}

static bool is_child(const struct ids *s, const struct kist_map_ns *ns,
		     uint64_t parent)
{
	if (ns->kind != KIST_NS_USER)
		return false;
	if (parent)
		return ns->parent == parent;
	return !ns->parent || !map_ns(s->map, ns->parent);
}

static void draw_children(struct ids *s, uint64_t parent, unsigned depth,
			  uint64_t trunks)
{
	size_t count = 0, at = 0, shown;

	for (size_t i = 0; i < s->map->ns_count; i++)
		count += is_child(s, &s->map->namespaces[i], parent);
	shown = !s->draw->whole && count > FOLD_FROM ? SHOWN : count;
	for (size_t i = 0; i < s->map->ns_count && at < shown; i++) {
		const struct kist_map_ns *ns = &s->map->namespaces[i];
		bool is_last;

		if (!is_child(s, ns, parent))
			continue;
		is_last = ++at == count;
		if (parent)
			draw_branch(s->draw, depth - 1, trunks, is_last);
		draw_one(s, ns);
		if (depth < DEPTH_MAX)
			draw_children(
				s, ns->ino, depth + 1,
				trunks | (is_last || !depth ?
						  0 :
						  (uint64_t)1 << (depth - 1)));
	}
	if (shown == count)
		return;
	draw_branch(s->draw, depth ? depth - 1 : 0, trunks, true);
	draw_glyph(s->draw, DRAW_DIM, GLYPH_TIMES);
	draw_text(s->draw, DRAW_DIM, " %zu more", count - shown);
	draw_end(s->draw);
}

void map_draw_ids(struct draw *draw, const struct kist_map *map)
{
	struct ids s = { .draw = draw, .map = map };

	draw_title(draw, "USER IDS");
	draw_end(draw);
	draw_children(&s, 0, 0, 0);
}
