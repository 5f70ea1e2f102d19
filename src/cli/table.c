/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - text in columns */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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
	for (char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			*c = '?';
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

static size_t cell_width(const char *text)
{
	return text_width(text, strlen(text));
}

static size_t column_width(const struct table *table, size_t column,
			   unsigned flags)
{
	size_t width = 0;

	if (flags & TABLE_RAW)
		return 0;
	if (flags & TABLE_HEADINGS)
		width = cell_width(table->columns[column].name);
	for (size_t i = column; i < table->count; i += table->width)
		if (cell_width(table->cells[i]) > width)
			width = cell_width(table->cells[i]);
	return width;
}

static void print_cell(const struct table *table, size_t column,
		       const char *text, size_t width, FILE *out)
{
	bool right = table->columns[column].right;
	bool last = column == table->width - 1;
	size_t own = cell_width(text);
	int pad = width > own ? (int)(width - own) : 0;

	fprintf(out, "%*s%s%*s%c", right ? pad : 0, "", text,
		right || last ? 0 : pad, "", last ? '\n' : ' ');
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
	if (flags & TABLE_HEADINGS)
		for (size_t i = 0; i < table->width; i++)
			print_cell(table, i, table->columns[i].name, widths[i],
				   out);
	for (size_t i = 0; i < table->count; i++)
		print_cell(table, i % table->width, table->cells[i],
			   widths[i % table->width], out);
	free(widths);
	return 0;
}
