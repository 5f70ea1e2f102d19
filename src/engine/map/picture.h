/* SPDX-License-Identifier: Apache-2.0 */
/**
 * picture.h - what a drawing is made of, before it is written as SVG
 *
 * Lengths are pixels, from the top left. Texts are cut to the room they have.
 */
#ifndef ENGINE_MAP_PICTURE_H
#define ENGINE_MAP_PICTURE_H

#include <kist/map.h>

#include "base/arena.h"
#include "base/buf.h"
#include "engine/map/sharing.h"

#define PICTURE_WIDTH 1160
#define PICTURE_MARGIN 32
#define PICTURE_INNER (PICTURE_WIDTH - 2 * PICTURE_MARGIN)

/**
 * enum mark_kind
 *
 * Boxes of the same kind never overlap, but MARK_CARD holds others; texts never
 * overlap one another. (Tests see to it.)
 */
enum mark_kind {
	MARK_TEXT,
	MARK_CARD, /* a thing, a namespace */
	MARK_CELL, /* a box with a letter */
	MARK_DOT,
	MARK_BAR,   /* a bridge */
	MARK_METER, /* what is used; @part of the width */
	MARK_LINE,  /* a cable, a rule: from a corner to the opposite one */
};

#define CELL_UP 1
#define CELL_DOWN 2

/**
 * struct mark
 * @x, @y, @w, @h: of a text: the room it may take; its baseline is near the
 *		bottom
 * @look:	a class of the style: "soft", "strong", "hue3" …
 * @text:	of a text or a cell, as it came: escaping is for who writes
 * @part:	of a meter: thousandths that are used; of a cell: CELL_UP and
 *		CELL_DOWN, where it is one with the next
 */
struct mark {
	enum mark_kind kind;
	int x, y, w, h, size, part;
	const char *look, *text;
};

struct picture {
	struct arena *arena;
	const struct kist_map *map;
	const struct sharing *sharing;
	struct mark *marks;
	size_t count, room;
	int y; /* where the next thing goes */
};

void picture_init(struct picture *p, const struct kist_map *map,
		  const struct sharing *sharing, struct arena *arena);
struct mark *picture_add(struct picture *p, enum mark_kind kind,
			 const char *look, int x, int y, int w, int h);
/* Return: how wide it is. @text is cut to @w. */
int picture_text(struct picture *p, const char *look, int size, int x, int y,
		 int w, const char *text);
void picture_line(struct picture *p, const char *look, int x1, int y1, int x2,
		  int y2);
void picture_heading(struct picture *p, const char *title, const char *about);
/* About how wide a text will be, in the widest of the usual fonts. */
int picture_text_width(const char *text, const char *look, int size);

/* The parts, one below the other, from p->y on. */
void picture_sharing(struct picture *p);
void picture_network(struct picture *p);
void picture_cgroups(struct picture *p);
void picture_ids(struct picture *p);
/* All of it. Failures are the arena's. */
void picture_make(struct picture *p, const struct kist_map *map,
		  struct sharing *sharing, struct arena *arena);

/* "1.5G" */
const char *picture_bytes(struct picture *p, uint64_t bytes);
/* A namespace by who is in it: "cart and 2 more". */
const char *picture_ns_title(struct picture *p, uint64_t ino);

#endif
