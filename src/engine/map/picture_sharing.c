/* SPDX-License-Identifier: Apache-2.0 */
/*
 * picture_sharing.c - who shares which namespaces: rows of things, a column a
 * kind; what is in common is a bar from row to row
 */
#include <string.h>

#include "engine/map/picture.h"

#define ROW 22
#define NAME_W 400
#define NAME_ROOM 200
#define CELL_W 66
#define CELL_BOX 38
#define ALIKE 5 /* so many of the same are one row */

/* For the eye: ids, files, processes, network first. */
static const enum ns_kind columns[] = { NS_USER, NS_MNT, NS_PID,    NS_NET,
					NS_IPC,	 NS_UTS, NS_CGROUP, NS_TIME };

static const char *const sections[] = { "together", "containers by themselves",
					"kept namespaces",
					"units and processes with their own",
					"in the host's namespaces" };

/* @key: those of one section and look stand together */
struct row {
	size_t thing, group;
	unsigned section;
	const char *key;
};

static unsigned section_of(const struct sharing *s, size_t i)
{
	const struct kist_thing *thing = &s->map->things[i];
	bool is_host = true;

	for (enum ns_kind kind = 0; kind < NS_COUNT; kind++)
		is_host &= s->cells[i][kind].how == SHARE_HOST ||
			   s->cells[i][kind].how == SHARE_UNKNOWN;
	if (s->sizes[s->groups[i]] > 1)
		return 0;
	if (thing->kind == KIST_THING_CONTAINER)
		return 1;
	if (thing->kind == KIST_THING_SET)
		return 2;
	return is_host ? 4 : 3;
}

static int by_place(const void *left, const void *right, void *context)
{
	const struct row *a = left, *b = right;
	const struct kist_thing *things = context;
	int order = (int)a->section - (int)b->section;

	if (!order && !a->section && a->group != b->group) {
		order = strcmp(a->key, b->key);
		return order ? order : (a->group < b->group ? -1 : 1);
	}
	if (!order && a->section)
		order = strcmp(a->key, b->key);
	if (!order)
		order = strverscmp(things[a->thing].name,
				   things[b->thing].name);
	return order ? order : (a->thing < b->thing ? -1 : 1);
}

/* The looks of all that are bound together, for finding groups that are alike */
static const char *group_key(struct picture *p, size_t group)
{
	const struct sharing *s = p->sharing;
	const char *key = arena_printf(p->arena, "%zu\n", s->sizes[group]);

	for (size_t i = 0; i < s->map->thing_count; i++)
		if (s->groups[i] == group)
			key = arena_printf(p->arena, "%.900s%s\n", key,
					   sharing_look(s, i, false, p->arena));
	return key;
}

/* ---- marks ---- */

static int column_x(size_t i)
{
	return PICTURE_MARGIN + NAME_W + (int)i * CELL_W;
}

static const char *hue(int label)
{
	static const char *const hues[] = { "hue0", "hue1", "hue2", "hue3",
					    "hue4", "hue5", "hue6", "hue7" };

	return hues[label % 8];
}

/* @up, @down: the bar goes on there */
static void draw_common(struct picture *p, int label, int x, bool up, bool down)
{
	int top = up ? 0 : 2, bottom = down ? 0 : 2;
	char letters[SHARE_LABEL];
	struct mark *mark;

	share_label(label, letters);
	mark = picture_add(p, MARK_CELL, hue(label),
			   x + (CELL_W - CELL_BOX) / 2, p->y + top, CELL_BOX,
			   ROW - top - bottom);
	mark->text = arena_strdup(p->arena, letters);
	mark->size = 12;
	mark->part = (up ? CELL_UP : 0) | (down ? CELL_DOWN : 0);
}

static void draw_host(struct picture *p, const struct kist_thing *thing,
		      enum ns_kind kind, int x)
{
	bool is_bold = thing->kind == KIST_THING_CONTAINER && kind != NS_USER &&
		       kind != NS_CGROUP && kind != NS_TIME;

	picture_text(p, is_bold ? "warn" : "faint", 11, x + CELL_W / 2 - 13,
		     p->y + 2, CELL_W, "host");
}

static bool goes_on(const struct sharing *s, size_t thing, enum ns_kind kind,
		    const struct row *other)
{
	return other && s->cells[other->thing][kind].how == SHARE_COMMON &&
	       s->map->things[other->thing].ns[kind] ==
		       s->map->things[thing].ns[kind];
}

static void draw_cells(struct picture *p, size_t thing, const struct row *above,
		       const struct row *below)
{
	const struct sharing *s = p->sharing;

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		enum ns_kind kind = columns[i];
		const struct share_cell *cell = &s->cells[thing][kind];
		int x = column_x(i);

		if (cell->how == SHARE_COMMON)
			draw_common(p, cell->label, x,
				    goes_on(s, thing, kind, above),
				    goes_on(s, thing, kind, below));
		else if (cell->how == SHARE_HOST)
			draw_host(p, &s->map->things[thing], kind, x);
		else if (cell->how == SHARE_OWN)
			picture_add(p, MARK_DOT, "dot", x + CELL_W / 2 - 3,
				    p->y + ROW / 2 - 3, 6, 6);
	}
}

static void draw_engine(struct picture *p, const struct kist_thing *thing)
{
	int x = column_x(ARRAY_LEN(columns)) + 12;

	picture_text(p, "soft", 12, x, p->y + 2, 72, thing->engine);
	x += 76;
	picture_text(p, "faint", 12, x, p->y + 2,
		     PICTURE_WIDTH - PICTURE_MARGIN - x, thing->user);
}

static void draw_thing(struct picture *p, const struct row *row,
		       const struct row *above, const struct row *below)
{
	const struct kist_thing *thing = &p->map->things[row->thing];
	int x = PICTURE_MARGIN + 14;
	int end = PICTURE_MARGIN + NAME_W;

	picture_text(p, "strong", 13, x, p->y + 1, NAME_ROOM, thing->name);
	x += NAME_ROOM + 8;
	if (thing->is_paused)
		x += picture_text(p, "warn", 11, x, p->y + 2, 60, "paused") + 8;
	picture_text(p, "soft", 11, x, p->y + 2, end - x - 6,
		     thing->image ? thing->image : thing->command);
	draw_cells(p, row->thing, above, below);
	draw_engine(p, thing);
	p->y += ROW;
}

static void draw_alike(struct picture *p, const struct row *rows, size_t count)
{
	const struct kist_thing *things = p->map->things;
	int x = PICTURE_MARGIN + 14;

	picture_text(p, "strong", 13, x, p->y + 1, NAME_ROOM,
		     arena_printf(p->arena, "%zu alike", count));
	x += NAME_ROOM + 8;
	picture_text(
		p, "soft", 11, x, p->y + 2, PICTURE_MARGIN + NAME_W - x - 6,
		arena_printf(p->arena, "%s … %s", things[rows[0].thing].name,
			     things[rows[count - 1].thing].name));
	draw_cells(p, rows[0].thing, NULL, NULL);
	draw_engine(p, &things[rows[0].thing]);
	p->y += ROW;
}

/* ---- rows ---- */

static size_t same_key(const struct row *rows, size_t left)
{
	size_t count = 1;

	while (count < left && rows[count].section == rows->section &&
	       strcmp(rows[count].key, rows->key) == 0)
		count++;
	return count;
}

static size_t same_group(const struct row *rows, size_t left)
{
	size_t count = 1;

	while (count < left && rows[count].group == rows->group)
		count++;
	return count;
}

static void draw_group(struct picture *p, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		draw_thing(p, &rows[i], i ? &rows[i - 1] : NULL,
			   i + 1 < count ? &rows[i + 1] : NULL);
	p->y += 8;
}

/* Groups of one kind: each, or two of them and how many more there are. */
static void draw_groups(struct picture *p, const struct row *rows, size_t count)
{
	size_t size = same_group(rows, count), groups = count / size;
	size_t shown = groups < ALIKE ? groups : 2;

	for (size_t i = 0; i < shown; i++)
		draw_group(p, rows + i * size, size);
	if (shown == groups)
		return;
	picture_text(p, "soft", 12, PICTURE_MARGIN + 14, p->y, PICTURE_INNER,
		     arena_printf(p->arena, "and %zu groups alike: %s … %s",
				  groups - shown,
				  p->map->things[rows[shown * size].thing].name,
				  p->map->things[rows[count - 1].thing].name));
	p->y += ROW + 8;
}

static void draw_rows(struct picture *p, const struct row *rows, size_t total)
{
	for (size_t i = 0, count; i < total; i += count) {
		count = same_key(rows + i, total - i);
		if (!i || rows[i].section != rows[i - 1].section) {
			p->y += 10;
			picture_text(p, "part", 12, PICTURE_MARGIN, p->y, 500,
				     sections[rows[i].section]);
			p->y += ROW;
		}
		if (!rows[i].section) {
			draw_groups(p, rows + i, count);
		} else if (count >= ALIKE) {
			draw_alike(p, rows + i, count);
		} else {
			for (size_t k = 0; k < count; k++)
				draw_thing(p, &rows[i + k], NULL, NULL);
		}
	}
}

void picture_sharing(struct picture *p)
{
	const struct sharing *s = p->sharing;
	size_t count = p->map->thing_count;
	struct row *rows = ARENA_ARRAY(p->arena, struct row, count + 1);

	picture_heading(p, "Namespaces",
			"a letter: in common to all that bear it · a dot: its "
			"own · host: the machine's");
	if (arena_failed(p->arena))
		return;
	for (size_t i = 0; i < count; i++) {
		rows[i].thing = i;
		rows[i].group = s->groups[i];
		rows[i].section = section_of(s, i);
		rows[i].key = sharing_look(s, i, true, p->arena);
	}
	for (size_t i = 0; i < count; i++)
		if (!rows[i].section)
			rows[i].key = i == rows[i].group ?
					      group_key(p, i) :
					      rows[rows[i].group].key;
	if (arena_failed(p->arena))
		return;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		const char *name = ns_table[columns[i]].name;

		picture_text(p, "soft", 12,
			     column_x(i) + CELL_W / 2 -
				     picture_text_width(name, "soft", 12) / 2,
			     p->y, CELL_W, name);
	}
	p->y += 12;
	qsort_r(rows, count, sizeof(*rows), by_place, (void *)p->map->things);
	draw_rows(p, rows, count);
}
