/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_init.c - kist init: process 1, or a subreaper, around a command */
#include <stdlib.h>
#include <string.h>

#include <kist/init.h>

#include "base/num.h"
#include "cli/kist.h"

struct init_args {
	struct kist_init init;
	bool pause, subreaper;
	int64_t grace_ms;
	struct opt_list rewrites, statuses;
	const char *const *command;
};
#define ARGS init_args

static const struct opt init_opts[] = {
	FLAG('g', "group", init.group,
	     "send signals to the command's whole process group"),
	FLAG(0, "own-group", init.own_group,
	     "the command leads a process group, in the foreground"),
	FLAG(0, "session", init.session,
	     "the command leads a session, and has the terminal"),
	OPT('r', "rewrite", "FROM:TO", opt_list, rewrites,
	    "send signal FROM on as TO; 0: do not send it on"),
	OPT('e', "success", "STATUS", opt_list, statuses,
	    "exit with 0 if the command exits with this"),
	OPT('p', "parent-death", "SIGNAL", opt_signal, init.parent_death,
	    "get this signal when the parent dies"),
	OPT(0, "grace", "TIME", opt_seconds, grace_ms,
	    "when the command has ended, send what it left behind TERM, and "
	    "after TIME (5s, 500ms) KILL"),
	FLAG('w', "warn", init.warn, "say when an orphan is reaped"),
	FLAG('s', "subreaper", subreaper,
	     "reap orphans without being process 1 (always so)"),
	FLAG('P', "pause", pause, "no command: reap until TERM or INT comes"),
	REST("COMMAND", command, "what to run"),
	OPT_END,
};

static int read_signal(const char *word, int *ret_signal,
		       struct kist_error *err)
{
	if (strcmp(word, "0") == 0) {
		*ret_signal = 0;
		return 0;
	}
	return opt_signal(ret_signal, word, err);
}

/* "TERM:QUIT" */
static int read_rewrite(const char *word, struct kist_init_rewrite *rewrite,
			struct kist_error *err)
{
	const char *colon = strchr(word, ':');
	CLEANUP_FREE char *from = NULL;
	int ret;

	if (!colon || colon == word || !colon[1])
		return err_set(err, KIST_E_USAGE,
			       "--rewrite '%s': write FROM:TO", word);
	from = strndup(word, (size_t)(colon - word));
	if (!from)
		return err_nomem(err);
	ret = opt_signal(&rewrite->from, from, err);
	if (ret == 0)
		ret = read_signal(colon + 1, &rewrite->to, err);
	if (ret < 0)
		err_while(err, "--rewrite '%s'", word);
	return ret;
}

static int read_lists(const struct init_args *a, struct kist_init *init,
		      struct kist_error *err)
{
	struct kist_init_rewrite *rewrites =
		calloc(a->rewrites.count + 1, sizeof(*rewrites));
	int *statuses = calloc(a->statuses.count + 1, sizeof(*statuses));
	int ret = 0;

	if (!rewrites || !statuses)
		return err_nomem(err);
	for (size_t i = 0; ret == 0 && i < a->rewrites.count; i++)
		ret = read_rewrite(a->rewrites.items[i], &rewrites[i], err);
	for (size_t i = 0; ret == 0 && i < a->statuses.count; i++) {
		ret = opt_int(&statuses[i], a->statuses.items[i], err);
		if (ret < 0)
			err_while(err, "--success");
	}
	init->rewrites = rewrites;
	init->rewrite_count = a->rewrites.count;
	init->as_success = statuses;
	init->as_success_count = a->statuses.count;
	return ret;
}

static int init_run(void *global, const void *args, struct kist_error *err)
{
	const struct init_args *a = args;
	struct kist_init init = a->init;
	int ret;

	(void)global;
	if (!a->command && !a->pause)
		return err_set(err, KIST_E_USAGE,
			       "a command, or --pause, is needed");
	if (a->command && a->pause)
		return err_set(err, KIST_E_USAGE,
			       "--pause and a command do not go together");
	init.argv = a->command;
	init.clear = a->grace_ms >= 0;
	init.grace_ms = init.clear ? (uint64_t)a->grace_ms : 0;
	ret = read_lists(a, &init, err);
	return ret < 0 ? ret : kist_init_become(&init, err);
}

static const struct init_args defaults = { .grace_ms = -1 };

const struct command cmd_init = {
	.name = "init",
	.group = "namespaces",
	.summary = "process 1, or a subreaper, around a command",
	.see = "kist-unshare(1), kist-run(1), pid_namespaces(7)",
	.example = "kist init -g --grace 5s -- sh -c 'sleep 100 & exit 3'",
	.notes =
		"It becomes a small program (20 kilobytes) that keeps this "
		"process's id, reaps all orphans that come to it, sends signals "
		"on to the command and exits as the command did: with its "
		"status, or 128 and the number of the signal that ended it.\n\n"
		"As process 1 of a pid namespace it makes the command stop at "
		"TERM and INT, which the kernel would keep from a process 1 "
		"that has no handler for them.\n\n"
		"With --grace all processes of the namespace are ended when "
		"the command has; where it is not process 1, the command's "
		"descendants, as far as /proc shows them. TERM or INT during "
		"that time: KILL at once.\n\n"
		"Ctrl-C and other keys reach the command alone or it and the "
		"init, and the signal is then not sent twice. Ctrl-Z stops "
		"both.",
	.opts = init_opts,
	.args_size = sizeof(struct init_args),
	.defaults = &defaults,
	.run = init_run,
};
