/* SPDX-License-Identifier: Apache-2.0 */
/* top.h - kist top: columns, which rows are shown, and what is drawn */
#ifndef CLI_TOP_H
#define CLI_TOP_H

#include <kist/top.h>

#include "cli/opt.h"
#include "cli/screen.h"

#define TOP_CELL 64
#define TOP_WORD 80

/* A share of the machine's memory stands for what has no limit. */
struct top_column {
	const char *heading; /* "MEM%" */
	const char *word;    /* --sort: "memory-share" */
	char key;	     /* sorts by it, as in htop; 0 */
	int width;	     /* of the cell; negative: flush left */
	int rank;	     /* the higher, the sooner it is left out */
	int (*compare)(const struct kist_top_row *a,
		       const struct kist_top_row *b);
	void (*format)(const struct kist_top_list *list,
		       const struct kist_top_row *row, char *buf, size_t size);
};

enum { TOP_NAME, TOP_CPU, TOP_MEMORY };
extern const struct top_column top_columns[];
extern const size_t top_column_count;
/* For --sort: the words, NULL-terminated. */
extern const char *const top_sort_words[];

/**
 * struct top_order - which rows, in which order
 * @filter:	text that name, id, engine or group contains; "" any
 */
struct top_order {
	int column;
	bool reverse, tree;
	char filter[TOP_WORD];
};

/* A row and how deep it hangs in the tree. */
struct top_shown {
	const struct kist_top_row *row;
	int depth;
};

/* Return: how many; @ret_shown is for free(3), NULL: no memory. */
size_t top_arrange(const struct kist_top_list *list,
		   const struct top_order *order, struct top_shown **ret_shown);

/* Which columns fit in @width, as a mask, and what is left for the name. */
unsigned top_columns_fit(int width, int *ret_name_width);

/* "12.3", "1.5G", "-" */
void top_format_bytes(uint64_t bytes, char *buf, size_t size);

/**
 * struct top_view - the terminal and what is being done on it
 */
struct top_view {
	struct screen screen;
	struct kist_top *top;
	const struct kist *kist;
	enum kist_top_by by;
	unsigned kind;
	struct kist_top_list list;
	struct top_order order;
	int64_t delay_ms;
	struct top_shown *shown;
	size_t count, selected, first;
	char selected_key[TOP_WORD];
	const char *title; /* of what is asked for below the list */
	char typed[TOP_WORD], message[200];
	bool held, read_only;
	enum {
		TOP_LIST,
		TOP_HELP,
		TOP_DETAIL,
		TOP_FILTER,
		TOP_SEARCH,
		TOP_SORT,
		TOP_SIGNAL
	} mode;
};

/* Draw all of it. */
void top_draw(struct top_view *view);
/* A key was typed. Return: false: it is the end. */
bool top_type(struct top_view *view, int key);
/* Sort and filter anew, the same row selected. */
void top_rearrange(struct top_view *view);
/* Look at other things. Return: 0, or -errno with @view->message set. */
int top_change(struct top_view *view, enum kist_top_by by, unsigned kind);

#endif
