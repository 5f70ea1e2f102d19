/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_stop.c - kist stop: ask containers to end, and see that they do */
#include <stdio.h>

#include "cli/each.h"

struct stop_args {
	int64_t timeout_ms;
	const char *const *names;
};
#define ARGS stop_args

static const struct opt stop_opts[] = {
	OPT('t', "time|timeout", "SECONDS", opt_seconds, timeout_ms,
	    "kill it after that long (default: 10)"),
	REST("CONTAINER...", names, "their names, or the starts of their ids"),
	OPT_END,
};

static int stop_one(const struct kist *kist, const char *name, const void *args,
		    struct kist_error *err)
{
	const struct stop_args *a = args;
	int ret = kist_stop(kist, name, a->timeout_ms, err);

	if (ret == 0)
		puts(name);
	return ret;
}

static int stop_run(void *global, const void *args, struct kist_error *err)
{
	const struct stop_args *a = args;

	return each_container(global, a->names, stop_one, a, err);
}

const struct command cmd_stop = {
	.name = "stop",
	.group = "containers",
	.summary = "end containers: the stop signal first, then a kill",
	.see = "kist-kill(1), kist-run(1)",
	.example = "kist stop -t 2 web",
	.opts = stop_opts,
	.args_size = sizeof(struct stop_args),
	.defaults = &(const struct stop_args){ .timeout_ms = 10000 },
	.run = stop_run,
};
