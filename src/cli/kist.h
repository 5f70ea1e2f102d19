/* SPDX-License-Identifier: Apache-2.0 */
/**
 * kist.h - what the verbs of `kist` share: the global options, the table
 *
 * A verb is one file, cmd_VERB.c, with one struct command; verbs.c lists it.
 */
#ifndef CLI_KIST_H
#define CLI_KIST_H

#include <stdbool.h>

#include <kist/run.h>

#include "cli/opt.h"

/**
 * struct kist_global - the options before the verb; each @run gets it as
 *	@global
 * @kist:	--root, --data-root
 * @quiet:	print only what was asked for: no progress, no notes
 */
struct kist_global {
	struct kist kist;
	bool quiet;
};

/* NULL-terminated (verbs.c). */
extern const struct command *const kist_verbs[];

/* Before an error is printed: the remedy of the rule that refused, and a note
 * for `kist why last` (failed.c). */
void kist_failed(void *global, const char *const *words,
		 struct kist_error *err);

extern const struct command cmd_run, cmd_exec, cmd_ps, cmd_logs, cmd_stop,
	cmd_kill, cmd_wait, cmd_rm, cmd_inspect, cmd_unshare, cmd_enter, cmd_ls,
	cmd_show, cmd_new, cmd_keep, cmd_id, cmd_mnt, cmd_net, cmd_init,
	cmd_limit, cmd_try, cmd_cg, cmd_clean, cmd_compat, cmd_why, cmd_explain,
	cmd_map, cmd_top, cmd_watch, cmd_doctor;

#endif
