/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program.c - the main function of a program with verbs
 *
 * How it works
 * ============
 *
 * Global options, the verb, its options and operands, its function; each error
 * on the way goes to one report. "--help" and "--version" are looked for
 * before anything is read, so that they work next to a mistake.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "cli/opt.h"
#include "cli/opt_text.h"
#include "sys/tell.h"

#define ARGS_SMALL 1024
#define EXIT_USAGE 2
#define EXIT_KIST 125
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND 127

static const struct opt no_opts[] = { OPT_END };

struct call {
	const struct program *program;
	void *global;
	int (*report)(void *global, const struct kist_error *err);
	const char *const *words; /* program and arguments */
	int tell_fd;
};

static const struct opt *global_opts(const struct program *program)
{
	return program->global_opts ? program->global_opts : no_opts;
}

static const struct opt *opts_of(const struct command *command)
{
	return command->opts ? command->opts : no_opts;
}

int program_status(const struct kist_error *err)
{
	switch (kist_error_class(err->id)) {
	case KIST_CLASS_USAGE:
		return EXIT_USAGE;
	case KIST_CLASS_NOT_EXEC:
		return EXIT_NOT_EXECUTABLE;
	case KIST_CLASS_NOT_FOUND:
		return EXIT_NOT_FOUND;
	default:
		return EXIT_KIST;
	}
}

static int report(const struct call *call, struct kist_error *err)
{
	char line[1024];

	tell_error(call->tell_fd, err);
	if (call->program->failed)
		call->program->failed(call->global, call->words, err);
	if (call->report)
		return call->report(call->global, err);

	kist_error_line(err, line, sizeof(line));
	fprintf(stderr, "%s: %s\n", call->program->name, line);
	if (kist_error_hint(err, line, sizeof(line)) > 0)
		fprintf(stderr, "hint: %s\n", line);
	return program_status(err);
}

/* ---- the verbs every program has ---- */

struct builtin_args {
	const char *word, *second, *all;
};
#define ARGS builtin_args

static const char *const shells[] = { "bash", "zsh", "fish", NULL };

static const struct opt verb_opts[] = {
	MAYBE("VERB", opt_string, word, "the verb; none: the program"),
	MAYBE("VERB", opt_string, second, "the second word: \"cg tree\""),
	OPT_END,
};

static const struct opt man_opts[] = {
	OPT(0, "all", "DIR", opt_string, all,
	    "write the pages of the program and of every verb to DIR"),
	MAYBE("VERB", opt_string, word, "the verb; none: the program"),
	MAYBE("VERB", opt_string, second, "the second word: \"cg tree\""),
	OPT_END,
};

static const struct opt shell_opts[] = {
	{ .kind = OPT_OPERAND,
	  .value = "SHELL",
	  .read = opt_string,
	  .offset = offsetof(struct builtin_args, word),
	  .help = "bash, zsh or fish",
	  .words = shells,
	  .only_words = true },
	OPT_END,
};

static const struct command builtins[] = {
	{ .name = "help",
	  .summary = "show the help of the program or a verb",
	  .opts = verb_opts,
	  .args_size = sizeof(struct builtin_args) },
	{ .name = "man",
	  .summary = "print the manual page of the program or a verb",
	  .opts = man_opts,
	  .args_size = sizeof(struct builtin_args) },
	{ .name = "completion",
	  .summary = "print the completion script of a shell",
	  .opts = shell_opts,
	  .args_size = sizeof(struct builtin_args) },
};

static const struct command *find_builtin(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(builtins); i++)
		if (strcmp(builtins[i].name, name) == 0)
			return &builtins[i];
	return NULL;
}

/* Is @word one of the names in "new|add"? */
static bool is_named(const char *names, const char *word)
{
	size_t len = strlen(word);

	for (;;) {
		size_t part = strcspn(names, "|");

		if (part == len && memcmp(names, word, len) == 0)
			return true;
		if (!names[part])
			return false;
		names += part + 1;
	}
}

static const struct command *find_listed(const struct command *const *commands,
					 const char *name)
{
	for (const struct command *const *c = commands; *c; c++)
		if (is_named(command_word(*c), name))
			return *c;
	return NULL;
}

const struct command *program_command(const struct program *program,
				      const char *name)
{
	const char *space = strchr(name, ' ');
	const struct command *command;

	if (!space) {
		command = find_listed(program->commands, name);
		return command ? command : find_builtin(name);
	}
	for (const struct command *const *c = program->commands; *c; c++)
		if ((*c)->verbs &&
		    strlen((*c)->name) == (size_t)(space - name) &&
		    strncmp((*c)->name, name, (size_t)(space - name)) == 0)
			return find_listed((*c)->verbs, space + 1);
	return NULL;
}

/* @family: whose second word it is, or NULL */
static int unknown_verb(const struct program *program,
			const struct command *family, const char *word,
			struct kist_error *err)
{
	const struct command *const *c = family ? family->verbs :
						  program->commands;
	const char *space = family ? " " : "";
	const char *name = family ? family->name : "";
	struct near near;
	int ret = err_set(err, KIST_E_USAGE, "unknown verb '%s%s%s'", name,
			  space, word);

	near_init(&near, word);
	for (; *c; c++)
		if (!(*c)->hidden)
			near_offer(&near, command_word(*c));
	if (near.best)
		err_hint(err, "did you mean '%s%s%.*s'?", name, space,
			 (int)strcspn(near.best, "|"), near.best);
	else
		err_hint(err, "'%s help%s%s' lists the verbs", program->name,
			 space, name);
	return ret;
}

/* "net-link", as its manual page is called. */
static const struct command *by_page(const struct program *program,
				     const char *page)
{
	for (const struct command *const *c = program->commands; *c; c++) {
		size_t len = strlen((*c)->name);

		if ((*c)->verbs && strncmp(page, (*c)->name, len) == 0 &&
		    page[len] == '-')
			return find_listed((*c)->verbs, page + len + 1);
	}
	return NULL;
}

/* The verb, or in a family the verb's second word. */
static int find_verb(const struct program *program, const char *word,
		     const char *second, const struct command **ret_command,
		     struct kist_error *err)
{
	const struct command *command = program_command(program, word);

	if (!command && !second)
		command = by_page(program, word);
	if (!command)
		return unknown_verb(program, NULL, word, err);
	*ret_command = command;
	if (!second)
		return 0;
	if (!command->verbs)
		return err_set(err, KIST_E_USAGE,
			       "unexpected '%s': '%s' has no verbs of its own",
			       second, word);
	*ret_command = find_listed(command->verbs, second);
	return *ret_command ? 0 : unknown_verb(program, command, second, err);
}

static int
print_about(const struct program *program, const struct builtin_args *args,
	    void (*whole)(const struct program *, FILE *),
	    void (*one)(const struct program *, const struct command *, FILE *),
	    struct kist_error *err)
{
	const struct command *command = NULL;
	int ret;

	if (!args->word) {
		whole(program, stdout);
		return 0;
	}
	ret = find_verb(program, args->word, args->second, &command, err);
	if (ret == 0)
		one(program, command, stdout);
	return ret;
}

static int print_completion(const struct program *program, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		completion_bash(program, stdout);
	else if (strcmp(shell, "zsh") == 0)
		completion_zsh(program, stdout);
	else
		completion_fish(program, stdout);
	return 0;
}

static int run_builtin(const struct program *program,
		       const struct command *command,
		       const struct builtin_args *args, struct kist_error *err)
{
	if (strcmp(command->name, "help") == 0)
		return print_about(program, args, help_program, help_command,
				   err);
	if (args->all)
		return man_all(program, args->all, err);
	if (strcmp(command->name, "man") == 0)
		return print_about(program, args, man_program, man_command,
				   err);
	return print_completion(program, args->word);
}

/* ---- one verb ---- */

/* A mistake on the command line has a remedy at least: the page of the verb. */
static void point_to_help(const struct call *call, const char *name,
			  struct kist_error *err)
{
	char hint[8];

	/* where a call was refused, its rule is looked for yet */
	if (kist_error_class(err->id) == KIST_CLASS_USAGE && !err->errnum &&
	    kist_error_hint(err, hint, sizeof(hint)) == 0)
		err_hint(err, "see '%s %s --help'", call->program->name, name);
}

static int run_command(const struct call *call, const struct command *command,
		       const char *const *words, struct kist_error *err)
{
	/* the heap would be a tenth of the time that a short verb takes */
	_Alignas(16) char small[ARGS_SMALL] = { 0 };
	const bool is_small = command->args_size <= sizeof(small);
	CLEANUP_FREE void *large = is_small ? NULL :
					      calloc(1, command->args_size + 1);
	void *args = is_small ? small : large;
	struct opt_also also = { 0 };
	char name[COMMAND_NAME];
	int ret;

	if (!args)
		return err_nomem(err);
	if (command->defaults)
		memcpy(args, command->defaults, command->args_size);

	/* "kist cg new -q" is "kist -q cg new"; runc's dialect has no such */
	if (call->program->style == OPT_STYLE_GNU)
		also = (struct opt_also){ global_opts(call->program),
					  call->global };
	ret = opt_parse_also(opts_of(command), also.opts ? &also : NULL,
			     call->program->style, words, args, NULL, err);
	if (ret < 0) {
		err_hint(err, "see '%s %s --help'", call->program->name,
			 command_name(command, ' ', name));
		return ret;
	}
	if (!command->run)
		return run_builtin(call->program, command, args, err);
	ret = command->run(call->global, args, err);
	if (ret < 0)
		point_to_help(call, command_name(command, ' ', name), err);
	return ret;
}

static int print_help(const struct program *program,
		      const struct command *command)
{
	help_command(program, command, stdout);
	return 0;
}

static int run_verb(const struct call *call, const char *const *words,
		    struct kist_error *err)
{
	const struct program *program = call->program;
	const struct command *command = program_command(program, words[0]);

	if (!command)
		return unknown_verb(program, NULL, words[0], err);
	if (command->verbs) {
		const struct command *family = command;

		if (words[1] && words[1][0] != '-')
			command = find_listed(family->verbs, words[1]);
		if (!command && !family->run)
			return unknown_verb(program, family, words[1], err);
		if (!command)
			command = family;
		if (command != family)
			words++;
		else if (!words[1] && !family->run)
			return print_help(program, family);
	}
	if (command->unsupported)
		return err_set(err, KIST_E_UNSUPPORTED,
			       "'%s %s' is not supported yet", program->name,
			       command->name);
	if (opt_wants_help(opts_of(command), program->style, words + 1))
		return print_help(program, command);
	return run_command(call, command, words + 1, err);
}

/* ---- the program ---- */

static int run_words(const struct call *call, const char *const *words,
		     struct kist_error *err)
{
	const struct program *program = call->program;
	const struct opt *opts = global_opts(program);
	int ret;

	if (opt_wants_help(opts, program->style, words)) {
		help_program(program, stdout);
		return 0;
	}
	if (opt_wants_version(opts, program->style, words)) {
		printf("%s version %s\n", program->name, program->version);
		return 0;
	}

	ret = opt_parse(opts, program->style, words, call->global, &words, err);
	if (ret < 0) {
		err_hint(err, "see '%s --help'", program->name);
		return ret;
	}
	if (!words[0]) {
		help_program(program, stdout);
		return 0;
	}
	if (program->begin)
		ret = program->begin(call->global, err);
	return ret < 0 ? ret : run_verb(call, words, err);
}

/* What was printed must have arrived: "kist ps > /dev/full" fails. */
static int check_output(struct kist_error *err)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	return err_sys(err, KIST_E_SYSTEM, errno ? errno : EIO,
		       "write to standard output");
}

int program_main(const struct program *program, void *global, int argc,
		 char **argv,
		 int (*report_error)(void *global,
				     const struct kist_error *err))
{
	static const char *const none[] = { "", NULL };
	const struct call call = {
		.program = program,
		.global = global,
		.report = report_error,
		.words = argc > 0 ? (const char *const *)argv : none,
		.tell_fd = tell_find(),
	};
	struct kist_error err = { 0 };
	int ret;

	ret = run_words(&call, call.words + 1, &err);
	if (ret >= 0 && check_output(&err) < 0)
		ret = -1;
	if (ret < 0)
		return report(&call, &err);
	if (err.id) /* done, but something on the way failed */
		report(&call, &err);
	return ret;
}
