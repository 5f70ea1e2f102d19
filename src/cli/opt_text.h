/* SPDX-License-Identifier: Apache-2.0 */
/**
 * opt_text.h - what help, manual and completion ask of an option table
 */
#ifndef CLI_OPT_TEXT_H
#define CLI_OPT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/opt.h"

static inline bool opt_is_end(const struct opt *opt)
{
	return !opt->name && !opt->value && !opt->letter;
}

static inline bool opt_is_option(const struct opt *opt)
{
	return opt->kind == OPT_FLAG || opt->kind == OPT_VALUE;
}

static inline bool opt_is_operand(const struct opt *opt)
{
	return opt->kind == OPT_OPERAND || opt->kind == OPT_MAYBE ||
	       opt->kind == OPT_REST;
}

/* Is the verb one that completion offers? */
static inline bool command_is_offered(const struct command *command)
{
	return !command->hidden && !command->unsupported;
}

#define COMMAND_NAME 64

/* The name of a verb without further ones: "net new" of "net new|add", with
 * @between instead of the blank. Return: @buf, of COMMAND_NAME bytes. */
const char *command_name(const struct command *command, char between,
			 char *buf);

/* Of a family's verb, the word that is its own: "new|add"; else the name. */
const char *command_word(const struct command *command);

/* A loop over the offered ones of a NULL-terminated list, which may be NULL. */
#define EACH_OFFERED(c, list)                                       \
	for (const struct command *const *c = (list); c && *c; c++) \
		if (!command_is_offered(*c))                        \
			continue;                                   \
		else

/* A loop over the rows of @opts, which may be NULL. */
#define EACH_OPT(opt, opts) \
	for (const struct opt *opt = (opts); opt && !opt_is_end(opt); opt++)

/* In mdoc(7) (cli/man.c): text, folded; an argument of a macro, quoted. */
void man_line(FILE *out, const char *text);
void man_argument(FILE *out, const char *text, size_t len);

/* The length of the name that is shown: the first of "memory|mem". */
int opt_name_len(const struct opt *opt);

/* Is an OPT_REST more of the same ("NAME..."), not a command? */
bool opt_is_same(const struct opt *opt);

/* Is there an option that is shown? */
bool opt_any_option(const struct opt *opts);

/* " [OPTIONS] NAME [COMMAND ...]", malloc'ed; NULL without memory. */
char *opt_usage(const struct opt *opts);

/**
 * enum opt_complete - how a value is completed; from its name and words
 */
enum opt_complete {
	COMPLETE_NOTHING,
	COMPLETE_WORDS,
	COMPLETE_FILE,
	COMPLETE_DIR,
	COMPLETE_CONTAINER,
	COMPLETE_COMMAND,
	COMPLETE_VERB,
	COMPLETE_EXPLAINED,
};

enum opt_complete opt_complete(const struct opt *opt);

#endif
