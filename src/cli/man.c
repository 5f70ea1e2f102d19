/* SPDX-License-Identifier: Apache-2.0 */
/*
 * man.c - manual pages in mdoc(7), from the option tables
 *
 * One page for the program, one for each verb. Text is escaped on its way
 * out; mandoc -Tlint has nothing to say about the result.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "cli/opt.h"
#include "cli/opt_text.h"

#define WIDTH 78

/* Text inside a line: no backslash is an escape, two dashes are two. */
static void put_n(FILE *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool dashes = text[i] == '-' &&
			      ((i > 0 && text[i - 1] == '-') ||
			       (i + 1 < len && text[i + 1] == '-'));

		if (text[i] == '\\')
			fputs("\\e", out);
		else
			fprintf(out, dashes ? "\\%c" : "%c", text[i]);
	}
}

/* An argument of a macro: one word, whatever it is made of. */
void man_argument(FILE *out, const char *text, size_t len)
{
	fputc('"', out);
	while (len) {
		size_t run = 0;

		while (run < len && text[run] != '"')
			run++;
		put_n(out, text, run);
		if (run < len)
			fputs("\\(dq", out);
		run += run < len;
		text += run;
		len -= run;
	}
	fputc('"', out);
}

/* Text, folded between words; a sentence that ends begins a new line, as
 * mdoc wants it. A dot or quote in front of a line would be a macro. */
void man_line(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		bool ends = len && text[len - 1] == '.' &&
			    (column > 0 || len > 4);

		if (column && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		} else if (column) {
			fputc(' ', out);
		}
		if (!column && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		put_n(out, text, len);
		column += 1 + len;
		text += len + strspn(text + len, " ");
		if (ends && *text) {
			fputc('\n', out);
			column = 0;
		}
	}
	fputc('\n', out);
}

static void sentence(FILE *out, const char *text)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s.", text);
	whole[0] = (char)toupper((unsigned char)whole[0]);
	man_line(out, whole);
}

/* Paragraphs, an empty line between two. */
static void paragraphs(FILE *out, const char *text)
{
	char one[1024];

	while (text && *text) {
		const char *end = strstr(text, "\n\n");
		size_t len = end ? (size_t)(end - text) : strlen(text);

		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		for (char *c = one; *c; c++)
			if (*c == '\n')
				*c = ' ';
		fputs(".Pp\n", out);
		man_line(out, one);
		text += len;
		text += strspn(text, "\n");
	}
}

static void upper(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), out);
}

static void head(const struct program *program, const char *verb,
		 const char *summary, FILE *out)
{
	fprintf(out, ".Dd %s\n.Dt ", program->date);
	upper(out, program->name);
	if (verb) {
		fputc('-', out);
		upper(out, verb);
	}
	fprintf(out, " %d\n.Os\n.Sh NAME\n.Nm %s%s%s\n.Nd ", program->section,
		program->name, verb ? "-" : "", verb ? verb : "");
	man_line(out, summary);
}

/* ".Fl m , Fl \-memory Ar BYTES" */
static void item(const struct opt *opt, FILE *out)
{
	fputs(".It", out);
	if (!opt_is_option(opt)) {
		fputs(" Ar ", out);
		man_argument(out, opt->value, strlen(opt->value));
		fputc('\n', out);
		return;
	}
	if (opt->letter)
		fprintf(out, " Fl %c", opt->letter);
	if (opt->letter && opt->name)
		fputs(" ,", out);
	if (opt->name)
		fprintf(out, " Fl \\-%.*s", opt_name_len(opt), opt->name);
	if (opt->bare)
		fputs(" Ns Op \\&= Ns", out);
	if (opt->value) {
		fputs(" Ar ", out);
		man_argument(out, opt->value, strlen(opt->value));
	}
	fputc('\n', out);
}

static void list_begin(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
}

static void list_end(FILE *out)
{
	fputs(".El\n", out);
}

static void operands(const struct opt *opts, FILE *out)
{
	bool any = false;

	EACH_OPT(opt, opts) {
		if (!opt_is_operand(opt) || opt->hidden)
			continue;
		if (!any)
			list_begin(out);
		any = true;
		item(opt, out);
		man_line(out, opt->help);
	}
	if (any)
		list_end(out);
}

static void choices(const struct opt *opt, FILE *out)
{
	CLEANUP_BUF struct buf text;

	buf_init(&text);
	if (!opt->words || !opt->only_words)
		return;
	buf_puts(&text, "One of");
	for (const char *const *word = opt->words; *word; word++)
		buf_printf(&text, "%s %s", word == opt->words ? "" : ",",
			   *word);
	buf_puts(&text, ".");
	if (!buf_failed(&text))
		man_line(out, text.data);
}

static void options(const struct opt *opts, FILE *out)
{
	bool open = false;

	EACH_OPT(opt, opts) {
		if (opt->kind == OPT_TITLE) {
			if (open)
				list_end(out);
			open = false;
			fputs(".Ss ", out);
			man_line(out, opt->help);
		}
		if (!opt_is_option(opt) || opt->hidden)
			continue;
		if (!open)
			list_begin(out);
		open = true;
		item(opt, out);
		man_line(out, opt->help);
		choices(opt, out);
	}
	if (open)
		list_end(out);
}

/* "setns(2)" in a list of such. */
struct reference {
	const char *name, *section;
	int name_len, section_len;
};

static int compare_references(const void *a, const void *b)
{
	const struct reference *x = a, *y = b;
	int order = strncmp(x->section, y->section, (size_t)x->section_len);

	if (order == 0)
		order = strcmp(x->name, y->name);
	return order;
}

/* "setns(2), kist-ls(1)" becomes a list in the order of the sections. */
static void see_also(const char *see, FILE *out)
{
	struct reference list[16];
	size_t count = 0;

	while (see && *see && count < ARRAY_LEN(list)) {
		struct reference *ref = &list[count];

		ref->name = see;
		ref->name_len = (int)strcspn(see, "(,");
		ref->section = see + ref->name_len + 1;
		ref->section_len = (int)strcspn(ref->section, "),");
		count += see[ref->name_len] == '(';
		see += strcspn(see, ",");
		see += strspn(see, ", ");
	}
	if (count == 0)
		return;

	qsort(list, count, sizeof(list[0]), compare_references);
	fputs(".Sh SEE ALSO\n", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, ".Xr %.*s %.*s%s\n", list[i].name_len,
			list[i].name, list[i].section_len, list[i].section,
			i + 1 < count ? " ," : "");
}

static void synopsis_operands(const struct opt *opts, FILE *out)
{
	EACH_OPT(opt, opts) {
		if (!opt_is_operand(opt) || opt->hidden)
			continue;
		fputs(opt->kind == OPT_OPERAND ? ".Ar " : ".Op Ar ", out);
		man_argument(out, opt->value, strlen(opt->value));
		if (opt->kind == OPT_REST && !opt_is_same(opt))
			fputs(" ...", out);
		fputc('\n', out);
	}
}

static void verbs(const struct program *program, FILE *out)
{
	const char *group = NULL;

	for (const struct command *const *c = program->commands; *c; c++) {
		const struct command *command = *c;

		if (command->hidden)
			continue;
		if (!group || strcmp(group, command->group) != 0) {
			if (group)
				list_end(out);
			fputs(".Ss ", out);
			man_line(out, command->group);
			list_begin(out);
		}
		group = command->group;
		fprintf(out, ".It Cm %s\n", command->name);
		man_line(out, command->summary);
	}
	if (group)
		list_end(out);
}

void man_program(const struct program *program, FILE *out)
{
	head(program, NULL, program->summary, out);
	fputs(".Sh SYNOPSIS\n.Nm\n.Op Ar OPTIONS\n.Ar VERB ...\n", out);
	fputs(".Sh DESCRIPTION\n", out);
	fprintf(out, "Each verb has a page of its own,\n.Nm Ns - Ns Ar VERB ,"
		     "\nand tells its options by\n.Nm\n.Ar VERB\n"
		     ".Fl \\-help .\n");
	paragraphs(out, program->notes);
	verbs(program, out);
	fputs(".Sh OPTIONS\n", out);
	options(program->global_opts, out);
	fprintf(out,
		".Bl -tag -width Ds\n.It Fl h , Fl \\-help\nShow the verbs "
		"and options.\n.It Fl %c , Fl \\-version\nShow the version.\n"
		".El\n",
		program->style == OPT_STYLE_GO ? 'v' : 'V');
	if (program->exits) {
		fputs(".Sh EXIT STATUS\n", out);
		man_line(out, program->exits);
	}
	see_also(program->see, out);
}

/* The verbs of a family. */
static void family(const struct command *command, FILE *out)
{
	if (!command->verbs)
		return;
	fputs(".Pp\nEach verb has a page of its own.\n", out);
	list_begin(out);
	EACH_OFFERED(c, command->verbs) {
		fprintf(out, ".It Cm %s\n", command_word(*c));
		man_line(out, (*c)->summary);
	}
	list_end(out);
}

void man_command(const struct program *program, const struct command *command,
		 FILE *out)
{
	char name[COMMAND_NAME];

	head(program, command_name(command, '-', name), command->summary, out);
	fprintf(out, ".Sh SYNOPSIS\n.Nm %s\n.Cm %s\n", program->name,
		command_name(command, ' ', name));
	if (command->verbs && command->run)
		fprintf(out, ".Ar VERB ...\n.Nm %s\n.Cm %s\n", program->name,
			name);
	else if (command->verbs)
		fputs(".Ar VERB ...\n", out);
	if (opt_any_option(command->opts))
		fputs(".Op Ar OPTIONS\n", out);
	synopsis_operands(command->opts, out);

	fputs(".Sh DESCRIPTION\n", out);
	sentence(out, command->summary);
	paragraphs(out, command->notes);
	family(command, out);
	operands(command->opts, out);
	if (opt_any_option(command->opts)) {
		fputs(".Sh OPTIONS\n", out);
		options(command->opts, out);
	}
	if (command->example) {
		fputs(".Sh EXAMPLES\n.Dl ", out);
		man_line(out, command->example);
	}
	see_also(command->see, out);
}

/* ---- all pages ---- */

static int write_page(const struct program *program,
		      const struct command *command, const char *dir,
		      struct kist_error *err)
{
	char path[4096], name[COMMAND_NAME] = "";
	FILE *out;

	if (command)
		command_name(command, '-', name);
	snprintf(path, sizeof(path), "%s/%s%s%s.%d", dir, program->name,
		 command ? "-" : "", name, program->section);
	out = fopen(path, "we");
	if (!out)
		return err_sys(err, KIST_E_SYSTEM, errno, "write '%s'", path);

	if (command)
		man_command(program, command, out);
	else
		man_program(program, out);
	if (fclose(out) != 0)
		return err_sys(err, KIST_E_SYSTEM, errno, "write '%s'", path);
	return 0;
}

int man_all(const struct program *program, const char *dir,
	    struct kist_error *err)
{
	int ret = write_page(program, NULL, dir, err);

	EACH_OFFERED(c, program->commands) {
		if (ret == 0)
			ret = write_page(program, *c, dir, err);
		EACH_OFFERED(verb, (*c)->verbs)
			if (ret == 0)
				ret = write_page(program, *verb, dir, err);
	}
	return ret;
}
