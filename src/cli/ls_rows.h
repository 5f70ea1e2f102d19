/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ls_rows.h - namespaces as rows, for `kist ls` and for the name lsns
 *
 * How it works
 * ============
 * What the library found becomes rows of texts (ls_rows.c), of which each knows
 * the row it hangs from; they are then printed as a table, raw, or as JSON
 * (ls_print.c), in the formats of lsns(8).
 *
 * Ownership: init/done.
 */
#ifndef CLI_LS_ROWS_H
#define CLI_LS_ROWS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <kist/list.h>

#include "base/arena.h"

/* The order is that of lsns's help; what follows ONS is kist's own. */
enum ls_column {
	LS_NS,
	LS_TYPE,
	LS_PATH,
	LS_NPROCS,
	LS_PID,
	LS_PPID,
	LS_COMMAND,
	LS_UID,
	LS_USER,
	LS_NETNSID,
	LS_NSFS,
	LS_PNS,
	LS_ONS,
	LS_OF_LSNS, /* so many does lsns have */
	LS_STATE = LS_OF_LSNS,
	LS_NAMES,
	LS_PINS,
	LS_COUNT
};

/**
 * struct ls_column_info - one column
 * @right:	numbers, flush right
 * @number:	in JSON: without quotes; an empty one is null
 * @shrinks:	is cut where the terminal ends
 */
struct ls_column_info {
	const char *name, *help;
	bool right, number, shrinks;
};

extern const struct ls_column_info ls_columns[LS_COUNT];

enum ls_tree { LS_TREE_NONE, LS_TREE_PROCESS, LS_TREE_PARENT, LS_TREE_OWNER };

/**
 * struct ls_view - what is shown, and how
 * @all_columns: kist's own are known too
 * @nested:	JSON has children inside their parents
 * @persistent:	only namespaces without processes
 * @out:	where to
 */
struct ls_view {
	enum ls_column columns[LS_COUNT * 2];
	size_t count;
	bool all_columns;
	enum ls_tree tree;
	bool no_headings, raw, json, no_wrap, no_trunc, nested, persistent;
	const char *filter;
};

/* A column by its name in any case, the first @len letters. Or LS_COUNT. */
enum ls_column ls_column_find(const struct ls_view *view, const char *name,
			      size_t len);

/**
 * ls_view_columns() - read "NS,TYPE", or "+PATH" to add to those there are
 *
 * Return: NULL, or the word that is no column (in @word of WORD bytes).
 */
#define LS_WORD 64
const char *ls_view_columns(struct ls_view *view, const char *list, char *word);

/* Which enum kist_ns_want the view needs. */
unsigned ls_view_wants(const struct ls_view *view);

struct ls_row {
	const char *cells[LS_COUNT];
	const struct kist_ns_info *info; /* NULL: a row is a process */
	struct ls_row *parent, *child, *last_child, *next;
};

struct ls_rows {
	struct arena arena;
	struct ls_row *first, *last; /* those without a parent */
	size_t count;
};

void ls_rows_init(struct ls_rows *rows);
void ls_rows_done(struct ls_rows *rows);

/* Return: 0, or a negative errno (LIST_FILTER, NO_MEMORY). */
MUST_CHECK int ls_rows_add(struct ls_rows *rows, const struct ls_view *view,
			   const struct kist_ns_list *list,
			   struct kist_error *err);
/* The same with the processes of one namespace, list->members. */
MUST_CHECK int ls_rows_add_members(struct ls_rows *rows,
				   const struct ls_view *view,
				   const struct kist_ns_list *list,
				   struct kist_error *err);

/* Return: 0 or -ENOMEM. */
MUST_CHECK int ls_print(const struct ls_rows *rows, const struct ls_view *view,
			FILE *out);

#endif
