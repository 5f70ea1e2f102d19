/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd_map_shares.c - kist map: who shares which namespaces
 *
 * A row a thing, a column a kind. Those that share with the same number of
 * others in each kind are alike; many of a kind are folded into the first few.
 */
#include <stdio.h>
#include <string.h>

#include "cli/kinds.h"
#include "cli/map_draw.h"

#define SHOWN 3	     /* of many alike */
#define FOLD_FROM 24 /* rows */
#define NAME_MIN 12
#define CELL_NARROW 3
#define CELL_WIDE 5
#define NAME_MAX 34

enum share { SHARE_UNKNOWN, SHARE_HOST, SHARE_OWN, SHARE_SOME };

struct cell {
	enum share share;
	size_t things;
	size_t letter;
};

struct row {
	const struct kist_thing *thing;
	struct cell cells[KIND_COUNT];
};

struct shares {
	struct draw *draw;
	const struct kist_map *map;
	struct row *rows;
	size_t *letters; /* of each namespace of the map, from 1; 0: none */
	size_t name_width, cell_width;
};

/* ---- cells ---- */

static size_t ns_at(const struct kist_map *map, uint64_t ino)
{
	const struct kist_map_ns *ns = map_ns(map, ino);

	return ns ? (size_t)(ns - map->namespaces) : map->ns_count;
}

static struct cell cell_of(struct shares *s, uint64_t ino)
{
	size_t at = ns_at(s->map, ino);
	const struct kist_map_ns *ns = &s->map->namespaces[at];

	if (!ino || at == s->map->ns_count)
		return (struct cell){ SHARE_UNKNOWN, 0, 0 };
	if (ns->is_initial)
		return (struct cell){ SHARE_HOST, 0, 0 };
	if (ns->things < 2)
		return (struct cell){ SHARE_OWN, 0, 0 };
	return (struct cell){ SHARE_SOME, ns->things, s->letters[at] };
}

static void give_letters(struct shares *s)
{
	size_t next[KIND_COUNT] = { 0 };

	for (size_t i = 0; i < s->map->thing_count; i++)
		for (size_t k = 0; k < KIND_COUNT; k++) {
			size_t at = ns_at(s->map, s->map->things[i].ns[k]);

			if (at < s->map->ns_count && !s->letters[at] &&
			    !s->map->namespaces[at].is_initial &&
			    s->map->namespaces[at].things > 1)
				s->letters[at] = ++next[k];
		}
}

/* 1 is "a", 27 "aa". */
static void letter_text(size_t letter, char text[8])
{
	char backwards[8];
	size_t len = 0;

	for (; letter && len < 7; letter = (letter - 1) / 26)
		backwards[len++] = (char)('a' + (letter - 1) % 26);
	for (size_t i = 0; i < len; i++)
		text[i] = backwards[len - 1 - i];
	text[len] = '\0';
}

/* ---- rows ---- */

static int compare_alike(const struct row *one, const struct row *other)
{
	int order = (int)one->thing->kind - (int)other->thing->kind;
	const char *engine = one->thing->engine, *theirs = other->thing->engine;

	if (!order)
		order = strcmp(engine ? engine : "", theirs ? theirs : "");
	for (size_t k = 0; !order && k < KIND_COUNT; k++) {
		const struct cell *a = &one->cells[k], *b = &other->cells[k];

		order = (int)a->share - (int)b->share;
		if (!order)
			order = (a->things > b->things) -
				(a->things < b->things);
	}
	return order;
}

/* Alike ones stand together, among them those that share. */
static int by_likeness(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	int order = compare_alike(one, other);

	for (size_t k = 0; !order && k < KIND_COUNT; k++)
		order = (one->cells[k].letter > other->cells[k].letter) -
			(one->cells[k].letter < other->cells[k].letter);
	if (!order)
		order = strcmp(one->thing->name, other->thing->name);
	return order;
}

static void draw_cells(struct shares *s, const struct row *row, bool folded)
{
	struct draw *d = s->draw;

	for (size_t k = 0; k < KIND_COUNT; k++) {
		const struct cell *cell = &row->cells[k];
		size_t end = d->at + s->cell_width;
		char text[24];

		switch (cell->share) {
		case SHARE_UNKNOWN:
			/* A set has the kinds it was made of, and no others. */
			if (row->thing->kind != KIST_THING_SET)
				draw_text(d, DRAW_DIM, "?");
			break;
		case SHARE_HOST:
			draw_glyph(d, DRAW_DIM, GLYPH_HOST);
			break;
		case SHARE_OWN:
			draw_glyph(d, DRAW_OWN, GLYPH_OWN);
			break;
		case SHARE_SOME:
			letter_text(cell->letter, text);
			draw_text(d, draw_colour(cell->letter - 1), "%s",
				  folded ? "+" : text);
			break;
		}
		draw_to(d, end);
	}
}

static void draw_name(struct shares *s, const struct kist_thing *thing)
{
	const char *engine = thing->engine ? thing->engine :
					     kist_thing_name(thing->kind);
	char text[300];

	if (thing->kind == KIST_THING_HOST)
		snprintf(text, sizeof(text), "%s", thing->name);
	else
		snprintf(text, sizeof(text), "%s %s", engine, thing->name);
	draw_cell(s->draw, DRAW_NAME, s->name_width, text);
	draw_text(s->draw, DRAW_PLAIN, " ");
}

/* What fits: how many processes, whose, what it is. */
static void draw_rest(struct shares *s, const struct kist_thing *thing)
{
	struct draw *d = s->draw;

	if (d->width < 60)
		return;
	draw_text(d, thing->procs ? DRAW_PLAIN : DRAW_DIM, "%5zu ",
		  thing->procs);
	if (d->width < 74)
		return;
	if (thing->is_paused)
		draw_text(d, DRAW_WARN, "paused ");
	draw_text(d, DRAW_DIM, "%s%s%s", thing->user ? thing->user : "",
		  thing->user ? " " : "",
		  thing->image && *thing->image ? thing->image :
		  thing->command		? thing->command :
						  "");
}

static void draw_row(struct shares *s, const struct row *row)
{
	draw_name(s, row->thing);
	draw_cells(s, row, false);
	draw_rest(s, row->thing);
	draw_end(s->draw);
}

/* "× 480 like these   · ■ ■ + ■ · ■ ■    480" */
static void draw_folded(struct shares *s, const struct row *rows, size_t count)
{
	struct draw *d = s->draw;
	size_t procs = 0;
	char text[64];

	for (size_t i = 0; i < count; i++)
		procs += rows[i].thing->procs;
	snprintf(text, sizeof(text), "  %s %zu more",
		 draw_glyph_text(d, GLYPH_TIMES), count);
	draw_cell(d, DRAW_DIM, s->name_width, text);
	draw_text(d, DRAW_PLAIN, " ");
	draw_cells(s, rows, true);
	if (d->width >= 60)
		draw_text(d, DRAW_PLAIN, "%5zu ", procs);
	if (d->width >= 74)
		draw_text(d, DRAW_DIM, "%s %s %s", rows[0].thing->name,
			  draw_glyph_text(d, GLYPH_MORE),
			  rows[count - 1].thing->name);
	draw_end(d);
}

/* In the order of enum kist_ns; letters are those of unshare(1). */
static const struct {
	const char *letter, *word, *name;
} heads[KIND_COUNT] = {
	{ "U", "user", "user" }, { "C", "cgrp", "cgroup" },
	{ "i", "ipc", "ipc" },	 { "n", "net", "net" },
	{ "p", "pid", "pid" },	 { "T", "time", "time" },
	{ "u", "uts", "uts" },	 { "m", "mnt", "mount" },
};

static void draw_heads(struct shares *s)
{
	struct draw *d = s->draw;

	draw_title(d, "WHO SHARES WHAT");
	draw_to(d, s->name_width + 1);
	for (size_t k = 0; k < KIND_COUNT; k++)
		draw_cell(d, DRAW_TITLE, s->cell_width,
			  s->cell_width > CELL_NARROW ? heads[k].word :
							heads[k].letter);
	if (d->width >= 60)
		draw_text(d, DRAW_TITLE, "procs");
	draw_end(d);
}

/* A sign and what it means. */
static void draw_meaning(struct draw *d, unsigned style, const char *sign,
			 const char *meaning)
{
	draw_room(d, draw_width(sign) + draw_width(meaning) + 1, 2);
	draw_text(d, style, "%s", sign);
	draw_text(d, DRAW_DIM, " %s", meaning);
	if (d->at + 2 < d->width)
		draw_text(d, DRAW_PLAIN, "  ");
}

static void draw_key(struct shares *s, bool any_shared)
{
	struct draw *d = s->draw;

	draw_text(d, DRAW_DIM, "  ");
	draw_meaning(d, DRAW_OWN, draw_glyph_text(d, GLYPH_OWN), "its own");
	draw_meaning(d, DRAW_DIM, draw_glyph_text(d, GLYPH_HOST),
		     "the machine's");
	if (any_shared)
		draw_meaning(d, draw_colour(0), "a",
			     "shared by all with this letter");
	draw_end(d);
	if (s->cell_width > CELL_NARROW)
		return;
	draw_text(d, DRAW_DIM, "  ");
	for (size_t k = 0; k < KIND_COUNT; k++)
		draw_meaning(d, DRAW_TITLE, heads[k].letter, heads[k].name);
	draw_end(d);
}

/* ---- all ---- */

static void measure(struct shares *s)
{
	size_t widest = strlen("WHO SHARES WHAT"), room;

	for (size_t i = 0; i < s->map->thing_count; i++) {
		const struct kist_thing *t = &s->map->things[i];
		size_t width = draw_width(t->name) + 1 +
			       strlen(t->engine ? t->engine :
						  kist_thing_name(t->kind));

		widest = width > widest ? width : widest;
	}
	s->cell_width = s->draw->width < 72 ? CELL_NARROW : CELL_WIDE;
	room = s->draw->width - KIND_COUNT * s->cell_width - 1;
	if (s->draw->width >= 60)
		room -= 6;
	widest = widest > NAME_MAX ? NAME_MAX : widest;
	s->name_width = widest > room ? room : widest;
	if (s->name_width < NAME_MIN)
		s->name_width = NAME_MIN;
}

static void draw_rows(struct shares *s, bool fold)
{
	size_t count = s->map->thing_count;

	for (size_t i = 0; i < count;) {
		size_t alike = 1;

		while (i + alike < count &&
		       compare_alike(&s->rows[i], &s->rows[i + alike]) == 0)
			alike++;
		for (size_t n = 0; n < alike; n++) {
			if (fold && n == SHOWN && alike > SHOWN + 2) {
				draw_folded(s, &s->rows[i + n], alike - n);
				break;
			}
			draw_row(s, &s->rows[i + n]);
		}
		i += alike;
	}
}

void map_draw_shares(struct draw *draw, const struct kist_map *map)
{
	struct shares s = { .draw = draw, .map = map };
	bool any_shared = false;

	s.rows = calloc(map->thing_count + 1, sizeof(*s.rows));
	s.letters = calloc(map->ns_count + 1, sizeof(*s.letters));
	if (!s.rows || !s.letters)
		goto out;
	give_letters(&s);
	for (size_t i = 0; i < map->thing_count; i++) {
		s.rows[i].thing = &map->things[i];
		for (size_t k = 0; k < KIND_COUNT; k++) {
			s.rows[i].cells[k] = cell_of(&s, map->things[i].ns[k]);
			any_shared = any_shared || s.rows[i].cells[k].letter;
		}
	}
	qsort(s.rows, map->thing_count, sizeof(*s.rows), by_likeness);
	measure(&s);
	draw_heads(&s);
	draw_rows(&s, !draw->whole && map->thing_count > FOLD_FROM);
	draw_key(&s, any_shared);
out:
	free(s.rows);
	free(s.letters);
}
