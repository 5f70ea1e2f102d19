/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_kill.c - kist kill: a signal to containers */
#include <signal.h>
#include <stdio.h>

#include "cli/each.h"

struct kill_args {
	int signal;
	const char *const *names;
};
#define ARGS kill_args

static const struct opt kill_opts[] = {
	OPT('s', "signal", "SIGNAL", opt_signal, signal,
	    "which one (default: KILL)"),
	REST("CONTAINER...", names, "their names, or the starts of their ids"),
	OPT_END,
};

static int kill_one(const struct kist *kist, const char *name, const void *args,
		    struct kist_error *err)
{
	const struct kill_args *a = args;
	int ret = kist_kill(kist, name, a->signal, err);

	if (ret == 0)
		puts(name);
	return ret;
}

static int kill_run(void *global, const void *args, struct kist_error *err)
{
	const struct kill_args *a = args;

	return each_container(global, a->names, kill_one, a, err);
}

const struct command cmd_kill = {
	.name = "kill",
	.group = "containers",
	.summary = "send a signal to the first process of containers",
	.see = "kist-stop(1), signal(7)",
	.example = "kist kill -s HUP web",
	.opts = kill_opts,
	.args_size = sizeof(struct kill_args),
	.defaults = &(const struct kill_args){ .signal = SIGKILL },
	.run = kill_run,
};
