/* SPDX-License-Identifier: Apache-2.0 */
/* map_draw.c - lines of a picture made of characters */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/letters.h"
#include "cli/map_draw.h"
#include "cli/terminal.h"

#define WIDTH 80
#define WIDTH_MIN 40
#define WIDTH_MAX 200
#define LETTERS 6

static const char *const styles[DRAW_COLOURS + LETTERS] = {
	[DRAW_TITLE] = "\033[1m",
	[DRAW_NAME] = "\033[1m",
	[DRAW_DIM] = "\033[2m",
	[DRAW_OWN] = "\033[32m",
	[DRAW_WARN] = "\033[33m",
	[DRAW_BAD] = "\033[31m",
	[DRAW_COLOURS] = "\033[36m",
	"\033[35m",
	"\033[33m",
	"\033[34m",
	"\033[96m",
	"\033[95m",
};

static const char *const glyphs[GLYPH_COUNT][2] = {
	[GLYPH_HOST] = { ".", "·" },	 [GLYPH_OWN] = { "#", "■" },
	[GLYPH_BRANCH] = { "|-", "├─" }, [GLYPH_LAST] = { "`-", "└─" },
	[GLYPH_TRUNK] = { "|", "│" },	 [GLYPH_LINE] = { "--", "──" },
	[GLYPH_INTO] = { "->", "→" },	 [GLYPH_FROM] = { "<-", "←" },
	[GLYPH_TIMES] = { "x", "×" },	 [GLYPH_FULL] = { "#", "█" },
	[GLYPH_EMPTY] = { ".", "░" },	 [GLYPH_MORE] = { "...", "…" },
	[GLYPH_DASH] = { "-", "–" },
};

static size_t picture_width(void)
{
	size_t width = terminal_width(STDOUT_FILENO);

	return !width		 ? WIDTH :
	       width < WIDTH_MIN ? WIDTH_MIN :
	       width > WIDTH_MAX ? WIDTH_MAX :
				   width;
}

void draw_init(struct draw *draw, size_t width)
{
	const char *no_colour = getenv("NO_COLOR");

	*draw = (struct draw){
		.width = width ? width : picture_width(),
		.utf8 = terminal_is_utf8(),
		.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour),
	};
	buf_init(&draw->line);
}

void draw_done(struct draw *draw)
{
	buf_done(&draw->line);
}

/* ---- pieces ---- */

size_t draw_width(const char *text)
{
	return text_width(text, strlen(text));
}

/* What the line has no room for is left out, and that is seen. */
static void put(struct draw *draw, const char *text, size_t columns)
{
	const char *more = glyphs[GLYPH_MORE][draw->utf8];
	const size_t room = draw->width - draw->at,
		     more_width = draw->utf8 ? 1 : 3;
	const size_t wanted = draw_width(text);

	if (columns > room)
		columns = room;
	if (columns == room && wanted > room && room > more_width &&
	    text[strspn(text, " ")]) {
		put(draw, text, room - more_width);
		put(draw, more, more_width);
		return;
	}
	for (const char *end = text + text_fit(text, columns); text < end;) {
		size_t len = letter_len(text);
		int own = letter_columns(text);

		if (own < 0 || (len > 1 && !draw->utf8)) {
			own = own == 0 ? 0 : 1;
			if (own)
				buf_putc(&draw->line, '?');
		} else {
			buf_add(&draw->line, text, len);
		}
		text += len ? len : 1;
		draw->at += (size_t)own;
	}
}

static void put_styled(struct draw *draw, unsigned style, const char *text,
		       size_t columns)
{
	const char *code = draw->colour ? styles[style] : NULL;

	if (code)
		buf_puts(&draw->line, code);
	put(draw, text, columns);
	if (code)
		buf_puts(&draw->line, "\033[0m");
}

void draw_text(struct draw *draw, unsigned style, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		put_styled(draw, style, text, draw->width);
}

void draw_cell(struct draw *draw, unsigned style, size_t columns,
	       const char *text)
{
	size_t end = draw->at + columns;
	size_t more = draw->utf8 ? 1 : 3;

	if (draw_width(text) > columns && columns > more) {
		put_styled(draw, style, text, columns - more);
		draw_glyph(draw, style, GLYPH_MORE);
	} else {
		put_styled(draw, style, text, columns);
	}
	draw_to(draw, end);
}

const char *draw_glyph_text(const struct draw *draw, enum draw_glyph glyph)
{
	return glyphs[glyph][draw->utf8];
}

void draw_glyph(struct draw *draw, unsigned style, enum draw_glyph glyph)
{
	put_styled(draw, style, glyphs[glyph][draw->utf8], draw->width);
}

void draw_to(struct draw *draw, size_t column)
{
	while (draw->at < column && draw->at < draw->width) {
		buf_putc(&draw->line, ' ');
		draw->at++;
	}
}

void draw_room(struct draw *draw, size_t columns, size_t column)
{
	if (draw->at + columns <= draw->width)
		return;
	draw_end(draw);
	draw_to(draw, column);
}

/* Without the blanks at its end. */
void draw_end(struct draw *draw)
{
	struct buf *line = &draw->line;

	while (line->len && line->data[line->len - 1] == ' ')
		line->len--;
	fwrite(line->data ? line->data : "", 1, line->len, stdout);
	putchar('\n');
	line->len = 0;
	draw->at = 0;
}

void draw_title(struct draw *draw, const char *text)
{
	putchar('\n');
	draw_text(draw, DRAW_TITLE, "%s", text);
}

unsigned draw_colour(size_t number)
{
	return DRAW_COLOURS + (unsigned)(number % LETTERS);
}

void draw_branch(struct draw *draw, unsigned depth, uint64_t trunks,
		 bool is_last)
{
	for (unsigned i = 0; i < depth; i++) {
		if (i < 64 && trunks >> i & 1)
			draw_glyph(draw, DRAW_DIM, GLYPH_TRUNK);
		else
			put(draw, " ", 1);
		put(draw, "  ", 2);
	}
	draw_glyph(draw, DRAW_DIM, is_last ? GLYPH_LAST : GLYPH_BRANCH);
	put(draw, " ", 1);
}

/* ---- names ---- */

const struct kist_map_ns *map_ns(const struct kist_map *map, uint64_t ns)
{
	for (size_t i = 0; ns && i < map->ns_count; i++)
		if (map->namespaces[i].ino == ns)
			return &map->namespaces[i];
	return NULL;
}

static unsigned kind_index(enum kist_ns kind)
{
	return (unsigned)__builtin_ctz((unsigned)kind);
}

void map_call(const struct draw *draw, enum kist_ns kind, uint64_t ns,
	      size_t most, struct buf *ret_text)
{
	const struct kist_map *map = draw->names;
	const struct kist_map_ns *row = map_ns(map, ns);
	size_t found = 0;

	for (size_t i = 0; i < map->thing_count; i++) {
		const struct kist_thing *thing = &map->things[i];

		if (thing->ns[kind_index(kind)] != ns ||
		    (row && row->is_initial && thing->kind != KIST_THING_HOST))
			continue;
		if (found++ < most)
			buf_printf(ret_text, "%s%s", found > 1 ? ", " : "",
				   thing->name);
	}
	if (found > most)
		buf_printf(ret_text, " and %zu more", found - most);
	if (found)
		return;
	if (row && row->is_initial)
		buf_puts(ret_text, "host");
	else if (row && row->name)
		buf_puts(ret_text, row->name);
	else
		buf_printf(ret_text, "[%llu]", (unsigned long long)ns);
}
