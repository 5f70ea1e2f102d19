/* SPDX-License-Identifier: Apache-2.0 */
/**
 * table.h - text in columns
 *
 *	table_init(&table, columns, ARRAY_LEN(columns));
 *	table_add(&table, "net");
 *	table_addf(&table, "%d", pid);
 *	table_print(&table, stdout, TABLE_HEADINGS);
 *	table_done(&table);
 *
 * Cells are added row by row. Control characters in them are shown as '?', for
 * a terminal acts on them and names are strangers'. Columns are as wide as
 * their widest cell; the last one is not padded. With TABLE_LINES a newline in
 * a cell goes on below it.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macros.h"

/* @name: the heading; @right: flush right, for numbers */
struct table_column {
	const char *name;
	bool right;
};

/* @max_width: of a line; 0: any. @shrinks: mask of the columns that are cut if
 * it is wider */
struct table {
	const struct table_column *columns;
	size_t width; /* columns */
	char **cells;
	size_t count; /* cells */
	size_t max_width;
	unsigned shrinks;
	bool failed;
};

enum table_flag {
	TABLE_HEADINGS = 1,
	TABLE_RAW = 2, /* one blank between cells, nothing padded; blanks in
			* them are \x20 */
	TABLE_LINES = 4,
};

void table_init(struct table *table, const struct table_column *columns,
		size_t count);
void table_done(struct table *table);
void table_add(struct table *table, const char *text); /* NULL: "" */
void table_addf(struct table *table, const char *fmt, ...) PRINTF(2, 3);
/* @flags: enum table_flag. Return: 0 or -ENOMEM. */
MUST_CHECK int table_print(const struct table *table, FILE *out,
			   unsigned flags);

static inline void cleanup_table(struct table *table)
{
	table_done(table);
}
#define CLEANUP_TABLE __attribute__((cleanup(cleanup_table)))

#endif
