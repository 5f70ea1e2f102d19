/* SPDX-License-Identifier: Apache-2.0 */
/* explain.h - kist explain: words, and the plan of a command */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include <kist/explain.h>

#include "cli/kist.h"

/**
 * explain_is_plan() - is it a command of kist, or a config.json?
 * @words:	NULL-terminated: { "run", "-m", "64m", "host", "true" }
 *
 * A single word that the glossary has is not: "kill".
 */
bool explain_is_plan(const char *const *words);

/* The plan of that very command, step by step in words. Return: 0 or a
 * negative errno. */
int explain_plan(const struct kist_global *global, const char *const *words,
		 bool json, struct kist_error *err);

/* What the verbs would do with their options and operands. */
int run_explain(const struct kist_global *global, const void *args,
		struct kist_steps *ret_steps, struct kist_error *err);
int exec_explain(const struct kist_global *global, const void *args,
		 struct kist_steps *ret_steps, struct kist_error *err);
int try_explain(const struct kist_global *global, const void *args,
		struct kist_steps *ret_steps, struct kist_error *err);

/* One manual page of section 7 for each subject, to @dir. */
int explain_man(const char *dir, struct kist_error *err);

#endif
