/* SPDX-License-Identifier: Apache-2.0 */
/* completion_zsh.c - the completion script of zsh, from the option tables
 *
 * Each option becomes one specification of _arguments(1) of zshcompsys(1). */
#include <string.h>

#include "cli/opt.h"
#include "cli/opt_text.h"

static void identifier(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(*name == '-' ? '_' : *name, out);
}

/* Inside '…' and [ ] or between colons of a specification. */
static void quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (strchr("[]:\\", *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void action(const struct program *program, const struct opt *opt,
		   FILE *out)
{
	switch (opt_complete(opt)) {
	case COMPLETE_WORDS:
		fputc('(', out);
		for (const char *const *word = opt->words; *word; word++)
			fprintf(out, "%s%s", word == opt->words ? "" : " ",
				*word);
		fputc(')', out);
		break;
	case COMPLETE_FILE:
		fputs("_files", out);
		break;
	case COMPLETE_DIR:
		fputs("_files -/", out);
		break;
	case COMPLETE_CONTAINER:
		fputc('_', out);
		identifier(out, program->name);
		fputs("_containers", out);
		break;
	case COMPLETE_COMMAND:
		fputs("_normal", out);
		break;
	case COMPLETE_VERB:
		fputc('_', out);
		identifier(out, program->name);
		fputs("_verbs", out);
		break;
	case COMPLETE_EXPLAINED:
		fprintf(out, "{compadd -- ${(f)\"$(%s explain --words)\"}}",
			program->name);
		break;
	case COMPLETE_NOTHING:
		fputc(' ', out);
		break;
	}
}

static void names(const struct opt *opt, FILE *out)
{
	int len = opt_name_len(opt);
	const char *again = opt->read == opt_list ? "*" : "";

	if (opt->letter && opt->name && !*again)
		fprintf(out, "'(-%c --%.*s)'", opt->letter, len, opt->name);
	else if (*again)
		fprintf(out, "'%s'", again);
	if (opt->letter && opt->name)
		fprintf(out, "{-%c%s,--%.*s%s}", opt->letter,
			opt->kind == OPT_VALUE ? "+" : "", len, opt->name,
			opt->kind == OPT_VALUE ? "=" : "");
	else if (opt->name)
		fprintf(out, "--%.*s%s", len, opt->name,
			opt->bare	       ? "=-" :
			opt->kind == OPT_VALUE ? "=" :
						 "");
	else
		fprintf(out, "-%c%s", opt->letter,
			opt->kind == OPT_VALUE ? "+" : "");
}

static void option(const struct program *program, const struct opt *opt,
		   FILE *out)
{
	fputs(" \\\n\t\t\t", out);
	names(opt, out);
	fputs("'[", out);
	quoted(out, opt->help);
	fputc(']', out);
	if (opt->kind == OPT_VALUE) {
		fprintf(out, "%s", opt->bare ? "::" : ":");
		quoted(out, opt->value);
		fputc(':', out);
		action(program, opt, out);
	}
	fputc('\'', out);
}

static void operand(const struct program *program, const struct opt *opt,
		    FILE *out)
{
	const char *place = opt->kind == OPT_OPERAND ? ":" : "::";

	if (opt->kind == OPT_REST)
		place = opt_is_same(opt) ? "*:" : "*::";
	fprintf(out, " \\\n\t\t\t'%s", place);
	quoted(out, opt->value);
	fputc(':', out);
	action(program, opt, out);
	fputc('\'', out);
}

static void options(const struct program *program, const struct opt *opts,
		    FILE *out)
{
	EACH_OPT(opt, opts) {
		if (opt->hidden)
			continue;
		if (opt_is_option(opt))
			option(program, opt, out);
		else if (opt_is_operand(opt))
			operand(program, opt, out);
	}
}

static void helpers(const struct program *program, FILE *out)
{
	fputc('_', out);
	identifier(out, program->name);
	fprintf(out,
		"_containers() {\n"
		"\tlocal -a containers\n"
		"\tcontainers=(${(f)\"$(%s %s 2>/dev/null)\"})\n"
		"\tcompadd -a containers\n}\n\n_",
		program->name,
		program->containers ? program->containers : "help");
	identifier(out, program->name);
	fputs("_verbs() {\n\tlocal -a verbs\n\tverbs=(\n", out);
	for (const struct command *const *c = program->commands; *c; c++) {
		if (!command_is_offered(*c))
			continue;
		fprintf(out, "\t\t'%s:", (*c)->name);
		quoted(out, (*c)->summary);
		fputs("'\n", out);
	}
	fputs("\t)\n\t_describe verb verbs\n}\n\n", out);
}

static void one_verb(const struct program *program,
		     const struct command *command, FILE *out)
{
	fprintf(out,
		"\t%s)\n\t\t_arguments -s \\\n"
		"\t\t\t'(- *)--help[show the help]'",
		command_word(command));
	options(program, command->opts, out);
	fputs(" ;;\n", out);
}

static void family(const struct program *program, const struct command *command,
		   FILE *out)
{
	fprintf(out, "\t%s)\n\t\t_arguments -C \\\n\t\t\t'1: :((",
		command->name);
	EACH_OFFERED(c, command->verbs) {
		fprintf(out, "%.*s\\:\"", (int)strcspn(command_word(*c), "|"),
			command_word(*c));
		quoted(out, (*c)->summary);
		fputs("\" ", out);
	}
	fputs("))' '*:: :->more' && return\n\t\tcase $line[1] in\n", out);
	EACH_OFFERED(c, command->verbs)
		one_verb(program, *c, out);
	fputs("\tesac ;;\n", out);
}

void completion_zsh(const struct program *program, FILE *out)
{
	fprintf(out, "#compdef %s\n# made from the option tables of %s\n\n",
		program->name, program->name);
	helpers(program, out);

	fputc('_', out);
	identifier(out, program->name);
	fputs("() {\n\tlocal curcontext=$curcontext state line\n"
	      "\ttypeset -A opt_args\n\n\t_arguments -C \\\n"
	      "\t\t\t'(- *)--help[show the help]'",
	      out);
	options(program, program->global_opts, out);
	fputs(" \\\n\t\t\t'1: :_", out);
	identifier(out, program->name);
	fputs("_verbs' '*:: :->words' && return\n\n"
	      "\tcase $line[1] in\n",
	      out);
	EACH_OFFERED(c, program->commands)
		if ((*c)->verbs)
			family(program, *c, out);
		else
			one_verb(program, *c, out);
	fputs("\tesac\n}\n\n_", out);
	identifier(out, program->name);
	fputs(" \"$@\"\n", out);
}
