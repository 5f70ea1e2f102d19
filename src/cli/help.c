/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help.c - what --help prints, from the option tables
 *
 * Two columns, 80 characters wide: a label and its explanation, which is
 * folded between words. A label that is too long for its column has its own
 * line.
 */
#include <string.h>

#include "base/letters.h"
#include "cli/opt.h"
#include "cli/opt_text.h"

#define WIDTH 80
#define LABEL_MAX 30
#define LABEL_SIZE 96

static void pad(FILE *out, size_t count)
{
	fprintf(out, "%*s", (int)count, "");
}

/* Fold @text at @indent; the cursor is there already. */
static void fold(FILE *out, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		size_t len = strcspn(text, " ");
		size_t width = text_width(text, len);

		if (column > indent && column + 1 + width > WIDTH) {
			fputc('\n', out);
			pad(out, indent);
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, len, out);
		column += width;
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

static void row(FILE *out, const char *label, const char *help, size_t column)
{
	size_t width = 2 + text_width(label, strlen(label));

	fprintf(out, "  %s", label);
	if (width + 2 > column) {
		fputc('\n', out);
		width = 0;
	}
	pad(out, column - width);
	fold(out, help, column);
}

/* "-m, --memory BYTES", "    --memory-swap BYTES", "-x" */
static void option_label(const struct opt *opt, char label[LABEL_SIZE])
{
	const char *dashes = opt->name ? "--" : "";
	const char *name = opt->name ? opt->name : "";
	char letter[8] = "    ";

	if (opt->letter)
		snprintf(letter, sizeof(letter), "-%c%s", opt->letter,
			 opt->name ? ", " : "");
	snprintf(label, LABEL_SIZE, "%s%s%.*s%s%s%s%s", letter, dashes,
		 opt_name_len(opt), name,
		 opt->bare  ? "[=" :
		 opt->value ? " " :
			      "",
		 opt->value ? opt->value : "", opt->bare ? "]" : "", "");
}

static void label_of(const struct opt *opt, char label[LABEL_SIZE])
{
	if (opt_is_option(opt))
		option_label(opt, label);
	else
		snprintf(label, LABEL_SIZE, "%s", opt->value);
}

static size_t column_of(const struct opt *opts)
{
	char label[LABEL_SIZE];
	size_t column = 14;

	for (; opts && !opt_is_end(opts); opts++) {
		size_t width;

		if (opts->hidden || opts->kind == OPT_TITLE)
			continue;
		label_of(opts, label);
		width = text_width(label, strlen(label));
		if (width > LABEL_MAX)
			width = LABEL_MAX;
		if (width + 4 > column)
			column = width + 4;
	}
	return column;
}

static void operands(const struct opt *opts, size_t column, FILE *out)
{
	bool any = false;

	for (; opts && !opt_is_end(opts); opts++) {
		if (!opt_is_operand(opts) || opts->hidden)
			continue;
		if (!any)
			fputc('\n', out);
		any = true;
		row(out, opts->value, opts->help, column);
	}
}

static void options(const struct opt *opts, size_t column, FILE *out)
{
	char label[LABEL_SIZE];

	if (!opts || opts->kind != OPT_TITLE)
		fputs("\nOptions:\n", out);
	for (; opts && !opt_is_end(opts); opts++) {
		if (opts->kind == OPT_TITLE) {
			fprintf(out, "\n%s:\n", opts->help);
		} else if (opt_is_option(opts) && !opts->hidden) {
			label_of(opts, label);
			row(out, label, opts->help, column);
		}
	}
}

static void verbs(const struct program *program, FILE *out)
{
	const char *group = NULL;

	for (const struct command *const *c = program->commands; *c; c++) {
		const struct command *command = *c;

		if (command->hidden)
			continue;
		if (!group || strcmp(group, command->group) != 0)
			fprintf(out, "\n%s:\n", command->group);
		group = command->group;
		row(out, command->name, command->summary, 14);
	}
}

void help_program(const struct program *program, FILE *out)
{
	size_t column = column_of(program->global_opts);

	fprintf(out, "%s - %s\n\n", program->name, program->summary);
	fprintf(out, "Usage: %s [OPTIONS] VERB ...\n", program->name);
	verbs(program, out);
	if (column < 19)
		column = 19;
	options(program->global_opts, column, out);
	row(out, "-h, --help", "show this", column);
	row(out,
	    program->style == OPT_STYLE_GO ? "-v, --version" : "-V, --version",
	    "show the version", column);
	fprintf(out, "\n'%s VERB --help' tells more about a verb.\n",
		program->name);
}

static void family(const struct program *program, const struct command *command,
		   FILE *out)
{
	fprintf(out, "%s %s %s VERB ...\n\n",
		command->run ? "      " : "Usage:", program->name,
		command->name);
	EACH_OFFERED(c, command->verbs)
		row(out, command_word(*c), (*c)->summary, 14);
	fprintf(out, "\n'%s %s VERB --help' tells more about one.\n",
		program->name, command->name);
}

void help_command(const struct program *program, const struct command *command,
		  FILE *out)
{
	const struct opt *opts = command->opts;
	size_t column = column_of(opts);
	CLEANUP_FREE char *usage = opt_usage(opts);
	char name[COMMAND_NAME];

	command_name(command, ' ', name);
	fprintf(out, "%s %s - %s\n\n", program->name, name, command->summary);
	if (!command->verbs || command->run)
		fprintf(out, "Usage: %s %s%s\n", program->name, name,
			usage ? usage : "");
	if (command->verbs)
		family(program, command, out);

	operands(opts, column, out);
	if (opt_any_option(opts))
		options(opts, column, out);
	if (command->example)
		fprintf(out, "\nExample:\n  %s\n", command->example);
	if (command->see)
		fprintf(out, "\nSee: %s\n", command->see);
}
