/* SPDX-License-Identifier: Apache-2.0 */
/**
 * opt.h - option tables: one list feeds parsing, --help, man page, completion
 *
 * A command is a struct command: a name, one line, and a table of options
 * whose values go to the fields of the command's own args struct. Nothing else
 * parses arguments.
 *
 * How it works
 * ============
 * Accepted: -x, -xVALUE, -x VALUE, -xyz (flags together), --long,
 * --long=VALUE, --long VALUE; with OPT_STYLE_GO also -long and -long=VALUE
 * (runc's dialect; short options are then not joined). Flags may be turned off:
 * --flag=false.
 *
 * Options end at "--". In a table whose rest is a command they end at the first
 * operand too, for what follows may be another program's options, and a "--"
 * before the rest is dropped ("exec NAME -- CMD"). In other tables they may
 * stand behind operands ("delete ID -f").
 *
 * A mistyped option or verb is answered with the nearest one. "--help" is
 * always there, before anything else is looked at; so is "-h" in tables that
 * do not use the letter.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

enum opt_kind {
	OPT_FLAG,    /* bool */
	OPT_VALUE,   /* read by @read into the field */
	OPT_OPERAND, /* required positional */
	OPT_MAYBE,   /* optional positional */
	OPT_REST,    /* all that is left: const char *const *, NULL-terminated;
		      * NULL if nothing is */
	OPT_TITLE,   /* no option: a heading over those that follow */
};

/**
 * opt_reader - turn one word into the field
 * @field:	points into the args struct; a list reader appends
 * @word:	the value as typed
 *
 * Return: 0, or a negative errno with an error that says what is wrong with
 * the word; the option's name is put before it by the caller.
 */
typedef int opt_reader(void *field, const char *word, struct kist_error *err);

/**
 * struct opt - one row of a table
 * @name:	"memory"; "a|b" names aliases, the first is shown
 * @value:	"BYTES"; NULL for a flag. Also says how to complete it: FILE,
 *		SOCKET, DIR, CONTAINER, COMMAND, VERB, WORD (of 'explain'), else
 *		from @words. That
 *		of an OPT_REST ends in "..." if it is more of the same and not
 *		a command: "CONTAINER..."
 * @words:	fixed choices, for completion, or NULL
 * @only_words:	nothing but @words is accepted
 * @hidden:	accepted, not shown
 * @bare:	value if given without one ("--x" for "--x=V"); the value is
 *		then never a word of its own, and behind a letter it stands
 *		after '=': "-m=FILE", while "-mu" are two options
 */
struct opt {
	enum opt_kind kind;
	char letter; /* 0: none */
	const char *name;
	const char *value;
	opt_reader *read;
	size_t offset;
	const char *help; /* one line */
	const char *const *words;
	bool only_words;
	bool hidden;
	const char *bare;
};

/* #define ARGS run_args before a table */
#define OPT(l, n, v, r, f, h)                                                \
	{                                                                    \
		.kind = OPT_VALUE, .letter = (l), .name = (n), .value = (v), \
		.read = (r), .offset = offsetof(struct ARGS, f), .help = (h) \
	}
#define FLAG(l, n, f, h)                                        \
	{                                                       \
		.kind = OPT_FLAG, .letter = (l), .name = (n),   \
		.offset = offsetof(struct ARGS, f), .help = (h) \
	}
#define OPERAND(v, r, f, h)                                     \
	{                                                       \
		.kind = OPT_OPERAND, .value = (v), .read = (r), \
		.offset = offsetof(struct ARGS, f), .help = (h) \
	}
#define MAYBE(v, r, f, h)                                       \
	{                                                       \
		.kind = OPT_MAYBE, .value = (v), .read = (r),   \
		.offset = offsetof(struct ARGS, f), .help = (h) \
	}
#define REST(v, f, h)                                           \
	{                                                       \
		.kind = OPT_REST, .value = (v),                 \
		.offset = offsetof(struct ARGS, f), .help = (h) \
	}
#define TITLE(h)                                           \
	{                                                  \
		.kind = OPT_TITLE, .name = "", .help = (h) \
	}
#define OPT_END                             \
	{                                   \
		.name = NULL, .value = NULL \
	}

enum opt_style { OPT_STYLE_GNU, OPT_STYLE_GO };

/**
 * struct command - one verb
 * @group:	heading in the list of verbs: "containers", "namespaces" …;
 *		verbs of a group stand together
 * @see:	"setns(2), kist-ls(1)", or NULL
 * @defaults:	initial contents of the args struct, or NULL: zeroes
 * @example:	one line to try, shown by --help and in the man page, or NULL
 * @notes:	paragraphs for the man page (plain text, an empty line between
 *		two), or NULL
 * @hidden:	not listed
 * @unsupported: known by name only: whatever the words are, even "--help",
 *		they end in an error UNSUPPORTED
 * @run:	does it; @global is the program's own (struct kist_oci …).
 *		Return: 0, a negative errno with @err set, or a positive exit
 *		status
 * @verbs:	NULL-terminated, or NULL. A family: "kist cg tree". Each is
 *		named by both words, "cg tree"; a further name of the second
 *		word stands behind a '|': "net new|add". Without a second
 *		word the family's help is shown. With @run, anything but one of
 *		these is its own: "kist try make"
 */
struct command {
	const char *name;
	const char *group;
	const char *summary;
	const char *see;
	const char *example;
	const char *notes;
	const struct opt *opts;
	size_t args_size;
	const void *defaults;
	bool hidden, unsupported;
	int (*run)(void *global, const void *args, struct kist_error *err);
	const struct command *const *verbs;
};

/**
 * struct program - a program with verbs
 * @summary:	one line
 * @version:	printed by --version behind "NAME version "; more lines may
 *		follow
 * @section:	of the manual: 1, 8
 * @date:	of the manual: "November 22, 2026"
 * @notes, @see: as those of a command
 * @exits:	the exit statuses, a paragraph for the man page
 * @containers:	words behind the program's name that list containers, one a
 *		line, for completion: "ps -q"; or NULL
 * @global_opts: options before the verb, into @global; may be NULL
 * @begin:	called when they are read, before the verb; may be NULL
 * @failed:	called with each error before it is printed, and with the words
 *		of the command line; may advise; may be NULL
 * @commands:	NULL-terminated
 *
 * The verbs "help [VERB]", "man [VERB]" and "completion SHELL" are added to
 * every program.
 */
struct program {
	const char *name, *summary, *version;
	int section;
	const char *date, *notes, *see, *exits, *containers;
	enum opt_style style;
	const struct opt *global_opts;
	int (*begin)(void *global, struct kist_error *err);
	void (*failed)(void *global, const char *const *words,
		       struct kist_error *err);
	const struct command *const *commands;
};

/* A list field of an args struct: filled by opt_list, NULL-terminated. */
struct opt_list {
	const char **items;
	size_t count;
};

/* readers */
opt_reader opt_string;	/* const char * */
opt_reader opt_list;	/* struct opt_list */
opt_reader opt_int;	/* int, decimal */
opt_reader opt_bool;	/* bool: true/false/1/0/yes/no */
opt_reader opt_bytes;	/* int64_t: 64m, 1.5G, max → -1 */
opt_reader opt_signal;	/* int: TERM, SIGTERM, 15 */
opt_reader opt_seconds; /* int64_t milliseconds: 90, 90s, 1h30m */

/**
 * opt_parse() - read the words of one table into @args
 * @argv:	NULL-terminated words, without the program's or verb's name
 * @args:	the table's args struct, with its defaults in it
 * @ret_rest:	where reading stopped: the options before the first operand
 *		are read, operands are not touched; or NULL: read all
 *
 * Lists are allocated and live until exit.
 *
 * Return: 0, or -EINVAL (USAGE) with an error that names the word.
 */
int opt_parse(const struct opt *opts, enum opt_style style,
	      const char *const *argv, void *args, const char *const **ret_rest,
	      struct kist_error *err);

/**
 * struct opt_also - a table whose flags are good behind any verb
 *
 * A verb's own flag of the same name goes before.
 */
struct opt_also {
	const struct opt *opts;
	char *args;
};

/* opt_parse() with @also, which may be NULL. */
int opt_parse_also(const struct opt *opts, const struct opt_also *also,
		   enum opt_style style, const char *const *argv, void *args,
		   const char *const **ret_rest, struct kist_error *err);

/**
 * opt_wants_help() - is there a "--help" (or "-h") among the words?
 *
 * Values of options, and what follows the options, are passed over.
 */
bool opt_wants_help(const struct opt *opts, enum opt_style style,
		    const char *const *argv);

/* The same for "--version", "-V" and, in runc's dialect, "-v": engines put
 * their other global options before it. */
bool opt_wants_version(const struct opt *opts, enum opt_style style,
		       const char *const *argv);

/**
 * program_main() - find the verb, read the words, run it, print what failed
 * @report:	prints an error and returns the exit status; NULL: two lines on
 *		standard error, and program_status()
 *
 * Return: the exit status.
 */
int program_main(const struct program *program, void *global, int argc,
		 char **argv,
		 int (*report)(void *global, const struct kist_error *err));

/* The exit status of kist for an error: 2 usage, 125 kist failed, 126 the
 * command cannot be executed, 127 it is not there. */
int program_status(const struct kist_error *err);

/* The verb of that name ("ps", "cg", "cg tree"), or NULL; hidden ones too. */
const struct command *program_command(const struct program *program,
				      const char *name);

/* From the same tables (cli/help.c, cli/man.c, cli/completion.c). */
void help_program(const struct program *program, FILE *out);
void help_command(const struct program *program, const struct command *command,
		  FILE *out);
void man_program(const struct program *program, FILE *out);
void man_command(const struct program *program, const struct command *command,
		 FILE *out);
/* A file a page in the folder @dir: kist.1, kist-run.1 … */
int man_all(const struct program *program, const char *dir,
	    struct kist_error *err);
void completion_bash(const struct program *program, FILE *out);
void completion_zsh(const struct program *program, FILE *out);
void completion_fish(const struct program *program, FILE *out);

#endif
