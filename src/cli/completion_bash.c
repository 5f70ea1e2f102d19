/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion_bash.c - the completion script of bash, from the option tables
 *
 * The tables become two case statements: what a verb takes (its options, those
 * of them with a value, the kinds of its operands), and the kind of each
 * option's value. The code around them is the same for every program.
 */
#include <string.h>

#include "base/buf.h"
#include "cli/opt.h"
#include "cli/opt_text.h"

static void identifier(const struct program *program, FILE *out)
{
	for (const char *c = program->name; *c; c++)
		fputc(*c == '-' ? '_' : *c, out);
}

/* "file", "words=table,json" */
static void kind(const struct opt *opt, FILE *out)
{
	static const char *const names[] = {
		[COMPLETE_NOTHING] = "none",
		[COMPLETE_FILE] = "file",
		[COMPLETE_DIR] = "dir",
		[COMPLETE_CONTAINER] = "container",
		[COMPLETE_COMMAND] = "command",
		[COMPLETE_VERB] = "verb",
		[COMPLETE_EXPLAINED] = "explained",
	};
	const char *separator = "words=";

	if (opt_complete(opt) != COMPLETE_WORDS) {
		fputs(names[opt_complete(opt)], out);
		return;
	}
	for (const char *const *word = opt->words; *word; word++) {
		fprintf(out, "%s%s", separator, *word);
		separator = ",";
	}
}

static void option_names(const struct opt *opt, const char *before,
			 const char *between, FILE *out)
{
	if (opt->letter)
		fprintf(out, "%s-%c", before, opt->letter);
	if (opt->letter && opt->name)
		fputs(between, out);
	if (opt->name)
		fprintf(out, "%s--%.*s", before, opt_name_len(opt), opt->name);
}

static bool is_shown(const struct opt *opt)
{
	return opt_is_option(opt) && !opt->hidden;
}

/* "exec) opts='…' values='…' operands='…' ;;" */
static void takes(const char *verb, const struct opt *opts,
		  const char *operands, FILE *out)
{
	fprintf(out, "\t%s%s%s)\n\t\topts='--help", verb[0] ? "'" : "",
		verb[0] ? verb : "''", verb[0] ? "'" : "");
	EACH_OPT(opt, opts)
		if (is_shown(opt))
			option_names(opt, " ", "", out);
	fputs("'\n\t\tvalues='", out);
	EACH_OPT(opt, opts)
		if (is_shown(opt) && opt->kind == OPT_VALUE && !opt->bare)
			option_names(opt, " ", "", out);
	fprintf(out, " '\n\t\toperands='%s", operands);
	EACH_OPT(opt, opts) {
		if (!opt_is_operand(opt) || opt->hidden)
			continue;
		kind(opt, out);
		fputs(opt->kind == OPT_REST ? "* " : " ", out);
	}
	fputs("' ;;\n", out);
}

static void value_kinds(const char *verb, const struct opt *opts, FILE *out)
{
	char before[64];

	snprintf(before, sizeof(before), "'%s':", verb);
	EACH_OPT(opt, opts) {
		if (!is_shown(opt) || opt->kind != OPT_VALUE)
			continue;
		fputc('\t', out);
		option_names(opt, before, "|", out);
		fputs(") kind='", out);
		kind(opt, out);
		fputs("' ;;\n", out);
	}
}

static void verb_names(const struct program *program, FILE *out)
{
	const char *separator = "";

	for (const struct command *const *c = program->commands; *c; c++) {
		if (!command_is_offered(*c))
			continue;
		fprintf(out, "%s%s", separator, (*c)->name);
		separator = " ";
	}
}

/* A verb, and those of its family. */
static void takes_of(const struct command *command, FILE *out)
{
	char name[COMMAND_NAME];
	const char *separator = "words=";
	CLEANUP_BUF struct buf verbs;

	buf_init(&verbs);
	EACH_OFFERED(c, command->verbs) {
		buf_printf(&verbs, "%s%.*s", separator,
			   (int)strcspn(command_word(*c), "|"),
			   command_word(*c));
		separator = ",";
	}
	if (command->verbs)
		buf_putc(&verbs, ' ');
	takes(command_name(command, ' ', name), command->opts,
	      verbs.data ? verbs.data : "", out);
	EACH_OFFERED(c, command->verbs)
		takes(command_name(*c, ' ', name), (*c)->opts, "", out);
}

static void families(const struct program *program, FILE *out)
{
	EACH_OFFERED(c, program->commands)
		if ((*c)->verbs)
			fprintf(out, "%s ", (*c)->name);
}

static void tables(const struct program *program, FILE *out)
{
	fputs("\tcase $verb in\n", out);
	takes("", program->global_opts, "verb ", out);
	EACH_OFFERED(c, program->commands)
		takes_of(*c, out);
	fputs("\t*) opts='' values=' ' operands='' ;;\n\tesac\n", out);
}

static void value_table(const struct program *program, FILE *out)
{
	char name[COMMAND_NAME];

	fputs("\tcase $verb:$prev in\n", out);
	value_kinds("", program->global_opts, out);
	EACH_OFFERED(c, program->commands) {
		value_kinds((*c)->name, (*c)->opts, out);
		EACH_OFFERED(verb, (*c)->verbs)
			value_kinds(command_name(*verb, ' ', name),
				    (*verb)->opts, out);
	}
	fputs("\tesac\n", out);
}

/* ---- the script ---- */

static const char script[] =
	"# bash completion of @name@; made from its option tables\n"
	"\n"
	"# opts, values (of those, the ones with a value), operands of $verb\n"
	"_@id@_takes()\n"
	"{\n"
	"@takes@"
	"}\n"
	"\n"
	"# the kind of what comes behind option $prev of $verb\n"
	"_@id@_kind()\n"
	"{\n"
	"@kinds@"
	"}\n"
	"\n"
	"_@id@_reply()\n"
	"{\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
	"}\n"
	"\n"
	"_@id@()\n"
	"{\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev='' verb='' kind='' word\n"
	"\tlocal opts values operands kinds i count=0\n"
	"\tlocal verbs='@verbs@'\n"
	"\tCOMPREPLY=()\n"
	"\t_@id@_takes\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif [[ $values == *\" $word \"* ]]; then\n"
	"\t\t\tprev=$word\n"
	"\t\t\t((i++))\n"
	"\t\t\t[[ ${COMP_WORDS[i]} != = ]] || ((i++))\n"
	"\t\t\t((i >= COMP_CWORD)) || prev=''\n"
	"\t\telif [[ $word == -* || $word == = ]]; then\n"
	"\t\t\t:\n"
	"\t\telif [[ -z $verb ]]; then\n"
	"\t\t\tverb=$word\n"
	"\t\t\t_@id@_takes\n"
	"\t\telif [[ ' @families@' == *\" $verb \"* ]]; then\n"
	"\t\t\tverb+=\" $word\"\n"
	"\t\t\t_@id@_takes\n"
	"\t\telse\n"
	"\t\t\t((count++))\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $cur != = ]] || cur=''\n"
	"\t_@id@_kind\n"
	"\tif [[ -z $prev && $cur == -* ]]; then\n"
	"\t\tkind=words=${opts// /,}\n"
	"\telif [[ -z $prev ]]; then\n"
	"\t\tread -ra kinds <<<\"$operands\"\n"
	"\t\tfor ((i = 0; i < count; i++)); do\n"
	"\t\t\t[[ ${kinds[i]} != *'*' ]] || break\n"
	"\t\tdone\n"
	"\t\tkind=${kinds[i]%'*'}\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\tfile) compopt -o filenames; _@id@_reply -f ;;\n"
	"\tdir) compopt -o filenames; _@id@_reply -d ;;\n"
	"\tcommand) _@id@_reply -c ;;\n"
	"\tverb) _@id@_reply -W \"$verbs\" ;;\n"
	"\tcontainer)\n"
	"\t\tword=$(\"${COMP_WORDS[0]}\" @containers@ 2>/dev/null)\n"
	"\t\t_@id@_reply -W \"$word\" ;;\n"
	"\texplained)\n"
	"\t\tword=$(\"${COMP_WORDS[0]}\" explain --words 2>/dev/null)\n"
	"\t\t_@id@_reply -W \"$word\" ;;\n"
	"\twords=*)\n"
	"\t\tword=${kind#words=}\n"
	"\t\t_@id@_reply -W \"${word//,/ }\" ;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"complete -F _@id@ @name@\n";

static void name(const struct program *program, FILE *out)
{
	fputs(program->name, out);
}

static void containers(const struct program *program, FILE *out)
{
	fputs(program->containers ? program->containers : "help", out);
}

static const struct {
	const char *word; /* @word@ in the script */
	void (*put)(const struct program *program, FILE *out);
} parts[] = {
	{ "name", name },	  { "id", identifier },
	{ "takes", tables },	  { "kinds", value_table },
	{ "verbs", verb_names },  { "containers", containers },
	{ "families", families },
};

/* A '@' with no such word behind it is itself. */
static size_t put_part(const struct program *program, const char *at, FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		size_t len = strlen(parts[i].word);

		if (strncmp(at + 1, parts[i].word, len) == 0 &&
		    at[1 + len] == '@') {
			parts[i].put(program, out);
			return len + 2;
		}
	}
	fputc('@', out);
	return 1;
}

void completion_bash(const struct program *program, FILE *out)
{
	for (const char *at = script; *at;) {
		size_t len = strcspn(at, "@");

		fwrite(at, 1, len, out);
		at += len;
		if (*at)
			at += put_part(program, at, out);
	}
}
