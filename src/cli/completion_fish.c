/* SPDX-License-Identifier: Apache-2.0 */
/* completion_fish.c - the completion script of fish, from the option tables */
#include <string.h>

#include "cli/opt.h"
#include "cli/opt_text.h"

static void quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

/* What to offer, as an argument of "complete -a"; NULL: files as always. */
static void offer(const struct program *program, const struct opt *opt,
		  FILE *out)
{
	switch (opt_complete(opt)) {
	case COMPLETE_WORDS:
		fputs(" -a '", out);
		for (const char *const *word = opt->words; *word; word++)
			fprintf(out, "%s%s", word == opt->words ? "" : " ",
				*word);
		fputc('\'', out);
		break;
	case COMPLETE_FILE:
		fputs(" -F", out);
		break;
	case COMPLETE_DIR:
		fputs(" -a '(__fish_complete_directories)'", out);
		break;
	case COMPLETE_CONTAINER:
		fprintf(out, " -a '(%s %s 2>/dev/null)'", program->name,
			program->containers ? program->containers : "help");
		break;
	case COMPLETE_COMMAND:
		fputs(" -a '(__fish_complete_subcommand)'", out);
		break;
	case COMPLETE_EXPLAINED:
		fprintf(out, " -a '(%s explain --words 2>/dev/null)'",
			program->name);
		break;
	case COMPLETE_VERB:
	case COMPLETE_NOTHING:
		break;
	}
}

static void begin(const struct program *program, const char *verb, FILE *out)
{
	fprintf(out, "complete -c %s -n ", program->name);
	if (verb)
		fprintf(out, "'__fish_seen_subcommand_from %s'", verb);
	else
		fputs("__fish_use_subcommand", out);
}

static void options(const struct program *program, const char *verb,
		    const struct opt *opts, FILE *out)
{
	EACH_OPT(opt, opts) {
		if (opt->hidden || opt->kind == OPT_TITLE)
			continue;
		if (!opt_is_option(opt) &&
		    opt_complete(opt) == COMPLETE_NOTHING)
			continue;
		begin(program, verb, out);
		if (opt->letter)
			fprintf(out, " -s %c", opt->letter);
		if (opt->name)
			fprintf(out, " -l %.*s", opt_name_len(opt), opt->name);
		if (opt->kind == OPT_VALUE && !opt->bare)
			fputs(opt_complete(opt) == COMPLETE_FILE ? " -r" :
								   " -x",
			      out);
		if (opt->kind != OPT_FLAG)
			offer(program, opt, out);
		if (opt_is_option(opt)) {
			fputs(" -d ", out);
			quoted(out, opt->help);
		}
		fputc('\n', out);
	}
	begin(program, verb, out);
	fputs(" -l help -d 'show the help'\n", out);
}

static void family(const struct program *program, const struct command *command,
		   FILE *out)
{
	char verb[2 * COMMAND_NAME + 40];

	EACH_OFFERED(c, command->verbs) {
		int len = (int)strcspn(command_word(*c), "|");

		fprintf(out,
			"complete -c %s -n '__fish_seen_subcommand_from %s' "
			"-a %.*s -d ",
			program->name, command->name, len, command_word(*c));
		quoted(out, (*c)->summary);
		fputc('\n', out);
		snprintf(verb, sizeof(verb),
			 "%s; and __fish_seen_subcommand_from %.*s",
			 command->name, len, command_word(*c));
		options(program, verb, (*c)->opts, out);
	}
}

void completion_fish(const struct program *program, FILE *out)
{
	fprintf(out,
		"# fish completion of %s; made from its option tables\n"
		"complete -c %s -f\n",
		program->name, program->name);
	options(program, NULL, program->global_opts, out);
	for (const struct command *const *c = program->commands; *c; c++) {
		if (!command_is_offered(*c))
			continue;
		begin(program, NULL, out);
		fprintf(out, " -a %s -d ", (*c)->name);
		quoted(out, (*c)->summary);
		fputc('\n', out);
	}
	EACH_OFFERED(c, program->commands)
		if ((*c)->verbs)
			family(program, *c, out);
		else
			options(program, (*c)->name, (*c)->opts, out);
}
