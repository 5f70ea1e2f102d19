/* SPDX-License-Identifier: Apache-2.0 */
/**
 * map_draw.h - lines of a picture made of characters
 *
 * A line is put together from pieces with a style each, cut where the width
 * ends, and printed. What is not ASCII is replaced where the locale has no
 * UTF-8, and styles are left out where no terminal shows them. Control
 * characters in texts are shown as '?'.
 */
#ifndef CLI_MAP_DRAW_H
#define CLI_MAP_DRAW_H

#include <kist/map.h>

#include "base/buf.h"

enum draw_style {
	DRAW_PLAIN,
	DRAW_TITLE,
	DRAW_NAME,
	DRAW_DIM,
	DRAW_OWN,
	DRAW_WARN,
	DRAW_BAD,
	DRAW_COLOURS, /* and further ones, in turn: draw_colour() */
};

enum draw_glyph {
	GLYPH_HOST,   /* · the machine's */
	GLYPH_OWN,    /* ■ */
	GLYPH_BRANCH, /* ├─ */
	GLYPH_LAST,   /* └─ */
	GLYPH_TRUNK,  /* │ */
	GLYPH_LINE,   /* ── */
	GLYPH_INTO,   /* → */
	GLYPH_FROM,   /* ← */
	GLYPH_TIMES,  /* × */
	GLYPH_FULL,   /* █ */
	GLYPH_EMPTY,  /* ░ */
	GLYPH_MORE,   /* … */
	GLYPH_DASH,   /* – */
	GLYPH_COUNT
};

/* @whole: nothing is folded. @names: the map that names are looked up in: the
 * whole one, where only a part is drawn */
struct draw {
	size_t width, at;
	bool utf8, colour, whole;
	const struct kist_map *names;
	struct buf line;
};

/* @width: 0: the terminal's, or 80 columns. */
void draw_init(struct draw *draw, size_t width);
void draw_done(struct draw *draw);

void draw_text(struct draw *draw, unsigned style, const char *fmt, ...)
	PRINTF(3, 4);
/* Padded or cut to @columns. */
void draw_cell(struct draw *draw, unsigned style, size_t columns,
	       const char *text);
void draw_glyph(struct draw *draw, unsigned style, enum draw_glyph glyph);
/* Blanks up to a column. */
void draw_to(struct draw *draw, size_t column);
/* Unless so many columns are left: the next line, from @column on. */
void draw_room(struct draw *draw, size_t columns, size_t column);
void draw_end(struct draw *draw);
/* A heading, with an empty line before. */
void draw_title(struct draw *draw, const char *text);
/* A style for the number of a letter. */
unsigned draw_colour(size_t number);
/* "├─ " or "└─ " below @trunks, one bit a level: it goes on. */
void draw_branch(struct draw *draw, unsigned depth, uint64_t trunks,
		 bool is_last);
const char *draw_glyph_text(const struct draw *draw, enum draw_glyph glyph);

/* Columns of a text. */
size_t draw_width(const char *text);

/* ---- the parts of the picture: cmd_map_….c ---- */

/* What people call the things in a namespace: "web-1, db-1 and 3 more"; the
 * machine's: "host". */
void map_call(const struct draw *draw, enum kist_ns kind, uint64_t ns,
	      size_t most, struct buf *ret_text);
/* The row of a namespace, or NULL. */
const struct kist_map_ns *map_ns(const struct kist_map *map, uint64_t ns);

void map_draw_shares(struct draw *draw, const struct kist_map *map);
void map_draw_net(struct draw *draw, const struct kist_map *map);
void map_draw_cgroups(struct draw *draw, const struct kist_map *map);
void map_draw_ids(struct draw *draw, const struct kist_map *map);

#endif
