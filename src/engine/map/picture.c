/* SPDX-License-Identifier: Apache-2.0 */
/* picture.c - what a drawing is made of */
#include <string.h>

#include "engine/map/picture.h"

#define ROOM_FIRST 512
#define LINE(size) ((size)*3 / 2)

void picture_init(struct picture *p, const struct kist_map *map,
		  const struct sharing *sharing, struct arena *arena)
{
	*p = (struct picture){ .arena = arena,
			       .map = map,
			       .sharing = sharing,
			       .y = PICTURE_MARGIN };
}

struct mark *picture_add(struct picture *p, enum mark_kind kind,
			 const char *look, int x, int y, int w, int h)
{
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : ROOM_FIRST;
		struct mark *more = ARENA_ARRAY(p->arena, struct mark, room);

		/* After a failure one place is written again and again. */
		if (arena_failed(p->arena)) {
			p->count = 0;
			p->room = 1;
			p->marks = ARENA_NEW(p->arena, struct mark);
		} else {
			if (p->count)
				memcpy(more, p->marks,
				       p->count * sizeof(*more));
			p->marks = more;
			p->room = room;
		}
	}
	p->marks[p->count] = (struct mark){
		.kind = kind, .look = look, .x = x, .y = y, .w = w, .h = h
	};
	return &p->marks[p->count++];
}

/* ---- texts ---- */

static bool is_inside_character(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Of the size, in percent. */
static int letter_width(const char *look)
{
	static const char *const bold[] = { "strong", "head", "title",
					    "warn",   "part", "door" };

	for (size_t i = 0; i < ARRAY_LEN(bold); i++)
		if (strstr(look, bold[i]))
			return 69;
	return 61;
}

int picture_text_width(const char *text, const char *look, int size)
{
	int count = 0;

	for (; *text; text++)
		count += !is_inside_character(*text);
	return count * size * letter_width(look) / 100;
}

static const char *cut(struct picture *p, const char *text, const char *look,
		       int size, int w)
{
	int fit = w * 100 / (size * letter_width(look)) - 1;
	const char *end = text;

	if (picture_text_width(text, look, size) <= w)
		return text;
	while (*end && fit > 0) {
		end++;
		while (is_inside_character(*end))
			end++;
		fit--;
	}
	return arena_printf(p->arena, "%.*s…", (int)(end - text), text);
}

int picture_text(struct picture *p, const char *look, int size, int x, int y,
		 int w, const char *text)
{
	const char *shown = cut(p, text ? text : "", look, size, w);
	int width = picture_text_width(shown, look, size);
	struct mark *mark;

	if (!*shown || w < size)
		return 0;
	mark = picture_add(p, MARK_TEXT, look, x, y, width, LINE(size));
	mark->text = shown;
	mark->size = size;
	return width;
}

void picture_line(struct picture *p, const char *look, int x1, int y1, int x2,
		  int y2)
{
	picture_add(p, MARK_LINE, look, x1, y1, x2 - x1, y2 - y1);
}

void picture_heading(struct picture *p, const char *title, const char *about)
{
	int x = PICTURE_MARGIN;

	p->y += 34;
	x += picture_text(p, "head", 17, x, p->y, 400, title) + 12;
	picture_text(p, "soft", 12, x, p->y + 5, PICTURE_WIDTH - x - 40, about);
	p->y += 28;
	picture_line(p, "rule", PICTURE_MARGIN, p->y,
		     PICTURE_WIDTH - PICTURE_MARGIN, p->y);
	p->y += 10;
}

/* ---- words ---- */

const char *picture_bytes(struct picture *p, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1000 && units[unit + 1]; unit++)
		value /= 1024;
	return arena_printf(p->arena, unit && value < 10 ? "%.1f%c" : "%.0f%c",
			    value, units[unit]);
}

const char *picture_ns_title(struct picture *p, uint64_t ino)
{
	const struct kist_map *map = p->map;
	const char *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < map->ns_count; i++) {
		if (map->namespaces[i].ino != ino)
			continue;
		if (map->namespaces[i].is_initial)
			return "the host";
		if (map->namespaces[i].name)
			return map->namespaces[i].name;
	}
	for (size_t i = 0; i < map->thing_count; i++)
		for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
			if (map->things[i].ns[kind] == ino) {
				first = first ? first : map->things[i].name;
				count++;
			}
	if (!first)
		return arena_printf(p->arena, "[%llu]",
				    (unsigned long long)ino);
	return count < 2 ? first :
			   arena_printf(p->arena, "%s and %zu more", first,
					count - 1);
}

void picture_make(struct picture *p, const struct kist_map *map,
		  struct sharing *sharing, struct arena *arena)
{
	size_t containers = 0;
	int x = PICTURE_MARGIN;

	sharing_find(map, arena, sharing);
	picture_init(p, map, sharing, arena);
	if (arena_failed(arena))
		return;
	for (size_t i = 0; i < map->thing_count; i++)
		containers += map->things[i].kind == KIST_THING_CONTAINER;
	x += picture_text(p, "title", 24, x, p->y, 500,
			  map->machine && *map->machine ? map->machine :
							  "this machine") +
	     16;
	picture_text(p, "soft", 13, x, p->y + 11, PICTURE_WIDTH - x - 40,
		     arena_printf(arena,
				  "%zu container%s · %zu namespaces · "
				  "%zu control groups",
				  containers, containers == 1 ? "" : "s",
				  map->ns_count, map->cgroup_count));
	p->y += 22;
	picture_sharing(p);
	picture_network(p);
	picture_cgroups(p);
	picture_ids(p);
	p->y += PICTURE_MARGIN;
}
