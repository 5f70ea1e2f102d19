/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg.c - a map as a drawing: SVG 1.1, nothing outside of it, no script
 *
 * The colours are told apart by those who do not see red or green as others do,
 * and each has its letter. Where the viewer prefers it, they are on dark.
 */
#include <string.h>

#include "base/json_utf8.h"
#include "engine/map/picture.h"

static const char style[] =
	"svg{font-family:system-ui,'Segoe UI','Liberation Sans',sans-serif;"
	"background:#fbfaf7}\n"
	".paper{fill:#fbfaf7}text{fill:#1d2127}.title{font-weight:650}"
	".head{font-weight:650}.strong{font-weight:600}"
	".part{font-weight:600;fill:#5c636e}"
	".soft{fill:#5c636e}.faint{fill:#9a9a94}"
	".warn{fill:#a33a00;font-weight:600}"
	".door{fill:#0b5cad;font-weight:600}"
	".code{font-family:ui-monospace,'Liberation Mono',monospace}"
	"text.onbar{fill:#fff}text.cell{fill:#fff;font-weight:700}\n"
	"rect.card{fill:#fff;stroke:#dcd9d0}"
	"rect.host{fill:#fff;stroke:#39414d;stroke-width:2}"
	"rect.bar{fill:#39414d}.dot{fill:#c9c8c2}"
	"rect.plug{fill:#8b93a0}"
	"rect.unplugged{fill:none;stroke:#8b93a0;stroke-width:2}"
	"line{stroke-linecap:square}"
	"line.rule{stroke:#e4e2db}line.branch{stroke:#c9c8c2}"
	"line.wire{stroke:#8b93a0;stroke-width:2}"
	".track{fill:#ebe9e2}.used{fill:#4f7cac}.free{fill:#c9c8c2}"
	".hot{fill:#b5481a}\n"
	".hue0{fill:#0063a5}.hue1{fill:#b34700}.hue2{fill:#00755a}"
	".hue3{fill:#a03b83}.hue4{fill:#766000}.hue5{fill:#005f73}"
	".hue6{fill:#8f2d2d}.hue7{fill:#4b4fb3}\n"
	"@media (prefers-color-scheme:dark){svg{background:#14171c}"
	".paper{fill:#14171c}text{fill:#e6e8eb}.part,.soft{fill:#9aa3af}"
	".faint{fill:#66707c}.warn{fill:#ffb27a}.door{fill:#7cc0ff}"
	"text.onbar,text.cell{fill:#10141a}"
	"rect.card{fill:#1b1f26;stroke:#2f3640}"
	"rect.host{fill:#1b1f26;stroke:#aab4c2}rect.bar{fill:#aab4c2}"
	".dot{fill:#4a525d}line.rule{stroke:#2a3038}"
	"line.branch{stroke:#3a414b}.track{fill:#272d36}"
	".used{fill:#6fa3da}.free{fill:#3f4752}.hot{fill:#ffb27a}"
	".hue0{fill:#6cb8ff}.hue1{fill:#ffab66}.hue2{fill:#4fd1a5}"
	".hue3{fill:#ec92cf}.hue4{fill:#e0c94a}.hue5{fill:#5fd0e0}"
	".hue6{fill:#ff9d94}.hue7{fill:#a9adff}}\n";

/* ---- strangers' texts ---- */

/* Characters that XML 1.0 cannot hold, that are not seen, or that turn the
 * direction of what follows. */
static bool is_harmful(const char *text, size_t len)
{
	static const struct {
		const char *from, *to;
	} ranges[] = {
		{ "\xc2\x80", "\xc2\x9f" },
		{ "\xe2\x80\x8b", "\xe2\x80\x8f" },
		{ "\xe2\x80\xa8", "\xe2\x80\xae" },
		{ "\xe2\x81\xa0", "\xe2\x81\xaf" },
		{ "\xef\xbb\xbf", "\xef\xbb\xbf" },
		{ "\xef\xbf\xbe", "\xef\xbf\xbf" },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++)
		if (len == strlen(ranges[i].from) &&
		    memcmp(text, ranges[i].from, len) >= 0 &&
		    memcmp(text, ranges[i].to, len) <= 0)
			return true;
	return false;
}

/* And what would be taken for markup. */
static void put_text(struct buf *buf, const char *text)
{
	static const struct {
		char c;
		const char *as;
	} marked[] = { { '<', "&lt;" },
		       { '>', "&gt;" },
		       { '&', "&amp;" },
		       { '"', "&quot;" },
		       { '\'', "&#39;" } };

	const char *end = text + strlen(text);

	while (*text) {
		size_t len = utf8_len(text, end), i = 0;

		if (len > 1) {
			if (is_harmful(text, len))
				buf_putc(buf, '?');
			else
				buf_add(buf, text, len);
			text += len;
			continue;
		}
		while (i < ARRAY_LEN(marked) && marked[i].c != *text)
			i++;
		if (i < ARRAY_LEN(marked))
			buf_puts(buf, marked[i].as);
		else
			buf_putc(buf,
				 (unsigned char)*text < ' ' ||
						 (unsigned char)*text > '~' ?
					 '?' :
					 *text);
		text++;
	}
}

/* ---- marks ---- */

static void put_rect(struct buf *buf, const char *look, int x, int y, int w,
		     int h, int radius)
{
	buf_printf(buf,
		   "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" "
		   "height=\"%d\" rx=\"%d\"/>\n",
		   look, x, y, w, h, radius);
}

static void put_words(struct buf *buf, const struct mark *mark)
{
	buf_printf(buf,
		   "<text class=\"%s\" x=\"%d\" y=\"%d\" font-size=\"%d\">",
		   mark->look, mark->x, mark->y + mark->size * 12 / 10,
		   mark->size);
	put_text(buf, mark->text);
	buf_puts(buf, "</text>\n");
}

static void put_cell(struct buf *buf, const struct mark *mark)
{
	put_rect(buf, mark->look, mark->x, mark->y, mark->w, mark->h,
		 mark->text ? 4 : 1);
	if (mark->part & CELL_UP)
		put_rect(buf, mark->look, mark->x, mark->y, mark->w, 6, 0);
	if (mark->part & CELL_DOWN)
		put_rect(buf, mark->look, mark->x, mark->y + mark->h - 6,
			 mark->w, 6, 0);
	if (!mark->text)
		return;
	buf_printf(buf,
		   "<text class=\"cell\" x=\"%d\" y=\"%d\" font-size=\"%d\" "
		   "text-anchor=\"middle\">",
		   mark->x + mark->w / 2, mark->y + mark->h / 2 + 4,
		   mark->size);
	put_text(buf, mark->text);
	buf_puts(buf, "</text>\n");
}

static void put_meter(struct buf *buf, const struct mark *mark)
{
	put_rect(buf, "track", mark->x, mark->y, mark->w, mark->h, 3);
	if (mark->part)
		put_rect(buf, mark->look, mark->x, mark->y,
			 mark->w * mark->part / 1000 + 1, mark->h, 3);
}

static void put_mark(struct buf *buf, const struct mark *m)
{
	if (m->kind == MARK_TEXT)
		put_words(buf, m);
	else if (m->kind == MARK_CELL)
		put_cell(buf, m);
	else if (m->kind == MARK_METER)
		put_meter(buf, m);
	else if (m->kind == MARK_LINE)
		buf_printf(buf,
			   "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
			   "y2=\"%d\"/>\n",
			   m->look, m->x, m->y, m->x + m->w, m->y + m->h);
	else
		put_rect(buf, m->look, m->x, m->y, m->w, m->h,
			 m->kind == MARK_CARD ? 7 :
			 m->kind == MARK_DOT  ? 3 :
						5);
}

static void put_picture(struct buf *buf, const struct picture *p)
{
	const char *machine = p->map->machine ? p->map->machine : "";

	buf_printf(buf,
		   "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
		   "width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n<title>",
		   PICTURE_WIDTH, p->y, PICTURE_WIDTH, p->y);
	put_text(buf, machine);
	buf_printf(buf,
		   ": who shares what with whom</title>\n<style>%s"
		   "</style>\n",
		   style);
	put_rect(buf, "paper", 0, 0, PICTURE_WIDTH, p->y, 0);
	for (size_t i = 0; i < p->count; i++)
		put_mark(buf, &p->marks[i]);
	buf_puts(buf, "</svg>\n");
}

char *kist_map_svg(const struct kist_map *map)
{
	struct arena *arena = calloc(1, sizeof(*arena));
	struct sharing sharing;
	struct picture picture;
	struct buf buf;
	bool failed;

	if (!arena)
		return NULL;
	arena_init(arena);
	buf_init(&buf);
	picture_make(&picture, map, &sharing, arena);
	failed = arena_failed(arena);
	if (!failed)
		put_picture(&buf, &picture);
	failed |= buf_failed(&buf);
	arena_done(arena);
	free(arena);
	if (!failed)
		return buf_take(&buf);
	buf_done(&buf);
	return NULL;
}
