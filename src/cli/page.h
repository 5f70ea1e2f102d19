/* SPDX-License-Identifier: Apache-2.0 */
/**
 * page.h - a page for people: headings, labelled lines, tables
 *
 *	IDS
 *	  user          1000 (alice), inside 0 (root)
 *	  groups        4 (adm), 24 (cdrom), 27 (sudo), 30 (dip), 46 (plugdev),
 *	                1000 (alice)
 *
 * Lines are broken at the width of the terminal, or at 80 columns; those of
 * tables are cut there, and whole where the output is no terminal. Control
 * characters are shown as '?'.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "cli/table.h"

#define PAGE_LABEL 12

/* A heading, with an empty line before it if it is not the first. */
void page_title(const char *text);

/* A line "  LABEL  text", broken between words. */
void page_line(const char *label, const char *fmt, ...) PRINTF(2, 3);

/* The same without a label, at the margin of the labels. */
void page_note(const char *fmt, ...) PRINTF(1, 2);

/* "12:34:56 ", at the front of a line: the local time of @time_ns, which is
 * since 1970. */
void page_clock(int64_t time_ns);

/* A table, indented; it is done with. Return: 0 or -ENOMEM. */
int page_table(struct table *table);

/* A JSON document instead, that was written into @text. Return: 0 or
 * NO_MEMORY. */
int page_json(const struct buf *text, struct kist_error *err);

#endif
