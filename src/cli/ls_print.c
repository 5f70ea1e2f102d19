/* SPDX-License-Identifier: Apache-2.0 */
/* ls_print.c - rows of namespaces as a table, raw, or JSON, as lsns(8) has it */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/ls_rows.h"
#include "cli/table.h"
#include "cli/terminal.h"

/* ---- tables ---- */

/* Drawn in front of a row that hangs from another. */
static const struct {
	const char *more, *last, *beside, *below;
} arts[] = {
	{ "|-", "`-", "| ", "  " },
	{ "├─", "└─", "│ ", "  " },
};

struct printer {
	const struct ls_view *view;
	struct table *table;
	size_t art;
	enum ls_column tree_column;
};

/* Text of the tree in front of @row, innermost last. */
static void draw(const struct printer *p, const struct ls_row *row, bool self,
		 struct buf *text)
{
	if (!row->parent)
		return;
	draw(p, row->parent, false, text);
	if (self)
		buf_puts(text,
			 row->next ? arts[p->art].more : arts[p->art].last);
	else
		buf_puts(text,
			 row->next ? arts[p->art].beside : arts[p->art].below);
}

static void add_cell(const struct printer *p, const struct ls_row *row,
		     enum ls_column column)
{
	const char *text = row->cells[column] ? row->cells[column] : "";
	CLEANUP_BUF struct buf whole;

	buf_init(&whole);
	if (column != p->tree_column || !row->parent) {
		table_add(p->table, text);
		return;
	}
	draw(p, row, true, &whole);
	buf_puts(&whole, text);
	table_add(p->table, buf_failed(&whole) ? text : whole.data);
}

static void add_rows(const struct printer *p, const struct ls_row *row)
{
	for (; row; row = row->next) {
		for (size_t i = 0; i < p->view->count; i++)
			add_cell(p, row, p->view->columns[i]);
		add_rows(p, row->child);
	}
}

static enum ls_column tree_column(const struct ls_view *view)
{
	switch (view->tree) {
	case LS_TREE_PROCESS:
		return LS_COMMAND;
	case LS_TREE_PARENT:
	case LS_TREE_OWNER:
		return LS_NS;
	case LS_TREE_NONE:
		break;
	}
	return LS_COUNT;
}

static int print_table(const struct ls_rows *rows, const struct ls_view *view,
		       FILE *out)
{
	struct table_column columns[LS_COUNT * 2];
	CLEANUP_TABLE struct table table = { 0 };
	const struct printer p = { view, &table, terminal_is_utf8(),
				   tree_column(view) };

	for (size_t i = 0; i < view->count; i++) {
		const struct ls_column_info *info =
			&ls_columns[view->columns[i]];

		columns[i] = (struct table_column){
			.name = info->name,
			.right = info->right &&
				 (view->columns[i] != p.tree_column ||
				  p.tree_column != LS_NS),
		};
	}
	if (!rows->first)
		return 0; /* no headings over nothing */
	table_init(&table, columns, view->count);
	table.max_width = terminal_width(fileno(out));
	for (size_t i = 0; i < view->count; i++)
		if (ls_columns[view->columns[i]].shrinks && !view->no_trunc)
			table.shrinks |= BIT(i);
	add_rows(&p, rows->first);
	return table_print(&table, out,
			   (view->no_headings ? 0u : TABLE_HEADINGS) |
				   (view->raw ? TABLE_RAW : TABLE_LINES));
}

/* ---- JSON ---- */

static void put_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", out);
		else if (c == '\t')
			fputs("\\t", out);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void put_indent(unsigned depth, FILE *out)
{
	fprintf(out, "%*s", (int)(3 * depth), "");
}

static void put_names(const char *const *names, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; names && names[i]; i++) {
		if (i)
			fputs(", ", out);
		put_text(names[i], out);
	}
	fputc(']', out);
}

static void put_member(const char *key, const char *text, FILE *out)
{
	if (!text)
		return;
	fprintf(out, ", \"%s\": ", key);
	put_text(text, out);
}

static void put_pins(const struct kist_ns_info *info, unsigned depth, FILE *out)
{
	fputc('[', out);
	for (size_t i = 0; i < info->pin_count; i++) {
		const struct kist_ns_pin *pin = &info->pins[i];

		fputs(i ? ",\n" : "\n", out);
		put_indent(depth + 1, out);
		fputs("{\"kind\": ", out);
		put_text(kist_ns_pin_name(pin->kind), out);
		if (pin->pid)
			fprintf(out, ", \"pid\": %d", pin->pid);
		if (pin->kind == KIST_NS_PIN_THREAD)
			fprintf(out, ", \"tid\": %d", pin->fd);
		if (pin->kind == KIST_NS_PIN_FD ||
		    pin->kind == KIST_NS_PIN_SOCKET)
			fprintf(out, ", \"fd\": %d", pin->fd);
		put_member("command", pin->command, out);
		put_member("path", pin->path, out);
		put_member("type", pin->type, out);
		if (pin->ino)
			fprintf(out, ", \"ns\": %llu",
				(unsigned long long)pin->ino);
		fputc('}', out);
	}
	fputc(']', out);
}

static void put_value(const struct ls_row *row, enum ls_column column,
		      unsigned depth, FILE *out)
{
	const char *text = row->cells[column];

	if (column == LS_NAMES && row->info)
		put_names(row->info->names, out);
	else if (column == LS_PINS && row->info)
		put_pins(row->info, depth, out);
	else if (!text)
		fputs("null", out);
	else if (ls_columns[column].number)
		fputs(text, out);
	else
		put_text(text, out);
}

static void put_key(const char *name, FILE *out)
{
	fputc('"', out);
	for (; *name; name++)
		fputc(*name | 0x20, out); /* letters only: small ones */
	fputs("\": ", out);
}

static void put_rows(const struct ls_row *row, const struct ls_view *view,
		     unsigned depth, FILE *out);

static void put_row(const struct ls_row *row, const struct ls_view *view,
		    unsigned depth, FILE *out)
{
	bool nests = view->nested && row->child;

	fputs("{\n", out);
	for (size_t i = 0; i < view->count; i++) {
		put_indent(depth + 1, out);
		put_key(ls_columns[view->columns[i]].name, out);
		put_value(row, view->columns[i], depth + 1, out);
		fputs(i + 1 < view->count || nests ? ",\n" : "\n", out);
	}
	if (nests) {
		put_indent(depth + 1, out);
		fputs("\"children\": [\n", out);
		put_rows(row->child, view, depth + 2, out);
		put_indent(depth + 1, out);
		fputs("]\n", out);
	}
	put_indent(depth, out);
	fputc('}', out);
}

static void put_rows(const struct ls_row *row, const struct ls_view *view,
		     unsigned depth, FILE *out)
{
	const struct ls_row *first = row;

	for (; row; row = row->next) {
		if (row != first)
			fputc(',', out);
		else
			put_indent(depth, out);
		put_row(row, view, depth, out);
	}
	fputc('\n', out);
}

/* Not nested: one list, in the order of the tree. */
static void put_flat(const struct ls_row *row, const struct ls_view *view,
		     bool *is_first, FILE *out)
{
	for (; row; row = row->next) {
		if (!*is_first)
			fputc(',', out);
		else
			put_indent(2, out);
		*is_first = false;
		put_row(row, view, 2, out);
		put_flat(row->child, view, is_first, out);
	}
}

static void print_json(const struct ls_rows *rows, const struct ls_view *view,
		       FILE *out)
{
	bool is_first = true;

	fputs("{\n   \"namespaces\": [\n", out);
	if (view->nested) {
		put_rows(rows->first, view, 2, out);
	} else {
		put_flat(rows->first, view, &is_first, out);
		fputc('\n', out);
	}
	fputs("   ]\n}\n", out);
}

int ls_print(const struct ls_rows *rows, const struct ls_view *view, FILE *out)
{
	if (view->json) {
		print_json(rows, view, out);
		return 0;
	}
	return print_table(rows, view, out);
}
