/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - text in columns */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/letters.h"
#include "cli/opt_text.h"
#include "cli/table.h"

void table_init(struct table *table, const struct table_column *columns,
		size_t count)
{
	*table = (struct table){ .columns = columns, .width = count };
}

void table_done(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
}

/* Takes @text over. */
static void add(struct table *table, char *text)
{
	char **cells = NULL;

	if (text)
		cells = realloc(table->cells,
				(table->count + 1) * sizeof(*cells));
	if (!cells) {
		free(text);
		table->failed = true;
		return;
	}
	text_harmless(text, 1);
	table->cells = cells;
	cells[table->count++] = text;
}

void table_add(struct table *table, const char *text)
{
	add(table, strdup(text ? text : ""));
}

void table_addf(struct table *table, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	add(table, text);
}

/* ---- printing ---- */

/* The first line of @text is so long; *@rest is what follows, or NULL. */
static size_t line_len(const char *text, unsigned flags, const char **rest)
{
	size_t len = flags & TABLE_LINES ? strcspn(text, "\n") : strlen(text);

	*rest = text[len] ? text + len + 1 : NULL;
	return len;
}

static size_t cell_width(const char *text, unsigned flags)
{
	size_t widest = 0;

	while (text) {
		const char *rest;
		size_t width = text_width(text, line_len(text, flags, &rest));

		if (width > widest)
			widest = width;
		text = rest;
	}
	return widest;
}

static size_t column_width(const struct table *table, size_t column,
			   unsigned flags)
{
	size_t width = 0;

	if (flags & TABLE_RAW)
		return 0;
	if (flags & TABLE_HEADINGS)
		width = cell_width(table->columns[column].name, 0);
	for (size_t i = column; i < table->count; i += table->width) {
		size_t own = cell_width(table->cells[i], flags);

		if (own > width)
			width = own;
	}
	return width;
}

/* Make the table as narrow as it has to be, as far as columns may shrink. */
static void shrink(const struct table *table, size_t *widths)
{
	size_t total = table->width ? table->width - 1 : 0;

	for (size_t i = 0; i < table->width; i++)
		total += widths[i];
	for (size_t i = table->width; i-- > 0;) {
		size_t least = strlen(table->columns[i].name);
		size_t cut = widths[i] > least ? widths[i] - least : 0;

		if (!table->max_width || total <= table->max_width)
			return;
		if (!(table->shrinks & BIT(i)))
			continue;
		if (cut > total - table->max_width)
			cut = total - table->max_width;
		widths[i] -= cut;
		total -= cut;
	}
}

/* How many bytes of @text are @width columns. */
static size_t cut_len(const char *text, size_t len, size_t width)
{
	size_t fit = text_fit(text, width);

	return fit < len ? fit : len;
}

static void print_raw(const char *text, char end, FILE *out)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c <= ' ' || c >= 127 || c == '\\')
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc(end, out);
}

static void print_cell(const struct table *table, size_t column,
		       const char *text, size_t len, size_t width, FILE *out)
{
	const struct table_column *info = &table->columns[column];
	bool last = column == table->width - 1;
	size_t own = text_width(text, len);
	int pad;

	if (own > width && (table->shrinks & BIT(column))) {
		len = cut_len(text, len, width);
		own = text_width(text, len);
	}
	pad = width > own ? (int)(width - own) : 0;
	fprintf(out, "%*s", info->right ? pad : 0, "");
	for (size_t i = 0; i < len; i++)
		fputc(text[i] == '\n' ? '?' : text[i], out);
	fprintf(out, "%*s%c", info->right || last ? 0 : pad, "",
		last ? '\n' : ' ');
}

static void print_row(const struct table *table, const char *const *cells,
		      const size_t *widths, unsigned flags, FILE *out)
{
	bool goes_on = true;

	for (size_t line = 0; goes_on; line++) {
		goes_on = false;
		for (size_t i = 0; i < table->width; i++) {
			const char *text = cells[i], *rest = NULL;
			size_t len = 0;

			for (size_t l = 0; text && l <= line; l++) {
				len = line_len(text, flags, &rest);
				if (l < line)
					text = rest;
			}
			goes_on = goes_on || (text && rest);
			print_cell(table, i, text ? text : "", text ? len : 0,
				   widths[i], out);
		}
	}
}

static void print_raw_row(const struct table *table, const char *const *cells,
			  FILE *out)
{
	for (size_t i = 0; i < table->width; i++)
		print_raw(cells[i], i == table->width - 1 ? '\n' : ' ', out);
}

static void print_headings(const struct table *table, const size_t *widths,
			   unsigned flags, FILE *out)
{
	for (size_t i = 0; i < table->width; i++) {
		const char *name = table->columns[i].name;

		if (flags & TABLE_RAW)
			print_raw(name, i == table->width - 1 ? '\n' : ' ',
				  out);
		else
			print_cell(table, i, name, strlen(name), widths[i],
				   out);
	}
}

int table_print(const struct table *table, FILE *out, unsigned flags)
{
	size_t *widths = calloc(table->width + 1, sizeof(*widths));

	if (!widths || table->failed) {
		free(widths);
		return -ENOMEM;
	}
	for (size_t i = 0; i < table->width; i++)
		widths[i] = column_width(table, i, flags);
	if (!(flags & TABLE_RAW))
		shrink(table, widths);
	if (flags & TABLE_HEADINGS)
		print_headings(table, widths, flags, out);
	for (size_t i = 0; table->width && i + table->width <= table->count;
	     i += table->width) {
		const char *const *row = (const char *const *)table->cells + i;

		if (flags & TABLE_RAW)
			print_raw_row(table, row, out);
		else
			print_row(table, row, widths, flags, out);
	}
	free(widths);
	return 0;
}
