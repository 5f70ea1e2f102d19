/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - a page for people: headings, labelled lines, tables */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/letters.h"
#include "cli/opt_text.h"
#include "cli/page.h"
#include "cli/terminal.h"

#define INDENT 2
#define WIDTH 80
#define WIDTH_MIN 40

static size_t page_width(void)
{
	size_t width = terminal_width(STDOUT_FILENO);

	return width < WIDTH_MIN ? WIDTH : width;
}

void page_title(const char *text)
{
	/* Nothing has been printed yet only at the very start. */
	printf("\n%s\n", text);
}

static void harmless(char *text)
{
	text_harmless(text, 0);
}

/* Print words; @margin blanks before each further line. */
static void print_broken(const char *text, size_t margin)
{
	size_t width = page_width(), at = margin;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t columns = text_width(text, len);

		if (at > margin && at + 1 + columns > width) {
			printf("\n%*s", (int)margin, "");
			at = margin;
		} else if (at > margin) {
			putchar(' ');
			at++;
		}
		printf("%.*s", (int)len, text);
		at += columns;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

void page_line(const char *label, const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return;
	harmless(text);
	printf("%*s%-*s ", INDENT, "", PAGE_LABEL, label);
	print_broken(text, INDENT + PAGE_LABEL + 1);
}

void page_note(const char *fmt, ...)
{
	CLEANUP_FREE char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (!text)
		return;
	harmless(text);
	printf("%*s", INDENT, "");
	print_broken(text, INDENT);
}

void page_clock(int64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	char clock[16] = "";
	struct tm tm;

	if (localtime_r(&seconds, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	printf("%s ", clock);
}

/* How many bytes of @line take at most @columns. */
static size_t cut_at(const char *line, size_t len, size_t columns)
{
	while (len && text_width(line, len) > columns)
		len--;
	/* not within a character */
	while (len && ((unsigned char)line[len] & 0xc0) == 0x80)
		len--;
	return len;
}

int page_table(struct table *table)
{
	CLEANUP_FREE char *text = NULL;
	size_t size, columns = page_width() - INDENT;
	FILE *out = open_memstream(&text, &size);
	bool cut = isatty(STDOUT_FILENO);
	int ret;

	if (!out)
		return -ENOMEM;
	ret = table_print(table, out, TABLE_HEADINGS);
	fclose(out);
	for (const char *line = text; ret == 0 && line && *line;) {
		size_t len = strcspn(line, "\n");
		size_t shown = cut ? cut_at(line, len, columns) : len;

		while (shown && line[shown - 1] == ' ')
			shown--;
		printf("%*s%.*s\n", INDENT, "", (int)shown, line);
		line += len + (line[len] == '\n');
	}
	return ret;
}

int page_json(const struct buf *text, struct kist_error *err)
{
	if (buf_failed(text))
		return err_nomem(err);
	puts(text->data);
	return 0;
}
